//! How a shop's providers are doing, as its newest orders and the notes of refused deliveries tell.

use std::collections::BTreeMap;

use super::{Finding, Severity};
use crate::payment::{Moment, OrderId, Payment, SessionId, Source, Status};
use crate::provider::EndpointFault;

/// After this long an unconfirmed session is worth a look: most webhooks come within seconds.
pub const UNCONFIRMED_LATE_MILLIS: u64 = 30 * 60_000;
/// A clock that is this far behind makes signatures look too new; they are refused at five minutes.
const CLOCK_BEHIND_MILLIS: i64 = 5_000;
/// Deliveries that are all this late come from a queue, or our clock is ahead.
const CLOCK_LATE_MILLIS: i64 = 60_000;
/// Deliveries that are needed to say something of the clock.
const CLOCK_EVENTS_MIN: usize = 3;

/// How one provider of a shop is doing.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Health {
    /// When its newest verified webhook was recorded that told something new.
    pub last_webhook_at: Option<Moment>,
    /// Webhooks that told something new.
    pub webhooks: u64,
    /// How long they took; none where none of them carried a time.
    pub clock: Option<Clock>,
    /// The session that waits longest for an answer.
    pub oldest_unconfirmed: Option<Unconfirmed>,
    /// Deliveries that were refused, by reason.
    pub refused: Vec<Refusals>,
    /// Until when it is left alone because it keeps failing.
    pub left_alone_until: Option<Moment>,
}

/// How long it took from the provider's own time of an event until we recorded it. Negative: our clock is behind its.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Clock {
    /// Milliseconds, the least.
    pub least_ms: i64,
    /// Milliseconds, the median.
    pub median_ms: i64,
    /// Of how many events.
    pub events: usize,
}

/// A session of which it is not known whether it was paid.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Unconfirmed {
    /// It.
    pub session_id: String,
    /// Its order.
    pub order_id: OrderId,
    /// When it was opened.
    pub since: Moment,
}

/// Deliveries that were refused for one reason.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Refusals {
    /// The reason, as a word.
    pub reason: String,
    /// How many were noted: at least so many came.
    pub noted: u64,
    /// The oldest of them.
    pub since: Moment,
    /// The newest.
    pub last_at: Moment,
}

impl Refusals {
    /// Notes counted by reason: the word and the moment of each.
    pub fn counted<'a>(notes: impl Iterator<Item = (&'a str, Moment)>) -> Vec<Self> {
        let mut by_reason: BTreeMap<&str, Self> = BTreeMap::new();
        for (reason, at) in notes {
            let fresh = || Self { reason: reason.to_owned(), noted: 0, since: at, last_at: at };
            let known = by_reason.entry(reason).or_insert_with(fresh);
            known.noted = known.noted.saturating_add(1);
            known.since = known.since.min(at);
            known.last_at = known.last_at.max(at);
        }
        by_reason.into_values().collect()
    }
}

impl Health {
    /// What these orders tell of a provider.
    pub fn of_orders(provider: &str, orders: &[Payment]) -> Self {
        let mut health = Self::default();
        let mut delays: Vec<i64> = Vec::new();
        for payment in orders {
            let standing = payment.standing();
            for (attempt, session) in &payment.sessions {
                if session.provider.as_str() != provider {
                    continue;
                }
                let webhooks = payment
                    .facts
                    .iter()
                    .filter(|fact| fact.attempt == *attempt && fact.source == Source::Webhook);
                for fact in webhooks {
                    health.webhooks = health.webhooks.saturating_add(1);
                    health.last_webhook_at = health.last_webhook_at.max(Some(fact.at));
                    delays.extend(fact.said.said_at.map(|said_at| millis_between(said_at, fact.at)));
                }
                let waits =
                    matches!(standing.sessions.get(attempt), Some(Status::Pending | Status::Processing))
                        && !matches!(standing.status, Status::Paid | Status::Refunded);
                let older =
                    health.oldest_unconfirmed.as_ref().is_none_or(|old| session.created_at < old.since);
                if waits && older {
                    health.oldest_unconfirmed = Some(Unconfirmed {
                        session_id: SessionId { payment: payment.id, attempt: *attempt }.to_string(),
                        order_id: payment.order.clone(),
                        since: session.created_at,
                    });
                }
            }
        }
        delays.sort_unstable();
        let median = delays.get(delays.len() / 2).copied();
        health.clock = delays.first().copied().zip(median).map(|(least_ms, median_ms)| Clock {
            least_ms,
            median_ms,
            events: delays.len(),
        });
        health
    }
}

fn millis_between(from: Moment, to: Moment) -> i64 {
    let millis = |moment: Moment| i64::try_from(moment.millis()).unwrap_or(i64::MAX);
    millis(to).saturating_sub(millis(from))
}

/// What is wrong at a provider; the worst first.
pub fn of_health(provider: &str, health: &Health, now: Moment) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(until) = health.left_alone_until {
        let text = format!("{provider} keeps failing and is left alone until {until}.");
        let to_do = "Look at the provider's status page and at our logs. Orders go to the next provider of the routing, where there is one.";
        findings.push(Finding::new(Severity::Error, "provider_left_alone", text, to_do));
    }
    // What was refused before a delivery was taken is over.
    let newest = health.refused.iter().max_by_key(|refusals| refusals.last_at);
    if let Some(newest) =
        newest.filter(|newest| health.last_webhook_at.is_none_or(|last| last < newest.last_at))
    {
        let text = format!(
            "Deliveries for {provider} are refused as {}, the last at {}, and none was taken since.",
            newest.reason, newest.last_at
        );
        findings.push(Finding::new(Severity::Error, "webhooks_refused", text, refused(&newest.reason)));
    }
    if let Some(clock) = health.clock.filter(|clock| clock.events >= CLOCK_EVENTS_MIN) {
        if clock.median_ms < -CLOCK_BEHIND_MILLIS {
            let text = format!("Our clock seems to be {} ms behind that of {provider}.", -clock.median_ms);
            let to_do = "Mend the clock: at five minutes every delivery is refused.";
            findings.push(Finding::new(Severity::Warning, "clock_behind", text, to_do));
        } else if clock.least_ms > CLOCK_LATE_MILLIS {
            let text = format!(
                "Even the quickest webhook of {provider} came {} ms after its event.",
                clock.least_ms
            );
            let to_do = "Either our clock is ahead, or the provider's deliveries are late; the provider's dashboard says which.";
            findings.push(Finding::new(Severity::Warning, "webhooks_late", text, to_do));
        }
    }
    let late = health
        .oldest_unconfirmed
        .as_ref()
        .filter(|oldest| now.millis_since(oldest.since) > UNCONFIRMED_LATE_MILLIS);
    if let Some(Unconfirmed { session_id, since, .. }) = late {
        let text = format!("Session {session_id} at {provider} is unconfirmed since {since}.");
        let to_do = "Ask the provider about it (POST /v1/sessions/{session_id}/reconcile), and look whether its webhooks come.";
        findings.push(Finding::new(Severity::Warning, "session_unconfirmed", text, to_do));
    }
    findings.sort_by_key(|finding| finding.severity);
    findings.into_iter().map(|finding| finding.at(provider)).collect()
}

/// What to do about a refused delivery.
fn refused(reason: &str) -> &'static str {
    match reason {
        "missing_signature" => {
            "Somebody posts without a signature. If it is the provider, look whether its endpoint is the right kind."
        }
        "timestamp_too_old" | "timestamp_too_new" => {
            "Compare our clock with the provider's, and mend the one that is wrong."
        }
        _ => {
            "Put the signing secret of exactly this endpoint into `webhook_secrets`; the old one may stay beside it. Then have all that is open asked about (POST /v1/events/replay with `refused`)."
        }
    }
}

/// What is wrong with how our endpoint is entered at a provider.
pub fn of_endpoint(provider: &str, ours: &str, fault: &EndpointFault) -> Finding {
    let finding = match fault {
        EndpointFault::Missing => Finding::new(
            Severity::Error,
            "endpoint_missing",
            format!("No webhook endpoint at {provider} has our address, {ours}."),
            "Add it at the provider, and its signing secret to `webhook_secrets`.",
        ),
        EndpointFault::Elsewhere { url } => Finding::new(
            Severity::Error,
            "endpoint_elsewhere",
            format!("The webhook endpoint at {provider} points to {url}, and not to {ours}."),
            "Correct its address at the provider: whoever answers there now may answer 2xx, and then nothing is repeated.",
        ),
        EndpointFault::Disabled => Finding::new(
            Severity::Error,
            "endpoint_disabled",
            format!("Our webhook endpoint at {provider} is switched off."),
            "Switch it on at the provider, then have all that is open asked about.",
        ),
        EndpointFault::Lacks { events } => Finding::new(
            Severity::Error,
            "endpoint_lacks_events",
            format!("Our webhook endpoint at {provider} is not sent {}.", events.join(", ")),
            "Add these types of events to it at the provider.",
        ),
    };
    finding.at(provider)
}

#[cfg(test)]
mod tests;
