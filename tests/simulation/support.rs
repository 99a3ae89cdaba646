//! The shop's people, who cancel, refund and decide by name, and ask again until they are answered.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::merchant::ORDER;
use crate::shops::{server, session_id};
use crate::world::World;

/// How often something is asked for before they give up.
const TRIES: usize = 8;

/// Does something to the order now and then.
pub async fn looks_after_it(world: Arc<World>, amount: u64) {
    for _ in 0..world.draw(|dice| dice.u32(..4)) {
        world.pause(10_000, 1_200_000).await;
        let session = session_id(ORDER, world.draw(|dice| dice.u8(1..4))).to_string();
        match world.draw(|dice| dice.u32(..14)) {
            0..=4 => refunds(&world, &session, amount).await,
            5..=6 => {
                let body = json!({ "actor": "planted.agent", "note": "they asked for it" });
                ask(&world, "cancel", &format!("/v1/sessions/{session}/cancel"), &body, None).await;
            }
            7..=8 => {
                let decision = if world.chance(500) { "approve" } else { "reject" };
                let body = json!({ "decision": decision, "actor": "planted.agent", "note": "looked at it" });
                ask(&world, "review", &format!("/v1/sessions/{session}/review"), &body, None).await;
            }
            9 => {
                ask(&world, "reconcile", &format!("/v1/sessions/{session}/reconcile"), &json!({}), None)
                    .await;
            }
            10..=11 => replays(&world).await,
            12 => {
                let path = "/v1/notifications/resend";
                ask(&world, "resend", path, &json!({ "since": world.now().to_string() }), None).await;
            }
            _ => {
                let words = ["amount_mismatch", "late_payment", "duplicate_payment", "refund_failed"];
                let word = world.draw(|dice| words[dice.usize(..words.len())]);
                let body = json!({ "attention": [word], "actor": "planted.agent", "note": "seen" });
                ask(&world, "acknowledge", &format!("/v1/orders/{ORDER}/acknowledge"), &body, None).await;
            }
        }
    }
}

/// Has everything applied once more that matched nothing when it came.
pub async fn replays(world: &Arc<World>) {
    let mut body = json!({ "outcome": "unmatched" });
    while let Some(answer) = ask(world, "replay", "/v1/events/replay", &body, None).await {
        if answer["next_cursor"].is_null() {
            return;
        }
        body["cursor"] = answer["next_cursor"].clone();
    }
}

/// One wish, asked for once or by several at once; with one key it is one refund.
async fn refunds(world: &Arc<World>, session: &str, amount: u64) {
    let part = world.draw(|dice| if dice.bool() { None } else { Some(dice.u64(1..=amount)) });
    let mut body = json!({ "session_id": session, "reason": "they sent it back" });
    if let Some(part) = part {
        body["amount"] = json!(part);
    }
    let path = format!("/v1/orders/{ORDER}/refunds");
    let askers = world.draw(|dice| if dice.u32(..4) == 0 { 3 } else { 1 });
    let one_key = world.chance(500);
    let key = world.draw(|dice| dice.u32(..));
    let mut asking = Vec::new();
    for asker in 0..askers {
        let (world, path, body) = (Arc::clone(world), path.clone(), body.clone());
        let key = if one_key { format!("refund-{key}") } else { format!("refund-{key}-{asker}") };
        asking.push(tokio::spawn(async move { ask(&world, "refund", &path, &body, Some(&key)).await }));
    }
    let mut ids = Vec::new();
    for asked in asking {
        let Ok(answer) = asked.await else { return world.violation("asking for a refund panicked") };
        ids.extend(answer.and_then(|answer| answer["id"].as_str().map(str::to_owned)));
    }
    ids.sort_unstable();
    ids.dedup();
    if one_key && ids.len() > 1 {
        world.violation(format_args!("one key, and the refunds {ids:?}"));
    }
}

/// What was answered at last, where it was 2xx.
async fn ask(world: &Arc<World>, what: &str, path: &str, body: &Value, key: Option<&str>) -> Option<Value> {
    for _ in 0..TRIES {
        let mut request = server("POST", path, Some(body.clone()));
        if let Some(key) = key {
            request.headers_mut().insert("idempotency-key", key.parse().expect("a header"));
        }
        if let Some(answer) = world.call(what, request).await {
            match answer.status().as_u16() {
                200 | 202 => return serde_json::from_slice(answer.body()).ok(),
                // It is being opened, or the provider was not reached.
                503 => {}
                404 | 409 | 422 | 502 => {
                    // Its request id is drawn anew each time; what was refused is not.
                    let problem: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
                    world.note(format_args!("{what}: {} {}", problem["code"], problem["detail"]));
                    return None;
                }
                status => {
                    world.violation(format_args!("{what} was answered {status}: {:?}", answer.body()));
                    return None;
                }
            }
        }
        world.pause(1_000, 60_000).await;
    }
    None
}
