//! The webhook that never came: the provider is asked, and its answer is as good.

use payproof::payment::{Kind, Moment, Source};
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::clockwork::Clockwork;
use crate::stripe_api::{Mood, event};
use crate::world::World;

/// What Stripe says of a checkout once its customer has paid.
pub fn paid_there(amount: u64) -> Value {
    let charge = json!({
        "id": "ch_1", "created": now().seconds(), "amount_refunded": 0, "disputed": false,
        "currency": "eur", "refunds": { "data": [], "has_more": false },
    });
    json!({
        "status": "complete", "payment_status": "paid", "amount_total": amount,
        "payment_intent": { "id": "pi_3SXkQ2LkdIwHu7ix0a7VbN3m", "status": "succeeded", "latest_charge": charge },
    })
}

/// The customer's browser goes to the checkout, and comes back.
pub async fn customer_returns(world: &World, session: &Value) -> Moment {
    let open = |url: String| async move { world.http.get(url).send().await.expect("an answer").status() };
    let checkout = session["checkout_url"].as_str().expect("a URL").to_owned();
    assert_eq!(open(checkout).await.as_u16(), 303);
    let (id, secret) =
        (session["id"].as_str().expect("an id"), session["client_secret"].as_str().expect("one"));
    let back = format!("{}/return/{id}?client_secret={secret}", world.stack.url);
    assert_eq!(open(back).await.as_u16(), 200);
    now()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_webhook_never_came_is_found_within_two_minutes_of_the_customers_return() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id").to_owned();
    let back = customer_returns(&world, &session).await;
    world.stripe.sets_checkout(&id, &paid_there(4999));
    assert_eq!(world.shop.status("1").await, "pending", "the webhook is lost");

    clock.passes(back, 2).await;
    let order = world.shop.order("1").await;
    assert_eq!((&order["status"], &order["amount_paid"]), (&json!("paid"), &json!(4999)), "{order}");
    let timeline = world.shop.get(&format!("/v1/sessions/{id}/timeline")).await.expect(200);
    let texts: Vec<&str> = timeline["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .filter(|entry| entry["kind"] == "reconciled")
        .map(|entry| entry["text"].as_str().expect("a text"))
        .collect();
    assert_eq!(texts, ["We asked stripe, which says: 49.99 EUR were paid."], "{timeline}");

    // It comes after all, twice, and nothing happens twice.
    let before = world.stored(&world.shop, "1").await.expect("an order");
    for outcome in ["stale", "duplicate"] {
        let told = world.stripe_tells(&event::paid("evt_late", &id, 4999, "eur")).await.expect(200);
        assert_eq!(told["outcome"], outcome);
    }
    let order = world.shop.order("1").await;
    assert_eq!(
        (&order["status"], &order["amount_paid"], &order["attention"]),
        (&json!("paid"), &json!(4999), &json!([]))
    );
    let after = world.stored(&world.shop, "1").await.expect("an order");
    assert_eq!(after.facts.len(), before.facts.len() + 1);
    assert_eq!(payproof::payment::told(&after).len(), payproof::payment::told(&before).len(), "told once");

    // Nothing is outstanding: nothing is done and no timer is set any more.
    let timers = world.timers().await;
    clock.passes(back.plus_seconds(120), 60).await;
    assert_eq!(world.timers().await, timers);
    assert_eq!(world.stored(&world.shop, "1").await, Some(after));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_never_came_back_is_asked_about_when_the_time_is_over() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    let session = world.shop.opens("1").await;
    world.stripe.sets_checkout(session["id"].as_str().expect("an id"), &paid_there(4999));
    let before = clock.passes(now(), 29).await;
    assert_eq!(world.shop.status("1").await, "created");
    clock.passes(before, 3).await;
    assert_eq!(world.shop.status("1").await, "paid", "closing was refused, and the answer is the fact");
    let stored = world.stored(&world.shop, "1").await.expect("an order");
    assert!(
        stored.facts.iter().all(|fact| fact.said.kind != Kind::ClockExpired && fact.source == Source::Fetch)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_session_is_asked_about_long_before_its_time_is_over() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    world.shop.registers("1").await;
    let wish = json!({ "order_id": "1", "expires_in": 80_000 });
    let session = world.shop.post("/v1/sessions", wish).await.expect(201);
    world.stripe.sets_checkout(session["id"].as_str().expect("an id"), &paid_there(4999));
    clock.passes(now(), 31).await;
    assert_eq!(world.shop.status("1").await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_method_is_followed_until_the_money_is_there() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id").to_owned();
    let back = customer_returns(&world, &session).await;
    let slow = json!({
        "status": "complete", "payment_status": "unpaid",
        "payment_intent": { "id": "pi_3SXkQ2LkdIwHu7ix0a7VbN3m", "status": "processing" },
    });
    world.stripe.sets_checkout(&id, &slow);
    let then = clock.passes(back, 2).await;
    assert_eq!(world.shop.status("1").await, "processing");
    let asked = world.stored(&world.shop, "1").await.expect("an order").facts.len();
    let then = clock.passes(then, 24 * 60).await;
    let again = world.stored(&world.shop, "1").await.expect("an order").facts.len();
    assert_eq!(again, asked, "the same answer is no new fact");
    world.stripe.sets_checkout(&id, &paid_there(4999));
    clock.passes(then, 12 * 60 + 2).await;
    assert_eq!(world.shop.status("1").await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_leaves_it_as_it_is_and_heals_it_when_it_is_back() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id").to_owned();
    let back = customer_returns(&world, &session).await;
    world.stripe.sets_checkout(&id, &paid_there(4999));
    world.stripe.answers(Mood::Breaks);
    let then = clock.passes(back, 70).await;
    assert_eq!(world.shop.status("1").await, "pending", "nothing is believed of who does not answer");
    let asked = world.stripe.asked();
    // 1, 3 and 10 minutes after the return; then its time is over: closing, at 0, 1, 3, 10 and 30 minutes.
    assert_eq!(asked, 8, "backed off");
    world.stripe.answers(Mood::Fine);
    clock.passes(then, 70).await;
    assert_eq!(world.shop.status("1").await, "paid");
}
