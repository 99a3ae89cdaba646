//! Load, decide, save: the way of every fact that cannot be written first.

use payproof::payment::due::wakes;
use payproof::payment::{
    Decision, Fact, Outcome, Payment, PaymentId, ProviderName, SessionId, ShopId, decide,
};
use payproof::shop::Shop;

use crate::app::App;
use crate::limits::RACES_MAX;
use crate::queue::QueueError;
use crate::random::NoRandomness;
use crate::store::{Due, Saved, Store, StoreError};

/// Why a flow stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The race for the item was lost too often.
    #[error("the item changed under us {RACES_MAX} times")]
    Raced,
    /// What must be there is not: our defect.
    #[error("{0} is not there")]
    Defect(&'static str),
    /// No random bytes could be had.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// An order could not be put on a queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// The order of a session, with its texts; none where the shop has no such session.
pub(super) async fn order_of_session(
    app: &App,
    shop: &Shop,
    id: SessionId,
) -> Result<Option<Payment>, FlowError> {
    let payment = app.store.load_with_texts(&id.payment).await?;
    let is_there = |payment: &Payment| payment.shop == shop.id && payment.sessions.contains_key(&id.attempt);
    Ok(payment.filter(is_there))
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
    payment: Payment,
    shop: &ShopId,
    provider: Option<&ProviderName>,
    facts: &[Fact],
) -> Result<Outcome, FlowError> {
    let recorded = record_from_while(store, payment, shop, provider, facts, &|_| true).await?;
    Ok(recorded.unwrap_or(Outcome::Stale))
}

/// As [`record`], but only while this is true of the order; none where it is not.
///
/// # Errors
/// As [`record`].
pub(super) async fn record_while(
    store: &Store,
    id: &PaymentId,
    shop: &ShopId,
    provider: Option<&ProviderName>,
    facts: &[Fact],
    still: &(dyn Fn(&Payment) -> bool + Sync),
) -> Result<Option<Outcome>, FlowError> {
    match store.load(id).await? {
        Some(payment) => record_from_while(store, payment, shop, provider, facts, still).await,
        None => Ok(None),
    }
}

async fn record_from_while(
    store: &Store,
    mut payment: Payment,
    shop: &ShopId,
    provider: Option<&ProviderName>,
    facts: &[Fact],
    still: &(dyn Fn(&Payment) -> bool + Sync),
) -> Result<Option<Outcome>, FlowError> {
    let mut timer_is_set = false;
    for _ in 0..RACES_MAX {
        if !still(&payment) {
            return Ok(None);
        }
        let (change, outcome) = match decide(&payment, shop, provider, facts) {
            Decision::Write(change, outcome) => (change, outcome),
            Decision::Aside(facts) => {
                for fact in &facts {
                    store.put_aside(&payment.id, fact).await?;
                }
                return Ok(Some(Outcome::Stale));
            }
            Decision::Duplicate => return Ok(Some(Outcome::Duplicate)),
            Decision::Unmatched => return Ok(Some(Outcome::Unmatched)),
            Decision::PastCap => return Ok(Some(Outcome::PastCap)),
        };
        if !timer_is_set {
            let mut after = payment.clone();
            after.apply(&change);
            if wakes(&payment, &after, change.at) {
                // Before the write: a repeat of it would find a duplicate, and nobody would look.
                store.put_timer(&payment.id, change.at, Due::Reconcile, change.at).await?;
                timer_is_set = true;
            }
        }
        match store.save(&payment.id, &change).await? {
            Saved::Written => return Ok(Some(outcome)),
            Saved::Differs(None) => return Ok(Some(Outcome::Unmatched)),
            // The answer to our own write was lost and the client repeated it.
            Saved::Differs(Some(now)) if is_ours(&now, facts) => return Ok(Some(outcome)),
            Saved::Differs(Some(now)) => payment = *now,
        }
    }
    Err(FlowError::Raced)
}

/// Whether these facts stand in the item by our own write: its mark is ours.
pub(super) fn is_ours(payment: &Payment, facts: &[Fact]) -> bool {
    facts.iter().any(|fact| payment.fact(fact.id.hash()).is_some_and(|known| known.write == fact.write))
}
