//! What Mollie is sent.

use super::*;
use crate::provider::mollie::requests::locale;

#[test]
fn a_payment_is_created_by_this_request() {
    let request = first_request(with_checkout(|checkout| configured().create(checkout)));
    expect![[r#"
        POST https://api.mollie.com/v2/payments
        authorization: Bearer …
        idempotency-key: 0ba94a59-c879-4b7d-a870-310f85b61b93
        content-type: application/json
        {"amount":{"currency":"EUR","value":"49.99"},"description":"Order 1042 & more","redirectUrl":"https://pay.example/return/cs_1","cancelUrl":"https://shop.example/cart?a=1&b=2","webhookUrl":"https://pay.example/v1/webhooks/demo/mollie","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","order_id":"1042"},"method":"creditcard","locale":"de_AT","billingAddress":{"email":"kundin@example.test"}}
    "#]].assert_eq(&shown(&request));
    assert!(!format!("{request:?}").contains("kundin"), "no personal data in a log");
}

#[test]
fn what_the_shop_did_not_say_is_left_out() {
    let request = first_request(with_checkout(|checkout| {
        configured().create(&Checkout {
            method: Method::Wallet,
            customer_email: None,
            locale: None,
            money: money(5000, "JPY"),
            description: &"ä".repeat(300),
            ..*checkout
        })
    }));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    for absent in ["method", "locale", "billingAddress", "profileId", "captureMode"] {
        assert!(body.get(absent).is_none(), "{absent}");
    }
    assert_eq!(body["amount"], json!({ "currency": "JPY", "value": "5000" }));
    assert_eq!(body["description"].as_str().unwrap().chars().count(), 255);
}

#[test]
fn a_transfer_is_a_method_of_mollies() {
    let request = first_request(with_checkout(|checkout| {
        configured().create(&Checkout { method: Method::BankTransfer, ..*checkout })
    }));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["method"], "banktransfer");
}

#[test]
fn the_language_is_the_nearest_that_the_page_has() {
    for (tag, expected) in [
        ("de", Some("de_DE")),
        ("de-AT", Some("de_AT")),
        ("de-LI", Some("de_DE")),
        ("en", Some("en_US")),
        ("en-gb", Some("en_GB")),
        ("nl-BE", Some("nl_BE")),
        ("pt-BR", Some("pt_PT")),
        ("tlh", None),
        ("e", None),
        ("", None),
        ("-", None),
    ] {
        assert_eq!(locale(tag), expected, "{tag}");
    }
}

#[test]
fn the_other_requests_are_these() {
    let fetch = configured().fetch(&held(Some(ID))).unwrap();
    expect![[r#"
        GET https://api.mollie.com/v2/payments/tr_5B8cwPMGnU6qLbRvo7qEZo?embed=refunds,chargebacks
        authorization: Bearer …
    "#]]
    .assert_eq(&shown(&first_request(fetch)));
    expect![[r#"
        DELETE https://api.mollie.com/v2/payments/tr_5B8cwPMGnU6qLbRvo7qEZo
        authorization: Bearer …
    "#]]
    .assert_eq(&shown(&first_request(configured().close(&held(Some(ID))).unwrap())));
    let odd = configured().close(&held(Some("../methods?a=b"))).unwrap();
    assert_eq!(first_request(odd).url, "https://api.mollie.com/v2/payments/%2E%2E%2Fmethods%3Fa%3Db");
    assert!(configured().fetch(&held(None)).is_none() && configured().close(&held(None)).is_none());
}

#[test]
fn a_refund_is_looked_for_and_then_asked_for_by_these_requests() {
    let requests = std::cell::RefCell::new(Vec::new());
    let refunded = run(refund_step(), |request| {
        requests.borrow_mut().push(shown(request));
        match request.method {
            http::Method::GET => answer(200, "{\"count\":0,\"_embedded\":{\"refunds\":[]}}"),
            _ => answer(201, refund_object("pending", json!(null)).to_string()),
        }
    });
    assert_eq!(refunded.unwrap().kind.word(), "refund_pending");
    expect![[r#"
        GET https://api.mollie.com/v2/payments/tr_5B8cwPMGnU6qLbRvo7qEZo/refunds?limit=250
        authorization: Bearer …

        POST https://api.mollie.com/v2/payments/tr_5B8cwPMGnU6qLbRvo7qEZo/refunds
        authorization: Bearer …
        idempotency-key: 31cf9c8d-fa59-49e2-ac91-8e7a19251c55
        content-type: application/json
        {"amount":{"currency":"EUR","value":"10.00"},"description":"Refund","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","refund_id":"rf_01"}}
    "#]].assert_eq(&requests.into_inner().join("\n"));
}

#[test]
fn an_idempotency_key_is_a_uuid_of_its_own_for_each_id() {
    let key = |session: &str| {
        let session = SessionId::parse(session).unwrap();
        let step = with_checkout(|checkout| configured().create(&Checkout { session, ..*checkout }));
        first_request(step).header_value("idempotency-key").unwrap().to_owned()
    };
    let (one, other) = (key(SESSION), key("cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_2"));
    assert_eq!(one, key(SESSION));
    assert_ne!(one, other);
    let parts: Vec<_> = one.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
}

#[test]
fn another_address_can_be_configured() {
    let config = json!({ "api_key": "test_1", "api_base": "http://127.0.0.1:9000/mollie/" });
    let configured = PROVIDER.configure(&config).unwrap();
    let request = first_request(with_checkout(|checkout| configured.create(checkout)));
    assert_eq!(request.url, "http://127.0.0.1:9000/mollie/v2/payments");
    assert_eq!(request.header_value("authorization"), Some("Bearer test_1"));
}
