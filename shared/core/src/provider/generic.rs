//! A provider that is described in the shop's configuration alone: where it signs, what its events say, and how its
//! checkout is made. Each has a name of its own after a colon, `generic:acme`, and a webhook address with that name.
//!
//! ```json
//! "generic:acme": {
//!   "signature": {
//!     "algorithm": "hmac_sha256",
//!     "header": "acme-signature",
//!     "entries": { "timestamp": "t", "signature": "v1" },
//!     "encoding": "hex",
//!     "signed": "{timestamp}.{body}"
//!   },
//!   "webhook_secrets": ["…"],
//!   "event": {
//!     "id": "/id", "type": "/event", "time": "/at", "reference": "/data/ref",
//!     "amount": "/data/sum", "currency": "/data/cur", "payment_id": "/data/charge",
//!     "words": { "order.paid": "paid", "order.closed": "expired", "ping": "ignored" }
//!   },
//!   "checkout": {
//!     "url": "https://api.acme.example/v1/orders",
//!     "headers": { "authorization": "Bearer …" },
//!     "body": { "ref": "{session}", "sum": "{amount_minor:number}", "cur": "{currency}", "back": "{return_url}" },
//!     "id": "/id", "page": "/links/pay"
//!   },
//!   "methods": ["card"], "currencies": ["EUR"]
//! }
//! ```
//!
//! # What is signed
//! What `signature` declares (see `generic/signature.rs`): an HMAC over a text that has the body in it, Standard
//! Webhooks, or a secret word that is sent along, which proves who sent a delivery and nothing of what stands in it. A
//! declaration by which something unsigned would be believed is refused when it is loaded.
//!
//! # How we are found
//! By our session id, where `event.reference` points. An event that has nothing there is kept for a person; one that
//! has something else there is somebody else's payment.
//!
//! # Amounts
//! Where `event.amount` points: a number or a text, in minor units of ISO 4217 or, by `unit`, in major ones with a dot.
//! No float is made of either.
//!
//! # Retries
//! Any 2xx ends them, as far as we know. A checkout whose answer was lost is not asked for again, with or without an
//! `idempotency_header`: the next attempt is opened instead.
//!
//! # What it cannot be asked for
//! A status, a refund, the end of a checkout: all that is known of a payment is what its events say. `words` is its
//! status table:
//!
//! | the provider's word | ours |
//! | --- | --- |
//! | each that is listed | what it is declared to mean |
//! | any other | kept for a person to look at: it may be about money |
//!
//! # Sources
//! This file and the rooms beside it are the documentation. JSON pointers: RFC 6901.

mod checkout;
mod declaration;
mod mac;
mod pointer;
mod reading;
mod signature;
#[cfg(test)]
pub(super) mod tests;

use super::account::Limits;
use super::template::Instructions;
use super::{About, Created, Expiry, Provider, Repeat, Step, Unsuitable};
use crate::payment::{Currency, Method, Money};

/// Any provider that a shop describes.
pub static PROVIDER: Provider<Account> = Provider {
    name: "generic",
    title: "Described in the configuration",
    is_family: true,
    methods: &Method::ALL,
    methods_of: Some(|account| &account.methods),
    account: declaration::account,
    about: |account| About {
        // Nothing declares whether it moves real money.
        live: None,
        api_base: account.checkout.as_ref().map_or("", checkout::Template::origin),
    },
    suits,
    proof: "as declared: an HMAC, a token or Standard Webhooks",
    verify: |account, inbound, now| account.scheme.check(inbound, now).into(),
    read: |account, verified| account.reading.read(verified),
    hint: |inbound| inbound.first_session_id(),
    accepted: None,
    remembers: false,
    create: |account, order| match &account.checkout {
        Some(template) => template.create(order),
        None => {
            Step::Done(Created { checkout_id: order.session.to_string(), url: order.return_url.to_owned() })
        }
    },
    repeat: Repeat::Never,
    expiry: Expiry { least_seconds: 60, most_seconds: 2_592_000 },
    reasons: None,
    fetch: None,
    whose: None,
    by_hand: false,
    instructions: Some(|account, session, money| account.instructions.as_ref()?.filled(session, money)),
    refund: None,
    refund_repeat: Repeat::Never,
    close: None,
    endpoint: None,
};

/// A declaration, checked.
#[derive(Debug)]
pub struct Account {
    scheme: signature::Scheme,
    reading: reading::Reader,
    checkout: Option<checkout::Template>,
    instructions: Option<Instructions>,
    methods: Vec<Method>,
    /// Any, where none is declared.
    currencies: Option<Vec<Currency>>,
    limits: Limits,
}

fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    if account.currencies.as_ref().is_some_and(|known| !known.contains(&money.currency())) {
        return Err(Unsuitable::Currency);
    }
    account.limits.hold(money)
}
