//! What the fake of Stripe's API does for a merchant: refunds, and closing a checkout.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{Mood, StripeApi};

/// A refund that was made.
#[derive(Clone)]
pub(super) struct Made {
    key: String,
    form: Vec<(String, String)>,
    object: Value,
}

impl StripeApi {
    /// How refunds and closings go from now on.
    pub fn acts(&self, mood: Mood) {
        self.lock().acts = mood;
    }

    /// How questions, refunds and closings go from now on.
    pub fn answers(&self, mood: Mood) {
        let mut inner = self.lock();
        (inner.acts, inner.asks) = (mood, mood);
    }

    /// Questions about checkouts, and closings of them, that came.
    pub fn asked(&self) -> usize {
        self.lock().asked
    }

    /// What becomes of refunds from now on: Stripe's word.
    pub fn refunds_are(&self, status: &'static str) {
        self.lock().refund_status = status;
    }

    /// The refunds that were made: their forms.
    pub fn refunds(&self) -> Vec<Vec<(String, String)>> {
        self.lock().refunds.iter().map(|made| made.form.clone()).collect()
    }

    /// The refunds that were made, as Stripe's own events show them.
    pub fn refund_objects(&self) -> Vec<Value> {
        self.lock().refunds.iter().map(|made| made.object.clone()).collect()
    }

    /// Requests for refunds that came, whatever became of them.
    pub fn refund_requests(&self) -> usize {
        self.lock().refund_requests
    }

    /// Sets what the checkout of a session is from now on.
    pub fn sets_checkout(&self, session: &str, change: &Value) -> Value {
        let mut inner = self.lock();
        let mut all = inner.by_id.values_mut();
        let known = all.find(|checkout| checkout["client_reference_id"] == session).expect("a checkout");
        for (name, value) in change.as_object().expect("an object") {
            known[name] = value.clone();
        }
        known.clone()
    }
}

type Answer = (StatusCode, Json<Value>);

fn no(status: StatusCode, kind: &str, code: &str) -> Answer {
    (status, Json(json!({ "error": { "type": kind, "code": code, "message": "planted words of Stripe" } })))
}

/// `POST /v1/refunds`
pub(super) async fn refund(State(api): State<StripeApi>, headers: HeaderMap, body: String) -> Answer {
    let form: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let key = headers["idempotency-key"].to_str().expect("a key").to_owned();
    let of = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let (mood, answer) = {
        let mut inner = api.lock();
        inner.refund_requests += 1;
        let mood = inner.acts;
        if mood == Mood::Refuses {
            return no(StatusCode::BAD_REQUEST, "invalid_request_error", "charge_disputed");
        }
        let known = inner.refunds.iter().find(|made| made.key == key).cloned();
        let object = match known {
            Some(made) if made.form != form => {
                return no(StatusCode::BAD_REQUEST, "idempotency_error", "idempotency_key_in_use");
            }
            Some(made) => made.object,
            None => {
                let status = if inner.refund_status.is_empty() { "succeeded" } else { inner.refund_status };
                let object = json!({
                    "id": format!("re_{}", inner.refunds.len() + 1), "object": "refund",
                    "amount": of("amount").and_then(|text| text.parse::<u64>().ok()), "currency": "eur",
                    "created": payproof_edge::app::now().seconds(), "status": status,
                    "payment_intent": of("payment_intent"),
                    "metadata": { "session_id": of("metadata[session_id]"), "refund_id": of("metadata[refund_id]") },
                });
                inner.refunds.push(Made { key, form, object: object.clone() });
                object
            }
        };
        (mood, object)
    };
    match mood {
        Mood::Breaks | Mood::BreaksForGood => no(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "none"),
        Mood::Hangs => std::future::pending().await,
        Mood::Fine | Mood::Refuses => (StatusCode::OK, Json(answer)),
    }
}

/// `POST /v1/checkout/sessions/{id}/expire`
pub(super) async fn expire(State(api): State<StripeApi>, Path(id): Path<String>) -> Answer {
    let mood = {
        let mut inner = api.lock();
        inner.asked += 1;
        let mood = inner.acts;
        match inner.by_id.get_mut(&id) {
            None => return no(StatusCode::NOT_FOUND, "invalid_request_error", "resource_missing"),
            Some(checkout) if checkout["status"] != "open" && mood == Mood::Fine => {
                return no(StatusCode::BAD_REQUEST, "invalid_request_error", "none");
            }
            Some(checkout) if mood != Mood::Refuses && checkout["status"] == "open" => {
                checkout["status"] = json!("expired");
            }
            Some(_) => {}
        }
        mood
    };
    match mood {
        Mood::Refuses => no(StatusCode::UNAUTHORIZED, "invalid_request_error", "api_key_expired"),
        Mood::Breaks | Mood::BreaksForGood => no(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "none"),
        Mood::Hangs => std::future::pending().await,
        Mood::Fine => {
            let checkout = api.lock().by_id.get(&id).cloned().unwrap_or_default();
            (StatusCode::OK, Json(checkout))
        }
    }
}
