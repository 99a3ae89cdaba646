//! Bounds that keep an order's item small and lose nothing, and what time does to keys and secrets.

use std::time::Duration;

use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::events;
use crate::stripe_api::event;
use crate::world::{Answer, STRIPE_SECRET, World};

/// A refund of one cent that names its session.
fn refund(n: usize, session: &str) -> Value {
    let object = json!({
        "id": format!("re_{n}"), "object": "refund", "amount": 1, "currency": "eur", "status": "succeeded",
        "metadata": { "session_id": session }, "payment_intent": events::INTENT,
    });
    event::of(&format!("evt_{n}"), "refund.created", object)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_past_what_an_order_can_hold_is_kept_beside_it() {
    let world = World::start().await;
    let session = world.reaches("1", "paid").await;
    for n in 1..200 {
        let told = world.stripe_tells(&refund(n, &session.id)).await.expect(200);
        assert_eq!(told["outcome"], "applied", "{n}");
    }
    let before = world.table().await;
    let event = refund(200, &session.id);
    for _ in 0..2 {
        let told = world.stripe_tells(&event).await.expect(200);
        assert_eq!(told, json!({ "received": true, "outcome": "past_cap" }));
    }
    assert_eq!(world.table().await.changed_since(&before), ["evt"]);
    let kept = world.shop.get("/v1/events?outcome=past_cap").await.expect(200);
    assert_eq!(kept["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&kept["data"][0]["session_id"], kept["data"][0]["type"].as_str()),
        (&json!(session.id), Some("refund.created"))
    );
    let order = world.shop.order("1").await;
    assert_eq!((order["status"].as_str(), order["amount_refunded"].as_u64()), (Some("paid"), Some(199)));
    // What is recorded already is still known.
    assert_eq!(world.stripe_tells(&refund(7, &session.id)).await.expect(200)["outcome"], "duplicate");
}

#[tokio::test(flavor = "multi_thread")]
async fn declines_without_end_fill_no_order_and_are_all_in_its_log() {
    let world = World::start().await;
    let session = world.reaches("1", "created").await;
    for n in 0..30 {
        let told = world.stripe_tells(&events::declined(&format!("evt_{n}"), &session.id)).await.expect(200);
        assert_eq!(told["outcome"], "stale");
    }
    assert_eq!(world.stored(&world.shop, "1").await.expect("the order").facts.len(), 20);
    let log = world.shop.get(&format!("/v1/sessions/{}/timeline", session.id)).await.expect(200);
    let entries = log["entries"].as_array().expect("a list");
    assert_eq!(entries.iter().filter(|entry| entry["kind"] == "webhook_received").count(), 30);
    assert_eq!(
        world.stripe_tells(&events::paid("evt_paid", &session.id)).await.expect(200)["outcome"],
        "applied"
    );
    assert_eq!(world.shop.status("1").await, "paid");
}

async fn opens(world: &World, body: &Value) -> Answer {
    let request =
        world.http.post(format!("{}/v1/sessions", world.stack.url)).bearer_auth(&world.shop.secret_key);
    Answer::of(request.header("idempotency-key", "key-1").json(body).send().await.expect("an answer")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_is_forgotten_after_a_day_whether_or_not_it_was_removed() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.shop.registers("2").await;
    let first = opens(&world, &json!({ "order_id": "1" })).await.expect(201);
    let table = world.table().await;
    let until: u64 = table.items_of("idem")[0]["until"].as_n().expect("a number").parse().expect("seconds");
    let day = now().seconds() + 86_400;
    assert!((day - 5..=day).contains(&until), "{until}");
    assert_eq!(opens(&world, &json!({ "order_id": "1" })).await.expect(200)["id"], first["id"]);
    world.sets_on("idem", "until", now().seconds() - 1).await;
    let second = opens(&world, &json!({ "order_id": "2" })).await.expect(201);
    assert_eq!(second["order_id"], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_request_died_can_be_used_again_by_the_same_request_only() {
    let world = World::start().await;
    world.shop.registers("1").await;
    opens(&world, &json!({ "order_id": "1" })).await.expect(201);
    // As a request leaves it that died before it had a session.
    world.removes_from("idem", "ses").await;
    world.sets_on("idem", "run", now().millis() + 5_000).await;
    opens(&world, &json!({ "order_id": "1" })).await.expect_problem(409, "idempotency_in_progress");
    world.sets_on("idem", "run", now().millis() - 1).await;
    opens(&world, &json!({ "order_id": "1", "locale": "de" }))
        .await
        .expect_problem(422, "idempotency_mismatch");
    assert_eq!(opens(&world, &json!({ "order_id": "1" })).await.expect(200)["attempt"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_secret_and_key_work_without_a_restart() {
    const NEW: &str = "whsec_N3wT8kZx2PqV6vLr9YbD3mFs7HgC1aXe";
    let world = World::start().await;
    let session = world.reaches("1", "created").await;
    world.stripe_tells(&events::declined("evt_1", &session.id)).await.expect(200);
    let new_key = world.shop.secret_key.replace("_shop_0", "_shop_9");
    let mut document = world.shop.document(&world.stripe.url);
    document["providers"]["stripe"]["webhook_secrets"] = json!([NEW, STRIPE_SECRET]);
    document["api_keys"]["secret"] = json!([new_key, world.shop.secret_key]);
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    // A shop is read again for a key or signature that does not fit, at most every 10 s.
    tokio::time::sleep(Duration::from_millis(10_100)).await;
    let event = events::paid("evt_2", &session.id);
    assert_eq!(world.stripe_posts("shop", NEW, now(), &event).await.expect(200)["outcome"], "applied");
    assert_eq!(
        world.stripe_tells(&event).await.expect(200)["outcome"],
        "duplicate",
        "the old one is still valid"
    );
    for key in [&new_key, &world.shop.secret_key] {
        world.shop.call("GET", "/v1/orders/1", key, None).await.expect(200);
    }
}
