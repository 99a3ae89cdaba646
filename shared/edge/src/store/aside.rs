//! Facts that decide nothing and came past the bound of what the order's item records: only the timeline reads them.

use payproof::payment::{Fact, PaymentId};

use super::attributes::{PK, SK};
use super::expression::s;
use super::{Store, StoreError, fact_item};

const FACT: &str = "fact";
const PREFIX: &str = "more#";

impl Store {
    /// Keeps a fact beside the item. The same fact twice is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_aside(&self, id: &PaymentId, fact: &Fact) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(id.to_string()))
            .item(SK, s(format!("{PREFIX}{}", fact.id)))
            .item(FACT, fact_item::write(fact));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }

    /// The facts that are kept beside an order's item.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn aside(&self, id: &PaymentId) -> Result<Vec<Fact>, StoreError> {
        let items = self.query_prefix(&id.to_string(), PREFIX).await?;
        items
            .iter()
            .map(|item| fact_item::read(item.get(FACT).ok_or(StoreError::Unreadable(FACT))?))
            .collect()
    }
}
