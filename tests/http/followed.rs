//! What is followed beside a session's own outcome: the other checkout of a paid order, and refunds.

use payproof::payment::Kind;
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::clockwork::Clockwork;
use crate::healed::paid_there;
use crate::stripe_api::{Mood, event};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_second_checkout_of_a_paid_order_is_closed() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    world.shop.registers("1").await;
    let open = |method: &str| world.shop.post("/v1/sessions", json!({ "order_id": "1", "method": method }));
    let (first, second) = (open("card").await.expect(201), open("wallet").await.expect(201));
    let (first, second) = (first["id"].as_str().expect("an id"), second["id"].as_str().expect("an id"));
    world.stripe_tells(&event::paid("evt_1", second, 4999, "eur")).await.expect(200);
    // A minute later, not when its own time is over: until then it could be paid too.
    clock.passes(now(), 2).await;
    assert_eq!(world.stripe.sets_checkout(first, &json!({}))["status"], "expired");
    let order = world.shop.order("1").await;
    assert_eq!((&order["status"], &order["attention"]), (&json!("paid"), &json!([])));
    assert_eq!(order["sessions"][0]["status"], "expired");
    let timeline = world.shop.get(&format!("/v1/sessions/{first}/timeline")).await.expect(200);
    let closed =
        "Attempt 1: we closed the checkout at stripe, so nobody can pay there: the order is settled.";
    assert!(timeline.to_string().contains(closed), "{timeline}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_paid_at_the_second_checkout_before_it_was_closed_is_seen_to_have_paid_twice() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    world.shop.registers("1").await;
    let open = |method: &str| world.shop.post("/v1/sessions", json!({ "order_id": "1", "method": method }));
    let (first, second) = (open("card").await.expect(201), open("wallet").await.expect(201));
    let (first, second) = (first["id"].as_str().expect("an id"), second["id"].as_str().expect("an id"));
    let mut there = paid_there(4999);
    there["payment_intent"]["id"] = json!("pi_another");
    world.stripe.sets_checkout(first, &there);
    world.stripe_tells(&event::paid("evt_1", second, 4999, "eur")).await.expect(200);
    clock.passes(now(), 2).await;
    let order = world.shop.order("1").await;
    assert_eq!((&order["amount_paid"], &order["attention"]), (&json!(9998), &json!(["duplicate_payment"])));
}

/// A paid order with a refund of 10.00 that was asked for, as Stripe then is.
struct Refunding {
    world: World,
    clock: Clockwork,
    id: String,
}

impl Refunding {
    async fn start(status: &'static str, acts: Mood) -> Self {
        let world = World::start().await;
        let clock = Clockwork::new(&world.stack.settings());
        let session = world.shop.opens("1").await;
        let id = session["id"].as_str().expect("an id").to_owned();
        world.stripe.sets_checkout(&id, &paid_there(4999));
        world.stripe_tells(&event::paid("evt_1", &id, 4999, "eur")).await.expect(200);
        world.stripe.refunds_are(status);
        world.stripe.acts(acts);
        let test = Self { world, clock, id };
        test.asks("first").await;
        test
    }

    async fn asks(&self, key: &str) -> Value {
        let url = format!("{}/v1/orders/1/refunds", self.world.stack.url);
        let request = self.world.http.post(url).bearer_auth(&self.world.shop.secret_key);
        let request = request.header("idempotency-key", key).json(&json!({ "amount": 1000 }));
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// What Stripe says of the refunds that it made, from now on: each with this status.
    fn refunds_become(&self, status: &str) {
        let mut there = paid_there(4999);
        let mut refunds = self.world.stripe.refund_objects();
        for refund in &mut refunds {
            refund["status"] = json!(status);
        }
        there["payment_intent"]["latest_charge"]["refunds"]["data"] = json!(refunds);
        self.world.stripe.sets_checkout(&self.id, &there);
    }

    async fn amount_and_attention(&self) -> (Value, Value) {
        let order = self.world.shop.order("1").await;
        (order["amount_refunded"].clone(), order["attention"].clone())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_refund_is_followed_to_its_success_or_failure() {
    for (end, refunded, attention) in
        [("succeeded", 1000, json!([])), ("failed", 0, json!(["refund_failed"]))]
    {
        let test = Refunding::start("pending", Mood::Fine).await;
        test.refunds_become("pending");
        let then = test.clock.passes(now(), 300).await;
        assert_eq!(test.amount_and_attention().await, (json!(0), json!([])), "{end}");
        test.refunds_become(end);
        test.clock.passes(then, 13 * 60).await;
        assert_eq!(test.amount_and_attention().await, (json!(refunded), attention), "{end}");
        assert_eq!(test.world.stripe.refund_requests(), 1, "it is never asked for twice");
        let asked = test.world.stripe.asked();
        test.clock.passes(then.plus_seconds(13 * 3_600), 48 * 60).await;
        assert_eq!(test.world.stripe.asked(), asked, "nothing is outstanding any more");
    }
}

/// killbill/killbill PR #643: duplicate transactions after an unknown one.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_unknown_outcome_is_found_at_the_provider_or_asked_for_again_with_its_key() {
    // It was made, and the provider says so when it is asked.
    let found = Refunding::start("succeeded", Mood::Breaks).await;
    found.refunds_become("succeeded");
    found.world.stripe.acts(Mood::Fine);
    found.clock.passes(now(), 3).await;
    assert_eq!(found.amount_and_attention().await, (json!(1000), json!([])));
    assert_eq!(found.world.stripe.refund_requests(), 1);
    // It was made, and the list does not have it yet: with the same key it is the same refund.
    let again = Refunding::start("succeeded", Mood::Breaks).await;
    again.world.stripe.acts(Mood::Fine);
    again.clock.passes(now(), 3).await;
    assert_eq!(again.amount_and_attention().await, (json!(1000), json!([])));
    assert_eq!((again.world.stripe.refund_requests(), again.world.stripe.refunds().len()), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_can_be_neither_found_nor_asked_for_again_is_stuck_at_once_and_never_sent_twice() {
    let test = Refunding::start("succeeded", Mood::Breaks).await;
    test.world.stripe.answers(Mood::Breaks);
    let then = test.clock.passes(now(), 23 * 60).await;
    assert_eq!(test.amount_and_attention().await, (json!(0), json!([])), "the key is kept for a day");
    let requests = test.world.stripe.refund_requests();
    // From here on the provider keeps no key, and it answers: a refund of ours is not among those that it names.
    test.world.stripe.answers(Mood::Fine);
    test.clock.passes(then.plus_seconds(2 * 3_600), 16 * 60).await;
    assert_eq!(test.amount_and_attention().await, (json!(0), json!(["stuck"])));
    assert_eq!(test.world.stripe.refund_requests(), requests, "it could be a second refund");
    let stored = test.world.stored(&test.world.shop, "1").await.expect("an order");
    let stuck = stored.facts.iter().filter(|fact| matches!(fact.said.kind, Kind::Stuck(Some(_)))).count();
    assert_eq!(stuck, 1);
    test.refunds_become("succeeded");
    test.clock.passes(then.plus_seconds(18 * 3_600), 30 * 60).await;
    assert_eq!(test.amount_and_attention().await, (json!(1000), json!([])), "found after all");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_made_at_the_providers_own_dashboard_is_followed_too() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id").to_owned();
    world.stripe_tells(&event::paid("evt_1", &id, 4999, "eur")).await.expect(200);
    let refund = |status: &str| {
        json!({
            "id": "re_theirs", "object": "refund", "amount": 700, "currency": "eur", "status": status,
            "created": now().seconds(), "payment_intent": "pi_3SXkQ2LkdIwHu7ix0a7VbN3m",
            "metadata": { "session_id": id },
        })
    };
    let mut there = paid_there(4999);
    world.stripe.sets_checkout(&id, &there);
    world.stripe.knows_intent("pi_3SXkQ2LkdIwHu7ix0a7VbN3m", &id);
    let told = world.stripe_tells(&event::of("evt_2", "refund.created", refund("pending"))).await.expect(200);
    assert_eq!(told["outcome"], "stale", "pending moves no money");
    there["payment_intent"]["latest_charge"]["refunds"]["data"] = json!([refund("succeeded")]);
    world.stripe.sets_checkout(&id, &there);
    clock.passes(now(), 3).await;
    assert_eq!(world.shop.order("1").await["amount_refunded"], 700);
}
