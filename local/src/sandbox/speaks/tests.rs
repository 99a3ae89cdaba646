//! Each provider from an opened session to what becomes of it, end to end: payproof's adapter speaks to the sandbox, which
//! plays that provider by its documented shapes and delivers what it would, signed as it signs.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use payproof::payment::Moment;
use payproof::provider::{Answer, Request, Step};
use payproof::secret::Secret;
use payproof_edge::app::{App, now};
use payproof_edge::send::Sender;
use serde_json::{Value, json};

use crate::trigger::can_be_told;
use crate::{Data, Options, Stack};

/// What is tried of a provider beside being paid. What is not listed the provider does not tell.
struct Row {
    provider: &'static str,
    /// One that the provider takes.
    currency: &'static str,
    declined: bool,
    cancelled: bool,
    expired: bool,
    failed: bool,
    /// Refunded in two parts: by the shop, and at the provider's own dashboard.
    refunded: bool,
}

const fn row(provider: &'static str, told: [bool; 5]) -> Row {
    let [declined, cancelled, expired, failed, refunded] = told;
    Row { provider, currency: "EUR", declined, cancelled, expired, failed, refunded }
}

impl Row {
    const fn paid_in(self, currency: &'static str) -> Self {
        Self { currency, ..self }
    }
}

const YES: bool = true;
const NO: bool = false;

/// By provider: declined, cancelled, expired, failed, refunded.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    row("sandbox",           [YES, YES, YES, YES, YES]),
    row("stripe",            [YES, NO,  YES, YES, YES]),
    row("checkout_com",      [YES, NO,  NO,  YES, YES]),
    row("adyen",             [YES, NO,  NO,  NO,  YES]),
    row("xendit",            [YES, NO,  YES, NO,  YES]).paid_in("PHP"),
    row("square",            [YES, YES, NO,  NO,  YES]),
    row("razorpay",          [YES, YES, YES, NO,  YES]),
    row("paystack",          [NO,  NO,  NO,  NO,  YES]).paid_in("USD"),
    row("mollie",            [NO,  YES, YES, YES, YES]),
    row("gocardless",        [YES, YES, NO,  YES, YES]),
    row("btcpay",            [NO,  NO,  YES, YES, YES]),
    row("paypal",            [YES, NO,  NO,  YES, YES]),
    row("paddle",            [YES, YES, NO,  NO,  YES]),
    row("coinbase_business", [NO,  NO,  YES, YES, YES]),
    row("nowpayments",       [YES, NO,  NO,  NO,  NO ]),
    row("mercado_pago",      [YES, NO,  NO,  NO,  YES]).paid_in("BRL"),
];

struct Shop {
    stack: Stack,
    sender: Arc<Sender>,
    key: Secret,
}

impl Shop {
    async fn start() -> Self {
        let addr: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let options = Options { addr, data: Data::Memory, public_url: None, shops: Vec::new() };
        let stack = Stack::start(options).await.expect("the stack starts");
        let key = stack.demo.as_ref().expect("the demo shop").secret_key.clone();
        Self { stack, sender: Arc::default(), key }
    }

    async fn sends(&self, request: Request) -> Answer {
        let step = Step::send(request, |answer| Ok(Step::Done(answer.clone())));
        self.sender.run(step, Duration::from_secs(30)).await.expect("an answer")
    }

    async fn calls(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = Request::new(method, format!("{}{path}", self.stack.url)).bearer(&self.key);
        let request = request.header("idempotency-key", format!("{path}-{body}").replace(',', ";"));
        let request =
            if body.is_null() { request } else { request.body("application/json", body.to_string()) };
        let answer = self.sends(request).await;
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// A session at a provider, whose customer was sent there: its id and the page where they are.
    async fn opens(&self, provider: &str, story: &str) -> (String, String) {
        let order = order_id(provider, story);
        let row = TABLE.iter().find(|row| row.provider == provider).expect("a row");
        let wanted =
            json!({ "amount": 4_999, "currency": row.currency, "customer_email": "ada@shop.example" });
        let (status, said) = self.calls(Method::PUT, &format!("/v1/orders/{order}"), wanted).await;
        assert_eq!(status, 201, "{provider} {story}: {said}");
        let wish = json!({ "order_id": order, "provider": provider });
        let (status, said) = self.calls(Method::POST, "/v1/sessions", wish).await;
        assert_eq!(status, 201, "{provider} {story}: {said}");
        let go = said["checkout_url"].as_str().expect("a link");
        let sent = self.sends(Request::new(Method::GET, go)).await;
        assert_eq!(sent.status, 303, "{provider} {story}");
        let page = sent.headers["location"].to_str().expect("text").to_owned();
        assert!(page.contains("/sandbox/checkout/"), "{page}");
        (said["id"].as_str().expect("an id").to_owned(), page)
    }

    /// Somebody presses a button of the page.
    async fn presses(&self, page: &str, form: &str) {
        let request = Request::new(Method::POST, page).body("application/x-www-form-urlencoded", form);
        assert_eq!(self.sends(request).await.status, 303, "{page} {form}");
    }

    /// The session once it is what it should become.
    async fn becomes(&self, session: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let mut said = Value::Null;
        for _ in 0..400 {
            said = self.calls(Method::GET, &format!("/v1/sessions/{session}"), Value::Null).await.1;
            if is(&said) {
                return said;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let log = self.calls(Method::GET, &format!("/v1/sessions/{session}/timeline"), Value::Null).await.1;
        panic!("{what}: {said:#}\n{log:#}");
    }

    async fn reaches(&self, session: &str, status: &str, what: &str) -> Value {
        self.becomes(session, what, |said| said["status"] == status).await
    }

    async fn order_of(&self, provider: &str, story: &str) -> Value {
        let order = order_id(provider, story);
        self.calls(Method::GET, &format!("/v1/orders/{order}"), Value::Null).await.1
    }

    async fn has_refunded(&self, provider: &str, minor: u64) {
        for _ in 0..400 {
            if self.order_of(provider, "refunded").await["amount_refunded"] == minor {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let session = &self.order_of(provider, "refunded").await["sessions"][0]["id"];
        let path = format!("/v1/sessions/{}/timeline", session.as_str().unwrap_or_default());
        panic!("{provider}: not {minor} refunded: {:#}", self.calls(Method::GET, &path, Value::Null).await.1);
    }
}

fn order_id(provider: &str, story: &str) -> String {
    format!("{provider}-{story}").replace('_', "-")
}

#[tokio::test]
async fn each_provider_is_paid_declined_ended_and_refunded_end_to_end() {
    let shop = Shop::start().await;
    for row in TABLE {
        let provider = row.provider;
        let told = can_be_told(provider).expect("the sandbox plays it");
        let tells = |event: &str| told.iter().any(|(known, _)| *known == event);
        let listed = [row.declined, row.cancelled, row.expired, row.failed, row.refunded];
        let real = ["declined", "cancelled", "expired", "failed", "refunded"].map(tells);
        assert_eq!(real, listed, "{provider}: declined, cancelled, expired, failed, refunded");

        let (session, page) = shop.opens(provider, "paid").await;
        shop.presses(&page, "act=pay").await;
        shop.reaches(&session, "paid", &format!("{provider} paid")).await;
        assert_eq!(shop.order_of(provider, "paid").await["amount_paid"], 4_999, "{provider}");

        if row.declined {
            let (session, page) = shop.opens(provider, "declined").await;
            shop.presses(&page, "act=decline").await;
            shop.presses(&page, "act=pay").await;
            shop.reaches(&session, "paid", &format!("{provider} declined, then paid")).await;
        }
        for (ends, act, status) in [
            (row.cancelled, "act=cancel", "cancelled"),
            (row.expired, "act=expire", "expired"),
            (row.failed, "act=fail", "failed"),
        ] {
            if ends {
                let (session, page) = shop.opens(provider, status).await;
                shop.presses(&page, act).await;
                shop.reaches(&session, status, &format!("{provider} {status}")).await;
            }
        }
        if row.refunded {
            let (session, page) = shop.opens(provider, "refunded").await;
            shop.presses(&page, "act=pay").await;
            shop.reaches(&session, "paid", &format!("{provider} paid, to be refunded")).await;
            let path = format!("/v1/orders/{}/refunds", order_id(provider, "refunded"));
            let (status, said) = shop.calls(Method::POST, &path, json!({ "amount": 1_000 })).await;
            assert!([200, 201, 202].contains(&status), "{provider}: {said}");
            shop.has_refunded(provider, 1_000).await;
            shop.presses(&page, "act=refund&amount=5.00").await;
            shop.has_refunded(provider, 1_500).await;
        }
    }
    shop.stack.stop().await;
}

/// What somebody has from a log leads to the order where the provider can be asked for its events: here for that of a
/// dispute too, which has nothing of ours on it.
#[tokio::test]
async fn an_order_is_found_by_each_event_about_it() {
    let shop = Shop::start().await;
    for provider in ["sandbox", "stripe"] {
        let (session, page) = shop.opens(provider, "told").await;
        shop.presses(&page, "act=pay").await;
        shop.reaches(&session, "paid", &format!("{provider} paid")).await;
        shop.presses(&page, "act=dispute").await;
        let is_disputed = |order: &Value| order["attention"].to_string().contains("dispute");
        for _ in 0..400 {
            if is_disputed(&shop.order_of(provider, "told").await) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let path = format!("/v1/sessions/{session}/timeline");
        let (_, log) = shop.calls(Method::GET, &path, Value::Null).await;
        let entries = log["entries"].as_array().expect("entries");
        // The log's ids are those of facts: the provider's name, and its own id.
        let own = |entry: &Value| {
            Some(entry["event_id"].as_str()?.strip_prefix(provider)?.strip_prefix(':')?.to_owned())
        };
        let events: BTreeSet<String> = entries.iter().filter_map(own).collect();
        assert_eq!(events.len(), 2, "{provider}: paid and disputed: {log:#}");
        for event in events {
            let path = format!("/v1/orders?provider_payment_id={event}");
            let (status, found) = shop.calls(Method::GET, &path, Value::Null).await;
            let ids = (&found["data"][0]["id"], &found["not_asked"]);
            assert_eq!((status, ids), (200, (&json!(order_id(provider, "told")), &json!([]))), "{found}");
        }
        for unknown in ["evt_AQ1JAVXAT2HK_1795539599000", "evt_AQ1JAVXAT2HK1795539599000"] {
            let path = format!("/v1/orders?provider_payment_id={unknown}");
            let (_, found) = shop.calls(Method::GET, &path, Value::Null).await;
            assert_eq!((&found["data"], &found["not_asked"]), (&json!([]), &json!([])), "{unknown}");
        }
    }
    shop.stack.stop().await;
}

/// At PayPal a customer's approval moves nothing, and we took the money: of an order that another attempt had paid too.
#[tokio::test]
async fn what_is_approved_for_an_order_that_is_paid_or_a_session_that_was_cancelled_is_not_taken() {
    let shop = Shop::start().await;
    let (session, page) = shop.opens("paypal", "twice").await;
    let wish = json!({ "order_id": order_id("paypal", "twice"), "provider": "sandbox" });
    let (_, other) = shop.calls(Method::POST, "/v1/sessions", wish).await;
    let other_page = other["provider_checkout_url"].as_str().expect("a page");
    shop.presses(other_page, "act=pay").await;
    shop.reaches(other["id"].as_str().expect("an id"), "paid", "paid at the sandbox").await;
    shop.presses(&page, "act=pay").await;
    let asks = format!("/v1/sessions/{session}/reconcile");
    assert_eq!(shop.calls(Method::POST, &asks, json!({})).await.0, 200);
    let order = shop.order_of("paypal", "twice").await;
    assert_eq!((&order["amount_paid"], &order["attention"]), (&json!(4_999), &json!([])), "{order}");

    let (session, page) = shop.opens("paypal", "stopped").await;
    let path = format!("/v1/sessions/{session}/cancel");
    assert_eq!(shop.calls(Method::POST, &path, json!({})).await.0, 200);
    shop.presses(&page, "act=pay").await;
    let asks = format!("/v1/sessions/{session}/reconcile");
    assert_eq!(shop.calls(Method::POST, &asks, json!({})).await.0, 200);
    let order = shop.order_of("paypal", "stopped").await;
    assert_eq!((&order["status"], &order["amount_paid"]), (&json!("cancelled"), &json!(0)), "{order}");
    shop.stack.stop().await;
}

/// A refund that never reached a provider without idempotency keys was never sent again, and its amount stayed taken.
#[tokio::test]
async fn a_refund_that_never_reached_its_provider_is_sent_again_where_it_is_looked_for_first() {
    let shop = Shop::start().await;
    let (session, page) = shop.opens("paystack", "refunded").await;
    shop.presses(&page, "act=pay").await;
    shop.reaches(&session, "paid", "paystack paid").await;
    let keys = shop.stack.demo.as_ref().expect("the demo shop");
    let document: Value = serde_json::from_str(&keys.shop_document(&shop.stack.url)).expect("JSON");
    let mut without = document.clone();
    // Nobody listens there (RFC 863).
    without["providers"]["paystack"]["api_base"] = "http://127.0.0.1:9".into();
    // Each configuration is read by a container that knows no other.
    let acts = async |document: &Value, path: &str, body: &'static str, at: Moment| {
        shop.stack.put_shop(&document.to_string()).await.expect("a shop");
        let app = App::new(&shop.stack.settings());
        let request = http::Request::post(path)
            .header("authorization", format!("Bearer {}", shop.key.reveal()))
            .header("idempotency-key", "unreached")
            .body(Bytes::from_static(body.as_bytes()));
        merchant_act::handle(&app, request.expect("a request"), at).await.status().as_u16()
    };
    let refunds = format!("/v1/orders/{}/refunds", order_id("paystack", "refunded"));
    assert_eq!(acts(&without, &refunds, "{\"amount\":1000}", now()).await, 202, "nobody knows of it yet");
    assert_eq!(shop.order_of("paystack", "refunded").await["amount_refunded"], 0);
    let asks = format!("/v1/sessions/{session}/reconcile");
    assert_eq!(acts(&document, &asks, "{}", now().plus_seconds(120)).await, 200);
    shop.has_refunded("paystack", 1_000).await;
    // Asked about once more it is the same one.
    assert_eq!(acts(&document, &asks, "{}", now().plus_seconds(240)).await, 200);
    shop.has_refunded("paystack", 1_000).await;
    shop.stack.stop().await;
}

/// Where a page outlives what was begun on it, a payment that was under way and is then rejected leaves it open.
#[tokio::test]
async fn what_was_under_way_and_is_then_rejected_leaves_the_page_open() {
    let shop = Shop::start().await;
    for provider in ["mercado_pago", "square", "razorpay", "adyen", "xendit"] {
        let (session, page) = shop.opens(provider, "rejected").await;
        shop.presses(&page, "act=start").await;
        shop.reaches(&session, "processing", &format!("{provider} under way")).await;
        // Razorpay dates by the second, and at one moment it would still be under way.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        shop.presses(&page, "act=fail").await;
        let said = shop.reaches(&session, "pending", &format!("{provider} under way, then rejected")).await;
        assert_eq!(said["message"], "Thanks, we are confirming your payment.", "{provider}");
        let wish = json!({ "order_id": order_id(provider, "rejected") });
        let (status, again) = shop.calls(Method::POST, "/v1/sessions", wish).await;
        assert_eq!((status, &again["id"]), (200, &json!(session)), "{provider}: {again}");
        shop.presses(&page, "act=pay").await;
        shop.reaches(&session, "paid", &format!("{provider} rejected, then paid")).await;
    }
    shop.stack.stop().await;
}

/// The conformance of the table itself: a provider that the sandbox plays and nobody tries would be a promise.
#[tokio::test]
async fn each_provider_that_the_demo_shop_offers_is_tried() {
    let shop = Shop::start().await;
    let keys = shop.stack.demo.as_ref().expect("the demo shop");
    let document: Value = serde_json::from_str(&keys.shop_document(&shop.stack.url)).expect("JSON");
    let providers = document["providers"].as_object().expect("providers");
    // One is down for good, to show how another takes its place, and by hand nobody is asked: nobody plays these.
    let is_played = |name: &&str| !["generic:offline", "manual"].contains(name);
    let mut offered: Vec<&str> = providers.keys().map(String::as_str).filter(is_played).collect();
    let mut tried: Vec<&str> = TABLE.iter().map(|row| row.provider).collect();
    offered.sort_unstable();
    tried.sort_unstable();
    assert_eq!(offered, tried);
    shop.stack.stop().await;
}

#[tokio::test]
async fn a_checkout_that_the_shop_ends_is_cancelled_at_providers_that_say_so() {
    let shop = Shop::start().await;
    for provider in ["square", "razorpay"] {
        let (session, page) = shop.opens(provider, "ended").await;
        let (status, said) =
            shop.calls(Method::POST, &format!("/v1/sessions/{session}/cancel"), json!({})).await;
        assert_eq!((status, &said["status"]), (200, &json!("cancelled")), "{provider}: {said}");
        let shown = shop.sends(Request::new(Method::GET, page)).await;
        let shown = String::from_utf8(shown.body.to_vec()).expect("text");
        assert!(shown.contains("payment.cancelled") && !shown.contains("payment.expired"), "{provider}");
    }
    shop.stack.stop().await;
}

/// Where a checkout cannot be closed it is made to expire, and a payment that was begun there before is not forgotten.
#[tokio::test]
async fn a_checkout_that_can_only_expire_is_closed_where_nothing_was_begun_on_it() {
    let shop = Shop::start().await;
    let cancel = async |session: &str| {
        shop.calls(Method::POST, &format!("/v1/sessions/{session}/cancel"), json!({})).await
    };
    let (session, page) = shop.opens("mercado_pago", "ended").await;
    let (status, said) = cancel(&session).await;
    assert_eq!((status, &said["status"]), (200, &json!("cancelled")), "{said}");
    let shown = shop.sends(Request::new(Method::GET, page)).await;
    assert!(String::from_utf8(shown.body.to_vec()).expect("text").contains("payment.expired"));

    let (session, page) = shop.opens("mercado_pago", "begun").await;
    // Nobody was told that it was begun: whoever closes it finds out.
    shop.presses(&page, "act=start&deliver=lost").await;
    let (status, said) = cancel(&session).await;
    assert_eq!(status, 409, "{said}");
    shop.reaches(&session, "processing", "begun").await;
    shop.presses(&page, "act=pay").await;
    shop.reaches(&session, "paid", "begun, and then paid").await;
    shop.presses(&page, "act=dispute").await;
    for _ in 0..400 {
        let order = shop.order_of("mercado_pago", "begun").await;
        if order["attention"].to_string().contains("dispute") {
            return shop.stack.stop().await;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("no dispute: {:#}", shop.order_of("mercado_pago", "begun").await);
}
