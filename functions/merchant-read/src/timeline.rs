//! The payment log.

use http::StatusCode;
use payproof::payment::{Attempt, SessionId, timeline};
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
    let (payment, tellings) = found.filter(|(payment, _)| payment.shop == shop.id).ok_or_else(nothing)?;
    if !payment.sessions.contains_key(&id.attempt) {
        return Err(nothing());
    }
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
