//! Whose something at the sandbox is, by the id that it has there.

use super::{Account, CheckoutState, Verb, answered, request, segment};
use crate::payment::{ProviderPaymentId, SessionId};
use crate::provider::{Step, whose};

/// Whose a checkout, a payment or an event is: each leads to the checkout.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    let objects = [("chk_", "checkouts"), ("txn_", "payments")];
    let known = objects.into_iter().find(|(prefix, _)| whose::is_named(id, prefix));
    let objects = known.map(|(_, objects)| objects).or_else(|| is_event(id).then_some("events"))?;
    let path = format!("/v1/{objects}/{}", segment(id));
    Some(whose::ask(request(account, Verb::GET, &path), |answer| {
        let checkout: CheckoutState = answered(answer)?;
        Ok(SessionId::parse(&checkout.reference).ok())
    }))
}

/// An event's id holds its checkout's and a moment: `evt_AQ1JAVXAT2HK_1795539422120`.
fn is_event(id: &str) -> bool {
    let parts = id.strip_prefix("evt_").and_then(|rest| rest.rsplit_once('_'));
    parts.is_some_and(|(checkout, at)| whose::is_plain(checkout, 1) && whose::is_number(at))
}
