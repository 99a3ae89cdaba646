//! Events that came before the thing they are about: named in that order's partition, where whoever writes the thing
//! looks afterwards.

use payproof::payment::{FactId, Moment, PaymentId, ShopId};

use super::attributes::{PK, SK};
use super::event::EventId;
use super::expression::{Item, Read as _, n, s};
use super::{Store, StoreError};
use crate::limits::{EARLY_AT_ONCE_MAX, EVENT_KEPT_SECONDS};

const EVENT: &str = "ev";
const PREFIX: &str = "early#";

/// An event that waits for its order or session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Early {
    /// Where its bytes are.
    pub event: EventId,
}

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
            .item("until", n(now.seconds().saturating_add(EVENT_KEPT_SECONDS)));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }

    /// The events of a shop that wait for an order, or for a session of it; at most [`EARLY_AT_ONCE_MAX`] of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn early(&self, shop: &ShopId, id: &PaymentId) -> Result<Vec<Early>, StoreError> {
        let items = self.query_prefix(&id.to_string(), &format!("{PREFIX}{shop}#")).await?;
        Ok(items
            .iter()
            .take(EARLY_AT_ONCE_MAX)
            .filter_map(|item| item.text_if(EVENT).and_then(EventId::parse))
            .map(|event| Early { event })
            .collect())
    }

    /// All items of a partition whose sort key begins so, read consistently. An empty prefix means all: DynamoDB
    /// refuses an empty key value, the embedded store does not.
    pub(super) async fn query_prefix(&self, partition: &str, prefix: &str) -> Result<Vec<Item>, StoreError> {
        let (condition, prefix) = match prefix {
            "" => ("pk = :pk", None),
            prefix => ("pk = :pk AND begins_with(sk, :sk)", Some(s(prefix))),
        };
        let values = [Some((":pk", s(partition))), prefix.map(|prefix| (":sk", prefix))];
        let values: Item =
            values.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression(condition)
                .set_expression_attribute_values(Some(values.clone()))
                .consistent_read(true)
                .set_exclusive_start_key(from);
            let page = query.send().await.map_err(|error| StoreError::of(&error))?;
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }
}
