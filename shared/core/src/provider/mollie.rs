//! Mollie: Payments API v2 with the hosted checkout, and both kinds of its webhooks.
//!
//! # What is signed
//! Nothing of a classic webhook: it is a form `id=tr_…` and no more, so the payment is asked for with our key and only
//! the answer is believed. The webhooks that are subscribed to (their secrets are `webhook_secrets`) carry
//! `X-Mollie-Signature: sha256=<64 lower-case hex>`, HMAC-SHA256 of the raw body, keyed by the secret as text. For a day
//! after a secret is rolled the header comes twice, once for each secret; a gateway joins the two by a comma. No time is
//! signed. The header tells the two kinds apart: with it a delivery is never taken as classic.
//!
//! # How we are found
//! Our session id is in the payment's `metadata`, as an object. A refund carries it where we asked for the refund; other
//! refunds and all chargebacks carry none: the payment that they name is asked for.
//!
//! # Amounts
//! A text in major units with exactly the currency's decimals. None of Mollie's currencies has three.
//!
//! # Retries
//! 200 ends them; otherwise 10 calls in 26 hours. Mollie asks for 200 where a payment is unknown; we refuse, for it may
//! be a key of the other mode. Our own requests carry a UUID made of our id as the idempotency key, which Mollie keeps for
//! an hour. Before a refund is asked for, the payment's refunds are looked through for it, so a later repeat is none.
//!
//! # What cannot be set
//! How long a checkout is open: 15 minutes to 14 days, by method. It is closed when our own time is over, where Mollie
//! lets it be; where not, the money may come late.
//!
//! # Sources
//! docs.mollie.com: reference/create-payment, get-payment, create-refund, webhooks, webhooks-new, docs/multicurrency,
//! docs/status-change, overview/api-idempotency; the models of mollie-api-golang.

mod events;
mod object;
mod reasons;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;

use super::account::{self, Keys, Limits};
use super::signature::{HmacSha256, SIGNATURES_MAX, any_mac_matches, from_hex};
use super::{About, AccountError, Expiry, Inbound, Provider, Refusal, Repeat, Unsuitable, Verdict, Verified};
use crate::payment::{Method, Moment, Money};
use crate::secret::Secret;

/// Mollie.
pub static PROVIDER: Provider<Account> = Provider {
    name: "mollie",
    title: "Mollie",
    is_family: false,
    methods: &[Method::Card, Method::BankTransfer, Method::Wallet, Method::Local, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: Some(account.live), api_base: &account.api_base },
    suits,
    proof: "Mollie is asked; or HMAC-SHA256 over the body",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::SameKey { kept_seconds: 3_600 },
    expiry: Expiry { least_seconds: 60, most_seconds: 1_209_600 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(status::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::LookedFor,
    close: Some(requests::close),
    // A classic webhook's address comes with each payment, and subscriptions cannot be listed with this key.
    endpoint: None,
};

/// A shop's keys at Mollie.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    /// Whether the key moves real money: what a payment's `mode` has to say too.
    live: bool,
    webhook_secrets: Vec<Secret>,
    api_base: String,
    limits: Limits,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    // Without secrets only classic webhooks are taken, and they are believed by asking.
    if !keys.webhook_secrets.is_empty() {
        account::webhook_secrets(&keys.webhook_secrets)?;
    }
    let live = keys.api_key.reveal().starts_with("live_");
    if !live && !keys.api_key.reveal().starts_with("test_") {
        let problem = "an API key is expected: it begins with live_ or test_";
        return Err(AccountError::new("api_key", problem));
    }
    Ok(Account {
        live,
        api_base: account::api_base(keys.api_base.as_deref(), "https://api.mollie.com")?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
        webhook_secrets: keys.webhook_secrets,
    })
}

/// docs.mollie.com/docs/multicurrency. Which of them an account can take depends on its methods.
#[rustfmt::skip]
const CURRENCIES: [&str; 27] = [
    "AED", "AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "ISK", "JPY", "MXN", "MYR",
    "NOK", "NZD", "PHP", "PLN", "RON", "SEK", "SGD", "THB", "TWD", "USD", "ZAR",
];

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if !CURRENCIES.contains(&money.currency().code()) {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)
}

const SIGNATURE: &str = "x-mollie-signature";

/// The value of `X-Mollie-Signature` for a body.
#[cfg(test)]
fn sign(secret: &str, body: &[u8]) -> String {
    let mac = super::signature::hmac_sha256(secret.as_bytes(), &[body]);
    format!("sha256={}", data_encoding::HEXLOWER.encode(&mac))
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    if inbound.headers.contains_key(SIGNATURE) {
        return check(account, inbound).into();
    }
    match events::classic_id(inbound.body) {
        Ok(Some(id)) => Verdict::Ask(events::vouch(account, id)),
        Ok(None) => Verdict::Refused(Refusal::Missing),
        Err(refusal) => Verdict::Refused(refusal),
    }
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let header = inbound.header(SIGNATURE).filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let candidates: Vec<_> = header.split(',').take(SIGNATURES_MAX.saturating_add(1)).collect();
    if candidates.len() > SIGNATURES_MAX {
        return Err(Refusal::Invalid);
    }
    let candidates: Vec<_> =
        candidates.into_iter().filter_map(|text| from_hex(text.trim().strip_prefix("sha256=")?)).collect();
    let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
    let proof = any_mac_matches::<HmacSha256>(keys, &[inbound.body], &candidates)?;
    Ok(Verified::new(inbound, None, proof))
}
