//! A running stack and those who call it. Kinds of caller are types, so a test reads as who does what.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use payproof::payment::{Moment, Payment, PaymentId, SessionId};
use payproof::provider::stripe;
use payproof_edge::app::now;
use payproof_local::{Data, Options, Stack};
use serde_json::{Value, json};

use crate::stripe_api::StripeApi;

#[path = "contract.rs"]
pub mod contract;
#[path = "logged.rs"]
pub mod logged;

/// What the shop's Stripe endpoint is signed with, in tests.
pub const STRIPE_SECRET: &str = "whsec_Q8vN3mXc7LbT2yRk9WpZ4dHs6FgJ1aEu";

/// The shop's keys at the sandbox, where it has that too.
pub const SANDBOX_KEY: &str = "sbx_planted_sandbox_key";
pub const SANDBOX_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

/// A stack with a shop that has Stripe (a fake of its API) and the sandbox, and a second shop.
pub struct World {
    pub stack: Stack,
    pub stripe: StripeApi,
    pub http: reqwest::Client,
    pub shop: Shop,
    pub other: Shop,
}

/// A shop's server, with its keys.
#[derive(Clone)]
pub struct Shop {
    pub id: &'static str,
    pub secret_key: String,
    pub read_key: String,
    pub publishable_key: String,
    pub http: reqwest::Client,
    pub url: String,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Answer {
    /// The answer to a request whose method is not at hand, held to `openapi.yaml`.
    pub async fn of(response: reqwest::Response) -> Self {
        Self::to("", response).await
    }

    /// The answer to a request of this method, held to `openapi.yaml`.
    pub async fn to(method: &str, response: reqwest::Response) -> Self {
        let path = response.url().path().to_owned();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.text().await.expect("a body") }.held(method, &path)
    }

    /// This answer, which must be what `openapi.yaml` says of such a request; nothing secret was logged until now.
    pub fn held(self, method: &str, path: &str) -> Self {
        contract::check(method, path, self.status, &self.headers, &self.body);
        logged::assert_clean();
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.body))
    }

    /// The answer's JSON, which must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{problem}");
        assert!(problem["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{problem}");
    }
}

static KEYS: AtomicU64 = AtomicU64::new(1);

fn key(prefix: &str, shop: &str) -> String {
    format!("{prefix}_{shop}_{:0>43}", KEYS.fetch_add(1, Ordering::Relaxed))
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(Data::Memory).await
    }

    pub async fn start_with(data: Data) -> Self {
        logged::watch();
        let stripe = StripeApi::start().await;
        let http = client();
        let shops = ["shop", "other"].map(|id| Shop {
            id,
            secret_key: key("sk", id),
            read_key: key("rk", id),
            publishable_key: key("pk", id),
            http: http.clone(),
            url: String::new(),
        });
        let documents = shops.iter().map(|shop| shop.document(&stripe.url).to_string()).collect();
        let addr: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let options = Options { addr, data, public_url: None, shops: documents };
        let stack = Stack::start(options).await.expect("the stack starts");
        let [shop, other] = shops.map(|shop| Shop { url: stack.url.clone(), ..shop });
        Self { stack, stripe, http, shop, other }
    }

    /// Gives the shop the stack's sandbox too, these rules, and Stripe at this address.
    pub async fn has_both(&self, routing: Value, stripe_url: &str) {
        let document = self.shop.document_with_both(stripe_url, &self.stack.url, routing);
        self.stack.put_shop(&document.to_string()).await.expect("a shop");
    }

    /// The sandbox's checkout of a session, where it made one.
    pub async fn at_sandbox(&self, session: &SessionId) -> Option<Value> {
        let url = format!("{}/sandbox/v1/checkouts/by-reference/{session}", self.stack.url);
        let answer = self.http.get(url).bearer_auth(SANDBOX_KEY).send().await.expect("an answer");
        (answer.status() == 200).then_some(())?;
        Some(answer.json().await.expect("JSON"))
    }

    /// Waits until a session has this status: the sandbox tells of it by a webhook.
    pub async fn until(&self, session: &SessionId, status: &str) {
        for _ in 0..100 {
            let now = self.shop.get(&format!("/v1/sessions/{session}")).await.expect(200);
            if now["status"] == status {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{session} is not {status} after five seconds");
    }

    /// A Stripe delivery to a shop's endpoint, signed with this secret at this moment.
    pub async fn stripe_posts(&self, shop: &str, secret: &str, at: Moment, event: &Value) -> Answer {
        let body = serde_json::to_vec_pretty(event).expect("JSON");
        let signature = stripe::sign(&payproof::secret::Secret::new(secret), at.seconds(), &body);
        self.posts(shop, "stripe", &[("stripe-signature", &signature)], body).await
    }

    /// A properly signed Stripe delivery.
    pub async fn stripe_tells(&self, event: &Value) -> Answer {
        self.stripe_posts("shop", STRIPE_SECRET, now(), event).await
    }

    pub async fn posts(&self, shop: &str, provider: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let url = format!("{}/v1/webhooks/{shop}/{provider}", self.stack.url);
        let mut request =
            self.http.post(url).header("content-type", "application/json; charset=utf-8").body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::to("POST", request.send().await.expect("an answer")).await
    }

    /// The order as the store holds it.
    pub async fn stored(&self, shop: &Shop, order: &str) -> Option<Payment> {
        self.stack.app.store.load(&shop.payment_id(order)).await.expect("the store answers")
    }

    /// Everything in the payments table, so that a test can say that nothing was written.
    pub async fn items(&self) -> usize {
        let store = &self.stack.app.store;
        let scan = store.client().scan().table_name(store.payments_table()).send().await.expect("a scan");
        scan.items().len()
    }
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

impl Shop {
    pub fn document(&self, stripe_url: &str) -> Value {
        json!({
            "id": self.id,
            "name": "Test shop",
            "api_keys": {
                "secret": [self.secret_key], "read": [self.read_key], "publishable": [self.publishable_key],
            },
            "return_url_prefixes": ["https://shop.example/", "http://localhost:3000/shop/"],
            "providers": {
                "stripe": { "api_key": "sk_test_planted_stripe_key", "webhook_secrets": [STRIPE_SECRET], "api_base": stripe_url },
            },
        })
    }

    /// The shop with the sandbox of the stack at `stack_url` beside Stripe.
    pub fn document_with_both(&self, stripe_url: &str, stack_url: &str, routing: Value) -> Value {
        let mut document = self.document(stripe_url);
        document["providers"]["sandbox"] = json!({
            "api_key": SANDBOX_KEY, "webhook_secrets": [SANDBOX_SECRET], "api_base": format!("{stack_url}/sandbox"),
        });
        document["routing"] = routing;
        document
    }

    pub fn payment_id(&self, order: &str) -> PaymentId {
        let shop = payproof::payment::ShopId::parse(self.id).expect("a shop id");
        PaymentId::of(&shop, &payproof::payment::OrderId::parse(order).expect("an order id"))
    }

    pub fn session_id(&self, order: &str, attempt: u8) -> SessionId {
        SessionId::parse(&format!("cs_{}_{attempt}", self.payment_id(order).chars())).expect("a session id")
    }

    pub async fn call(&self, method: &str, path: &str, key: &str, body: Option<&Value>) -> Answer {
        let verb = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(verb, format!("{}{path}", self.url));
        if !key.is_empty() {
            request = request.bearer_auth(key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::to(method, request.send().await.expect("an answer")).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path, &self.secret_key, Some(&body)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, &self.secret_key, Some(&body)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &self.secret_key, None).await
    }

    /// Registers an order over EUR 49.99.
    pub async fn registers(&self, order: &str) -> Value {
        self.put(&format!("/v1/orders/{order}"), json!({ "amount": 4999, "currency": "EUR" }))
            .await
            .expect(201)
    }

    /// Registers an order and opens a session for it.
    pub async fn opens(&self, order: &str) -> Value {
        self.registers(order).await;
        self.post("/v1/sessions", json!({ "order_id": order })).await.expect(201)
    }

    pub async fn order(&self, order: &str) -> Value {
        self.get(&format!("/v1/orders/{order}")).await.expect(200)
    }

    pub async fn status(&self, order: &str) -> String {
        self.order(order).await["status"].as_str().expect("a status").to_owned()
    }
}
