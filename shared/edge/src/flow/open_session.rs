//! Opening a session: timer, attempt, reserve, early events, provider, attempt. Where the provider refuses or cannot be
//! reached the next one is tried in the same request, as an attempt of its own. Whatever crashes in between is found by
//! the timer, and a repeat completes it or opens the next attempt.

mod compose;
mod tries;

use payproof::payment::due::first_look;
use payproof::payment::{
    Attempt, Fact, Moment, Nonce, Opening, Payment, PaymentId, SessionId, opening, reserve, reserve_instead,
};
use payproof::provider::Configured;
use payproof::routing::Wanted;
use payproof::shop::Shop;

use self::tries::{Asking, Tries};
use super::apply_early;
use super::create_checkout::{Try, create_checkout, not_created};
use super::opening::{OpenError, Opened, Wish};
use super::record::{FlowError, record};
use crate::app::App;
use crate::circuits::Callee;
use crate::limits::{OPENING_MILLIS, RACES_MAX};
use crate::store::{AttemptItem, Due, IdempotencyKey, Saved};

/// Opens a session for an order, or gives the open one.
///
/// # Errors
/// [`OpenError`].
pub async fn open_session(
    app: &App,
    shop: &Shop,
    wish: &Wish,
    key: Option<&IdempotencyKey>,
    now: Moment,
) -> Result<Opened, OpenError> {
    let mut flow = Flow { app, shop, wish, key, now, tries: Tries::begin(), before: None };
    let opened = flow.open(PaymentId::of(&shop.id, &wish.order)).await;
    flow.end_before().await?;
    opened
}

/// The session that an idempotency key stands for, as it is now. One whose opening was left behind is finished, as
/// [`open_session`] would.
///
/// # Errors
/// [`OpenError`].
pub async fn session_as_it_is(
    app: &App,
    shop: &Shop,
    id: SessionId,
    wish: &Wish,
    key: &IdempotencyKey,
    now: Moment,
) -> Result<Opened, OpenError> {
    let payment = app.store.load_with_texts(&id.payment).await.map_err(FlowError::from)?;
    let payment = payment.filter(|payment| payment.shop == shop.id).ok_or(OpenError::OrderNotFound)?;
    if let Some(session) = payment.sessions.get(&id.attempt)
        && let Some(item) = app.store.attempt(id, session.nonce).await.map_err(FlowError::from)?
    {
        if let Some(checkout) = item.checkout.clone() {
            return Ok(Opened { payment, attempt: id.attempt, item, checkout, new: false });
        }
        // Whoever opens it may be at the next provider by now.
        if let Some(until) = item.opening_until.filter(|until| *until > now) {
            return Err(OpenError::Opening { until });
        }
    }
    open_session(app, shop, wish, Some(key), now).await
}

struct Flow<'a> {
    app: &'a App,
    shop: &'a Shop,
    wish: &'a Wish,
    key: Option<&'a IdempotencyKey>,
    now: Moment,
    tries: Tries,
    before: Option<Before>,
}

/// The attempt that this request tried before. Its opening is over once the next is reserved: until then a repeat waits.
struct Before {
    session: SessionId,
    nonce: Nonce,
    /// That nothing was made for it, where that is not recorded yet.
    failed: Option<Fact>,
}

impl Flow<'_> {
    async fn open(&mut self, id: PaymentId) -> Result<Opened, OpenError> {
        for _ in 0..RACES_MAX {
            let payment = self.app.store.load_with_texts(&id).await.map_err(FlowError::from)?;
            let payment = payment.ok_or(OpenError::OrderNotFound)?;
            let asked = self.wish.provider.as_deref().and_then(|name| self.shop.providers.get(name));
            let asked = asked.map(|provider| provider.id());
            let done = match opening(&payment, self.wish.method, asked, self.now) {
                Opening::AlreadyPaid => return Err(OpenError::AlreadyPaid),
                Opening::UnderWay => return Err(OpenError::UnderWay),
                Opening::Open(attempt) if !self.tries.has(attempt) => {
                    self.continue_open(payment, attempt).await?
                }
                Opening::TooMany if self.tries.is_empty() => return Err(OpenError::TooManyAttempts),
                Opening::Open(_) | Opening::Next(_) | Opening::TooMany => self.open_next(payment).await?,
            };
            if let Some(opened) = done {
                return Ok(opened);
            }
        }
        Err(OpenError::Flow(FlowError::Raced))
    }

    /// The session is open: give it, wait for whoever opens it, or finish what was left behind.
    async fn continue_open(
        &mut self,
        payment: Payment,
        attempt: Attempt,
    ) -> Result<Option<Opened>, OpenError> {
        let Some(session) = payment.sessions.get(&attempt).cloned() else { return Ok(None) };
        let id = payment.session_id(attempt);
        let item = self.app.store.attempt(id, session.nonce).await.map_err(FlowError::from)?;
        // The attempt is written before its reservation; only one far past any opening can be gone.
        let Some(item) = item else { return self.open_next(payment).await };
        if self
            .key
            .is_some_and(|key| key.may_stand_for_any() || item.request.key.as_deref() == Some(key.mark()))
        {
            self.settle(id).await?;
        }
        if let Some(checkout) = item.checkout.clone() {
            return Ok(Some(Opened { payment, attempt, item, checkout, new: false }));
        }
        if let Some(until) = item.opening_until.filter(|until| *until > self.now) {
            return Err(OpenError::Opening { until });
        }
        let Some(provider) = self.shop.providers.get(session.provider.as_str()) else {
            return self.open_next(payment).await;
        };
        // Whoever left it behind may have been cut off before it looked.
        if apply_early(self.app, self.shop, &payment.id, self.now).await? {
            return Ok(None);
        }
        if !provider.repeat().may_be_again(session.created_at, self.now) {
            // A checkout that nobody knows and nobody can make again: the attempt stays, and the next one is opened.
            return self.open_next(payment).await;
        }
        if !self.app.circuits.allows(&self.callee(provider.as_ref()), self.now) {
            self.tries.left_alone((provider.id(), session.method), attempt);
            return self.open_next(payment).await;
        }
        let until = self.now.plus_millis(OPENING_MILLIS);
        let ours = self.app.store.take_over_opening(id, session.nonce, item.opening_until, until);
        if !ours.await.map_err(FlowError::from)? {
            return Err(OpenError::Opening { until });
        }
        // Nobody was given this session yet.
        self.at_provider(payment, item, provider.as_ref(), Try::Again).await
    }

    async fn open_next(&mut self, mut payment: Payment) -> Result<Option<Opened>, OpenError> {
        let Some(attempt) = payment.next_attempt() else {
            return Err(match self.tries.is_empty() {
                true => OpenError::TooManyAttempts,
                false => self.tries.nothing_left(&self.asking(&payment), false),
            });
        };
        let Some(choice) = self.tries.next(&self.asking(&payment)) else {
            return Err(self.tries.nothing_left(&self.asking(&payment), true));
        };
        let Some(provider) = self.shop.providers.get(choice.provider.as_str()) else { return Ok(None) };
        let (item, session) = self.compose(&payment, attempt, &choice, provider.as_ref())?;
        let store = &self.app.store;
        let look = first_look(&session);
        store.put_timer(&payment.id, look, Due::Reconcile, self.now).await.map_err(FlowError::from)?;
        store.put_attempt(&item, self.now).await.map_err(FlowError::from)?;
        let change = match self.before.as_ref().and_then(|before| before.failed.clone()) {
            Some(failed) => reserve_instead(&payment, failed, attempt, session),
            None => reserve(&payment, attempt, session),
        };
        match store.save(&payment.id, &change).await.map_err(FlowError::from)? {
            Saved::Written => payment.apply(&change),
            // The answer to our own reservation was lost and the client repeated it.
            Saved::Differs(Some(now)) if reserved(&now, attempt, item.nonce) => payment = *now,
            Saved::Differs(_) => return Ok(None),
        }
        self.settle(item.session).await?;
        if let Some(before) = &mut self.before {
            before.failed = None;
        }
        self.end_before().await?;
        if apply_early(self.app, self.shop, &payment.id, self.now).await? {
            let again = store.load_with_texts(&payment.id).await.map_err(FlowError::from)?;
            payment = again.ok_or(OpenError::OrderNotFound)?;
            if opening(&payment, None, None, self.now) != Opening::Open(attempt) {
                // What came early settles it: nobody is to be sent to another checkout.
                store.end_opening(item.session, item.nonce, None).await.map_err(FlowError::from)?;
                return Ok(None);
            }
        }
        self.at_provider(payment, item, provider.as_ref(), Try::First).await
    }

    fn asking<'a>(&'a self, payment: &'a Payment) -> Asking<'a> {
        let wanted = Wanted {
            method: self.wish.method,
            provider: self.wish.provider.as_deref(),
            ..Wanted::order(payment)
        };
        Asking { app: self.app, shop: self.shop, payment, wanted, now: self.now }
    }

    fn callee(&self, provider: &dyn Configured) -> Callee {
        Callee::provider(self.shop, provider.name())
    }

    async fn settle(&self, session: SessionId) -> Result<(), FlowError> {
        if let Some(key) = self.key {
            self.app.store.settle(key, session).await?;
        }
        Ok(())
    }

    /// The provider hears of the attempt; then the attempt gets its answer. None where it opened nothing.
    async fn at_provider(
        &mut self,
        payment: Payment,
        item: AttemptItem,
        provider: &dyn Configured,
        tried: Try,
    ) -> Result<Option<Opened>, OpenError> {
        let attempt = item.session.attempt;
        let Some(session) = payment.sessions.get(&attempt) else { return Ok(None) };
        let answer = create_checkout(self.app, provider, &payment, &item).await?;
        if let Some(until) = self.app.circuits.heard(&self.callee(provider), &answer, self.now) {
            // For people who ask: nothing decides by it, so an error costs only the note.
            if let Err(error) = self.app.store.note_left_alone(&self.shop.id, provider.name(), until).await {
                tracing::warn!(shop_id = %self.shop.id, %error, "it could not be noted that a provider is left alone");
            }
        }
        let failure = match answer {
            Ok(checkout) => {
                tracing::info!(
                    shop_id = %self.shop.id, session_id = %item.session, provider = provider.name(), "a session was opened"
                );
                return Ok(Some(Opened { payment, attempt, item, checkout, new: true }));
            }
            Err(failure) => failure,
        };
        tracing::warn!(
            shop_id = %self.shop.id, session_id = %item.session, provider = provider.name(), error = %failure,
            "a provider opened no session"
        );
        let failed = not_created(attempt, &failure, tried, self.now)?;
        self.before = Some(Before { session: item.session, nonce: item.nonce, failed });
        self.tries.failed((provider.id(), session.method), attempt, &failure, tried == Try::Again);
        Ok(None)
    }

    /// The opening of the attempt before is over, however it ended.
    async fn end_before(&mut self) -> Result<(), FlowError> {
        let Some(Before { session, nonce, failed }) = self.before.take() else { return Ok(()) };
        if let Some(failed) = failed {
            record(&self.app.store, &session.payment, &self.shop.id, None, &[failed]).await?;
        }
        Ok(self.app.store.end_opening(session, nonce, None).await?)
    }
}

fn reserved(payment: &Payment, attempt: Attempt, nonce: Nonce) -> bool {
    payment.sessions.get(&attempt).is_some_and(|session| session.nonce == nonce)
}
