//! The status poll: true at the moment of reading, and cheap to ask again.

use payproof_edge::api::view::poll_after_ms;
use serde_json::{Value, json};

use crate::events;
use crate::reach::{MESSAGES, heading};
use crate::world::{Answer, World};

async fn polls(world: &World, id: &str, key: &str, known: Option<&str>) -> Answer {
    let mut request = world.http.get(format!("{}/v1/sessions/{id}", world.stack.url)).bearer_auth(key);
    if let Some(known) = known {
        request = request.header("if-none-match", known);
    }
    Answer::of(request.send().await.expect("an answer")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_status_is_told_in_the_words_of_the_contract() {
    let world = World::start().await;
    for (status, message) in MESSAGES {
        let session = world.reaches(status, status).await;
        let polled = polls(&world, &session.id, &session.client_secret, None).await.expect(200);
        assert_eq!((polled["status"].as_str(), polled["message"].as_str()), (Some(status), Some(message)));
        assert_eq!(polled["order_status"], status);
        let is_final = !["created", "pending", "processing", "review"].contains(&status);
        assert_eq!(polled["final"], is_final, "{status}");
        assert_eq!(polled["paid"], status == "paid", "{status}");
        assert_eq!(polled["can_retry"], ["failed", "cancelled", "expired"].contains(&status), "{status}");
        assert_eq!(
            polled["retry_methods"].as_array().is_some_and(Vec::is_empty),
            polled["can_retry"] == false
        );
        assert_eq!(polled["poll_after_ms"].is_null(), is_final, "{status}");
        assert_eq!(polled["amount_refunded"], if status == "refunded" { 4999 } else { 0 });
        assert_eq!((polled["amount"].as_u64(), polled["currency"].as_str()), (Some(4999), Some("EUR")));
        assert!(!polled.to_string().contains("csec_"), "{polled}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_knows_the_etag_is_told_304_until_something_changes() {
    let world = World::start().await;
    let session = world.reaches("1", "created").await;
    let first = polls(&world, &session.id, &session.client_secret, None).await;
    first.expect(200);
    let etag = first.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2, "{etag}");
    assert_eq!(first.header("retry-after"), "1");
    assert_eq!(first.header("cache-control"), "no-store");
    let lists = [
        etag.clone(),
        format!("W/{etag}"),
        format!("\"other\", {etag}"),
        format!("\"x\",W/{etag},\"y\""),
        "*".to_owned(),
    ];
    for known in &lists {
        let again = polls(&world, &session.id, &session.client_secret, Some(known)).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{known}");
        assert_eq!((again.header("etag"), again.header("retry-after")), (etag.as_str(), "1"), "{known}");
    }
    for other in ["\"\"", "\"999\"", etag.trim_matches('"'), "", ","] {
        assert_eq!(
            polls(&world, &session.id, &session.client_secret, Some(other)).await.status,
            200,
            "{other}"
        );
    }
    let before = world.table().await;
    polls(&world, &session.id, &session.client_secret, None).await.expect(200);
    assert_eq!(world.table().await, before, "reading writes nothing");

    world.stripe_tells(&events::processing("evt_1", &session.id)).await.expect(200);
    let changed = polls(&world, &session.id, &session.client_secret, Some(&etag)).await;
    assert_eq!(changed.expect(200)["status"], "processing");
    let etag = changed.header("etag").to_owned();
    assert_eq!(polls(&world, &session.id, &session.client_secret, Some(&etag)).await.status, 304);
    world.stripe_tells(&events::async_paid("evt_2", &session.id)).await.expect(200);
    let paid = polls(&world, &session.id, &session.client_secret, Some(&etag)).await;
    assert_eq!(paid.expect(200)["status"], "paid");
    // Nothing is left to ask for.
    assert_eq!(paid.header("retry-after"), "");
    assert_eq!(
        polls(&world, &session.id, &session.client_secret, Some(paid.header("etag")))
            .await
            .header("retry-after"),
        ""
    );
}

#[test]
fn the_older_a_session_the_rarer_it_is_asked_for() {
    let minute = 60_000;
    let expected = [
        (0, 1_000),
        (2 * minute - 1, 1_000),
        (2 * minute, 3_000),
        (10 * minute - 1, 3_000),
        (10 * minute, 10_000),
        (60 * minute - 1, 10_000),
        (60 * minute, 60_000),
        (u64::MAX, 60_000),
    ];
    for (age, after) in expected {
        assert_eq!(poll_after_ms(age), after, "{age}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_that_the_provider_gave_is_told() {
    let world = World::start().await;
    let session = world.reaches("1", "created").await;
    world.stripe_tells(&events::declined("evt_1", &session.id)).await.expect(200);
    let polled = polls(&world, &session.id, &session.client_secret, None).await.expect(200);
    assert_eq!((polled["status"].as_str(), &polled["reason"]), (Some("created"), &Value::Null));
    world.stripe_tells(&events::async_failed("evt_2", &session.id)).await.expect(200);
    let polled = polls(&world, &session.id, &session.client_secret, None).await.expect(200);
    assert_eq!((polled["status"].as_str(), &polled["reason"]), (Some("failed"), &Value::Null));
    assert_eq!(
        polled["reason_text"],
        "There was not enough money for this payment. Please try another way to pay."
    );
    for key in [&world.shop.secret_key, &world.shop.read_key] {
        let path = format!("/v1/sessions/{}", session.id);
        let polled = world.shop.call("GET", &path, key, None).await.expect(200);
        assert_eq!(polled["reason"], "insufficient_funds");
        let words = "The account had too little money. The customer can pay another way, or later.";
        assert_eq!(polled["reason_text"], words);
    }
    let order = world.shop.order("1").await;
    assert_eq!(order["sessions"][0]["reason"], "insufficient_funds");
    let log = world.shop.get(&format!("/v1/sessions/{}/timeline", session.id)).await.expect(200);
    assert!(log.to_string().contains("insufficient_funds. The account had too little money."), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_not_told_that_a_card_is_known_as_stolen() {
    let world = World::start().await;
    let mut read = Vec::new();
    for (order, code) in [("1", "stolen_card"), ("2", "a_code_of_next_year"), ("3", "generic_decline")] {
        let session = world.reaches(order, "pending").await;
        let declined = events::declined_because(&format!("evt_{order}"), &session.id, code);
        world.stripe_tells(&declined).await.expect(200);
        world.stripe_tells(&events::async_failed(&format!("evt_{order}_2"), &session.id)).await.expect(200);
        let polled = polls(&world, &session.id, &session.client_secret, None).await.expect(200);
        assert!(!polled.to_string().contains(code), "{polled}");
        let path = format!("/return/{}?client_secret={}", session.id, session.client_secret);
        let page = world.http.get(format!("{}{path}", world.stack.url)).send().await.expect("an answer");
        let page = page.text().await.expect("a page");
        assert!(page.contains(polled["reason_text"].as_str().expect("a sentence")), "{page}");
        assert!(!page.contains(code), "{page}");
        read.push(polled["reason_text"].clone());
    }
    assert_eq!(read, vec![read[0].clone(); 3], "all three read the same");
    let known = world.shop.get(&format!("/v1/sessions/{}", world.shop.session_id("1", 1))).await.expect(200);
    assert!(known["reason_text"].as_str().is_some_and(|text| text.contains("lost or stolen")), "{known}");
    let unknown =
        world.shop.get(&format!("/v1/sessions/{}", world.shop.session_id("2", 1))).await.expect(200);
    assert_eq!(unknown["reason_text"], "stripe says: a_code_of_next_year.");
}

/// Its page said "We are confirming the final status." and never asked again.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_session_is_asked_about_while_another_is_under_way() {
    let world = World::start().await;
    let failed = world.reaches("1", "failed").await;
    let ended = polls(&world, &failed.id, &failed.client_secret, None).await.expect(200);
    assert_eq!((ended["final"].as_bool(), &ended["poll_after_ms"]), (Some(true), &Value::Null));
    let second = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    let second = second["id"].as_str().expect("an id");
    world.stripe_tells(&events::processing("evt_2", second)).await.expect(200);
    let polled = polls(&world, &failed.id, &failed.client_secret, None).await.expect(200);
    assert_eq!(polled["message"], "Payment received. We are confirming the final status.");
    assert_eq!((polled["status"].as_str(), polled["final"].as_bool()), (Some("failed"), Some(false)));
    assert!(polled["poll_after_ms"].is_u64(), "{polled}");
    world.stripe_tells(&events::async_paid("evt_3", second)).await.expect(200);
    let paid = polls(&world, &failed.id, &failed.client_secret, None).await.expect(200);
    assert_eq!((paid["final"].as_bool(), paid["paid"].as_bool()), (Some(true), Some(true)));
}

/// It read "Payment was not completed. You can try again" once the other's money went back, and nothing could be opened.
#[tokio::test(flavor = "multi_thread")]
async fn the_other_sessions_of_a_refunded_order_say_that_it_was_refunded() {
    let world = World::start().await;
    for (order, status) in [("1", "failed"), ("2", "pending")] {
        let other = world.reaches(order, status).await;
        let paid = world.shop.post("/v1/sessions", json!({ "order_id": order, "method": "wallet" })).await;
        let paid = paid.expect(201)["id"].as_str().expect("an id").to_owned();
        world.stripe_tells(&events::paid(&format!("evt_{order}_8"), &paid)).await.expect(200);
        world.stripe_tells(&events::refunded(&format!("evt_{order}_9"), &paid, 4999)).await.expect(200);
        assert_eq!(world.shop.status(order).await, "refunded");
        let polled = polls(&world, &other.id, &other.client_secret, None).await.expect(200);
        assert_eq!(polled["message"], "Your payment has been refunded.", "{status}");
        assert_eq!((&polled["final"], &polled["can_retry"]), (&json!(true), &json!(false)), "{status}");
        for path in [&other.checkout_url, &other.return_path()] {
            let page = world.page(path).await;
            assert_eq!(
                (page.status, heading(&page.body)),
                (200, "Your payment has been refunded."),
                "{path}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_session_of_an_order_that_was_paid_otherwise_does_not_ask_to_pay_again() {
    let world = World::start().await;
    let failed = world.reaches("1", "failed").await;
    let second = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    world.stripe_tells(&events::paid("evt_2", second["id"].as_str().expect("an id"))).await.expect(200);
    let polled = polls(&world, &failed.id, &failed.client_secret, None).await.expect(200);
    assert_eq!((polled["status"].as_str(), polled["order_status"].as_str()), (Some("failed"), Some("paid")));
    assert_eq!((polled["paid"].as_bool(), polled["can_retry"].as_bool()), (Some(true), Some(false)));
    assert_eq!(
        polled["message"], "Payment confirmed. Your order is now being processed.",
        "true when it is read"
    );
}
