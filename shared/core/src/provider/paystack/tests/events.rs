//! What events say.

use super::*;

#[test]
fn known_types_without_a_fact_say_nothing_and_unknown_ones_about_payments_are_kept() {
    for kind in
        ["charge.dispute.remind", "bank.transfer.rejected", "transfer.success", "subscription.expiring_cards"]
    {
        for data in [json!({}), json!([{ "id": 3 }]), json!("text"), json!({ "id": [], "amount": -5 })] {
            let event = read(&event(kind, data)).unwrap();
            assert!(event.readings.is_empty(), "{kind}");
            assert_eq!((event.word.as_str(), event.id), (kind, None));
        }
    }
    for kind in ["charge.new", "charge.dispute.new", "refund.new"] {
        assert_eq!(read(&event(kind, json!({}))).unwrap_err(), NotUnderstood::Kind, "{kind}");
    }
    for kind in ["charge.success", "refund.processed", "charge.dispute.create"] {
        assert!(matches!(read(&event(kind, json!([]))), Err(NotUnderstood::Shape(_))), "{kind}");
        // Somebody else's.
        assert!(read(&event(kind, json!({ "reference": "T68531" }))).unwrap().readings.is_empty(), "{kind}");
    }
}

#[test]
fn a_test_event_at_a_live_key_is_not_read() {
    for (domain, expected) in [
        (json!("test"), NotUnderstood::Mode),
        (json!("staging"), NotUnderstood::Shape("data.domain".to_owned())),
        (Value::Null, NotUnderstood::Shape("data.domain".to_owned())),
    ] {
        let odd = transaction("success", json!({ "domain": domain }));
        assert_eq!(read(&event("charge.success", odd)).unwrap_err(), expected);
    }
}

#[test]
fn what_came_is_never_more_than_was_asked_for() {
    let came = |more: Value| {
        let read = read(&event("charge.success", transaction("success", more)))?;
        Ok(said(only(read)).reports.remove(0).kind)
    };
    let paid = |minor, code| Ok(Kind::Paid(money(minor, code)));
    assert_eq!(came(json!({ "amount": 4_033_300, "requested_amount": 3_005_000 })), paid(3_005_000, "NGN"));
    assert_eq!(came(json!({ "amount": 2_000_000 })), paid(2_000_000, "NGN"));
    assert_eq!(came(json!({ "requested_amount": null })), paid(2_500_000, "NGN"));
    assert_eq!(came(json!({ "amount": 500_000, "currency": "XOF" })), paid(5000, "XOF"));
    for odd in [
        json!({ "amount": 500_050, "currency": "XOF" }),
        json!({ "currency": "EUR" }),
        json!({ "currency": "" }),
    ] {
        assert_eq!(came(odd), Err(NotUnderstood::Money));
    }
    for odd in ["-1", "1e2", "49.99", "true", "[]", "\"x\"", "\"\""] {
        let odd: Value = serde_json::from_str(odd).unwrap();
        let read = came(json!({ "requested_amount": odd }));
        assert_eq!(read, Err(NotUnderstood::Shape("data.requested_amount".to_owned())), "{odd}");
    }
}

#[test]
fn each_event_of_a_refund() {
    for (kind, expected) in [
        ("refund.pending", "refund_pending"),
        ("refund.processing", "refund_pending"),
        ("refund.needs-attention", "refund_pending"),
        ("refund.processed", "refunded"),
        ("refund.failed", "refund_failed"),
    ] {
        for (note, request) in [(REFUND, Some(REFUND)), ("Wrong size", None), ("re_5v8n2", None)] {
            let data = json!({ "domain": "live", "transaction_reference": REFERENCE, "id": "3018284", "amount": "500000",
                "currency": "NGN", "merchant_note": note });
            let told = said(only(read(&event(kind, data)).unwrap()));
            let report = &told.reports[0];
            assert_eq!((told.session, report.kind.word()), (session(), expected));
            assert_eq!((report.kind.money(), report.said_at), (Some(money(500_000, "NGN")), None));
            let (Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund)) =
                &report.kind
            else {
                panic!()
            };
            assert_eq!(refund.request.as_ref().map(|id| id.as_str()), request);
        }
    }
}

#[test]
fn a_refund_without_an_id_and_a_dispute_without_an_end_are_asked_about() {
    let without =
        json!({ "domain": "live", "transaction_reference": REFERENCE, "amount": "5000", "currency": "NGN" });
    let told = run(asked(only(read(&event("refund.processed", without)).unwrap())), |request| {
        let path = request.url.strip_prefix("https://api.paystack.co/").unwrap();
        answer(
            200,
            done(match path.split(['/', '?']).next().unwrap() {
                "transaction" => transaction("success", json!({})),
                "refund" => json!([refund_object("processed", json!({}))]),
                _ => json!([]),
            }),
        )
    });
    let told = told.unwrap().unwrap();
    assert!(told.fetched);
    assert_eq!(words(&told.reports), ["paid", "refunded"]);
    for resolution in [Value::Null, json!("a_word_of_next_year")] {
        let open = dispute("resolved", resolution.clone(), json!({}));
        let ask = || asked(only(read(&event("charge.dispute.resolve", open.clone())).unwrap()));
        let told = run(ask(), |request| {
            assert_eq!(request.url, "https://api.paystack.co/dispute/358950");
            answer(200, done(dispute("resolved", json!("declined"), json!({}))))
        });
        let told = told.unwrap().unwrap();
        assert_eq!((words(&told.reports), told.fetched), (vec!["dispute_won"], true));
        assert!(run(ask(), |_| answer(200, done(open.clone()))).is_err(), "still nobody says how it ended");
        assert!(run(ask(), |_| answer(404, "")).is_err());
    }
}

#[test]
fn each_end_of_a_dispute() {
    for (kind, status, resolution, expected, at) in [
        (
            "charge.dispute.create",
            "awaiting-merchant-feedback",
            Value::Null,
            "dispute_opened",
            "2026-12-01T08:00:00.000Z",
        ),
        (
            "charge.dispute.resolve",
            "resolved",
            json!("merchant-accepted"),
            "dispute_lost",
            "2026-12-03T18:00:02.000Z",
        ),
        (
            "charge.dispute.resolve",
            "resolved",
            json!("auto-accepted"),
            "dispute_lost",
            "2026-12-03T18:00:02.000Z",
        ),
        ("charge.dispute.resolve", "resolved", json!("declined"), "dispute_won", "2026-12-03T18:00:02.000Z"),
    ] {
        for (amount, expected_amount) in [(json!(2_000_000), 2_000_000), (Value::Null, 2_500_000)] {
            let data = dispute(status, resolution.clone(), json!({ "refund_amount": amount }));
            let told = said(only(read(&event(kind, data)).unwrap()));
            let report = &told.reports[0];
            assert_eq!(report.kind.word(), expected);
            assert_eq!(report.kind.money(), Some(money(expected_amount, "NGN")));
            assert_eq!(report.kind.dispute_id().unwrap().as_str(), "358950");
            assert_eq!(report.payment.as_ref().unwrap().as_str(), PAYMENT);
            assert_eq!(report.said_at, Moment::parse_rfc3339(at));
        }
    }
}
