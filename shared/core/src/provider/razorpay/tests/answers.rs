//! What its answers mean.

use super::*;

/// What a creation comes to, where the look-up by our reference finds `links`.
fn create(answered: &Answer, links: &Value) -> Result<Created, Failure> {
    run(with_checkout(|checkout| configured().create(checkout)), |request| match request.method {
        http::Method::POST => answered.clone(),
        _ => {
            let url = format!("https://api.razorpay.com/v1/payment_links?reference_id={SESSION}");
            assert_eq!(request.url, url);
            answer(200, links.to_string())
        }
    })
}

fn error(description: &str, reason: Value) -> String {
    json!({ "error": { "code": "BAD_REQUEST_ERROR", "description": description, "source": "business",
        "step": "payment_initiation", "reason": reason, "metadata": {} } })
    .to_string()
}

fn made() -> Created {
    Created { checkout_id: LINK.into(), url: "https://rzp.io/rzp/qCekuvL".into() }
}

#[test]
fn a_created_checkout_has_an_id_and_an_address() {
    assert_eq!(create(&answer(200, link("created", json!({})).to_string()), &json!({})), Ok(made()));
    for body in [
        "{}".to_owned(),
        String::new(),
        "<html>".to_owned(),
        link("created", json!({ "id": "../a" })).to_string(),
        link("created", json!({ "short_url": "" })).to_string(),
        "{\"id\":\"a\",\"id\":\"b\",\"short_url\":\"https://a.example\"}".to_owned(),
    ] {
        assert!(
            matches!(create(&answer(200, body.as_str()), &json!({})), Err(Failure::Unknown(_))),
            "{body}"
        );
    }
}

#[test]
fn a_reference_that_was_used_leads_to_the_first_link() {
    let used = answer(400, error("payment link creation with reference ID already attempted", Value::Null));
    let theirs = link("created", json!({ "id": "plink_other", "reference_id": "TS1989" }));
    let ours = link("created", json!({}));
    assert_eq!(create(&used, &json!({ "payment_links": [theirs, ours] })), Ok(made()));
    // Whatever is listed beside it, another's link is not ours.
    for links in [json!({}), json!({ "payment_links": [] }), json!({ "payment_links": [theirs] })] {
        let refused = create(&used, &links).unwrap_err();
        let words = "payment link creation with reference ID already attempted".to_owned();
        let code = Some("BAD_REQUEST_ERROR".to_owned());
        assert_eq!(refused, Failure::Refused { status: 400, code, words });
    }
}

#[test]
fn a_refusal_is_definite_only_where_it_is() {
    let none = json!({ "payment_links": [] });
    let refused =
        |status, code: &str| Failure::Refused { status, code: Some(code.into()), words: "No.".into() };
    for (status, reason, code) in [
        (400, json!("input_validation_failed"), "input_validation_failed"),
        (400, json!("NA"), "BAD_REQUEST_ERROR"),
        (401, Value::Null, "BAD_REQUEST_ERROR"),
        (404, Value::Null, "BAD_REQUEST_ERROR"),
    ] {
        assert_eq!(create(&answer(status, error("No.", reason.clone())), &none), Err(refused(status, code)));
        assert_eq!(refund(&answer(status, error("No.", reason))), Err(refused(status, code)));
    }
    for (status, body) in [
        (409, error("Another request with the same idempotency key is still in progress.", json!("NA"))),
        (429, error("Too many requests", Value::Null)),
        (500, error("Sorry.", Value::Null)),
        (502, "<html>upstream</html>".to_owned()),
        (302, String::new()),
    ] {
        assert!(
            matches!(create(&answer(status, body.as_str()), &none), Err(Failure::Unknown(_))),
            "{status}"
        );
        assert!(matches!(refund(&answer(status, body)), Err(Failure::Unknown(_))), "{status}");
    }
    // Without a body the status still says it.
    assert!(matches!(create(&answer(403, ""), &none), Err(Failure::Refused { status: 403, code: None, .. })));
}

#[test]
fn a_refund_says_how_far_it_is_and_is_ours() {
    for (status, word) in
        [("pending", "refund_pending"), ("processed", "refunded"), ("failed", "refund_failed")]
    {
        let report = refund(&answer(200, refund_object(status, json!({})).to_string())).unwrap();
        assert_eq!(report.kind.word(), word);
        assert_eq!(report.payment.unwrap().as_str(), PAYMENT);
        assert_eq!(report.word.as_deref(), Some(status));
        assert_eq!(report.said_at, Some(Moment::from_seconds(1_795_544_600)));
        let (Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund)) = report.kind
        else {
            panic!()
        };
        assert_eq!((refund.request.unwrap().as_str(), refund.money), (REFUND, money(40_000, "INR")));
    }
    for body in [refund_object("new", json!({})).to_string(), "{}".to_owned()] {
        assert!(matches!(refund(&answer(200, body)), Err(Failure::NotUnderstood(_))));
    }
}

#[test]
fn a_link_that_cannot_be_cancelled_may_be_paid() {
    let close =
        |status, body: &str| run(configured().close(&held(Some(LINK))).unwrap(), |_| answer(status, body));
    assert_eq!(close(200, &link("cancelled", json!({})).to_string()), Ok(Closed::Closed));
    assert_eq!(close(400, &error("Payment Link cannot be cancelled", Value::Null)), Ok(Closed::NotOpen));
    let open = link("created", json!({})).to_string();
    for (status, body) in [(200, open.as_str()), (200, "{}"), (500, ""), (409, "")] {
        assert!(matches!(close(status, body), Err(Failure::Unknown(_))), "{status} {body}");
    }
    assert!(matches!(close(401, ""), Err(Failure::Refused { .. })));
}
