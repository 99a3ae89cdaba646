//! What Mercado Pago is sent, and what its answers mean.

use super::*;

#[test]
fn the_requests_are_these() {
    let create = first_request(with_checkout(|checkout| configured().create(checkout)));
    expect![[r#"
        POST https://api.mercadopago.com/checkout/preferences
        authorization: Bearer …
        x-idempotency-key: cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        content-type: application/json
        {"items":[{"id":"1042","title":"Order 1042 & more","quantity":1,"currency_id":"BRL","unit_price":49.90}],"payer":{"email":"kundin@example.test"},"back_urls":{"success":"https://pay.example/return/cs_1","pending":"https://pay.example/return/cs_1","failure":"https://shop.example/cart?a=1&b=2"},"auto_return":"approved","payment_methods":{"excluded_payment_types":[{"id":"ticket"}]},"external_reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","expires":true,"expiration_date_from":"2026-11-24T16:50:00.000+00:00","expiration_date_to":"2026-11-24T17:35:00.000+00:00"}
    "#]].assert_eq(&shown(&create));
    assert_eq!(
        create.header_value("authorization"),
        Some("Bearer APP_USR-7434370118000159-031414-2cee51edf8b7")
    );
    expect![[r#"
        GET https://api.mercadopago.com/v1/payments/search?external_reference=cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1&sort=date_created&criteria=desc&limit=100
        authorization: Bearer …
    "#]].assert_eq(&shown(&first_request(configured().fetch(&held(None)).unwrap())));
    let asked = read(&event("payment", json!({ "id": PAYMENT }))).unwrap().readings.into_iter().next();
    let Some(Reading::Ask(step)) = asked else { panic!("it is asked for") };
    expect![[r#"
        GET https://api.mercadopago.com/v1/payments/81968653106
        authorization: Bearer …
        x-render-in-process-refunds: true
    "#]]
    .assert_eq(&shown(&first_request(step)));
    let plain = shown(&first_request(with_checkout(|checkout| {
        configured().create(&Checkout { method: Method::Wallet, customer_email: None, ..*checkout })
    })));
    assert!(!plain.contains("payer") && !plain.contains("payment_methods"), "{plain}");
    let long = "ñ".repeat(300);
    let cut = first_request(with_checkout(|checkout| {
        configured().create(&Checkout { description: &long, ..*checkout })
    }));
    assert!(shown(&cut).contains(&format!("\"{}\"", "ñ".repeat(250))));
    assert_eq!(configured().repeat(), Repeat::Never);
}

fn create(configured: &dyn Configured, status: u16, body: &str) -> Result<Created, Failure> {
    run(with_checkout(|checkout| configured.create(checkout)), |_| answer(status, body))
}

#[test]
fn a_created_preference_has_an_id_and_an_address_and_a_refusal_its_code() {
    let made = json!({ "id": CHECKOUT, "init_point": "https://www.mercadopago.com.br/checkout/v1/redirect?pref_id=1",
        "sandbox_init_point": "https://sandbox.mercadopago.com.br/checkout/v1/redirect?pref_id=1" });
    let url = |configured: &dyn Configured, made: &Value| {
        create(configured, 201, &made.to_string()).map(|created| {
            assert_eq!(created.checkout_id, CHECKOUT);
            created.url
        })
    };
    assert_eq!(url(&*configured(), &made).unwrap(), made["init_point"]);
    assert_eq!(url(&*in_test(), &made).unwrap(), made["sandbox_init_point"]);
    // A test never leads a live shop's customer astray, and one without a page of its own has the other.
    let live_only = with(made.clone(), json!({ "sandbox_init_point": null }));
    assert_eq!(url(&*in_test(), &live_only).unwrap(), made["init_point"]);
    for wrong in [
        json!({ "init_point": null }),
        json!({ "init_point": "" }),
        json!({ "id": "../1" }),
        json!({ "id": null }),
    ] {
        let failure = url(&*configured(), &with(made.clone(), wrong));
        assert!(matches!(failure, Err(Failure::Unknown(_))), "{failure:?}");
    }
    let refused =
        "{\"message\":\"unit_price invalid\",\"error\":\"invalid_items\",\"status\":400,\"cause\":null}";
    let code = |code: &str, words: &str| {
        Err(Failure::Refused { status: 400, code: Some(code.into()), words: words.into() })
    };
    assert_eq!(create(&*configured(), 400, refused), code("invalid_items", "unit_price invalid"));
    let empty = refused.replace("null", "[]");
    assert_eq!(create(&*configured(), 400, &empty), code("invalid_items", "unit_price invalid"));
    assert!(matches!(create(&*configured(), 401, ""), Err(Failure::Refused { status: 401, code: None, .. })));
    for (status, body) in [(201, "{}"), (201, "<html>"), (500, "{}"), (503, ""), (429, "{}")] {
        assert!(matches!(create(&*configured(), status, body), Err(Failure::Unknown(_))), "{status} {body}");
    }
}

fn refund(money: Money) -> Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse(PAYMENT).unwrap(), RefundId::parse("rf_01").unwrap());
    let session = SessionId::parse(SESSION).unwrap();
    configured().refund(&RefundOrder { session, payment: &payment, refund: &refund, money }).unwrap()
}

#[test]
fn a_refund_names_its_amount_and_is_the_same_by_its_key() {
    expect![[r#"
        POST https://api.mercadopago.com/v1/payments/81968653106/refunds
        authorization: Bearer …
        x-idempotency-key: rf_01
        content-type: application/json
        x-render-in-process-refunds: true
        {"amount":15.00}
    "#]]
    .assert_eq(&shown(&first_request(refund(money(1500, "BRL")))));
    for (minor, code, sent) in [(4990, "CLP", "4990"), (499_000, "COP", "4990"), (499_050, "COP", "4990.50")]
    {
        // What cannot be written is refused there, and is neither another amount nor all of it.
        let sent = format!("{{\"amount\":{sent}}}");
        assert!(shown(&first_request(refund(money(minor, code)))).contains(&sent), "{sent}");
    }
    let made = |status: u16, body: String| run(refund(money(1500, "BRL")), |_| answer(status, body.as_str()));
    let report = made(201, refunded(json!({ "status": "in_process" })).to_string()).unwrap();
    assert_eq!(report.payment.unwrap().as_str(), PAYMENT);
    let Kind::RefundPending(pending) = report.kind else { panic!("{:?}", report.kind) };
    assert_eq!((pending.id.as_str(), pending.request.unwrap().as_str()), ("1242469925", "rf_01"));
    assert_eq!(pending.money, money(1500, "BRL"));
    let report = made(200, refunded(json!({})).to_string()).unwrap();
    assert!(matches!(report.kind, Kind::Refunded(_)));
    let refused = json!({ "message": "Payment too old to be refunded", "error": "bad_request", "status": 400,
        "cause": [{ "code": 2024, "description": "Payment too old to be refunded" }] });
    assert_eq!(
        made(400, refused.to_string()),
        Err(Failure::Refused {
            status: 400,
            code: Some("2024".into()),
            words: "Payment too old to be refunded".into()
        })
    );
    for (status, body) in [(500, "{}"), (409, "{}"), (201, "{")] {
        assert!(matches!(made(status, body.to_owned()), Err(Failure::Unknown(_))), "{status}");
    }
    for wrong in [json!({ "status": "new" }), json!({ "amount": null }), json!({ "id": null })] {
        assert!(matches!(made(201, refunded(wrong).to_string()), Err(Failure::NotUnderstood(_))));
    }
}

/// What is sent to close a checkout, and what it comes to, where the preference ends so and has these payments.
fn closing(ended: &Value, payments: &[Value]) -> (String, Result<Closed, Failure>) {
    let sent = std::cell::RefCell::new(String::new());
    let preference = json!({ "id": CHECKOUT, "external_reference": SESSION });
    let closed = run(configured().close(&held(Some(CHECKOUT))).unwrap(), |request| {
        *sent.borrow_mut() += &shown(request);
        match (request.method.as_str(), request.url.contains("/checkout/preferences/")) {
            ("GET", true) => answer(200, preference.to_string()),
            ("PUT", true) => answer(200, with(preference.clone(), ended.clone()).to_string()),
            _ => answer(200, found(payments)),
        }
    });
    (sent.into_inner(), closed)
}

#[test]
fn a_checkout_is_closed_by_letting_it_expire_now_where_nothing_was_begun() {
    let ended = json!({ "expires": true, "expiration_date_to": "2026-11-24T13:00:00.000-04:00" });
    let (sent, closed) = closing(&ended, &[]);
    expect![[r#"
        GET https://api.mercadopago.com/checkout/preferences/202809963-920c288b-4ebb-40be-966f-700250fa5370
        authorization: Bearer …
        PUT https://api.mercadopago.com/checkout/preferences/202809963-920c288b-4ebb-40be-966f-700250fa5370
        authorization: Bearer …
        content-type: application/json
        {"expires":true,"expiration_date_to":"2026-11-24T17:00:00.000+00:00"}
        GET https://api.mercadopago.com/v1/payments/search?external_reference=cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1&sort=date_created&criteria=desc&limit=100
        authorization: Bearer …
    "#]].assert_eq(&sent);
    assert_eq!(closed, Ok(Closed::Closed));
    for (status, expected) in [
        ("rejected", Closed::Closed),
        ("cancelled", Closed::Closed),
        ("pending", Closed::NotOpen),
        ("in_process", Closed::NotOpen),
        ("approved", Closed::NotOpen),
        ("new", Closed::NotOpen),
    ] {
        let begun = [payment(json!({ "status": status }))];
        assert_eq!(closing(&ended, &begun).1, Ok(expected), "{status}");
    }
    // One of the other mode, which anybody can make, keeps nothing open.
    let other = [payment(json!({ "status": "approved", "live_mode": false }))];
    assert_eq!(closing(&ended, &other).1, Ok(Closed::Closed));
    for open in [
        json!({ "expires": false }),
        json!({ "expires": null }),
        json!({ "expiration_date_to": null }),
        json!({ "expiration_date_to": "2026-11-24T17:35:00.000+00:00" }),
    ] {
        let (_, closed) = closing(&with(ended.clone(), open), &[]);
        assert!(matches!(closed, Err(Failure::Unknown(_))), "{closed:?}");
    }
    for id in [None, Some("../payments"), Some("")] {
        assert!(configured().close(&held(id)).is_none());
    }
}

#[test]
fn a_checkout_that_is_anothers_or_cannot_be_asked_about_is_not_closed() {
    let close =
        |answered: Answer| run(configured().close(&held(Some(CHECKOUT))).unwrap(), |_| answered.clone());
    let others = answer(200, json!({ "id": CHECKOUT, "external_reference": "order-7" }).to_string());
    assert!(matches!(close(others), Err(Failure::NotUnderstood(_))));
    let mut undated = answer(200, json!({ "external_reference": SESSION }).to_string());
    undated.headers.clear();
    assert!(matches!(close(undated), Err(Failure::Unknown(_))));
    let absent = answer(404, "{\"error\":\"invalid_id\",\"message\":\"preference_id not found\"}");
    assert!(matches!(close(absent), Err(Failure::Refused { status: 404, .. })));
    assert!(matches!(close(answer(500, "")), Err(Failure::Unknown(_))));
}
