//! What a server is sent.

use super::*;

#[test]
fn an_invoice_is_looked_for_and_then_created_by_these_requests() {
    let (created, sent) = against(
        with_checkout(|checkout| configured().create(checkout)),
        &[("GET invoices?", ok(json!([]))), ("POST invoices", ok(invoice("New", "None", json!({}))))],
    );
    assert_eq!(created.unwrap().checkout_id, INVOICE);
    expect![[r#"
        GET https://btcpay.example/server/api/v1/stores/9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776/invoices?orderId=cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        authorization: token …

        POST https://btcpay.example/server/api/v1/stores/9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776/invoices
        authorization: token …
        content-type: application/json
        {"amount":"49.99","currency":"EUR","metadata":{"orderId":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","shopOrderId":"1042","itemDesc":"Order 1042 & more","buyerEmail":"kundin@example.test"},"checkout":{"expirationMinutes":31,"paymentTolerance":0,"redirectURL":"https://pay.example/return/cs_1","redirectAutomatically":true,"defaultLanguage":"de-AT"}}
    "#]].assert_eq(&sent.join("\n"));
}

#[test]
fn what_the_shop_did_not_say_is_left_out_and_amounts_have_their_currencys_decimals() {
    for (money, written) in [
        (money(5000, "JPY"), "\"5000\""),
        (money(12_345, "KWD"), "\"12.345\""),
        (money(5, "EUR"), "\"0.05\""),
    ] {
        let step = with_checkout(|checkout| {
            configured().create(&Checkout { customer_email: None, locale: None, money, ..*checkout })
        });
        let (_, sent) =
            against(step, &[("GET invoices?", ok(json!([]))), ("POST invoices", answer(500, ""))]);
        assert!(sent[1].contains(&format!("{{\"amount\":{written},\"currency\":")), "{}", sent[1]);
        assert!(!sent[1].contains("buyerEmail") && !sent[1].contains("defaultLanguage"));
    }
}

#[test]
fn the_other_requests_are_these() {
    let fetch = configured().fetch(&held(Some(INVOICE))).unwrap();
    expect![[r#"
        GET https://btcpay.example/server/api/v1/stores/9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776/invoices/EWk7cGVvsRZ4BLm2NaS2pd
        authorization: token …
    "#]].assert_eq(&shown(&first_request(fetch)));
    let lost = configured().fetch(&held(None)).unwrap();
    expect![[r#"
        GET https://btcpay.example/server/api/v1/stores/9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776/invoices?orderId=cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        authorization: token …
    "#]].assert_eq(&shown(&first_request(lost)));
    let odd = configured().fetch(&held(Some("../x?a=b"))).unwrap();
    let url = format!("{BASE}/api/v1/stores/{STORE}/invoices/%2E%2E%2Fx%3Fa%3Db");
    assert_eq!(first_request(odd).url, url);
    assert!(configured().close(&held(Some(INVOICE))).is_none());
    let endpoint = configured().endpoint("https://pay.example/v1/webhooks/demo/btcpay").unwrap();
    assert_eq!(first_request(endpoint).url, format!("{BASE}/api/v1/stores/{STORE}/webhooks"));
}

#[test]
fn a_refund_is_looked_for_and_then_offered_by_these_requests() {
    let answers = [("GET pull-payments?", ok(json!([]))), ("POST invoices/", ok(pull(json!({}))))];
    let (refunded, sent) = against(refund_step(), &answers);
    assert_eq!(refunded.unwrap().kind.word(), "refund_pending");
    expect![[r#"
        GET https://btcpay.example/server/api/v1/stores/9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776/pull-payments?includeArchived=true
        authorization: token …

        POST https://btcpay.example/server/api/v1/stores/9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776/invoices/EWk7cGVvsRZ4BLm2NaS2pd/refund
        authorization: token …
        content-type: application/json
        {"name":"Refund EWk7cGVvsRZ4BLm2NaS2pd","description":"rf_01","refundVariant":"Custom","customAmount":"15.00","customCurrency":"EUR"}
    "#]].assert_eq(&sent.join("\n"));
}
