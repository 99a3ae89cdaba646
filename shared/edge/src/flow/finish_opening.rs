//! An opening that was left behind: between the reservation and the provider's answer, or with an answer that never
//! came. The same request with the same key tells which checkout it made, or makes it.

use payproof::payment::{Moment, Outcome, Payment};
use payproof::provider::Configured;
use payproof::shop::Shop;

use super::ask_provider::AskError;
use super::create_checkout::{Try, create_checkout, not_created};
use super::record::{FlowError, record};
use crate::app::App;
use crate::circuits::Callee;
use crate::limits::OPENING_MILLIS;
use crate::store::AttemptItem;

/// What repeating it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finished {
    /// The checkout is known now.
    Made,
    /// The provider refused to make it, and that is recorded.
    Refused(Outcome),
    /// The provider still does not say.
    Unknown,
    /// Somebody else is at it.
    UnderWay,
}

/// Repeats the creation of an attempt's checkout. The caller knows that the provider keeps the key.
///
/// # Errors
/// [`AskError`]: it is left alone for a while, or something of ours failed.
pub(super) async fn finish_opening(
    app: &App,
    shop: &Shop,
    provider: &dyn Configured,
    payment: &Payment,
    item: &AttemptItem,
    now: Moment,
) -> Result<Finished, AskError> {
    let callee = Callee::provider(shop, provider.name());
    app.circuits.admits(&callee, now).map_err(|until| AskError::LeftAlone { until })?;
    let until = now.plus_millis(OPENING_MILLIS);
    let ours = app.store.take_over_opening(item.session, item.nonce, item.opening_until, until);
    if !ours.await.map_err(FlowError::from)? {
        return Ok(Finished::UnderWay);
    }
    let answer = create_checkout(app, provider, payment, item).await?;
    app.circuits.heard(&callee, &answer, now);
    let failure = match answer {
        Ok(_) => {
            tracing::info!(shop_id = %shop.id, session_id = %item.session, provider = provider.name(), "an opening that was left behind was finished");
            return Ok(Finished::Made);
        }
        Err(failure) => failure,
    };
    tracing::warn!(
        shop_id = %shop.id, session_id = %item.session, provider = provider.name(), error = %failure,
        "an opening that was left behind cannot be finished"
    );
    let finished = match not_created(item.session.attempt, &failure, Try::Again, now)? {
        Some(fact) => Finished::Refused(record(&app.store, &payment.id, &shop.id, None, &[fact]).await?),
        None => Finished::Unknown,
    };
    app.store.end_opening(item.session, item.nonce, None).await.map_err(FlowError::from)?;
    Ok(finished)
}
