//! What is logged of a whole story: one event for each decision, with ids and outcome, and never a secret, a token, an
//! e-mail address or a body. `tests/stack/logged.rs` looks at every line of every test that runs a stack; here is the
//! story that touches all of them.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use payproof_edge::app::{App, now};
use payproof_edge::settings::Settings;
use serde_json::{Value, json};

use crate::stripe_api::{Mood, event};
use crate::world::{Answer, Shop, World, logged};

const EMAIL: &str = "planted.customer@example.test";

/// What the story says and nobody may log.
struct Secrets(Vec<String>);

impl Secrets {
    fn of(world: &World, session: &Value) -> Self {
        let shop = &world.shop;
        let text = |name: &str| session[name].as_str().expect("a text").to_owned();
        let go = text("checkout_url").rsplit('/').next().expect("a token").to_owned();
        Self(vec![
            shop.secret_key.clone(),
            shop.read_key.clone(),
            shop.publishable_key.clone(),
            text("client_secret"),
            go,
            text("provider_checkout_url"),
            "sk_test_planted_stripe_key".to_owned(),
            crate::world::STRIPE_SECRET.to_owned(),
            EMAIL.to_owned(),
            "planted line item".to_owned(),
            "planted description".to_owned(),
            "planted note".to_owned(),
        ])
    }
}

fn order() -> Value {
    json!({
        "currency": "EUR",
        "line_items": [{ "name": "planted line item", "quantity": 1, "unit_amount": 4999 }],
        "customer_email": EMAIL,
        "description": "planted description",
        "metadata": { "note": "planted note" },
    })
}

async fn page(world: &World, address: &str) -> Answer {
    Answer::to("GET", world.http.get(address).send().await.expect("an answer")).await
}

/// Registers, opens, goes, returns, is paid and disputed, with everything that can be wrong in between.
async fn story(world: &World, number: &str) -> Value {
    let shop = &world.shop;
    shop.put(&format!("/v1/orders/{number}"), order()).await.expect(201);
    let session = shop.post("/v1/sessions", json!({ "order_id": number, "locale": "de" })).await.expect(201);
    let text = |name: &str| session[name].as_str().expect("a text");
    let (id, secret, go) = (text("id"), text("client_secret"), text("checkout_url"));

    let status = format!("/v1/sessions/{id}");
    for key in [&shop.secret_key, &shop.read_key, secret] {
        shop.call("GET", &status, key, None).await.expect(200);
    }
    let cut = &shop.secret_key[..shop.secret_key.len() - 1];
    let wrong =
        [cut.to_owned(), format!("{cut}Z"), format!("{secret}x"), "csec_".to_owned(), "Basic".to_owned()];
    for key in &wrong {
        assert!(matches!(shop.call("GET", &status, key, None).await.status, 401 | 404), "{key}");
    }
    shop.call("GET", &status, &shop.publishable_key, None).await.expect_problem(403, "key_not_allowed");
    shop.call("GET", &status, &world.other.secret_key, None).await.expect_problem(404, "not_found");
    for body in
        [json!({ "order_id": number, "customer_email": EMAIL }), json!({ "order_id": EMAIL }), json!([EMAIL])]
    {
        assert_eq!(shop.post("/v1/sessions", body.clone()).await.status / 100, 4, "{body}");
    }
    let long = json!({ "currency": EMAIL, "amount": EMAIL, "description": EMAIL.repeat(100) });
    assert_eq!(shop.put("/v1/orders/x", long).await.status, 422);

    assert_eq!(page(world, go).await.status, 303);
    assert_eq!(page(world, &format!("{go}x")).await.status, 404);
    let back = format!("{}/return/{id}?client_secret=", world.stack.url);
    assert_eq!(page(world, &format!("{back}{secret}")).await.status, 200);
    assert_eq!(page(world, &format!("{back}{secret}x")).await.status, 404);

    let paid = event::paid(&format!("evt_paid_{number}"), id, 4999, "eur");
    let signed_wrong = "whsec_planted_wrong_secret_of_nobody";
    assert_eq!(world.stripe_posts("shop", signed_wrong, now(), &paid).await.status, 401);
    assert_eq!(world.posts("shop", "stripe", &[], paid.to_string().into_bytes()).await.status, 401);
    let early =
        event::paid(&format!("evt_early_{number}"), &shop.session_id("later", 1).to_string(), 4999, "eur");
    assert_eq!(world.stripe_tells(&early).await.expect(200)["outcome"], "unmatched");
    let odd = json!({ "id": format!("evt_odd_{number}"), "object": "event", "type": 7, "data": EMAIL });
    assert_eq!(world.stripe_tells(&odd).await.expect(200)["outcome"], "not_understood");
    assert_eq!(world.stripe_tells(&paid).await.expect(200)["outcome"], "applied");
    assert_eq!(world.stripe_tells(&paid).await.expect(200)["outcome"], "duplicate");
    shop.get(&format!("/v1/sessions/{id}/timeline")).await.expect(200);
    shop.get("/v1/events?outcome=refused").await.expect(200);
    acts(world, number, id).await;
    shop.get(&format!("/v1/orders?cursor={EMAIL}")).await.expect(422);
    session
}

/// What a merchant does about it, with names and notes that are theirs to read and not for a log.
async fn acts(world: &World, number: &str, session: &str) {
    let shop = &world.shop;
    let link = shop.post("/v1/payment-links", json!({ "order_id": number })).await;
    link.expect_problem(409, "order_already_paid");
    let by = json!({ "actor": "planted name", "note": "planted note" });
    shop.post(&format!("/v1/sessions/{session}/cancel"), by).await.expect_problem(409, "session_not_open");
    let ruling = json!({ "decision": "approve", "actor": "planted name", "note": EMAIL });
    shop.post(&format!("/v1/sessions/{session}/review"), ruling).await.expect_problem(409, "not_in_review");
    let url = format!("{}/v1/orders/{number}/refunds", shop.url);
    let refund = shop.http.post(url).bearer_auth(&shop.secret_key).header("idempotency-key", "planted-key");
    let refund =
        refund.json(&json!({ "amount": 1, "reason": "planted note" })).send().await.expect("an answer");
    Answer::to("POST", refund).await.expect(200);
    let other = format!("link-{number}");
    shop.put(&format!("/v1/orders/{other}"), order()).await.expect(201);
    let link = shop.post("/v1/payment-links", json!({ "order_id": other })).await.expect(201);
    let url = link["url"].as_str().expect("an address");
    assert_eq!(page(world, url).await.status, 200);
    let chosen = world.http.post(url).body("method=card").send().await.expect("an answer");
    assert_eq!(Answer::to("POST", chosen).await.status, 303);
}

/// The same with a provider that refuses, breaks, and repeats in its words what it was sent.
async fn refusals(world: &World) {
    for (number, mood) in [("r1", Mood::Refuses), ("r2", Mood::Breaks)] {
        world.stripe.set_mood(mood);
        world.shop.put(&format!("/v1/orders/{number}"), order()).await.expect(201);
        world.shop.post("/v1/sessions", json!({ "order_id": number })).await.expect(502);
    }
    world.stripe.set_mood(Mood::Fine);
}

/// A store whose answers are cut off in the middle of an item.
async fn store_that_breaks_off() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let cut = format!(
        "{{\"Item\": {{\"e\": {{\"S\": \"{EMAIL}\"}}, \"doc\": {{\"S\": \"{}",
        crate::world::STRIPE_SECRET
    );
    let router = Router::new().fallback(move || {
        let cut = cut.clone();
        async move { ([("content-type", "application/x-amz-json-1.0")], cut) }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// A store that cannot be reached, one that refuses what it is sent, and one that breaks off.
async fn store_errors(world: &World, session: &str) {
    let nowhere = Settings { endpoint_url: Some("http://127.0.0.1:9".to_owned()), ..world.stack.settings() };
    let no_table = Settings { payments_table: "no-such-table".to_owned(), ..world.stack.settings() };
    let cut = Settings { endpoint_url: Some(store_that_breaks_off().await), ..world.stack.settings() };
    for settings in [nowhere, no_table, cut] {
        let app = App::new(&settings);
        let request = http::Request::get(format!("/v1/sessions/{session}"));
        let request = request.header("authorization", format!("Bearer {}", world.shop.secret_key));
        let request = request.body(bytes::Bytes::new()).expect("a request");
        assert_eq!(status_poll::handle(&app, request, now()).await.status(), 503);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_story_logs_no_secret_and_nothing_of_a_customer() {
    let world = World::start().await;
    let session = story(&world, "L1").await;
    refusals(&world).await;
    store_errors(&world, session["id"].as_str().expect("an id")).await;

    let lines = logged::lines_with("");
    assert!(lines.len() > 40, "only {} lines were logged", lines.len());
    assert!(!logged::lines_with("the store is unavailable").is_empty());
    assert!(!logged::lines_with("a defect of ours").is_empty());
    for secret in Secrets::of(&world, &session).0 {
        assert_eq!(logged::lines_with(&secret), Vec::<String>::new(), "{secret}");
    }
    logged::assert_clean();
}

#[test]
fn what_must_not_be_logged_is_recognised() {
    for line in [
        "INFO payproof_edge message=opened secret=csec_MI9TOw8bi5dIX1u5JLuk6h97qWFdNJjPg7TLAdl4b6Q",
        "INFO x go=0rpwleScGcRtyVXUU6SKEk01rg4sqg18qFICsnr8x9L",
        "INFO x email=planted.customer@example.test",
        "INFO x body={\"amount\":1}",
        "INFO x signature=t=1,v1=00",
    ] {
        assert!(logged::forbidden(line).is_some(), "{line}");
    }
    let fine =
        "INFO payproof_edge::api request_id=VQ8v8FJUiI5GdT1Mq5jH payment_id=pay_hk6ur2q5eonojhiftqmwcbcjly";
    assert_eq!(logged::forbidden(fine), None);
}

/// The one event that says what was decided: these texts are all in it.
fn the_event(texts: &[&str]) -> Result<String, String> {
    let (first, others) = texts.split_first().expect("a text");
    let lines: Vec<_> = logged::lines_with(first)
        .into_iter()
        .filter(|line| others.iter().all(|text| line.contains(text)))
        .collect();
    match lines.as_slice() {
        [line] => Ok(line.clone()),
        lines => Err(format!("one event with {texts:?}, not {lines:#?}")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_decision_is_one_event_with_ids_and_outcome() {
    let world = World::start().await;
    let session = story(&world, "L2").await;
    let id = session["id"].as_str().expect("an id").to_owned();
    let payment = world.shop.payment_id("L2").to_string();
    let refused = world.shop.post("/v1/sessions", json!({ "order_id": "L2" })).await;
    refused.expect_problem(409, "order_already_paid");
    let request = refused.json()["request_id"].as_str().expect("an id").to_owned();

    let mut missing = Vec::new();
    for texts in [
        // An order was registered, a session opened, a customer sent and back again.
        vec!["register", payment.as_str(), "shop_id=shop"],
        vec!["a session was opened", id.as_str(), "shop_id=shop", "provider=stripe"],
        vec!["sent", id.as_str(), "customer"],
        // What a webhook came to, and for which payment.
        vec!["a webhook was taken", "evt_paid_L2", "outcome=applied", "shop_id=shop", "provider=stripe"],
        vec!["a webhook was taken", "evt_paid_L2", "outcome=duplicate"],
        vec!["outcome=applied", "evt_paid_L2", payment.as_str()],
        vec!["a webhook was taken", "evt_early_L2", "outcome=unmatched"],
        // A refusal that a client sees can be found by the id that it was given.
        vec!["answered", request.as_str(), "code=order_already_paid", "status=409"],
    ] {
        missing.extend(the_event(&texts).err());
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    for text in ["a delivery was refused", "an event was not understood"] {
        assert!(!logged::lines_with(text).is_empty(), "{text}");
    }
}

/// No planted address, so that what is wrong here fails this test and no other.
const REPEATED: &str = "somebody.repeated@mail.test";

/// A Stripe that repeats in its refusal what it was sent, as the real one does ("Invalid email address: …").
async fn stripe_that_repeats() -> String {
    let refuse = || async {
        let message = format!("Invalid email address: {REPEATED}");
        let error = json!({ "error": { "type": "invalid_request_error", "code": "email_invalid", "message": message } });
        (StatusCode::BAD_REQUEST, axum::Json(error))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().route("/v1/checkout/sessions", post(refuse));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_providers_words_carry_no_address_into_answers_and_logs() {
    let world = World::start().await;
    let shop = Shop { id: "repeats", ..world.shop.clone() };
    let key = |prefix: &str| format!("{prefix}_repeats_{:0>43}", 1);
    let (secret_key, read_key, publishable_key) = (key("sk"), key("rk"), key("pk"));
    let shop = Shop { secret_key, read_key, publishable_key, ..shop };
    let document = shop.document(&stripe_that_repeats().await).to_string();
    world.stack.put_shop(&document).await.expect("a shop");
    let order = json!({ "amount": 4999, "currency": "EUR", "customer_email": REPEATED });
    shop.put("/v1/orders/1", order).await.expect(201);
    let answer = shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    answer.expect_problem(502, "no_provider_available");
    let logged = logged::lines_with(REPEATED);
    let told = answer.body.contains(REPEATED);
    assert!(
        logged.is_empty() && !told,
        "the provider's words repeat the customer's address: {answer:?} {logged:?}"
    );
}
