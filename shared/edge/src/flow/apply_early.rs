//! Applying what came before the order or session that it is about.

use payproof::payment::{Moment, PaymentId};
use payproof::shop::Shop;

use super::apply_stored::apply_stored;
use super::record::FlowError;
use super::take_event::Deadline;
use crate::app::App;
use crate::limits::WEBHOOK_ASK_TIMEOUT;
use crate::store::StoreError;

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
    for early in app.store.early(&shop.id, id).await? {
        match app.store.event(&shop.id, &early.event).await {
            Ok(Some(event)) if event.applied_at.is_none() => {
                applied |= apply_stored(app, shop, &event, Some(id), deadline, now).await?.anything();
            }
            Ok(_) => {}
            // One event that cannot be read must not keep its order from being registered.
            Err(StoreError::Unreadable(what)) => {
                tracing::error!(shop_id = %shop.id, payment_id = %id, event = %early.event, what, "an early event cannot be read");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(applied)
}
