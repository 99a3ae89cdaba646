//! Money that comes when nobody waits for it any more: it is taken in, counted and told, whatever became of the order.

use payproof::payment::told;
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::clockwork::Clockwork;
use crate::events;
use crate::healed::paid_there;
use crate::reach::Opened;
use crate::stripe_api::Mood;
use crate::world::World;

/// A session that the shop stopped, for the goods are sold out.
async fn given_up() -> (World, Opened) {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    let body = json!({ "actor": "Ada", "note": "Sold out." });
    world.shop.post(&format!("/v1/sessions/{}/cancel", session.id), body).await.expect(200);
    assert_eq!(world.shop.status("1").await, "cancelled");
    (world, session)
}

async fn stands(world: &World) -> (Value, Value, Value) {
    let order = world.shop.order("1").await;
    (order["status"].clone(), order["amount_paid"].clone(), order["attention"].clone())
}

/// vendurehq/vendure#3411: the change of state is refused for stock after the customer paid, and nothing shows the money.
#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_after_the_shop_gave_the_order_up_is_recorded_told_and_can_go_back() {
    let (world, session) = given_up().await;
    let before = told(&world.stored(&world.shop, "1").await.expect("an order")).len();
    let paid = events::paid("evt_1", &session.id);
    assert_eq!(world.stripe_tells(&paid).await.expect(200)["outcome"], "applied");
    assert_eq!(stands(&world).await, (json!("paid"), json!(4999), json!(["late_payment"])));
    let news = told(&world.stored(&world.shop, "1").await.expect("an order"));
    assert_eq!(news[before..].iter().map(|news| news.kind.word()).collect::<Vec<_>>(), ["order.paid"]);
    world.shop.refunds("1", "sold-out", json!({ "reason": "Sold out." })).await.expect(200);
    assert_eq!(world.shop.status("1").await, "refunded");
}

/// vendurehq/vendure#3411 and #3025: what is left in the order costs something else by the time the money comes.
#[tokio::test(flavor = "multi_thread")]
async fn money_for_an_order_that_changed_after_it_was_given_up_is_looked_at_and_not_refused() {
    let (world, session) = given_up().await;
    world.shop.put("/v1/orders/1", json!({ "amount": 2999, "currency": "EUR" })).await.expect(200);
    let paid = events::paid("evt_1", &session.id);
    assert_eq!(world.stripe_tells(&paid).await.expect(200)["outcome"], "review");
    assert_eq!(
        stands(&world).await,
        (json!("review"), json!(4999), json!(["amount_mismatch", "late_payment"]))
    );
    let body = json!({ "decision": "reject", "actor": "Ada" });
    world.shop.post(&format!("/v1/sessions/{}/review", session.id), body).await.expect(200);
    assert_eq!(world.shop.status("1").await, "refunded");
}

/// btcpayserver/btcpayserver#2640: once the timer has run out, confirmations are neither waited for nor counted.
#[tokio::test(flavor = "multi_thread")]
async fn money_that_is_confirmed_long_after_the_session_expired_is_followed_and_counted() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    world.stripe.acts(Mood::Refuses);
    let then = clock.passes(now(), 32).await;
    assert_eq!(world.shop.status("1").await, "expired");
    // The customer sent it all the same; it takes a day until it is confirmed. No webhook tells of either.
    let slow = json!({
        "status": "complete", "payment_status": "unpaid",
        "payment_intent": { "id": events::INTENT, "status": "processing" },
    });
    world.stripe.sets_checkout(id, &slow);
    let then = clock.passes(then, 40).await;
    assert_eq!(world.shop.status("1").await, "processing", "nobody is asked to pay again meanwhile");
    let another = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    another.expect_problem(409, "payment_under_way");
    let then = clock.passes(then, 24 * 60).await;
    world.stripe.sets_checkout(id, &paid_there(4999));
    clock.passes(then, 12 * 60 + 2).await;
    assert_eq!(stands(&world).await, (json!("paid"), json!(4999), json!(["late_payment"])));
}
