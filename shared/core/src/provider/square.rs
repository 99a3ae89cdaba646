//! Square: payment links of the Checkout API on the hosted page, read against API version `2026-09-16`.
//!
//! # What is signed
//! `x-square-hmacsha256-signature`: padded base64 of HMAC-SHA256 over the subscription's notification URL, as it is
//! registered, directly followed by the raw body. The key is the signature key's text, never decoded. The URL is our
//! configured public one, so a subscription that is registered with another spelling of it is refused. No time is
//! signed: a delivery of last year is as good as one of today, and says the same. `x-square-signature` (SHA-1) is old
//! and not looked at.
//!
//! # How we are found
//! Our session id is the link's payment note, which Square adds to the payment, and the order's `reference_id`.
//! Payments whose note is lost, and orders, are found by asking for the order; refunds and disputes carry neither, and
//! their payment is asked for. All sales of the account are told of, also those at a till: they are asked about once
//! and are nobody's here. What happened at another location is not read at all.
//!
//! # Amounts
//! The currency's smallest unit, as ours, in the six currencies that sellers have; none of them has three decimals.
//! Which one it is the location says, and Square refuses the others.
//!
//! # Retries
//! Any 2xx within 10 s ends them, whatever the body; otherwise up to a day. Repeats and any order are normal. How long
//! Square keeps an idempotency key is not published: we count on an hour.
//!
//! # What it has not
//! No address for a customer who turns back, no language, no expiry: the link is deleted when our time is over. Cards
//! cannot be turned off. Disputes cannot be listed by payment, so a fetch does not tell of them.
//!
//! # Sources
//! developer.squareup.com: reference/square (checkout-api, orders-api, payments-api, refunds-api, disputes,
//! webhook-subscriptions-api, enums), docs/webhooks, docs/refunds-api; forum threads 21874 (a deleted link whose order
//! stays open) and 28303 (idempotency keys); the types of square (npm) 46.0.0.

mod endpoints;
mod events;
mod object;
mod reasons;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;

use super::account::{self, Limits};
use super::signature::{HmacSha256, any_mac_matches, from_base64};
use super::{About, AccountError, Expiry, Inbound, Provider, Refusal, Repeat, Unsuitable, Verdict, Verified};
use crate::payment::{Currency, Method, Moment, Money};
use crate::secret::Secret;

/// Square.
pub static PROVIDER: Provider<Account> = Provider {
    name: "square",
    title: "Square",
    is_family: false,
    methods: &[Method::Card, Method::Wallet, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: account.live, api_base: &account.api_base },
    suits,
    proof: "HMAC-SHA256 over address and body",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::SameKey { kept_seconds: 3_600 },
    expiry: Expiry { least_seconds: 60, most_seconds: 2_592_000 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(status::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::SameKey { kept_seconds: 3_600 },
    close: Some(requests::close),
    endpoint: Some(endpoints::check),
};

/// A shop's keys at Square.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    webhook_secrets: Vec<Secret>,
    location_id: String,
    api_base: String,
    /// Known of Square's own two addresses only.
    live: Option<bool>,
    limits: Limits,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    api_key: Secret,
    #[serde(default)]
    webhook_secrets: Vec<Secret>,
    location_id: Secret,
    api_base: Option<String>,
    min_amount: Option<u64>,
    max_amount: Option<u64>,
}

const LIVE: &str = "https://connect.squareup.com";
const SANDBOX: &str = "https://connect.squareupsandbox.com";

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    account::api_key("location_id", &keys.location_id)?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    let api_base = account::api_base(keys.api_base.as_deref(), LIVE)?;
    Ok(Account {
        live: match api_base.as_str() {
            LIVE => Some(true),
            SANDBOX => Some(false),
            _ => None,
        },
        api_base,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        location_id: keys.location_id.reveal().to_owned(),
        api_key: keys.api_key,
        webhook_secrets: keys.webhook_secrets,
    })
}

/// The currencies of the countries that have sellers: US, CA, GB, IE, FR, ES, AU, JP.
const CURRENCIES: [&str; 6] = ["USD", "CAD", "GBP", "EUR", "AUD", "JPY"];

fn is_square_s(currency: Currency) -> bool {
    CURRENCIES.contains(&currency.code())
}

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if !is_square_s(money.currency()) {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    check(account, inbound).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let header = inbound
        .header("x-square-hmacsha256-signature")
        .filter(|text| !text.is_empty())
        .ok_or(Refusal::Missing)?;
    let candidates: Vec<_> = from_base64(header).into_iter().collect();
    let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
    let signed = [inbound.url.as_bytes(), inbound.body];
    let proof = any_mac_matches::<HmacSha256>(keys, &signed, &candidates)?;
    Ok(Verified::new(inbound, None, proof))
}
