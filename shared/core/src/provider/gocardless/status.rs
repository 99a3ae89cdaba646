//! GoCardless's words, and what is true of a payment or a billing request now.

use super::object::{Events, Object, Refunds, missing};
use super::{Account, requests};
use crate::payment::{Kind, Loss, Moment, Money, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::{Failure, Held, NotUnderstood, Step, Told};

/// What an action of a payment means.
pub(super) enum Meaning {
    /// Nothing of money.
    Nothing,
    /// This, by itself.
    Says(Kind),
    /// This, of the payment's whole amount.
    Moves(fn(Money) -> Kind),
    /// That it failed: what that is depends on what came before.
    Failure,
    /// It is new to us.
    Unknown,
}

/// What an event of a payment says (developer.gocardless.com/api-reference, the events of payments).
///
/// | action | ours |
/// | --- | --- |
/// | `created`, `submitted`, `resubmission_requested` | processing |
/// | `confirmed`, `paid_out` | paid |
/// | `failed` after it was confirmed | reversed: a late failure takes the money back |
/// | `failed` with `will_attempt_retry` | processing |
/// | `failed` otherwise, `customer_approval_denied` | failed |
/// | `cancelled` | cancelled |
/// | `charged_back`, `late_failure_settled` | reversed: the money is taken at once, and there is nothing to contest |
/// | `chargeback_cancelled` | the dispute is won: the money is back |
/// | `chargeback_settled` | the dispute is lost |
/// | `customer_approval_granted`, `surcharge_fee_…`, `sds_settlement_delayed` | nothing |
pub(super) fn meaning(action: &str) -> Meaning {
    match action {
        "created" | "submitted" | "resubmission_requested" => Meaning::Says(Kind::Processing),
        "confirmed" | "paid_out" => Meaning::Moves(Kind::Paid),
        "failed" => Meaning::Failure,
        "customer_approval_denied" => Meaning::Says(Kind::Failed),
        "cancelled" => Meaning::Says(Kind::Cancelled),
        "charged_back" | "late_failure_settled" => Meaning::Moves(|money| Kind::Reversed(loss(money))),
        "chargeback_cancelled" => Meaning::Moves(|money| Kind::DisputeWon(loss(money))),
        "chargeback_settled" => Meaning::Moves(|money| Kind::DisputeLost(loss(money))),
        "customer_approval_granted"
        | "surcharge_fee_debited"
        | "surcharge_fee_credited"
        | "sds_settlement_delayed" => Meaning::Nothing,
        _ => Meaning::Unknown,
    }
}

/// Disputes have no ids: there is one at most for a payment.
const fn loss(money: Money) -> Loss {
    Loss { dispute: None, money: Some(money) }
}

/// An event of a payment, as far as its report is made of it.
pub(super) struct Happened {
    pub(super) payment: ProviderPaymentId,
    at: Moment,
    word: String,
    cause: Option<String>,
    will_be_retried: bool,
}

impl Happened {
    pub(super) fn of(event: &Object<'_>) -> Result<Self, NotUnderstood> {
        Ok(Self {
            payment: event.payment()?,
            at: event.created_at()?,
            word: word(event),
            cause: event.cause().map(str::to_owned),
            will_be_retried: event.will_be_retried(),
        })
    }

    /// What the event reports, where it means this.
    pub(super) fn report(&self, kind: Kind) -> Report {
        let has_reason = matches!(kind, Kind::Failed | Kind::Reversed(_));
        let reason = self.cause.as_deref().filter(|_| has_reason);
        let report = Report::new(kind).payment(Some(self.payment.clone()));
        report.said_at(Some(self.at)).word(&self.word).reason(reason)
    }

    /// What a failure means: `confirmed` says whether the payment's events hold a confirmation before it.
    fn failure(&self, money: Money, was_confirmed: bool) -> Kind {
        match (was_confirmed, self.will_be_retried) {
            (true, _) => Kind::Reversed(loss(money)),
            (false, true) => Kind::Processing,
            (false, false) => Kind::Failed,
        }
    }
}

/// What a failure reports, once the payment's events are asked for.
pub(super) fn of_failure(account: &Account, failed: Happened, money: Money) -> Step<Report> {
    let path = format!("/events?payment={}&action=confirmed&limit=500", failed.payment);
    Step::send(requests::get(account, &path), move |answer| {
        let list: Events<'_> = requests::body(answer)?;
        let confirmed = of_this(&list.events, &failed.payment)?;
        let was_confirmed =
            confirmed.iter().any(|(at, event)| event.action.text() == Some("confirmed") && *at < failed.at);
        Ok::<_, Failure>(Step::Done(failed.report(failed.failure(money, was_confirmed))))
    })
}

/// A payment's own events, in the order in which they happened. The list has those of its refunds too.
fn of_this<'e, 'a>(
    events: &'e [Object<'a>],
    id: &ProviderPaymentId,
) -> Result<Vec<(Moment, &'e Object<'a>)>, NotUnderstood> {
    let mut dated = Vec::new();
    for event in events.iter().filter(|event| event.resource_type.text() == Some("payments")) {
        if event.payment()? == *id {
            dated.push((event.created_at()?, event));
        }
    }
    dated.sort_by_key(|(at, _)| *at);
    Ok(dated)
}

/// An event's word: what it is about and what happened.
pub(super) fn word(event: &Object<'_>) -> String {
    let [what, action] = [&event.resource_type, &event.action].map(|node| node.text().unwrap_or_default());
    format!("{what}.{action}")
}

/// A refund's `status`, or the action of its event (api-reference, "Refunds"). None for a word that is new to us.
///
/// | status or action | ours |
/// | --- | --- |
/// | `created`, `pending_submission`, `submitted` | under way |
/// | `paid` | refunded |
/// | `failed`, `bounced`, `cancelled`, `funds_returned` | failed: the money is the shop's again |
pub(super) fn of_refund(
    word: &str,
    refund: &Object<'_>,
    asked: Option<RefundId>,
) -> Result<Option<Report>, NotUnderstood> {
    let id = RefundId::parse(&refund.own_id("RF")?).map_err(|_| missing("a refund's id"))?;
    let said = Refund { id, request: asked.or_else(|| refund.asked_refund()), money: refund.money()? };
    let kind = match word {
        "created" | "pending_submission" | "submitted" => Kind::RefundPending(said),
        "paid" => Kind::Refunded(said),
        "failed" | "bounced" | "cancelled" | "funds_returned" => Kind::RefundFailed(said),
        _ => return Ok(None),
    };
    Ok(Some(Report::new(kind).payment(Some(refund.payment()?))))
}

/// A refund as it is now.
pub(super) fn refund_now(refund: &Object<'_>, asked: Option<RefundId>) -> Result<Report, NotUnderstood> {
    let status = refund.status.text().unwrap_or_default();
    let report = of_refund(status, refund, asked)?.ok_or_else(|| missing("a refund's status"))?;
    Ok(report.said_at(Some(refund.created_at()?)).word(status))
}

/// All that one payment says.
pub(super) struct Truth {
    session: Option<SessionId>,
    reports: Vec<Report>,
}

impl Truth {
    /// It as what an event would tell; none where the payment is not ours.
    pub(super) fn told(self) -> Option<Told> {
        let Self { session, reports } = self;
        Some(Told { session: session?, checkout_id: None, reports, fetched: true })
    }
}

/// A payment as it is now: what its events say, each at its time, then what only its status says, then its refunds.
pub(super) fn of_payment(account: &Account, id: ProviderPaymentId) -> Step<Truth> {
    let asking = account.clone();
    Step::send(requests::get(account, &format!("/payments/{id}")), move |answer| {
        let payment = requests::one(answer)?;
        let (session, money, created) = (payment.session(), payment.money()?, payment.created_at()?);
        let status = payment.status.text().ok_or_else(|| missing("status"))?.to_owned();
        // A loss without a date is undone by no confirmation; all else is dated by the payment, so that the same answer
        // again is the same fact.
        let by_status = of_status(&status, money)?;
        let at = Some(created).filter(|_| !matches!(by_status, Kind::Reversed(_)));
        let mut reports = vec![Report::new(by_status).said_at(at).word(&status)];
        Ok(Step::send(requests::get(&asking, &format!("/events?payment={id}&limit=500")), move |answer| {
            let list: Events<'_> = requests::body(answer)?;
            let told = replayed(&list.events, &id, money)?;
            reports.retain(|report| !is_said(&report.kind, &told));
            reports.extend(told);
            let path = format!("/refunds?payment={id}&limit=500");
            Ok(Step::send(requests::get(&asking, &path), move |answer| {
                let list: Refunds<'_> = requests::body(answer)?;
                for refund in &list.refunds {
                    reports.push(refund_now(refund, None)?);
                }
                let reports = reports.into_iter().map(|report| report.payment(Some(id.clone()))).collect();
                Ok(Step::Done(Truth { session, reports }))
            }))
        }))
    })
}

/// A payment's `status` (api-reference, "Payments"). Its events say the same with their times; a status stands for those
/// that are not listed.
///
/// | status | ours |
/// | --- | --- |
/// | `pending_customer_approval`, `pending_submission`, `submitted` | processing |
/// | `confirmed`, `paid_out` | paid |
/// | `cancelled` | cancelled |
/// | `customer_approval_denied`, `failed` | failed (reversed, where its events say that it was confirmed) |
/// | `charged_back` | reversed |
fn of_status(status: &str, money: Money) -> Result<Kind, NotUnderstood> {
    Ok(match status {
        "pending_customer_approval" | "pending_submission" | "submitted" => Kind::Processing,
        "confirmed" | "paid_out" => Kind::Paid(money),
        "cancelled" => Kind::Cancelled,
        "customer_approval_denied" | "failed" => Kind::Failed,
        "charged_back" => Kind::Reversed(loss(money)),
        _ => return Err(missing("a payment's status")),
    })
}

/// What the events of a payment say. Those that are new to us say nothing here, for the status stands beside them; that
/// it is under way is worth saying only while nothing else is known.
fn replayed(
    events: &[Object<'_>],
    id: &ProviderPaymentId,
    money: Money,
) -> Result<Vec<Report>, NotUnderstood> {
    let mut reports = Vec::new();
    let mut was_confirmed = false;
    for (_, event) in of_this(events, id)? {
        let (happened, action) = (Happened::of(event)?, event.action.text().unwrap_or_default());
        let kind = match meaning(action) {
            Meaning::Says(kind) => kind,
            Meaning::Moves(kind) => kind(money),
            Meaning::Failure => happened.failure(money, was_confirmed),
            Meaning::Nothing | Meaning::Unknown => continue,
        };
        reports.push(happened.report(kind));
        was_confirmed |= matches!(action, "confirmed" | "paid_out");
    }
    if reports.iter().all(|report| report.kind == Kind::Processing) {
        return Ok(reports.pop().into_iter().collect());
    }
    reports.retain(|report| report.kind != Kind::Processing);
    Ok(reports)
}

/// Whether what a status says is said, with its time, by events. A failure after a confirmation is a reversal.
fn is_said(by_status: &Kind, told: &[Report]) -> bool {
    let same = |kind: &Kind| kind.word() == by_status.word();
    told.iter().any(|report| {
        same(&report.kind)
            || *by_status == Kind::Processing
            || (*by_status == Kind::Failed && matches!(report.kind, Kind::Reversed(_)))
    })
}

/// A billing request's `status` (api-reference, "Billing Requests"). What its payment says counts, once there is one.
///
/// | status | ours |
/// | --- | --- |
/// | `pending`, `ready_to_fulfil` | nothing yet |
/// | `fulfilling`, `fulfilled` | processing, until the payment says more |
/// | `cancelled` | cancelled |
pub(super) fn of_billing_request(account: &Account, id: &str) -> Step<Truth> {
    let asking = account.clone();
    let path = format!("/billing_requests/{}", requests::segment(id));
    Step::send(requests::get(account, &path), move |answer| {
        let request = requests::one(answer)?;
        let session = request.session();
        let status = request.status.text().unwrap_or_default();
        let kind = match status {
            "pending" | "ready_to_fulfil" => None,
            "fulfilling" | "fulfilled" => Some(Kind::Processing),
            "cancelled" => Some(Kind::Cancelled),
            _ => return Err(missing("a billing request's status").into()),
        };
        if let Some(payment) = request.made_payment()? {
            return Ok(of_payment(&asking, payment).map(move |truth| Truth { session, ..truth }));
        }
        let created = request.created_at()?;
        let report = kind.map(|kind| Report::new(kind).said_at(Some(created)).word(status));
        Ok::<_, Failure>(Step::Done(Truth { session, reports: Vec::from_iter(report) }))
    })
}

/// Where the id was lost the creation is repeated with its key, which gives it.
pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    Some(of_billing_request(account, held.checkout_id?).map(|truth| truth.reports))
}
