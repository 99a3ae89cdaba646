//! From a queue, one order each: its shop is told what it does not know yet.
#![forbid(unsafe_code)]

use payproof::payment::{Moment, PaymentId};
use payproof_edge::app::App;
use payproof_edge::flow::{FlowError, tell_shop};

/// Looks at an order.
///
/// # Errors
/// [`FlowError`]: the order has to be looked at once more.
pub async fn handle(app: &App, order: PaymentId, now: Moment) -> Result<(), FlowError> {
    tell_shop(app, order, now).await.map(|_| ())
}
