//! What a merchant does about an order: one file for each action. Whatever it decides is written down with a name.
#![forbid(unsafe_code)]

mod acknowledge;
mod asked;
mod by;
mod cancel;
mod events;
mod links;
mod notifications;
mod reconcile;
mod refund;
mod review;

use payproof::payment::Moment;
use payproof::shop::KeyKind;
use payproof_edge::api::{Call, Code, Function, Problem, Request, Response, serve, who};
use payproof_edge::app::App;

/// Answers a request.
pub async fn handle(app: &App, request: Request, now: Moment) -> Response {
    serve(Function::MerchantAct, request, now, |call| act(app, call)).await
}

async fn act(app: &App, call: Call) -> Result<Response, Problem> {
    let shop = who::shop(app, &call, &[KeyKind::Secret]).await?.shop;
    match call.route.path {
        "/v1/orders/{order_id}/acknowledge" => acknowledge::act(app, &shop, &call).await,
        "/v1/orders/{order_id}/refunds" => refund::act(app, &shop, &call).await,
        "/v1/sessions/{session_id}/cancel" => cancel::act(app, &shop, &call).await,
        "/v1/sessions/{session_id}/review" => review::act(app, &shop, &call).await,
        "/v1/sessions/{session_id}/reconcile" => reconcile::act(app, &shop, &call).await,
        "/v1/notifications/{notification_id}/resend" => notifications::one(app, &shop, &call).await,
        "/v1/notifications/resend" => notifications::all(app, &shop, &call).await,
        "/v1/events/{event_id}/replay" => events::one(app, &shop, &call).await,
        "/v1/events/replay" => events::all(app, &shop, &call).await,
        "/v1/payment-links" => links::act(app, &shop, &call).await,
        _ => Err(Problem::new(Code::NotFound)),
    }
}
