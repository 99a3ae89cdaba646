//! A checkout's status words, and what is true of one now.
//!
//! | a checkout's `status` | ours |
//! | --- | --- |
//! | `ACTIVE` | nothing came yet |
//! | `PROCESSING` | processing: authorised, and may still fail |
//! | `COMPLETED` | paid |
//! | `PARTIALLY_REFUNDED`, `REFUNDED` | paid, and each of `refunds` |
//! | `FAILED` | failed: a checkout takes one payment |
//! | `EXPIRED` | expired |
//! | `DEACTIVATED` | cancelled |
//!
//! | a refund's `status` | ours |
//! | --- | --- |
//! | `PENDING` | refund pending |
//! | `COMPLETED` | refunded |
//! | `FAILED` | refund failed |
//!
//! Source: docs.cdp.coinbase.com/coinbase-business/checkout-apis/api-reference, "Checkout Status" and "Refund Status".

pub(super) use crate::provider::event::missing;
use serde::Deserialize;

use super::{Account, requests};
use crate::payment::{Kind, Moment, Money, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::json::Node;
use crate::provider::{Failure, Held, NotUnderstood, Step, amount, whose};

/// A checkout, in an answer or as an event.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Checkout<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    pub(super) url: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) event_type: Node<'a>,
    pub(super) metadata: Node<'a, Metadata<'a>>,
    pub(super) fiat_amount: Node<'a>,
    pub(super) fiat_currency: Node<'a>,
    refunds: Option<Vec<RefundEntry<'a>>>,
    pub(super) created_at: Node<'a>,
    pub(super) updated_at: Node<'a>,
}

/// Our notes on a checkout.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    session_id: Node<'a>,
}

/// One of its refunds.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RefundEntry<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    pub(super) status: Node<'a>,
    pub(super) reason: Node<'a>,
    fiat_amount: Node<'a>,
    fiat_currency: Node<'a>,
    created_at: Node<'a>,
    completed_at: Node<'a>,
}

impl Checkout<'_> {
    /// Our session.
    pub(super) fn session(&self) -> Option<SessionId> {
        SessionId::parse(self.metadata.of()?.session_id.text()?).ok()
    }

    /// A checkout takes one payment, and its id is all that names it.
    pub(super) fn payment(&self) -> Result<ProviderPaymentId, NotUnderstood> {
        let id = self.id.text().filter(|id| is_id(id)).ok_or_else(|| missing("id"))?;
        ProviderPaymentId::parse(id).map_err(|_| missing("id"))
    }

    /// Its refunds. Where there are none the list may be absent or null.
    pub(super) fn refunds(&self) -> &[RefundEntry<'_>] {
        self.refunds.as_deref().unwrap_or_default()
    }

    /// What was asked for; none where it says so in USDC only.
    pub(super) fn money(&self) -> Result<Option<Money>, NotUnderstood> {
        fiat(&self.fiat_amount, &self.fiat_currency)
    }
}

impl RefundEntry<'_> {
    pub(super) fn money(&self) -> Result<Option<Money>, NotUnderstood> {
        fiat(&self.fiat_amount, &self.fiat_currency)
    }

    /// Our id of it, where we asked for it.
    pub(super) fn request(&self) -> Option<RefundId> {
        let first = self.reason.text()?.split(' ').next()?;
        first.starts_with("rf_").then(|| RefundId::parse(first).ok()).flatten()
    }

    /// What a refund of this money says.
    pub(super) fn kind(&self, money: Money, asked: Option<RefundId>) -> Result<Kind, NotUnderstood> {
        let id = self.id.text().and_then(|id| RefundId::parse(id).ok());
        let id = id.ok_or_else(|| missing("refunds.id"))?;
        let refund = Refund { id, request: asked.or_else(|| self.request()), money };
        match self.status.text() {
            Some("PENDING") => Ok(Kind::RefundPending(refund)),
            Some("COMPLETED") => Ok(Kind::Refunded(refund)),
            Some("FAILED") => Ok(Kind::RefundFailed(refund)),
            _ => Err(missing("refunds.status")),
        }
    }

    /// It as it is now. A failure has no time of its own: it is as of the checkout's last change.
    pub(super) fn report(&self, kind: Kind, changed: Option<Moment>) -> Report {
        let at = match kind {
            Kind::Refunded(_) => moment(&self.completed_at).or_else(|| moment(&self.created_at)),
            Kind::RefundFailed(_) => changed,
            _ => moment(&self.created_at),
        };
        Report::new(kind).said_at(at).word(self.status.text().unwrap_or_default())
    }
}

fn fiat(value: &Node<'_>, currency: &Node<'_>) -> Result<Option<Money>, NotUnderstood> {
    match (value.text(), currency.text()) {
        // Priced in USDC it is none of our checkouts, and USDC is no currency of ISO 4217.
        (None, _) | (_, None) | (_, Some("USDC")) => Ok(None),
        (Some(value), Some(currency)) => amount::from_decimal(value, amount::currency(currency)?).map(Some),
    }
}

/// A checkout's id: 24 hex digits.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

pub(super) fn moment(node: &Node<'_>) -> Option<Moment> {
    node.text().and_then(Moment::parse_rfc3339)
}

pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    // Where the id was lost the creation is repeated with its key: it is found by nothing else.
    let (id, session) = (held.checkout_id?, held.session);
    let request = requests::get(account, id)?;
    Some(Step::send(request, move |answer| {
        let checkout: Checkout<'_> = requests::body(answer)?;
        if checkout.session() != Some(session) {
            return Err(missing("metadata.session_id").into());
        }
        reports(&checkout).map(Step::Done)
    }))
}

/// All that a checkout says when it is asked for.
pub(super) fn reports(checkout: &Checkout<'_>) -> Result<Vec<Report>, Failure> {
    let status = checkout.status.text().ok_or_else(|| missing("status"))?;
    let kind = match status {
        "ACTIVE" => None,
        "PROCESSING" => Some(Kind::Processing),
        "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => {
            Some(Kind::Paid(checkout.money()?.ok_or(NotUnderstood::Money)?))
        }
        "FAILED" => Some(Kind::Failed),
        "EXPIRED" => Some(Kind::Expired),
        "DEACTIVATED" => Some(Kind::Cancelled),
        _ => return Err(missing("status").into()),
    };
    let payment = checkout.payment()?;
    let changed = moment(&checkout.updated_at);
    let report = |kind| {
        // A refund changes the checkout, and not when it was paid: dated by its creation "paid" is the same fact again.
        let at = if matches!(kind, Kind::Paid(_)) { moment(&checkout.created_at) } else { changed };
        Report::new(kind).said_at(at).word(status)
    };
    let mut reports: Vec<Report> = kind.map(report).into_iter().collect();
    for refund in checkout.refunds() {
        let kind = refund.kind(refund.money()?.ok_or(NotUnderstood::Money)?, None)?;
        reports.push(refund.report(kind, changed));
    }
    Ok(reports.into_iter().map(|report| report.payment(Some(payment.clone()))).collect())
}

/// Whose a checkout is, which is its payment too.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let request = requests::get(account, payment.as_str())?;
    Some(whose::ask(request, |answer| Ok(requests::body::<Checkout<'_>>(answer)?.session())))
}
