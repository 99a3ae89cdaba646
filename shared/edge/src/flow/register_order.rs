//! A shop registers an order: once, or again with the same or other words.

use payproof::payment::{Details, Moment, Money, OrderId, Payment, amend};
use payproof::shop::Shop;

use super::apply_early;
use super::record::FlowError;
use crate::app::App;
use crate::limits::RACES_MAX;
use crate::store::{Registered, Saved};

/// What registering came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The order as it is now.
    pub payment: Payment,
    /// Whether it was not there before.
    pub new: bool,
}

/// Why an order was not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// The money differs while a session could still be paid, or was.
    #[error("the amount cannot change while a session is neither failed, cancelled nor expired")]
    Locked,
    /// Something of ours failed.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// Registers an order, then applies what came for it before it was there.
///
/// # Errors
/// [`RegisterError`].
pub async fn register_order(
    app: &App,
    shop: &Shop,
    order: OrderId,
    money: Money,
    details: Details,
    now: Moment,
) -> Result<Registration, RegisterError> {
    let payment = Payment::register(shop.id.clone(), order, money, details.clone(), now);
    let registered = app.store.register(&payment, shop.list_shards).await.map_err(FlowError::from)?;
    let mut registration = match registered {
        Registered::New => Registration { payment, new: true },
        Registered::Exists(payment) => amended(app, *payment, money, &details, now).await?,
    };
    // Also where the write was done already: a crash may have come between it and this.
    if apply_early(app, shop, &registration.payment.id, now).await?
        && let Some(payment) =
            app.store.load_with_texts(&registration.payment.id).await.map_err(FlowError::from)?
    {
        registration.payment = payment;
    }
    tracing::info!(
        shop_id = %shop.id, payment_id = %registration.payment.id, new = registration.new, "an order was registered"
    );
    Ok(registration)
}

async fn amended(
    app: &App,
    mut payment: Payment,
    money: Money,
    details: &Details,
    now: Moment,
) -> Result<Registration, RegisterError> {
    for _ in 0..RACES_MAX {
        let change = amend(&payment, money, details, now).map_err(|_| RegisterError::Locked)?;
        let Some(change) = change else { return Ok(Registration { payment, new: false }) };
        match app.store.save(&payment.id, &change).await.map_err(FlowError::from)? {
            Saved::Written => {
                payment.apply(&change);
                return Ok(Registration { payment, new: false });
            }
            Saved::Differs(_) => {
                let again = app.store.load_with_texts(&payment.id).await.map_err(FlowError::from)?;
                payment =
                    again.ok_or(RegisterError::Flow(FlowError::Defect("the order that is registered")))?;
            }
        }
    }
    Err(RegisterError::Flow(FlowError::Raced))
}
