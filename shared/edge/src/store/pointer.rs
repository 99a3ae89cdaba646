//! Whose a provider's payment is, for providers whose later events name only that and who cannot be asked; and the events
//! that came before it was known.

use payproof::payment::{ProviderName, ProviderPaymentId, SessionId, ShopId};

use super::attributes::{PK, SK, UNTIL};
use super::event::EventId;
use super::expression::{Read as _, n, s};
use super::{Store, StoreError};
use crate::limits::{EARLY_AT_ONCE_MAX, EVENT_KEPT_SECONDS};
use payproof::payment::Moment;

const SESSION: &str = "s";
const EVENT: &str = "ev";

fn partition(shop: &ShopId, provider: &ProviderName) -> String {
    format!("ptr#{shop}#{provider}")
}

fn early_prefix(payment: &ProviderPaymentId) -> String {
    format!("{payment}#early#")
}

impl Store {
    /// Remembers whose a payment is. Whether that is news.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remember_payment(
        &self,
        shop: &ShopId,
        provider: &ProviderName,
        payment: &ProviderPaymentId,
        session: SessionId,
    ) -> Result<bool, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(partition(shop, provider)))
            .item(SK, s(payment.as_str()))
            .item(SESSION, s(session.to_string()))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllOld);
        let answer = put.send().await.map_err(|error| StoreError::of(&error))?;
        Ok(answer.attributes.is_none_or(|old| old.text_if(SESSION) != Some(session.to_string().as_str())))
    }

    /// Whose a payment is, where that was remembered.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn whose_payment(
        &self,
        shop: &ShopId,
        provider: &ProviderName,
        payment: &ProviderPaymentId,
    ) -> Result<Option<SessionId>, StoreError> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PK, s(partition(shop, provider)))
            .key(SK, s(payment.as_str()))
            .consistent_read(true);
        let item = get.send().await.map_err(|error| StoreError::of(&error))?.item;
        Ok(item.and_then(|item| SessionId::parse(item.text_if(SESSION)?).ok()))
    }

    /// Names a stored event beside a payment that nobody remembers yet: whoever remembers it looks there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_early_of_payment(
        &self,
        shop: &ShopId,
        provider: &ProviderName,
        payment: &ProviderPaymentId,
        event: &EventId,
        now: Moment,
    ) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(partition(shop, provider)))
            .item(SK, s(format!("{}{event}", early_prefix(payment))))
            .item(EVENT, s(event.to_string()))
            .item(UNTIL, n(now.seconds().saturating_add(EVENT_KEPT_SECONDS)));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }

    /// The events that wait for this payment to be known; at most [`EARLY_AT_ONCE_MAX`] of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn early_of_payment(
        &self,
        shop: &ShopId,
        provider: &ProviderName,
        payment: &ProviderPaymentId,
    ) -> Result<Vec<EventId>, StoreError> {
        let items = self.query_prefix(&partition(shop, provider), &early_prefix(payment)).await?;
        Ok(items
            .iter()
            .take(EARLY_AT_ONCE_MAX)
            .filter_map(|item| item.text_if(EVENT).and_then(EventId::parse))
            .collect())
    }
}
