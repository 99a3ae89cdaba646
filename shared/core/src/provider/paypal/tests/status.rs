//! What is true of an order, each status word of it.

use std::cell::Cell;

use super::*;

fn fetch(answers: &[Answer]) -> Result<Vec<Report>, Failure> {
    let next = Cell::new(0);
    let reports = asked(configured().fetch(&held(Some(ORDER))).unwrap(), |_| {
        next.set(next.get() + 1);
        answers[next.get() - 1].clone()
    });
    assert_eq!(next.get(), answers.len(), "it asked less, or more");
    reports
}

fn told_by(order: &Value) -> Result<Vec<Report>, Failure> {
    fetch(&[answer(200, order.to_string())])
}

#[test]
fn each_status_of_an_order() {
    for status in ["CREATED", "SAVED", "PAYER_ACTION_REQUIRED"] {
        assert_eq!(told_by(&order(ORDER, status, json!([]))), Ok(vec![]), "{status}");
    }
    let kinds =
        |order: &Value| -> Vec<_> { told_by(order).unwrap().into_iter().map(|report| report.kind).collect() };
    assert_eq!(kinds(&order(ORDER, "VOIDED", json!([]))), [Kind::Cancelled]);
    assert_eq!(kinds(&order(ORDER, "COMPLETED", json!([completed()]))), [Kind::Paid(money(4999, "EUR"))]);
    assert!(matches!(told_by(&order(ORDER, "COMPLETED", json!([]))), Err(Failure::Unknown(_))));
    assert!(matches!(told_by(&order(ORDER, "NEW", json!([]))), Err(Failure::NotUnderstood(_))));
    // An order that PayPal forgot brought nothing; that some other address has nothing says nothing.
    assert_eq!(fetch(&[unknown()]), Ok(vec![]));
    assert!(matches!(fetch(&[answer(404, "<html>")]), Err(Failure::Refused { .. })));
    // The id that we hold is of another session's order: nothing of it is ours to say.
    let mut other = order(ORDER, "COMPLETED", json!([completed()]));
    other["purchase_units"][0]["custom_id"] = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_2".into();
    assert!(matches!(told_by(&other), Err(Failure::NotUnderstood(_))));
}

#[test]
fn each_status_of_a_capture() {
    for (status, reason, expected) in [
        ("COMPLETED", None, "paid"),
        ("PARTIALLY_REFUNDED", None, "paid"),
        ("REFUNDED", Some("REFUNDED"), "paid"),
        ("DECLINED", None, "failed"),
        ("FAILED", Some("BUYER_COMPLAINT"), "failed"),
        ("PENDING", Some("PENDING_REVIEW"), "review"),
        ("PENDING", Some("BUYER_COMPLAINT"), "review"),
        ("PENDING", Some("CHARGEBACK"), "review"),
        ("PENDING", Some("UNILATERAL"), "review"),
        ("PENDING", Some("VERIFICATION_REQUIRED"), "review"),
        ("PENDING", Some("INTERNATIONAL_WITHDRAWAL"), "review"),
        ("PENDING", Some("RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION"), "review"),
        ("PENDING", Some("ECHECK"), "processing"),
        ("PENDING", Some("TRANSACTION_APPROVED_AWAITING_FUNDING"), "processing"),
        ("PENDING", Some("OTHER"), "processing"),
        ("PENDING", None, "processing"),
    ] {
        let details = reason.map_or(json!({}), |reason| json!({ "status_details": { "reason": reason } }));
        let reports = told_by(&order(ORDER, "COMPLETED", json!([capture(status, details)]))).unwrap();
        let [report] = &reports[..] else { panic!("{reports:?}") };
        assert_eq!(report.kind.word(), expected, "{status} {reason:?}");
        assert_eq!(report.payment.as_ref().unwrap().as_str(), CAPTURE);
        assert_eq!(report.word.as_deref(), Some(status));
        assert_eq!(report.reason.as_deref(), reason.filter(|_| expected != "paid"));
        assert_eq!(report.said_at, Moment::parse_rfc3339("2026-11-24T16:59:57Z"));
    }
    for odd in [
        capture("NEW", json!({})),
        capture("COMPLETED", json!({ "amount": null })),
        capture("COMPLETED", json!({ "id": "../x" })),
    ] {
        assert!(told_by(&order(ORDER, "COMPLETED", json!([odd]))).is_err());
    }
}

#[test]
fn a_fetch_tells_each_refund() {
    let ours = json!({ "custom_id": SESSION, "invoice_id": "rf_01" });
    let mut whole = order(ORDER, "COMPLETED", json!([capture("PARTIALLY_REFUNDED", json!({}))]));
    whole["purchase_units"][0]["payments"]["refunds"] = json!([
        refunded("COMPLETED", ours),
        refunded("FAILED", json!({ "id": "9BX21045LP338217C", "invoice_id": "rf_02" }))
    ]);
    let found: Vec<String> = told_by(&whole)
        .unwrap()
        .iter()
        .map(|report| format!("{:?} {}", report.kind, report.payment.as_ref().unwrap().as_str()))
        .collect();
    expect![[r#"
        Paid(EUR 4999) 3C679366HH908993F
        Refunded(Refund { id: 1Y107995YT783436W, request: Some(rf_01), money: EUR 1500 }) 3C679366HH908993F
        RefundFailed(Refund { id: 9BX21045LP338217C, request: None, money: EUR 1500 }) 3C679366HH908993F"#]]
    .assert_eq(&found.join("\n"));
}

#[test]
fn an_approved_order_is_captured_and_the_answer_tells() {
    let approved = answer(200, order(ORDER, "APPROVED", json!([])).to_string());
    let paid = vec![Kind::Paid(money(4999, "EUR"))];
    let done = |status| answer(status, order(ORDER, "COMPLETED", json!([completed()])).to_string());
    let kinds = |answers: &[Answer]| {
        fetch(answers).map(|reports| reports.into_iter().map(|report| report.kind).collect::<Vec<_>>())
    };
    assert_eq!(kinds(&[approved.clone(), done(201)]), Ok(paid.clone()));
    assert_eq!(kinds(&[approved.clone(), done(200)]), Ok(paid.clone()));
    for (issue, expected) in [
        ("INSTRUMENT_DECLINED", vec![Kind::AttemptDeclined]),
        ("TRANSACTION_REFUSED", vec![Kind::Failed]),
        ("PAYER_CANNOT_PAY", vec![Kind::Failed]),
        ("COMPLIANCE_VIOLATION", vec![Kind::Failed]),
        ("ORDER_NOT_APPROVED", vec![]),
        ("PAYER_ACTION_REQUIRED", vec![]),
    ] {
        let refused = refusal(422, "UNPROCESSABLE_ENTITY", issue);
        let reports = fetch(&[approved.clone(), refused]).unwrap();
        assert!(reports.iter().all(|report| report.reason.as_deref() == Some(issue)), "{issue}");
        assert_eq!(reports.into_iter().map(|report| report.kind).collect::<Vec<_>>(), expected, "{issue}");
    }
    for issue in ["ORDER_ALREADY_CAPTURED", "ORDER_COMPLETION_IN_PROGRESS"] {
        let refused = refusal(422, "UNPROCESSABLE_ENTITY", issue);
        assert_eq!(kinds(&[approved.clone(), refused.clone(), done(200)]), Ok(paid.clone()), "{issue}");
        let not_yet = kinds(&[approved.clone(), refused, approved.clone()]);
        assert!(matches!(not_yet, Err(Failure::Unknown(_))), "{issue}");
    }
    let refused = |answered| kinds(&[approved.clone(), answered]);
    assert!(matches!(refused(refusal(422, "UNPROCESSABLE_ENTITY", "NEW")), Err(Failure::Refused { .. })));
    // Only the issue of a refused capture speaks of the payment.
    assert!(matches!(
        refused(refusal(400, "INVALID_REQUEST", "TRANSACTION_REFUSED")),
        Err(Failure::Refused { .. })
    ));
    for answered in [answer(500, ""), answer(409, ""), answer(429, ""), answer(201, "<html>")] {
        assert!(matches!(refused(answered), Err(Failure::Unknown(_))));
    }
}

#[test]
fn a_capture_is_this_request_and_another_approval_is_another() {
    let request = |update_time: &str| {
        let mut approved = order(ORDER, "APPROVED", json!([]));
        approved["update_time"] = update_time.into();
        let step = configured().fetch(&held(Some(ORDER))).unwrap();
        let Step::Send(exchange) = step else { panic!() };
        let Step::Send(exchange) = (exchange.read)(&token()).unwrap() else { panic!() };
        first_request((exchange.read)(&answer(200, approved.to_string())).unwrap())
    };
    check(
        &request("2026-11-24T16:59:00Z"),
        &expect![[r#"
        POST https://api-m.paypal.com/v2/checkout/orders/5O190127TN364715T/capture
        authorization: Bearer …
        paypal-request-id: cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1-capture-1795539540
        prefer: return=representation
        content-type: application/json
        {}
    "#]],
    );
    assert_eq!(request("2026-11-24T16:59:00Z"), request("2026-11-24T16:59:00Z"));
    assert_ne!(request("2026-11-24T16:59:00Z"), request("2026-11-24T17:09:00Z"));
}

/// The order was paid by another attempt meanwhile, or its session was cancelled: we would charge a second time.
#[test]
fn what_is_approved_and_not_wanted_any_more_is_not_captured() {
    let step = configured().fetch(&held(Some(ORDER))).unwrap();
    let Step::Send(exchange) = step else { panic!() };
    let Step::Send(exchange) = (exchange.read)(&token()).unwrap() else { panic!() };
    let approved = answer(200, order(ORDER, "APPROVED", json!([])).to_string());
    let Step::Take(taking) = (exchange.read)(&approved).unwrap() else { panic!("it captures unasked") };
    assert_eq!(taking.session, held(None).session);
    let Ok(Step::Done(reports)) = (taking.then)(false) else { panic!("it captures") };
    assert_eq!(reports, []);
}

#[test]
fn an_order_that_is_not_ours_to_capture_is_left_alone() {
    let mut authorize = order(ORDER, "APPROVED", json!([]));
    authorize["intent"] = "AUTHORIZE".into();
    assert_eq!(told_by(&authorize), Ok(vec![]));
    let mut other = order(ORDER, "APPROVED", json!([]));
    other["purchase_units"][0]["custom_id"] = "cart-7".into();
    // The event claims that it is ours; the order does not.
    let claimed = event("CHECKOUT.ORDER.APPROVED", &order(ORDER, "APPROVED", json!([])));
    assert_eq!(told(&claimed, |_| answer(200, other.to_string())), Ok(None));
}
