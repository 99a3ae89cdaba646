//! NOWPayments: an invoice is the hosted page; each coin that the customer picks on it is a payment of its own.
//!
//! # What is signed
//! `x-nowpayments-sig`: 128 lower-case hex digits, HMAC-SHA512 over the values of the body, written anew with sorted
//! keys (see `nowpayments/signed_form.rs`). The key is the IPN secret as text. So the body is parsed before it is
//! believed: as far as it must be, to a bounded depth. No time is signed: whatever is told twice counts once.
//!
//! # How we are found
//! Our session id travels as the invoice's `order_id`, and each notification of a payment carries it.
//!
//! # Amounts
//! `price_amount`, a JSON number in major units, is the order's money; what was sent in coins is compared with it by
//! NOWPayments. `finished` says that it was covered, within the tolerance that the account sets. Currencies with three
//! decimals are refused: nothing says how many NOWPayments writes.
//!
//! # Retries
//! A 200 within 3 seconds ends them; otherwise as often as the dashboard says. Any order. Our own request has no
//! idempotency key; a second invoice harms nobody while nobody has its link.
//!
//! # What NOWPayments cannot be asked for
//! A status is asked for by a payment's id, which is first told by a notification, or by a log-in with the account's
//! password; so nothing is asked of a session. Whose a payment is that somebody names is asked. There is no refund, no closing and no expiry of an invoice: a customer may pay late.
//!
//! # Sources
//! The API document (documenter.getpostman.com/view/7907941/S1a32n38: invoice, IPN, repeated deposits); the official
//! library NowPaymentsIO/nowpayments-sdk-nodejs, whose own function signed the vectors; help centre "Payment statuses".

mod events;
mod requests;
mod signed_form;
#[cfg(test)]
pub(super) mod tests;

use super::account::{self, Keys, Limits};
use super::signature::{HmacSha512, any_mac_matches, from_hex};
use super::{
    About, AccountError, Expiry, ForCustomer, Inbound, Meaning, Provider, Reasons, Refusal, Repeat,
    Unsuitable, Verdict, Verified,
};
use crate::payment::{Method, Moment, Money};
use crate::secret::Secret;

/// NOWPayments.
pub static PROVIDER: Provider<Account> = Provider {
    name: "nowpayments",
    title: "NOWPayments",
    is_family: false,
    methods: &[Method::Crypto],
    methods_of: None,
    account,
    about: |account| About { live: account.live(), api_base: &account.api_base },
    suits,
    proof: "HMAC-SHA512 over the sorted values",
    verify,
    read: |_, verified| events::read(verified),
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: requests::create,
    repeat: Repeat::Never,
    // An invoice has no end; ours has.
    expiry: Expiry { least_seconds: 60, most_seconds: 2_592_000 },
    reasons: Some(&REASONS),
    fetch: None,
    whose: Some(requests::whose),
    by_hand: false,
    instructions: None,
    refund: None,
    refund_repeat: Repeat::Never,
    close: None,
    endpoint: None,
};

/// Why somebody has to look at a payment (the codes are its own words for it, or, of a deposit with a parent, the name
/// of the chapter that explains them), and why no invoice was made.
static REASONS: Reasons = Reasons {
    declines: &[
        Meaning {
            code: "INVALID_API_KEY",
            customer: ForCustomer::Unavailable,
            merchant: "The API key that the shop's configuration holds does not work. Put the one of this account, live or sandbox, into `api_key`.",
        },
        Meaning {
            code: "INVALID_REQUEST_PARAMS",
            customer: ForCustomer::Unavailable,
            merchant: "NOWPayments did not take the request. Look whether it knows the order's currency, and whether the amount is above its least.",
        },
    ],
    reviews: &[
        Meaning {
            code: "partially_paid",
            customer: ForCustomer::Reviewed,
            merchant: "The customer sent less than the price, and NOWPayments waits for no more. It tells no amount, so 0 stands here: look there how much came; take it, or send it back from there.",
        },
        Meaning {
            code: "repeated_deposit",
            customer: ForCustomer::Reviewed,
            merchant: "The customer sent coins again, or other coins, to the same address. They count as 0 here: look at NOWPayments what came, and send it back or take it.",
        },
        Meaning {
            code: "cancelled",
            customer: ForCustomer::Reviewed,
            merchant: "Somebody marked a payment that was partly paid as cancelled. No money goes back by that: send it back from NOWPayments, or take it.",
        },
    ],
};

const LIVE: &str = "https://api.nowpayments.io";
const SANDBOX: &str = "https://api-sandbox.nowpayments.io";

/// A shop's keys at NOWPayments.
#[derive(Debug)]
pub struct Account {
    api_key: Secret,
    webhook_secrets: Vec<Secret>,
    api_base: String,
    limits: Limits,
}

impl Account {
    /// Keys of both kinds look alike; the address tells them apart.
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
    Ok(Account {
        api_base: account::api_base(keys.api_base.as_deref(), LIVE)?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
        webhook_secrets: keys.webhook_secrets,
    })
}

/// Each coin has a least amount of its own, which the page tells the customer.
fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if money.currency().decimals() > 2 {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)
}

fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    check(account, inbound).into()
}

fn check<'a>(account: &Account, inbound: &Inbound<'a>) -> Result<Verified<'a>, Refusal> {
    let header =
        inbound.header("x-nowpayments-sig").filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
    let sent = from_hex(header).ok_or(Refusal::Invalid)?;
    let form = signed_form::of(inbound.body).ok_or(Refusal::Invalid)?;
    let keys = account.webhook_secrets.iter().map(|secret| secret.reveal().as_bytes());
    let proof = any_mac_matches::<HmacSha512>(keys, &[form.as_bytes()], &[sent])?;
    Ok(Verified::new(inbound, None, proof))
}
