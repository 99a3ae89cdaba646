//! Verified events that could not be applied, with their bytes as they came.

use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use payproof::payment::{Moment, Outcome, ProviderName, SessionId, ShopId};

use super::attributes::{PK, SK, UNTIL};
use super::error::was_done;
use super::expression::{Expression, Item, Read as _, b, n, s};
use super::{Store, StoreError};
use crate::limits::{EVENT_KEPT_SECONDS, PAGE_MAX};

const PROVIDER: &str = "p";
const OUTCOME: &str = "out";
const PROBLEM: &str = "why";
const SESSION: &str = "ses";
const WORD: &str = "w";
const DELIVERY: &str = "del";
const BODY: &str = "body";
const RECEIVED: &str = "at";
const APPLIED: &str = "app";

/// The id of a stored event: `ev_<day>_<time>_<id>`. It follows from what the event is, so the same event is stored
/// once however often it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventId {
    day: String,
    rest: String,
}

impl EventId {
    /// The id of an event that happened at `at` (the provider's own time where that is near ours), told apart by
    /// `digest` of what it is.
    pub fn new(at: Moment, digest: &[u8]) -> Self {
        let digest: String = data_encoding::HEXLOWER.encode(digest).chars().take(20).collect();
        Self { day: at.day().replace('-', ""), rest: format!("{:013}#{digest}", at.millis()) }
    }

    /// Reads an id.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, rest) = text.strip_prefix("ev_")?.split_once('_')?;
        let (time, digest) = rest.split_once('_')?;
        let digits = |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
        let hex = digest.len() == 20 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        (digits(day, 8) && digits(time, 13) && hex)
            .then(|| Self { day: day.to_owned(), rest: format!("{time}#{digest}") })
    }

    fn partition(&self, shop: &ShopId) -> String {
        format!("evt#{shop}#{}", self.day)
    }

    fn of_keys(pk: &str, sk: &str) -> Option<Self> {
        let (_, day) = pk.rsplit_once('#')?;
        Some(Self { day: day.to_owned(), rest: sk.to_owned() })
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ev_{}_{}", self.day, self.rest.replace('#', "_"))
    }
}

/// A stored event.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its id.
    pub id: EventId,
    /// Which provider sent it.
    pub provider: ProviderName,
    /// Why it is here.
    pub outcome: Outcome,
    /// In words.
    pub problem: String,
    /// The session that it names, where it names one.
    pub session: Option<SessionId>,
    /// The provider's word for what happened, as far as it could be read.
    pub word: String,
    /// The event id that a signed header carried.
    pub delivery_id: Option<String>,
    /// The bytes as they came. They hold customers' data.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Moment,
    /// When it was applied after all.
    pub applied_at: Option<Moment>,
}

impl fmt::Debug for StoredEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredEvent({} {} {})", self.id, self.provider, self.outcome.word())
    }
}

impl Store {
    /// Keeps an event.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_event(&self, shop: &ShopId, event: &StoredEvent) -> Result<(), StoreError> {
        let mut put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(event.id.partition(shop)))
            .item(SK, s(&event.id.rest))
            .item(PROVIDER, s(event.provider.as_str()))
            .item(OUTCOME, s(event.outcome.word()))
            .item(PROBLEM, s(&event.problem))
            .item(WORD, s(&event.word))
            .item(BODY, b(&event.body))
            .item(RECEIVED, n(event.received_at.millis()))
            .item(UNTIL, n(event.received_at.seconds().saturating_add(EVENT_KEPT_SECONDS)));
        if let Some(session) = event.session {
            put = put.item(SESSION, s(session.to_string()));
        }
        if let Some(id) = &event.delivery_id {
            put = put.item(DELIVERY, s(id));
        }
        put.send().await.map(|_| ()).map_err(|error| StoreError::of(&error))
    }

    /// Reads a stored event.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn event(&self, shop: &ShopId, id: &EventId) -> Result<Option<StoredEvent>, StoreError> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .key(PK, s(id.partition(shop)))
            .key(SK, s(&id.rest));
        let item = request.send().await.map_err(|error| StoreError::of(&error))?.item;
        item.as_ref().map(read).transpose()
    }

    /// Marks a stored event as applied, if it is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark_event_applied(
        &self,
        shop: &ShopId,
        id: &EventId,
        now: Moment,
    ) -> Result<(), StoreError> {
        let mut with = Expression::default();
        let update = format!("SET {} = {}", with.name(APPLIED), with.value(n(now.millis())));
        let condition = format!("attribute_exists({})", with.name(PK));
        let (names, values) = with.into_parts();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PK, s(id.partition(shop)))
            .key(SK, s(&id.rest))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        was_done(request.send().await).map(|_| ())
    }

    /// A day's stored events of a shop, newest first, from before `before` where that is given.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn events_of_day(
        &self,
        shop: &ShopId,
        day: &str,
        before: Option<&EventId>,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let partition = format!("evt#{shop}#{day}");
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", s(&partition))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(i32::try_from(PAGE_MAX).unwrap_or(i32::MAX));
        if let Some(before) = before.filter(|before| before.day == day) {
            query = query.exclusive_start_key(PK, s(&partition)).exclusive_start_key(SK, s(&before.rest));
        }
        let items = query.send().await.map_err(|error| StoreError::of(&error))?.items.unwrap_or_default();
        items.iter().map(read).collect()
    }
}

fn read(item: &Item) -> Result<StoredEvent, StoreError> {
    let bad = StoreError::Unreadable;
    let body = item.get(BODY).and_then(|value: &AttributeValue| value.as_b().ok()).map(Blob::as_ref);
    Ok(StoredEvent {
        id: EventId::of_keys(item.text(PK)?, item.text(SK)?).ok_or(bad("an event's key"))?,
        provider: ProviderName::parse(item.text(PROVIDER)?).map_err(|_| bad(PROVIDER))?,
        outcome: Outcome::parse(item.text(OUTCOME)?).ok_or(bad(OUTCOME))?,
        problem: item.text(PROBLEM)?.to_owned(),
        session: item.text_if(SESSION).and_then(|text| SessionId::parse(text).ok()),
        word: item.text(WORD)?.to_owned(),
        delivery_id: item.text_if(DELIVERY).map(str::to_owned),
        body: body.ok_or(bad(BODY))?.to_vec(),
        received_at: Moment::from_millis(item.number(RECEIVED)?),
        applied_at: item.number_if(APPLIED).map(Moment::from_millis),
    })
}
