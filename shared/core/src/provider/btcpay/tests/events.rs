//! What its events say.

use super::*;

fn event(word: &str, more: Value) -> Value {
    let mut event = json!({ "deliveryId": "two", "originalDeliveryId": "one", "type": word, "timestamp": 1_795_540_500,
        "storeId": STORE, "invoiceId": INVOICE, "metadata": { "orderId": SESSION } });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

#[test]
fn each_type_says_something_or_nothing_or_is_asked_about() {
    for (word, more, expected) in [
        ("InvoiceCreated", json!({}), "nothing"),
        ("InvoiceReceivedPayment", json!({ "afterExpiration": false }), "nothing"),
        ("InvoiceReceivedPayment", json!({ "afterExpiration": true }), "asked"),
        ("InvoicePaymentSettled", json!({ "afterExpiration": false }), "nothing"),
        ("InvoicePaymentSettled", json!({ "afterExpiration": true }), "asked"),
        ("InvoiceProcessing", json!({ "overPaid": true }), "processing"),
        ("InvoiceSettled", json!({ "manuallyMarked": false, "overPaid": false }), "asked"),
        ("InvoiceSettled", json!({ "manuallyMarked": true }), "asked"),
        ("InvoiceExpired", json!({ "partiallyPaid": false }), "expired"),
        ("InvoiceExpired", json!({ "partiallyPaid": true }), "asked"),
        // Absent: nobody says that nothing came.
        ("InvoiceExpired", json!({}), "asked"),
        ("InvoiceInvalid", json!({ "manuallyMarked": false }), "failed"),
        ("InvoiceInvalid", json!({ "manuallyMarked": true }), "asked"),
        ("InvoiceExpiredPaidPartial", json!({}), "asked"),
        ("InvoicePaidAfterExpiration", json!({}), "asked"),
        ("PayoutCreated", json!({ "pullPaymentId": PULL, "payoutState": "AwaitingApproval" }), "nothing"),
        ("PayoutUpdated", json!({ "pullPaymentId": PULL, "payoutState": "InProgress" }), "nothing"),
        ("PayoutUpdated", json!({ "pullPaymentId": null, "payoutState": "Completed" }), "nothing"),
        ("PaymentRequestCompleted", json!({}), "nothing"),
    ] {
        let read = read(&event(word, more.clone())).unwrap();
        assert_eq!((read.id.as_deref(), read.word.as_str()), (Some("one"), word));
        let said = match read.readings.into_iter().next() {
            None => "nothing",
            Some(Reading::Ask(step)) => {
                let told = run(step, TRIAL.answer).unwrap().unwrap();
                assert!(told.fetched && told.session == session());
                assert_eq!((told.checkout_id.as_deref(), told.reports.len()), (Some(INVOICE), 1));
                "asked"
            }
            Some(Reading::Told(told)) => {
                let [report] = &told.reports[..] else { panic!() };
                assert_eq!(report.said_at, Some(Moment::from_seconds(1_795_540_500)));
                report.kind.word()
            }
        };
        assert_eq!(said, expected, "{word} {more}");
    }
    assert_eq!(read(&event("InvoiceTeleported", json!({}))).unwrap_err(), NotUnderstood::Kind);
}

#[test]
fn what_a_settled_invoice_is_worth_is_in_the_answer() {
    let step = asked(only(read(&event("InvoiceSettled", json!({ "overPaid": true }))).unwrap()));
    let over = invoice("Settled", "PaidOver", json!({ "paidAmount": "60.00" }));
    let told = against(step, &[("GET invoices/", ok(over))]).0.unwrap().unwrap();
    assert_eq!(told.reports[0].kind, Kind::Paid(money(6000, "EUR")));
    let step = asked(only(read(&event("InvoiceSettled", json!({}))).unwrap()));
    let theirs = invoice("Settled", "None", json!({ "metadata": { "orderId": "1042" } }));
    assert_eq!(against(step, &[("GET invoices/", ok(theirs))]).0, Ok(None));
}

#[test]
fn what_is_somebody_elses_says_nothing_and_another_store_is_not_understood() {
    for metadata in [json!(null), json!({}), json!({ "orderId": "1042" }), json!({ "orderId": 3 })] {
        for word in ["InvoiceSettled", "InvoiceProcessing"] {
            let read = read(&event(word, json!({ "metadata": metadata }))).unwrap();
            assert!(read.readings.is_empty(), "{word} {metadata}");
        }
    }
    for (key, value) in [
        ("storeId", json!("other")),
        ("storeId", json!(null)),
        ("invoiceId", json!("../x")),
        ("timestamp", json!("now")),
        ("type", json!(null)),
    ] {
        let read = read(&event("InvoiceSettled", json!({ key: value })));
        assert!(matches!(read, Err(NotUnderstood::Shape(_))), "{key}");
    }
}

#[test]
fn a_repeat_has_the_id_of_the_first_delivery() {
    let id = |more: Value| {
        let mut event = event("InvoiceCreated", more);
        event.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        read(&event).map(|event| event.id.unwrap())
    };
    assert_eq!(id(json!({})).as_deref(), Ok("one"));
    let old = json!({ "originalDeliveryId": null, "orignalDeliveryId": "old" });
    assert_eq!(id(old).as_deref(), Ok("old"));
    assert_eq!(id(json!({ "originalDeliveryId": null })).as_deref(), Ok("two"));
    assert!(id(json!({ "originalDeliveryId": null, "deliveryId": null })).is_err());
}

#[test]
fn a_payout_is_a_refund_where_its_pull_payment_is_called_so() {
    let ask = |word: &str, pulled: Value| {
        let more =
            json!({ "pullPaymentId": PULL, "payoutState": "Completed", "metadata": null, "invoiceId": null });
        let step = asked(only(read(&event(word, more)).unwrap()));
        let answers = [
            (format!("GET pull-payments/{PULL}/payouts"), ok(json!([payout("Completed", "15.00")]))),
            (format!("GET pull-payments/{PULL}"), ok(pulled)),
            ("GET invoices/".to_owned(), ok(invoice("Settled", "None", json!({})))),
        ];
        let answers: Vec<_> = answers.iter().map(|(path, answer)| (path.as_str(), answer.clone())).collect();
        against(step, &answers).0
    };
    for word in ["PayoutUpdated", "InvoiceRefund"] {
        let told = ask(word, pull(json!({}))).unwrap().unwrap();
        let [report] = &told.reports[..] else { panic!() };
        let Kind::Refunded(refund) = &report.kind else { panic!("{report:?}") };
        assert_eq!((refund.id.as_str(), refund.money), (PULL, money(1500, "EUR")));
        assert_eq!(refund.request.as_ref().unwrap().as_str(), "rf_01");
        assert_eq!((told.session, told.fetched), (session(), true));
        assert_eq!(report.payment.as_ref().unwrap().as_str(), INVOICE);
    }
    assert_eq!(ask("PayoutUpdated", pull(json!({ "name": "Prize" }))), Ok(None));
    // In coins: kept for a person to look at.
    let coins = ask("PayoutUpdated", pull(json!({ "currency": "BTC", "amount": "0.0002" })));
    assert_eq!(coins, Err(Failure::NotUnderstood(NotUnderstood::Money)));
}
