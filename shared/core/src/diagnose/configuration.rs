//! Configuration that is well-formed and cannot work, or does not do what it seems to say. What is malformed is refused
//! when it is loaded.

use std::collections::BTreeSet;

use super::{Finding, Severity};
use crate::payment::{Currency, Method, Money};
use crate::provider::{Configured, Unsuitable};
use crate::routing::RoutingRule;
use crate::shop::{KeyKind, Shop};

/// What is wrong with a shop's configuration; the worst first.
pub fn of_configuration(shop: &Shop) -> Vec<Finding> {
    let mut findings = Vec::new();
    if shop.providers.is_empty() {
        findings.push(Finding::new(
            Severity::Error,
            "no_provider",
            "The shop has no provider, so no session can be opened.",
            "Add one to `providers`.",
        ));
    }
    for (rule, number) in shop.routing.iter().zip(1_usize..) {
        findings.extend(of_rule(shop, rule, number));
    }
    findings.extend(unreached(shop));
    findings.extend(of_accounts(shop));
    findings.extend(of_notify(shop));
    if shop.return_url_prefixes.is_empty() {
        findings.push(Finding::new(
            Severity::Info,
            "no_return_url_prefix",
            "No address is allowed as `return_url` or `cancel_url`: a session that names one is refused.",
            "Add the addresses of the shop to `return_url_prefixes`, each ending with a slash.",
        ));
    }
    if !shop.keys.iter().any(|key| key.kind == KeyKind::Publishable) {
        findings.push(Finding::new(
            Severity::Info,
            "no_publishable_key",
            "There is no publishable key, so browsers cannot open sessions.",
            "Nothing, where the shop's server opens them; else add one to `api_keys.publishable`.",
        ));
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Whether the provider could ever take this currency: by any amount that matters here.
fn takes(provider: &dyn Configured, currency: Currency) -> bool {
    // Too small or too large is another question.
    let money = Money::new(1_000, currency);
    money.is_ok_and(|money| provider.suits(money) != Err(Unsuitable::Currency))
}

fn of_rule(shop: &Shop, rule: &RoutingRule, number: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    let named = || rule.providers.iter().filter_map(|name| shop.providers.get(name));
    if let Some(method) = rule.when.method {
        for provider in named().filter(|provider| !provider.methods().contains(&method)) {
            let text = format!(
                "Routing rule {number} names {} for {}, which it does not offer.",
                provider.name(),
                method.word().replace('_', " ")
            );
            let to_do = "Take it out of the rule, or name a provider that offers the method.";
            let finding = Finding::new(Severity::Warning, "rule_names_provider_without_method", text, to_do);
            findings.push(finding.at(provider.name()));
        }
    }
    for code in rule.when.currencies.iter().flatten() {
        let Ok(currency) = Currency::parse(code) else { continue };
        if named().all(|provider| !takes(provider.as_ref(), currency)) {
            let text = format!("Routing rule {number} is for {code}, which none of its providers takes.");
            let to_do = "Take the currency out of the rule, or name a provider that takes it.";
            findings.push(Finding::new(Severity::Warning, "rule_for_currency_never_taken", text, to_do));
        }
    }
    findings
}

/// Providers that no rule names. Where some rule always applies they are never used.
fn unreached(shop: &Shop) -> Vec<Finding> {
    if shop.routing.is_empty() {
        return Vec::new();
    }
    let named: BTreeSet<&str> =
        shop.routing.iter().flat_map(|rule| &rule.providers).map(String::as_str).collect();
    let unconditional = |rule: &&RoutingRule, method: Method| {
        let when = &rule.when;
        when.method.is_none_or(|only| only == method)
            && when.min_amount.is_none_or(|least| least <= 1)
            && (when.max_amount, &when.currencies, &when.countries) == (None, &None, &None)
    };
    let left = shop.providers.values().filter(|provider| !named.contains(provider.name()));
    left.map(|provider| {
        let mut methods = provider.methods().iter();
        let covered = methods.all(|method| shop.routing.iter().any(|rule| unconditional(&rule, *method)));
        let name = provider.name();
        if covered {
            let text = format!("No routing rule names {name}, and some rule always applies: it is only used where a request asks for it by name.");
            let to_do = "Name it in a rule, or take it out of `providers`.";
            Finding::new(Severity::Warning, "provider_never_reached", text, to_do).at(name)
        } else {
            let text = format!("No routing rule names {name}: it is used where no rule applies.");
            let to_do = "Nothing, if that is meant so; else name it in a rule.";
            Finding::new(Severity::Info, "provider_in_no_rule", text, to_do).at(name)
        }
    })
    .collect()
}

fn of_accounts(shop: &Shop) -> Vec<Finding> {
    let mut findings = Vec::new();
    let live: Vec<&str> = shop
        .providers
        .values()
        .filter(|provider| provider.about().live == Some(true))
        .map(|of| of.name())
        .collect();
    for provider in shop.providers.values() {
        let (name, about) = (provider.name(), provider.about());
        if about.live == Some(false) && !live.is_empty() {
            let text =
                format!("{name} is a test account, beside {}, which moves real money.", live.join(", "));
            let to_do =
                "Orders that go there are never really paid. Give the test account a shop of its own.";
            findings.push(Finding::new(Severity::Error, "test_beside_live", text, to_do).at(name));
        }
        if is_open_http(about.api_base) {
            let text = format!(
                "The shop's key travels to {name} without encryption: its `api_base` begins with http://."
            );
            let to_do = "Use the provider's https address, or leave `api_base` out.";
            findings.push(Finding::new(Severity::Error, "api_base_without_encryption", text, to_do).at(name));
        }
    }
    findings
}

fn of_notify(shop: &Shop) -> Option<Finding> {
    let Some(notify) = &shop.notify else {
        let text = "The shop is told nothing: it has no `notify`.";
        let to_do =
            "Add `notify` with an address and a secret, or have the shop's server ask for each order.";
        return Some(Finding::new(Severity::Warning, "notify_missing", text, to_do));
    };
    is_open_http(&notify.url).then(|| {
        let text = "The address in `notify` begins with http://, and only https is called.";
        Finding::new(Severity::Error, "notify_without_encryption", text, "Use an https address.")
    })
}

/// Whether an address is http, and not this machine's.
fn is_open_http(text: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else { return false };
    let loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "http" && !loopback
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

    fn document() -> Value {
        let key = |kind: &str| format!("{kind}_demo_{:0>43}", 1);
        json!({
            "id": "demo", "name": "Demo shop",
            "api_keys": { "secret": [key("sk")], "publishable": [key("pk")] },
            "return_url_prefixes": ["https://shop.example/"],
            "notify": { "url": "https://shop.example/notify", "secrets": [SECRET] },
            "providers": {
                "stripe": { "api_key": "sk_test_planted", "webhook_secrets": [SECRET] },
                "sandbox": { "api_key": "sbx_planted", "api_base": "http://127.0.0.1:9", "webhook_secrets": [SECRET] },
            },
            "routing": [{ "use": ["stripe", "sandbox"] }],
        })
    }

    fn found(at: &str, value: Value) -> Vec<(&'static str, Severity, Option<String>)> {
        let mut document = document();
        if !at.is_empty() {
            let (parent, name) = at.rsplit_once('/').unwrap();
            document.pointer_mut(parent).unwrap()[name] = value;
        }
        let shop = Shop::parse(document.to_string().as_bytes()).unwrap();
        let findings = of_configuration(&shop);
        for finding in &findings {
            assert!(finding.text.ends_with('.') && finding.what_to_do.ends_with('.'), "{finding:?}");
            assert!(!format!("{finding:?}").contains("planted"), "{finding:?}");
        }
        findings.into_iter().map(|finding| (finding.code, finding.severity, finding.provider)).collect()
    }

    #[test]
    fn configuration_that_works_has_nothing_to_say() {
        assert_eq!(found("", Value::Null), []);
    }

    #[test]
    fn each_thing_that_cannot_work_is_found() {
        use Severity::{Error, Info, Warning};
        let (stripe, sandbox) = (Some("stripe".to_owned()), Some("sandbox".to_owned()));
        let crypto = json!([{ "when": { "method": "crypto" }, "use": ["stripe", "sandbox"] }]);
        let shilling =
            json!([{ "when": { "currencies": ["EUR", "UGX"] }, "use": ["stripe"] }, { "use": ["sandbox"] }]);
        for (at, value, expected) in [
            ("/routing", crypto, vec![("rule_names_provider_without_method", Warning, stripe.clone())]),
            ("/routing", shilling, vec![("rule_for_currency_never_taken", Warning, None)]),
            (
                "/routing",
                json!([{ "use": ["stripe"] }]),
                vec![("provider_never_reached", Warning, sandbox.clone())],
            ),
            (
                "/routing",
                json!([{ "when": { "currencies": ["EUR"] }, "use": ["stripe"] }]),
                vec![("provider_in_no_rule", Info, sandbox.clone())],
            ),
            ("/routing", json!([]), vec![]),
            (
                "/providers/stripe/api_key",
                json!("sk_live_planted"),
                vec![("test_beside_live", Error, sandbox.clone())],
            ),
            (
                "/providers/sandbox/api_base",
                json!("http://sandbox.example"),
                vec![("api_base_without_encryption", Error, sandbox)],
            ),
            ("/notify", Value::Null, vec![("notify_missing", Warning, None)]),
            (
                "/notify/url",
                json!("http://shop.example/notify"),
                vec![("notify_without_encryption", Error, None)],
            ),
            ("/notify/url", json!("http://localhost:8787/notify"), vec![]),
            ("/return_url_prefixes", json!([]), vec![("no_return_url_prefix", Info, None)]),
            ("/api_keys/publishable", json!([]), vec![("no_publishable_key", Info, None)]),
        ] {
            assert_eq!(found(at, value.clone()), expected, "{at} = {value}");
        }
        let mut none = document();
        (none["providers"], none["routing"]) = (json!({}), json!([]));
        let shop = Shop::parse(none.to_string().as_bytes()).unwrap();
        assert_eq!(of_configuration(&shop)[0].code, "no_provider");
    }
}
