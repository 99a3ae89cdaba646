//! Keys and amounts.

use super::*;

#[test]
fn a_key_says_whether_it_moves_real_money() {
    for key in ["sk_live_1", "rk_live_1", "sk_test_1", "rk_test_1"] {
        assert!(
            PROVIDER.configure(&json!({ "api_key": key, "webhook_secrets": ["whsec_1"] })).is_ok(),
            "{key}"
        );
    }
    for key in ["pk_live_1", "sk_1", "whsec_1", "SK_LIVE_1"] {
        let error =
            PROVIDER.configure(&json!({ "api_key": key, "webhook_secrets": ["whsec_1"] })).unwrap_err();
        assert_eq!(error.path, "api_key", "{key}");
    }
}

#[test]
fn amounts_that_stripe_counts_in_other_units_are_not_sent_there() {
    let configured = configured();
    for (minor, code, expected) in [
        (4999, "EUR", Ok(())),
        (1, "EUR", Ok(())),
        (0, "EUR", Err(Unsuitable::TooSmall)),
        (99_999_999, "USD", Ok(())),
        (100_000_000, "USD", Err(Unsuitable::TooLarge)),
        (5000, "JPY", Ok(())),
        (5000, "CLP", Ok(())),
        (5000, "HUF", Ok(())),
        (5000, "TWD", Ok(())),
        (5, "ISK", Err(Unsuitable::Currency)),
        (500, "MGA", Err(Unsuitable::Currency)),
        (500, "UGX", Err(Unsuitable::Currency)),
        (500, "CLF", Err(Unsuitable::Currency)),
        (500, "IQD", Err(Unsuitable::Currency)),
        (12_340, "KWD", Ok(())),
        (12_345, "KWD", Err(Unsuitable::Granularity)),
        (12_345, "TND", Err(Unsuitable::Granularity)),
    ] {
        assert_eq!(configured.suits(money(minor, code)), expected, "{minor} {code}");
    }
    let config = json!({ "api_key": "sk_test_1", "webhook_secrets": ["whsec_1"], "min_amount": 50, "max_amount": 1000 });
    let configured = PROVIDER.configure(&config).unwrap();
    for (minor, expected) in
        [(49, Err(Unsuitable::TooSmall)), (50, Ok(())), (1000, Ok(())), (1001, Err(Unsuitable::TooLarge))]
    {
        assert_eq!(configured.suits(money(minor, "EUR")), expected, "{minor}");
    }
}

#[test]
fn money_in_other_units_is_not_believed() {
    for currency in ["isk", "mga", "ugx", "xxx", "", "euro"] {
        let object = json!({ "id": CHECKOUT, "client_reference_id": SESSION, "payment_status": "paid", "amount_total": 500, "currency": currency });
        let read = read(&event("checkout.session.completed", object));
        assert_eq!(read.unwrap_err(), NotUnderstood::Money, "{currency}");
    }
}
