//! The status words.

use super::*;

#[test]
fn each_status_says_one_thing() {
    let at = "2026-11-24T17:00:00+00:00";
    for (status, more, kind, reason) in [
        ("open", json!({}), None, None),
        ("pending", json!({}), Some("processing"), None),
        ("authorized", json!({ "authorizedAt": at }), Some("processing"), None),
        ("paid", json!({ "paidAt": at }), Some("paid"), None),
        ("canceled", json!({ "canceledAt": at }), Some("cancelled"), None),
        ("expired", json!({ "expiredAt": at }), Some("expired"), None),
        ("failed", json!({ "failedAt": at }), Some("failed"), None),
        (
            "failed",
            json!({ "failedAt": at, "details": { "failureReason": "card_declined" } }),
            Some("failed"),
            Some("card_declined"),
        ),
        (
            "failed",
            json!({ "failedAt": at, "details": null, "statusReason": { "code": "insufficient_funds" } }),
            Some("failed"),
            Some("insufficient_funds"),
        ),
        (
            "paid",
            json!({ "paidAt": at, "details": { "failureReason": "card_declined" } }),
            Some("paid"),
            None,
        ),
    ] {
        let reports = fetch(&payment(status, more)).unwrap();
        assert_eq!(reports.len(), usize::from(kind.is_some()), "{status}");
        let Some(kind) = kind else { continue };
        let [report] = &reports[..] else { panic!() };
        assert_eq!((report.kind.word(), report.reason.as_deref()), (kind, reason));
        assert_eq!(report.word.as_deref(), Some(status));
        assert_eq!(report.payment.as_ref().unwrap().as_str(), ID);
        let expected = if kind == "processing" { "2026-11-24T16:56:00Z" } else { at };
        assert_eq!(report.said_at, moment(expected), "{status}");
    }
    for odd in ["", "shipping", "PAID"] {
        let error = fetch(&payment(odd, json!({}))).unwrap_err();
        assert_eq!(error, Failure::NotUnderstood(NotUnderstood::Shape("status".into())), "{odd}");
    }
}

#[test]
fn of_a_payment_that_is_captured_in_parts_what_was_captured_came() {
    let captured = |value: &str| {
        let more = json!({ "amountCaptured": { "value": value, "currency": "EUR" } });
        fetch(&payment("paid", more)).map(|reports| reports[0].kind.clone())
    };
    assert_eq!(captured("20.00"), Ok(Kind::Paid(money(2000, "EUR"))));
    assert_eq!(captured("20"), Err(Failure::NotUnderstood(NotUnderstood::Money)));
}

#[test]
fn an_amount_has_exactly_its_currencys_decimals() {
    let paid = |value: Value, currency: &str| {
        let more = json!({ "amount": { "value": value, "currency": currency } });
        fetch(&payment("paid", more)).map(|reports| reports[0].kind.money().unwrap())
    };
    assert_eq!(paid("49.99".into(), "EUR"), Ok(money(4999, "EUR")));
    assert_eq!(paid("5000".into(), "JPY"), Ok(money(5000, "JPY")));
    assert_eq!(paid("5000.00".into(), "HUF"), Ok(money(500_000, "HUF")));
    for (value, currency) in [
        ("49.9", "EUR"),
        ("49.990", "EUR"),
        ("049.99", "EUR"),
        ("5000.00", "JPY"),
        ("-1.00", "EUR"),
        ("1.00", "eur"),
    ] {
        let error = Err(Failure::NotUnderstood(NotUnderstood::Money));
        assert_eq!(paid(value.into(), currency), error, "{value} {currency}");
    }
    assert!(matches!(paid(json!(49.99), "EUR"), Err(Failure::NotUnderstood(NotUnderstood::Shape(_)))));
}

#[test]
fn a_chargeback_takes_money_and_its_reversal_brings_it_back() {
    let chargeback = |reversed_at: Value| {
        let lists = json!({ "chargebacks": [{ "id": "chb_1", "amount": { "value": "49.99", "currency": "EUR" },
            "reason": { "code": "AC01" }, "createdAt": "2026-12-05T03:00:00+00:00", "reversedAt": reversed_at }] });
        fetch(&payment("paid", json!({ "_embedded": lists })))
    };
    for (reversed_at, word, at) in [
        (json!(null), "reversed", "2026-12-05T03:00:00Z"),
        (json!("2026-12-20T03:00:00+00:00"), "dispute_won", "2026-12-20T03:00:00Z"),
    ] {
        let reports = chargeback(reversed_at).unwrap();
        let [_, report] = &reports[..] else { panic!() };
        assert_eq!((report.kind.word(), report.reason.as_deref()), (word, Some("AC01")));
        assert_eq!(report.kind.dispute_id().unwrap().as_str(), "chb_1");
        assert_eq!((report.kind.money(), report.said_at), (Some(money(4999, "EUR")), moment(at)));
        assert_eq!(report.payment.as_ref().unwrap().as_str(), ID);
    }
    assert!(chargeback(json!("yesterday")).is_err());
}

#[test]
fn another_payment_or_one_of_the_other_mode_is_no_answer() {
    for (more, expected) in [
        (json!({ "mode": "test" }), NotUnderstood::Mode),
        (json!({ "id": "tr_other" }), NotUnderstood::Shape("id".into())),
    ] {
        assert_eq!(fetch(&payment("paid", more)), Err(Failure::NotUnderstood(expected)));
    }
}
