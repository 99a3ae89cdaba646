//! What its answers mean.

use std::cell::Cell;

use super::*;

fn create(answered: &Answer) -> Result<Created, Failure> {
    run(with_checkout(|checkout| configured().create(checkout)), |_| answered.clone())
}

#[test]
fn a_created_checkout_has_an_id_and_an_address() {
    for status in [200, 201] {
        let made = create(&answer(status, checkout("ACTIVE", json!({})).to_string())).unwrap();
        let url = "https://payments.coinbase.com/payment-links/pl_01".to_owned();
        assert_eq!(made, Created { checkout_id: CHECKOUT.into(), url });
    }
    for body in
        ["{}", "", "<html>", "{\"id\":\"../x\",\"url\":\"https://a.example\"}", "{\"id\":\"a\",\"id\":\"b\"}"]
    {
        assert!(matches!(create(&answer(201, body)), Err(Failure::Unknown(_))), "{body}");
    }
    let no =
        json!({ "errorType": "invalid_request", "errorMessage": "No.", "correlationId": "1" }).to_string();
    let refused =
        |status| Failure::Refused { status, code: Some("invalid_request".into()), words: "No.".into() };
    assert_eq!(create(&answer(400, no.clone())), Err(refused(400)));
    assert_eq!(create(&answer(403, no)), Err(refused(403)));
    for status in [302, 409, 429, 500, 503] {
        assert!(matches!(create(&answer(status, "")), Err(Failure::Unknown(_))), "{status}");
    }
}

#[test]
fn each_status_of_a_checkout() {
    for (status, expected) in [
        ("ACTIVE", None),
        ("PROCESSING", Some("processing")),
        ("COMPLETED", Some("paid")),
        ("PARTIALLY_REFUNDED", Some("paid")),
        ("REFUNDED", Some("paid")),
        ("FAILED", Some("failed")),
        ("EXPIRED", Some("expired")),
        ("DEACTIVATED", Some("cancelled")),
    ] {
        let reports = fetch(&answer(200, checkout(status, json!({})).to_string())).unwrap();
        let kinds: Vec<_> = reports.iter().map(|report| report.kind.word()).collect();
        assert_eq!(kinds, expected.into_iter().collect::<Vec<_>>(), "{status}");
        for report in reports {
            assert_eq!(report.payment.unwrap().as_str(), CHECKOUT);
            assert_eq!(report.word.as_deref(), Some(status));
            let at = if report.kind.word() == "paid" {
                "2026-11-24T17:00:00.329Z"
            } else {
                "2026-11-24T17:01:06.097Z"
            };
            assert_eq!(report.said_at.unwrap().to_string(), at, "{status}");
        }
    }
    let no_refunds =
        fetch(&answer(200, checkout("COMPLETED", json!({ "refunds": null })).to_string())).unwrap();
    assert_eq!(no_refunds.len(), 1);
    let odd = |more: Value| fetch(&answer(200, checkout("COMPLETED", more).to_string()));
    for more in [
        json!({ "status": "NEW" }),
        json!({ "status": null }),
        json!({ "fiatAmount": null }),
        json!({ "fiatAmount": "49.999" }),
        json!({ "metadata": {} }),
        json!({ "metadata": { "session_id": "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_2" } }),
    ] {
        assert!(matches!(odd(more.clone()), Err(Failure::NotUnderstood(_))), "{more}");
    }
    assert!(matches!(fetch(&answer(404, "")), Err(Failure::Refused { status: 404, .. })));
    assert!(matches!(fetch(&answer(200, "[]")), Err(Failure::Unknown(_))));
}

#[test]
fn a_fetch_tells_each_refund() {
    let refunds = json!([
        refunded("a1", "COMPLETED", json!({})),
        refunded("a2", "FAILED", json!({ "reason": "by hand", "completedAt": null })),
        refunded("a3", "PENDING", json!({ "reason": null, "completedAt": null })),
    ]);
    let whole = checkout("PARTIALLY_REFUNDED", json!({ "refunds": refunds }));
    let found: Vec<String> = fetch(&answer(200, whole.to_string()))
        .unwrap()
        .iter()
        .map(|report| format!("{:?} {}", report.kind, report.said_at.unwrap()))
        .collect();
    expect![[r#"
        Paid(EUR 4999) 2026-11-24T17:00:00.329Z
        Refunded(Refund { id: a1, request: Some(rf_01), money: EUR 1000 }) 2026-11-25T20:51:40.000Z
        RefundFailed(Refund { id: a2, request: None, money: EUR 1000 }) 2026-11-24T17:01:06.097Z
        RefundPending(Refund { id: a3, request: None, money: EUR 1000 }) 2026-11-25T20:46:40.000Z"#]]
    .assert_eq(&found.join("\n"));
}

#[test]
fn a_refund_is_asked_for_once_and_says_how_far_it_is() {
    for (status, word) in
        [("PENDING", "refund_pending"), ("COMPLETED", "refunded"), ("FAILED", "refund_failed")]
    {
        // Whether or not the answer has the order's currency and our id.
        for more in [json!({}), json!({ "fiatAmount": null, "reason": null })] {
            let made = json!({ "checkout": checkout("COMPLETED", json!({})), "refund": refunded("a1", status, more) });
            let asked = Cell::new(0);
            let report = run(refund_step(), |request| {
                asked.set(asked.get() + 1);
                match request.method.as_str() {
                    "GET" => answer(200, checkout("COMPLETED", json!({})).to_string()),
                    _ => answer(200, made.to_string()),
                }
            });
            let report = report.unwrap();
            assert_eq!((asked.get(), report.kind.word()), (2, word));
            assert_eq!(report.payment.unwrap().as_str(), CHECKOUT);
            let (Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund)) =
                report.kind
            else {
                panic!()
            };
            assert_eq!((refund.request.unwrap().as_str(), refund.money), ("rf_01", money(1000, "EUR")));
        }
    }
    // The one that we ask for was made: its answer was lost.
    let there = checkout(
        "PARTIALLY_REFUNDED",
        json!({ "refunds": [refunded("a0", "COMPLETED", json!({ "reason": "rf_010" })), refunded("a1", "PENDING", json!({}))] }),
    );
    let report = run(refund_step(), |request| {
        assert_eq!(request.method, http::Method::GET, "a second refund");
        answer(200, there.to_string())
    });
    assert_eq!(report.unwrap().kind.refund_id().unwrap().as_str(), "a1");
    let other = checkout("COMPLETED", json!({ "metadata": {} }));
    let other = run(refund_step(), |_| answer(200, other.to_string()));
    assert!(matches!(other, Err(Failure::NotUnderstood(_))));
}

#[test]
fn a_checkout_that_cannot_be_closed_may_be_paid() {
    let close = |status, body: String| {
        run(configured().close(&held(Some(CHECKOUT))).unwrap(), |_| answer(status, body.clone()))
    };
    assert_eq!(close(200, checkout("DEACTIVATED", json!({})).to_string()), Ok(Closed::Closed));
    assert_eq!(close(400, String::new()), Ok(Closed::NotOpen));
    for (status, body) in
        [(200, checkout("ACTIVE", json!({})).to_string()), (200, "{}".to_owned()), (500, String::new())]
    {
        assert!(matches!(close(status, body), Err(Failure::Unknown(_))));
    }
    assert!(matches!(close(404, String::new()), Err(Failure::Refused { .. })));
}
