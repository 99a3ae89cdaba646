//! What must be true of the item for a change to be written: data, which the store only translates.

use super::{Attempt, Fact, FactHash, Money, Payment, ProviderName, ShopId, Status};

/// One thing that must be true of the order's item at the moment of the write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Premise {
    /// The order is registered. Every change begins with it: a negative condition is true of an absent item.
    OrderExists,
    /// The attempt exists, at this provider, on an order of this shop.
    Session {
        /// Which attempt.
        attempt: Attempt,
        /// Whose order.
        shop: ShopId,
        /// At which provider.
        provider: ProviderName,
    },
    /// One attempt, of which nothing is known but `sent`, `returned`, `processing` and `attempt_declined`.
    Plain,
    /// No fact says that a try was declined, so none can say that a processing which is told now had ended.
    NothingDeclined,
    /// The order costs exactly this.
    Costs(Money),
    /// No fact of this id is recorded.
    New(FactHash),
    /// Fewer facts than this are recorded.
    FactsBelow(usize),
    /// The order's status is one of these.
    StatusIn(&'static [Status]),
    /// The item was written this often.
    Version(u64),
}

impl Premise {
    /// Whether it is true of an item; what the store's condition must agree with.
    pub fn holds(&self, item: Option<&Payment>) -> bool {
        let Some(payment) = item else { return false };
        match self {
            Self::OrderExists => true,
            Self::Session { attempt, shop, provider } => {
                payment.shop == *shop
                    && payment.sessions.get(attempt).is_some_and(|session| session.provider == *provider)
            }
            Self::Plain => payment.standing().plain,
            Self::NothingDeclined => !payment.facts.iter().any(Fact::is_decline),
            Self::Costs(money) => payment.money == *money,
            Self::New(hash) => payment.fact(*hash).is_none(),
            Self::FactsBelow(bound) => payment.facts.len() < *bound,
            Self::StatusIn(statuses) => statuses.contains(&payment.standing().status),
            Self::Version(version) => payment.version == *version,
        }
    }
}

/// All that must be true.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Premises(pub Vec<Premise>);

impl Premises {
    /// Whether all are true of an item.
    pub fn hold(&self, item: Option<&Payment>) -> bool {
        self.0.iter().all(|premise| premise.holds(item))
    }
}
