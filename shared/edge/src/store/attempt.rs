//! What an attempt's request is made of, and what the provider answered: one item for each reservation.

use payproof::payment::{Moment, Nonce, PaymentId, SessionId};
use payproof::provider::Created;
use payproof::secret::Secret;

use super::attributes::{PK, SK, UNTIL};
use super::error::was_done;
use super::expression::{Expression, Item, Read as _, n, s};
use super::{Store, StoreError};
use crate::limits::ORPHAN_KEPT_SECONDS;

const REQUEST: &str = "r";
const WHY: &str = "w";
const CLIENT_SECRET: &str = "k";
const GO_TOKEN: &str = "g";
const OPENING_UNTIL: &str = "ou";
const CHECKOUT_ID: &str = "i";
const CHECKOUT_URL: &str = "ur";

/// What the request to the provider is made of, beyond the order's money: stored before the provider hears of it, so
/// that a repeat is the same request to the byte whatever changed meanwhile.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Request {
    /// Where the provider sends the customer afterwards: our return page.
    #[serde(rename = "p")]
    pub page_url: String,
    /// Where it sends one who turns back.
    #[serde(rename = "b")]
    pub back_url: String,
    /// Where our return page sends the customer on to.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// The customer's language.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// What the customer reads at the checkout.
    #[serde(rename = "d")]
    pub description: String,
    /// The customer's e-mail address.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub customer_email: Option<String>,
    /// Millisecond until which the provider keeps its checkout open.
    #[serde(rename = "x")]
    pub provider_expires_at: u64,
    /// Of the idempotency key that it was made with, by which a repeat of that request is known.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its URLs hold the client secret, and the address is the customer's.
        f.write_str("Request(…)")
    }
}

/// An attempt's item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptItem {
    /// Its session.
    pub session: SessionId,
    /// Which reservation of it.
    pub nonce: Nonce,
    /// What the request is made of.
    pub request: Request,
    /// Why it went to this provider, in a sentence.
    pub why: String,
    /// The token that reads the session's status.
    pub client_secret: Secret,
    /// The token in our checkout URL.
    pub go_token: Secret,
    /// Until when its opening is under way; none once the provider answered, however that ended.
    pub opening_until: Option<Moment>,
    /// The provider's checkout.
    pub checkout: Option<Created>,
}

fn sk(session: SessionId, nonce: Nonce) -> String {
    format!("attempt#{}#{nonce}", session.attempt)
}

impl Store {
    /// Writes an attempt before it is reserved. Should the reservation lose its race, the item goes by itself.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_attempt(&self, attempt: &AttemptItem, now: Moment) -> Result<(), StoreError> {
        let request =
            serde_json::to_string(&attempt.request).map_err(|error| StoreError::Defect(error.to_string()))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(attempt.session.payment.to_string()))
            .item(SK, s(sk(attempt.session, attempt.nonce)))
            .item(REQUEST, s(request))
            .item(WHY, s(&attempt.why))
            .item(CLIENT_SECRET, s(attempt.client_secret.reveal()))
            .item(GO_TOKEN, s(attempt.go_token.reveal()))
            .item(UNTIL, n(now.seconds().saturating_add(ORPHAN_KEPT_SECONDS)))
            .set_item_opening(attempt.opening_until);
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }

    /// Reads an attempt.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn attempt(&self, session: SessionId, nonce: Nonce) -> Result<Option<AttemptItem>, StoreError> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .key(PK, s(session.payment.to_string()))
            .key(SK, s(sk(session, nonce)));
        let item = request.send().await.map_err(|error| StoreError::of(&error))?.item;
        item.map(|item| read(session, nonce, &item)).transpose()
    }

    /// Records that the provider answered: the opening is over, and this is its checkout if it made one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_opening(
        &self,
        session: SessionId,
        nonce: Nonce,
        checkout: Option<&Created>,
    ) -> Result<(), StoreError> {
        let mut with = Expression::default();
        let remove = format!("REMOVE {}, {}", with.name(OPENING_UNTIL), with.name(UNTIL));
        let update = match checkout {
            Some(created) => {
                let id = format!("{} = {}", with.name(CHECKOUT_ID), with.value(s(&created.checkout_id)));
                let url = format!("{} = {}", with.name(CHECKOUT_URL), with.value(s(&created.url)));
                format!("SET {id}, {url} {remove}")
            }
            None => remove,
        };
        let condition = format!("attribute_exists({})", with.name(PK));
        self.update_attempt(session, nonce, update, condition, with).await.map(|_| ())
    }

    /// Takes over an opening that was left behind, or whose outcome is unknown; false where another request was quicker.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_over_opening(
        &self,
        session: SessionId,
        nonce: Nonce,
        left_at: Option<Moment>,
        until: Moment,
    ) -> Result<bool, StoreError> {
        let mut with = Expression::default();
        let name = with.name(OPENING_UNTIL);
        let update = format!("SET {name} = {}", with.value(n(until.millis())));
        let condition = match left_at {
            Some(left_at) => format!("{name} = {}", with.value(n(left_at.millis()))),
            None => format!("attribute_exists({}) AND attribute_not_exists({name})", with.name(PK)),
        };
        // Whoever was quicker may have made the checkout already.
        let condition = format!("{condition} AND attribute_not_exists({})", with.name(CHECKOUT_ID));
        self.update_attempt(session, nonce, update, condition, with).await
    }

    async fn update_attempt(
        &self,
        session: SessionId,
        nonce: Nonce,
        update: String,
        condition: String,
        with: Expression,
    ) -> Result<bool, StoreError> {
        let (names, values) = with.into_parts();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PK, s(session.payment.to_string()))
            .key(SK, s(sk(session, nonce)))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        was_done(request.send().await)
    }

    /// Why each of a payment's attempts went to its provider, by reservation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn attempt_reasons(&self, id: &PaymentId) -> Result<Vec<(String, String)>, StoreError> {
        let items = self.query_prefix(&id.to_string(), "attempt#").await?;
        Ok(items
            .iter()
            .filter_map(|item| Some((item.text_if(SK)?.to_owned(), item.text_if(WHY)?.to_owned())))
            .collect())
    }

    /// The sort key of an attempt's item, as [`Store::attempt_reasons`] gives it.
    pub fn attempt_key(session: SessionId, nonce: Nonce) -> String {
        sk(session, nonce)
    }
}

trait Opening {
    fn set_item_opening(self, until: Option<Moment>) -> Self;
}

impl Opening for aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    fn set_item_opening(self, until: Option<Moment>) -> Self {
        match until {
            Some(until) => self.item(OPENING_UNTIL, n(until.millis())),
            None => self,
        }
    }
}

fn read(session: SessionId, nonce: Nonce, item: &Item) -> Result<AttemptItem, StoreError> {
    let request = serde_json::from_str(item.text(REQUEST)?).map_err(|_| StoreError::Unreadable(REQUEST))?;
    let checkout = item
        .text_if(CHECKOUT_ID)
        .zip(item.text_if(CHECKOUT_URL))
        .map(|(id, url)| Created { checkout_id: id.to_owned(), url: url.to_owned() });
    Ok(AttemptItem {
        session,
        nonce,
        request,
        why: item.text(WHY)?.to_owned(),
        client_secret: Secret::new(item.text(CLIENT_SECRET)?),
        go_token: Secret::new(item.text(GO_TOKEN)?),
        opening_until: item.number_if(OPENING_UNTIL).map(Moment::from_millis),
        checkout,
    })
}
