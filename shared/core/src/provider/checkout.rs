//! What a hosted checkout is made of, and what is asked of it later.

use crate::payment::{Method, Moment, Money, OrderId, ProviderPaymentId, RefundId, SessionId};

/// Everything that the request for a hosted checkout is made of. All of it is stored before the provider hears of it,
/// so that a repeat after a crash is the same request to the byte.
#[derive(Clone, Copy)]
pub struct Checkout<'a> {
    /// Our session: our reference at the provider, and the idempotency key.
    pub session: SessionId,
    /// The shop's order id.
    pub order: &'a OrderId,
    /// What the customer pays.
    pub money: Money,
    /// What the customer reads. Never empty: providers refuse that.
    pub description: &'a str,
    /// How the customer pays.
    pub method: Method,
    /// For the provider's receipt.
    pub customer_email: Option<&'a str>,
    /// A language tag, `de` or `pt-BR`.
    pub locale: Option<&'a str>,
    /// When the session was reserved.
    pub created_at: Moment,
    /// Until when the provider keeps the checkout open.
    pub expires_at: Moment,
    /// Where the customer's browser goes afterwards: our return page.
    pub return_url: &'a str,
    /// Where it goes when the customer turns back.
    pub cancel_url: &'a str,
    /// Where the provider posts what becomes of it: our webhook endpoint for the shop and provider. Only some want to be
    /// told so with each checkout.
    pub webhook_url: &'a str,
}

/// A hosted checkout that a provider made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Created {
    /// The provider's id of it.
    pub checkout_id: String,
    /// Where the customer pays.
    pub url: String,
}

/// A session at a provider, as far as we know it.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// Our session.
    pub session: SessionId,
    /// The provider's id of its checkout. None where the creation's answer was lost.
    pub checkout_id: Option<&'a str>,
    /// What the customer was asked to pay.
    pub money: Money,
}

/// A refund to ask for.
#[derive(Clone, Copy)]
pub struct RefundOrder<'a> {
    /// Our session.
    pub session: SessionId,
    /// The provider's payment that it is taken from.
    pub payment: &'a ProviderPaymentId,
    /// Our id of the refund: the idempotency key, and what the provider's events name it by.
    pub refund: &'a RefundId,
    /// How much.
    pub money: Money,
}

/// What closing a checkout came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Closed {
    /// It is closed: nobody can pay there any more.
    Closed,
    /// It is not open any more, for whatever reason: ask, it may be paid.
    NotOpen,
    /// It is open, and as it is now it cannot be closed.
    StillOpen,
}

/// How a creation, or a refund, of unknown outcome is repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repeat {
    /// The same request with the same key gives the same thing, for this many seconds after the first.
    SameKey {
        /// How long the provider keeps a key.
        kept_seconds: u64,
    },
    /// It is looked for by our own id before it is asked for, so a repeat at any time is the same.
    LookedFor,
    /// Neither key nor look-up: a repeat would make a second one. Of checkouts the next attempt is opened instead.
    Never,
}

impl Repeat {
    /// Whether what was first asked for at `first` may be asked for again.
    pub const fn may_be_again(self, first: Moment, now: Moment) -> bool {
        match self {
            Self::SameKey { kept_seconds } => now.seconds() < first.seconds().saturating_add(kept_seconds),
            Self::LookedFor => true,
            Self::Never => false,
        }
    }
}

/// For how long a provider's checkout can be open, in seconds after its creation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Expiry {
    /// The shortest that it takes.
    pub least_seconds: u64,
    /// The longest.
    pub most_seconds: u64,
}

/// Why a provider cannot take an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Unsuitable {
    /// It does not take this currency.
    #[error("it does not take this currency")]
    Currency,
    /// The amount is below its least, or the shop's.
    #[error("the amount is below its least")]
    TooSmall,
    /// The amount is above its most, or the shop's.
    #[error("the amount is above its most")]
    TooLarge,
    /// The amount cannot be written in its units (Stripe: the last digit of a three-decimal currency must be 0).
    #[error("the amount cannot be written in its units")]
    Granularity,
    /// It does not offer this method.
    #[error("it does not offer this method")]
    Method,
}
