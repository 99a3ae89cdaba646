//! Notes that a provider is left alone. A container knows its own calls only; the note is how somebody who asks learns
//! of it elsewhere. It is written when a circuit opens, which is rare, and nothing decides by it.

use std::collections::BTreeMap;

use payproof::payment::{Moment, ShopId};

use super::attributes::{PK, SK, UNTIL};
use super::expression::{Read as _, n, s};
use super::{Store, StoreError};
use crate::limits::LEFT_ALONE_KEPT_SECONDS;

const OPEN_UNTIL: &str = "ou";

impl Store {
    /// Notes until when a provider is left alone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_left_alone(
        &self,
        shop: &ShopId,
        provider: &str,
        until: Moment,
    ) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(format!("rest#{shop}")))
            .item(SK, s(provider))
            .item(OPEN_UNTIL, n(until.millis()))
            .item(UNTIL, n(until.seconds().saturating_add(LEFT_ALONE_KEPT_SECONDS)));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }

    /// Until when each of a shop's providers is left alone, by the last note that is not over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn left_alone(
        &self,
        shop: &ShopId,
        now: Moment,
    ) -> Result<BTreeMap<String, Moment>, StoreError> {
        let items = self.query_prefix(&format!("rest#{shop}"), "").await?;
        let notes = items
            .iter()
            .map(|item| Ok((item.text(SK)?.to_owned(), Moment::from_millis(item.number(OPEN_UNTIL)?))));
        let notes: Result<Vec<_>, StoreError> = notes.collect();
        Ok(notes?.into_iter().filter(|(_, until)| *until > now).collect())
    }
}
