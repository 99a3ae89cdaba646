//! Whether our webhook is entered.

use super::*;
use crate::provider::btcpay::endpoints::NEEDED;

const OURS: &str = "https://pay.example/v1/webhooks/demo/btcpay";

fn webhook(url: &str, enabled: bool, everything: bool, events: &[&str]) -> Value {
    json!({ "id": "1", "url": url, "enabled": enabled, "automaticRedelivery": true,
        "authorizedEvents": { "everything": everything, "specificEvents": events } })
}

#[test]
fn what_is_entered_well_has_no_fault_and_each_fault_is_told_apart() {
    let other = "https://staging.example/v1/webhooks/demo/btcpay";
    for (webhooks, expected) in [
        (vec![webhook(OURS, true, true, &[])], vec![]),
        (vec![webhook(OURS, true, false, &NEEDED)], vec![]),
        (vec![webhook(OURS, true, false, &NEEDED[1..]), webhook(OURS, true, false, &NEEDED[..1])], vec![]),
        (vec![], vec![EndpointFault::Missing]),
        (vec![webhook("https://elsewhere.example/", true, true, &[])], vec![EndpointFault::Missing]),
        (vec![webhook(other, true, true, &[])], vec![EndpointFault::Elsewhere { url: other.into() }]),
        (vec![webhook(OURS, false, true, &[])], vec![EndpointFault::Disabled]),
        (
            vec![webhook(OURS, true, false, &NEEDED[1..]), webhook(OURS, false, true, &[])],
            vec![EndpointFault::Lacks { events: vec![NEEDED[0]] }],
        ),
    ] {
        let step = configured().endpoint(OURS).unwrap();
        assert_eq!(run(step, |_| ok(Value::from(webhooks.clone()))), Ok(expected));
    }
    for (status, body) in [(500, ""), (200, "{}"), (200, "")] {
        let step = configured().endpoint(OURS).unwrap();
        assert!(matches!(run(step, |_| answer(status, body)), Err(Failure::Unknown(_))), "{status} {body}");
    }
}
