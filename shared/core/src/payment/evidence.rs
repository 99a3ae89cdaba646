//! What the facts of one attempt amount to: the yes and no that the rules of a status look at.

use super::under_way::under_way;
use super::{Fact, Kind, Ledger, Moment, Money, Source};

/// The facts of one attempt, weighed.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    pub(super) ledger: Ledger,
    pub(super) came_and_all_was_taken_back: bool,
    pub(super) money_is_enough: bool,
    pub(super) money_stands: bool,
    pub(super) failed: bool,
    pub(super) cancelled: bool,
    pub(super) expired: bool,
    pub(super) clock_expired: bool,
    pub(super) held: bool,
    pub(super) processing: bool,
    pub(super) was_there: bool,
}

impl Evidence {
    /// Weighs the facts of one attempt of an order that costs `order`.
    pub(super) fn weigh<'a>(order: Money, facts: impl Iterator<Item = &'a Fact> + Clone) -> Self {
        let ledger = Ledger::count(facts.clone());
        let has = |is: fn(&Kind) -> bool| facts.clone().any(|fact| is(&fact.said.kind));
        let last = |is: fn(&Kind) -> bool| -> Option<Option<Moment>> {
            facts.clone().filter(|fact| is(&fact.said.kind)).map(|fact| fact.said.said_at).max()
        };
        let held = last(|kind| matches!(kind, Kind::Review));
        let released = last(|kind| matches!(kind, Kind::ReviewReleased));
        let closed_by_us =
            facts.clone().any(|fact| fact.said.kind == Kind::Expired && fact.source == Source::Us);
        let came = || ledger.sums.iter().filter(|sum| sum.came.is_some_and(|came| came > 0));
        let money_is_enough = ledger
            .sums
            .iter()
            .any(|sum| sum.stands() && !sum.rejected && (sum.equals(order) || sum.approved));
        Self {
            came_and_all_was_taken_back: came().next().is_some() && came().all(super::Sum::wholly_taken_back),
            money_is_enough,
            money_stands: ledger.sums.iter().any(super::Sum::stands),
            failed: has(|kind| matches!(kind, Kind::Failed)),
            cancelled: facts.clone().any(|fact| {
                // Some providers call what we closed, its time being over, cancelled.
                fact.said.kind == Kind::Cancelled && (fact.source == Source::Merchant || !closed_by_us)
            }),
            expired: has(|kind| matches!(kind, Kind::Expired)),
            clock_expired: has(|kind| matches!(kind, Kind::ClockExpired)),
            held: held.is_some_and(|held| released.is_none_or(|released| released < held)),
            processing: under_way(facts.clone()).next().is_some(),
            // What a provider once worked on was paid by somebody who was at the checkout, whatever became of it.
            was_there: has(|kind| matches!(kind, Kind::Sent | Kind::Processing)),
            ledger,
        }
    }
}
