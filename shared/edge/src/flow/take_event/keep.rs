//! What could not be applied is kept as it came, where whoever it waits for will look.

use payproof::payment::{Fact, Moment, Outcome, ProviderPaymentId};
use payproof::provider::Verified;
use sha2::{Digest as _, Sha256};

use super::{About, Delivery};
use crate::flow::apply_early::name_early;
use crate::flow::apply_stored::{Applied, apply_stored};
use crate::flow::record::FlowError;
use crate::store::{EventId, StoredEvent};

/// How far behind our clock an event's own time is believed: providers repeat for days.
const BEHIND_MILLIS_MAX: u64 = 7 * 86_400_000;
/// How far ahead of our clock it is believed. The list of stored events begins a day ahead.
const AHEAD_MILLIS_MAX: u64 = 86_400_000;

impl Delivery<'_> {
    /// Named where its order will look, then kept whole, then tried once more: one always sees the other. In this order,
    /// so that nothing is listed as unmatched whose repeat was applied and which no order knows of.
    pub(super) async fn keep_early(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        facts: &[Fact],
    ) -> Result<Outcome, FlowError> {
        let event = self.event_id(verified, about);
        let named = match about.session {
            Some(session) => {
                let provider = self.provider.id();
                let named =
                    name_early(self.app, self.shop, provider, session, facts, &event, self.now).await?;
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
            Outcome::PastCap => self.keep_past_cap(verified, about).await?,
            _ => self.app.store.mark_event_applied(&self.shop.id, &event, self.now).await?,
        }
        Ok(outcome)
    }

    /// Kept whole, then named beside the payment that it is about and that nobody remembers yet, then tried once more.
    pub(super) async fn keep_until_known(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        payment: &ProviderPaymentId,
    ) -> Result<Outcome, FlowError> {
        let (store, shop, provider) = (&self.app.store, &self.shop.id, self.provider.id());
        let problem = format!("it is about the provider's payment {payment}, of which nothing is known yet");
        let event = self.keep(verified, about, Outcome::Unmatched, problem).await?;
        store.put_early_of_payment(shop, provider, payment, &event, self.now).await?;
        if store.whose_payment(shop, provider, payment).await?.is_none() {
            return Ok(Outcome::Unmatched);
        }
        let Some(stored) = store.event(shop, &event).await? else { return Ok(Outcome::Unmatched) };
        match apply_stored(self.app, self.shop, &stored, None, self.deadline, self.now).await? {
            Applied::Done(outcome) | Applied::Waits { outcome, .. } => Ok(outcome),
            Applied::NotAnswered(_) | Applied::NoProvider => Ok(Outcome::Unmatched),
        }
    }

    /// Kept where it is not: what was applied before is not listed as waiting again.
    pub(super) async fn keep_once(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        problem: String,
    ) -> Result<(), FlowError> {
        let known = self.app.store.event(&self.shop.id, &self.event_id(verified, about)).await?;
        if known.is_none() {
            self.keep(verified, about, Outcome::Unmatched, problem).await?;
        }
        Ok(())
    }

    /// Kept because its order has no room for it.
    pub(super) async fn keep_past_cap(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
    ) -> Result<(), FlowError> {
        let problem = "the order holds as many facts as it can".to_owned();
        self.keep(verified, about, Outcome::PastCap, problem).await.map(|_| ())
    }

    /// The key that an event is kept under: the same for each delivery of it.
    pub(super) fn event_id(&self, verified: &Verified<'_>, about: &About<'_>) -> EventId {
        let digest = match about.event_id {
            Some(id) => {
                Sha256::new().chain_update(self.provider.name()).chain_update([0]).chain_update(id).finalize()
            }
            None => Sha256::digest(verified.body()),
        };
        // The provider's own time keeps a repeat under the same key; one far from ours would hide the event in a day
        // that nobody lists.
        let near = |at: &Moment| {
            self.now.millis_since(*at) < BEHIND_MILLIS_MAX && at.millis_since(self.now) < AHEAD_MILLIS_MAX
        };
        EventId::new(about.at.filter(near).unwrap_or(self.now), &digest)
    }

    pub(super) async fn keep(
        &self,
        verified: &Verified<'_>,
        about: &About<'_>,
        outcome: Outcome,
        problem: String,
    ) -> Result<EventId, FlowError> {
        let event = StoredEvent {
            id: self.event_id(verified, about),
            provider: self.provider.id().clone(),
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
