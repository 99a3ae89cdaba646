//! What a fetch tells.

use super::*;

fn fetch(transaction: Value, refunds: Value, disputes: Value) -> Result<Vec<Report>, Failure> {
    run(configured().fetch(&held()).unwrap(), |request| {
        let path = request.url.strip_prefix("https://api.paystack.co").unwrap();
        let data = if path == format!("/transaction/verify/{REFERENCE}") {
            transaction.clone()
        } else if path == format!("/refund?transaction={PAYMENT}&perPage=100") {
            refunds.clone()
        } else if path == format!("/dispute?transaction={PAYMENT}&perPage=100") {
            disputes.clone()
        } else {
            panic!("{path}")
        };
        answer(200, done(data))
    })
}

#[test]
fn each_row_of_the_transaction_s_table() {
    for (status, expected, reason) in [
        ("abandoned", None, None),
        ("ongoing", None, None),
        ("pending", None, None),
        ("processing", Some("processing"), None),
        ("queued", Some("processing"), None),
        ("success", Some("paid"), None),
        ("reversed", Some("paid"), None),
        ("failed", Some("attempt_declined"), Some("Insufficient Funds")),
    ] {
        let asked = transaction(status, json!({ "gateway_response": "Insufficient Funds" }));
        let reports = fetch(asked, json!([]), json!([])).unwrap();
        assert_eq!(words(&reports), expected.into_iter().collect::<Vec<_>>(), "{status}");
        if let Some(report) = reports.first() {
            assert_eq!(report.reason.as_deref(), reason, "{status}");
            assert_eq!(report.word.as_deref(), Some(status));
            assert_eq!(report.payment.as_ref().unwrap().as_str(), PAYMENT);
            // What may follow the other is true as of the answer, in whatever order they are learned.
            let at = if expected == Some("paid") {
                "2026-11-24T17:00:10.000Z"
            } else {
                "2026-11-24T17:00:00.000Z"
            };
            assert_eq!(report.said_at, Moment::parse_rfc3339(at), "{status}");
        }
    }
    for odd in [
        transaction("reversal-pending", json!({})),
        transaction("success", json!({ "reference": "cs-b7f2n0c5s8x1d4g6j9k3m5p7qa-1" })),
        transaction("success", json!({ "id": null })),
        json!({}),
        json!([]),
    ] {
        assert!(matches!(fetch(odd, json!([]), json!([])), Err(Failure::NotUnderstood(_))));
    }
}

#[test]
fn refunds_and_disputes_are_told_and_one_loss_once() {
    let ours = refund_object("processed", json!({ "merchant_note": REFUND }));
    let of_a_dispute = refund_object("processed", json!({ "id": 7, "dispute": 358_950 }));
    let lost = dispute("resolved", json!("auto-accepted"), json!({}));
    let archived = dispute("archived", Value::Null, json!({ "id": 9 }));
    let open = dispute("awaiting-bank-feedback", Value::Null, json!({ "id": 8 }));
    let reports =
        fetch(transaction("reversed", json!({})), json!([ours, of_a_dispute]), json!([lost, archived, open]));
    let reports = reports.unwrap();
    assert_eq!(words(&reports), ["paid", "refunded", "dispute_lost", "dispute_opened"]);
    assert!(reports.iter().all(|report| report.payment.as_ref().unwrap().as_str() == PAYMENT));
    let Kind::Refunded(refund) = &reports[1].kind else { panic!() };
    assert_eq!(refund.request.as_ref().unwrap().as_str(), REFUND);
    for (refunds, disputes) in [(Value::Null, json!([])), (json!([]), Value::Null)] {
        let fetched = fetch(transaction("success", json!({})), refunds, disputes);
        assert!(matches!(fetched, Err(Failure::NotUnderstood(_))), "no list is not an empty one");
    }
}

#[test]
fn refunds_of_another_transaction_are_not_this_one_s_whatever_was_listed() {
    let others = [
        json!(4_099_260_517_u64),
        json!("4099260517"),
        transaction("success", json!({ "id": 4_099_260_517_u64 })),
    ];
    let own = [json!(4_099_260_516_u64), json!(PAYMENT), transaction("success", json!({})), Value::Null];
    for (transactions, expected) in [(others.to_vec(), 0), (own.to_vec(), 4)] {
        let refunds: Vec<_> = transactions
            .into_iter()
            .map(|of| refund_object("processed", json!({ "transaction": of })))
            .collect();
        let reports = fetch(transaction("success", json!({})), refunds.into(), json!([])).unwrap();
        assert_eq!(words(&reports).len(), 1 + expected);
    }
}

#[test]
fn nothing_came_where_paystack_knows_no_such_reference() {
    let fetch = |status, body: &str| run(configured().fetch(&held()).unwrap(), |_| answer(status, body));
    for (status, body) in [
        (
            400,
            "{\"status\":false,\"message\":\"Transaction reference not found.\",\"code\":\"transaction_not_found\"}",
        ),
        (404, "{\"status\":false,\"message\":\"Transaction reference not found\"}"),
        (400, "{\"status\":false,\"message\":\"No\",\"code\":\"transaction_not_found\"}"),
    ] {
        assert_eq!(fetch(status, body), Ok(vec![]), "{body}");
    }
    for (status, body) in
        [(400, "{\"status\":false,\"message\":\"Invalid key\"}"), (404, ""), (401, "{}"), (500, "")]
    {
        assert!(fetch(status, body).is_err(), "{status} {body}");
    }
    assert!(configured().close(&held()).is_none() && configured().endpoint(URL).is_none());
}
