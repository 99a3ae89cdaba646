//! The adapter between AWS Lambda and a handler.

mod event;

use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use payproof::payment::Moment;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use event::{Answer, Event, NotAnEvent};

use crate::api::{Function, Request, Response};
use crate::app::{App, now};
use crate::settings::Settings;

/// Builds what lives as long as the container, opens its connection, and answers events until the container ends.
///
/// It ends by itself only with a failure: a variable that is not set, which Lambda is told, or no Runtime API.
pub async fn run<F, R>(handle: F) -> ExitCode
where
    F: Fn(&'static App, Request, Moment) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Response> + Send,
{
    log_as_json();
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(unset) => {
            tracing::error!(error = %unset, "the function cannot start");
            report_init_error(&unset.to_string()).await;
            return ExitCode::FAILURE;
        }
    };
    // The container has one app for as long as it lives; a leak of it is its lifetime.
    let app: &'static App = Box::leak(Box::new(App::new(&settings)));
    app.store.warm().await;
    let service = service_fn(move |event: LambdaEvent<Event>| async move {
        let request = event.payload.into_request()?;
        Ok::<_, NotAnEvent>(Answer::from(handle(app, request, now()).await))
    });
    // Without its layer that opens a span for each event: our lines show no spans.
    match Runtime::new(service).run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the Runtime API cannot be reached");
            ExitCode::FAILURE
        }
    }
}

/// JSON lines, as `RUST_LOG` says (`info` without it). What others log below a warning is never written: the SDK's
/// traces hold whole requests. A panic is a line too, with its place and without its words,
/// which could hold anything.
fn log_as_json() {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false);
    let ours = filter_fn(|line| is_ours(line.target()) || *line.level() <= tracing::Level::WARN);
    tracing_subscriber::registry().with(lines).with(filter).with(ours).init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic: a defect of ours");
    }));
}

/// Whether a line comes from a crate of ours.
fn is_ours(target: &str) -> bool {
    let crate_name = target.split("::").next().unwrap_or_default();
    crate_name.starts_with("payproof")
        || Function::ALL.into_iter().any(|function| function.name().replace('-', "_") == crate_name)
}

/// Says why the function cannot start, so that Lambda shows it rather than "exited with status 1".
///
/// Source: AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes", "Initialization error".
async fn report_init_error(why: &str) {
    let Ok(api) = std::env::var("AWS_LAMBDA_RUNTIME_API") else { return };
    let body =
        serde_json::json!({ "errorType": "Runtime.BadConfiguration", "errorMessage": why, "stackTrace": [] });
    let request = http::Request::post(format!("http://{api}/2018-06-01/runtime/init/error"))
        .header(http::header::CONTENT_TYPE, "application/json")
        .header("lambda-runtime-function-error-type", "Runtime.BadConfiguration")
        .body(Full::new(Bytes::from(body.to_string())));
    let Ok(request) = request else { return };
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    // It ends now in either case: an answer could only be logged.
    let _ = tokio::time::timeout(Duration::from_secs(2), client.request(request)).await;
}
