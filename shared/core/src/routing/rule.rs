//! The rules of a shop's `routing`, as it writes them.

use super::Wanted;
use crate::payment::{Currency, Method};

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

/// A rule that could never do what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// Where in the rule: `when.currencies[1]`.
    pub path: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl RoutingRule {
    /// Checks a rule by itself: codes that are codes, lists that are not empty, a least that is not above the most.
    ///
    /// # Errors
    /// [`RuleError`] with the place.
    pub fn check(&self) -> Result<(), RuleError> {
        let error =
            |path: &str, problem: &str| Err(RuleError { path: path.to_owned(), problem: problem.to_owned() });
        let When { min_amount, max_amount, currencies, countries, method: _ } = &self.when;
        if min_amount.zip(*max_amount).is_some_and(|(least, most)| least > most) {
            return error("when.max_amount", "is below min_amount: the rule would never apply");
        }
        for (name, list) in [("currencies", currencies), ("countries", countries)] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                let problem = "an empty list never applies; leave it out to apply always";
                return error(&format!("when.{name}"), problem);
            }
        }
        let wrong = |list: &Option<Vec<String>>, is_one: fn(&str) -> bool| {
            list.as_ref().and_then(|list| list.iter().position(|code| !is_one(code)))
        };
        if let Some(index) = wrong(currencies, |code| Currency::parse(code).is_ok()) {
            return error(&format!("when.currencies[{index}]"), "an upper-case ISO 4217 code");
        }
        if let Some(index) = wrong(countries, is_country) {
            return error(&format!("when.countries[{index}]"), "an upper-case ISO 3166-1 alpha-2 code");
        }
        if self.providers.is_empty() {
            return error("use", "at least one provider: a rule without one sends orders nowhere");
        }
        Ok(())
    }

    /// Whether it applies to what is wanted, by any of the methods that come into question.
    pub fn applies(&self, wanted: &Wanted<'_>) -> bool {
        let mut methods =
            Method::ALL.into_iter().filter(|method| wanted.method.is_none_or(|asked| asked == *method));
        methods.any(|method| self.when.applies(wanted, method))
    }

    /// The rule as a person reads it, `method card, EUR, from 500 minor units: stripe, then sandbox`.
    pub fn words(&self) -> String {
        let When { method, min_amount, max_amount, currencies, countries } = &self.when;
        let mut when = Vec::new();
        if let Some(method) = method {
            when.push(format!("method {}", method.word().replace('_', " ")));
        }
        when.extend(currencies.as_ref().map(|codes| codes.join(" or ")));
        match (min_amount, max_amount) {
            (Some(least), Some(most)) => when.push(format!("from {least} to {most} minor units")),
            (Some(least), None) => when.push(format!("from {least} minor units")),
            (None, Some(most)) => when.push(format!("up to {most} minor units")),
            (None, None) => {}
        }
        when.extend(countries.as_ref().map(|codes| format!("country {}", codes.join(" or "))));
        let when = if when.is_empty() { "always".to_owned() } else { when.join(", ") };
        format!("{when}: {}", self.providers.join(", then "))
    }
}

/// Whether a text has the form of an ISO 3166-1 alpha-2 code.
pub fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

impl When {
    /// Whether the rule applies to an order that is wanted by this method.
    pub(super) fn applies(&self, wanted: &Wanted<'_>, method: Method) -> bool {
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
