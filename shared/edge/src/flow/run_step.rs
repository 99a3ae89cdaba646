//! Doing what a step asks for: requests are sent, and what only our store knows is looked up there.

use std::time::Duration;

use payproof::payment::{ProviderName, ProviderPaymentId, SessionId, is_wanted};
use payproof::provider::{Failure, Step};
use payproof::shop::Shop;

use super::deadline::Deadline;
use super::record::FlowError;
use crate::app::App;
use crate::limits::EXCHANGES_MAX;
use crate::send::Halt;

/// What a step came to.
pub(super) struct Came<T> {
    /// What it comes to, or why not.
    pub(super) to: Result<T, Failure>,
    /// The payment that was looked for and that nobody remembers.
    pub(super) missed: Option<ProviderPaymentId>,
}

/// Whether a step may have the provider take money that a customer has approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Where the session is open and its order is not settled.
    AsWanted,
    /// Never: it is to be stopped, or only looked at.
    Nothing,
}

/// Does what a step asks for until it is done.
///
/// # Errors
/// [`FlowError`] where the store could not be asked.
pub(super) async fn run_step<T>(
    app: &App,
    shop: &Shop,
    provider: &ProviderName,
    mut step: Step<T>,
    take: Take,
    limit: Duration,
) -> Result<Came<T>, FlowError> {
    let deadline = Deadline::after(limit);
    let mut missed = None;
    for _ in 0..EXCHANGES_MAX {
        let next = match app.sender.advance(step, deadline.left()).await {
            Ok(Halt::Done(value)) => return Ok(Came { to: Ok(value), missed }),
            Ok(Halt::Find(search)) => {
                let session = app.store.whose_payment(&shop.id, provider, &search.payment).await?;
                if session.is_none() {
                    missed = Some(search.payment);
                }
                (search.then)(session)
            }
            Ok(Halt::Take(taking)) => {
                let may = take == Take::AsWanted && wants_money(app, shop, provider, taking.session).await?;
                (taking.then)(may)
            }
            Err(failure) => Err(failure),
        };
        step = match next {
            Ok(step) => step,
            Err(failure) => return Ok(Came { to: Err(failure), missed }),
        };
    }
    Ok(Came { to: Err(Failure::Unknown("it looked too much up".to_owned())), missed })
}

/// Whether money that this session of the shop's at the provider would take is still wanted. What is not there is not.
async fn wants_money(
    app: &App,
    shop: &Shop,
    provider: &ProviderName,
    id: SessionId,
) -> Result<bool, FlowError> {
    let Some(payment) = app.store.load(&id.payment).await? else { return Ok(false) };
    let is_theirs = payment.sessions.get(&id.attempt).is_some_and(|session| session.provider == *provider);
    Ok(payment.shop == shop.id && is_theirs && is_wanted(&payment, id.attempt))
}
