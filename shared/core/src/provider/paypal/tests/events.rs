//! What events are about.

use super::*;

#[test]
fn types_that_say_nothing_of_money_are_not_looked_at_and_unknown_ones_about_payments_are_kept() {
    for word in [
        "BILLING.SUBSCRIPTION.CREATED",
        "PAYMENT.SALE.COMPLETED",
        "PAYMENT.AUTHORIZATION.CREATED",
        "PAYMENT.PAYOUTS-ITEM.SUCCEEDED",
        "RISK.DISPUTE.CREATED",
        "INVOICING.INVOICE.PAID",
        "",
    ] {
        for resource in [json!({}), json!("text"), json!({ "id": 3, "purchase_units": "x", "links": {} })] {
            let event = read(&event(word, &resource)).unwrap();
            assert!(event.readings.is_empty(), "{word}");
            assert_eq!(event.word, word);
        }
    }
    for word in ["PAYMENT.CAPTURE.NEW", "CHECKOUT.PAYMENT-APPROVAL.NEW", "CUSTOMER.DISPUTE.NEW"] {
        assert_eq!(read(&event(word, &json!({}))).unwrap_err(), NotUnderstood::Kind, "{word}");
    }
}

#[test]
fn an_event_without_what_it_is_asked_about_with_is_not_understood() {
    let unit = json!([{ "custom_id": SESSION }]);
    for (word, resource) in [
        ("CHECKOUT.ORDER.APPROVED", json!({ "purchase_units": unit })),
        ("CHECKOUT.ORDER.APPROVED", json!({ "purchase_units": unit, "id": "../x" })),
        ("CHECKOUT.ORDER.APPROVED", json!({ "purchase_units": 3 })),
        ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", json!({ "purchase_units": unit, "id": ORDER })),
        ("PAYMENT.CAPTURE.COMPLETED", json!({ "custom_id": SESSION })),
        ("PAYMENT.CAPTURE.COMPLETED", json!({ "custom_id": SESSION, "id": "a/b" })),
        ("PAYMENT.CAPTURE.REFUNDED", json!({})),
        ("PAYMENT.CAPTURE.REVERSED", json!({ "id": 3 })),
        ("CUSTOMER.DISPUTE.CREATED", json!({})),
        ("CUSTOMER.DISPUTE.CREATED", json!({ "dispute_id": "PP-1", "disputed_transactions": [] })),
        ("CUSTOMER.DISPUTE.CREATED", json!({ "dispute_id": "PP-1", "disputed_transactions": [{}] })),
        (
            "CUSTOMER.DISPUTE.CREATED",
            json!({ "dispute_id": "a/b", "disputed_transactions": [{ "seller_transaction_id": CAPTURE }] }),
        ),
        (
            "CUSTOMER.DISPUTE.CREATED",
            json!({ "dispute_id": "PP-1", "disputed_transactions": vec![json!({ "seller_transaction_id": CAPTURE }); 6] }),
        ),
        ("PAYMENT.CAPTURE.COMPLETED", json!([])),
    ] {
        assert!(matches!(read(&event(word, &resource)), Err(NotUnderstood::Shape(_))), "{word} {resource}");
    }
    for key in ["id", "event_type", "create_time", "resource"] {
        let mut event = event("PAYMENT.CAPTURE.COMPLETED", &completed());
        event.as_object_mut().unwrap().remove(key);
        assert_eq!(read(&event).unwrap_err(), NotUnderstood::Shape(key.to_owned()));
    }
    let twice =
        event("PAYMENT.CAPTURE.COMPLETED", &completed()).to_string().replacen('{', "{\"resource\":{},", 1);
    let twice = configured().read(&Verified::verified_before_it_was_stored(twice.as_bytes(), None));
    assert!(matches!(twice, Err(NotUnderstood::Shape(_))));
}

#[test]
fn payments_of_others_at_the_same_account_say_nothing() {
    for (word, resource) in [
        ("CHECKOUT.ORDER.APPROVED", json!({ "id": ORDER, "purchase_units": [{ "custom_id": "cart-7" }] })),
        ("CHECKOUT.ORDER.APPROVED", json!({ "id": ORDER, "purchase_units": [] })),
        ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", json!({ "order_id": ORDER })),
        ("PAYMENT.CAPTURE.COMPLETED", json!({ "id": CAPTURE, "custom_id": "cart-7" })),
        ("PAYMENT.CAPTURE.DENIED", json!({ "id": CAPTURE })),
    ] {
        assert!(read(&event(word, &resource)).unwrap().readings.is_empty(), "{word}");
    }
    // Refunds and disputes of theirs are asked about, and the capture is not ours, or is none that PayPal shows us.
    for theirs in [answer(200, capture("COMPLETED", json!({ "custom_id": "cart-7" })).to_string()), unknown()]
    {
        let rest = |request: &Request| match request.url.split('/').nth(5) {
            Some("refunds") => answer(200, refunded("COMPLETED", json!({})).to_string()),
            Some("captures") => theirs.clone(),
            _ => answer(200, dispute("OPEN", json!({})).to_string()),
        };
        for (word, resource) in [
            ("PAYMENT.CAPTURE.REFUNDED", refunded("COMPLETED", json!({}))),
            ("PAYMENT.CAPTURE.REVERSED", refunded("COMPLETED", json!({}))),
            ("CUSTOMER.DISPUTE.CREATED", dispute("OPEN", json!({}))),
        ] {
            assert_eq!(told(&event(word, &resource), rest), Ok(None), "{word}");
        }
    }
}

fn dispute(status: &str, more: Value) -> Value {
    let mut dispute = json!({
        "dispute_id": "PP-R-KWD-10110663", "status": status, "reason": "UNAUTHORISED",
        "create_time": "2026-12-04T17:00:00.000Z", "update_time": "2026-12-16T16:46:40.000Z",
        "dispute_amount": { "currency_code": "EUR", "value": "49.99" },
        "disputed_transactions": [{ "seller_transaction_id": CAPTURE }],
    });
    dispute.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    dispute
}

fn told_of_dispute(dispute: &Value, capture: &Value) -> Report {
    let hint = event(
        "CUSTOMER.DISPUTE.UPDATED",
        &json!({ "dispute_id": "PP-R-KWD-10110663", "disputed_transactions": [{ "seller_transaction_id": CAPTURE }] }),
    );
    let told = told(&hint, |request| match request.url.contains("/captures/") {
        true => answer(200, capture.to_string()),
        false => answer(200, dispute.to_string()),
    });
    let told = told.unwrap().unwrap();
    assert!(told.fetched && told.session == session() && told.checkout_id.as_deref() == Some(ORDER));
    told.reports.into_iter().next().unwrap()
}

#[test]
fn each_status_and_outcome_of_a_dispute() {
    for status in
        ["OPEN", "WAITING_FOR_BUYER_RESPONSE", "WAITING_FOR_SELLER_RESPONSE", "UNDER_REVIEW", "OTHER"]
    {
        let report = told_of_dispute(&dispute(status, json!({})), &completed());
        assert_eq!(report.kind.word(), "dispute_opened", "{status}");
        assert_eq!(report.kind.money(), Some(money(4999, "EUR")));
        assert_eq!((report.word.as_deref(), report.reason.as_deref()), (Some(status), Some("UNAUTHORISED")));
        assert_eq!(report.said_at, Moment::parse_rfc3339("2026-12-04T17:00:00Z"));
    }
    for (outcome, left, expected) in [
        ("RESOLVED_BUYER_FAVOUR", "REFUNDED", "dispute_lost"),
        ("RESOLVED_SELLER_FAVOUR", "COMPLETED", "dispute_won"),
        ("CANCELED_BY_BUYER", "COMPLETED", "dispute_won"),
        ("RESOLVED_WITH_PAYOUT", "COMPLETED", "dispute_won"),
        ("RESOLVED_WITH_PAYOUT", "REFUNDED", "dispute_lost"),
        ("ACCEPTED", "PARTIALLY_REFUNDED", "dispute_lost"),
        ("NONE", "COMPLETED", "dispute_won"),
    ] {
        let resolved = dispute("RESOLVED", json!({ "dispute_outcome": { "outcome_code": outcome } }));
        let report = told_of_dispute(&resolved, &capture(left, json!({})));
        assert_eq!(
            (report.kind.word(), report.word.as_deref()),
            (expected, Some(outcome)),
            "{outcome} {left}"
        );
        // A refund or a reversal tells the money: here it would be counted twice.
        assert_eq!(report.kind.money(), None);
        assert_eq!(report.said_at, Moment::parse_rfc3339("2026-12-16T16:46:40Z"));
        assert_eq!(report.kind.dispute_id().unwrap().as_str(), "PP-R-KWD-10110663");
    }
}

#[test]
fn each_capture_of_a_dispute_is_asked_about_and_none_that_it_does_not_name() {
    let both =
        json!([{ "seller_transaction_id": CAPTURE }, { "seller_transaction_id": "8AC13720MD665190K" }]);
    let two = dispute("OPEN", json!({ "disputed_transactions": both }));
    let event_of_two = read(&event("CUSTOMER.DISPUTE.CREATED", &two)).unwrap();
    assert_eq!(event_of_two.readings.len(), 2);
    let mut told = Vec::new();
    for reading in event_of_two.readings {
        let Reading::Ask(step) = reading else { panic!() };
        let answered = asked(step, |request| match request.url.rsplit_once("/captures/") {
            Some((_, id)) => answer(200, capture("COMPLETED", json!({ "id": id })).to_string()),
            None => answer(200, two.to_string()),
        });
        let report = answered.unwrap().unwrap().reports.remove(0);
        told.push((report.payment.unwrap().to_string(), report.kind.money()));
    }
    assert_eq!(told, [(CAPTURE.to_owned(), None), ("8AC13720MD665190K".to_owned(), None)]);
    // The event names a capture that the dispute itself does not.
    let forged = read(&event("CUSTOMER.DISPUTE.CREATED", &two)).unwrap().readings.pop().unwrap();
    let Reading::Ask(step) = forged else { panic!() };
    assert_eq!(asked(step, |_| answer(200, dispute("OPEN", json!({})).to_string())), Ok(None));
}

#[test]
fn an_approval_that_was_taken_back_failed_unless_it_was_captured() {
    let hint = event(
        "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
        &json!({ "order_id": ORDER, "purchase_units": [{ "custom_id": SESSION }] }),
    );
    for answered in [
        unknown(),
        answer(200, order(ORDER, "CREATED", json!([])).to_string()),
        answer(200, order(ORDER, "PAYER_ACTION_REQUIRED", json!([])).to_string()),
    ] {
        let told = told(&hint, |_| answered.clone()).unwrap().unwrap();
        assert_eq!((told.session, told.fetched), (session(), false));
        let [report] = &told.reports[..] else { panic!() };
        assert_eq!(
            (&report.kind, report.word.as_deref()),
            (&Kind::Failed, Some("CHECKOUT.PAYMENT-APPROVAL.REVERSED"))
        );
        assert_eq!(report.said_at, Moment::parse_rfc3339("2026-11-24T17:00:00.412Z"));
    }
    // What we let lapse is over, or its order is paid.
    let mut step = {
        let Reading::Ask(Step::Send(exchange)) = read(&hint).unwrap().readings.remove(0) else { panic!() };
        (exchange.read)(&token()).unwrap()
    };
    if let Step::Send(exchange) = step {
        step = (exchange.read)(&answer(200, order(ORDER, "CREATED", json!([])).to_string())).unwrap();
    }
    let Step::Take(taking) = step else { panic!("it says so unasked") };
    assert_eq!(taking.session, session());
    assert!(matches!((taking.then)(false), Ok(Step::Done(None))));

    let captured = order(ORDER, "COMPLETED", json!([completed()]));
    let captured = told(&hint, |_| answer(200, captured.to_string())).unwrap().unwrap();
    assert_eq!((captured.reports[0].kind.word(), captured.fetched), ("paid", true));
}

#[test]
fn a_reversal_is_what_its_refund_says_or_what_is_left_of_the_capture() {
    let hint = event(
        "PAYMENT.CAPTURE.REVERSED",
        &refunded("COMPLETED", json!({ "amount": { "currency_code": "EUR", "value": "9000.00" } })),
    );
    let reversed = |refund: Answer, left: &str| {
        told(&hint, |request| match request.url.contains("/refunds/") {
            true => refund.clone(),
            false => answer(200, capture(left, json!({})).to_string()),
        })
    };
    let by_refund = reversed(answer(200, refunded("COMPLETED", json!({})).to_string()), "PARTIALLY_REFUNDED");
    let report = by_refund.unwrap().unwrap().reports.remove(0);
    assert_eq!((report.kind.word(), report.kind.money()), ("reversed", Some(money(1500, "EUR"))));
    assert_eq!(report.said_at, Moment::parse_rfc3339("2026-11-24T18:00:00Z"));
    let by_capture = reversed(unknown(), "REFUNDED").unwrap().unwrap().reports.remove(0);
    assert_eq!((by_capture.kind.word(), by_capture.kind.money()), ("reversed", Some(money(4999, "EUR"))));
    // Later than "paid", which would undo it otherwise.
    assert_eq!(by_capture.said_at, Moment::parse_rfc3339("2026-11-24T16:59:58Z"));
    for left in ["COMPLETED", "PARTIALLY_REFUNDED"] {
        assert!(matches!(reversed(unknown(), left), Err(Failure::NotUnderstood(_))), "{left}");
    }
    for status in ["PENDING", "CANCELLED", "NEW"] {
        let told = reversed(answer(200, refunded(status, json!({})).to_string()), "COMPLETED");
        assert!(matches!(told, Err(Failure::NotUnderstood(_))), "{status}");
    }
    assert!(matches!(reversed(answer(500, ""), "REFUNDED"), Err(Failure::Unknown(_))));
}
