//! GoCardless: billing requests on the hosted page, API version `2015-07-06`. Bank payments only: instant ones, and Direct
//! Debit where the payer's bank has none.
//!
//! # What is signed
//! `Webhook-Signature: <64 lower-case hex>`, HMAC-SHA256 of the raw body, keyed by the endpoint's secret as text. No time
//! is signed; an event's id stops repeats. While a secret is rolled two endpoints deliver each event, each with its own.
//!
//! # How we are found
//! Our session id is in the metadata of the billing request, which its events repeat, and in that of the payment it makes,
//! whose events repeat that. A refund carries it where we asked for it; one made in the Dashboard carries none: the refund
//! and then its payment are asked for.
//!
//! # Amounts
//! The currency's minor unit, as ours. No event carries one: whatever says that money moved is asked about. An instant
//! payment is in GBP or EUR; other currencies would need a mandate first and a payment made by us once it is there, and
//! are not taken.
//!
//! # Two meanings
//! `failed` can come days after `confirmed`: then money is taken back. Whether it was confirmed before is asked of the
//! payment's events.
//!
//! # Retries
//! Any 2xx within 10 s ends them; otherwise up to 8 more. A delivery is a batch of up to 250 events in any order. Our own
//! requests carry an idempotency key; a used one answers 409 with the id of what it made, which is as good as an answer.
//! How long a key is kept is not documented: a day is what we rely on.
//!
//! # Sources
//! developer.gocardless.com: api-reference (billing requests, flows, payments, refunds, events, webhooks, errors),
//! billing-requests/responding-to-billing-request-events, stay-up-to-date-with-webhooks; gocardless-dotnet; the list of
//! actions and causes in karoo-ca/gocardless-events.

mod events;
mod object;
mod reasons;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;
mod whose;

use super::account::{self, Keys, Limits};
use super::signature::{HmacSha256, any_mac_matches, from_hex};
use super::{About, AccountError, Expiry, Inbound, Provider, Refusal, Repeat, Unsuitable, Verdict, Verified};
use crate::payment::{Method, Moment, Money};
use crate::secret::Secret;

/// GoCardless.
pub static PROVIDER: Provider<Account> = Provider {
    name: "gocardless",
    title: "GoCardless",
    is_family: false,
    methods: &[Method::BankTransfer, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: account.live(), api_base: &account.api_base },
    suits,
    proof: "HMAC-SHA256 over the body; amounts are asked for",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::SameKey { kept_seconds: 86_400 },
    // The page's address is good for a week; the request itself does not expire, so we cancel it.
    expiry: Expiry { least_seconds: 60, most_seconds: 604_800 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(whose::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::LookedFor,
    close: Some(requests::close),
    // Endpoints are entered in the Dashboard only.
    endpoint: None,
};

/// A shop's keys at GoCardless.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    webhook_secrets: Vec<Secret>,
    api_base: String,
    limits: Limits,
}

const LIVE: &str = "https://api.gocardless.com";
const SANDBOX: &str = "https://api-sandbox.gocardless.com";

impl Account {
    /// The address tells: a key is good at one of them. No event says which of the two it comes from.
    fn live(&self) -> Option<bool> {
        match self.api_base.as_str() {
            LIVE => Some(true),
            SANDBOX => Some(false),
            _ => None,
        }
    }
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    let account = Account {
        api_base: account::api_base(keys.api_base.as_deref(), LIVE)?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
        webhook_secrets: keys.webhook_secrets,
    };
    let begins = |prefix| account.api_key.reveal().starts_with(prefix);
    let fits = match account.live() {
        Some(true) => !begins("sandbox_"),
        Some(false) => !begins("live_"),
        None => true,
    };
    if fits {
        Ok(account)
    } else {
        Err(AccountError::new(
            "api_base",
            format!("a sandbox_ key is good at {SANDBOX}, a live_ key at {LIVE}"),
        ))
    }
}

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if !["GBP", "EUR"].contains(&money.currency().code()) {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)
}

/// The value of `Webhook-Signature` for a body.
#[cfg(test)]
fn sign(secret: &str, body: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&super::signature::hmac_sha256(secret.as_bytes(), &[body]))
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    check(account, inbound).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let header =
        inbound.header("webhook-signature").filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let signature = from_hex(header).ok_or(Refusal::Invalid)?;
    let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
    let proof = any_mac_matches::<HmacSha256>(keys, &[inbound.body], &[signature])?;
    Ok(Verified::new(inbound, None, proof))
}
