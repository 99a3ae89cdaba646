//! Paystack's status words, and what is true of a transaction now.
//!
//! | transaction `status` | ours |
//! | --- | --- |
//! | `abandoned` | nothing yet: a page that nobody touched says so too |
//! | `ongoing`, `pending` | nothing yet: the customer is asked for something |
//! | `processing`, `queued` | processing |
//! | `success` | paid |
//! | `reversed` | paid; its refunds and disputes say what went back |
//! | `failed` | attempt declined: the customer may try again on the page |
//!
//! | refund `status` | ours |
//! | --- | --- |
//! | `pending`, `processing`, `needs-attention` | refund pending; the last waits for somebody to name an account |
//! | `processed` | refunded |
//! | `failed` | refund failed: the money is the shop's again |
//!
//! | dispute `status`, `resolution` | ours |
//! | --- | --- |
//! | `awaiting-merchant-feedback`, `awaiting-bank-feedback`, `pending` | dispute opened |
//! | `resolved`, `merchant-accepted` or `auto-accepted` | dispute lost |
//! | `resolved`, `declined` | dispute won |
//! | `archived` | nothing |
//!
//! Sources: the API reference (Transactions, Refunds, Disputes), PaystackOSS/openapi `DisputeResolve`, the support
//! article "Understanding refund statuses".

use serde::Deserialize;

use super::Account;
use super::object::{Object, missing};
use super::requests::{self, Envelope};
use crate::payment::{DisputeId, Kind, Loss, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::{Failure, Held, NotUnderstood, Step, whose};

/// What a refund says. `asked` is our id of it where we know it; else its note names it, if it is ours.
pub(super) fn of_refund(refund: &Object<'_>, asked: Option<RefundId>) -> Result<Report, NotUnderstood> {
    let word = refund.status.text().ok_or_else(|| missing("status"))?;
    let said = Refund {
        id: refund.id().and_then(|id| RefundId::parse(&id).ok()).ok_or_else(|| missing("id"))?,
        request: asked.or_else(|| refund.our_refund()),
        money: refund.money()?,
    };
    let kind = match word {
        "pending" | "processing" | "needs-attention" => Kind::RefundPending(said),
        "processed" => Kind::Refunded(said),
        "failed" => Kind::RefundFailed(said),
        _ => return Err(missing("status")),
    };
    Ok(Report::new(kind).said_at(refund.made_at()).word(word))
}

/// What a dispute says. None for one that was put away without a word.
pub(super) fn of_dispute(dispute: &Object<'_>) -> Result<Option<Report>, NotUnderstood> {
    let word = dispute.status.text().ok_or_else(|| missing("status"))?;
    let id = dispute.id().and_then(|id| DisputeId::parse(&id).ok()).ok_or_else(|| missing("id"))?;
    let loss = || Ok(Loss { dispute: Some(id), money: Some(dispute.disputed()?) });
    let (kind, at) = match (word, dispute.resolution.text()) {
        ("awaiting-merchant-feedback" | "awaiting-bank-feedback" | "pending", _) => {
            (Kind::DisputeOpened(loss()?), dispute.made_at())
        }
        ("resolved", Some("merchant-accepted" | "auto-accepted")) => {
            (Kind::DisputeLost(loss()?), dispute.ended_at())
        }
        ("resolved", Some("declined")) => (Kind::DisputeWon(loss()?), dispute.ended_at()),
        ("archived", _) => return Ok(None),
        _ => return Err(missing("resolution")),
    };
    let payment = dispute.transaction.of().ok_or_else(|| missing("transaction"))?.payment_id()?;
    let report = Report::new(kind).said_at(at).word(word).reason(dispute.category.text());
    Ok(Some(report.payment(Some(payment))))
}

pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    Some(of_session(account, held.session))
}

/// The transaction with our reference, then its refunds and disputes.
pub(super) fn of_session(account: &Account, session: SessionId) -> Step<Vec<Report>> {
    let path = format!("/transaction/verify/{}", super::reference(session));
    let asking = account.clone();
    Step::send(requests::get(account, &path), move |answer| {
        // Nothing was ever made under our reference, so nothing came.
        if requests::is_not_found(answer) {
            return Ok(Step::Done(Vec::new()));
        }
        let Envelope { data } = requests::body(answer)?;
        let transaction = data.of().ok_or_else(|| missing("data"))?;
        if transaction.session() != Some(session) {
            return Err(missing("reference").into());
        }
        let word = transaction.status.text().ok_or_else(|| missing("status"))?;
        let kind = match word {
            "abandoned" | "ongoing" | "pending" => return Ok(Step::Done(Vec::new())),
            "processing" | "queued" => Kind::Processing,
            "success" | "reversed" => Kind::Paid(transaction.came()?),
            "failed" => Kind::AttemptDeclined,
            _ => return Err(missing("status").into()),
        };
        let has_come = matches!(kind, Kind::Paid(_));
        let reason = transaction.gateway_response.text().filter(|_| kind == Kind::AttemptDeclined);
        let payment = transaction.payment_id()?;
        // Its own times are of its making and its payment. What may follow the other is true as of the answer: a page that
        // was declined may be tried again, and what is worked on may be declined.
        let at = if has_come { transaction.paid_at() } else { answer.date().or(transaction.paid_at()) };
        let report = Report::new(kind).said_at(at).word(word).reason(reason);
        let said = vec![report.payment(Some(payment.clone()))];
        Ok(if has_come { refunds(asking, payment, said) } else { Step::Done(said) })
    })
}

/// A list of refunds or disputes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct List<'a> {
    #[serde(borrow)]
    pub(super) data: Option<Vec<Object<'a>>>,
}

fn refunds(account: Account, payment: ProviderPaymentId, mut said: Vec<Report>) -> Step<Vec<Report>> {
    Step::send(requests::refunds_of(&account, &payment), move |answer| {
        let list: List<'_> = requests::body(answer)?;
        for refund in list.data.as_deref().ok_or_else(|| missing("data"))? {
            // Asking for those of one transaction is newer than Paystack's library: another's refund is none of this one.
            let is_of_this = refund.transaction_id().is_none_or(|id| id == payment.as_str());
            // The money of a dispute is told by the dispute.
            if is_of_this && refund.dispute.number().is_none() {
                said.push(of_refund(refund, None)?.payment(Some(payment.clone())));
            }
        }
        let path = format!("/dispute?transaction={}&perPage=100", requests::segment(payment.as_str()));
        Ok(Step::send(requests::get(&account, &path), move |answer| {
            let list: List<'_> = requests::body(answer)?;
            for dispute in list.data.as_deref().ok_or_else(|| missing("data"))? {
                said.extend(of_dispute(dispute)?);
            }
            Ok::<_, Failure>(Step::Done(said))
        }))
    })
}

/// Whose a transaction is. A reference of ours says it without being asked about; other references are nobody's here. Of
/// an id, which is a number, the transaction says it (Transactions, "Fetch Transaction").
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    if id.starts_with("cs-") {
        return super::session(id).map(|session| Step::Done(Some(session)));
    }
    let path = format!("/transaction/{}", requests::segment(Some(id).filter(|id| whose::is_number(id))?));
    Some(whose::ask(requests::get(account, &path), |answer| {
        if requests::is_not_found(answer) {
            return Ok(None);
        }
        let Envelope { data } = requests::body(answer)?;
        Ok(data.of().and_then(Object::session))
    }))
}
