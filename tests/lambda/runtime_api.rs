//! The Lambda Runtime API (version 2018-06-01) on loopback, for one function: it hands out events and takes answers.
//!
//! Source: AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes".

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tokio::sync::{mpsc, oneshot, watch};

/// How long an invocation may take before the test fails.
pub const INVOCATION_TIMEOUT: Duration = Duration::from_secs(20);

/// What a function answered an event with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// `POST …/response`.
    Answer(Bytes),
    /// `POST …/error`.
    Error(Bytes),
}

/// What a function said of itself before its first event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// It asked for its first event then.
    Ready(Instant),
    /// It sent `init/error` instead.
    Failed,
}

/// An event on its way to the function: its request id and its JSON.
type Event = (String, Bytes);

struct Inner {
    events: mpsc::UnboundedSender<Event>,
    queue: tokio::sync::Mutex<mpsc::UnboundedReceiver<Event>>,
    /// Answers that somebody waits for, by request id.
    awaited: Mutex<HashMap<String, oneshot::Sender<Reply>>>,
    init_error: Mutex<Option<Bytes>>,
    start: watch::Sender<Option<Start>>,
    /// Whether the function waits for an event now.
    idle: watch::Sender<bool>,
    sent: Mutex<u64>,
}

/// The Runtime API of one function.
#[derive(Clone)]
pub struct RuntimeApi {
    /// What `AWS_LAMBDA_RUNTIME_API` says.
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

impl RuntimeApi {
    /// Listens on a free port until the runtime of the test ends.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (events, queue) = mpsc::unbounded_channel();
        let inner = Arc::new(Inner {
            events,
            queue: tokio::sync::Mutex::new(queue),
            awaited: Mutex::default(),
            init_error: Mutex::default(),
            start: watch::Sender::new(None),
            idle: watch::Sender::new(false),
            sent: Mutex::default(),
        });
        let runtime = "/2018-06-01/runtime";
        let router = Router::new()
            .route(&format!("{runtime}/invocation/next"), get(next))
            .route(&format!("{runtime}/invocation/{{id}}/response"), post(response))
            .route(&format!("{runtime}/invocation/{{id}}/error"), post(error))
            .route(&format!("{runtime}/init/error"), post(init_error))
            // Lambda's own bound for an answer.
            .layer(DefaultBodyLimit::max(6 * 1024 * 1024))
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, inner }
    }

    /// Waits until the function asks for its first event, or says that it cannot.
    pub async fn started(&self) -> Start {
        let mut start = self.inner.start.subscribe();
        let said = tokio::time::timeout(INVOCATION_TIMEOUT, start.wait_for(Option::is_some)).await;
        said.expect("the function starts in time").expect("the server lives").expect("it was waited for")
    }

    /// Hands an event out once the function waits for one, and gives its answer and the time between the two.
    pub async fn invoke(&self, event: impl Into<Bytes>) -> (Reply, Duration) {
        let id = {
            let mut sent = lock(&self.inner.sent);
            *sent += 1;
            format!("8f5c2e1a-0000-4000-8000-{:012}", *sent)
        };
        let (send, receive) = oneshot::channel();
        lock(&self.inner.awaited).insert(id.clone(), send);
        let mut idle = self.inner.idle.subscribe();
        let asked = tokio::time::timeout(INVOCATION_TIMEOUT, idle.wait_for(|idle| *idle)).await;
        drop(asked.expect("the function asks for an event in time"));
        let began = Instant::now();
        self.inner.events.send((id, event.into())).expect("the server lives");
        let reply = tokio::time::timeout(INVOCATION_TIMEOUT, receive).await.expect("an answer in time");
        (reply.expect("the server lives"), began.elapsed())
    }

    /// What was sent to `init/error`.
    pub fn init_error(&self) -> Option<String> {
        lock(&self.inner.init_error).as_ref().map(|body| String::from_utf8_lossy(body).into_owned())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn next(State(api): State<Arc<Inner>>) -> Response {
    let now = Instant::now();
    let mut queue = api.queue.lock().await;
    api.start.send_if_modified(|start| start.is_none() && start.replace(Start::Ready(now)).is_none());
    api.idle.send_replace(true);
    let Some((id, event)) = queue.recv().await else { return StatusCode::GONE.into_response() };
    api.idle.send_replace(false);
    let deadline = SystemTime::now() + INVOCATION_TIMEOUT;
    let deadline = deadline.duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:it".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1".to_owned(),
        ),
        (header::CONTENT_TYPE.as_str(), "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn response(State(api): State<Arc<Inner>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    answered(&api, &id, Reply::Answer(body))
}

async fn error(State(api): State<Arc<Inner>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    answered(&api, &id, Reply::Error(body))
}

fn answered(api: &Inner, id: &str, reply: Reply) -> StatusCode {
    let taken = lock(&api.awaited).remove(id).is_some_and(|waiting| waiting.send(reply).is_ok());
    if taken { StatusCode::ACCEPTED } else { StatusCode::BAD_REQUEST }
}

async fn init_error(State(api): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !headers.contains_key("lambda-runtime-function-error-type") {
        return StatusCode::BAD_REQUEST;
    }
    *lock(&api.init_error) = Some(body);
    api.start.send_if_modified(|start| start.is_none() && start.replace(Start::Failed).is_none());
    StatusCode::ACCEPTED
}
