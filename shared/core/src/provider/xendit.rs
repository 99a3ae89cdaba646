//! Xendit: Payment Sessions on the hosted page; the invoices that came before them are read as well.
//!
//! # What is signed
//! Nothing. `x-callback-token` holds the account's verification token as it is: it says who sent a delivery, and neither
//! what stands in it nor when it was sent. Whoever saw the token once, in a log or a proxy, can write any event. So an
//! event is a hint: it names a session, payment, refund or invoice, that is asked for with our key, and the answer is
//! the fact. Only disputes are told by the event itself, for no address of theirs is documented where we could read it;
//! they can say that money was lost or won back, never that an order was paid. Several tokens can be valid at once.
//!
//! # How we are found
//! Our session id is the session's `reference_id` and stands in `metadata.session`. A refund has a reference of its own,
//! so there it is in the metadata only. Refunds made in the dashboard and some disputes carry none of it: the payments
//! that other answers name are remembered. What an event claims is only where to look; whose it is, the answer says.
//!
//! # Amounts
//! Decimal numbers in major units, in disputes as text; IDR and VND without decimals, PHP, THB, SGD and MYR with two.
//! IDR has two in ISO 4217, so an amount with sen cannot be written. No float is made of any of them.
//!
//! # Retries
//! Any 2xx ends them; an error is tried again 6 times within a day. Order is not kept. `webhook-id` is the same at each
//! try and as little proved as the rest. A session is made without an idempotency key and cannot be searched, so one
//! whose outcome is unknown is not made again. A refund is looked for by our id before it is sent, with a key as well.
//!
//! # What is not known
//! The country of an account that takes USD is nowhere in an order, and a session must name one: USD is not taken.
//!
//! # Sources
//! docs.xendit.co: apidocs create-session, get-session, cancel-session, get-payment, refund-payment-request, webhook
//! notifications of sessions, payments, refunds and disputes; manage-disputes-via-api; the models of xendit-node 7.0.0.

mod answers;
mod events;
mod reasons;
mod requests;
#[cfg(test)]
pub(super) mod tests;

use super::account::{self, Keys, Limits};
use super::signature::any_token_equals;
use super::{
    About, AccountError, Expiry, Inbound, Provider, Refusal, Repeat, Unsuitable, Verdict, Verified, amount,
};
use crate::payment::{Currency, Method, Moment, Money};
use crate::secret::Secret;

/// Xendit.
pub static PROVIDER: Provider<Account> = Provider {
    name: "xendit",
    title: "Xendit",
    is_family: false,
    methods: &[Method::Card, Method::BankTransfer, Method::Wallet, Method::Local, Method::Link],
    methods_of: None,
    account,
    about: |account| About { live: Some(account.live), api_base: &account.api_base },
    suits,
    proof: "a secret token, and then Xendit is asked",
    verify,
    read: events::read,
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: true,
    create: requests::create,
    repeat: Repeat::Never,
    expiry: Expiry { least_seconds: 600, most_seconds: 86_400 },
    reasons: Some(&reasons::REASONS),
    fetch: Some(answers::fetch),
    whose: Some(answers::whose),
    by_hand: false,
    instructions: None,
    refund: Some(requests::refund),
    refund_repeat: Repeat::LookedFor,
    close: Some(requests::close),
    // Each product's address stands in the dashboard only.
    endpoint: None,
};

/// A shop's keys at Xendit.
#[derive(Debug, Clone)]
pub struct Account {
    api_key: Secret,
    /// Whether the key moves real money. Events do not say it, and what they name is asked for with this key.
    live: bool,
    tokens: Vec<Secret>,
    api_base: String,
    limits: Limits,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    let live = keys.api_key.reveal().starts_with("xnd_production_");
    if !live && !keys.api_key.reveal().starts_with("xnd_development_") {
        let problem = "a secret key is expected: it begins with xnd_production_ or xnd_development_";
        return Err(AccountError::new("api_key", problem));
    }
    Ok(Account {
        live,
        api_base: account::api_base(keys.api_base.as_deref(), "https://api.xendit.co")?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
        tokens: keys.webhook_secrets,
    })
}

/// The country that a session in this currency is for, and the decimals in which Xendit writes it.
fn country_and_decimals(currency: Currency) -> Option<(&'static str, u32)> {
    Some(match currency.code() {
        "IDR" => ("ID", 0),
        "VND" => ("VN", 0),
        "PHP" => ("PH", 2),
        "THB" => ("TH", 2),
        "SGD" => ("SG", 2),
        "MYR" => ("MY", 2),
        _ => return None,
    })
}

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    let (_, decimals) = country_and_decimals(money.currency()).ok_or(Unsuitable::Currency)?;
    account.limits.hold(money)?;
    amount::decimal(money, decimals).map(|_| ()).ok_or(Unsuitable::Granularity)
}

/// An amount as Xendit writes it. What has more decimals than Xendit takes is written with all of them, and refused:
/// another amount, or none, which would be all, it never is.
fn written(money: Money) -> String {
    let decimals = country_and_decimals(money.currency()).map(|(_, decimals)| decimals);
    decimals.and_then(|decimals| amount::decimal(money, decimals)).unwrap_or_else(|| money.major())
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    check(account, inbound).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let sent = inbound.header("x-callback-token").filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let tokens = account.tokens.iter().map(|token| token.reveal().as_bytes());
    let proof = any_token_equals(tokens, sent.as_bytes())?;
    let is_id =
        |id: &&str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    Ok(Verified::new(inbound, inbound.header("webhook-id").filter(is_id), proof))
}
