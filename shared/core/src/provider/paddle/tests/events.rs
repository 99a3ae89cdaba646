//! What events say.

use super::*;

#[test]
fn known_types_without_a_fact_say_nothing_and_unknown_ones_about_payments_are_kept() {
    for kind in [
        "transaction.created",
        "transaction.ready",
        "transaction.updated",
        "transaction.billed",
        "transaction.past_due",
        "transaction.revised",
        "customer.created",
        "subscription.activated",
        "payout.paid",
    ] {
        for data in
            [json!({}), json!({ "id": 3, "details": [], "custom_data": 1, "totals": "x" }), json!("text")]
        {
            let event = read(&event(kind, data)).unwrap();
            assert!(event.readings.is_empty(), "{kind}");
            assert_eq!(event.word, kind);
        }
    }
    for kind in ["transaction.new", "adjustment.new"] {
        assert_eq!(read(&event(kind, json!({}))).unwrap_err(), NotUnderstood::Kind, "{kind}");
    }
    let vectors = vectors_in("paddle/paddle.json".as_ref());
    let unknown: Vec<_> =
        vectors.iter().filter(|vector| vector.more.contains_key("not_understood")).collect();
    assert_eq!(unknown.len(), 1);
    let body: Value = serde_json::from_str(&unknown[0].body).unwrap();
    assert_eq!(read(&body).unwrap_err(), NotUnderstood::Kind);
}

#[test]
fn transactions_of_others_at_the_same_account_say_nothing() {
    for custom_data in
        [Value::Null, json!({}), json!([]), json!({ "session_id": "cart-7" }), json!({ "session_id": 7 })]
    {
        let object = transaction("completed", json!({ "custom_data": custom_data }));
        assert!(read(&event("transaction.completed", object)).unwrap().readings.is_empty(), "{custom_data}");
    }
    // A refund of theirs is asked about, and the answer holds nothing of ours.
    let event = read(&event("adjustment.created", adjustment("refund", "approved", json!({})))).unwrap();
    let theirs = transaction("completed", json!({ "custom_data": null }));
    for reading in event.readings {
        let Reading::Ask(step) = reading else { panic!() };
        assert_eq!(run(step, |_| data(200, &theirs)), Ok(None));
    }
}

#[test]
fn each_type_of_a_transaction() {
    let declined = json!([{ "status": "error", "error_code": "not_enough_balance" }, { "status": "error", "error_code": "fraud" }]);
    for (kind, more, word, reason) in [
        ("transaction.paid", json!({}), "paid", None),
        ("transaction.completed", json!({}), "paid", None),
        (
            "transaction.payment_failed",
            json!({ "payments": declined }),
            "attempt_declined",
            Some("not_enough_balance"),
        ),
        ("transaction.payment_failed", json!({ "payments": null }), "attempt_declined", None),
        ("transaction.canceled", json!({}), "cancelled", None),
    ] {
        let mut event = read(&event(kind, transaction("any", more))).unwrap();
        let told = told(event.readings.remove(0));
        assert_eq!(
            (told.session, told.checkout_id.as_deref(), told.fetched),
            (session(), Some(TRANSACTION), false)
        );
        let report = &told.reports[0];
        assert_eq!((report.kind.word(), report.reason.as_deref()), (word, reason), "{kind}");
        assert_eq!(report.payment.as_ref().unwrap().as_str(), TRANSACTION);
        assert_eq!(report.said_at, Moment::parse_rfc3339("2026-11-24T17:03:36.310Z"));
    }
}

#[test]
fn each_action_of_an_adjustment() {
    let chargeback = Some(TRANSACTION.to_owned());
    let warning = Some(format!("{TRANSACTION}:warning"));
    for (kind, action, status, expected, dispute) in [
        ("adjustment.created", "refund", "pending_approval", &["refund_pending"][..], None),
        ("adjustment.updated", "refund", "approved", &["refunded"], None),
        ("adjustment.updated", "refund", "rejected", &["refund_failed"], None),
        ("adjustment.created", "chargeback_warning", "approved", &["dispute_opened"], warning.clone()),
        ("adjustment.created", "chargeback_warning_reverse", "approved", &["dispute_won"], warning),
        ("adjustment.created", "chargeback", "approved", &["dispute_opened", "reversed"], chargeback.clone()),
        ("adjustment.created", "chargeback_reverse", "approved", &["dispute_won"], chargeback),
        ("adjustment.updated", "chargeback", "reversed", &[], None),
        ("adjustment.created", "credit", "approved", &[], None),
        ("adjustment.created", "credit_reverse", "approved", &[], None),
    ] {
        let event = read(&event(kind, adjustment(action, status, json!({})))).unwrap();
        let reports: Vec<_> = event.readings.into_iter().flat_map(|reading| told(reading).reports).collect();
        let words: Vec<_> = reports.iter().map(|report| report.kind.word()).collect();
        assert_eq!(words, expected, "{action} {status}");
        for report in reports {
            assert_eq!(report.kind.money(), Some(money(1500, "EUR")), "{action}");
            assert_eq!(report.kind.dispute_id().map(ToString::to_string), dispute, "{action}");
            assert_eq!(report.payment.unwrap().as_str(), TRANSACTION);
        }
    }
    let unknown = |action: &str, status: &str| {
        read(&event("adjustment.created", adjustment(action, status, json!({})))).unwrap_err()
    };
    assert_eq!(unknown("new", "approved"), NotUnderstood::Kind);
    assert_eq!(unknown("refund", "new"), NotUnderstood::Shape("data.status".to_owned()));
}

#[test]
fn a_chargeback_that_is_won_is_the_money_back_whatever_its_ids() {
    use crate::payment::Ledger;
    let facts = |actions: &[(&str, &str, &str)]| -> Vec<crate::payment::Fact> {
        let mut facts = vec![crate::payment::sample::fact(Kind::Paid(money(1500, "EUR"))).of(TRANSACTION)];
        for (action, id, at) in actions {
            let mut event = event("adjustment.created", adjustment(action, "approved", json!({ "id": id })));
            event["occurred_at"] = (*at).into();
            for report in read(&event).unwrap().readings.into_iter().flat_map(|reading| told(reading).reports)
            {
                let fact = crate::payment::sample::fact(report.kind.clone());
                facts.push(crate::payment::Fact { said: report, ..fact });
            }
        }
        facts
    };
    let lost = [("chargeback", "adj_1", "2026-11-25T18:00:00Z")];
    let ledger = Ledger::count(facts(&lost).iter());
    assert_eq!((ledger.sums[0].lost, ledger.open_disputes.len()), (1500, 1));
    let won = [lost[0], ("chargeback_reverse", "adj_2", "2026-12-05T18:00:00Z")];
    let ledger = Ledger::count(facts(&won).iter());
    assert_eq!((ledger.sums[0].lost, ledger.open_disputes.len(), ledger.ask), (0, 0, false));
}

#[test]
fn a_refund_is_ours_where_its_reason_is_our_id() {
    for (reason, request) in [(json!("rf_01"), Some("rf_01")), (json!("goodwill"), None), (Value::Null, None)]
    {
        let object = adjustment("refund", "approved", json!({ "reason": reason }));
        let mut event = read(&event("adjustment.updated", object)).unwrap();
        let Kind::Refunded(refund) = told(event.readings.remove(0)).reports.remove(0).kind else { panic!() };
        assert_eq!(refund.request.as_ref().map(RefundId::as_str), request);
        assert_eq!(refund.id.as_str(), ADJUSTMENT);
    }
}

#[test]
fn only_digits_in_a_currency_that_is_sold_in_are_money() {
    for (total, currency, expected) in [
        (json!("4999"), "EUR", Ok(money(4999, "EUR"))),
        (json!("12800"), "JPY", Ok(money(12_800, "JPY"))),
        (json!("49.99"), "EUR", Err(NotUnderstood::Money)),
        (json!("+4999"), "EUR", Err(NotUnderstood::Money)),
        (json!("-1"), "EUR", Err(NotUnderstood::Money)),
        (json!(""), "EUR", Err(NotUnderstood::Money)),
        (json!("4999"), "KRW", Err(NotUnderstood::Money)),
        (json!("4999"), "XXX", Err(NotUnderstood::Money)),
        (json!(4999), "EUR", Err(NotUnderstood::Shape("data.details.totals.grand_total".to_owned()))),
    ] {
        let more = json!({ "currency_code": currency, "details": { "totals": { "grand_total": total } } });
        let read = read(&event("transaction.paid", transaction("paid", more)));
        let read = read.map(|mut event| told(event.readings.remove(0)).reports[0].kind.money().unwrap());
        assert_eq!(read, expected, "{total} {currency}");
    }
}

#[test]
fn an_id_that_is_none_of_a_transaction_is_not_asked_for() {
    for id in ["", "txn_", "txn_../customers", "adj_01", "txn_A", "txn_1?a=b"] {
        let object = adjustment("refund", "approved", json!({ "transaction_id": id }));
        let expected = NotUnderstood::Shape("data.transaction_id".to_owned());
        assert_eq!(read(&event("adjustment.created", object)).unwrap_err(), expected, "{id}");
    }
}
