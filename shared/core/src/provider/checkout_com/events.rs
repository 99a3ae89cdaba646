//! What Checkout.com's events say.
//!
//! | `type` | ours |
//! | --- | --- |
//! | payment_pending, payment_capture_pending, payment_retry_scheduled | processing |
//! | payment_approved | processing: authorised; review where `risk.flagged` |
//! | payment_captured | paid |
//! | payment_declined, payment_authentication_failed, payment_canceled | attempt_declined: the page stays open |
//! | payment_capture_declined | failed |
//! | payment_expired | expired |
//! | payment_voided | cancelled |
//! | payment_compliance_review | review |
//! | payment_refund_pending, payment_refunded, payment_refund_declined | refund_pending, refunded, refund_failed |
//! | payment_returned | reversed |
//! | dispute_received, dispute_evidence_required | dispute_opened |
//! | dispute_won, dispute_arbitration_won, dispute_canceled | dispute_won |
//! | dispute_lost, dispute_accepted, dispute_expired, dispute_arbitration_lost | dispute_lost |
//! | dispute_resolved | dispute_won where `resolved_reason` is already_refunded, dispute_lost where it is rapid_dispute_resolution; any other is kept for a person |
//!
//! Source: checkout.com/docs/developer-resources/webhooks/webhook-event-types. That a pay-in is told by
//! payment_returned is documented for payouts only; taking money back for settled is the careful reading. So is a loss
//! where a dispute was resolved by the scheme's rapid procedure.

use serde::Deserialize;

use super::object::{Object, missing, payment_id};
use super::{Account, requests};
use crate::payment::{DisputeId, Kind, Loss, Moment, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::json::Node;
use crate::provider::{Event, NotUnderstood, Reading, Step, Told, Verified};

/// Two shapes of it exist: one with `created_on`, one with `timestamp`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    id: Node<'a>,
    #[serde(rename = "type")]
    word: Node<'a>,
    created_on: Node<'a>,
    timestamp: Node<'a>,
    data: Node<'a, Object<'a>>,
}

impl Envelope<'_> {
    /// Whose what it is about is.
    pub(super) fn session(&self) -> Option<SessionId> {
        self.data.of()?.session()
    }
}

pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let shape = |what: &str| NotUnderstood::Shape(what.to_owned());
    let event: Envelope<'_> = verified.json()?;
    let id = event.id.text().ok_or_else(|| shape("id"))?;
    let word = event.word.text().ok_or_else(|| shape("type"))?;
    let data = event.data.of();
    let happened = data.and_then(|data| data.processed_on.text().or_else(|| data.date.text()));
    let sent = event.created_on.text().or_else(|| event.timestamp.text());
    let at = happened.or(sent).and_then(Moment::parse_rfc3339).ok_or_else(|| shape("created_on"))?;
    let readings = match data {
        Some(data) => reading(account, word, at, data)?.into_iter().collect(),
        None if says_nothing(word) => Vec::new(),
        None => return Err(shape("data")),
    };
    Ok(vec![Event { id: Some(id.to_owned()), word: word.to_owned(), at: Some(at), readings }])
}

fn reading(
    account: &Account,
    word: &str,
    at: Moment,
    data: &Object<'_>,
) -> Result<Option<Reading>, NotUnderstood> {
    let Some(report) = said(word, data)? else { return Ok(None) };
    let is_dispute = word.starts_with("dispute_");
    let payment = payment_id(if is_dispute { &data.payment_id } else { &data.id })?;
    let follows = is_dispute || report.kind.refund_id().is_some() || matches!(report.kind, Kind::Reversed(_));
    let reports = vec![report.payment(Some(payment.clone())).said_at(Some(at)).word(word)];
    let told = move |session| Told { session, checkout_id: None, reports, fetched: false };
    Ok(match data.session() {
        Some(session) => Some(Reading::Told(told(session))),
        None if follows => Some(Reading::Ask(whose(account, &payment, told))),
        // A payment of ours carries our session id.
        None => None,
    })
}

/// What happened is said, and whom it happened to is in the payment.
fn whose(
    account: &Account,
    payment: &ProviderPaymentId,
    told: impl FnOnce(crate::payment::SessionId) -> Told + Send + 'static,
) -> Step<Option<Told>> {
    let path = format!("/payments/{}", requests::segment(payment.as_str()));
    Step::send(requests::get(account, &path), move |answer| {
        Ok(Step::Done(requests::body::<Object<'_>>(answer)?.session().map(told)))
    })
}

/// Steps on the way, and payouts.
const SAY_NOTHING: [&str; 7] = [
    "payment_paid",
    "payment_void_declined",
    "payment_void_pending",
    "dispute_evidence_submitted",
    "dispute_evidence_acknowledged_by_scheme",
    "dispute_arbitration_sent_to_scheme",
    "dispute_arbitration_evidence_submitted",
];

/// Whether events of this type say nothing of money.
fn says_nothing(word: &str) -> bool {
    SAY_NOTHING.contains(&word) || !(word.starts_with("payment_") || word.starts_with("dispute_"))
}

/// What an event says, without whom it is about and when.
fn said(word: &str, data: &Object<'_>) -> Result<Option<Report>, NotUnderstood> {
    let code = data.response_code.text();
    let (kind, reason) = match word {
        "payment_pending" | "payment_capture_pending" | "payment_retry_scheduled" => (Kind::Processing, None),
        // It is authorised, and a person lets it through or not.
        "payment_approved" if data.is_flagged() => (Kind::Review, code),
        "payment_approved" => (Kind::Processing, None),
        "payment_captured" => (Kind::Paid(data.captured()?), None),
        "payment_declined" | "payment_authentication_failed" | "payment_canceled" => {
            (Kind::AttemptDeclined, code)
        }
        "payment_capture_declined" => (Kind::Failed, code),
        "payment_expired" => (Kind::Expired, None),
        "payment_voided" => (Kind::Cancelled, None),
        "payment_compliance_review" => (Kind::Review, code),
        "payment_refund_pending" => (Kind::RefundPending(refund(data)?), None),
        "payment_refunded" => (Kind::Refunded(refund(data)?), None),
        "payment_refund_declined" => (Kind::RefundFailed(refund(data)?), code),
        "payment_returned" => {
            (Kind::Reversed(Loss { dispute: None, money: Some(data.money(&data.amount, "amount")?) }), None)
        }
        "dispute_received" | "dispute_evidence_required" => {
            (Kind::DisputeOpened(dispute(data)?), data.reason_code.text())
        }
        "dispute_won" | "dispute_arbitration_won" | "dispute_canceled" => {
            (Kind::DisputeWon(dispute(data)?), data.reason_code.text())
        }
        "dispute_lost" | "dispute_accepted" | "dispute_expired" | "dispute_arbitration_lost" => {
            (Kind::DisputeLost(dispute(data)?), data.reason_code.text())
        }
        "dispute_resolved" => match data.resolved_reason.text() {
            Some("already_refunded") => (Kind::DisputeWon(dispute(data)?), data.reason_code.text()),
            Some("rapid_dispute_resolution") => (Kind::DisputeLost(dispute(data)?), data.reason_code.text()),
            _ => return Err(NotUnderstood::Kind),
        },
        other if says_nothing(other) => return Ok(None),
        _ => return Err(NotUnderstood::Kind),
    };
    Ok(Some(Report::new(kind).reason(reason)))
}

/// One refund: its amount, not the sum.
fn refund(data: &Object<'_>) -> Result<Refund, NotUnderstood> {
    let id = data.action_id.text().and_then(|id| RefundId::parse(id).ok());
    Ok(Refund {
        id: id.ok_or_else(|| missing("action_id"))?,
        request: data.refund(),
        money: data.money(&data.amount, "amount")?,
    })
}

fn dispute(data: &Object<'_>) -> Result<Loss, NotUnderstood> {
    let id = data.id.text().and_then(|id| DisputeId::parse(id).ok()).ok_or_else(|| missing("id"))?;
    Ok(Loss { dispute: Some(id), money: Some(data.money(&data.amount, "amount")?) })
}
