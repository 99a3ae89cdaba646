//! The shop as a client of payproof: its public HTTP API with the shop's secret key, like any other shop's server.

use std::time::Duration;

use http::Method;
use payproof::payment::Moment;
use payproof::provider::{Answer, Failure, Request, Step};
use payproof::secret::Secret;
use payproof_edge::send::Sender;
use serde::Deserialize;
use serde_json::json;

use super::catalogue::CURRENCY;
use super::order::{Opened, Order};

/// How long payproof has for an answer: opening a session takes at most 20 s.
const TIMEOUT: Duration = Duration::from_secs(25);
/// How often a request whose outcome is unknown is sent again: each of them may be.
const TRIES_MAX: u32 = 4;
/// The longest wait before that.
const WAIT_SECONDS_MAX: u64 = 3;

/// What the shop asks payproof.
#[derive(Debug)]
pub(super) struct Client {
    url: String,
    key: Secret,
    sender: Sender,
}

/// How the customer wants to pay; what is left open payproof decides.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Choice<'a> {
    pub(super) method: Option<&'a str>,
    pub(super) provider: Option<&'a str>,
}

/// Why payproof did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// It said no.
    #[error("{code}: {detail}")]
    No { code: String, detail: String },
    /// It did not answer, or not in a way that can be understood.
    #[error("payproof did not answer: {0}")]
    Silent(String),
}

/// What payproof says of an order.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Truth {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount_paid: u64,
    pub(super) amount_refunded: u64,
    pub(super) attention: Vec<String>,
    pub(super) sessions: Vec<SessionTruth>,
}

/// What it says of a session.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SessionTruth {
    pub(super) id: String,
    pub(super) attempt: u8,
    pub(super) status: String,
    pub(super) message: String,
    pub(super) can_retry: bool,
    pub(super) retry_methods: Vec<String>,
    pub(super) provider: String,
    pub(super) method: String,
    pub(super) reason: Option<String>,
    pub(super) expires_at: String,
}

impl SessionTruth {
    /// Whether a customer can still go and pay there.
    pub(super) fn is_open(&self, now: Moment) -> bool {
        let ahead = Moment::parse_rfc3339(&self.expires_at).is_some_and(|expires_at| expires_at > now);
        ahead && ["created", "pending"].contains(&self.status.as_str())
    }

    /// Whether nobody paid there, and nobody can any more.
    pub(super) fn ran_out(&self, now: Moment) -> bool {
        !self.is_open(now) && ["created", "pending"].contains(&self.status.as_str())
    }
}

/// Somebody of the shop who decides something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Staff<'a> {
    pub(super) actor: &'a str,
    /// Why, as the log keeps it.
    pub(super) note: &'a str,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    kind: String,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Truth>,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    detail: Option<String>,
    title: Option<String>,
}

impl Client {
    pub(super) fn new(url: &str, key: Secret) -> Self {
        Self { url: url.to_owned(), key, sender: Sender::default() }
    }

    /// Says what an order costs.
    pub(super) async fn register(&self, order: &Order) -> Result<(), Trouble> {
        let lines: Vec<_> = order
            .lines
            .iter()
            .map(|line| json!({ "name": line.name, "quantity": line.quantity, "unit_amount": line.unit_amount }))
            .collect();
        let mut body = json!({ "amount": order.amount, "currency": CURRENCY, "line_items": lines });
        let country = order.played.as_ref().and_then(|played| played.case.country());
        if let (Some(country), Some(body)) = (country, body.as_object_mut()) {
            body.insert("country".to_owned(), country.into());
        }
        let request = self
            .request(Method::PUT, &format!("/v1/orders/{}", order.id))
            .body("application/json", body.to_string());
        self.call::<serde::de::IgnoredAny>(request).await.map(|_| ())
    }

    /// Opens a payment session. The same `attempt` again gives the same session, also where the first answer was lost.
    pub(super) async fn open(
        &self,
        order: &Order,
        attempt: u8,
        choice: Choice<'_>,
    ) -> Result<Opened, Trouble> {
        let page = format!("{}/demo/orders/{}", self.url, order.id);
        let mut body = json!({ "order_id": order.id, "return_url": page, "cancel_url": page });
        let Choice { method, provider } = choice;
        for (name, value) in [("method", method), ("provider", provider)] {
            if let (Some(value), Some(body)) = (value, body.as_object_mut()) {
                body.insert(name.to_owned(), value.into());
            }
        }
        let [by, at] = [method, provider].map(|chosen| chosen.unwrap_or("any"));
        let key = format!("{}-{attempt}-{by}-{at}", order.id);
        let request = self.request(Method::POST, "/v1/sessions").header("idempotency-key", key);
        self.call(request.body("application/json", body.to_string())).await
    }

    /// What payproof says of an order.
    pub(super) async fn order(&self, id: &str) -> Result<Truth, Trouble> {
        self.call(self.request(Method::GET, &format!("/v1/orders/{id}"))).await
    }

    /// What it says of the newest orders.
    pub(super) async fn orders(&self) -> Result<Vec<Truth>, Trouble> {
        let page: Page = self.call(self.request(Method::GET, "/v1/orders")).await?;
        Ok(page.data)
    }

    /// How many webhooks payproof's log of a session's order tells of.
    pub(super) async fn webhooks_of(&self, session: &str) -> Result<usize, Trouble> {
        let path = format!("/v1/sessions/{session}/timeline");
        let log: Log = self.call(self.request(Method::GET, &path)).await?;
        Ok(log.entries.iter().filter(|entry| entry.kind == "webhook_received").count())
    }

    /// Says by name that what came for a session is enough.
    pub(super) async fn approve(&self, session: &str, by: Staff<'_>) -> Result<(), Trouble> {
        let body = json!({ "decision": "approve", "actor": by.actor, "note": by.note });
        self.act(&format!("/v1/sessions/{session}/review"), &body, None).await
    }

    /// Says by name that somebody has looked at this word of an order's `attention`.
    pub(super) async fn acknowledge(&self, order: &str, word: &str, by: Staff<'_>) -> Result<(), Trouble> {
        let body = json!({ "attention": [word], "actor": by.actor, "note": by.note });
        self.act(&format!("/v1/orders/{order}/acknowledge"), &body, None).await
    }

    /// Sends a part of an order's money back, once for each `key`.
    pub(super) async fn refund(
        &self,
        order: &str,
        minor: u64,
        reason: &str,
        key: &str,
    ) -> Result<(), Trouble> {
        let body = json!({ "amount": minor, "reason": reason });
        self.act(&format!("/v1/orders/{order}/refunds"), &body, Some(key)).await
    }

    async fn act(&self, path: &str, body: &serde_json::Value, key: Option<&str>) -> Result<(), Trouble> {
        let request = self.request(Method::POST, path).body("application/json", body.to_string());
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        self.call::<serde::de::IgnoredAny>(request).await.map(|_| ())
    }

    fn request(&self, method: Method, path: &str) -> Request {
        Request::new(method, format!("{}{path}", self.url)).bearer(&self.key)
    }

    async fn call<T: serde::de::DeserializeOwned>(&self, request: Request) -> Result<T, Trouble> {
        let mut tried = 0;
        loop {
            tried += 1;
            let step = Step::send(request.clone(), |answer| Ok(Step::Done(answer.clone())));
            let (wait, trouble) = match self.sender.run(step, TIMEOUT).await {
                Ok(answer) if answer.is_success() => return answer.json().map_err(silent),
                Ok(answer) => (again_after(&answer), said(&answer)),
                Err(failure) => (Some(1), silent(failure)),
            };
            match wait.filter(|_| tried < TRIES_MAX) {
                Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
                None => return Err(trouble),
            }
        }
    }
}

fn silent(failure: Failure) -> Trouble {
    Trouble::Silent(failure.to_string())
}

fn said(answer: &Answer) -> Trouble {
    match answer.json::<Problem>() {
        Ok(Problem { code, detail, title }) => {
            Trouble::No { code, detail: detail.or(title).unwrap_or_default() }
        }
        Err(failure) => silent(failure),
    }
}

/// The seconds after which it may be asked again; none where the answer will be the same.
fn again_after(answer: &Answer) -> Option<u64> {
    let header =
        answer.headers.get(http::header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let busy = matches!(answer.status, 429 | 500 | 503 | 504);
    header.or(busy.then_some(1)).filter(|seconds| *seconds <= WAIT_SECONDS_MAX)
}
