//! What Stripe sends, as far as it is read: one struct for every kind of object, since an event names its type only
//! after the object, and the body is parsed once.

use serde::Deserialize;

use super::{NotUnderstood, money};
use crate::payment::{Money, ProviderPaymentId, SessionId};
pub(super) use crate::provider::json::Node;

/// The fields that are read of a checkout session, payment intent, charge, refund, dispute or review. A field that is
/// read and stands there twice is an error; what is not read is skipped.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Object<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    pub(super) created: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) currency: Node<'a>,
    pub(super) metadata: Node<'a, Metadata<'a>>,
    pub(super) reason: Node<'a>,
    /// Text, or the object itself where it was asked for expanded.
    pub(super) payment_intent: Node<'a, Object<'a>>,
    // A checkout session's.
    pub(super) client_reference_id: Node<'a>,
    pub(super) payment_status: Node<'a>,
    pub(super) amount_total: Node<'a>,
    pub(super) url: Node<'a>,
    // A payment intent's.
    pub(super) amount_received: Node<'a>,
    pub(super) last_payment_error: Node<'a, Decline<'a>>,
    pub(super) latest_charge: Node<'a, Object<'a>>,
    // A charge's.
    pub(super) amount_refunded: Node<'a>,
    pub(super) disputed: Node<'a>,
    pub(super) refunds: Node<'a, List<'a>>,
    // A refund's or a dispute's.
    pub(super) amount: Node<'a>,
    pub(super) failure_reason: Node<'a>,
}

/// Our own notes on an object.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    pub(super) session_id: Node<'a>,
    pub(super) refund_id: Node<'a>,
}

/// Why a try was declined.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Decline<'a> {
    #[serde(borrow)]
    code: Node<'a>,
    decline_code: Node<'a>,
}

/// A list of objects.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct List<'a> {
    #[serde(borrow)]
    pub(super) data: Vec<Object<'a>>,
    pub(super) has_more: Node<'a>,
}

impl Object<'_> {
    /// Our session: where the object carries it, or the payment intent that was expanded in it.
    pub(super) fn session(&self) -> Option<SessionId> {
        session_id(&self.client_reference_id)
            .or_else(|| self.metadata.of()?.session())
            .or_else(|| self.payment_intent.of()?.session())
    }

    /// The payment intent that a session, charge, refund, dispute or review belongs to.
    pub(super) fn intent(&self) -> Result<Option<ProviderPaymentId>, NotUnderstood> {
        let expanded = || self.payment_intent.of()?.id.text();
        self.payment_intent.text().or_else(expanded).map(payment_id).transpose()
    }

    /// One of its amounts, in its currency.
    pub(super) fn money(&self, amount: &Node<'_>, field: &str) -> Result<Money, NotUnderstood> {
        money(
            amount.number().ok_or_else(|| missing(field))?,
            self.currency.text().ok_or_else(|| missing("currency"))?,
        )
    }

    /// Why the last try was declined.
    pub(super) fn declined(&self) -> Option<&str> {
        let error = self.last_payment_error.of()?;
        error.decline_code.text().or_else(|| error.code.text())
    }
}

impl Metadata<'_> {
    pub(super) fn session(&self) -> Option<SessionId> {
        session_id(&self.session_id)
    }
}

fn session_id(node: &Node<'_>) -> Option<SessionId> {
    SessionId::parse(node.text()?).ok()
}

/// A payment intent's id, by which money is counted.
pub(super) fn payment_id(id: &str) -> Result<ProviderPaymentId, NotUnderstood> {
    ProviderPaymentId::parse(id).map_err(|_| missing("payment_intent"))
}

/// A field of the object is absent or of another kind than documented.
pub(super) fn missing(field: &str) -> NotUnderstood {
    NotUnderstood::Shape(format!("data.object.{field}"))
}
