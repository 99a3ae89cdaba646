//! A merchant has the shop told again: one notification, or all that fail. The id stays what it is.

use std::time::Duration;

use payproof::notify::sent_again;
use payproof::payment::{Moment, News, OrderId, PaymentId, Telling, told};
use payproof::shop::Shop;

use super::deadline::Deadline;
use super::record::FlowError;
use crate::app::App;
use crate::limits::{BULK_TIMEOUT, RACES_MAX};
use crate::store::{Due, LIST_ALL, Notification, list_from};

/// Why nothing is sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResendError {
    /// The shop has no such notification.
    #[error("no such notification")]
    NotFound,
    /// The shop names no address.
    #[error("the shop has no address for notifications")]
    NoAddress,
    /// Something of ours failed.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// A notification that is sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resent {
    /// The shop's id of its order.
    pub order: OrderId,
    /// What it is about.
    pub kind: News,
    /// What became of it until now; none where it has not had its turn.
    pub telling: Option<Telling>,
}

/// What sending many again came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResentAll {
    /// How many are due now.
    pub done: u64,
    /// The list key behind which to go on; none at the end.
    pub next: Option<String>,
}

/// Has one notification sent again. One that waits or is parked is due at once, with all its tries anew; one that was
/// told, or not wanted, is sent once more.
///
/// # Errors
/// [`ResendError`].
pub async fn resend(
    app: &App,
    shop: &Shop,
    payment: PaymentId,
    sequence: u64,
    now: Moment,
) -> Result<Resent, ResendError> {
    let found = app.store.load_with_tellings(&payment).await.map_err(FlowError::from)?;
    let (payment, tellings) =
        found.filter(|(payment, _)| payment.shop == shop.id).ok_or(ResendError::NotFound)?;
    let all = told(&payment);
    let news = all.iter().find(|news| news.sequence == sequence).ok_or(ResendError::NotFound)?;
    if shop.notify.is_none() {
        return Err(ResendError::NoAddress);
    }
    let notification = Notification::of(&payment, news.kind);
    let telling = match tellings.get(&sequence) {
        Some(telling) => Some(make_due(app, notification, telling, now).await?),
        None => {
            app.store.put_timer(&payment.id, now, Due::NotifyShop, now).await.map_err(FlowError::from)?;
            None
        }
    };
    wake(app, &[payment.id]).await;
    tracing::info!(shop_id = %shop.id, payment_id = %payment.id, sequence, "a merchant has the shop told again");
    Ok(Resent { order: payment.order.clone(), kind: news.kind, telling })
}

/// Has all notifications sent again that the shop may not know and that began to fail at `since` or later, the oldest
/// first, for as long as one request works.
///
/// # Errors
/// [`ResendError`]; what was made due until then is.
pub async fn resend_failing(
    app: &App,
    shop: &Shop,
    since: Moment,
    beyond: Option<&str>,
    now: Moment,
) -> Result<ResentAll, ResendError> {
    if shop.notify.is_none() {
        return Err(ResendError::NoAddress);
    }
    let deadline = Deadline::after(BULK_TIMEOUT);
    let from = list_from(since);
    let mut beyond = beyond.map(str::to_owned);
    let mut done = 0_u64;
    loop {
        let page = app.store.failing(&shop.id, (&from, LIST_ALL.1), beyond.as_deref(), true).await;
        let page = page.map_err(FlowError::from)?;
        let mut orders: Vec<PaymentId> = Vec::new();
        let mut cut = false;
        for failing in &page.failing {
            if deadline.left().is_zero() {
                cut = true;
                break;
            }
            let (shop, payment) = (&shop.id, failing.payment);
            let notification = Notification { shop, payment, order: &failing.order, kind: failing.kind };
            make_due(app, notification, &failing.telling, now).await?;
            if !orders.contains(&payment) {
                orders.push(payment);
            }
            done = done.saturating_add(1);
            beyond = Some(failing.key.clone());
        }
        wake(app, &orders).await;
        let next = if cut { beyond.clone() } else { page.next };
        if next.is_none() || cut || deadline.left().is_zero() {
            tracing::info!(shop_id = %shop.id, done, "a merchant has the shop told again what it may not know");
            return Ok(ResentAll { done, next });
        }
        beyond = next;
    }
}

/// Writes down that it is due, after a timer that finds it whatever ends in between.
async fn make_due(
    app: &App,
    notification: Notification<'_>,
    telling: &Telling,
    now: Moment,
) -> Result<Telling, FlowError> {
    app.store.put_timer(&notification.payment, now, Due::NotifyShop, now).await?;
    let mut known = telling.clone();
    for _ in 0..RACES_MAX {
        let due = sent_again(&known, now);
        let found = app.store.put_telling(notification, &due).await?;
        if found == due {
            return Ok(found);
        }
        known = found;
    }
    Err(FlowError::Raced)
}

/// Has the orders looked at now; the timer does that a little later where it fails.
async fn wake(app: &App, orders: &[PaymentId]) {
    if let Err(error) = app.queues.put(Due::NotifyShop, orders, Duration::ZERO).await {
        tracing::warn!(%error, orders = orders.len(), "timers do what the queue did not take");
    }
}
