//! What Square sends, as far as it is read: one struct for every kind of object, since an event names its type beside
//! the object and the body is parsed once.

use serde::Deserialize;

use super::{Account, is_square_s};
use crate::payment::{self, Moment, ProviderPaymentId, SessionId};
use crate::provider::NotUnderstood;
use crate::provider::amount::currency;
pub(super) use crate::provider::json::Node;

/// The fields that are read of a payment, refund, dispute, order or tender. A field that is read and stands there
/// twice is an error; what is not read is skipped.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Object<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    pub(super) status: Node<'a>,
    /// A dispute's or an order's status.
    pub(super) state: Node<'a>,
    pub(super) location_id: Node<'a>,
    pub(super) order_id: Node<'a>,
    pub(super) amount_money: Node<'a, Amount<'a>>,
    pub(super) created_at: Node<'a>,
    pub(super) updated_at: Node<'a>,
    // A payment's.
    pub(super) note: Node<'a>,
    pub(super) card_details: Node<'a, Card<'a>>,
    pub(super) refunded_money: Node<'a, Amount<'a>>,
    pub(super) refund_ids: Option<Vec<Node<'a>>>,
    // A refund's or a tender's.
    pub(super) payment_id: Node<'a>,
    pub(super) reason: Node<'a>,
    // A dispute's.
    pub(super) disputed_payment: Node<'a, Disputed<'a>>,
    // An order's.
    pub(super) reference_id: Node<'a>,
    pub(super) tenders: Option<Vec<Object<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Amount<'a> {
    #[serde(borrow)]
    amount: Node<'a>,
    currency: Node<'a>,
}

/// A card, and why it was declined.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Card<'a> {
    #[serde(borrow)]
    status: Node<'a>,
    errors: Option<Vec<Coded<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Coded<'a> {
    #[serde(borrow)]
    code: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Disputed<'a> {
    #[serde(borrow)]
    payment_id: Node<'a>,
}

impl Object<'_> {
    /// Our session, as a payment's note or an order's reference.
    pub(super) fn session(&self) -> Option<SessionId> {
        let of = |node: &Node<'_>| SessionId::parse(node.text()?).ok();
        of(&self.note).or_else(|| of(&self.reference_id))
    }

    /// Whether it happened at another location of the seller's. A missing one is none of another.
    pub(super) fn is_elsewhere(&self, account: &Account) -> bool {
        self.location_id.text().is_some_and(|location| location != account.location_id)
    }

    /// The payment that a refund, dispute or tender is about. A tender's own id is its payment's.
    pub(super) fn payment(&self) -> Result<ProviderPaymentId, NotUnderstood> {
        let disputed = || self.disputed_payment.of()?.payment_id.text();
        payment_id(self.payment_id.text().or_else(disputed).unwrap_or_default())
    }

    /// When it last changed.
    pub(super) fn changed_at(&self) -> Option<Moment> {
        let of = |node: &Node<'_>| node.text().and_then(Moment::parse_rfc3339);
        of(&self.updated_at).or_else(|| of(&self.created_at))
    }

    /// Why a card was declined.
    pub(super) fn declined(&self) -> Option<&str> {
        self.card_details.of()?.errors.as_ref()?.first()?.code.text()
    }

    /// Whether a tender's card was authorised and its payment voided.
    pub(super) fn was_voided(&self) -> bool {
        self.card_details.of().is_some_and(|card| card.status.text() == Some("VOIDED"))
    }

    /// Whether a tender's card was declined or its payment voided, so that no money can have come by it.
    pub(super) fn came_to_nothing(&self) -> bool {
        let card = self.card_details.of();
        card.is_some_and(|card| matches!(card.status.text(), Some("FAILED" | "VOIDED")))
    }
}

/// An amount of an object.
pub(super) fn money(node: &Node<'_, Amount<'_>>) -> Result<payment::Money, NotUnderstood> {
    let amount = node.of().ok_or_else(|| missing("amount_money"))?;
    let minor = amount.amount.number().ok_or_else(|| missing("amount_money.amount"))?;
    let code = amount.currency.text().ok_or_else(|| missing("amount_money.currency"))?;
    // A currency that Square has no sellers in has units that we do not know.
    let currency = Some(currency(code)?).filter(|currency| is_square_s(*currency));
    payment::Money::new(minor, currency.ok_or(NotUnderstood::Money)?).map_err(|_| NotUnderstood::Money)
}

/// The id of a payment, by which money is counted.
pub(super) fn payment_id(text: &str) -> Result<ProviderPaymentId, NotUnderstood> {
    let id = ProviderPaymentId::parse(text).ok().filter(|_| is_id(text));
    id.ok_or_else(|| missing("payment_id"))
}

/// Whether a text has the form of Square's ids, so that it can be asked about.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=192).contains(&text.len()) && text.bytes().all(plain)
}

/// A field of the object is absent or of another kind than documented.
pub(super) fn missing(field: &str) -> NotUnderstood {
    NotUnderstood::Shape(format!("data.object.{field}"))
}
