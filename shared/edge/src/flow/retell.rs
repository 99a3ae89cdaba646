//! Where the table's stream was lost or not read for a while: every order that changed since is looked at once more.

use std::sync::Arc;

use payproof::payment::{Moment, PaymentId};
use payproof::shop::Shop;
use tokio::task::JoinSet;

use super::record::FlowError;
use super::tell_shop::tell_shop;
use crate::app::App;
use crate::limits::RETOLD_AT_ONCE;
use crate::store::list_from;

/// Which orders are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// From when on changes may not have been told.
    pub from: Moment,
    /// Until when. It may be ahead.
    pub to: Moment,
    /// Orders that were registered before are left out, whenever they changed; none are for 1970.
    pub registered_from: Moment,
}

/// What it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retold {
    /// Orders that were registered until then.
    pub orders: u64,
    /// Those of them that changed since, and so were looked at.
    pub looked_at: u64,
    /// Notifications that the shop took.
    pub told: u64,
    /// Orders that could not be dealt with. They are logged; it is to be done once more.
    pub failed: u64,
}

/// Tells a shop what it may not have been told of a time. A change in that time wrote its order then or the order was
/// written later still, so an order that was not written since has none; when it was registered says nothing, so all are
/// gone through. What is told already is not told again: doing this twice is harmless.
///
/// # Errors
/// [`FlowError`] where the list of orders cannot be read.
pub async fn retell(
    app: &Arc<App>,
    shop: &Shop,
    span: Span,
    now: fn() -> Moment,
) -> Result<Retold, FlowError> {
    let (from, to) = (list_from(span.registered_from), format!("{}~", list_from(span.to)));
    let mut retold = Retold::default();
    let mut before: Option<String> = None;
    loop {
        let page =
            app.store.orders_that_decide(&shop.id, shop.list_shards, &from, &to, before.as_deref()).await?;
        retold.orders = retold.orders.saturating_add(count(page.orders.len()));
        let changed = page.orders.iter().filter(|payment| payment.updated_at >= span.from);
        look_at(app, changed.map(|payment| payment.id), now, &mut retold).await;
        before = page.next;
        if before.is_none() {
            tracing::info!(shop_id = %shop.id, ?retold, "a shop was told again what it may not know");
            return Ok(retold);
        }
    }
}

/// Looks at orders, some at once, each at its own moment.
async fn look_at(
    app: &Arc<App>,
    mut orders: impl Iterator<Item = PaymentId>,
    now: fn() -> Moment,
    retold: &mut Retold,
) {
    let mut looking = JoinSet::new();
    loop {
        while let Some(order) = (looking.len() < RETOLD_AT_ONCE).then(|| orders.next()).flatten() {
            let app = Arc::clone(app);
            looking.spawn(async move { (order, tell_shop(&app, order, now()).await) });
        }
        let Some(looked) = looking.join_next().await else { return };
        retold.looked_at = retold.looked_at.saturating_add(1);
        match looked {
            Ok((_, Ok(told))) => retold.told = retold.told.saturating_add(told),
            Ok((order, Err(error))) => {
                tracing::error!(payment_id = %order, %error, "an order's shop was not told");
                retold.failed = retold.failed.saturating_add(1);
            }
            Err(_) => retold.failed = retold.failed.saturating_add(1),
        }
    }
}

fn count(orders: usize) -> u64 {
    u64::try_from(orders).unwrap_or(u64::MAX)
}
