//! The real handlers, by the route table.

use payproof::payment::Moment;
use payproof_edge::api::routes::{Found, find};
use payproof_edge::api::{Function, Request, Response};
use payproof_edge::app::App;

/// What the function that a request belongs to answers.
pub async fn answer(app: &App, request: Request, now: Moment) -> Response {
    let function = match find(request.method(), request.uri().path()) {
        Found::Route(route, _) => route.function,
        Found::OtherMethods(_) | Found::Nothing => Function::Pages,
    };
    match function {
        Function::RegisterOrder => register_order::handle(app, request, now).await,
        Function::CreateSession => create_session::handle(app, request, now).await,
        Function::WebhookReceive => webhook_receive::handle(app, request, now).await,
        Function::StatusPoll => status_poll::handle(app, request, now).await,
        Function::MerchantRead => merchant_read::handle(app, request, now).await,
        Function::MerchantAct => merchant_act::handle(app, request, now).await,
        // The others are called by no request.
        _ => pages::handle(app, request, now).await,
    }
}
