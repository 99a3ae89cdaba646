//! What GoCardless's events say.

use super::object::{Events, Object, missing};
use super::status::{self, Happened, Meaning, Truth, word};
use super::{Account, requests};
use crate::payment::{Kind, Moment, Report, SessionId};
use crate::provider::{Event, Failure, NotUnderstood, Reading, Step, Told, Verified};

/// A batch: one event for each, under its own id. Something new to us in one of them is asked about, so that it costs
/// none of the others.
pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let batch: Events<'_> = verified.json()?;
    batch.events.iter().map(|event| one(account, event)).collect()
}

fn one(account: &Account, event: &Object<'_>) -> Result<Event, NotUnderstood> {
    let at = event.created_at()?;
    let action = event.action.text().ok_or_else(|| missing("action"))?;
    let reading = match event.resource_type.text().ok_or_else(|| missing("resource_type"))? {
        "billing_requests" => billing_request(account, event, action, at)?,
        "payments" => payment(account, event, action)?,
        "refunds" => refund(account, event, action, at)?,
        // Mandates, payouts, subscriptions and the like: what they lead to is a payment with events of its own.
        _ => None,
    };
    let id = event.own_id("EV")?;
    Ok(Event { id: Some(id), word: word(event), at: Some(at), readings: Vec::from_iter(reading) })
}

/// What an event of a billing request says (developer.gocardless.com/billing-requests/
/// responding-to-billing-request-events).
///
/// | action | ours |
/// | --- | --- |
/// | `bank_authorisation_authorised`, `fulfilled` | processing: it is not money |
/// | `bank_authorisation_denied`, `_failed`, `_expired`, `payer_geo_blocked` | one try was declined; the page stays open |
/// | `cancelled` | cancelled |
/// | `created`, `flow_…`, `collect_…` and other steps of the page | nothing |
/// | `failed` and whatever is new to us | it is asked about |
fn billing_request(
    account: &Account,
    event: &Object<'_>,
    action: &str,
    at: Moment,
) -> Result<Option<Reading>, NotUnderstood> {
    let (kind, reason) = match action {
        "bank_authorisation_authorised" | "fulfilled" => (Kind::Processing, None),
        "bank_authorisation_denied"
        | "bank_authorisation_failed"
        | "bank_authorisation_expired"
        | "payer_geo_blocked" => (Kind::AttemptDeclined, event.cause()),
        "cancelled" => (Kind::Cancelled, None),
        "created"
        | "flow_created"
        | "flow_visited"
        | "flow_exited"
        | "choose_currency"
        | "collect_amount"
        | "collect_bank_account"
        | "collect_customer_details"
        | "payer_details_confirmed"
        | "select_institution"
        | "bank_authorisation_visited" => return Ok(None),
        _ => {
            let id = event.billing_request()?;
            let ask = || Reading::Ask(status::of_billing_request(account, &id).map(Truth::told));
            return Ok(event.session().map(|_| ask()));
        }
    };
    // A billing request of ours always carries our id: without it, it is somebody else's.
    let Some(session) = event.session() else { return Ok(None) };
    // Before there is a payment the bank's authorisation stands for it, so that its decline ends what it declines and
    // nothing of another try.
    let payment = match (event.made_payment()?, &kind) {
        (None, Kind::Processing | Kind::AttemptDeclined) => event.bank_authorisation()?,
        (made, _) => made,
    };
    let report = Report::new(kind).payment(payment).said_at(Some(at)).word(&word(event));
    let told = Told {
        session,
        checkout_id: Some(event.billing_request()?),
        reports: vec![report.reason(reason)],
        fetched: false,
    };
    Ok(Some(Reading::Told(told)))
}

/// What an event of a payment says: by itself, where no money moved; else with the payment's amount.
fn payment(account: &Account, event: &Object<'_>, action: &str) -> Result<Option<Reading>, NotUnderstood> {
    // A payment of ours always carries our id: without it, it is somebody else's.
    let Some(session) = event.session() else { return Ok(None) };
    let happened = Happened::of(event)?;
    let told = move |report| Told { session, checkout_id: None, reports: vec![report], fetched: false };
    let path = format!("/payments/{}", happened.payment);
    Ok(Some(match status::meaning(action) {
        Meaning::Nothing => return Ok(None),
        Meaning::Says(kind) => Reading::Told(told(happened.report(kind))),
        Meaning::Moves(kind) => Reading::Ask(Step::send(requests::get(account, &path), move |answer| {
            let money = requests::one(answer)?.money()?;
            Ok::<_, Failure>(Step::Done(Some(told(happened.report(kind(money))))))
        })),
        Meaning::Failure => {
            let asking = account.clone();
            Reading::Ask(Step::send(requests::get(account, &path), move |answer| {
                let money = requests::one(answer)?.money()?;
                Ok(status::of_failure(&asking, happened, money).map(move |report| Some(told(report))))
            }))
        }
        Meaning::Unknown => Reading::Ask(status::of_payment(account, happened.payment).map(Truth::told)),
    }))
}

/// What an event of a refund says. The refund is asked for its amount, and its payment for our id where neither the event
/// nor the refund carries it.
fn refund(
    account: &Account,
    event: &Object<'_>,
    action: &str,
    at: Moment,
) -> Result<Option<Reading>, NotUnderstood> {
    // Accounting: its money was moved when it was paid.
    if action == "refund_settled" {
        return Ok(None);
    }
    let (session, asked) = (event.session(), event.asked_refund());
    let (action, word, asking) = (action.to_owned(), word(event), account.clone());
    let path = format!("/refunds/{}", event.refund()?);
    Ok(Some(Reading::Ask(Step::send(requests::get(account, &path), move |answer| {
        let refund = requests::one(answer)?;
        // A word that is new to us: then what the refund is now is the answer.
        let (report, fetched) = match status::of_refund(&action, &refund, asked.clone())? {
            Some(report) => (report.said_at(Some(at)).word(&word), false),
            None => (status::refund_now(&refund, asked)?, true),
        };
        let told = move |session| Told { session, checkout_id: None, reports: vec![report], fetched };
        match session.or_else(|| refund.session()) {
            Some(session) => Ok(Step::Done(Some(told(session)))),
            None => Ok(whose(&asking, refund.payment()?.as_str()).map(|session| session.map(told))),
        }
    }))))
}

/// The session that a payment carries.
fn whose(account: &Account, payment: &str) -> Step<Option<SessionId>> {
    Step::send(requests::get(account, &format!("/payments/{payment}")), |answer| {
        Ok::<_, Failure>(Step::Done(requests::one(answer)?.session()))
    })
}
