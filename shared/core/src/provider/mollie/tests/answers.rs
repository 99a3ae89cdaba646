//! What its answers mean.

use super::*;

#[test]
fn a_created_payment_has_an_id_and_an_address() {
    let href = "https://www.mollie.com/checkout/select-method/7UhSN1zuXS";
    let made = payment("open", json!({ "_links": { "checkout": { "href": href, "type": "text/html" } } }));
    let created = create(&answer(201, made.to_string())).unwrap();
    assert_eq!(created, Created { checkout_id: ID.into(), url: href.into() });
    let odd = json!({ "id": "../x", "_links": { "checkout": { "href": href } } }).to_string();
    for body in
        ["{}", "", "<html>", "{\"id\":\"tr_1\",\"_links\":null}", "{\"id\":\"tr_1\",\"id\":\"tr_2\"}", &odd]
    {
        assert!(matches!(create(&answer(201, body)), Err(Failure::Unknown(_))), "{body}");
    }
}

#[test]
fn a_refusal_is_definite_only_where_it_is() {
    let error = |status: u16, field: Option<&str>| {
        json!({ "status": status, "title": "No", "detail": "It is too low.", "field": field }).to_string()
    };
    for (status, field) in [(422, Some("amount")), (401, None), (404, None)] {
        let words = "It is too low.".to_owned();
        let expected = Failure::Refused { status, code: field.map(str::to_owned), words };
        assert_eq!(create(&answer(status, error(status, field))), Err(expected));
    }
    for status in [302, 409, 429, 500, 503] {
        assert!(matches!(create(&answer(status, "<html>")), Err(Failure::Unknown(_))), "{status}");
    }
    assert!(matches!(create(&answer(403, "")), Err(Failure::Refused { status: 403, code: None, .. })));
}

#[test]
fn a_refund_says_how_far_it_is() {
    for (status, word) in [
        ("queued", "refund_pending"),
        ("pending", "refund_pending"),
        ("processing", "refund_pending"),
        ("refunded", "refunded"),
        ("failed", "refund_failed"),
        ("canceled", "refund_failed"),
    ] {
        let report = refund(&[], &answer(201, refund_object(status, json!(null)).to_string())).unwrap();
        assert_eq!(report.kind.word(), word);
        assert_eq!(report.payment.unwrap().as_str(), ID);
        assert_eq!(report.word.as_deref(), Some(status));
        assert_eq!(report.said_at, moment("2026-11-24T18:00:00Z"));
        let (Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund)) = report.kind
        else {
            panic!()
        };
        // It is ours, whether or not the answer repeats our notes.
        assert_eq!((refund.request.unwrap().as_str(), refund.money), ("rf_01", money(1000, "EUR")));
    }
    let odd = refund(&[], &answer(201, refund_object("new", json!(null)).to_string()));
    assert!(matches!(odd, Err(Failure::NotUnderstood(_))));
    let refused =
        json!({ "status": 422, "detail": "The amount is higher than the maximum", "field": "amount" });
    let refused = refund(&[], &answer(422, refused.to_string()));
    assert!(matches!(refused, Err(Failure::Refused { status: 422, .. })));
    assert!(matches!(refund(&[], &answer(503, "")), Err(Failure::Unknown(_))));
}

#[test]
fn a_refund_that_was_made_before_is_not_asked_for_again() {
    let others = refund_object("refunded", json!({ "session_id": SESSION, "refund_id": "rf_02" }));
    let foreign = refund_object("refunded", json!({ "session_id": "1042", "refund_id": "rf_01" }));
    let ours = refund_object("refunded", json!({ "session_id": SESSION, "refund_id": "rf_01" }));
    let found = refund(&[others.clone(), ours], &answer(500, "")).unwrap();
    assert_eq!(found.kind.word(), "refunded");
    assert!(matches!(refund(&[others, foreign], &answer(500, "")), Err(Failure::Unknown(_))), "asked for");
    let unknown = run(refund_step(), |_| answer(500, ""));
    assert!(
        matches!(unknown, Err(Failure::Unknown(_))),
        "nothing is asked for where it may be there already"
    );
}

#[test]
fn a_payment_that_cannot_be_cancelled_may_be_paid() {
    let close =
        |status, body: &str| run(configured().close(&held(Some(ID))).unwrap(), |_| answer(status, body));
    assert_eq!(close(200, &payment("canceled", json!({})).to_string()), Ok(Closed::Closed));
    let not_cancelable =
        "{\"status\":422,\"title\":\"Unprocessable Entity\",\"detail\":\"The payment cannot be canceled\"}";
    assert_eq!(close(422, not_cancelable), Ok(Closed::NotOpen));
    for (status, body) in [(200, "{\"status\":\"open\"}"), (200, "{}"), (500, ""), (409, "")] {
        assert!(matches!(close(status, body), Err(Failure::Unknown(_))), "{status} {body}");
    }
    assert!(matches!(close(404, ""), Err(Failure::Refused { .. })));
}
