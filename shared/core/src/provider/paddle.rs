//! Paddle: Paddle Billing, API version 1. Not Paddle Classic, which signs and says everything otherwise.
//!
//! Paddle is the merchant of record: it sells, adds tax, refunds and fights disputes by itself, so refunds and losses
//! arrive that nobody asked for.
//!
//! # What is signed
//! `Paddle-Signature: ts=<unix seconds>;h1=<64 lower-case hex>`, HMAC-SHA256 over `ts`, a colon and the raw body. The
//! key is the whole secret text with its `pdl_ntfset_`, never decoded. Several `h1` may stand there; nothing else may.
//! Paddle's libraries take a signature for 5 seconds; here it is good for 300, as everywhere, since what is told twice
//! counts once.
//!
//! # How we are found
//! Our session id travels as `custom_data.session_id` of the transaction, which is the checkout and the payment at
//! once. Adjustments (refunds, chargebacks) carry none of it: their transaction is asked for.
//!
//! # Amounts
//! A text of digits in the currency's smallest unit, as ours. KRW and VND are refused: no source that we found says
//! that Paddle's smallest unit of them is that of ISO 4217. Tax is inside of the price (`tax_mode: internal`), or the
//! customer would pay more than the order. What was paid is `details.totals.grand_total`.
//!
//! # Retries
//! A 200 within 5 seconds ends them; otherwise 60 in 3 days, in any order. Our own requests have no idempotency key:
//! a transaction whose answer was lost harms nobody, for nobody has its link, and a refund is looked for, by our id in
//! its reason, before it is asked for.
//!
//! # What Paddle cannot be asked for
//! The page that opens is the merchant's own, the account's default payment link with Paddle.js on it: where the
//! customer returns to, in which language they read and how they may pay is said there. A checkout never expires.
//!
//! # Sources
//! developer.paddle.com: api-reference (transactions, adjustments, currencies, notification-settings), webhooks
//! (signature verification, transaction.*, adjustment.*), errors/transactions; the types of paddle-go-sdk and
//! paddle-python-sdk, whose signed samples the signature was checked against.

mod endpoints;
mod events;
mod reasons;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;
mod wire;

use super::account::{self, Keys, Limits};
use super::signature::{HmacSha256, SIGNATURES_MAX, any_mac_matches, from_hex, near, signed_seconds};
use super::{About, AccountError, Expiry, Inbound, Provider, Refusal, Repeat, Unsuitable, Verdict, Verified};
use crate::payment::{Currency, Method, Moment, Money};
use crate::secret::Secret;

/// Paddle.
pub static PROVIDER: Provider<Account> = Provider {
    name: "paddle",
    title: "Paddle",
    is_family: false,
    // The page shows what the merchant's Paddle.js allows, whichever of these was asked for.
    methods: &[Method::Card, Method::Wallet, Method::Local, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: account.live, api_base: &account.api_base },
    suits,
    proof: "HMAC-SHA256 over time and body",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::Never,
    // Its link has no end; ours has.
    expiry: Expiry { least_seconds: 60, most_seconds: 2_592_000 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(status::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::LookedFor,
    close: Some(requests::close),
    endpoint: Some(endpoints::check),
};

const LIVE: &str = "https://api.paddle.com";
const SANDBOX: &str = "https://sandbox-api.paddle.com";

/// A shop's keys at Paddle.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    /// What the key's prefix says, or the address; keys made before May 2025 have no prefix.
    live: Option<bool>,
    webhook_secrets: Vec<Secret>,
    api_base: String,
    limits: Limits,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    let by_key = match keys.api_key.reveal() {
        key if key.starts_with("pdl_live_") => Some(true),
        key if key.starts_with("pdl_sdbx_") => Some(false),
        _ => None,
    };
    // A sandbox key is good for nothing at the live address.
    let default = if by_key == Some(false) { SANDBOX } else { LIVE };
    let api_base = account::api_base(keys.api_base.as_deref(), default)?;
    let by_address = match api_base.as_str() {
        LIVE => Some(true),
        SANDBOX => Some(false),
        _ => None,
    };
    if by_key.zip(by_address).is_some_and(|(key, address)| key != address) {
        let problem = "a live key works at https://api.paddle.com only, a sandbox key at https://sandbox-api.paddle.com only";
        return Err(AccountError::new("api_base", problem));
    }
    Ok(Account {
        live: by_key.or(by_address),
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
        webhook_secrets: keys.webhook_secrets,
        api_base,
    })
}

/// The currencies that Paddle sells in (`CurrencyCode` of its SDKs), without KRW and VND.
#[rustfmt::skip]
const CURRENCIES: [&str; 29] = [
    "USD", "EUR", "GBP", "JPY", "AUD", "CAD", "CHF", "HKD", "SGD", "SEK", "ARS", "BRL", "CNY", "COP", "CZK", "DKK", "HUF",
    "ILS", "INR", "MXN", "NOK", "NZD", "PLN", "RUB", "THB", "TRY", "TWD", "UAH", "ZAR",
];

fn sells_in(currency: Currency) -> bool {
    CURRENCIES.contains(&currency.code())
}

/// Its own least amounts change with its fees: what is below them is refused when the checkout is made.
fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if !sells_in(money.currency()) {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, now: Moment) -> Verdict<'a> {
    check(account, inbound, now).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>, now: Moment) -> Result<Verified<'a>, Refusal> {
    let header =
        inbound.header("paddle-signature").filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let mut timestamp = None;
    let mut candidates = Vec::new();
    for entry in header.split(';') {
        match entry.split_once('=').ok_or(Refusal::Invalid)? {
            ("ts", value) if timestamp.is_none() => timestamp = Some(value),
            // One that is no signature is refused with its header, not passed over: two headers that a gateway joined
            // by a comma look so.
            ("h1", value) if candidates.len() < SIGNATURES_MAX => {
                candidates.push(from_hex(value).ok_or(Refusal::Invalid)?);
            }
            _ => return Err(Refusal::Invalid),
        }
    }
    let timestamp = timestamp.ok_or(Refusal::Invalid)?;
    near(now, signed_seconds(timestamp)?)?;
    let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
    let proof =
        any_mac_matches::<HmacSha256>(keys, &[timestamp.as_bytes(), b":", inbound.body], &candidates)?;
    Ok(Verified::new(inbound, None, proof))
}
