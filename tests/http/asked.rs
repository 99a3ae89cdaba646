//! Events that name no session of ours: the provider is asked, and whatever it says the event is kept.

use serde_json::{Value, json};

use crate::stripe_api::event;
use crate::world::World;

fn refund(id: &str, intent: &str) -> Value {
    let refund = json!({
        "id": "re_3SXkQ2LkdIwHu7ix0Rr2Tt4Y", "object": "refund", "amount": 1000, "currency": "eur", "metadata": {},
        "payment_intent": intent, "charge": "ch_3SXkQ2LkdIwHu7ix0aBcDeFg", "status": "succeeded", "created": 1_795_550_000,
    });
    event::of(id, "refund.created", refund)
}

async fn paid(world: &World) {
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id").to_owned();
    world.stripe_tells(&event::paid("evt_paid", &id, 4999, "eur")).await.expect(200);
    world.stripe.knows_intent("pi_3SXkQ2LkdIwHu7ix0a7VbN3m", &id);
}

async fn kept(world: &World) -> Vec<Value> {
    world.shop.get("/v1/events").await.expect(200)["data"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_made_elsewhere_finds_its_session_by_asking() {
    let world = World::start().await;
    paid(&world).await;
    let told = world.stripe_tells(&refund("evt_r", "pi_3SXkQ2LkdIwHu7ix0a7VbN3m")).await.expect(200);
    assert_eq!(told["outcome"], "applied");
    assert_eq!(world.shop.order("1").await["amount_refunded"], 1000);
    assert_eq!(kept(&world).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_will_not_say_is_kept_and_not_repeated_for_days() {
    let world = World::start().await;
    paid(&world).await;
    let told = world.stripe_tells(&refund("evt_r", "pi_of_somebody_else")).await.expect(200);
    assert_eq!(told["outcome"], "not_understood");
    let kept = kept(&world).await;
    assert_eq!((kept.len(), &kept[0]["outcome"]), (1, &json!("not_understood")), "{kept:?}");
    assert_eq!(world.shop.order("1").await["amount_refunded"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_provider_is_away_the_event_is_kept_and_asked_for_again() {
    let world = World::start().await;
    paid(&world).await;
    let event = refund("evt_r", "pi_3SXkQ2LkdIwHu7ix0a7VbN3m");
    let here = world.shop.document(&world.stripe.url).to_string();
    let away = world.shop.document("http://127.0.0.1:9").to_string();
    world.stack.put_shop(&away).await.expect("a shop");
    // The stack remembers a shop for a minute; one of its own reads it anew.
    let app = payproof_edge::app::App::new(&world.stack.settings());
    let post = || {
        let body = event.to_string();
        let now = payproof_edge::app::now();
        let secret = payproof::secret::Secret::new(crate::world::STRIPE_SECRET);
        let signature = payproof::provider::stripe::sign(&secret, now.seconds(), body.as_bytes());
        let request = http::Request::post("/v1/webhooks/shop/stripe").header("stripe-signature", signature);
        (request.body(bytes::Bytes::from(body)).expect("a request"), now)
    };
    let (request, now) = post();
    let answer = webhook_receive::handle(&app, request, now).await;
    assert_eq!(answer.status(), 503, "the provider repeats it");
    let before = kept(&world).await;
    assert_eq!(
        (before.len(), &before[0]["outcome"], &before[0]["applied_at"]),
        (1, &json!("unmatched"), &Value::Null)
    );

    world.stack.put_shop(&here).await.expect("a shop");
    let app = payproof_edge::app::App::new(&world.stack.settings());
    let (request, now) = post();
    assert_eq!(webhook_receive::handle(&app, request, now).await.status(), 200);
    assert_eq!(world.shop.order("1").await["amount_refunded"], 1000);
    let after = kept(&world).await;
    assert!(after.len() == 1 && after[0]["applied_at"].is_string(), "the same event, applied now: {after:?}");
}
