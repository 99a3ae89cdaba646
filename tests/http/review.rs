//! `POST /v1/sessions/{session_id}/review`: a merchant decides about money that came, or about what the provider holds.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::events;
use crate::racing::at_once;
use crate::reach::Opened;
use crate::stripe_api::{Mood, event};
use crate::wire::Raw;
use crate::world::{Answer, World};

impl World {
    async fn rules(&self, session: &str, decision: &str) -> Answer {
        let body = json!({ "decision": decision, "actor": "Ada Byron", "note": "Called the customer." });
        self.shop.post(&format!("/v1/sessions/{session}/review"), body).await
    }
}

/// A session that got 49.98 instead of 49.99.
async fn short() -> (World, Opened) {
    let world = World::start().await;
    let session = world.reaches("1", "review").await;
    (world, session)
}

/// A session whose payment Stripe holds; no money came.
async fn held() -> (World, Opened) {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    world.stripe.knows_intent(events::INTENT, &session.id);
    assert_eq!(world.stripe_tells(&events::review_opened("evt_held")).await.expect(200)["outcome"], "review");
    (world, session)
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_is_approved_is_enough_and_the_sums_stay_what_came() {
    let (world, session) = short().await;
    assert_eq!(world.shop.order("1").await["attention"], json!(["amount_mismatch"]));
    let answer = world.rules(&session.id, "approve").await.expect(200);
    assert_eq!((&answer["session"]["status"], &answer["refunds"]), (&json!("paid"), &json!([])));
    let order = world.shop.order("1").await;
    assert_eq!(
        (&order["status"], &order["amount_paid"], &order["attention"]),
        (&json!("paid"), &json!(4998), &json!([]))
    );
    let before = world.table().await;
    assert_eq!(world.rules(&session.id, "approve").await.expect(200)["session"]["status"], "paid");
    assert_eq!(world.table().await, before, "again is harmless");
    let log = world.shop.get(&format!("/v1/sessions/{}/timeline", session.id)).await.expect(200);
    let text = "Ada Byron decided that 49.98 EUR are enough: Called the customer.";
    assert!(log["entries"].as_array().unwrap().iter().any(|entry| entry["text"] == text), "{log}");
    // What is paid is not in review: it goes back by a refund.
    let rejected = world.rules(&session.id, "reject").await;
    rejected.expect_problem(409, "not_in_review");
    assert_eq!(rejected.json()["session_status"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_is_rejected_goes_back_once() {
    let (world, session) = short().await;
    world.stripe.refunds_are("pending");
    let answer = world.rules(&session.id, "reject").await.expect(200);
    assert_eq!(answer["session"]["status"], "review", "until the money is back");
    let refund = &answer["refunds"][0];
    assert_eq!((&refund["status"], &refund["amount"]), (&json!("pending"), &json!(4998)));
    assert_eq!(world.rules(&session.id, "reject").await.expect(200)["refunds"], answer["refunds"]);
    world.rules(&session.id, "approve").await.expect_problem(409, "already_rejected");
    assert_eq!((world.stripe.refund_requests(), world.stripe.refunds().len()), (1, 1));
    let mut object = world.stripe.refund_objects().remove(0);
    object["status"] = json!("succeeded");
    world.stripe_tells(&event::of("evt_r", "refund.updated", object)).await.expect(200);
    let order = world.shop.order("1").await;
    assert_eq!((&order["status"], &order["amount_refunded"]), (&json!("refunded"), &json!(4998)));
    let again = world.rules(&session.id, "reject").await.expect(200);
    assert_eq!(
        (&again["session"]["status"], &again["refunds"][0]["status"]),
        (&json!("refunded"), &json!("succeeded"))
    );
    let approved = world.rules(&session.id, "approve").await;
    approved.expect_problem(409, "not_in_review");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_rejected_money_that_is_refused_can_be_asked_for_anew() {
    let (world, session) = short().await;
    world.stripe.acts(Mood::Refuses);
    let answer = world.rules(&session.id, "reject").await.expect(200);
    assert_eq!(answer["refunds"][0]["status"], "failed");
    assert_eq!(world.shop.order("1").await["attention"], json!(["amount_mismatch", "refund_failed"]));
    world.stripe.acts(Mood::Fine);
    world.shop.refunds("1", "by-hand", json!({})).await.expect(200);
    assert_eq!(world.shop.status("1").await, "refunded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zero_that_is_rejected_ends_the_attempt() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    world.stripe_tells(&events::over(events::paid("evt_0", &session.id), 0, "eur")).await.expect(200);
    assert_eq!(world.shop.status("1").await, "review");
    let answer = world.rules(&session.id, "reject").await.expect(200);
    assert_eq!((&answer["session"]["status"], &answer["refunds"]), (&json!("cancelled"), &json!([])));
    assert_eq!(world.shop.order("1").await["attention"], json!([]));
    world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_at_once_are_one_decision() {
    let world = Arc::new(World::start().await);
    let session = world.reaches("1", "review").await;
    let id = Arc::new(session.id);
    let answers = at_once(&world, 8, |world, _| {
        let id = Arc::clone(&id);
        async move { world.rules(&id, "reject").await }
    })
    .await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!((world.stripe.refund_requests(), world.shop.status("1").await.as_str()), (1, "refunded"));
}

#[tokio::test(flavor = "multi_thread")]
async fn approving_what_the_provider_holds_asks_the_provider_first() {
    let (world, session) = held().await;
    world.rules(&session.id, "approve").await.expect_problem(409, "nothing_to_approve");
    assert_eq!(world.shop.status("1").await, "review");
    let paid = json!({
        "status": "complete", "payment_status": "paid",
        "payment_intent": { "id": events::INTENT, "object": "payment_intent", "status": "succeeded" },
    });
    world.stripe.sets_checkout(&session.id, &paid);
    assert_eq!(world.rules(&session.id, "approve").await.expect(200)["session"]["status"], "paid");
    assert_eq!(world.shop.order("1").await["amount_paid"], 4999);
}

#[tokio::test(flavor = "multi_thread")]
async fn rejecting_what_the_provider_holds_closes_the_checkout() {
    let (world, session) = held().await;
    let answer = world.rules(&session.id, "reject").await.expect(200);
    assert_eq!((&answer["session"]["status"], &answer["refunds"]), (&json!("cancelled"), &json!([])));
    assert_eq!(world.stripe.sets_checkout(&session.id, &json!({}))["status"], "expired");
    let before = world.table().await;
    assert_eq!(world.rules(&session.id, "reject").await.expect(200)["session"]["status"], "cancelled");
    assert_eq!(world.table().await, before, "again is harmless");
}

/// The money came while somebody decided that it is not wanted: it is found and sent back, not taken for closed.
#[tokio::test(flavor = "multi_thread")]
async fn rejecting_what_was_paid_short_meanwhile_sends_it_back() {
    let (world, session) = held().await;
    let paid = json!({
        "status": "complete", "payment_status": "paid", "amount_total": 4000,
        "payment_intent": { "id": events::INTENT, "object": "payment_intent", "status": "succeeded" },
    });
    world.stripe.sets_checkout(&session.id, &paid);
    let answer = world.rules(&session.id, "reject").await.expect(200);
    assert_eq!(
        (&answer["session"]["status"], &answer["refunds"][0]["amount"]),
        (&json!("refunded"), &json!(4000))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rejecting_what_was_paid_whole_meanwhile_says_that_it_is_paid() {
    let (world, session) = held().await;
    let paid = json!({
        "status": "complete", "payment_status": "paid",
        "payment_intent": { "id": events::INTENT, "object": "payment_intent", "status": "succeeded" },
    });
    world.stripe.sets_checkout(&session.id, &paid);
    let answer = world.rules(&session.id, "reject").await;
    answer.expect_problem(409, "not_in_review");
    assert_eq!((&answer.json()["session_status"], world.stripe.refund_requests()), (&json!("paid"), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_leaves_what_it_holds_undecided() {
    let (world, session) = held().await;
    world.stripe.acts(Mood::Breaks);
    world.rules(&session.id, "reject").await.expect_problem(503, "unavailable");
    assert_eq!(world.shop.status("1").await, "review");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_review_is_not_decided_about() {
    let world = World::start().await;
    for status in ["created", "pending", "processing", "paid", "failed", "cancelled", "expired", "refunded"] {
        let session = world.reaches(status, status).await;
        let before = world.table().await;
        for decision in ["approve", "reject"] {
            let answer = world.rules(&session.id, decision).await;
            answer.expect_problem(409, "not_in_review");
            assert_eq!(answer.json()["session_status"], status);
        }
        assert_eq!(world.table().await, before, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_body_a_small_key_and_anothers_session_are_refused() {
    let (world, session) = short().await;
    let path = format!("/v1/sessions/{}/review", session.id);
    let fine = json!({ "decision": "approve", "actor": "Ada" });
    let with = |name: &str, value: Value| {
        let mut body = fine.clone();
        body[name] = value;
        body
    };
    let before = world.table().await;
    for (body, code) in [
        (json!({ "decision": "approve" }), "invalid_request"),
        (json!({ "actor": "Ada" }), "invalid_request"),
        (with("decision", json!("maybe")), "invalid_request"),
        (with("decision", json!("APPROVE")), "invalid_request"),
        (with("decision", json!(true)), "invalid_request"),
        (with("actor", json!("")), "invalid_request"),
        (with("actor", json!("A\u{0}da")), "invalid_request"),
        (with("note", json!("x".repeat(501))), "invalid_request"),
        (with("amount", json!(4998)), "unknown_field"),
    ] {
        world.shop.post(&path, body).await.expect_problem(422, code);
    }
    let raw = |body: &str| Raw::new("POST", &path).body(body);
    world.sends_as(&world.shop, raw("nope")).await.expect_problem(400, "invalid_json");
    world.sends(&raw(&fine.to_string())).await.expect_problem(401, "invalid_api_key");
    for key in [&world.shop.read_key, &world.shop.publishable_key] {
        world.sends(&raw(&fine.to_string()).key(key)).await.expect_problem(403, "key_not_allowed");
    }
    world.other.post(&path, fine.clone()).await.expect_problem(404, "not_found");
    for id in
        [session.id.replace("_1", "_2"), world.shop.session_id("absent", 1).to_string(), "cs_x".to_owned()]
    {
        world
            .shop
            .post(&format!("/v1/sessions/{id}/review"), fine.clone())
            .await
            .expect_problem(404, "not_found");
    }
    assert_eq!(world.table().await, before);
}
