//! Whose something at GoCardless is, by the id that it has there.

use super::object::is_id;
use super::{Account, requests};
use crate::payment::{ProviderPaymentId, SessionId};
use crate::provider::{Failure, Step, whose};

/// Whose a payment or a billing request is, which carry our metadata, or an event about one.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    if is_id(id, "EV") {
        return Some(of_event(account, id));
    }
    let objects = [("PM", "payments"), ("BRQ", "billing_requests")];
    let (_, objects) = objects.into_iter().find(|(prefix, _)| is_id(id, prefix))?;
    Some(of_thing(account, objects, id))
}

fn of_thing(account: &Account, things: &str, id: &str) -> Step<Option<SessionId>> {
    let path = format!("/{things}/{}", requests::segment(id));
    whose::ask(requests::get(account, &path), |answer| Ok(requests::one(answer)?.session()))
}

/// An event carries the metadata of what it is about, or names that (developer.gocardless.com/api-reference, events).
fn of_event(account: &Account, id: &str) -> Step<Option<SessionId>> {
    let asking = account.clone();
    let path = format!("/events/{}", requests::segment(id));
    whose::follow(requests::get(account, &path), move |answer| {
        let event = requests::one(answer)?;
        Ok::<_, Failure>(match event.session() {
            Some(session) => Step::Done(Some(session)),
            None if let Ok(payment) = event.payment() => of_thing(&asking, "payments", payment.as_str()),
            None if let Ok(request) = event.billing_request() => {
                of_thing(&asking, "billing_requests", &request)
            }
            None if let Ok(refund) = event.refund() => of_refund(&asking, &refund),
            None => Step::Done(None),
        })
    })
}

/// A refund carries our metadata where we asked for it; else its payment does.
fn of_refund(account: &Account, id: &str) -> Step<Option<SessionId>> {
    let asking = account.clone();
    let path = format!("/refunds/{}", requests::segment(id));
    whose::follow(requests::get(account, &path), move |answer| {
        let refund = requests::one(answer)?;
        Ok::<_, Failure>(match (refund.session(), refund.payment()) {
            (None, Ok(payment)) => of_thing(&asking, "payments", payment.as_str()),
            (session, _) => Step::Done(session),
        })
    })
}
