//! A crash between any two steps that touch the world, while opening a session and while taking an event: a repeat
//! completes it or opens the next attempt, no attempt has a second checkout at the provider, no event is lost.

use std::collections::HashMap;

use bytes::Bytes;
use payproof::payment::Moment;
use payproof::provider::signature::standard_webhooks::Key;
use payproof::provider::{sandbox, stripe};
use payproof::secret::Secret;
use payproof_edge::api::{Request, Response};
use payproof_edge::app::{App, now};
use payproof_edge::circuits::Callee;
use payproof_edge::settings::Settings;
use payproof_local::{Data, Options, Stack};
use serde_json::{Value, json};

use crate::door::{Cut, Doors};
use crate::stripe_api::{Mood, StripeApi, event};
use crate::world::{SANDBOX_SECRET, STRIPE_SECRET, Shop};

/// What becomes of a creation at the provider that is asked first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum First {
    /// It makes the checkout, and there is no other provider.
    Opens,
    /// It says no; the sandbox is next.
    Refuses,
    /// Nobody listens there; the sandbox is next.
    IsUnreachable,
    /// It makes the checkout and answers 500; the sandbox is next.
    Breaks,
}

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
        Self::start_with(First::Opens).await
    }

    async fn start_with(first: First) -> Self {
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
        if first != First::Opens {
            let to_sandbox = doors.open_to(&stack.url).await;
            let to_stripe = if first == First::IsUnreachable { "http://127.0.0.1:9" } else { &to_stripe };
            let both =
                shop.document_with_both(to_stripe, &to_sandbox, json!([{ "use": ["stripe", "sandbox"] }]));
            stack.put_shop(&both.to_string()).await.expect("a shop");
        }
        stripe.set_mood(match first {
            First::Refuses => Mood::Refuses,
            First::Breaks => Mood::Breaks,
            First::Opens | First::IsUnreachable => Mood::Fine,
        });
        let endpoint_url = Some(doors.open_to(&stack.store_url).await);
        let app = App::new(&Settings { endpoint_url, ..stack.settings() });
        Self { stack, doors, stripe, app, shop }
    }

    pub fn stripe_callee(&self) -> Callee {
        let shop = payproof::payment::ShopId::parse("shop").expect("a shop id");
        Callee::Provider(shop, "stripe".to_owned())
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

    /// Whoever pays at the checkout of this session pays its order.
    async fn is_paid_at(&self, provider: &str, id: &str, session: &str, now: Moment) -> Response {
        if provider == "stripe" {
            return self.tell(&event::paid(id, session, 4999, "eur"), now).await;
        }
        let data = json!({
            "reference": session, "payment_id": "pay_sandbox_1", "amount": 4999, "currency": "EUR",
        });
        let body = json!({ "type": "payment.paid", "timestamp": now.to_string(), "data": data }).to_string();
        let key = Key::parse(&Secret::new(SANDBOX_SECRET)).expect("a key");
        let mut request = http::Request::post("/v1/webhooks/shop/sandbox");
        for (name, value) in sandbox::signed_headers(&key, id, now.seconds(), body.as_bytes()) {
            request = request.header(name, value);
        }
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
    opening_survives_with(First::Opens, cut, with_key, told_between).await;
}

async fn opening_survives_with(first: First, cut: Cut, with_key: bool, told_between: bool) {
    let world = Behind::start_with(first).await;
    // An opening takes this many requests at least.
    let least = match first {
        First::Opens => 7,
        First::IsUnreachable => 13,
        First::Refuses | First::Breaks => 14,
    };
    // The first request reads the shop; it is not what is cut.
    world.doors.let_through();
    for nth in 1..=40 {
        let context = format!("{first:?} {cut:?} request {nth}, key {with_key}, told between {told_between}");
        let order = format!("o{nth}");
        world.shop.registers(&order).await;
        let key = with_key.then_some(order.as_str());
        let start = now();
        world.doors.cut_at(nth, cut);
        let done = world.doors.run(world.open(&order, key, start)).await;
        world.doors.let_through();
        if let Some(response) = done {
            assert_eq!(response.status(), 201, "{context}");
            assert!(nth > least, "an opening takes at least {least} requests, and {} were cut", nth - 1);
            assert_eq!(json_of(&response)["attempt"], if first == First::Opens { 1 } else { 2 }, "{context}");
            return;
        }

        // The first provider's circuit is another test's matter: here each opening is the first that it fails.
        world.app.circuits.succeeded(&world.stripe_callee());
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
            let provider = body["provider"].as_str().expect("a provider");
            let host = if provider == "stripe" { "checkout.stripe.com" } else { "/sandbox/checkout/" };
            assert!(body["provider_checkout_url"].as_str().is_some_and(|url| url.contains(host)), "{body}");
            // Whoever pays there pays this order.
            let paid = world.is_paid_at(provider, &format!("evt_{order}_paid"), session, later(start)).await;
            assert_eq!(json_of(&paid)["outcome"], "applied", "{context}");
        }
        let order_now = world.shop.order(&order).await;
        assert_eq!(order_now["status"], "paid", "{context}: {order_now}");
        assert_eq!(order_now["amount_paid"], 4999, "{context}: {order_now}");
        world.assert_one_checkout_an_attempt(&context);
    }
    panic!("an opening takes more than 40 requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_cut_before_any_request_is_completed_by_a_repeat() {
    opening_survives(Cut::Before, false, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_cut_after_any_request_is_completed_by_a_repeat() {
    opening_survives(Cut::After, false, false).await;
}

/// aws-powertools/powertools-lambda-python#738, aws-powertools/powertools-lambda#53: a time-out inside the work leaves
/// the key taken, and each repeat is refused from then on.
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

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_whose_first_provider_refuses_is_completed_by_a_repeat_wherever_it_was_cut() {
    for cut in [Cut::Before, Cut::After] {
        opening_survives_with(First::Refuses, cut, false, false).await;
        opening_survives_with(First::Refuses, cut, true, false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_whose_first_provider_is_unreachable_is_completed_by_a_repeat_wherever_it_was_cut() {
    for cut in [Cut::Before, Cut::After] {
        opening_survives_with(First::IsUnreachable, cut, false, false).await;
        opening_survives_with(First::IsUnreachable, cut, true, false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_whose_first_provider_breaks_is_completed_by_a_repeat_wherever_it_was_cut() {
    for cut in [Cut::Before, Cut::After] {
        opening_survives_with(First::Breaks, cut, false, false).await;
        opening_survives_with(First::Breaks, cut, true, false).await;
        // Money that comes at the first checkout, which the fallback left behind, is not asked for again.
        opening_survives_with(First::Breaks, cut, true, true).await;
    }
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

/// Between the cut and the provider's repeat the session is opened.
async fn repeated_once_its_session_is_there(cut: Cut) -> usize {
    let world = Behind::start().await;
    world.doors.let_through();
    for nth in 1..=30 {
        let context = format!("{cut:?} request {nth}");
        let order = format!("o{nth}");
        let session = world.shop.session_id(&order, 1).to_string();
        let event = event::paid(&format!("evt_{order}"), &session, 4999, "eur");
        world.doors.cut_at(nth, cut);
        let done = world.doors.run(world.tell(&event, now())).await;
        world.doors.let_through();
        world.shop.registers(&order).await;
        world.shop.post("/v1/sessions", json!({ "order_id": order })).await;
        assert_eq!(world.tell(&event, now().plus_seconds(10)).await.status(), 200, "{context}");
        assert_eq!(world.shop.order(&order).await["status"], "paid", "{context}");
        let listed = world.shop.get("/v1/events").await.expect(200);
        let listed = listed["data"].as_array().expect("a list").iter();
        let waits = listed.filter(|event| event["applied_at"].is_null()).count();
        assert_eq!(waits, 0, "{context}");
        if done.is_some() {
            return nth - 1;
        }
    }
    panic!("taking an event takes more than 30 requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_event_cut_at_any_request_is_not_listed_as_waiting_once_its_repeat_was_applied() {
    for cut in [Cut::Before, Cut::After] {
        let cuts = repeated_once_its_session_is_there(cut).await;
        assert!(cuts >= 4, "{cuts}");
    }
}
