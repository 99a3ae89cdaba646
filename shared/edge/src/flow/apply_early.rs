//! What came before the order or session that it is about: named where that will look, and applied once it is there.

use payproof::payment::{Fact, Moment, PaymentId, ProviderName, SessionId};
use payproof::shop::Shop;

use super::apply_stored::apply_stored;
use super::deadline::Deadline;
use super::record::FlowError;
use crate::app::App;
use crate::limits::WEBHOOK_ASK_TIMEOUT;
use crate::store::{EventId, StoreError};

/// Looks for events that wait for this order and applies them. Whether anything was applied.
///
/// Whoever registers or reserves calls this *after* its write; whoever brings an event looks at the item again *after*
/// naming it here. So one always sees the other.
///
/// # Errors
/// [`FlowError`].
pub async fn apply_early(app: &App, shop: &Shop, id: &PaymentId, now: Moment) -> Result<bool, FlowError> {
    let mut applied = false;
    let deadline = Deadline::after(WEBHOOK_ASK_TIMEOUT);
    for event_id in app.store.early(&shop.id, id).await? {
        match app.store.event(&shop.id, &event_id).await {
            Ok(Some(event)) if event.applied_at.is_none() => {
                applied |= apply_stored(app, shop, &event, Some(id), deadline, now).await?.anything();
            }
            Ok(_) => {}
            // One event that cannot be read must not keep its order from being registered.
            Err(StoreError::Unreadable(what)) => {
                tracing::error!(shop_id = %shop.id, payment_id = %id, event = %event_id, what, "an early event cannot be read");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(applied)
}

/// Names an event where the order that it is about will look. Whether anybody could ever look: if not, nothing is named.
pub(super) async fn name_early(
    app: &App,
    shop: &Shop,
    provider: &ProviderName,
    session: SessionId,
    facts: &[Fact],
    event: &EventId,
    now: Moment,
) -> Result<bool, FlowError> {
    let Some(fact) = facts.first() else { return Ok(false) };
    if !could_come(app, shop, provider, session).await? {
        return Ok(false);
    }
    app.store.put_early(&shop.id, &session.payment, &fact.id, event, now).await?;
    Ok(true)
}

/// Whether a session could still be registered or reserved: an order that is another shop's, or a session that is another
/// provider's, never becomes this one's.
async fn could_come(
    app: &App,
    shop: &Shop,
    provider: &ProviderName,
    session: SessionId,
) -> Result<bool, FlowError> {
    Ok(match app.store.load(&session.payment).await? {
        None => true,
        Some(payment) => {
            payment.shop == shop.id
                && payment.sessions.get(&session.attempt).is_none_or(|known| known.provider == *provider)
        }
    })
}
