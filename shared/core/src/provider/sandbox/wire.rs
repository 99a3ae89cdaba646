//! The sandbox's JSON, written once for both sides: what is sent and read here is what its server reads and sends.

use serde::{Deserialize, Serialize};

use crate::provider::signature::standard_webhooks::{self, Key};

/// Every type of event about payments.
pub const EVENT_TYPES: [&str; 15] = [
    "payment.processing",
    "payment.paid",
    "payment.failed",
    "payment.cancelled",
    "payment.expired",
    "payment.review",
    "payment.review_released",
    "payment.declined",
    "payment.reversed",
    "refund.pending",
    "refund.succeeded",
    "refund.failed",
    "dispute.opened",
    "dispute.won",
    "dispute.lost",
];

/// The body of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBody {
    /// What happened: one of [`EVENT_TYPES`].
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, RFC 3339.
    pub timestamp: String,
    /// What it happened to.
    pub data: EventData,
}

/// What an event is about. Each type of event has the fields that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EventData {
    /// Whatever the checkout was made with: our session id. On every event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The checkout, `chk_…`. On every event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkout_id: Option<String>,
    /// The payment, once the customer has tried to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// Minor units: of the payment, the refund or the dispute. Needed where money came or went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// The ISO 4217 code of the amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Why, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The refund, on `refund.…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<String>,
    /// Whatever the refund was asked for with: our refund id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The dispute, on `dispute.…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispute_id: Option<String>,
}

/// The headers that a body is delivered with. The id stays the same over all tries, the timestamp is that of the try.
pub fn signed_headers(
    key: &Key,
    id: &str,
    timestamp_seconds: u64,
    body: &[u8],
) -> [(&'static str, String); 4] {
    [
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp_seconds.to_string()),
        ("webhook-signature", standard_webhooks::sign(key, id, timestamp_seconds, body)),
    ]
}

/// `POST /v1/checkouts`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutForm {
    /// Comes back in every event.
    pub reference: String,
    /// The shop's id of the order, for people.
    pub order_id: String,
    /// Minor units.
    pub amount: u64,
    /// ISO 4217 code.
    pub currency: String,
    /// What the customer reads.
    pub description: String,
    /// One of the words of [`Method`](crate::payment::Method).
    pub method: String,
    /// A language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// For the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_email: Option<String>,
    /// Where the browser goes afterwards.
    pub return_url: String,
    /// Where it goes when the customer turns back.
    pub cancel_url: String,
    /// Until when the checkout is open, Unix seconds.
    pub expires_at: u64,
}

/// The answer to it, 201; 200 where the key was used before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutMade {
    /// `chk_…`
    pub id: String,
    /// Where the customer pays.
    pub url: String,
}

/// The answer to `GET /v1/checkouts/{id}`, to `GET /v1/checkouts/by-reference/{reference}`, and to
/// `GET /v1/payments/{id}` for the checkout that the payment `txn_…` was made on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutState {
    /// `chk_…`
    pub id: String,
    /// What it was made with.
    pub reference: String,
    /// `open`, `processing`, `review`, `paid`, `failed`, `cancelled` or `expired`.
    pub status: String,
    /// What came where it is paid, else what is asked for. Minor units.
    pub amount: u64,
    /// ISO 4217 code.
    pub currency: String,
    /// The payment, once the customer has tried to pay.
    #[serde(default)]
    pub payment_id: Option<String>,
    /// Why, as a code.
    #[serde(default)]
    pub reason: Option<String>,
    /// When the status was reached, RFC 3339.
    pub updated_at: String,
    /// Every refund of it.
    #[serde(default)]
    pub refunds: Vec<RefundState>,
}

/// `POST /v1/refunds`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundForm {
    /// The payment that it is taken from.
    pub payment_id: String,
    /// Minor units.
    pub amount: u64,
    /// ISO 4217 code.
    pub currency: String,
    /// What the checkout was made with.
    pub reference: String,
    /// Comes back in every event about the refund.
    pub request: String,
}

/// A refund: in the answer to that, and in a checkout's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundState {
    /// The sandbox's id of it.
    pub id: String,
    /// What it was asked for with; absent where somebody made it at the sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// `pending`, `succeeded` or `failed`.
    pub status: String,
    /// Minor units.
    pub amount: u64,
    /// ISO 4217 code; in a checkout's list it is the checkout's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// When the status was reached, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// The body of every answer that is not 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Refused {
    /// Why.
    pub error: RefusedError,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RefusedError {
    /// `not_open`, `not_found`, `invalid`, …
    pub code: String,
    /// In words.
    pub message: String,
}
