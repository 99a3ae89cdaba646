//! Shops, read when first needed and kept for a while.

use std::collections::HashMap;
use std::sync::Arc;

use payproof::payment::{Moment, ShopId};
use payproof::shop::Shop;
use tokio::sync::Mutex;

use crate::limits::{
    SHOP_ABSENT_MILLIS, SHOP_FRESH_MILLIS, SHOP_REREAD_MILLIS, SHOP_USABLE_MILLIS, SHOPS_MAX,
};
use crate::store::{Store, StoreError};

/// The shops that this container knows. One fetch at a time for a shop; nothing is read before it is needed.
#[derive(Debug, Default)]
pub struct Shops {
    slots: Mutex<HashMap<ShopId, Arc<Mutex<Slot>>>>,
}

#[derive(Debug, Default)]
struct Slot {
    known: Option<Known>,
}

#[derive(Debug, Clone)]
struct Known {
    shop: Option<Arc<Shop>>,
    read_at: Moment,
}

/// Whether what is in memory will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Up to a minute old.
    Usual,
    /// Something did not fit (a key, a signature): it may have been changed. Read again, at most every 10 s.
    Doubted,
}

impl Shops {
    /// The shop of this id; none where there is none.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read and no copy up to 15 minutes old is in memory.
    pub async fn get(
        &self,
        store: &Store,
        id: &ShopId,
        freshness: Freshness,
        now: Moment,
    ) -> Result<Option<Arc<Shop>>, StoreError> {
        let slot = self.slot(id, now).await;
        let mut slot = slot.lock().await;
        if let Some(known) = slot.known.as_ref().filter(|known| known.will_do(freshness, now)) {
            return Ok(known.shop.clone());
        }
        match read(store, id).await {
            Ok(shop) => {
                slot.known = Some(Known { shop: shop.clone(), read_at: now });
                Ok(shop)
            }
            Err(error) => {
                let usable = |known: &&Known| {
                    known.shop.is_some() && now.millis_since(known.read_at) < SHOP_USABLE_MILLIS
                };
                match slot.known.as_ref().filter(usable) {
                    Some(known) => {
                        tracing::warn!(shop_id = %id, %error, "a shop cannot be read again; its older copy serves");
                        Ok(known.shop.clone())
                    }
                    None => Err(error),
                }
            }
        }
    }

    async fn slot(&self, id: &ShopId, now: Moment) -> Arc<Mutex<Slot>> {
        let mut slots = self.slots.lock().await;
        if !slots.contains_key(id) && slots.len() >= SHOPS_MAX {
            // Anybody can ask for shops that do not exist: those go first, then what was read longest ago.
            let age = |slot: &Arc<Mutex<Slot>>| match slot.try_lock().ok().and_then(|slot| slot.known.clone())
            {
                Some(known) => (known.shop.is_some(), known.read_at),
                None => (true, now),
            };
            if let Some(oldest) = slots.iter().min_by_key(|(_, slot)| age(slot)).map(|(id, _)| id.clone()) {
                slots.remove(&oldest);
            }
        }
        Arc::clone(slots.entry(id.clone()).or_default())
    }
}

impl Known {
    const fn will_do(&self, freshness: Freshness, now: Moment) -> bool {
        let age = now.millis_since(self.read_at);
        match (freshness, &self.shop) {
            (Freshness::Doubted, _) => age < SHOP_REREAD_MILLIS,
            (Freshness::Usual, Some(_)) => age < SHOP_FRESH_MILLIS,
            (Freshness::Usual, None) => age < SHOP_ABSENT_MILLIS,
        }
    }
}

async fn read(store: &Store, id: &ShopId) -> Result<Option<Arc<Shop>>, StoreError> {
    let Some(document) = store.shop_document(id).await? else { return Ok(None) };
    match Shop::parse(document.as_bytes()) {
        Ok(shop) if shop.id == *id => Ok(Some(Arc::new(shop))),
        Ok(_) => Err(StoreError::Unreadable("a shop's document names another shop")),
        Err(error) => {
            // The path and the problem hold no value of the document.
            tracing::error!(shop_id = %id, %error, "a stored shop cannot be loaded");
            Err(StoreError::Unreadable("a shop's document"))
        }
    }
}
