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
