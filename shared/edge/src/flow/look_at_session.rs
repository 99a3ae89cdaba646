//! All that is due about one session, at its provider: an opening that was left behind is finished, a checkout that
//! nobody may pay at any more is closed, what is unconfirmed is asked about, refunds are followed.

use std::time::Duration;

use payproof::payment::due::{Outstanding, What, outstanding};
use payproof::payment::{
    Attempt, Fact, FactId, Kind, Moment, Outcome, Payment, PaymentId, Report, Source, Status,
    requested_refund,
};
use payproof::provider::{Configured, Failure};
use payproof::shop::Shop;

use super::ask_provider::{AskError, Asked, Closing, ask_provider, close_checkout};
use super::deadline::Deadline;
use super::finish_opening::{Finished, finish_opening};
use super::record::{FlowError, record, record_while};
use super::refund::{RefundError, Sent, send_refund};
use super::run_step::Take;
use crate::app::App;
use crate::limits::{LOOK_TIMEOUT, LOOK_TIMEOUT_LEAST, OPENING_MILLIS, REFUND_UNDER_WAY_MILLIS};
use crate::random;

/// What looking at a session came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looked {
    /// What its provider's answers came to, the strongest of them; none where it was not asked.
    pub outcome: Option<Outcome>,
    /// Until when its checkout is being made, at most: it was not asked for that.
    pub opening_until: Option<Moment>,
    /// Refunds that can be neither found at the provider nor asked for again, so that somebody has to look now.
    pub(super) lost: Vec<Outstanding>,
}

impl Looked {
    fn learned(&mut self, outcome: Outcome) {
        let weight = |outcome: &Outcome| match outcome {
            Outcome::Review => 3,
            Outcome::Applied => 2,
            Outcome::Stale => 1,
            _ => 0,
        };
        let stronger = self.outcome.is_none_or(|known| weight(&outcome) > weight(&known));
        self.outcome = if stronger { Some(outcome) } else { self.outcome };
    }
}

/// Looks at one session at its provider, whether or not anything of it is outstanding.
///
/// # Errors
/// [`AskError`]: the provider did not answer, or is left alone; what is due stays due.
pub(super) async fn look_at_session(
    app: &App,
    shop: &Shop,
    payment: &Payment,
    attempt: Attempt,
    deadline: Deadline,
    now: Moment,
) -> Result<Looked, AskError> {
    let Some(session) = payment.sessions.get(&attempt) else { return Ok(Looked::default()) };
    let Some(provider) = shop.providers.get(session.provider.as_str()) else {
        // The shop may have it again tomorrow: that is no answer.
        tracing::warn!(shop_id = %shop.id, session_id = %payment.session_id(attempt), provider = %session.provider, "a session's provider is not configured");
        return Ok(Looked::default());
    };
    let due: Vec<Outstanding> =
        outstanding(payment, now).into_iter().filter(|thing| thing.attempt == attempt).collect();
    let look = Look { app, shop, id: payment.id, attempt, provider: provider.as_ref(), deadline, now };
    look.all(payment, &due).await
}

struct Look<'a> {
    app: &'a App,
    shop: &'a Shop,
    id: PaymentId,
    attempt: Attempt,
    provider: &'a dyn Configured,
    deadline: Deadline,
    now: Moment,
}

/// What is known at the provider of an attempt's checkout.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It was made, or nobody can make it any more.
    AllThatCanBe,
    /// It may have been made, and a repeat will tell.
    NotYet,
    /// The attempt is final now.
    Over(Outcome),
    /// It is being made, until then at most.
    UnderWay(Moment),
}

impl Look<'_> {
    async fn all(&self, payment: &Payment, due: &[Outstanding]) -> Result<Looked, AskError> {
        let mut looked = Looked::default();
        let is = |wanted: &What| due.iter().any(|thing| thing.what == *wanted);
        let (overdue, beside) = (is(&What::Overdue), is(&What::Beside));
        let mut known = Known::AllThatCanBe;
        if overdue || beside || is(&What::Open) || is(&What::Returned) {
            // A checkout that nobody was sent to is not made for an order that is paid.
            known = self.opening(payment, beside).await?;
            match known {
                Known::Over(outcome) => {
                    looked.learned(outcome);
                    return Ok(looked);
                }
                Known::UnderWay(until) => {
                    looked.opening_until = Some(until);
                    return Ok(looked);
                }
                Known::AllThatCanBe | Known::NotYet => {}
            }
        }
        if (overdue || beside)
            && let Some(outcome) = self.close(payment, beside).await?
        {
            looked.learned(outcome);
            return Ok(looked);
        }
        let asked =
            ask_provider(self.app, self.shop, payment, self.attempt, Take::AsWanted, self.limit(), self.now)
                .await?;
        if let Asked::Answered { outcome, .. } = asked {
            looked.learned(outcome);
        }
        let may_end = matches!(asked, Asked::Answered { .. }) || known == Known::AllThatCanBe;
        if overdue
            && may_end
            && let Some(outcome) = self.clock_expired().await?
        {
            looked.learned(outcome);
        }
        if due.iter().any(|thing| matches!(thing.what, What::RefundRequested(_))) {
            looked.lost = self.refunds(&mut looked).await?;
        }
        Ok(looked)
    }

    fn limit(&self) -> Duration {
        // An answer that nobody waited for would count against the provider.
        self.deadline.left().clamp(LOOK_TIMEOUT_LEAST, LOOK_TIMEOUT)
    }

    /// Finds out the checkout of an attempt where its answer was lost.
    async fn opening(&self, payment: &Payment, beside: bool) -> Result<Known, AskError> {
        let Some(session) = payment.sessions.get(&self.attempt) else { return Ok(Known::AllThatCanBe) };
        let id = payment.session_id(self.attempt);
        let item = self.app.store.attempt(id, session.nonce).await.map_err(FlowError::from)?;
        // The attempt is written before its reservation; only one far past any opening can be gone.
        let Some(item) = item else { return Ok(Known::AllThatCanBe) };
        if item.checkout.is_some() {
            return Ok(Known::AllThatCanBe);
        }
        if let Some(until) = item.opening_until.filter(|until| *until > self.now) {
            return Ok(Known::UnderWay(until));
        }
        if !self.provider.repeat().may_be_again(session.created_at, self.now) {
            return Ok(Known::AllThatCanBe);
        }
        if beside {
            return Ok(Known::NotYet);
        }
        match finish_opening(self.app, self.shop, self.provider, payment, &item, self.now).await? {
            Finished::Made => Ok(Known::AllThatCanBe),
            Finished::Refused(outcome) => Ok(Known::Over(outcome)),
            Finished::Unknown => Ok(Known::NotYet),
            Finished::UnderWay => Ok(Known::UnderWay(self.now.plus_millis(OPENING_MILLIS))),
        }
    }

    /// Closes the checkout. None where it cannot be closed: then the provider's answer to a question is the fact.
    async fn close(&self, payment: &Payment, beside: bool) -> Result<Option<Outcome>, AskError> {
        let limit = self.limit();
        match close_checkout(self.app, self.shop, payment, self.attempt, limit, self.now).await {
            Ok(Closing::Closed) => {
                let why = if beside { "the order is settled" } else { "its time was over" };
                let said = Report::new(Kind::Expired).word("closed").reason(Some(why));
                let fact = self.fact(Kind::Expired.word(), Source::Us, said)?;
                Ok(Some(record(&self.app.store, &self.id, &self.shop.id, None, &[fact]).await?))
            }
            Ok(Closing::NotOpen | Closing::CannotBeClosed)
            | Err(AskError::Provider(Failure::Refused { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Our clock ends what nobody paid: the checkout cannot be closed, and the provider, asked after its time was over,
    /// knows of nothing, or cannot be asked. Only while the session is created or pending.
    async fn clock_expired(&self) -> Result<Option<Outcome>, FlowError> {
        let fact = self.fact(Kind::ClockExpired.word(), Source::Clock, Report::new(Kind::ClockExpired))?;
        let attempt = self.attempt;
        let unpaid = |payment: &Payment| {
            let status = payment.standing().sessions.get(&attempt).copied();
            matches!(status, Some(Status::Created | Status::Pending))
        };
        record_while(&self.app.store, &self.id, &self.shop.id, None, &[fact], &unpaid).await
    }

    /// Refunds that we asked for and that the provider's answer does not name: asked for again, within a day and where
    /// that is the same refund. Gives those that this cannot be done for.
    async fn refunds(&self, looked: &mut Looked) -> Result<Vec<Outstanding>, AskError> {
        let mut lost = Vec::new();
        let payment = self.app.store.load(&self.id).await.map_err(FlowError::from)?;
        let Some(payment) = payment else { return Ok(lost) };
        for thing in outstanding(&payment, self.now) {
            let What::RefundRequested(refund) = &thing.what else { continue };
            // Whoever asks for it may be at it.
            let under_way = self.now.millis_since(thing.since) < REFUND_UNDER_WAY_MILLIS;
            if thing.attempt != self.attempt || under_way {
                continue;
            }
            // Whoever is told that it is stuck decides: nothing is sent behind their back then.
            let may_be_again = !thing.is_stuck(self.now)
                && self.provider.refund_repeat().may_be_again(thing.since, self.now);
            let ask = requested_refund(&payment, refund).filter(|_| may_be_again);
            let Some(ask) = ask else {
                lost.push(thing);
                continue;
            };
            if self.deadline.left().is_zero() {
                break;
            }
            match send_refund(self.app, self.shop, &payment, &ask, self.now).await {
                Ok(Sent::Answered | Sent::Refused) => looked.learned(Outcome::Applied),
                Ok(Sent::Unknown) => {}
                Err(RefundError::Flow(error)) => return Err(error.into()),
                // It cannot be asked for there.
                Err(_) => lost.push(thing),
            }
        }
        Ok(lost)
    }

    fn fact(&self, word: &str, source: Source, said: Report) -> Result<Fact, FlowError> {
        let (id, write) = (FactId::ours(self.attempt, word), random::write_mark()?);
        Ok(Fact { id, attempt: self.attempt, source, said, at: self.now, write })
    }
}
