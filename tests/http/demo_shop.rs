//! The demo shop does what a shop should: it believes only what is signed, keeps it before it answers, and ships an
//! order once, however often and in whatever order it is told.

use std::net::SocketAddr;
use std::time::Duration;

use payproof_edge::app::now;
use payproof_local::{Data, Options, Stack};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::world::client;

struct Demo {
    stack: Stack,
    http: reqwest::Client,
}

impl Demo {
    async fn start() -> Self {
        let addr: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let options = Options { addr, data: Data::Memory, public_url: None, shops: Vec::new() };
        Self { stack: Stack::start(options).await.expect("the stack starts"), http: client() }
    }

    /// Follows a form to where it leads.
    async fn posts(&self, url: &str, form: &str) -> String {
        let request = self.http.post(url).header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(form.to_owned()).send().await.expect("an answer");
        assert_eq!(answer.status(), 303, "{url}");
        answer.headers()["location"].to_str().expect("text").to_owned()
    }

    /// Buys something and pays; gives the order's id.
    async fn buys(&self, deliver: &str) -> String {
        let url = &self.stack.url;
        let go = self.posts(&format!("{url}/demo/orders"), "mug=1").await;
        let answer = self.http.get(&go).send().await.expect("an answer");
        let checkout = answer.headers()["location"].to_str().expect("text").to_owned();
        self.posts(&checkout, &format!("act=pay&deliver={deliver}")).await;
        let list = self.page("/demo/orders").await;
        let at = list.find("/demo/orders/").expect("an order") + "/demo/orders/".len();
        list[at..].chars().take(8).collect()
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.http.get(format!("{}{path}", self.stack.url)).send().await.expect("an answer");
        answer.text().await.expect("a page")
    }

    /// The order's page once the shop has shipped.
    async fn shipped(&self, order: &str) -> String {
        for _ in 0..400 {
            let page = self.page(&format!("/demo/orders/{order}")).await;
            if page.contains("Shipped at") {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it never ships: {}", self.page(&format!("/demo/orders/{order}")).await);
    }

    /// Presses the button of a messy case; gives the order's id.
    async fn presses(&self, form: &str) -> String {
        let page = self.posts(&format!("{}/demo/mess", self.stack.url), form).await;
        page.strip_prefix("/demo/orders/").expect("the order's page").to_owned()
    }

    /// What the order's page says once its case was played to its end.
    async fn played(&self, order: &str) -> String {
        for _ in 0..600 {
            let page = self.page(&format!("/demo/orders/{order}")).await;
            assert!(!page.contains("It stopped"), "{page}");
            if page.contains("It was played to its end.") {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it never ends: {}", self.page(&format!("/demo/orders/{order}")).await);
    }

    /// What the API says to whoever has the read key.
    async fn reads(&self, path: &str) -> Value {
        let key = self.stack.demo.as_ref().expect("keys").read_key.reveal().to_owned();
        let request = self.http.get(format!("{}{path}", self.stack.url)).bearer_auth(key);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON")
    }

    /// Plays a case to its end: the order as it is then, and its story, each line with its kind.
    async fn plays(&self, case: &str) -> (Value, String) {
        let id = self.presses(&format!("case={case}")).await;
        let page = self.played(&id).await;
        assert!(page.contains(&format!("href=\"/demo/staff?order={id}\"")), "{page}");
        let order = self.reads(&format!("/v1/orders/{id}")).await;
        let session = order["sessions"][0]["id"].as_str().expect("a session").to_owned();
        let log = self.reads(&format!("/v1/sessions/{session}/timeline")).await;
        let text = |entry: &Value, name: &str| entry[name].as_str().expect("a text").to_owned();
        let line = |entry: &Value| format!("{}: {}\n", text(entry, "kind"), text(entry, "text"));
        (order, log["entries"].as_array().expect("entries").iter().map(line).collect())
    }

    /// Tells the shop something, signed with this secret.
    async fn tells(&self, secret: &str, id: &str, body: &Value) -> u16 {
        let (body, seconds) = (body.to_string(), now().seconds());
        let hook = Webhook::new(secret).expect("a key");
        let signature = hook.sign(id, seconds as i64, body.as_bytes()).expect("a signature");
        let request = self.http.post(format!("{}/demo/notify", self.stack.url));
        let request = request.header("webhook-id", id).header("webhook-timestamp", seconds);
        let request = request.header("webhook-signature", signature).body(body);
        request.send().await.expect("an answer").status().as_u16()
    }
}

fn paid(order: &str, sequence: u64) -> Value {
    json!({
        "type": "order.paid", "timestamp": now().to_string(),
        "data": { "order_id": order, "sequence": sequence, "status": "paid", "attention": [] },
    })
}

/// When it was shipped, as the page says.
fn shipped_at(page: &str) -> &str {
    let from = page.find("Shipped at").expect("it is shipped");
    &page[from..from + 70]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_shipped_once_however_often_and_in_whatever_order_the_shop_is_told() {
    let demo = Demo::start().await;
    let order = demo.buys("twice").await;
    let page = demo.shipped(&order).await;
    assert!(page.contains("2. order.paid") && page.contains("1. order.pending"), "{page}");
    let secret = demo.stack.demo.as_ref().expect("keys").notify_secret.reveal().to_owned();
    for (id, sequence) in [("msg_again", 9), ("msg_again", 9), ("msg_old", 1), ("msg_later", 12)] {
        assert_eq!(demo.tells(&secret, id, &paid(&order, sequence)).await, 204);
    }
    let after = demo.page(&format!("/demo/orders/{order}")).await;
    assert_eq!(after.matches("Shipped at").count(), 1);
    assert_eq!(shipped_at(&after), shipped_at(&page), "once");
    assert_eq!(after.matches("msg_again").count(), 1, "a repeat is kept once");
    demo.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_is_not_believed_and_what_is_not_understood_not_taken() {
    let demo = Demo::start().await;
    let go = demo.posts(&format!("{}/demo/orders", demo.stack.url), "mug=1").await;
    assert!(go.contains("/go/"), "{go}");
    let list = demo.page("/demo/orders").await;
    let at = list.find("/demo/orders/").expect("an order") + "/demo/orders/".len();
    let order: String = list[at..].chars().take(8).collect();
    let wrong = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assert_eq!(demo.tells(wrong, "msg_1", &paid(&order, 1)).await, 401);
    let unsigned =
        demo.http.post(format!("{}/demo/notify", demo.stack.url)).body(paid(&order, 1).to_string());
    assert_eq!(unsigned.send().await.expect("an answer").status(), 401);
    let page = demo.page(&format!("/demo/orders/{order}")).await;
    assert!(!page.contains("Shipped at") && !page.contains("msg_1"), "{page}");
    let secret = demo.stack.demo.as_ref().expect("keys").notify_secret.reveal().to_owned();
    assert_eq!(demo.tells(&secret, "msg_1", &json!({ "type": "order.paid" })).await, 400);
    assert_eq!(demo.tells(&secret, "msg_1", &paid("NOBODYS0", 1)).await, 204, "none of its business");
    assert_eq!(demo.tells(&secret, "msg_1", &paid(&order, 1)).await, 204);
    assert!(demo.page(&format!("/demo/orders/{order}")).await.contains("Shipped at"));
    demo.stack.stop().await;
}

/// An order ended so, and its story says each of these.
#[track_caller]
fn ended((order, story): &(Value, String), status: &str, [paid, refunded]: [u64; 2], says: &[&str]) {
    assert_eq!((&order["status"], &order["attention"]), (&json!(status), &json!([])), "{order}");
    assert_eq!(
        (&order["amount_paid"], &order["amount_refunded"]),
        (&json!(paid), &json!(refunded)),
        "{order}"
    );
    for words in says {
        assert!(story.contains(words), "{words} in\n{story}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_plays_each_messy_order_to_its_end_and_its_story_says_why() {
    let demo = Demo::start().await;
    let (declined, late, wrong, down, refunded) = tokio::join!(
        demo.plays("declined"),
        demo.plays("late"),
        demo.plays("wrong_amount"),
        demo.plays("provider_down"),
        demo.plays("refunded_in_parts"),
    );
    let declines = [
        "webhook_received: Attempt 1: a signed webhook of stripe says: a try was declined",
        "method_selected: The method is wallet.",
        "webhook_received: Attempt 2: a signed webhook of stripe says: 25.80 EUR were paid.",
        "status_changed: The order went from pending to paid.",
    ];
    ended(&declined, "paid", [2_580, 0], &declines);
    let comes_late = [
        "status_changed: The order went from pending to expired.",
        "status_changed: The order went from expired to paid.",
        "review_flagged: Somebody has to look: money is there for an attempt that expired",
        "merchant_decision: Demo shop's support has looked at late payment: Still in stock, sent today.",
    ];
    ended(&late, "paid", [1_850, 0], &comes_late);
    let too_little = [
        "webhook_received: A signed webhook of stripe says: 84.00 EUR were paid.",
        "status_changed: The order went from pending to review.",
        "merchant_decision: Demo shop's support decided that 84.00 EUR are enough: A voucher of 5.00 EUR",
        "status_changed: The order went from review to paid.",
    ];
    ended(&wrong, "paid", [8_400, 0], &too_little);
    let unreached = [
        "error: Attempt 1: generic:offline could not be reached, so no checkout was opened.",
        "provider_selected: It goes to stripe. Before it, generic:offline could not be reached. Routing rule 1",
        "webhook_received: Attempt 2: a signed webhook of stripe says: 18.50 EUR were paid.",
    ];
    ended(&down, "paid", [1_850, 0], &unreached);
    let parts = [
        "refund_requested: The merchant asked for a refund of 18.50 EUR",
        "One of three mugs arrived broken.",
        "made at stripe and not through us",
        "status_changed: The order went from paid to refunded.",
    ];
    ended(&refunded, "refunded", [5_550, 5_550], &parts);
    for (order, _) in [&declined, &late, &wrong, &down] {
        demo.shipped(order["id"].as_str().expect("an id")).await;
    }
    demo.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_button_pressed_twice_plays_one_order() {
    let demo = Demo::start().await;
    let form = "case=provider_down&order=ABCDEFGH";
    let (first, second) = tokio::join!(demo.presses(form), demo.presses(form));
    assert_eq!((first.as_str(), second.as_str()), ("ABCDEFGH", "ABCDEFGH"));
    demo.played(&first).await;
    assert_eq!(demo.presses(form).await, first);
    demo.played(&first).await;
    let orders = demo.reads("/v1/orders").await;
    assert_eq!(orders["data"].as_array().map(Vec::len), Some(1), "{orders}");
    assert_eq!(orders["data"][0]["sessions"].as_array().map(Vec::len), Some(2), "{orders}");
    let page = demo.page("/demo/mess").await;
    assert_eq!(page.matches("name=\"case\"").count(), 5);
    let unknown = demo.http.post(format!("{}/demo/mess", demo.stack.url));
    let unknown = unknown.header("content-type", "application/x-www-form-urlencoded").body("case=yacht");
    assert_eq!(unknown.send().await.expect("an answer").status(), 422);
    demo.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_the_console_puts_no_key_into_an_address_and_shows_none_to_other_hosts() {
    let demo = Demo::start().await;
    let url = format!("{}/demo/staff?order=ABCDEFGH", demo.stack.url);
    let keys = demo.stack.demo.clone().expect("keys");
    let keys = [keys.read_key.reveal(), keys.secret_key.reveal()];
    let answer = demo.http.get(&url).send().await.expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["cache-control"]),
        (200, &"no-store".parse().expect("a value"))
    );
    let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
    let nonce = policy
        .split_once("script-src 'nonce-")
        .and_then(|(_, rest)| rest.split_once('\''))
        .expect("a nonce")
        .0;
    let page = answer.text().await.expect("a page");
    assert_eq!(page.matches("<script").count(), page.matches(&format!("<script nonce=\"{nonce}\"")).count());
    assert!(page.contains("href=\"/dashboard#/orders/ABCDEFGH\""), "{page}");
    for key in keys {
        assert_eq!(page.matches(key).count(), page.matches(&format!("data-key=\"{key}\"")).count(), "{page}");
        assert!(page.contains(key), "it can be signed in with");
    }
    let foreign = demo.http.get(&url).header("host", "shop.example").send().await.expect("an answer");
    assert_eq!(foreign.status(), 403);
    let foreign = foreign.text().await.expect("a page");
    let others = [demo.page("/demo").await, demo.page("/demo/mess").await, demo.page("/demo/orders").await];
    let hostile = demo.page("/demo/staff?order=%22%3E%3Cscript%3E").await;
    assert!(hostile.contains("href=\"/dashboard\"") && hostile.matches("<script").count() == 1, "{hostile}");
    for page in others.iter().chain([&foreign]) {
        assert!(!keys.iter().any(|key| page.contains(key)), "{page}");
    }
    demo.stack.stop().await;
}
