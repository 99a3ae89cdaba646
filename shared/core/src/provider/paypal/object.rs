//! What PayPal answers, as far as it is read. A field that is read and stands there twice is an error.

pub(super) use crate::provider::event::missing;
use serde::Deserialize;

use crate::payment::{Moment, Money, ProviderPaymentId, SessionId};
use crate::provider::NotUnderstood;
pub(super) use crate::provider::json::Node;

/// An order; of an event about one, only where it is.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Order<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) intent: Node<'a>,
    pub(super) update_time: Node<'a>,
    pub(super) purchase_units: Vec<Unit<'a>>,
    pub(super) links: Vec<Link<'a>>,
    /// The order's id in events about its approval, which have no id of their own.
    pub(super) order_id: Node<'a>,
}

/// What is bought. Ours have one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Unit<'a> {
    #[serde(borrow)]
    pub(super) custom_id: Node<'a>,
    pub(super) payments: Node<'a, Payments<'a>>,
}

/// What came of it and what went back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Payments<'a> {
    #[serde(borrow)]
    pub(super) captures: Vec<Piece<'a>>,
    pub(super) refunds: Vec<Piece<'a>>,
}

/// A capture or a refund: PayPal describes both alike.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Piece<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) status_details: Node<'a, Details<'a>>,
    pub(super) amount: Node<'a, Amount<'a>>,
    pub(super) custom_id: Node<'a>,
    pub(super) invoice_id: Node<'a>,
    pub(super) create_time: Node<'a>,
    pub(super) update_time: Node<'a>,
    pub(super) supplementary_data: Node<'a, Supplementary<'a>>,
    pub(super) links: Vec<Link<'a>>,
}

/// Why something is in its status.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Details<'a> {
    #[serde(borrow)]
    pub(super) reason: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Supplementary<'a> {
    #[serde(borrow)]
    pub(super) related_ids: Node<'a, Related<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Related<'a> {
    #[serde(borrow)]
    pub(super) order_id: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Amount<'a> {
    #[serde(borrow)]
    pub(super) currency_code: Node<'a>,
    pub(super) value: Node<'a>,
}

/// Where something related is. Only its last part is ever used, as an id: where we send our key to is not for a
/// message to say.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Link<'a> {
    #[serde(borrow)]
    pub(super) rel: Node<'a>,
    pub(super) href: Node<'a>,
}

/// A dispute.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Dispute<'a> {
    #[serde(borrow)]
    pub(super) dispute_id: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) reason: Node<'a>,
    pub(super) create_time: Node<'a>,
    pub(super) update_time: Node<'a>,
    pub(super) dispute_amount: Node<'a, Amount<'a>>,
    pub(super) dispute_outcome: Node<'a, Outcome<'a>>,
    pub(super) disputed_transactions: Vec<Transaction<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Outcome<'a> {
    #[serde(borrow)]
    pub(super) outcome_code: Node<'a>,
}

/// A payment that is disputed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Transaction<'a> {
    #[serde(borrow)]
    pub(super) seller_transaction_id: Node<'a>,
}

impl Order<'_> {
    /// Our session.
    pub(super) fn session(&self) -> Option<SessionId> {
        self.purchase_units.iter().find_map(|unit| session_id(&unit.custom_id))
    }
}

impl Piece<'_> {
    pub(super) fn money(&self) -> Result<Money, NotUnderstood> {
        money(&self.amount)
    }

    pub(super) fn reason(&self) -> Option<&str> {
        self.status_details.of()?.reason.text()
    }

    /// The order that a capture belongs to.
    pub(super) fn order(&self) -> Option<&str> {
        self.supplementary_data.of()?.related_ids.of()?.order_id.text()
    }

    /// The capture that a refund is of.
    pub(super) fn capture(&self) -> Option<&str> {
        capture(&self.links)
    }
}

/// The capture that something is of, by its links.
pub(super) fn capture<'a>(links: &'a [Link<'_>]) -> Option<&'a str> {
    let link = links.iter().find(|link| link.rel.text() == Some("up"))?;
    let (before, id) = link.href.text()?.rsplit_once('/')?;
    before.ends_with("/captures").then(|| provider_id(id)).flatten()
}

pub(super) fn money(amount: &Node<'_, Amount<'_>>) -> Result<Money, NotUnderstood> {
    let amount = amount.of().ok_or_else(|| missing("amount"))?;
    let text = |node: &Node<'_>, field: &str| node.text().map(str::to_owned).ok_or_else(|| missing(field));
    super::money(&text(&amount.value, "amount.value")?, &text(&amount.currency_code, "amount.currency_code")?)
}

pub(super) fn session_id(node: &Node<'_>) -> Option<SessionId> {
    SessionId::parse(node.text()?).ok()
}

pub(super) fn moment(node: &Node<'_>) -> Option<Moment> {
    node.text().and_then(Moment::parse_rfc3339)
}

/// An id of an order, a capture or a refund as PayPal makes them: 17 capital letters and digits, at most 36.
pub(super) fn provider_id(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    ((1..=36).contains(&text.len()) && text.bytes().all(plain)).then_some(text)
}

/// A dispute's id: `PP-R-KWD-10110663`.
pub(super) fn dispute_id(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    ((1..=255).contains(&text.len()) && text.bytes().all(plain)).then_some(text)
}

/// A capture's id, by which money is counted.
pub(super) fn payment_id(id: Option<&str>) -> Result<ProviderPaymentId, NotUnderstood> {
    let id = id.and_then(provider_id).ok_or_else(|| missing("capture id"))?;
    ProviderPaymentId::parse(id).map_err(|_| missing("capture id"))
}
