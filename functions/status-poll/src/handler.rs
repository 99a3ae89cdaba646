//! `GET /v1/sessions/{session_id}`: what is true now. One read.
#![forbid(unsafe_code)]

use std::sync::Arc;

use http::StatusCode;
use http::header::{CONTENT_LANGUAGE, ETAG, IF_NONE_MATCH, RETRY_AFTER, VARY};
use payproof::language::Language;
use payproof::payment::{Moment, Payment, SessionId};
use payproof::routing::Lately;
use payproof::shop::{KeyKind, Shop};
use payproof_edge::api::view::SessionView;
use payproof_edge::api::{Call, Code, Function, Problem, Request, Response, answer, read, serve, who};
use payproof_edge::app::App;
use payproof_edge::shops::Freshness;

/// Answers a request.
pub async fn handle(app: &App, request: Request, now: Moment) -> Response {
    serve(Function::StatusPoll, request, now, |call| poll(app, call)).await
}

async fn poll(app: &App, call: Call) -> Result<Response, Problem> {
    let Found { shop, payment, id, reader } = find(app, &call).await?;
    let standing = payment.standing();
    let lately = app.circuits.known_of(&shop, Lately::of_order(&payment, call.now), call.now);
    let view = SessionView::knowing(&shop, &payment, &standing, id.attempt, &lately, call.now);
    let view = view.ok_or_else(|| Problem::new(Code::NotFound))?;
    // Who reads here is whoever asks, so their language counts; the session's own locale would be one more read.
    let language = Language::choose(None, call.header("accept-language"));
    let view = view.in_language(language);
    let view = match reader {
        Reader::Customer => view.for_customer(&payment, id.attempt, language),
        Reader::Merchant => view,
    };
    // The same version in another language is another answer.
    let etag = format!("\"{}-{}\"", payment.version, language.tag());
    let response = if read::matches_etag(call.header(IF_NONE_MATCH.as_str()), &etag) {
        answer::empty(StatusCode::NOT_MODIFIED)
    } else {
        answer::json(StatusCode::OK, &view)
    };
    let response = answer::header(response, ETAG, &etag);
    let response = answer::header(response, CONTENT_LANGUAGE, language.tag());
    let response = answer::header(response, VARY, "accept-language");
    Ok(match view.poll_after_ms {
        Some(millis) => answer::header(response, RETRY_AFTER, &millis.div_ceil(1_000).to_string()),
        None => response,
    })
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Whoever has the session's client secret: a browser.
    Customer,
    /// Whoever has a key of the shop.
    Merchant,
}

struct Found {
    shop: Arc<Shop>,
    payment: Payment,
    id: SessionId,
    reader: Reader,
}

/// The session, if whoever asks may read it: the client secret of it, or a key of its shop.
async fn find(app: &App, call: &Call) -> Result<Found, Problem> {
    let nothing = || Problem::new(Code::NotFound);
    let secret = who::bearer(call).filter(|token| token.starts_with("csec_"));
    let caller = match secret {
        Some(_) => None,
        None => Some(who::shop(app, call, &[KeyKind::Secret, KeyKind::Read]).await?),
    };
    let id = SessionId::parse(call.params.get("session_id")).map_err(|_| nothing())?;
    let payment = app.store.load(&id.payment).await?.ok_or_else(nothing)?;
    let session = payment.sessions.get(&id.attempt).ok_or_else(nothing)?;
    let shop = match (secret, caller) {
        (Some(secret), _) if session.client_secret.matches(secret) => {
            app.shops.get(&app.store, &payment.shop, Freshness::Usual, call.now).await?.ok_or_else(nothing)?
        }
        (None, Some(caller)) if caller.shop.id == payment.shop => caller.shop,
        // A right key on what is not its own: the same answer as for what does not exist.
        _ => return Err(nothing()),
    };
    let reader = if secret.is_some() { Reader::Customer } else { Reader::Merchant };
    Ok(Found { shop, payment, id, reader })
}
