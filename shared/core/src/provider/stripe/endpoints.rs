//! Whether our webhook endpoint is entered at Stripe (docs.stripe.com/api/webhook_endpoints/list).

use super::{Account, requests};
use crate::provider::endpoint::{self, Entered};
use crate::provider::{Answer, EndpointFault, Failure, Step};

/// Every type of event that we need: without one of them something would not be known, or be known late.
pub(super) const NEEDED: [&str; 11] = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
];

#[derive(serde::Deserialize)]
struct Endpoints {
    data: Vec<Endpoint>,
}

#[derive(serde::Deserialize)]
struct Endpoint {
    url: String,
    status: String,
    enabled_events: Vec<String>,
}

/// An account has at most 16 endpoints, so one page holds them all.
pub(super) fn check(account: &Account, ours: &str) -> Step<Vec<EndpointFault>> {
    let ours = ours.to_owned();
    Step::send(requests::get(account, "/v1/webhook_endpoints?limit=100"), move |answer: &Answer| {
        let endpoints: Endpoints = requests::body(answer)?;
        Ok::<_, Failure>(Step::Done(faults(&endpoints.data, &ours)))
    })
}

fn faults(endpoints: &[Endpoint], ours: &str) -> Vec<EndpointFault> {
    let entered: Vec<_> = endpoints
        .iter()
        .map(|one| Entered {
            url: &one.url,
            enabled: one.status == "enabled",
            events: one.enabled_events.iter().map(String::as_str).collect(),
        })
        .collect();
    endpoint::faults(&entered, ours, &NEEDED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://pay.example/v1/webhooks/shop/stripe";

    fn endpoint(url: &str, status: &str, events: &[&str]) -> Endpoint {
        let enabled_events = events.iter().map(|event| (*event).to_owned()).collect();
        Endpoint { url: url.to_owned(), status: status.to_owned(), enabled_events }
    }

    #[test]
    fn whatever_we_need_to_be_sent_is_read() {
        for event in NEEDED {
            assert!(super::super::events::is_read(event), "{event}");
        }
    }

    #[test]
    fn what_is_entered_well_has_no_fault_and_each_fault_is_told_apart() {
        let other = "https://staging.example/v1/webhooks/shop/stripe";
        let most = &NEEDED[1..];
        for (endpoints, expected) in [
            (vec![endpoint(OURS, "enabled", &NEEDED)], vec![]),
            (vec![endpoint(OURS, "enabled", &["*"])], vec![]),
            (vec![endpoint(OURS, "enabled", most), endpoint(OURS, "enabled", &NEEDED[..1])], vec![]),
            (vec![], vec![EndpointFault::Missing]),
            (vec![endpoint("https://elsewhere.example/", "enabled", &["*"])], vec![EndpointFault::Missing]),
            // As reported in woocommerce/woocommerce-gateway-stripe#5691.
            (
                vec![endpoint(other, "enabled", &["*"])],
                vec![EndpointFault::Elsewhere { url: other.to_owned() }],
            ),
            (vec![endpoint(OURS, "disabled", &["*"])], vec![EndpointFault::Disabled]),
            (
                vec![endpoint(OURS, "enabled", most), endpoint(OURS, "disabled", &["*"])],
                vec![EndpointFault::Lacks { events: vec![NEEDED[0]] }],
            ),
        ] {
            assert_eq!(faults(&endpoints, OURS), expected);
        }
    }
}
