//! Mercado Pago: preferences of Checkout Pro on the hosted page, and the payments that are made on it.
//!
//! # What is signed
//! `x-signature: ts=…,v1=<64 lower-case hex>`: HMAC-SHA256 over `id:<data.id>;request-id:<x-request-id>;ts:<ts>;`, keyed
//! by the application's secret as text. Neither type nor body is signed, only the id of what happened to something: so an
//! event is a reason to ask for the payment, and the answer is the fact. The id that Mercado Pago signs is the one in the
//! address that it calls; it stands in the body too, and that one has to be what was signed. Where it has letters the
//! pages want them in lower case and the SDKs as they came, so both are good; what is read here has digits only. A
//! delivery without `x-request-id` is signed without it; a proxy that puts in its own makes all of them invalid. `ts` is
//! documented in milliseconds and shown in seconds, and whether it is new at each try is said nowhere: it is not judged,
//! for an old delivery is a reason to ask as good as any.
//!
//! # How we are found
//! Our session id is the preference's `external_reference`, which each payment on it carries. All payments of the account
//! are told of, also those of other shops: they are asked about once and are nobody's here.
//!
//! # Amounts
//! Decimal numbers in major units. CLP and COP are taken in whole units (COP has cents in ISO 4217, so an amount with
//! some cannot be written), ARS, BRL, MXN, PEN and UYU with two decimals. No float is made of any of them.
//!
//! # Retries
//! 200 or 201 within 22 s ends them; otherwise every 15 minutes, after the third less often. For a preference no
//! idempotency key is documented: one whose outcome is unknown is not made again. A refund must carry a key; it comes
//! back nowhere, so a repeated refund is the same by its key alone.
//!
//! # Test and live
//! `TEST-…` moves no real money. `APP_USR-…` does, except that test sellers have such tokens too: it does not tell. A
//! payment whose `live_mode` says otherwise than its token is not believed: the sandbox's page takes a live preference's
//! id from anybody, and pays it with a test card.
//!
//! # What it has not
//! A checkout has no state: that it expired is told by our own clock, and a payment that was refused or never came leaves
//! it open. Closing makes it expire; what was begun there before can still be paid, so it is closed only where nothing was.
//! A mediation that ends in favour of the shop is told as `approved` again, like any paid payment: somebody has to look.
//! `notification_url` is not sent: the secret comes with the address that is entered in the panel, and only for that one
//! it is said that deliveries are signed.
//!
//! # What is not known
//! That the id in the address is digit for digit the one in the body (a chargeback's is a number of 18 digits there: were
//! it rounded, the delivery would be refused, and the payment's own event tells the same); for how long an idempotency key
//! of a refund is kept; that a page that is open refuses a payment once its preference expired; the bounds of
//! `expiration_date_to`; that `live_mode` is true for test sellers; that COP with cents is refused.
//!
//! # Sources
//! mercadopago.com/developers: docs/your-integrations/notifications/webhooks, docs/checkout-pro (additional-settings,
//! additional-content/chargebacks, test-accounts), docs/checkout-api-payments/response-handling/query-results, refund-pix;
//! reference: preferences, payments, chargebacks (refunds); the models and the
//! `WebhookSignatureValidator` of mercadopago (python) 3.6.0.

mod events;
mod object;
mod reasons;
mod requests;
mod status;
#[cfg(test)]
pub(super) mod tests;

use super::account::{self, Keys, Limits};
use super::signature::{HmacSha256, any_mac_matches, from_hex, signed_seconds};
use super::{
    About, AccountError, Expiry, Inbound, Provider, Refusal, Repeat, Unsuitable, Verdict, Verified, amount,
};
use crate::payment::{Currency, Method, Moment, Money};
use crate::secret::Secret;

/// Mercado Pago.
pub static PROVIDER: Provider<Account> = Provider {
    name: "mercado_pago",
    title: "Mercado Pago",
    is_family: false,
    methods: &[Method::Card, Method::BankTransfer, Method::Wallet, Method::Local, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: account.is_test.then_some(false), api_base: &account.api_base },
    suits,
    proof: "HMAC-SHA256 over the payment's id, and then Mercado Pago is asked",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::Never,
    expiry: Expiry { least_seconds: 300, most_seconds: 2_592_000 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(status::fetch),
    whose: Some(status::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::SameKey { kept_seconds: 3_600 },
    close: Some(requests::close),
    // The address is entered in the panel only.
    endpoint: None,
};

/// A shop's keys at Mercado Pago.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    webhook_secrets: Vec<Secret>,
    is_test: bool,
    api_base: String,
    limits: Limits,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    let is_test = keys.api_key.reveal().starts_with("TEST-");
    if !is_test && !keys.api_key.reveal().starts_with("APP_USR-") {
        let problem = "an access token is expected: it begins with APP_USR- or TEST-";
        return Err(AccountError::new("api_key", problem));
    }
    Ok(Account {
        is_test,
        api_base: account::api_base(keys.api_base.as_deref(), "https://api.mercadopago.com")?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
        webhook_secrets: keys.webhook_secrets,
    })
}

/// The currencies of its countries, each with the decimals that it is taken in. Which one an account has its country
/// says; dollars are left out, for they become the country's money as soon as a preference is made.
fn decimals(currency: Currency) -> Option<u32> {
    match currency.code() {
        "ARS" | "BRL" | "MXN" | "PEN" | "UYU" => Some(2),
        "CLP" | "COP" => Some(0),
        _ => None,
    }
}

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    let decimals = decimals(money.currency()).ok_or(Unsuitable::Currency)?;
    account.limits.hold(money)?;
    amount::decimal(money, decimals).map(|_| ()).ok_or(Unsuitable::Granularity)
}

/// An amount as Mercado Pago writes it. What has more decimals than it takes is written with all of them, and refused:
/// another amount, or none, which would be all, it never is.
fn written(money: Money) -> String {
    let decimals = decimals(money.currency());
    decimals.and_then(|decimals| amount::decimal(money, decimals)).unwrap_or_else(|| money.major())
}

const SIGNATURE: &str = "x-signature";
const REQUEST_ID: &str = "x-request-id";

/// What is signed of a delivery. No part can hold a semicolon, so no two deliveries have the same.
fn manifest(id: &str, request_id: Option<&str>, ts: &str) -> String {
    let request = request_id.map(|id| format!("request-id:{id};")).unwrap_or_default();
    format!("id:{id};{request}ts:{ts};")
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    check(account, inbound).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let header = inbound.header(SIGNATURE).filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let request_id = if inbound.headers.contains_key(REQUEST_ID) {
        let text = inbound.header(REQUEST_ID).filter(|text| !text.is_empty() && !text.contains(';'));
        Some(text.ok_or(Refusal::Missing)?)
    } else {
        None
    };
    let (ts, sent) = signature(header).ok_or(Refusal::Invalid)?;
    let id = events::signed_id(inbound.body).ok_or(Refusal::Invalid)?;
    let sent = [sent];
    let is_signed = |id: &str| {
        let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
        any_mac_matches::<HmacSha256>(keys, &[manifest(id, request_id, ts).as_bytes()], &sent)
    };
    let proof = is_signed(&id.to_ascii_lowercase()).or_else(|_| is_signed(&id))?;
    Ok(Verified::new(inbound, None, proof))
}

/// The time and the MAC of a signature header, each of which stands there once. What else stands there may be the next
/// version's.
fn signature(header: &str) -> Option<(&str, Vec<u8>)> {
    let parts = || header.split(',').filter_map(|part| part.split_once('='));
    let only = |name: &str| {
        let mut values = parts().filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim());
        values.next().filter(|_| values.next().is_none())
    };
    let ts = only("ts").filter(|ts| signed_seconds(ts).is_ok())?;
    Some((ts, from_hex(only("v1")?)?))
}
