//! What events say.

use super::*;

#[test]
fn known_types_without_a_fact_say_nothing_and_unknown_ones_about_payments_are_kept() {
    for kind in [
        "payment.dispute.under_review",
        "payment.dispute.action_required",
        "payment.downtime.started",
        "refund.speed_changed",
        "invoice.paid",
        "settlement.processed",
    ] {
        for entity in [json!({}), json!({ "id": 3, "amount": -5 }), json!("text")] {
            let event = read(&event(kind, &[("payment", entity)])).unwrap();
            assert!(event.readings.is_empty(), "{kind}");
            assert_eq!((event.word.as_str(), event.id), (kind, None));
        }
    }
    for kind in ["payment.new", "payment_link.new", "order.new", "refund.new", "payment.dispute.new"] {
        assert_eq!(read(&event(kind, &[])).unwrap_err(), NotUnderstood::Kind, "{kind}");
    }
    for kind in
        ["payment_link.paid", "order.paid", "payment.captured", "refund.processed", "payment.dispute.won"]
    {
        assert!(matches!(read(&event(kind, &[])), Err(NotUnderstood::Shape(_))), "{kind}");
    }
}

/// Whoever has one good delivery could send it again under any number of ids.
#[test]
fn the_id_in_the_header_is_not_read() {
    let body = event("payment.captured", &[("payment", payment("captured", json!({})))]).to_string();
    let Signed { mut headers, body } = (TRIAL.sign)(TRIAL.secrets[0], 0, body.as_bytes());
    headers.insert("x-razorpay-event-id", HeaderValue::from_static("QfldtMn3oX0aZw"));
    let inbound = Inbound { url: URL, headers: &headers, body: &body };
    let Verdict::Verified(verified) = configured().verify(&inbound, Moment::from_seconds(0)) else {
        panic!()
    };
    assert_eq!(verified.delivery_id(), None);
    assert_eq!(one(configured().read(&verified).unwrap()).id, None);
}

#[test]
fn a_link_s_money_is_what_it_says_came() {
    let paid = link("paid", json!({ "amount_paid": 149_900, "order_id": ORDER }));
    for kind in ["payment_link.paid", "payment_link.partially_paid"] {
        let event = event(
            kind,
            &[("payment_link", paid.clone()), ("payment", payment("captured", json!({ "amount": 1 })))],
        );
        let told = said(only(read(&event).unwrap()));
        assert_eq!((told.session, told.checkout_id.as_deref()), (session(), Some(LINK)));
        assert_eq!(told.reports[0].kind, Kind::Paid(money(149_900, "INR")));
        assert_eq!(told.reports[0].payment.as_ref().unwrap().as_str(), PAYMENT);
        assert_eq!(told.reports[0].said_at, Some(Moment::from_seconds(1_795_539_658)));
    }
    let without = event("payment_link.paid", &[("payment_link", paid)]);
    assert!(matches!(read(&without), Err(NotUnderstood::Shape(_))));
}

#[test]
fn a_paid_order_is_the_same_money() {
    let order = extended(order(), json!({ "amount_paid": 149_900, "currency": "INR" }));
    let body = event("order.paid", &[("order", order.clone()), ("payment", payment("captured", json!({})))]);
    let told = said(only(read(&body).unwrap()));
    assert_eq!(told.reports[0].kind, Kind::Paid(money(149_900, "INR")));
    assert_eq!(told.reports[0].payment.as_ref().unwrap().as_str(), PAYMENT);
    let theirs = extended(order, json!({ "receipt": "Receipt no. 1" }));
    let body = event("order.paid", &[("order", theirs), ("payment", payment("captured", json!({})))]);
    assert!(read(&body).unwrap().readings.is_empty());
}

#[test]
fn payments_of_others_at_the_same_account_say_nothing() {
    let theirs = json!({ "notes": { "cart": "7" } });
    for (kind, entities) in [
        (
            "payment_link.paid",
            vec![("payment_link", link("paid", json!({ "reference_id": "TS1989", "notes": [] })))],
        ),
        (
            "payment_link.expired",
            vec![("payment_link", link("expired", json!({ "reference_id": "", "notes": null })))],
        ),
        ("payment.captured", vec![("payment", payment("captured", theirs.clone()))]),
        ("payment.failed", vec![("payment", payment("failed", json!({ "notes": [], "order_id": null })))]),
        (
            "refund.processed",
            vec![("refund", refund_object("processed", json!({}))), ("payment", payment("captured", theirs))],
        ),
    ] {
        assert!(read(&event(kind, &entities)).unwrap().readings.is_empty(), "{kind}");
    }
    // One that lost its notes is asked about, and the order is not ours.
    let lost = payment("captured", json!({ "notes": [] }));
    let step = asked(only(read(&event("payment.captured", &[("payment", lost)])).unwrap()));
    assert_eq!(
        run(step, |_| answer(200, "{\"id\":\"order_1\",\"receipt\":\"TS1989\",\"notes\":[]}")),
        Ok(None)
    );
}

#[test]
fn whose_an_event_is_is_asked_where_the_notes_are_lost_or_the_payment_is_missing() {
    let (payments, orders) = (format!("/v1/payments/{PAYMENT}"), format!("/v1/orders/{ORDER}"));
    let lost = payment("captured", json!({ "notes": [] }));
    let refund = || ("refund", refund_object("processed", json!({})));
    for (kind, entities, answers) in [
        ("payment.captured", vec![("payment", lost.clone())], vec![(&orders, order())]),
        ("refund.processed", vec![refund(), ("payment", lost.clone())], vec![(&orders, order())]),
        ("refund.processed", vec![refund()], vec![(&payments, payment("captured", json!({})))]),
        ("refund.processed", vec![refund()], vec![(&payments, lost), (&orders, order())]),
        (
            "payment.dispute.created",
            vec![("dispute", dispute(json!({})))],
            vec![(&payments, payment("captured", json!({})))],
        ),
    ] {
        let step = asked(only(read(&event(kind, &entities)).unwrap()));
        let sent = std::cell::RefCell::new(Vec::new());
        let told = run(step, |request| {
            let path = request.url.strip_prefix("https://api.razorpay.com").unwrap().to_owned();
            let (_, body) =
                answers.iter().find(|(known, _)| **known == path).unwrap_or_else(|| panic!("{path}"));
            sent.borrow_mut().push(path);
            answer(200, body.to_string())
        });
        let told = told.unwrap().unwrap();
        assert_eq!((told.session, told.fetched), (session(), false));
        assert_eq!(sent.borrow().len(), answers.len(), "{kind}");
    }
    // An id that is none is not put into an address.
    for odd in ["../orders/1", "a?b", ""] {
        let refund = refund_object("processed", json!({ "payment_id": odd }));
        assert!(matches!(
            read(&event("refund.processed", &[("refund", refund)])),
            Err(NotUnderstood::Shape(_))
        ));
        let payment = payment("captured", json!({ "notes": [], "order_id": odd }));
        assert!(matches!(
            read(&event("payment.captured", &[("payment", payment)])),
            Err(NotUnderstood::Shape(_))
        ));
    }
}

/// What goes back by itself was never the shop's.
#[test]
fn a_refund_of_what_was_never_captured_is_a_declined_attempt() {
    let uncaptured = || ("payment", payment("refunded", json!({ "captured": false })));
    for (kind, expected) in
        [("refund.created", None), ("refund.processed", Some("attempt_declined")), ("refund.failed", None)]
    {
        let refund = || ("refund", refund_object("processed", json!({})));
        let readings = read(&event(kind, &[refund(), uncaptured()])).unwrap().readings;
        let told = readings.into_iter().next().map(said);
        assert_eq!(told.map(|told| told.reports[0].kind.word()), expected, "{kind}");
        // The same where the payment has to be asked for.
        let step = asked(only(read(&event(kind, &[refund()])).unwrap()));
        let told = run(step, |_| answer(200, uncaptured().1.to_string())).unwrap();
        assert_eq!(told.map(|told| told.reports[0].kind.word()), expected, "{kind}");
    }
}

#[test]
fn each_event_of_a_refund_whatever_its_status_says_by_then() {
    for (kind, expected) in [
        ("refund.created", "refund_pending"),
        ("refund.processed", "refunded"),
        ("refund.failed", "refund_failed"),
    ] {
        for status in ["pending", "processed", "failed"] {
            let entities =
                [("refund", refund_object(status, json!({}))), ("payment", payment("captured", json!({})))];
            let told = said(only(read(&event(kind, &entities)).unwrap()));
            assert_eq!(told.reports[0].kind.word(), expected, "{kind} {status}");
            assert_eq!(told.reports[0].kind.money(), Some(money(40_000, "INR")));
        }
    }
}

#[test]
fn each_end_of_a_dispute() {
    for (kind, deducted, expected, amount) in [
        ("payment.dispute.created", 0, "dispute_opened", 99_900),
        ("payment.dispute.created", 99_900, "dispute_opened", 99_900),
        ("payment.dispute.won", 0, "dispute_won", 99_900),
        ("payment.dispute.lost", 50_000, "dispute_lost", 50_000),
        ("payment.dispute.lost", 0, "dispute_lost", 99_900),
        ("payment.dispute.closed", 0, "dispute_won", 99_900),
        ("payment.dispute.closed", 50_000, "dispute_lost", 50_000),
    ] {
        let entities = [
            ("dispute", dispute(json!({ "amount_deducted": deducted }))),
            ("payment", payment("captured", json!({}))),
        ];
        let told = said(only(read(&event(kind, &entities)).unwrap()));
        assert_eq!(told.reports[0].kind.word(), expected, "{kind}");
        assert_eq!(told.reports[0].kind.money(), Some(money(amount, "INR")), "{kind}");
        assert_eq!(told.reports[0].kind.dispute_id().unwrap().as_str(), "disp_QhDa3Ww4xX5yY6");
    }
    let without = event("payment.dispute.won", &[("dispute", dispute(json!({ "id": null })))]);
    assert!(matches!(read(&without), Err(NotUnderstood::Shape(_))));
}

#[test]
fn a_refund_is_ours_only_by_both_notes() {
    let request = |notes: Value| {
        let entities = [
            ("refund", refund_object("processed", json!({ "notes": notes }))),
            ("payment", payment("captured", json!({}))),
        ];
        match &said(only(read(&event("refund.processed", &entities)).unwrap())).reports[0].kind {
            Kind::Refunded(refund) => refund.request.as_ref().map(|id| id.to_string()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(request(json!({ "session": SESSION, "refund": REFUND })).as_deref(), Some(REFUND));
    for other in [json!({ "refund": REFUND }), json!({ "session": SESSION }), json!([]), Value::Null] {
        assert_eq!(request(other), None);
    }
}

#[test]
fn money_in_a_currency_that_is_not_listed_is_not_believed() {
    for currency in ["XXX", "", "CLF"] {
        let odd = payment("captured", json!({ "currency": currency }));
        let read = read(&event("payment.captured", &[("payment", odd)]));
        assert_eq!(read.unwrap_err(), NotUnderstood::Money, "{currency}");
    }
}

#[test]
fn nothing_that_an_answer_does_not_say_is_guessed() {
    for (status, body) in [(200, "{"), (200, "[]"), (500, "{}"), (404, "{}"), (400, "{}")] {
        let lost = refund_object("processed", json!({}));
        let step = asked(only(read(&event("refund.processed", &[("refund", lost)])).unwrap()));
        assert!(run(step, |_| answer(status, body)).is_err(), "{status} {body}");
    }
}
