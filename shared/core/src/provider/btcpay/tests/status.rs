//! The status words.

use super::*;

fn fetch(state: Value, pulls: Answer, payouts: Value) -> Result<Vec<Report>, Failure> {
    let step = configured().fetch(&held(Some(INVOICE))).unwrap();
    against(
        step,
        &[("GET invoices/", ok(state)), ("GET pull-payments?", pulls), ("GET payouts", ok(payouts))],
    )
    .0
}

fn of_invoice(state: Value) -> Result<Vec<Report>, Failure> {
    fetch(state, ok(json!([])), json!([]))
}

#[test]
fn each_state_of_an_invoice_says_one_thing() {
    let paid = |amount: &str| json!({ "paidAmount": amount });
    for (status, additional, more, expected, amount) in [
        ("New", "None", json!({}), None, None),
        ("New", "PaidPartial", paid("10.00"), None, None),
        ("Processing", "None", json!({}), Some("processing"), None),
        ("Processing", "PaidOver", paid("60.00"), Some("processing"), None),
        ("Settled", "None", json!({}), Some("paid"), Some(4999)),
        ("Settled", "None", paid("49.98"), Some("paid"), Some(4999)),
        ("Settled", "Marked", paid("0"), Some("paid"), Some(4999)),
        ("Settled", "PaidOver", paid("60.129999"), Some("paid"), Some(6012)),
        ("Settled", "PaidOver", json!({}), Some("paid"), Some(4999)),
        ("Settled", "PaidPartial", paid("49.50"), Some("paid"), Some(4950)),
        ("Expired", "None", json!({}), Some("expired"), None),
        ("Invalid", "None", json!({}), Some("failed"), None),
        ("Invalid", "Invalid", json!({}), Some("failed"), None),
        ("Invalid", "Marked", paid("0"), Some("failed"), None),
        ("Invalid", "Marked", json!({}), Some("failed"), None),
        ("Invalid", "Marked", paid("0.01"), Some("review"), None),
    ] {
        let reports = of_invoice(invoice(status, additional, more)).unwrap();
        let kinds: Vec<_> = reports.iter().map(|report| report.kind.word()).collect();
        assert_eq!(kinds, Vec::from_iter(expected), "{status} {additional}");
        let [report] = &reports[..] else { continue };
        assert_eq!(report.kind.money(), amount.map(|minor| money(minor, "EUR")), "{status} {additional}");
        assert_eq!(report.payment.as_ref().unwrap().as_str(), INVOICE);
        assert_eq!(report.said_at, Some(Moment::from_seconds(1_795_539_600)));
        let says_why = matches!(report.kind, Kind::Review | Kind::Failed) && additional != "None";
        assert_eq!(report.reason.as_deref(), says_why.then_some(additional));
    }
    for (status, additional) in
        [("", "None"), ("settled", "None"), ("Settled", "PaidLate"), ("New", "Marked"), ("Paid", "None")]
    {
        let odd = of_invoice(invoice(status, additional, json!({})));
        assert!(matches!(odd, Err(Failure::NotUnderstood(_))), "{status} {additional}");
    }
}

#[test]
fn money_for_an_expired_invoice_counts_once_all_of_it_is_confirmed() {
    let late = |additional: &str, came: Option<&str>, words: &[&str]| {
        let state = invoice("Expired", additional, json!({ "paidAmount": came }));
        let (mine, others) = words.split_at(words.len().min(1));
        let payments = |words: &[&str]| {
            let payment = |word: &&str| json!({ "id": "1b2c-0", "value": "0.0005", "status": word });
            words.iter().map(payment).collect::<Value>()
        };
        let methods = json!([
            { "paymentMethodId": "BTC-CHAIN", "payments": payments(mine) },
            { "paymentMethodId": "BTC-LN", "payments": payments(others) },
        ]);
        let answers = [
            (&*format!("GET invoices/{INVOICE}/payment-methods"), ok(methods)),
            ("GET invoices/", ok(state)),
            ("GET pull-payments?", ok(json!([]))),
        ];
        let reports = against(configured().fetch(&held(Some(INVOICE))).unwrap(), &answers).0.unwrap();
        reports.first().map(|report| {
            assert_eq!(report.kind.word(), "paid");
            (report.kind.money().unwrap().minor(), report.word.as_deref().unwrap().to_owned())
        })
    };
    let told = |minor, additional: &str| Some((minor, format!("Expired, {additional}")));
    assert_eq!(late("PaidLate", Some("49.99"), &["Settled"]), told(4999, "PaidLate"));
    assert_eq!(late("PaidLate", Some("60.00"), &["Settled", "Settled"]), told(6000, "PaidLate"));
    assert_eq!(late("PaidLate", None, &["Settled", "Invalid"]), told(4999, "PaidLate"));
    // A payment that became invalid is not in what came; what was cut off of a coin is.
    assert_eq!(late("PaidLate", Some("10.00"), &["Settled", "Invalid"]), told(1000, "PaidLate"));
    assert_eq!(late("PaidLate", Some("49.98"), &["Settled"]), told(4999, "PaidLate"));
    assert_eq!(late("PaidPartial", Some("10.00"), &["Settled"]), told(1000, "PaidPartial"));
    // How much it was an old server does not say: somebody has to look.
    assert_eq!(late("PaidPartial", None, &["Settled"]), told(0, "PaidPartial"));
    for unconfirmed in
        [&[][..], &["Processing"], &["Settled", "Processing"], &["Invalid"], &["Settled", "New"]]
    {
        assert_eq!(late("PaidLate", Some("49.99"), unconfirmed), None, "{unconfirmed:?}");
        assert_eq!(late("PaidPartial", Some("10.00"), unconfirmed), None, "{unconfirmed:?}");
    }
}

#[test]
fn amounts_are_exact_texts_or_numbers_and_what_is_too_fine_is_cut_off() {
    let paid = |amount: &str, currency: &str| {
        let state = invoice("Settled", "PaidOver", json!({})).to_string();
        let state =
            state.replace("\"amount\":\"49.99\"", &format!("\"amount\":\"1\",\"paidAmount\":{amount}"));
        let state = state.replace("\"EUR\"", &format!("\"{currency}\""));
        fetch(serde_json::from_str(&state).unwrap(), ok(json!([])), json!([]))
            .map(|reports| reports[0].kind.money().unwrap())
    };
    for (amount, currency, minor) in [
        ("\"49.99\"", "EUR", 4999),
        ("49.99", "EUR", 4999),
        ("\"49.9\"", "EUR", 4990),
        ("\"50\"", "EUR", 5000),
        ("\"50.00999999999\"", "EUR", 5000),
        ("\"5000.99\"", "JPY", 5000),
        ("\"12.3456\"", "KWD", 12_345),
    ] {
        assert_eq!(paid(amount, currency), Ok(money(minor, currency)), "{amount} {currency}");
    }
    for (amount, currency) in [
        ("\"-1.00\"", "EUR"),
        ("\"1.00x\"", "EUR"),
        ("\"1.\"", "EUR"),
        ("\"1.001e3\"", "EUR"),
        ("\"\"", "EUR"),
        ("true", "EUR"),
        ("\"1.00\"", "BTC"),
    ] {
        let odd = paid(amount, currency);
        assert!(matches!(odd, Err(Failure::NotUnderstood(_))), "{amount} {currency} {odd:?}");
    }
}

#[test]
fn an_invoice_of_another_store_is_no_answer() {
    let odd = of_invoice(invoice("Settled", "None", json!({ "storeId": "other" })));
    assert_eq!(odd, Err(Failure::NotUnderstood(NotUnderstood::Shape("storeId".into()))));
}

#[test]
fn an_invoice_whose_id_was_lost_is_found_by_our_session() {
    let fetch = |found: Value| {
        let step = configured().fetch(&held(None)).unwrap();
        let one = found.get(0).cloned().unwrap_or_default();
        let answers = [
            ("GET invoices?", ok(found)),
            ("GET invoices/", ok(one)),
            ("GET pull-payments?", answer(403, "{}")),
        ];
        against(step, &answers).0
    };
    let kinds = |reports: Vec<Report>| reports.iter().map(|report| report.kind.word()).collect::<Vec<_>>();
    assert_eq!(fetch(json!([])).map(kinds), Ok(vec![]), "nothing was ever made");
    assert_eq!(fetch(json!([invoice("Settled", "None", json!({}))])).map(kinds), Ok(vec!["paid"]));
    let other = invoice("Settled", "None", json!({ "metadata": { "orderId": "1042" } }));
    assert_eq!(fetch(json!([other])).map(kinds), Ok(vec![]));
}

#[test]
fn each_state_of_a_refund_says_one_thing() {
    let at = Some(Moment::from_seconds(1_795_544_600));
    for (archived, payouts, expected, minor) in [
        (false, json!([]), "refund_pending", 1500),
        (false, json!([payout("AwaitingApproval", "15.00")]), "refund_pending", 1500),
        (false, json!([payout("AwaitingPayment", "15.00")]), "refund_pending", 1500),
        (true, json!([payout("InProgress", "15.00")]), "refund_pending", 1500),
        (false, json!([payout("Completed", "15.00")]), "refunded", 1500),
        (true, json!([payout("Completed", "15.00")]), "refunded", 1500),
        (false, json!([payout("Completed", "5.00"), payout("Completed", "2.50")]), "refunded", 750),
        // It can be claimed again.
        (false, json!([payout("Cancelled", "15.00")]), "refund_pending", 1500),
        (true, json!([payout("Cancelled", "15.00")]), "refund_failed", 1500),
        (true, json!([]), "refund_failed", 1500),
    ] {
        let pulls = ok(json!([pull(json!({ "archived": archived }))]));
        let reports = fetch(invoice("Settled", "None", json!({})), pulls, payouts.clone()).unwrap();
        let [_, report] = &reports[..] else { panic!("{reports:?}") };
        assert_eq!(report.kind.word(), expected, "{archived} {payouts}");
        assert_eq!(report.kind.money(), Some(money(minor, "EUR")));
        assert_eq!(report.payment.as_ref().unwrap().as_str(), INVOICE);
        assert_eq!(report.said_at == at, expected == "refunded");
    }
    let odd = fetch(
        invoice("Settled", "None", json!({})),
        ok(json!([pull(json!({}))])),
        json!([payout("Lost", "1")]),
    );
    assert!(matches!(odd, Err(Failure::NotUnderstood(_))));
}

#[test]
fn other_offers_and_a_key_that_may_not_see_them_say_nothing() {
    let settled = || invoice("Settled", "None", json!({}));
    for pulls in [
        answer(401, ""),
        answer(403, "{\"code\":\"missing-permission\"}"),
        answer(404, ""),
        ok(json!([pull(json!({ "name": "Refund 7mQ2xT5vKp9LsRd3NwYbHc" }))])),
        ok(json!([pull(json!({ "name": "Prize" }))])),
        ok(json!([pull(json!({ "currency": "BTC", "amount": "0.0002" }))])),
    ] {
        assert_eq!(fetch(settled(), pulls, json!([])).unwrap().len(), 1);
    }
    let other = json!([{ "pullPaymentId": "other", "state": "Completed", "originalAmount": "15.00" }]);
    let reports = fetch(settled(), ok(json!([pull(json!({}))])), other).unwrap();
    assert_eq!(reports[1].kind.word(), "refund_pending");
    assert!(matches!(fetch(settled(), answer(500, ""), json!([])), Err(Failure::Unknown(_))));
}
