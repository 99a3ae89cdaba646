//! What Checkout.com is sent, and what its answers mean.

use super::*;

#[test]
fn the_requests_are_these() {
    let create = first_request(with_checkout(|checkout| configured().create(checkout)));
    expect![[r#"
        POST https://k7m2q9xa.api.checkout.com/hosted-payments
        authorization: Bearer …
        content-type: application/json
        {"amount":4999,"currency":"EUR","reference":"A1042x","description":"Order 1042 & more","billing":{"address":{"country":"AT"}},"customer":{"email":"kundin@example.test"},"success_url":"https://pay.example/return/cs_1","cancel_url":"https://shop.example/cart?a=1&b=2","failure_url":"https://pay.example/return/cs_1","capture":true,"3ds":{"enabled":true},"allow_payment_methods":["card"],"locale":"de-DE","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","order_id":"A-1042.x"}}
    "#]]
    .assert_eq(&shown(&create));
    expect![[r#"
        GET https://k7m2q9xa.api.checkout.com/hosted-payments/hpp_xGQBg0AXl3cM
        authorization: Bearer …
    "#]]
    .assert_eq(&shown(&first_request(configured().fetch(&held(Some(PAGE))).unwrap())));
    expect![[r#"
        POST https://k7m2q9xa.api.checkout.com/payments/pay_4fxnxsnovyoxs324mp7mcijbwr/refunds
        authorization: Bearer …
        content-type: application/json
        cko-idempotency-key: rf_01
        {"amount":1000,"reference":"rf_01","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","refund_id":"rf_01"}}
    "#]]
    .assert_eq(&shown(&first_request(refund(money(1000, "EUR")))));
    // An amount that cannot be written is not left out: that would be all of it.
    assert!(shown(&first_request(refund(money(1, "CLF")))).contains("\"amount\":null"));
    assert!(configured().fetch(&held(None)).is_none());
    assert!(configured().close(&held(Some(PAGE))).is_none());
    assert_eq!(configured().repeat(), Repeat::Never);
    let odd = first_request(configured().fetch(&held(Some("../payments?a=b"))).unwrap());
    assert_eq!(odd.url, format!("{BASE}/hosted-payments/%2E%2E%2Fpayments%3Fa%3Db"));
}

#[test]
fn what_the_shop_did_not_say_is_left_out_and_what_is_too_long_is_cut() {
    let mut config = (TRIAL.config)(&TRIAL.secrets, "");
    config["processing_channel_id"] = "pc_2q7zk3x7q2m9v4p8t6w1z5r0y8".into();
    let configured = PROVIDER.configure(&config).unwrap();
    let (order, long) = (OrderId::parse("_-_").unwrap(), format!("https://shop.example/{}", "x".repeat(240)));
    let request = first_request(with_checkout(|checkout| {
        configured.create(&Checkout {
            order: &order,
            method: Method::Link,
            customer_email: None,
            locale: None,
            cancel_url: &long,
            description: &"ü".repeat(101),
            ..*checkout
        })
    }));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    for absent in ["reference", "customer", "locale", "allow_payment_methods"] {
        assert!(body[absent].is_null() && !shown(&request).contains(&format!("\"{absent}\":")), "{absent}");
    }
    assert_eq!(body["cancel_url"], "https://pay.example/return/cs_1");
    assert_eq!(body["description"].as_str().unwrap().chars().count(), 100);
    assert_eq!(body["processing_channel_id"], "pc_2q7zk3x7q2m9v4p8t6w1z5r0y8");
}

#[test]
fn the_page_has_the_nearest_language_and_a_country() {
    for (tag, code, expected) in [
        (Some("de-AT"), "EUR", (Some("de-DE"), "AT")),
        (Some("zh-Hant-TW"), "USD", (Some("zh-CN"), "TW")),
        (Some("zh-HK"), "HKD", (Some("zh-HK"), "HK")),
        (Some("pt"), "BRL", (Some("pt-PT"), "BR")),
        (Some("tlh"), "GBP", (None, "GB")),
        (None, "EUR", (None, "DE")),
        (None, "XOF", (None, "SN")),
        (None, "JPY", (None, "JP")),
    ] {
        let found =
            with_checkout(|checkout| country(&Checkout { locale: tag, money: money(1, code), ..*checkout }));
        assert_eq!((tag.and_then(locale), found.as_str()), expected, "{tag:?} {code}");
    }
}

#[test]
fn a_created_page_has_an_id_and_an_address_and_a_refusal_its_code() {
    let create = |status, body: &str| {
        run(with_checkout(|checkout| configured().create(checkout)), |_| answer(status, body))
    };
    let made =
        json!({ "id": PAGE, "_links": { "redirect": { "href": "https://pay.checkout.com/page/hpp_x" } } });
    let created = Created { checkout_id: PAGE.into(), url: "https://pay.checkout.com/page/hpp_x".into() };
    assert_eq!(create(201, &made.to_string()), Ok(created));
    let invalid = json!({ "request_id": "0HL80RJLS76I7", "error_type": "request_invalid", "error_codes": ["amount_invalid", "currency_invalid"] });
    let words = "amount_invalid, currency_invalid".to_owned();
    assert_eq!(
        create(422, &invalid.to_string()),
        Err(Failure::Refused { status: 422, code: Some("amount_invalid".into()), words })
    );
    assert!(matches!(create(401, ""), Err(Failure::Refused { status: 401, code: None, .. })));
    for (status, body) in [(201, "{}"), (201, "<html>"), (500, "{}"), (503, ""), (429, "{}"), (302, "")] {
        assert!(matches!(create(status, body), Err(Failure::Unknown(_))), "{status} {body}");
    }
}

fn fetch(page: &Value, payment: &Value) -> Result<Vec<Report>, Failure> {
    run(configured().fetch(&held(Some(PAGE))).unwrap(), |request| match request.url.contains("/payments/") {
        true => answer(200, payment.to_string()),
        false => answer(200, page.to_string()),
    })
}

#[test]
fn each_row_of_the_status_tables() {
    let page = |status: &str| json!({ "id": PAGE, "status": status, "payment_id": PAYMENT, "metadata": { "session_id": SESSION } });
    let words = |reports: Vec<Report>| reports.iter().map(|report| report.kind.word()).collect::<Vec<_>>();
    let nothing = Value::Null;
    assert_eq!(fetch(&page("Payment Pending"), &nothing), Ok(vec![]));
    assert_eq!(words(fetch(&page("Expired"), &nothing).unwrap()), ["expired"]);
    assert!(matches!(fetch(&page("New"), &nothing), Err(Failure::Unknown(_))));
    let balances =
        |captured: u64, refunded: u64| json!({ "total_captured": captured, "total_refunded": refunded });
    let received = page("Payment Received");
    for (status, more, expected) in [
        ("Active", json!({}), vec!["processing"]),
        ("Requested", json!({}), vec!["processing"]),
        ("Pending", json!({}), vec!["processing"]),
        ("Authentication Requested", json!({}), vec!["processing"]),
        ("Retry Scheduled", json!({}), vec!["processing"]),
        ("Authorized", json!({}), vec!["processing"]),
        ("Authorized", json!({ "risk": { "flagged": true } }), vec!["review"]),
        ("Captured", json!({ "balances": balances(4999, 0) }), vec!["paid"]),
        ("Paid", json!({ "balances": balances(4999, 0) }), vec!["paid"]),
        ("Partially Captured", json!({ "balances": balances(2000, 0) }), vec!["paid"]),
        ("Partially Refunded", json!({ "balances": balances(4999, 1000) }), vec!["paid", "refunded_total"]),
        ("Refunded", json!({ "balances": balances(4999, 4999) }), vec!["paid", "refunded_total"]),
        ("Declined", json!({ "response_code": "20051" }), vec!["attempt_declined"]),
        ("Canceled", json!({}), vec!["attempt_declined"]),
        ("Expired", json!({}), vec!["expired"]),
        ("Voided", json!({}), vec!["cancelled"]),
        ("Card Verified", json!({}), vec![]),
    ] {
        let mut payment = payment(more);
        payment["status"] = status.into();
        let reports = fetch(&received, &payment).unwrap();
        assert!(reports.iter().all(|report| report.payment.as_ref().unwrap().as_str() == PAYMENT));
        assert_eq!(words(reports), expected, "{status}");
    }
    let of = |status: &str, more: Value| {
        let mut payment = payment(more);
        payment["status"] = status.into();
        fetch(&received, &payment)
    };
    let partly = of("Partially Refunded", json!({ "balances": balances(4999, 1000) })).unwrap();
    assert_eq!(partly[1].kind, Kind::RefundedTotal(money(1000, "EUR")));
    assert_eq!(partly[1].said_at.unwrap().seconds(), 1_795_539_600);
    let declined = of("Declined", json!({ "response_code": "20051" })).unwrap();
    assert_eq!(declined[0].reason.as_deref(), Some("20051"));
    assert!(matches!(of("New", json!({})), Err(Failure::Unknown(_))));
    assert!(
        matches!(of("Captured", json!({})), Err(Failure::NotUnderstood(_))),
        "what was asked for is not what came"
    );
    let others = json!({ "metadata": { "session_id": "cs_b7f2n0c5s8x1d4g6j9k3m5p7qa_1" } });
    assert!(matches!(of("Authorized", others), Err(Failure::NotUnderstood(_))));
}

#[test]
fn a_refund_that_is_accepted_is_under_way() {
    let refund = |status, body: &str| run(refund(money(1000, "EUR")), |_| answer(status, body));
    let report = refund(202, "{\"action_id\":\"act_1\",\"reference\":\"rf_01\"}").unwrap();
    assert_eq!(report.payment.unwrap().as_str(), PAYMENT);
    let Kind::RefundPending(said) = report.kind else { panic!() };
    assert_eq!((said.id.as_str(), said.request.unwrap().as_str()), ("act_1", "rf_01"));
    assert_eq!(said.money, money(1000, "EUR"));
    assert!(matches!(refund(202, "{}"), Err(Failure::Unknown(_))));
    assert!(matches!(refund(403, ""), Err(Failure::Refused { status: 403, .. })));
    assert!(matches!(refund(429, ""), Err(Failure::Unknown(_))), "a twin is being worked on");
    assert!(matches!(refund(502, ""), Err(Failure::Unknown(_))));
}
