//! A small fake of Stripe's API on loopback: documented shapes, idempotency keys, and faults on demand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

#[path = "stripe_acts.rs"]
mod acts;

/// How the fake answers the next creations.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mood {
    #[default]
    Fine,
    /// 402 with Stripe's error shape.
    Refuses,
    /// 500: made or not, nobody knows.
    Breaks,
    /// 500, and again for each repeat of the key, as Stripe does.
    BreaksForGood,
    /// Makes the checkout and never answers.
    Hangs,
}

#[derive(Default)]
struct Inner {
    mood: Mood,
    by_key: HashMap<String, (Vec<(String, String)>, Value)>,
    by_id: HashMap<String, Value>,
    intents: HashMap<String, String>,
    checkouts_of: HashMap<String, Value>,
    creations: Vec<Vec<(String, String)>>,
    broken_keys: Vec<String>,
    endpoints: Option<Vec<Value>>,
    /// How the next refunds and closings go.
    acts: Mood,
    /// How the next questions about a checkout go, and how many questions and closings came.
    asks: Mood,
    asked: usize,
    refunds: Vec<acts::Made>,
    refund_requests: usize,
    refund_status: &'static str,
}

#[derive(Clone)]
pub struct StripeApi {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

impl StripeApi {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let api = Self { url, inner: Arc::default() };
        let router = Router::new()
            .route("/v1/checkout/sessions", post(create).get(list))
            .route("/v1/checkout/sessions/{id}", get(fetch))
            .route("/v1/checkout/sessions/{id}/expire", post(acts::expire))
            .route("/v1/payment_intents/{id}", get(intent))
            .route("/v1/webhook_endpoints", get(endpoints))
            .route("/v1/refunds", post(acts::refund))
            .with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        api
    }

    pub fn set_mood(&self, mood: Mood) {
        self.lock().mood = mood;
    }

    /// How many different checkouts were made.
    pub fn checkouts(&self) -> usize {
        self.lock().by_id.len()
    }

    /// The forms of the creations that came, repeats included.
    pub fn creations(&self) -> Vec<Vec<(String, String)>> {
        self.lock().creations.clone()
    }

    /// Enters these webhook endpoints. Until then the key may not list them.
    pub fn has_endpoints(&self, endpoints: Vec<Value>) {
        self.lock().endpoints = Some(endpoints);
    }

    /// Makes a payment intent that carries our session's id.
    pub fn knows_intent(&self, intent: &str, session: &str) {
        self.lock().intents.insert(intent.to_owned(), session.to_owned());
    }

    /// Makes the checkout, as it is now, that a payment intent belongs to.
    pub fn knows_checkout_of(&self, intent: &str, checkout: Value) {
        self.lock().checkouts_of.insert(intent.to_owned(), checkout);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().expect("no panic while it was held")
    }
}

async fn create(State(api): State<StripeApi>, headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
    let form: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    let (mood, answer) = {
        let mut inner = api.lock();
        inner.creations.push(form.clone());
        let mood = inner.mood;
        if mood == Mood::Refuses {
            let error = json!({ "error": { "type": "card_error", "code": "account_closed", "message": "This account is closed." } });
            return (StatusCode::PAYMENT_REQUIRED, Json(error));
        }
        // Stripe keeps the first answer to a key, an error of its own too.
        if mood == Mood::BreaksForGood {
            inner.broken_keys.push(key.clone());
        }
        if inner.broken_keys.contains(&key) {
            let error = json!({ "error": { "type": "api_error", "message": "An unknown error occurred." } });
            return (StatusCode::INTERNAL_SERVER_ERROR, Json(error));
        }
        if let Some((first, answer)) = inner.by_key.get(&key) {
            if *first != form {
                let error = json!({ "error": { "type": "idempotency_error", "message": "Keys for idempotent requests can only be used with the same parameters they were first used with." } });
                return (StatusCode::BAD_REQUEST, Json(error));
            }
            (mood, answer.clone())
        } else {
            let id = format!("cs_test_{:0>58}", inner.by_id.len() + 1);
            let of =
                |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            let answer = json!({
                "id": id, "object": "checkout.session", "status": "open", "payment_status": "unpaid",
                "payment_intent": null, "livemode": false,
                "client_reference_id": of("client_reference_id"),
                "metadata": { "session_id": of("metadata[session_id]") },
                "amount_total": of("line_items[0][price_data][unit_amount]").and_then(|text| text.parse::<u64>().ok()),
                "currency": of("line_items[0][price_data][currency]"),
                "expires_at": of("expires_at").and_then(|text| text.parse::<u64>().ok()),
                "url": format!("https://checkout.stripe.com/c/pay/{id}#{:0>300}", "fidkdWxOYHwnPyd1blpxYHZxWjA0"),
            });
            inner.by_id.insert(id, answer.clone());
            inner.by_key.insert(key, (form, answer.clone()));
            (mood, answer)
        }
    };
    match mood {
        Mood::Breaks => {
            let error = json!({ "error": { "type": "api_error", "message": "An unknown error occurred." } });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(error))
        }
        Mood::Hangs => std::future::pending().await,
        Mood::Fine | Mood::Refuses | Mood::BreaksForGood => (StatusCode::OK, Json(answer)),
    }
}

async fn fetch(State(api): State<StripeApi>, Path(id): Path<String>) -> (StatusCode, Json<Value>) {
    let (mood, known) = {
        let mut inner = api.lock();
        inner.asked += 1;
        (inner.asks, inner.by_id.get(&id).cloned())
    };
    let no = |status, kind: &str, code: &str| {
        (status, Json(json!({ "error": { "type": kind, "code": code, "message": "No such session" } })))
    };
    match (mood, known) {
        (Mood::Hangs, _) => std::future::pending().await,
        (Mood::Breaks | Mood::BreaksForGood, _) => no(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "none"),
        (Mood::Refuses, _) => no(StatusCode::UNAUTHORIZED, "invalid_request_error", "api_key_expired"),
        (Mood::Fine, Some(session)) => (StatusCode::OK, Json(session)),
        (Mood::Fine, None) => no(StatusCode::NOT_FOUND, "invalid_request_error", "resource_missing"),
    }
}

async fn list(State(api): State<StripeApi>, Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    let known = query.get("payment_intent").and_then(|intent| api.lock().checkouts_of.get(intent).cloned());
    Json(json!({ "object": "list", "data": known.into_iter().collect::<Vec<_>>(), "has_more": false }))
}

async fn endpoints(State(api): State<StripeApi>) -> (StatusCode, Json<Value>) {
    match &api.lock().endpoints {
        Some(endpoints) => {
            (StatusCode::OK, Json(json!({ "object": "list", "data": endpoints, "has_more": false })))
        }
        None => {
            let message = "The provided key 'rk_test_***' does not have the required permissions.";
            let error = json!({ "error": { "type": "invalid_request_error", "message": message } });
            (StatusCode::FORBIDDEN, Json(error))
        }
    }
}

async fn intent(State(api): State<StripeApi>, Path(id): Path<String>) -> (StatusCode, Json<Value>) {
    let inner = api.lock();
    match inner.intents.get(&id) {
        _ if inner.asks == Mood::Breaks => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Json(json!({ "error": { "type": "api_error", "message": "An unknown error occurred." } })),
        ),
        Some(session) => {
            let answer = json!({ "id": id, "object": "payment_intent", "livemode": false, "metadata": { "session_id": session } });
            (StatusCode::OK, Json(answer))
        }
        None => (
            StatusCode::NOT_FOUND,
            Json(
                json!({ "error": { "type": "invalid_request_error", "code": "resource_missing", "message": "No such payment_intent" } }),
            ),
        ),
    }
}

/// Events in Stripe's shape, reduced to what Stripe always sends.
pub mod event {
    use payproof_edge::app::now;
    use serde_json::{Value, json};

    /// A snapshot event.
    pub fn of(id: &str, kind: &str, object: Value) -> Value {
        json!({
            "id": id, "object": "event", "api_version": "2026-10-28.endive", "created": now().seconds(),
            "data": { "object": object }, "livemode": false, "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": null }, "type": kind,
        })
    }

    /// `checkout.session.completed`, paid.
    pub fn paid(id: &str, session: &str, amount: u64, currency: &str) -> Value {
        completed(id, session, "paid", amount, currency)
    }

    /// `checkout.session.completed` with this payment status.
    pub fn completed(id: &str, session: &str, payment_status: &str, amount: u64, currency: &str) -> Value {
        of(id, "checkout.session.completed", checkout(session, "complete", payment_status, amount, currency))
    }

    /// `payment_intent.processing`.
    pub fn processing(id: &str, session: &str) -> Value {
        let intent = json!({
            "id": "pi_3SXkQ2LkdIwHu7ix0a7VbN3m", "object": "payment_intent", "status": "processing", "livemode": false,
            "metadata": { "session_id": session },
        });
        of(id, "payment_intent.processing", intent)
    }

    /// `checkout.session.expired`.
    pub fn expired(id: &str, session: &str) -> Value {
        of(id, "checkout.session.expired", checkout(session, "expired", "unpaid", 4999, "eur"))
    }

    fn checkout(session: &str, status: &str, payment_status: &str, amount: u64, currency: &str) -> Value {
        json!({
            "id": "cs_test_a1Zx9CvBnMqWeRtYuIoPaSdFgHjKl2ZxCvBnMqWeRtYuIoPaSdFgHjK7Lp", "object": "checkout.session",
            "amount_total": amount, "currency": currency, "client_reference_id": session,
            "customer_details": { "email": "planted.customer@example.test" },
            "livemode": false, "metadata": { "session_id": session }, "mode": "payment",
            "payment_intent": if payment_status == "paid" { json!("pi_3SXkQ2LkdIwHu7ix0a7VbN3m") } else { Value::Null },
            "payment_status": payment_status, "status": status,
        })
    }
}
