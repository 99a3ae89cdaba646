//! The adapter between AWS Lambda and a handler.

use bytes::Bytes;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::request::RequestContext;
pub use lambda_http::Error;
use lambda_http::{Body, RequestExt as _, service_fn};
use payproof::payment::Moment;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::api::{Request, RequestId, Response};
use crate::app::{App, now};
use crate::settings::Settings;

/// Builds what lives as long as the container, opens its connection, and answers events until the container ends.
///
/// # Errors
/// An error at start: a variable that is not set. Lambda reports it.
pub async fn run<F, R>(handle: F) -> Result<(), Error>
where
    F: Fn(&'static App, Request, Moment) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Response> + Send,
{
    log_as_json();
    // The container has one app for as long as it lives; a leak of it is its lifetime.
    let app: &'static App = Box::leak(Box::new(App::new(&Settings::from_env()?)));
    app.store.warm().await;
    lambda_http::run(service_fn(move |event: lambda_http::Request| async move {
        Ok::<_, std::convert::Infallible>(to_lambda(handle(app, from_lambda(event), now()).await))
    }))
    .await
}

/// JSON lines, as `RUST_LOG` says (`info` without it).
fn log_as_json() {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO));
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
    tracing_subscriber::registry().with(lines).with(filter).init();
}

/// A Lambda event as a request: the stage taken out of the path, the body as the bytes that were sent.
pub fn from_lambda(event: lambda_http::Request) -> Request {
    let context = match event.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => Some(context),
        _ => None,
    };
    let id = context.and_then(|context| context.request_id.clone());
    let uri = without_stage(event.raw_http_path(), event.uri(), context);
    let (mut head, body) = event.into_parts();
    head.uri = uri;
    head.extensions = http::Extensions::new();
    if let Some(id) = id {
        head.extensions.insert(RequestId(id));
    }
    let body = match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    };
    Request::from_parts(head, body)
}

/// The path and query as the route table knows them: API Gateway puts a named stage in front of the path.
fn without_stage(raw_path: &str, uri: &http::Uri, context: Option<&ApiGatewayV2httpRequestContext>) -> http::Uri {
    let stage = context.and_then(|context| context.stage.as_deref()).filter(|stage| *stage != "$default");
    let path = if raw_path.is_empty() { uri.path() } else { raw_path };
    let path = match stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage)) {
        Some(rest) if rest.starts_with('/') => rest,
        Some("") => "/",
        _ => path,
    };
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    text.parse().unwrap_or_default()
}

/// An answer as Lambda returns it. All our answers are text; as text they travel without base64.
fn to_lambda(response: Response) -> http::Response<Body> {
    response.map(|body| match String::from_utf8(body.to_vec()) {
        Ok(text) if text.is_empty() => Body::Empty,
        Ok(text) => Body::Text(text),
        Err(bytes) => Body::Binary(bytes.into_bytes()),
    })
}
