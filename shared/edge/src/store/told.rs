//! What became of telling the shop: one item for each notification, beside the order. One that failed carries keys of
//! the list's index while the shop does not know it.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use payproof::payment::{
    Answered, Moment, News, OrderId, Payment, PaymentId, ShopId, TellState, Telling, Try,
};

use super::attributes::{CREATED, LIST, PK, SK};
use super::expression::{Expression, Item, Read as _, n, s};
use super::order_item::{self, ORDER_SK};
use super::tables::LISTED;
use super::{Store, StoreError};
use crate::limits::PAGE_MAX;

const PREFIX: &str = "told#";
const STATE: &str = "x";
const AT: &str = "at";
const TRIES: &str = "tr";
const FAILED: &str = "fa";
const FAILING_SINCE: &str = "fs";
const NEXT_TRY: &str = "nx";
const AGAIN: &str = "ag";
const VERSION: &str = "v";
const ORDER: &str = "o";
const KIND: &str = "k";

const TRY_AT: &str = "a";
const TRY_TOOK: &str = "m";
const TRY_STATUS: &str = "s";
const TRY_WHY: &str = "w";

/// Which notification it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notification<'a> {
    /// Whose order.
    pub shop: &'a ShopId,
    /// The order.
    pub payment: PaymentId,
    /// The shop's id of it.
    pub order: &'a OrderId,
    /// What it is about.
    pub kind: News,
}

impl<'a> Notification<'a> {
    /// Of this order.
    pub const fn of(payment: &'a Payment, kind: News) -> Self {
        Self { shop: &payment.shop, payment: payment.id, order: &payment.order, kind }
    }
}

/// A notification that the shop may not know, though it was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// Its order.
    pub payment: PaymentId,
    /// The shop's id of that.
    pub order: OrderId,
    /// What it is about.
    pub kind: News,
    /// What became of it.
    pub telling: Telling,
    /// Its list key.
    pub key: String,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingPage {
    /// They, in the order asked for.
    pub failing: Vec<Failing>,
    /// The list key where the next page begins; none at the end.
    pub next: Option<String>,
}

impl Store {
    /// An order and what became of its notifications, in one query.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load_with_tellings(
        &self,
        id: &PaymentId,
    ) -> Result<Option<(Payment, BTreeMap<u64, Telling>)>, StoreError> {
        // Texts kept beside the order lie between and are passed over.
        let condition = "pk = :pk AND sk BETWEEN :order AND :told";
        let last = s(format!("{PREFIX}~"));
        let values = [(":pk", s(id.to_string())), (":order", s(ORDER_SK)), (":told", last)];
        let (mut payment, mut tellings) = (None, BTreeMap::new());
        for item in self.query_all(condition, values).await? {
            match item.text(SK)? {
                ORDER_SK => payment = Some(order_item::read(&item)?),
                sk if sk.starts_with(PREFIX) => {
                    let telling = read(&item)?;
                    tellings.insert(telling.sequence, telling);
                }
                _ => {}
            }
        }
        Ok(payment.map(|payment| (payment, tellings)))
    }

    /// Writes what became of a notification, if nobody else wrote since it was read. Gives what is there where somebody
    /// did: `telling` itself where its own write is what was found.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_telling(
        &self,
        notification: Notification<'_>,
        telling: &Telling,
    ) -> Result<Telling, StoreError> {
        let mut with = Expression::default();
        let condition = match telling.version {
            0 | 1 => format!("attribute_not_exists({})", with.name(PK)),
            version => {
                format!("{} = {}", with.name(VERSION), with.value(n(version.saturating_sub(1))))
            }
        };
        let (names, values) = with.into_parts();
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(write(notification, telling)))
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(telling.clone()),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    read(failed.item().ok_or(StoreError::Unreadable("a notification that is there"))?)
                }
                _ => Err(StoreError::of(&error)),
            },
        }
    }

    /// A page of a shop's notifications that were tried and that it may not know, oldest first where `ascending`: those
    /// that began to fail within `[from, to]`, beyond the list key `beyond` where that is given. The index is a hint:
    /// each is then read from its own item.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn failing(
        &self,
        shop: &ShopId,
        (from, to): (&str, &str),
        beyond: Option<&str>,
        ascending: bool,
    ) -> Result<FailingPage, StoreError> {
        let (from, to) = match (beyond, ascending) {
            (None, _) => (from, to),
            (Some(beyond), true) => (beyond, to),
            (Some(beyond), false) => (from, beyond),
        };
        let page = usize::try_from(PAGE_MAX).unwrap_or(usize::MAX);
        // The one that the page before ended with comes once more.
        let (keys, mut more) = self.list_range(LISTED, partition(shop), (from, to), ascending, 2).await?;
        let mut keys: Vec<_> =
            keys.iter().filter(|item| item.text_if(CREATED).is_some_and(|key| Some(key) != beyond)).collect();
        more |= keys.len() > page;
        keys.truncate(page);
        let place: BTreeMap<(&str, &str), usize> = keys
            .iter()
            .enumerate()
            .filter_map(|(nth, item)| Some(((item.text_if(PK)?, item.text_if(SK)?), nth)))
            .collect();
        let wanted =
            place.keys().map(|(pk, sk)| Item::from([(PK.to_owned(), s(*pk)), (SK.to_owned(), s(*sk))]));
        let mut failing = Vec::new();
        for item in self.read_batch(wanted.collect()).await? {
            let nth = place.get(&(item.text(PK)?, item.text(SK)?)).copied();
            failing.extend(failing_of(&item)?.zip(nth));
        }
        failing.sort_unstable_by_key(|(_, nth)| *nth);
        let next = keys.last().filter(|_| more).and_then(|item| item.text_if(CREATED)).map(str::to_owned);
        Ok(FailingPage { failing: failing.into_iter().map(|(failing, _)| failing).collect(), next })
    }
}

/// The list key of a notification that fails: 13 digits of the millisecond since when, the order, and five of which.
pub fn failing_key(since: Moment, payment: PaymentId, sequence: u64) -> String {
    format!("{:013}#{payment}#{sequence:05}", since.millis())
}

/// The partition of the list's index that a shop's failing notifications are in.
fn partition(shop: &ShopId) -> String {
    format!("fail#{shop}")
}

fn write(of: Notification<'_>, telling: &Telling) -> Item {
    let sequence = telling.sequence;
    let mut item = Item::from([
        (PK.to_owned(), s(of.payment.to_string())),
        (SK.to_owned(), s(format!("{PREFIX}{sequence}"))),
        (STATE.to_owned(), s(telling.state.word())),
        (AT.to_owned(), n(telling.at.millis())),
        (TRIES.to_owned(), AttributeValue::L(telling.tries.iter().map(write_try).collect())),
        (VERSION.to_owned(), n(telling.version)),
    ]);
    let mut put = |name: &str, value| item.insert(name.to_owned(), value);
    if let TellState::Waiting { next_try } = telling.state {
        put(NEXT_TRY, n(next_try.millis()));
    }
    if telling.failed > 0 {
        put(FAILED, n(u64::try_from(telling.failed).unwrap_or(u64::MAX)));
    }
    if telling.again {
        put(AGAIN, AttributeValue::Bool(true));
    }
    if let Some(since) = telling.failing_since {
        put(FAILING_SINCE, n(since.millis()));
        // For the list of what fails, which reads nothing of the order.
        put(ORDER, s(of.order.as_str()));
        put(KIND, s(of.kind.word()));
        put(LIST, s(partition(of.shop)));
        put(CREATED, s(failing_key(since, of.payment, sequence)));
    }
    item
}

fn write_try(tried: &Try) -> AttributeValue {
    let answer = match &tried.answer {
        Answered::Status(status) => (TRY_STATUS, n((*status).into())),
        Answered::Nothing(why) => (TRY_WHY, s(&**why)),
    };
    let fields = [(TRY_AT, n(tried.at.millis())), (TRY_TOOK, n(tried.took_millis)), answer];
    AttributeValue::M(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

fn read(item: &Item) -> Result<Telling, StoreError> {
    let bad = StoreError::Unreadable;
    let sequence = item.text(SK)?.strip_prefix(PREFIX).and_then(|text| text.parse().ok());
    let state = match item.text(STATE)? {
        "waiting" => TellState::Waiting { next_try: Moment::from_millis(item.number(NEXT_TRY)?) },
        "told" => TellState::Told,
        "skipped" => TellState::Skipped,
        "parked" => TellState::Parked,
        _ => return Err(bad(STATE)),
    };
    let tries = item.get(TRIES).and_then(|value| value.as_l().ok()).ok_or(bad(TRIES))?;
    Ok(Telling {
        sequence: sequence.ok_or(bad("a notification's key"))?,
        state,
        at: Moment::from_millis(item.number(AT)?),
        tries: tries.iter().map(read_try).collect::<Result<_, _>>()?,
        failed: item.number_if(FAILED).and_then(|count| count.try_into().ok()).unwrap_or(0),
        failing_since: item.number_if(FAILING_SINCE).map(Moment::from_millis),
        again: item.contains_key(AGAIN),
        version: item.number(VERSION)?,
    })
}

fn read_try(value: &AttributeValue) -> Result<Try, StoreError> {
    let item = value.as_m().map_err(|_| StoreError::Unreadable(TRIES))?;
    let status = item.number_if(TRY_STATUS).and_then(|status| status.try_into().ok());
    Ok(Try {
        at: Moment::from_millis(item.number(TRY_AT)?),
        took_millis: item.number(TRY_TOOK)?,
        answer: match status {
            Some(status) => Answered::Status(status),
            None => Answered::Nothing(item.text(TRY_WHY)?.into()),
        },
    })
}

/// The notification of an item; none where the shop knows it by now.
fn failing_of(item: &Item) -> Result<Option<Failing>, StoreError> {
    let bad = StoreError::Unreadable;
    let telling = read(item)?;
    if telling.failing_since.is_none() {
        return Ok(None);
    }
    Ok(Some(Failing {
        payment: PaymentId::parse(item.text(PK)?).map_err(|_| bad(PK))?,
        order: OrderId::parse(item.text(ORDER)?).map_err(|_| bad(ORDER))?,
        kind: News::parse(item.text(KIND)?).ok_or(bad(KIND))?,
        telling,
        key: item.text(CREATED)?.to_owned(),
    }))
}
