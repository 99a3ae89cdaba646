//! Whether our webhook is entered at the store (Greenfield API, "Get webhooks of a store").

use super::object::Node;
use super::{Account, requests};
use crate::provider::endpoint::{self, Entered};
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

impl Events {
    fn sent(&self) -> Vec<&str> {
        let all = self.everything.then_some("*");
        all.into_iter().chain(self.specific_events.iter().map(String::as_str)).collect()
    }
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
    let entered: Vec<_> = webhooks
        .iter()
        .map(|one| Entered {
            url: one.url.text().unwrap_or_default(),
            enabled: one.enabled.flag() == Some(true),
            events: one.authorized_events.of().map(Events::sent).unwrap_or_default(),
        })
        .collect();
    endpoint::faults(&entered, ours, &NEEDED)
}
