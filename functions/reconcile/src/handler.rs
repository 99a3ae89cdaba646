//! From a queue, one order each: what is due about it is done at its providers, and the next look is set.
#![forbid(unsafe_code)]

use payproof::payment::{Moment, PaymentId};
use payproof_edge::app::App;
use payproof_edge::flow::{FlowError, reconcile};

/// Looks at an order.
///
/// # Errors
/// [`FlowError`]: the order has to be looked at once more.
pub async fn handle(app: &App, order: PaymentId, now: Moment) -> Result<(), FlowError> {
    reconcile(app, &order, now).await.map(|_| ())
}
