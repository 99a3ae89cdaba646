//! Which provider an order goes to: the first of the shop's rules that applies and whose providers can take it; where
//! no rule applies, whatever the shop has configured.

mod circuit;

pub use circuit::{Circuit, FAILURES_IN_A_ROW, OPEN_MILLIS, OPEN_MILLIS_MAX, PROBE_MILLIS};

use crate::payment::{Method, Money};
use crate::shop::Shop;

/// One rule of a shop's `routing`.
#[derive(Clone, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingRule {
    /// When it applies; what is left out applies always.
    #[serde(default)]
    pub when: When,
    /// The providers to use, the first first.
    #[serde(rename = "use")]
    pub providers: Vec<String>,
}

/// When a rule applies.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The method asked for.
    #[serde(default, deserialize_with = "method")]
    pub method: Option<Method>,
    /// Minor units, inclusive.
    pub min_amount: Option<u64>,
    /// Minor units, inclusive.
    pub max_amount: Option<u64>,
    /// ISO 4217 codes.
    pub currencies: Option<Vec<String>>,
    /// ISO 3166-1 alpha-2 codes. An order without a country matches no rule that names one.
    pub countries: Option<Vec<String>>,
}

fn method<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Method>, D::Error> {
    let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
    Method::parse(&word).map(Some).ok_or_else(|| serde::de::Error::custom("not a method"))
}

impl When {
    fn applies(&self, wanted: &Wanted<'_>, method: Method) -> bool {
        let named = |list: &Option<Vec<String>>, value: Option<&str>| match list {
            None => true,
            Some(list) => value.is_some_and(|value| list.iter().any(|known| known == value)),
        };
        self.method.is_none_or(|only| only == method)
            && self.min_amount.is_none_or(|least| wanted.money.minor() >= least)
            && self.max_amount.is_none_or(|most| wanted.money.minor() <= most)
            && named(&self.currencies, Some(wanted.money.currency().code()))
            && named(&self.countries, wanted.country)
    }
}

/// What a session is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The order's money.
    pub money: Money,
    /// The customer's country, where the shop told it.
    pub country: Option<&'a str>,
    /// The method asked for; without one the first that any provider offers.
    pub method: Option<Method>,
    /// The provider asked for; without one the rules decide.
    pub provider: Option<&'a str>,
}

/// A provider that would take the order, and why it and not another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// Its name.
    pub provider: &'static str,
    /// By which method.
    pub method: Method,
    /// Why, in a sentence.
    pub why: String,
}

/// The provider that this order goes to; `None` where none is configured that takes it.
pub fn choose(shop: &Shop, wanted: &Wanted<'_>) -> Option<Choice> {
    methods(wanted).find_map(|method| candidates(shop, wanted, method).next())
}

/// The methods that a provider of the shop would really take this order by.
pub fn offered(shop: &Shop, wanted: &Wanted<'_>) -> Vec<Method> {
    methods(&Wanted { method: None, ..*wanted })
        .filter(|method| candidates(shop, wanted, *method).next().is_some())
        .collect()
}

fn methods(wanted: &Wanted<'_>) -> impl Iterator<Item = Method> + use<> {
    let asked = wanted.method;
    Method::ALL.into_iter().filter(move |method| asked.is_none_or(|asked| asked == *method))
}

fn candidates<'a>(
    shop: &'a Shop,
    wanted: &'a Wanted<'a>,
    method: Method,
) -> impl Iterator<Item = Choice> + 'a {
    let by_rule = shop
        .routing
        .iter()
        .enumerate()
        .filter(move |(_, rule)| rule.when.applies(wanted, method))
        .flat_map(move |(index, rule)| {
            let number = index.saturating_add(1);
            rule.providers.iter().map(move |name| (name.as_str(), format!("Routing rule {number} names it.")))
        });
    let no_rule_applies = !shop.routing.iter().any(|rule| rule.when.applies(wanted, method));
    let configured = shop.providers.iter().filter(move |_| no_rule_applies || wanted.provider.is_some());
    let by_configuration =
        configured.map(|(name, _)| (name.as_str(), "No routing rule applies; the shop has it.".to_owned()));
    by_rule.chain(by_configuration).filter_map(move |(name, why)| {
        let provider = shop.providers.get(name)?;
        let asked = wanted.provider.is_none_or(|asked| asked == name);
        let takes = provider.methods().contains(&method) && provider.suits(wanted.money).is_ok();
        let why = if wanted.provider.is_some() { "The shop asked for it.".to_owned() } else { why };
        (asked && takes).then(|| Choice { provider: provider.name(), method, why })
    })
}

#[cfg(test)]
mod tests;
