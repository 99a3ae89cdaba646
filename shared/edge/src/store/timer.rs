//! Timers: items that say *look at this order then*. Written before what they guard and never deleted by us.

use payproof::payment::{Moment, PaymentId};

use super::attributes::{PK, SK, UNTIL};
use super::error::was_done;
use super::expression::{Read as _, n, s};
use super::{Store, StoreError};
use crate::limits::{TIMER_AHEAD_MILLIS, TIMER_KEPT_SECONDS, TIMER_SHARDS, TIMERS_PAGE};

/// The key of the last timer that was handed on.
const HANDED: &str = "at";

/// What is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// The order: an opening that crashed, an expiry, an unconfirmed session, a pending refund.
    Reconcile,
    /// What the shop has not been told yet.
    NotifyShop,
}

impl Due {
    /// Everything that can be looked at.
    pub const ALL: [Self; 2] = [Self::Reconcile, Self::NotifyShop];

    /// The word in the timer's key.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reconcile => "reconcile",
            Self::NotifyShop => "notify-shop",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|due| due.word() == word)
    }
}

/// A partition of timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard(u8);

impl Shard {
    /// All of them, beginning with another one each minute: where a run stops early, not always the same ones wait.
    pub fn all(now: Moment) -> impl Iterator<Item = Self> {
        let first = u8::try_from(now.seconds().checked_div(60).unwrap_or(0) % u64::from(TIMER_SHARDS));
        let first = first.unwrap_or(0);
        (0..TIMER_SHARDS).map(move |nth| Self(nth.wrapping_add(first).checked_rem(TIMER_SHARDS).unwrap_or(0)))
    }

    /// The one that an order's timers are in.
    pub fn of(id: &PaymentId) -> Self {
        let sum = id.chars().bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        Self(sum.checked_rem(TIMER_SHARDS).unwrap_or(0))
    }

    /// Its partition in the table.
    pub fn partition(self) -> String {
        format!("due#{:02}", self.0)
    }
}

/// The key of a timer: 13 digits of its millisecond, the order, and what is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimerKey(String);

impl TimerKey {
    fn new(at: Moment, id: &PaymentId, what: Due) -> Self {
        Self(format!("{:013}#{id}#{}", at.millis(), what.word()))
    }

    /// The order, and what is to be looked at; none where it is no timer of ours.
    fn parts(&self) -> Option<(PaymentId, Due)> {
        let mut parts = self.0.splitn(3, '#').skip(1);
        Some((PaymentId::parse(parts.next()?).ok()?, Due::parse(parts.next()?)?))
    }
}

/// Timers that came due, in order of their time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timers {
    /// The orders to be looked at.
    pub orders: Vec<PaymentId>,
    /// Up to here all are named above, or are somebody else's; none where there were none.
    pub through: Option<TimerKey>,
    /// Whether there may be more.
    pub more: bool,
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
            .item(PK, s(Shard::of(id).partition()))
            .item(SK, s(TimerKey::new(at, id, what).0))
            .item(UNTIL, n(at.seconds().saturating_add(TIMER_KEPT_SECONDS)));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }

    /// A page of the timers of this kind that came due until `now`, after what was handed on already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn timers_due(
        &self,
        shard: Shard,
        what: Due,
        after: Option<&TimerKey>,
        now: Moment,
    ) -> Result<Timers, StoreError> {
        // Every key of this millisecond begins with it and goes on; the next one's digits alone are above them all.
        let to = format!("{:013}", now.millis().saturating_add(1));
        let from = after.map_or_else(|| "0".to_owned(), |key| key.0.clone());
        if from >= to {
            return Ok(Timers::default());
        }
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", s(shard.partition()))
            .expression_attribute_values(":from", s(from))
            .expression_attribute_values(":to", s(to))
            .consistent_read(true)
            .limit(TIMERS_PAGE);
        let page = query.send().await.map_err(|error| StoreError::of(&error))?;
        let mut timers = Timers { more: page.last_evaluated_key.is_some(), ..Timers::default() };
        for item in page.items.unwrap_or_default() {
            let key = TimerKey(item.text(SK)?.to_owned());
            if after.is_some_and(|after| key <= *after) {
                continue;
            }
            // What has run out is absent, whether or not it was removed yet.
            let live = item.number_if(UNTIL).is_some_and(|until| until > now.seconds());
            match key.parts() {
                Some((order, of)) if of == what && live && !timers.orders.contains(&order) => {
                    timers.orders.push(order);
                }
                Some(_) => {}
                None => tracing::error!(key = key.0, "a timer that cannot be read is passed over"),
            }
            timers.through = Some(key);
        }
        Ok(timers)
    }

    /// Up to which timer those of this kind were handed on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn handed_on(&self, shard: Shard, what: Due) -> Result<Option<TimerKey>, StoreError> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .key(PK, s(shard.partition()))
            .key(SK, s(cursor(what)));
        let item = request.send().await.map_err(|error| StoreError::of(&error))?.item;
        Ok(item.and_then(|item| item.text_if(HANDED).map(|key| TimerKey(key.to_owned()))))
    }

    /// Notes that all timers of this kind up to here were handed on; false where another run has gone further.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_handed_on(
        &self,
        shard: Shard,
        what: Due,
        through: &TimerKey,
    ) -> Result<bool, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(shard.partition()))
            .item(SK, s(cursor(what)))
            .item(HANDED, s(&through.0))
            .condition_expression("attribute_not_exists(pk) OR #at < :at")
            .expression_attribute_names("#at", HANDED)
            .expression_attribute_values(":at", s(&through.0));
        was_done(put.send().await)
    }
}

/// The key of the item that says how far the timers of a kind were handed on. It sorts behind every timer.
fn cursor(what: Due) -> String {
    format!("cursor#{}", what.word())
}
