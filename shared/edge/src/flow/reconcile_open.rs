//! Asking about everything of a shop that is open, newest first: after a wrong secret was mended, after a restore.

use std::time::Duration;

use payproof::payment::due::outstanding;
use payproof::payment::{Moment, Payment};
use payproof::shop::Shop;

use super::deadline::Deadline;
use super::reconcile::{Which, look, set_next};
use super::record::FlowError;
use crate::app::App;
use crate::limits::{LOOK_LAST, RECONCILE_TIMEOUT};
use crate::store::{LIST_ALL, list_from, list_key};

/// Where to look, and how far.
#[derive(Debug, Clone, Copy)]
pub struct Stretch<'a> {
    /// Orders that were registered at this moment or later.
    pub since: Moment,
    /// Where the run before stopped: its `next`.
    pub before: Option<&'a str>,
    /// Which sessions are asked about.
    pub which: Which,
    /// How long to work.
    pub limit: Duration,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LookedAt {
    /// Orders that were looked at.
    pub done: u64,
    /// Where the next run goes on; none where all was looked at.
    pub next: Option<String>,
}

/// Looks at each order of a shop on which something is outstanding, newest first, for a bounded time.
///
/// # Errors
/// [`FlowError`]; what was looked at until then is recorded, and looking twice is harmless.
pub async fn reconcile_open(
    app: &App,
    shop: &Shop,
    stretch: Stretch<'_>,
    now: Moment,
) -> Result<LookedAt, FlowError> {
    let deadline = Deadline::after(stretch.limit);
    let from = list_from(stretch.since);
    let mut begun = false;
    let mut looked = LookedAt { done: 0, next: stretch.before.map(str::to_owned) };
    loop {
        let before = looked.next.clone();
        let page = app
            .store
            .orders_that_decide(&shop.id, shop.list_shards, &from, LIST_ALL.1, before.as_deref())
            .await?;
        for payment in page.orders {
            // However little time there is, a run gets somewhere.
            if begun && deadline.left().is_zero() {
                return Ok(looked);
            }
            begun = true;
            let key = list_key(&payment);
            if is_wanted(&payment, stretch.which, now) {
                set_next(app, &payment, now).await?;
                let own = Deadline::after(deadline.left().clamp(LOOK_LAST, RECONCILE_TIMEOUT));
                look(app, shop, payment, stretch.which, own, now).await?;
                looked.done = looked.done.saturating_add(1);
            }
            looked.next = Some(key);
        }
        if page.next.is_none() {
            return Ok(LookedAt { next: None, ..looked });
        }
        // The index is a hint: where an order that it names cannot be read, the page ends behind it all the same.
        looked.next = page.next;
    }
}

fn is_wanted(payment: &Payment, which: Which, now: Moment) -> bool {
    match which {
        Which::Outstanding => !outstanding(payment, now).is_empty(),
        Which::Every => !payment.sessions.is_empty(),
    }
}
