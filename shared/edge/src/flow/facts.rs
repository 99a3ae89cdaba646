//! What reports become: facts, each with the id that the same news always has.

use payproof::payment::{Fact, FactId, Moment, Outcome, ProviderName, Report, Source, WriteMark};
use payproof::provider::Told;

/// The facts that a provider's reports are. `nth` is the place of the first among those of its event.
pub(super) fn facts_of(
    provider: &ProviderName,
    event_id: Option<&str>,
    nth: &mut usize,
    told: Told,
    now: Moment,
    write: WriteMark,
) -> Vec<Fact> {
    let Told { session, reports, fetched, .. } = told;
    let attempt = session.attempt;
    let id = |report: &Report, nth: usize| match event_id {
        _ if fetched => FactId::fetched(attempt, report),
        Some(event_id) => FactId::of_event(provider, event_id, nth),
        None => FactId::of_delivery_without_id(provider, attempt, report),
    };
    let source = if fetched { Source::Fetch } else { Source::Webhook };
    let mut facts = Vec::with_capacity(reports.len());
    for said in reports {
        facts.push(Fact { id: id(&said, *nth), attempt, source, said, at: now, write });
        *nth = nth.saturating_add(1);
    }
    facts
}

/// What several readings came to: what needs a look before what went well.
pub(super) fn strongest(outcomes: &[Outcome]) -> Outcome {
    const ORDER: [Outcome; 7] = [
        Outcome::PastCap,
        Outcome::NotUnderstood,
        Outcome::Unmatched,
        Outcome::Review,
        Outcome::Applied,
        Outcome::Duplicate,
        Outcome::Stale,
    ];
    ORDER.into_iter().find(|outcome| outcomes.contains(outcome)).unwrap_or(Outcome::Stale)
}

/// Whether something of it waits: for its order or session, for room, or because it cannot be read.
pub(super) const fn waits(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Unmatched | Outcome::PastCap | Outcome::NotUnderstood)
}
