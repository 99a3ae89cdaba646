//! What a server sends, as far as it is read.

pub(super) use crate::provider::event::missing;
use serde::Deserialize;

use super::Account;
use crate::payment::{Currency, Moment, Money, ProviderPaymentId, RefundId, SessionId};
use crate::provider::NotUnderstood;
use crate::provider::amount::{self, from_decimal};
pub(super) use crate::provider::json::{Exact, Node};

/// An event. A field that is read and stands there twice is an error; what is not read is skipped.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Event<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) word: Node<'a>,
    pub(super) timestamp: Node<'a>,
    delivery_id: Node<'a>,
    original_delivery_id: Node<'a>,
    /// As old servers spell it.
    orignal_delivery_id: Node<'a>,
    pub(super) store_id: Node<'a>,
    pub(super) invoice_id: Node<'a>,
    pub(super) metadata: Node<'a, Notes<'a>>,
    pub(super) after_expiration: Node<'a>,
    pub(super) partially_paid: Node<'a>,
    pub(super) manually_marked: Node<'a>,
    pub(super) pull_payment_id: Node<'a>,
    pub(super) payout_state: Node<'a>,
}

impl Event<'_> {
    /// The id of the first delivery, which repeats keep.
    pub(super) fn id(&self) -> Option<&str> {
        let original = self.original_delivery_id.text().or_else(|| self.orignal_delivery_id.text());
        original.or_else(|| self.delivery_id.text())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Notes<'a> {
    #[serde(borrow)]
    order_id: Node<'a>,
}

pub(super) fn session(metadata: &Node<'_, Notes<'_>>) -> Option<SessionId> {
    SessionId::parse(metadata.of()?.order_id.text()?).ok()
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Invoice<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    store_id: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) additional_status: Node<'a>,
    amount: Exact<'a>,
    /// Absent on older servers.
    paid_amount: Exact<'a>,
    currency: Node<'a>,
    pub(super) created_time: Node<'a>,
    pub(super) metadata: Node<'a, Notes<'a>>,
    pub(super) checkout_link: Node<'a>,
}

impl Invoice<'_> {
    /// One server hosts many stores.
    pub(super) fn of_ours(&self, account: &Account) -> Result<(), NotUnderstood> {
        if self.store_id.text() == Some(&account.store_id) { Ok(()) } else { Err(missing("storeId")) }
    }

    /// Whether money came when it had expired: then its state does not tell whether that is confirmed.
    pub(super) fn has_late_money(&self) -> bool {
        self.status.text() == Some("Expired")
            && self.additional_status.text().is_some_and(|more| more != "None")
    }

    fn currency(&self) -> Result<Currency, NotUnderstood> {
        amount::currency(self.currency.text().ok_or_else(|| missing("currency"))?)
    }

    /// What was asked for.
    pub(super) fn amount(&self) -> Result<Money, NotUnderstood> {
        from_decimal(self.amount.digits().ok_or_else(|| missing("amount"))?, self.currency()?)
    }

    /// What came, where the server says so.
    pub(super) fn paid_amount(&self) -> Result<Option<Money>, NotUnderstood> {
        if !self.paid_amount.is_there() {
            return Ok(None);
        }
        let digits = self.paid_amount.digits().ok_or_else(|| missing("paidAmount"))?;
        at_most(digits, self.currency()?).map(Some)
    }
}

/// A way to pay an invoice, and what was paid by it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PaymentMethod<'a> {
    #[serde(borrow)]
    pub(super) payments: Vec<Payment<'a>>,
}

/// One payment: a transaction.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Payment<'a> {
    #[serde(borrow)]
    pub(super) status: Node<'a>,
}

/// A pull payment: an offer of money.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PullPayment<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    name: Node<'a>,
    description: Node<'a>,
    amount: Exact<'a>,
    currency: Node<'a>,
    pub(super) archived: Node<'a>,
    pub(super) starts_at: Node<'a>,
}

/// What the server calls a pull payment that refunds an invoice.
pub(super) fn refund_name(invoice: &str) -> String {
    format!("Refund {invoice}")
}

impl PullPayment<'_> {
    /// The invoice that it refunds; none where it is something else.
    pub(super) fn invoice(&self) -> Option<&str> {
        self.name.text()?.strip_prefix("Refund ").filter(|id| is_id(id))
    }

    /// Our id of the refund, where we asked for it.
    pub(super) fn asked_refund(&self) -> Option<RefundId> {
        RefundId::parse(self.description.text().filter(|text| !text.is_empty())?).ok()
    }

    /// In the currency of an order; one in a crypto currency is none that we count.
    pub(super) fn currency(&self) -> Result<Currency, NotUnderstood> {
        amount::currency(self.currency.text().ok_or_else(|| missing("currency"))?)
    }

    pub(super) fn money(&self) -> Result<Money, NotUnderstood> {
        at_most(self.amount.digits().ok_or_else(|| missing("amount"))?, self.currency()?)
    }
}

/// One claim of a pull payment.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Payout<'a> {
    #[serde(borrow)]
    pub(super) pull_payment_id: Node<'a>,
    pub(super) state: Node<'a>,
    /// In the pull payment's currency.
    original_amount: Exact<'a>,
    /// The same, on older servers.
    amount: Exact<'a>,
    pub(super) date: Node<'a>,
}

impl Payout<'_> {
    pub(super) fn money(&self, currency: Currency) -> Result<Money, NotUnderstood> {
        let newer = self.original_amount.digits();
        at_most(newer.or_else(|| self.amount.digits()).ok_or_else(|| missing("originalAmount"))?, currency)
    }
}

/// The money that a decimal text names, without what is finer than the currency.
fn at_most(digits: &str, currency: Currency) -> Result<Money, NotUnderstood> {
    let Some((whole, fraction)) = digits.split_once('.') else { return from_decimal(digits, currency) };
    let decimals = usize::try_from(currency.decimals()).map_err(|_| NotUnderstood::Money)?;
    let Some((kept, over)) = fraction.split_at_checked(decimals) else {
        return from_decimal(digits, currency);
    };
    if !over.bytes().all(|byte| byte.is_ascii_digit()) || fraction.is_empty() {
        return Err(NotUnderstood::Money);
    }
    if kept.is_empty() {
        from_decimal(whole, currency)
    } else {
        from_decimal(&format!("{whole}.{kept}"), currency)
    }
}

pub(super) fn moment(seconds: &Node<'_>) -> Option<Moment> {
    seconds.number().map(Moment::from_seconds)
}

/// An id of an invoice, a store or a pull payment: only such a text goes into a URL.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

pub(super) fn id<'a>(node: &'a Node<'_>, place: &str) -> Result<&'a str, NotUnderstood> {
    node.text().filter(|text| is_id(text)).ok_or_else(|| missing(place))
}

/// An invoice is what money is counted by: its payments are in coins, not in its currency.
pub(super) fn payment_id(invoice: &str) -> Result<ProviderPaymentId, NotUnderstood> {
    ProviderPaymentId::parse(invoice).map_err(|_| missing("invoiceId"))
}
