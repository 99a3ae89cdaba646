//! What Xendit is sent, and what its answers mean.

use super::*;

#[test]
fn the_requests_are_these() {
    let create = first_request(with_checkout(|checkout| configured().create(checkout)));
    expect![[r#"
        POST https://api.xendit.co/sessions
        authorization: Basic …
        content-type: application/json
        {"reference_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","session_type":"PAY","mode":"PAYMENT_LINK","amount":150000,"currency":"IDR","country":"ID","capture_method":"AUTOMATIC","expires_at":"2026-11-24T17:35:00.000Z","success_return_url":"https://pay.example/return/cs_1","cancel_return_url":"https://shop.example/cart?a=1&b=2","description":"Order 1042 & more","locale":"id","allowed_payment_channels":["CARDS"],"metadata":{"session":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}
    "#]]
    .assert_eq(&shown(&create));
    assert_eq!(
        create.header_value("authorization"),
        Some("Basic eG5kX3Byb2R1Y3Rpb25fUDRxRGZPc3MwT0NwbDhSdDo=")
    );
    expect![[r#"
        GET https://api.xendit.co/sessions/ps-67527107dda8b2513acdaef0
        authorization: Basic …
        api-version: 2024-11-11
    "#]]
    .assert_eq(&shown(&first_request(configured().fetch(&held(Some(CHECKOUT))).unwrap())));
    expect![[r#"
        POST https://api.xendit.co/sessions/ps-67527107dda8b2513acdaef0/cancel
        authorization: Basic …
    "#]]
    .assert_eq(&shown(&first_request(configured().close(&held(Some(CHECKOUT))).unwrap())));
    for id in [None, Some("../refunds")] {
        assert!(configured().fetch(&held(id)).is_none() && configured().close(&held(id)).is_none());
    }
    let plain = first_request(with_checkout(|checkout| {
        configured().create(&Checkout { method: Method::Wallet, locale: Some("de"), ..*checkout })
    }));
    for absent in ["locale", "allowed_payment_channels", "kundin"] {
        assert!(!shown(&plain).contains(absent), "{absent}");
    }
    assert_eq!(configured().repeat(), Repeat::Never);
}

/// What is sent for a refund, and what it comes to, where these refunds were made before.
fn refunding(money: Money, before: &Value, made: &Answer) -> (String, Result<Report, Failure>) {
    let sent = std::cell::RefCell::new(String::new());
    let report = run(refund(money), |request| {
        *sent.borrow_mut() += &shown(request);
        match request.method.as_str() {
            "POST" => made.clone(),
            _ if request.url.contains("/v3/payments/") => answer(200, payment(json!({})).to_string()),
            _ => answer(200, json!({ "data": before, "has_more": false }).to_string()),
        }
    });
    (sent.into_inner(), report)
}

#[test]
fn a_refund_is_asked_for_by_the_payments_request_and_never_twice() {
    let made = answer(200, refunded(json!({ "status": "PENDING" })).to_string());
    let others = json!([refunded(json!({ "id": "rfd-0", "reference_id": "rf_00" }))]);
    let (sent, report) = refunding(money(4_000_000, "IDR"), &others, &made);
    expect![[r#"
        GET https://api.xendit.co/v3/payments/py-1fdaf346-dd2e-4b6c-b938-124c7167a822
        authorization: Basic …
        api-version: 2024-11-11
        GET https://api.xendit.co/refunds?payment_request_id=pr-1102feb0
        authorization: Basic …
        api-version: 2024-11-11
        POST https://api.xendit.co/refunds
        authorization: Basic …
        content-type: application/json
        idempotency-key: rf_01
        {"payment_request_id":"pr-1102feb0","amount":40000,"currency":"IDR","reason":"REQUESTED_BY_CUSTOMER","reference_id":"rf_01","metadata":{"session":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}
    "#]]
    .assert_eq(&sent);
    let report = report.unwrap();
    assert_eq!((report.kind.word(), report.payment.unwrap().as_str()), ("refund_pending", PAYMENT));
    // It was made before, and its answer was lost.
    let (sent, report) =
        refunding(money(4_000_000, "IDR"), &json!([refunded(json!({ "metadata": null }))]), &made);
    let Kind::Refunded(found) = report.unwrap().kind else { panic!() };
    assert!(!sent.contains("POST"));
    assert_eq!((found.id.as_str(), found.request.unwrap().as_str()), ("rfd-1", "rf_01"));
    // What cannot be written is refused there, and is neither another amount nor all of it.
    let (sent, _) = refunding(money(150, "IDR"), &json!([]), &made);
    assert!(sent.contains("\"amount\":1.50"), "{sent}");
    for (made, definite) in [
        (answer(400, "{\"error_code\":\"REFUND_AMOUNT_EXCEEDED\",\"message\":\"No.\"}"), true),
        (answer(403, "{\"error_code\":\"REFUND_NOT_SUPPORTED\"}"), true),
        (answer(500, "{}"), false),
        (answer(200, "{"), false),
    ] {
        let (_, report) = refunding(money(4_000_000, "IDR"), &json!([]), &made);
        assert_eq!(matches!(report, Err(Failure::Refused { .. })), definite, "{report:?}");
        assert_eq!(matches!(report, Err(Failure::Unknown(_))), !definite, "{report:?}");
    }
}

#[test]
fn each_row_of_the_status_table() {
    let fetch = |status: &str| {
        let answered = session(json!({ "status": status })).to_string();
        let reports =
            run(configured().fetch(&held(Some(CHECKOUT))).unwrap(), |_| answer(200, answered.as_str()));
        reports.map(|reports| reports.first().map(|report| report.kind.word()))
    };
    assert_eq!(fetch("ACTIVE"), Ok(None));
    assert_eq!(fetch("COMPLETED"), Ok(Some("paid")));
    assert_eq!(fetch("EXPIRED"), Ok(Some("expired")));
    assert_eq!(fetch("CANCELED"), Ok(Some("cancelled")));
    assert!(matches!(fetch("NEW"), Err(Failure::Unknown(_))));
    let others = session(json!({ "reference_id": "cs_b7f2n0c5s8x1d4g6j9k3m5p7qa_1" })).to_string();
    let of_others = run(configured().fetch(&held(Some(CHECKOUT))).unwrap(), |_| answer(200, others.as_str()));
    assert!(matches!(of_others, Err(Failure::NotUnderstood(_))));

    let word = |body: &Value, answered: &Value| {
        told(read(body).unwrap(), answered).map(|told| told.map(|told| told.reports[0].kind.word()))
    };
    let capture = event("payment.capture", payment(json!({})));
    for (status, expected) in [
        ("PENDING", Some("processing")),
        ("AUTHORIZED", Some("processing")),
        ("REQUIRES_ACTION", None),
        ("ACCEPTING_PAYMENTS", None),
        ("SUCCEEDED", Some("paid")),
        ("FAILED", Some("attempt_declined")),
        ("CANCELED", Some("attempt_declined")),
        ("EXPIRED", Some("attempt_declined")),
    ] {
        assert_eq!(word(&capture, &payment(json!({ "status": status }))), Ok(expected), "{status}");
    }
    assert!(word(&capture, &payment(json!({ "status": "NEW" }))).is_err());
    let refund = event("refund.succeeded", refunded(json!({})));
    for (status, expected) in [
        ("PENDING", "refund_pending"),
        ("SUCCEEDED", "refunded"),
        ("FAILED", "refund_failed"),
        ("CANCELLED", "refund_failed"),
    ] {
        assert_eq!(word(&refund, &refunded(json!({ "status": status }))), Ok(Some(expected)), "{status}");
    }
    assert!(word(&refund, &refunded(json!({ "status": "NEW" }))).is_err());
    let invoice = json!({ "id": "6748", "external_id": SESSION, "status": "PAID" });
    for (status, expected) in
        [("PENDING", None), ("PAID", Some("paid")), ("SETTLED", Some("paid")), ("EXPIRED", Some("expired"))]
    {
        let answered =
            json!({ "external_id": SESSION, "status": status, "paid_amount": 510000, "currency": "IDR" });
        assert_eq!(word(&invoice, &answered), Ok(expected), "{status}");
    }
}

#[test]
fn several_captures_are_one_sum_and_a_failure_has_its_reason() {
    let capture = event("payment.capture", payment(json!({})));
    let captures = json!({ "captures": [{ "capture_amount": 100000 }, { "capture_amount": 20000 }] });
    let told_of = told(read(&capture).unwrap(), &payment(captures)).unwrap().unwrap();
    assert_eq!(told_of.reports[0].kind, Kind::Paid(money(12_000_000, "IDR")));
    let failed = payment(json!({ "status": "FAILED", "failure_code": "INSUFFICIENT_BALANCE" }));
    let told_of = told(read(&capture).unwrap(), &failed).unwrap().unwrap();
    assert_eq!(told_of.reports[0].reason.as_deref(), Some("INSUFFICIENT_BALANCE"));
}

#[test]
fn a_created_session_has_an_id_and_an_address_and_a_refusal_its_code() {
    let create = |status, body: &str| {
        run(with_checkout(|checkout| configured().create(checkout)), |_| answer(status, body))
    };
    let made =
        session(json!({ "status": "ACTIVE", "payment_link_url": "https://xen.to/3acdaef0" })).to_string();
    assert_eq!(
        create(201, &made),
        Ok(Created { checkout_id: CHECKOUT.into(), url: "https://xen.to/3acdaef0".into() })
    );
    let refused = "{\"error_code\":\"INVALID_AMOUNT\",\"message\":\"Wrong decimals.\"}";
    assert_eq!(
        create(400, refused),
        Err(Failure::Refused {
            status: 400,
            code: Some("INVALID_AMOUNT".into()),
            words: "Wrong decimals.".into()
        })
    );
    assert!(matches!(create(401, ""), Err(Failure::Refused { status: 401, code: None, .. })));
    for (status, body) in [(201, "{}"), (201, "<html>"), (500, "{}"), (503, ""), (429, "{}")] {
        assert!(matches!(create(status, body), Err(Failure::Unknown(_))), "{status} {body}");
    }
}

#[test]
fn a_session_that_cannot_be_closed_may_be_paid() {
    let close = |status, body: &str| {
        run(configured().close(&held(Some(CHECKOUT))).unwrap(), |_| answer(status, body))
    };
    assert_eq!(close(200, "{\"status\":\"CANCELED\"}"), Ok(Closed::Closed));
    assert_eq!(close(400, "{}"), Ok(Closed::NotOpen));
    assert_eq!(close(409, "{}"), Ok(Closed::NotOpen));
    assert!(matches!(close(200, "{\"status\":\"COMPLETED\"}"), Err(Failure::Unknown(_))));
    assert!(matches!(close(404, "{}"), Err(Failure::Refused { .. })));
    assert!(matches!(close(500, ""), Err(Failure::Unknown(_))));
}
