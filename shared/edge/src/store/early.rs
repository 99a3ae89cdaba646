//! Events that came before the thing they are about: named in that order's partition, where whoever writes the thing
//! looks afterwards.

use payproof::payment::{FactId, Moment, PaymentId, ShopId};

use super::attributes::{PK, SK, UNTIL};
use super::event::EventId;
use super::expression::{Read as _, n, s};
use super::{Store, StoreError};
use crate::limits::{EARLY_AT_ONCE_MAX, EVENT_KEPT_SECONDS};

const EVENT: &str = "ev";
const PREFIX: &str = "early#";

impl Store {
    /// Names a stored event in the partition of the order that it is about, among the events of the shop whose endpoint
    /// it came to: no shop can make another's order look at what it signed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_early(
        &self,
        shop: &ShopId,
        id: &PaymentId,
        fact: &FactId,
        event: &EventId,
        now: Moment,
    ) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(id.to_string()))
            .item(SK, s(format!("{PREFIX}{shop}#{fact}")))
            .item(EVENT, s(event.to_string()))
            .item(UNTIL, n(now.seconds().saturating_add(EVENT_KEPT_SECONDS)));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }

    /// The events of a shop that wait for an order, or for a session of it; at most [`EARLY_AT_ONCE_MAX`] of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn early(&self, shop: &ShopId, id: &PaymentId) -> Result<Vec<EventId>, StoreError> {
        let items = self.query_prefix(&id.to_string(), &format!("{PREFIX}{shop}#")).await?;
        Ok(items
            .iter()
            .take(EARLY_AT_ONCE_MAX)
            .filter_map(|item| item.text_if(EVENT).and_then(EventId::parse))
            .collect())
    }
}
