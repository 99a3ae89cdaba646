//! What is shown of an order and of a session.

use std::collections::BTreeSet;

use payproof::language::Language;
use payproof::payment::{
    Attempt, Attention, Kind, Method, Moment, Opening, OrderId, Payment, ProviderName, ProviderPaymentId,
    Standing, Status, Step, history, opening,
};
use payproof::provider::Why;
use payproof::routing::{Lately, Wanted, offered};
use payproof::shop::Shop;

/// A session, as the poll shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SessionView {
    /// Its id.
    pub id: String,
    /// The shop's id of its order.
    pub order_id: OrderId,
    /// Which attempt it is.
    pub attempt: u8,
    /// Its status.
    pub status: Status,
    /// The order's status.
    pub order_status: Status,
    /// What the customer reads.
    pub message: &'static str,
    /// Whether nothing but news from outside changes any more what the customer reads.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Whether the order is paid.
    pub paid: bool,
    /// Whether another session may be opened for the order now.
    pub can_retry: bool,
    /// By which methods.
    pub retry_methods: Vec<Method>,
    /// Minor units.
    pub amount: u64,
    /// ISO 4217 code.
    pub currency: &'static str,
    /// Minor units that went back, of this session's money.
    pub amount_refunded: u64,
    /// Why it failed or is under review, as the provider's code, or why it was cancelled, as the merchant's note. A
    /// customer never reads it.
    pub reason: Option<Box<str>>,
    /// The reason in words: what it means and what to do, for whoever reads this.
    pub reason_text: Option<String>,
    /// Its provider.
    pub provider: ProviderName,
    /// Its method.
    pub method: Method,
    /// When it was opened.
    pub created_at: Moment,
    /// Until when the customer may start to pay.
    pub expires_at: Moment,
    /// When the order last changed.
    pub updated_at: Moment,
    /// Milliseconds after which to ask again; none once it is final.
    pub poll_after_ms: Option<u64>,
}

impl SessionView {
    /// A session of a payment; none where it has none of this number.
    pub fn of(
        shop: &Shop,
        payment: &Payment,
        standing: &Standing,
        attempt: Attempt,
        now: Moment,
    ) -> Option<Self> {
        Self::knowing(shop, payment, standing, attempt, &Lately::of_order(payment, now), now)
    }

    /// The same, with what happened lately.
    pub fn knowing(
        shop: &Shop,
        payment: &Payment,
        standing: &Standing,
        attempt: Attempt,
        lately: &Lately,
        now: Moment,
    ) -> Option<Self> {
        let session = payment.sessions.get(&attempt)?;
        let status = standing.sessions.get(&attempt).copied()?;
        let read = customer_reads(status, standing.status);
        let ended = matches!(status, Status::Failed | Status::Cancelled | Status::Expired);
        let may_open = matches!(opening(payment, None, None, now), Opening::Open(_) | Opening::Next(_));
        let can_retry = ended && may_open;
        let why = Why::of(payment, attempt, status);
        let ledger = standing.ledgers.get(&attempt);
        let refunded = ledger.map_or(0, |ledger| ledger.taken_back(payment.money.currency()));
        Some(Self {
            id: payment.session_id(attempt).to_string(),
            order_id: payment.order.clone(),
            attempt: attempt.number(),
            status,
            order_status: standing.status,
            message: read.message(),
            is_final: read.is_final(),
            paid: standing.status == Status::Paid,
            can_retry,
            retry_methods: if can_retry {
                offered(shop, &Wanted::order(payment), lately)
            } else {
                Vec::new()
            },
            amount: payment.money.minor(),
            currency: payment.money.currency().code(),
            amount_refunded: refunded,
            reason: why.map(|why| why.code.into()),
            reason_text: why.and_then(|why| why.for_merchant()),
            provider: session.provider.clone(),
            method: session.method,
            created_at: session.created_at,
            expires_at: session.expires_at,
            updated_at: payment.updated_at,
            poll_after_ms: (!read.is_final()).then(|| poll_after_ms(now.millis_since(session.created_at))),
        })
    }
}

impl SessionView {
    /// As the customer reads it: the reason in a sentence that says no more than a stranger may know, and no code.
    #[must_use]
    pub fn for_customer(self, payment: &Payment, attempt: Attempt, language: Language) -> Self {
        let why = Why::of(payment, attempt, customer_reads(self.status, self.order_status));
        let reason_text =
            why.and_then(|why| why.for_customer()).map(|why| language.words().reason(why).to_owned());
        Self { reason: None, reason_text, ..self }
    }

    /// With what the customer reads in this language.
    #[must_use]
    pub fn in_language(self, language: Language) -> Self {
        let message = language.words().message(customer_reads(self.status, self.order_status));
        Self { message, ..self }
    }
}

/// How long to wait before asking again, by the session's age: a second while a customer is likely to watch, a minute
/// once nobody does.
pub const fn poll_after_ms(age_ms: u64) -> u64 {
    match age_ms {
        0..=119_999 => 1_000,
        120_000..=599_999 => 3_000,
        600_000..=3_599_999 => 10_000,
        _ => 60_000,
    }
}

/// What is true for the customer of a session: whoever paid by another attempt, or whose payment by another is under
/// way, or whose money by another went back, reads that, and is not asked to pay again.
pub const fn customer_reads(session: Status, order: Status) -> Status {
    match (order, session) {
        (_, Status::Refunded) => session,
        (Status::Paid | Status::Processing | Status::Review | Status::Refunded, _) => order,
        _ => session,
    }
}

/// The cursor that an order's list key is to those who ask. A list key holds a `#`, which would end an address.
pub fn order_cursor(key: &str) -> String {
    key.replacen('#', ".", 1)
}

/// An order, as merchants read it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct OrderView {
    /// The shop's id of it.
    pub id: OrderId,
    /// Our id of it.
    pub payment_id: String,
    /// Minor units.
    pub amount: u64,
    /// ISO 4217 code.
    pub currency: &'static str,
    /// Its status.
    pub status: Status,
    /// What somebody has to look at.
    pub attention: Vec<Attention>,
    /// Minor units of its currency that came.
    pub amount_paid: u64,
    /// Minor units of its currency that went back.
    pub amount_refunded: u64,
    /// The customer's e-mail address.
    pub customer_email: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// What the customer reads at the checkout.
    pub description: Option<String>,
    /// The shop's own notes.
    pub metadata: std::collections::BTreeMap<String, String>,
    /// The lines that the amount was added up from.
    pub line_items: Vec<payproof::payment::LineItem>,
    /// When it was registered.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// Its sessions, oldest first.
    pub sessions: Vec<OrderSession>,
}

/// A session of an order, as merchants read it: also when what happened, and what the provider calls its money.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OrderSession {
    /// As the poll shows it.
    #[serde(flatten)]
    pub session: SessionView,
    /// When the customer was sent to the checkout.
    pub sent_at: Option<Moment>,
    /// When a browser came back from it.
    pub returned_at: Option<Moment>,
    /// When it became paid: when we knew, not when the provider did.
    pub confirmed_at: Option<Moment>,
    /// Each time that the customer was declined, oldest first.
    pub declines: Vec<Decline>,
    /// The provider's ids of what is known of: a payment, or several where more than one try was told of.
    pub provider_payment_ids: BTreeSet<ProviderPaymentId>,
}

/// One time that a customer was declined, and why, where the provider said.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Decline {
    /// The provider's code.
    pub reason: Option<String>,
    /// The reason in words: what it means and what to do.
    pub reason_text: Option<String>,
}

impl Decline {
    fn of(why: Option<Why<'_>>) -> Self {
        Self {
            reason: why.map(|why| why.code.to_owned()),
            reason_text: why.and_then(|why| why.for_merchant()),
        }
    }
}

impl OrderSession {
    fn of(payment: &Payment, session: SessionView, attempt: Attempt, steps: &[Step<'_>]) -> Self {
        let facts = || payment.facts.iter().filter(|fact| fact.attempt == attempt);
        let first = |kind: &Kind| facts().find(|fact| fact.said.kind == *kind).map(|fact| fact.at);
        let is_paid = |standing: &Standing| standing.sessions.get(&attempt) == Some(&Status::Paid);
        let confirmed = steps.iter().find(|step| !is_paid(&step.before) && is_paid(&step.after));
        Self {
            session,
            sent_at: first(&Kind::Sent),
            returned_at: first(&Kind::Returned),
            confirmed_at: confirmed.and_then(|step| step.facts.last()).map(|fact| fact.at),
            declines: Why::declines(payment, attempt).into_iter().map(Decline::of).collect(),
            provider_payment_ids: facts().filter_map(|fact| fact.said.payment.clone()).collect(),
        }
    }
}

impl OrderView {
    /// A payment.
    pub fn of(shop: &Shop, payment: &Payment, now: Moment) -> Self {
        let standing = payment.standing();
        let steps = history(payment);
        let shown = |attempt: &Attempt| {
            let session = SessionView::of(shop, payment, &standing, *attempt, now)?;
            Some(OrderSession::of(payment, session, *attempt, &steps))
        };
        Self {
            id: payment.order.clone(),
            payment_id: payment.id.to_string(),
            amount: payment.money.minor(),
            currency: payment.money.currency().code(),
            status: standing.status,
            attention: standing.attention.iter().copied().collect(),
            amount_paid: standing.amount_paid,
            amount_refunded: standing.amount_refunded,
            customer_email: payment.details.customer_email.clone(),
            country: payment.details.country.clone(),
            description: payment.details.description.clone(),
            metadata: payment.details.metadata.clone(),
            line_items: payment.details.line_items.clone(),
            created_at: payment.created_at,
            updated_at: payment.updated_at,
            sessions: payment.sessions.keys().filter_map(shown).collect(),
        }
    }
}
