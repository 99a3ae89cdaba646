//! Asking a provider what is true of one session, and closing its checkout there.

use std::time::Duration;

use payproof::payment::{Attempt, Moment, Outcome, Payment, Report};
use payproof::provider::{Closed, Configured, Failure, Held, Step, Told};
use payproof::shop::Shop;

use super::deadline::Deadline;
use super::facts::facts_of;
use super::record::{FlowError, record};
use super::run_step::{Take, run_step};
use super::whose_payment::remember;
use crate::app::App;
use crate::circuits::Callee;
use crate::random;

/// What asking came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The provider answered. What it said is recorded.
    Answered {
        /// What recording it came to: `Stale` where it said nothing.
        outcome: Outcome,
        /// What it said: empty where nothing came and nothing is under way.
        said: Vec<Report>,
    },
    /// The provider has no way to be asked, too little is known of the session, or the shop has it no more.
    CannotBeAsked,
}

/// What closing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Nobody can pay there any more.
    Closed,
    /// It is not open, for whatever reason: ask, it may be paid.
    NotOpen,
    /// The provider has no way to be told, or not as the checkout is now; too little is known of the session, or the shop
    /// has it no more.
    CannotBeClosed,
}

/// Why a provider did not answer a question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It refused, or nothing is known of the outcome.
    #[error(transparent)]
    Provider(#[from] Failure),
    /// It keeps failing and is left alone for a while.
    #[error("the provider does not answer and is left alone until {until}")]
    LeftAlone {
        /// Until then.
        until: Moment,
    },
    /// Something of ours failed.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// Asks what is true of a session now and records the answer: a provider's answer that we fetched is as good as its
/// webhook.
///
/// # Errors
/// [`AskError`]; nothing was learned, or nothing was recorded.
pub async fn ask_provider(
    app: &App,
    shop: &Shop,
    payment: &Payment,
    attempt: Attempt,
    take: Take,
    limit: Duration,
    now: Moment,
) -> Result<Asked, AskError> {
    let Some(at) = At::of(app, shop, payment, attempt).await? else { return Ok(Asked::CannotBeAsked) };
    let Some(step) = at.provider.fetch(&at.held()) else { return Ok(Asked::CannotBeAsked) };
    let said = at.run(step, take, limit, now).await?;
    let told = Told { session: at.held().session, checkout_id: None, reports: said, fetched: true };
    if at.provider.remembers() {
        remember(app, shop, at.provider.id(), &told, Deadline::after(limit), now).await?;
    }
    let write = random::write_mark().map_err(FlowError::from)?;
    let facts = facts_of(at.provider.id(), None, &mut 0, told.clone(), now, write);
    let outcome = match facts.as_slice() {
        [] => Outcome::Stale,
        facts => record(&app.store, &payment.id, &shop.id, Some(at.provider.id()), facts).await?,
    };
    tracing::info!(
        shop_id = %shop.id, session_id = %told.session, provider = at.provider.name(), outcome = outcome.word(),
        facts = facts.len(), "a provider was asked"
    );
    Ok(Asked::Answered { outcome, said: told.reports })
}

/// Closes a session's checkout at its provider. That it is closed is not recorded here: whether it is then expired or
/// cancelled is the caller's to say.
///
/// # Errors
/// [`AskError`]; it may be closed or not.
pub async fn close_checkout(
    app: &App,
    shop: &Shop,
    payment: &Payment,
    attempt: Attempt,
    limit: Duration,
    now: Moment,
) -> Result<Closing, AskError> {
    let Some(at) = At::of(app, shop, payment, attempt).await? else { return Ok(Closing::CannotBeClosed) };
    let Some(step) = at.provider.close(&at.held()) else { return Ok(Closing::CannotBeClosed) };
    let closing = match at.run(step, Take::Nothing, limit, now).await? {
        Closed::Closed => Closing::Closed,
        Closed::NotOpen => Closing::NotOpen,
        Closed::StillOpen => Closing::CannotBeClosed,
    };
    tracing::info!(
        shop_id = %shop.id, session_id = %at.held().session, provider = at.provider.name(), ?closing,
        "a checkout was to be closed"
    );
    Ok(closing)
}

/// A session at its provider.
struct At<'a> {
    app: &'a App,
    shop: &'a Shop,
    payment: &'a Payment,
    attempt: Attempt,
    provider: &'a dyn Configured,
    checkout_id: Option<String>,
}

impl<'a> At<'a> {
    async fn of(
        app: &'a App,
        shop: &'a Shop,
        payment: &'a Payment,
        attempt: Attempt,
    ) -> Result<Option<Self>, FlowError> {
        let Some(session) = payment.sessions.get(&attempt) else { return Ok(None) };
        let Some(provider) = shop.providers.get(session.provider.as_str()) else { return Ok(None) };
        let item = app.store.attempt(payment.session_id(attempt), session.nonce).await?;
        let checkout_id = item.and_then(|item| item.checkout).map(|checkout| checkout.checkout_id);
        Ok(Some(Self { app, shop, payment, attempt, provider: provider.as_ref(), checkout_id }))
    }

    fn held(&self) -> Held<'_> {
        Held {
            session: self.payment.session_id(self.attempt),
            checkout_id: self.checkout_id.as_deref(),
            money: self.payment.money,
        }
    }

    async fn run<T>(&self, step: Step<T>, take: Take, limit: Duration, now: Moment) -> Result<T, AskError> {
        let callee = Callee::provider(self.shop, self.provider.name());
        let circuits = &self.app.circuits;
        circuits.admits(&callee, now).map_err(|until| AskError::LeftAlone { until })?;
        let answer = run_step(self.app, self.shop, self.provider.id(), step, take, limit).await?.to;
        circuits.heard(&callee, &answer, now);
        Ok(answer?)
    }
}
