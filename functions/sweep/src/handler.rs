//! Each minute: timers that came due, onto the queues.
#![forbid(unsafe_code)]

use payproof::payment::Moment;
use payproof_edge::app::App;
use payproof_edge::flow::{FlowError, sweep};

/// Hands on what came due.
///
/// # Errors
/// [`FlowError`]: the next run finds what was not handed on.
pub async fn handle(app: &App, now: Moment) -> Result<(), FlowError> {
    sweep(app, now).await.map(|_| ())
}
