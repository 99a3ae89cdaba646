//! Opening a session while the provider refuses, breaks or has had enough.

use serde_json::{Value, json};

use crate::events;
use crate::stripe_api::Mood;
use crate::world::World;

const STRIPE_METHODS: [&str; 5] = ["card", "bank_transfer", "wallet", "local", "link"];

#[tokio::test(flavor = "multi_thread")]
async fn a_session_answers_all_that_the_contract_names_and_no_more() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let mut names: Vec<_> = session.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "amount",
            "attempt",
            "checkout_url",
            "client_secret",
            "created_at",
            "currency",
            "expires_at",
            "fallback_methods",
            "id",
            "method",
            "order_id",
            "provider",
            "provider_checkout_url",
            "status",
            "status_url",
        ]
    );
    let id = session["id"].as_str().expect("an id");
    assert_eq!((session["amount"].as_u64(), session["currency"].as_str()), (Some(4999), Some("EUR")));
    assert_eq!(session["status_url"], format!("{}/v1/sessions/{id}", world.stack.url));
    let go = format!("{}/go/{id}/", world.stack.url);
    let token = session["checkout_url"].as_str().and_then(|url| url.strip_prefix(&go)).expect("our address");
    assert!(token.len() == 43 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
    assert_eq!(session["fallback_methods"], json!(&STRIPE_METHODS[1..]));
    assert!(session["expires_at"].as_str() > session["created_at"].as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_open_session_is_given_again_and_another_method_gets_its_own() {
    let world = World::start().await;
    let card = world.shop.opens("1").await;
    let again =
        world.shop.post("/v1/sessions", json!({ "order_id": "1", "method": "card" })).await.expect(200);
    assert_eq!(again, card, "also its client secret: the shop's server has a secret key");
    let wallet =
        world.shop.post("/v1/sessions", json!({ "order_id": "1", "method": "wallet" })).await.expect(201);
    assert_eq!((wallet["attempt"].as_u64(), wallet["method"].as_str()), (Some(2), Some("wallet")));
    let newest = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(200);
    assert_eq!(newest["id"], wallet["id"]);
    let other = world.shop.post("/v1/sessions", json!({ "order_id": "1", "method": "crypto" })).await;
    other.expect_problem(502, "no_provider_available");
    assert_eq!(other.json()["methods"], json!(STRIPE_METHODS));
    assert_eq!(world.stripe.checkouts(), 2);
}

/// vendurehq/vendure#753: paying again after a failure is too hard.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_checkout_fails_its_attempt_and_the_next_request_opens_another() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.stripe.set_mood(Mood::Refuses);
    let refused = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    refused.expect_problem(502, "no_provider_available");
    assert_eq!(refused.json()["methods"], json!(STRIPE_METHODS[1..]), "what was not tried");
    assert!(!refused.body.contains("sk_test"), "{}", refused.body);
    let id = world.shop.session_id("1", 1);
    let failed = world.shop.get(&format!("/v1/sessions/{id}")).await.expect(200);
    assert_eq!(
        (failed["status"].as_str(), failed["reason"].as_str()),
        (Some("failed"), Some("account_closed"))
    );
    assert_eq!(
        (failed["can_retry"].as_bool(), &failed["retry_methods"]),
        (Some(true), &json!(STRIPE_METHODS))
    );
    assert_eq!((failed["final"].as_bool(), failed["paid"].as_bool()), (Some(true), Some(false)));
    world.stripe.set_mood(Mood::Fine);
    let second = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    assert_eq!(second["attempt"], 2);
    assert_eq!(world.shop.status("1").await, "created");
    // A late event of the first attempt would still be counted: the money decides.
    world.stripe_tells(&events::paid("evt_1", second["id"].as_str().expect("an id"))).await.expect(200);
    assert_eq!(world.shop.status("1").await, "paid");
}

/// aws-powertools/powertools-lambda-python#8049: a time-out lets the same request run again. killbill/killbill PR #643:
/// duplicate transactions after an unknown one.
#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_of_unknown_outcome_is_asked_for_again_and_never_made_twice() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.stripe.set_mood(Mood::Breaks);
    let broken = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    broken.expect_problem(502, "no_provider_available");
    assert_eq!(broken.json()["methods"], json!([]), "whoever breaks breaks for every method");
    assert_eq!(world.shop.status("1").await, "created", "it may be there, and may be paid");
    world.stripe.set_mood(Mood::Fine);
    let session = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    assert!([200, 201].contains(&session.status), "{}", session.body);
    assert_eq!(session.json()["attempt"], 1);
    let creations = world.stripe.creations();
    assert_eq!((world.stripe.checkouts(), creations.len()), (1, 2));
    assert!(creations.windows(2).all(|pair| pair[0] == pair[1]), "the same request, to the byte");
}

/// Stripe keeps its first answer to a key for a day, also a 500: only another attempt gets on.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_the_provider_repeats_is_left_for_the_next_attempt() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.stripe.set_mood(Mood::BreaksForGood);
    let broken = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    broken.expect_problem(502, "no_provider_available");
    world.stripe.set_mood(Mood::Fine);
    let session = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    assert_eq!((session["attempt"].as_u64(), world.stripe.checkouts()), (Some(2), 1));
    // Should the first have been made all the same, its money counts.
    let first = world.shop.session_id("1", 1).to_string();
    assert_eq!(world.stripe_tells(&events::paid("evt_1", &first)).await.expect(200)["outcome"], "applied");
    assert_eq!(world.shop.status("1").await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_whose_first_request_met_a_broken_provider_gets_its_session_at_the_second() {
    let world = World::start().await;
    world.shop.registers("1").await;
    let body = json!({ "order_id": "1" });
    let opens = || world.shop.call("POST", "/v1/sessions", &world.shop.publishable_key, Some(&body));
    world.stripe.set_mood(Mood::Breaks);
    opens().await.expect_problem(502, "no_provider_available");
    world.stripe.set_mood(Mood::Fine);
    // Nobody was given this session before, so nobody else made it.
    let made = opens().await.expect(201);
    assert!(made["client_secret"].is_string(), "without it the shop's page could not ask for the status");
    let again = opens().await.expect(200);
    assert_eq!((&again["id"], again.get("client_secret")), (&made["id"], None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_of_unknown_outcome_is_paid_by_its_webhook_all_the_same() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.stripe.set_mood(Mood::Breaks);
    world
        .shop
        .post("/v1/sessions", json!({ "order_id": "1" }))
        .await
        .expect_problem(502, "no_provider_available");
    let id = world.shop.session_id("1", 1).to_string();
    assert_eq!(world.stripe_tells(&events::paid("evt_1", &id)).await.expect(200)["outcome"], "applied");
    assert_eq!(world.shop.status("1").await, "paid");
    world.stripe.set_mood(Mood::Fine);
    let again = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    again.expect_problem(409, "order_already_paid");
    assert_eq!(world.stripe.creations().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_cannot_be_reached_made_nothing() {
    let world = World::start().await;
    // An address where nobody listens.
    let document = world.shop.document("http://127.0.0.1:9");
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    world.shop.registers("1").await;
    let answer = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    answer.expect_problem(502, "no_provider_available");
    let order = world.shop.order("1").await;
    assert_eq!(
        (order["status"].as_str(), order["sessions"][0]["reason"].as_str()),
        (Some("failed"), Some("unreachable"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twenty_first_attempt_is_refused() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.stripe.set_mood(Mood::Refuses);
    for _ in 0..20 {
        let refused = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
        refused.expect_problem(502, "no_provider_available");
    }
    world.stripe.set_mood(Mood::Fine);
    let before = world.table().await;
    let answer = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    answer.expect_problem(409, "too_many_attempts");
    assert_eq!(world.table().await, before);
    assert_eq!(world.shop.order("1").await["sessions"].as_array().map(Vec::len), Some(20));
    assert_eq!(world.stripe.creations().len(), 20);
    let last = world.shop.get(&format!("/v1/sessions/{}", world.shop.session_id("1", 20))).await.expect(200);
    assert_eq!(last["can_retry"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_refused_where_another_could_take_the_money_twice() {
    let world = World::start().await;
    for (status, expected) in [
        ("created", None),
        ("pending", None),
        ("processing", Some("payment_under_way")),
        ("paid", Some("order_already_paid")),
        ("failed", None),
        ("cancelled", None),
        ("expired", None),
        ("review", Some("payment_under_way")),
        ("refunded", Some("order_already_paid")),
    ] {
        world.reaches(status, status).await;
        let (before, checkouts) = (world.table().await, world.stripe.checkouts());
        for body in [json!({ "order_id": status }), json!({ "order_id": status, "method": "link" })] {
            let answer = world.shop.post("/v1/sessions", body).await;
            match expected {
                Some(code) => answer.expect_problem(409, code),
                None => assert!([200, 201].contains(&answer.status), "{status}: {}", answer.body),
            }
        }
        if expected.is_some() {
            assert_eq!(world.table().await, before, "{status}");
            assert_eq!(world.stripe.checkouts(), checkouts, "{status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_reaches_the_provider() {
    let world = World::start().await;
    let order = json!({
        "amount": 4999, "currency": "EUR", "customer_email": "jane@planted.test", "description": "Two chairs <b>",
    });
    world.shop.put("/v1/orders/1", order).await.expect(201);
    let session = world
        .shop
        .post("/v1/sessions", json!({
            "order_id": "1", "method": "card", "provider": "stripe", "return_url": "https://shop.example/thanks?a=1",
            "cancel_url": "http://localhost:3000/shop/cart", "expires_in": 3600, "locale": "de-AT",
        }))
        .await
        .expect(201);
    let creations = world.stripe.creations();
    let of =
        |name: &str| creations[0].iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(of("locale"), Some("de"));
    assert_eq!(of("customer_email"), Some("jane@planted.test"));
    assert_eq!(of("cancel_url"), Some("http://localhost:3000/shop/cart"));
    assert_eq!(of("line_items[0][price_data][product_data][name]"), Some("Two chairs <b>"));
    // The customer comes back to our page first: it says what is true, then sends them on.
    let (id, secret) =
        (session["id"].as_str().expect("an id"), session["client_secret"].as_str().expect("a secret"));
    assert_eq!(
        of("success_url"),
        Some(format!("{}/return/{id}?client_secret={secret}", world.stack.url).as_str())
    );
    let moment = |name: &str| {
        let text = session[name].as_str().expect("a moment");
        payproof::payment::Moment::parse_rfc3339(text).expect("RFC 3339")
    };
    assert_eq!(moment("expires_at").millis() - moment("created_at").millis(), 3_600_000);
    let theirs: u64 = of("expires_at").and_then(|text| text.parse().ok()).expect("seconds");
    assert_eq!(theirs, moment("expires_at").seconds() + 900, "theirs is over after ours");
    assert_eq!(session.get("return_url"), None::<&Value>);
}
