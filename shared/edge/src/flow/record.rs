//! Load, decide, save: the way of every fact that cannot be written first.

use payproof::payment::{Decision, Fact, Outcome, Payment, PaymentId, ProviderName, ShopId, decide};

use crate::limits::RACES_MAX;
use crate::queue::QueueError;
use crate::random::NoRandomness;
use crate::store::{Saved, Store, StoreError};

/// Why a flow stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The race for the item was lost too often.
    #[error("the item changed under us {RACES_MAX} times")]
    Raced,
    /// No random bytes could be had.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// An order could not be put on a queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Records facts of one attempt that were learned together.
///
/// # Errors
/// [`FlowError`]; nothing was recorded, or whether it was is unknown and repeating is safe.
pub async fn record(
    store: &Store,
    id: &PaymentId,
    shop: &ShopId,
    provider: Option<&ProviderName>,
    facts: &[Fact],
) -> Result<Outcome, FlowError> {
    match store.load(id).await? {
        Some(payment) => record_from(store, payment, shop, provider, facts).await,
        None => Ok(Outcome::Unmatched),
    }
}

/// As [`record`], from an item that was read already.
///
/// # Errors
/// As [`record`].
pub async fn record_from(
    store: &Store,
    mut payment: Payment,
    shop: &ShopId,
    provider: Option<&ProviderName>,
    facts: &[Fact],
) -> Result<Outcome, FlowError> {
    for _ in 0..RACES_MAX {
        let (change, outcome) = match decide(&payment, shop, provider, facts) {
            Decision::Write(change, outcome) => (change, outcome),
            Decision::Aside(facts) => {
                for fact in &facts {
                    store.put_aside(&payment.id, fact).await?;
                }
                return Ok(Outcome::Stale);
            }
            Decision::Duplicate => return Ok(Outcome::Duplicate),
            Decision::Unmatched => return Ok(Outcome::Unmatched),
            Decision::PastCap => return Ok(Outcome::PastCap),
        };
        match store.save(&payment.id, &change).await? {
            Saved::Written => return Ok(outcome),
            Saved::Differs(None) => return Ok(Outcome::Unmatched),
            // The answer to our own write was lost and the client repeated it.
            Saved::Differs(Some(now)) if is_ours(&now, facts) => return Ok(outcome),
            Saved::Differs(Some(now)) => payment = *now,
        }
    }
    Err(FlowError::Raced)
}

/// Whether these facts stand in the item by our own write: its mark is ours.
pub(super) fn is_ours(payment: &Payment, facts: &[Fact]) -> bool {
    facts.iter().any(|fact| payment.fact(fact.id.hash()).is_some_and(|known| known.write == fact.write))
}
