//! Whether our webhook is entered at PayPal (developer.paypal.com/docs/api/webhooks/v1/#webhooks_list).

use super::Account;
use super::requests::{body, with_token};
use crate::provider::endpoint;
use crate::provider::{EndpointFault, Step};

/// Every type of event that we need: without one of them something would not be known, or be known late.
pub(super) const NEEDED: [&str; 10] = [
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.DECLINED",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
    "CUSTOMER.DISPUTE.CREATED",
    "CUSTOMER.DISPUTE.RESOLVED",
];

#[derive(serde::Deserialize)]
struct Webhooks {
    webhooks: Vec<Webhook>,
}

#[derive(serde::Deserialize)]
struct Webhook {
    id: String,
    url: String,
    event_types: Vec<EventType>,
}

#[derive(serde::Deserialize)]
struct EventType {
    name: String,
}

/// An app has at most 10 webhooks, and they are listed whole.
pub(super) fn check(account: &Account, ours: &str) -> Step<Vec<EndpointFault>> {
    let (ours, id) = (ours.to_owned(), account.webhook_id.clone());
    with_token(account, move |caller| {
        Ok(Step::send(caller.get("/v1/notifications/webhooks"), move |answer| {
            let listed: Webhooks = body(answer)?;
            Ok(Step::Done(faults(&listed.webhooks, id.reveal(), &ours)))
        }))
    })
}

/// It is looked for by the id that the shop configured: what another webhook sends is signed with another id, and
/// refused, even at our address.
fn faults(webhooks: &[Webhook], id: &str, ours: &str) -> Vec<EndpointFault> {
    let Some(webhook) = webhooks.iter().find(|webhook| webhook.id == id) else {
        return vec![EndpointFault::Missing];
    };
    if webhook.url != ours {
        return vec![EndpointFault::Elsewhere { url: webhook.url.clone() }];
    }
    let sent: Vec<&str> = webhook.event_types.iter().map(|event| event.name.as_str()).collect();
    endpoint::lacks(&sent, &NEEDED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://pay.example/v1/webhooks/shop/paypal";

    fn webhook(id: &str, url: &str, events: &[&str]) -> Webhook {
        let event_types = events.iter().map(|name| EventType { name: (*name).to_owned() }).collect();
        Webhook { id: id.to_owned(), url: url.to_owned(), event_types }
    }

    #[test]
    fn whatever_we_need_to_be_sent_is_read() {
        for event in NEEDED {
            assert!(super::super::events::is_read(event), "{event}");
        }
    }

    #[test]
    fn what_is_entered_well_has_no_fault_and_each_fault_is_told_apart() {
        let other = "https://staging.example/v1/webhooks/shop/paypal";
        for (webhooks, expected) in [
            (vec![webhook("7FB", OURS, &NEEDED)], vec![]),
            (vec![webhook("8AC", other, &["*"]), webhook("7FB", OURS, &["*"])], vec![]),
            (vec![], vec![EndpointFault::Missing]),
            // Our address under another id: every delivery of it would be refused.
            (vec![webhook("8AC", OURS, &["*"])], vec![EndpointFault::Missing]),
            (vec![webhook("7FB", other, &["*"])], vec![EndpointFault::Elsewhere { url: other.to_owned() }]),
            (
                vec![webhook("7FB", OURS, &NEEDED[1..])],
                vec![EndpointFault::Lacks { events: vec!["CHECKOUT.ORDER.APPROVED"] }],
            ),
        ] {
            assert_eq!(faults(&webhooks, "7FB", OURS), expected);
        }
    }
}
