//! What its answers mean.

use super::*;

#[test]
fn a_created_checkout_has_an_id_and_an_address() {
    let made =
        json!({ "id": CHECKOUT, "url": "https://checkout.stripe.com/c/pay/cs_live", "status": "open" });
    let created = create(&answer(200, made.to_string())).unwrap();
    assert_eq!(
        created,
        Created { checkout_id: CHECKOUT.into(), url: "https://checkout.stripe.com/c/pay/cs_live".into() }
    );
    for body in [
        "{}",
        "",
        "<html>",
        "{\"id\":\"cs_live_1\",\"url\":null}",
        "{\"url\":\"https://a.example\"}",
        "{\"id\":\"a\",\"id\":\"b\"}",
    ] {
        assert!(matches!(create(&answer(200, body)), Err(Failure::Unknown(_))), "{body}");
    }
}

#[test]
fn a_refusal_is_definite_only_where_it_is() {
    let error = |kind: &str, code: Value, message: &str| {
        json!({ "error": { "type": kind, "code": code, "message": message } }).to_string()
    };
    let refused = |status, code: &str, words: &str| Failure::Refused {
        status,
        code: Some(code.into()),
        words: words.into(),
    };
    let invalid = "invalid_request_error";
    for (status, body, expected) in [
        (
            400,
            error(invalid, "amount_too_small".into(), "Too small."),
            refused(400, "amount_too_small", "Too small."),
        ),
        (400, error(invalid, Value::Null, "No."), refused(400, invalid, "No.")),
        (
            402,
            error("card_error", "card_declined".into(), "Declined."),
            refused(402, "card_declined", "Declined."),
        ),
        (
            404,
            error(invalid, "resource_missing".into(), "No such thing."),
            refused(404, "resource_missing", "No such thing."),
        ),
    ] {
        assert_eq!(create(&answer(status, body)), Err(expected));
    }
    for (status, body) in [
        (
            400,
            error(
                "idempotency_error",
                Value::Null,
                "Keys for idempotent requests can only be used with the same parameters.",
            ),
        ),
        (409, error(invalid, "lock_timeout".into(), "Busy.")),
        (429, error(invalid, "rate_limit".into(), "Too many.")),
        (500, error("api_error", Value::Null, "Sorry.")),
        (503, "<html>upstream</html>".to_owned()),
        (302, String::new()),
    ] {
        assert!(matches!(create(&answer(status, body)), Err(Failure::Unknown(_))), "{status}");
    }
    // Without a body the status still says it.
    assert!(matches!(create(&answer(403, "")), Err(Failure::Refused { status: 403, code: None, .. })));
}

#[test]
fn the_api_key_is_not_repeated_in_a_refusal() {
    let error = |message: &str| {
        json!({ "error": { "type": "invalid_request_error", "message": message } }).to_string()
    };
    for message in [
        "Invalid API Key provided: sk_live_*********jtT1",
        "The provided key 'rk_live_*********jtT1' does not have access to account 'acct_1'",
        "Expired API Key provided: sk_live_51HqLyjWDarjtT1.",
    ] {
        let printed = format!("{:?}", create(&answer(401, error(message))));
        assert!(printed.contains("(a key)") && !printed.contains("jtT1"), "{printed}");
    }
    let long = "x".repeat(10_000);
    let Err(Failure::Refused { words, .. }) = create(&answer(400, error(&long))) else { panic!() };
    assert_eq!(words.len(), 300);
}

#[test]
fn a_refund_says_how_far_it_is() {
    let object = |status: &str, more: Value| {
        let mut object = json!({ "id": "re_1", "amount": 1000, "currency": "eur", "payment_intent": INTENT, "status": status,
            "created": 1_795_550_000, "metadata": {} });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object.to_string()
    };
    for (status, word) in [
        ("pending", "refund_pending"),
        ("requires_action", "refund_pending"),
        ("succeeded", "refunded"),
        ("failed", "refund_failed"),
        ("canceled", "refund_failed"),
    ] {
        let report =
            refund(&answer(200, object(status, json!({ "failure_reason": "lost_or_stolen_card" })))).unwrap();
        assert_eq!(report.kind.word(), word);
        assert_eq!(report.payment.unwrap().as_str(), INTENT);
        assert_eq!(report.word.as_deref(), Some(status));
        let (Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund)) = report.kind
        else {
            panic!()
        };
        // It is ours, whether or not the answer repeats our notes.
        assert_eq!((refund.request.unwrap().as_str(), refund.money), ("rf_01", money(1000, "EUR")));
    }
    assert!(matches!(refund(&answer(200, object("new", json!({})))), Err(Failure::NotUnderstood(_))));
    let all_gone = json!({ "error": { "type": "invalid_request_error", "code": "charge_already_refunded", "message": "Gone." } });
    let Err(Failure::Refused { code, .. }) = refund(&answer(400, all_gone.to_string())) else { panic!() };
    assert_eq!(code.as_deref(), Some("charge_already_refunded"));
}

#[test]
fn a_checkout_that_cannot_be_closed_may_be_paid() {
    let close = |status, body: &str| {
        run(configured().close(&held(Some(CHECKOUT))).unwrap(), |_| answer(status, body))
    };
    assert_eq!(close(200, "{\"status\":\"expired\"}"), Ok(Closed::Closed));
    assert_eq!(close(400, "{\"error\":{\"type\":\"invalid_request_error\"}}"), Ok(Closed::NotOpen));
    for (status, body) in [(200, "{\"status\":\"open\"}"), (200, "{}"), (500, ""), (409, "")] {
        assert!(matches!(close(status, body), Err(Failure::Unknown(_))), "{status} {body}");
    }
    assert!(matches!(close(404, ""), Err(Failure::Refused { .. })));
}
