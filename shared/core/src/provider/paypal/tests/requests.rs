//! What PayPal is sent.

use super::*;
use crate::provider::paypal::requests::is_locale;

#[test]
fn a_token_is_asked_for_first() {
    let request = first_request(with_checkout(|checkout| configured().create(checkout)));
    check(
        &request,
        &expect![[r#"
            POST https://api-m.paypal.com/v1/oauth2/token
            authorization: Basic …
            content-type: application/x-www-form-urlencoded
              grant_type = client_credentials
        "#]],
    );
    let basic =
        "Basic QVhrM3ZRN3JUMm1McDlaczRZZDhOdzFIYjZKYzVGZTA6RUt4OFFtMlJ2NlR6NEJuOVdjMUxkN1loM0pzNVBnMA==";
    assert_eq!(request.header_value("authorization"), Some(basic));
}

#[test]
fn a_checkout_is_created_by_this_request() {
    let request = second_request(with_checkout(|checkout| configured().create(checkout)));
    check(
        &request,
        &expect![[r#"
        POST https://api-m.paypal.com/v2/checkout/orders
        authorization: Bearer …
        paypal-request-id: cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        prefer: return=representation
        content-type: application/json
        {"intent":"CAPTURE","payment_source":{"paypal":{"email_address":"kundin@example.test","experience_context":{"cancel_url":"https://shop.example/cart?a=1&b=2","locale":"de-AT","payment_method_preference":"IMMEDIATE_PAYMENT_REQUIRED","return_url":"https://pay.example/return/cs_1","shipping_preference":"NO_SHIPPING","user_action":"PAY_NOW"}}},"purchase_units":[{"amount":{"currency_code":"EUR","value":"49.99"},"custom_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","description":"Order 1042 & \"more\"","invoice_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","reference_id":"default"}]}
    "#]],
    );
    assert!(!format!("{request:?}").contains("kundin"), "no personal data in a log");
}

#[test]
fn what_the_shop_did_not_say_is_left_out_and_what_is_too_long_is_cut() {
    let long = "ä".repeat(200);
    let request = second_request(with_checkout(|checkout| {
        configured().create(&Checkout {
            customer_email: None,
            locale: Some("tlh"),
            description: &long,
            money: money(1_250_000, "HUF"),
            ..*checkout
        })
    }));
    let order: Value = serde_json::from_slice(&request.body).unwrap();
    let paypal = &order["payment_source"]["paypal"];
    assert!(paypal["email_address"].is_null() && paypal["experience_context"]["locale"].is_null());
    let unit = &order["purchase_units"][0];
    assert_eq!(unit["description"].as_str().unwrap().chars().count(), 127);
    assert_eq!(unit["amount"], json!({ "currency_code": "HUF", "value": "12500" }));
}

#[test]
fn a_language_is_sent_only_in_the_form_that_it_takes() {
    for tag in ["de", "de-AT", "pt-BR", "es-419", "zh-Hant", "zh-Hant-TW"] {
        assert!(is_locale(tag), "{tag}");
    }
    for tag in
        ["", "-", "d", "tlh", "DE", "de-at", "de_AT", "zh-hant", "de-AT-x", "zh-Hant-TW-x", "de-", "dé"]
    {
        assert!(!is_locale(tag), "{tag}");
    }
}

#[test]
fn the_other_requests_are_these() {
    check(
        &second_request(configured().fetch(&held(Some(ORDER))).unwrap()),
        &expect![[r#"
        GET https://api-m.paypal.com/v2/checkout/orders/5O190127TN364715T
        authorization: Bearer …
    "#]],
    );
    check(
        &second_request(refund_step()),
        &expect![[r#"
        POST https://api-m.paypal.com/v2/payments/captures/3C679366HH908993F/refund
        authorization: Bearer …
        paypal-request-id: rf_01
        prefer: return=representation
        content-type: application/json
        {"amount":{"currency_code":"EUR","value":"10.00"},"custom_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","invoice_id":"rf_01"}
    "#]],
    );
    check(
        &second_request(configured().endpoint("https://pay.example/").unwrap()),
        &expect![[r#"
        GET https://api-m.paypal.com/v1/notifications/webhooks
        authorization: Bearer …
    "#]],
    );
    for odd in [None, Some("../customers?a=b"), Some(""), Some("5o190127tn364715t")] {
        assert!(configured().fetch(&held(odd)).is_none(), "{odd:?}");
    }
    assert!(configured().close(&held(Some(ORDER))).is_none());
    assert_eq!(configured().repeat(), Repeat::SameKey { kept_seconds: 21_600 });
}

#[test]
fn another_address_can_be_configured() {
    let mut config = (TRIAL.config)(&[], "");
    config["api_base"] = "http://127.0.0.1:9000/paypal/".into();
    let configured = PROVIDER.configure(&config).unwrap();
    let request = second_request(with_checkout(|checkout| configured.create(checkout)));
    assert_eq!(request.url, "http://127.0.0.1:9000/paypal/v2/checkout/orders");
}
