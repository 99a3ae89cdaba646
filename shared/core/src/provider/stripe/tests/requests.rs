//! What Stripe is sent.

use super::*;
use crate::provider::stripe::requests::locale;

#[test]
fn a_checkout_is_created_by_this_request() {
    let request = first_request(with_checkout(|checkout| configured().create(checkout)));
    check(
        &request,
        &expect![[r#"
        POST https://api.stripe.com/v1/checkout/sessions
        authorization: Bearer …
        stripe-version: 2026-10-28.endive
        idempotency-key: cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        content-type: application/x-www-form-urlencoded
          mode = payment
          client_reference_id = cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
          metadata[session_id] = cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
          metadata[order_id] = 1042
          payment_intent_data[metadata][session_id] = cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
          payment_intent_data[metadata][order_id] = 1042
          payment_intent_data[description] = Order 1042 & more
          line_items[0][quantity] = 1
          line_items[0][price_data][currency] = eur
          line_items[0][price_data][unit_amount] = 4999
          line_items[0][price_data][product_data][name] = Order 1042 & more
          success_url = https://pay.example/return/cs_1
          cancel_url = https://shop.example/cart?a=1&b=2
          expires_at = 1795541700
          adaptive_pricing[enabled] = false
          customer_email = kundin@example.test
          locale = de
          allowed_payment_method_types[0] = card
    "#]],
    );
    assert!(!format!("{request:?}").contains("kundin"), "no personal data in a log");
}

#[test]
fn what_the_shop_did_not_say_is_left_out() {
    let request = first_request(with_checkout(|checkout| {
        configured().create(&Checkout {
            method: Method::Wallet,
            customer_email: None,
            locale: None,
            ..*checkout
        })
    }));
    let form = shown(&request);
    for absent in
        ["customer_email", "locale", "allowed_payment_method_types", "payment_method_types", "ui_mode"]
    {
        assert!(!form.contains(absent), "{absent}");
    }
}

#[test]
fn the_language_is_the_nearest_that_the_page_has() {
    for (tag, expected) in [
        ("de", Some("de")),
        ("de-AT", Some("de")),
        ("pt-BR", Some("pt-BR")),
        ("pt-br", Some("pt-BR")),
        ("pt-AO", Some("pt")),
        ("zh-Hant-TW", Some("zh")),
        ("auto", Some("auto")),
        ("tlh", None),
        ("", None),
        ("-", None),
    ] {
        assert_eq!(locale(tag), expected, "{tag}");
    }
}

#[test]
fn the_other_requests_are_these() {
    let fetch = configured().fetch(&held(Some(CHECKOUT))).unwrap();
    check(
        &first_request(fetch),
        &expect![[r#"
        GET https://api.stripe.com/v1/checkout/sessions/cs_live_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu?expand[]=payment_intent.latest_charge.refunds
        authorization: Bearer …
        stripe-version: 2026-10-28.endive
    "#]],
    );
    check(
        &first_request(with_refund(|order| configured().refund(order)).unwrap()),
        &expect![[r#"
        POST https://api.stripe.com/v1/refunds
        authorization: Bearer …
        stripe-version: 2026-10-28.endive
        idempotency-key: rf_01
        content-type: application/x-www-form-urlencoded
          payment_intent = pi_3SXkQ2LkdIwHu7ix0a7VbN3m
          amount = 1000
          metadata[session_id] = cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
          metadata[refund_id] = rf_01
    "#]],
    );
    check(
        &first_request(configured().close(&held(Some(CHECKOUT))).unwrap()),
        &expect![[r#"
        POST https://api.stripe.com/v1/checkout/sessions/cs_live_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu/expire
        authorization: Bearer …
        stripe-version: 2026-10-28.endive
    "#]],
    );
    let odd = configured().fetch(&held(Some("../customers?a=b"))).unwrap();
    check(
        &first_request(odd),
        &expect![[r#"
        GET https://api.stripe.com/v1/checkout/sessions/%2E%2E%2Fcustomers%3Fa%3Db?expand[]=payment_intent.latest_charge.refunds
        authorization: Bearer …
        stripe-version: 2026-10-28.endive
    "#]],
    );
    assert!(configured().fetch(&held(None)).is_none() && configured().close(&held(None)).is_none());
    assert_eq!(configured().repeat(), Repeat::SameKey { kept_seconds: 86_400 });
}

#[test]
fn another_address_can_be_configured() {
    let config = json!({ "api_key": "rk_test_1", "webhook_secrets": ["whsec_1"], "api_base": "http://127.0.0.1:9000/stripe/" });
    let configured = PROVIDER.configure(&config).unwrap();
    let request = first_request(with_checkout(|checkout| configured.create(checkout)));
    assert_eq!(request.url, "http://127.0.0.1:9000/stripe/v1/checkout/sessions");
    assert_eq!(request.header_value("authorization"), Some("Bearer rk_test_1"));
}
