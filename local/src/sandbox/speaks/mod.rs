//! The sandbox in other providers' languages: it takes their requests and sends their webhooks, signed as they sign, so
//! that any provider can be tried without an account there. What a checkout is and what happens to it stays the
//! sandbox's; here it is only said otherwise.
//!
//! A language is one file and one line in [`ALL`]. It is held to the provider's documentation by its adapter: whatever
//! payproof sends has to be understood here, and whatever is said here has to be understood there.

mod adyen;
mod btcpay;
mod checkout_com;
mod coinbase_business;
mod door;
mod gocardless;
mod mercado_pago;
mod mollie;
mod nowpayments;
mod paddle;
mod paypal;
mod paystack;
mod razorpay;
mod rehearsal;
mod square;
mod stripe;
#[cfg(test)]
mod tests;
mod xendit;

use std::collections::BTreeMap;

use http::{HeaderMap, Method};
use payproof::payment::{Currency, Moment, Money};
use payproof::provider::sandbox::{CheckoutForm, EventBody};
use payproof::provider::signature::hmac_sha256;
use payproof::provider::{Listed, listed};
use serde_json::Value;

pub(super) use self::door::routes;
pub(crate) use self::rehearsal::{Rehearsal, rehearse};
use super::checkout::{Checkout, Dispute, Refund};

/// Every language.
#[rustfmt::skip]
pub(crate) static ALL: &[&Tongue] = &[
    &stripe::TONGUE,
    &checkout_com::TONGUE,
    &adyen::TONGUE,
    &xendit::TONGUE,
    &square::TONGUE,
    &razorpay::TONGUE,
    &paystack::TONGUE,
    &mollie::TONGUE,
    &gocardless::TONGUE,
    &btcpay::TONGUE,
    &paypal::TONGUE,
    &paddle::TONGUE,
    &coinbase_business::TONGUE,
    &nowpayments::TONGUE,
    &mercado_pago::TONGUE,
];

/// A provider's language.
pub(crate) struct Tongue {
    /// The provider.
    pub(crate) name: &'static str,
    /// An account there, without its `api_base`: what a shop's configuration holds.
    pub(crate) account: fn(&Seed<'_>) -> Value,
    /// What a request asks for; none where the provider has no such request.
    pub(crate) understand: fn(&Call<'_>) -> Option<Asked>,
    /// The answer, once what was asked for is done.
    pub(crate) answer: fn(&Call<'_>, &Done<'_>) -> Reply,
    /// How an event is delivered; none where the provider tells nothing of such a thing.
    pub(crate) deliver: fn(&Telling<'_>) -> Option<Delivery>,
}

/// The language of this provider.
pub(crate) fn spoken(name: &str) -> Option<&'static Tongue> {
    ALL.iter().copied().find(|tongue| tongue.name == name)
}

/// An account at the sandbox as each provider, for a shop of a stack at `url`; its keys are made of `secret`.
pub(crate) fn accounts(secret: &str, url: &str, shop: &str) -> serde_json::Map<String, Value> {
    let account = |tongue: &&Tongue| {
        let mut account = (tongue.account)(&Seed { secret, provider: tongue.name });
        if let Some(keys) = account.as_object_mut() {
            let base = format!("{url}/sandbox/as/{}/{shop}", tongue.name);
            keys.insert("api_base".to_owned(), base.into());
        }
        (tongue.name.to_owned(), account)
    };
    ALL.iter().map(account).collect()
}

/// The providers that would take this money.
pub(crate) fn that_take(money: Money) -> impl Iterator<Item = &'static dyn Listed> {
    let accounts = accounts("", "http://127.0.0.1", "demo");
    let takes = move |provider: &&'static dyn Listed| {
        let configured = accounts.get(provider.name()).map(|account| provider.configure(account));
        configured.is_some_and(|of| of.is_ok_and(|configured| configured.suits(money).is_ok()))
    };
    ALL.iter().filter_map(|tongue| listed(tongue.name)).filter(takes)
}

/// What the keys of an account are made of: the same each time for the same shop.
pub(crate) struct Seed<'a> {
    pub(crate) secret: &'a str,
    pub(crate) provider: &'a str,
}

impl Seed<'_> {
    /// 32 bytes for the key of this name.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        hmac_sha256(self.secret.as_bytes(), &[self.provider.as_bytes(), b":", name.as_bytes()])
    }

    /// 64 hex digits for the key of this name.
    pub(crate) fn hex(&self, name: &str) -> String {
        data_encoding::HEXLOWER.encode(&self.bytes(name))
    }
}

/// A request that payproof sends to the provider.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a Method,
    /// What follows the account's `api_base`.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    /// The shop's account, as its configuration has it.
    pub(crate) account: &'a Value,
    /// The account's `api_base`, for addresses that the provider gives.
    pub(crate) base: &'a str,
    pub(crate) now: Moment,
}

impl Call<'_> {
    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(self.body).unwrap_or_default()
    }

    /// The body as a form.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(self.body).into_owned().collect()
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A key of the account.
    pub(crate) fn key(&self, name: &str) -> &str {
        self.account.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the request carries this key of the account after this word: `Bearer`.
    pub(crate) fn is_by(&self, scheme: &str, key: &str) -> bool {
        self.header("authorization")
            .strip_prefix(scheme)
            .is_some_and(|rest| rest.trim_start() == self.key(key))
    }

    /// The path's segments.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }
}

/// What a request asks for.
pub(crate) enum Asked {
    /// It is answered without looking at any checkout: a token, a refusal.
    Said(Reply),
    /// A hosted checkout. The same key again asks for the same one; without a key each is new.
    Make {
        /// The idempotency key.
        key: Option<String>,
        /// What it is made of.
        form: CheckoutForm,
    },
    /// What is true of one.
    Look(At),
    /// What is true of all that this provider has of the shop: a list, in which there may be none.
    List(fn(&Call<'_>, &[Checkout]) -> Reply),
    /// That its page leads back there, where a provider is not told so before a page is asked for.
    Lead {
        /// Which.
        at: At,
        /// Where the browser goes afterwards.
        return_url: String,
        /// Where it goes when the customer turns back.
        cancel_url: String,
    },
    /// That nobody can pay there any more: it expires.
    Close(At),
    /// The same, where the provider says then that it was cancelled.
    Cancel(At),
    /// That money goes back.
    Refund {
        /// Of which.
        at: At,
        /// Minor units; none for all that is left.
        amount: Option<u64>,
        /// What it is asked for with: the same again asks for the same refund.
        request: Option<String>,
    },
}

/// How a checkout is named.
#[derive(Debug, Clone)]
pub(crate) enum At {
    /// By the text that the ids of it are made of: [`Checkout::stem`].
    Stem(String),
    /// By its number, where a provider's ids are numbers: [`Checkout::number`].
    Number(u64),
    /// By our session id.
    Reference(String),
}

/// What was done.
pub(crate) struct Done<'a> {
    /// The checkout as it is now.
    pub(crate) checkout: &'a Checkout,
    /// The refund that was asked for.
    pub(crate) refund: Option<&'a Refund>,
    /// Whether it could be done: an open checkout closed, money sent back that was there.
    pub(crate) done: bool,
    /// The address of the checkout's page.
    pub(crate) page: &'a str,
}

/// A provider's answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Empty for none.
    pub(crate) body: String,
}

impl Reply {
    /// A body of JSON; null for none.
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self { status, body: if body.is_null() { String::new() } else { body.to_string() } }
    }

    /// A body that is written already: a decimal is no number that a [`Value`] holds without making a float of it.
    pub(crate) const fn written(status: u16, body: String) -> Self {
        Self { status, body }
    }
}

/// Something that happened, to be told in a provider's language.
pub(crate) struct Telling<'a> {
    /// The event's id at the sandbox: the same at each try.
    pub(crate) id: &'a str,
    /// What happened, in the sandbox's words.
    pub(crate) event: &'a EventBody,
    /// The checkout as it is now.
    pub(crate) checkout: &'a Checkout,
    /// The shop's account, as its configuration has it.
    pub(crate) account: &'a Value,
    /// Where it is delivered to.
    pub(crate) url: &'a str,
    /// When it happened.
    pub(crate) at: Moment,
    /// When it is sent.
    pub(crate) now: Moment,
}

impl Telling<'_> {
    /// The amount that the event is about, or else the checkout's.
    pub(crate) fn money(&self) -> Option<Money> {
        let data = &self.event.data;
        let (amount, currency) = match (data.amount, &data.currency) {
            (Some(amount), Some(currency)) => (amount, currency.as_str()),
            _ => (self.checkout.form.amount, self.checkout.form.currency.as_str()),
        };
        Money::new(amount, Currency::parse(currency).ok()?).ok()
    }

    /// The refund that the event is about.
    pub(crate) fn refund(&self) -> Option<&Refund> {
        let id = self.event.data.refund_id.as_deref()?;
        self.checkout.refunds.iter().find(|refund| refund.id == id)
    }

    /// The place of the event among all of its checkout, from 1: what numbers are made of that differ by event.
    pub(crate) fn place(&self) -> usize {
        let mut events = self.checkout.outbox.events.iter();
        events.position(|event| event.id == self.id).map_or(0, |place| place + 1)
    }

    /// Whether something of this kind happened to the checkout before.
    pub(crate) fn is_after(&self, kind: &str) -> bool {
        let mut before = self.checkout.outbox.events.iter().take_while(|event| event.id != self.id);
        before.any(|event| event.kind == kind)
    }

    /// The dispute that the event is about.
    pub(crate) fn dispute(&self) -> Option<&Dispute> {
        let id = self.event.data.dispute_id.as_deref()?;
        self.checkout.disputes.iter().find(|dispute| dispute.id == id)
    }

    /// The first of the account's webhook secrets.
    pub(crate) fn webhook_secret(&self) -> &str {
        let secrets = self.account.get("webhook_secrets").and_then(|secrets| secrets.get(0));
        secrets.and_then(Value::as_str).unwrap_or_default()
    }

    /// The session that it is about: our reference.
    pub(crate) fn session(&self) -> &str {
        &self.checkout.form.reference
    }
}

/// A signed delivery.
pub(crate) struct Delivery {
    /// Without `content-type: application/json`, which is added where no other is given.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// The place of a refund in its checkout, from 1: the sandbox's ids of refunds end in it.
pub(crate) fn nth(refund: &Refund) -> &str {
    refund.id.rsplit_once('_').map(|(_, nth)| nth).unwrap_or_default()
}

/// An object with more members, each written already: a number stays as it is, digit for digit.
pub(crate) fn with(object: &Value, more: &[(&str, String)]) -> String {
    let mut text = object.to_string();
    text.pop();
    for (name, value) in more {
        text += &format!(",\"{name}\":{value}");
    }
    text + "}"
}

/// Whether an event of this kind was ever told of the checkout.
pub(crate) fn happened(checkout: &Checkout, kind: &str) -> bool {
    checkout.outbox.events.iter().any(|event| event.kind == kind)
}
