//! Whether our webhook endpoint is entered at Paddle as a notification destination
//! (developer.paddle.com/api-reference/notification-settings/list-notification-settings).

use serde::Deserialize;

use super::{Account, requests};
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
    let at_ours: Vec<_> = destinations.iter().filter(|one| one.destination == ours).collect();
    if at_ours.is_empty() {
        // An e-mail address is no URL, and has no path.
        let path = |url: &str| url::Url::parse(url).ok().map(|url| url.path().to_owned());
        let elsewhere =
            destinations.iter().find(|one| path(&one.destination).is_some_and(|at| path(ours) == Some(at)));
        return vec![match elsewhere {
            Some(one) => EndpointFault::Elsewhere { url: one.destination.clone() },
            None => EndpointFault::Missing,
        }];
    }
    // One that is sent simulated events alone hears of no payment.
    let is_on = |one: &&&Destination| one.active && one.traffic_source.as_deref() != Some("simulation");
    let active: Vec<_> = at_ours.iter().filter(is_on).collect();
    if active.is_empty() {
        return vec![EndpointFault::Disabled];
    }
    let is_sent =
        |event: &&str| active.iter().flat_map(|one| &one.subscribed_events).any(|known| known.name == *event);
    let events: Vec<_> = NEEDED.into_iter().filter(|event| !is_sent(event)).collect();
    if events.is_empty() { Vec::new() } else { vec![EndpointFault::Lacks { events }] }
}
