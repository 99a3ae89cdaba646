//! The sandbox's API: what payproof's adapter calls, with the shop's key at the sandbox.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use payproof::payment::{Currency, Moment, Money};
use payproof::provider::sandbox::{CheckoutForm, CheckoutMade, RefundForm, Refused, RefusedError};
use payproof_edge::app::now;

use super::act::{Act, NotNow};
use super::checkout::Checkout;
use super::keep::KeepError;
use super::outbox::Deliver;
use super::{Account, Sandbox};

/// Bytes of a request.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// For how long a checkout can be open.
const OPEN_SECONDS_MAX: u64 = 30 * 86_400;
/// Bytes of a key and of a reference.
const NAME_BYTES_MAX: usize = 255;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/v1/checkouts", post(make))
        .route("/v1/checkouts/{id}", get(by_id))
        .route("/v1/checkouts/{id}/close", post(close))
        .route("/v1/checkouts/by-reference/{reference}", get(by_reference))
        .route("/v1/payments/{id}", get(by_payment))
        .route("/v1/events/{id}", get(by_event))
        .route("/v1/refunds", post(refund))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// A request that was not done.
struct No(StatusCode, &'static str, String);

impl From<KeepError> for No {
    fn from(error: KeepError) -> Self {
        let (status, code) = match &error {
            KeepError::Unknown => (StatusCode::NOT_FOUND, "not_found"),
            KeepError::KeyUsed => (StatusCode::CONFLICT, "idempotency_mismatch"),
            KeepError::NotNow(NotNow::TooMuch) => (StatusCode::UNPROCESSABLE_ENTITY, "too_much"),
            KeepError::NotNow(_) => (StatusCode::UNPROCESSABLE_ENTITY, "not_now"),
            KeepError::Store(_) | KeepError::Raced => (StatusCode::SERVICE_UNAVAILABLE, "try_again"),
        };
        Self(status, code, error.to_string())
    }
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        json(status, &Refused { error: RefusedError { code: code.to_owned(), message } })
    }
}

fn invalid(message: impl Into<String>) -> No {
    No(StatusCode::BAD_REQUEST, "invalid", message.into())
}

fn json(status: StatusCode, body: &impl serde::Serialize) -> Response {
    let body = serde_json::to_vec(body).unwrap_or_default();
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response()
}

async fn make(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Result<Response, No> {
    let (account, now) = (account(&sandbox, &headers)?, now());
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let key = key.filter(|key| (1..=NAME_BYTES_MAX).contains(&key.len()));
    let key = key.ok_or_else(|| invalid("The header Idempotency-Key is needed."))?;
    let form = read::<CheckoutForm>(&body)?;
    check(&form, now)?;
    let (checkout, new) = sandbox.make(account.shop.as_str(), key, form, now).await?;
    let url = format!("{}/sandbox/checkout/{}", sandbox.inner.url, checkout.id);
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(json(status, &CheckoutMade { id: checkout.id, url }))
}

async fn by_id(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, No> {
    let account = account(&sandbox, &headers)?;
    Ok(json(StatusCode::OK, &own(&sandbox, &account, &id).await?.state()))
}

async fn by_reference(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(reference): Path<String>,
) -> Result<Response, No> {
    let account = account(&sandbox, &headers)?;
    Ok(json(StatusCode::OK, &referred(&sandbox, &account, &reference).await?.state()))
}

/// The checkout that an event is about: its id begins with the checkout's stem.
async fn by_event(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(event): Path<String>,
) -> Result<Response, No> {
    let account = account(&sandbox, &headers)?;
    let stem = event.strip_prefix("evt_").and_then(|rest| rest.split_once('_')).ok_or(KeepError::Unknown)?.0;
    let checkout = referred(&sandbox, &account, &format!("stem:{stem}")).await?;
    if checkout.outbox.events.iter().all(|told| told.id != event) {
        return Err(KeepError::Unknown.into());
    }
    Ok(json(StatusCode::OK, &checkout.state()))
}

/// The checkout that a payment was made on: its id is made of the checkout's stem.
async fn by_payment(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(payment): Path<String>,
) -> Result<Response, No> {
    let account = account(&sandbox, &headers)?;
    let stem = payment.strip_prefix("txn_").ok_or(KeepError::Unknown)?;
    let checkout = referred(&sandbox, &account, &format!("stem:{stem}")).await?;
    if checkout.payment.as_deref() != Some(payment.as_str()) {
        return Err(KeepError::Unknown.into());
    }
    Ok(json(StatusCode::OK, &checkout.state()))
}

/// Nobody can pay there any more; or it is not open, whatever it is instead.
async fn close(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, No> {
    let (account, now) = (account(&sandbox, &headers)?, now());
    own(&sandbox, &account, &id).await?;
    let closed = sandbox.change(&id, now, |checkout| checkout.act(&Act::Expire, Deliver::Once, now)).await;
    match closed {
        Ok(checkout) => Ok(json(StatusCode::OK, &checkout.state())),
        Err(KeepError::NotNow(why @ NotNow::Status(_))) => {
            Err(No(StatusCode::CONFLICT, "not_open", why.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

/// The same `request` again gives the same refund.
async fn refund(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Result<Response, No> {
    let (account, now) = (account(&sandbox, &headers)?, now());
    let form: RefundForm = read(&body)?;
    let id = sandbox.by_reference(account.shop.as_str(), &form.reference).await?;
    let checkout = own(&sandbox, &account, &id).await?;
    if checkout.payment.as_deref() != Some(form.payment_id.as_str())
        || checkout.form.currency != form.currency
    {
        return Err(invalid("There is no such payment in this currency."));
    }
    let checkout = sandbox
        .change(&id, now, |checkout| checkout.refund_once(Some(form.amount), Some(&form.request), now))
        .await?;
    match checkout.asked_refund(&form.request) {
        Some(refund) if refund.amount == form.amount => {
            Ok(json(StatusCode::OK, &checkout.refund_state(refund)))
        }
        _ => Err(KeepError::KeyUsed.into()),
    }
}

fn account(sandbox: &Sandbox, headers: &HeaderMap) -> Result<Account, No> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let account = header.and_then(|header| sandbox.account_of_key(header.strip_prefix("Bearer ")?));
    account.ok_or_else(|| No(StatusCode::UNAUTHORIZED, "unauthorized", "No such key.".to_owned()))
}

/// A checkout of this account; anybody else's is not there.
async fn own(sandbox: &Sandbox, account: &Account, id: &str) -> Result<Checkout, KeepError> {
    let checkout = sandbox.see(id, now()).await?;
    Some(checkout).filter(|checkout| checkout.shop == account.shop.as_str()).ok_or(KeepError::Unknown)
}

/// The account's own checkout that a reference names.
async fn referred(sandbox: &Sandbox, account: &Account, reference: &str) -> Result<Checkout, KeepError> {
    let id = sandbox.by_reference(account.shop.as_str(), reference).await?;
    own(sandbox, account, &id).await
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, No> {
    serde_json::from_slice(body)
        .map_err(|error| invalid(format!("The body is not what is documented: {error}")))
}

fn check(form: &CheckoutForm, now: Moment) -> Result<(), No> {
    if form.reference.is_empty() || form.reference.len() > NAME_BYTES_MAX {
        return Err(invalid("reference"));
    }
    let money = Currency::parse(&form.currency).and_then(|currency| Money::new(form.amount, currency));
    if !money.is_ok_and(|money| money.minor() > 0) {
        return Err(invalid("amount or currency"));
    }
    if ![&form.return_url, &form.cancel_url].into_iter().all(|url| crate::page::origin(url).is_some()) {
        return Err(invalid("return_url or cancel_url"));
    }
    if form.expires_at > now.plus_seconds(OPEN_SECONDS_MAX).seconds() {
        return Err(invalid("expires_at"));
    }
    Ok(())
}
