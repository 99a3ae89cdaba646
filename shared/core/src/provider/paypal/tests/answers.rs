//! What its answers mean.

use super::*;

fn create(answered: &Answer) -> Result<Created, Failure> {
    asked(with_checkout(|checkout| configured().create(checkout)), |_| answered.clone())
}

fn refund(answered: &Answer) -> Result<Report, Failure> {
    asked(refund_step(), |_| answered.clone())
}

#[test]
fn a_created_order_has_an_id_and_an_address() {
    for (rel, status) in [("payer-action", 200), ("payer-action", 201), ("approve", 201)] {
        let made = json!({ "id": ORDER, "status": "PAYER_ACTION_REQUIRED", "links": [
            { "rel": "self", "href": "https://api.paypal.com/v2/checkout/orders/5O190127TN364715T" },
            { "rel": rel, "href": "https://www.paypal.com/checkoutnow?token=5O190127TN364715T" },
        ] });
        let created = create(&answer(status, made.to_string())).unwrap();
        let url = "https://www.paypal.com/checkoutnow?token=5O190127TN364715T";
        assert_eq!(created, Created { checkout_id: ORDER.into(), url: url.into() });
    }
    for body in
        ["{}", "", "<html>", "{\"id\":\"5O190127TN364715T\",\"links\":[]}", "{\"id\":\"a\",\"id\":\"b\"}"]
    {
        assert!(matches!(create(&answer(201, body)), Err(Failure::Unknown(_))), "{body}");
    }
}

#[test]
fn a_token_that_is_no_token_is_none() {
    for body in
        ["{}", "{\"access_token\":\"\"}", "{\"access_token\":\"a\\r\\nb\"}", "{\"access_token\":3}", ""]
    {
        let step = with_checkout(|checkout| configured().create(checkout));
        assert!(matches!(run(step, |_| answer(200, body)), Err(Failure::Unknown(_))), "{body}");
    }
}

#[test]
fn a_refusal_is_definite_only_where_it_is() {
    let refused = |status, code: &str| Failure::Refused {
        status,
        code: Some(code.to_owned()),
        words: "Not now.".to_owned(),
    };
    for (answered, expected) in [
        (
            refusal(422, "UNPROCESSABLE_ENTITY", "CURRENCY_NOT_SUPPORTED_FOR_COUNTRY"),
            refused(422, "CURRENCY_NOT_SUPPORTED_FOR_COUNTRY"),
        ),
        (refusal(403, "NOT_AUTHORIZED", "PERMISSION_DENIED"), refused(403, "PERMISSION_DENIED")),
    ] {
        assert_eq!(create(&answered), Err(expected));
    }
    for answered in [
        refusal(422, "UNPROCESSABLE_ENTITY", "DUPLICATE_REQUEST_ID"),
        answer(409, ""),
        answer(429, ""),
        answer(500, "{\"name\":\"INTERNAL_SERVER_ERROR\"}"),
        answer(503, "<html>"),
        answer(302, ""),
    ] {
        assert!(matches!(create(&answered), Err(Failure::Unknown(_))), "{answered:?}");
    }
    assert!(matches!(create(&answer(403, "")), Err(Failure::Refused { status: 403, code: None, .. })));
}

#[test]
fn a_refund_says_how_far_it_is() {
    for (status, word, at) in [
        ("PENDING", "refund_pending", "2026-11-24T18:00:00.000Z"),
        ("COMPLETED", "refunded", "2026-11-24T18:00:00.000Z"),
        ("FAILED", "refund_failed", "2026-11-25T18:00:00.000Z"),
        ("CANCELLED", "refund_failed", "2026-11-25T18:00:00.000Z"),
    ] {
        let report = refund(&answer(201, refunded(status, json!({})).to_string())).unwrap();
        assert_eq!(report.kind.word(), word);
        assert_eq!(report.said_at.unwrap().to_string(), at, "{status}");
        assert_eq!(report.payment.unwrap().as_str(), CAPTURE);
        let (Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund)) = report.kind
        else {
            panic!()
        };
        // It is ours, whether or not the answer repeats our notes.
        assert_eq!((refund.request.unwrap().as_str(), refund.money), ("rf_01", money(1500, "EUR")));
    }
    assert!(matches!(
        refund(&answer(201, refunded("NEW", json!({})).to_string())),
        Err(Failure::NotUnderstood(_))
    ));
    let gone = refund(&refusal(422, "UNPROCESSABLE_ENTITY", "CAPTURE_FULLY_REFUNDED"));
    assert!(
        matches!(gone, Err(Failure::Refused { code: Some(code), .. }) if code == "CAPTURE_FULLY_REFUNDED")
    );
}

#[test]
fn our_webhook_is_looked_for_by_its_id() {
    let ours = "https://pay.example/v1/webhooks/demo/paypal";
    let listed =
        json!({ "webhooks": [{ "id": "7FB53827KS118702W", "url": ours, "event_types": [{ "name": "*" }] }] });
    let check = |answered: &Answer| asked(configured().endpoint(ours).unwrap(), |_| answered.clone());
    assert_eq!(check(&answer(200, listed.to_string())), Ok(vec![]));
    assert_eq!(check(&answer(200, "{\"webhooks\":[]}")), Ok(vec![EndpointFault::Missing]));
    assert!(matches!(check(&answer(200, "{}")), Err(Failure::Unknown(_))));
}
