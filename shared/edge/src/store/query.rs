//! Reading what lies together in one partition.

use super::expression::{Item, s};
use super::{Store, StoreError};

impl Store {
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
