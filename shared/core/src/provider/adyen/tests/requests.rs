//! What Adyen is sent, and what its answers mean.

use super::*;

#[test]
fn amounts_are_counted_by_adyens_table() {
    for (minor, code, sent) in [
        (4999, "EUR", Ok(4999)),
        (5000, "JPY", Ok(5000)),
        (12_345, "KWD", Ok(12_345)),
        (2790, "ISK", Ok(279_000)),
        (4500, "CLP", Ok(450_000)),
        (15_000_000, "IDR", Ok(150_000)),
        (15_000_050, "IDR", Err(Unsuitable::Granularity)),
        (120_000, "CVE", Ok(1200)),
        (0, "EUR", Err(Unsuitable::TooSmall)),
        (10_000, "CLF", Err(Unsuitable::Currency)),
    ] {
        let money = money(minor, code);
        assert_eq!(configured().suits(money), sent.map(|_| ()), "{code}");
        let Ok(sent) = sent else { continue };
        let request =
            first_request(with_checkout(|checkout| configured().create(&Checkout { money, ..*checkout })));
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["amount"], json!({ "currency": code, "value": sent }));
        let told = told(event("AUTHORISATION", "true", json!({ "amount": body["amount"] }))).unwrap();
        assert_eq!(told.reports[0].kind, Kind::Paid(money));
    }
    for amount in [json!({ "currency": "ISK", "value": 279_050 }), json!({ "currency": "eur", "value": 1 })] {
        let read =
            read(&*configured(), "true", &[item("AUTHORISATION", "true", json!({ "amount": amount }))]);
        assert_eq!(read.unwrap_err(), NotUnderstood::Money, "{amount}");
    }
}

#[test]
fn the_requests_are_these() {
    let create = first_request(with_checkout(|checkout| configured().create(checkout)));
    expect![[r#"
        POST https://1797a841fbb37ca7-NordShop-checkout-live.adyenpayments.com/checkout/v72/paymentLinks
        x-api-key: AQEk3xample_api_key
        idempotency-key: cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        content-type: application/json
        {"merchantAccount":"NordShopECOM","reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","amount":{"currency":"EUR","value":4999},"description":"Order 1042 & more","returnUrl":"https://pay.example/return/cs_1","expiresAt":"2026-11-24T17:35:00+00:00","shopperLocale":"de-AT","shopperEmail":"kundin@example.test","allowedPaymentMethods":["scheme"],"blockedPaymentMethods":["giftcard"],"metadata":{"order_id":"1042"}}
    "#]]
    .assert_eq(&shown(&create));
    expect![[r#"
        GET https://1797a841fbb37ca7-NordShop-checkout-live.adyenpayments.com/checkout/v72/paymentLinks/PL61C53A8B97E6915A
        x-api-key: AQEk3xample_api_key
    "#]]
    .assert_eq(&shown(&first_request(configured().fetch(&held(Some(LINK))).unwrap())));
    expect![[r#"
        POST https://1797a841fbb37ca7-NordShop-checkout-live.adyenpayments.com/checkout/v72/payments/NC6HT9CRT65ZGN82/refunds
        x-api-key: AQEk3xample_api_key
        idempotency-key: rf_01
        content-type: application/json
        {"merchantAccount":"NordShopECOM","amount":{"currency":"EUR","value":1000},"reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1.rf_01"}
    "#]]
    .assert_eq(&shown(&first_request(refund(&*configured(), money(1000, "EUR")))));
    expect![[r#"
        PATCH https://1797a841fbb37ca7-NordShop-checkout-live.adyenpayments.com/checkout/v72/paymentLinks/PL61C53A8B97E6915A
        x-api-key: AQEk3xample_api_key
        content-type: application/json
        {"status":"expired"}
    "#]]
    .assert_eq(&shown(&first_request(configured().close(&held(Some(LINK))).unwrap())));
    for id in [None, Some("CS451F2AB1ED897A94"), Some("PL1/../../payments")] {
        assert!(configured().fetch(&held(id)).is_none() && configured().close(&held(id)).is_none());
    }
    // An amount that cannot be written is never another amount.
    let odd = first_request(refund(&*configured(), money(150, "IDR")));
    assert!(shown(&odd).contains("\"value\":null"));
}

#[test]
fn what_the_shop_did_not_say_is_left_out() {
    for locale in [None, Some("de"), Some("zh-Hant"), Some("de-at")] {
        let request = first_request(with_checkout(|checkout| {
            configured().create(&Checkout { method: Method::Link, customer_email: None, locale, ..*checkout })
        }));
        let form = shown(&request);
        for absent in ["shopperEmail", "shopperLocale", "allowedPaymentMethods", "null"] {
            assert!(!form.contains(absent), "{absent}");
        }
    }
}

#[test]
fn a_created_link_has_an_id_and_an_address_and_a_refusal_its_code() {
    let create = |status, body: &str| {
        run(with_checkout(|checkout| configured().create(checkout)), |_| answer(status, body))
    };
    let made = json!({ "id": LINK, "url": "https://eu.adyen.link/PL61", "status": "active" }).to_string();
    let created = Created { checkout_id: LINK.into(), url: "https://eu.adyen.link/PL61".into() };
    assert_eq!(create(201, &made), Ok(created));
    let refused = json!({ "status": 403, "errorCode": "901", "message": "Invalid Merchant Account", "errorType": "security" });
    assert_eq!(
        create(403, &refused.to_string()),
        Err(Failure::Refused {
            status: 403,
            code: Some("901".into()),
            words: "Invalid Merchant Account".into()
        })
    );
    assert!(matches!(create(401, ""), Err(Failure::Refused { status: 401, code: None, .. })));
    for (status, body) in [
        (201, "{}"),
        (201, "<html>"),
        (500, "{}"),
        (503, ""),
        (429, "{}"),
        (422, "{\"errorCode\":\"704\",\"message\":\"request already processed or in progress\"}"),
    ] {
        assert!(matches!(create(status, body), Err(Failure::Unknown(_))), "{status} {body}");
    }
    let mut passing = answer(422, "{\"errorCode\":\"702\"}");
    passing.headers.insert("transient-error", http::HeaderValue::from_static("true"));
    let again = run(with_checkout(|checkout| configured().create(checkout)), |_| passing.clone());
    assert!(matches!(again, Err(Failure::Unknown(_))));
}

#[test]
fn each_row_of_the_status_table() {
    let fetch = |status: &str, reference: &str| {
        let body = json!({ "id": LINK, "status": status, "reference": reference, "amount": { "currency": "EUR", "value": 4999 } });
        run(configured().fetch(&held(Some(LINK))).unwrap(), |_| answer(200, body.to_string()))
    };
    for (status, expected) in [
        ("active", vec![]),
        ("paymentPending", vec!["processing"]),
        ("completed", vec!["processing"]),
        ("paid", vec!["processing"]),
        ("expired", vec!["expired"]),
    ] {
        let reports = fetch(status, SESSION).unwrap();
        assert_eq!(reports.iter().map(|report| report.kind.word()).collect::<Vec<_>>(), expected, "{status}");
    }
    assert!(matches!(fetch("new", SESSION), Err(Failure::Unknown(_))));
    assert!(matches!(fetch("expired", "cs_b7f2n0c5s8x1d4g6j9k3m5p7qa_1"), Err(Failure::NotUnderstood(_))));
}

#[test]
fn a_refund_that_is_received_is_under_way() {
    let refund =
        |status, body: &str| run(refund(&*configured(), money(1000, "EUR")), |_| answer(status, body));
    let report = refund(201, "{\"pspReference\":\"BQ9C7X5Z3VNXGN82\",\"status\":\"received\"}").unwrap();
    assert_eq!(report.payment.unwrap().as_str(), PAYMENT);
    let Kind::RefundPending(said) = report.kind else { panic!() };
    assert_eq!((said.id.as_str(), said.request.unwrap().as_str()), ("BQ9C7X5Z3VNXGN82", "rf_01"));
    assert_eq!(said.money, money(1000, "EUR"));
    assert!(matches!(refund(201, "{\"pspReference\":\"B\",\"status\":\"new\"}"), Err(Failure::Unknown(_))));
    assert!(matches!(refund(201, "{}"), Err(Failure::Unknown(_))));
    assert!(matches!(refund(422, "{\"errorCode\":\"167\"}"), Err(Failure::Refused { status: 422, .. })));
    assert!(matches!(refund(502, ""), Err(Failure::Unknown(_))));
}

#[test]
fn a_link_that_cannot_be_closed_may_be_paid() {
    let close =
        |status, body: &str| run(configured().close(&held(Some(LINK))).unwrap(), |_| answer(status, body));
    assert_eq!(close(200, "{\"status\":\"expired\"}"), Ok(Closed::Closed));
    assert_eq!(close(422, "{\"errorCode\":\"14_0410\"}"), Ok(Closed::NotOpen));
    assert!(matches!(close(200, "{\"status\":\"completed\"}"), Err(Failure::Unknown(_))));
    assert!(matches!(close(422, "{\"errorCode\":\"704\"}"), Err(Failure::Unknown(_))));
    assert!(matches!(close(404, "{}"), Err(Failure::Refused { .. })));
    assert!(matches!(close(500, ""), Err(Failure::Unknown(_))));
}
