//! Notes of deliveries that were refused. Anybody can post, so what is kept is bounded: no body, a few hundred bytes,
//! one of 64 slots for each shop and provider.

use payproof::payment::{Moment, ProviderName, ShopId};
use sha2::{Digest as _, Sha256};

use super::attributes::{PK, SK, UNTIL};
use super::error::was_done;
use super::expression::{Read as _, n, s};
use super::{Store, StoreError};
use crate::limits::{REFUSED_KEPT_SECONDS, REFUSED_SLOTS};

const REASON: &str = "why";
const AT: &str = "at";
const BYTES: &str = "len";
const CLAIMS: &str = "ses";

/// A note of a refused delivery. Nothing in it is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Why it was refused, as a word.
    pub reason: String,
    /// When.
    pub at: Moment,
    /// Bytes of its body.
    pub body_bytes: u64,
    /// The session that it claimed to be about.
    pub claims: Option<String>,
    /// The provider whose endpoint it was posted to.
    pub provider: ProviderName,
}

impl Store {
    /// Notes a refused delivery where its slot is free; false where it is taken.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_refused(&self, shop: &ShopId, note: &Note, body: &[u8]) -> Result<bool, StoreError> {
        let slot = Sha256::digest(body).first().copied().unwrap_or(0).checked_rem(REFUSED_SLOTS).unwrap_or(0);
        let mut put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(format!("ref#{shop}#{}", note.provider)))
            .item(SK, s(format!("{slot:02}")))
            .item(REASON, s(&note.reason))
            .item(AT, n(note.at.millis()))
            .item(BYTES, n(note.body_bytes))
            .item(UNTIL, n(note.at.seconds().saturating_add(REFUSED_KEPT_SECONDS)))
            .condition_expression("attribute_not_exists(pk) OR #until <= :now")
            .expression_attribute_names("#until", UNTIL)
            .expression_attribute_values(":now", n(note.at.seconds()));
        if let Some(claims) = &note.claims {
            put = put.item(CLAIMS, s(claims));
        }
        was_done(put.send().await)
    }

    /// The notes of a shop and provider that have not run out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refused(
        &self,
        shop: &ShopId,
        provider: &ProviderName,
        now: Moment,
    ) -> Result<Vec<Note>, StoreError> {
        let items = self.query_prefix(&format!("ref#{shop}#{provider}"), "").await?;
        let live =
            items.iter().filter(|item| item.number_if(UNTIL).is_some_and(|until| until > now.seconds()));
        live.map(|item| {
            Ok(Note {
                reason: item.text(REASON)?.to_owned(),
                at: Moment::from_millis(item.number(AT)?),
                body_bytes: item.number(BYTES)?,
                claims: item.text_if(CLAIMS).map(str::to_owned),
                provider: provider.clone(),
            })
        })
        .collect()
    }
}
