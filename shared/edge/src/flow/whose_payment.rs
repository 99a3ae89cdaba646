//! Whose a provider's payment is: remembered while its events carry our session, found when a later one does not.

use std::time::Duration;

use payproof::payment::{Kind, Moment, ProviderName, ProviderPaymentId};
use payproof::provider::{Failure, Step, Told};
use payproof::shop::Shop;

use super::apply_stored::apply_stored;
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

/// Does what a step asks for until it is done: sends its requests, and finds in the store whose a payment is.
///
/// # Errors
/// [`FlowError`] where the store could not be asked.
pub(super) async fn run_finding<T>(
    app: &App,
    shop: &Shop,
    provider: &ProviderName,
    mut step: Step<T>,
    limit: Duration,
) -> Result<Came<T>, FlowError> {
    let deadline = Deadline::after(limit);
    let mut missed = None;
    for _ in 0..EXCHANGES_MAX {
        let search = match app.sender.advance(step, deadline.left()).await {
            Ok(Halt::Done(value)) => return Ok(Came { to: Ok(value), missed }),
            Ok(Halt::Find(search)) => search,
            Err(failure) => return Ok(Came { to: Err(failure), missed }),
        };
        let session = app.store.whose_payment(&shop.id, provider, &search.payment).await?;
        if session.is_none() {
            missed = Some(search.payment);
        }
        step = match (search.then)(session) {
            Ok(step) => step,
            Err(failure) => return Ok(Came { to: Err(failure), missed }),
        };
    }
    Ok(Came { to: Err(Failure::Unknown("it looked for too many payments".to_owned())), missed })
}

/// Remembers whose the payments are that are told of, before what is told is written. What waited for one of them is
/// applied, and not before it is remembered: so one always sees the other.
///
/// # Errors
/// [`FlowError`].
pub(super) async fn remember(
    app: &App,
    shop: &Shop,
    provider: &ProviderName,
    told: &Told,
    deadline: Deadline,
    now: Moment,
) -> Result<(), FlowError> {
    let begins = |kind: &Kind| matches!(kind, Kind::Paid(_) | Kind::Processing | Kind::Review);
    for report in told.reports.iter().filter(|report| begins(&report.kind)) {
        let Some(payment) = &report.payment else { continue };
        if !app.store.remember_payment(&shop.id, provider, payment, told.session).await? {
            continue;
        }
        for event in app.store.early_of_payment(&shop.id, provider, payment).await? {
            let Some(event) = app.store.event(&shop.id, &event).await? else { continue };
            if event.applied_at.is_none() {
                apply_stored(app, shop, &event, None, deadline, now).await?;
            }
        }
    }
    Ok(())
}
