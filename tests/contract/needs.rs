//! What each function does to the payments table, by kind of partition. The table in `needs/said.rs` is what
//! `template.yaml` may allow, and what a recorded story of each function does.

#[path = "needs/said.rs"]
mod said;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use payproof::payment::{Moment, reserve};
use payproof::provider::stripe;
use payproof::secret::Secret;
use payproof_edge::api::{Function, Request, Response};
use payproof_edge::app::{App, now};
use payproof_edge::settings::Settings;
use serde_json::{Value, json};

use self::said::NOT_IN_THE_STORY;
pub use self::said::{NEEDS, QUEUE_NEEDS};
use crate::stripe_api::{Mood, event};
use crate::world::{STRIPE_SECRET, World, client};

/// A kind of partition (`index list#` for the index of that name, `index needs list#` for the other) and an action on it.
pub type Need = (String, String);

/// What went through the door.
#[derive(Clone)]
pub struct Door {
    to: String,
    http: reqwest::Client,
    seen: Arc<Mutex<BTreeSet<Need>>>,
}

impl Door {
    async fn to(url: &str) -> (Self, String) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = format!("http://{}", listener.local_addr().expect("an address"));
        let door = Self { to: url.to_owned(), http: client(), seen: Arc::default() };
        let router = Router::new().fallback(through).with_state(door.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (door, own)
    }
}

async fn through(State(door): State<Door>, request: http::Request<Body>) -> http::Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let verb = head.headers["x-amz-target"]
        .to_str()
        .expect("a target")
        .rsplit('.')
        .next()
        .expect("a verb")
        .to_owned();
    let asked: Value = serde_json::from_slice(&body).expect("JSON");
    if asked["TableName"] != "payproof-shops" {
        let index = asked["IndexName"]
            .as_str()
            .map(|name| if name == "list" { "index ".to_owned() } else { format!("index {name} ") });
        let found = partitions(&verb, &asked).into_iter().map(|partition| {
            let end = partition.find(['_', '#']).expect("a kind of partition") + 1;
            (format!("{}{}", index.clone().unwrap_or_default(), &partition[..end]), verb.clone())
        });
        door.seen.lock().expect("no panic").extend(found);
    }
    let mut headers = head.headers;
    headers.remove("host");
    let answer = door.http.post(&door.to).headers(headers).body(body).send().await.expect("an answer");
    let mut response = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers().iter().filter(|(name, _)| *name != "transfer-encoding") {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.bytes().await.expect("a body"))).expect("a response")
}

/// The partitions that a request names.
fn partitions(verb: &str, asked: &Value) -> Vec<String> {
    let of = |key: &Value| key["pk"]["S"].as_str().expect("a partition").to_owned();
    match verb {
        "GetItem" | "UpdateItem" | "DeleteItem" => vec![of(&asked["Key"])],
        "PutItem" => vec![of(&asked["Item"])],
        "Query" => {
            let values = &asked["ExpressionAttributeValues"];
            let partition = [":pk", ":l"].iter().find_map(|name| values[*name]["S"].as_str());
            vec![partition.expect("a partition").to_owned()]
        }
        "BatchGetItem" => {
            let tables = asked["RequestItems"].as_object().expect("tables");
            let keys = tables.values().flat_map(|wanted| wanted["Keys"].as_array().expect("keys"));
            keys.map(of).collect()
        }
        other => panic!("{other} is not expected at all"),
    }
}

/// Each function with an app, and a door, of its own.
pub struct Functions {
    pub world: World,
    pub apps: BTreeMap<&'static str, (App, Door)>,
}

impl Functions {
    async fn start() -> Self {
        let world = World::start().await;
        crate::remembered::adyen_joins(&world).await;
        let mut apps = BTreeMap::new();
        for function in Function::ALL.iter().copied() {
            let (door, url) = Door::to(&world.stack.store_url).await;
            let app = App::new(&Settings { endpoint_url: Some(url), ..world.stack.settings() });
            app.store.warm().await;
            apps.insert(function.name(), (app, door));
        }
        Self { world, apps }
    }

    /// Calls a function as its route would.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        headers: &[(&str, &str)],
    ) -> (u16, Value) {
        self.call_at(method, path, body, headers, now()).await
    }

    pub async fn call_at(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        headers: &[(&str, &str)],
        at: Moment,
    ) -> (u16, Value) {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let key = format!("Bearer {}", self.world.shop.secret_key);
        let request =
            request.header("authorization", key).body(Bytes::copy_from_slice(body)).expect("a request");
        let found = payproof_edge::api::routes::find(request.method(), request.uri().path());
        let payproof_edge::api::routes::Found::Route(route, _) = found else { panic!("no route {path}") };
        let (app, _) = &self.apps[route.function.name()];
        let response = handle(route.function, app, request, at).await;
        let status = response.status().as_u16();
        (status, serde_json::from_slice(response.body()).unwrap_or(Value::Null))
    }

    pub async fn json(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.call(method, path, body.to_string().as_bytes(), &[]).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, b"", &[]).await
    }

    pub async fn webhook(&self, event: &Value) -> Value {
        let body = event.to_string();
        let signature = stripe::sign(&Secret::new(STRIPE_SECRET), now().seconds(), body.as_bytes());
        let headers = [("stripe-signature", signature.as_str())];
        let (status, answer) = self.call("POST", "/v1/webhooks/shop/stripe", body.as_bytes(), &headers).await;
        assert_eq!(status, 200, "{answer}");
        answer["outcome"].clone()
    }
}

/// Each in a box: one future with room for every handler is too large for a thread's stack.
async fn handle(function: Function, app: &App, request: Request, now: Moment) -> Response {
    match function {
        Function::RegisterOrder => Box::pin(register_order::handle(app, request, now)).await,
        Function::CreateSession => Box::pin(create_session::handle(app, request, now)).await,
        Function::WebhookReceive => Box::pin(webhook_receive::handle(app, request, now)).await,
        Function::StatusPoll => Box::pin(status_poll::handle(app, request, now)).await,
        Function::MerchantRead => Box::pin(merchant_read::handle(app, request, now)).await,
        Function::MerchantAct => Box::pin(merchant_act::handle(app, request, now)).await,
        Function::Pages => Box::pin(pages::handle(app, request, now)).await,
        Function::NotifyShop | Function::Sweep | Function::Reconcile => {
            panic!("no route leads to {}", function.name())
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_function_does_what_it_is_said_to_do() {
    let functions = Functions::start().await;
    story(&functions).await;
    for function in Function::ALL.iter().copied() {
        let does = functions.apps[function.name()].1.seen.lock().expect("no panic").clone();
        let said: BTreeSet<Need> = NEEDS
            .iter()
            .filter(|(of, _, _)| *of == function)
            .flat_map(|(_, kind, verbs)| verbs.iter().map(|verb| ((*kind).to_owned(), (*verb).to_owned())))
            .collect();
        let unsaid: Vec<_> = does.difference(&said).collect();
        assert!(unsaid.is_empty(), "{} does more than it is said to do: {unsaid:?}", function.name());
        let excused = |need: &&Need| {
            NOT_IN_THE_STORY
                .iter()
                .any(|(of, kind, verb)| *of == function && need.0 == *kind && need.1 == *verb)
        };
        let undone: Vec<_> = said.difference(&does).filter(|need| !excused(need)).collect();
        assert!(undone.is_empty(), "{} is said to do what it never does: {undone:?}", function.name());
    }
}

/// Every road through the functions that touches the table in another way.
async fn story(functions: &Functions) {
    let world = &functions.world;
    let early = world.shop.session_id("1", 1).to_string();
    assert_eq!(functions.webhook(&event::paid("evt_early", &early, 4999, "eur")).await, "unmatched");

    let order = json!({ "amount": 4999, "currency": "EUR", "metadata": { "note": "x".repeat(200), "more": "y".repeat(200) } });
    assert_eq!(functions.json("PUT", "/v1/orders/1", order.clone()).await.0, 201);
    assert_eq!(functions.json("PUT", "/v1/orders/1", order.clone()).await.0, 200);
    let amended = json!({ "amount": 5000, "currency": "EUR", "description": "z".repeat(300) });
    assert_eq!(functions.json("PUT", "/v1/orders/1", amended).await.0, 200);
    assert_eq!(functions.json("PUT", "/v1/orders/1", order).await.0, 200);

    let (status, answer) = functions.json("POST", "/v1/sessions", json!({ "order_id": "1" })).await;
    assert_eq!(
        (status, answer["code"].as_str()),
        (409, Some("order_already_paid")),
        "by what came early: {answer}"
    );
    late_for_registration(functions).await;

    let key = [("idempotency-key", "one")];
    let body = |order: &str| json!({ "order_id": order }).to_string().into_bytes();
    assert_eq!(
        functions.json("PUT", "/v1/orders/2", json!({ "amount": 4999, "currency": "EUR" })).await.0,
        201
    );
    let (status, session) = functions.call("POST", "/v1/sessions", &body("2"), &key).await;
    assert_eq!(status, 201, "{session}");
    assert_eq!(functions.call("POST", "/v1/sessions", &body("2"), &key).await.0, 200);
    world.stripe.set_mood(Mood::Refuses);
    assert_eq!(
        functions.json("PUT", "/v1/orders/3", json!({ "amount": 4999, "currency": "EUR" })).await.0,
        201
    );
    let (status, answer) =
        functions.call("POST", "/v1/sessions", &body("3"), &[("idempotency-key", "two")]).await;
    assert_eq!(status, 502, "{answer}");
    world.stripe.set_mood(Mood::Fine);

    let id = session["id"].as_str().expect("an id").to_owned();
    let go = session["checkout_url"].as_str().and_then(|url| url.split_once("/go/")).expect("a URL").1;
    assert_eq!(functions.get(&format!("/go/{go}")).await.0, 303);
    let secret = session["client_secret"].as_str().expect("a secret");
    assert_eq!(functions.get(&format!("/return/{id}?client_secret={secret}")).await.0, 200);
    assert_eq!(functions.get(&format!("/v1/sessions/{id}")).await.0, 200);

    for number in 0..25 {
        let declined = json!({
            "id": format!("pi_{number}"), "object": "payment_intent", "livemode": false,
            "metadata": { "session_id": id }, "last_payment_error": { "code": "card_declined" },
        });
        let event = event::of(&format!("evt_{number}"), "payment_intent.payment_failed", declined);
        functions.webhook(&event).await;
    }
    assert_eq!(functions.webhook(&event::paid("evt_money", &id, 4999, "eur")).await, "applied");
    assert_eq!(functions.webhook(&event::paid("evt_money", &id, 4999, "eur")).await, "duplicate");
    let forged = event::paid("evt_forged", &id, 4999, "eur").to_string();
    assert_eq!(functions.call("POST", "/v1/webhooks/shop/stripe", forged.as_bytes(), &[]).await.0, 401);

    world.shop.opens("5").await;
    let fifth = world.shop.session_id("5", 1).to_string();
    assert_eq!(functions.webhook(&event::paid("evt_less", &fifth, 1000, "eur")).await, "review");
    let looked = json!({ "attention": ["amount_mismatch"], "actor": "Ada" });
    assert_eq!(functions.json("POST", "/v1/orders/5/acknowledge", looked).await.0, 200);
    let key = [("idempotency-key", "back")];
    assert_eq!(functions.call("POST", "/v1/orders/5/refunds", b"{}", &key).await.0, 200);
    world.shop.opens("6").await;
    let sixth = world.shop.session_id("6", 1);
    assert_eq!(functions.json("POST", &format!("/v1/sessions/{sixth}/cancel"), json!({})).await.0, 200);

    crate::looked::looked_at(functions).await;
    crate::stories::replayed(functions).await;
    let link = functions.json("POST", "/v1/payment-links", json!({ "order_id": "6" })).await;
    let url = link.1["url"].as_str().unwrap_or_else(|| panic!("{link:?}"));
    let path = &url[url.find("/pay/").expect("a path")..];
    assert_eq!(functions.get(path).await.0, 200);
    assert_eq!(functions.call("POST", path, b"method=card", &[]).await.0, 303);

    for path in [
        "/v1/orders/1",
        "/v1/orders",
        "/v1/orders?attention=any",
        "/v1/orders/1/timeline",
        "/v1/events",
        "/v1/events?outcome=refused",
    ] {
        assert_eq!(functions.get(path).await.0, 200, "{path}");
    }
    assert_eq!(functions.get(&format!("/v1/sessions/{id}/timeline")).await.0, 200);
    crate::remembered::remembered(functions).await;
    crate::routed::routed(functions).await;
    crate::stories::told_in_vain(functions, "2").await;
}

/// The reservation of an order's second session, by a request that stops there.
pub async fn reserved_by_hand(world: &World, order: &str) {
    let payment = world.stored(&world.shop, order).await.expect("the order");
    let session = payment.sessions.values().next().expect("a session").clone();
    let second = world.shop.session_id(order, 2);
    let change = reserve(&payment, second.attempt, session);
    world.stack.app.store.save(&payment.id, &change).await.expect("the store answers");
}

/// A webhook that named what it kept and then crashed, while its session was reserved: only a repeated registration,
/// or the next opening, finds it. The reservation is made by hand, for no request stops there.
async fn late_for_registration(functions: &Functions) {
    let world = &functions.world;
    world.shop.opens("4").await;
    let second = world.shop.session_id("4", 2);
    let paid = event::paid("evt_second", &second.to_string(), 4999, "eur");
    assert_eq!(functions.webhook(&paid).await, "unmatched");
    reserved_by_hand(world, "4").await;
    let order = json!({ "amount": 4999, "currency": "EUR" });
    let (status, answer) = functions.json("PUT", "/v1/orders/4", order).await;
    assert_eq!((status, answer["status"].as_str()), (200, Some("paid")), "{answer}");
}
