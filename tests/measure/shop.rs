//! A shop on a store: orders that can be paid, and the deliveries that pay them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use payproof::payment::SessionId;
use payproof::provider::{self, Answer, stripe};
use payproof::secret::Secret;
use payproof::shop::with_hashed_keys;
use payproof_edge::api::{Request, Response};
use payproof_edge::app::{App, now};
use payproof_edge::flow::tell_shop;
use payproof_edge::send::{Sender, Sent, Transport};
use payproof_edge::settings::Settings;
use serde_json::{Value, json};

use crate::stripe_api::StripeApi;

/// What the shop's Stripe endpoint is signed with.
const STRIPE_SECRET: &str = "whsec_Q8vN3mXc7LbT2yRk9WpZ4dHs6FgJ1aEu";

/// What the shop verifies with that it is told by us.
const NOTIFY_SECRET: &str = "whsec_OKjEBtTbf0hjb7aMV0feas3OW/8/hMUM";

/// A paid checkout's event, with every field that Stripe sends.
const VECTOR: &str = "checkout_completed_paid";
/// The session that stands in it.
const VECTOR_SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
/// The event's id that stands in it.
const VECTOR_EVENT: &str = "evt_1SXkR4LkdIwHu7ixQ2w3E4r5";

/// A shop and its store.
pub struct Shop {
    pub settings: Settings,
    secret_key: String,
    app: App,
    orders: AtomicUsize,
    body: String,
    event: Value,
}

/// The shop's own server, without a socket: it takes whatever it is told.
struct TakesAll;

impl Transport for TakesAll {
    fn send(&self, _: provider::Request) -> Sent<'_> {
        Box::pin(async { Ok(Answer { status: 204, headers: http::HeaderMap::new(), body: Vec::new() }) })
    }
}

/// An open session, as its creation was answered.
pub struct Session {
    pub id: String,
    pub client_secret: String,
    pub go: String,
}

impl Shop {
    /// A shop with Stripe (a fake of its API of its own: the session ids are the same on each store) on a store: tables and configuration are written.
    pub async fn on(settings: Settings, stripe: StripeApi) -> Self {
        let app = App::new(&settings);
        app.store.create_tables().await.expect("the tables can be created");
        let secret_key = format!("sk_shop_{:0>43}", 1);
        let document = json!({
            "id": "shop", "name": "Measured shop",
            "api_keys": { "secret": [secret_key], "read": [], "publishable": [] },
            "return_url_prefixes": ["https://shop.example/"],
            "notify": { "url": "https://shop.example/told", "secrets": [NOTIFY_SECRET] },
            "providers": {
                "stripe": { "api_key": "sk_test_none", "webhook_secrets": [STRIPE_SECRET], "api_base": stripe.url },
            },
        });
        let (id, stored) = with_hashed_keys(document.to_string().as_bytes()).expect("a shop's configuration");
        app.store.put_shop_document(&id, &stored).await.expect("it can be written");
        let vectors: Value =
            serde_json::from_str(include_str!("../../shared/core/vectors/stripe/deliveries.json"))
                .expect("JSON");
        let vectors = vectors.as_array().expect("a list");
        let vector = vectors.iter().find(|vector| vector["name"] == VECTOR).expect("the vector");
        let body =
            vector["body"].as_str().expect("a body").replace("\"livemode\": true", "\"livemode\": false");
        let recorded: Value =
            serde_json::from_str(include_str!("../lambda/events/15_webhook_again.json")).expect("JSON");
        let event = recorded["event"].clone();
        Self { settings, secret_key, app, orders: AtomicUsize::new(1), body, event }
    }

    /// The same shop, its requests going through another address of the same store.
    pub fn through(&self, settings: &Settings) -> App {
        let mut app = App::new(settings);
        app.to_shops = Sender::instead(Arc::new(TakesAll));
        app
    }

    /// Tells the shop what changed of a session's order: how many notifications it took.
    pub async fn is_told(&self, app: &App, session: &str) -> u64 {
        let session = SessionId::parse(session).expect("a session id");
        tell_shop(app, session.payment, now()).await.expect("the store answers")
    }

    /// Registers an order and opens a session for it.
    pub async fn opens(&self) -> Session {
        self.opens_with(&self.app).await
    }

    /// As [`Self::opens`], with this app.
    pub async fn opens_with(&self, app: &App) -> Session {
        let order = format!("order-{}", self.orders.fetch_add(1, Ordering::Relaxed));
        let key = format!("Bearer {}", self.secret_key);
        let body = json!({
            "amount": 4999, "currency": "EUR", "customer_email": "customer@shop.example",
            "metadata": { "cart": "c_81723", "channel": "web", "campaign": "autumn" },
        });
        let registered = request("PUT", &format!("/v1/orders/{order}"), &key, &body.to_string());
        let registered = register_order::handle(app, registered, now()).await;
        assert_eq!(registered.status(), 201, "{:?}", registered.body());
        let body = json!({ "order_id": order, "method": "card" }).to_string();
        let opened = create_session::handle(app, request("POST", "/v1/sessions", &key, &body), now()).await;
        assert_eq!(opened.status(), 201, "{:?}", opened.body());
        let opened: Value = serde_json::from_slice(opened.body()).expect("JSON");
        let text = |name: &str| opened[name].as_str().expect("a text").to_owned();
        let go = text("checkout_url").replace(&self.settings.public_url, "");
        Session { id: text("id"), client_secret: text("client_secret"), go }
    }

    /// A customer's browser asks for a page.
    pub async fn browses(&self, app: &App, path: &str) -> Response {
        pages::handle(app, request("GET", path, "", ""), now()).await
    }

    /// The event of API Gateway around a signed delivery that pays a session.
    pub fn pays(&self, session: &str, nth: usize) -> Bytes {
        let body = self.delivery(session, nth);
        let signature = stripe::sign(&Secret::new(STRIPE_SECRET), now().seconds(), body.as_bytes());
        self.around(&body, &signature)
    }

    /// The same with a signature that does not fit.
    pub fn forges(&self, session: &str, nth: usize) -> Bytes {
        self.around(&self.delivery(session, nth), &format!("t={},v1={nth:064x}", now().seconds()))
    }

    fn delivery(&self, session: &str, nth: usize) -> String {
        self.body
            .replace(VECTOR_SESSION, session)
            .replace(VECTOR_EVENT, &format!("evt_1SXkR4LkdIwHu7ix{nth:08}"))
    }

    fn around(&self, body: &str, signature: &str) -> Bytes {
        let mut event = self.event.clone();
        event["headers"]["Stripe-Signature"] = json!(signature);
        event["body"] = json!(body);
        Bytes::from(event.to_string())
    }
}

fn request(method: &str, path: &str, key: &str, body: &str) -> Request {
    let request = http::Request::builder().method(method).uri(path).header("authorization", key);
    request.body(Bytes::copy_from_slice(body.as_bytes())).expect("a request")
}
