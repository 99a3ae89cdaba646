//! Properly signed events, in every order that matters: only a true payment makes an order paid.

use serde_json::{Value, json};

use crate::events;
use crate::stripe_api::event;
use crate::world::World;

/// What was delivered, what each delivery was answered, and what the order then says.
struct Story {
    name: &'static str,
    told: Vec<(Value, &'static str)>,
    status: &'static str,
    amount_paid: u64,
    attention: &'static [&'static str],
}

/// `a` and `b` are two event ids of the story's own, `s` its session.
#[rustfmt::skip]
fn stories(a: &str, b: &str, s: &str) -> Vec<Story> {
    use events::{async_failed, async_paid, by_intent, declined, expired, intent_paid, over, paid, processing};
    let story = |name, told, status, amount_paid, attention| Story { name, told, status, amount_paid, attention };
    vec![
        story("paid", vec![(paid(a, s), "applied")], "paid", 4999, &[]),
        story("paid, and the same event again", vec![(paid(a, s), "applied"), (paid(a, s), "duplicate")], "paid", 4999, &[]),
        story("processing", vec![(processing(a, s), "applied")], "processing", 0, &[]),
        story("processing, then paid", vec![(processing(a, s), "applied"), (async_paid(b, s), "applied")], "paid", 4999, &[]),
        story("paid, then processing late", vec![(async_paid(a, s), "applied"), (processing(b, s), "stale")], "paid", 4999, &[]),
        story("processing, then failed", vec![(processing(a, s), "applied"), (async_failed(b, s), "applied")], "failed", 0, &[]),
        story("declined, then paid", vec![(declined(a, s), "stale"), (paid(b, s), "applied")], "paid", 4999, &[]),
        story("declined, twice told", vec![(declined(a, s), "stale"), (declined(a, s), "duplicate")], "created", 0, &[]),
        story("paid, then failed late", vec![(paid(a, s), "applied"), (async_failed(b, s), "applied")], "paid", 4999, &["late_payment"]),
        story("failed, then paid late", vec![(async_failed(a, s), "applied"), (paid(b, s), "applied")], "paid", 4999, &["late_payment"]),
        story("expired", vec![(expired(a, s), "applied")], "expired", 0, &[]),
        story("expired, then paid late", vec![(expired(a, s), "applied"), (paid(b, s), "applied")], "paid", 4999, &["late_payment"]),
        story("paid, then expired late", vec![(paid(a, s), "applied"), (expired(b, s), "applied")], "paid", 4999, &["late_payment"]),
        story("a cent too little", vec![(over(paid(a, s), 4998, "eur"), "review")], "review", 4998, &["amount_mismatch"]),
        story("a cent too much", vec![(over(paid(a, s), 5000, "eur"), "review")], "review", 5000, &["amount_mismatch"]),
        story("another currency", vec![(over(paid(a, s), 4999, "usd"), "review")], "review", 0, &["currency_mismatch"]),
        story("nothing", vec![(over(paid(a, s), 0, "eur"), "review")], "review", 0, &["amount_mismatch"]),
        story("nothing had to be paid", vec![(event::completed(a, s, "no_payment_required", 4999, "eur"), "review")], "review", 0, &["amount_mismatch"]),
        story("told too little, then in full", vec![(over(paid(a, s), 1000, "eur"), "review"), (paid(b, s), "applied")], "paid", 4999, &[]),
        story("in full, then a smaller report of it", vec![(paid(a, s), "applied"), (over(paid(b, s), 1000, "eur"), "stale")], "paid", 4999, &[]),
        story("one payment told by two kinds of event", vec![(paid(a, s), "applied"), (intent_paid(b, s), "stale")], "paid", 4999, &[]),
        story("the other kind first", vec![(intent_paid(a, s), "applied"), (paid(b, s), "stale")], "paid", 4999, &[]),
        story("two payments", vec![(paid(a, s), "applied"), (by_intent(paid(b, s), "pi_another"), "applied")], "paid", 9998, &["duplicate_payment"]),
        story("a step on the way", vec![(events::of_type(intent_paid(a, s), "payment_intent.created"), "stale")], "created", 0, &[]),
        story("no payment at all", vec![(event::of(a, "customer.created", json!({ "id": "cus_1" })), "stale")], "created", 0, &[]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_true_payment_makes_an_order_paid() {
    let world = World::start().await;
    for index in 0..stories("", "", "").len() {
        let order = format!("story-{index}");
        let session = world.shop.opens(&order).await;
        let id = session["id"].as_str().expect("an id");
        let mut all = stories(&format!("evt_{index}_a"), &format!("evt_{index}_b"), id);
        let Story { name, told, status, amount_paid, attention } = all.swap_remove(index);
        for (event, outcome) in told {
            let answer = world.stripe_tells(&event).await;
            assert_eq!(answer.expect(200), json!({ "received": true, "outcome": outcome }), "{name}");
        }
        let after = world.shop.order(&order).await;
        let found = (&after["status"], &after["amount_paid"], &after["attention"]);
        assert_eq!(found, (&json!(status), &json!(amount_paid), &json!(attention)), "{name}");
        let polled = world.shop.get(&format!("/v1/sessions/{id}")).await.expect(200);
        assert_eq!(polled["paid"], json!(status == "paid"), "{name}");
        assert_eq!(polled["order_status"], status, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_without_a_fact_writes_nothing() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    let before = world.table().await;
    for (nth, kind) in ["payment_intent.created", "charge.succeeded", "payout.paid"].into_iter().enumerate() {
        let event = events::of_type(events::intent_paid(&format!("evt_{nth}"), id), kind);
        assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "stale", "{kind}");
    }
    assert_eq!(world.table().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_one_write_and_its_repeat_none() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    let before = world.table().await;
    world.stripe_tells(&events::paid("evt_1", id)).await.expect(200);
    let after = world.table().await;
    assert_eq!(after.changed_since(&before), ["order"]);
    world.stripe_tells(&events::paid("evt_1", id)).await.expect(200);
    assert_eq!(world.table().await, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_held_by_the_provider_is_in_review_until_it_is_paid() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    // A review names the payment intent only: Stripe is asked whose it is.
    world.stripe.knows_intent(events::INTENT, id);
    assert_eq!(world.stripe_tells(&events::review_opened("evt_1")).await.expect(200)["outcome"], "review");
    assert_eq!(world.shop.status("1").await, "review");
    assert_eq!(world.stripe_tells(&events::paid("evt_2", id)).await.expect(200)["outcome"], "applied");
    assert_eq!(world.shop.status("1").await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_must_be_asked_about_gets_503_until_the_provider_can_be_asked() {
    let world = World::start().await;
    // An address where nobody listens.
    let document = world.shop.document("http://127.0.0.1:9");
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    let answer = world.stripe_tells(&events::review_opened("evt_1")).await;
    answer.expect_problem(503, "unavailable");
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    // An outage can outlast the provider's repeats.
    assert_eq!(world.table().await.keys_of("evt").len(), 1, "kept all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_is_verified_as_it_came_whatever_it_is_called() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    let body = serde_json::to_vec(&events::paid("evt_1", id)).expect("JSON");
    let now = payproof_edge::app::now().seconds();
    let secret = payproof::secret::Secret::new(crate::world::STRIPE_SECRET);
    // At the edge of what is still taken, in both directions, among signatures of other secrets and schemes.
    for (seconds, outcome) in [(now - 290, "applied"), (now + 290, "duplicate")] {
        let right = payproof::provider::stripe::sign(&secret, seconds, &body);
        let signature = right.replace(",v1=", &format!(",v0={0},v1={0},v1=", "0".repeat(64)));
        let headers = [("Stripe-Signature", signature.as_str()), ("x-forwarded-host", "evil.test")];
        let answer = world.posts("shop", "stripe", &headers, body.clone()).await;
        assert_eq!(answer.expect(200)["outcome"], outcome);
    }
    assert_eq!(world.shop.status("1").await, "paid");
}
