//! Timers: items that say *look at this order then*. Written before what they guard and never deleted by us.

use payproof::payment::{Moment, PaymentId};

use super::attributes::{PK, SK};
use super::expression::{n, s};
use super::{Store, StoreError};
use crate::limits::{TIMER_AHEAD_MILLIS, TIMER_KEPT_SECONDS, TIMER_SHARDS};

/// What is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// The order: an opening that crashed, an expiry, an unconfirmed session, a pending refund.
    Reconcile,
    /// What the shop has not been told yet.
    NotifyShop,
}

impl Due {
    /// The word in the timer's key.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reconcile => "reconcile",
            Self::NotifyShop => "notify-shop",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Reconcile, Self::NotifyShop].into_iter().find(|due| due.word() == word)
    }
}

/// The partition that an order's timers are in.
pub fn timer_shard(id: &PaymentId) -> String {
    let sum = id.chars().bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    format!("due#{:02}", sum.checked_rem(TIMER_SHARDS).unwrap_or(0))
}

impl Store {
    /// Sets a timer for an order, at least a minute ahead of `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_timer(
        &self,
        id: &PaymentId,
        at: Moment,
        what: Due,
        now: Moment,
    ) -> Result<(), StoreError> {
        let at = at.max(now.plus_millis(TIMER_AHEAD_MILLIS));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(timer_shard(id)))
            .item(SK, s(format!("{:013}#{id}#{}", at.millis(), what.word())))
            .item("until", n(at.seconds().saturating_add(TIMER_KEPT_SECONDS)));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }
}
