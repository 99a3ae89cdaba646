//! What a webhook and an order cost, in requests to the store and in write units: the numbers that are no timings.

use std::time::Instant;

use payproof::provider::stripe;
use payproof::secret::Secret;
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::binaries;
use crate::events::answer;
use crate::function::{Function, environment};
use crate::meter::{Counted, Meter};
use crate::stripe_api::event;
use crate::world::{Answer, STRIPE_SECRET, World};

/// An event of API Gateway around a request.
fn around(method: &str, path: &str, headers: Value, body: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    json!({
        "version": "2.0", "rawPath": path, "rawQueryString": query, "headers": headers, "body": body,
        "requestContext": { "http": { "method": method }, "stage": "$default" }, "isBase64Encoded": false,
    })
    .to_string()
}

/// Posts a signed delivery.
async fn tells(function: &Function, said: &Value) -> Answer {
    let body = serde_json::to_string_pretty(said).expect("JSON");
    let signature = stripe::sign(&Secret::new(STRIPE_SECRET), now().seconds(), body.as_bytes());
    posts(function, &signature, &body).await
}

async fn posts(function: &Function, signature: &str, body: &str) -> Answer {
    let headers = json!({ "stripe-signature": signature });
    answer(function.invoke(around("POST", "/v1/webhooks/shop/stripe", headers, body)).await)
}

async fn start(name: &str, meter: &Meter) -> Function {
    let folder = tokio::task::spawn_blocking(binaries::folder).await.expect("no panic");
    Function::start(&folder.join(name), &environment(meter.settings())).await
}

fn counted(operation: &str, what: &str, status: u16) -> Counted {
    let writes = operation != "GetItem";
    Counted {
        operation: operation.to_owned(),
        what: what.to_owned(),
        writes,
        units: usize::from(writes),
        index_units: 0,
        status,
    }
}

/// aws-powertools/powertools-lambda-typescript#1573, aws-powertools/powertools-lambda-python#3327: each duplicate is paid
/// for with a write and a read.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_pays_is_one_request_and_one_unit_and_a_duplicate_the_same() {
    let world = World::start().await;
    let meter = Meter::start(&world.stack.settings()).await;
    let mut ids = Vec::new();
    for order in ["1", "2", "3"] {
        ids.push(world.shop.opens(order).await["id"].as_str().expect("an id").to_owned());
    }
    let function = start("webhook-receive", &meter).await;
    assert_eq!(meter.take(), [counted("GetItem", "-", 200)], "opening the connection");

    let first = tells(&function, &event::paid("evt_1", &ids[0], 4999, "eur")).await;
    assert_eq!(first.expect(200)["outcome"], "applied");
    let expected = [counted("GetItem", "shop", 200), counted("UpdateItem", "order", 200)];
    assert_eq!(meter.take(), expected, "a shop's first request in a container reads its configuration");

    for (id, event_id) in [(&ids[1], "evt_2"), (&ids[2], "evt_3")] {
        let paid = event::paid(event_id, id, 4999, "eur");
        assert_eq!(tells(&function, &paid).await.expect(200)["outcome"], "applied");
        assert_eq!(meter.take(), [counted("UpdateItem", "order", 200)]);
        assert_eq!(tells(&function, &paid).await.expect(200)["outcome"], "duplicate");
        assert_eq!(meter.take(), [counted("UpdateItem", "order", 400)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_deliveries_write_nothing_but_a_bounded_note() {
    let world = World::start().await;
    let meter = Meter::start(&world.stack.settings()).await;
    let id = world.shop.opens("1").await["id"].as_str().expect("an id").to_owned();
    let before = world.items().await;
    let function = start("webhook-receive", &meter).await;
    meter.take();
    let body = event::paid("evt_1", &id, 4999, "eur").to_string();
    let began = Instant::now();
    for sent in 0..60 {
        let signature = format!("t={},v1={sent:064x}", now().seconds());
        posts(&function, &signature, &format!("{body}{}", " ".repeat(sent)))
            .await
            .expect_problem(401, "invalid_signature");
    }
    let seconds = usize::try_from(began.elapsed().as_secs()).expect("few");
    let (notes, others): (Vec<_>, Vec<_>) =
        meter.take().into_iter().partition(|counted| counted.what == "ref#");
    // They name an open session: it is looked up once a second at most, and made due once a minute.
    let (hinted, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|counted| ["order", "due#"].contains(&counted.what.as_str()));
    let timers = hinted.iter().filter(|counted| counted.writes).count();
    assert!(timers <= 1 + seconds / 60 && hinted.len() <= timers + seconds + 1, "{hinted:?}");
    assert!((1..=seconds + 1).contains(&notes.len()), "{} notes in {seconds} s", notes.len());
    assert!(notes.iter().all(|note| note.units == 1 && note.index_units == 0), "{notes:?}");
    // A signature that does not fit reads the shop again, at most every 10 s.
    assert!(others.len() <= 1 + seconds / 10, "{others:?}");
    assert!(others.iter().all(|read| !read.writes && read.what == "shop"), "{others:?}");
    assert!(world.items().await <= before + notes.len() + timers);
    assert_eq!(world.shop.status("1").await, "created");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_stripe_order_costs_at_most_nine_units_from_register_to_returned() {
    let world = World::start().await;
    let meter = Meter::start(&world.stack.settings()).await;
    let [register, create, pages, webhook] = [
        start("register-order", &meter).await,
        start("create-session", &meter).await,
        start("pages", &meter).await,
        start("webhook-receive", &meter).await,
    ];
    meter.take();
    let key = json!({ "authorization": format!("Bearer {}", world.shop.secret_key) });
    let order = json!({
        "amount": 4999, "currency": "EUR", "customer_email": "planted.customer@example.test",
        "metadata": { "cart": "c_81723", "channel": "web", "campaign": "autumn" },
    });
    let registered = around("PUT", "/v1/orders/1042", key.clone(), &order.to_string());
    answer(register.invoke(registered).await).expect(201);
    let opened =
        around("POST", "/v1/sessions", key, &json!({ "order_id": "1042", "method": "card" }).to_string());
    let session = answer(create.invoke(opened).await).expect(201);
    let text = |name: &str| session[name].as_str().expect("a text").to_owned();
    let go = text("checkout_url").replace(&world.stack.url, "");
    answer(pages.invoke(around("GET", &go, json!({}), "")).await).expect_status(303);
    let paid = event::paid("evt_1SXkR4LkdIwHu7ixQ2w3E4r5", &text("id"), 4999, "eur");
    assert_eq!(tells(&webhook, &paid).await.expect(200)["outcome"], "applied");
    let back = format!("/return/{}?client_secret={}", text("id"), text("client_secret"));
    answer(pages.invoke(around("GET", &back, json!({}), "")).await).expect_status(200);

    let counted = meter.take();
    let (table, index) =
        counted.iter().fold((0, 0), |(table, index), one| (table + one.units, index + one.index_units));
    let writes: Vec<&Counted> = counted.iter().filter(|one| one.writes).collect();
    assert_eq!((table, index), (8, 1), "{writes:#?}");
    assert_eq!(world.shop.status("1042").await, "paid");
}

impl Answer {
    /// As `expect`, for an answer that is no JSON.
    #[track_caller]
    fn expect_status(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.body);
    }
}
