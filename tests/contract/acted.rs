//! What a merchant's actions, a provider that fails and a shop that cannot be told do to the payments table: the part of
//! the story in `needs.rs` that is about people.

use payproof_edge::api::Function;
use payproof_edge::app::now;
use serde_json::json;

use crate::needs::{Functions, reserved_by_hand};
use crate::stripe_api::{Mood, event};

/// Attention, a refund, a cancellation, an event applied once more, and a payment link.
pub async fn acted_on(functions: &Functions) {
    let world = &functions.world;
    world.shop.opens("5").await;
    let fifth = world.shop.session_id("5", 1).to_string();
    assert_eq!(functions.webhook(&event::paid("evt_less", &fifth, 1000, "eur")).await, "review");
    let looked = json!({ "attention": ["amount_mismatch"], "actor": "Ada" });
    assert_eq!(functions.json("POST", "/v1/orders/5/acknowledge", looked).await.0, 200);
    let key = [("idempotency-key", "back")];
    assert_eq!(functions.call("POST", "/v1/orders/5/refunds", b"{}", &key).await.0, 200);
    world.shop.opens("6").await;
    let sixth = world.shop.session_id("6", 1);
    assert_eq!(functions.json("POST", &format!("/v1/sessions/{sixth}/cancel"), json!({})).await.0, 200);

    replayed(functions).await;
    let link = functions.json("POST", "/v1/payment-links", json!({ "order_id": "6" })).await;
    let url = link.1["url"].as_str().unwrap_or_else(|| panic!("{link:?}"));
    let path = &url[url.find("/pay/").expect("a path")..];
    assert_eq!(functions.get(path).await.0, 200);
    assert_eq!(functions.call("POST", path, b"method=card", &[]).await.0, 303);
}

/// A provider that does not answer five times in a row.
pub async fn left_alone(functions: &Functions) {
    functions.world.stripe.set_mood(Mood::Breaks);
    for order in ["r1", "r2", "r3", "r4", "r5"] {
        functions.world.shop.registers(order).await;
        let answer = functions.json("POST", "/v1/sessions", json!({ "order_id": order })).await;
        assert_eq!(answer.0, 502, "{}", answer.1);
    }
    functions.world.stripe.set_mood(Mood::Fine);
}

/// Nobody listens at the shop's address, and no queue takes the next try.
pub async fn told_in_vain(functions: &Functions, order: &str) {
    let world = &functions.world;
    let mut document = world.shop.document(&world.stripe.url);
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    document["notify"] = json!({ "url": "http://127.0.0.1:9/notify", "secrets": [secret] });
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    let (app, _) = &functions.apps[Function::NotifyShop.name()];
    notify_shop::handle(app, world.shop.payment_id(order), now()).await.expect("it is tried later");
    for path in ["/v1/notifications".to_owned(), format!("/v1/notifications?order_id={order}")] {
        assert_eq!(functions.get(&path).await.0, 200, "{path}");
    }
    // The function knows its shop as it was: who acts has read it before.
    let later = now().plus_seconds(120);
    let id = payproof::notify::message_id(world.shop.payment_id(order), 1);
    for (path, body) in [
        (format!("/v1/notifications/{id}/resend"), json!({})),
        ("/v1/notifications/resend".to_owned(), json!({ "since": "2026-01-01T00:00:00Z" })),
    ] {
        let body = body.to_string();
        assert_eq!(functions.call_at("POST", &path, body.as_bytes(), &[], later).await.0, 200, "{path}");
    }
}

/// An event that came before its session was reserved, by a request that stopped there: a merchant has it applied.
async fn replayed(functions: &Functions) {
    let world = &functions.world;
    world.shop.opens("7").await;
    let second = world.shop.session_id("7", 2);
    let paid = event::paid("evt_seventh", &second.to_string(), 4999, "eur");
    assert_eq!(functions.webhook(&paid).await, "unmatched");
    reserved_by_hand(world, "7").await;
    let all = json!({ "outcome": "not_understood" });
    assert_eq!(functions.json("POST", "/v1/events/replay", all).await.0, 200);
    let events = functions.get("/v1/events?outcome=unmatched").await.1;
    let mut listed = events["data"].as_array().expect("a list").iter();
    let event = listed.find(|event| event["session_id"] == second.to_string()).expect("the event");
    let path = format!("/v1/events/{}/replay", event["id"].as_str().expect("an id"));
    let (status, answer) = functions.json("POST", &path, json!({})).await;
    assert_eq!((status, answer["outcome"].as_str()), (200, Some("applied")), "{answer}");
}
