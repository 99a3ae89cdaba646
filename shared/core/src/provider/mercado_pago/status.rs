//! Mercado Pago's status words, and what is true of a payment now.
//!
//! | payment `status` | ours |
//! | --- | --- |
//! | `pending`, `pending_waiting_payment` or `pending_waiting_transfer` | nothing yet: the customer has the voucher or the transfer still to pay |
//! | `pending`, `in_process`, `authorized` | processing: a review, money that is held and not captured |
//! | `approved` | paid |
//! | `refunded` | paid; its refunds say what went back |
//! | `in_mediation` | paid, dispute opened: the customer complains, and the money is held |
//! | `charged_back`, `in_process` | paid, dispute opened |
//! | `charged_back`, `settled` | paid, dispute lost |
//! | `charged_back`, `reimbursed` | paid, dispute won |
//! | `rejected`, `cancelled` | attempt declined: the page stays open |
//!
//! | refund `status` | ours |
//! | --- | --- |
//! | `in_process`, `pending` | refund pending |
//! | `approved` | refunded |
//! | `rejected`, `cancelled` | refund failed |
//!
//! Sources: docs/checkout-api-payments/response-handling/query-results (the second column is `status_detail`),
//! docs/checkout-api/payment-management/cancellations-and-refunds/refund-pix.

use super::object::{Found, Payment, Refund, missing};
use super::{Account, requests};
use crate::payment::{self, Currency, Kind, Loss, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::{Failure, Held, NotUnderstood, Step, Told, whose};

/// All that one payment says.
pub(super) fn of_payment(payment: &Payment<'_>) -> Result<Vec<Report>, NotUnderstood> {
    let word = payment.status.text().ok_or_else(|| missing("status"))?;
    let detail = payment.status_detail.text();
    let id = Some(payment.id()?);
    let report = |kind, at| Report::new(kind).payment(id.clone()).said_at(at).word(word);
    let loss = || Ok::<_, NotUnderstood>(Loss { dispute: None, money: Some(payment.money()?) });
    let then = match (word, detail) {
        // That a voucher was made is no payment: who holds it reads that nothing was received yet.
        ("pending", Some("pending_waiting_payment" | "pending_waiting_transfer")) => return Ok(Vec::new()),
        ("pending" | "in_process" | "authorized", _) => {
            return Ok(vec![report(Kind::Processing, payment.changed_at())]);
        }
        ("rejected" | "cancelled", _) => {
            return Ok(vec![report(Kind::AttemptDeclined, payment.changed_at()).reason(detail)]);
        }
        ("approved" | "refunded", _) => None,
        ("in_mediation", _) | ("charged_back", Some("in_process")) => Some(Kind::DisputeOpened(loss()?)),
        ("charged_back", Some("settled")) => Some(Kind::DisputeLost(loss()?)),
        ("charged_back", Some("reimbursed")) => Some(Kind::DisputeWon(loss()?)),
        ("charged_back", _) => return Err(missing("status_detail")),
        _ => return Err(missing("status")),
    };
    let mut reports = vec![report(Kind::Paid(payment.money()?), payment.paid_at())];
    reports.extend(then.map(|kind| report(kind, payment.changed_at())));
    let refunds = payment.refunds.as_deref().unwrap_or_default();
    for refund in refunds {
        reports.push(of_refund(refund, payment.currency()?, None)?.payment(id.clone()));
    }
    // Where they are not listed the sum says it, or the status: then it is all of it.
    let all = if word == "refunded" { Some(payment.money()?) } else { None };
    if let Some(all) = payment.sent_back()?.or(all).filter(|_| refunds.is_empty()) {
        reports.push(report(Kind::RefundedTotal(all), payment.changed_at()));
    }
    Ok(reports)
}

/// What a refund says. `asked` is our id of it where we know it: nothing of ours stands in it.
pub(super) fn of_refund(
    refund: &Refund<'_>,
    currency: Currency,
    asked: Option<RefundId>,
) -> Result<Report, NotUnderstood> {
    let word = refund.status.text().ok_or_else(|| missing("a refund's status"))?;
    let id = refund.id().and_then(|id| RefundId::parse(&id).ok());
    let said = payment::Refund {
        id: id.ok_or_else(|| missing("a refund's id"))?,
        request: asked,
        money: refund.money(currency)?,
    };
    let kind = match word {
        "in_process" | "pending" => Kind::RefundPending(said),
        "approved" => Kind::Refunded(said),
        "rejected" | "cancelled" => Kind::RefundFailed(said),
        _ => return Err(missing("a refund's status")),
    };
    Ok(Report::new(kind).said_at(refund.made_at()).word(word))
}

/// The payment with this id, as it is now. Whose it is, the answer says; none where it is none of ours.
pub(super) fn told_of(account: &Account, id: &str) -> Step<Option<Told>> {
    let (asking, asked) = (account.clone(), id.to_owned());
    Step::send(requests::get_payment(account, id), move |answer| {
        let payment: Payment<'_> = requests::body(answer)?;
        if payment.id()?.as_str() != asked {
            return Err(missing("id").into());
        }
        let Some(session) = payment.session() else { return Ok(Step::Done(None)) };
        payment.fits(&asking)?;
        let reports = of_payment(&payment)?;
        // A payment does not name its preference.
        Ok(Step::Done(Some(Told { session, checkout_id: None, reports, fetched: true })))
    })
}

/// The payments of a session are found by our reference, whether or not the creation's answer was lost.
pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    let (asking, session) = (account.clone(), held.session);
    Some(Step::send(requests::search(account, session), move |answer| {
        let mut reports = Vec::new();
        for payment in &all(requests::body(answer)?)? {
            if payment.session() != Some(session) {
                return Err(missing("external_reference").into());
            }
            // Anybody can make one of the other mode under a reference that they were given: it says nothing, and hides
            // nothing.
            match payment.fits(&asking) {
                Err(NotUnderstood::Mode) => {}
                fits => {
                    fits?;
                    reports.extend(of_payment(payment)?);
                }
            }
        }
        Ok(Step::Done(reports))
    }))
}

/// All payments that a search found. Where there are more than it shows, one of them may be the one that was paid.
pub(super) fn all(found: Found<'_>) -> Result<Vec<Payment<'_>>, Failure> {
    let payments = found.results.ok_or_else(|| missing("results"))?;
    let total = found.paging.of().and_then(|paging| paging.total.number());
    let shown = u64::try_from(payments.len()).ok();
    if total.is_none() || total > shown {
        return Err(missing("paging.total").into());
    }
    Ok(payments)
}

/// Whose a payment is. One of the other mode is nobody's here: it moved no money of this account's.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = Some(payment.as_str()).filter(|id| whose::is_number(id))?;
    let asking = account.clone();
    Some(whose::ask(requests::get_payment(account, id), move |answer| {
        let payment: Payment<'_> = requests::body(answer)?;
        Ok(payment.session().filter(|_| payment.fits(&asking).is_ok()))
    }))
}
