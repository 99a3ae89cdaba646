//! Stripe: Checkout Sessions on the hosted page, read against API version `2026-10-28.endive`.
//!
//! # What is signed
//! `Stripe-Signature: t=<unix seconds>,v1=<64 lower-case hex>`, HMAC-SHA256 over `t`, a dot and the raw body. The key
//! is the whole secret text with its `whsec_`, never decoded. Several `v1` stand there while a secret is rolled; other
//! schemes are passed over. Each delivery is signed anew, repeats too, so a narrow tolerance harms none of them.
//!
//! # How we are found
//! Our session id travels as `client_reference_id`, in the session's metadata and in the payment intent's, which
//! Stripe copies to the charge. Refunds, disputes and reviews made at Stripe carry none of it: their payment intent
//! is asked for.
//!
//! # Amounts
//! The currency's smallest unit, as ours, at most 8 digits. Where Stripe's unit is not that of ISO 4217 (ISK, MGA, UGX)
//! we take no order, so no report in them is believed either. Three-decimal currencies end in 0.
//!
//! # Retries
//! Any 2xx ends them, whatever the body; otherwise up to 3 days. Repeats and any order are normal. Our own requests
//! carry an idempotency key that Stripe keeps for a day; it replays the first answer, a 500 too.
//!
//! # Sources
//! docs.stripe.com: api/checkout/sessions, webhooks/signature, api/idempotent_requests, currencies, api/refunds,
//! api/disputes, event-destinations; the types of stripe-node 23.1.0.

mod endpoints;
mod events;
mod object;
mod reasons;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;
mod whose;

use super::account::{self, Keys, Limits};
use super::signature::{
    HmacSha256, SIGNATURES_MAX, any_mac_matches, from_hex, hmac_sha256, near, signed_seconds,
};
use super::{
    About, AccountError, Expiry, Inbound, NotUnderstood, Provider, Refusal, Repeat, Unsuitable, Verdict,
    Verified,
};
use crate::payment::{Currency, Method, Moment, Money};
use crate::secret::Secret;

/// Stripe.
pub static PROVIDER: Provider<Account> = Provider {
    name: "stripe",
    title: "Stripe",
    is_family: false,
    // No crypto: few accounts can take it, and one that cannot would refuse the checkout. Where the Dashboard has it
    // on, a link shows it.
    methods: &[Method::Card, Method::BankTransfer, Method::Wallet, Method::Local, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: Some(account.live), api_base: &account.api_base },
    suits,
    proof: "HMAC-SHA256 over time and body",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::SameKey { kept_seconds: 86_400 },
    expiry: Expiry { least_seconds: 1_800, most_seconds: 86_400 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(whose::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::SameKey { kept_seconds: 86_400 },
    close: Some(requests::close),
    endpoint: Some(endpoints::check),
};

/// A shop's keys at Stripe.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    /// Whether the key moves real money: what an event's `livemode` has to say too.
    live: bool,
    webhook_secrets: Vec<Secret>,
    api_base: String,
    limits: Limits,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    let begins =
        |prefixes: [&str; 2]| prefixes.iter().any(|prefix| keys.api_key.reveal().starts_with(prefix));
    let live = begins(["sk_live_", "rk_live_"]);
    if !live && !begins(["sk_test_", "rk_test_"]) {
        let problem =
            "a secret or restricted key is expected: it begins with sk_live_, rk_live_, sk_test_ or rk_test_";
        return Err(AccountError::new("api_key", problem));
    }
    Ok(Account {
        live,
        api_base: account::api_base(keys.api_base.as_deref(), "https://api.stripe.com")?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
        webhook_secrets: keys.webhook_secrets,
    })
}

/// At most 8 digits (docs.stripe.com/currencies, "Minimum and maximum charge amounts").
const AMOUNT_MAX: u64 = 99_999_999;
/// The currencies with three decimals that Stripe has, the last of them always 0.
const THREE_DECIMALS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// Whether Stripe counts a currency in the minor unit of ISO 4217.
fn counts_as_we_do(currency: Currency) -> bool {
    match currency.decimals() {
        // ISK: Stripe still writes two decimals. UGX: its pages say both 0 and 2.
        0 => !["ISK", "UGX"].contains(&currency.code()),
        // MGA: Stripe writes none, for its minor unit is a fifth.
        2 => currency.code() != "MGA",
        3 => THREE_DECIMALS.contains(&currency.code()),
        _ => false,
    }
}

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if !counts_as_we_do(money.currency()) {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)?;
    if money.minor() > AMOUNT_MAX {
        return Err(Unsuitable::TooLarge);
    }
    if money.currency().decimals() == 3 && !money.minor().is_multiple_of(10) {
        return Err(Unsuitable::Granularity);
    }
    Ok(())
}

/// An amount as Stripe writes it.
fn money(minor: u64, currency: &str) -> Result<Money, NotUnderstood> {
    let currency = Currency::parse_any_case(currency).map_err(|_| NotUnderstood::Money)?;
    if !counts_as_we_do(currency) {
        return Err(NotUnderstood::Money);
    }
    Money::new(minor, currency).map_err(|_| NotUnderstood::Money)
}

/// The value of `Stripe-Signature` for a body sent at `timestamp_seconds`.
pub fn sign(secret: &Secret, timestamp_seconds: u64, body: &[u8]) -> String {
    let mac =
        hmac_sha256(secret.reveal().as_bytes(), &[timestamp_seconds.to_string().as_bytes(), b".", body]);
    format!("t={timestamp_seconds},v1={}", data_encoding::HEXLOWER.encode(&mac))
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, now: Moment) -> Verdict<'a> {
    check(account, inbound, now).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>, now: Moment) -> Result<Verified<'a>, Refusal> {
    let header =
        inbound.header("stripe-signature").filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let mut timestamp = None;
    let mut candidates = Vec::new();
    for (scheme, value) in header.split(',').filter_map(|entry| entry.split_once('=')) {
        match scheme {
            // Two timestamps are two headers joined by a gateway: which was signed nobody can say.
            "t" if timestamp.is_some() => return Err(Refusal::Invalid),
            "t" => timestamp = Some(value),
            "v1" => candidates.push(value),
            _ => {}
        }
    }
    let timestamp = timestamp.ok_or(Refusal::Invalid)?;
    near(now, signed_seconds(timestamp)?)?;
    if candidates.len() > SIGNATURES_MAX {
        return Err(Refusal::Invalid);
    }
    let candidates: Vec<_> = candidates.into_iter().filter_map(from_hex).collect();
    let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
    let proof =
        any_mac_matches::<HmacSha256>(keys, &[timestamp.as_bytes(), b".", inbound.body], &candidates)?;
    Ok(Verified::new(inbound, None, proof))
}
