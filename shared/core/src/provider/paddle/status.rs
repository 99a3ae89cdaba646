//! Paddle's status words, and what is true of a checkout now.
//!
//! | transaction | its newest try | ours |
//! | --- | --- | --- |
//! | `draft`, `ready` | none, `created`, `action_required` | nothing yet: the customer has something to do |
//! | `draft`, `ready` | `error`, `canceled`, `dropped` | attempt_declined, with its `error_code`; the checkout stays open |
//! | `draft`, `ready` | `authorized`, `pending_no_action_required` | processing |
//! | `draft`, `ready` | `authorized_flagged` | review |
//! | `paid`, `completed` | | paid |
//! | `canceled` | | cancelled |
//!
//! | adjustment | its status | ours |
//! | --- | --- | --- |
//! | `refund` | `pending_approval`, `approved`, `rejected` | refund_pending, refunded, refund_failed |
//! | `chargeback_warning` | | dispute_opened |
//! | `chargeback` | | dispute_opened and reversed: the money is taken at once |
//! | `chargeback_reverse`, `chargeback_warning_reverse` | | dispute_won |
//! | `credit`, `credit_reverse` | | nothing: a credit on an invoice |
//!
//! A refund or chargeback does not change the transaction's status. No adjustment says that a dispute is lost: one that
//! is never reversed stays lost. Sources: developer.paddle.com/api-reference/transactions and /adjustments. Which ways to
//! pay show the states of processing and review is said nowhere; both are read as what their names say.

use super::wire::{Object, missing, transaction_id};
use super::{Account, requests};
use crate::payment::{DisputeId, Kind, Loss, Moment, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::json::Node;
use crate::provider::{Failure, Held, NotUnderstood, Step, whose};

/// What an adjustment says.
pub(super) fn of_adjustment(object: &Object<'_>) -> Result<Vec<Kind>, NotUnderstood> {
    let refund = || -> Result<Refund, NotUnderstood> {
        let id = object.id.text().and_then(|id| RefundId::parse(id).ok()).ok_or_else(|| missing("id"))?;
        Ok(Refund { id, request: asked_for(object), money: object.total()? })
    };
    let action = object.action.text().ok_or_else(|| missing("action"))?;
    Ok(match (action, object.status.text()) {
        ("refund", Some("pending_approval")) => vec![Kind::RefundPending(refund()?)],
        ("refund", Some("approved")) => vec![Kind::Refunded(refund()?)],
        ("refund", Some("rejected")) => vec![Kind::RefundFailed(refund()?)],
        ("refund", _) => return Err(missing("status")),
        ("chargeback_warning", _) => vec![Kind::DisputeOpened(loss(object, ":warning")?)],
        ("chargeback", _) => {
            let loss = loss(object, "")?;
            vec![Kind::DisputeOpened(loss.clone()), Kind::Reversed(loss)]
        }
        ("chargeback_warning_reverse", _) => vec![Kind::DisputeWon(loss(object, ":warning")?)],
        ("chargeback_reverse", _) => vec![Kind::DisputeWon(loss(object, "")?)],
        ("credit" | "credit_reverse", _) => Vec::new(),
        _ => return Err(NotUnderstood::Kind),
    })
}

/// A chargeback and what reverses it have two ids and name each other nowhere; what they share is the transaction. So
/// the dispute is named by it, and its warning, which moves no money, by itself.
fn loss(object: &Object<'_>, which: &str) -> Result<Loss, NotUnderstood> {
    let transaction = transaction_id(&object.transaction_id, "transaction_id")?;
    let dispute =
        DisputeId::parse(&format!("{transaction}{which}")).map_err(|_| missing("transaction_id"))?;
    Ok(Loss { dispute: Some(dispute), money: Some(object.total()?) })
}

/// Our id of a refund: the whole of its reason, where we asked for it.
pub(super) fn asked_for(object: &Object<'_>) -> Option<RefundId> {
    RefundId::parse(object.reason.text().filter(|reason| reason.starts_with("rf_"))?).ok()
}

pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    let request = requests::get_transaction(account, held.checkout_id?);
    Some(Step::send(request, |answer| Ok(Step::Done(truth(&requests::data(answer)?)?))))
}

/// The reports of a transaction's state and of each of its adjustments.
fn truth(object: &Object<'_>) -> Result<Vec<Report>, Failure> {
    let payment = transaction_id(&object.id, "id")?;
    let status = object.status.text().ok_or_else(|| missing("status"))?;
    let newest = object.newest();
    let tried = newest.map(|newest| newest.status.text().unwrap_or("unreadable"));
    let kind = match (status, tried) {
        ("draft" | "ready", None | Some("created" | "action_required")) => None,
        ("draft" | "ready", Some("error" | "canceled" | "dropped")) => Some(Kind::AttemptDeclined),
        ("draft" | "ready", Some("authorized" | "pending_no_action_required")) => Some(Kind::Processing),
        ("draft" | "ready", Some("authorized_flagged")) => Some(Kind::Review),
        ("paid" | "completed", _) => Some(Kind::Paid(object.grand_total()?)),
        ("canceled", _) => Some(Kind::Cancelled),
        // Between two steps, or new to us. "Nothing came" would be a guess, and a paid order could be closed on it.
        _ => return Err(Failure::Unknown(format!("a state that is not documented: {status}, {tried:?}"))),
    };
    let (at, reason) = match &kind {
        Some(Kind::Paid(_)) => {
            let mut tries = object.payments.iter().flatten();
            (tries.find_map(|one| time(&one.captured_at)), None)
        }
        // A try is declined after it was made: what was told of it as processing is earlier.
        Some(Kind::AttemptDeclined) => {
            let at = time(&object.updated_at).or_else(|| newest.and_then(|one| time(&one.created_at)));
            (at, newest.and_then(|one| one.error_code.text()))
        }
        Some(Kind::Review) => (newest.and_then(|one| time(&one.created_at)), tried),
        Some(Kind::Processing) => (newest.and_then(|one| time(&one.created_at)), None),
        _ => (time(&object.updated_at), None),
    };
    let word = tried.map_or_else(|| status.to_owned(), |tried| format!("{status}, {tried}"));
    let mut reports: Vec<Report> =
        kind.map(|kind| Report::new(kind).said_at(at).word(&word).reason(reason)).into_iter().collect();
    for adjustment in object.adjustments.iter().flatten() {
        for kind in of_adjustment(adjustment)? {
            reports.push(now(Report::new(kind), adjustment));
        }
    }
    Ok(reports.into_iter().map(|report| report.payment(Some(payment.clone()))).collect())
}

/// A report of what an adjustment says when it is asked for, dated. A refund's verdict is as old as its last change; a
/// chargeback is as old as itself, whatever became of it.
pub(super) fn now(report: Report, adjustment: &Object<'_>) -> Report {
    let at = match report.kind {
        Kind::Refunded(_) | Kind::RefundFailed(_) => time(&adjustment.updated_at),
        _ => time(&adjustment.created_at),
    };
    let words = [adjustment.action.text(), adjustment.status.text()];
    report.said_at(at).word(&words.map(Option::unwrap_or_default).join(", "))
}

fn time(node: &Node<'_>) -> Option<Moment> {
    node.text().and_then(Moment::parse_rfc3339)
}

/// Whose a transaction is. Its id is `txn_` and 26 letters and digits (api-reference/about/paddle-ids).
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    let is_id = whose::is_named(id, "txn_")
        && id.len() == ID_CHARS
        && id.bytes().all(|byte| !byte.is_ascii_uppercase());
    let request = is_id.then(|| requests::get_transaction(account, id))?;
    Some(whose::ask(request, |answer| Ok(requests::data(answer)?.session())))
}

const ID_CHARS: usize = 30;
