//! What Paystack sends, as far as it is read: one struct for every kind of object, since an event names its type beside
//! the object and the body is parsed once.

use serde::Deserialize;

use crate::payment::{Moment, Money, ProviderPaymentId, RefundId, SessionId};
use crate::provider::NotUnderstood;
use crate::provider::json::Exact;
pub(super) use crate::provider::json::Node;

/// The fields that are read of a transaction, refund or dispute. A field that is read and stands there twice is an
/// error; what is not read is skipped.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Object<'a> {
    /// A number, in a refund's events a text.
    #[serde(borrow)]
    id: Node<'a>,
    pub(super) domain: Node<'a>,
    pub(super) status: Node<'a>,
    /// A number, in some refunds a text.
    amount: Exact<'a>,
    currency: Node<'a>,
    created_at: Node<'a>,
    #[serde(rename = "createdAt")]
    made_at: Node<'a>,
    // A transaction's.
    reference: Node<'a>,
    requested_amount: Exact<'a>,
    paid_at: Node<'a>,
    pub(super) gateway_response: Node<'a>,
    pub(super) authorization_url: Node<'a>,
    // A refund's.
    transaction_reference: Node<'a>,
    pub(super) merchant_note: Node<'a>,
    /// The dispute whose money it is.
    pub(super) dispute: Node<'a>,
    // A dispute's; a refund has its id or nothing there.
    pub(super) transaction: Node<'a, Object<'a>>,
    refund_amount: Exact<'a>,
    pub(super) resolution: Node<'a>,
    pub(super) category: Node<'a>,
    updated_at: Node<'a>,
    #[serde(rename = "resolvedAt")]
    resolved_at: Node<'a>,
}

impl Object<'_> {
    /// Our session: a transaction's reference, or that of the transaction which a refund or dispute is about.
    pub(super) fn session(&self) -> Option<SessionId> {
        let of = |node: &Node<'_>| super::session(node.text()?);
        of(&self.reference)
            .or_else(|| of(&self.transaction_reference))
            .or_else(|| of(&self.transaction.of()?.reference))
    }

    /// Its id as text, if it is one.
    pub(super) fn id(&self) -> Option<String> {
        id(&self.id)
    }

    /// The id of the transaction that a refund is of, where it says so: by its id, or with the whole transaction.
    pub(super) fn transaction_id(&self) -> Option<String> {
        self.transaction.of().map_or_else(|| id(&self.transaction), Object::id)
    }

    /// A transaction's id, by which money is counted.
    pub(super) fn payment_id(&self) -> Result<ProviderPaymentId, NotUnderstood> {
        self.id().and_then(|id| ProviderPaymentId::parse(&id).ok()).ok_or_else(|| missing("id"))
    }

    /// What came of a transaction: never more than was asked for, for the rest is a fee.
    pub(super) fn came(&self) -> Result<Money, NotUnderstood> {
        let amount = self.money()?;
        if !self.requested_amount.is_there() {
            return Ok(amount);
        }
        let requested = self.written(&self.requested_amount, "requested_amount")?;
        Ok(if requested.minor() < amount.minor() { requested } else { amount })
    }

    /// Its amount.
    pub(super) fn money(&self) -> Result<Money, NotUnderstood> {
        self.written(&self.amount, "amount")
    }

    /// What a dispute is about: all of the transaction, where it does not say.
    pub(super) fn disputed(&self) -> Result<Money, NotUnderstood> {
        if self.refund_amount.is_there() {
            return self.written(&self.refund_amount, "refund_amount");
        }
        self.transaction.of().ok_or_else(|| missing("transaction"))?.came()
    }

    fn written(&self, amount: &Exact<'_>, field: &str) -> Result<Money, NotUnderstood> {
        let digits = amount.digits().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let hundredths = digits.and_then(|text| text.parse().ok()).ok_or_else(|| missing(field))?;
        super::money(hundredths, self.currency.text().ok_or_else(|| missing("currency"))?)
    }

    /// Our refund that a refund's note names. Whoever refunds at Paystack writes a note of their own.
    pub(super) fn our_refund(&self) -> Option<RefundId> {
        let note = self.merchant_note.text().filter(|note| note.starts_with("rf_"))?;
        RefundId::parse(note).ok()
    }

    /// When a transaction was paid.
    pub(super) fn paid_at(&self) -> Option<Moment> {
        moment(&self.paid_at).or_else(|| self.made_at())
    }

    /// When it was made.
    pub(super) fn made_at(&self) -> Option<Moment> {
        moment(&self.created_at).or_else(|| moment(&self.made_at))
    }

    /// When a dispute ended.
    pub(super) fn ended_at(&self) -> Option<Moment> {
        moment(&self.resolved_at).or_else(|| moment(&self.updated_at)).or_else(|| self.made_at())
    }
}

fn id<T>(node: &Node<'_, T>) -> Option<String> {
    let text = match node {
        Node::Number(number) => number.to_string(),
        Node::Text(text) => text.clone().into_owned(),
        _ => return None,
    };
    let is_id = (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then_some(text)
}

fn moment(node: &Node<'_>) -> Option<Moment> {
    node.text().and_then(Moment::parse_rfc3339)
}

/// A field of the object is absent or of another kind than documented.
pub(super) fn missing(field: &str) -> NotUnderstood {
    NotUnderstood::Shape(format!("data.{field}"))
}
