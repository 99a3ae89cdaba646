//! Which provider an order goes to.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::payment::{Currency, Method, Moment, Money, ProviderName};
use crate::provider::Unsuitable;
use crate::shop::Shop;

fn shop(routing: &Value) -> Shop {
    shop_with_limits(routing, None, None)
}

/// A shop with Stripe, which takes these amounts, and the sandbox, which takes all.
fn shop_with_limits(routing: &Value, least: Option<u64>, most: Option<u64>) -> Shop {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
    let document = json!({
        "id": "demo", "name": "Demo shop",
        "api_keys": { "secret": [format!("sk_demo_{:0>43}", 1)] },
        "return_url_prefixes": [],
        "providers": {
            "stripe": {
                "api_key": "sk_test_1", "webhook_secrets": [secret], "min_amount": least, "max_amount": most,
            },
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

fn card(minor: u64, code: &str) -> Wanted<'static> {
    Wanted { method: Some(Method::Card), ..wanted(minor, code) }
}

fn usually(shop: &Shop, wanted: &Wanted<'_>) -> Plan {
    plan(shop, wanted, &Lately::default())
}

fn chosen(shop: &Shop, wanted: &Wanted<'_>) -> Option<(&'static str, Method)> {
    usually(shop, wanted).candidates.first().map(|choice| (name(&choice.provider), choice.method))
}

/// A provider's name, for as long as the tests.
fn name(provider: &ProviderName) -> &'static str {
    crate::provider::listed(provider.as_str()).unwrap().name()
}

fn names(choices: &[Choice]) -> Vec<&'static str> {
    choices.iter().map(|choice| name(&choice.provider)).collect()
}

fn not(plan: &Plan) -> Vec<(&'static str, WhyNot)> {
    plan.not.iter().map(|passed| (name(&passed.provider), passed.why)).collect()
}

#[test]
fn the_first_rule_that_applies_decides() {
    let shop = shop(&json!([
        { "when": { "method": "card", "min_amount": 500, "currencies": ["EUR"], "countries": ["DE"] }, "use": ["stripe"] },
        { "when": { "method": "card", "max_amount": 499 }, "use": ["sandbox"] },
        { "use": ["sandbox", "stripe"] },
    ]));
    let card = |minor, code, country| Wanted { country, ..card(minor, code) };
    for (wanted, provider) in [
        (card(500, "EUR", Some("DE")), "stripe"),
        (card(499, "EUR", Some("DE")), "sandbox"),
        (card(500, "EUR", Some("FR")), "sandbox"),
        (card(500, "EUR", None), "sandbox"),
        (card(500, "USD", Some("DE")), "sandbox"),
    ] {
        assert_eq!(chosen(&shop, &wanted), Some((provider, Method::Card)), "{wanted:?}");
    }
    let plan = usually(&shop, &card(500, "EUR", Some("DE")));
    assert_eq!(names(&plan.candidates), ["stripe", "sandbox"], "later rules that apply too come after it");
    let why: Vec<_> = plan.candidates.iter().map(|choice| choice.why.as_str()).collect();
    assert_eq!(why, ["Routing rule 1 names it.", "Routing rule 3 names it."]);
}

#[test]
fn each_provider_that_is_no_candidate_has_its_reason() {
    let rules = json!([{ "when": { "method": "card" }, "use": ["stripe"] }, { "when": { "method": "crypto" }, "use": ["stripe", "sandbox"] }]);
    let shop = shop_with_limits(&rules, Some(500), Some(100_000));
    let asked = |provider| Wanted { provider: Some(provider), ..card(500, "EUR") };
    let crypto = Wanted { method: Some(Method::Crypto), ..wanted(500, "EUR") };
    let unsuitable = |why| WhyNot::Unsuitable(why);
    for (wanted, expected) in [
        (card(500, "EUR"), vec![("sandbox", WhyNot::NoRule)]),
        (crypto, vec![("stripe", WhyNot::Method(Method::Crypto))]),
        (card(500, "UGX"), vec![("sandbox", WhyNot::NoRule), ("stripe", unsuitable(Unsuitable::Currency))]),
        (card(499, "EUR"), vec![("sandbox", WhyNot::NoRule), ("stripe", unsuitable(Unsuitable::TooSmall))]),
        (
            card(100_001, "EUR"),
            vec![("sandbox", WhyNot::NoRule), ("stripe", unsuitable(Unsuitable::TooLarge))],
        ),
        (
            card(501, "KWD"),
            vec![("sandbox", WhyNot::NoRule), ("stripe", unsuitable(Unsuitable::Granularity))],
        ),
        (asked("sandbox"), vec![("stripe", WhyNot::NotAsked)]),
        (asked("adyen"), vec![("sandbox", WhyNot::NotAsked), ("stripe", WhyNot::NotAsked)]),
    ] {
        assert_eq!(not(&usually(&shop, &wanted)), expected, "{wanted:?}");
    }
    let plan = usually(&shop, &crypto);
    assert_eq!(
        plan.candidates[0].why,
        "Routing rule 2 names it after stripe. Not stripe: it does not offer crypto."
    );
}

#[test]
fn where_no_rule_applies_it_says_what_put_the_providers_in_their_order() {
    let mut shop = shop(&json!([]));
    let why = |shop: &Shop| -> Vec<String> {
        usually(shop, &card(500, "EUR")).candidates.into_iter().map(|choice| choice.why).collect()
    };
    let first = "No routing rule applies; it is the first by name that the shop has.";
    assert_eq!(why(&shop), [first, "No routing rule applies; by name it comes after sandbox."]);
    shop.providers.remove("sandbox");
    assert_eq!(why(&shop), ["No routing rule applies; it is the only provider that the shop has."]);
}

#[test]
fn a_rule_sends_nothing_to_a_provider_that_cannot_take_it() {
    let shop = shop(&json!([{ "use": ["stripe"] }]));
    // Stripe's documents disagree about the shilling's decimals, so it is never sent there.
    assert_eq!(chosen(&shop, &card(500, "UGX")), None);
    assert_eq!(chosen(&shop, &card(500, "EUR")), Some(("stripe", Method::Card)));
}

#[test]
fn without_rules_whatever_is_configured_takes_it() {
    let shop = shop(&json!([]));
    assert_eq!(chosen(&shop, &wanted(500, "EUR")).map(|(_, method)| method), Some(Method::Card));
    let crypto = Wanted { method: Some(Method::Crypto), ..wanted(500, "UGX") };
    assert_eq!(chosen(&shop, &crypto).map(|(name, _)| name), Some("sandbox"));
}

#[test]
fn a_provider_that_was_asked_for_is_taken_even_past_the_rules_and_no_other() {
    let shop = shop(&json!([{ "use": ["stripe"] }]));
    let asked = Wanted { provider: Some("sandbox"), ..wanted(500, "EUR") };
    let plan = usually(&shop, &asked);
    assert!(plan.candidates.iter().all(|choice| name(&choice.provider) == "sandbox"), "{plan:?}");
    assert_eq!(plan.candidates[0].why, "The shop asked for it.");
    assert_eq!(chosen(&shop, &Wanted { provider: Some("adyen"), ..asked }), None);
}

#[test]
fn without_a_method_all_of_one_come_before_the_next() {
    let shop = shop(&json!([{ "use": ["stripe", "sandbox"] }]));
    let plan = usually(&shop, &wanted(500, "EUR"));
    let order: Vec<_> =
        plan.candidates.iter().map(|choice| (choice.method, name(&choice.provider))).collect();
    assert_eq!(
        order[..4],
        [
            (Method::Card, "stripe"),
            (Method::Card, "sandbox"),
            (Method::BankTransfer, "stripe"),
            (Method::BankTransfer, "sandbox"),
        ]
    );
}

#[test]
fn what_is_left_alone_is_no_candidate_and_the_last_resort() {
    let shop = shop(&json!([{ "use": ["stripe", "sandbox"] }]));
    let until = Moment::from_seconds(60);
    let lately = Lately::default().resting("stripe", until);
    let after = plan(&shop, &card(500, "EUR"), &lately);
    assert_eq!((names(&after.candidates), names(&after.last_resort)), (vec!["sandbox"], vec!["stripe"]));
    assert_eq!(not(&after), [("stripe", WhyNot::Resting(until))]);
    let why = &after.candidates[0].why;
    assert_eq!(
        why,
        "Routing rule 1 names it after stripe. Not stripe: it keeps failing and is left alone until 1970-01-01T00:01:00.000Z."
    );
    // Where it is the only one, its methods are offered all the same: it would be probed.
    let crypto = super::offered(&shop, &wanted(500, "EUR"), &lately.clone().resting("sandbox", until));
    assert_eq!(crypto, Method::ALL);
    let without_sandbox = shop_with_limits(&json!([{ "use": ["stripe"] }]), None, None);
    let offered = super::offered(&without_sandbox, &wanted(500, "EUR"), &lately);
    assert_eq!(offered.len(), 5);
}

#[test]
fn who_refused_this_order_comes_after_the_others_of_the_method() {
    let shop = shop(&json!([{ "use": ["stripe", "sandbox"] }]));
    let lately = Lately::default().after_others("stripe", Method::Card);
    let plan = plan(&shop, &wanted(500, "EUR"), &lately);
    let order: Vec<_> =
        plan.candidates.iter().map(|choice| (choice.method, name(&choice.provider))).collect();
    assert_eq!(
        order[..3],
        [(Method::Card, "sandbox"), (Method::Card, "stripe"), (Method::BankTransfer, "stripe")]
    );
    assert!(plan.candidates[1].why.starts_with("It refused an attempt of this order before."));
}

#[test]
fn a_rule_reads_as_words() {
    let words = |rule: Value| serde_json::from_value::<RoutingRule>(rule).unwrap().words();
    assert_eq!(words(json!({ "use": ["stripe"] })), "always: stripe");
    let all = json!({
        "when": { "method": "bank_transfer", "min_amount": 1, "max_amount": 9, "currencies": ["EUR", "USD"], "countries": ["DE"] },
        "use": ["stripe", "sandbox"],
    });
    assert_eq!(
        words(all),
        "method bank transfer, EUR or USD, from 1 to 9 minor units, country DE: stripe, then sandbox"
    );
}

fn rules() -> impl Strategy<Value = Value> {
    let rule = (
        proptest::option::of(proptest::sample::select(Method::ALL.map(Method::word).to_vec())),
        proptest::option::of(0_u64..2_000),
        proptest::option::of(2_000_u64..200_000_000),
        proptest::option::of(proptest::sample::subsequence(vec!["EUR", "KWD", "UGX", "JPY"], 1..3)),
        proptest::option::of(proptest::sample::subsequence(vec!["DE", "UG"], 1..2)),
        proptest::sample::subsequence(vec!["stripe", "sandbox"], 1..=2).prop_shuffle(),
    );
    let rule = rule.prop_map(|(method, least, most, currencies, countries, providers)| {
        let mut when = serde_json::Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            when.extend(value.map(|value| (name.to_owned(), value)));
        };
        put("method", method.map(Into::into));
        put("min_amount", least.map(Into::into));
        put("max_amount", most.map(Into::into));
        put("currencies", currencies.map(|codes| json!(codes)));
        put("countries", countries.map(|codes| json!(codes)));
        json!({ "when": when, "use": providers })
    });
    proptest::collection::vec(rule, 0..5).prop_map(Value::from)
}

fn troubles() -> impl Strategy<Value = Lately> {
    let one = (0..3_u8, proptest::sample::select(vec!["stripe", "sandbox"]), 0..6_usize);
    proptest::collection::vec(one, 0..4).prop_map(|troubles| {
        troubles.into_iter().fold(Lately::default(), |lately, (kind, name, nth)| match kind {
            0 => lately.resting(name, Moment::from_seconds(99)),
            _ => lately.after_others(name, Method::ALL[nth]),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_names_only_who_takes_the_order_and_gives_everybody_else_a_reason(
        rules in rules(),
        lately in troubles(),
        minor in prop_oneof![1_u64..3_000, 99_999_990_u64..100_000_010],
        code in proptest::sample::select(vec!["EUR", "KWD", "UGX", "JPY"]),
        method in proptest::option::of(proptest::sample::select(Method::ALL.to_vec())),
        country in proptest::option::of(proptest::sample::select(vec!["DE", "UG", "FR"])),
        provider in proptest::option::of(proptest::sample::select(vec!["stripe", "sandbox", "adyen"])),
    ) {
        let shop = shop_with_limits(&rules, Some(20), None);
        let wanted = Wanted { method, country, provider, ..wanted(minor, code) };
        let plan = plan(&shop, &wanted, &lately);
        for choice in plan.candidates.iter().chain(&plan.last_resort) {
            let takes = &shop.providers[choice.provider.as_str()];
            prop_assert!(takes.methods().contains(&choice.method) && takes.suits(wanted.money).is_ok());
            prop_assert!(method.is_none_or(|method| method == choice.method), "another method than the one asked for");
            prop_assert!(provider.is_none_or(|asked| asked == choice.provider.as_str()), "another than the one asked for");
            prop_assert!(!choice.why.is_empty());
            // Whom no rule that applies names gets nothing, save where it was asked for or no rule applies.
            let applying: Vec<_> = shop.routing.iter().filter(|rule| rule.when.applies(&wanted, choice.method)).collect();
            prop_assert!(
                provider.is_some() || applying.is_empty()
                    || applying.iter().any(|rule| rule.providers.iter().any(|name| name == choice.provider.as_str()))
            );
        }
        for choice in &plan.candidates {
            prop_assert!(!plan.last_resort.iter().any(|last| last.provider == choice.provider));
        }
        let mut pairs: Vec<_> = plan.candidates.iter().map(|choice| (choice.provider.as_str(), choice.method)).collect();
        let methods: Vec<_> = pairs.iter().map(|(_, method)| *method).collect();
        prop_assert!(methods.is_sorted(), "all of one method before the next: {methods:?}");
        let count = pairs.len();
        pairs.sort_unstable();
        pairs.dedup();
        prop_assert_eq!(pairs.len(), count, "nobody is named twice for one method");
        // Each provider of the shop is a candidate, or has one reason why not.
        for name in shop.providers.keys() {
            let reasons = plan.not.iter().filter(|passed| passed.provider.as_str() == name).count();
            let candidate = plan.candidates.iter().any(|choice| choice.provider.as_str() == name);
            prop_assert_eq!(reasons, usize::from(!candidate), "{}", name);
        }
        // The same again gives the same, and what is offered is what would be chosen.
        prop_assert_eq!(&super::plan(&shop, &wanted, &lately), &plan);
        let offered = super::offered(&shop, &wanted, &lately);
        let any = super::plan(&shop, &Wanted { method: None, ..wanted }, &lately);
        for method in Method::ALL {
            let only = super::plan(&shop, &Wanted { method: Some(method), ..wanted }, &lately);
            let choices = if any.candidates.is_empty() { only.last_resort } else { only.candidates };
            prop_assert_eq!(offered.contains(&method), !choices.is_empty(), "{}", method);
        }
    }
}
