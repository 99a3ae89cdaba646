//! Keys and amounts.

use super::*;

#[test]
fn the_address_says_whether_real_money_is_moved() {
    for (address, live) in [
        ("https://api-m.paypal.com", Some(true)),
        ("https://api-m.paypal.com/", Some(true)),
        ("https://api-m.sandbox.paypal.com", Some(false)),
        ("http://127.0.0.1:9000", None),
    ] {
        let mut config = (TRIAL.config)(&[], "");
        config["api_base"] = address.into();
        assert_eq!(PROVIDER.configure(&config).unwrap().about().live, live, "{address}");
    }
    assert_eq!(configured().about().live, Some(true));
}

#[test]
fn the_simulators_webhook_id_is_nobodys() {
    let mut config = (TRIAL.config)(&[], "");
    config["webhook_id"] = "WEBHOOK_ID".into();
    assert_eq!(PROVIDER.configure(&config).unwrap_err().path, "webhook_id");
}

#[test]
fn amounts_that_paypal_cannot_write_are_not_sent_there() {
    let configured = configured();
    for (minor, code, expected) in [
        (4999, "EUR", Ok(())),
        (1, "EUR", Ok(())),
        (0, "EUR", Err(Unsuitable::TooSmall)),
        (999_999_999, "USD", Ok(())),
        (1_000_000_000, "USD", Err(Unsuitable::TooLarge)),
        (5000, "JPY", Ok(())),
        (9_999_999, "JPY", Ok(())),
        (10_000_000, "JPY", Err(Unsuitable::TooLarge)),
        (1_250_000, "HUF", Ok(())),
        (1_250_050, "HUF", Err(Unsuitable::Granularity)),
        (50_050, "TWD", Err(Unsuitable::Granularity)),
        (5000, "KRW", Err(Unsuitable::Currency)),
        (12_340, "KWD", Err(Unsuitable::Currency)),
    ] {
        assert_eq!(configured.suits(money(minor, code)), expected, "{minor} {code}");
    }
}

#[test]
fn amounts_are_written_and_read_in_its_digits() {
    for (minor, code, written) in
        [(4999, "EUR", "49.99"), (5, "EUR", "0.05"), (5000, "JPY", "5000"), (1_250_000, "HUF", "12500")]
    {
        assert_eq!(super::super::value(money(minor, code)).as_deref(), Some(written));
        assert_eq!(super::super::money(written, code), Ok(money(minor, code)));
    }
    assert_eq!(super::super::money("12500.00", "HUF"), Ok(money(1_250_000, "HUF")));
    for (value, code) in [("5000.5", "JPY"), ("-1.00", "EUR"), ("1e2", "EUR"), ("", "EUR"), ("1.00", "XXX")] {
        assert_eq!(super::super::money(value, code), Err(NotUnderstood::Money), "{value} {code}");
    }
}
