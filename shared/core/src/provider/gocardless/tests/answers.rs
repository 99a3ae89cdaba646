//! What its answers mean.

use super::*;

fn create(request: Answer, flow: Answer) -> Result<Created, Failure> {
    let step = with_checkout(|checkout| configured().create(checkout));
    against(step, &[("POST /billing_requests", request), ("POST /billing_request_flows", flow)]).0
}

fn made() -> Answer {
    answer(201, json!({ "billing_requests": { "id": REQUEST, "status": "pending" } }).to_string())
}

fn page() -> Answer {
    let flow = json!({ "id": "BRF1", "authorisation_url": "https://pay.gocardless.com/1" });
    answer(201, json!({ "billing_request_flows": flow }).to_string())
}

#[test]
fn a_created_checkout_has_an_id_and_an_address() {
    let expected = Created { checkout_id: REQUEST.into(), url: "https://pay.gocardless.com/1".into() };
    assert_eq!(create(made(), page()), Ok(expected.clone()));
    assert_eq!(create(conflict(REQUEST), page()), Ok(expected), "made before with the same key");
    for body in ["", "{}", "<html>", "{\"billing_requests\":[]}", "{\"billing_requests\":{\"id\":\"../x\"}}"]
    {
        assert!(matches!(create(answer(201, body), page()), Err(Failure::Unknown(_))), "{body}");
    }
    for body in ["", "{}", "{\"billing_request_flows\":{\"id\":\"BRF1\"}}"] {
        assert!(matches!(create(made(), answer(201, body)), Err(Failure::Unknown(_))), "{body}");
    }
}

#[test]
fn a_refusal_is_definite_only_where_it_is() {
    let error = |status: u16, kind: &str, errors: Value| {
        let error = json!({ "message": "No.", "type": kind, "code": status, "errors": errors });
        answer(status, json!({ "error": error }).to_string())
    };
    let refused =
        |status, code: &str| Err(Failure::Refused { status, code: Some(code.into()), words: "No.".into() });
    let field = json!([{ "field": "payment_request", "message": "is bad", "request_pointer": "/x" }]);
    let reason = json!([{ "reason": "insufficient_permissions", "message": "no" }]);
    assert_eq!(create(error(422, "validation_failed", field), page()), refused(422, "payment_request"));
    assert_eq!(
        create(error(403, "invalid_api_usage", reason), page()),
        refused(403, "insufficient_permissions")
    );
    assert_eq!(create(error(401, "invalid_api_usage", json!([])), page()), refused(401, "invalid_api_usage"));
    for status in [302, 409, 429, 500, 503] {
        assert!(matches!(create(answer(status, "<html>"), page()), Err(Failure::Unknown(_))), "{status}");
        assert!(matches!(create(made(), answer(status, "")), Err(Failure::Unknown(_))), "{status}");
    }
    // A conflict with something of another kind tells nothing.
    assert!(matches!(create(conflict("PM1"), page()), Err(Failure::Unknown(_))));
}

fn refund(before: Value, asked: Answer) -> Result<Report, Failure> {
    let answers = [
        ("GET /refunds?", ok(json!({ "refunds": before }))),
        ("GET /refunds/", ok(json!({ "refunds": refund_object("submitted", json!({})) }))),
        ("GET /payments/", ok(json!({ "payments": payment(PAYMENT, "paid_out") }))),
        ("POST /refunds", asked),
    ];
    against(refund_step(), &answers).0
}

#[test]
fn a_refund_says_how_far_it_is() {
    for (status, word) in [
        ("created", "refund_pending"),
        ("pending_submission", "refund_pending"),
        ("submitted", "refund_pending"),
        ("paid", "refunded"),
        ("cancelled", "refund_failed"),
        ("bounced", "refund_failed"),
        ("funds_returned", "refund_failed"),
    ] {
        let report = refund(json!([]), ok(json!({ "refunds": refund_object(status, json!({})) }))).unwrap();
        assert_eq!((report.kind.word(), report.word.as_deref()), (word, Some(status)));
        assert_eq!(report.payment.unwrap().as_str(), PAYMENT);
        let (Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund)) = report.kind
        else {
            panic!()
        };
        assert_eq!((refund.request.unwrap().as_str(), refund.money), ("rf_01", money(1500, "GBP")));
    }
    let odd = refund(json!([]), ok(json!({ "refunds": refund_object("new", json!({})) })));
    assert!(matches!(odd, Err(Failure::NotUnderstood(_))));
    let error = json!({ "error": { "type": "validation_failed", "message": "No.", "errors": [
        { "reason": "available_refund_amount_insufficient", "message": "no" }] } });
    let Err(Failure::Refused { code, .. }) = refund(json!([]), answer(422, error.to_string())) else {
        panic!()
    };
    assert_eq!(code.as_deref(), Some("available_refund_amount_insufficient"));
    assert!(matches!(refund(json!([]), answer(500, "")), Err(Failure::Unknown(_))));
}

#[test]
fn a_refund_that_was_made_before_is_not_asked_for_again() {
    let ours = |metadata: Value| json!([refund_object("paid", metadata)]);
    let found = refund(ours(json!({ "session_id": SESSION, "refund_id": "rf_01" })), answer(500, ""));
    assert_eq!(found.unwrap().kind.word(), "refunded");
    for other in [json!({ "session_id": SESSION, "refund_id": "rf_02" }), json!({ "refund_id": "rf_01" })] {
        assert!(matches!(refund(ours(other), answer(500, "")), Err(Failure::Unknown(_))));
    }
    let conflicting = refund(json!([]), conflict(REFUND)).unwrap();
    assert_eq!(conflicting.kind.word(), "refund_pending");
}

#[test]
fn a_request_that_cannot_be_cancelled_may_be_paid() {
    let close =
        |answered: Answer| run(configured().close(&held(Some(REQUEST))).unwrap(), |_| answered.clone());
    let state = |status: &str| ok(json!({ "billing_requests": { "id": REQUEST, "status": status } }));
    assert_eq!(close(state("cancelled")), Ok(Closed::Closed));
    let fulfilled = json!({ "error": { "type": "invalid_state", "code": 422, "message": "fulfilled" } });
    assert_eq!(close(answer(422, fulfilled.to_string())), Ok(Closed::NotOpen));
    for answered in
        [state("pending"), state("fulfilled"), answer(200, "{}"), answer(500, ""), answer(409, "")]
    {
        assert!(matches!(close(answered.clone()), Err(Failure::Unknown(_))), "{answered:?}");
    }
    assert!(matches!(close(answer(404, "{}")), Err(Failure::Refused { .. })));
}
