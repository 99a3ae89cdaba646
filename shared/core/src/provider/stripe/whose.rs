//! Whose something at Stripe is, by the id that it has there.

use super::events::Envelope;
use super::object::Object;
use super::{Account, requests};
use crate::payment::{ProviderPaymentId, SessionId};
use crate::provider::{Step, whose};

/// Whose a payment intent, checkout or charge is, or an event about one. A charge of ours has the metadata of its payment
/// intent (docs.stripe.com/metadata). The ids of checkouts name the mode, and nothing of the other is found here. Events
/// can be asked for during 30 days (docs.stripe.com/api/events).
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    if whose::is_named(id, "evt_") {
        return Some(of_event(account, id));
    }
    let checkout = if account.live { "cs_live_" } else { "cs_test_" };
    let objects =
        [("pi_", "payment_intents"), (checkout, "checkout/sessions"), ("ch_", "charges"), ("py_", "charges")];
    let (_, objects) = objects.into_iter().find(|(prefix, _)| whose::is_named(id, prefix))?;
    Some(of_object(account, objects, id))
}

fn of_object(account: &Account, objects: &str, id: &str) -> Step<Option<SessionId>> {
    let path = format!("/v1/{objects}/{}", requests::segment(id));
    whose::ask(requests::get(account, &path), |answer| Ok(requests::body::<Object<'_>>(answer)?.session()))
}

/// What an event is about carries our session, or the payment intent that it belongs to does: a refund made in Stripe's
/// dashboard, or a dispute.
fn of_event(account: &Account, id: &str) -> Step<Option<SessionId>> {
    let asking = account.clone();
    let path = format!("/v1/events/{}", requests::segment(id));
    whose::follow(requests::get(account, &path), move |answer| {
        let event: Envelope<'_> = requests::body(answer)?;
        let Some(object) = event.object_of() else { return Ok(Step::Done(None)) };
        Ok(match (object.session(), object.intent()?) {
            (None, Some(intent)) => of_object(&asking, "payment_intents", intent.as_str()),
            (session, _) => Step::Done(session),
        })
    })
}
