//! Applying an event that was verified and stored: read again from its bytes, asked about again where only the provider
//! can tell.

use std::pin::Pin;

use payproof::payment::{Moment, Outcome, PaymentId};
use payproof::provider::{Configured, Failure, Reading, Told, Verified};
use payproof::shop::Shop;

use super::apply_early::name_early;
use super::deadline::Deadline;
use super::facts::{facts_of, strongest, waits};
use super::record::{FlowError, record};
use super::run_step::{Take, run_step};
use super::whose_payment::remember;
use crate::app::App;
use crate::random;
use crate::store::StoredEvent;

/// What applying a stored event came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// All that it says is recorded; what that came to.
    Done(Outcome),
    /// Something of it still waits: for its order or session, for room, or because it cannot be read.
    Waits {
        /// Why.
        outcome: Outcome,
        /// Whether a part of it was recorded.
        in_part: bool,
    },
    /// The provider had to be asked and did not answer. The rest is as `Waits`.
    NotAnswered(Failure),
    /// The shop has no account at the provider any more.
    NoProvider,
}

impl Applied {
    /// Whether anything was recorded.
    pub(super) const fn anything(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Waits { in_part: true, .. })
    }
}

/// Applies a stored event, or what of it is about the order `only`. One that is done is marked as applied.
pub(super) async fn apply_stored(
    app: &App,
    shop: &Shop,
    event: &StoredEvent,
    only: Option<&PaymentId>,
    deadline: Deadline,
    now: Moment,
) -> Result<Applied, FlowError> {
    let Some(provider) = shop.providers.get(event.provider.as_str()) else { return Ok(Applied::NoProvider) };
    let verified = Verified::verified_before_it_was_stored(&event.body, event.delivery_id.as_deref());
    let Ok(read) = provider.read(&verified) else {
        return Ok(Applied::Waits { outcome: Outcome::NotUnderstood, in_part: false });
    };
    let (mut outcomes, mut silent) = (Vec::new(), None);
    for of_event in read {
        // The place of a report among those of its own event is a part of its id.
        let mut nth = 0_usize;
        for reading in of_event.readings {
            let told = match told(app, shop, provider.as_ref(), reading, deadline).await? {
                Ok(Some(told)) => told,
                nothing => {
                    nth = nth.saturating_add(1);
                    outcomes.push(match nothing {
                        Err(Failure::Refused { .. } | Failure::NotUnderstood(_)) => Outcome::NotUnderstood,
                        _ => Outcome::Unmatched,
                    });
                    silent = match nothing {
                        Err(failure @ (Failure::Unknown(_) | Failure::Unreachable(_))) => Some(failure),
                        _ => silent,
                    };
                    continue;
                }
            };
            if provider.remembers() {
                remembered(app, shop, provider.as_ref(), &told, deadline, now).await?;
            }
            let (session, event_id) = (told.session, of_event.id.as_deref());
            let mut facts = facts_of(provider.id(), event_id, &mut nth, told, now, random::write_mark()?);
            let id = &session.payment;
            if facts.is_empty() || only.is_some_and(|only| only != id) {
                continue;
            }
            // The log says that it was there before what it is about.
            facts.iter_mut().for_each(|fact| fact.said.arrived = Some(event.received_at));
            let mut outcome = record(&app.store, id, &shop.id, Some(provider.id()), &facts).await?;
            if outcome == Outcome::Unmatched && only.is_none() {
                // What it is about may have been learned only now: whoever registers or reserves that looks for it.
                name_early(app, shop, provider.id(), session, &facts, &event.id, now).await?;
                outcome = record(&app.store, id, &shop.id, Some(provider.id()), &facts).await?;
            }
            tracing::info!(
                shop_id = %shop.id, payment_id = %id, event = %event.id, outcome = outcome.word(),
                "a stored event was applied"
            );
            outcomes.push(outcome);
        }
    }
    let in_part = outcomes.iter().any(|outcome| !waits(*outcome));
    if outcomes.iter().copied().any(waits) {
        let outcome = strongest(&outcomes);
        return Ok(match silent {
            Some(failure) if !in_part => Applied::NotAnswered(failure),
            _ => Applied::Waits { outcome, in_part },
        });
    }
    if in_part || only.is_none() {
        app.store.mark_event_applied(&shop.id, &event.id, now).await?;
        return Ok(Applied::Done(strongest(&outcomes)));
    }
    Ok(Applied::Waits { outcome: Outcome::Unmatched, in_part })
}

/// Remembers whose the payments are that a stored event tells of, which may have others applied that wait for that: one
/// inside the other, as deep as there are payments that nobody knew of.
fn remembered<'a>(
    app: &'a App,
    shop: &'a Shop,
    provider: &'a dyn Configured,
    told: &'a Told,
    deadline: Deadline,
    now: Moment,
) -> Pin<Box<dyn Future<Output = Result<(), FlowError>> + Send + 'a>> {
    Box::pin(remember(app, shop, provider.id(), told, deadline, now))
}

/// What a reading tells; none where the provider's answer names no session of ours.
async fn told(
    app: &App,
    shop: &Shop,
    provider: &dyn Configured,
    reading: Reading,
    deadline: Deadline,
) -> Result<Result<Option<Told>, Failure>, FlowError> {
    Ok(match reading {
        Reading::Told(told) => Ok(Some(told)),
        Reading::Ask(step) => {
            let came = run_step(app, shop, provider.id(), step, Take::AsWanted, deadline.left()).await?;
            came.to.inspect_err(|error| {
                tracing::warn!(provider = provider.name(), %error, "a stored event could not be asked about");
            })
        }
    })
}
