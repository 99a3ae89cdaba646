//! What Razorpay sends, as far as it is read: one struct for every kind of entity, since an event names its type
//! beside the entities and the body is parsed once.

use serde::Deserialize;

use super::is_listed;
use crate::payment::{self, Moment, ProviderPaymentId, RefundId, SessionId};
use crate::provider::NotUnderstood;
use crate::provider::amount::currency;
pub(super) use crate::provider::json::Node;

/// The fields that are read of a payment link, order, payment, refund, dispute, or a list of them. A field that is
/// read and stands there twice is an error; what is not read is skipped.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Entity<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) amount: Node<'a>,
    pub(super) currency: Node<'a>,
    pub(super) created_at: Node<'a>,
    pub(super) notes: Node<'a, Notes<'a>>,
    // A link's.
    pub(super) reference_id: Node<'a>,
    pub(super) short_url: Node<'a>,
    pub(super) updated_at: Node<'a>,
    pub(super) cancelled_at: Node<'a>,
    pub(super) expired_at: Node<'a>,
    /// An order's too.
    pub(super) amount_paid: Node<'a>,
    /// A payment's too.
    pub(super) order_id: Node<'a>,
    // An order's.
    pub(super) receipt: Node<'a>,
    // A payment's.
    pub(super) captured: Node<'a>,
    pub(super) amount_refunded: Node<'a>,
    pub(super) error_reason: Node<'a>,
    // A refund's or a dispute's.
    pub(super) payment_id: Node<'a>,
    // A dispute's.
    pub(super) amount_deducted: Node<'a>,
    pub(super) reason_code: Node<'a>,
    // A list's.
    pub(super) items: Option<Vec<Entity<'a>>>,
    pub(super) payment_links: Option<Vec<Entity<'a>>>,
}

/// Our own notes on an entity. Where there are none, Razorpay writes an empty list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Notes<'a> {
    #[serde(borrow)]
    session: Node<'a>,
    refund: Node<'a>,
}

impl Entity<'_> {
    /// Our session: a link's reference, an order's receipt, or the note.
    pub(super) fn session(&self) -> Option<SessionId> {
        let of = |node: &Node<'_>| SessionId::parse(node.text()?).ok();
        of(&self.reference_id).or_else(|| of(&self.receipt)).or_else(|| of(&self.notes.of()?.session))
    }

    /// Whether it has notes, and so not lost ours.
    pub(super) const fn has_notes(&self) -> bool {
        matches!(self.notes, Node::Of(_))
    }

    /// Our refund that a refund's notes name, together with the session.
    pub(super) fn our_refund(&self) -> Option<RefundId> {
        let notes = self.notes.of()?;
        SessionId::parse(notes.session.text()?).ok()?;
        RefundId::parse(notes.refund.text()?).ok()
    }

    /// One of its amounts, in its currency.
    pub(super) fn money(&self, amount: &Node<'_>, field: &str) -> Result<payment::Money, NotUnderstood> {
        let minor = amount.number().ok_or_else(|| missing(field))?;
        let code = self.currency.text().ok_or_else(|| missing("currency"))?;
        let currency = Some(currency(code)?).filter(|currency| is_listed(*currency));
        payment::Money::new(minor, currency.ok_or(NotUnderstood::Money)?).map_err(|_| NotUnderstood::Money)
    }

    /// Whether a payment's money reached the shop. Refunded is also what a payment ends as that never did.
    pub(super) fn is_captured(&self) -> bool {
        self.captured.flag() == Some(true)
    }

    /// A payment's own id.
    pub(super) fn own_payment_id(&self) -> Result<ProviderPaymentId, NotUnderstood> {
        payment_id(&self.id, "id")
    }

    /// When it was made.
    pub(super) fn made_at(&self) -> Option<Moment> {
        self.created_at.number().map(Moment::from_seconds)
    }

    /// When a link became what it is. A zero is no time.
    pub(super) fn became_so_at(&self) -> Option<Moment> {
        let of = |node: &Node<'_>| node.number().filter(|seconds| *seconds > 0).map(Moment::from_seconds);
        of(&self.cancelled_at).or_else(|| of(&self.expired_at)).or_else(|| of(&self.updated_at))
    }
}

/// A payment's id, by which money is counted.
pub(super) fn payment_id(node: &Node<'_>, field: &str) -> Result<ProviderPaymentId, NotUnderstood> {
    let id = node.text().filter(|text| is_id(text)).and_then(|text| ProviderPaymentId::parse(text).ok());
    id.ok_or_else(|| missing(field))
}

/// Whether a text has the form of Razorpay's ids, so that it can be asked about.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A field of the entity is absent or of another kind than documented.
pub(super) fn missing(field: &str) -> NotUnderstood {
    NotUnderstood::Shape(format!("entity.{field}"))
}
