//! Razorpay: payment links on the hosted page, API v1.
//!
//! # What is signed
//! `X-Razorpay-Signature`: lower-case hex of HMAC-SHA256 over the raw body. The key is the webhook's secret as text,
//! which the shop chose; it is not the API secret. No time is signed. `x-razorpay-event-id` is not signed either, so
//! whoever has one good delivery could send it again under any number of ids: it is not read, and facts are told apart
//! by what they say.
//!
//! # How we are found
//! Our session id is the link's `reference_id` and its note `session`. Razorpay copies a link's notes to its order and
//! payments, and a payment comes along with the events of its refunds and disputes. Where the notes are lost or the
//! payment is missing, the payment is asked for, then its order, whose `receipt` is the reference.
//!
//! # Amounts
//! The currency's minor unit, as ours: the exponents that Razorpay lists are those of ISO 4217. Three-decimal
//! currencies end in 0. Where the customer bears Razorpay's fee a payment may hold it too; such an account is not
//! supported, for the amounts of the link and of the payment would differ.
//!
//! # Retries
//! Any 2xx within 5 s ends them, whatever the body; otherwise up to a day, and then Razorpay switches the webhook off.
//! Repeats and any order are normal. A link's reference is unique for good: a repeat is refused, and the first link is
//! looked up by it. Refunds carry an idempotency key; how long it is kept is not published.
//!
//! # What it has not
//! No address for a customer who turns back, no list of webhooks for these keys. Disputes cannot be listed by payment,
//! so a fetch does not tell of them.
//!
//! # Sources
//! razorpay/markdown-docs: webhooks (all, payments, payment-links, refunds, disputes, validate-test, best-practices),
//! api/payments/payment-links, api/refunds (normal-refunds-idempotent), payments/international-payments, errors/payments;
//! the types of razorpay (npm) 2.9.8.

mod events;
mod object;
mod reasons;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;

use super::account::{self, Limits};
use super::signature::{HmacSha256, any_mac_matches, from_hex};
use super::{About, AccountError, Expiry, Inbound, Provider, Refusal, Repeat, Unsuitable, Verdict, Verified};
use crate::payment::{Currency, Method, Moment, Money};
use crate::secret::Secret;

/// Razorpay.
pub static PROVIDER: Provider<Account> = Provider {
    name: "razorpay",
    title: "Razorpay",
    is_family: false,
    // Local: UPI.
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
    repeat: Repeat::SameKey { kept_seconds: SIX_MONTHS_SECONDS },
    expiry: Expiry { least_seconds: 900, most_seconds: SIX_MONTHS_SECONDS },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(status::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::SameKey { kept_seconds: 86_400 },
    close: Some(requests::close),
    endpoint: None,
};

/// A little less than the shortest six months.
const SIX_MONTHS_SECONDS: u64 = 180 * 86_400;

/// A shop's keys at Razorpay.
#[derive(Debug, Clone)]
pub struct Account {
    key_id: Secret,
    key_secret: Secret,
    live: bool,
    webhook_secrets: Vec<Secret>,
    api_base: String,
    limits: Limits,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    key_id: Secret,
    key_secret: Secret,
    #[serde(default)]
    webhook_secrets: Vec<Secret>,
    api_base: Option<String>,
    min_amount: Option<u64>,
    max_amount: Option<u64>,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("key_id", &keys.key_id)?;
    account::api_key("key_secret", &keys.key_secret)?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    let live = keys.key_id.reveal().starts_with("rzp_live_");
    if !live && !keys.key_id.reveal().starts_with("rzp_test_") {
        let problem = "a key id is expected: it begins with rzp_live_ or rzp_test_";
        return Err(AccountError::new("key_id", problem));
    }
    Ok(Account {
        live,
        api_base: account::api_base(keys.api_base.as_deref(), "https://api.razorpay.com")?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        key_id: keys.key_id,
        key_secret: keys.key_secret,
        webhook_secrets: keys.webhook_secrets,
    })
}

/// The currencies that Razorpay lists (payments/international-payments, "Supported Currencies").
#[rustfmt::skip]
const CURRENCIES: [&str; 128] = [
    "AED", "ALL", "AMD", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL",
    "BSD", "BTN", "BWP", "BZD", "CAD", "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP",
    "DZD", "EGP", "ETB", "EUR", "FJD", "GBP", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG",
    "HUF", "IDR", "ILS", "INR", "IQD", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KRW", "KWD", "KYD",
    "KZT", "LAK", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MUR", "MVR", "MWK", "MXN",
    "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR",
    "RON", "RSD", "RUB", "RWF", "SAR", "SCR", "SEK", "SGD", "SLL", "SOS", "SVC", "SZL", "THB", "TND", "TRY", "TTD",
    "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VND", "VUV", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR", "ZMW",
];
/// The least in rupees, 1.00. Of other currencies none is published.
const LEAST_PAISE: u64 = 100;

fn is_listed(currency: Currency) -> bool {
    CURRENCIES.contains(&currency.code())
}

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if !is_listed(money.currency()) {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)?;
    if money.currency().code() == "INR" && money.minor() < LEAST_PAISE {
        return Err(Unsuitable::TooSmall);
    }
    if money.currency().decimals() == 3 && !money.minor().is_multiple_of(10) {
        return Err(Unsuitable::Granularity);
    }
    Ok(())
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    check(account, inbound).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let header =
        inbound.header("x-razorpay-signature").filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let candidates: Vec<_> = from_hex(header).into_iter().collect();
    let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
    let proof = any_mac_matches::<HmacSha256>(keys, &[inbound.body], &candidates)?;
    Ok(Verified::new(inbound, None, proof))
}
