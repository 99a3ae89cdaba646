//! Reading what lies together in one partition.

use aws_sdk_dynamodb::types::AttributeValue;

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
        self.query_all(condition, values.into_iter().flatten()).await
    }

    /// All items that a condition on the key means, over as many pages as there are, read consistently.
    pub(super) async fn query_all(
        &self,
        condition: &str,
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Result<Vec<Item>, StoreError> {
        let values: Item = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
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
