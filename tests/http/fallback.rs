//! When the provider chosen refuses, breaks or cannot be reached, the next one is tried in the same request; each
//! provider tried is an attempt of its own.

use payproof::payment::{News, told};
use serde_json::{Value, json};

use crate::events;
use crate::stripe_api::Mood;
use crate::world::World;

/// An address where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9";

fn stripe_then_sandbox() -> Value {
    json!([{ "use": ["stripe", "sandbox"] }])
}

async fn world_with(routing: Value, stripe: Option<&str>) -> World {
    let world = World::start().await;
    let url = stripe.unwrap_or(&world.stripe.url).to_owned();
    world.has_both(routing, &url).await;
    world.shop.registers("1").await;
    world
}

async fn opens(world: &World) -> crate::world::Answer {
    world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await
}

/// What the log says of the order, without the moments in it.
async fn log(world: &World) -> Vec<String> {
    let path = format!("/v1/sessions/{}/timeline", world.shop.session_id("1", 1));
    let entries = world.shop.get(&path).await.expect(200)["entries"].clone();
    let text = |entry: &Value| {
        let text = entry["text"].as_str().expect("a text");
        text.split(", valid until").next().expect("a text").to_owned()
    };
    entries.as_array().expect("entries").iter().skip(1).map(text).collect()
}

/// The session is at the sandbox, as the second attempt; each attempt has one checkout at most, and the shop was told
/// nothing of the first.
async fn fell_back(world: &World, session: &Value) {
    assert_eq!((session["provider"].as_str(), session["attempt"].as_u64()), (Some("sandbox"), Some(2)));
    assert!(session["provider_checkout_url"].as_str().expect("a URL").contains("/sandbox/checkout/"));
    let made = world.at_sandbox(&world.shop.session_id("1", 2)).await.expect("a checkout at the sandbox");
    assert_eq!((made["status"].as_str(), made["amount"].as_u64()), (Some("open"), Some(4999)));
    assert_eq!(world.at_sandbox(&world.shop.session_id("1", 1)).await, None);
    assert_eq!(world.shop.status("1").await, "created");
    let stored = world.stored(&world.shop, "1").await.expect("an order");
    assert_eq!(told(&stored), [], "an order that can be paid has not failed");
    assert!(!stored.tell);
    // The same again is the same session.
    let again = opens(world).await.expect(200);
    assert_eq!(again["id"], session["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_provider_refuses_the_next_one_opens_the_session() {
    let world = world_with(stripe_then_sandbox(), None).await;
    world.stripe.set_mood(Mood::Refuses);
    let session = opens(&world).await.expect(201);
    fell_back(&world, &session).await;
    assert_eq!(world.stripe.creations().len(), 1);
    assert_eq!(
        log(&world).await,
        [
            "Attempt 1: a session was opened",
            "It goes to stripe. Routing rule 1 names it.",
            "The method is card.",
            "Attempt 1: stripe opened no checkout: account_closed. Stripe does not let this account take payments. Look at the Dashboard, or ask Stripe's support.",
            "Attempt 2: a session was opened",
            "It goes to sandbox. Before it, stripe refused (account_closed). Routing rule 1 names it after stripe.",
            "The method is card.",
        ]
    );
    let first = world.shop.get(&format!("/v1/sessions/{}", world.shop.session_id("1", 1))).await.expect(200);
    assert_eq!((first["status"].as_str(), first["order_status"].as_str()), (Some("failed"), Some("created")));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_provider_cannot_be_reached_the_next_one_opens_the_session() {
    let world = world_with(stripe_then_sandbox(), Some(NOBODY)).await;
    let session = opens(&world).await.expect(201);
    fell_back(&world, &session).await;
    let log = log(&world).await;
    assert_eq!(log[3], "Attempt 1: stripe could not be reached, so no checkout was opened.");
    assert_eq!(
        log[5],
        "It goes to sandbox. Before it, stripe could not be reached. Routing rule 1 names it after stripe."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_outcome_is_unknown_the_attempt_stays_and_the_next_one_opens_the_session() {
    let world = world_with(stripe_then_sandbox(), None).await;
    world.stripe.set_mood(Mood::Breaks);
    let session = opens(&world).await.expect(201);
    fell_back(&world, &session).await;
    let log = log(&world).await;
    assert_eq!(log[3], "Attempt 2: a session was opened");
    assert!(
        log[4].contains("Before it, stripe gave no clear answer, and attempt 1 may have been made there.")
    );
    // It may be there, and may be paid: that money counts.
    let first = world.shop.session_id("1", 1).to_string();
    assert_eq!(world.stripe_tells(&events::paid("evt_1", &first)).await.expect(200)["outcome"], "applied");
    assert_eq!(world.shop.status("1").await, "paid");
    let stored = world.stored(&world.shop, "1").await.expect("an order");
    assert_eq!(told(&stored).iter().map(|told| told.kind).collect::<Vec<_>>(), [News::Paid]);
}

/// Saleor, Vendure and others let a customer wait until the gateway gives up.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_never_answers_costs_seven_seconds_and_the_next_one_opens_the_session() {
    let world = world_with(stripe_then_sandbox(), None).await;
    world.stripe.set_mood(Mood::Hangs);
    let began = std::time::Instant::now();
    let session = opens(&world).await.expect(201);
    let seconds = began.elapsed().as_secs();
    assert!((7..12).contains(&seconds), "{seconds}");
    fell_back(&world, &session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_was_asked_for_is_not_replaced() {
    let world = world_with(stripe_then_sandbox(), None).await;
    world.stripe.set_mood(Mood::Refuses);
    let body = json!({ "order_id": "1", "provider": "stripe", "method": "card" });
    let refused = world.shop.post("/v1/sessions", body).await;
    refused.expect_problem(502, "no_provider_available");
    let problem = refused.json();
    assert_eq!(
        problem["detail"],
        "No session could be opened: stripe refused (account_closed); sandbox is not tried: the shop asked for another."
    );
    assert_eq!(
        problem["methods"],
        json!(["card", "bank_transfer", "wallet", "crypto", "local", "link"]),
        "by the other it could be paid"
    );
    let order = world.shop.order("1").await;
    assert_eq!(
        (order["status"].as_str(), order["sessions"].as_array().map(Vec::len)),
        (Some("failed"), Some(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_was_asked_for_is_not_replaced_and_one_that_was_not_is() {
    let rules = json!([
        { "when": { "method": "card" }, "use": ["stripe"] }, { "when": { "method": "crypto" }, "use": ["sandbox"] },
        { "use": ["stripe"] },
    ]);
    let world = world_with(rules, None).await;
    world.stripe.set_mood(Mood::Refuses);
    let asked = world.shop.post("/v1/sessions", json!({ "order_id": "1", "method": "card" })).await;
    asked.expect_problem(502, "no_provider_available");
    assert!(asked.json()["methods"].as_array().expect("methods").contains(&json!("crypto")));
    assert!(!asked.json()["methods"].as_array().expect("methods").contains(&json!("card")));
    let session = opens(&world).await.expect(201);
    assert_eq!((session["provider"].as_str(), session["method"].as_str()), (Some("sandbox"), Some("crypto")));
    assert_eq!(world.stripe.creations().len(), 2, "each provider is tried once in a request");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_left_each_provider_tried_is_named_and_no_attempt_is_lost() {
    let world = World::start().await;
    world.stripe.set_mood(Mood::Refuses);
    let mut document = world.shop.document_with_both(&world.stripe.url, NOBODY, stripe_then_sandbox());
    document["providers"]["sandbox"]["min_amount"] = json!(1);
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    world.shop.registers("1").await;
    let answer = opens(&world).await;
    answer.expect_problem(502, "no_provider_available");
    let problem = answer.json();
    assert_eq!(
        problem["detail"],
        "No session could be opened: stripe refused (account_closed); sandbox could not be reached."
    );
    assert_eq!(
        problem["methods"],
        json!(["bank_transfer", "wallet", "local", "link"]),
        "Stripe refused the card"
    );
    let order = world.shop.order("1").await;
    let ends: Vec<_> =
        order["sessions"].as_array().expect("sessions").iter().map(|of| &of["status"]).collect();
    assert_eq!((ends, order["status"].as_str()), (vec![&json!("failed"); 2], Some("failed")));
    let stored = world.stored(&world.shop, "1").await.expect("an order");
    assert_eq!(told(&stored).iter().map(|told| told.kind).collect::<Vec<_>>(), [News::Failed], "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refused_an_order_is_asked_after_the_others_next_time() {
    let world = world_with(stripe_then_sandbox(), None).await;
    world.stripe.set_mood(Mood::Refuses);
    opens(&world).await.expect(201);
    let link =
        world.shop.post("/v1/sessions", json!({ "order_id": "1", "method": "link" })).await.expect(201);
    assert_eq!(link["provider"], "sandbox", "Stripe refuses that too");
    assert_eq!(world.stripe.creations().len(), 2);
    // Both attempts at the sandbox end; the next card goes there at once.
    for attempt in [2, 4] {
        let id = world.shop.session_id("1", attempt);
        let made = world.at_sandbox(&id).await.expect("a checkout");
        let close =
            format!("{}/sandbox/v1/checkouts/{}/close", world.stack.url, made["id"].as_str().expect("an id"));
        let closed =
            world.http.post(close).bearer_auth(crate::world::SANDBOX_KEY).send().await.expect("an answer");
        assert_eq!(closed.status(), 200);
        world.until(&id, "expired").await;
    }
    let card =
        world.shop.post("/v1/sessions", json!({ "order_id": "1", "method": "card" })).await.expect(201);
    assert_eq!((card["provider"].as_str(), card["attempt"].as_u64()), (Some("sandbox"), Some(5)));
    assert_eq!(world.stripe.creations().len(), 2, "it was not asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_keeps_failing_is_left_alone_and_costs_no_attempt() {
    let world = world_with(stripe_then_sandbox(), Some(NOBODY)).await;
    for nth in 2..=7 {
        world.shop.registers(&nth.to_string()).await;
    }
    for nth in 1..=5 {
        let session =
            world.shop.post("/v1/sessions", json!({ "order_id": nth.to_string() })).await.expect(201);
        assert_eq!(session["attempt"], 2, "order {nth}");
    }
    let session = world.shop.post("/v1/sessions", json!({ "order_id": "6" })).await.expect(201);
    assert_eq!((session["attempt"].as_u64(), session["provider"].as_str()), (Some(1), Some("sandbox")));
    let path = format!("/v1/sessions/{}/timeline", world.shop.session_id("6", 1));
    let entries = world.shop.get(&path).await.expect(200)["entries"].clone();
    let why = entries[2]["text"].as_str().expect("a text");
    assert!(
        why.starts_with("It goes to sandbox. Routing rule 1 names it after stripe. Not stripe: it keeps failing and is left alone until "),
        "{why}"
    );
    // Asked for by name it is refused at once, with when to come again.
    let body = json!({ "order_id": "7", "provider": "stripe" });
    let refused = world.shop.post("/v1/sessions", body).await;
    refused.expect_problem(502, "no_provider_available");
    let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=10).contains(&seconds), "{seconds}");
    assert!(
        refused.json()["detail"]
            .as_str()
            .expect("a detail")
            .contains("stripe is not tried: it keeps failing")
    );
    assert_eq!(world.shop.order("7").await["sessions"], json!([]), "no attempt was used");
    // Where it is in the way of nobody, its methods are not offered: what is offered is what the sandbox takes.
    let listed = world.shop.order("1").await["sessions"][0].clone();
    assert_eq!(listed["retry_methods"].as_array().map(Vec::len), Some(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_repeats_does_not_use_up_the_attempts_while_nobody_can_be_reached() {
    let world = World::start().await;
    world.stack.put_shop(&world.shop.document(NOBODY).to_string()).await.expect("a shop");
    world.shop.registers("1").await;
    let body = json!({ "order_id": "1" });
    for _ in 0..30 {
        let key = &world.shop.publishable_key;
        let answer = world.shop.call("POST", "/v1/sessions", key, Some(&body)).await;
        answer.expect_problem(502, "no_provider_available");
    }
    let order = world.shop.order("1").await;
    let used = order["sessions"].as_array().map_or(0, Vec::len);
    assert!((2..=4).contains(&used), "{used} attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_stands_for_the_session_that_was_opened_at_last() {
    let world = world_with(stripe_then_sandbox(), None).await;
    world.stripe.set_mood(Mood::Refuses);
    let body = json!({ "order_id": "1" }).to_string();
    let post = || async {
        let request = world.http.post(format!("{}/v1/sessions", world.stack.url)).body(body.clone());
        let request = request.bearer_auth(&world.shop.publishable_key).header("idempotency-key", "once");
        crate::world::Answer::to("POST", request.send().await.expect("an answer")).await
    };
    let first = post().await.expect(201);
    let again = post().await.expect(200);
    assert_eq!((&again["id"], &again["client_secret"]), (&first["id"], &first["client_secret"]));
    assert_eq!(first["attempt"], 2);
    assert_eq!(world.stripe.creations().len(), 1);
}
