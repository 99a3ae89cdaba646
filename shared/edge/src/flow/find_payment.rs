//! Finding orders by what a provider calls a payment: whose it is was remembered, or the provider is asked.

use std::collections::BTreeSet;
use std::time::Duration;

use payproof::payment::{Moment, Payment, ProviderPaymentId, SessionId};
use payproof::shop::Shop;

use super::deadline::Deadline;
use super::record::FlowError;
use super::run_step::{Take, run_step};
use crate::app::App;
use crate::circuits::Callee;
use crate::limits::{FIND_EACH_TIMEOUT, FIND_TIMEOUT};

/// The orders that a provider's payment id leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The orders: none, one, or several where two providers have a payment of this id.
    pub orders: Vec<Payment>,
    /// The providers that could have known and did not answer, by name.
    pub not_asked: Vec<String>,
}

/// Looks a provider's payment id up. It records nothing: what was learned is where to look, not what is true there.
///
/// # Errors
/// [`FlowError`] where the store could not be asked.
pub async fn find_payment(
    app: &App,
    shop: &Shop,
    payment: &ProviderPaymentId,
    now: Moment,
) -> Result<Found, FlowError> {
    let deadline = Deadline::after(FIND_TIMEOUT);
    let (mut sessions, mut not_asked) = (BTreeSet::new(), Vec::new());
    for provider in shop.providers.values() {
        let Some(step) = provider.whose(payment) else { continue };
        let callee = Callee::provider(shop, provider.name());
        let left = deadline.left().min(FIND_EACH_TIMEOUT);
        if left == Duration::ZERO || !app.circuits.allows(&callee, now) {
            not_asked.push(provider.name().to_owned());
            continue;
        }
        // How it went is not told to the circuits: somebody who only reads leaves no provider alone for those who pay.
        match run_step(app, shop, provider.id(), step, Take::Nothing, left).await?.to {
            Ok(session) => sessions.extend(session.map(|session| (provider.id().clone(), session))),
            Err(failure) => {
                tracing::warn!(shop_id = %shop.id, provider = provider.name(), error = %failure, "a provider could not say whose a payment is");
                not_asked.push(provider.name().to_owned());
            }
        }
    }
    let mut orders: Vec<Payment> = Vec::new();
    for (provider, SessionId { payment: id, attempt }) in sessions {
        // A provider holds what anybody writes into its references: an order is shown where it has that session there.
        let found = app.store.load_with_texts(&id).await?.filter(|payment| {
            let session = payment.sessions.get(&attempt);
            payment.shop == shop.id && session.is_some_and(|session| session.provider == provider)
        });
        orders.extend(found.filter(|found| orders.iter().all(|known| known.id != found.id)));
    }
    Ok(Found { orders, not_asked })
}
