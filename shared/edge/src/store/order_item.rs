//! How an order is written as an item, and read from one.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use payproof::payment::limits::TEXT_BYTES_IN_ITEM_MAX;
use payproof::payment::{
    Attempt, Attention, Change, Currency, Details, Fact, LineItem, Method, Moment, Money, Nonce, OrderId,
    Payment, PaymentId, Premise, ProviderName, Session, ShopId, Status, TokenHash,
};
use sha2::{Digest as _, Sha256};

use super::StoreError;
use super::attributes::{
    AMOUNT, ATTENTION, COUNTRY, CREATED, CURRENCY, DECLINED, EMAIL, FACT_IDS, FACTS, LIST, NEEDS, ORDER, PK,
    PLAIN, SESSION_PROVIDER, SESSIONS, SHOP, SK, STATUS, TELL, TEXT, TEXT_HASH, UPDATED, VERSION,
};
use super::expression::{Expression, Item, Read as _, b, n, s};
use super::fact_item;

/// The sort key of the item that decides.
pub(super) const ORDER_SK: &str = "order";

const METHOD: &str = "m";
const SESSION_CREATED: &str = "c";
const EXPIRES: &str = "e";
const AFTER: &str = "f";
const NONCE: &str = "n";
const CLIENT_SECRET: &str = "k";
const GO_TOKEN: &str = "g";

/// The key of a payment's item.
pub(super) fn key(id: &PaymentId) -> [(&'static str, AttributeValue); 2] {
    [(PK, s(id.to_string())), (SK, s(ORDER_SK))]
}

/// An order's texts: what nothing is decided by.
#[derive(serde::Serialize, serde::Deserialize, Default)]
struct Texts {
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(rename = "m", default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    #[serde(rename = "l", default, skip_serializing_if = "Vec::is_empty")]
    line_items: Vec<LineItem>,
}

/// Where an order's texts go.
pub(super) enum TextPlace {
    /// There are none.
    None,
    /// Into the item.
    Inside(String),
    /// Beside it, under their hash: what is there is never changed, so whoever loses a race overwrites nothing.
    Beside(String, [u8; 12]),
}

impl TextPlace {
    pub(super) fn of(details: &Details) -> Result<Self, StoreError> {
        let texts = Texts {
            description: details.description.clone(),
            metadata: details.metadata.clone(),
            line_items: details.line_items.clone(),
        };
        if texts.description.is_none() && texts.metadata.is_empty() && texts.line_items.is_empty() {
            return Ok(Self::None);
        }
        let json = serde_json::to_string(&texts).map_err(|error| StoreError::Defect(error.to_string()))?;
        if json.len() <= TEXT_BYTES_IN_ITEM_MAX {
            return Ok(Self::Inside(json));
        }
        let full: [u8; 32] = Sha256::digest(json.as_bytes()).into();
        let mut hash = [0; 12];
        hash.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        Ok(Self::Beside(json, hash))
    }
}

pub(super) fn text_sk(hash: &[u8]) -> String {
    format!("text#{}", data_encoding::HEXLOWER.encode(hash))
}

/// A new order's item.
pub(super) fn write_new(payment: &Payment, list_shards: u8) -> Result<Item, StoreError> {
    let standing = payment.standing();
    let created = list_key(payment);
    let mut item = Item::from(key(&payment.id).map(|(name, value)| (name.to_owned(), value)));
    let mut put = |name: &str, value| item.insert(name.to_owned(), value);
    put(LIST, s(list_partition(&payment.shop, &payment.id, list_shards)));
    put(CREATED, s(created));
    put(SHOP, s(payment.shop.as_str()));
    put(ORDER, s(payment.order.as_str()));
    put(AMOUNT, n(payment.money.minor()));
    put(CURRENCY, s(payment.money.currency().code()));
    put(UPDATED, n(payment.updated_at.millis()));
    put(VERSION, n(payment.version));
    put(STATUS, s(standing.status.word()));
    put(PLAIN, AttributeValue::Bool(standing.plain));
    put(FACTS, AttributeValue::L(Vec::new()));
    put(SESSIONS, AttributeValue::M(Item::new()));
    for (name, value) in details(&payment.details)? {
        if let Some(value) = value {
            put(name, value);
        }
    }
    Ok(item)
}

/// An order's key in its shop's list, by which pages begin.
pub fn list_key(payment: &Payment) -> String {
    format!("{:013}#{}", payment.created_at.millis(), payment.id)
}

/// The partition of a shop's order list that a payment is in.
pub(super) fn list_partition(shop: &ShopId, id: &PaymentId, shards: u8) -> String {
    let sum = id.chars().bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("list#{shop}#{}", sum.checked_rem(u32::from(shards)).unwrap_or(0))
}

fn details(details: &Details) -> Result<[(&'static str, Option<AttributeValue>); 4], StoreError> {
    let (text, hash) = match TextPlace::of(details)? {
        TextPlace::None => (None, None),
        TextPlace::Inside(json) => (Some(s(json)), None),
        TextPlace::Beside(_, hash) => (None, Some(b(&hash))),
    };
    Ok([
        (EMAIL, details.customer_email.as_deref().map(s)),
        (COUNTRY, details.country.as_deref().map(s)),
        (TEXT, text),
        (TEXT_HASH, hash),
    ])
}

/// The update expression of a change, and the condition that its premises are.
pub(super) fn write_change(change: &Change, with: &mut Expression) -> Result<(String, String), StoreError> {
    let mut set = Vec::new();
    let mut remove = Vec::new();
    let mut add = Vec::new();
    let assign =
        |with: &mut Expression, name: &str, value| format!("{} = {}", with.name(name), with.value(value));
    if !change.facts.is_empty() {
        let facts = AttributeValue::L(change.facts.iter().map(fact_item::write).collect());
        let (name, value) = (with.name(FACTS), with.value(facts));
        set.push(format!("{name} = list_append({name}, {value})"));
        let hashes =
            change.facts.iter().map(|fact| aws_sdk_dynamodb::primitives::Blob::new(fact.id.hash().0));
        add.push(format!("{} {}", with.name(FACT_IDS), with.value(AttributeValue::Bs(hashes.collect()))));
    }
    if let Some((attempt, session)) = &change.reserved {
        let (name, key) = (with.name(SESSIONS), with.key(&attempt.to_string()));
        set.push(format!("{name}.{key} = {}", with.value(write_session(session))));
    }
    if let Some((money, new)) = &change.amended {
        set.push(assign(with, AMOUNT, n(money.minor())));
        set.push(assign(with, CURRENCY, s(money.currency().code())));
        for (name, value) in details(new)? {
            match value {
                Some(value) => set.push(assign(with, name, value)),
                None => remove.push(with.name(name)),
            }
        }
    }
    if let Some(status) = change.status {
        set.push(assign(with, STATUS, s(status.word())));
    }
    if let Some(attention) = &change.attention {
        if attention.is_empty() {
            remove.push(with.name(ATTENTION));
        } else {
            let words = attention.iter().map(|word| word.word().to_owned()).collect();
            set.push(assign(with, ATTENTION, AttributeValue::Ss(words)));
        }
        if needs_somebody(change.status, attention) {
            let (name, list) = (with.name(NEEDS), with.name(LIST));
            set.push(format!("{name} = {list}"));
        } else {
            remove.push(with.name(NEEDS));
        }
    }
    if let Some(plain) = change.plain {
        set.push(assign(with, PLAIN, AttributeValue::Bool(plain)));
    }
    if change.facts.iter().any(Fact::is_decline) {
        set.push(assign(with, DECLINED, AttributeValue::Bool(true)));
    }
    if change.tell {
        set.push(assign(with, TELL, AttributeValue::Bool(true)));
    } else {
        remove.push(with.name(TELL));
    }
    set.push(assign(with, UPDATED, n(change.at.millis())));
    add.push(format!("{} {}", with.name(VERSION), with.value(n(1))));

    let mut update = format!("SET {}", set.join(", "));
    if !remove.is_empty() {
        update = format!("{update} REMOVE {}", remove.join(", "));
    }
    update = format!("{update} ADD {}", add.join(", "));
    let condition: Vec<String> = change.premises.0.iter().map(|premise| condition(premise, with)).collect();
    Ok((update, condition.join(" AND ")))
}

/// Whether an order is listed among those that need somebody. What is written first never does: it leaves attention as it
/// is, which is none, and nobody in review.
fn needs_somebody(status: Option<Status>, attention: &BTreeSet<Attention>) -> bool {
    !attention.is_empty() || status == Some(Status::Review)
}

/// A premise as a condition. What it must agree with is [`Premise::holds`]; the store's tests hold it to that.
fn condition(premise: &Premise, with: &mut Expression) -> String {
    match premise {
        Premise::OrderExists => format!("attribute_exists({})", with.name(PK)),
        Premise::Session { attempt, shop, provider } => {
            let session = format!("{}.{}", with.name(SESSIONS), with.key(&attempt.to_string()));
            let (shop_name, shop) = (with.name(SHOP), with.value(s(shop.as_str())));
            let (provider_name, provider) = (with.name(SESSION_PROVIDER), with.value(s(provider.as_str())));
            format!(
                "attribute_exists({session}) AND {shop_name} = {shop} AND {session}.{provider_name} = {provider}"
            )
        }
        Premise::Plain => format!("{} = {}", with.name(PLAIN), with.value(AttributeValue::Bool(true))),
        Premise::NothingDeclined => format!("attribute_not_exists({})", with.name(DECLINED)),
        Premise::Costs(money) => {
            let amount = format!("{} = {}", with.name(AMOUNT), with.value(n(money.minor())));
            format!("{amount} AND {} = {}", with.name(CURRENCY), with.value(s(money.currency().code())))
        }
        Premise::New(hash) => format!("NOT contains({}, {})", with.name(FACT_IDS), with.value(b(&hash.0))),
        Premise::FactsBelow(bound) => {
            let bound = u64::try_from(*bound).unwrap_or(u64::MAX);
            format!("size({}) < {}", with.name(FACTS), with.value(n(bound)))
        }
        Premise::StatusIn(statuses) => {
            let values: Vec<_> = statuses.iter().map(|status| with.value(s(status.word()))).collect();
            format!("{} IN ({})", with.name(STATUS), values.join(", "))
        }
        Premise::Version(version) => format!("{} = {}", with.name(VERSION), with.value(n(*version))),
    }
}

/// Reads an order's item. Its texts, where they are kept beside it, are left out: [`text_key`] says so.
pub(super) fn read(item: &Item) -> Result<Payment, StoreError> {
    let bad = StoreError::Unreadable;
    let created = item.text(CREATED)?.split_once('#').and_then(|(millis, _)| millis.parse().ok());
    let currency = Currency::parse(item.text(CURRENCY)?).map_err(|_| bad(CURRENCY))?;
    let facts = item.get(FACTS).and_then(|value| value.as_l().ok()).ok_or(bad(FACTS))?;
    let sessions = item.get(SESSIONS).and_then(|value| value.as_m().ok()).ok_or(bad(SESSIONS))?;
    let texts: Texts = match item.text_if(TEXT) {
        Some(json) => serde_json::from_str(json).map_err(|_| bad(TEXT))?,
        None => Texts::default(),
    };
    let payment = Payment {
        id: PaymentId::parse(item.text(PK)?).map_err(|_| bad(PK))?,
        shop: ShopId::parse(item.text(SHOP)?).map_err(|_| bad(SHOP))?,
        order: OrderId::parse(item.text(ORDER)?).map_err(|_| bad(ORDER))?,
        money: Money::new(item.number(AMOUNT)?, currency).map_err(|_| bad(AMOUNT))?,
        details: Details {
            customer_email: item.text_if(EMAIL).map(str::to_owned),
            country: item.text_if(COUNTRY).map(str::to_owned),
            description: texts.description,
            metadata: texts.metadata,
            line_items: texts.line_items,
        },
        created_at: Moment::from_millis(created.ok_or(bad(CREATED))?),
        updated_at: Moment::from_millis(item.number(UPDATED)?),
        sessions: sessions
            .iter()
            .map(|(number, value)| read_session(number, value))
            .collect::<Result<_, _>>()?,
        facts: facts.iter().map(fact_item::read).collect::<Result<Vec<Fact>, _>>()?,
        version: item.number(VERSION)?,
        tell: item.contains_key(TELL),
    };
    check(item, &payment)?;
    Ok(payment)
}

/// What the item says of itself must be what its facts amount to: status, attention and `plain` are the fold's result.
fn check(item: &Item, payment: &Payment) -> Result<(), StoreError> {
    let standing = payment.standing();
    let attention: BTreeSet<Attention> = match item.get(ATTENTION).map(AttributeValue::as_ss) {
        Some(Ok(words)) => words.iter().filter_map(|word| Attention::parse(word)).collect(),
        _ => BTreeSet::new(),
    };
    let plain = item.get(PLAIN).and_then(|value| value.as_bool().ok()).copied();
    if item.text(STATUS)? != standing.status.word()
        || attention != standing.attention
        || plain != Some(standing.plain)
    {
        // A newer version may fold otherwise. The facts are the truth; the next write sets the rest right.
        tracing::warn!(payment_id = %payment.id, "an order's item differs from what its facts amount to");
    }
    Ok(())
}

/// The hash of an order's texts, where they are kept beside the item.
fn text_hash(item: &Item) -> Option<[u8; 12]> {
    item.bytes(TEXT_HASH).ok()
}

/// The key of an order's texts, where they are kept beside the item.
pub(super) fn text_key(item: &Item) -> Option<Item> {
    let (hash, id) = (text_hash(item)?, item.get(PK)?.clone());
    Some(Item::from([(PK.to_owned(), id), (SK.to_owned(), s(text_sk(&hash)))]))
}

/// Puts the texts that were kept beside the item into the payment.
pub(super) fn read_texts(payment: &mut Payment, json: &str) -> Result<(), StoreError> {
    let texts: Texts = serde_json::from_str(json).map_err(|_| StoreError::Unreadable(TEXT))?;
    payment.details.description = texts.description;
    payment.details.metadata = texts.metadata;
    payment.details.line_items = texts.line_items;
    Ok(())
}

fn write_session(session: &Session) -> AttributeValue {
    AttributeValue::M(Item::from(
        [
            (SESSION_PROVIDER, s(session.provider.as_str())),
            (METHOD, s(session.method.word())),
            (SESSION_CREATED, n(session.created_at.millis())),
            (EXPIRES, n(session.expires_at.millis())),
            (AFTER, n(u64::try_from(session.after).unwrap_or(u64::MAX))),
            (NONCE, b(&session.nonce.0)),
            (CLIENT_SECRET, b(&session.client_secret.0)),
            (GO_TOKEN, b(&session.go_token.0)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    ))
}

fn read_session(number: &str, value: &AttributeValue) -> Result<(Attempt, Session), StoreError> {
    let bad = StoreError::Unreadable;
    let item = value.as_m().map_err(|_| bad(SESSIONS))?;
    let session = Session {
        provider: ProviderName::parse(item.text(SESSION_PROVIDER)?)
            .map_err(|_| bad("a session's provider"))?,
        method: Method::parse(item.text(METHOD)?).ok_or(bad("a session's method"))?,
        created_at: Moment::from_millis(item.number(SESSION_CREATED)?),
        expires_at: Moment::from_millis(item.number(EXPIRES)?),
        after: usize::try_from(item.number(AFTER)?).unwrap_or(usize::MAX),
        nonce: Nonce(item.bytes(NONCE)?),
        client_secret: TokenHash(item.bytes(CLIENT_SECRET)?),
        go_token: TokenHash(item.bytes(GO_TOKEN)?),
    };
    Ok((Attempt::parse(number).ok_or(bad("a session's number"))?, session))
}
