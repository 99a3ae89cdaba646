//! What events say.

use super::*;

#[test]
fn known_types_without_a_fact_say_nothing_and_unknown_ones_about_payments_are_kept() {
    for kind in [
        "payment_intent.created",
        "payment_intent.requires_action",
        "payment_intent.partially_funded",
        "payment_intent.amount_capturable_updated",
        "charge.succeeded",
        "charge.failed",
        "charge.pending",
        "charge.updated",
        "charge.captured",
        "charge.dispute.funds_reinstated",
        "review.closed",
        "radar.early_fraud_warning.created",
        "customer.created",
        "invoice.paid",
        "payout.paid",
        "v1.customer.created",
    ] {
        // Whatever the object is: it is not looked at.
        for object in [
            json!({}),
            json!({ "id": 3, "amount": -5, "metadata": [], "payment_intent": [1], "status": {} }),
            json!("text"),
        ] {
            let event = read(&event(kind, object)).unwrap();
            assert!(event.readings.is_empty(), "{kind}");
            assert_eq!(event.word, kind);
        }
    }
    for kind in [
        "checkout.session.new",
        "payment_intent.new",
        "charge.new",
        "charge.dispute.new",
        "refund.new",
        "review.new",
        "radar.new",
    ] {
        assert_eq!(read(&event(kind, json!({}))).unwrap_err(), NotUnderstood::Kind, "{kind}");
        assert_eq!(read(&thin(&format!("v1.{kind}"), "x_1")).unwrap_err(), NotUnderstood::Kind, "{kind}");
    }
}

#[test]
fn a_test_event_at_a_live_key_is_not_read_nor_the_other_way_round() {
    let mut event = event("checkout.session.expired", json!({ "client_reference_id": SESSION }));
    event["livemode"] = false.into();
    assert_eq!(read(&event).unwrap_err(), NotUnderstood::Mode);
    event["livemode"] = Value::Null;
    assert_eq!(read(&event).unwrap_err(), NotUnderstood::Shape("livemode".to_owned()));
}

#[test]
fn payments_of_others_at_the_same_account_say_nothing() {
    for (kind, object) in [
        (
            "checkout.session.completed",
            json!({ "client_reference_id": "cart-7", "metadata": { "session_id": "cs_live_1" } }),
        ),
        ("checkout.session.completed", json!({ "client_reference_id": null, "metadata": null })),
        ("payment_intent.succeeded", json!({ "id": INTENT, "metadata": {} })),
        ("payment_intent.canceled", json!({ "id": INTENT, "metadata": [] })),
        (
            "refund.created",
            json!({ "id": "re_1", "amount": 1, "currency": "eur", "status": "succeeded", "payment_intent": null }),
        ),
        ("charge.refunded", json!({ "id": "ch_1", "amount_refunded": 1, "currency": "eur" })),
    ] {
        assert!(read(&event(kind, object)).unwrap().readings.is_empty(), "{kind}");
    }
    // A refund of a payment of theirs is asked about, and the answer holds nothing of ours.
    let object = json!({ "id": "re_1", "amount": 1, "currency": "eur", "status": "succeeded", "payment_intent": "pi_other" });
    let step = asked(only(read(&event("refund.created", object)).unwrap()));
    assert_eq!(run(step, |_| answer(200, "{\"id\":\"pi_other\",\"metadata\":{}}")), Ok(None));
}

#[test]
fn our_session_is_found_in_each_place_and_ids_may_be_objects() {
    let amounts =
        json!({ "id": CHECKOUT, "payment_status": "paid", "amount_total": 4999, "currency": "eur" });
    for place in [
        json!({ "client_reference_id": SESSION, "payment_intent": INTENT }),
        json!({ "metadata": { "session_id": SESSION }, "payment_intent": INTENT }),
        json!({ "client_reference_id": "cart-7", "metadata": { "session_id": SESSION }, "payment_intent": { "id": INTENT, "status": "succeeded" } }),
        json!({ "payment_intent": { "id": INTENT, "metadata": { "session_id": SESSION } } }),
    ] {
        let mut object = amounts.clone();
        object.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        let told = said(only(read(&event("checkout.session.completed", object)).unwrap()));
        assert_eq!((told.session, told.checkout_id.as_deref()), (session(), Some(CHECKOUT)));
        assert_eq!(told.reports[0].payment.as_ref().unwrap().as_str(), INTENT);
        assert!(!told.fetched);
    }
}

#[test]
fn a_completed_checkout_is_not_money_by_itself() {
    let completed = |status: Value| {
        let object = json!({ "id": CHECKOUT, "client_reference_id": SESSION, "payment_status": status, "amount_total": 4999, "currency": "eur" });
        read(&event("checkout.session.completed", object))
            .map(|event| said(only(event)).reports.remove(0).kind)
    };
    assert_eq!(completed("paid".into()), Ok(Kind::Paid(money(4999, "EUR"))));
    assert_eq!(completed("unpaid".into()), Ok(Kind::Processing));
    assert_eq!(completed("no_payment_required".into()), Ok(Kind::Paid(money(0, "EUR"))));
    for odd in ["new".into(), Value::Null, 1.into()] {
        assert_eq!(completed(odd), Err(NotUnderstood::Shape("data.object.payment_status".to_owned())));
    }
}

/// The running total of a charge counts refunds that are under way: an order was told as refunded before any money went
/// back.
#[test]
fn a_refunded_charge_is_told_by_its_refunds() {
    let refund = json!({ "id": "re_1", "amount": 4999, "currency": "eur", "status": "pending", "created": 1_796_000_000 });
    let charge = json!({ "id": "ch_1", "amount": 4999, "amount_refunded": 4999, "currency": "eur",
        "created": 1_795_539_300, "payment_intent": INTENT, "metadata": { "session_id": SESSION } });
    let mut known = charge.clone();
    known["refunds"] = json!({ "data": [refund], "has_more": false });
    let paid = checkout("complete", "paid", intent("succeeded", json!({ "latest_charge": known })));
    for asks in [event("charge.refunded", charge.clone()), thin("v1.charge.refunded", "ch_1")] {
        let told =
            run(asked(only(read(&asks).unwrap())), |request| match request.url.contains("/v1/charges/") {
                true => answer(200, charge.to_string()),
                false => answer(200, json!({ "data": [paid] }).to_string()),
            });
        let told = told.unwrap().unwrap();
        assert_eq!((told.session, told.fetched), (session(), true));
        let kinds: Vec<_> = told.reports.iter().map(|report| report.kind.word()).collect();
        assert_eq!(kinds, ["paid", "refund_pending"]);
    }
}

#[test]
fn each_status_of_a_dispute() {
    for (status, expected) in [
        ("needs_response", "dispute_opened"),
        ("under_review", "dispute_opened"),
        ("warning_needs_response", "dispute_opened"),
        ("warning_under_review", "dispute_opened"),
        ("appeal_needs_response", "dispute_opened"),
        ("appeal_under_review", "dispute_opened"),
        ("lost", "dispute_lost"),
        ("won", "dispute_won"),
        ("warning_closed", "dispute_won"),
    ] {
        for kind in [
            "charge.dispute.created",
            "charge.dispute.updated",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.closed",
        ] {
            let object = json!({ "id": "du_1", "amount": 4999, "currency": "eur", "status": status, "payment_intent": INTENT });
            let told = run(asked(only(read(&event(kind, object)).unwrap())), TRIAL.answer).unwrap().unwrap();
            assert_eq!(told.reports[0].kind.word(), expected, "{kind} {status}");
            assert_eq!(told.reports[0].kind.money(), Some(money(4999, "EUR")));
            assert!(!told.fetched);
        }
    }
    let object =
        json!({ "id": "du_1", "amount": 4999, "currency": "eur", "status": "new", "payment_intent": INTENT });
    assert!(matches!(read(&event("charge.dispute.updated", object)), Err(NotUnderstood::Shape(_))));
}

#[test]
fn what_may_mean_two_things_is_asked() {
    let canceled =
        json!({ "id": INTENT, "metadata": { "session_id": SESSION }, "cancellation_reason": "automatic" });
    let prevented = json!({ "id": "du_1", "amount": 4999, "currency": "eur", "status": "prevented", "payment_intent": INTENT });
    for (kind, object) in [("payment_intent.canceled", canceled), ("charge.dispute.closed", prevented)] {
        let step = asked(only(read(&event(kind, object)).unwrap()));
        let list = json!({ "data": [checkout("expired", "unpaid", intent("canceled", json!({})))], "has_more": false });
        let told = run(step, |request| {
            let expand = "expand[]=data.payment_intent.latest_charge.refunds";
            let url = format!("https://api.stripe.com/v1/checkout/sessions?payment_intent={INTENT}&{expand}");
            assert_eq!(request.url, url);
            answer(200, list.to_string())
        });
        let told = told.unwrap().unwrap();
        assert_eq!(
            (told.session, told.checkout_id.as_deref(), told.fetched),
            (session(), Some(CHECKOUT), true)
        );
        assert_eq!(told.reports[0].kind, Kind::Expired);
    }
}

#[test]
fn a_thin_event_is_asked_about_at_our_address() {
    let notes = json!({ "id": INTENT, "metadata": { "session_id": SESSION } });
    let common =
        json!({ "amount": 4999, "currency": "eur", "created": 1_796_000_000, "payment_intent": notes });
    let with = |more: Value| {
        let mut object = common.clone();
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let paid = checkout("complete", "paid", intent("succeeded", json!({})));
    for (kind, id, url, object, word) in [
        (
            "checkout.session.completed",
            CHECKOUT,
            "checkout/sessions/cs_live_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu?expand[]=payment_intent.latest_charge.refunds",
            paid.clone(),
            "paid",
        ),
        (
            "payment_intent.succeeded",
            INTENT,
            "checkout/sessions?payment_intent=pi_3SXkQ2LkdIwHu7ix0a7VbN3m&expand[]=data.payment_intent.latest_charge.refunds",
            json!({ "data": [paid] }),
            "paid",
        ),
        (
            "refund.failed",
            "re_1",
            "refunds/re_1?expand[]=payment_intent",
            with(json!({ "id": "re_1", "status": "failed" })),
            "refund_failed",
        ),
        (
            "charge.dispute.closed",
            "du_1",
            "disputes/du_1?expand[]=payment_intent",
            with(json!({ "id": "du_1", "status": "lost" })),
            "dispute_lost",
        ),
        (
            "review.opened",
            "prv_1",
            "reviews/prv_1?expand[]=payment_intent",
            with(json!({ "id": "prv_1", "reason": "rule" })),
            "review",
        ),
    ] {
        let step = asked(only(read(&thin(&format!("v1.{kind}"), id)).unwrap()));
        let told = run(step, |request| {
            assert_eq!(request.url, format!("https://api.stripe.com/v1/{url}"));
            assert_eq!(request.header_value("stripe-version"), Some("2026-10-28.endive"));
            answer(200, object.to_string())
        });
        let told = told.unwrap().unwrap();
        assert_eq!((told.session, told.fetched), (session(), true), "{kind}");
        assert_eq!(told.reports[0].kind.word(), word);
        assert_eq!(told.reports[0].payment.as_ref().unwrap().as_str(), INTENT);
    }
    assert!(read(&thin("v1.customer.created", "cus_1")).unwrap().readings.is_empty());
    let mut without = thin("v1.charge.refunded", "ch_1");
    without["related_object"] = Value::Null;
    assert!(matches!(read(&without), Err(NotUnderstood::Shape(_))));
}

#[test]
fn a_refund_is_ours_only_by_both_notes() {
    let request = |metadata: Value| {
        let object = json!({ "id": "re_1", "amount": 1, "currency": "eur", "status": "succeeded", "payment_intent": INTENT, "metadata": metadata });
        let told = match only(read(&event("refund.created", object)).unwrap()) {
            Reading::Told(told) => told,
            Reading::Ask(step) => run(step, TRIAL.answer).unwrap().unwrap(),
        };
        match &told.reports[0].kind {
            Kind::Refunded(refund) => refund.request.as_ref().map(|id| id.to_string()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(request(json!({ "session_id": SESSION, "refund_id": "rf_01" })).as_deref(), Some("rf_01"));
    assert_eq!(request(json!({ "refund_id": "rf_01" })), None);
    assert_eq!(request(json!({ "session_id": SESSION })), None);
    assert_eq!(request(json!({})), None);
}

#[test]
fn nothing_that_an_answer_does_not_say_is_guessed() {
    let object = json!({ "id": "re_1", "amount": 1, "currency": "eur", "status": "succeeded", "payment_intent": INTENT });
    for (status, body) in [(200, "{"), (200, "[]"), (500, "{}"), (404, "{}")] {
        let step = asked(only(read(&event("refund.created", object.clone())).unwrap()));
        assert!(run(step, |_| answer(status, body)).is_err(), "{status} {body}");
    }
}
