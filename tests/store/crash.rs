//! A crash between any two steps that touch the world, while opening a session and while taking an event: a repeat
//! completes it or opens the next attempt, no attempt has a second checkout at the provider, no event is lost.

use std::collections::HashMap;

use bytes::Bytes;
use payproof::payment::Moment;
use payproof::provider::stripe;
use payproof::secret::Secret;
use payproof_edge::api::{Request, Response};
use payproof_edge::app::{App, now};
use payproof_edge::settings::Settings;
use payproof_local::{Data, Options, Stack};
use serde_json::{Value, json};

use crate::door::{Cut, Doors};
use crate::stripe_api::{StripeApi, event};
use crate::world::{STRIPE_SECRET, Shop};

/// A stack whose store and provider stand behind doors, and an app beside it that goes through them.
pub struct Behind {
    pub stack: Stack,
    pub doors: Doors,
    pub stripe: StripeApi,
    pub app: App,
    pub shop: Shop,
}

impl Behind {
    pub async fn start() -> Self {
        let (doors, stripe) = (Doors::default(), StripeApi::start().await);
        let to_stripe = doors.open_to(&stripe.url).await;
        let key = |prefix: &str| format!("{prefix}_shop_{:0>43}", 1);
        let mut shop = Shop {
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
            public_url: None,
            shops: vec![shop.document(&to_stripe).to_string()],
        };
        let stack = Stack::start(options).await.expect("the stack starts");
        shop.url = stack.url.clone();
        let endpoint_url = Some(doors.open_to(&stack.store_url).await);
        let app = App::new(&Settings { endpoint_url, ..stack.settings() });
        Self { stack, doors, stripe, app, shop }
    }

    async fn open(&self, order: &str, key: Option<&str>, now: Moment) -> Response {
        let mut request = http::Request::post("/v1/sessions")
            .header("authorization", format!("Bearer {}", self.shop.secret_key));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = json!({ "order_id": order }).to_string();
        let request: Request = request.body(Bytes::from(body)).expect("a request");
        create_session::handle(&self.app, request, now).await
    }

    pub async fn tell(&self, event: &Value, now: Moment) -> Response {
        let body = event.to_string();
        let signature = stripe::sign(&Secret::new(STRIPE_SECRET), now.seconds(), body.as_bytes());
        let request = http::Request::post("/v1/webhooks/shop/stripe").header("stripe-signature", signature);
        webhook_receive::handle(&self.app, request.body(Bytes::from(body)).expect("a request"), now).await
    }

    /// Each attempt of the order has at most one checkout at the provider.
    fn assert_one_checkout_an_attempt(&self, context: &str) {
        let mut forms: HashMap<String, Vec<Vec<(String, String)>>> = HashMap::new();
        for form in self.stripe.creations() {
            let id = form.iter().find(|(name, _)| name == "client_reference_id").expect("our id").1.clone();
            forms.entry(id).or_default().push(form);
        }
        for (session, forms) in forms {
            assert!(
                forms.iter().all(|form| *form == forms[0]),
                "{context}: {session} was asked for in two ways"
            );
        }
    }
}

pub fn json_of(response: &Response) -> Value {
    serde_json::from_slice(response.body()).expect("JSON")
}

/// Longer than any opening or idempotency key is under way.
fn later(now: Moment) -> Moment {
    now.plus_seconds(36)
}

async fn opening_survives(cut: Cut, with_key: bool, told_between: bool) {
    let world = Behind::start().await;
    // The first request reads the shop; it is not what is cut.
    world.doors.let_through();
    for nth in 1..=30 {
        let context = format!("{cut:?} request {nth}, key {with_key}, told between {told_between}");
        let order = format!("o{nth}");
        world.shop.registers(&order).await;
        let key = with_key.then_some(order.as_str());
        let start = now();
        world.doors.cut_at(nth, cut);
        let done = world.doors.run(world.open(&order, key, start)).await;
        world.doors.let_through();
        if let Some(response) = done {
            assert_eq!(response.status(), 201, "{context}");
            assert!(nth > 7, "an opening takes at least seven requests, and {} were cut", nth - 1);
            return;
        }

        let first = world.shop.session_id(&order, 1).to_string();
        if told_between {
            // Somebody paid at the first attempt's checkout (or says so before it is even reserved).
            let told = world.tell(&event::paid(&format!("evt_{order}"), &first, 4999, "eur"), start).await;
            assert_eq!(told.status(), 200, "{context}");
        }
        let at_once = world.open(&order, key, start.plus_seconds(1)).await;
        assert!(
            [200, 201, 409].contains(&at_once.status().as_u16()),
            "{context}: at once {} {:?}",
            at_once.status(),
            at_once.body()
        );
        let repeated = world.open(&order, key, later(start)).await;
        let body = json_of(&repeated);
        if told_between && world.shop.status(&order).await == "paid" {
            // The session as it is, or that the order is paid: never another checkout.
            assert!([200, 409].contains(&repeated.status().as_u16()), "{context}: {body}");
        } else {
            assert!(
                [200, 201].contains(&repeated.status().as_u16()),
                "{context}: {} {body}",
                repeated.status()
            );
            let session = body["id"].as_str().expect("an id");
            assert!(
                body["provider_checkout_url"].as_str().is_some_and(|url| url.contains("checkout.stripe.com"))
            );
            // Whoever pays there pays this order.
            let paid = world
                .tell(&event::paid(&format!("evt_{order}_paid"), session, 4999, "eur"), later(start))
                .await;
            assert_eq!(json_of(&paid)["outcome"], "applied", "{context}");
        }
        let order_now = world.shop.order(&order).await;
        assert_eq!(order_now["status"], "paid", "{context}: {order_now}");
        assert_eq!(order_now["amount_paid"], 4999, "{context}: {order_now}");
        world.assert_one_checkout_an_attempt(&context);
    }
    panic!("an opening takes more than 30 requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_cut_before_any_request_is_completed_by_a_repeat() {
    opening_survives(Cut::Before, false, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_cut_after_any_request_is_completed_by_a_repeat() {
    opening_survives(Cut::After, false, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_with_a_key_cut_before_any_request_is_completed_by_a_repeat() {
    opening_survives(Cut::Before, true, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_with_a_key_cut_after_any_request_is_completed_by_a_repeat() {
    opening_survives(Cut::After, true, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_between_a_crash_and_its_repeat_is_applied() {
    opening_survives(Cut::Before, false, true).await;
    opening_survives(Cut::After, false, true).await;
    opening_survives(Cut::After, true, true).await;
}

/// Takes an event with a cut at each of its requests, then once more as a provider repeats it.
async fn taking_survives(cut: Cut, early: bool) -> usize {
    let world = Behind::start().await;
    world.doors.let_through();
    for nth in 1..=30 {
        let context = format!("{cut:?} request {nth}, early {early}");
        let order = format!("o{nth}");
        if !early {
            world.shop.opens(&order).await;
        }
        let session = world.shop.session_id(&order, 1).to_string();
        let event = event::paid(&format!("evt_{order}"), &session, 4999, "eur");
        let start = now();
        world.doors.cut_at(nth, cut);
        let done = world.doors.run(world.tell(&event, start)).await;
        world.doors.let_through();
        let cut_short = done.is_none();
        if cut_short {
            // No 2xx came, so the provider repeats it.
            let again = world.tell(&event, start.plus_seconds(10)).await;
            assert_eq!(again.status(), 200, "{context}");
        }
        if early {
            // What came early pays the session the moment that it is reserved: nobody is sent to pay again.
            world.shop.registers(&order).await;
            let opened = world.shop.post("/v1/sessions", json!({ "order_id": order })).await;
            opened.expect_problem(409, "order_already_paid");
            assert_eq!(world.stripe.checkouts(), 0, "{context}");
        }
        let order_now = world.shop.order(&order).await;
        assert_eq!(order_now["status"], "paid", "{context}: {order_now}");
        let stored = world
            .stack
            .app
            .store
            .load(&world.shop.payment_id(&order))
            .await
            .expect("a read")
            .expect("an order");
        let paying =
            stored.facts.iter().filter(|fact| fact.id.as_str() == format!("stripe:evt_{order}")).count();
        assert_eq!(paying, 1, "{context}: {:?}", stored.facts);
        if !cut_short {
            return nth - 1;
        }
    }
    panic!("taking an event takes more than 30 requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_cut_at_any_request_is_applied_once_by_its_repeat() {
    for cut in [Cut::Before, Cut::After] {
        let cuts = taking_survives(cut, false).await;
        assert!(cuts >= 1, "{cuts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_event_cut_at_any_request_is_applied_once_when_its_session_comes() {
    for cut in [Cut::Before, Cut::After] {
        let cuts = taking_survives(cut, true).await;
        assert!(cuts >= 4, "{cuts}");
    }
}
