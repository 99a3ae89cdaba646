//! What Checkout.com sends and answers, as far as it is read: one struct for payments, disputes and pages.

use serde::Deserialize;

use super::money;
use crate::payment::{Money, ProviderPaymentId, RefundId, SessionId};
use crate::provider::NotUnderstood;
use crate::provider::json::Node;

/// The fields that are read of an event's `data`, a page or a payment.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Object<'a> {
    /// Of a payment in its events, of a dispute in a dispute's.
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    pub(super) action_id: Node<'a>,
    pub(super) amount: Node<'a>,
    pub(super) currency: Node<'a>,
    pub(super) processed_on: Node<'a>,
    pub(super) metadata: Node<'a, Metadata<'a>>,
    pub(super) response_code: Node<'a>,
    pub(super) balances: Node<'a, Balances<'a>>,
    pub(super) risk: Node<'a, Risk<'a>>,
    // A dispute's.
    pub(super) date: Node<'a>,
    pub(super) payment_id: Node<'a>,
    pub(super) reason_code: Node<'a>,
    pub(super) resolved_reason: Node<'a>,
    // A page's or a payment's own state.
    pub(super) status: Node<'a>,
    #[serde(rename = "_links")]
    pub(super) links: Node<'a, Links<'a>>,
}

/// Our own notes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    session_id: Node<'a>,
    refund_id: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Balances<'a> {
    #[serde(borrow)]
    pub(super) total_captured: Node<'a>,
    pub(super) total_refunded: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Risk<'a> {
    #[serde(borrow)]
    flagged: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Links<'a> {
    #[serde(borrow)]
    redirect: Node<'a, Link<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link<'a> {
    #[serde(borrow)]
    href: Node<'a>,
}

impl Object<'_> {
    /// Our session, where it is one of ours.
    pub(super) fn session(&self) -> Option<SessionId> {
        SessionId::parse(self.metadata.of()?.session_id.text()?).ok()
    }

    /// Our refund, where we asked for it.
    pub(super) fn refund(&self) -> Option<RefundId> {
        self.session()?;
        RefundId::parse(self.metadata.of()?.refund_id.text()?).ok()
    }

    /// One of its amounts, in its currency.
    pub(super) fn money(&self, amount: &Node<'_>, field: &str) -> Result<Money, NotUnderstood> {
        money(
            amount.number().ok_or_else(|| missing(field))?,
            self.currency.text().ok_or_else(|| missing("currency"))?,
        )
    }

    /// All that was captured of it: the sum that stands beside it, or its own amount where that is more or the only one.
    pub(super) fn captured(&self) -> Result<Money, NotUnderstood> {
        let amount = self.money(&self.amount, "amount")?;
        let total = self.balances.of().and_then(|balances| balances.total_captured.number());
        match total.filter(|total| *total > 0) {
            Some(_) => {
                let captured = self.balances.of().map(|balances| &balances.total_captured);
                Ok(self.money(captured.unwrap_or(&self.amount), "balances.total_captured")?.max(amount))
            }
            None => Ok(amount),
        }
    }

    /// Whether the risk engine holds it.
    pub(super) fn is_flagged(&self) -> bool {
        self.risk.of().and_then(|risk| risk.flagged.flag()) == Some(true)
    }

    pub(super) fn redirect(&self) -> Option<&str> {
        self.links.of()?.redirect.of()?.href.text()
    }
}

/// A payment's id, of the form that all of them have: it goes into an address.
pub(super) fn payment_id(id: &Node<'_>) -> Result<ProviderPaymentId, NotUnderstood> {
    let has_form = |id: &&str| {
        id.strip_prefix("pay_")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    let id = id.text().filter(has_form).ok_or_else(|| missing("payment id"))?;
    ProviderPaymentId::parse(id).map_err(|_| missing("payment id"))
}

/// A field is absent or of another kind than documented.
pub(super) fn missing(field: &str) -> NotUnderstood {
    NotUnderstood::Shape(format!("data.{field}"))
}
