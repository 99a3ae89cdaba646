//! Opening a session: timer, attempt, reserve, early events, provider, attempt. Whatever crashes in between is found
//! by the timer, and a repeat completes it or opens the next attempt.

use payproof::payment::{
    Attempt, Fact, FactId, Kind, Method, Moment, Nonce, Opening, Payment, PaymentId, Report, Session,
    SessionId, Source, TokenHash, opening, reserve,
};
use payproof::provider::{Configured, Failure, Repeat};
use payproof::routing::{Choice, Wanted, choose, offered};
use payproof::secret::Secret;
use payproof::shop::Shop;

use super::apply_early;
use super::create_checkout::create_checkout;
use super::opening::{OpenError, Opened, Wish};
use super::record::{FlowError, record};
use crate::app::App;
use crate::limits::{FIRST_LOOK_MILLIS, OPENING_MILLIS, PROVIDER_EXPIRY_MARGIN_SECONDS, RACES_MAX};
use crate::random;
use crate::store::{AttemptItem, AttemptRequest, Due, IdempotencyKey, Saved};

/// Whether the provider may have heard of an attempt before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Try {
    First,
    Again,
}

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
    let id = PaymentId::of(&shop.id, &wish.order);
    let flow = Flow { app, shop, wish, key, now };
    for _ in 0..RACES_MAX {
        let payment = app.store.load_with_texts(&id).await.map_err(FlowError::from)?;
        let payment = payment.ok_or(OpenError::OrderNotFound)?;
        let asked =
            wish.provider.as_deref().and_then(|name| shop.providers.get(name)).map(|provider| provider.id());
        let done = match opening(&payment, wish.method, asked, now) {
            Opening::AlreadyPaid => return Err(OpenError::AlreadyPaid),
            Opening::UnderWay => return Err(OpenError::UnderWay),
            Opening::TooMany => return Err(OpenError::TooManyAttempts),
            Opening::Open(attempt) => flow.continue_open(payment, attempt).await?,
            Opening::Next(attempt) => flow.open_next(payment, attempt).await?,
        };
        if let Some(opened) = done {
            return Ok(opened);
        }
    }
    Err(OpenError::Flow(FlowError::Raced))
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
    if let Some(session) = payment.sessions.get(&id.attempt) {
        let item = app.store.attempt(id, session.nonce).await.map_err(FlowError::from)?;
        if let Some((item, checkout)) =
            item.and_then(|item| item.checkout.clone().map(|checkout| (item, checkout)))
        {
            return Ok(Opened { payment, attempt: id.attempt, item, checkout, new: false });
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
}

impl Flow<'_> {
    /// The session is open: give it, wait for whoever opens it, or finish what was left behind.
    async fn continue_open(&self, payment: Payment, attempt: Attempt) -> Result<Option<Opened>, OpenError> {
        let Some(session) = payment.sessions.get(&attempt).cloned() else { return Ok(None) };
        let id = payment.session_id(attempt);
        let item = self.app.store.attempt(id, session.nonce).await.map_err(FlowError::from)?;
        // The attempt is written before its reservation; only one far past any opening can be gone.
        let Some(item) = item else { return self.after(payment).await };
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
            return self.after(payment).await;
        };
        // Whoever left it behind may have been cut off before it looked.
        if apply_early(self.app, self.shop, &payment.id, self.now).await? {
            return Ok(None);
        }
        match provider.repeat() {
            Repeat::SameKey { kept_seconds }
                if self.now.seconds() < session.created_at.seconds().saturating_add(kept_seconds) =>
            {
                let until = self.now.plus_millis(OPENING_MILLIS);
                let ours = self.app.store.take_over_opening(id, session.nonce, item.opening_until, until);
                if !ours.await.map_err(FlowError::from)? {
                    return Err(OpenError::Opening { until });
                }
                // Nobody was given this session yet.
                match self.at_provider(payment.clone(), attempt, item, provider.as_ref(), Try::Again).await {
                    // Some providers give the first answer to a key again, also where it was an error of theirs.
                    Err(OpenError::StillUnknown) => self.after(payment).await,
                    opened => opened.map(Some),
                }
            }
            Repeat::SameKey { .. } | Repeat::Never => self.after(payment).await,
        }
    }

    /// An open attempt whose checkout nobody knows and nobody can make again: it stays, and the next one is opened.
    async fn after(&self, payment: Payment) -> Result<Option<Opened>, OpenError> {
        let next = payment.next_attempt().ok_or(OpenError::TooManyAttempts)?;
        self.open_next(payment, next).await
    }

    async fn open_next(&self, mut payment: Payment, attempt: Attempt) -> Result<Option<Opened>, OpenError> {
        let choice = self.choose(&payment)?;
        let Some(provider) = self.shop.providers.get(choice.provider) else { return Ok(None) };
        let (item, session) = self.compose(&payment, attempt, &choice, provider.as_ref())?;
        let store = &self.app.store;
        let first_look = session.expires_at.min(self.now.plus_millis(FIRST_LOOK_MILLIS));
        store.put_timer(&payment.id, first_look, Due::Reconcile, self.now).await.map_err(FlowError::from)?;
        store.put_attempt(&item, self.now).await.map_err(FlowError::from)?;
        let change = reserve(&payment, attempt, session);
        match store.save(&payment.id, &change).await.map_err(FlowError::from)? {
            Saved::Written => payment.apply(&change),
            // The answer to our own reservation was lost and the client repeated it.
            Saved::Differs(Some(now)) if reserved(&now, attempt, item.nonce) => payment = *now,
            Saved::Differs(_) => return Ok(None),
        }
        self.settle(item.session).await?;
        if apply_early(self.app, self.shop, &payment.id, self.now).await? {
            let again = store.load_with_texts(&payment.id).await.map_err(FlowError::from)?;
            payment = again.ok_or(OpenError::OrderNotFound)?;
            if opening(&payment, None, None, self.now) != Opening::Open(attempt) {
                // What came early settles it: nobody is to be sent to another checkout.
                store.end_opening(item.session, item.nonce, None).await.map_err(FlowError::from)?;
                return Ok(None);
            }
        }
        self.at_provider(payment, attempt, item, provider.as_ref(), Try::First).await.map(Some)
    }

    fn choose(&self, payment: &Payment) -> Result<Choice, OpenError> {
        choose(self.shop, &self.wanted(payment, self.wish.method)).ok_or_else(|| OpenError::NoProvider {
            why: "no provider of the shop takes this amount, currency and method".to_owned(),
            methods: offered(self.shop, &self.wanted(payment, None)),
        })
    }

    fn wanted<'a>(&'a self, payment: &'a Payment, method: Option<Method>) -> Wanted<'a> {
        Wanted {
            money: payment.money,
            country: payment.details.country.as_deref(),
            method,
            provider: self.wish.provider.as_deref(),
        }
    }

    fn compose(
        &self,
        payment: &Payment,
        attempt: Attempt,
        choice: &Choice,
        provider: &dyn Configured,
    ) -> Result<(AttemptItem, Session), FlowError> {
        let id = payment.session_id(attempt);
        let (client_secret, go_token, nonce) =
            (format!("csec_{}", random::token()?), random::token()?, random::nonce()?);
        // Ours is over first, and theirs is within what they can do.
        let expiry = provider.expiry();
        let most = expiry.most_seconds.saturating_sub(PROVIDER_EXPIRY_MARGIN_SECONDS);
        let ours = self.wish.expires_in.unwrap_or(self.shop.session_ttl_seconds).min(most);
        let theirs = ours.max(expiry.least_seconds).saturating_add(PROVIDER_EXPIRY_MARGIN_SECONDS);
        let page_url = format!("{}/return/{id}?client_secret={client_secret}", self.app.public_url);
        let request = AttemptRequest {
            // Whoever holds the checkout's address can turn back from it: no secret lies that way.
            back_url: self
                .wish
                .cancel_url
                .clone()
                .unwrap_or_else(|| format!("{}/return/{id}", self.app.public_url)),
            page_url,
            return_url: self.wish.return_url.clone(),
            locale: self.wish.locale.clone(),
            description: describe(self.shop, payment),
            customer_email: payment.details.customer_email.clone(),
            provider_expires_at: self.now.plus_seconds(theirs.min(expiry.most_seconds)).millis(),
            key: self.key.map(|key| key.mark().to_owned()),
        };
        let session = Session {
            provider: provider.id().clone(),
            method: choice.method,
            created_at: self.now,
            expires_at: self.now.plus_seconds(ours),
            after: payment.facts.len(),
            nonce,
            client_secret: TokenHash::of(&client_secret),
            go_token: TokenHash::of(&go_token),
        };
        let item = AttemptItem {
            session: id,
            nonce,
            request,
            why: choice.why.clone(),
            client_secret: Secret::new(client_secret),
            go_token: Secret::new(go_token),
            opening_until: Some(self.now.plus_millis(OPENING_MILLIS)),
            checkout: None,
        };
        Ok((item, session))
    }

    async fn settle(&self, session: SessionId) -> Result<(), FlowError> {
        if let Some(key) = self.key {
            self.app.store.settle(key, session).await?;
        }
        Ok(())
    }

    /// The provider hears of the attempt; then the attempt gets its answer, however it ended.
    async fn at_provider(
        &self,
        payment: Payment,
        attempt: Attempt,
        item: AttemptItem,
        provider: &dyn Configured,
        tried: Try,
    ) -> Result<Opened, OpenError> {
        let store = &self.app.store;
        let answer = create_checkout(self.app, provider, &payment, &item).await?;
        let failure = match answer {
            Ok(created) => {
                tracing::info!(
                    shop_id = %self.shop.id, session_id = %item.session, provider = provider.name(), "a session was opened"
                );
                return Ok(Opened { payment, attempt, item, checkout: created, new: true });
            }
            Err(failure) => failure,
        };
        tracing::warn!(
            shop_id = %self.shop.id, session_id = %item.session, provider = provider.name(), error = %failure,
            "a provider opened no session"
        );
        match (&failure, tried) {
            // An earlier request may have made it, whatever became of this one: the attempt stays.
            (Failure::Unreachable(_) | Failure::Refused { status: 401 | 403, .. }, Try::Again) => {}
            // Nothing was made there: the attempt has failed, and the customer can try another way at once.
            (Failure::Refused { code, .. }, _) => {
                self.failed(attempt, &payment, code.as_deref().unwrap_or("refused")).await?
            }
            (Failure::Unreachable(_), Try::First) => self.failed(attempt, &payment, "unreachable").await?,
            // It may be there and may be paid: the attempt stays, and the timer looks at it.
            (Failure::Unknown(_) | Failure::NotUnderstood(_), _) => {}
        }
        store.end_opening(item.session, item.nonce, None).await.map_err(FlowError::from)?;
        if tried == Try::Again && matches!(failure, Failure::Unknown(_) | Failure::NotUnderstood(_)) {
            return Err(OpenError::StillUnknown);
        }
        let others = self.wanted(&payment, None);
        let methods = offered(self.shop, &Wanted { provider: None, ..others });
        Err(OpenError::NoProvider { why: format!("{}: {failure}", provider.title()), methods })
    }

    async fn failed(&self, attempt: Attempt, payment: &Payment, reason: &str) -> Result<(), FlowError> {
        let said = Report::new(Kind::Failed).word("creation_refused").reason(Some(reason));
        let (id, write) = (FactId::ours(attempt, "failed"), random::write_mark()?);
        let fact = Fact { id, attempt, source: Source::Us, said, at: self.now, write };
        record(&self.app.store, &payment.id, &self.shop.id, None, &[fact]).await.map(|_| ())
    }
}

fn reserved(payment: &Payment, attempt: Attempt, nonce: Nonce) -> bool {
    payment.sessions.get(&attempt).is_some_and(|session| session.nonce == nonce)
}

/// What the customer reads at the checkout.
fn describe(shop: &Shop, payment: &Payment) -> String {
    match &payment.details.description {
        Some(description) => description.clone(),
        None => format!("{} · order {}", shop.name, payment.order),
    }
}
