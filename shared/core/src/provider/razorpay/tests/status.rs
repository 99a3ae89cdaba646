//! What a fetch tells.

use super::*;

/// What a fetch tells where Razorpay answers so, by path.
fn fetch(checkout_id: Option<&str>, answers: &[(String, Value)]) -> Result<Vec<Report>, Failure> {
    run(configured().fetch(&held(checkout_id)).unwrap(), |request| {
        let path = request.url.split("/v1/").nth(1).unwrap();
        let (_, body) = answers.iter().find(|(known, _)| known == path).unwrap_or_else(|| panic!("{path}"));
        answer(200, body.to_string())
    })
}

fn of_link(link: Value, payments: Value) -> Vec<(String, Value)> {
    vec![
        (format!("payment_links/{LINK}"), link),
        (
            format!("orders/{ORDER}/payments"),
            json!({ "entity": "collection", "count": 1, "items": payments }),
        ),
    ]
}

fn words(reports: &[Report]) -> Vec<&'static str> {
    reports.iter().map(|report| report.kind.word()).collect()
}

#[test]
fn each_row_of_the_link_s_table() {
    for (status, more, expected) in [
        ("created", json!({}), vec![]),
        ("expired", json!({ "expired_at": 1_795_541_426 }), vec!["expired"]),
        ("cancelled", json!({ "cancelled_at": 1_795_541_426 }), vec!["cancelled"]),
    ] {
        let reports = fetch(Some(LINK), &of_link(link(status, more.clone()), json!([]))).unwrap();
        assert_eq!(words(&reports), expected, "{status}");
        for report in &reports {
            assert_eq!(report.said_at, Some(Moment::from_seconds(1_795_541_426)));
            assert_eq!(report.word.as_deref(), Some(status));
        }
        // A link that somebody opened has an order, and money can still have come.
        let opened = extended(more, json!({ "order_id": ORDER }));
        let late = fetch(Some(LINK), &of_link(link(status, opened), json!([payment("captured", json!({}))])));
        let mut with_money = expected;
        with_money.push("paid");
        assert_eq!(words(&late.unwrap()), with_money, "{status}");
    }
    for status in ["partially_paid", "paid"] {
        let paid = link(status, json!({ "amount_paid": 50_000, "order_id": ORDER }));
        let reports =
            fetch(Some(LINK), &of_link(paid.clone(), json!([payment("captured", json!({}))]))).unwrap();
        let [report] = &reports[..] else { panic!("{reports:?}") };
        assert_eq!(report.kind, Kind::Paid(money(50_000, "INR")));
        assert_eq!(report.payment.as_ref().unwrap().as_str(), PAYMENT);
        // Between two steps: "nothing came" would be a guess.
        let early = fetch(Some(LINK), &of_link(paid, json!([payment("authorized", json!({}))])));
        assert!(matches!(early, Err(Failure::Unknown(_))));
    }
    for odd in [link("new", json!({})), link("paid", json!({ "amount_paid": 1 })), json!({})] {
        assert!(matches!(fetch(Some(LINK), &of_link(odd, json!([]))), Err(Failure::NotUnderstood(_))));
    }
}

#[test]
fn each_row_of_the_payment_s_table() {
    let opened = link("created", json!({ "order_id": ORDER }));
    let reason = json!({ "error_reason": "insufficient_funds" });
    for (payment, expected) in [
        (payment("created", json!({})), None),
        (payment("authorized", json!({})), Some(("processing", None))),
        (payment("captured", json!({})), Some(("paid", None))),
        (payment("refunded", json!({ "captured": true })), Some(("paid", None))),
        (payment("refunded", json!({})), Some(("attempt_declined", None))),
        (payment("failed", reason), Some(("attempt_declined", Some("insufficient_funds")))),
    ] {
        let reports = fetch(Some(LINK), &of_link(opened.clone(), json!([payment]))).unwrap();
        let said = reports.first().map(|report| (report.kind.word(), report.reason.as_deref()));
        assert_eq!(said, expected, "{payment}");
        if let Some(report) = reports.first() {
            assert_eq!(report.payment.as_ref().unwrap().as_str(), PAYMENT);
            // What may follow a decline, and that it went back by itself, is dated by the answer.
            let went_back =
                report.word.as_deref() == Some("refunded") && report.kind == Kind::AttemptDeclined;
            let at = if went_back || report.kind == Kind::Processing {
                Moment::parse_rfc3339("2026-11-24T17:00:00Z")
            } else {
                Some(Moment::from_seconds(1_795_539_657))
            };
            assert_eq!(report.said_at, at);
        }
    }
    let odd = of_link(opened, json!([payment("new", json!({}))]));
    assert!(matches!(fetch(Some(LINK), &odd), Err(Failure::NotUnderstood(_))));
}

#[test]
fn of_several_payments_each_says_its_own_amount() {
    let paid = link("paid", json!({ "amount_paid": 149_900, "order_id": ORDER }));
    let payments = json!([
        payment("captured", json!({ "id": "pay_1", "amount": 100_000 })),
        payment("captured", json!({ "id": "pay_2", "amount": 49_900 })),
        payment("failed", json!({ "id": "pay_3" })),
    ]);
    let reports = fetch(Some(LINK), &of_link(paid, payments)).unwrap();
    let amounts: Vec<_> = reports.iter().filter_map(|report| report.kind.money()).map(Money::minor).collect();
    assert_eq!(amounts, [100_000, 49_900]);
}

#[test]
fn each_refund_is_told_and_of_too_many_payments_the_sum() {
    let refunded = |id: &str| payment("captured", json!({ "id": id, "amount_refunded": 40_000 }));
    let mut answers = of_link(
        link("paid", json!({ "amount_paid": 149_900, "order_id": ORDER })),
        json!([refunded("pay_1")]),
    );
    let ours = json!({ "notes": { "session": SESSION, "refund": REFUND } });
    let refunds = json!({ "items": [
        refund_object("processed", ours), refund_object("failed", json!({ "id": "rfnd_2" })),
        refund_object("pending", json!({ "id": "rfnd_3" })),
    ] });
    answers.push(("payments/pay_1/refunds?count=100".to_owned(), refunds));
    let reports = fetch(Some(LINK), &answers).unwrap();
    assert_eq!(words(&reports), ["paid", "refunded", "refund_failed", "refund_pending"]);
    let Kind::Refunded(refund) = &reports[1].kind else { panic!() };
    assert_eq!(refund.request.as_ref().unwrap().as_str(), REFUND);
    assert!(reports.iter().all(|report| report.payment.as_ref().unwrap().as_str() == "pay_1"));
    let ids = ["pay_1", "pay_2", "pay_3", "pay_4", "pay_5"];
    let many: Vec<_> = ids.iter().map(|id| refunded(id)).collect();
    let mut answers =
        of_link(link("paid", json!({ "amount_paid": 149_900, "order_id": ORDER })), many.into());
    answers.extend(ids.iter().map(|id| (format!("payments/{id}/refunds?count=100"), json!({ "items": [] }))));
    let reports = fetch(Some(LINK), &answers).unwrap();
    assert_eq!(words(&reports), ["paid", "paid", "paid", "paid", "paid", "refunded_total"]);
    assert_eq!(reports[5].payment.as_ref().unwrap().as_str(), "pay_5");
}

#[test]
fn a_link_whose_id_was_lost_is_found_by_our_reference() {
    let path = format!("payment_links?reference_id={SESSION}");
    let theirs = link("paid", json!({ "reference_id": "TS1989" }));
    let found = |links: Value| fetch(None, &[(path.clone(), json!({ "payment_links": links }))]);
    assert_eq!(words(&found(json!([theirs, link("expired", json!({}))])).unwrap()), ["expired"]);
    assert_eq!(found(json!([])), Ok(vec![]));
    assert_eq!(found(json!([theirs])), Ok(vec![]));
}
