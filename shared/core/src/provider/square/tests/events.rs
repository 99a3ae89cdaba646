//! What events say.

use super::*;

#[test]
fn known_types_without_a_fact_say_nothing_and_unknown_ones_about_payments_are_kept() {
    for kind in [
        "order.created",
        "order.fulfillment.updated",
        "dispute.evidence.created",
        "dispute.evidence.deleted",
        "invoice.payment_made",
        "payout.paid",
        "customer.created",
    ] {
        for object in [json!({}), json!({ "payment": { "id": 3, "amount_money": -5 } }), json!("text")] {
            let event = read(&event(kind, object)).unwrap();
            assert!(event.readings.is_empty(), "{kind}");
            assert_eq!(event.word, kind);
        }
    }
    for kind in ["payment.new", "refund.new", "dispute.new", "dispute.state.new"] {
        assert_eq!(read(&event(kind, json!({}))).unwrap_err(), NotUnderstood::Kind, "{kind}");
    }
    for kind in ["payment.updated", "refund.updated", "dispute.created", "order.updated"] {
        assert!(matches!(read(&event(kind, json!({}))), Err(NotUnderstood::Shape(_))), "{kind}");
    }
}

#[test]
fn payments_of_others_at_the_same_account_say_nothing() {
    let till = |more: Value| {
        let more = extended(json!({ "note": "Table 4" }), more);
        read(&event("payment.updated", payment("COMPLETED", more))).unwrap()
    };
    assert!(till(json!({ "order_id": null })).readings.is_empty());
    // One with an order is asked about, and the order is not ours.
    let step = asked(only(till(json!({}))));
    let theirs = json!({ "order": { "id": ORDER, "reference_id": "T4", "state": "COMPLETED" } });
    assert_eq!(run(step, |_| answer(200, theirs.to_string())), Ok(None));
    let step = asked(only(read(&event("refund.updated", refund_object("COMPLETED", json!({})))).unwrap()));
    let unnoted = payment("COMPLETED", json!({ "note": null, "order_id": null }));
    assert_eq!(run(step, |_| answer(200, unnoted.to_string())), Ok(None));
}

#[test]
fn what_happened_at_another_location_is_not_read() {
    let elsewhere = json!({ "location_id": "LOTHER" });
    for (kind, object) in [
        ("payment.updated", payment("COMPLETED", elsewhere.clone())),
        ("refund.updated", refund_object("COMPLETED", elsewhere.clone())),
        ("payment.updated", payment("A_STATUS_OF_NEXT_YEAR", elsewhere.clone())),
    ] {
        assert!(read(&event(kind, object)).unwrap().readings.is_empty(), "{kind}");
    }
    let step = asked(only(read(&event("refund.updated", refund_object("COMPLETED", json!({})))).unwrap()));
    let there = payment("COMPLETED", elsewhere);
    assert_eq!(run(step, |_| answer(200, there.to_string())), Ok(None));
}

/// The path of each request that finds whose an event is, and that it is ours.
fn found_by(body: &Value, answers: &[(&str, Value)]) {
    let step = asked(only(read(body).unwrap()));
    let sent = std::cell::RefCell::new(Vec::new());
    let told = run(step, |request| {
        let path = request.url.strip_prefix("https://connect.squareup.com").unwrap().to_owned();
        let (_, body) = answers.iter().find(|(known, _)| *known == path).unwrap_or_else(|| panic!("{path}"));
        sent.borrow_mut().push(path);
        answer(200, body.to_string())
    });
    let told = told.unwrap().unwrap();
    assert_eq!((told.session, told.fetched), (session(), false));
    let expected: Vec<_> = answers.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(*sent.borrow(), expected);
}

#[test]
fn whose_an_event_is_is_asked_where_it_carries_no_note() {
    let (payments, orders) = (format!("/v2/payments/{PAYMENT}"), format!("/v2/orders/{ORDER}"));
    let unnoted = payment("COMPLETED", json!({ "note": "Online Transaction" }));
    let ours = order("OPEN", json!([]));
    let refunded = event("refund.updated", refund_object("COMPLETED", json!({})));
    found_by(&event("payment.updated", unnoted.clone()), &[(&orders, ours.clone())]);
    found_by(&refunded, &[(&payments, payment("COMPLETED", json!({})))]);
    found_by(&refunded, &[(&payments, unnoted), (&orders, ours.clone())]);
    let cancelled =
        json!({ "order_updated": { "order_id": ORDER, "location_id": LOCATION, "state": "CANCELED" } });
    found_by(&event("order.updated", cancelled), &[(&orders, ours)]);
    let dispute = |id: &str| {
        json!({ "dispute": { "id": "dy6v", "state": "WON", "disputed_payment": { "payment_id": id },
        "amount_money": { "amount": 1, "currency": "EUR" } } })
    };
    let kept = payment("COMPLETED", json!({}));
    found_by(&event("dispute.state.changed", dispute(PAYMENT)), &[(&payments, kept)]);
    // An id that is none is not put into an address.
    for odd in ["../orders/1", "a?b", "", "a b"] {
        let read = read(&event("dispute.created", dispute(odd)));
        assert!(matches!(read, Err(NotUnderstood::Shape(_))), "{odd}");
    }
    let odd = payment("COMPLETED", json!({ "note": null, "order_id": "../a" }));
    assert!(matches!(read(&event("payment.updated", odd)), Err(NotUnderstood::Shape(_))));
}

#[test]
fn an_order_says_only_that_it_was_cancelled() {
    for state in ["OPEN", "COMPLETED", "DRAFT", "A_STATE_OF_NEXT_YEAR"] {
        let order =
            json!({ "order_updated": { "order_id": ORDER, "location_id": LOCATION, "state": state } });
        assert!(read(&event("order.updated", order)).unwrap().readings.is_empty(), "{state}");
    }
    let without = json!({ "order_updated": { "state": "CANCELED" } });
    assert!(matches!(read(&event("order.updated", without)), Err(NotUnderstood::Shape(_))));
}

#[test]
fn each_state_of_a_dispute() {
    for (state, expected) in [
        ("EVIDENCE_REQUIRED", Some("dispute_opened")),
        ("INQUIRY_EVIDENCE_REQUIRED", Some("dispute_opened")),
        ("PROCESSING", None),
        ("INQUIRY_PROCESSING", None),
        ("WON", Some("dispute_won")),
        ("INQUIRY_CLOSED", Some("dispute_won")),
        ("LOST", Some("dispute_lost")),
        ("ACCEPTED", Some("dispute_lost")),
    ] {
        let object = json!({ "dispute": { "id": "dy6v", "state": state, "reason": "NO_KNOWLEDGE",
            "disputed_payment": { "payment_id": PAYMENT }, "amount_money": { "amount": 3490, "currency": "EUR" } } });
        let readings = read(&event("dispute.state.updated", object)).unwrap().readings;
        let told =
            readings.into_iter().next().map(|reading| run(asked(reading), TRIAL.answer).unwrap().unwrap());
        assert_eq!(told.as_ref().map(|told| told.reports[0].kind.word()), expected, "{state}");
        let amount = told.and_then(|told| told.reports[0].kind.money());
        assert_eq!(amount, expected.map(|_| money(3490, "EUR")), "{state}");
    }
    let object =
        json!({ "dispute": { "id": "dy6v", "state": "NEW", "disputed_payment": { "payment_id": PAYMENT } } });
    assert!(matches!(read(&event("dispute.created", object)), Err(NotUnderstood::Shape(_))));
}

#[test]
fn a_refund_is_ours_only_by_its_reason() {
    let request = |reason: Value| {
        let object = refund_object("COMPLETED", json!({ "reason": reason }));
        let step = asked(only(read(&event("refund.created", object)).unwrap()));
        match &run(step, TRIAL.answer).unwrap().unwrap().reports[0].kind {
            Kind::Refunded(refund) => refund.request.as_ref().map(|id| id.to_string()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(request("Refund rf_01".into()).as_deref(), Some("rf_01"));
    for other in ["rf_01".into(), "Wrong size".into(), "Refund ".into(), Value::Null] {
        assert_eq!(request(other), None);
    }
}

#[test]
fn nothing_that_an_answer_does_not_say_is_guessed() {
    for (status, body) in [(200, "{"), (200, "{}"), (200, "{\"payment\":null}"), (500, "{}"), (404, "{}")] {
        let step = asked(only(read(&event("refund.created", refund_object("PENDING", json!({})))).unwrap()));
        assert!(run(step, |_| answer(status, body)).is_err(), "{status} {body}");
    }
}
