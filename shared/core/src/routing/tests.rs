//! Which provider an order goes to.

use serde_json::{Value, json};

use super::*;
use crate::payment::Currency;

fn shop(routing: &Value) -> Shop {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
    let document = json!({
        "id": "demo", "name": "Demo shop",
        "api_keys": { "secret": [format!("sk_demo_{:0>43}", 1)] },
        "return_url_prefixes": [],
        "providers": {
            "stripe": { "api_key": "sk_test_1", "webhook_secrets": [secret] },
            "sandbox": { "api_key": "sbx_1", "api_base": "http://127.0.0.1:9", "webhook_secrets": [secret] },
        },
        "routing": routing,
    });
    Shop::parse(document.to_string().as_bytes()).unwrap()
}

fn wanted(minor: u64, code: &str) -> Wanted<'static> {
    let money = Money::new(minor, Currency::parse(code).unwrap()).unwrap();
    Wanted { money, country: None, method: None, provider: None }
}

fn chosen(shop: &Shop, wanted: &Wanted<'_>) -> Option<(&'static str, Method)> {
    choose(shop, wanted).map(|choice| (choice.provider, choice.method))
}

#[test]
fn the_first_rule_that_applies_decides() {
    let shop = shop(&json!([
        { "when": { "method": "card", "min_amount": 500, "currencies": ["EUR"], "countries": ["DE"] }, "use": ["stripe"] },
        { "when": { "method": "card", "max_amount": 499 }, "use": ["sandbox"] },
        { "use": ["sandbox", "stripe"] },
    ]));
    let card = |minor, code, country| Wanted { method: Some(Method::Card), country, ..wanted(minor, code) };
    for (wanted, provider) in [
        (card(500, "EUR", Some("DE")), "stripe"),
        (card(499, "EUR", Some("DE")), "sandbox"),
        (card(500, "EUR", Some("FR")), "sandbox"),
        (card(500, "EUR", None), "sandbox"),
        (card(500, "USD", Some("DE")), "sandbox"),
    ] {
        assert_eq!(chosen(&shop, &wanted), Some((provider, Method::Card)), "{wanted:?}");
    }
    let why = choose(&shop, &card(500, "EUR", Some("DE"))).unwrap().why;
    assert!(why.contains("rule 1"), "{why}");
}

#[test]
fn a_rule_sends_nothing_to_a_provider_that_cannot_take_it() {
    let shop = shop(&json!([{ "use": ["stripe"] }]));
    // Stripe's documents disagree about the shilling's decimals, so it is never sent there.
    let shillings = Wanted { method: Some(Method::Card), ..wanted(500, "UGX") };
    assert_eq!(chosen(&shop, &shillings), None);
    assert_eq!(
        chosen(&shop, &Wanted { method: Some(Method::Card), ..wanted(500, "EUR") }),
        Some(("stripe", Method::Card))
    );
}

#[test]
fn without_rules_whatever_is_configured_takes_it() {
    let shop = shop(&json!([]));
    assert_eq!(chosen(&shop, &wanted(500, "EUR")).map(|(_, method)| method), Some(Method::Card));
    assert_eq!(
        chosen(&shop, &Wanted { method: Some(Method::Crypto), ..wanted(500, "UGX") }).map(|(name, _)| name),
        Some("sandbox")
    );
}

#[test]
fn a_provider_that_was_asked_for_is_taken_even_past_the_rules() {
    let shop = shop(&json!([{ "use": ["stripe"] }]));
    let asked = Wanted { provider: Some("sandbox"), ..wanted(500, "EUR") };
    assert_eq!(chosen(&shop, &asked), Some(("sandbox", Method::Card)));
    assert_eq!(chosen(&shop, &Wanted { provider: Some("adyen"), ..asked }), None);
}

#[test]
fn what_is_offered_is_what_would_be_chosen() {
    let shop = shop(
        &json!([{ "when": { "method": "card" }, "use": ["stripe"] }, { "when": { "method": "crypto" }, "use": ["sandbox"] }]),
    );
    let offered = offered(&shop, &wanted(500, "EUR"));
    for method in Method::ALL {
        let chosen = choose(&shop, &Wanted { method: Some(method), ..wanted(500, "EUR") });
        assert_eq!(offered.contains(&method), chosen.is_some(), "{method}");
    }
}
