//! Square's status words, and what is true of a checkout now.
//!
//! | payment `status` | ours |
//! | --- | --- |
//! | `APPROVED`, `PENDING` | processing: authorised, or a bank transfer under way |
//! | `COMPLETED` | paid; it says so again after each refund and fee |
//! | `FAILED`, `CANCELED` | attempt declined: the link stays open |
//!
//! | refund `status` | ours |
//! | --- | --- |
//! | `PENDING` | refund pending |
//! | `COMPLETED` | refunded |
//! | `REJECTED`, `FAILED` | refund failed |
//!
//! | dispute `state` | ours |
//! | --- | --- |
//! | `EVIDENCE_REQUIRED`, `INQUIRY_EVIDENCE_REQUIRED` | dispute opened; of an inquiry no money is held yet |
//! | `PROCESSING`, `INQUIRY_PROCESSING` | nothing new: the bank looks at the evidence |
//! | `WON`, `INQUIRY_CLOSED` | dispute won |
//! | `LOST`, `ACCEPTED` | dispute lost |
//!
//! | order `state` | ours |
//! | --- | --- |
//! | `CANCELED` without a payment | cancelled |
//! | `DRAFT`, `OPEN`, `COMPLETED` | what its payments say: it stays open after it was paid, until it is fulfilled |
//!
//! Sources: developer.squareup.com/reference/square, the types Payment, PaymentRefund and Order and the enums
//! DisputeState and OrderState.

use super::events::whose_is;
use super::object::{Node, Object, is_id, missing, money, payment_id};
use super::requests::{self, Envelope};
use super::{Account, requests::Checkout};
use crate::payment::{DisputeId, Kind, Loss, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::{Failure, Held, NotUnderstood, Step, whose};

/// What a payment says.
pub(super) fn of_payment(object: &Object<'_>) -> Result<Report, NotUnderstood> {
    let kind = match object.status.text() {
        Some("APPROVED" | "PENDING") => Kind::Processing,
        Some("COMPLETED") => Kind::Paid(money(&object.amount_money)?),
        Some("FAILED" | "CANCELED") => Kind::AttemptDeclined,
        _ => return Err(missing("status")),
    };
    let reason = object.declined().filter(|_| kind == Kind::AttemptDeclined);
    Ok(dated(Report::new(kind).reason(reason), object)
        .payment(Some(payment_id(object.id.text().unwrap_or_default())?)))
}

/// What a refund says. `asked` is our id of it where we know it; else its reason names it, if it is ours.
pub(super) fn of_refund(object: &Object<'_>, asked: Option<RefundId>) -> Result<Report, NotUnderstood> {
    let named = || object.reason.text().and_then(requests::refund_named_in);
    let id = object.id.text().and_then(|text| RefundId::parse(text).ok());
    let refund = Refund {
        id: id.ok_or_else(|| missing("id"))?,
        request: asked.or_else(named),
        money: money(&object.amount_money)?,
    };
    let kind = match object.status.text() {
        Some("PENDING") => Kind::RefundPending(refund),
        Some("COMPLETED") => Kind::Refunded(refund),
        Some("REJECTED" | "FAILED") => Kind::RefundFailed(refund),
        _ => return Err(missing("status")),
    };
    Ok(dated(Report::new(kind), object).payment(Some(object.payment()?)))
}

/// What a dispute says. None where the bank only looks at it.
pub(super) fn of_dispute(object: &Object<'_>) -> Result<Option<Report>, NotUnderstood> {
    let id = object.id.text().and_then(|text| DisputeId::parse(text).ok()).ok_or_else(|| missing("id"))?;
    let loss = || Ok(Loss { dispute: Some(id), money: Some(money(&object.amount_money)?) });
    let kind = match object.state.text() {
        Some("EVIDENCE_REQUIRED" | "INQUIRY_EVIDENCE_REQUIRED") => Kind::DisputeOpened(loss()?),
        Some("PROCESSING" | "INQUIRY_PROCESSING") => return Ok(None),
        Some("WON" | "INQUIRY_CLOSED") => Kind::DisputeWon(loss()?),
        Some("LOST" | "ACCEPTED") => Kind::DisputeLost(loss()?),
        _ => return Err(missing("state")),
    };
    let report = Report::new(kind).reason(object.reason.text());
    Ok(Some(dated(report, object).payment(Some(object.payment()?))))
}

fn dated(report: Report, object: &Object<'_>) -> Report {
    let word = object.status.text().or_else(|| object.state.text()).unwrap_or_default();
    report.said_at(object.changed_at()).word(word)
}

/// Requests that a fetch may send, the order's own among them.
const ASKED_MAX: usize = 6;

/// The order, then its payments, then their refunds.
pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    // Where the id was lost the creation is repeated with its key: Square does not look up by our reference.
    let Checkout { order, .. } = Checkout::parse(held.checkout_id?)?;
    let path = format!("/v2/orders/{}", requests::segment(order));
    let asking = account.clone();
    Some(Step::send(requests::get(account, &path), move |answer| {
        let Envelope { order, .. } = requests::body(answer)?;
        let order = order.of().ok_or_else(|| missing("order"))?;
        let tenders = order.tenders.as_deref().unwrap_or_default();
        match order.state.text() {
            Some("CANCELED") if tenders.is_empty() => {
                return Ok(Step::Done(vec![dated(Report::new(Kind::Cancelled), order)]));
            }
            Some("DRAFT" | "OPEN" | "COMPLETED" | "CANCELED") => {}
            _ => return Err(missing("state").into()),
        }
        let payment = |tender: &Object<'_>| match tender.payment() {
            Ok(payment) => Ok(payment),
            Err(_) => payment_id(tender.id.text().unwrap_or_default()),
        };
        // A declined card has nothing more to tell, unless it is all that there is: then the last one says why. One that
        // was authorised was told as processing: the last whose authorisation was given back says that it has ended.
        let mut asked: Vec<_> = tenders.iter().filter(|tender| !tender.came_to_nothing()).collect();
        let last = tenders.last().filter(|tender| asked.is_empty() && !tender.was_voided());
        asked.extend(last);
        if asked.len() < ASKED_MAX.saturating_sub(1)
            && let Some(voided) = tenders.iter().rfind(|tender| tender.was_voided())
        {
            asked.insert(0, voided);
        }
        let rest = asked.into_iter().map(payment).collect::<Result<Vec<_>, _>>()?;
        let left = ASKED_MAX.saturating_sub(1);
        payments(&asking, rest, left, Vec::new())
    }))
}

/// What each of these payments says, and its refunds, with as many requests as are left.
fn payments(
    account: &Account,
    mut rest: Vec<ProviderPaymentId>,
    left: usize,
    mut said: Vec<Report>,
) -> Result<Step<Vec<Report>>, Failure> {
    if rest.len() > left {
        return Err(Failure::Unknown("an order with more payments than can be asked for".to_owned()));
    }
    let Some(payment) = rest.pop() else { return Ok(Step::Done(said)) };
    let path = format!("/v2/payments/{}", requests::segment(payment.as_str()));
    let asking = account.clone();
    Ok(Step::send(requests::get(account, &path), move |answer| {
        let Envelope { payment: object, .. } = requests::body(answer)?;
        let object = object.of().ok_or_else(|| missing("payment"))?;
        said.push(of_payment(object)?);
        let left = left.saturating_sub(1);
        let ids = object.refund_ids.as_deref().unwrap_or_default();
        if ids.len().saturating_add(rest.len()) > left {
            // Too many to be asked for one by one: their sum is known, if not how each of them stands.
            let total = Kind::RefundedTotal(money(&object.refunded_money)?);
            said.push(dated(Report::new(total), object).payment(Some(payment)));
            return payments(&asking, rest, left, said);
        }
        let ids = ids.iter().map(refund_id).collect::<Result<Vec<_>, _>>()?;
        refunds(asking, ids, rest, left, said)
    }))
}

fn refund_id(node: &Node<'_>) -> Result<String, NotUnderstood> {
    let id = node.text().filter(|text| is_id(text));
    id.map(str::to_owned).ok_or_else(|| missing("refund_ids"))
}

/// What each of these refunds says, then the payments that are left.
fn refunds(
    account: Account,
    mut ids: Vec<String>,
    rest: Vec<ProviderPaymentId>,
    left: usize,
    mut said: Vec<Report>,
) -> Result<Step<Vec<Report>>, Failure> {
    let Some(id) = ids.pop() else { return payments(&account, rest, left, said) };
    let path = format!("/v2/refunds/{}", requests::segment(&id));
    Ok(Step::send(requests::get(&account, &path), move |answer| {
        let Envelope { refund, .. } = requests::body(answer)?;
        said.push(of_refund(refund.of().ok_or_else(|| missing("refund"))?, None)?);
        refunds(account, ids, rest, left.saturating_sub(1), said)
    }))
}

/// Whose a payment is: its note says so, or its order.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    if !whose::is_plain(id, ID_CHARS_MIN) {
        return None;
    }
    let path = format!("/v2/payments/{}", requests::segment(id));
    let asking = account.clone();
    Some(Step::send(requests::get(account, &path), move |answer| {
        if answer.status == 404 {
            return Ok(Step::Done(None));
        }
        let Envelope { payment, .. } = requests::body(answer)?;
        whose_is(&asking, payment.of().ok_or_else(|| missing("payment"))?)
    }))
}

/// Nothing but a largest length is documented of a payment's id. Those that Square's pages show are 22 letters and digits
/// or more: a shorter text is a number or name of something else.
const ID_CHARS_MIN: usize = 22;
