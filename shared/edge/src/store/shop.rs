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

    /// The ids of all shops. It reads the whole table, which only an operator may.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn shop_ids(&self) -> Result<Vec<ShopId>, StoreError> {
        let scan = self.client.scan().table_name(&self.shops_table).consistent_read(true);
        let mut pages = scan.projection_expression("#id").expression_attribute_names("#id", ID);
        let mut ids = Vec::new();
        loop {
            let page = pages.clone().send().await.map_err(|error| StoreError::of(&error))?;
            for item in page.items() {
                ids.push(ShopId::parse(item.text(ID)?).map_err(|_| StoreError::Unreadable("a shop's id"))?);
            }
            match page.last_evaluated_key {
                Some(from) => pages = pages.set_exclusive_start_key(Some(from)),
                None => return Ok(ids),
            }
        }
    }

    /// Writes a shop's configuration, as [`payproof::shop::to_store`] made it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_shop_document(&self, id: &ShopId, document: &str) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.shops_table);
        let put = put.item(ID, s(id.as_str())).item(DOCUMENT, s(document));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }
}
