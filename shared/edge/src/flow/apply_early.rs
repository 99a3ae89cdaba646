//! Applying what came before the order or session that it is about.

use payproof::payment::{Moment, Outcome, PaymentId};
use payproof::provider::{Configured, Reading, Told, Verified};
use payproof::shop::Shop;

use super::record::{FlowError, record};
use super::take_event::{Deadline, facts_of};
use crate::app::App;
use crate::limits::WEBHOOK_ASK_TIMEOUT;
use crate::random;
use crate::store::{StoreError, StoredEvent};

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
                applied |= apply(app, shop, id, &event, deadline, now).await?;
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

async fn apply(
    app: &App,
    shop: &Shop,
    id: &PaymentId,
    event: &StoredEvent,
    deadline: Deadline,
    now: Moment,
) -> Result<bool, FlowError> {
    let Some(provider) = shop.providers.get(event.provider.as_str()) else { return Ok(false) };
    let verified = Verified::verified_before_it_was_stored(&event.body, event.delivery_id.as_deref());
    let Ok(read) = provider.read(&verified) else { return Ok(false) };
    let (event_id, mut applied, mut waiting, mut nth) = (read.id, false, false, 0_usize);
    for reading in read.readings {
        let Some(told) = told(app, provider.as_ref(), reading, deadline).await else {
            waiting = true;
            nth = nth.saturating_add(1);
            continue;
        };
        let facts = facts_of(provider.id(), event_id.as_deref(), &mut nth, &told, now, random::write_mark()?);
        if told.session.payment != *id || facts.is_empty() {
            continue;
        }
        let outcome = record(&app.store, id, &shop.id, Some(provider.id()), &facts).await?;
        match outcome {
            Outcome::Unmatched | Outcome::PastCap | Outcome::NotUnderstood => waiting = true,
            Outcome::Applied | Outcome::Review | Outcome::Stale | Outcome::Duplicate => applied = true,
        }
        tracing::info!(
            shop_id = %shop.id, payment_id = %id, event = %event.id, outcome = outcome.word(),
            "an event that came early was applied"
        );
    }
    if applied && !waiting {
        app.store.mark_event_applied(&shop.id, &event.id, now).await?;
    }
    Ok(applied)
}

async fn told(app: &App, provider: &dyn Configured, reading: Reading, deadline: Deadline) -> Option<Told> {
    match reading {
        Reading::Told(told) => Some(told),
        Reading::Ask(step) => match app.sender.run(step, deadline.left()).await {
            Ok(told) => told,
            Err(error) => {
                tracing::warn!(provider = provider.name(), %error, "an early event could not be asked about");
                None
            }
        },
    }
}
