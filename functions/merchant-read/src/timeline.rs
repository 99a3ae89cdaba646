//! The payment log.

use std::collections::BTreeMap;

use http::StatusCode;
use payproof::payment::{Attempt, OrderId, Payment, PaymentId, SessionId, Telling, timeline};
use payproof::provider::put_in_words;
use payproof::shop::Shop;
use payproof_edge::api::{Call, Code, Problem, Response, answer};
use payproof_edge::app::App;
use payproof_edge::store::Store;

/// The log of a session's order: all of it, for what happened to one attempt explains what happened to the next.
pub(crate) async fn of_session(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let nothing = || Problem::of(Code::NotFound, "The shop has no session of this id.");
    let id = SessionId::parse(call.params.get("session_id")).map_err(|_| nothing())?;
    let found = app.store.load_with_tellings(&id.payment).await?;
    let found =
        found.filter(|(payment, _)| payment.shop == shop.id && payment.sessions.contains_key(&id.attempt));
    log(app, found.ok_or_else(nothing)?).await
}

/// The log of an order, which begins before its first session does.
pub(crate) async fn of_order(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let nothing = || Problem::of(Code::NotFound, "The shop has no order of this id.");
    let id = OrderId::parse(call.params.get("order_id")).map_err(|_| nothing())?;
    let found = app.store.load_with_tellings(&PaymentId::of(&shop.id, &id)).await?;
    log(app, found.ok_or_else(nothing)?).await
}

async fn log(app: &App, (payment, tellings): (Payment, BTreeMap<u64, Telling>)) -> Result<Response, Problem> {
    let reasons = app.store.attempt_reasons(&payment.id).await?;
    let why = |attempt: Attempt| {
        let session = payment.sessions.get(&attempt)?;
        let key = Store::attempt_key(payment.session_id(attempt), session.nonce);
        reasons.iter().find(|(known, _)| *known == key).map(|(_, why)| why.clone())
    };
    let aside = app.store.aside(&payment.id).await?;
    let mut entries = timeline(&payment, &why, &aside, &tellings.into_values().collect::<Vec<_>>());
    put_in_words(&mut entries);
    Ok(answer::json(StatusCode::OK, &serde_json::json!({ "entries": entries })))
}
