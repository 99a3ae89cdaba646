//! What Razorpay is sent.

use super::*;

#[test]
fn a_checkout_is_created_by_this_request() {
    let request = first_request(with_checkout(|checkout| configured().create(checkout)));
    check(
        &request,
        &expect![[r#"
        POST https://api.razorpay.com/v1/payment_links
        authorization: Basic …
        content-type: application/json
        {"accept_partial":false,"amount":149900,"callback_method":"get","callback_url":"https://pay.example/return/cs_1","currency":"INR","customer":{"email":"kunde@example.test"},"description":"Order 1042 & more","expire_by":1795541700,"notes":{"order":"1042","session":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"},"notify":{"email":false,"sms":false},"options":{"checkout":{"method":{"card":true,"netbanking":false,"upi":false,"wallet":false}}},"reference_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","reminder_enable":false}
    "#]],
    );
    let basic = data_encoding::BASE64.encode(b"rzp_live_Q8vN3mXc7LbT2y:9WpZ4dHs6FgJ1aEuRk3TqXb8");
    assert_eq!(request.header_value("authorization"), Some(format!("Basic {basic}").as_str()));
    assert!(!format!("{request:?}").contains("kunde"), "no personal data in a log");
}

#[test]
fn what_the_shop_did_not_say_is_left_out_and_each_method_is_shown_alone() {
    let body = |method| {
        let request = first_request(with_checkout(|checkout| {
            configured().create(&Checkout { method, customer_email: None, ..*checkout })
        }));
        serde_json::from_slice::<Value>(&request.body).unwrap()
    };
    for absent in ["customer", "options"] {
        assert!(body(Method::Link).get(absent).is_none(), "{absent}");
    }
    for (method, shown) in [
        (Method::Card, "card"),
        (Method::BankTransfer, "netbanking"),
        (Method::Wallet, "wallet"),
        (Method::Local, "upi"),
    ] {
        let methods = body(method)["options"]["checkout"]["method"].clone();
        for name in ["card", "netbanking", "wallet", "upi"] {
            assert_eq!(methods[name], json!(name == shown), "{shown} {name}");
        }
    }
}

#[test]
fn the_other_requests_are_these() {
    check(
        &first_request(with_refund(|order| configured().refund(order)).unwrap()),
        &expect![[r#"
        POST https://api.razorpay.com/v1/payments/pay_Qfldmt5StKZFCB/refund
        authorization: Basic …
        content-type: application/json
        x-refund-idempotency: rf_k3x7q2m9v4p8t6w1z5r0y8h2jd_5v8n2m4q
        {"amount":40000,"notes":{"refund":"rf_k3x7q2m9v4p8t6w1z5r0y8h2jd_5v8n2m4q","session":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"},"receipt":"rf_k3x7q2m9v4p8t6w1z5r0y8h2jd_5v8n2m4q"}
    "#]],
    );
    check(
        &first_request(configured().fetch(&held(Some(LINK))).unwrap()),
        &expect![[r#"
        GET https://api.razorpay.com/v1/payment_links/plink_QflcnnZqCekuvL
        authorization: Basic …
    "#]],
    );
    check(
        &first_request(configured().fetch(&held(None)).unwrap()),
        &expect![[r#"
        GET https://api.razorpay.com/v1/payment_links?reference_id=cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        authorization: Basic …
    "#]],
    );
    check(
        &first_request(configured().close(&held(Some(LINK))).unwrap()),
        &expect![[r#"
        POST https://api.razorpay.com/v1/payment_links/plink_QflcnnZqCekuvL/cancel
        authorization: Basic …
    "#]],
    );
    for odd in ["", "../payments/pay_1", "a?b", "a b"] {
        assert!(configured().fetch(&held(Some(odd))).is_none(), "{odd}");
        assert!(configured().close(&held(Some(odd))).is_none(), "{odd}");
    }
    assert!(configured().close(&held(None)).is_none());
    assert!(configured().endpoint(URL).is_none());
}

#[test]
fn another_address_can_be_configured() {
    let config =
        extended((TRIAL.config)(&["secret"], ""), json!({ "api_base": "http://127.0.0.1:9000/razorpay/" }));
    let configured = PROVIDER.configure(&config).unwrap();
    let request = first_request(with_checkout(|checkout| configured.create(checkout)));
    assert_eq!(request.url, "http://127.0.0.1:9000/razorpay/v1/payment_links");
}
