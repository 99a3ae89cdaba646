//! `POST /v1/sessions/{session_id}/reconcile`: somebody does not want to wait.

use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::clockwork::Clockwork;
use crate::healed::paid_there;
use crate::stripe_api::{Mood, event};
use crate::world::{Answer, World};

async fn asks(world: &World, id: &str) -> Answer {
    world.shop.call("POST", &format!("/v1/sessions/{id}/reconcile"), &world.shop.secret_key, None).await
}

async fn opened() -> (World, String) {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id").to_owned();
    (world, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_webhook_never_came_is_found_by_hand_and_the_webhook_is_stale_then() {
    let (world, id) = opened().await;
    let nothing = asks(&world, &id).await.expect(200);
    assert_eq!(
        (&nothing["outcome"], &nothing["session"]["status"]),
        (&json!("unchanged"), &json!("created"))
    );
    world.stripe.sets_checkout(&id, &paid_there(4999));
    let found = asks(&world, &id).await.expect(200);
    assert_eq!((&found["outcome"], &found["session"]["status"]), (&json!("applied"), &json!("paid")));
    assert_eq!(found["session"], world.shop.get(&format!("/v1/sessions/{id}")).await.expect(200));
    let stored = world.stored(&world.shop, "1").await;
    assert_eq!(asks(&world, &id).await.expect(200)["outcome"], "unchanged");
    assert_eq!(world.stored(&world.shop, "1").await, stored, "asked again nothing is written");
    let told = world.stripe_tells(&event::paid("evt_1", &id, 4999, "eur")).await.expect(200);
    assert_eq!(told["outcome"], "stale");
    assert_eq!(world.shop.order("1").await["amount_paid"], 4999);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_person_is_said_to_and_a_refund_made_elsewhere_is_found() {
    let (world, id) = opened().await;
    world.stripe.sets_checkout(&id, &paid_there(4000));
    assert_eq!(asks(&world, &id).await.expect(200)["outcome"], "review");
    let mut there = paid_there(4000);
    there["payment_intent"]["latest_charge"]["refunds"]["data"] = json!([{
        "id": "re_1", "object": "refund", "amount": 4000, "currency": "eur", "status": "succeeded", "created": 1,
    }]);
    world.stripe.sets_checkout(&id, &there);
    let found = asks(&world, &id).await.expect(200);
    assert_eq!((&found["outcome"], &found["session"]["status"]), (&json!("applied"), &json!("refunded")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_leaves_all_as_it_is_and_the_answer_says_what_to_do() {
    let (world, id) = opened().await;
    let before = world.stored(&world.shop, "1").await;
    world.stripe.answers(Mood::Breaks);
    let away = asks(&world, &id).await;
    away.expect_problem(503, "unavailable");
    assert!(!away.header("retry-after").is_empty());
    world.stripe.answers(Mood::Refuses);
    asks(&world, &id).await.expect_problem(502, "provider_error");
    world.stripe.answers(Mood::Hangs);
    let asked_at = std::time::Instant::now();
    asks(&world, &id).await.expect_problem(503, "unavailable");
    assert!(asked_at.elapsed().as_secs() <= 8, "{:?}", asked_at.elapsed());
    assert_eq!(world.stored(&world.shop, "1").await, before);

    // One that keeps failing is left alone, and the answer says until when.
    world.stripe.answers(Mood::Breaks);
    for _ in 0..5 {
        asks(&world, &id).await.expect_problem(503, "unavailable");
    }
    world.stripe.answers(Mood::Fine);
    let asked = world.stripe.asked();
    let left_alone = asks(&world, &id).await;
    left_alone.expect_problem(503, "unavailable");
    assert!(left_alone.json()["detail"].as_str().is_some_and(|detail| detail.contains("left alone until")));
    assert_eq!(world.stripe.asked(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_cannot_be_asked_and_a_checkout_that_is_being_made_are_told_apart() {
    let (world, id) = opened().await;
    world.shop.registers("2").await;
    let opening = world.shop.clone();
    world.stripe.set_mood(Mood::Hangs);
    let opening = tokio::spawn(async move { opening.post("/v1/sessions", json!({ "order_id": "2" })).await });
    let second = world.shop.session_id("2", 1).to_string();
    while world.stripe.creations().len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let being_made = asks(&world, &second).await;
    being_made.expect_problem(409, "session_opening");
    assert!(!being_made.header("retry-after").is_empty());
    opening.abort();

    let mut document = world.shop.document(&world.stripe.url);
    document["providers"].as_object_mut().expect("providers").remove("stripe");
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    let app = payproof_edge::app::App::new(&world.stack.settings());
    let request = http::Request::post(format!("/v1/sessions/{id}/reconcile"))
        .header("authorization", format!("Bearer {}", world.shop.secret_key))
        .body(bytes::Bytes::new())
        .expect("a request");
    let response = merchant_act::handle(&app, request, now()).await;
    let problem: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!((response.status().as_u16(), &problem["code"]), (409, &json!("cannot_be_asked")));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_all_that_is_due_about_the_session() {
    let (world, id) = opened().await;
    let app = Clockwork::new(&world.stack.settings()).app;
    let request = http::Request::post(format!("/v1/sessions/{id}/reconcile"))
        .header("authorization", format!("Bearer {}", world.shop.secret_key))
        .body(bytes::Bytes::from_static(b"{}"))
        .expect("a request");
    let response = merchant_act::handle(&app, request, now().plus_seconds(1_801)).await;
    let answer: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!((&answer["outcome"], &answer["session"]["status"]), (&json!("applied"), &json!("expired")));
    assert_eq!(world.stripe.sets_checkout(&id, &json!({}))["status"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_key_a_bad_body_and_anothers_session_are_refused_and_nobody_is_asked() {
    let (world, id) = opened().await;
    let path = format!("/v1/sessions/{id}/reconcile");
    let before = world.table().await;
    for key in [&world.shop.read_key, &world.shop.publishable_key] {
        world.shop.call("POST", &path, key, None).await.expect_problem(403, "key_not_allowed");
    }
    world.shop.call("POST", &path, "sk_shop_no", None).await.expect_problem(401, "invalid_api_key");
    world.shop.post(&path, json!({ "status": "paid" })).await.expect_problem(422, "unknown_field");
    world.other.post(&path, json!({})).await.expect_problem(404, "not_found");
    for other in
        ["cs_nothing", &world.shop.session_id("1", 2).to_string(), &world.shop.session_id("2", 1).to_string()]
    {
        asks(&world, other).await.expect_problem(404, "not_found");
    }
    assert_eq!(world.table().await, before);
    assert_eq!(world.stripe.asked(), 0);
}
