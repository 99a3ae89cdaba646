//! That an answer which drifts from `openapi.yaml` is noticed: what `tests/stack/contract.rs` says of answers that are
//! wrong in one place.

use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use crate::world::contract::{self, document};

/// An answer of the poll, as it should be.
fn fine() -> (HeaderMap, Value) {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("x-request-id", "1"),
        ("etag", "\"4-en\""),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    (headers, document()["components"]["examples"]["PaidSession"]["value"].clone())
}

const POLL: &str = "/v1/sessions/cs_zahf24tbdxdgdpzymyzmpiqzik_1";

fn faults(method: &str, path: &str, status: u16, headers: &HeaderMap, body: &Value) -> String {
    contract::faults(method, path, status, headers, &body.to_string()).join("\n")
}

#[test]
fn an_answer_that_drifts_is_noticed() {
    let (headers, body) = fine();
    assert_eq!(faults("GET", POLL, 200, &headers, &body), "");
    assert_eq!(faults("", POLL, 200, &headers, &body), "", "the method need not be known");

    let changed = |change: &dyn Fn(&mut Value)| {
        let mut body = body.clone();
        change(&mut body);
        faults("GET", POLL, 200, &headers, &body)
    };
    assert!(changed(&|body| body["surprise"] = json!(1)).contains("surprise"));
    assert!(changed(&|body| body["amount"] = json!(49.99)).contains("/amount"));
    assert!(changed(&|body| body["status"] = json!("done")).contains("/status"));
    assert!(changed(&|body| body["poll_after_ms"] = json!(1000)).contains("/poll_after_ms"));
    assert!(changed(&|body| body["created_at"] = json!("2026-11-24T16:54:02Z")).contains("/created_at"));
    let gone = changed(&|body| drop(body.as_object_mut().expect("an object").remove("reason")));
    assert!(gone.contains("reason"), "{gone}");

    let with = |name: &'static str, value: Option<&'static str>| {
        let mut headers = headers.clone();
        match value {
            Some(value) => drop(headers.insert(name, HeaderValue::from_static(value))),
            None => drop(headers.remove(name)),
        }
        faults("GET", POLL, 200, &headers, &body)
    };
    assert!(with("location", Some("https://shop.example/")).contains("location"));
    assert!(with("etag", None).contains("etag"));
    assert!(with("etag", Some("\"4\"")).contains("etag"));
    assert!(with("retry-after", Some("soon")).contains("retry-after"));
    assert!(with("content-type", Some("text/plain")).contains("text/plain"));
    assert!(with("content-type", None).contains("none"));
    assert!(with("cache-control", None).contains("cached"));
    assert!(with("x-request-id", None).contains("x-request-id"));

    assert!(faults("GET", POLL, 202, &headers, &body).contains("not 202"));
    assert!(faults("DELETE", POLL, 200, &headers, &body).contains("405"));
    assert!(faults("GET", "/v1/nothing", 200, &headers, &body).contains("404"));
    let elsewhere = faults("GET", "/healthz", 200, &headers, &body);
    assert!(elsewhere.contains("etag") && elsewhere.contains("message"), "{elsewhere}");
}

#[test]
fn a_problem_of_another_operation_is_noticed() {
    let (mut headers, _) = fine();
    headers.remove("etag");
    headers.insert("content-type", HeaderValue::from_static("application/problem+json"));
    let problem = |code: &str, status: u16| {
        json!({ "type": format!("urn:payproof:problem:{code}"), "title": "x", "status": status, "detail": "x",
                "code": code, "request_id": "1" })
    };
    let faults = |status: u16, problem: Value| faults("POST", "/v1/sessions", status, &headers, &problem);
    assert_eq!(faults(409, problem("order_already_paid", 409)), "");
    assert!(faults(409, problem("order_locked", 409)).contains("/code"), "that one is the registration's");
    assert!(faults(409, problem("order_already_paid", 422)).contains("/status"));
    assert!(faults(409, problem("no_such_code", 409)).contains("/code"));
    assert!(faults(502, problem("no_provider_available", 502)).contains("methods"));
}
