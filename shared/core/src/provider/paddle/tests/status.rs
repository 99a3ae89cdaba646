//! What a fetch tells.

use super::*;

fn fetch(transaction: &Value) -> Result<Vec<Report>, Failure> {
    run(configured().fetch(&held(Some(TRANSACTION))).unwrap(), |_| data(200, transaction))
}

#[test]
fn each_row_of_the_status_table() {
    let tried = |status: &str| {
        json!({ "payments": [
            { "status": status, "error_code": "declined", "created_at": "2026-11-24T17:02:00Z", "captured_at": "2026-11-24T17:03:34.7Z" },
            { "status": "error", "error_code": "fraud", "created_at": "2026-11-24T17:01:00Z", "captured_at": null },
        ] })
    };
    for (status, more, expected) in [
        ("draft", json!({}), None),
        ("ready", json!({ "payments": null }), None),
        ("ready", tried("created"), None),
        ("ready", tried("error"), Some(("attempt_declined", Some("declined")))),
        ("ready", tried("canceled"), Some(("attempt_declined", Some("declined")))),
        ("draft", tried("dropped"), Some(("attempt_declined", Some("declined")))),
        ("ready", tried("authorized"), Some(("processing", None))),
        ("ready", tried("action_required"), None),
        ("ready", tried("pending_no_action_required"), Some(("processing", None))),
        ("ready", tried("authorized_flagged"), Some(("review", Some("authorized_flagged")))),
        ("paid", tried("captured"), Some(("paid", None))),
        ("completed", tried("captured"), Some(("paid", None))),
        ("completed", json!({}), Some(("paid", None))),
        ("canceled", json!({}), Some(("cancelled", None))),
        ("canceled", tried("error"), Some(("cancelled", None))),
    ] {
        let reports = fetch(&transaction(status, more.clone())).unwrap();
        let found = reports.first().map(|report| (report.kind.word(), report.reason.as_deref()));
        assert_eq!((found, reports.len()), (expected, usize::from(expected.is_some())), "{status} {more}");
        let came = ["paid", "completed"].contains(&status).then_some((4999, "EUR"));
        assert_eq!(paid(&reports), came, "{status}");
    }
    let [works, no] = ["pending_no_action_required", "error"]
        .map(|status| fetch(&transaction("ready", tried(status))).unwrap()[0].said_at);
    assert!(works < no, "declined after it was processed");
    let captured = &fetch(&transaction("completed", tried("captured"))).unwrap()[0];
    assert_eq!(captured.said_at, Moment::parse_rfc3339("2026-11-24T17:03:34.700Z"));
    assert_eq!(captured.payment.as_ref().unwrap().as_str(), TRANSACTION);
    assert_eq!(captured.word.as_deref(), Some("completed, captured"));
}

#[test]
fn what_is_in_no_row_is_unknown_and_never_nothing() {
    let tried = |status: &str| json!({ "payments": [{ "status": status }] });
    for (status, more) in [
        ("billed", json!({})),
        ("past_due", json!({})),
        ("new", json!({})),
        ("ready", tried("captured")),
        ("ready", tried("unknown")),
        ("ready", tried("new")),
        ("ready", json!({ "payments": [{}] })),
    ] {
        let found = fetch(&transaction(status, more));
        assert!(matches!(found, Err(Failure::Unknown(_))), "{status} {found:?}");
    }
    for body in ["{}", "[]", "null", "", "{\"data\":3}", "{\"data\":[]}", "{\"data\":{},\"data\":{}}"] {
        let step = configured().fetch(&held(Some(TRANSACTION))).unwrap();
        assert!(run(step, |_| answer(200, body)).is_err(), "{body}");
    }
    assert!(matches!(
        fetch(&transaction("paid", json!({ "currency_code": "KWD" }))),
        Err(Failure::NotUnderstood(_))
    ));
}

#[test]
fn a_fetch_tells_each_adjustment() {
    let adjustments = json!([
        adjustment("refund", "approved", json!({ "reason": "rf_01" })),
        adjustment("refund", "pending_approval", json!({ "id": "adj_2", "totals": { "total": "100" } })),
        adjustment("chargeback", "reversed", json!({ "id": "adj_3" })),
        adjustment(
            "chargeback_reverse",
            "approved",
            json!({ "id": "adj_4", "created_at": "2026-12-05T00:00:00Z" })
        ),
    ]);
    let reports = fetch(&transaction("completed", json!({ "adjustments": adjustments }))).unwrap();
    let found: Vec<String> = reports
        .iter()
        .map(|report| {
            assert_eq!(report.payment.as_ref().unwrap().as_str(), TRANSACTION);
            let at = report.said_at.map(|at| at.to_string()).unwrap_or_default();
            format!("{:?} {at} {}", report.kind, report.word.as_deref().unwrap())
        })
        .collect();
    expect_test::expect![[r#"
        Paid(EUR 4999)  completed
        Refunded(Refund { id: adj_01m89xtkb4xsddzq9s650agy7v, request: Some(rf_01), money: EUR 1500 }) 2026-11-26T18:00:00.100Z refund, approved
        RefundPending(Refund { id: adj_2, request: None, money: EUR 100 }) 2026-11-25T18:00:00.100Z refund, pending_approval
        DisputeOpened(Loss { dispute: Some(txn_01m87800t9wxwcbyb6wk952swa), money: Some(EUR 1500) }) 2026-11-25T18:00:00.100Z chargeback, reversed
        Reversed(Loss { dispute: Some(txn_01m87800t9wxwcbyb6wk952swa), money: Some(EUR 1500) }) 2026-11-25T18:00:00.100Z chargeback, reversed
        DisputeWon(Loss { dispute: Some(txn_01m87800t9wxwcbyb6wk952swa), money: Some(EUR 1500) }) 2026-12-05T00:00:00.000Z chargeback_reverse, approved"#]]
    .assert_eq(&found.join("\n"));
}
