//! Whether our webhook endpoint is entered at Square
//! (developer.squareup.com/reference/square/webhook-subscriptions-api/list-webhook-subscriptions).
//!
//! Subscriptions belong to the application, so Square answers only to its own token, not to one that a seller gave it:
//! with such a one the answer is a refusal.

use super::{Account, requests};
use crate::provider::endpoint::{self, Entered};
use crate::provider::{Answer, EndpointFault, Failure, Step};

/// Every type of event that we need: without one of them something would not be known, or be known late.
pub(super) const NEEDED: [&str; 7] = [
    "payment.created",
    "payment.updated",
    "refund.created",
    "refund.updated",
    "dispute.created",
    "dispute.state.updated",
    "order.updated",
];

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Subscriptions {
    subscriptions: Vec<Subscription>,
}

#[derive(serde::Deserialize)]
struct Subscription {
    notification_url: String,
    enabled: bool,
    event_types: Vec<String>,
}

/// One page holds a hundred, more than an application has.
pub(super) fn check(account: &Account, ours: &str) -> Step<Vec<EndpointFault>> {
    let ours = ours.to_owned();
    let path = "/v2/webhooks/subscriptions?include_disabled=true&limit=100";
    Step::send(requests::get(account, path), move |answer: &Answer| {
        let answered: Subscriptions = requests::body(answer)?;
        Ok::<_, Failure>(Step::Done(faults(&answered.subscriptions, &ours)))
    })
}

fn faults(all: &[Subscription], ours: &str) -> Vec<EndpointFault> {
    let entered: Vec<_> = all
        .iter()
        .map(|one| Entered {
            url: &one.notification_url,
            enabled: one.enabled,
            events: one.event_types.iter().map(String::as_str).collect(),
        })
        .collect();
    endpoint::faults(&entered, ours, &NEEDED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://pay.example/v1/webhooks/demo/square";

    fn entry(url: &str, enabled: bool, events: &[&str]) -> Subscription {
        let event_types = events.iter().map(|event| (*event).to_owned()).collect();
        Subscription { notification_url: url.to_owned(), enabled, event_types }
    }

    #[test]
    fn whatever_we_need_to_be_sent_is_read() {
        for event in NEEDED {
            assert!(super::super::events::is_read(event), "{event}");
        }
    }

    #[test]
    fn what_is_entered_well_has_no_fault_and_each_fault_is_told_apart() {
        let elsewhere = |url: &str| vec![EndpointFault::Elsewhere { url: url.to_owned() }];
        let slash = format!("{OURS}/");
        let staging = "https://staging.example/v1/webhooks/demo/square";
        for (entries, expected) in [
            (vec![entry(OURS, true, &NEEDED)], vec![]),
            (vec![entry(OURS, true, &NEEDED[1..]), entry(OURS, true, &NEEDED[..1])], vec![]),
            (vec![], vec![EndpointFault::Missing]),
            (vec![entry("https://elsewhere.example/", true, &NEEDED)], vec![EndpointFault::Missing]),
            (vec![entry(staging, true, &NEEDED)], elsewhere(staging)),
            (vec![entry(&slash, true, &NEEDED)], elsewhere(&slash)),
            (vec![entry(OURS, false, &NEEDED)], vec![EndpointFault::Disabled]),
            (
                vec![entry(OURS, true, &NEEDED[1..]), entry(OURS, false, &NEEDED)],
                vec![EndpointFault::Lacks { events: vec![NEEDED[0]] }],
            ),
        ] {
            assert_eq!(faults(&entries, OURS), expected);
        }
    }
}
