//! Whose a provider's payment is: remembered while its events carry our session, to be found when a later one does not.

use payproof::payment::{Kind, Moment, ProviderName};
use payproof::provider::Told;
use payproof::shop::Shop;

use super::apply_stored::apply_stored;
use super::deadline::Deadline;
use super::record::FlowError;
use crate::app::App;

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
