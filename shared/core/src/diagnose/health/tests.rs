//! What orders and notes tell of a provider.

use super::*;
use crate::payment::Kind;
use crate::payment::Method;
use crate::payment::sample::*;

fn codes(health: &Health, now: Moment) -> Vec<&'static str> {
    of_health("stripe", health, now).into_iter().map(|finding| finding.code).collect()
}

#[test]
fn the_newest_webhook_their_count_and_their_delays_are_read_from_facts() {
    // Recorded one minute after the other, from the third on.
    let story = Story::sent()
        .then([fact(Kind::Processing).dated(2).told_as("stripe:1")])
        .then([paid("pi_1", 5_000).dated(6).told_as("stripe:2")])
        .then([fact(Kind::AttemptDeclined).told_as("stripe:3")])
        .then([fact(Kind::Returned)]);
    let health = Health::of_orders("stripe", std::slice::from_ref(&story.payment));
    assert_eq!((health.webhooks, health.last_webhook_at), (3, Some(minute(5))));
    let clock = Clock { least_ms: -120_000, median_ms: 60_000, events: 2 };
    assert_eq!(health.clock, Some(clock));
    assert_eq!(health.oldest_unconfirmed, None, "it is paid");
    assert_eq!(Health::of_orders("sandbox", &[story.payment]), Health::default());
}

#[test]
fn the_oldest_session_that_waits_is_named_and_late_after_half_an_hour() {
    let (older, newer) = (Story::sent().payment, Story::sent().opened("stripe", Method::Link).payment);
    let health = Health::of_orders("stripe", &[newer, older.clone()]);
    let oldest = health.oldest_unconfirmed.clone().unwrap();
    assert_eq!((oldest.order_id, oldest.since), (older.order, minute(1)));
    assert_eq!(codes(&health, minute(31)), [""; 0]);
    assert_eq!(codes(&health, minute(32)), ["session_unconfirmed"]);
    let paid_by_another = Story::sent().opened("other", Method::Link).then([paid("p", 5_000).on(2)]).payment;
    assert_eq!(Health::of_orders("stripe", &[paid_by_another]).oldest_unconfirmed, None);
}

#[test]
fn refusals_matter_until_a_delivery_is_taken() {
    let notes = [
        ("invalid_signature", minute(5)),
        ("timestamp_too_old", minute(2)),
        ("invalid_signature", minute(3)),
    ];
    let refused = Refusals::counted(notes.into_iter());
    assert_eq!(refused.len(), 2);
    assert_eq!((refused[0].noted, refused[0].since, refused[0].last_at), (2, minute(3), minute(5)));
    let health = Health { refused, ..Health::default() };
    let found = of_health("stripe", &health, minute(6));
    assert_eq!((found[0].code, found[0].severity), ("webhooks_refused", Severity::Error));
    assert!(found[0].text.contains("invalid_signature") && found[0].what_to_do.contains("webhook_secrets"));
    assert_eq!(found[0].provider.as_deref(), Some("stripe"));
    let taken = Health { last_webhook_at: Some(minute(6)), ..health };
    assert_eq!(codes(&taken, minute(7)), [""; 0]);
}

#[test]
fn a_clock_that_is_behind_or_deliveries_that_are_all_late_are_told_apart() {
    let clock = |least_ms, median_ms, events| Health {
        clock: Some(Clock { least_ms, median_ms, events }),
        ..Health::default()
    };
    assert_eq!(codes(&clock(-20_000, -10_000, 3), minute(0)), ["clock_behind"]);
    assert_eq!(codes(&clock(-20_000, 500, 3), minute(0)), [""; 0], "one event says little");
    assert_eq!(codes(&clock(61_000, 90_000, 3), minute(0)), ["webhooks_late"]);
    assert_eq!(codes(&clock(61_000, 90_000, 2), minute(0)), [""; 0], "two events say little");
    assert_eq!(codes(&clock(900, 90_000, 9), minute(0)), [""; 0]);
}

#[test]
fn who_is_left_alone_comes_first() {
    let health = Health {
        left_alone_until: Some(minute(9)),
        oldest_unconfirmed: Health::of_orders("stripe", &[Story::sent().payment]).oldest_unconfirmed,
        ..Health::default()
    };
    assert_eq!(codes(&health, minute(60)), ["provider_left_alone", "session_unconfirmed"]);
}

#[test]
fn each_fault_of_an_endpoint_says_what_to_do() {
    let faults = [
        EndpointFault::Missing,
        EndpointFault::Elsewhere { url: "https://staging.example/v1/webhooks/demo/stripe".to_owned() },
        EndpointFault::Disabled,
        EndpointFault::Lacks { events: vec!["refund.failed"] },
    ];
    let found =
        faults.map(|fault| of_endpoint("stripe", "https://pay.example/v1/webhooks/demo/stripe", &fault));
    let codes = found.clone().map(|finding| finding.code);
    assert_eq!(
        codes,
        ["endpoint_missing", "endpoint_elsewhere", "endpoint_disabled", "endpoint_lacks_events"]
    );
    assert!(found[1].text.contains("staging.example") && found[3].text.contains("refund.failed"));
}
