//! PayPal: Orders v2 with approval on PayPal's page, Payments v2 and webhooks v1.
//!
//! # What is signed
//! RSA over the transmission's id and time, our webhook's id, which is not sent along, and the CRC-32 of the body. A
//! CRC-32 is no hash: whoever has seen one delivery can put another body under its signature. So a delivery proves
//! nothing here. PayPal itself is asked whether it sent it (`verify-webhook-signature`, with the body as it came), and
//! what the event says is not believed then either: the order, capture, refund or dispute that it names is fetched
//! with our key, and the answer is what happened and whose it is. Only `fetched` reports move money.
//!
//! # How we are found
//! Our session id is the order's `custom_id`, which PayPal copies to the capture, and the `invoice_id`. Refunds that
//! are made at PayPal, and disputes, carry neither: they name their capture, and that is asked for.
//!
//! # Capturing
//! A customer's approval moves no money. Whoever asks about an order that is approved captures it first, as long as the
//! session is open and its order has no money by another: at the event, and again whenever the session is asked about, so
//! that a lost event costs no sale. What is not wanted lapses. An order can be captured once.
//!
//! # Amounts
//! A decimal text in major units with two digits. HUF, JPY and TWD are written without: of HUF and TWD, which have two
//! in ISO 4217, only whole ones can be taken.
//!
//! # Retries
//! Any 2xx ends them, whatever the body; otherwise 25 tries within 3 days. No tolerance of time is documented and
//! repeats come for days, so a transmission's age is not judged. Our creations carry an idempotency key that is kept
//! for 6 hours. Each question asks for a token of its own first: nothing here keeps one, for nothing here has a state.
//!
//! # What is not known
//! Whether a reversal is also listed among an order's refunds: where it is, both are counted, never more than came.
//! Whether certificates are served from the `api-m` hosts too: those are let through, for it is PayPal that fetches
//! them. An order that PayPal does not know any more (it forgets those that nobody paid after some 3 hours:
//! shopware/SwagPayPal#679) is read as "nothing came", not as expired: for how long paid ones are kept is not said.
//!
//! # Sources
//! paypal/paypal-rest-api-specifications (`checkout_orders_v2`, `payments_payment_v2`, `notifications_webhooks_v1`,
//! `customer_disputes_v1`); developer.paypal.com: api/rest/webhooks/rest, api/rest/webhooks/event-names,
//! api/rest/reference/idempotency, api/rest/reference/currency-codes, payment-methods/uncaptured-payments.

mod captured;
mod endpoints;
mod events;
mod object;
mod reasons;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;
mod verify;
mod whose;

use super::account::{self, Limits};
use super::amount;
use super::{About, AccountError, Expiry, NotUnderstood, Provider, Repeat, Unsuitable};
use crate::payment::{Method, Money};
use crate::secret::Secret;

/// PayPal.
pub static PROVIDER: Provider<Account> = Provider {
    name: "paypal",
    title: "PayPal",
    is_family: false,
    // Its page may offer to pay by card without an account, but not everywhere: nobody who chose a card is sent there.
    methods: &[Method::Wallet, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: account.live, api_base: &account.api_base },
    suits,
    proof: "PayPal is asked, and then for the order",
    verify: verify::verify,
    read: |account, verified| events::read(account, verified.body()),
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::SameKey { kept_seconds: 21_600 },
    // It cannot be set: the customer has 3 hours to come, and then 3 to approve.
    expiry: Expiry { least_seconds: 0, most_seconds: 10_800 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(whose::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::SameKey { kept_seconds: 21_600 },
    // There is no way to: an order that nobody approves lapses.
    close: None,
    endpoint: Some(endpoints::check),
};

/// A shop's keys at PayPal.
#[derive(Debug, Clone)]
pub struct Account {
    client_id: Secret,
    client_secret: Secret,
    /// Of our endpoint there: a part of what is signed.
    webhook_id: Secret,
    api_base: String,
    /// Whether real money is moved; none at an address that is not PayPal's.
    live: Option<bool>,
    limits: Limits,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    client_id: Secret,
    client_secret: Secret,
    webhook_id: Secret,
    api_base: Option<String>,
    min_amount: Option<u64>,
    max_amount: Option<u64>,
}

const LIVE: &str = "https://api-m.paypal.com";

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("client_id", &keys.client_id)?;
    account::api_key("client_secret", &keys.client_secret)?;
    account::api_key("webhook_id", &keys.webhook_id)?;
    if keys.webhook_id.reveal() == "WEBHOOK_ID" {
        let problem = "this is the id of the simulator's events, which anybody can send; the Dashboard shows your webhook's own";
        return Err(AccountError::new("webhook_id", problem));
    }
    let api_base = account::api_base(keys.api_base.as_deref(), LIVE)?;
    let live = match api_base.as_str() {
        LIVE | "https://api.paypal.com" => Some(true),
        "https://api-m.sandbox.paypal.com" | "https://api.sandbox.paypal.com" => Some(false),
        _ => None,
    };
    Ok(Account {
        api_base,
        live,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        client_id: keys.client_id,
        client_secret: keys.client_secret,
        webhook_id: keys.webhook_id,
    })
}

/// The currencies that PayPal has (developer.paypal.com/api/rest/reference/currency-codes).
#[rustfmt::skip]
const CURRENCIES: [&str; 24] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK",
    "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];
/// Those that it writes without decimals.
const WHOLE: [&str; 3] = ["HUF", "JPY", "TWD"];
/// The largest value of an order, in major units: above it is `MAX_VALUE_EXCEEDED`.
const MAJOR_MAX: u64 = 9_999_999;

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if !CURRENCIES.contains(&money.currency().code()) {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)?;
    let value = value(money).ok_or(Unsuitable::Granularity)?;
    match value.split('.').next().map(str::parse::<u64>) {
        Some(Ok(major)) if major <= MAJOR_MAX => Ok(()),
        _ => Err(Unsuitable::TooLarge),
    }
}

/// An amount as PayPal writes it; none where it cannot.
fn value(money: Money) -> Option<String> {
    let decimals = if WHOLE.contains(&money.currency().code()) { 0 } else { 2 };
    amount::decimal(money, decimals)
}

/// An amount as PayPal wrote it.
fn money(value: &str, currency: &str) -> Result<Money, NotUnderstood> {
    amount::from_decimal(value, amount::currency(currency)?)
}
