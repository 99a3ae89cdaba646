//! `POST /v1/webhooks/{shop_id}/{provider}`: verified before anything of it is believed; a 2xx means stored.
#![forbid(unsafe_code)]

use http::StatusCode;
use payproof::payment::{Moment, ShopId};
use payproof::provider::{Inbound, Refusal};
use payproof_edge::api::{Call, Code, Function, Problem, Request, Response, answer, serve};
use payproof_edge::app::App;
use payproof_edge::flow::{TakeError, note_refused, take_event};
use payproof_edge::shops::Freshness;

/// Answers a request.
pub async fn handle(app: &App, request: Request, now: Moment) -> Response {
    serve(Function::WebhookReceive, request, now, |call| receive(app, call)).await
}

async fn receive(app: &App, call: Call) -> Result<Response, Problem> {
    let nothing = || Problem::new(Code::NotFound);
    let shop_id = ShopId::parse(call.params.get("shop_id")).map_err(|_| nothing())?;
    let name = call.params.get("provider");
    // What is signed may begin with the URL: it is the configured one, never what a Host header says.
    let url = app.webhook_url(&shop_id, name);
    let inbound = Inbound { url: &url, headers: call.request.headers(), body: call.request.body() };

    for freshness in [Freshness::Usual, Freshness::Doubted] {
        let shop = app.shops.get(&app.store, &shop_id, freshness, call.now).await?.ok_or_else(nothing)?;
        let provider = shop.providers.get(name).ok_or_else(nothing)?.as_ref();
        match take_event(app, &shop, provider, &inbound, call.now).await {
            Ok(outcome) => {
                if let Some(body) = provider.accepted() {
                    return Ok(answer::with_body(StatusCode::OK, "text/plain; charset=utf-8", body));
                }
                let body = serde_json::json!({ "received": true, "outcome": outcome.word() });
                return Ok(answer::json(StatusCode::OK, &body));
            }
            // The secret may have been changed since the shop was read.
            Err(TakeError::Refused(Refusal::Invalid)) if freshness == Freshness::Usual => {}
            Err(TakeError::Refused(refusal)) => {
                note_refused(app, &shop, provider, &inbound, refusal, call.now).await;
                tracing::warn!(shop_id = %shop_id, provider = name, reason = refusal.word(), "a delivery was refused");
                return Err(Problem::of(Code::InvalidSignature, refusal.to_string()));
            }
            Err(TakeError::CannotAsk(failure)) => {
                tracing::warn!(shop_id = %shop_id, provider = name, error = %failure, "the provider could not be asked");
                return Err(Problem::new(Code::Unavailable).retry_after(30));
            }
            Err(TakeError::Flow(error)) => return Err(error.into()),
        }
    }
    Err(Problem::new(Code::InvalidSignature))
}
