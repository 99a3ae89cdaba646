//! `payproof reconcile --since T`: an operator asks about all that is open, of one shop or of every one.

use std::time::Duration;

use payproof::payment::{Moment, ShopId};
use payproof_edge::app::{App, now};
use payproof_edge::flow::{FlowError, LookedAt, Stretch, Which, reconcile_open};
use payproof_edge::shops::Freshness;

/// How long one stretch of it works, before the shop is read again.
const STRETCH: Duration = Duration::from_secs(15);

/// From when on, written as RFC 3339 or as so long ago.
///
/// # Errors
/// A sentence that says what it must look like.
pub fn since(text: &str, now: Moment) -> Result<Moment, String> {
    if let Some(moment) = Moment::parse_rfc3339(text) {
        return Ok(moment);
    }
    let ago = crate::period::parse(text)
        .map_err(|_| format!("{text:?} is no moment: write 2026-11-24T00:00:00Z, or 36h for so long ago"))?;
    let ago = u64::try_from(ago.as_millis()).unwrap_or(u64::MAX);
    Ok(Moment::from_millis(now.millis().saturating_sub(ago)))
}

/// Why it ended early.
#[derive(Debug, thiserror::Error)]
pub enum SinceError {
    /// There is no shop of this id.
    #[error("there is no shop {0}")]
    NoShop(ShopId),
    /// Something of ours failed. Running it again goes over everything once more, which is harmless.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// Asks about the orders that were registered since a moment, of this shop or of every one. Gives how many of each
/// shop's were looked at.
///
/// # Errors
/// [`SinceError`].
pub async fn reconcile_since(
    app: &App,
    shop: Option<&ShopId>,
    since: Moment,
    which: Which,
) -> Result<Vec<(ShopId, u64)>, SinceError> {
    let shops = match shop {
        Some(shop) => vec![shop.clone()],
        None => app.store.shop_ids().await.map_err(FlowError::from)?,
    };
    let mut looked = Vec::with_capacity(shops.len());
    for id in shops {
        let (mut done, mut before) = (0_u64, None);
        loop {
            let shop =
                app.shops.get(&app.store, &id, Freshness::Usual, now()).await.map_err(FlowError::from)?;
            let shop = shop.ok_or_else(|| SinceError::NoShop(id.clone()))?;
            let stretch = Stretch { since, before: before.as_deref(), which, limit: STRETCH };
            let LookedAt { done: more, next } = reconcile_open(app, &shop, stretch, now()).await?;
            done = done.saturating_add(more);
            before = next;
            if before.is_none() {
                break;
            }
        }
        looked.push((id, done));
    }
    Ok(looked)
}
