//! Adyen: Pay by Link, read against Checkout API v72 and the standard webhooks in JSON.
//!
//! # What is signed
//! Eight values of each item of a delivery, joined by colons: `pspReference`, `originalReference`,
//! `merchantAccountCode`, `merchantReference`, the amount's `value` and `currency`, `eventCode` and `success`.
//! HMAC-SHA256, its key the secret decoded from hex, padded base64 in the item's own `additionalData.hmacSignature`. So
//! the body is parsed first, and its layout does not matter. A delivery is taken only if each of its items is signed.
//! Nothing else is signed: not the time, nor `live`, the reason, or what tells an authorised payment from one that
//! somebody looks at. Values are not escaped before they are joined, so an item with a colon in one of them is read as
//! nobody's. HTTP Basic, which a merchant can switch on beside it, proves nothing to us and is passed over.
//!
//! # How we are found
//! Our session id is the link's `reference` and comes back as `merchantReference`. A refund has a reference of its own,
//! so ours is sent as `<session id>.<refund id>`. Refunds made in the Customer Area can come with an empty one or with
//! somebody's own, and no address reads a payment by its `pspReference`: the payments that other events name are
//! remembered. An item for another merchant account is nobody's here.
//!
//! # Amounts
//! Whole numbers in the minor unit of Adyen's own table (docs.adyen.com/development-resources/currency-codes): CLP and
//! ISK have two decimals there, CVE and IDR none; all others those of ISO 4217.
//!
//! # Retries
//! Any 2xx ends them; old accounts want to read `[accepted]`, so that is what we answer. Else three tries within a
//! minute, then a queue of each endpoint, for 30 days: one item that is refused can hold up those behind it. Order is
//! not kept. Our own requests carry an idempotency key; Adyen names no shorter time than a week for which it is kept.
//!
//! # What is not known
//! Live accounts have an address of their own, so there is no default: without `api_base` nothing is offered or asked,
//! and deliveries are still verified. A link that is `completed` may be one whose payment is held for manual review,
//! so asking tells only that something is under way; that money came is said by a signed event and by nothing else.
//! Two events of a dispute (`CHARGEBACK_REVERSED`, `SECOND_CHARGEBACK`) name the dispute only where the Customer Area
//! is set to send `originalReference` with them; without it they count for the payment as a whole.
//!
//! # Sources
//! docs.adyen.com: development-resources/webhooks (verify HMAC signatures, troubleshoot, handle events), risk-management
//! /disputes-api/dispute-notifications, development-resources/api-idempotency, unified-commerce/pay-by-link; Adyen's
//! OpenAPI `CheckoutService-v72` and `Webhooks-v1`; the HMAC validator of @adyen/api-library 32.1.0.

mod events;
mod item;
mod reasons;
mod requests;
#[cfg(test)]
pub(super) mod tests;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use self::item::Batch;
use super::account::{self, Limits};
use super::signature::{HmacSha256, any_mac_matches, from_base64, hmac_sha256};
use super::{
    About, AccountError, Expiry, Inbound, NotUnderstood, Provider, Refusal, Repeat, Unsuitable, Verdict,
    Verified, amount, json,
};
use crate::payment::{Currency, Method, Moment, Money};
use crate::secret::Secret;

/// Adyen.
pub static PROVIDER: Provider<Account> = Provider {
    name: "adyen",
    title: "Adyen",
    is_family: false,
    methods: METHODS,
    // Whoever has no address to ask for a checkout offers no way to pay.
    methods_of: Some(|account| if account.api_base.is_some() { METHODS } else { &[] }),
    account,
    about: |account| About { live: account.live, api_base: account.api_base.as_deref().unwrap_or_default() },
    suits,
    proof: "HMAC-SHA256 over eight values of each item",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: Some("[accepted]"),
    remembers: true,
    create: requests::create,
    repeat: Repeat::SameKey { kept_seconds: 604_800 },
    expiry: Expiry { least_seconds: 60, most_seconds: 6_048_000 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(requests::fetch),
    whose: Some(requests::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::SameKey { kept_seconds: 604_800 },
    close: Some(requests::close),
    // Its webhooks are listed by another API, with a key of its own.
    endpoint: None,
};

const METHODS: &[Method] = &[Method::Card, Method::BankTransfer, Method::Wallet, Method::Local, Method::Link];

/// A shop's keys at Adyen.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    merchant_account: Box<str>,
    keys: Vec<Key>,
    api_base: Option<String>,
    /// Whether the address moves real money: what a delivery's `live` has to say too.
    live: Option<bool>,
    limits: Limits,
}

/// A key that signs items, decoded.
#[derive(Clone)]
struct Key(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// From an even number of hex digits in either case. Adyen's own libraries cut what is not hex, and would then sign
    /// with less than the merchant entered.
    fn parse(secret: &Secret) -> Option<Self> {
        let bytes = HEXLOWER_PERMISSIVE.decode(secret.reveal().as_bytes()).ok()?;
        Some(Self(bytes.into()))
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    api_key: Secret,
    merchant_account: String,
    #[serde(default)]
    webhook_secrets: Vec<Secret>,
    api_base: Option<String>,
    min_amount: Option<u64>,
    max_amount: Option<u64>,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    let is_code = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if keys.merchant_account.is_empty() || !keys.merchant_account.bytes().all(is_code) {
        let problem = "the merchant account's code is expected, as it stands in the Customer Area: letters, digits, - _ .";
        return Err(AccountError::new("merchant_account", problem));
    }
    account::webhook_secrets(&keys.webhook_secrets)?;
    let mut hmac_keys = Vec::new();
    for (index, secret) in keys.webhook_secrets.iter().enumerate() {
        let problem = "the HMAC key of the webhook is expected, as hex";
        let key = Key::parse(secret);
        hmac_keys.push(key.ok_or_else(|| AccountError::new(format!("webhook_secrets[{index}]"), problem))?);
    }
    let api_base = keys.api_base.map(|base| account::api_base(Some(&base), "")).transpose()?;
    Ok(Account {
        live: api_base.as_deref().and_then(is_live),
        api_base,
        merchant_account: keys.merchant_account.into(),
        keys: hmac_keys,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
    })
}

/// Whether real money moves at this address; none where it is neither of Adyen's.
fn is_live(api_base: &str) -> Option<bool> {
    let url = url::Url::parse(api_base).ok()?;
    match url.host_str()? {
        "checkout-test.adyen.com" => Some(false),
        host if host.ends_with("-checkout-live.adyenpayments.com") => Some(true),
        _ => None,
    }
}

/// The decimals of Adyen's table.
fn decimals(currency: Currency) -> u32 {
    match currency.code() {
        "CLP" | "ISK" => 2,
        "CVE" | "IDR" => 0,
        _ => currency.decimals(),
    }
}

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    // Units of account with four decimals are no money that Adyen lists.
    if money.currency().decimals() > 3 {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)?;
    amount::units(money, decimals(money.currency())).map(|_| ()).ok_or(Unsuitable::Granularity)
}

/// An amount as Adyen writes it.
fn money(value: u64, currency: &str) -> Result<Money, NotUnderstood> {
    let currency = Currency::parse(currency).map_err(|_| NotUnderstood::Money)?;
    amount::from_units(value, decimals(currency), currency)
}

/// The signature of eight values, joined, under a secret in hex; none where the secret is none.
pub fn sign(secret: &Secret, values: &str) -> Option<String> {
    let key = Key::parse(secret)?;
    Some(BASE64.encode(&hmac_sha256(&key.0, &[values.as_bytes()])))
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    check(account, inbound).into()
}

/// Each item proves itself only, so all of them must, and a delivery without any proves nothing.
fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let batch: Batch<'_> = json::object(inbound.body).map_err(|_| Refusal::Invalid)?;
    let mut proof = None;
    for item in batch.items() {
        let item = item.ok_or(Refusal::Missing)?;
        let signature = item.signature().ok_or(Refusal::Missing)?;
        let candidates: Vec<_> = from_base64(signature).into_iter().collect();
        let keys = account.keys.iter().map(|key| key.0.as_slice());
        let values = item.signed();
        proof = Some(any_mac_matches::<HmacSha256>(keys, &[values.as_bytes()], &candidates)?);
    }
    Ok(Verified::new(inbound, None, proof.ok_or(Refusal::Missing)?))
}
