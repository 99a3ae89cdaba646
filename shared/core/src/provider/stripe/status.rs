//! Stripe's status words, and what is true of a checkout now.

use super::events::nothing_of;
use super::object::{List, Node, Object, missing};
use super::{Account, requests};
use crate::payment::{DisputeId, Kind, Loss, Moment, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::{Answer, Failure, Held, NotUnderstood, Step, Told};

/// A refund's `status` (docs.stripe.com/api/refunds/object). A failure can follow a success, days later. `asked` is
/// our id of it where we know it; else it is in the refund's own notes, if they are ours.
pub(super) fn of_refund(object: &Object<'_>, asked: Option<RefundId>) -> Result<Report, NotUnderstood> {
    let parse = |node: &Node<'_>| node.text().and_then(|text| RefundId::parse(text).ok());
    let ours = object.metadata.of().filter(|metadata| metadata.session().is_some());
    let refund = Refund {
        id: parse(&object.id).ok_or_else(|| missing("id"))?,
        request: asked.or_else(|| parse(&ours?.refund_id)),
        money: object.money(&object.amount, "amount")?,
    };
    let kind = match object.status.text() {
        Some("pending" | "requires_action") => Kind::RefundPending(refund),
        Some("succeeded") => Kind::Refunded(refund),
        Some("failed" | "canceled") => Kind::RefundFailed(refund),
        _ => return Err(missing("status")),
    };
    Ok(Report::new(kind).reason(object.failure_reason.text()))
}

/// A dispute's `status` (docs.stripe.com/api/disputes/object). None for a prevented one: how it was settled is not
/// said.
pub(super) fn of_dispute(object: &Object<'_>) -> Result<Option<Report>, NotUnderstood> {
    let id = object.id.text().and_then(|text| DisputeId::parse(text).ok()).ok_or_else(|| missing("id"))?;
    let loss = Loss { dispute: Some(id), money: Some(object.money(&object.amount, "amount")?) };
    let kind = match object.status.text() {
        // An inquiry (warning) has moved no money yet. An appeal has: what was lost stays lost until it is won.
        Some("needs_response" | "under_review") => Kind::DisputeOpened(loss),
        Some("warning_needs_response" | "warning_under_review") => Kind::DisputeOpened(loss),
        Some("appeal_needs_response" | "appeal_under_review") => Kind::DisputeOpened(loss),
        Some("lost") => Kind::DisputeLost(loss),
        Some("won" | "warning_closed") => Kind::DisputeWon(loss),
        Some("prevented") => return Ok(None),
        _ => return Err(missing("status")),
    };
    Ok(Some(Report::new(kind).reason(object.reason.text())))
}

/// A report of what an object says when it is asked for, dated.
///
/// What can follow something else is true as of the answer: a dispute that was lost and is won now says so only by
/// being won. The rest is dated by the object's creation, so that the same answer again is the same fact.
pub(super) fn now(report: Report, object: &Object<'_>, answer: &Answer) -> Report {
    let at = match report.kind {
        Kind::RefundFailed(_) | Kind::RefundedTotal(_) | Kind::DisputeWon(_) | Kind::DisputeLost(_) => {
            answer.date()
        }
        _ => object.created.number().map(Moment::from_seconds),
    };
    report.said_at(at).word(object.status.text().unwrap_or_default())
}

/// The state of one checkout.
pub(super) struct Truth {
    session: Option<SessionId>,
    checkout_id: Option<String>,
    reports: Vec<Report>,
}

impl Truth {
    /// It as what an event would tell; none where the checkout is not ours.
    pub(super) fn told(self) -> Option<Told> {
        let Self { session, checkout_id, reports } = self;
        Some(Told { session: session?, checkout_id, reports, fetched: true })
    }
}

pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    // Where the id was lost the creation is repeated with its key: Stripe does not look up by our reference.
    Some(of_checkout(account, held.checkout_id?).map(|truth| truth.reports))
}

/// The state of the checkout with this id.
pub(super) fn of_checkout(account: &Account, id: &str) -> Step<Truth> {
    let id = requests::segment(id);
    let path = format!("/v1/checkout/sessions/{id}?expand[]=payment_intent.latest_charge.refunds");
    let asking = account.clone();
    Step::send(requests::get(account, &path), move |answer| truth(&asking, &requests::body(answer)?, answer))
}

/// The state of the checkout that this payment intent belongs to, if one of ours does.
pub(super) fn of_intent(account: &Account, intent: &str) -> Step<Truth> {
    let intent = requests::segment(intent);
    let expand = "data.payment_intent.latest_charge.refunds";
    let path = format!("/v1/checkout/sessions?payment_intent={intent}&expand[]={expand}");
    let asking = account.clone();
    Step::send(requests::get(account, &path), move |answer| {
        let list: List<'_> = requests::body(answer)?;
        match list.data.iter().find(|object| object.session().is_some()) {
            Some(checkout) => truth(&asking, checkout, answer),
            None => Ok(Step::Done(Truth { session: None, checkout_id: None, reports: Vec::new() })),
        }
    })
}

/// What a checkout says, with its payment and the charge expanded in it (docs.stripe.com/api/checkout/sessions/object).
fn truth(account: &Account, checkout: &Object<'_>, answer: &Answer) -> Result<Step<Truth>, Failure> {
    let intent = checkout.payment_intent.of();
    let payment = checkout.intent()?;
    let total = || checkout.money(&checkout.amount_total, "amount_total");
    let declined = intent.and_then(Object::declined);
    let intent_status = match &checkout.payment_intent {
        Node::Of(intent) => intent.status.text().unwrap_or("without a status"),
        Node::Nothing => "null",
        _ => "not expanded",
    };
    let word = |node: &Node<'_>| node.text().unwrap_or("null").to_owned();
    let (status, payment_status) = (word(&checkout.status), word(&checkout.payment_status));
    let words = [status.as_str(), &payment_status, intent_status];
    let kind = match words {
        ["open", "unpaid", "null" | "requires_payment_method" | "requires_action"] => {
            declined.map(|_| Kind::AttemptDeclined)
        }
        ["complete", "paid", _] => Some(Kind::Paid(total()?)),
        ["complete", "unpaid", "processing" | "requires_action"] => Some(Kind::Processing),
        ["complete", "unpaid", "requires_payment_method"] => Some(Kind::Failed),
        ["complete", "unpaid", "canceled"] => Some(Kind::Cancelled),
        ["complete", "no_payment_required", "null"] => Some(Kind::Paid(nothing_of(total()?))),
        ["expired", "unpaid", "null" | "canceled"] => Some(Kind::Expired),
        // Between two steps, or new to us. "Nothing came" would be a guess, and a paid order could be closed on it.
        _ => return Err(Failure::Unknown(format!("a state that is not documented: {}", words.join(", ")))),
    };
    let charge = intent.and_then(|intent| intent.latest_charge.of());
    let reason = declined.filter(|_| matches!(kind, Some(Kind::AttemptDeclined | Kind::Failed)));
    let charged_at = charge.and_then(|charge| charge.created.number()).map(Moment::from_seconds);
    let report = |kind| Report::new(kind).said_at(charged_at).word(&words.join(", ")).reason(reason);
    let mut reports: Vec<Report> = kind.map(report).into_iter().collect();
    reports.extend(charge.map(|charge| refunds(charge, answer)).transpose()?.unwrap_or_default());
    let reports = reports.into_iter().map(|report| report.payment(payment.clone())).collect();
    let checkout_id = checkout.id.text().map(str::to_owned);
    let truth = Truth { session: checkout.session(), checkout_id, reports };
    match (charge.and_then(|charge| charge.disputed.flag()), payment) {
        (Some(true), Some(payment)) => Ok(with_disputes(account, truth, payment)),
        _ => Ok(Step::Done(truth)),
    }
}

/// A charge's refunds, each with its own state. Their running total counts those under way too, so it is used only
/// where the list is not whole.
fn refunds(charge: &Object<'_>, answer: &Answer) -> Result<Vec<Report>, Failure> {
    let list = charge.refunds.of();
    let each = list.map_or(&[][..], |list| &list.data).iter();
    let mut reports: Vec<Report> = each
        .map(|refund| of_refund(refund, None).map(|report| now(report, refund, answer)))
        .collect::<Result<_, _>>()?;
    let whole = list.is_some_and(|list| list.has_more.flag() == Some(false));
    if !whole && charge.amount_refunded.number().is_some_and(|minor| minor > 0) {
        let total = charge.money(&charge.amount_refunded, "amount_refunded")?;
        reports.push(now(Report::new(Kind::RefundedTotal(total)), charge, answer));
    }
    Ok(reports)
}

/// The same, and how the payment's disputes stand.
fn with_disputes(account: &Account, mut truth: Truth, payment: ProviderPaymentId) -> Step<Truth> {
    let path = format!("/v1/disputes?payment_intent={}", requests::segment(payment.as_str()));
    Step::send(requests::get(account, &path), move |answer| {
        let list: List<'_> = requests::body(answer)?;
        for dispute in &list.data {
            let report = of_dispute(dispute)?;
            truth
                .reports
                .extend(report.map(|report| now(report, dispute, answer).payment(Some(payment.clone()))));
        }
        Ok(Step::Done(truth))
    })
}
