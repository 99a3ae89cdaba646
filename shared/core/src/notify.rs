//! How a shop is told: the signed message, when it is tried again, what the shop's answer means, and where it may go.
//!
//! What is told and in which order is the payment's to say ([`told`](crate::payment::told())); the types are
//! [`News::ALL`]. Nothing here sends.

mod guard;
mod tries;
mod turn;

pub use guard::{Barred, Loopback, may_call, may_reach};
pub use tries::{Heard, RETRIES, RETRY_AFTER_MAX, heard, next_try, next_try_asked};
pub use turn::{EARLY_MILLIS, Turn, sent_again, skipped, tried, turn};

use std::collections::BTreeSet;

use crate::payment::{
    Attempt, Attention, Currency, Method, Moment, News, OrderId, Payment, PaymentId, ProviderName, SessionId,
    Status, Told,
};
use crate::provider::Request;
use crate::provider::signature::standard_webhooks::sign;
use crate::shop::Notify;

/// The id of an order's n-th notification, the same on every try: `msg_`, the payment's 26 characters, `_` and n. It
/// has no dot, so where it ends in the signed text is plain.
pub fn message_id(payment: PaymentId, sequence: u64) -> String {
    format!("msg_{}_{sequence}", payment.chars())
}

/// The order and the number that such an id names.
pub fn parse_message_id(text: &str) -> Option<(PaymentId, u64)> {
    let (chars, sequence) = text.strip_prefix("msg_")?.split_once('_')?;
    let payment = PaymentId::parse(&format!("pay_{chars}")).ok()?;
    let sequence = sequence.parse().ok()?;
    // Other ways to write the same number name nothing.
    (message_id(payment, sequence) == text).then_some((payment, sequence))
}

/// One notification as it is sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message<'a> {
    /// Its `webhook-id`: the shop does a thing once for each.
    pub id: String,
    /// What the shop reads.
    pub body: Body<'a>,
}

/// The body. It says what was true after the write; only the order's price is today's, for no other is kept.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Body<'a> {
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: News,
    /// The moment of the change, not of the try.
    pub timestamp: Moment,
    /// The order.
    pub data: Data<'a>,
}

/// The order in a notification.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Data<'a> {
    /// The shop's id of it.
    pub order_id: &'a OrderId,
    /// Which notification of the order it is: a shop that keeps the highest knows what is old.
    pub sequence: u64,
    /// Its status.
    pub status: Status,
    /// The status that the shop was told before.
    pub status_before: Status,
    /// Minor units that it costs.
    pub amount: u64,
    /// ISO 4217 code.
    pub currency: Currency,
    /// Minor units that came.
    pub amount_paid: u64,
    /// Minor units that went back.
    pub amount_refunded: u64,
    /// What somebody has to look at.
    pub attention: &'a BTreeSet<Attention>,
    /// The session that changed.
    pub session: Session<'a>,
}

/// The session in a notification.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Session<'a> {
    /// Its id.
    #[serde(serialize_with = "as_text")]
    pub id: SessionId,
    /// The shop's id of its order.
    pub order_id: &'a OrderId,
    /// Which attempt it is.
    #[serde(serialize_with = "as_number")]
    pub attempt: Attempt,
    /// Its status.
    pub status: Status,
    /// Its provider.
    pub provider: &'a ProviderName,
    /// Its method.
    pub method: Method,
    /// Minor units that went back, of this session's money.
    pub amount_refunded: u64,
}

fn as_text<S: serde::Serializer>(id: &SessionId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

fn as_number<S: serde::Serializer>(attempt: &Attempt, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(attempt.number())
}

impl<'a> Message<'a> {
    /// The message for one of a payment's notifications; none where the payment has no such attempt.
    pub fn of(payment: &'a Payment, told: &'a Told) -> Option<Self> {
        let session = payment.sessions.get(&told.attempt)?;
        let session = Session {
            id: payment.session_id(told.attempt),
            order_id: &payment.order,
            attempt: told.attempt,
            status: told.attempt_status,
            provider: &session.provider,
            method: session.method,
            amount_refunded: told.attempt_refunded,
        };
        let data = Data {
            order_id: &payment.order,
            sequence: told.sequence,
            status: told.status,
            status_before: told.status_before,
            amount: payment.money.minor(),
            currency: payment.money.currency(),
            amount_paid: told.amount_paid,
            amount_refunded: told.amount_refunded,
            attention: &told.attention,
            session,
        };
        let body = Body { kind: told.kind, timestamp: told.at, data };
        Some(Self { id: message_id(payment.id, told.sequence), body })
    }

    /// The request of a try at `now`, by Standard Webhooks 1.0.0: signed by each key that the shop may hold, so that it
    /// can change from one to the other without missing any.
    pub fn request(&self, notify: &Notify, now: Moment) -> Request {
        // A struct of texts and numbers can always be written.
        let body = serde_json::to_vec(&self.body).unwrap_or_default();
        let seconds = now.seconds();
        let signatures: Vec<_> = notify.keys.iter().map(|key| sign(key, &self.id, seconds, &body)).collect();
        Request::new(http::Method::POST, notify.url.as_str())
            .header("user-agent", "payproof")
            .header("webhook-id", self.id.as_str())
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", signatures.join(" "))
            .body("application/json", body)
    }
}

#[cfg(test)]
mod tests;
