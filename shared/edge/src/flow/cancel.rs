//! A merchant stops a session: its checkout is closed first, for only then can nobody pay there any more.

use payproof::payment::{
    Attempt, Cancelling, Fact, FactId, Kind, Moment, Payment, Report, SessionId, Source, Status, cancelling,
};
use payproof::shop::Shop;

use super::ask_provider::{AskError, Asked, Closing, ask_provider, close_checkout};
use super::record::{FlowError, order_of_session, record};
use super::run_step::Take;
use crate::app::App;
use crate::limits::ACT_TIMEOUT;
use crate::random;
use crate::store::Due;

/// Who acts, by name, and what they noted.
#[derive(Debug, Clone, Copy, Default)]
pub struct By<'a> {
    /// The name; none where the shop's server says none.
    pub actor: Option<&'a str>,
    /// Why.
    pub note: Option<&'a str>,
}

impl By<'_> {
    /// A report of what they decided.
    pub(super) fn says(self, kind: Kind) -> Report {
        Report::new(kind).word(self.actor.unwrap_or_default()).note(self.note)
    }
}

/// Why a session was not cancelled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CancelError {
    /// The shop has no such session.
    #[error("no such session")]
    SessionNotFound,
    /// It is not open; it is this.
    #[error("the session is {0}")]
    NotOpen(Status),
    /// Its checkout is being made.
    #[error("the session is being opened")]
    Opening {
        /// Until when, at most.
        until: Moment,
    },
    /// The provider did not say whether it closed the checkout, or what is true of it.
    #[error(transparent)]
    Provider(#[from] AskError),
    /// The provider says that the checkout is not open, and not yet what it is instead.
    #[error("the provider does not say yet what the checkout is")]
    Unclear,
}

impl From<FlowError> for CancelError {
    fn from(error: FlowError) -> Self {
        Self::Provider(AskError::Flow(error))
    }
}

/// Cancels an open session. Gives the order as it is afterwards.
///
/// Where the provider has no way to close a checkout it is asked instead; if nothing came and nothing is under way the
/// session is cancelled all the same, and money that still comes counts, as a late payment.
///
/// # Errors
/// [`CancelError`]; the session is what it was, or what the provider says that it is.
pub async fn cancel(
    app: &App,
    shop: &Shop,
    id: SessionId,
    by: By<'_>,
    now: Moment,
) -> Result<Payment, CancelError> {
    let payment = load(app, shop, id).await?;
    match cancelling(&payment, id.attempt) {
        Cancelling::Close => {}
        Cancelling::Already => return Ok(payment),
        Cancelling::NotOpen(status) => return Err(CancelError::NotOpen(status)),
    }
    not_being_opened(app, &payment, id, now).await?;
    // Should this be cut off after the provider closed it, somebody finds out.
    app.store.put_timer(&id.payment, now, Due::Reconcile, now).await.map_err(FlowError::from)?;
    let closed = match close_checkout(app, shop, &payment, id.attempt, ACT_TIMEOUT, now).await? {
        Closing::Closed => true,
        Closing::NotOpen => {
            ask_provider(app, shop, &payment, id.attempt, Take::Nothing, ACT_TIMEOUT, now).await?;
            let now = load(app, shop, id).await?;
            return match cancelling(&now, id.attempt) {
                Cancelling::Close => Err(CancelError::Unclear),
                Cancelling::Already => Ok(now),
                Cancelling::NotOpen(status) => Err(CancelError::NotOpen(status)),
            };
        }
        Closing::CannotBeClosed => {
            let asked =
                ask_provider(app, shop, &payment, id.attempt, Take::Nothing, ACT_TIMEOUT, now).await?;
            if let Asked::Answered { .. } = asked
                && let Cancelling::NotOpen(status) = cancelling(&load(app, shop, id).await?, id.attempt)
            {
                return Err(CancelError::NotOpen(status));
            }
            false
        }
    };
    stopped(app, shop, &payment, id.attempt, by, closed, now).await?;
    tracing::info!(shop_id = %shop.id, session_id = %id, closed, "a merchant cancelled a session");
    load(app, shop, id).await
}

async fn load(app: &App, shop: &Shop, id: SessionId) -> Result<Payment, CancelError> {
    order_of_session(app, shop, id).await?.ok_or(CancelError::SessionNotFound)
}

/// A checkout that is being made cannot be closed yet.
async fn not_being_opened(
    app: &App,
    payment: &Payment,
    id: SessionId,
    now: Moment,
) -> Result<(), CancelError> {
    let Some(session) = payment.sessions.get(&id.attempt) else { return Ok(()) };
    let item = app.store.attempt(id, session.nonce).await.map_err(FlowError::from)?;
    let until = item.and_then(|item| item.opening_until).filter(|until| *until > now);
    until.map_or(Ok(()), |until| Err(CancelError::Opening { until }))
}

/// Records that a merchant stopped an attempt.
pub(super) async fn stopped(
    app: &App,
    shop: &Shop,
    payment: &Payment,
    attempt: Attempt,
    by: By<'_>,
    closed: bool,
    now: Moment,
) -> Result<(), FlowError> {
    let open = "the provider cannot close its checkout, and money that still comes counts";
    let said = match (closed, by.note) {
        (true, _) => by.says(Kind::Cancelled),
        (false, None) => By { note: Some(open), ..by }.says(Kind::Cancelled),
        (false, Some(note)) => By { note: Some(&format!("{note} ({open})")), ..by }.says(Kind::Cancelled),
    };
    let (id, write) = (FactId::ours(attempt, Kind::Cancelled.word()), random::write_mark()?);
    let fact = Fact { id, attempt, source: Source::Merchant, said, at: now, write };
    record(&app.store, &payment.id, &shop.id, None, &[fact]).await.map(|_| ())
}
