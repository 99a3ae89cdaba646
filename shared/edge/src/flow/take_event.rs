//! A provider's delivery: verified, read, written first, and kept whatever becomes of it.

use payproof::payment::{
    Fact, FactId, Moment, Outcome, ProviderName, ProviderPaymentId, Report, SessionId, Source, WriteMark,
    expect,
};
use payproof::provider::{
    Configured, Event, Failure, Inbound, Reading, Refusal, Step, Told, Verdict, Verified,
};
use payproof::shop::Shop;
use sha2::{Digest as _, Sha256};

use super::apply_early::name_early;
use super::apply_stored::{Applied, apply_stored};
use super::record::{FlowError, is_ours, record, record_from};
use super::whose_payment::{Came, remember, run_finding};
use crate::app::App;
use crate::limits::WEBHOOK_ASK_TIMEOUT;
use crate::random;
use crate::store::{EventId, Saved, StoredEvent};

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
/// [`TakeError`]; nothing was believed, or nothing was stored.
pub async fn take_event(
    app: &App,
    shop: &Shop,
    provider: &dyn Configured,
    inbound: &Inbound<'_>,
    now: Moment,
) -> Result<Outcome, TakeError> {
    let (id, remembers) = (provider.id().clone(), provider.remembers());
    let delivery = Delivery { app, shop, provider: id, remembers, now };
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
            let vouched = app.sender.run(step, WEBHOOK_ASK_TIMEOUT).await??;
            let (verified, events) = vouched.of(inbound);
            delivery.take_all(&verified, events).await
        }
    }
}

/// The facts that reports are, each with the id that the same news always has.
pub(super) fn facts_of(
    provider: &ProviderName,
    event_id: Option<&str>,
    nth: &mut usize,
    told: &Told,
    now: Moment,
    write: WriteMark,
) -> Vec<Fact> {
    let attempt = told.session.attempt;
    let id = |report: &Report, nth: usize| match event_id {
        _ if told.fetched => FactId::fetched(attempt, report),
        Some(event_id) => FactId::of_event(provider, event_id, nth),
        None => FactId::of_delivery_without_id(provider, attempt, report),
    };
    let source = if told.fetched { Source::Fetch } else { Source::Webhook };
    let mut facts = Vec::with_capacity(told.reports.len());
    for report in &told.reports {
        facts.push(Fact { id: id(report, *nth), attempt, source, said: report.clone(), at: now, write });
        *nth = nth.saturating_add(1);
    }
    facts
}

/// By when all the asking of one delivery must be over.
#[derive(Clone, Copy)]
pub(super) struct Deadline(tokio::time::Instant);

impl Deadline {
    pub(super) fn after(limit: std::time::Duration) -> Self {
        Self(tokio::time::Instant::now() + limit)
    }

    pub(super) fn left(self) -> std::time::Duration {
        self.0.saturating_duration_since(tokio::time::Instant::now())
    }
}

struct Delivery<'a> {
    app: &'a App,
    shop: &'a Shop,
    provider: ProviderName,
    remembers: bool,
    now: Moment,
}

/// What is known of an event that is kept.
struct About<'a> {
    session: Option<SessionId>,
    word: &'a str,
    event_id: Option<&'a str>,
    at: Option<Moment>,
}

impl Delivery<'_> {
    /// Takes each event of a delivery. Where one cannot be taken the provider delivers all of them again, and those that
    /// were are duplicates.
    async fn take_all(&self, verified: &Verified<'_>, events: Vec<Event>) -> Result<Outcome, TakeError> {
        let mut outcomes = Vec::with_capacity(events.len());
        for event in events {
            outcomes.push(self.take(verified, event).await?);
        }
        Ok(strongest(outcomes))
    }

    async fn take(&self, verified: &Verified<'_>, event: Event) -> Result<Outcome, TakeError> {
        let Event { id, word, at, readings } = event;
        let about = About { session: None, word: &word, event_id: id.as_deref(), at };
        let (mut outcomes, mut payments, mut sessions, mut nth) =
            (Vec::new(), Vec::new(), Vec::new(), 0_usize);
        let deadline = Deadline::after(WEBHOOK_ASK_TIMEOUT);
        for reading in readings {
            let (told, missed, asked) = match reading {
                Reading::Told(told) => (Some(told), None, false),
                Reading::Ask(step) => match self.ask(verified, &about, step, deadline).await? {
                    Ok((told, missed)) => (told, missed, true),
                    Err(outcome) => {
                        nth = nth.saturating_add(1);
                        outcomes.push(outcome);
                        continue;
                    }
                },
            };
            let outcome = match told {
                Some(told) => {
                    payments.push(told.session.payment.to_string());
                    sessions.push(told.session.to_string());
                    self.take_told(verified, &about, &mut nth, &told).await?
                }
                None => {
                    nth = nth.saturating_add(1);
                    match missed {
                        Some(payment) => self.keep_until_known(verified, &about, &payment).await?,
                        None => {
                            let problem = "the provider's answer names no session of ours".to_owned();
                            self.keep(verified, &about, Outcome::Unmatched, problem).await?;
                            Outcome::Unmatched
                        }
                    }
                }
            };
            if asked && !matches!(outcome, Outcome::Unmatched | Outcome::PastCap) {
                // An earlier delivery of it may have been kept, because the provider could not be asked then.
                let id = self.event_id(verified, &about);
                self.app
                    .store
                    .mark_event_applied(&self.shop.id, &id, self.now)
                    .await
                    .map_err(FlowError::from)?;
            }
            outcomes.push(outcome);
        }
        let outcome = strongest(outcomes);
        tracing::info!(
            shop_id = %self.shop.id, provider = %self.provider, event_id = about.event_id.unwrap_or_default(),
            payment_id = payments.join(","), session_id = sessions.join(","), event_type = word, outcome = outcome.word(), "a webhook was taken"
        );
        Ok(outcome)
    }

    async fn take_told(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        nth: &mut usize,
        told: &Told,
    ) -> Result<Outcome, FlowError> {
        if self.remembers {
            remember(self.app, self.shop, &self.provider, told, self.now).await?;
        }
        let facts = self.facts(about.event_id, nth, told)?;
        let about = About { session: Some(told.session), ..*about };
        match self.apply(told.session, &facts).await? {
            Outcome::Unmatched => self.keep_early(verified, &about, &facts).await,
            Outcome::PastCap => {
                let problem = "the order holds as many facts as it can".to_owned();
                self.keep(verified, &about, Outcome::PastCap, problem).await?;
                Ok(Outcome::PastCap)
            }
            outcome => Ok(outcome),
        }
    }

    /// Asks the provider what an event leaves open. The event is kept before anything but an answer is given: an outage
    /// can outlast the provider's repeats, and a definite no is the end of them.
    async fn ask(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        step: Step<Option<Told>>,
        deadline: Deadline,
    ) -> Result<Result<(Option<Told>, Option<ProviderPaymentId>), Outcome>, TakeError> {
        let Came { to, missed } =
            run_finding(self.app, self.shop, &self.provider, step, deadline.left()).await?;
        let failure = match to {
            Ok(told) => return Ok(Ok((told, missed))),
            Err(failure) => failure,
        };
        tracing::warn!(shop_id = %self.shop.id, provider = %self.provider, error = %failure, "a provider could not say what an event is about");
        let problem = format!("the provider had to be asked what it is about: {failure}");
        match failure {
            Failure::Refused { .. } | Failure::NotUnderstood(_) => {
                self.keep(verified, about, Outcome::NotUnderstood, problem).await?;
                Ok(Err(Outcome::NotUnderstood))
            }
            Failure::Unknown(_) | Failure::Unreachable(_) => {
                self.keep(verified, about, Outcome::Unmatched, problem).await?;
                Err(TakeError::CannotAsk(failure))
            }
        }
    }

    fn facts(&self, event_id: Option<&str>, nth: &mut usize, told: &Told) -> Result<Vec<Fact>, FlowError> {
        Ok(facts_of(&self.provider, event_id, nth, told, self.now, random::write_mark()?))
    }

    /// Write first; if that does not hold, go on from the item that the store gave back.
    async fn apply(&self, session: SessionId, facts: &[Fact]) -> Result<Outcome, FlowError> {
        let (store, shop) = (&self.app.store, &self.shop.id);
        if facts.is_empty() {
            return Ok(Outcome::Stale);
        }
        let Some((change, outcome)) = expect(shop, &self.provider, facts) else {
            return record(store, &session.payment, shop, Some(&self.provider), facts).await;
        };
        match store.save(&session.payment, &change).await? {
            Saved::Written => Ok(outcome),
            Saved::Differs(None) => Ok(Outcome::Unmatched),
            Saved::Differs(Some(payment)) if is_ours(&payment, facts) => Ok(outcome),
            Saved::Differs(Some(payment)) => {
                record_from(store, *payment, shop, Some(&self.provider), facts).await
            }
        }
    }

    /// Named where its order will look, then kept whole, then tried once more: one always sees the other. In this order,
    /// so that nothing is listed as unmatched whose repeat was applied and which no order knows of.
    async fn keep_early(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        facts: &[Fact],
    ) -> Result<Outcome, FlowError> {
        let event = self.event_id(verified, about);
        let named = match about.session {
            Some(session) => {
                let named =
                    name_early(self.app, self.shop, &self.provider, session, facts, &event, self.now).await?;
                named.then_some(session)
            }
            None => None,
        };
        let problem = "no such session of this shop and provider, yet".to_owned();
        self.keep(verified, about, Outcome::Unmatched, problem).await?;
        let Some(session) = named else { return Ok(Outcome::Unmatched) };
        let outcome = self.apply(session, facts).await?;
        match outcome {
            Outcome::Unmatched => {}
            Outcome::PastCap => {
                self.keep(verified, about, outcome, "the order holds as many facts as it can".to_owned())
                    .await?;
            }
            _ => self.app.store.mark_event_applied(&self.shop.id, &event, self.now).await?,
        }
        Ok(outcome)
    }

    /// Kept whole, then named beside the payment that it is about and that nobody remembers yet, then tried once more.
    async fn keep_until_known(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        payment: &ProviderPaymentId,
    ) -> Result<Outcome, FlowError> {
        let (store, shop) = (&self.app.store, &self.shop.id);
        let problem = format!("it is about the provider's payment {payment}, of which nothing is known yet");
        let event = self.keep(verified, about, Outcome::Unmatched, problem).await?;
        store.put_early_of_payment(shop, &self.provider, payment, &event, self.now).await?;
        if store.whose_payment(shop, &self.provider, payment).await?.is_none() {
            return Ok(Outcome::Unmatched);
        }
        let Some(stored) = store.event(shop, &event).await? else { return Ok(Outcome::Unmatched) };
        let deadline = Deadline::after(WEBHOOK_ASK_TIMEOUT);
        match apply_stored(self.app, self.shop, &stored, None, deadline, self.now).await? {
            Applied::Done(outcome) | Applied::Waits { outcome, .. } => Ok(outcome),
            Applied::NotAnswered(_) | Applied::NoProvider => Ok(Outcome::Unmatched),
        }
    }

    /// The key that an event is kept under: the same for each delivery of it.
    fn event_id(&self, verified: &Verified<'_>, about: &About<'_>) -> EventId {
        let digest = match about.event_id {
            Some(id) => Sha256::new()
                .chain_update(self.provider.as_str())
                .chain_update([0])
                .chain_update(id)
                .finalize(),
            None => Sha256::digest(verified.body()),
        };
        // The provider's own time keeps a repeat under the same key; one far from ours would hide the event in a day
        // that nobody lists.
        let near = |at: &Moment| {
            self.now.millis_since(*at) < BEHIND_MILLIS_MAX && at.millis_since(self.now) < AHEAD_MILLIS_MAX
        };
        EventId::new(about.at.filter(near).unwrap_or(self.now), &digest)
    }

    async fn keep(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        outcome: Outcome,
        problem: String,
    ) -> Result<EventId, FlowError> {
        let event = StoredEvent {
            id: self.event_id(verified, about),
            provider: self.provider.clone(),
            outcome,
            problem,
            session: about.session,
            word: about.word.to_owned(),
            delivery_id: verified.delivery_id().map(str::to_owned),
            body: verified.body().to_vec(),
            received_at: self.now,
            applied_at: None,
        };
        self.app.store.put_event(&self.shop.id, &event).await?;
        Ok(event.id)
    }
}

/// How far behind our clock an event's own time is believed: providers repeat for days.
const BEHIND_MILLIS_MAX: u64 = 7 * 86_400_000;
/// How far ahead of our clock it is believed. The list of stored events begins a day ahead.
const AHEAD_MILLIS_MAX: u64 = 86_400_000;

/// What a delivery with several readings came to: what needs a look before what went well.
pub(super) fn strongest(outcomes: Vec<Outcome>) -> Outcome {
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
