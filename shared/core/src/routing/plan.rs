//! The plan: who would take an order, in order, and why nobody else.

use std::fmt;

use super::Lately;
use crate::payment::{Method, Moment, Money, Payment, ProviderName};
use crate::provider::{Configured, Unsuitable};
use crate::shop::Shop;

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

impl<'a> Wanted<'a> {
    /// An order, by whatever method and at whatever provider.
    pub fn order(payment: &'a Payment) -> Self {
        Self {
            money: payment.money,
            country: payment.details.country.as_deref(),
            method: None,
            provider: None,
        }
    }
}

/// A provider that would take the order, and why it and not another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// Its name.
    pub provider: ProviderName,
    /// By which method.
    pub method: Method,
    /// Why, in sentences.
    pub why: String,
}

/// A provider of the shop that the order does not go to, by any method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passed {
    /// Its name.
    pub provider: ProviderName,
    /// Why not.
    pub why: WhyNot,
}

/// Why an order does not go to a provider. A later one is nearer to being chosen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum WhyNot {
    /// The shop asked for another one.
    NotAsked,
    /// Rules apply, and none of them names it.
    NoRule,
    /// It does not offer the method.
    Method(Method),
    /// It does not take this currency or amount, by its own limits or the shop's.
    Unsuitable(Unsuitable),
    /// This order could not reach it, and leaves it alone until then.
    Unreached(Moment),
    /// It keeps failing, and is left alone until then.
    Resting(Moment),
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => f.write_str("the shop asked for another"),
            Self::NoRule => f.write_str("no routing rule that applies names it"),
            Self::Method(method) => write!(f, "it does not offer {}", method.word().replace('_', " ")),
            Self::Unsuitable(why) => write!(f, "{why}"),
            Self::Unreached(until) => {
                write!(f, "it could not be reached for this order and is left alone until {until}")
            }
            Self::Resting(until) => write!(f, "it keeps failing and is left alone until {until}"),
        }
    }
}

/// Where an order can go.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// Who would take it, the first first: all by one method, then by the next.
    pub candidates: Vec<Choice>,
    /// Who would take it but is left alone: worth a probe where nobody else is left.
    pub last_resort: Vec<Choice>,
    /// Each provider of the shop that is not a candidate, by name, and why not.
    pub not: Vec<Passed>,
}

/// Who would take an order, in order, and why nobody else. A function of its arguments.
pub fn plan(shop: &Shop, wanted: &Wanted<'_>, lately: &Lately) -> Plan {
    let mut plan = Plan::default();
    let mut passed: Vec<Passed> = Vec::new();
    for method in methods(wanted) {
        let (mut first, mut later, mut over) = (Vec::new(), Vec::new(), Vec::new());
        for (provider, because) in named(shop, wanted, method) {
            let choice = |over: &[Passed]| Choice {
                provider: provider.id().clone(),
                method,
                why: sentences(&because, over),
            };
            match judged(provider, wanted, method, lately) {
                None if lately.refused(provider.name(), method) => {
                    let choice = choice(&[]);
                    let why = format!("It refused an attempt of this order before. {}", choice.why);
                    later.push(Choice { why, ..choice });
                }
                None => first.push(choice(&over)),
                Some(why) => {
                    if let WhyNot::Resting(until) = why {
                        let choice = choice(&[]);
                        let left = format!(
                            "Nobody else is left, so it is tried although it keeps failing and was to be left alone until {until}."
                        );
                        plan.last_resort.push(Choice { why: format!("{left} {}", choice.why), ..choice });
                    }
                    over.push(Passed { provider: provider.id().clone(), why });
                }
            }
        }
        plan.candidates.extend(first);
        plan.candidates.extend(later);
        passed.extend(over);
    }
    plan.not = not(shop, wanted, &plan.candidates, &passed);
    plan
}

/// The methods that a provider of the shop would really take this order by now. Where all that could are left alone,
/// theirs: such a one is probed where nobody else is left.
pub fn offered(shop: &Shop, wanted: &Wanted<'_>, lately: &Lately) -> Vec<Method> {
    let plan = plan(shop, &Wanted { method: None, ..*wanted }, lately);
    let choices = if plan.candidates.is_empty() { plan.last_resort } else { plan.candidates };
    Method::ALL.into_iter().filter(|method| choices.iter().any(|choice| choice.method == *method)).collect()
}

fn methods(wanted: &Wanted<'_>) -> impl Iterator<Item = Method> + use<> {
    let asked = wanted.method;
    Method::ALL.into_iter().filter(move |method| asked.is_none_or(|asked| asked == *method))
}

/// What makes a provider one that the order may go to.
enum Because<'a> {
    /// A rule names it, as the first or after another.
    Rule { number: usize, after: Option<String> },
    /// No rule applies, and the shop has it: alone, as the first by name, or after another.
    Configured { only: bool, after: Option<&'a str> },
    /// The shop asked for it.
    Asked,
}

/// The providers that may take an order by a method, in the order in which they are asked, each once.
fn named<'a>(shop: &'a Shop, wanted: &Wanted<'_>, method: Method) -> Vec<(&'a dyn Configured, Because<'a>)> {
    if let Some(asked) = wanted.provider {
        return shop
            .providers
            .get(asked)
            .map(|provider| (provider.as_ref(), Because::Asked))
            .into_iter()
            .collect();
    }
    let mut applying = shop.routing.iter().enumerate().filter(|(_, rule)| rule.when.applies(wanted, method));
    let Some(first) = applying.next() else {
        let only = shop.providers.len() == 1;
        let mut after = None;
        let because = |provider: &'a dyn Configured| {
            (provider, Because::Configured { only, after: after.replace(provider.name()) })
        };
        return shop.providers.values().map(AsRef::as_ref).map(because).collect();
    };
    let mut found: Vec<(&'a dyn Configured, Because<'a>)> = Vec::new();
    for (index, rule) in std::iter::once(first).chain(applying) {
        let mut after = None;
        for name in &rule.providers {
            let Some(provider) = shop.providers.get(name) else { continue };
            if !found.iter().any(|(known, _)| known.name() == name) {
                let number = index.saturating_add(1);
                found.push((provider.as_ref(), Because::Rule { number, after: after.take() }));
            }
            after = Some(name.clone());
        }
    }
    found
}

/// Why a provider that may take an order does not.
fn judged(provider: &dyn Configured, wanted: &Wanted<'_>, method: Method, lately: &Lately) -> Option<WhyNot> {
    if !provider.methods().contains(&method) {
        return Some(WhyNot::Method(method));
    }
    if let Err(why) = provider.suits(wanted.money) {
        return Some(WhyNot::Unsuitable(why));
    }
    let unreached = lately.unreached_until(provider.name()).map(WhyNot::Unreached);
    unreached.or_else(|| lately.rests_until(provider.name()).map(WhyNot::Resting))
}

/// Each provider of the shop that is not a candidate, and what kept it from being one when it was nearest to it.
fn not(shop: &Shop, wanted: &Wanted<'_>, candidates: &[Choice], passed: &[Passed]) -> Vec<Passed> {
    let others = shop
        .providers
        .values()
        .map(|provider| provider.id())
        .filter(|name| !candidates.iter().any(|choice| choice.provider == **name));
    others
        .map(|provider| {
            let nearest =
                passed.iter().filter(|other| other.provider == *provider).map(|other| other.why).max();
            let unnamed = if wanted.provider.is_some() { WhyNot::NotAsked } else { WhyNot::NoRule };
            Passed { provider: provider.clone(), why: nearest.unwrap_or(unnamed) }
        })
        .collect()
}

/// Why it, and why not those that would have come before it.
fn sentences(because: &Because<'_>, over: &[Passed]) -> String {
    let mut words = match because {
        Because::Rule { number, after: None } => format!("Routing rule {number} names it."),
        Because::Rule { number, after: Some(before) } => {
            format!("Routing rule {number} names it after {before}.")
        }
        Because::Configured { only: true, .. } => {
            "No routing rule applies; it is the only provider that the shop has.".to_owned()
        }
        Because::Configured { after: None, .. } => {
            "No routing rule applies; it is the first by name that the shop has.".to_owned()
        }
        Because::Configured { after: Some(before), .. } => {
            format!("No routing rule applies; by name it comes after {before}.")
        }
        Because::Asked => "The shop asked for it.".to_owned(),
    };
    for passed in over {
        words.push_str(&format!(" Not {}: {}.", passed.provider, passed.why));
    }
    words
}
