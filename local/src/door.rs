//! The front door: one address for everything, the route table deciding which function answers.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::get;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, ORIGIN};
use http::{HeaderMap, StatusCode};
use payproof_edge::api::routes::{Found, find};
use payproof_edge::api::{Function, Request, Response};
use payproof_edge::app::{App, now};

use crate::{cors, demo, sandbox};

/// Bytes of a body that the gateway lets through; more it answers itself.
const GATEWAY_BODY_BYTES_MAX: usize = 4_500_000;

pub(crate) fn router(app: Arc<App>, sandbox: sandbox::Sandbox, shop: Option<demo::Shop>) -> Router {
    let router = Router::new().nest("/sandbox", sandbox::router(sandbox));
    let router = match shop {
        Some(shop) => {
            router.nest("/demo", demo::router(shop)).route("/", get(|| async { Redirect::to("/demo") }))
        }
        None => router,
    };
    router.fallback(answer).with_state(app)
}

async fn answer(State(app): State<Arc<App>>, request: http::Request<Body>) -> http::Response<Body> {
    let (mut head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, GATEWAY_BODY_BYTES_MAX).await else {
        let mut response = http::Response::new(Body::from("{\"message\":\"Request Entity Too Large\"}"));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return response;
    };
    head.headers = joined(&head.headers);
    let request = Request::from_parts(head, body);
    let from_browser = request.headers().contains_key(ORIGIN);
    let response = match cors::preflight(&request) {
        Some(response) => response,
        None => cors::allow(from_browser, call(&app, request).await),
    };
    response.map(|body: Bytes| Body::from(body))
}

/// As the gateway does: a header that was sent more than once arrives once, its values joined by commas.
fn joined(headers: &HeaderMap) -> HeaderMap {
    let mut joined = HeaderMap::with_capacity(headers.keys_len());
    for name in headers.keys() {
        let values: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        if let Ok(value) = HeaderValue::from_bytes(&values.join(&b","[..])) {
            joined.insert(name, value);
        }
    }
    joined
}

/// As the gateway does: a function for each route, and `pages` for what has none.
async fn call(app: &App, request: Request) -> Response {
    let function = match find(request.method(), request.uri().path()) {
        // The gateway knows no route for HEAD: it goes where everything goes that has none.
        Found::Route(route, _)
            if *request.method() == http::Method::HEAD && route.function != Function::Pages =>
        {
            Function::Pages
        }
        Found::Route(route, _) => route.function,
        Found::OtherMethods(_) | Found::Nothing => Function::Pages,
    };
    let now = now();
    match function {
        Function::RegisterOrder => Box::pin(register_order::handle(app, request, now)).await,
        Function::CreateSession => Box::pin(create_session::handle(app, request, now)).await,
        Function::WebhookReceive => Box::pin(webhook_receive::handle(app, request, now)).await,
        Function::StatusPoll => Box::pin(status_poll::handle(app, request, now)).await,
        Function::MerchantRead => Box::pin(merchant_read::handle(app, request, now)).await,
        Function::MerchantAct => Box::pin(merchant_act::handle(app, request, now)).await,
        // No route leads to the functions that a queue or the clock calls.
        Function::Pages | Function::Sweep | Function::Reconcile | Function::NotifyShop => {
            Box::pin(pages::handle(app, request, now)).await
        }
    }
}
