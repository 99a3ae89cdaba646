//! What Square is sent.

use super::*;

#[test]
fn a_checkout_is_created_by_this_request() {
    let request = first_request(with_checkout(|checkout| configured().create(checkout)));
    check(
        &request,
        &expect![[r#"
        POST https://connect.squareup.com/v2/online-checkout/payment-links
        authorization: Bearer …
        square-version: 2026-09-16
        content-type: application/json
        {"checkout_options":{"accepted_payment_methods":{"afterpay_clearpay":false,"apple_pay":false,"cash_app_pay":false,"google_pay":false},"allow_tipping":false,"ask_for_shipping_address":false,"enable_coupon":false,"enable_loyalty":false,"redirect_url":"https://pay.example/return/cs_1"},"idempotency_key":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","order":{"line_items":[{"base_price_money":{"amount":4999,"currency":"EUR"},"name":"Order 1042 & more","quantity":"1"}],"location_id":"L88917AVBK2S5","reference_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"},"payment_note":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","pre_populated_data":{"buyer_email":"kundin@example.test"}}
    "#]],
    );
    assert!(!format!("{request:?}").contains("kundin"), "no personal data in a log");
}

#[test]
fn what_the_shop_did_not_say_is_left_out_and_wallets_can_be_asked_for() {
    let body = |method| {
        let request = first_request(with_checkout(|checkout| {
            configured().create(&Checkout { method, customer_email: None, ..*checkout })
        }));
        String::from_utf8(request.body).unwrap()
    };
    for absent in ["pre_populated_data", "accepted_payment_methods", "shop.example", "de-AT"] {
        assert!(!body(Method::Link).contains(absent), "{absent}");
    }
    assert!(body(Method::Card).contains("\"apple_pay\":false"));
    assert!(body(Method::Wallet).contains("\"apple_pay\":true"));
}

#[test]
fn the_other_requests_are_these() {
    check(
        &first_request(with_refund(|order| configured().refund(order)).unwrap()),
        &expect![[r#"
        POST https://connect.squareup.com/v2/refunds
        authorization: Bearer …
        square-version: 2026-09-16
        content-type: application/json
        {"amount_money":{"amount":1000,"currency":"EUR"},"idempotency_key":"rf_01","payment_id":"2fUXCUbrGoXXyNT6iYYYUiWmUZeZY","reason":"Refund rf_01"}
    "#]],
    );
    check(
        &first_request(configured().fetch(&held(Some(CHECKOUT))).unwrap()),
        &expect![[r#"
        GET https://connect.squareup.com/v2/orders/B2EZLslUm4bkdPq9rVFdOqEwEhZZY
        authorization: Bearer …
        square-version: 2026-09-16
    "#]],
    );
    check(
        &first_request(configured().close(&held(Some(CHECKOUT))).unwrap()),
        &expect![[r#"
        DELETE https://connect.squareup.com/v2/online-checkout/payment-links/MQASNYL6QB6DFCJ3
        authorization: Bearer …
        square-version: 2026-09-16
    "#]],
    );
    check(
        &first_request(configured().endpoint(URL).unwrap()),
        &expect![[r#"
        GET https://connect.squareup.com/v2/webhooks/subscriptions?include_disabled=true&limit=100
        authorization: Bearer …
        square-version: 2026-09-16
    "#]],
    );
    for odd in [None, Some(""), Some("link"), Some("link:"), Some(":order"), Some("a:../b"), Some("a/b:c")] {
        assert!(configured().fetch(&held(odd)).is_none(), "{odd:?}");
        assert!(configured().close(&held(odd)).is_none(), "{odd:?}");
    }
}

#[test]
fn another_address_can_be_configured() {
    let config = extended((TRIAL.config)(&["k"], ""), json!({ "api_base": "http://127.0.0.1:9000/square/" }));
    let configured = PROVIDER.configure(&config).unwrap();
    let request = first_request(with_checkout(|checkout| configured.create(checkout)));
    assert_eq!(request.url, "http://127.0.0.1:9000/square/v2/online-checkout/payment-links");
    assert_eq!(request.header_value("authorization"), Some("Bearer EAAAl8oWqvDfuLq3Tn5x"));
}
