//! `docs/timelines.md`: the payment log of five messy orders, as a support agent reads it. `UPDATE_EXPECT=1` writes it
//! anew. The handlers are called at moments of the story's own, so the document is the same each time.

use bytes::Bytes;
use payproof::payment::{Moment, PaymentId};
use payproof::provider::stripe;
use payproof::secret::Secret;
use payproof_edge::store::Due;
use serde_json::{Value, json};

use crate::clockwork::Clockwork;
use crate::shop_server::{ShopServer, Teller, document};
use crate::stripe_api::{Mood, event};
use crate::world::{Answer, STRIPE_SECRET, World};
use crate::{events, handlers};

/// How wide the document's lines are.
const COLUMNS: usize = 118;

const HEAD: &str = "\
# Five messy orders, as support reads them

`GET /v1/sessions/{session_id}/timeline` tells what happened to an order in sentences. Here are the ones of five orders,
all attempts of each, line by line: when, what it is about, what is said. A test plays the orders and holds this document
to what the log says (`tests/http/timelines.rs`; with `UPDATE_EXPECT=1` it writes it). Only how long the shop took to
answer is left out, for that differs each time.
";

/// One order of a shop that is told of it, on a clock that only the story moves.
struct Story {
    world: World,
    server: ShopServer,
    clock: Clockwork,
    teller: Teller,
    order: &'static str,
    now: Moment,
}

impl Story {
    /// At four in the afternoon the shop registers the order. `shop` changes its configuration.
    async fn of(order: &'static str, shop: impl FnOnce(&mut Value)) -> Self {
        let (world, server) = (World::start().await, ShopServer::start().await);
        let now = Moment::parse_rfc3339("2026-11-24T16:00:00Z").expect("a moment");
        let mut config = document(&world, &world.shop, &format!("{}/notify", server.url), Value::Null);
        config["notify"]["since"] = json!(now);
        shop(&mut config);
        world.stack.put_shop(&config.to_string()).await.expect("a shop");
        let teller = Teller::instead_of(&world);
        let clock = Clockwork::new(&world.stack.settings());
        let story = Self { world, server, clock, teller, order, now };
        let money = json!({ "amount": 4999, "currency": "EUR" });
        story.calls("PUT", &format!("/v1/orders/{order}"), &[], &money).await.expect(201);
        story
    }

    fn id(&self) -> PaymentId {
        self.world.shop.payment_id(self.order)
    }

    fn session(&self, attempt: u8) -> String {
        self.world.shop.session_id(self.order, attempt).to_string()
    }

    /// Lets time pass; what comes due meanwhile is done, and the shop is told of it at the end.
    async fn passes(&mut self, minutes: u64) {
        self.now = self.clock.passes(self.now, minutes).await;
        self.tells().await;
    }

    /// Calls a function now; whatever that changed the shop is told.
    async fn calls(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let key = format!("Bearer {}", self.world.shop.secret_key);
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = request.header("authorization", key).body(body).expect("a request");
        let response = Box::pin(handlers::answer(&self.clock.app, request, self.now)).await;
        let (head, body) = response.into_parts();
        let body = String::from_utf8(body.to_vec()).expect("a text");
        let answer = Answer { status: head.status.as_u16(), headers: head.headers, body };
        self.tells().await;
        answer.held(method, path)
    }

    /// The shop is told, and what that puts on the queue is looked at.
    async fn tells(&self) {
        self.teller.looks(self.id(), self.now).await;
        for (_, order) in self.teller.messages(Due::Reconcile) {
            reconcile::handle(&self.clock.app, order, self.now).await.expect("the look ends well");
        }
        self.teller.looks(self.id(), self.now).await;
    }

    async fn acts(&self, path: &str, body: &Value) -> Value {
        self.calls("POST", path, &[("idempotency-key", self.order)], body).await.expect(200)
    }

    /// The customer chooses how to pay, and is sent to the checkout a minute later.
    async fn goes_to_pay(&mut self, wish: Value) -> Value {
        let mut body = wish;
        body["order_id"] = json!(self.order);
        let session = self.calls("POST", "/v1/sessions", &[], &body).await.expect(201);
        self.passes(1).await;
        let go = session["checkout_url"].as_str().and_then(|url| url.split_once("/go/")).expect("a URL").1;
        self.calls("GET", &format!("/go/{go}"), &[], &Value::Null).await.expect_status(303);
        session
    }

    async fn comes_back(&self, session: &Value) {
        let text = |name: &str| session[name].as_str().expect("a text");
        let path = format!("/return/{}?client_secret={}", text("id"), text("client_secret"));
        self.calls("GET", &path, &[], &Value::Null).await.expect_status(200);
    }

    /// Stripe tells of something that happened now.
    async fn stripe_tells(&self, mut event: Value) {
        event["created"] = json!(self.now.seconds());
        let body = event.to_string();
        let signature = stripe::sign(&Secret::new(STRIPE_SECRET), self.now.seconds(), body.as_bytes());
        let headers = [("stripe-signature", signature.as_str())];
        self.calls("POST", "/v1/webhooks/shop/stripe", &headers, &event).await.expect(200);
    }

    /// The log as text, of an order that ended so.
    async fn told(self, title: &str, status: &str) -> String {
        let order = self.calls("GET", &format!("/v1/orders/{}", self.order), &[], &Value::Null).await;
        let order = order.expect(200);
        assert_eq!((&order["status"], &order["attention"]), (&json!(status), &json!([])), "{order}");
        let path = format!("/v1/sessions/{}/timeline", self.session(1));
        let log = self.calls("GET", &path, &[], &Value::Null).await.expect(200);
        assert!(!self.server.taken().is_empty(), "the shop was told");
        self.world.stack.stop().await;
        let lines: String = log["entries"].as_array().expect("entries").iter().map(line).collect();
        format!("\n## {title}\n\n```text\n{lines}```\n")
    }
}

impl Answer {
    #[track_caller]
    fn expect_status(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.body);
    }
}

/// When, what it is about, and the sentence, in lines that fit.
fn line(entry: &Value) -> String {
    let text = |name: &str| entry[name].as_str().expect("a text");
    let (at, kind) = (text("at")[..16].replace('T', " "), text("kind").replace('_', " "));
    let mut lines = format!("{at}  {kind:<20}");
    let indent = lines.len();
    let mut width = indent;
    for word in without_milliseconds(text("text")) {
        if width + 1 + word.chars().count() > COLUMNS {
            lines.push('\n');
            lines.push_str(&" ".repeat(indent));
            width = indent;
        }
        lines.push(' ');
        lines.push_str(word);
        width += 1 + word.chars().count();
    }
    lines.push('\n');
    lines
}

/// A sentence's words, without how long a request took: that differs each time.
fn without_milliseconds(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split(' ').collect();
    let next = |nth: usize| words.get(nth + 1).copied().unwrap_or_default();
    let is_time = |nth: usize, word: &str| next(nth) == "ms." && word.parse::<u64>().is_ok();
    words.iter().enumerate().map(|(nth, word)| if is_time(nth, word) { "…" } else { word }).collect()
}

async fn declined_then_paid_by_another_method() -> String {
    let mut story = Story::of("1001", |_| {}).await;
    story.goes_to_pay(json!({ "method": "card" })).await;
    story.passes(1).await;
    story.stripe_tells(events::declined("evt_declined", &story.session(1))).await;
    story.passes(2).await;
    let wallet = story.goes_to_pay(json!({ "method": "wallet" })).await;
    story.passes(1).await;
    story.stripe_tells(events::paid("evt_paid", &story.session(2))).await;
    story.comes_back(&wallet).await;
    story.told("Declined, then paid by another method", "paid").await
}

/// The key that the shop gave us may not close checkouts, so this one stays open at Stripe for a while longer.
async fn expired_then_paid_late() -> String {
    let mut story = Story::of("1002", |_| {}).await;
    story.world.stripe.acts(Mood::Refuses);
    story.goes_to_pay(json!({})).await;
    story.passes(29).await;
    story.passes(12).await;
    story.stripe_tells(events::paid("evt_paid", &story.session(1))).await;
    story.passes(18).await;
    let body =
        json!({ "attention": ["late_payment"], "actor": "Ada Byron", "note": "Still in stock, sent today." });
    story.acts("/v1/orders/1002/acknowledge", &body).await;
    story.told("Expired, then paid late", "paid").await
}

async fn a_wrong_amount_is_approved() -> String {
    let mut story = Story::of("1003", |_| {}).await;
    let session = story.goes_to_pay(json!({})).await;
    story.passes(2).await;
    story.stripe_tells(events::over(events::paid("evt_paid", &story.session(1)), 4499, "eur")).await;
    story.comes_back(&session).await;
    story.passes(55).await;
    let note = "A voucher of 5.00 EUR was promised to the customer.";
    let body = json!({ "decision": "approve", "actor": "Ada Byron", "note": note });
    story.acts(&format!("/v1/sessions/{}/review", story.session(1)), &body).await;
    story.told("A wrong amount, approved", "paid").await
}

/// Nobody listens where the first provider of the rule should.
async fn a_provider_is_down_and_another_takes_its_place() -> String {
    let mut story = Story::of("1004", |shop| {
        shop["providers"]["sandbox"] = json!({
            "api_key": crate::world::SANDBOX_KEY, "webhook_secrets": [crate::world::SANDBOX_SECRET],
            "api_base": "http://127.0.0.1:9",
        });
        shop["routing"] = json!([{ "when": { "method": "card" }, "use": ["sandbox", "stripe"] }]);
    })
    .await;
    let session = story.goes_to_pay(json!({ "method": "card" })).await;
    story.passes(2).await;
    story.stripe_tells(events::paid("evt_paid", &story.session(2))).await;
    story.comes_back(&session).await;
    story.told("A provider is down, and another takes its place", "paid").await
}

async fn refunded_in_two_parts() -> String {
    let mut story = Story::of("1005", |_| {}).await;
    let session = story.goes_to_pay(json!({})).await;
    story.passes(2).await;
    story.stripe_tells(events::paid("evt_paid", &story.session(1))).await;
    story.comes_back(&session).await;
    story.passes(2 * 24 * 60).await;
    let body = json!({ "amount": 1_500, "reason": "One of three mugs arrived broken." });
    story.acts("/v1/orders/1005/refunds", &body).await;
    story.passes(1).await;
    let ours = story.world.stripe.refund_objects().remove(0);
    story.stripe_tells(event::of("evt_refund_1", "refund.updated", ours)).await;
    story.passes(24 * 60).await;
    // Somebody sends the rest back in Stripe's Dashboard.
    story.world.stripe.knows_intent(events::INTENT, &story.session(1));
    story.stripe_tells(events::refund("evt_refund_2", "re_2", events::INTENT, 3_499)).await;
    story.told("Refunded in two parts", "refunded").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_of_five_messy_orders_is_what_their_logs_say() {
    let orders = [
        declined_then_paid_by_another_method().await,
        expired_then_paid_late().await,
        a_wrong_amount_is_approved().await,
        a_provider_is_down_and_another_takes_its_place().await,
        refunded_in_two_parts().await,
    ];
    expect_test::expect_file!["../../docs/timelines.md"].assert_eq(&format!("{HEAD}{}", orders.concat()));
}
