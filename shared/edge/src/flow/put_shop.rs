//! A shop's configuration is put in place of the one that it had.

use payproof::payment::{Moment, ShopId};
use payproof::shop::{Shop, ShopError, to_store};

use crate::store::{Store, StoreError};

/// Why it was not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PutShopError {
    /// It is no configuration.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks a configuration and writes it.
///
/// # Errors
/// [`PutShopError`]; nothing was written, or repeating is safe.
pub async fn put_shop(store: &Store, document: &[u8], now: Moment) -> Result<ShopId, PutShopError> {
    let id = Shop::parse(document)?.id;
    let known = store.shop_document(&id).await?;
    let (_, stored) = to_store(document, known.as_deref(), now)?;
    store.put_shop_document(&id, &stored).await?;
    Ok(id)
}
