//! What a fetch tells.

use super::*;

#[test]
fn each_row_of_the_status_table() {
    let declined =
        json!({ "last_payment_error": { "code": "card_declined", "decline_code": "insufficient_funds" } });
    let null = Value::Null;
    for (status, payment_status, intent, expected) in [
        ("open", "unpaid", null.clone(), None),
        ("open", "unpaid", intent("requires_payment_method", json!({})), None),
        (
            "open",
            "unpaid",
            intent("requires_payment_method", declined.clone()),
            Some(("attempt_declined", Some("insufficient_funds"))),
        ),
        ("open", "unpaid", intent("requires_action", json!({})), None),
        ("complete", "paid", intent("succeeded", json!({})), Some(("paid", None))),
        ("complete", "paid", json!(INTENT), Some(("paid", None))),
        ("complete", "unpaid", intent("processing", json!({})), Some(("processing", None))),
        ("complete", "unpaid", intent("requires_action", json!({})), Some(("processing", None))),
        (
            "complete",
            "unpaid",
            intent("requires_payment_method", declined),
            Some(("failed", Some("insufficient_funds"))),
        ),
        ("complete", "unpaid", intent("canceled", json!({})), Some(("cancelled", None))),
        ("complete", "no_payment_required", null.clone(), Some(("paid", None))),
        ("expired", "unpaid", null.clone(), Some(("expired", None))),
        ("expired", "unpaid", intent("canceled", json!({})), Some(("expired", None))),
    ] {
        let name = format!("{status} {payment_status} {intent}");
        let reports = fetch(&checkout(status, payment_status, intent)).unwrap();
        let found = reports.first().map(|report| (report.kind.word(), report.reason.as_deref()));
        assert_eq!((found, reports.len()), (expected, usize::from(expected.is_some())), "{name}");
        let came = match payment_status {
            "paid" => Some((4999, "EUR")),
            "no_payment_required" => Some((0, "EUR")),
            _ => None,
        };
        assert_eq!(paid(&reports), came, "{name}");
    }
}

#[test]
fn what_is_in_no_row_is_unknown_and_never_nothing() {
    for (status, payment_status, intent) in [
        ("open", "unpaid", intent("processing", json!({}))),
        ("open", "unpaid", intent("succeeded", json!({}))),
        ("open", "unpaid", json!(INTENT)),
        ("complete", "unpaid", Value::Null),
        ("complete", "unpaid", intent("succeeded", json!({}))),
        ("expired", "unpaid", intent("succeeded", json!({}))),
        ("expired", "paid", intent("succeeded", json!({}))),
        ("new", "unpaid", Value::Null),
        ("open", "new", Value::Null),
    ] {
        let found = fetch(&checkout(status, payment_status, intent));
        assert!(matches!(found, Err(Failure::Unknown(_))), "{status} {payment_status} {found:?}");
    }
    for body in ["{}", "[]", "null", "", "{\"status\":3}"] {
        let step = configured().fetch(&held(Some(CHECKOUT))).unwrap();
        assert!(matches!(run(step, |_| answer(200, body)), Err(Failure::Unknown(_))), "{body}");
    }
    let mut odd = checkout("complete", "paid", Value::Null);
    odd["currency"] = "isk".into();
    assert!(matches!(fetch(&odd), Err(Failure::NotUnderstood(_))), "money in units that are not ours");
}

#[test]
fn a_fetch_tells_each_refund_and_how_disputes_stand() {
    let refund = |id: &str, status: &str, amount: u64| {
        json!({ "id": id, "status": status, "amount": amount, "currency": "eur", "created": 1_795_550_000, "payment_intent": INTENT,
            "metadata": { "session_id": SESSION, "refund_id": "rf_01" } })
    };
    let charge = json!({ "id": "ch_1", "created": 1_795_539_240, "amount_refunded": 3000, "currency": "eur", "disputed": true,
        "refunds": { "data": [refund("re_1", "succeeded", 1000), refund("re_2", "pending", 2000), refund("re_3", "failed", 500)], "has_more": false } });
    let disputes = json!({ "data": [
        { "id": "du_1", "status": "won", "amount": 4999, "currency": "eur", "reason": "fraudulent", "created": 1_796_000_000 },
        { "id": "du_2", "status": "needs_response", "amount": 4999, "currency": "eur", "created": 1_796_000_001 },
        { "id": "du_3", "status": "prevented", "amount": 4999, "currency": "eur", "created": 1_796_000_002 },
    ] });
    let checkout = checkout("complete", "paid", intent("succeeded", json!({ "latest_charge": charge })));
    let reports =
        run(configured().fetch(&held(Some(CHECKOUT))).unwrap(), |request| match request.url.as_str() {
            "https://api.stripe.com/v1/disputes?payment_intent=pi_3SXkQ2LkdIwHu7ix0a7VbN3m" => {
                answer(200, disputes.to_string())
            }
            _ => answer(200, checkout.to_string()),
        })
        .unwrap();
    let found: Vec<String> = reports
        .iter()
        .map(|report| {
            assert_eq!(report.payment.as_ref().unwrap().as_str(), INTENT);
            let at = report.said_at.map(Moment::seconds);
            format!("{:?} {at:?} {}", report.kind, report.word.as_deref().unwrap())
        })
        .collect();
    expect![[r#"
        Paid(EUR 4999) Some(1795539240) complete, paid, succeeded
        Refunded(Refund { id: re_1, request: Some(rf_01), money: EUR 1000 }) Some(1795550000) succeeded
        RefundPending(Refund { id: re_2, request: Some(rf_01), money: EUR 2000 }) Some(1795550000) pending
        RefundFailed(Refund { id: re_3, request: Some(rf_01), money: EUR 500 }) Some(1795539600) failed
        DisputeWon(Loss { dispute: Some(du_1), money: Some(EUR 4999) }) Some(1795539600) won
        DisputeOpened(Loss { dispute: Some(du_2), money: Some(EUR 4999) }) Some(1796000001) needs_response"#]]
    .assert_eq(&found.join("\n"));
}

#[test]
fn a_running_total_stands_in_for_a_list_of_refunds_that_is_not_whole() {
    let fetched = |more: Value| {
        let mut charge = json!({ "id": "ch_1", "created": 1, "amount_refunded": 3000, "currency": "eur", "disputed": false });
        charge.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let reports =
            fetch(&checkout("complete", "paid", intent("succeeded", json!({ "latest_charge": charge }))))
                .unwrap();
        reports.iter().filter(|report| report.kind == Kind::RefundedTotal(money(3000, "EUR"))).count()
    };
    assert_eq!(fetched(json!({})), 1);
    assert_eq!(fetched(json!({ "refunds": { "data": [], "has_more": true } })), 1);
    assert_eq!(fetched(json!({ "refunds": { "data": [], "has_more": false } })), 0);
    assert_eq!(fetched(json!({ "amount_refunded": 0 })), 0);
}
