//! The table of shops: one item each, the configuration as a document with its keys hashed.

use payproof::payment::ShopId;

use super::expression::{Read as _, s};
use super::{Store, StoreError};

const ID: &str = "id";
const DOCUMENT: &str = "doc";

impl Store {
    /// Reads a shop's stored configuration.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn shop_document(&self, id: &ShopId) -> Result<Option<String>, StoreError> {
        let request = self.client.get_item().table_name(&self.shops_table).consistent_read(true);
        let item = request.key(ID, s(id.as_str())).send().await.map_err(|error| StoreError::of(&error))?.item;
        item.map(|item| item.text(DOCUMENT).map(str::to_owned)).transpose()
    }

    /// Every shop. It reads the whole table, which only operators may: no function does.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn shop_ids(&self) -> Result<Vec<ShopId>, StoreError> {
        let mut ids = Vec::new();
        let mut from = None;
        loop {
            let scan = self.client.scan().table_name(&self.shops_table).projection_expression(ID);
            let page = scan.set_exclusive_start_key(from).send().await;
            let page = page.map_err(|error| StoreError::of(&error))?;
            for item in page.items() {
                ids.push(ShopId::parse(item.text(ID)?).map_err(|_| StoreError::Unreadable(ID))?);
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(ids);
            }
        }
    }

    /// Writes a shop's configuration, as [`payproof::shop::with_hashed_keys`] made it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_shop_document(&self, id: &ShopId, document: &str) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.shops_table);
        let put = put.item(ID, s(id.as_str())).item(DOCUMENT, s(document));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }
}
