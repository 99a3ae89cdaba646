//! What is sent, and what the answers mean.

use expect_test::expect;

use super::*;

#[test]
fn a_checkout_is_one_item_with_the_total_and_our_session_id() {
    expect![[r#"
        POST https://api.paddle.com/transactions
        authorization: Bearer …
        paddle-version: 1
        content-type: application/json
        {"items":[{"quantity":1,"price":{"description":"Order 1042 \"Käse\"","tax_mode":"internal","unit_price":{"amount":"4999","currency_code":"EUR"},"quantity":{"minimum":1,"maximum":1},"product":{"name":"Order 1042 \"Käse\"","tax_category":"standard"}}}],"currency_code":"EUR","collection_mode":"automatic","custom_data":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","order_id":"1042"}}
    "#]]
    .assert_eq(&shown(&first_request(create())));
    let fetch = first_request(configured().fetch(&held(Some("../customers?a=b"))).unwrap());
    assert_eq!(
        fetch.url,
        "https://api.paddle.com/transactions/%2E%2E%2Fcustomers%3Fa%3Db?include=adjustment"
    );
    assert!(configured().fetch(&held(None)).is_none() && configured().close(&held(None)).is_none());
    assert_eq!(configured().repeat(), Repeat::Never);
}

#[test]
fn a_created_checkout_has_an_id_and_an_address() {
    let created = run(create(), |_| data(201, &transaction("draft", json!({})))).unwrap();
    assert_eq!(created.checkout_id, TRANSACTION);
    assert_eq!(created.url, "https://shop.example/pay?_ptxn=txn_01m87800t9wxwcbyb6wk952swa");
    for body in [
        "{}",
        "",
        "<html>",
        "{\"data\":{\"id\":\"txn_1\",\"checkout\":{\"url\":null}}}",
        "{\"data\":{\"id\":\"a\",\"id\":\"b\"}}",
    ] {
        assert!(matches!(run(create(), |_| answer(201, body)), Err(Failure::Unknown(_))), "{body}");
    }
}

#[test]
fn a_refusal_is_definite_only_where_it_is() {
    for (status, code) in
        [(400, "transaction_default_checkout_url_not_set"), (403, "forbidden"), (404, "not_found")]
    {
        let expected = Failure::Refused { status, code: Some(code.to_owned()), words: "No.".to_owned() };
        assert_eq!(run(create(), |_| refused(status, code)), Err(expected));
    }
    for (status, code) in
        [(409, "concurrent_modification"), (429, "too_many_requests"), (500, "internal_error")]
    {
        assert!(matches!(run(create(), |_| refused(status, code)), Err(Failure::Unknown(_))), "{status}");
    }
    assert!(matches!(run(create(), |_| answer(503, "<html>")), Err(Failure::Unknown(_))));
    assert!(matches!(
        run(create(), |_| answer(403, "")),
        Err(Failure::Refused { status: 403, code: None, .. })
    ));
}

#[test]
fn a_refund_names_its_item_unless_it_is_the_whole() {
    let made = adjustment("refund", "pending_approval", json!({ "reason": "rf_01" }));
    let (report, sent) =
        in_turn(refund(1500, "EUR"), &[data(200, &transaction("completed", json!({}))), data(201, &made)]);
    let Kind::RefundPending(told) = report.as_ref().unwrap().kind.clone() else { panic!("{report:?}") };
    assert_eq!(
        (told.id.as_str(), told.request.unwrap().as_str(), told.money),
        (ADJUSTMENT, "rf_01", money(1500, "EUR"))
    );
    assert_eq!(report.unwrap().payment.unwrap().as_str(), TRANSACTION);
    expect![[r#"
        GET https://api.paddle.com/transactions/txn_01m87800t9wxwcbyb6wk952swa?include=adjustment
        authorization: Bearer …
        paddle-version: 1
        POST https://api.paddle.com/adjustments
        authorization: Bearer …
        paddle-version: 1
        content-type: application/json
        {"action":"refund","transaction_id":"txn_01m87800t9wxwcbyb6wk952swa","reason":"rf_01","type":"partial","items":[{"item_id":"txnitm_01m87800vv5gccr7nkhynwr569","type":"partial","amount":"1500"}]}
    "#]]
    .assert_eq(&sent);
    let (_, sent) =
        in_turn(refund(4999, "EUR"), &[data(200, &transaction("completed", json!({}))), data(201, &made)]);
    assert!(sent.ends_with("\"reason\":\"rf_01\",\"type\":\"full\"}\n"), "{sent}");
    // What is left of a part is a part.
    let before = json!({ "adjustments": [adjustment("refund", "rejected", json!({}))] });
    let (_, sent) =
        in_turn(refund(4999, "EUR"), &[data(200, &transaction("completed", before)), data(201, &made)]);
    assert!(sent.contains("\"type\":\"partial\",\"items\""), "{sent}");
}

#[test]
fn a_refund_that_was_made_is_not_made_again() {
    for (status, word) in
        [("pending_approval", "refund_pending"), ("approved", "refunded"), ("rejected", "refund_failed")]
    {
        let before = json!({ "adjustments": [adjustment("refund", "approved", json!({ "reason": "rf_02" })), adjustment("refund", status, json!({ "reason": "rf_01" }))] });
        let (report, sent) = in_turn(refund(1500, "EUR"), &[data(200, &transaction("completed", before))]);
        assert_eq!(report.unwrap().kind.word(), word);
        assert!(!sent.contains("POST"), "{sent}");
    }
}

#[test]
fn a_refund_that_cannot_be_written_is_not_sent() {
    let two = json!({ "details": { "totals": { "grand_total": "4999" }, "line_items": [{ "id": "txnitm_1" }, { "id": "txnitm_2" }] } });
    for (step, transaction) in [
        (refund(1500, "USD"), transaction("completed", json!({}))),
        (refund(1500, "EUR"), transaction("completed", two)),
    ] {
        let (report, sent) = in_turn(step, &[data(200, &transaction)]);
        assert!(matches!(report, Err(Failure::NotUnderstood(_))), "{report:?}");
        assert!(!sent.contains("POST"), "{sent}");
    }
    let answers = [
        data(200, &transaction("paid", json!({}))),
        refused(400, "adjustment_transaction_invalid_status_for_refund"),
    ];
    let (report, _) = in_turn(refund(1500, "EUR"), &answers);
    let Err(Failure::Refused { code, .. }) = report else { panic!("{report:?}") };
    assert_eq!(code.as_deref(), Some("adjustment_transaction_invalid_status_for_refund"));
}

#[test]
fn a_checkout_that_is_not_closed_is_looked_at() {
    let close = || configured().close(&held(Some(TRANSACTION))).unwrap();
    let (closed, sent) = in_turn(close(), &[data(200, &transaction("canceled", json!({})))]);
    assert_eq!(closed, Ok(Closed::Closed));
    expect![[r#"
        PATCH https://api.paddle.com/transactions/txn_01m87800t9wxwcbyb6wk952swa
        authorization: Bearer …
        paddle-version: 1
        content-type: application/json
        {"status":"canceled"}
    "#]]
    .assert_eq(&sent);
    let no = || refused(400, "transaction_invalid_status_change");
    for (status, expected) in
        [("canceled", Closed::Closed), ("paid", Closed::NotOpen), ("completed", Closed::NotOpen)]
    {
        let (closed, _) = in_turn(close(), &[no(), data(200, &transaction(status, json!({})))]);
        assert_eq!(closed, Ok(expected), "{status}");
    }
    for status in ["draft", "ready"] {
        let (closed, _) = in_turn(close(), &[no(), data(200, &transaction(status, json!({})))]);
        assert_eq!(closed, Ok(Closed::StillOpen), "{status}");
    }
    for answered in [
        data(200, &transaction("ready", json!({}))),
        refused(409, "concurrent_modification"),
        answer(500, ""),
    ] {
        assert!(matches!(in_turn(close(), &[answered]).0, Err(Failure::Unknown(_))));
    }
}

#[test]
fn what_is_entered_well_has_no_fault_and_each_fault_is_told_apart() {
    use super::super::endpoints::NEEDED;
    const OURS: &str = "https://pay.example/v1/webhooks/shop/paddle";
    for event in NEEDED {
        assert!(super::super::events::is_read(event), "{event}");
    }
    let entered = |url: &str, active: bool, source: &str, events: &[&str]| {
        let events: Vec<_> = events.iter().map(|name| json!({ "name": name, "group": "Any" })).collect();
        json!({ "id": "ntfset_1", "type": "url", "destination": url, "active": active, "traffic_source": source, "subscribed_events": events })
    };
    let other = "https://staging.example/v1/webhooks/shop/paddle";
    for (destinations, expected) in [
        (vec![entered(OURS, true, "platform", &NEEDED)], vec![]),
        (
            vec![entered(OURS, true, "all", &NEEDED[1..]), entered(OURS, true, "platform", &NEEDED[..1])],
            vec![],
        ),
        (vec![], vec![EndpointFault::Missing]),
        (vec![entered("ops@shop.example", true, "all", &NEEDED)], vec![EndpointFault::Missing]),
        (
            vec![entered(other, true, "all", &NEEDED)],
            vec![EndpointFault::Elsewhere { url: other.to_owned() }],
        ),
        (vec![entered(OURS, false, "all", &NEEDED)], vec![EndpointFault::Disabled]),
        (vec![entered(OURS, true, "simulation", &NEEDED)], vec![EndpointFault::Disabled]),
        (
            vec![entered(OURS, true, "all", &NEEDED[1..])],
            vec![EndpointFault::Lacks { events: vec![NEEDED[0]] }],
        ),
    ] {
        let step = configured().endpoint(OURS).unwrap();
        let faults = run(step, |request| {
            assert_eq!(request.url, "https://api.paddle.com/notification-settings?per_page=200");
            data(200, &json!(destinations))
        });
        assert_eq!(faults, Ok(expected));
    }
    let step = configured().endpoint(OURS).unwrap();
    assert!(matches!(run(step, |_| refused(403, "forbidden")), Err(Failure::Refused { .. })));
}
