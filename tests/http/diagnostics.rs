//! What is wrong with a shop: each line of the diagnostics, and what it says to do.

use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::events;
use crate::stripe_api::Mood;
use crate::world::{STRIPE_SECRET, World};

async fn diagnoses(world: &World, query: &str) -> Value {
    let path = format!("/v1/diagnostics{query}");
    world.shop.call("GET", &path, &world.shop.read_key, None).await.expect(200)
}

fn codes(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["code"].as_str().expect("a code")).collect()
}

/// What the test shop's configuration has by itself.
const USUAL: [&str; 1] = ["notify_missing"];

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_without_orders_has_nothing_but_its_configuration() {
    let world = World::start().await;
    let before = world.table().await;
    let answer = diagnoses(&world, "").await;
    assert_eq!(codes(&answer), USUAL);
    assert_eq!(answer["orders"], json!({ "read": 0, "since": null, "all": true }));
    let stripe = &answer["providers"][0];
    assert_eq!((stripe["provider"].as_str(), stripe["live"].as_bool()), (Some("stripe"), Some(false)));
    for name in ["last_webhook_at", "clock", "oldest_unconfirmed", "left_alone_until"] {
        assert_eq!(stripe[name], Value::Null, "{name}");
    }
    assert_eq!((&stripe["webhooks"], &stripe["endpoint"]), (&json!(0), &json!("not_checked")));
    assert_eq!(world.table().await, before, "nothing is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn verified_and_refused_webhooks_are_told_with_what_to_do() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    let wrong = "whsec_of_another_endpoint_of_the_account_1";
    world.stripe_posts("shop", wrong, now(), &events::paid("evt_1", id)).await.expect(401);
    let answer = diagnoses(&world, "").await;
    assert_eq!(codes(&answer), ["webhooks_refused", "notify_missing"]);
    let finding = &answer["findings"][0];
    assert_eq!((finding["severity"].as_str(), finding["provider"].as_str()), (Some("error"), Some("stripe")));
    assert!(finding["what_to_do"].as_str().expect("a sentence").contains("webhook_secrets"));
    let refused = &answer["providers"][0]["refused"][0];
    assert_eq!((refused["reason"].as_str(), refused["noted"].as_u64()), (Some("invalid_signature"), Some(1)));

    world.stripe_posts("shop", STRIPE_SECRET, now(), &events::paid("evt_1", id)).await.expect(200);
    let answer = diagnoses(&world, "").await;
    assert_eq!(codes(&answer), USUAL, "one was taken since");
    let stripe = &answer["providers"][0];
    assert_eq!(stripe["webhooks"], 1);
    assert!(stripe["last_webhook_at"].is_string());
    // The event's own time has whole seconds.
    let clock = &stripe["clock"];
    assert_eq!((clock["events"].as_u64(), &clock["least_ms"]), (Some(1), &clock["median_ms"]));
    assert!((-1_000..5_000).contains(&clock["least_ms"].as_i64().expect("milliseconds")), "{clock}");
    assert_eq!(answer["orders"]["read"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_that_waits_longest_is_named() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    world.reaches("2", "pending").await;
    world.shop.opens("3").await;
    let answer = diagnoses(&world, "").await;
    let oldest = &answer["providers"][0]["oldest_unconfirmed"];
    assert_eq!((oldest["session_id"].as_str(), oldest["order_id"].as_str()), (Some(&*session.id), Some("1")));
    assert_eq!(codes(&answer), USUAL, "it does not wait for long yet");
    // Half an hour later it does.
    let request = http::Request::get("/v1/diagnostics")
        .header("authorization", format!("Bearer {}", world.shop.secret_key))
        .body(bytes::Bytes::new())
        .expect("a request");
    let later = now().plus_seconds(31 * 60);
    let response = merchant_read::handle(&world.stack.app, request, later).await;
    let answer: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!(codes(&answer), ["notify_missing", "session_unconfirmed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_left_alone_is_told_also_by_another_container() {
    let world = World::start().await;
    world.stripe.set_mood(Mood::Breaks);
    for order in ["1", "2", "3", "4", "5"] {
        world.shop.registers(order).await;
        let body = json!({ "order_id": order });
        world.shop.post("/v1/sessions", body).await.expect_problem(502, "no_provider_available");
    }
    let app = payproof_edge::app::App::new(&world.stack.settings());
    let request = http::Request::get("/v1/diagnostics")
        .header("authorization", format!("Bearer {}", world.shop.secret_key))
        .body(bytes::Bytes::new())
        .expect("a request");
    let response = merchant_read::handle(&app, request, now()).await;
    let elsewhere: Value = serde_json::from_slice(response.body()).expect("JSON");
    for answer in [elsewhere, diagnoses(&world, "").await] {
        assert_eq!(codes(&answer)[0], "provider_left_alone", "{answer}");
        assert!(answer["providers"][0]["left_alone_until"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoint_at_the_provider_is_asked_about_where_that_is_wanted() {
    let world = World::start().await;
    let answer = diagnoses(&world, "?check=endpoints").await;
    assert_eq!(answer["providers"][0]["endpoint"], "unknown");
    let unknown = answer["findings"].as_array().expect("findings").last().expect("one").clone();
    assert_eq!(unknown["code"], "endpoint_unknown");
    assert!(unknown["what_to_do"].as_str().expect("a sentence").contains("may not list"), "{unknown}");

    let ours = format!("{}/v1/webhooks/shop/stripe", world.stack.url);
    let staging = "https://staging.example/v1/webhooks/shop/stripe";
    let endpoint = |url: &str, status: &str, events: Value| json!({ "id": "we_1", "object": "webhook_endpoint", "url": url, "status": status, "enabled_events": events });
    for (endpoints, word, code) in [
        (vec![endpoint(&ours, "enabled", json!(["*"]))], "fine", None),
        (vec![], "wrong", Some("endpoint_missing")),
        (vec![endpoint(staging, "enabled", json!(["*"]))], "wrong", Some("endpoint_elsewhere")),
        (vec![endpoint(&ours, "disabled", json!(["*"]))], "wrong", Some("endpoint_disabled")),
        (
            vec![endpoint(&ours, "enabled", json!(["checkout.session.completed"]))],
            "wrong",
            Some("endpoint_lacks_events"),
        ),
    ] {
        world.stripe.has_endpoints(endpoints);
        let answer = diagnoses(&world, "?check=endpoints").await;
        assert_eq!(answer["providers"][0]["endpoint"], word, "{answer}");
        let expected: Vec<&str> = code.into_iter().chain(USUAL).collect();
        assert_eq!(codes(&answer), expected);
        assert_eq!(codes(&diagnoses(&world, "").await), USUAL, "it is not asked unasked");
    }
    // An address where nobody listens: the rest is told all the same.
    world.stack.put_shop(&world.other.document("http://127.0.0.1:9").to_string()).await.expect("a shop");
    let answer = world.other.get("/v1/diagnostics?check=endpoints").await.expect(200);
    assert_eq!(answer["providers"][0]["endpoint"], "unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_lists_no_endpoints_is_said_to_be_one() {
    let world = World::start().await;
    world.has_both(json!([]), &world.stripe.url).await;
    world.stripe.has_endpoints(vec![]);
    let answer = diagnoses(&world, "?check=endpoints").await;
    let words: Vec<_> =
        answer["providers"].as_array().expect("a list").iter().map(|of| &of["endpoint"]).collect();
    assert_eq!(words, ["cannot_be_checked", "wrong"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_takes_no_notifications_is_told_here() {
    let world = World::start().await;
    let mut document = world.shop.document(&world.stripe.url);
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    document["notify"] = json!({ "url": "http://127.0.0.1:9/notify", "secrets": [secret] });
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    let session = world.shop.opens("1").await;
    world.stripe_tells(&events::paid("evt_1", session["id"].as_str().expect("an id"))).await.expect(200);
    for _ in 0..100 {
        let answer = diagnoses(&world, "").await;
        if answer["notifications"]["failing"] == 1 {
            assert_eq!(codes(&answer), ["notifications_failing"]);
            let last = &answer["notifications"]["last_failure"];
            assert_eq!((last["order_id"].as_str(), last["type"].as_str()), (Some("1"), Some("order.paid")));
            assert!(answer["notifications"]["since"].is_string());
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the failure is not told after five seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_that_cannot_work_is_told() {
    let world = World::start().await;
    let mut document = world.shop.document_with_both(
        &world.stripe.url,
        &world.stack.url,
        json!([{ "when": { "method": "crypto" }, "use": ["stripe"] }, { "use": ["stripe"] }]),
    );
    document["providers"]["stripe"]["api_key"] = json!("sk_live_planted_stripe_key");
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    let answer = diagnoses(&world, "").await;
    assert_eq!(
        codes(&answer),
        [
            "test_beside_live",
            "rule_names_provider_without_method",
            "provider_never_reached",
            "notify_missing"
        ]
    );
    // Only the newest orders of this shop: another's tell nothing here.
    world.other.opens("1").await;
    assert_eq!(diagnoses(&world, "").await["orders"]["read"], 0);
}
