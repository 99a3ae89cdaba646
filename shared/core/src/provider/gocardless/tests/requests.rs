//! What GoCardless is sent.

use super::*;
use crate::provider::gocardless::requests::language;

#[test]
fn a_checkout_is_created_by_these_two_requests() {
    let page = "https://pay.gocardless.com/billing/static/flow?id=BRF1";
    let (created, sent) = against(
        with_checkout(|checkout| configured().create(checkout)),
        &[
            (
                "POST /billing_requests",
                ok(json!({ "billing_requests": { "id": REQUEST, "status": "pending" } })),
            ),
            (
                "POST /billing_request_flows",
                ok(json!({ "billing_request_flows": { "id": "BRF1", "authorisation_url": page } })),
            ),
        ],
    );
    assert_eq!(created.unwrap(), Created { checkout_id: REQUEST.into(), url: page.into() });
    expect![[r#"
        POST https://api.gocardless.com/billing_requests
        authorization: Bearer …
        gocardless-version: 2015-07-06
        idempotency-key: cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        content-type: application/json
        {"billing_requests":{"payment_request":{"amount":4990,"currency":"GBP","description":"Order 1042 & more","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","order_id":"1042"}},"metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","order_id":"1042"},"fallback_enabled":true}}

        POST https://api.gocardless.com/billing_request_flows
        authorization: Bearer …
        gocardless-version: 2015-07-06
        content-type: application/json
        {"billing_request_flows":{"links":{"billing_request":"BRQ9A2Z96TGP9WJ"},"redirect_uri":"https://pay.example/return/cs_1","exit_uri":"https://shop.example/cart?a=1&b=2","skip_success_screen":true,"language":"de","prefilled_customer":{"email":"kundin@example.test"}}}
    "#]].assert_eq(&sent.join("\n"));
}

#[test]
fn what_the_shop_did_not_say_is_left_out() {
    let step = with_checkout(|checkout| {
        configured().create(&Checkout { customer_email: None, locale: Some("tlh"), ..*checkout })
    });
    let (_, sent) =
        against(step, &[("POST /billing_requests", conflict(REQUEST)), ("POST ", answer(500, ""))]);
    assert_eq!(sent.len(), 2);
    for absent in ["language", "prefilled_customer", "idempotency-key"] {
        assert!(!sent[1].contains(absent), "{absent}");
    }
}

#[test]
fn the_language_is_one_that_the_page_has() {
    for (tag, expected) in [
        ("de-AT", Some("de")),
        ("EN", Some("en")),
        ("nb-NO", Some("nb")),
        ("pl", None),
        ("", None),
        ("-", None),
    ] {
        assert_eq!(language(tag), expected, "{tag}");
    }
}

#[test]
fn the_other_requests_are_these() {
    let fetch = configured().fetch(&held(Some(REQUEST))).unwrap();
    expect![[r#"
        GET https://api.gocardless.com/billing_requests/BRQ9A2Z96TGP9WJ
        authorization: Bearer …
        gocardless-version: 2015-07-06
    "#]]
    .assert_eq(&shown(&first_request(fetch)));
    expect![[r#"
        POST https://api.gocardless.com/billing_requests/BRQ9A2Z96TGP9WJ/actions/cancel
        authorization: Bearer …
        gocardless-version: 2015-07-06
        content-type: application/json
        {}
    "#]]
    .assert_eq(&shown(&first_request(configured().close(&held(Some(REQUEST))).unwrap())));
    let odd = configured().close(&held(Some("../x?a=b"))).unwrap();
    let url = "https://api.gocardless.com/billing_requests/%2E%2E%2Fx%3Fa%3Db/actions/cancel";
    assert_eq!(first_request(odd).url, url);
    assert!(configured().fetch(&held(None)).is_none() && configured().close(&held(None)).is_none());
}

#[test]
fn a_refund_is_looked_for_and_then_asked_for_with_the_sum_of_all() {
    let (refunded, sent) = against(
        refund_step(),
        &[
            ("GET /refunds?", ok(json!({ "refunds": [] }))),
            ("GET /payments/", ok(json!({ "payments": payment(PAYMENT, "paid_out") }))),
            ("POST /refunds", ok(json!({ "refunds": refund_object("created", json!({})) }))),
        ],
    );
    assert_eq!(refunded.unwrap().kind.word(), "refund_pending");
    expect![[r#"
        GET https://api.gocardless.com/refunds?payment=PM0X1CC8E3VM4H&limit=500
        authorization: Bearer …
        gocardless-version: 2015-07-06

        GET https://api.gocardless.com/payments/PM0X1CC8E3VM4H
        authorization: Bearer …
        gocardless-version: 2015-07-06

        POST https://api.gocardless.com/refunds
        authorization: Bearer …
        gocardless-version: 2015-07-06
        idempotency-key: rf_01
        content-type: application/json
        {"refunds":{"amount":1500,"total_amount_confirmation":2000,"links":{"payment":"PM0X1CC8E3VM4H"},"metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","refund_id":"rf_01"}}}
    "#]].assert_eq(&sent.join("\n"));
}
