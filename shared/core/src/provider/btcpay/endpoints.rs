//! Whether our webhook is entered at the store (Greenfield API, "Get webhooks of a store").

use super::object::Node;
use super::{Account, requests};
use crate::provider::{EndpointFault, Failure, Step};

/// Every type of event that we need: without one of them something would not be known, or be known late.
pub(super) const NEEDED: [&str; 6] = [
    "InvoiceReceivedPayment",
    "InvoiceProcessing",
    "InvoiceExpired",
    "InvoiceSettled",
    "InvoiceInvalid",
    "PayoutUpdated",
];

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Webhook<'a> {
    #[serde(borrow)]
    url: Node<'a>,
    enabled: Node<'a>,
    authorized_events: Node<'a, Events>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Events {
    everything: bool,
    specific_events: Vec<String>,
}

pub(super) fn check(account: &Account, ours: &str) -> Step<Vec<EndpointFault>> {
    let ours = ours.to_owned();
    let path = requests::in_store(account, "webhooks");
    Step::send(requests::get(account, &path), move |answer| {
        let webhooks: Vec<Webhook<'_>> = requests::list(answer)?;
        Ok::<_, Failure>(Step::Done(faults(&webhooks, &ours)))
    })
}

fn faults(webhooks: &[Webhook<'_>], ours: &str) -> Vec<EndpointFault> {
    let path = |url: &str| url::Url::parse(url).ok().map(|url| url.path().to_owned());
    let at_ours: Vec<_> = webhooks.iter().filter(|webhook| webhook.url.text() == Some(ours)).collect();
    if at_ours.is_empty() {
        let mut urls = webhooks.iter().filter_map(|webhook| webhook.url.text());
        return vec![match urls.find(|url| path(url).is_some_and(|at| path(ours) == Some(at))) {
            Some(url) => EndpointFault::Elsewhere { url: url.to_owned() },
            None => EndpointFault::Missing,
        }];
    }
    let enabled: Vec<_> =
        at_ours.into_iter().filter(|webhook| webhook.enabled.flag() == Some(true)).collect();
    if enabled.is_empty() {
        return vec![EndpointFault::Disabled];
    }
    let is_sent = |event: &&str| {
        let mut sent = enabled.iter().filter_map(|webhook| webhook.authorized_events.of());
        sent.any(|sent| sent.everything || sent.specific_events.iter().any(|known| known == event))
    };
    let events: Vec<_> = NEEDED.into_iter().filter(|event| !is_sent(event)).collect();
    if events.is_empty() { Vec::new() } else { vec![EndpointFault::Lacks { events }] }
}
