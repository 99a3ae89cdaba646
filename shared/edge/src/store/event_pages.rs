//! Walking a shop's stored events, newest first, day by day.

use std::fmt;

use payproof::payment::{Moment, ShopId};

use super::{EventId, Store, StoreError, StoredEvent};
use crate::limits::EVENT_KEPT_SECONDS;

const DAY_MILLIS: u64 = 86_400_000;

/// Where a walk goes on: a day, and the event of it that was seen last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCursor {
    day_at: Moment,
    before: Option<EventId>,
}

impl EventCursor {
    /// The newest event. An event is kept under the provider's own time, and its clock may be ahead of ours.
    pub const fn first(now: Moment) -> Self {
        Self { day_at: now.plus_millis(DAY_MILLIS), before: None }
    }

    /// Reads a cursor.
    pub fn parse(text: &str) -> Option<Self> {
        let (day_at, before) = text.split_once('.')?;
        let day_at = Moment::from_millis(day_at.parse().ok()?);
        let before = if before.is_empty() { None } else { Some(EventId::parse(before)?) };
        Some(Self { day_at, before })
    }

    /// Behind this event of the same day.
    #[must_use]
    pub fn after(&self, event: &EventId) -> Self {
        Self { day_at: self.day_at, before: Some(event.clone()) }
    }
}

impl fmt::Display for EventCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = self.before.as_ref().map(ToString::to_string).unwrap_or_default();
        write!(f, "{}.{before}", self.day_at.millis())
    }
}

impl Store {
    /// The next few events from a cursor on, by one query, and where to go on: none at the end of what is kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn events_from(
        &self,
        shop: &ShopId,
        from: &EventCursor,
        now: Moment,
    ) -> Result<(Vec<StoredEvent>, Option<EventCursor>), StoreError> {
        let day = from.day_at.day().replace('-', "");
        let events = self.events_of_day(shop, &day, from.before.as_ref()).await?;
        // The store cuts its answer at 1 MB, wherever in the day that is: only an empty one says that the day is over.
        let next = match events.last() {
            Some(last) => Some(from.after(&last.id)),
            None => {
                let oldest = now.millis().saturating_sub(EVENT_KEPT_SECONDS.saturating_mul(1_000));
                let day_at = Moment::from_millis(from.day_at.millis().saturating_sub(DAY_MILLIS));
                (day_at >= Moment::from_millis(oldest)).then_some(EventCursor { day_at, before: None })
            }
        };
        Ok((events, next))
    }
}
