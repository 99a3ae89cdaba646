//! Having a provider make an attempt's checkout.

use payproof::payment::{Attempt, Fact, FactId, Kind, Moment, Payment, Report, Source, UNREACHABLE};
use payproof::provider::{Checkout, Configured, Created, Failure};

use super::record::FlowError;
use crate::app::App;
use crate::limits::CREATE_TIMEOUT;
use crate::random;
use crate::store::AttemptItem;

/// Asks the provider for the checkout of a reserved attempt, and keeps what it made. The request is made of what was
/// stored before anybody heard of it, so it is the same to the byte each time.
///
/// # Errors
/// [`FlowError`] where the answer could not be kept. What the provider answered is the value: its [`Failure`] too.
pub async fn create_checkout(
    app: &App,
    provider: &dyn Configured,
    payment: &Payment,
    item: &AttemptItem,
) -> Result<Result<Created, Failure>, FlowError> {
    let session = payment.sessions.get(&item.session.attempt);
    let session = session.ok_or(FlowError::Defect("the session that a checkout is made for"))?;
    let webhook_url = app.webhook_url(&payment.shop, provider.name());
    let checkout = Checkout {
        session: item.session,
        order: &payment.order,
        money: payment.money,
        description: &item.request.description,
        method: session.method,
        customer_email: item.request.customer_email.as_deref(),
        locale: item.request.locale.as_deref(),
        created_at: session.created_at,
        expires_at: Moment::from_millis(item.request.provider_expires_at),
        return_url: &item.request.page_url,
        cancel_url: &item.request.back_url,
        webhook_url: &webhook_url,
    };
    let answer = app.sender.run(provider.create(&checkout), CREATE_TIMEOUT).await;
    if let Ok(created) = &answer {
        app.store.end_opening(item.session, item.nonce, Some(created)).await?;
    }
    Ok(answer)
}

/// Whether the provider may have heard of an attempt before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Try {
    First,
    Again,
}

/// That nothing was made for an attempt, where a failure says so for certain; none where it may be there and may be paid.
///
/// # Errors
/// [`FlowError::Random`].
pub(super) fn not_created(
    attempt: Attempt,
    failure: &Failure,
    tried: Try,
    now: Moment,
) -> Result<Option<Fact>, FlowError> {
    let reason = match (failure, tried) {
        // An earlier request may have made it, whatever became of this one.
        (Failure::Unreachable(_) | Failure::Refused { status: 401 | 403, .. }, Try::Again) => {
            return Ok(None);
        }
        (Failure::Refused { code, .. }, _) => code.as_deref().unwrap_or("refused"),
        (Failure::Unreachable(_), Try::First) => UNREACHABLE,
        (Failure::Unknown(_) | Failure::NotUnderstood(_), _) => return Ok(None),
    };
    let (id, write) = (FactId::ours(attempt, Kind::Failed.word()), random::write_mark()?);
    let said = Report::not_created(reason);
    Ok(Some(Fact { id, attempt, source: Source::Us, said, at: now, write }))
}
