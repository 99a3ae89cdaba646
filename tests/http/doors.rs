//! What holds at every door: unknown paths, wrong methods, HEAD, CORS, request ids.

use payproof_edge::api::ROUTES;
use serde_json::json;

use crate::reach::MESSAGES;
use crate::wire::Raw;
use crate::world::{Answer, World};

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/// A path of the table with something in place of each parameter.
fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_is_answered_with_those_that_are_right() {
    let world = World::start().await;
    let before = world.table().await;
    let routes = ROUTES;
    for route in routes {
        let allowed: Vec<_> = routes
            .iter()
            .filter(|other| other.path == route.path)
            .map(|other| other.method.as_str())
            .collect();
        for method in METHODS {
            // OPTIONS is the gateway's: it asks before a browser's request.
            if allowed.contains(&method)
                || (method == "HEAD" && allowed.contains(&"GET"))
                || method == "OPTIONS"
            {
                continue;
            }
            let raw = Raw::new(method, &filled(route.path)).body(r#"{"order_id":"1"}"#);
            let answer = world.sends_as(&world.shop, raw).await;
            if method == "HEAD" {
                assert_eq!((answer.status, answer.body.as_str()), (405, ""), "{}", route.path);
            } else {
                answer.expect_problem(405, "method_not_allowed");
            }
            let mut named: Vec<_> = answer.header("allow").split(", ").collect();
            named.retain(|method| *method != "HEAD");
            assert_eq!(named, allowed, "{}", route.path);
        }
    }
    assert_eq!(world.table().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_404_whatever_the_method() {
    let world = World::start().await;
    let long = format!("/v1/orders/{}/x", "a".repeat(3_000));
    let paths = [
        "/",
        "/v1",
        "/v2/orders/1",
        "/v1/orders/",
        "/v1/orders/1/",
        "/v1/orders/a/b/c",
        "/v1/order/1",
        "/V1/orders/1",
        "/v1//orders",
        "//v1/orders",
        "/v1/orders/../orders",
        "/v1/sessions/",
        "/v1/webhooks/shop",
        "/v1/webhooks/shop/",
        "/v1/webhooks//stripe",
        "/v1/webhooks/shop/stripe/x",
        "/go/x",
        "/return/",
        "/healthz/",
        "/.env",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/dashboard%00",
        long.as_str(),
    ];
    for path in paths {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let answer = world.sends_as(&world.shop, Raw::new(method, path).body("{}")).await;
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
            answer.expect_problem(404, "not_found");
            assert!(!answer.body.contains("passwd") && !answer.body.contains("aaa"), "{}", answer.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_of_a_page_is_get_without_a_body_and_the_api_knows_none() {
    let world = World::start().await;
    let session = world.reaches("1", "paid").await;
    let go = session.checkout_url.strip_prefix(&world.stack.url).expect("our address").to_owned();
    for (path, status) in [
        ("/healthz".to_owned(), 200),
        (session.return_path(), 200),
        (go, 200),
        ("/return/x?client_secret=y".to_owned(), 404),
        ("/nowhere".to_owned(), 404),
    ] {
        let get = world.sends_as(&world.shop, Raw::new("GET", &path)).await;
        let head = world.sends_as(&world.shop, Raw::new("HEAD", &path)).await;
        assert_eq!((get.status, head.status), (status, status), "{path}");
        assert!(!get.body.is_empty() && head.body.is_empty(), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert_eq!(head.header("cache-control"), "no-store", "{path}");
    }
    // The gateway has no route for these, so they come where unknown paths come.
    for path in ["/v1/orders/1".to_owned(), format!("/v1/sessions/{}", session.id), "/v1/orders".to_owned()] {
        let head = world.sends_as(&world.shop, Raw::new("HEAD", &path)).await;
        assert_eq!((head.status, head.body.as_str()), (404, ""), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn healthz_says_that_it_is_there() {
    let world = World::start().await;
    let answer = world.page("/healthz").await;
    assert_eq!(answer.expect(200), json!({ "status": "ok" }));
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_an_id_of_its_own() {
    let world = World::start().await;
    let mut seen = std::collections::BTreeSet::new();
    for path in
        ["/healthz", "/healthz", "/nowhere", "/v1/orders", "/v1/orders/1", "/return/x?client_secret=y"]
    {
        let answer = world.page(path).await;
        let id = answer.header("x-request-id").to_owned();
        assert!(id.len() >= 16, "{path}: {id}");
        if answer.header("content-type") == "application/problem+json" {
            assert_eq!(answer.json()["request_id"], id, "{path}");
        }
        assert!(seen.insert(id), "{path}");
    }
}

fn origin(answer: &Answer) -> &str {
    answer.header("access-control-allow-origin")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_of_any_origin_may_call_and_no_cookie_goes_with_it() {
    let world = World::start().await;
    let session = world.reaches("1", "created").await;
    let path = format!("/v1/sessions/{}", session.id);
    for path in ["/v1/sessions", path.as_str(), "/v1/orders", "/nowhere"] {
        let asked = Raw::new("OPTIONS", path)
            .header("origin", "https://shop.example")
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type,idempotency-key,if-none-match",
            );
        let answer = world.sends(&asked).await;
        assert_eq!((answer.status, answer.body.as_str(), origin(&answer)), (204, "", "*"), "{path}");
        let list = |name: &str| {
            let mut words: Vec<_> =
                answer.header(name).split(',').map(|word| word.trim().to_ascii_lowercase()).collect();
            words.sort();
            words.join(",")
        };
        assert_eq!(list("access-control-allow-methods"), "get,post");
        assert_eq!(
            list("access-control-allow-headers"),
            "authorization,content-type,idempotency-key,if-none-match"
        );
        assert_eq!(answer.header("access-control-max-age"), "7200");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    for (raw, status) in [
        (Raw::new("GET", &path).key(&session.client_secret), 200),
        (Raw::new("GET", &path).key("csec_wrong"), 404),
        (Raw::new("GET", &path), 401),
        (Raw::new("GET", "/nowhere"), 404),
        (Raw::new("DELETE", &path), 405),
    ] {
        let answer = world.sends(&raw.clone().header("origin", "null")).await;
        assert_eq!((answer.status, origin(&answer)), (status, "*"), "{}", raw.path);
        let mut exposed: Vec<_> = answer.header("access-control-expose-headers").split(',').collect();
        exposed.sort_unstable();
        assert_eq!(exposed, ["etag", "retry-after"]);
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert_eq!(origin(&world.sends(&raw).await), "", "only browsers are told");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_said_of_a_payment_is_cached() {
    let world = World::start().await;
    for (status, _) in MESSAGES {
        let session = world.reaches(status, status).await;
        for path in
            [format!("/v1/sessions/{}", session.id), format!("/v1/orders/{status}"), session.return_path()]
        {
            let answer = world.sends_as(&world.shop, Raw::new("GET", &path)).await;
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }
}
