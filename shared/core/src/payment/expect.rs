//! Write first: the decision for an ordinary open payment, made without reading it.
//!
//! Whenever its premises hold it leaves the same item as [`decide`](super::decide) would; a property test shows it on
//! random histories, in memory and on a real table.

use super::limits::{FACTS_MAX, IDLE_FACTS_PER_ATTEMPT_MAX};
use super::{Change, Fact, Kind, Outcome, Premise, Premises, ProviderName, ShopId, Status};

/// What an order is that may be paid and of which nothing is under way.
const OPEN: [Status; 2] = [Status::Created, Status::Pending];

/// The change for one fact from a provider if the payment is an ordinary open one, and what its outcome will be.
///
/// `None` for what an ordinary open payment does not meet: several facts, or a kind whose effect depends on others.
pub fn expect(shop: &ShopId, provider: &ProviderName, facts: &[Fact]) -> Option<(Change, Outcome)> {
    let [fact] = facts else { return None };
    let mut premises = vec![
        Premise::OrderExists,
        Premise::Session { attempt: fact.attempt, shop: shop.clone(), provider: provider.clone() },
        Premise::Plain,
        Premise::New(fact.id.hash()),
    ];
    let (status, below) = match fact.said.kind {
        Kind::Paid(money) => {
            premises.push(Premise::Costs(money));
            (Some(Status::Paid), FACTS_MAX)
        }
        // A decline that is known may be the later one. Nearly always there is none, and the item says so.
        Kind::Processing => {
            premises.push(Premise::StatusIn(&OPEN));
            premises.push(Premise::NothingDeclined);
            (Some(Status::Processing), FACTS_MAX)
        }
        Kind::Failed => (Some(Status::Failed), FACTS_MAX),
        Kind::Cancelled => (Some(Status::Cancelled), FACTS_MAX),
        Kind::Expired => (Some(Status::Expired), FACTS_MAX),
        // Where nothing is under way it ends nothing. Declines are bounded more tightly than facts are; below that bound
        // each one is recorded.
        Kind::AttemptDeclined => {
            premises.push(Premise::StatusIn(&OPEN));
            (None, IDLE_FACTS_PER_ATTEMPT_MAX)
        }
        _ => return None,
    };
    premises.push(Premise::FactsBelow(below));
    let ends_plain = !matches!(fact.said.kind, Kind::Processing | Kind::AttemptDeclined);
    let change = Change {
        premises: Premises(premises),
        facts: vec![fact.clone()],
        reserved: None,
        amended: None,
        status,
        attention: None,
        plain: ends_plain.then_some(false),
        tell: status.is_some(),
        at: fact.at,
    };
    Some((change, if status.is_some() { Outcome::Applied } else { Outcome::Stale }))
}
