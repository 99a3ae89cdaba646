//! What happened lately that bears on where an order may go: what the configuration cannot say.

use std::collections::{BTreeMap, BTreeSet};

use crate::payment::{Method, Moment, Payment, UNREACHABLE};

/// For how long an order leaves a provider alone that it could not reach twice in a row; twice as long after each
/// further time. A browser that asks each second does not use up the order's attempts.
pub const REST_MILLIS: u64 = 5_000;
/// The longest.
pub const REST_MILLIS_MAX: u64 = 5 * 60_000;

/// What happened lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    /// By everybody's calls: until when a provider is left alone.
    resting: BTreeMap<String, Moment>,
    /// By the order's own attempts: until when it leaves a provider alone.
    unreached: BTreeMap<String, Moment>,
    /// What refused an attempt of the order: it comes after the others.
    refused: BTreeSet<(String, Method)>,
}

impl Lately {
    /// What the order's own attempts tell.
    pub fn of_order(payment: &Payment, now: Moment) -> Self {
        let mut lately = Self::default();
        let mut in_a_row: BTreeMap<&str, u32> = BTreeMap::new();
        for (attempt, session) in &payment.sessions {
            let name = session.provider.as_str();
            let failed = payment.facts.iter().find(|fact| fact.attempt == *attempt && fact.is_not_created());
            let Some(failed) = failed else {
                in_a_row.remove(name);
                lately.unreached.remove(name);
                continue;
            };
            if failed.said.reason.as_deref() != Some(UNREACHABLE) {
                in_a_row.remove(name);
                lately.unreached.remove(name);
                lately.refused.insert((name.to_owned(), session.method));
                continue;
            }
            let times = in_a_row.entry(name).or_default();
            *times = times.saturating_add(1);
            // Once may be chance.
            if let Some(beyond) = times.checked_sub(2) {
                let rest = REST_MILLIS.saturating_mul(1 << beyond.min(16)).min(REST_MILLIS_MAX);
                lately.unreached.insert(name.to_owned(), failed.at.plus_millis(rest));
            }
        }
        lately.unreached.retain(|_, until| *until > now);
        lately
    }

    /// With a provider that is left alone until then, because it keeps failing.
    #[must_use]
    pub fn resting(mut self, provider: &str, until: Moment) -> Self {
        self.resting.insert(provider.to_owned(), until);
        self
    }

    /// With a provider that comes after the others for this method.
    #[must_use]
    pub fn after_others(mut self, provider: &str, method: Method) -> Self {
        self.refused.insert((provider.to_owned(), method));
        self
    }

    /// Until when everybody leaves it alone.
    pub(super) fn rests_until(&self, provider: &str) -> Option<Moment> {
        self.resting.get(provider).copied()
    }

    /// Until when the order leaves it alone.
    pub(super) fn unreached_until(&self, provider: &str) -> Option<Moment> {
        self.unreached.get(provider).copied()
    }

    /// The first moment at which one that this order leaves alone may be tried again.
    pub fn next_try(&self) -> Option<Moment> {
        self.unreached.values().min().copied()
    }

    /// Whether it refused this order before.
    pub(super) fn refused(&self, provider: &str, method: Method) -> bool {
        self.refused.iter().any(|(known, by)| known == provider && *by == method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::sample::*;

    /// After attempts at Stripe that ended so.
    fn after(reasons: &[&str]) -> Lately {
        let mut story = Story::new().opened("stripe", Method::Card);
        for (nth, reason) in reasons.iter().enumerate() {
            let next = if nth + 1 == reasons.len() { "other" } else { "stripe" };
            story = story.opened_instead(reason, next, Method::Card);
        }
        Lately::of_order(&story.payment, minute(0))
    }

    fn rest_seconds(times: usize) -> Option<u64> {
        let lately = after(&vec![UNREACHABLE; times]);
        let failed_at = minute(times as u64 + 1);
        lately.unreached_until("stripe").map(|until| until.millis_since(failed_at) / 1_000)
    }

    #[test]
    fn an_order_leaves_who_it_cannot_reach_alone_for_longer_and_longer() {
        let rests: Vec<_> = (1..=9).map(rest_seconds).collect();
        let expected =
            [None, Some(5), Some(10), Some(20), Some(40), Some(80), Some(160), Some(300), Some(300)];
        assert_eq!(rests, expected);
        let story = Story::new().opened("stripe", Method::Card);
        let story = story.opened_instead(UNREACHABLE, "stripe", Method::Card);
        let story = story.opened_instead(UNREACHABLE, "other", Method::Card);
        assert_ne!(Lately::of_order(&story.payment, minute(3)), Lately::default());
        assert_eq!(
            Lately::of_order(&story.payment, minute(4)),
            Lately::default(),
            "until then and no longer"
        );
    }

    #[test]
    fn an_answer_in_between_begins_the_count_anew() {
        let lately = after(&[UNREACHABLE, UNREACHABLE, "account_closed", UNREACHABLE]);
        assert_eq!(lately.unreached_until("stripe"), None);
        assert!(lately.refused("stripe", Method::Card) && !lately.refused("stripe", Method::Wallet));
        assert!(!after(&[UNREACHABLE]).refused("stripe", Method::Card));
    }
}
