//! What things cost: requests and write units, counted on the wire, and the size of an ordinary order's item.

use bytes::Bytes;
use payproof::notify::Loopback;
use payproof::payment::Details;
use payproof_edge::api::{Request, Response};
use payproof_edge::app::{App, now};
use payproof_edge::send::Sender;
use payproof_edge::settings::Settings;
use payproof_edge::shops::Freshness;
use payproof_edge::store::size::{item_bytes, write_units};
use payproof_local::{Data, Options, Stack};
use serde_json::{Value, json};

use crate::door::Doors;
use crate::shop_server::{NEW_KEY, OLD_KEY, ShopServer};
use crate::stripe_api::{StripeApi, event};
use crate::world::{STRIPE_SECRET, Shop};

/// An ordinary order: an e-mail address and three short notes.
fn ordinary() -> Value {
    json!({
        "amount": 4999, "currency": "EUR", "customer_email": "erika.mustermann@example.test",
        "metadata": { "basket": "b-20261124-77", "channel": "web", "campaign": "autumn" },
    })
}

/// A stack whose store is reached through a door that counts.
pub struct Counted {
    pub stack: Stack,
    doors: Doors,
    pub app: App,
    shop: Shop,
}

impl Counted {
    pub async fn start() -> Self {
        let (doors, stripe) = (Doors::default(), StripeApi::start().await);
        let key = |prefix: &str| format!("{prefix}_shop_{:0>43}", 1);
        let shop = Shop {
            id: "shop",
            secret_key: key("sk"),
            read_key: key("rk"),
            publishable_key: key("pk"),
            http: crate::world::client(),
            url: String::new(),
        };
        let options = Options {
            addr: "127.0.0.1:0".parse().expect("an address"),
            data: Data::Memory,
            public_url: Some("https://pay.shop.example".to_owned()),
            shops: vec![shop.document(&stripe.url).to_string()],
        };
        let stack = Stack::start(options).await.expect("the stack starts");
        let endpoint_url = Some(doors.open_to(&stack.store_url).await);
        let app = App::new(&Settings { endpoint_url, ..stack.settings() });
        Self { stack, doors, app, shop }
    }

    /// A request of the shop's server.
    pub fn request(&self, method: &str, path: &str, body: Option<Value>) -> Request {
        let request = http::Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {}", self.shop.secret_key));
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        request.body(Bytes::from(body)).expect("a request")
    }

    async fn webhook(&self, event: &Value) -> Response {
        let body = event.to_string();
        let secret = payproof::secret::Secret::new(STRIPE_SECRET);
        let signature = payproof::provider::stripe::sign(&secret, now().seconds(), body.as_bytes());
        let request = http::Request::post("/v1/webhooks/shop/stripe").header("stripe-signature", signature);
        webhook_receive::handle(&self.app, request.body(Bytes::from(body)).expect("a request"), now()).await
    }

    /// Requests to the store that `flow` takes.
    pub async fn requests<T>(&self, flow: impl Future<Output = T>) -> (usize, T) {
        self.doors.let_through();
        let done = flow.await;
        (self.doors.count(), done)
    }

    /// Bytes of the largest item in the order's partition and the sum of units that writing each once takes.
    async fn order_bytes(&self, order: &str) -> usize {
        let store = &self.stack.app.store;
        let get = store.client().get_item().table_name(store.payments_table());
        let id = self.shop.payment_id(order).to_string();
        let get = get.key("pk", aws_sdk_dynamodb::types::AttributeValue::S(id));
        let get = get.key("sk", aws_sdk_dynamodb::types::AttributeValue::S("order".to_owned()));
        item_bytes(&get.send().await.expect("a read").item.expect("an item"))
    }

    async fn attempt_bytes(&self, order: &str) -> usize {
        let store = &self.stack.app.store;
        let id = self.shop.payment_id(order).to_string();
        let query = store.client().query().table_name(store.payments_table());
        let query = query.key_condition_expression("pk = :pk AND begins_with(sk, :sk)");
        let query = query.expression_attribute_values(":pk", aws_sdk_dynamodb::types::AttributeValue::S(id));
        let query = query.expression_attribute_values(
            ":sk",
            aws_sdk_dynamodb::types::AttributeValue::S("attempt#".to_owned()),
        );
        let items = query.send().await.expect("a read").items.unwrap_or_default();
        items.iter().map(item_bytes).max().expect("an attempt")
    }
}

/// payment.md, section 10.
#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_order_keeps_to_its_budget_from_register_to_returned() {
    let world = Counted::start().await;
    // A shop's first request in a container reads its configuration.
    let warm = world.request("PUT", "/v1/orders/warm", Some(ordinary()));
    assert_eq!(world.requests(register_order::handle(&world.app, warm, now())).await.0, 3);
    let mut units = 0;

    let register = world.request("PUT", "/v1/orders/1042", Some(ordinary()));
    let (requests, answer) = world.requests(register_order::handle(&world.app, register, now())).await;
    assert_eq!((requests, answer.status().as_u16()), (2, 201), "write, look for early events");
    units += write_units(world.order_bytes("1042").await) + 1; // and one in the list's index

    let open = world.request("POST", "/v1/sessions", Some(json!({ "order_id": "1042", "method": "card" })));
    let (requests, answer) = world.requests(create_session::handle(&world.app, open, now())).await;
    assert_eq!(
        (requests, answer.status().as_u16()),
        (6, 201),
        "read, timer, attempt, reserve, early, attempt again"
    );
    let session: Value = serde_json::from_slice(answer.body()).expect("JSON");
    let attempt = write_units(world.attempt_bytes("1042").await);
    units += 1 + 2 * attempt + write_units(world.order_bytes("1042").await);

    let go = session["checkout_url"].as_str().expect("a URL").replace("https://pay.shop.example", "");
    let (requests, answer) =
        world.requests(pages::handle(&world.app, world.request("GET", &go, None), now())).await;
    assert_eq!((requests, answer.status().as_u16()), (3, 303), "two reads and a write");
    units += write_units(world.order_bytes("1042").await);

    let id = session["id"].as_str().expect("an id");
    let paid = event::paid("evt_1SXkR4LkdIwHu7ixQ2w3E4r5", id, 4999, "eur");
    let (requests, answer) = world.requests(world.webhook(&paid)).await;
    assert_eq!(
        (requests, answer.status().as_u16()),
        (1, 200),
        "a webhook that pays is one conditional update"
    );
    units += write_units(world.order_bytes("1042").await);
    let (requests, answer) = world.requests(world.webhook(&paid)).await;
    assert_eq!((requests, answer.status().as_u16()), (1, 200), "and so is its duplicate");
    assert!(String::from_utf8_lossy(answer.body()).contains("duplicate"));

    let secret = session["client_secret"].as_str().expect("a secret");
    let back = world.request("GET", &format!("/return/{id}?client_secret={secret}"), None);
    let (requests, answer) = world.requests(pages::handle(&world.app, back, now())).await;
    assert_eq!(
        (requests, answer.status().as_u16()),
        (3, 200),
        "two reads and a write; confirmed, so no timer"
    );
    units += write_units(world.order_bytes("1042").await);

    let poll = world.request("GET", &format!("/v1/sessions/{id}"), None);
    let (requests, answer) = world.requests(status_poll::handle(&world.app, poll, now())).await;
    assert_eq!((requests, answer.status().as_u16()), (1, 200), "a poll is one read");

    let bytes = world.order_bytes("1042").await;
    assert!(bytes < 1_024, "the item has {bytes} bytes at the end");
    assert!(units <= 9, "{units} units");
}

/// payment.md, section 10: telling the shop once.
#[tokio::test(flavor = "multi_thread")]
async fn telling_the_shop_at_the_first_try_is_one_query_one_put_and_one_unit() {
    let mut world = Counted::start().await;
    world.stack.stop_stream();
    let server = ShopServer::start().await;
    let mut document = world.shop.document("https://api.stripe.example");
    document["notify"] = json!({ "url": format!("{}/notify", server.url), "secrets": [OLD_KEY, NEW_KEY] });
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    world.app.to_shops = Sender::public_only(Loopback::Allowed);
    let shop = payproof::payment::ShopId::parse("shop").expect("a shop");
    let known = world.app.shops.get(&world.app.store, &shop, Freshness::Usual, now()).await;
    assert!(known.expect("a read").is_some());
    let register = world.request("PUT", "/v1/orders/1042", Some(ordinary()));
    register_order::handle(&world.app, register, now()).await;
    let payment = world.shop.payment_id("1042");
    let session = crate::suite::session(0);
    let order = world.app.store.load(&payment).await.expect("a read").expect("an order");
    let reserved = payproof::payment::reserve(&order, payproof::payment::Attempt::FIRST, session);
    world.app.store.save(&payment, &reserved).await.expect("a write");
    let paid = event::paid("evt_1", &world.shop.session_id("1042", 1).to_string(), 4999, "eur");
    assert_eq!(world.webhook(&paid).await.status(), 200);

    let (requests, told) = world.requests(notify_shop::handle(&world.app, payment, now())).await;
    told.expect("it is told");
    assert_eq!((requests, server.taken().len()), (2, 1), "a query and a put");
    let store = &world.stack.app.store;
    let get = store.client().get_item().table_name(store.payments_table());
    let get = get.key("pk", aws_sdk_dynamodb::types::AttributeValue::S(payment.to_string()));
    let get = get.key("sk", aws_sdk_dynamodb::types::AttributeValue::S("told#1".to_owned()));
    let item = get.send().await.expect("a read").item.expect("an item");
    assert_eq!(write_units(item_bytes(&item)), 1);
    assert!(!item.contains_key("l") && !item.contains_key("c"), "no unit of the index");
    let (requests, again) = world.requests(notify_shop::handle(&world.app, payment, now())).await;
    again.expect("there is nothing to tell");
    assert_eq!((requests, server.taken().len()), (1, 1), "looking again is a query");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_delivery_costs_no_read_of_the_order() {
    let world = Counted::start().await;
    let warm = world.request("PUT", "/v1/orders/warm", Some(ordinary()));
    register_order::handle(&world.app, warm, now()).await;
    let request = http::Request::post("/v1/webhooks/shop/stripe").header("stripe-signature", "t=1,v1=00");
    let request: Request = request.body(Bytes::from_static(b"{}")).expect("a request");
    let (requests, answer) = world.requests(webhook_receive::handle(&world.app, request, now())).await;
    assert_eq!(answer.status(), 401);
    assert!(requests <= 1, "at most the note: {requests}");
    let _ = Details::default();
}
