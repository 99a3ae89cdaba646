//! What its answers mean.

use super::*;
use crate::provider::EndpointFault;

#[test]
fn a_created_checkout_has_a_link_an_order_and_an_address() {
    let link = |id: &str, order: &str, url: &str| {
        json!({ "payment_link": { "id": id, "version": 1, "order_id": order, "url": url } }).to_string()
    };
    let created = create(&answer(200, link("MQASNYL6QB6DFCJ3", ORDER, "https://square.link/u/EXAMPLE")));
    let expected = Created { checkout_id: CHECKOUT.into(), url: "https://square.link/u/EXAMPLE".into() };
    assert_eq!(created, Ok(expected));
    for body in [
        "{}".to_owned(),
        String::new(),
        "<html>".to_owned(),
        link("", ORDER, "https://square.link/u/EXAMPLE"),
        link("MQASNYL6QB6DFCJ3", "../a", "https://square.link/u/EXAMPLE"),
        link("MQASNYL6QB6DFCJ3", ORDER, ""),
        "{\"payment_link\":{\"id\":\"a\",\"id\":\"b\",\"order_id\":\"c\",\"url\":\"d\"}}".to_owned(),
    ] {
        assert!(matches!(create(&answer(200, body.as_str())), Err(Failure::Unknown(_))), "{body}");
    }
}

#[test]
fn a_refusal_is_definite_only_where_it_is() {
    let error = |code: &str| {
        json!({ "errors": [{ "category": "INVALID_REQUEST_ERROR", "code": code, "detail": "No." }] })
            .to_string()
    };
    for (status, code) in
        [(400, "VALUE_TOO_LOW"), (401, "UNAUTHORIZED"), (403, "FORBIDDEN"), (404, "NOT_FOUND")]
    {
        let refused = Failure::Refused { status, code: Some(code.into()), words: "No.".into() };
        assert_eq!(create(&answer(status, error(code))), Err(refused.clone()));
        assert_eq!(refund(&answer(status, error(code))), Err(refused));
    }
    for (status, body) in [
        (400, error("IDEMPOTENCY_KEY_REUSED")),
        (408, error("REQUEST_TIMEOUT")),
        (409, error("CONFLICT")),
        (429, error("RATE_LIMITED")),
        (500, error("INTERNAL_SERVER_ERROR")),
        (503, "<html>upstream</html>".to_owned()),
        (302, String::new()),
    ] {
        assert!(matches!(create(&answer(status, body)), Err(Failure::Unknown(_))), "{status}");
    }
    // Without a body the status still says it.
    for body in ["", "{}", "{\"errors\":[]}"] {
        assert!(matches!(create(&answer(403, body)), Err(Failure::Refused { status: 403, code: None, .. })));
    }
}

#[test]
fn a_refund_says_how_far_it_is_and_is_ours() {
    for (status, word) in [
        ("PENDING", "refund_pending"),
        ("COMPLETED", "refunded"),
        ("REJECTED", "refund_failed"),
        ("FAILED", "refund_failed"),
    ] {
        let report = refund(&answer(200, refund_object(status, json!({})).to_string())).unwrap();
        assert_eq!(report.kind.word(), word);
        assert_eq!(report.payment.unwrap().as_str(), PAYMENT);
        assert_eq!(report.word.as_deref(), Some(status));
        assert_eq!(report.said_at, Moment::parse_rfc3339("2026-11-24T19:20:02.537Z"));
        let (Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund)) = report.kind
        else {
            panic!()
        };
        assert_eq!((refund.request.unwrap().as_str(), refund.money), ("rf_01", money(1000, "EUR")));
    }
    for body in [refund_object("NEW", json!({})).to_string(), "{}".to_owned()] {
        assert!(matches!(refund(&answer(200, body)), Err(Failure::NotUnderstood(_))));
    }
}

/// As seen in the forum's thread 21874: the link was deleted, the order was not, and the page took money for hours.
#[test]
fn a_checkout_is_closed_only_where_its_order_is_cancelled() {
    let close = |deleted: (u16, &str), state: &str| {
        run(configured().close(&held(Some(CHECKOUT))).unwrap(), |request| match request.method {
            http::Method::DELETE => answer(deleted.0, deleted.1),
            _ => answer(200, order(state, json!([])).to_string()),
        })
    };
    let cancelled = json!({ "id": "MQASNYL6QB6DFCJ3", "cancelled_order_id": ORDER }).to_string();
    assert_eq!(close((200, &cancelled), "OPEN"), Ok(Closed::Closed));
    let other = json!({ "id": "MQASNYL6QB6DFCJ3", "cancelled_order_id": "other" }).to_string();
    for deleted in [(200, "{\"id\":\"MQASNYL6QB6DFCJ3\"}"), (200, other.as_str()), (404, "{}"), (404, "")] {
        assert_eq!(close(deleted, "OPEN"), Ok(Closed::NotOpen), "{deleted:?}");
        assert_eq!(close(deleted, "COMPLETED"), Ok(Closed::NotOpen), "{deleted:?}");
        assert_eq!(close(deleted, "CANCELED"), Ok(Closed::Closed), "{deleted:?}");
    }
    for (status, body) in [(200, ""), (500, ""), (429, "")] {
        assert!(matches!(close((status, body), "CANCELED"), Err(Failure::Unknown(_))), "{status} {body}");
    }
    assert!(matches!(close((401, ""), "CANCELED"), Err(Failure::Refused { .. })));
}

#[test]
fn our_subscription_is_looked_for_in_the_list() {
    let endpoint = |status, body: &str| run(configured().endpoint(URL).unwrap(), |_| answer(status, body));
    assert_eq!(endpoint(200, "{}"), Ok(vec![EndpointFault::Missing]));
    let entry = json!({ "subscriptions": [{ "id": "wbhk_1", "name": "n", "enabled": false, "notification_url": URL,
        "event_types": [], "api_version": "2026-09-16" }] });
    assert_eq!(endpoint(200, &entry.to_string()), Ok(vec![EndpointFault::Disabled]));
    assert!(matches!(endpoint(403, "{}"), Err(Failure::Refused { .. })));
    assert!(matches!(endpoint(200, "[]"), Err(Failure::Unknown(_))));
}
