//! Looking at one order: the next timer first, then all that is due now. Whatever crashes in between, or cannot be
//! done, is found by that timer.

use payproof::payment::due::{Outstanding, next_look, outstanding};
use payproof::payment::{Moment, Payment, PaymentId, SessionId};
use payproof::provider::Failure;
use payproof::shop::Shop;

use super::apply_early;
use super::ask_provider::AskError;
use super::deadline::Deadline;
use super::look_at_session::{Looked, look_at_session};
use super::record::{FlowError, order_of_session, record};
use crate::app::App;
use crate::limits::{RECONCILE_BY_HAND_TIMEOUT, RECONCILE_SESSIONS_MAX, RECONCILE_TIMEOUT};
use crate::random;
use crate::shops::Freshness;
use crate::store::Due;

/// Why a session was not looked at to the end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ByHandError {
    /// The shop has no such session.
    #[error("no such session")]
    SessionNotFound,
    /// The provider did not answer, or something of ours failed.
    #[error(transparent)]
    Ask(#[from] AskError),
}

impl From<FlowError> for ByHandError {
    fn from(error: FlowError) -> Self {
        Self::Ask(error.into())
    }
}

/// Which sessions of an order are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those of which something is outstanding.
    Outstanding,
    /// All: what the tables lost, a restore for one, does not show in them.
    Every,
}

/// What looking at an order came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconciled {
    /// Nothing was outstanding, so nothing was done.
    Settled,
    /// All that is due was looked at.
    Looked,
    /// A part of it was; the rest is due again in a minute.
    Partly,
}

/// Looks at an order: finishes openings that were left behind, closes what may not be paid any more, asks about what is
/// unconfirmed, follows refunds, and says what stays unconfirmed for too long.
///
/// # Errors
/// [`FlowError`]; the order is to be looked at again. That a provider did not answer is none: it is due again anyway.
pub async fn reconcile(app: &App, id: &PaymentId, now: Moment) -> Result<Reconciled, FlowError> {
    let Some(payment) = app.store.load(id).await? else {
        tracing::warn!(payment_id = %id, "an order that was to be looked at is not there");
        return Ok(Reconciled::Settled);
    };
    if !set_next(app, &payment, now).await? {
        return Ok(Reconciled::Settled);
    }
    let shop = app.shops.get(&app.store, &payment.shop, Freshness::Usual, now).await?;
    let Some(shop) = shop else {
        tracing::error!(shop_id = %payment.shop, payment_id = %id, "an order's shop is not configured");
        say_what_is_stuck(app, &payment, &[], now).await?;
        return Ok(Reconciled::Looked);
    };
    look(app, &shop, payment, Which::Outstanding, Deadline::after(RECONCILE_TIMEOUT), now).await
}

/// The timer of the next look, before anything is done; false where nothing is outstanding.
pub(super) async fn set_next(app: &App, payment: &Payment, now: Moment) -> Result<bool, FlowError> {
    let Some(next) = next_look(payment, now) else { return Ok(false) };
    app.store.put_timer(&payment.id, next, Due::Reconcile, now).await?;
    Ok(true)
}

/// Looks at all that is outstanding, or at every session. The timer of the next look is set.
pub(super) async fn look(
    app: &App,
    shop: &Shop,
    mut payment: Payment,
    which: Which,
    deadline: Deadline,
    now: Moment,
) -> Result<Reconciled, FlowError> {
    // Whoever reserved may have been cut off before it looked for what came early.
    if apply_early(app, shop, &payment.id, now).await? {
        payment = reload(app, payment).await?;
    }
    let mut attempts: Vec<_> = match which {
        Which::Outstanding => outstanding(&payment, now).into_iter().map(|thing| thing.attempt).collect(),
        Which::Every => payment.sessions.keys().copied().collect(),
    };
    attempts.dedup();
    // Where not all can be looked at, it is not always the same ones that wait.
    let minutes = usize::try_from(now.seconds().checked_div(60).unwrap_or(0)).unwrap_or(0);
    let first = minutes.checked_rem(attempts.len()).unwrap_or(0);
    attempts.rotate_left(first);
    let (mut lost, mut done) = (Vec::new(), Reconciled::Looked);
    for (nth, attempt) in attempts.into_iter().enumerate() {
        if nth >= RECONCILE_SESSIONS_MAX || deadline.left().is_zero() {
            // The timer of its age may be half a day ahead.
            app.store.put_timer(&payment.id, now, Due::Reconcile, now).await?;
            done = Reconciled::Partly;
            break;
        }
        if nth > 0 {
            payment = reload(app, payment).await?;
        }
        match look_at_session(app, shop, &payment, attempt, deadline, now).await {
            Ok(looked) => lost.extend(looked.lost),
            Err(AskError::Flow(error)) => return Err(error),
            Err(error @ (AskError::Provider(_) | AskError::LeftAlone { .. })) => {
                let session = payment.session_id(attempt);
                tracing::warn!(shop_id = %shop.id, session_id = %session, %error, "a session is due again");
            }
        }
    }
    let payment = reload(app, payment).await?;
    say_what_is_stuck(app, &payment, &lost, now).await?;
    tracing::info!(shop_id = %shop.id, payment_id = %payment.id, status = %payment.standing().status, ?done, "an order was looked at");
    Ok(done)
}

/// Looks at one session because somebody asks, whether or not anything of it is outstanding. Gives the order as it is
/// afterwards.
///
/// # Errors
/// [`ByHandError`]; what was learned until then is recorded.
pub async fn reconcile_session(
    app: &App,
    shop: &Shop,
    id: SessionId,
    now: Moment,
) -> Result<(Payment, Looked), ByHandError> {
    let payment = order_of_session(app, shop, id).await?.ok_or(ByHandError::SessionNotFound)?;
    let all = async {
        set_next(app, &payment, now).await?;
        let deadline = Deadline::after(RECONCILE_BY_HAND_TIMEOUT);
        apply_early(app, shop, &payment.id, now).await?;
        let payment = reload(app, payment.clone()).await?;
        let looked = look_at_session(app, shop, &payment, id.attempt, deadline, now).await?;
        let payment = reload(app, payment).await?;
        say_what_is_stuck(app, &payment, &looked.lost, now).await?;
        let payment = app.store.load_with_texts(&id.payment).await.map_err(FlowError::from)?;
        Ok((payment.ok_or(ByHandError::SessionNotFound)?, looked))
    };
    // Wherever this is cut off, the timer finds it.
    tokio::time::timeout(RECONCILE_BY_HAND_TIMEOUT, all).await.unwrap_or_else(|_| {
        let failure = Failure::Unknown("it did not answer in time".to_owned());
        Err(ByHandError::Ask(AskError::Provider(failure)))
    })
}

async fn reload(app: &App, payment: Payment) -> Result<Payment, FlowError> {
    Ok(app.store.load(&payment.id).await?.unwrap_or(payment))
}

/// Records what stays unconfirmed for longer than it should ever be, once.
async fn say_what_is_stuck(
    app: &App,
    payment: &Payment,
    lost: &[Outstanding],
    now: Moment,
) -> Result<(), FlowError> {
    let write = random::write_mark()?;
    for thing in outstanding(payment, now) {
        let fact = thing.stuck(now, write);
        let known = payment.fact(fact.id.hash()).is_some();
        if known || !(thing.is_stuck(now) || lost.contains(&thing)) {
            continue;
        }
        record(&app.store, &payment.id, &payment.shop, None, &[fact]).await?;
        let session = payment.session_id(thing.attempt);
        tracing::warn!(shop_id = %payment.shop, session_id = %session, what = ?thing.what, since = %thing.since, "somebody has to look: it stays unconfirmed");
    }
    Ok(())
}
