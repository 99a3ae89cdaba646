//! Ids and query texts that are not as they should be, at every endpoint that takes one.

use crate::reach::Opened;
use crate::wire::Raw;
use crate::world::World;

/// What stands in place of an id: as it is sent.
fn odd() -> Vec<String> {
    let mut all: Vec<String> = [
        "a%2Fb",
        "%2F",
        "a%5Cb",
        "%00",
        "a%00",
        "%0a",
        "%20",
        "a%20b",
        "+",
        "a+b",
        "%",
        "%zz",
        "%e4",
        "%c3%a4",
        "%ff%fe",
        "%F0%9F%92%B8",
        "%e2%80%ae",
        ".hidden",
        "%2e%2e",
        "%2e",
        "..%2f..%2fetc",
        "%252F",
        "a:b",
        "a,b",
        "a;b",
        "a=b",
        "a&b",
        "@",
        "~",
        "'",
        "%22",
        "%3Cscript%3E",
        "$(id)",
        "{}",
        "*",
        "%23",
        "%3F",
        "-%20-",
        "null%00",
    ]
    .map(str::to_owned)
    .into();
    all.push("x".repeat(65));
    all.push("x".repeat(4_000));
    all.push("%78".repeat(65));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_order_id_is_refused_when_it_is_registered_and_not_found_when_it_is_read() {
    let world = World::start().await;
    let before = world.table().await;
    for id in odd() {
        let path = format!("/v1/orders/{id}");
        let put = Raw::new("PUT", &path).body(r#"{"amount":1,"currency":"EUR"}"#);
        let answer = world.sends_as(&world.shop, put).await;
        assert_eq!(answer.status, 422, "{id}: {}", answer.body);
        answer.expect_problem(422, "invalid_order_id");
        assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains("metadata")));
        let get = world.sends_as(&world.shop, Raw::new("GET", &path)).await;
        get.expect_problem(404, "not_found");
    }
    assert_eq!(world.table().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_session_id_is_not_found() {
    let world = World::start().await;
    let session = Opened::of(&world.shop.opens("1").await);
    let mut ids = odd();
    let number = |number: &str| session.id.replace("_1", &format!("_{number}"));
    ids.extend(["0", "01", "2", "21", "256", "-1", "+1", "1e0", "1%20", "1%00", "%31%31", ""].map(number));
    ids.push(session.id.to_ascii_uppercase());
    ids.push(session.id.replace("cs_", "pay_"));
    ids.push(session.id.replace("cs_", ""));
    let before = world.table().await;
    for id in ids {
        for path in [format!("/v1/sessions/{id}"), format!("/v1/sessions/{id}/timeline")] {
            let answer = world.sends_as(&world.shop, Raw::new("GET", &path)).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.body);
            answer.expect_problem(404, "not_found");
        }
        let by_secret = Raw::new("GET", &format!("/v1/sessions/{id}")).key(&session.client_secret);
        world.sends(&by_secret).await.expect_problem(404, "not_found");
        for path in [format!("/v1/sessions/{id}/cancel"), format!("/v1/sessions/{id}/review")] {
            let body = r#"{"decision":"approve","actor":"Ada"}"#;
            let body = if path.ends_with("cancel") { "{}" } else { body };
            let answer = world.sends_as(&world.shop, Raw::new("POST", &path).body(body)).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        }
        for path in [format!("/return/{id}?client_secret=x"), format!("/go/{id}/x")] {
            assert_eq!(world.sends(&Raw::new("GET", &path)).await.status, 404, "{path}");
        }
    }
    assert_eq!(world.table().await, before);
    // The same id in another spelling is the same id.
    let spelled = session.id.replace("cs_", "%63s%5F");
    world.sends_as(&world.shop, Raw::new("GET", &format!("/v1/sessions/{spelled}"))).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_query_texts_are_refused() {
    let world = World::start().await;
    world.shop.opens("1").await;
    let id = world.shop.payment_id("1");
    let before = world.table().await;
    let rows = [
        ("/v1/orders", "status=PAID", "status"),
        ("/v1/orders", "status=", "status"),
        ("/v1/orders", "status=paid%00", "status"),
        ("/v1/orders", "status=nonsense", "status"),
        ("/v1/orders", "attention=", "attention"),
        ("/v1/orders", "attention=hunger", "attention"),
        ("/v1/orders", "attention=DISPUTED", "attention"),
        ("/v1/orders", "from=yesterday", "from"),
        ("/v1/orders", "from=2026-11-24", "from"),
        ("/v1/orders", "from=1795539242000", "from"),
        ("/v1/orders", "from=1900-01-01T00:00:00Z", "from"),
        ("/v1/orders", "from=2026-13-24T00:00:00Z", "from"),
        ("/v1/orders", "to=", "to"),
        ("/v1/orders", "to=2026-11-24T00:00:00", "to"),
        ("/v1/orders", "to=99999-01-01T00:00:00Z", "to"),
        ("/v1/orders", "from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z", "from"),
        ("/v1/orders", "cursor=", "cursor"),
        ("/v1/orders", "cursor=x", "cursor"),
        ("/v1/orders", "cursor=%23", "cursor"),
        ("/v1/orders", "cursor=0000000000000", "cursor"),
        ("/v1/orders", "cursor=9999999999999.pay_x", "cursor"),
        ("/v1/events", "outcome=", "outcome"),
        ("/v1/events", "outcome=applied", "outcome"),
        ("/v1/events", "outcome=REFUSED", "outcome"),
        ("/v1/events", "cursor=", "cursor"),
        ("/v1/events", "cursor=x", "cursor"),
        ("/v1/events", "cursor=.", "cursor"),
        ("/v1/events", "cursor=-1.", "cursor"),
        ("/v1/events", "cursor=1795539242000.ev_x", "cursor"),
        ("/v1/events", "cursor=99999999999999999999.", "cursor"),
    ];
    for (path, query, says) in rows {
        let answer = world.sends_as(&world.shop, Raw::new("GET", &format!("{path}?{query}"))).await;
        assert_eq!(answer.status, 422, "{path}?{query}: {}", answer.body);
        answer.expect_problem(422, "invalid_request");
        assert!(
            answer.json()["detail"].as_str().is_some_and(|detail| detail.contains(&format!("`{says}`"))),
            "{query}"
        );
    }
    // Made up, but of the right form: it may point anywhere, and leads to no more than a list.
    for cursor in
        [format!("0000000000000.{id}"), format!("9999999999999.{id}"), format!("1700000000000.{id}")]
    {
        for window in ["", "&from=2026-01-01T00:00:00Z", "&to=2026-01-01T00:00:00Z"] {
            let path = format!("/v1/orders?cursor={cursor}{window}");
            let answer = world.sends_as(&world.shop, Raw::new("GET", &path)).await;
            assert!([200, 422].contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
        }
    }
    for cursor in
        ["0.", "18446744073709551615.", "1795539242000.ev_20261124_1795539242000_0123456789abcdef0123"]
    {
        let answer =
            world.sends_as(&world.shop, Raw::new("GET", &format!("/v1/events?cursor={cursor}"))).await;
        assert!([200, 422].contains(&answer.status), "{cursor}: {} {}", answer.status, answer.body);
    }
    assert_eq!(world.table().await, before);
}
