//! Stored events once more: one, or all of an outcome; and what the log says of an event that came early.

use serde_json::{Value, json};

use crate::events;
use crate::stripe_api::event;
use crate::wire::Raw;
use crate::world::{Answer, World};

impl World {
    async fn stored_events(&self, outcome: &str) -> Vec<Value> {
        let page = self.shop.get(&format!("/v1/events?outcome={outcome}")).await.expect(200);
        page["data"].as_array().expect("a list").clone()
    }

    async fn replays(&self, id: &Value) -> Answer {
        self.shop.post(&format!("/v1/events/{}/replay", id.as_str().expect("an id")), json!({})).await
    }
}

/// A paid order, and a refund at Stripe's dashboard whose payment intent Stripe says that it does not know.
async fn with_a_refund_that_could_not_be_matched() -> (World, String, Value) {
    let world = World::start().await;
    let session = world.reaches("1", "paid").await;
    let refund = events::refund("evt_refund", "re_dash", events::INTENT, 1_500);
    assert_eq!(world.stripe_tells(&refund).await.expect(200)["outcome"], "not_understood");
    let stored = world.stored_events("not_understood").await.remove(0);
    (world, session.id, stored["id"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_could_not_be_applied_is_applied_once_it_can_be() {
    let (world, session, id) = with_a_refund_that_could_not_be_matched().await;
    let before = world.table().await;
    let still = world.replays(&id).await.expect(200);
    assert_eq!((&still["outcome"], &still["applied_at"]), (&json!("not_understood"), &Value::Null));
    assert_eq!(world.table().await, before, "what still waits is left as it is");
    world.stripe.knows_intent(events::INTENT, &session);
    let applied = world.replays(&id).await.expect(200);
    assert_eq!((&applied["id"], &applied["outcome"]), (&id, &json!("applied")));
    assert!(applied["applied_at"].is_string());
    assert_eq!(world.shop.order("1").await["amount_refunded"], 1_500);
    // Once more is said to be once too often, and changes nothing.
    let before = world.table().await;
    let again = world.replays(&id).await;
    again.expect_problem(409, "event_applied");
    assert_eq!(world.table().await, before);
    let listed = world.stored_events("not_understood").await;
    assert_eq!(listed[0]["applied_at"], applied["applied_at"]);
    let log = world.shop.get(&format!("/v1/sessions/{session}/timeline")).await.expect(200).to_string();
    assert!(
        log.contains("which had arrived less than a second earlier, says: 15.00 EUR were refunded"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_nobody_understands_stays_what_it_is() {
    let world = World::start().await;
    let unknown = event::of("evt_x", "payment_intent.reversed_by_gremlins", json!({ "id": "pi_1" }));
    assert_eq!(world.stripe_tells(&unknown).await.expect(200)["outcome"], "not_understood");
    let id = world.stored_events("not_understood").await.remove(0)["id"].clone();
    let answer = world.replays(&id).await.expect(200);
    assert_eq!((&answer["outcome"], &answer["applied_at"]), (&json!("not_understood"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_an_outcome_are_applied_by_one_request() {
    let world = World::start().await;
    let mut sessions = Vec::new();
    // More than one page of them, over several orders.
    for order in 0..3 {
        let session = world.shop.opens(&format!("o{order}")).await;
        let id = session["id"].as_str().expect("an id").to_owned();
        let intent = format!("pi_{order}");
        let paid = events::by_intent(events::paid(&format!("evt_p{order}"), &id), &intent);
        world.stripe_tells(&paid).await.expect(200);
        for part in 0..20 {
            let refund =
                events::refund(&format!("evt_{order}_{part}"), &format!("re_{order}_{part}"), &intent, 10);
            assert_eq!(world.stripe_tells(&refund).await.expect(200)["outcome"], "not_understood");
        }
        sessions.push((intent, id));
    }
    let unknown = event::of("evt_x", "payment_intent.reversed_by_gremlins", json!({ "id": "pi_1" }));
    world.stripe_tells(&unknown).await.expect(200);
    for (intent, id) in &sessions {
        world.stripe.knows_intent(intent, id);
    }
    let body = json!({ "outcome": "not_understood" });
    let done = world.shop.post("/v1/events/replay", body.clone()).await.expect(200);
    assert_eq!(done, json!({ "done": 60, "next_cursor": null }));
    for order in 0..3 {
        assert_eq!(world.shop.order(&format!("o{order}")).await["amount_refunded"], 200);
    }
    let before = world.table().await;
    let again = world.shop.post("/v1/events/replay", body).await.expect(200);
    assert_eq!(again, json!({ "done": 0, "next_cursor": null }));
    assert_eq!(world.table().await, before, "what is applied is passed over");
    let unmatched = world.shop.post("/v1/events/replay", json!({ "outcome": "unmatched" })).await.expect(200);
    assert_eq!(unmatched["done"], 0);
}

/// Only the provider's answer says which order it is about, and that is not registered yet: it waits there.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_order_is_learned_by_a_replay_waits_for_it() {
    let world = World::start().await;
    let session = world.shop.session_id("1", 1).to_string();
    let refund = events::refund("evt_refund", "re_dash", "pi_early", 1_500);
    assert_eq!(world.stripe_tells(&refund).await.expect(200)["outcome"], "not_understood");
    world.stripe.knows_intent("pi_early", &session);
    let id = world.stored_events("not_understood").await.remove(0)["id"].clone();
    let waits = world.replays(&id).await.expect(200);
    assert_eq!((&waits["outcome"], &waits["applied_at"]), (&json!("unmatched"), &Value::Null));
    let paid = events::by_intent(events::paid("evt_paid", &session), "pi_early");
    assert_eq!(world.stripe_tells(&paid).await.expect(200)["outcome"], "unmatched");
    world.shop.registers("1").await;
    world
        .shop
        .post("/v1/sessions", json!({ "order_id": "1" }))
        .await
        .expect_problem(409, "order_already_paid");
    let order = world.shop.order("1").await;
    assert_eq!((&order["status"], &order["amount_refunded"]), (&json!("paid"), &json!(1_500)));
    world.replays(&id).await.expect_problem(409, "event_applied");
}

/// duncanmcclean/statamic-cargo#190: the webhook comes before the order exists, gets its 200, and the order is pending
/// for ever.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_came_before_its_order_says_so_in_the_log() {
    let world = World::start().await;
    let session = world.shop.session_id("1", 1).to_string();
    let outcome =
        world.stripe_tells(&events::paid("evt_early", &session)).await.expect(200)["outcome"].clone();
    assert_eq!(outcome, "unmatched");
    // It has waited for a while.
    let received = payproof_edge::app::now().millis() - 2_500;
    world.sets_on("evt", "at", received).await;
    world.shop.registers("1").await;
    let opened = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    opened.expect_problem(409, "order_already_paid");
    assert_eq!(world.shop.status("1").await, "paid");
    let log = world.shop.get(&format!("/v1/sessions/{session}/timeline")).await.expect(200);
    let texts: Vec<_> =
        log["entries"].as_array().unwrap().iter().map(|entry| entry["text"].as_str().unwrap()).collect();
    let early = "A signed webhook of stripe, which arrived 2 s before the order, says: 49.99 EUR were paid.";
    assert!(texts.contains(&early), "{texts:#?}");
    // It was applied when it could be, so there is nothing to replay.
    let id = world.stored_events("unmatched").await.remove(0)["id"].clone();
    world.replays(&id).await.expect_problem(409, "event_applied");
}

/// Webhooks were refused for a wrong secret, and the money is at the provider: one request asks about all that is open.
#[tokio::test(flavor = "multi_thread")]
async fn what_refused_deliveries_may_have_said_is_asked_of_the_providers() {
    let world = World::start().await;
    let paid = json!({
        "status": "complete", "payment_status": "paid",
        "payment_intent": { "id": events::INTENT, "object": "payment_intent", "status": "succeeded" },
    });
    for order in ["1", "2", "3"] {
        let session = world.reaches(order, "pending").await;
        if order != "3" {
            world.stripe.sets_checkout(&session.id, &paid);
            let event = events::paid(&format!("evt_{order}"), &session.id);
            let refused =
                world.stripe_posts("shop", "whsec_planted_wrong", payproof_edge::app::now(), &event);
            refused.await.expect_problem(401, "invalid_signature");
        }
    }
    let body = json!({ "outcome": "refused" });
    let done = world.shop.post("/v1/events/replay", body.clone()).await.expect(200);
    assert_eq!(done, json!({ "done": 3, "next_cursor": null }));
    for (order, status) in [("1", "paid"), ("2", "paid"), ("3", "pending")] {
        assert_eq!(world.shop.status(order).await, status, "{order}");
    }
    // What is settled is not asked about again.
    assert_eq!(world.shop.post("/v1/events/replay", body).await.expect(200)["done"], 1);
    assert_eq!(
        world.other.post("/v1/events/replay", json!({ "outcome": "refused" })).await.expect(200)["done"],
        0
    );
    for cursor in ["", "x", "1795539242000.ev_20261124_1795539242000_0123456789abcdef0123", "1.pay_x"] {
        let body = json!({ "outcome": "refused", "cursor": cursor });
        world.shop.post("/v1/events/replay", body).await.expect_problem(422, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_body_a_small_key_and_anothers_event_are_refused() {
    let (world, _, id) = with_a_refund_that_could_not_be_matched().await;
    let id = id.as_str().expect("an id").to_owned();
    let before = world.table().await;
    for (body, code) in [
        (json!({}), "invalid_request"),
        (json!({ "outcome": "applied" }), "invalid_request"),
        (json!({ "outcome": "UNMATCHED" }), "invalid_request"),
        (json!({ "outcome": 1 }), "invalid_request"),
        (json!({ "outcome": "unmatched", "cursor": "" }), "invalid_request"),
        (json!({ "outcome": "unmatched", "cursor": "x" }), "invalid_request"),
        (json!({ "outcome": "unmatched", "since": "x" }), "unknown_field"),
    ] {
        world.shop.post("/v1/events/replay", body).await.expect_problem(422, code);
    }
    let path = format!("/v1/events/{id}/replay");
    world.shop.post(&path, json!({ "force": true })).await.expect_problem(422, "unknown_field");
    world.other.post(&path, json!({})).await.expect_problem(404, "not_found");
    for odd in ["ev_x", "%2e%2e", "ev_20261124_1795539242000_0123456789abcdef0123", &id.to_uppercase()] {
        let odd = format!("/v1/events/{odd}/replay");
        world.sends_as(&world.shop, Raw::new("POST", &odd).body("{}")).await.expect_problem(404, "not_found");
    }
    for path in [path.as_str(), "/v1/events/replay"] {
        let raw = Raw::new("POST", path).body(r#"{"outcome":"unmatched"}"#);
        world.sends(&raw).await.expect_problem(401, "invalid_api_key");
        for key in [&world.shop.read_key, &world.shop.publishable_key] {
            world.sends(&raw.clone().key(key)).await.expect_problem(403, "key_not_allowed");
        }
        world
            .sends_as(&world.shop, Raw::new("POST", path).body("{"))
            .await
            .expect_problem(400, "invalid_json");
    }
    assert_eq!(world.table().await, before);
}
