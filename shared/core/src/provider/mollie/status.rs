//! Mollie's status words, and what is true of a payment now.

use super::object::{Object, missing, moment, money, payment_id};
use super::{Account, requests};
use crate::payment::{DisputeId, Kind, Loss, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::{Failure, Held, NotUnderstood, Step, Told, whose};

/// A payment's `status` (docs.mollie.com/docs/status-change). None while nothing is known of money.
///
/// | status | ours |
/// | --- | --- |
/// | `open` | nothing yet |
/// | `pending` | processing |
/// | `authorized` | processing: the money is held, and only a capture makes it paid |
/// | `paid` | paid; it stays so whatever is refunded or charged back |
/// | `canceled` | cancelled |
/// | `expired` | expired |
/// | `failed` | failed, for good |
pub(super) fn of_payment(payment: &Object<'_>) -> Result<Option<Report>, NotUnderstood> {
    let (kind, at) = match payment.status.text() {
        Some("open") => return Ok(None),
        Some("pending" | "authorized") => (Kind::Processing, &payment.created_at),
        Some("paid") => (Kind::Paid(came(payment)?), &payment.paid_at),
        Some("canceled") => (Kind::Cancelled, &payment.canceled_at),
        Some("expired") => (Kind::Expired, &payment.expired_at),
        Some("failed") => (Kind::Failed, &payment.failed_at),
        _ => return Err(missing("status")),
    };
    let reason = match kind {
        Kind::Failed => payment.details.of().and_then(|details| details.failure_reason.text()),
        _ => None,
    };
    let status_reason = || payment.status_reason.of().filter(|_| kind == Kind::Failed)?.code.text();
    let reason = reason.or_else(status_reason);
    let said_at = moment(at).or_else(|| moment(&payment.created_at));
    Ok(Some(Report::new(kind).said_at(said_at).word(word(payment)).reason(reason)))
}

/// Of a payment that is captured in parts less can have come than was asked for.
fn came(payment: &Object<'_>) -> Result<crate::payment::Money, NotUnderstood> {
    match payment.amount_captured.of() {
        Some(_) => money(&payment.amount_captured),
        None => payment.money(),
    }
}

/// A refund's `status` (docs.mollie.com/reference/get-refund). `asked` is our id of it where we know it.
///
/// | status | ours |
/// | --- | --- |
/// | `queued` (the balance is too low), `pending`, `processing` | under way |
/// | `refunded` | refunded |
/// | `failed`, `canceled` | failed: the money is the shop's again |
pub(super) fn of_refund(object: &Object<'_>, asked: Option<RefundId>) -> Result<Report, NotUnderstood> {
    let id = object.id.text().and_then(|id| RefundId::parse(id).ok());
    let refund = Refund {
        id: id.ok_or_else(|| missing("a refund's id"))?,
        request: asked.or_else(|| object.refund_id()),
        money: object.money()?,
    };
    let kind = match object.status.text() {
        Some("queued" | "pending" | "processing") => Kind::RefundPending(refund),
        Some("refunded") => Kind::Refunded(refund),
        Some("failed" | "canceled") => Kind::RefundFailed(refund),
        _ => return Err(missing("a refund's status")),
    };
    Ok(Report::new(kind).said_at(moment(&object.created_at)).word(word(object)))
}

/// A chargeback has no status (docs.mollie.com/reference/get-chargeback): the money is taken at once.
///
/// | `reversedAt` | ours |
/// | --- | --- |
/// | absent or null | reversed |
/// | a time | the dispute is won: the money is back |
pub(super) fn of_chargeback(object: &Object<'_>) -> Result<Report, NotUnderstood> {
    let id = object.id.text().and_then(|id| DisputeId::parse(id).ok());
    let dispute = Some(id.ok_or_else(|| missing("a chargeback's id"))?);
    let loss = Loss { dispute, money: Some(object.money()?) };
    let report = match object.reversed_at.text() {
        Some(_) => {
            let at = moment(&object.reversed_at).ok_or_else(|| missing("reversedAt"))?;
            Report::new(Kind::DisputeWon(loss)).said_at(Some(at)).word("chargeback reversed")
        }
        None => {
            Report::new(Kind::Reversed(loss)).said_at(moment(&object.created_at)).word("chargeback received")
        }
    };
    Ok(report.reason(object.reason.of().and_then(|reason| reason.code.text())))
}

fn word<'a>(object: &'a Object<'_>) -> &'a str {
    object.status.text().unwrap_or_default()
}

/// All that one payment says.
pub(super) struct Truth {
    session: Option<SessionId>,
    checkout_id: String,
    reports: Vec<Report>,
}

impl Truth {
    /// It as what an event would tell; none where the payment is not ours.
    pub(super) fn told(self) -> Option<Told> {
        let Self { session, checkout_id, reports } = self;
        Some(Told { session: session?, checkout_id: Some(checkout_id), reports, fetched: true })
    }
}

/// What a payment says, with its refunds and chargebacks embedded.
pub(super) fn truth(account: &Account, payment: &Object<'_>, asked: &str) -> Result<Truth, NotUnderstood> {
    payment.fits(account)?;
    if payment.id.text() != Some(asked) {
        return Err(missing("id"));
    }
    let id = payment_id(asked)?;
    let mut reports: Vec<Report> = of_payment(payment)?.into_iter().collect();
    if let Some(lists) = payment.embedded.of() {
        for refund in lists.refunds.iter().flatten() {
            reports.push(of_refund(refund, None)?);
        }
        for chargeback in lists.chargebacks.iter().flatten() {
            reports.push(of_chargeback(chargeback)?);
        }
    }
    let reports = reports.into_iter().map(|report| report.payment(Some(id.clone()))).collect();
    Ok(Truth { session: payment.session(), checkout_id: asked.to_owned(), reports })
}

/// The payment with this id, as it is now.
pub(super) fn of_id(account: &Account, id: &str) -> Step<Truth> {
    let (asking, asked) = (account.clone(), id.to_owned());
    Step::send(requests::get_payment(account, id), move |answer| {
        Ok::<_, Failure>(Step::Done(truth(&asking, &requests::body(answer)?, &asked)?))
    })
}

/// Where the id was lost the creation is repeated with its key: Mollie does not look up by our reference.
pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    Some(of_id(account, held.checkout_id?).map(|truth| truth.reports))
}

/// Whose a payment is. One of the other mode is nobody's here.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment_id(payment.as_str()).ok()?;
    let asking = account.clone();
    Some(whose::ask(requests::get_payment(account, id.as_str()), move |answer| {
        let payment: Object<'_> = requests::body(answer)?;
        Ok(payment.session().filter(|_| payment.fits(&asking).is_ok()))
    }))
}
