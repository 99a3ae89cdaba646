//! Who may ask for what: every endpoint with every kind of key, and with what is none.

use serde_json::json;

use crate::reach::Opened;
use crate::wire::Raw;
use crate::world::World;

/// Every endpoint that wants a key, with a request that is right but for the key.
fn endpoints(session: &str) -> Vec<Raw> {
    vec![
        Raw::new("PUT", "/v1/orders/new").body(r#"{"amount":1,"currency":"EUR"}"#),
        Raw::new("POST", "/v1/sessions").body(r#"{"order_id":"1","method":"link"}"#),
        Raw::new("GET", &format!("/v1/sessions/{session}")),
        Raw::new("GET", &format!("/v1/sessions/{session}/timeline")),
        Raw::new("GET", "/v1/orders/1"),
        Raw::new("GET", "/v1/orders"),
        Raw::new("GET", "/v1/events"),
        Raw::new("GET", "/v1/events?outcome=refused"),
        Raw::new("POST", "/v1/routing/explain").body(r#"{"amount":1,"currency":"EUR"}"#),
        Raw::new("POST", "/v1/orders/1/acknowledge").body(r#"{"attention":["stuck"],"actor":"Ada"}"#),
        Raw::new("POST", "/v1/orders/1/refunds").header("idempotency-key", "k").body("{}"),
        Raw::new("POST", &format!("/v1/sessions/{session}/cancel")).body("{}"),
        Raw::new("POST", &format!("/v1/sessions/{session}/review"))
            .body(r#"{"decision":"approve","actor":"Ada"}"#),
        Raw::new("POST", "/v1/events/ev_20261124_1795539242000_0123456789abcdef0123/replay").body("{}"),
        Raw::new("POST", "/v1/events/replay").body(r#"{"outcome":"unmatched"}"#),
        Raw::new("POST", "/v1/payment-links").body(r#"{"order_id":"1"}"#),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_key_of_a_shop_opens_nothing() {
    let world = World::start().await;
    let session = Opened::of(&world.shop.opens("1").await);
    let secret = &world.shop.secret_key;
    let random = "0123456789abcdefghijABCDEFGHIJ0123456789xyz";
    let swapped = |from: &str, to: &str| format!("Bearer {}", secret.replacen(from, to, 1));
    let wrong: Vec<(&str, Vec<String>)> = vec![
        ("none", vec![]),
        ("empty", vec![String::new()]),
        ("only the scheme", vec!["Bearer".to_owned()]),
        ("the scheme and a space", vec!["Bearer ".to_owned()]),
        ("another scheme", vec![format!("Basic {secret}")]),
        ("no scheme", vec![secret.clone()]),
        ("two spaces", vec![format!("Bearer  {secret}")]),
        ("something after it", vec![format!("Bearer {secret} x")]),
        ("a letter more", vec![format!("Bearer {secret}x")]),
        ("a letter less", vec![format!("Bearer {}", &secret[..secret.len() - 1])]),
        ("another random part", vec![format!("Bearer sk_shop_{random}")]),
        ("another kind", vec![swapped("sk_", "pk_")]),
        ("no kind", vec![swapped("sk_", "")]),
        ("an unknown kind", vec![swapped("sk_", "xk_")]),
        ("another shop", vec![swapped("_shop_", "_other_")]),
        ("an unknown shop", vec![swapped("_shop_", "_nobody_")]),
        ("no shop", vec![swapped("_shop_", "__")]),
        ("an odd shop", vec![swapped("_shop_", "_sh%6fp_")]),
        ("a very long one", vec![format!("Bearer sk_{}_{random}", "x".repeat(4_000))]),
        ("not ASCII", vec!["Bearer sk_shop_ключ".to_owned()]),
        ("twice", vec![format!("Bearer {secret}"), format!("Bearer {secret}")]),
    ];
    let before = world.table().await;
    for raw in endpoints(&session.id) {
        for (name, headers) in &wrong {
            let mut request = raw.clone();
            for value in headers {
                request = request.header("authorization", value);
            }
            let answer = world.sends(&request).await;
            assert_eq!(answer.status, 401, "{name} at {} {}: {}", raw.method, raw.path, answer.body);
            answer.expect_problem(401, "invalid_api_key");
            assert!(
                !answer.body.contains(secret.as_str()) && !answer.body.contains(random),
                "{}",
                answer.body
            );
        }
    }
    assert_eq!(world.table().await, before);
    assert_eq!(world.stripe.creations().len(), 1);
    // The scheme's name is in any case (RFC 9110, section 11.1).
    let any_case = Raw::new("GET", "/v1/orders/1").header("authorization", &format!("bEARER {secret}"));
    world.sends(&any_case).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_key_may_do_what_the_contract_says_and_no_more() {
    let world = World::start().await;
    let session = Opened::of(&world.shop.opens("1").await);
    // For each endpoint: the read key, the publishable key, the client secret of the session, another shop's secret key.
    #[rustfmt::skip]
    let expected: [[(u16, &str); 4]; 16] = [
        [(403, "key_not_allowed"), (403, "key_not_allowed"), (401, "invalid_api_key"), (201, "")],
        [(403, "key_not_allowed"), (201, ""), (401, "invalid_api_key"), (404, "order_not_found")],
        [(200, ""), (403, "key_not_allowed"), (200, ""), (404, "not_found")],
        [(200, ""), (403, "key_not_allowed"), (401, "invalid_api_key"), (404, "not_found")],
        [(200, ""), (403, "key_not_allowed"), (401, "invalid_api_key"), (404, "not_found")],
        [(200, ""), (403, "key_not_allowed"), (401, "invalid_api_key"), (200, "")],
        [(200, ""), (403, "key_not_allowed"), (401, "invalid_api_key"), (200, "")],
        [(200, ""), (403, "key_not_allowed"), (401, "invalid_api_key"), (200, "")],
        [(200, ""), (403, "key_not_allowed"), (401, "invalid_api_key"), (200, "")],
        [(403, "key_not_allowed"), (403, "key_not_allowed"), (401, "invalid_api_key"), (404, "order_not_found")],
        [(403, "key_not_allowed"), (403, "key_not_allowed"), (401, "invalid_api_key"), (404, "order_not_found")],
        [(403, "key_not_allowed"), (403, "key_not_allowed"), (401, "invalid_api_key"), (404, "not_found")],
        [(403, "key_not_allowed"), (403, "key_not_allowed"), (401, "invalid_api_key"), (404, "not_found")],
        [(403, "key_not_allowed"), (403, "key_not_allowed"), (401, "invalid_api_key"), (404, "not_found")],
        [(403, "key_not_allowed"), (403, "key_not_allowed"), (401, "invalid_api_key"), (200, "")],
        [(403, "key_not_allowed"), (403, "key_not_allowed"), (401, "invalid_api_key"), (404, "order_not_found")],
    ];
    let keys =
        [&world.shop.read_key, &world.shop.publishable_key, &session.client_secret, &world.other.secret_key];
    for (raw, expected) in endpoints(&session.id).into_iter().zip(expected) {
        for (key, (status, code)) in keys.into_iter().zip(expected) {
            let before = world.table().await;
            let answer = world.sends(&raw.clone().key(key)).await;
            assert_eq!(answer.status, status, "{} {} with {key}: {}", raw.method, raw.path, answer.body);
            if code.is_empty() {
                continue;
            }
            answer.expect_problem(status, code);
            assert_eq!(world.table().await, before, "{} {} with {key}", raw.method, raw.path);
        }
    }
    let theirs = world.other.get("/v1/orders").await.expect(200);
    let ids: Vec<_> =
        theirs["data"].as_array().expect("a list").iter().map(|order| order["id"].clone()).collect();
    assert_eq!(ids, [json!("new")], "a shop's list has its own orders only");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ones_own_looks_like_what_is_not_there() {
    let world = World::start().await;
    let session = Opened::of(&world.shop.opens("1").await);
    let another = Opened::of(&world.shop.opens("2").await);
    let absent = world.shop.session_id("absent", 1).to_string();
    let second = world.shop.session_id("1", 2).to_string();
    let answer = |path: String, key: String| {
        let world = &world;
        async move {
            let answer = world.sends(&Raw::new("GET", &path).key(&key)).await;
            let mut problem = answer.expect(404);
            problem.as_object_mut().expect("an object").remove("request_id");
            assert_eq!(problem["code"], "not_found");
            problem
        }
    };
    let ours = world.shop.secret_key.clone();
    let poll = |id: &str| format!("/v1/sessions/{id}");
    let expected = answer(poll(&absent), ours.clone()).await;
    for (id, key) in [
        (&session.id, &world.other.secret_key),
        (&session.id, &another.client_secret),
        (&session.id, &"csec_".to_owned()),
        (&session.id, &format!("{}x", session.client_secret)),
        (&absent, &session.client_secret),
        (&second, &session.client_secret),
        (&second, &ours),
    ] {
        assert_eq!(answer(poll(id), key.clone()).await, expected, "{id}");
    }
    let timeline = |id: &str| format!("/v1/sessions/{id}/timeline");
    let expected = answer(timeline(&absent), ours.clone()).await;
    for (id, key) in [(&session.id, &world.other.read_key), (&second, &ours)] {
        assert_eq!(answer(timeline(id), key.clone()).await, expected, "{id}");
    }
    let expected = answer("/v1/orders/absent".to_owned(), ours).await;
    assert_eq!(answer("/v1/orders/1".to_owned(), world.other.secret_key.clone()).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browsers_key_opens_a_registered_order_and_nothing_more() {
    let world = World::start().await;
    let publishable = world.shop.publishable_key.clone();
    let opens = |body: serde_json::Value| {
        let (shop, key) = (world.shop.clone(), publishable.clone());
        async move { shop.call("POST", "/v1/sessions", &key, Some(&body)).await }
    };
    opens(json!({ "order_id": "unknown" })).await.expect_problem(404, "order_not_found");
    world.shop.registers("1").await;
    let before = world.table().await;
    for provider in ["stripe", "adyen", ""] {
        let chosen = opens(json!({ "order_id": "1", "provider": provider })).await;
        chosen.expect_problem(403, "key_not_allowed");
    }
    let amount = opens(json!({ "order_id": "1", "amount": 1 })).await;
    amount.expect_problem(422, "unknown_field");
    assert_eq!(world.table().await, before);

    let made =
        opens(json!({ "order_id": "1", "return_url": "https://shop.example/thanks" })).await.expect(201);
    assert!(made["client_secret"].as_str().is_some_and(|secret| secret.starts_with("csec_")));
    // It was made by another request, though by the same key: order ids can be guessed.
    let again = opens(json!({ "order_id": "1" })).await.expect(200);
    assert_eq!((&again["id"], again.get("client_secret")), (&made["id"], None));
    // The secret reads the status where it is sent as the bearer; in an address only our own pages take it.
    let path = format!("/v1/sessions/{}", made["id"].as_str().expect("an id"));
    let secret = made["client_secret"].as_str().expect("a secret");
    world.sends(&Raw::new("GET", &path).key(secret)).await.expect(200);
    let in_address = Raw::new("GET", &format!("{path}?client_secret={secret}"));
    world.sends(&in_address).await.expect_problem(401, "invalid_api_key");
    let server = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(200);
    assert_eq!(server["client_secret"], made["client_secret"]);
}
