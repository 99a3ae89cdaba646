//! What Mercado Pago answers, as far as it is read.

use serde::Deserialize;

use super::Account;
use crate::payment::{Currency, Moment, Money, ProviderPaymentId, SessionId};
pub(super) use crate::provider::event::missing;
use crate::provider::json::{Exact, Node};
use crate::provider::{NotUnderstood, amount};

/// A payment, as it is asked for or stands in a search.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Payment<'a> {
    #[serde(borrow)]
    id: Node<'a>,
    external_reference: Node<'a>,
    live_mode: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) status_detail: Node<'a>,
    currency_id: Node<'a>,
    transaction_amount: Exact<'a>,
    transaction_amount_refunded: Exact<'a>,
    date_created: Node<'a>,
    date_approved: Node<'a>,
    date_last_updated: Node<'a>,
    pub(super) refunds: Option<Vec<Refund<'a>>>,
}

/// A refund, within its payment or alone. Its currency is the payment's.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Refund<'a> {
    #[serde(borrow)]
    id: Node<'a>,
    pub(super) status: Node<'a>,
    amount: Exact<'a>,
    date_created: Node<'a>,
}

/// A checkout.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Preference<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    external_reference: Node<'a>,
    pub(super) init_point: Node<'a>,
    pub(super) sandbox_init_point: Node<'a>,
    pub(super) expires: Node<'a>,
    expiration_date_to: Node<'a>,
}

/// A search's answer.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Found<'a> {
    #[serde(borrow)]
    pub(super) paging: Node<'a, Paging<'a>>,
    pub(super) results: Option<Vec<Payment<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Paging<'a> {
    #[serde(borrow)]
    pub(super) total: Node<'a>,
}

impl Payment<'_> {
    pub(super) fn id(&self) -> Result<ProviderPaymentId, NotUnderstood> {
        let id = number(&self.id).and_then(|id| ProviderPaymentId::parse(&id).ok());
        id.ok_or_else(|| missing("id"))
    }

    /// Our session, where it is one of ours.
    pub(super) fn session(&self) -> Option<SessionId> {
        session(&self.external_reference)
    }

    /// Whether it is of the account's own mode. One that does not say is of neither.
    pub(super) fn fits(&self, account: &Account) -> Result<(), NotUnderstood> {
        let live = self.live_mode.flag().ok_or_else(|| missing("live_mode"))?;
        if live == account.is_test { Err(NotUnderstood::Mode) } else { Ok(()) }
    }

    pub(super) fn currency(&self) -> Result<Currency, NotUnderstood> {
        amount::currency(self.currency_id.text().ok_or_else(|| missing("currency_id"))?)
    }

    /// What the customer paid, or would have.
    pub(super) fn money(&self) -> Result<Money, NotUnderstood> {
        money(&self.transaction_amount, self.currency()?, "transaction_amount")
    }

    /// All that went back of it; none where nothing did.
    pub(super) fn sent_back(&self) -> Result<Option<Money>, NotUnderstood> {
        if !self.transaction_amount_refunded.is_there() {
            return Ok(None);
        }
        let all = money(&self.transaction_amount_refunded, self.currency()?, "transaction_amount_refunded")?;
        Ok((all.minor() > 0).then_some(all))
    }

    /// When it was paid, which stays what it is.
    pub(super) fn paid_at(&self) -> Option<Moment> {
        moment(&self.date_approved).or_else(|| moment(&self.date_created))
    }

    /// When it last changed, which is the nearest to when it became what it is now: a dispute has no time of its own.
    pub(super) fn changed_at(&self) -> Option<Moment> {
        moment(&self.date_last_updated).or_else(|| moment(&self.date_created))
    }
}

impl Refund<'_> {
    pub(super) fn id(&self) -> Option<String> {
        number(&self.id)
    }

    pub(super) fn money(&self, currency: Currency) -> Result<Money, NotUnderstood> {
        money(&self.amount, currency, "a refund's amount")
    }

    pub(super) fn made_at(&self) -> Option<Moment> {
        moment(&self.date_created)
    }
}

impl Preference<'_> {
    pub(super) fn session(&self) -> Option<SessionId> {
        session(&self.external_reference)
    }

    pub(super) fn open_until(&self) -> Option<Moment> {
        moment(&self.expiration_date_to)
    }
}

fn session(reference: &Node<'_>) -> Option<SessionId> {
    SessionId::parse(reference.text()?).ok()
}

fn money(amount: &Exact<'_>, currency: Currency, field: &str) -> Result<Money, NotUnderstood> {
    amount::from_decimal(amount.digits().ok_or_else(|| missing(field))?, currency)
}

fn moment(node: &Node<'_>) -> Option<Moment> {
    node.text().and_then(Moment::parse_rfc3339)
}

/// An id that is a number, here or there written as a text. Nothing else goes into an address.
pub(super) fn number(node: &Node<'_>) -> Option<String> {
    match node {
        Node::Number(number) => Some(number.to_string()),
        Node::Text(text) => {
            let is_id = (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            is_id.then(|| text.to_string())
        }
        _ => None,
    }
}
