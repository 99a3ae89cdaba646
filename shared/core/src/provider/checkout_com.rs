//! Checkout.com: the Hosted Payments Page of the Unified Payments API ("NAS" accounts, keys that begin with `sk_`).
//!
//! # What is signed
//! `Cko-Signature`: lower-case hex of HMAC-SHA256 over the raw body. The key is the text that the merchant chose for the
//! workflow, never decoded. No time is signed; a repeat is known by the event's id. Several keys can be valid at once.
//!
//! # How we are found
//! Our session id travels as `metadata.session_id`, which comes back in the events of a payment, and with our refund's
//! id in those of a refund. `reference` is a short form of the order id, for some schemes allow no more; it is read by
//! people only. Disputes and refunds made in the Dashboard carry none of it: their payment is asked for.
//!
//! # Amounts
//! Whole numbers above 0 of at most 9 digits, in the minor unit of ISO 4217 but for CLP, which has two decimals here.
//! Three-decimal currencies end in 0 (checkout.com/docs/payments/accept-payments/format-the-amount-value).
//!
//! # Retries
//! Any 2xx ends them; otherwise 8 more tries within 30 hours. Repeats and any order are normal. A page is made without
//! an idempotency key, so one whose outcome is unknown is not made again; refunds have a key that is kept for a day.
//!
//! # What is not known
//! Our orders name no country, and the page wants one of a billing address: it is the language tag's, else the
//! currency's. How long a page lives is not documented where we could read it; half an hour is what is reported, and it
//! can be neither told nor closed, so money that comes later is late money. That a payment is captured is what counts:
//! an approved one is processing, and one that the risk engine flagged is held.
//!
//! # Sources
//! checkout.com/docs: receive webhooks, event types, hosted payments page, idempotency, format the amount value, API
//! response codes; the types of checkout-sdk-java, -node and -python of 2026.

mod events;
mod object;
mod reasons;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;

use super::account::{self, Limits};
use super::signature::{HmacSha256, any_mac_matches, from_hex, hmac_sha256};
use super::{
    About, AccountError, Expiry, Inbound, NotUnderstood, Provider, Refusal, Repeat, Unsuitable, Verdict,
    Verified, amount,
};
use crate::payment::{Currency, Method, Moment, Money};
use crate::secret::Secret;

/// Checkout.com.
pub static PROVIDER: Provider<Account> = Provider {
    name: "checkout_com",
    title: "Checkout.com",
    is_family: false,
    methods: &[Method::Card, Method::BankTransfer, Method::Wallet, Method::Local, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: Some(account.live), api_base: &account.api_base },
    suits,
    proof: "HMAC-SHA256 over the body",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::Never,
    // A page lives half an hour and is not told how long. The quarter of an hour by which a provider's expiry is behind
    // ours is not sent either, so it is allowed for here: a session ends with its page.
    expiry: Expiry { least_seconds: 60, most_seconds: 2_700 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(status::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::SameKey { kept_seconds: 86_400 },
    // An open page cannot be closed.
    close: None,
    endpoint: None,
};

/// A shop's keys at Checkout.com.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    /// Whether the key moves real money. Events do not say which they are of: a workflow belongs to one account.
    live: bool,
    processing_channel_id: Option<String>,
    webhook_secrets: Vec<Secret>,
    api_base: String,
    limits: Limits,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    api_key: Secret,
    processing_channel_id: Option<String>,
    #[serde(default)]
    webhook_secrets: Vec<Secret>,
    api_base: Option<String>,
    min_amount: Option<u64>,
    max_amount: Option<u64>,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    let key = keys.api_key.reveal();
    // A UUID, after `sk_` or `sk_test_`, is a key of the older platform, whose API is another.
    if !key.starts_with("sk_") || key.starts_with("sk_test_") || key.contains('-') {
        let problem = "a secret key is expected: it begins with sk_, or with sk_sbox_ for the sandbox; one with dashes is of the older platform";
        return Err(AccountError::new("api_key", problem));
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if keys
        .processing_channel_id
        .as_ref()
        .is_some_and(|id| !id.starts_with("pc_") || !id.bytes().all(is_word))
    {
        let problem = "a processing channel's id is expected: it begins with pc_";
        return Err(AccountError::new("processing_channel_id", problem));
    }
    let live = !key.starts_with("sk_sbox_");
    // Each account has an address of its own, with its prefix; this one serves those that were made before.
    let default = if live { "https://api.checkout.com" } else { "https://api.sandbox.checkout.com" };
    Ok(Account {
        live,
        api_base: account::api_base(keys.api_base.as_deref(), default)?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
        processing_channel_id: keys.processing_channel_id,
        webhook_secrets: keys.webhook_secrets,
    })
}

/// At most 9 digits.
const AMOUNT_MAX: u64 = 999_999_999;

/// The decimals in which Checkout.com counts a currency; none where it has no such currency.
fn decimals(currency: Currency) -> Option<u32> {
    match (currency.code(), currency.decimals()) {
        ("CLP", _) => Some(2),
        (_, decimals @ 0..=3) => Some(decimals),
        _ => None,
    }
}

/// An amount in Checkout.com's units; none where it cannot be written in them.
fn units(money: Money) -> Option<u64> {
    amount::units(money, decimals(money.currency())?)
}

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if decimals(money.currency()).is_none() {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)?;
    if units(money).is_none_or(|units| units > AMOUNT_MAX) {
        return Err(Unsuitable::TooLarge);
    }
    if money.currency().decimals() == 3 && !money.minor().is_multiple_of(10) {
        return Err(Unsuitable::Granularity);
    }
    Ok(())
}

/// An amount as Checkout.com writes it.
fn money(units: u64, currency: &str) -> Result<Money, NotUnderstood> {
    let currency = Currency::parse(currency).map_err(|_| NotUnderstood::Money)?;
    amount::from_units(units, decimals(currency).ok_or(NotUnderstood::Money)?, currency)
}

/// The value of `Cko-Signature` for a body.
pub fn sign(secret: &Secret, body: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&hmac_sha256(secret.reveal().as_bytes(), &[body]))
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    check(account, inbound).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let header = inbound.header("cko-signature").filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let candidates: Vec<_> = from_hex(header).into_iter().collect();
    let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
    let proof = any_mac_matches::<HmacSha256>(keys, &[inbound.body], &candidates)?;
    Ok(Verified::new(inbound, None, proof))
}
