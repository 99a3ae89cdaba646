//! What Paystack is sent, and what it answers.

use super::*;

#[test]
fn a_checkout_is_created_by_this_request() {
    let request = first_request(with_checkout(|checkout| configured().create(checkout)));
    check(
        &request,
        &expect![[r#"
        POST https://api.paystack.co/transaction/initialize
        authorization: Bearer …
        content-type: application/json
        {"amount":2500000,"callback_url":"https://pay.example/return/cs_1","channels":["card"],"currency":"NGN","email":"ada@example.test","metadata":{"cancel_action":"https://shop.example/cart?a=1&b=2","order":"1042","session":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"},"reference":"cs-k3x7q2m9v4p8t6w1z5r0y8h2jd-1"}
    "#]],
    );
    assert!(!format!("{request:?}").contains("ada@"), "no personal data in a log");
    assert_eq!(configured().repeat(), Repeat::Never);
    let config = json!({ "api_key": "sk_test_1", "api_base": "http://127.0.0.1:9000/paystack/" });
    let elsewhere = PROVIDER.configure(&config).unwrap();
    let request = first_request(with_checkout(|checkout| elsewhere.create(checkout)));
    assert_eq!(request.url, "http://127.0.0.1:9000/paystack/transaction/initialize");
    assert_eq!(request.header_value("authorization"), Some("Bearer sk_test_1"));
}

#[test]
fn francs_are_sent_in_hundredths_and_methods_as_channels() {
    let body = |method, money| {
        let request = first_request(with_checkout(|checkout| {
            configured().create(&Checkout { method, money, customer_email: None, ..*checkout })
        }));
        serde_json::from_slice::<Value>(&request.body).unwrap()
    };
    assert_eq!(body(Method::Link, money(5000, "XOF"))["amount"], 500_000);
    assert_eq!(body(Method::Link, money(5000, "NGN"))["amount"], 5000);
    let link = body(Method::Link, money(5000, "NGN"));
    assert!(link.get("channels").is_none() && link.get("email").is_none());
    for (method, channel) in [
        (Method::Card, "card"),
        (Method::BankTransfer, "bank_transfer"),
        (Method::Wallet, "apple_pay"),
        (Method::Local, "mobile_money"),
    ] {
        assert_eq!(body(method, money(5000, "NGN"))["channels"][0], channel);
    }
}

#[test]
fn a_created_checkout_has_an_address_and_our_reference() {
    let made = json!({ "authorization_url": "https://checkout.paystack.com/0peioxfhpn", "access_code": "0peioxfhpn",
        "reference": REFERENCE });
    let url = "https://checkout.paystack.com/0peioxfhpn".to_owned();
    assert_eq!(create(&answer(200, done(made.clone()))), Ok(Created { checkout_id: REFERENCE.into(), url }));
    let said_no = json!({ "status": false, "message": "No", "data": made }).to_string();
    for body in
        [said_no, "{}".to_owned(), String::new(), "<html>".to_owned(), done(json!({})), done(Value::Null)]
    {
        assert!(matches!(create(&answer(200, body.as_str())), Err(Failure::Unknown(_))), "{body}");
    }
}

#[test]
fn a_refusal_is_definite_only_where_it_is() {
    let error = |code: Value| {
        json!({ "status": false, "message": "No.", "meta": { "nextStep": "Try again" }, "type": "validation_error",
            "code": code })
        .to_string()
    };
    for (status, code, expected) in [
        (400, json!("duplicate_reference"), "duplicate_reference"),
        (400, json!("missing_params"), "missing_params"),
        (401, Value::Null, "validation_error"),
        (404, Value::Null, "validation_error"),
    ] {
        let refused = Failure::Refused { status, code: Some(expected.into()), words: "No.".into() };
        assert_eq!(create(&answer(status, error(code))), Err(refused));
    }
    for (status, body) in [(429, error(Value::Null)), (500, error(Value::Null)), (502, "<html>".to_owned())] {
        assert!(matches!(create(&answer(status, body)), Err(Failure::Unknown(_))), "{status}");
    }
    assert!(matches!(create(&answer(403, "")), Err(Failure::Refused { status: 403, code: None, .. })));
}

/// The request that makes a refund.
const POSTED: &str = r#"POST https://api.paystack.co/refund
authorization: Bearer …
content-type: application/json
{"amount":500000,"currency":"NGN","merchant_note":"rf_k3x7q2m9v4p8t6w1z5r0y8h2jd_5v8n2m4q","transaction":"4099260516"}
"#;

/// What a refund comes to where these were made before.
fn refund(made: &Value, answered: &Answer) -> (Result<Report, Failure>, bool) {
    let posted = std::cell::Cell::new(false);
    let report = run(with_refund(|order| configured().refund(order)).unwrap(), |request| {
        if request.method == http::Method::GET {
            return answer(200, done(made.clone()));
        }
        posted.set(true);
        assert_eq!(shown(request), POSTED);
        answered.clone()
    });
    (report, posted.get())
}

#[test]
fn a_refund_is_asked_for_only_where_none_has_our_note() {
    check(
        &first_request(with_refund(|order| configured().refund(order)).unwrap()),
        &expect![[r#"
        GET https://api.paystack.co/refund?transaction=4099260516&perPage=100
        authorization: Bearer …
    "#]],
    );
    let theirs = refund_object("processed", json!({ "id": 1 }));
    for (status, word) in [
        ("pending", "refund_pending"),
        ("processing", "refund_pending"),
        ("needs-attention", "refund_pending"),
        ("processed", "refunded"),
        ("failed", "refund_failed"),
    ] {
        let made = refund_object(status, json!({ "transaction": transaction("success", json!({})) }));
        let (report, posted) = refund(&json!([theirs]), &answer(200, done(made)));
        let report = report.unwrap();
        assert_eq!((report.kind.word(), posted), (word, true), "{status}");
        assert_eq!(report.payment.unwrap().as_str(), PAYMENT);
        let (Kind::RefundPending(said) | Kind::Refunded(said) | Kind::RefundFailed(said)) = report.kind
        else {
            panic!()
        };
        assert_eq!((said.request.unwrap().as_str(), said.money), (REFUND, money(500_000, "NGN")));
        // Once more, after the answer was lost.
        let ours = refund_object(status, json!({ "merchant_note": REFUND }));
        let (report, posted) = refund(&json!([theirs, ours]), &answer(500, ""));
        assert_eq!((report.unwrap().kind.word(), posted), (word, false), "{status}");
    }
    let (report, _) = refund(&json!([]), &answer(200, done(refund_object("new", json!({})))));
    assert!(matches!(report, Err(Failure::NotUnderstood(_))));
    let (report, posted) = refund(&Value::Null, &answer(500, ""));
    assert!(matches!(report, Err(Failure::NotUnderstood(_))) && !posted, "no list is not an empty one");
}
