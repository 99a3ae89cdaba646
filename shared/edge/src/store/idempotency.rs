//! Idempotency keys: the same key and body give the same session for 24 hours.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use payproof::payment::{Moment, SessionId, ShopId, WriteMark};
use payproof::shop::KeyKind;
use sha2::{Digest as _, Sha256};

use super::attributes::{PK, SK, UNTIL};
use super::error::was_done;
use super::expression::{Expression, Item, Read as _, b, n, s};
use super::{Store, StoreError};
use crate::limits::{IDEMPOTENCY_KEPT_SECONDS, IDEMPOTENCY_RUNNING_MILLIS};

const BODY: &str = "bh";
const RUNNING_UNTIL: &str = "run";
const SESSION: &str = "ses";
const OWNER: &str = "own";

/// A key as the store knows it: the shop's, by its hash, with the hash of the body that it was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    partition: String,
    body: [u8; 32],
    of_server: bool,
    mark: String,
    owner: WriteMark,
}

impl IdempotencyKey {
    /// The key that was sent with this body under an API key of this kind. The keys of browsers and servers are kept
    /// apart, for the two are answered differently.
    ///
    /// `owner` is this request's: a claim that is found is ours if its mark is ours.
    pub fn new(shop: &ShopId, kind: KeyKind, key: &str, body: &[u8], owner: WriteMark) -> Self {
        let hash = Sha256::new().chain_update(kind.prefix()).chain_update([0]).chain_update(key).finalize();
        let hash = data_encoding::HEXLOWER.encode(&hash);
        Self {
            partition: format!("idem#{shop}#{hash}"),
            body: Sha256::digest(body).into(),
            of_server: kind == KeyKind::Secret,
            mark: hash.chars().take(24).collect(),
            owner,
        }
    }

    /// That the item is this request's claim.
    fn is_held(&self, with: &mut Expression) -> String {
        format!("{} = {}", with.name(OWNER), with.value(b(&self.owner.0)))
    }

    /// What an attempt holds of the key that it was made with.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// Whether it may stand for a session that another request made. A server's may; a browser's may not, for a repeat
    /// with it is given the session's secret.
    pub const fn may_stand_for_any(&self) -> bool {
        self.of_server
    }
}

/// What claiming a key came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is ours to use.
    Ours,
    /// The first request with it is still running.
    Running,
    /// The first request with it opened, or was given, this session.
    Done(SessionId),
    /// It was used with another body.
    Mismatch,
}

impl Store {
    /// Claims a key for a request that begins.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(&self, key: &IdempotencyKey, now: Moment) -> Result<Claim, StoreError> {
        let mut with = Expression::default();
        let (pk, until, running, body) =
            (with.name(PK), with.name(UNTIL), with.name(RUNNING_UNTIL), with.name(BODY));
        // TTL deletes days late: past `until` is absent.
        let condition = format!(
            "attribute_not_exists({pk}) OR {until} <= {} OR ({running} <= {} AND {body} = {})",
            with.value(n(now.seconds())),
            with.value(n(now.millis())),
            with.value(b(&key.body)),
        );
        let (names, values) = with.into_parts();
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, s(&key.partition))
            .item(SK, s("-"))
            .item(BODY, b(&key.body))
            .item(OWNER, b(&key.owner.0))
            .item(RUNNING_UNTIL, n(now.plus_millis(IDEMPOTENCY_RUNNING_MILLIS).millis()))
            .item(UNTIL, n(now.seconds().saturating_add(IDEMPOTENCY_KEPT_SECONDS)))
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(Claim::Ours),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => claimed(key, failed.item()),
                _ => Err(StoreError::of(&error)),
            },
        }
    }

    /// Records the session that a key stands for from now on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settle(&self, key: &IdempotencyKey, session: SessionId) -> Result<(), StoreError> {
        let mut with = Expression::default();
        let set = format!("SET {} = {}", with.name(SESSION), with.value(s(session.to_string())));
        let update = format!("{set} REMOVE {}", with.name(RUNNING_UNTIL));
        let condition = key.is_held(&mut with);
        let (names, values) = with.into_parts();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PK, s(&key.partition))
            .key(SK, s("-"))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        // Where another request took it over meanwhile, it is that one's.
        was_done(request.send().await).map(|_| ())
    }

    /// Gives a key back: the request ended without a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release(&self, key: &IdempotencyKey) -> Result<(), StoreError> {
        let mut with = Expression::default();
        let condition = key.is_held(&mut with);
        let (names, values) = with.into_parts();
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(PK, s(&key.partition))
            .key(SK, s("-"))
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        // Where another request took it over meanwhile, it is that one's.
        was_done(request.send().await).map(|_| ())
    }
}

fn claimed(key: &IdempotencyKey, item: Option<&Item>) -> Result<Claim, StoreError> {
    let item = item.ok_or(StoreError::Unreadable("an idempotency key"))?;
    if item.bytes::<32>(BODY)? != key.body {
        return Ok(Claim::Mismatch);
    }
    match item.text_if(SESSION) {
        // The answer to our own claim was lost and the client repeated it.
        None if item.bytes(OWNER).is_ok_and(|owner| owner == key.owner.0) => Ok(Claim::Ours),
        None => Ok(Claim::Running),
        Some(text) => SessionId::parse(text).map(Claim::Done).map_err(|_| StoreError::Unreadable(SESSION)),
    }
}
