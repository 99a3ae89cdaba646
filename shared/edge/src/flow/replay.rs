//! Stored events once more: one, or all that came to the same.

use payproof::payment::{Moment, Outcome};
use payproof::shop::Shop;

use super::apply_stored::{Applied, apply_stored};
use super::deadline::Deadline;
use super::record::FlowError;
use crate::app::App;
use crate::limits::{BULK_TIMEOUT, WEBHOOK_ASK_TIMEOUT};
use crate::store::{EventCursor, EventId};

/// What replaying one event came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// There is no such event of the shop.
    NotFound,
    /// It was applied before.
    Before {
        /// When.
        applied_at: Moment,
    },
    /// It was tried.
    Tried(Applied),
}

/// What replaying many came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// How many are applied now that were not.
    pub done: u64,
    /// Where to go on; none at the end.
    pub next: Option<EventCursor>,
}

/// Applies a stored event again, from the bytes that were verified when it came.
///
/// # Errors
/// [`FlowError`].
pub async fn replay_event(app: &App, shop: &Shop, id: &EventId, now: Moment) -> Result<Replayed, FlowError> {
    let Some(event) = app.store.event(&shop.id, id).await? else { return Ok(Replayed::NotFound) };
    if let Some(applied_at) = event.applied_at {
        return Ok(Replayed::Before { applied_at });
    }
    let deadline = Deadline::after(WEBHOOK_ASK_TIMEOUT);
    Ok(Replayed::Tried(apply_stored(app, shop, &event, None, deadline, now).await?))
}

/// Applies all stored events of an outcome again that were not applied yet, newest first, for as long as one request
/// works.
///
/// # Errors
/// [`FlowError`]; what was applied until then is, and repeating is harmless.
pub async fn replay_events(
    app: &App,
    shop: &Shop,
    outcome: Outcome,
    from: Option<EventCursor>,
    now: Moment,
) -> Result<Bulk, FlowError> {
    let deadline = Deadline::after(BULK_TIMEOUT);
    let mut from = from.unwrap_or_else(|| EventCursor::first(now));
    let mut done = 0_u64;
    loop {
        let (events, next) = app.store.events_from(&shop.id, &from, now).await?;
        for event in events.iter().filter(|event| event.outcome == outcome && event.applied_at.is_none()) {
            if deadline.left().is_zero() {
                return Ok(Bulk { done, next: Some(from) });
            }
            let applied = apply_stored(app, shop, event, None, deadline, now).await?;
            done = done.saturating_add(u64::from(matches!(applied, Applied::Done(_))));
            from = from.after(&event.id);
        }
        match next {
            Some(next) if deadline.left().is_zero() => return Ok(Bulk { done, next: Some(next) }),
            Some(next) => from = next,
            None => return Ok(Bulk { done, next: None }),
        }
    }
}
