//! Each minute: timers that came due, onto the queue of what is to be looked at.
//!
//! The cursor is moved last, and only to timers that were handed on. So a run that dies is repeated by the next, a timer
//! that was written behind the newest handed one is still found, and nothing is passed over.

use std::time::Duration;

use payproof::payment::Moment;

use super::deadline::Deadline;
use super::record::FlowError;
use crate::app::App;
use crate::limits::{QUEUE_LONG, SWEEP_TIMEOUT};
use crate::store::{Due, Shard};

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Orders that were put on a queue.
    pub handed_on: u64,
    /// Whether timers may be left that are due: the time was over, or a queue is long.
    pub left: bool,
}

/// Hands on every timer that came due.
///
/// # Errors
/// [`FlowError`]: what was not handed on is found by the next run. One shard's failure does not keep the others waiting.
pub async fn sweep(app: &App, now: Moment) -> Result<Swept, FlowError> {
    let deadline = Deadline::after(SWEEP_TIMEOUT);
    let mut swept = Swept::default();
    let mut failed = None;
    for what in Due::ALL {
        let mut room = QUEUE_LONG.saturating_sub(app.queues.waiting(what).await?);
        for shard in Shard::all(now) {
            if let Err(error) = sweep_shard(app, shard, what, &mut room, &mut swept, deadline, now).await {
                tracing::warn!(?shard, what = what.word(), %error, "timers could not be handed on");
                failed = Some(error);
            }
        }
    }
    tracing::info!(handed_on = swept.handed_on, left = swept.left, "timers were handed on");
    failed.map_or(Ok(swept), Err)
}

async fn sweep_shard(
    app: &App,
    shard: Shard,
    what: Due,
    room: &mut u64,
    swept: &mut Swept,
    deadline: Deadline,
    now: Moment,
) -> Result<(), FlowError> {
    let mut handed = app.store.handed_on(shard, what).await?;
    loop {
        if *room == 0 || deadline.left().is_zero() {
            swept.left = true;
            return Ok(());
        }
        let due = app.store.timers_due(shard, what, handed.as_ref(), now).await?;
        let Some(through) = due.through else { return Ok(()) };
        if !due.orders.is_empty() {
            app.queues.put(what, &due.orders, Duration::ZERO).await?;
            let count = u64::try_from(due.orders.len()).unwrap_or(u64::MAX);
            *room = room.saturating_sub(count);
            swept.handed_on = swept.handed_on.saturating_add(count);
        }
        if !app.store.note_handed_on(shard, what, &through).await? {
            // Another run is further: what it has not handed on yet it will.
            return Ok(());
        }
        if !due.more {
            return Ok(());
        }
        handed = Some(through);
    }
}
