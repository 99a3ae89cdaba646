//! The HTTP requests that shops, customers and strangers make, some of them cut off in the middle.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use payproof::provider::{Answer, Failure, Request, Step};
use payproof::secret::Secret;
use payproof_edge::send::Sender;
use serde_json::Value;

use super::TriggerError;
use crate::Keys;

/// How long an answer may take: opening a session takes at most 20 s.
const TIMEOUT: Duration = Duration::from_secs(25);
/// How often something is asked for again.
const TRIES_MAX: u32 = 12;

/// Somebody outside of the stack, who holds the demo shop's keys.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) url: String,
    secret_key: Secret,
    sandbox_key: Secret,
    sender: Arc<Sender>,
}

impl Caller {
    pub(super) fn new(url: &str, keys: &Keys) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            secret_key: keys.secret_key.clone(),
            sandbox_key: keys.sandbox_key.clone(),
            sender: Arc::default(),
        }
    }

    /// A request of the shop's server.
    pub(super) fn of_shop(&self, method: Method, path: &str, body: Option<&Value>) -> Request {
        let request = Request::new(method, format!("{}{path}", self.url)).bearer(&self.secret_key);
        match body {
            Some(body) => request.body("application/json", body.to_string()),
            None => request,
        }
    }

    /// A question to the sandbox, with the shop's key there.
    pub(super) fn of_sandbox(&self, path: &str) -> Request {
        Request::new(Method::GET, format!("{}/sandbox/v1{path}", self.url)).bearer(&self.sandbox_key)
    }

    /// Sends a request once.
    pub(super) async fn send(&self, request: Request) -> Result<Answer, Failure> {
        self.within(request, TIMEOUT).await
    }

    /// Sends a request and hangs up before it can be answered.
    pub(super) async fn cut_off(&self, request: Request, after: Duration) {
        let _ = self.within(request, after).await;
    }

    async fn within(&self, request: Request, limit: Duration) -> Result<Answer, Failure> {
        let step = Step::send(request, |answer| Ok(Step::Done(answer.clone())));
        self.sender.run(step, limit).await
    }

    /// Sends a request until the answer is not "later".
    pub(super) async fn until_answered(&self, request: Request) -> Result<Answer, TriggerError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let answer = self.send(request.clone()).await?;
            let later = match answer.status {
                429 | 503 => true,
                409 => {
                    let code = json(&answer).get("code").and_then(Value::as_str).map(str::to_owned);
                    ["session_opening", "idempotency_in_progress"]
                        .contains(&code.as_deref().unwrap_or_default())
                }
                _ => false,
            };
            if !later || tried == TRIES_MAX {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
}

/// An answer's JSON, or null.
pub(super) fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// A text in an answer's JSON, or nothing.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
