//! `POST /v1/sessions/{session_id}/cancel`: an open session is stopped, and only where nobody can pay it any more.

use serde_json::{Value, json};

use crate::events;
use crate::reach::Opened;
use crate::stripe_api::Mood;
use crate::wire::Raw;
use crate::world::{Answer, World};

impl World {
    async fn cancels_it(&self, session: &str, body: Value) -> Answer {
        self.shop.post(&format!("/v1/sessions/{session}/cancel"), body).await
    }
}

fn by_ada() -> Value {
    json!({ "actor": "Ada", "note": "Wrong chair." })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_session_is_closed_at_its_provider_and_then_cancelled() {
    let world = World::start().await;
    for status in ["created", "pending"] {
        let session = world.reaches(status, status).await;
        let answer = world.cancels_it(&session.id, by_ada()).await.expect(200);
        assert_eq!(answer["status"], "cancelled");
        assert_eq!(
            answer["message"],
            "Payment was not completed. You can try again or choose another method."
        );
        let checkout = world.stripe.sets_checkout(&session.id, &json!({}));
        assert_eq!(checkout["status"], "expired", "nobody can pay there any more");
        let log = world.shop.get(&format!("/v1/sessions/{}/timeline", session.id)).await.expect(200);
        let texts: Vec<_> =
            log["entries"].as_array().unwrap().iter().map(|entry| entry["text"].as_str().unwrap()).collect();
        assert!(texts.contains(&"Ada cancelled the payment: Wrong chair."), "{texts:#?}");
        // That Stripe tells of the closed checkout, too, changes nothing.
        let told = world.stripe_tells(&events::expired(&format!("evt_{status}"), &session.id)).await;
        assert_eq!(told.expect(200)["outcome"], "stale");
        let before = world.table().await;
        assert_eq!(world.cancels_it(&session.id, by_ada()).await.expect(200)["status"], "cancelled");
        assert_eq!(world.table().await, before, "again is harmless, and writes nothing");
        // An old link leads to no checkout, and another session can be opened.
        assert_eq!(world.page(&session.checkout_url).await.status, 200);
        let next = world.shop.post("/v1/sessions", json!({ "order_id": status })).await.expect(201);
        assert_eq!(next["attempt"], 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_or_is_under_way_says_what_it_is() {
    let world = World::start().await;
    for status in ["processing", "paid", "failed", "expired", "review", "refunded"] {
        let session = world.reaches(status, status).await;
        let before = world.table().await;
        let answer = world.cancels_it(&session.id, by_ada()).await;
        answer.expect_problem(409, "session_not_open");
        assert_eq!(answer.json()["session_status"], status);
        assert!(answer.json()["detail"].as_str().unwrap().contains(status));
        assert_eq!(world.table().await, before, "{status}");
    }
}

/// Under way, and then declined by a later word of the provider's: it is open again, whatever of it is told first.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_under_way_and_is_declined_is_open_again_and_can_be_cancelled() {
    let world = World::start().await;
    for (order, works_first) in [("1", true), ("2", false)] {
        let session = world.reaches(order, "pending").await;
        let works = events::processing(&format!("evt_{order}_works"), &session.id);
        let no = events::a_minute_later(events::declined(&format!("evt_{order}_no"), &session.id));
        if works_first {
            assert_eq!(world.stripe_tells(&works).await.expect(200)["outcome"], "applied");
            assert_eq!(world.shop.status(order).await, "processing");
            world.cancels_it(&session.id, by_ada()).await.expect_problem(409, "session_not_open");
            assert_eq!(world.stripe_tells(&no).await.expect(200)["outcome"], "applied");
        } else {
            for late in [no, works] {
                assert_eq!(world.stripe_tells(&late).await.expect(200)["outcome"], "stale");
            }
        }
        let polled = world.shop.get(&format!("/v1/sessions/{}", session.id)).await.expect(200);
        assert_eq!((&polled["status"], &polled["order_status"]), (&json!("pending"), &json!("pending")));
        assert_eq!(polled["message"], "Thanks, we are confirming your payment.");
        let again = world.shop.post("/v1/sessions", json!({ "order_id": order })).await.expect(200);
        assert_eq!(again["id"], session.id.as_str(), "the customer can go on there");
        let cancelled = world.cancels_it(&session.id, by_ada()).await.expect(200);
        assert_eq!(cancelled["status"], "cancelled");
    }
}

/// Whoever cancels at the moment at which the customer pays is told that it is paid.
#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_that_was_paid_meanwhile_is_not_cancelled() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    let paid = json!({
        "status": "complete", "payment_status": "paid",
        "payment_intent": { "id": events::INTENT, "object": "payment_intent", "status": "succeeded" },
    });
    world.stripe.sets_checkout(&session.id, &paid);
    let answer = world.cancels_it(&session.id, by_ada()).await;
    answer.expect_problem(409, "session_not_open");
    assert_eq!(answer.json()["session_status"], "paid");
    assert_eq!(world.shop.status("1").await, "paid", "what the provider says is recorded");
    assert_eq!(world.shop.order("1").await["attention"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_that_expired_meanwhile_is_expired() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    world.stripe.sets_checkout(&session.id, &json!({ "status": "expired" }));
    let answer = world.cancels_it(&session.id, by_ada()).await;
    answer.expect_problem(409, "session_not_open");
    assert_eq!(
        (&answer.json()["session_status"], world.shop.status("1").await.as_str()),
        (&json!("expired"), "expired")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_leaves_the_session_as_it_is() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    for (mood, status, code) in [(Mood::Refuses, 502, "provider_error"), (Mood::Breaks, 503, "unavailable")] {
        world.stripe.acts(mood);
        let version = world.version(&world.shop, "1").await;
        let answer = world.cancels_it(&session.id, by_ada()).await;
        answer.expect_problem(status, code);
        assert_eq!(answer.header("retry-after").is_empty(), status == 502);
        assert!(!answer.body.contains("planted"), "{}", answer.body);
        assert_eq!(
            (world.version(&world.shop, "1").await, world.shop.status("1").await.as_str()),
            (version, "pending")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_checkout_nobody_knows_is_cancelled_and_late_money_still_counts() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.stripe.set_mood(Mood::Breaks);
    world
        .shop
        .post("/v1/sessions", json!({ "order_id": "1" }))
        .await
        .expect_problem(502, "no_provider_available");
    world.stripe.set_mood(Mood::Fine);
    let session = world.shop.session_id("1", 1).to_string();
    let answer = world.cancels_it(&session, json!({})).await.expect(200);
    assert_eq!(answer["status"], "cancelled");
    assert!(answer["reason"].as_str().unwrap().contains("money that still comes counts"), "{answer}");
    world.stripe_tells(&events::paid("evt_1", &session)).await.expect(200);
    let order = world.shop.order("1").await;
    assert_eq!((&order["status"], &order["attention"]), (&json!("paid"), &json!(["late_payment"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_body_a_small_key_and_anothers_session_are_refused() {
    let world = World::start().await;
    let session = Opened::of(&world.shop.opens("1").await);
    let before = world.table().await;
    for (body, code) in [
        (json!({ "actor": "" }), "invalid_request"),
        (json!({ "actor": "x".repeat(65) }), "invalid_request"),
        (json!({ "actor": 1 }), "invalid_request"),
        (json!({ "note": "x".repeat(501) }), "invalid_request"),
        (json!({ "reason": "x" }), "unknown_field"),
        (json!([]), "invalid_request"),
    ] {
        world.cancels_it(&session.id, body).await.expect_problem(422, code);
    }
    let path = format!("/v1/sessions/{}/cancel", session.id);
    let raw = |body: &str| Raw::new("POST", &path).body(body);
    world.sends_as(&world.shop, raw("")).await.expect_problem(400, "invalid_json");
    world.sends(&raw("{}")).await.expect_problem(401, "invalid_api_key");
    for key in [&world.shop.read_key, &world.shop.publishable_key] {
        world.sends(&raw("{}").key(key)).await.expect_problem(403, "key_not_allowed");
    }
    world.sends(&raw("{}").key(&session.client_secret)).await.expect_problem(401, "invalid_api_key");
    world.other.post(&path, json!({})).await.expect_problem(404, "not_found");
    for id in
        [session.id.replace("_1", "_2"), world.shop.session_id("absent", 1).to_string(), "cs_x".to_owned()]
    {
        world.cancels_it(&id, json!({})).await.expect_problem(404, "not_found");
    }
    assert_eq!(world.table().await, before);
}
