//! The tables' definition, in one place: the local stack creates them from here, and a test holds `template.yaml` to it.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
    StreamSpecification, StreamViewType, TimeToLiveSpecification,
};

use super::attributes::UNTIL;
use super::{Store, StoreError};

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Partition key, a string.
    pub partition_key: &'static str,
    /// Sort key, a string.
    pub sort_key: Option<&'static str>,
    /// Its indexes.
    pub indexes: &'static [Index],
    /// The attribute that says, in Unix seconds, when an item may be removed.
    pub ttl: Option<&'static str>,
    /// Whether changes are streamed, as new images.
    pub stream: bool,
}

/// An index, keys only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// Partition key, a string.
    pub partition_key: &'static str,
    /// Sort key, a string.
    pub sort_key: &'static str,
}

/// Everything that is listed: orders, and what a shop could not be told. Written with an item and never changed.
pub const LISTED: Index = Index { name: "list", partition_key: "l", sort_key: "c" };
/// The orders among them that need somebody: only their items have its partition key, a copy of the list's.
pub const NEEDS_SOMEBODY: Index = Index { name: "needs", partition_key: "n", sort_key: "c" };

/// The table that holds the payments and everything around them.
pub const PAYMENTS: Table = Table {
    partition_key: "pk",
    sort_key: Some("sk"),
    indexes: &[LISTED, NEEDS_SOMEBODY],
    ttl: Some(UNTIL),
    stream: true,
};

/// The table that holds the shops' configurations.
pub const SHOPS: Table =
    Table { partition_key: "id", sort_key: None, indexes: &[], ttl: None, stream: false };

/// What the table's stream is read for: items with this sort key …
pub const TELLING_SK: &str = super::order_item::ORDER_SK;
/// … of which the new image has this attribute, for their last write changed what the shop is told.
pub const TELLING_MARK: &str = super::attributes::TELL;

impl Store {
    /// Creates both tables where they are not there yet. Only the local stack and tests do this.
    ///
    /// # Errors
    /// [`StoreError`] where a table can be neither created nor found.
    pub async fn create_tables(&self) -> Result<(), StoreError> {
        let listed = self.client.list_tables().send().await.map_err(|error| StoreError::of(&error))?;
        for (name, table) in [(&self.table, PAYMENTS), (&self.shops_table, SHOPS)] {
            if listed.table_names().contains(name) {
                self.add_indexes(name, table).await?;
            } else {
                self.create(name, table).await?;
            }
        }
        Ok(())
    }

    /// Adds what a table of an earlier version lacks.
    async fn add_indexes(&self, name: &str, table: Table) -> Result<(), StoreError> {
        if table.indexes.is_empty() {
            return Ok(());
        }
        let described = self.client.describe_table().table_name(name).send().await;
        let described = described.map_err(|error| StoreError::of(&error))?.table;
        let known = described.and_then(|table| table.global_secondary_indexes).unwrap_or_default();
        let is_known = |index: &Index| known.iter().any(|known| known.index_name() == Some(index.name));
        for index in table.indexes.iter().filter(|index| !is_known(index)) {
            let made = global(index)?;
            let create = CreateGlobalSecondaryIndexAction::builder()
                .index_name(index.name)
                .set_key_schema(Some(made.key_schema))
                .set_projection(made.projection)
                .build()
                .map_err(defect)?;
            let request = self
                .client
                .update_table()
                .table_name(name)
                .attribute_definitions(string_attribute(index.partition_key)?)
                .attribute_definitions(string_attribute(index.sort_key)?)
                .global_secondary_index_updates(GlobalSecondaryIndexUpdate::builder().create(create).build());
            request.send().await.map_err(|error| StoreError::of(&error))?;
        }
        Ok(())
    }

    async fn create(&self, name: &str, table: Table) -> Result<(), StoreError> {
        let index_keys = table.indexes.iter().flat_map(|index| [index.partition_key, index.sort_key]);
        let names: BTreeSet<_> =
            [Some(table.partition_key), table.sort_key].into_iter().flatten().chain(index_keys).collect();
        let attributes = names.into_iter().map(string_attribute);
        let keys = [
            Some(key(table.partition_key, KeyType::Hash)),
            table.sort_key.map(|sort| key(sort, KeyType::Range)),
        ];
        let stream = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::NewImage)
            .build()
            .map_err(defect)?;
        let indexes: Vec<_> = table.indexes.iter().map(global).collect::<Result<_, _>>()?;
        let indexes = Some(indexes).filter(|indexes| !indexes.is_empty());
        let request = self
            .client
            .create_table()
            .table_name(name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(attributes.collect::<Result<_, _>>()?))
            .set_key_schema(Some(keys.into_iter().flatten().collect::<Result<_, _>>()?))
            .set_global_secondary_indexes(indexes)
            .set_stream_specification(table.stream.then_some(stream));
        request.send().await.map_err(|error| StoreError::of(&error))?;
        if let Some(attribute) = table.ttl {
            let ttl = TimeToLiveSpecification::builder()
                .enabled(true)
                .attribute_name(attribute)
                .build()
                .map_err(defect)?;
            let request = self.client.update_time_to_live().table_name(name).time_to_live_specification(ttl);
            request.send().await.map_err(|error| StoreError::of(&error))?;
        }
        Ok(())
    }
}

fn defect(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Defect(error.to_string())
}

fn string_attribute(name: &str) -> Result<AttributeDefinition, StoreError> {
    let attribute =
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
    attribute.build().map_err(defect)
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, StoreError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(defect)
}

fn global(index: &Index) -> Result<GlobalSecondaryIndex, StoreError> {
    GlobalSecondaryIndex::builder()
        .index_name(index.name)
        .key_schema(key(index.partition_key, KeyType::Hash)?)
        .key_schema(key(index.sort_key, KeyType::Range)?)
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
        .map_err(defect)
}
