//! What Mollie sends, as far as it is read: one struct for payments, refunds and chargebacks.

pub(super) use crate::provider::event::missing;
use serde::Deserialize;

use super::Account;
use crate::payment::{Currency, Moment, Money, ProviderPaymentId, RefundId, SessionId};
use crate::provider::NotUnderstood;
use crate::provider::amount::{decimal, from_decimal};
pub(super) use crate::provider::json::Node;

/// The fields that are read of a payment, a refund or a chargeback. A field that is read and stands there twice is an
/// error; what is not read is skipped.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Object<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    mode: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) amount: Node<'a, Amount<'a>>,
    pub(super) metadata: Node<'a, Metadata<'a>>,
    pub(super) created_at: Node<'a>,
    // A payment's.
    pub(super) amount_captured: Node<'a, Amount<'a>>,
    pub(super) paid_at: Node<'a>,
    pub(super) canceled_at: Node<'a>,
    pub(super) expired_at: Node<'a>,
    pub(super) failed_at: Node<'a>,
    pub(super) details: Node<'a, Details<'a>>,
    pub(super) status_reason: Node<'a, Reason<'a>>,
    #[serde(rename = "_embedded")]
    pub(super) embedded: Node<'a, Lists<'a>>,
    #[serde(rename = "_links")]
    pub(super) links: Node<'a, Links<'a>>,
    // A refund's or a chargeback's.
    pub(super) payment_id: Node<'a>,
    pub(super) reason: Node<'a, Reason<'a>>,
    pub(super) reversed_at: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Amount<'a> {
    #[serde(borrow)]
    value: Node<'a>,
    currency: Node<'a>,
}

/// Our own notes on an object.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    session_id: Node<'a>,
    refund_id: Node<'a>,
}

/// What only some methods say.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Details<'a> {
    #[serde(borrow)]
    pub(super) failure_reason: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Reason<'a> {
    #[serde(borrow)]
    pub(super) code: Node<'a>,
}

/// What hangs on a payment. A chargeback list is as long as there are chargebacks: nothing of it is on a second page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Lists<'a> {
    #[serde(borrow)]
    pub(super) refunds: Option<Vec<Object<'a>>>,
    pub(super) chargebacks: Option<Vec<Object<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Links<'a> {
    #[serde(borrow)]
    pub(super) checkout: Node<'a, Link<'a>>,
    /// Of an event: the address of what it is about.
    pub(super) entity: Node<'a, Link<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Link<'a> {
    #[serde(borrow)]
    pub(super) href: Node<'a>,
}

impl Object<'_> {
    /// Our session, where the object carries it.
    pub(super) fn session(&self) -> Option<SessionId> {
        SessionId::parse(self.metadata.of()?.session_id.text()?).ok()
    }

    /// Our id of a refund, where we asked for it.
    pub(super) fn refund_id(&self) -> Option<RefundId> {
        self.session()?;
        RefundId::parse(self.metadata.of()?.refund_id.text()?).ok()
    }

    /// Nothing of the other mode is believed. A chargeback has none.
    pub(super) fn fits(&self, account: &Account) -> Result<(), NotUnderstood> {
        match self.mode.text() {
            Some("live") if !account.live => Err(NotUnderstood::Mode),
            Some("test") if account.live => Err(NotUnderstood::Mode),
            _ => Ok(()),
        }
    }

    pub(super) fn money(&self) -> Result<Money, NotUnderstood> {
        money(&self.amount)
    }
}

/// Exactly as many decimals as the currency has: anything else is not an amount that Mollie writes.
pub(super) fn money(amount: &Node<'_, Amount<'_>>) -> Result<Money, NotUnderstood> {
    let amount = amount.of().ok_or_else(|| missing("amount"))?;
    let value = amount.value.text().ok_or_else(|| missing("amount.value"))?;
    let code = amount.currency.text().ok_or_else(|| missing("amount.currency"))?;
    let currency = Currency::parse(code).map_err(|_| NotUnderstood::Money)?;
    let money = from_decimal(value, currency)?;
    if decimal(money, currency.decimals()).as_deref() == Some(value) {
        Ok(money)
    } else {
        Err(NotUnderstood::Money)
    }
}

pub(super) fn moment(node: &Node<'_>) -> Option<Moment> {
    node.text().and_then(Moment::parse_rfc3339)
}

/// A payment's id in the form that Mollie documents; only such a text goes into a URL.
pub(super) fn payment_id(text: &str) -> Result<ProviderPaymentId, NotUnderstood> {
    let is_id = text.strip_prefix("tr_").is_some_and(|rest| {
        !rest.is_empty() && rest.len() <= 64 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let id = ProviderPaymentId::parse(text).ok().filter(|_| is_id);
    id.ok_or_else(|| missing("a payment's id"))
}
