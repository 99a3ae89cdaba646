//! A merchant has looked at what wanted attention, and says so by name.

use std::collections::BTreeSet;

use payproof::payment::{self, Attention, Moment, NotRaised, Payment, PaymentId};
use payproof::shop::Shop;

use super::record::{FlowError, record};
use crate::app::App;
use crate::random;

/// Why nothing was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcknowledgeError {
    /// The shop has no such order.
    #[error("no such order")]
    OrderNotFound,
    /// A word that nothing raised.
    #[error(transparent)]
    NotRaised(#[from] NotRaised),
    /// Something of ours failed.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// Clears words of attention from an order, for what raised them until now. Gives the order as it is afterwards.
///
/// # Errors
/// [`AcknowledgeError`]; nothing was cleared, or repeating is safe.
pub async fn acknowledge(
    app: &App,
    shop: &Shop,
    id: &PaymentId,
    words: &BTreeSet<Attention>,
    actor: &str,
    note: Option<&str>,
    now: Moment,
) -> Result<Payment, AcknowledgeError> {
    let load = || async { app.store.load_with_texts(id).await.map_err(FlowError::from) };
    let payment = load().await?.ok_or(AcknowledgeError::OrderNotFound)?;
    let write = random::write_mark().map_err(FlowError::from)?;
    let facts = payment::acknowledge(&payment, words, actor, note, now, write)?;
    let outcome = record(&app.store, id, &shop.id, None, &facts).await?;
    tracing::info!(shop_id = %shop.id, payment_id = %id, outcome = outcome.word(), "attention was acknowledged");
    load().await?.ok_or(AcknowledgeError::OrderNotFound)
}
