//! What merchants and support read: orders, their log, events that could not be applied, why an order goes to which
//! provider, and what is wrong with a shop. It moves nothing.
#![forbid(unsafe_code)]

mod diagnostics;
mod events;
mod explain;
mod notifications;
mod orders;
mod timeline;

use payproof::payment::Moment;
use payproof::shop::KeyKind;
use payproof_edge::api::{Call, Code, Function, Problem, Request, Response, serve, who};
use payproof_edge::app::App;

/// Answers a request.
pub async fn handle(app: &App, request: Request, now: Moment) -> Response {
    serve(Function::MerchantRead, request, now, |call| read(app, call)).await
}

async fn read(app: &App, call: Call) -> Result<Response, Problem> {
    let shop = who::shop(app, &call, &[KeyKind::Secret, KeyKind::Read]).await?.shop;
    match call.route.path {
        "/v1/orders/{order_id}" => orders::one(app, &shop, &call).await,
        "/v1/orders" => orders::list(app, &shop, &call).await,
        "/v1/orders/{order_id}/timeline" => timeline::of_order(app, &shop, &call).await,
        "/v1/sessions/{session_id}/timeline" => timeline::of_session(app, &shop, &call).await,
        "/v1/notifications" => notifications::list(app, &shop, &call).await,
        "/v1/events" => events::list(app, &shop, &call).await,
        "/v1/diagnostics" => diagnostics::diagnose(app, &shop, &call).await,
        "/v1/routing/explain" => explain::explain(app, &shop, &call),
        _ => Err(Problem::new(Code::NotFound)),
    }
}
