//! The shop is told what changed: in order, each change until it answered, with the same id however often.
//!
//! What there is to tell follows from the order's item, and what became of it stands beside that. So it does not matter
//! who calls this, how often, or where it was cut off: at worst the shop is told something once more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use payproof::notify::{Heard, Message, Turn, heard, skipped, tried, turn};
use payproof::payment::{
    Answered, Moment, Payment, PaymentId, TellState, Telling, Told, Try, left_open, told,
};
use payproof::provider::{Failure, Step};
use payproof::shop::{Notify, Shop};
use tokio::time::Instant;

use super::record::FlowError;
use crate::app::App;
use crate::circuits::Callee;
use crate::limits::{RACES_MAX, TELL_RUN, TELL_TIMEOUT};
use crate::queue::DELAY_MAX;
use crate::shops::Freshness;
use crate::store::{Due, Notification};

/// Tells an order's shop what it does not know yet, until it knows all or has to be left alone for a while. Gives how
/// many notifications the shop took.
///
/// # Errors
/// [`FlowError`]: it is safe, and needed, to call this once more.
pub async fn tell_shop(app: &App, order: PaymentId, now: Moment) -> Result<u64, FlowError> {
    let Some((payment, tellings)) = app.store.load_with_tellings(&order).await? else {
        tracing::warn!(payment_id = %order, "there is no order to tell of");
        return Ok(0);
    };
    close_others(app, &payment).await;
    let shop = app.shops.get(&app.store, &payment.shop, Freshness::Usual, now).await?;
    let Some(shop) = shop.filter(|shop| shop.notify.is_some()) else { return Ok(0) };
    let clock = Clock { now, began: Instant::now() };
    Run { app, shop, payment: &payment, clock }.through(tellings).await
}

/// Has the checkouts closed that somebody could pay a second time.
async fn close_others(app: &App, payment: &Payment) {
    if left_open(&payment.standing()).is_empty() {
        return;
    }
    // Where that fails a timer finds the order: it was set when the session was opened.
    match app.queues.put(Due::Reconcile, &[payment.id], Duration::ZERO).await {
        Ok(()) => {
            tracing::info!(payment_id = %payment.id, "a settled order's other checkouts are to be closed")
        }
        Err(error) => {
            tracing::warn!(payment_id = %payment.id, %error, "a settled order's other checkouts stay open for now");
        }
    }
}

/// The moment of the call, and what passed since.
#[derive(Clone, Copy)]
struct Clock {
    now: Moment,
    began: Instant,
}

impl Clock {
    fn now(&self) -> Moment {
        self.now.plus_millis(millis(self.began.elapsed()))
    }
}

struct Run<'a> {
    app: &'a App,
    shop: Arc<Shop>,
    payment: &'a Payment,
    clock: Clock,
}

impl Run<'_> {
    async fn through(&self, mut tellings: BTreeMap<u64, Telling>) -> Result<u64, FlowError> {
        let Some(notify) = &self.shop.notify else { return Ok(0) };
        let all = told(self.payment);
        let mut taken = 0_u64;
        loop {
            let now = self.clock.now();
            let Turn::Try(news) = turn(&all, &tellings, now) else { return Ok(taken) };
            if self.clock.began.elapsed() >= TELL_RUN {
                self.wake_at(now).await?;
                return Ok(taken);
            }
            let before = tellings.get(&news.sequence);
            let wanted = notify.wants(news) || before.is_some_and(|before| before.again);
            let after = if wanted {
                let callee = Callee::Shop(self.shop.id.clone());
                if let Err(until) = self.app.circuits.admits(&callee, now) {
                    self.wake_at(until).await?;
                    return Ok(taken);
                }
                let (after, took) = self.tell(notify, &callee, news, before).await?;
                taken = taken.saturating_add(took.into());
                after
            } else {
                self.skip(news, before).await?
            };
            tellings.insert(news.sequence, after);
        }
    }

    /// Has the order looked at again, before anything is written that waits for it: by the queue where it can hold a
    /// message back for so long, else by a timer.
    async fn wake_at(&self, at: Moment) -> Result<(), FlowError> {
        let (id, now) = (self.payment.id, self.clock.now());
        let wait = Duration::from_millis(at.millis_since(now));
        if wait <= DELAY_MAX {
            match self.app.queues.put(Due::NotifyShop, &[id], wait).await {
                Ok(()) => return Ok(()),
                Err(error) => {
                    tracing::warn!(payment_id = %id, %error, "a timer does what the queue did not take");
                }
            }
        }
        Ok(self.app.store.put_timer(&id, at, Due::NotifyShop, now).await?)
    }

    async fn skip(&self, news: &Told, before: Option<&Telling>) -> Result<Telling, FlowError> {
        let telling = skipped(before, news.sequence, self.clock.now());
        tracing::info!(
            shop_id = %self.shop.id, payment_id = %self.payment.id, sequence = news.sequence, kind = %news.kind,
            "the shop does not want to be told this"
        );
        // Whoever wrote first was not wrong: what is there counts.
        Ok(self.app.store.put_telling(Notification::of(self.payment, news.kind), &telling).await?)
    }

    /// Tells it, and whether the shop took it.
    async fn tell(
        &self,
        notify: &Notify,
        callee: &Callee,
        news: &Told,
        before: Option<&Telling>,
    ) -> Result<(Telling, bool), FlowError> {
        let sent = self.send(notify, news).await;
        let (tried, heard) = sent.ok_or(FlowError::Defect("the notification that is to be sent"))?;
        match &heard {
            Heard::Told | Heard::Gone => self.app.circuits.succeeded(callee),
            Heard::Failed { .. } => {
                self.app.circuits.failed(callee, tried.ended_at());
            }
        }
        let after = self.save(news, before, &tried, &heard).await?;
        let (shop_id, payment_id, kind) = (&self.shop.id, self.payment.id, news.kind);
        let took = heard == Heard::Told;
        let (sequence, state, millis) = (news.sequence, after.state.word(), tried.took_millis);
        match heard {
            Heard::Told => {
                tracing::info!(%shop_id, %payment_id, sequence, %kind, state, millis, "the shop was told")
            }
            Heard::Gone => {
                tracing::warn!(%shop_id, %payment_id, sequence, %kind, state, millis, "the shop answered that nobody is there");
            }
            Heard::Failed { why, .. } => {
                tracing::warn!(%shop_id, %payment_id, sequence, %kind, state, millis, why, "the shop could not be told");
            }
        }
        Ok((after, took))
    }

    /// One try. None where the order has no such notification, which is never.
    async fn send(&self, notify: &Notify, news: &Told) -> Option<(Try, Heard)> {
        let (at, began) = (self.clock.now(), Instant::now());
        let request = Message::of(self.payment, news)?.request(notify, at);
        let step = Step::send(request, |answer| Ok(Step::Done(answer.clone())));
        let answer = self.app.to_shops.run(step, TELL_TIMEOUT).await;
        let took_millis = millis(began.elapsed());
        let (answer, heard) = match answer {
            Ok(answer) => (Answered::Status(answer.status), heard(&answer, at.plus_millis(took_millis))),
            Err(failure) => {
                let why = words(failure);
                (Answered::Nothing(why.as_str().into()), Heard::Failed { why, asked: None })
            }
        };
        Some((Try { at, took_millis, answer }, heard))
    }

    /// Writes down what a try came to. Where another handler wrote meanwhile, the try is added to what that wrote.
    async fn save(
        &self,
        news: &Told,
        before: Option<&Telling>,
        a_try: &Try,
        heard: &Heard,
    ) -> Result<Telling, FlowError> {
        let mut known = before.cloned();
        for _ in 0..RACES_MAX {
            let after = tried(known.as_ref(), news.sequence, a_try.clone(), heard);
            if let TellState::Waiting { next_try } = after.state {
                self.wake_at(next_try).await?;
            }
            let found = self.app.store.put_telling(Notification::of(self.payment, news.kind), &after).await?;
            if found == after {
                return Ok(found);
            }
            known = Some(found);
        }
        Err(FlowError::Raced)
    }
}

/// Why there was no answer, as the end of a sentence.
fn words(failure: Failure) -> String {
    match failure {
        Failure::Unknown(words) | Failure::Unreachable(words) => words,
        other => other.to_string(),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
