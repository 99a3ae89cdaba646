//! Bodies that are not as they should be: a problem with a stable code that says what to do, nothing written, nobody
//! told.

use crate::wire::Raw;
use crate::world::World;

/// A body, its answer, and a word that the answer's detail must have.
type Row = (&'static str, Vec<u8>, u16, &'static str, &'static str);

fn row(
    name: &'static str,
    body: impl Into<Vec<u8>>,
    status: u16,
    code: &'static str,
    says: &'static str,
) -> Row {
    (name, body.into(), status, code, says)
}

/// `{"a":[[[…]]]}` with this many brackets.
fn nested(field: &str, depth: usize) -> String {
    format!("{{\"{field}\":{}{}}}", "[".repeat(depth), "]".repeat(depth))
}

/// What is wrong at either endpoint.
#[rustfmt::skip]
fn for_both(good: &str, text: &str) -> Vec<Row> {
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_bom = [&[0xef, 0xbb, 0xbf], good.as_bytes()].concat();
    let broken = |bytes: &[u8]| [format!("{{\"{text}\":\"").as_bytes(), bytes, b"\"}"].concat();
    vec![
        row("no body", "", 400, "invalid_json", "JSON"),
        row("blanks", " \n\t", 400, "invalid_json", "JSON"),
        row("not JSON", "amount=4999&currency=EUR", 400, "invalid_json", "JSON"),
        row("XML", "<?xml version=\"1.0\"?><order/>", 400, "invalid_json", "JSON"),
        row("single quotes", "{'order_id':'1'}", 400, "invalid_json", "JSON"),
        row("cut off", &good[..good.len() - 1], 400, "invalid_json", "JSON"),
        row("two documents", format!("{good}{good}"), 400, "invalid_json", "follows"),
        row("text after it", format!("{good};"), 400, "invalid_json", "follows"),
        row("a comment", format!("/* */{good}"), 400, "invalid_json", "JSON"),
        row("a comma too many", format!("{},}}", good.trim_end_matches('}')), 400, "invalid_json", "JSON"),
        row("UTF-16", utf16, 400, "invalid_json", "JSON"),
        row("a byte order mark", with_bom, 400, "invalid_json", "JSON"),
        row("NUL bytes", vec![0; 64], 400, "invalid_json", "JSON"),
        row("deep", format!("{}{}", "[".repeat(1_000), "]".repeat(1_000)), 422, "invalid_request", ""),
        row("deep objects", format!("{}1{}", "{\"a\":".repeat(1_000), "}".repeat(1_000)), 422, "unknown_field", "a"),
        row("null", "null", 422, "invalid_request", "object"),
        row("a number", "1", 422, "invalid_request", "object"),
        row("a text", "\"1\"", 422, "invalid_request", "object"),
        row("a list", "[]", 422, "invalid_request", "object"),
        row("an empty object", "{}", 422, "invalid_request", ""),
        row("an unknown field", format!("{},\"x\":1}}", good.trim_end_matches('}')), 422, "unknown_field", "x"),
        row("an unknown field that is deep", nested("x", 1_000), 422, "unknown_field", "x"),
        row("a field in another case", "{\"Order_Id\":\"1\",\"Amount\":1}", 422, "unknown_field", ""),
        row("an unknown field with a long name", format!("{{\"{}\":1}}", "x".repeat(60_000)), 422, "unknown_field", "…"),
        row("an empty name", "{\"\":1}", 422, "unknown_field", ""),
        row("a prototype", "{\"__proto__\":{\"paid\":true}}", 422, "unknown_field", "__proto__"),
        row("bytes that are no UTF-8", broken(&[0xff, 0xfe]), 400, "invalid_json", "UTF-8"),
        row("half a character", broken(&[0xc3]), 400, "invalid_json", "UTF-8"),
        row("an overlong slash", broken(&[0xc0, 0xaf]), 400, "invalid_json", "UTF-8"),
        row("half a surrogate pair", broken(br"\ud800"), 400, "invalid_json", "JSON"),
        row("over 64 KiB", format!("{good}{}", " ".repeat(64 * 1024)), 413, "body_too_large", "64 KiB"),
    ]
}

#[rustfmt::skip]
fn for_orders() -> Vec<Row> {
    let bad = |name, fields: &str, code, says| row(name, format!("{{{fields}}}"), 422, code, says);
    let amount = |name, amount: &str| bad(name, &format!("\"currency\":\"EUR\",\"amount\":{amount}"), "invalid_amount", "whole number");
    let currency = |name, currency: &str| bad(name, &format!("\"amount\":1,\"currency\":{currency}"), "invalid_currency", "ISO 4217");
    let more = |name, field: &str, says| bad(name, &format!("\"amount\":1,\"currency\":\"EUR\",{field}"), "invalid_request", says);
    let items = |name, items: &str, code, says| bad(name, &format!("\"currency\":\"EUR\",\"line_items\":{items}"), code, says);
    let item = |name, item: &str, code, says| items(name, &format!("[{{{item}}}]"), code, says);
    let entries = |count: usize, value: &str| (0..count).map(|n| format!("\"k{n}\":\"{value}\"")).collect::<Vec<_>>().join(",");
    let many_items = vec!["{\"name\":\"x\",\"quantity\":1,\"unit_amount\":1}"; 101].join(",");
    vec![
        amount("a float", "49.99"),
        amount("a float without a fraction", "4999.0"),
        amount("an exponent", "1e3"),
        amount("a negative exponent", "100000e-1"),
        amount("a negative amount", "-1"),
        amount("minus zero", "-0"),
        amount("zero", "0"),
        amount("16 digits", "1000000000000000"),
        amount("more than 64 bits", "18446744073709551616"),
        amount("a thousand digits", &"9".repeat(1_000)),
        amount("an amount in text", "\"4999\""),
        amount("a flag", "true"),
        amount("a list", "[4999]"),
        amount("an object", "{\"value\":4999}"),
        bad("an infinite amount", "\"currency\":\"EUR\",\"amount\":1e999", "invalid_amount", "whole number"),
        bad("no amount", "\"currency\":\"EUR\"", "invalid_request", "amount"),
        bad("no amount but null", "\"currency\":\"EUR\",\"amount\":null", "invalid_request", "amount"),
        bad("no currency", "\"amount\":1", "invalid_request", "currency"),
        bad("the amount twice", "\"amount\":1,\"amount\":4999,\"currency\":\"EUR\"", "invalid_request", "duplicate"),
        bad("the currency twice", "\"amount\":1,\"currency\":\"EUR\",\"currency\":\"USD\"", "invalid_request", "duplicate"),
        currency("lower case", "\"eur\""),
        currency("mixed case", "\"Eur\""),
        currency("no such currency", "\"ZZZ\""),
        currency("no money", "\"XXX\""),
        currency("gold", "\"XAU\""),
        currency("a sign", "\"€\""),
        currency("empty", "\"\""),
        currency("blanks around it", "\" EUR\""),
        currency("long", &format!("\"{}\"", "E".repeat(10_000))),
        bad("a number for a currency", "\"amount\":1,\"currency\":978", "invalid_request", "currency"),
        bad("null for a currency", "\"amount\":1,\"currency\":null", "invalid_request", "currency"),
        more("an address without a host", "\"customer_email\":\"jane\"", "customer_email"),
        more("an address with a line break", "\"customer_email\":\"jane@x.test\\nbcc: a@b\"", "customer_email"),
        more("a long address", &format!("\"customer_email\":\"{}@x.test\"", "x".repeat(250)), "customer_email"),
        more("a number for an address", "\"customer_email\":1", "customer_email"),
        more("a country in lower case", "\"country\":\"de\"", "country"),
        more("a country of three letters", "\"country\":\"DEU\"", "country"),
        more("an empty country", "\"country\":\"\"", "country"),
        more("an empty description", "\"description\":\"\"", "description"),
        more("a long description", &format!("\"description\":\"{}\"", "ä".repeat(501)), "description"),
        more("a description with a control character", "\"description\":\"a\\u0000b\"", "description"),
        more("21 notes", &format!("\"metadata\":{{{}}}", entries(21, "v")), "metadata"),
        more("a long note", &format!("\"metadata\":{{{}}}", entries(1, &"v".repeat(201))), "metadata"),
        more("a long name of a note", &format!("\"metadata\":{{\"{}\":\"v\"}}", "k".repeat(41)), "metadata"),
        more("an empty note", "\"metadata\":{\"k\":\"\"}", "metadata"),
        more("an empty name of a note", "\"metadata\":{\"\":\"v\"}", "metadata"),
        more("a number for a note", "\"metadata\":{\"k\":1}", "metadata"),
        more("a note with an object", "\"metadata\":{\"k\":{}}", "metadata"),
        more("a note twice", "\"metadata\":{\"k\":\"1\",\"k\":\"2\"}", "metadata"),
        more("a list of notes", "\"metadata\":[]", "metadata"),
        more("no notes but null", "\"metadata\":null", "metadata"),
        items("no items", "[]", "invalid_request", "amount"),
        items("an object for items", "{}", "invalid_request", "line_items"),
        items("101 items", &format!("[{many_items}]"), "invalid_request", "100"),
        items("an item as a list", "[[\"x\",1,1]]", "invalid_request", "line_items"),
        items("a text for an item", "[\"x\"]", "invalid_request", "line_items"),
        item("an item without a name", "\"quantity\":1,\"unit_amount\":1", "invalid_request", "name"),
        item("an item without a quantity", "\"name\":\"x\",\"unit_amount\":1", "invalid_request", "quantity"),
        item("an item with more", "\"name\":\"x\",\"quantity\":1,\"unit_amount\":1,\"tax\":1", "unknown_field", "tax"),
        item("no name", "\"name\":\"\",\"quantity\":1,\"unit_amount\":1", "invalid_request", "name"),
        item("a quantity of 0", "\"name\":\"x\",\"quantity\":0,\"unit_amount\":1", "invalid_request", "quantity"),
        item("half a thing", "\"name\":\"x\",\"quantity\":0.5,\"unit_amount\":1", "invalid_request", "quantity"),
        item("a negative quantity", "\"name\":\"x\",\"quantity\":-1,\"unit_amount\":1", "invalid_request", "quantity"),
        item("a negative price", "\"name\":\"x\",\"quantity\":1,\"unit_amount\":-1", "invalid_amount", "unit_amount"),
        item("a price with a fraction", "\"name\":\"x\",\"quantity\":1,\"unit_amount\":0.5", "invalid_amount", "unit_amount"),
        item("free of charge", "\"name\":\"x\",\"quantity\":1,\"unit_amount\":0", "invalid_amount", "whole number"),
        item("too much in all", "\"name\":\"x\",\"quantity\":1000000,\"unit_amount\":18446744073709551615", "invalid_amount", "whole number"),
        item("too much in all by a little", "\"name\":\"x\",\"quantity\":1000,\"unit_amount\":1000000000000", "invalid_amount", "whole number"),
        bad("items that add up to something else", "\"amount\":3,\"currency\":\"EUR\",\"line_items\":[{\"name\":\"x\",\"quantity\":2,\"unit_amount\":1}]", "amounts_disagree", "add up to 2"),
        row("a list of what would stand in the fields", r#"[1,"EUR",null,null,null,null,{}]"#, 422, "invalid_request", "object"),
    ]
}

#[rustfmt::skip]
fn for_sessions() -> Vec<Row> {
    let bad = |name, fields: &str, code, says| row(name, format!("{{{fields}}}"), 422, code, says);
    let with = |name, field: &str, says| bad(name, &format!("\"order_id\":\"1\",{field}"), "invalid_request", says);
    let url = |name, url: &str| {
        let url = serde_json::to_string(url).expect("a text");
        [("return_url", url.clone()), ("cancel_url", url)].map(|(field, url)| {
            bad(name, &format!("\"order_id\":\"1\",\"{field}\":{url}"), "return_url_not_allowed", field)
        })
    };
    let long = format!("https://shop.example/{}", "x".repeat(2_048));
    let urls = [
        url("another host", "https://evil.test/"),
        url("a look-alike prefix", "https://shop.example.evil.test/"),
        url("a look-alike port", "https://shop.example:8443/"),
        url("a port in the name", "https://shop.example:443@evil.test/"),
        url("a subdomain", "https://a.shop.example/"),
        url("another scheme", "http://shop.example/"),
        url("a user", "https://jane@shop.example/"),
        url("a user and a password", "https://jane:pass@shop.example/"),
        url("an empty user", "https://@shop.example/"),
        url("the host as a user", "https://shop.example@evil.test/"),
        url("a backslash", "https://shop.example\\@evil.test/"),
        url("backslashes for slashes", "https:\\\\evil.test/"),
        url("a backslash in the path", "https://shop.example/\\evil.test"),
        url("only one slash", "https:/evil.test/"),
        url("no slashes", "https:evil.test"),
        url("no scheme", "//shop.example/"),
        url("a path", "/thanks"),
        url("nothing", ""),
        url("blanks before it", " https://shop.example/"),
        url("a tab inside", "https://shop.exa\tmple/"),
        url("a line break", "https://shop.example/\r\nset-cookie: a=b"),
        url("NUL", "https://shop.example/\u{0}"),
        url("a script", "javascript:alert(1)//https://shop.example/"),
        url("a script in capitals", "JavaScript:alert(1)"),
        url("data", "data:text/html,<script>alert(1)</script>"),
        url("a file", "file:///etc/passwd"),
        url("a path beside the allowed one", "http://localhost:3000/shopping/"),
        url("a path above the allowed one", "http://localhost:3000/shop/../admin/"),
        url("a path above it, encoded", "http://localhost:3000/shop/%2e%2e/admin/"),
        url("full-width letters of another host", "https://ｅｖｉｌ.test/"),
        url("a host in letters of another script", "https://shоp.example/"),
        url("over 2048 bytes", &long),
    ];
    let mut rows = vec![
        bad("an amount", "\"order_id\":\"1\",\"amount\":1", "unknown_field", "comes from the stored order"),
        bad("a currency", "\"order_id\":\"1\",\"currency\":\"USD\"", "unknown_field", "comes from the stored order"),
        bad("line items", "\"order_id\":\"1\",\"line_items\":[]", "unknown_field", "line_items"),
        bad("no order", "\"method\":\"card\"", "invalid_request", "order_id"),
        bad("a number for an order", "\"order_id\":1", "invalid_request", "order_id"),
        bad("null for an order", "\"order_id\":null", "invalid_request", "order_id"),
        bad("a list of orders", "\"order_id\":[\"1\"]", "invalid_request", "order_id"),
        bad("the order twice", "\"order_id\":\"1\",\"order_id\":\"2\"", "invalid_request", "duplicate"),
        bad("an order without an id", "\"order_id\":\"\"", "invalid_order_id", "1 to 64"),
        bad("an order id with a slash", "\"order_id\":\"a/b\"", "invalid_order_id", "metadata"),
        bad("an order id with NUL", "\"order_id\":\"a\\u0000\"", "invalid_order_id", "metadata"),
        bad("an order id of 65", &format!("\"order_id\":\"{}\"", "x".repeat(65)), "invalid_order_id", "metadata"),
        row("an order that is not registered", "{\"order_id\":\"unknown\"}", 404, "order_not_found", "PUT /v1/orders/"),
        with("an unknown method", "\"method\":\"cash\"", "card, bank_transfer"),
        with("a method in capitals", "\"method\":\"CARD\"", "method"),
        with("an empty method", "\"method\":\"\"", "method"),
        with("a number for a method", "\"method\":1", "method"),
        with("an unknown provider", "\"provider\":\"adyen\"", "provider"),
        with("an empty provider", "\"provider\":\"\"", "provider"),
        with("a number for a provider", "\"provider\":1", "provider"),
        with("a number for an address", "\"return_url\":1", "return_url"),
        with("too short a time", "\"expires_in\":59", "60 to 604800"),
        with("no time", "\"expires_in\":0", "60 to 604800"),
        with("too long a time", "\"expires_in\":604801", "60 to 604800"),
        with("a very long time", "\"expires_in\":18446744073709551615", "60 to 604800"),
        with("a negative time", "\"expires_in\":-60", "expires_in"),
        with("a time with a fraction", "\"expires_in\":60.5", "expires_in"),
        with("a time with an exponent", "\"expires_in\":1e3", "expires_in"),
        with("an infinite time", "\"expires_in\":1e999", "expires_in"),
        with("a time in text", "\"expires_in\":\"60\"", "expires_in"),
        with("an empty language", "\"locale\":\"\"", "locale"),
        with("a language with a blank", "\"locale\":\"de de\"", "locale"),
        with("markup for a language", "\"locale\":\"en\\\"><script>\"", "locale"),
        with("a language with an underscore", "\"locale\":\"de_DE\"", "locale"),
        with("a long language", &format!("\"locale\":\"{}\"", "de-".repeat(20)), "locale"),
        row("a list of what would stand in the fields", r#"["1",null,null,null,null,null,null]"#, 422, "invalid_request", "object"),
    ];
    rows.extend(urls.into_iter().flatten());
    rows
}

#[rustfmt::skip]
fn for_questions_of_routing() -> Vec<Row> {
    let bad = |name, fields: &str, code, says| row(name, format!("{{{fields}}}"), 422, code, says);
    let with = |name, field: &str, says| bad(name, &format!("\"amount\":1,\"currency\":\"EUR\",{field}"), "invalid_request", says);
    vec![
        bad("no amount", "\"currency\":\"EUR\"", "invalid_request", "amount"),
        bad("nothing to pay", "\"amount\":0,\"currency\":\"EUR\"", "invalid_amount", "whole number"),
        bad("a float", "\"amount\":1.5,\"currency\":\"EUR\"", "invalid_amount", "whole number"),
        bad("a negative amount", "\"amount\":-1,\"currency\":\"EUR\"", "invalid_amount", "whole number"),
        bad("an amount of 16 digits", "\"amount\":1000000000000000,\"currency\":\"EUR\"", "invalid_amount", "digits"),
        bad("no currency", "\"amount\":1", "invalid_request", "currency"),
        bad("a small currency", "\"amount\":1,\"currency\":\"eur\"", "invalid_currency", "ISO 4217"),
        bad("no money", "\"amount\":1,\"currency\":\"XXX\"", "invalid_currency", "ISO 4217"),
        with("a small country", "\"country\":\"de\"", "ISO 3166-1"),
        with("a long country", "\"country\":\"DEU\"", "ISO 3166-1"),
        with("an unknown method", "\"method\":\"cash\"", "card, bank_transfer"),
        with("an unknown provider", "\"provider\":\"adyen\"", "among the shop's"),
        bad("an order", "\"amount\":1,\"currency\":\"EUR\",\"order_id\":\"1\"", "unknown_field", "order_id"),
    ]
}

async fn all_are_refused(world: &World, method: &str, path: &str, rows: Vec<Row>) {
    let before = world.table().await;
    let mut wrong = Vec::new();
    for (name, body, status, code, says) in rows {
        let answer = world.sends_as(&world.shop, Raw::new(method, path).body(body)).await;
        let problem = serde_json::from_str(&answer.body).unwrap_or(serde_json::Value::Null);
        let detail = problem["detail"].as_str().unwrap_or_default();
        if (answer.status, problem["code"].as_str()) != (status, Some(code)) || !detail.contains(says) {
            let body: String = answer.body.chars().take(300).collect();
            wrong.push(format!("{name}: {} {body}; not {status} {code} that says {says:?}", answer.status));
            continue;
        }
        answer.expect_problem(status, code);
        assert!(answer.body.len() < 1_000, "{name}: {} bytes for a problem", answer.body.len());
        for planted in ["planted", "jane", "pass", "evil", "<script"] {
            assert!(!answer.body.contains(planted), "{name}: what was sent is repeated: {}", answer.body);
        }
    }
    assert!(wrong.is_empty(), "{method} {path}:\n{}", wrong.join("\n"));
    assert_eq!(world.table().await, before, "nothing is written");
    assert_eq!(world.stripe.creations().len(), 0, "nobody is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_not_as_it_should_be_is_refused() {
    let world = World::start().await;
    let mut rows = for_both(r#"{"amount":4999,"currency":"EUR"}"#, "description");
    rows.extend(for_orders());
    all_are_refused(&world, "PUT", "/v1/orders/1", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_a_session_that_is_not_as_it_should_be_is_refused() {
    let world = World::start().await;
    world.shop.registers("1").await;
    let mut rows = for_both(r#"{"order_id":"1"}"#, "order_id");
    rows.extend(for_sessions());
    all_are_refused(&world, "POST", "/v1/sessions", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_of_routing_that_is_not_as_it_should_be_is_refused() {
    let world = World::start().await;
    let mut rows = for_both(r#"{"amount":4999,"currency":"EUR"}"#, "currency");
    rows.extend(for_questions_of_routing());
    all_are_refused(&world, "POST", "/v1/routing/explain", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_names_in_its_fields_is_not_repeated_in_the_answer() {
    let world = World::start().await;
    for body in [
        r#"{"metadata":{"jane@planted.test":1},"amount":1,"currency":"EUR"}"#,
        r#"{"amount":1,"currency":"EUR","jane@planted.test":1}"#,
        r#"{"amount":1,"currency":"EUR","customer_email":"4242 4242 4242 4242 planted"}"#,
    ] {
        let answer = world.sends_as(&world.shop, Raw::new("PUT", "/v1/orders/1").body(body)).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(!answer.body.contains("planted") && !answer.body.contains("4242"), "{}", answer.body);
    }
}
