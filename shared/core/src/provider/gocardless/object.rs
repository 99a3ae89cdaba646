//! What GoCardless sends, as far as it is read: one struct for events, billing requests, flows, payments and refunds.

pub(super) use crate::provider::event::missing;
use serde::Deserialize;

use crate::payment::{Currency, Moment, Money, ProviderPaymentId, RefundId, SessionId};
use crate::provider::NotUnderstood;
pub(super) use crate::provider::json::Node;

/// The fields that are read of any of them. A field that is read and stands there twice is an error; what is not read
/// is skipped.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Object<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    created_at: Node<'a>,
    pub(super) status: Node<'a>,
    amount: Node<'a>,
    pub(super) amount_refunded: Node<'a>,
    currency: Node<'a>,
    pub(super) metadata: Node<'a, Notes<'a>>,
    links: Node<'a, Links<'a>>,
    // An event's.
    pub(super) resource_type: Node<'a>,
    pub(super) action: Node<'a>,
    details: Node<'a, Details<'a>>,
    /// The metadata of what the event is about; its own `metadata` is whatever the request that caused it brought.
    pub(super) resource_metadata: Node<'a, Notes<'a>>,
    // A flow's.
    pub(super) authorisation_url: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Links<'a> {
    #[serde(borrow)]
    billing_request: Node<'a>,
    bank_authorisation: Node<'a>,
    payment: Node<'a>,
    payment_request_payment: Node<'a>,
    refund: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details<'a> {
    #[serde(borrow)]
    cause: Node<'a>,
    will_attempt_retry: Node<'a>,
}

/// Our own notes on something.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Notes<'a> {
    #[serde(borrow)]
    session_id: Node<'a>,
    refund_id: Node<'a>,
}

/// A list of events: a delivery, or an answer.
#[derive(Deserialize)]
pub(super) struct Events<'a> {
    #[serde(borrow)]
    pub(super) events: Vec<Object<'a>>,
}

/// A list of refunds.
#[derive(Deserialize)]
pub(super) struct Refunds<'a> {
    #[serde(borrow)]
    pub(super) refunds: Vec<Object<'a>>,
}

/// An answer that holds one thing, under the plural name of its kind.
#[derive(Deserialize)]
pub(super) struct One<'a> {
    #[serde(
        borrow,
        alias = "billing_requests",
        alias = "billing_request_flows",
        alias = "events",
        alias = "payments",
        alias = "refunds"
    )]
    pub(super) it: Node<'a, Object<'a>>,
}

impl Notes<'_> {
    fn session(&self) -> Option<SessionId> {
        SessionId::parse(self.session_id.text()?).ok()
    }

    fn refund(&self) -> Option<RefundId> {
        self.session()?;
        RefundId::parse(self.refund_id.text()?).ok()
    }
}

impl Object<'_> {
    /// Our session: of what an event is about, or of the thing itself.
    pub(super) fn session(&self) -> Option<SessionId> {
        self.resource_metadata.of().or_else(|| self.metadata_of_a_thing()).and_then(Notes::session)
    }

    /// Our id of a refund, where we asked for it.
    pub(super) fn asked_refund(&self) -> Option<RefundId> {
        self.resource_metadata.of().or_else(|| self.metadata_of_a_thing()).and_then(Notes::refund)
    }

    fn metadata_of_a_thing(&self) -> Option<&Notes<'_>> {
        // An event's own metadata is nobody's to match on.
        self.metadata.of().filter(|_| self.action.text().is_none())
    }

    pub(super) fn money(&self) -> Result<Money, NotUnderstood> {
        let minor = self.amount.number().ok_or_else(|| missing("amount"))?;
        Money::new(minor, self.currency()?).map_err(|_| NotUnderstood::Money)
    }

    fn currency(&self) -> Result<Currency, NotUnderstood> {
        let code = self.currency.text().ok_or_else(|| missing("currency"))?;
        Currency::parse(code).map_err(|_| NotUnderstood::Money)
    }

    pub(super) fn created_at(&self) -> Result<Moment, NotUnderstood> {
        let at = self.created_at.text().and_then(Moment::parse_rfc3339);
        at.ok_or_else(|| missing("created_at"))
    }

    /// Why, in GoCardless's own stable word.
    pub(super) fn cause(&self) -> Option<&str> {
        self.details.of()?.cause.text()
    }

    /// Whether GoCardless tries a failed payment again by itself.
    pub(super) fn will_be_retried(&self) -> bool {
        self.details.of().and_then(|details| details.will_attempt_retry.flag()) == Some(true)
    }

    pub(super) fn billing_request(&self) -> Result<String, NotUnderstood> {
        id(self.links.of().map(|links| &links.billing_request), "BRQ")
    }

    /// The try of a customer at a bank that an event is about; none where it names none.
    pub(super) fn bank_authorisation(&self) -> Result<Option<ProviderPaymentId>, NotUnderstood> {
        Self::link(self.links.of().map(|links| &links.bank_authorisation), "BAU")
    }

    /// The payment that an event or a refund is about.
    pub(super) fn payment(&self) -> Result<ProviderPaymentId, NotUnderstood> {
        payment_id(&id(self.links.of().map(|links| &links.payment), "PM")?)
    }

    /// The payment that a billing request has made; none where it has made none yet.
    pub(super) fn made_payment(&self) -> Result<Option<ProviderPaymentId>, NotUnderstood> {
        Self::link(self.links.of().map(|links| &links.payment_request_payment), "PM")
    }

    fn link(node: Option<&Node<'_>>, prefix: &str) -> Result<Option<ProviderPaymentId>, NotUnderstood> {
        node.filter(|node| node.text().is_some()).map(|node| payment_id(&id(Some(node), prefix)?)).transpose()
    }

    pub(super) fn refund(&self) -> Result<String, NotUnderstood> {
        id(self.links.of().map(|links| &links.refund), "RF")
    }

    pub(super) fn own_id(&self, prefix: &str) -> Result<String, NotUnderstood> {
        id(Some(&self.id), prefix)
    }
}

/// An id in the form that GoCardless documents; only such a text goes into a URL.
fn id(node: Option<&Node<'_>>, prefix: &str) -> Result<String, NotUnderstood> {
    let text = node.and_then(Node::text).filter(|text| is_id(text, prefix));
    text.map(str::to_owned).ok_or_else(|| missing(&format!("an id that begins with {prefix}")))
}

pub(super) fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty() && rest.len() <= 64 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn payment_id(text: &str) -> Result<ProviderPaymentId, NotUnderstood> {
    ProviderPaymentId::parse(text).map_err(|_| missing("links.payment"))
}
