//! Paystack: transactions on its hosted page, API of `api.paystack.co` (it has no versions).
//!
//! # What is signed
//! `x-paystack-signature`: lower-case hex of HMAC-SHA512 over the raw body. The key is the API's secret key as text.
//! A new key changes both at once, so old ones can be listed in `webhook_secrets` for as long as repeats of old events
//! may come, three days. No time is signed. Whoever has the API key can forge webhooks.
//!
//! # How we are found
//! A reference may hold no underscore, so our session id travels with dashes, `cs-…-1`, and is read back in either
//! spelling. Every event carries the reference, refunds and disputes too.
//!
//! # Amounts
//! Hundredths in every currency, also of the CFA franc (XOF), which has none: 5000 francs are 500000. Where the
//! customer bears the fee the amount holds it, and `requested_amount` does not: the smaller of the two is what came
//! for the order. Amounts of refunds are texts or numbers.
//!
//! # Retries
//! 200 ends them, whatever the body; otherwise every few minutes, then hourly for three days. Order is not promised.
//! Events have no id. Only success is announced: what failed is learned by asking.
//!
//! # What it has not
//! No repeat of a creation: a reference that was used is refused, and its page's address is not told again. No key for
//! refunds: before one is asked for, those that were made are looked through for our note. No closing and no expiry of
//! a page. Without a customer's email address Paystack makes no checkout.
//!
//! # Sources
//! PaystackOSS/openapi; PaystackOSS/doc-code-snippets (payments/webhooks, payments/refunds, api/transactions,
//! api/refunds, api/disputes); a copy of the reference in alexasomba/paystack-openapi (Transactions, Refunds, Disputes,
//! Errors); PaystackHQ/plugin-woocommerce.

mod events;
mod object;
mod reasons;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;

use super::account::{self, Keys, Limits};
use super::amount::{currency, from_units, units};
use super::signature::{HmacSha512, any_mac_matches, from_hex};
use super::{
    About, AccountError, Expiry, Inbound, NotUnderstood, Provider, Refusal, Repeat, Unsuitable, Verdict,
    Verified,
};
use crate::payment::limits::AMOUNT_MINOR_MAX;
use crate::payment::{Method, Moment, Money, SessionId};
use crate::secret::Secret;

/// Paystack.
pub static PROVIDER: Provider<Account> = Provider {
    name: "paystack",
    title: "Paystack",
    is_family: false,
    // Local: mobile money, USSD and QR codes.
    methods: &[Method::Card, Method::BankTransfer, Method::Wallet, Method::Local, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: Some(account.live), api_base: &account.api_base },
    suits,
    proof: "HMAC-SHA512 over the body",
    verify,
    read: events::read,
    hint,
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::Never,
    expiry: Expiry { least_seconds: 60, most_seconds: 2_592_000 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(status::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::LookedFor,
    close: None,
    endpoint: None,
};

/// A shop's keys at Paystack.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    /// Whether the key moves real money: what an event's `domain` has to say too.
    live: bool,
    /// Keys that were valid before, beside the API key.
    webhook_secrets: Vec<Secret>,
    api_base: String,
    limits: Limits,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    // None are needed, for the API key signs; those that are there have to be some.
    if !keys.webhook_secrets.is_empty() {
        account::webhook_secrets(&keys.webhook_secrets)?;
    }
    account::api_key("api_key", &keys.api_key)?;
    let live = keys.api_key.reveal().starts_with("sk_live_");
    if !live && !keys.api_key.reveal().starts_with("sk_test_") {
        let problem = "a secret key is expected: it begins with sk_live_ or sk_test_";
        return Err(AccountError::new("api_key", problem));
    }
    Ok(Account {
        live,
        api_base: account::api_base(keys.api_base.as_deref(), "https://api.paystack.co")?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
        webhook_secrets: keys.webhook_secrets,
    })
}

/// The currencies and the least that Paystack takes in each, in our minor units.
const LEAST: [(&str, u64); 6] =
    [("NGN", 5000), ("USD", 200), ("GHS", 10), ("ZAR", 100), ("KES", 300), ("XOF", 1)];
/// Paystack counts hundredths, whatever the currency has.
const DECIMALS: u32 = 2;

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    let known = LEAST.iter().find(|(code, _)| *code == money.currency().code());
    let (_, least) = known.ok_or(Unsuitable::Currency)?;
    account.limits.hold(money)?;
    if money.minor() < *least {
        return Err(Unsuitable::TooSmall);
    }
    if hundredths(money).is_none() { Err(Unsuitable::TooLarge) } else { Ok(()) }
}

/// An amount as Paystack writes it; none where that needs more digits than a number in JSON surely keeps.
fn hundredths(money: Money) -> Option<u64> {
    units(money, DECIMALS).filter(|written| *written <= AMOUNT_MINOR_MAX)
}

/// The money that Paystack writes so.
fn money(hundredths: u64, code: &str) -> Result<Money, NotUnderstood> {
    let currency = currency(code)?;
    if LEAST.iter().all(|(known, _)| *known != currency.code()) {
        return Err(NotUnderstood::Money);
    }
    if hundredths > AMOUNT_MINOR_MAX {
        return Err(NotUnderstood::Money);
    }
    from_units(hundredths, DECIMALS, currency)
}

/// Our session id as Paystack takes it for a reference.
fn reference(session: SessionId) -> String {
    session.to_string().replace('_', "-")
}

/// The session that a reference names, in either spelling.
fn session(reference: &str) -> Option<SessionId> {
    SessionId::parse(&reference.replace('-', "_")).ok()
}

fn hint(inbound: &Inbound<'_>) -> Option<SessionId> {
    let dash = |byte: &u8| if *byte == b'-' { b'_' } else { *byte };
    let body: Vec<u8> = inbound.body.iter().map(dash).collect();
    Inbound { body: &body, ..*inbound }.first_session_id()
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    check(account, inbound).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let header =
        inbound.header("x-paystack-signature").filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let candidates: Vec<_> = from_hex(header).into_iter().collect();
    let keys = std::iter::once(&account.api_key).chain(&account.webhook_secrets);
    let keys = keys.map(|secret| secret.reveal().as_bytes());
    let proof = any_mac_matches::<HmacSha512>(keys, &[inbound.body], &candidates)?;
    Ok(Verified::new(inbound, None, proof))
}
