//! Whether our webhook endpoint is entered at Paddle as a notification destination
//! (developer.paddle.com/api-reference/notification-settings/list-notification-settings).

use serde::Deserialize;

use super::{Account, requests};
use crate::provider::endpoint::{self, Entered};
use crate::provider::{EndpointFault, Step};

/// Every type of event that we need: without one of them something would not be known, or be known late.
pub(super) const NEEDED: [&str; 6] = [
    "transaction.payment_failed",
    "transaction.paid",
    "transaction.completed",
    "transaction.canceled",
    "adjustment.created",
    "adjustment.updated",
];

#[derive(Deserialize)]
struct Destination {
    destination: String,
    active: bool,
    /// `platform`, `simulation` or `all`.
    #[serde(default)]
    traffic_source: Option<String>,
    subscribed_events: Vec<EventType>,
}

#[derive(Deserialize)]
struct EventType {
    name: String,
}

/// At most 10 are active, and a page holds 200.
pub(super) fn check(account: &Account, ours: &str) -> Step<Vec<EndpointFault>> {
    let ours = ours.to_owned();
    Step::send(requests::get(account, "/notification-settings?per_page=200"), move |answer| {
        let destinations: Vec<Destination> = requests::body(answer)?;
        Ok(Step::Done(faults(&destinations, &ours)))
    })
}

fn faults(destinations: &[Destination], ours: &str) -> Vec<EndpointFault> {
    let entered: Vec<_> = destinations
        .iter()
        .map(|one| Entered {
            // An e-mail address is no URL, and is like none.
            url: &one.destination,
            // One that is sent simulated events alone hears of no payment.
            enabled: one.active && one.traffic_source.as_deref() != Some("simulation"),
            events: one.subscribed_events.iter().map(|event| event.name.as_str()).collect(),
        })
        .collect();
    endpoint::faults(&entered, ours, &NEEDED)
}
