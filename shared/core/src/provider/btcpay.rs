//! BTCPay Server: invoices of a shop's own server, Greenfield API v1.
//!
//! # What is signed
//! `BTCPay-Sig: sha256=<64 lower-case hex>`, HMAC-SHA256 of the raw body, keyed by the webhook's secret as text. No time is
//! signed; a repeat has the `originalDeliveryId` of the first. A server whose webhook has no secret signs with an empty
//! key: an empty secret cannot be configured here.
//!
//! # How we are found
//! Our session id is the invoice's `metadata.orderId`, by which invoices can also be looked up. Events of payouts name a
//! pull payment only; one that is a refund is called `Refund <invoice id>`, as the server itself calls them.
//!
//! # Amounts
//! Texts in major units. No event carries an amount of the invoice: whatever says that money came is asked about. What was
//! paid can have more decimals than the currency; what is over is cut off, so that no more is said to have come than did.
//!
//! # Late money
//! An expired invoice can still be paid, and the server does not settle it then. Once each payment is confirmed, what came
//! is told as money: enough of it makes the order paid, with `late_payment` for somebody to look at; too little is a review.
//!
//! # Refunds
//! A refund is an offer (a pull payment): the customer opens its page and names an address. So it is under way until a
//! payout is completed, and it has failed only once it is archived with nothing paid.
//!
//! # Retries
//! Any 2xx ends them; 5xx, 408, 429 and network errors are repeated for about an hour, other answers never, and only with
//! automatic redelivery switched on. The API has no idempotency keys: invoices and refunds are looked for before they are
//! made.
//!
//! # What cannot be done
//! An invoice cannot be closed: its address can be paid as long as the chain lives. It expires by itself.
//!
//! # Sources
//! btcpayserver/btcpayserver: the Greenfield API's description (invoices, webhooks, pull payments),
//! `GreenfieldInvoiceController`, `WebhookSender`, `InvoiceTriggerProvider`, `InvoiceWatcher`, `BTCPayServer.Client/Models`.

mod endpoints;
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
use crate::payment::{Method, Moment, Money};
use crate::secret::Secret;

/// BTCPay Server.
pub static PROVIDER: Provider<Account> = Provider {
    name: "btcpay",
    title: "BTCPay Server",
    is_family: false,
    methods: &[Method::Crypto, Method::Link],
    methods_of: None,
    account,
    // Neither the key nor the shop's own address says which chain it is on.
    about: |account| About { live: None, api_base: &account.api_base },
    suits,
    proof: "HMAC-SHA256 over the body; amounts are asked for",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    // By looking for it: an invoice is found by our session id for as long as the server lives.
    repeat: Repeat::SameKey { kept_seconds: 2_592_000 },
    expiry: Expiry { least_seconds: 60, most_seconds: 604_800 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(status::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::LookedFor,
    close: None,
    endpoint: Some(endpoints::check),
};

/// A shop's keys at its server.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    store_id: String,
    webhook_secrets: Vec<Secret>,
    api_base: String,
    limits: Limits,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    api_key: Secret,
    store_id: String,
    #[serde(default)]
    webhook_secrets: Vec<Secret>,
    api_base: String,
    min_amount: Option<u64>,
    max_amount: Option<u64>,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    if !object::is_id(&keys.store_id) {
        return Err(AccountError::new("store_id", "the store's id is expected: letters and digits"));
    }
    Ok(Account {
        api_base: account::api_base(Some(&keys.api_base), "")?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        store_id: keys.store_id,
        api_key: keys.api_key,
        webhook_secrets: keys.webhook_secrets,
    })
}

/// Any currency that the server has a rate for. An invoice of 0 would be settled at once.
fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    account.limits.hold(money)
}

/// The value of `BTCPay-Sig` for a body.
#[cfg(test)]
fn sign(secret: &str, body: &[u8]) -> String {
    let mac = super::signature::hmac_sha256(secret.as_bytes(), &[body]);
    format!("sha256={}", data_encoding::HEXLOWER.encode(&mac))
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    check(account, inbound).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let header = inbound.header("btcpay-sig").filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let signature = header.strip_prefix("sha256=").and_then(from_hex).ok_or(Refusal::Invalid)?;
    let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
    let proof = any_mac_matches::<HmacSha256>(keys, &[inbound.body], &[signature])?;
    Ok(Verified::new(inbound, None, proof))
}
