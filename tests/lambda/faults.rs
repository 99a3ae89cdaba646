//! What a function does when something around it is wrong.

use std::time::{Duration, Instant};

use payproof_edge::api::Function as Name;
use serde_json::{Value, json};

use crate::binaries;
use crate::events::answer;
use crate::function::{Function, environment};
use crate::runtime_api::{Reply, Start};
use crate::same::json_lines;
use crate::world::World;

const REQUIRED: [&str; 6] = [
    "PAYMENTS_TABLE",
    "SHOPS_TABLE",
    "PUBLIC_URL",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
];

async fn folder() -> &'static std::path::Path {
    tokio::task::spawn_blocking(binaries::folder).await.expect("no panic")
}

async fn refuses_to_start(name: &str, mut environment: Vec<(&'static str, String)>, without: &str) {
    environment.retain(|(name, _)| *name != without);
    let (mut function, start) = Function::spawn(&folder().await.join(name), &environment).await;
    assert_eq!(start, Start::Failed, "{name} without {without}");
    let error: Value =
        serde_json::from_str(&function.api.init_error().expect("an init error")).expect("JSON");
    assert_eq!(error["errorMessage"], format!("the environment variable {without} is not set"));
    assert!(error["errorType"].is_string(), "{error}");
    assert_eq!(function.ended().await, Some(1));
    let lines = json_lines(&function.output());
    assert!(
        lines.iter().any(|line| line["error"].as_str().is_some_and(|error| error.contains(without))),
        "{lines:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_variable_is_an_init_error_that_names_it() {
    let world = World::start().await;
    let environment = environment(&world.stack.settings());
    for without in REQUIRED {
        refuses_to_start("webhook-receive", environment.clone(), without).await;
    }
    for function in Name::ALL {
        refuses_to_start(function.name(), environment.clone(), "PAYMENTS_TABLE").await;
    }
}

/// The smallest event that asks for `/healthz`.
fn healthz() -> Value {
    json!({ "version": "2.0", "rawPath": "/healthz", "requestContext": { "http": { "method": "GET" } } })
}

/// `event` with one thing changed.
fn but(mut event: Value, place: &str, value: Value) -> String {
    *event.pointer_mut(place).expect("a place") = value;
    event.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_none_is_an_error_answer_and_the_next_is_answered() {
    let world = World::start().await;
    let function =
        Function::start(&folder().await.join("pages"), &environment(&world.stack.settings())).await;
    let whole = json!({
        "rawPath": "/healthz", "rawQueryString": "", "headers": {}, "cookies": [], "body": "planted", "isBase64Encoded": false,
        "requestContext": { "http": { "method": "GET" }, "stage": "$default", "requestId": "one" },
    });
    let rest_api = json!({
        "httpMethod": "GET", "path": "/planted", "headers": {}, "requestContext": { "stage": "planted" }, "body": "planted",
    });
    let garbage = [
        String::new(),
        "planted".to_owned(),
        "null".to_owned(),
        "[\"planted\"]".to_owned(),
        "\"planted\"".to_owned(),
        "{}".to_owned(),
        "{\"rawPath\":\"/planted\"".to_owned(),
        "[".repeat(100_000),
        rest_api.to_string(),
        json!({ "Records": [{ "eventSource": "aws:sqs", "body": "planted" }] }).to_string(),
        but(whole.clone(), "/rawPath", json!({ "planted": 1 })),
        but(whole.clone(), "/headers", json!("planted")),
        but(whole.clone(), "/headers", json!({ "authorization": ["planted"] })),
        but(whole.clone(), "/cookies", json!(["planted\n"])),
        but(whole.clone(), "/isBase64Encoded", json!(true)),
        but(whole.clone(), "/isBase64Encoded", json!("planted")),
        but(whole.clone(), "/requestContext/http/method", json!("planted planted")),
        but(whole.clone(), "/requestContext", json!("planted")),
    ];
    for event in garbage {
        let shown: String = event.chars().take(200).collect();
        let Reply::Error(error) = function.invoke(event).await else { panic!("answered: {shown}") };
        let error: Value = serde_json::from_slice(&error).expect("JSON");
        let message = error["errorMessage"].as_str().expect("a message");
        assert!(
            !message.is_empty() && !message.contains("planted") && !message.contains("panic"),
            "{shown}: {message}"
        );
        answer(function.invoke(healthz().to_string()).await).expect(200);
    }
    let output = function.end().await;
    json_lines(&output);
    assert!(!output.contains("planted") && !output.contains("a panic"), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_event_is_answered_as_what_it_asks_for() {
    let world = World::start().await;
    let function =
        Function::start(&folder().await.join("pages"), &environment(&world.stack.settings())).await;
    let asks = |path: &str, stage: &str| json!({ "rawPath": path, "requestContext": { "http": { "method": "GET" }, "stage": stage }, "headers": null });
    let rows = [
        (asks("/healthz", "$default"), 200),
        (asks("/prod/healthz", "prod"), 200),
        (asks("/healthz", "prod"), 200),
        (asks("/prodhealthz", "prod"), 404),
        (asks("/prod/prod/healthz", "prod"), 404),
        (asks("/healthz", ""), 200),
        (asks("healthz", "$default"), 404),
        (asks("", "$default"), 404),
        (asks("*", "$default"), 404),
        (asks("//healthz", "$default"), 404),
        (asks("https://shop.example/healthz", "$default"), 404),
        (asks("/healthz?", "$default"), 404),
        (asks("/healthz%3F", "$default"), 404),
        (asks("/health%7a", "$default"), 404),
        (asks("/\u{0}\u{7f}\u{2028}%", "$default"), 404),
        (asks(&"/a".repeat(40_000), "$default"), 404),
    ];
    for (event, status) in rows {
        let got = answer(function.invoke(event.to_string()).await);
        assert_eq!(got.status, status, "{event}");
    }
    json_lines(&function.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_starts_without_its_store_and_says_503() {
    let world = World::start().await;
    let mut settings = world.stack.settings();
    // A port that nobody listens on: taken, and given back.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    settings.endpoint_url = Some(format!("http://{free}"));
    let function = Function::start(&folder().await.join("webhook-receive"), &environment(&settings)).await;
    let event = json!({
        "rawPath": "/v1/webhooks/shop/stripe", "requestContext": { "http": { "method": "POST" } }, "body": "{}",
        "headers": { "stripe-signature": "t=1,v1=00" },
    });
    for _ in 0..2 {
        let began = Instant::now();
        answer(function.invoke(event.to_string()).await).expect_problem(503, "unavailable");
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    }
    let output = function.end().await;
    json_lines(&output);
    assert!(!output.contains("planted"), "{output}");
}
