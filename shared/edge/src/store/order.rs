//! The operations on an order's item: registered once, read, and changed by one conditional update.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use payproof::payment::{Change, Payment, PaymentId};

use super::attributes::{PK, SK};
use super::expression::{Expression, Item, Read as _, s};
use super::order_item::{self, TextPlace, text_sk};
use super::{Store, StoreError};

/// What the texts beside an order are kept as.
pub(super) const TEXTS: &str = "j";

/// What registering came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// The order is new.
    New,
    /// It was there; this is it.
    Exists(Box<Payment>),
}

/// What a conditional update came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// The premises held and the change is written.
    Written,
    /// A premise did not hold; this is the item as it is, or none where the order is not registered.
    Differs(Option<Box<Payment>>),
}

impl Store {
    /// Writes a new order, unless it is there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn register(&self, payment: &Payment, list_shards: u8) -> Result<Registered, StoreError> {
        if let TextPlace::Beside(..) = TextPlace::of(&payment.details)? {
            // They are written before the item that names them: not for an order that is there and may refuse them.
            if let Some(item) = self.get(&payment.id).await? {
                return Ok(Registered::Exists(Box::new(self.read_with_texts(&item).await?)));
            }
            self.put_texts(&payment.id, &payment.details).await?;
        }
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(order_item::write_new(payment, list_shards)?))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(Registered::New),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    let item = failed.item().ok_or(StoreError::Unreadable("the order that is there"))?;
                    Ok(Registered::Exists(Box::new(self.read_with_texts(item).await?)))
                }
                _ => Err(StoreError::of(&error)),
            },
        }
    }

    /// Reads an order without the texts that are kept beside it: all that decides.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, id: &PaymentId) -> Result<Option<Payment>, StoreError> {
        self.get(id).await?.as_ref().map(order_item::read).transpose()
    }

    /// Reads an order whole.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load_with_texts(&self, id: &PaymentId) -> Result<Option<Payment>, StoreError> {
        match self.get(id).await? {
            Some(item) => self.read_with_texts(&item).await.map(Some),
            None => Ok(None),
        }
    }

    /// Writes a change if its premises hold. A timeout whose outcome is unknown is safe to repeat.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn save(&self, id: &PaymentId, change: &Change) -> Result<Saved, StoreError> {
        if let Some((_, details)) = &change.amended {
            self.put_texts(id, details).await?;
        }
        let mut with = Expression::default();
        let (update, condition) = order_item::write_change(change, &mut with)?;
        let (names, values) = with.into_parts();
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in order_item::key(id) {
            request = request.key(name, value);
        }
        match request.send().await {
            Ok(_) => Ok(Saved::Written),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let payment = failed.item().map(order_item::read).transpose()?;
                    Ok(Saved::Differs(payment.map(Box::new)))
                }
                _ => Err(StoreError::of(&error)),
            },
        }
    }

    pub(super) async fn get(&self, id: &PaymentId) -> Result<Option<Item>, StoreError> {
        let mut request = self.client.get_item().table_name(&self.table).consistent_read(true);
        for (name, value) in order_item::key(id) {
            request = request.key(name, value);
        }
        Ok(request.send().await.map_err(|error| StoreError::of(&error))?.item)
    }

    pub(super) async fn read_with_texts(&self, item: &Item) -> Result<Payment, StoreError> {
        let mut payment = order_item::read(item)?;
        if let Some(key) = order_item::text_key(item) {
            let request = self.client.get_item().table_name(&self.table).consistent_read(true);
            let request = request.set_key(Some(key));
            let texts = request.send().await.map_err(|error| StoreError::of(&error))?.item;
            let texts = texts.ok_or(StoreError::Unreadable("an order's texts"))?;
            order_item::read_texts(&mut payment, texts.text(TEXTS)?)?;
        }
        Ok(payment)
    }

    /// Writes the texts that are kept beside the item, before the item that names them.
    async fn put_texts(
        &self,
        id: &PaymentId,
        details: &payproof::payment::Details,
    ) -> Result<(), StoreError> {
        let TextPlace::Beside(json, hash) = TextPlace::of(details)? else { return Ok(()) };
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(id.to_string()))
            .item(SK, s(text_sk(&hash)))
            .item(TEXTS, s(json));
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }
}
