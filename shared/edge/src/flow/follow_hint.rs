//! A delivery that proves nothing may still name a session that the provider knows more of than we do: somebody asks.

use payproof::payment::due::{look_soon, outstanding};
use payproof::payment::{Moment, ProviderName, SessionId};
use payproof::shop::Shop;

use super::record::FlowError;
use crate::app::App;
use crate::store::Due;

/// Has an outstanding session of this shop and provider looked at soon. Nothing of the delivery is believed.
///
/// # Errors
/// [`FlowError`]; the session is due at its own time all the same.
pub(super) async fn follow_hint(
    app: &App,
    shop: &Shop,
    provider: &ProviderName,
    session: SessionId,
    now: Moment,
) -> Result<(), FlowError> {
    if !app.hints.may_follow(session, now) {
        return Ok(());
    }
    let Some(payment) = app.store.load(&session.payment).await? else { return Ok(()) };
    let its = payment.sessions.get(&session.attempt).is_some_and(|of| of.provider == *provider);
    let due = || outstanding(&payment, now).iter().any(|thing| thing.attempt == session.attempt);
    if payment.shop != shop.id || !its || !due() {
        return Ok(());
    }
    app.store.put_timer(&payment.id, look_soon(now), Due::Reconcile, now).await?;
    tracing::info!(shop_id = %shop.id, session_id = %session, %provider, "a delivery that proves nothing names a session: it is asked about");
    Ok(())
}
