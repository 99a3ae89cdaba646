//! What Paddle sends, as far as it is read. A transaction and an adjustment share a struct, since an event names its
//! type only after the object, and the body is parsed once.

use serde::Deserialize;

use super::sells_in;
use crate::payment::{Money, ProviderPaymentId, SessionId};
use crate::provider::json::Node;
use crate::provider::{NotUnderstood, amount};

/// The fields that are read of a transaction or an adjustment.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Object<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) currency_code: Node<'a>,
    pub(super) created_at: Node<'a>,
    pub(super) updated_at: Node<'a>,
    // A transaction's.
    pub(super) custom_data: Node<'a, CustomData<'a>>,
    pub(super) details: Node<'a, Details<'a>>,
    pub(super) checkout: Node<'a, Checkout<'a>>,
    /// The newest try first.
    pub(super) payments: Option<Vec<Try<'a>>>,
    /// Where they were asked for.
    pub(super) adjustments: Option<Vec<Object<'a>>>,
    // An adjustment's.
    pub(super) transaction_id: Node<'a>,
    pub(super) action: Node<'a>,
    pub(super) reason: Node<'a>,
    pub(super) totals: Node<'a, Totals<'a>>,
}

/// Our own notes on a transaction.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CustomData<'a> {
    #[serde(borrow)]
    session_id: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Details<'a> {
    #[serde(borrow)]
    totals: Node<'a, Totals<'a>>,
    pub(super) line_items: Option<Vec<LineItem<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Totals<'a> {
    #[serde(borrow)]
    grand_total: Node<'a>,
    total: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LineItem<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Checkout<'a> {
    #[serde(borrow)]
    pub(super) url: Node<'a>,
}

/// One try to pay.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Try<'a> {
    #[serde(borrow)]
    pub(super) status: Node<'a>,
    pub(super) error_code: Node<'a>,
    pub(super) created_at: Node<'a>,
    pub(super) captured_at: Node<'a>,
}

impl<'a> Object<'a> {
    /// Our session, where the transaction is ours.
    pub(super) fn session(&self) -> Option<SessionId> {
        SessionId::parse(self.custom_data.of()?.session_id.text()?).ok()
    }

    /// What the customer pays for a transaction, tax inside and credit taken off.
    pub(super) fn grand_total(&self) -> Result<Money, NotUnderstood> {
        let totals = self.details.of().and_then(|details| details.totals.of());
        self.money(totals.and_then(|totals| totals.grand_total.text()), "details.totals.grand_total")
    }

    /// What an adjustment gives the customer, tax inside.
    pub(super) fn total(&self) -> Result<Money, NotUnderstood> {
        self.money(self.totals.of().and_then(|totals| totals.total.text()), "totals.total")
    }

    fn money(&self, units: Option<&str>, field: &str) -> Result<Money, NotUnderstood> {
        let units = units.ok_or_else(|| missing(field))?;
        let code = self.currency_code.text().ok_or_else(|| missing("currency_code"))?;
        let currency = amount::currency(code)?;
        let digits = units.bytes().all(|byte| byte.is_ascii_digit());
        match units.parse::<u64>() {
            Ok(minor) if digits && sells_in(currency) => {
                Money::new(minor, currency).map_err(|_| NotUnderstood::Money)
            }
            _ => Err(NotUnderstood::Money),
        }
    }

    /// The newest try to pay it.
    pub(super) fn newest(&self) -> Option<&Try<'a>> {
        self.payments.as_ref()?.first()
    }
}

/// A transaction's id, by which money is counted: it is asked for by that id, so it is of that form or none.
pub(super) fn transaction_id(node: &Node<'_>, field: &str) -> Result<ProviderPaymentId, NotUnderstood> {
    node.text()
        .filter(|id| {
            id.strip_prefix("txn_").is_some_and(|rest| {
                !rest.is_empty()
                    && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            })
        })
        .and_then(|id| ProviderPaymentId::parse(id).ok())
        .ok_or_else(|| missing(field))
}

/// A field of the object is absent or of another kind than documented.
pub(super) fn missing(field: &str) -> NotUnderstood {
    NotUnderstood::Shape(format!("data.{field}"))
}
