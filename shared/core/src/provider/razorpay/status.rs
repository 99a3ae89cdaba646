//! Razorpay's status words, and what is true of a link now.
//!
//! | link `status` | ours |
//! | --- | --- |
//! | `created` | nothing yet; its payments may say more |
//! | `partially_paid`, `paid` | paid, as much as came |
//! | `expired` | expired; a late capture still counts |
//! | `cancelled` | cancelled; likewise |
//!
//! | payment `status` | ours |
//! | --- | --- |
//! | `created` | nothing yet |
//! | `authorized` | processing |
//! | `captured` | paid |
//! | `refunded`, captured | paid, and wholly refunded |
//! | `refunded`, never captured | attempt declined: the money went back by itself |
//! | `failed` | attempt declined: the link stays open, and the same payment can still be captured |
//!
//! | refund `status` | ours |
//! | --- | --- |
//! | `pending` | refund pending |
//! | `processed` | refunded |
//! | `failed` | refund failed |
//!
//! Sources: razorpay/markdown-docs, payments/payment-links/states, payments/payments/late-authorisation,
//! api/payments/entity, api/refunds/entity.

use super::Account;
use super::events::whose_is;
use super::object::{Entity, is_id, missing};
use super::requests::{self, segment};
use crate::payment::{Kind, Money, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::{Failure, Held, NotUnderstood, Step, whose};

/// What a refund says. `asked` is our id of it where we know it; else its notes name it, if they are ours.
pub(super) fn of_refund(refund: &Entity<'_>, asked: Option<RefundId>) -> Result<Report, NotUnderstood> {
    let said = refund_of(refund, asked)?;
    let kind = match refund.status.text() {
        Some("pending") => Kind::RefundPending(said),
        Some("processed") => Kind::Refunded(said),
        Some("failed") => Kind::RefundFailed(said),
        _ => return Err(missing("status")),
    };
    Ok(dated(Report::new(kind), refund))
}

/// The refund that an entity is about, however far it is.
pub(super) fn refund_of(refund: &Entity<'_>, asked: Option<RefundId>) -> Result<Refund, NotUnderstood> {
    let id = refund.id.text().and_then(|text| RefundId::parse(text).ok());
    Ok(Refund {
        id: id.ok_or_else(|| missing("id"))?,
        request: asked.or_else(|| refund.our_refund()),
        money: refund.money(&refund.amount, "amount")?,
    })
}

/// What a payment says. `amount` is what came, where the link knows it better.
fn of_payment(payment: &Entity<'_>, amount: Option<Money>) -> Result<Option<Report>, NotUnderstood> {
    let came = || amount.map_or_else(|| payment.money(&payment.amount, "amount"), Ok);
    let kind = match payment.status.text() {
        Some("created") => return Ok(None),
        Some("authorized") => Kind::Processing,
        Some("captured") => Kind::Paid(came()?),
        Some("refunded") if payment.is_captured() => Kind::Paid(came()?),
        Some("refunded" | "failed") => Kind::AttemptDeclined,
        _ => return Err(missing("status")),
    };
    let reason = payment.error_reason.text().filter(|_| kind == Kind::AttemptDeclined);
    let report = dated(Report::new(kind).reason(reason), payment);
    Ok(Some(report.payment(Some(payment.own_payment_id()?))))
}

fn dated(report: Report, entity: &Entity<'_>) -> Report {
    report.said_at(entity.made_at()).word(entity.status.text().unwrap_or_default())
}

/// The link by its id, or by our reference where the answer that told the id was lost; then its order's payments, then
/// their refunds.
pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    let asking = account.clone();
    let session = held.session;
    Some(match held.checkout_id {
        Some(id) => {
            let path = format!("/v1/payment_links/{}", segment(Some(id).filter(|id| is_id(id))?));
            Step::send(requests::get(account, &path), move |answer| {
                of_link(&asking, &requests::body(answer)?)
            })
        }
        None => Step::send(requests::by_reference(account, session), move |answer| {
            match requests::found(&requests::body(answer)?, session) {
                Some(link) => of_link(&asking, link),
                // Nothing was ever made under our reference, so nothing came.
                None => Ok(Step::Done(Vec::new())),
            }
        }),
    })
}

fn of_link(account: &Account, link: &Entity<'_>) -> Result<Step<Vec<Report>>, Failure> {
    let (ended, paid) = match link.status.text() {
        Some("created") => (None, None),
        Some("partially_paid" | "paid") => (None, Some(link.money(&link.amount_paid, "amount_paid")?)),
        Some("expired") => (Some(Kind::Expired), None),
        Some("cancelled") => (Some(Kind::Cancelled), None),
        _ => return Err(missing("status").into()),
    };
    let word = link.status.text().unwrap_or_default();
    let ended = ended.map(|kind| Report::new(kind).said_at(link.became_so_at()).word(word));
    let mut said: Vec<Report> = ended.into_iter().collect();
    let order = match (link.order_id.text(), paid) {
        (Some(order), _) if is_id(order) => order,
        // Nobody opened the page.
        (None, None) => return Ok(Step::Done(said)),
        _ => return Err(missing("order_id").into()),
    };
    let path = format!("/v1/orders/{}/payments", segment(order));
    let asking = account.clone();
    Ok(Step::send(requests::get(account, &path), move |answer| {
        let list: Entity<'_> = requests::body(answer)?;
        let payments = list.items.as_deref().ok_or_else(|| missing("items"))?;
        let captured: Vec<_> = payments.iter().filter(|payment| payment.is_captured()).collect();
        if paid.is_some() && captured.is_empty() {
            return Err(Failure::Unknown("a link that is paid, and no payment that was captured".to_owned()));
        }
        // What the link says came is what one payment brought; of several each says its own.
        let amount = paid.filter(|_| captured.len() == 1);
        for payment in payments {
            let report = of_payment(payment, amount.filter(|_| payment.is_captured()))?;
            // An entity says when it was made and not when it changed. That it is authorised, which may follow a decline of
            // it by days, or that it was and went back by itself, is true as of the answer.
            let may_follow =
                matches!(payment.status.text(), Some("authorized" | "refunded")) && !payment.is_captured();
            said.extend(report.map(|report| {
                let at = answer.date().filter(|_| may_follow).or(report.said_at);
                report.said_at(at)
            }));
        }
        let is_refunded =
            |payment: &&Entity<'_>| payment.amount_refunded.number().is_some_and(|minor| minor > 0);
        let mut refunded = Vec::new();
        for payment in captured.into_iter().filter(is_refunded) {
            let id = payment.own_payment_id()?;
            if refunded.len() < REFUNDED_ASKED_MAX {
                refunded.push(id);
            } else {
                let total = payment.money(&payment.amount_refunded, "amount_refunded")?;
                said.push(dated(Report::new(Kind::RefundedTotal(total)), payment).payment(Some(id)));
            }
        }
        Ok(refunds(asking, refunded, said))
    }))
}

/// Payments whose refunds are asked for in one fetch, after the link and its payments; of more the sum is told.
const REFUNDED_ASKED_MAX: usize = 4;

/// What is said already, and each refund of these payments.
fn refunds(account: Account, mut rest: Vec<ProviderPaymentId>, mut said: Vec<Report>) -> Step<Vec<Report>> {
    let Some(payment) = rest.pop() else { return Step::Done(said) };
    let path = format!("/v1/payments/{}/refunds?count=100", segment(payment.as_str()));
    Step::send(requests::get(&account, &path), move |answer| {
        let list: Entity<'_> = requests::body(answer)?;
        for refund in list.items.as_deref().ok_or_else(|| missing("items"))? {
            said.push(of_refund(refund, None)?.payment(Some(payment.clone())));
        }
        Ok(refunds(account, rest, said))
    })
}

/// Whose a payment, a link or an order is.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    let objects = [("pay_", "payments"), ("plink_", "payment_links"), ("order_", "orders")];
    let (_, objects) = objects.into_iter().find(|(prefix, _)| whose::is_named(id, prefix))?;
    let asking = account.clone();
    let path = format!("/v1/{objects}/{}", segment(id));
    Some(Step::send(requests::get(account, &path), move |answer| {
        if requests::is_not_found(answer) {
            return Ok(Step::Done(None));
        }
        Ok(whose_is(&asking, &requests::body(answer)?)?)
    }))
}
