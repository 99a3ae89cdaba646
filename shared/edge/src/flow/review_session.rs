//! A merchant decides about a session in review. A decision names money; rejecting money sends it back.

use payproof::payment::{
    AskedRefund, CannotReview, Confirming, Decided, Decision, Fact, FactId, Kind, Moment, Payment, RefundAsk,
    Review, Ruling, SessionId, Source, Status, asked_refunds, confirming, decide, review,
};
use payproof::shop::Shop;

use super::ask_provider::{AskError, Closing, ask_provider, close_checkout};
use super::cancel::{By, stopped};
use super::deadline::Deadline;
use super::record::{FlowError, is_ours, order_of_session};
use super::refund::{can_be_asked, send_refund};
use super::run_step::Take;
use crate::app::App;
use crate::limits::{ACT_TIMEOUT, BULK_TIMEOUT, RACES_MAX};
use crate::random;
use crate::store::{Due, Saved};

/// Why nothing was decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// The shop has no such session.
    #[error("no such session")]
    SessionNotFound,
    /// The rules say no.
    #[error(transparent)]
    Cannot(#[from] CannotReview),
    /// The provider was asked: nothing came that could be enough.
    #[error("nothing came that could be approved")]
    NothingCame,
    /// The provider was asked: it still holds the payment, and cannot be told to close it.
    #[error("the provider still holds the payment and cannot be told to close it")]
    StillHeld,
    /// The provider had to be asked and did not answer.
    #[error(transparent)]
    Provider(#[from] AskError),
    /// The order holds as many facts as it can.
    #[error("the order holds as many facts as it can")]
    Full,
}

impl From<FlowError> for ReviewError {
    fn from(error: FlowError) -> Self {
        Self::Provider(AskError::Flow(error))
    }
}

/// A decision that was made.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// The order as it is now.
    pub payment: Payment,
    /// The refunds of the session that were asked for, as they are now.
    pub refunds: Vec<AskedRefund>,
}

/// Decides about a session in review. The same decision again changes nothing.
///
/// # Errors
/// [`ReviewError`]; nothing was decided. What the provider said when it was asked is recorded.
pub async fn review_session(
    app: &App,
    shop: &Shop,
    id: SessionId,
    ruling: Ruling,
    by: By<'_>,
    now: Moment,
) -> Result<Reviewed, ReviewError> {
    let flow = Flow { app, shop, id, ruling, by, now };
    let payment = flow.load().await?;
    if flow.is_by_hand(&payment) {
        flow.confirm(payment).await?;
    } else {
        flow.decide(payment).await?;
    }
    let payment = flow.load().await?;
    let refunds = asked_refunds(&payment, id.attempt);
    Ok(Reviewed { payment, refunds })
}

struct Flow<'a> {
    app: &'a App,
    shop: &'a Shop,
    id: SessionId,
    ruling: Ruling,
    by: By<'a>,
    now: Moment,
}

impl Flow<'_> {
    async fn load(&self) -> Result<Payment, ReviewError> {
        order_of_session(self.app, self.shop, self.id).await?.ok_or(ReviewError::SessionNotFound)
    }

    /// Whether approving means that a person saw the money: no provider ever tells of it.
    fn is_by_hand(&self, payment: &Payment) -> bool {
        let session = payment.sessions.get(&self.id.attempt);
        let provider = session.and_then(|session| self.shop.providers.get(session.provider.as_str()));
        self.ruling == Ruling::Approve && provider.is_some_and(|provider| provider.is_by_hand())
    }

    /// Writes that the money came, by name.
    async fn confirm(&self, mut payment: Payment) -> Result<(), ReviewError> {
        let Self { app, shop, id: SessionId { attempt, .. }, by, now, .. } = *self;
        let write = random::write_mark().map_err(FlowError::from)?;
        for _ in 0..RACES_MAX {
            let Confirming::Money { id, kind, payment: of } = confirming(&payment, attempt)? else {
                return Ok(());
            };
            let said = by.says(kind).payment(Some(of)).said_at(Some(now));
            let facts = [Fact { id, attempt, source: Source::Merchant, said, at: now, write }];
            let Decision::Write(change, _) = decide(&payment, &shop.id, None, &facts) else {
                return Err(ReviewError::Full);
            };
            let saved = app.store.save(&payment.id, &change).await.map_err(FlowError::from)?;
            payment = match saved {
                Saved::Written => {
                    tracing::info!(shop_id = %shop.id, session_id = %self.id, "a merchant confirmed that the money came");
                    return Ok(());
                }
                Saved::Differs(None) => return Err(ReviewError::SessionNotFound),
                Saved::Differs(Some(now)) if is_ours(&now, &facts) => return Ok(()),
                Saved::Differs(Some(now)) => *now,
            };
        }
        Err(FlowError::Raced.into())
    }

    async fn decide(&self, payment: Payment) -> Result<(), ReviewError> {
        let decided = match review(&payment, self.id.attempt, self.ruling)? {
            Review::Held => self.held(&payment).await?,
            Review::AsBefore => None,
            Review::Money(_) => Some(payment),
        };
        match decided {
            Some(payment) => self.about_money(payment).await,
            None => Ok(()),
        }
    }

    /// The provider holds it and no money came. The order, where money came after all.
    async fn held(&self, payment: &Payment) -> Result<Option<Payment>, ReviewError> {
        let Self { app, shop, id, now, .. } = *self;
        if self.ruling == Ruling::Reject {
            app.store.put_timer(&id.payment, now, Due::Reconcile, now).await.map_err(FlowError::from)?;
            if close_checkout(app, shop, payment, id.attempt, ACT_TIMEOUT, now).await? == Closing::Closed {
                stopped(app, shop, payment, id.attempt, self.by, true, now).await?;
                tracing::info!(shop_id = %shop.id, session_id = %id, "a payment that was held was turned away");
                return Ok(None);
            }
        }
        if self.is_nobody_to_ask(payment) {
            self.without_provider(payment).await?;
            return Ok(None);
        }
        ask_provider(app, shop, payment, id.attempt, Take::Nothing, ACT_TIMEOUT, now).await?;
        let payment = self.load().await?;
        match (review(&payment, id.attempt, self.ruling), self.ruling) {
            (Ok(Review::Money(_)), _) => Ok(Some(payment)),
            (Ok(Review::AsBefore), _) => Ok(None),
            (Ok(Review::Held), Ruling::Approve) => Err(ReviewError::NothingCame),
            (Ok(Review::Held), Ruling::Reject) => Err(ReviewError::StillHeld),
            // The provider let it through, or ended it: that is what was wanted.
            (Err(CannotReview::NotInReview(Status::Paid)), Ruling::Approve) => Ok(None),
            (
                Err(CannotReview::NotInReview(Status::Failed | Status::Cancelled | Status::Expired)),
                Ruling::Reject,
            ) => Ok(None),
            (Err(why), _) => Err(why.into()),
        }
    }

    /// Whether the session is at a provider that cannot be asked about any.
    fn is_nobody_to_ask(&self, payment: &Payment) -> bool {
        let session = payment.sessions.get(&self.id.attempt);
        let provider = session.and_then(|session| self.shop.providers.get(session.provider.as_str()));
        provider.is_some_and(|provider| !provider.can_be_asked())
    }

    /// Nobody can be asked what became of what is held, so a person's word is what there is.
    async fn without_provider(&self, payment: &Payment) -> Result<(), ReviewError> {
        let Self { app, shop, id, now, .. } = *self;
        match self.ruling {
            Ruling::Approve => self.confirm(payment.clone()).await,
            Ruling::Reject => Ok(stopped(app, shop, payment, id.attempt, self.by, false, now).await?),
        }
    }

    /// Writes the decision, and with it that the rejected money is asked back: one write. Then the provider hears of it.
    async fn about_money(&self, mut payment: Payment) -> Result<(), ReviewError> {
        let Self { app, shop, id, now, .. } = *self;
        let write = random::write_mark().map_err(FlowError::from)?;
        let mut timer_is_set = false;
        for _ in 0..RACES_MAX {
            let Review::Money(money) = review(&payment, id.attempt, self.ruling)? else { return Ok(()) };
            let asks: Vec<RefundAsk> = money
                .iter()
                .filter_map(|decided| decided.refund.clone())
                .filter(|ask| can_be_asked(shop, &payment, ask))
                .collect();
            if !asks.is_empty() && !timer_is_set {
                app.store.put_timer(&payment.id, now, Due::Reconcile, now).await.map_err(FlowError::from)?;
                timer_is_set = true;
            }
            let facts = self.facts(&money, &asks, write);
            let Decision::Write(change, _) = decide(&payment, &shop.id, None, &facts) else {
                return Err(ReviewError::Full);
            };
            let saved = app.store.save(&payment.id, &change).await.map_err(FlowError::from)?;
            payment = match saved {
                Saved::Written => {
                    payment.apply(&change);
                    return self.send(&payment, &asks).await;
                }
                Saved::Differs(None) => return Err(ReviewError::SessionNotFound),
                Saved::Differs(Some(now)) if is_ours(&now, &facts) => return self.send(&now, &asks).await,
                Saved::Differs(Some(now)) => *now,
            };
        }
        Err(FlowError::Raced.into())
    }

    fn facts(&self, money: &[Decided], asks: &[RefundAsk], write: payproof::payment::WriteMark) -> Vec<Fact> {
        let Self { id: SessionId { attempt, .. }, ruling, by, now, .. } = *self;
        let fact = |(id, kind), of| Fact {
            id,
            attempt,
            source: Source::Merchant,
            said: by.says(kind).payment(of),
            at: now,
            write,
        };
        let decided = money.iter().map(|decided| {
            fact(ruling.about(attempt, decided.payment.as_ref(), decided.money), decided.payment.clone())
        });
        let asked = asks.iter().map(|ask| fact((ask.fact_id(), ask.kind()), Some(ask.payment.clone())));
        // Where nothing came that could go back, rejecting it stops the attempt.
        let is_over = ruling == Ruling::Reject && money.iter().all(Decided::is_nothing);
        let stopped =
            is_over.then(|| fact((FactId::ours(attempt, Kind::Cancelled.word()), Kind::Cancelled), None));
        decided.chain(asked).chain(stopped).collect()
    }

    async fn send(&self, payment: &Payment, asks: &[RefundAsk]) -> Result<(), ReviewError> {
        tracing::info!(
            shop_id = %self.shop.id, session_id = %self.id, ruling = self.ruling.word(), refunds = asks.len(),
            "a merchant decided about a session in review"
        );
        let deadline = Deadline::after(BULK_TIMEOUT);
        for ask in asks {
            // What there is no time for is asked for already: whoever follows refunds up sends it.
            if deadline.left().is_zero() {
                break;
            }
            if let Err(error) = send_refund(self.app, self.shop, payment, ask, self.now).await {
                tracing::warn!(session_id = %self.id, refund_id = %ask.id, %error, "a refund's answer was not recorded");
            }
        }
        Ok(())
    }
}
