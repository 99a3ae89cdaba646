//! What a browser sees: the way to the hosted checkout, the page after it, the element that says the same on a shop's own
//! page, the merchant's console, and the answer to unknown paths.
#![forbid(unsafe_code)]

mod console;
mod go;
mod layout;
mod notice;
mod pay;
mod return_page;
mod status_element;

use http::StatusCode;
use payproof::language::Language;
use payproof::payment::Moment;
use payproof_edge::api::{Call, Code, Function, Problem, Request, Response, answer, serve};
use payproof_edge::app::App;

/// Answers a request.
pub async fn handle(app: &App, request: Request, now: Moment) -> Response {
    serve(Function::Pages, request, now, |call| page(app, call)).await
}

async fn page(app: &App, call: Call) -> Result<Response, Problem> {
    let trouble = |problem| notice::trouble(problem, of_browser(&call));
    match call.route.path {
        // Customers read these: where something of ours fails they are told in words, too.
        "/go/{session_id}/{token}" => go::redirect(app, &call).await.or_else(trouble),
        "/return/{session_id}" => return_page::show(app, &call).await.or_else(trouble),
        "/pay/{token}" => pay::show(app, &call).await.or_else(trouble),
        "/v1/status.js" => Ok(status_element::script()),
        "/dashboard" => Ok(console::page(&call)),
        "/dashboard/{file}" => console::file(&call),
        "/healthz" => Ok(answer::json(StatusCode::OK, &serde_json::json!({ "status": "ok" }))),
        _ => Err(Problem::new(Code::NotFound)),
    }
}

/// The language of whoever looks, as far as their browser tells.
fn of_browser(call: &Call) -> Language {
    Language::choose(None, call.header("accept-language"))
}
