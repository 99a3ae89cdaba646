//! The adapter between AWS Lambda and a handler.

mod event;
mod messages;

use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use payproof::payment::{Moment, PaymentId};
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use event::{Answer, Event, NotAnEvent};
pub use messages::{Failed, Message, Messages};

use crate::api::{Function, Request, Response};
use crate::app::{App, now};
use crate::flow::FlowError;
use crate::queue::Sqs;
use crate::settings::{Settings, Unset};

/// Builds what lives as long as the container, opens its connection, and answers requests until the container ends.
///
/// It ends by itself only with a failure: a variable that is not set, which Lambda is told, or no Runtime API.
pub async fn run<F, R>(handle: F) -> ExitCode
where
    F: Fn(&'static App, Request, Moment) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Response> + Send,
{
    answer_requests(start(|app, _| Ok(app)).await, handle).await
}

/// As [`run`], for a function that also puts orders on queues.
pub async fn run_with_queues<F, R>(handle: F) -> ExitCode
where
    F: Fn(&'static App, Request, Moment) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Response> + Send,
{
    answer_requests(start(with_queues).await, handle).await
}

async fn answer_requests<F, R>(app: Option<&'static App>, handle: F) -> ExitCode
where
    F: Fn(&'static App, Request, Moment) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Response> + Send,
{
    let Some(app) = app else { return ExitCode::FAILURE };
    let service = service_fn(move |event: LambdaEvent<Event>| async move {
        let request = event.payload.into_request()?;
        Ok::<_, NotAnEvent>(Answer::from(handle(app, request, now()).await))
    });
    // Not `lambda_runtime::run`: it adds a layer that opens a span for each event, and our lines show no spans.
    until_the_end(Runtime::new(service).run().await)
}

/// As [`run`], for a function that a queue calls with orders. Those for which `handle` fails come again, and no others.
pub async fn run_for_queue<F, R>(handle: F) -> ExitCode
where
    F: Fn(&'static App, PaymentId, Moment) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Result<(), FlowError>> + Send,
{
    let Some(app) = start(with_queues).await else { return ExitCode::FAILURE };
    let service = service_fn(move |event: LambdaEvent<Messages>| async move {
        let mut failed = Failed::default();
        for message in event.payload.messages() {
            let Some(order) = message.order() else {
                // It would come again for ever, and never be an order's id.
                tracing::error!("a message is no order's id, and is dropped");
                continue;
            };
            if let Err(error) = handle(app, order, now()).await {
                tracing::warn!(payment_id = %order, %error, "an order is looked at again later");
                failed.add(message);
            }
        }
        Ok::<_, Infallible>(failed)
    });
    until_the_end(Runtime::new(service).run().await)
}

/// As [`run`], for a function that a schedule calls.
pub async fn run_on_schedule<F, R>(handle: F) -> ExitCode
where
    F: Fn(&'static App, Moment) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Result<(), FlowError>> + Send,
{
    let Some(app) = start(with_queues).await else { return ExitCode::FAILURE };
    let service = service_fn(move |_: LambdaEvent<serde::de::IgnoredAny>| async move {
        handle(app, now()).await.map_err(Logged::of)
    });
    until_the_end(Runtime::new(service).run().await)
}

/// What a schedule is told of a failure: that there was one. What it was stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the run did not end well; the log says why")]
pub struct Logged;

impl Logged {
    fn of(error: FlowError) -> Self {
        tracing::error!(%error, "a scheduled run did not end well");
        Self
    }
}

impl From<Logged> for lambda_runtime::Diagnostic {
    fn from(error: Logged) -> Self {
        Self { error_type: "Logged".to_owned(), error_message: error.to_string() }
    }
}

fn with_queues(app: App, settings: &Settings) -> Result<App, Unset> {
    Ok(app.with_queues(Arc::new(Sqs::new(settings)?)))
}

/// The app as the environment says, warm; none where it cannot start, which Lambda has been told then.
async fn start(finish: impl FnOnce(App, &Settings) -> Result<App, Unset>) -> Option<&'static App> {
    log_as_json();
    let made = Settings::from_env().and_then(|settings| finish(App::new(&settings), &settings));
    match made {
        Ok(app) => {
            // The container has one app for as long as it lives; a leak of it is its lifetime.
            let app: &'static App = Box::leak(Box::new(app));
            app.store.warm().await;
            Some(app)
        }
        Err(unset) => {
            tracing::error!(error = %unset, "the function cannot start");
            report_init_error(&unset.to_string()).await;
            None
        }
    }
}

/// What the process ends with, once the Runtime API hands out no more events.
fn until_the_end(ended: Result<(), lambda_runtime::Error>) -> ExitCode {
    match ended {
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
        || Function::ALL.iter().copied().any(|function| function.name().replace('-', "_") == crate_name)
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
