//! A provider's delivery: verified, read, written first, and kept whatever becomes of it.

mod keep;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use payproof::payment::{Fact, Moment, Outcome, ProviderPaymentId, SessionId, expect};
use payproof::provider::{Configured, Event, Failure, Inbound, Reading, Refusal, Told, Verdict, Verified};
use payproof::shop::Shop;

use super::deadline::Deadline;
use super::facts::{facts_of, strongest, waits};
use super::record::{FlowError, is_ours, record, record_from};
use super::run_step::{Came, Take, run_step};
use super::whose_payment::remember;
use crate::app::App;
use crate::limits::{ASKED_AT_ONCE, WEBHOOK_ASK_TIMEOUT};
use crate::random;
use crate::store::Saved;

/// Why a delivery got no 2xx.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TakeError {
    /// It is not provably the provider's.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The provider had to be asked and could not be. It will deliver again.
    #[error(transparent)]
    CannotAsk(#[from] Failure),
    /// It could not be stored. The provider will deliver again.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// Takes a delivery. Once this gives an outcome, what the delivery says is safely stored.
///
/// # Errors
/// [`TakeError`]; nothing was believed, or nothing was stored, or what had to be asked about is only kept.
pub async fn take_event(
    app: &App,
    shop: &Shop,
    provider: &dyn Configured,
    inbound: &Inbound<'_>,
    now: Moment,
) -> Result<Outcome, TakeError> {
    let delivery = Delivery { app, shop, provider, deadline: Deadline::after(WEBHOOK_ASK_TIMEOUT), now };
    match provider.verify(inbound, now) {
        Verdict::Refused(refusal) => Err(TakeError::Refused(refusal)),
        Verdict::Verified(verified) => match provider.read(&verified) {
            Ok(events) => delivery.take_all(&verified, events).await,
            Err(problem) => {
                let about = About { session: None, word: "", event_id: verified.delivery_id(), at: None };
                let event =
                    delivery.keep(&verified, &about, Outcome::NotUnderstood, problem.to_string()).await?;
                tracing::warn!(shop_id = %shop.id, provider = provider.name(), event = %event, %problem, "an event was not understood");
                Ok(Outcome::NotUnderstood)
            }
        },
        Verdict::Ask(step) => {
            let vouched = app.sender.run(step, delivery.deadline.left()).await??;
            let (verified, events) = vouched.of(inbound);
            delivery.take_all(&verified, events).await
        }
    }
}

struct Delivery<'a> {
    app: &'a App,
    shop: &'a Shop,
    provider: &'a dyn Configured,
    /// By when all that is asked about it is over.
    deadline: Deadline,
    now: Moment,
}

/// What is known of an event that is kept.
struct About<'a> {
    session: Option<SessionId>,
    word: &'a str,
    event_id: Option<&'a str>,
    at: Option<Moment>,
}

/// An event, and what its readings tell once the provider was asked where only it can tell.
struct Clear {
    id: Option<String>,
    word: String,
    at: Option<Moment>,
    readings: Vec<Heard>,
}

/// What a reading tells.
enum Heard {
    /// This, by itself.
    Told(Told),
    /// This, by the provider's answer.
    Answered(Told),
    /// The provider's answer names no session of ours; nor does anybody remember the payment that was looked for.
    Nobody(Option<ProviderPaymentId>),
    /// The provider could not say it.
    Silent(Failure),
}

impl Delivery<'_> {
    /// Takes each event of a delivery. Where one could not be asked about the others are taken all the same: the provider
    /// delivers all of them again, and those that were taken are duplicates.
    async fn take_all(&self, verified: &Verified<'_>, events: Vec<Event>) -> Result<Outcome, TakeError> {
        let mut outcomes = Vec::with_capacity(events.len());
        let mut silent = None;
        for event in self.clear(events).await? {
            outcomes.push(self.take(verified, event, &mut silent).await?);
        }
        silent.map_or_else(|| Ok(strongest(&outcomes)), |failure| Err(TakeError::CannotAsk(failure)))
    }

    /// Asks what has to be asked about the events, several at a time: a delivery can bring hundreds, and all of it has one
    /// time to be answered in.
    async fn clear(&self, events: Vec<Event>) -> Result<Vec<Clear>, FlowError> {
        let clear = |Event { id, word, at, readings }| async move {
            let mut heard = Vec::with_capacity(readings.len());
            for reading in readings {
                heard.push(self.heard(reading).await?);
            }
            Ok(Clear { id, word, at, readings: heard })
        };
        stream::iter(events.into_iter().map(clear)).buffered(ASKED_AT_ONCE).try_collect().await
    }

    async fn heard(&self, reading: Reading) -> Result<Heard, FlowError> {
        let step = match reading {
            Reading::Told(told) => return Ok(Heard::Told(told)),
            Reading::Ask(step) => step,
        };
        let Came { to, missed } =
            run_step(self.app, self.shop, self.provider.id(), step, Take::AsWanted, self.deadline.left())
                .await?;
        Ok(match to {
            Ok(Some(told)) => Heard::Answered(told),
            Ok(None) => Heard::Nobody(missed),
            Err(failure) => {
                tracing::warn!(shop_id = %self.shop.id, provider = self.provider.name(), error = %failure, "a provider could not say what an event is about");
                Heard::Silent(failure)
            }
        })
    }

    /// Takes one event. Why it could not be asked about is put into `silent`, where none before it left that.
    async fn take(
        &self,
        verified: &Verified<'_>,
        event: Clear,
        silent: &mut Option<Failure>,
    ) -> Result<Outcome, FlowError> {
        let Clear { id, word, at, readings } = event;
        let about = About { session: None, word: &word, event_id: id.as_deref(), at };
        let (mut outcomes, mut asked, mut nth) = (Vec::new(), false, 0_usize);
        let mut sessions = Vec::new();
        for heard in readings {
            asked |= !matches!(heard, Heard::Told(_));
            let outcome = match heard {
                Heard::Told(told) | Heard::Answered(told) => {
                    sessions.push(told.session);
                    self.take_told(verified, &about, &mut nth, told).await?
                }
                without => {
                    nth = nth.saturating_add(1);
                    self.take_unclear(verified, &about, without, silent).await?
                }
            };
            outcomes.push(outcome);
        }
        if asked && !outcomes.iter().copied().any(waits) {
            // An earlier delivery of it may have been kept, because the provider could not be asked then.
            let id = self.event_id(verified, &about);
            self.app.store.mark_event_applied(&self.shop.id, &id, self.now).await?;
        }
        let outcome = strongest(&outcomes);
        tracing::info!(
            shop_id = %self.shop.id, provider = self.provider.name(), event_id = about.event_id.unwrap_or_default(),
            payment_id = listed(&sessions, |session| session.payment.to_string()),
            session_id = listed(&sessions, SessionId::to_string), event_type = word, outcome = outcome.word(),
            "a webhook was taken"
        );
        Ok(outcome)
    }

    /// What tells nothing is kept, for whoever knows more later.
    async fn take_unclear(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        heard: Heard,
        silent: &mut Option<Failure>,
    ) -> Result<Outcome, FlowError> {
        let (outcome, problem) = match heard {
            Heard::Nobody(Some(payment)) => return self.keep_until_known(verified, about, &payment).await,
            Heard::Silent(failure) => {
                let problem = format!("the provider had to be asked what it is about: {failure}");
                match failure {
                    // A definite no is the end of its repeats.
                    Failure::Refused { .. } | Failure::NotUnderstood(_) => (Outcome::NotUnderstood, problem),
                    Failure::Unknown(_) | Failure::Unreachable(_) => {
                        // An outage can outlast them, so it is kept before any answer is given: with the first of them
                        // the whole delivery, which is applied as a whole.
                        if silent.is_none() {
                            self.keep_once(verified, about, problem).await?;
                            *silent = Some(failure);
                        }
                        return Ok(Outcome::Unmatched);
                    }
                }
            }
            _ => (Outcome::Unmatched, "the provider's answer names no session of ours".to_owned()),
        };
        self.keep(verified, about, outcome, problem).await?;
        Ok(outcome)
    }

    async fn take_told(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        nth: &mut usize,
        told: Told,
    ) -> Result<Outcome, FlowError> {
        if self.provider.remembers() {
            remember(self.app, self.shop, self.provider.id(), &told, self.deadline, self.now).await?;
        }
        let session = told.session;
        let facts = facts_of(self.provider.id(), about.event_id, nth, told, self.now, random::write_mark()?);
        let about = About { session: Some(session), ..*about };
        match self.apply(session, &facts).await? {
            Outcome::Unmatched => self.keep_early(verified, &about, &facts).await,
            Outcome::PastCap => {
                self.keep_past_cap(verified, &about).await?;
                Ok(Outcome::PastCap)
            }
            outcome => Ok(outcome),
        }
    }

    /// Write first; if that does not hold, go on from the item that the store gave back.
    async fn apply(&self, session: SessionId, facts: &[Fact]) -> Result<Outcome, FlowError> {
        let (store, shop, provider) = (&self.app.store, &self.shop.id, self.provider.id());
        if facts.is_empty() {
            return Ok(Outcome::Stale);
        }
        let Some((change, outcome)) = expect(shop, provider, facts) else {
            return record(store, &session.payment, shop, Some(provider), facts).await;
        };
        match store.save(&session.payment, &change).await? {
            Saved::Written => Ok(outcome),
            Saved::Differs(None) => Ok(Outcome::Unmatched),
            Saved::Differs(Some(payment)) if is_ours(&payment, facts) => Ok(outcome),
            Saved::Differs(Some(payment)) => record_from(store, *payment, shop, Some(provider), facts).await,
        }
    }
}

/// What the log lists of the sessions that an event was about: one, nearly always.
fn listed(sessions: &[SessionId], text: impl Fn(&SessionId) -> String) -> String {
    sessions.iter().map(text).collect::<Vec<_>>().join(",")
}
