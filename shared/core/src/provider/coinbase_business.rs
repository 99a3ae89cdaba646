//! Coinbase Business: the Checkouts API, which took the place of Coinbase Commerce. Customers pay USDC on Base.
//!
//! # What is signed
//! `X-Hook0-Signature: t=<unix seconds>,h=<header names>,v1=<64 lower-case hex>`: HMAC-SHA256 over `t`, the names, the
//! values of those headers and the raw body, joined by dots. The key is the subscription's secret as text, never
//! decoded. A `v0`, over `t` and the body alone, may stand beside it and is never enough. The event's id is the header
//! `x-event-id`, taken only where it is signed and is a UUID. Each try is signed anew, so 300 s harm none of them.
//!
//! # How we are found
//! Our session id is `metadata.session_id`, in each event and each answer.
//!
//! # Amounts
//! A decimal text in major units with at most two digits. A checkout is priced in USD, EUR, GBP or SGD and paid in
//! USDC: what we asked for is `fiatAmount` and `fiatCurrency`, of each refund too; `amount` is USDC at the rate of the
//! day, and is not read. Whether each event has the fiat fields is not documented: where they are missing the checkout
//! is asked for.
//!
//! # Tokens
//! Each request carries a token made for it with the shop's key, which [`Request::stamped`](super::Request::stamped)
//! adds when it is sent.
//!
//! # Retries
//! Any 2xx ends them. A refund event lists all refunds, old ones too, and does not say which is news. Our creations
//! carry an idempotency key. For how long it is kept is not documented, so it is relied on for an hour: a second
//! checkout would have an address that nobody was given. Whether the key counts for refunds is not documented either:
//! our refund id is the beginning of the refund's `reason`, and it is looked for before another is made.
//!
//! # Sources
//! docs.cdp.coinbase.com: coinbase-business/checkout-apis (overview, webhooks, sandbox), api-reference/business-api
//! checkouts, webhooks/verify-signatures, get-started/authentication/jwt-authentication; hook0/hook0
//! `output-worker/src/work.rs`.

mod events;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;

use super::account::{self, Limits};
use super::exchange::JwtKey;
use super::signature::{HmacSha256, any_mac_matches, from_hex, near, signed_seconds};
use super::{About, AccountError, Expiry, Inbound, Provider, Refusal, Repeat, Unsuitable, Verdict, Verified};
use crate::payment::{Method, Moment, Money};
use crate::secret::Secret;

/// Coinbase Business.
pub static PROVIDER: Provider<Account> = Provider {
    name: "coinbase_business",
    title: "Coinbase Business",
    is_family: false,
    methods: &[Method::Crypto, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: account.live, api_base: &account.api_base },
    suits,
    proof: "HMAC-SHA256 over time, headers and body",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::SameKey { kept_seconds: 3_600 },
    // No bounds are documented; a day is what one of its pages gives as the default.
    expiry: Expiry { least_seconds: 60, most_seconds: 86_400 },
    // A failed payment has no code.
    reasons: None,
    fetch: Some(status::fetch),
    whose: Some(status::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::LookedFor,
    close: Some(requests::close),
    // Subscriptions are listed elsewhere, at another address than payments.
    endpoint: None,
};

/// A shop's keys at Coinbase Business.
#[derive(Debug, Clone)]
pub struct Account {
    key: JwtKey,
    webhook_secrets: Vec<Secret>,
    api_base: String,
    /// Whether real money is moved; none at an address that is not Coinbase's.
    live: Option<bool>,
    limits: Limits,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    api_key_id: Secret,
    api_key_secret: Secret,
    #[serde(default)]
    webhook_secrets: Vec<Secret>,
    api_base: Option<String>,
    min_amount: Option<u64>,
    max_amount: Option<u64>,
}

const LIVE: &str = "https://business.coinbase.com";

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key_id", &keys.api_key_id)?;
    let key = JwtKey::parse("cdp", &keys.api_key_id, &keys.api_key_secret).ok_or_else(|| {
        let problem = "a secret API key as Coinbase shows it: base64 of 64 bytes, or a private EC key (PEM)";
        AccountError::new("api_key_secret", problem)
    })?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    let api_base = account::api_base(keys.api_base.as_deref(), LIVE)?;
    let live = match api_base.as_str() {
        LIVE => Some(true),
        "https://business.coinbase.com/sandbox" => Some(false),
        _ => None,
    };
    Ok(Account {
        key,
        webhook_secrets: keys.webhook_secrets,
        api_base,
        live,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
    })
}

/// The currencies that a checkout can be priced in, beside USDC.
const CURRENCIES: [&str; 4] = ["EUR", "GBP", "SGD", "USD"];
/// 100 000 000 in major units.
const AMOUNT_MAX: u64 = 10_000_000_000;

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if !CURRENCIES.contains(&money.currency().code()) {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)?;
    if money.minor() > AMOUNT_MAX { Err(Unsuitable::TooLarge) } else { Ok(()) }
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, now: Moment) -> Verdict<'a> {
    check(account, inbound, now).into()
}

/// Names of headers in one signature: three, and those that the shop set on its subscription.
const SIGNED_HEADERS_MAX: usize = 32;

fn check<'a>(account: &Account, inbound: &Inbound<'a>, now: Moment) -> Result<Verified<'a>, Refusal> {
    let header =
        inbound.header("x-hook0-signature").filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let (mut timestamp, mut names, mut v1) = (None, None, None);
    for (name, value) in header.split(',').filter_map(|part| part.split_once('=')) {
        let place = match name {
            "t" => &mut timestamp,
            "h" => &mut names,
            "v1" => &mut v1,
            _ => continue,
        };
        // Twice the same is two headers joined by a gateway: which was signed nobody can say.
        if place.replace(value).is_some() {
            return Err(Refusal::Invalid);
        }
    }
    let (Some(timestamp), Some(names), Some(v1)) = (timestamp, names, v1) else {
        return Err(Refusal::Invalid);
    };
    near(now, signed_seconds(timestamp)?)?;
    if names.split(' ').count() > SIGNED_HEADERS_MAX {
        return Err(Refusal::Invalid);
    }
    let mut parts: Vec<&[u8]> = vec![timestamp.as_bytes(), b".", names.as_bytes()];
    for name in names.split(' ') {
        let value = inbound.header(name).ok_or(Refusal::Invalid)?;
        parts.extend([b".".as_slice(), value.as_bytes()]);
    }
    parts.extend([b".".as_slice(), inbound.body]);
    let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
    let candidates: Vec<_> = from_hex(v1).into_iter().collect();
    let proof = any_mac_matches::<HmacSha256>(keys, &parts, &candidates)?;
    let is_signed = names.split(' ').any(|name| name == EVENT_ID);
    let id = inbound.header(EVENT_ID).filter(|id| is_signed && is_uuid(id));
    Ok(Verified::new(inbound, id, proof))
}

/// The ids of events are UUIDs. The values are signed with dots between them, and a value may hold dots: the same
/// signature is good for values that are parted elsewhere, and so for another id, but for no other UUID.
fn is_uuid(text: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(is_hex)
}

/// The header that holds the event's id.
const EVENT_ID: &str = "x-event-id";
