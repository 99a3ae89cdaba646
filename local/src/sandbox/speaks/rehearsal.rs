//! What a provider would deliver, tried without anybody: which events it has at all.

use payproof::payment::Moment;
use payproof::provider::sandbox::CheckoutForm;

use super::{Seed, Telling, spoken};
use crate::sandbox::checkout::Checkout;
use crate::sandbox::hosted::act_of;
use crate::sandbox::outbox::Deliver;

/// A checkout that nobody pays at.
pub(crate) struct Rehearsal {
    provider: String,
    checkout: Checkout,
    now: Moment,
}

impl Rehearsal {
    pub(crate) fn new(provider: &str, form: CheckoutForm, now: Moment) -> Self {
        let checkout = Checkout::new("chk_000000000000000000000000".to_owned(), "demo".to_owned(), form, now);
        Self { provider: provider.to_owned(), checkout, now }
    }
}

/// Presses a button of the checkout's page. Whether the provider delivers anything for it.
pub(crate) fn rehearse(rehearsal: &mut Rehearsal, button: &str) -> bool {
    let Rehearsal { provider, checkout, now } = rehearsal;
    let Some(act) = act_of(button, checkout) else { return false };
    let before = checkout.outbox.events.len();
    if checkout.act(&act, Deliver::Once, *now).is_err() {
        return false;
    }
    let Some(tongue) = spoken(provider) else { return checkout.outbox.events.len() > before };
    let account = (tongue.account)(&Seed { secret: "rehearsal", provider });
    let new = checkout.outbox.events.iter().skip(before);
    new.filter_map(|event| Some((event, serde_json::from_str(&event.body).ok()?))).any(|(event, body)| {
        let at = Moment::from_millis(event.at);
        let (url, now) = ("https://pay.example/", *now);
        (tongue.deliver)(&Telling { id: &event.id, event: &body, checkout, account: &account, url, at, now })
            .is_some()
    })
}
