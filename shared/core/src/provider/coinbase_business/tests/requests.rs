//! What Coinbase is sent.

use super::*;
use crate::provider::coinbase_business::requests::uuid;

#[test]
fn a_checkout_is_created_by_this_request() {
    let request = first_request(with_checkout(|checkout| configured().create(checkout)));
    check(
        &request,
        &expect![[r#"
        POST https://business.coinbase.com/api/v1/checkouts
        x-idempotency-key: 733cc427-954a-4008-aa42-281e06e3daba
        content-type: application/json
        {"amount":"49.99","currency":"EUR","description":"Order 1042 & \"more\"","expiresAt":"2026-11-24T17:45:00.000Z","failRedirectUrl":"https://shop.example/cart?a=1&b=2","metadata":{"order_id":"1042","session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"},"network":"base","successRedirectUrl":"https://pay.example/return/cs_1"}
    "#]],
    );
}

#[test]
fn each_request_is_stamped_for_itself() {
    let create = first_request(with_checkout(|checkout| configured().create(checkout)));
    let fetch = first_request(configured().fetch(&held(Some(CHECKOUT))).unwrap());
    for (request, uri) in [
        (create, "POST business.coinbase.com/api/v1/checkouts".to_owned()),
        (fetch, format!("GET business.coinbase.com/api/v1/checkouts/{CHECKOUT}")),
    ] {
        let stamped = request.stamped(Moment::from_seconds(NOW), [1; 16]).unwrap();
        let token = stamped.header_value("authorization").unwrap().strip_prefix("Bearer ").unwrap();
        let claims = token.split('.').nth(1).unwrap();
        let claims = data_encoding::BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["uris"], json!([uri]));
        assert_eq!(
            (&claims["sub"], &claims["iss"]),
            (&json!("organizations/4f1c/apiKeys/9a27c3d1"), &json!("cdp"))
        );
    }
}

#[test]
fn the_other_requests_are_these() {
    check(
        &first_request(configured().fetch(&held(Some(CHECKOUT))).unwrap()),
        &expect![[r#"
        GET https://business.coinbase.com/api/v1/checkouts/0f3c41437441147ed6230ca6
    "#]],
    );
    check(
        &first_request(configured().close(&held(Some(CHECKOUT))).unwrap()),
        &expect![[r#"
        POST https://business.coinbase.com/api/v1/checkouts/0f3c41437441147ed6230ca6/deactivate
    "#]],
    );
    check(
        &first_request(refund_step()),
        &expect![[r#"
        GET https://business.coinbase.com/api/v1/checkouts/0f3c41437441147ed6230ca6
    "#]],
    );
    let Step::Send(exchange) = refund_step() else { panic!() };
    let asked = (exchange.read)(&answer(200, checkout("COMPLETED", json!({})).to_string())).unwrap();
    check(
        &first_request(asked),
        &expect![[r#"
        POST https://business.coinbase.com/api/v1/checkouts/0f3c41437441147ed6230ca6/refund
        x-idempotency-key: afd5e23b-ac38-4a8e-a2db-1b8345c47a15
        content-type: application/json
        {"amount":"10.00","currency":"EUR","reason":"rf_01"}
    "#]],
    );
    for odd in [None, Some("../x"), Some(""), Some("0F3C41437441147ED6230CA6")] {
        assert!(configured().fetch(&held(odd)).is_none() && configured().close(&held(odd)).is_none());
    }
    assert_eq!(configured().repeat(), Repeat::SameKey { kept_seconds: 3_600 });
}

#[test]
fn an_idempotency_key_is_a_uuid_that_follows_from_what_it_is_for() {
    assert_eq!(uuid(SESSION), uuid(SESSION));
    assert_ne!(uuid("rf_01"), uuid("rf_02"));
    for number in 0..50 {
        let uuid = uuid(&number.to_string());
        let lengths: Vec<_> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{uuid}");
        let (version, variant) = (&uuid[14..15], &uuid[19..20]);
        assert!(version == "4" && "89ab".contains(variant), "{uuid}");
    }
}

#[test]
fn the_address_says_whether_real_money_is_moved() {
    for (address, live) in [
        ("https://business.coinbase.com", Some(true)),
        ("https://business.coinbase.com/sandbox", Some(false)),
        ("https://business.coinbase.com/sandbox/", Some(false)),
        ("http://127.0.0.1:9000", None),
    ] {
        let mut config = (TRIAL.config)(&TRIAL.secrets, "");
        config["api_base"] = address.into();
        let configured = PROVIDER.configure(&config).unwrap();
        assert_eq!(configured.about().live, live, "{address}");
        let request = first_request(configured.fetch(&held(Some(CHECKOUT))).unwrap());
        assert_eq!(request.url, format!("{}/api/v1/checkouts/{CHECKOUT}", address.trim_end_matches('/')));
    }
}

#[test]
fn amounts_that_no_checkout_can_have_are_not_sent_there() {
    for (minor, code, expected) in [
        (4999, "EUR", Ok(())),
        (1, "USD", Ok(())),
        (0, "USD", Err(Unsuitable::TooSmall)),
        (10_000_000_000, "GBP", Ok(())),
        (10_000_000_001, "GBP", Err(Unsuitable::TooLarge)),
        (5000, "JPY", Err(Unsuitable::Currency)),
        (12_340, "KWD", Err(Unsuitable::Currency)),
        (4999, "CHF", Err(Unsuitable::Currency)),
    ] {
        assert_eq!(configured().suits(money(minor, code)), expected, "{minor} {code}");
    }
}
