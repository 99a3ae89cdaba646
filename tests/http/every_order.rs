//! Whatever comes first: each permutation of what is told of one session, and each interleaving of what is told of two,
//! ends the same.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::events;
use crate::racing::at_once;
use crate::stripe_api::event;
use crate::world::World;

/// Every order of the numbers below `count`.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let shorter = permutations(count - 1);
    let inserted = shorter.iter().flat_map(|order| {
        (0..count).map(move |place| {
            let mut order = order.clone();
            order.insert(place, count - 1);
            order
        })
    });
    inserted.collect()
}

/// Every way to deal `first` and `second` into one row, each kept in its own order: true takes from the first.
fn interleavings(first: usize, second: usize) -> Vec<Vec<bool>> {
    if first == 0 || second == 0 {
        return vec![[vec![true; first], vec![false; second]].concat()];
    }
    let after = |taken: bool, rest: Vec<Vec<bool>>| {
        rest.into_iter().map(move |row| [vec![taken], row].concat()).collect::<Vec<_>>()
    };
    [after(true, interleavings(first - 1, second)), after(false, interleavings(first, second - 1))].concat()
}

/// What an order amounts to, without its ids and moments.
async fn amounts_to(world: &World, order: &str) -> Value {
    let order = world.shop.order(order).await;
    let session = |session: &Value| {
        json!({
            "status": session["status"], "refunded": session["amount_refunded"], "message": session["message"],
            "final": session["final"], "can_retry": session["can_retry"],
        })
    };
    let sessions: Vec<_> = order["sessions"].as_array().expect("a list").iter().map(session).collect();
    json!({
        "status": order["status"], "attention": order["attention"], "paid": order["amount_paid"],
        "refunded": order["amount_refunded"], "sessions": sessions,
    })
}

/// A refund of EUR 15.00 at Stripe's dashboard, whose payment carries our session.
fn part_refund(id: &str, session: &str, intent: &str) -> Value {
    let object = json!({
        "id": format!("re_{id}"), "object": "refund", "amount": 1_500, "currency": "eur", "status": "succeeded",
        "metadata": { "session_id": session }, "payment_intent": intent,
    });
    event::of(id, "refund.created", object)
}

/// What Stripe may tell of one session: paid, expired, a part refund, and completed without money.
fn four(order: &str, session: &str) -> Vec<Value> {
    let id = |name: &str| format!("evt_{order}_{name}");
    vec![
        events::paid(&id("paid"), session),
        events::expired(&id("expired"), session),
        part_refund(&id("refund"), session, events::INTENT),
        events::processing(&id("unpaid"), session),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_permutation_of_what_is_told_of_one_session_ends_the_same() {
    let world = Arc::new(World::start().await);
    let ends = at_once(&world, 24, |world, n| async move {
        let order = format!("o{n}");
        let session = world.reaches(&order, "pending").await;
        let events = four(&order, &session.id);
        for index in &permutations(4)[n] {
            world.stripe_tells(&events[*index]).await.expect(200);
            // Each of them comes once more, as they do.
            assert_eq!(world.stripe_tells(&events[*index]).await.expect(200)["outcome"], "duplicate");
        }
        amounts_to(&world, &order).await
    })
    .await;
    let expected = json!({
        "status": "paid", "attention": ["late_payment"], "paid": 4999, "refunded": 1_500,
        "sessions": [{
            "status": "paid", "refunded": 1_500, "final": true, "can_retry": false,
            "message": "Payment confirmed. Your order is now being processed.",
        }],
    });
    for (order, end) in permutations(4).iter().zip(ends) {
        assert_eq!(end, expected, "{order:?}");
    }
}

/// The same where all of it comes before the order, or between the order and its session.
#[tokio::test(flavor = "multi_thread")]
async fn each_permutation_that_comes_early_ends_the_same() {
    let world = Arc::new(World::start().await);
    let ends = at_once(&world, 24, |world, n| async move {
        let order = format!("o{n}");
        let session = world.shop.session_id(&order, 1).to_string();
        let events = four(&order, &session);
        for (place, index) in permutations(4)[n].iter().enumerate() {
            if place == n % 5 {
                world.shop.registers(&order).await;
            }
            assert_eq!(world.stripe_tells(&events[*index]).await.expect(200)["outcome"], "unmatched");
        }
        if n % 5 == 4 {
            world.shop.registers(&order).await;
        }
        let opened = world.shop.post("/v1/sessions", json!({ "order_id": order })).await;
        opened.expect_problem(409, "order_already_paid");
        amounts_to(&world, &order).await
    })
    .await;
    for (order, end) in permutations(4).iter().zip(&ends) {
        assert_eq!(*end, ends[0], "{order:?}");
        assert_eq!(
            (&end["status"], &end["paid"], &end["refunded"]),
            (&json!("paid"), &json!(4999), &json!(1_500))
        );
    }
    assert_eq!(world.stripe.creations().len(), 0, "nobody was sent to pay again");
}

/// What is told of two sessions of an order: the order and the sessions' ids, to the events of the first and the second.
type Story = fn(&str, &str, &str) -> (Vec<Value>, Vec<Value>);

/// Tells two attempts' stories in every interleaving, on an order each; gives what each came to.
async fn every_interleaving(story: Story, (first, second): (usize, usize)) -> Vec<(Vec<bool>, Value)> {
    let world = Arc::new(World::start().await);
    let ways = interleavings(first, second);
    let ends = at_once(&world, ways.len(), |world, n| async move {
        let order = format!("o{n}");
        let one = world.reaches(&order, "pending").await.id;
        let body = json!({ "order_id": order, "method": "link" });
        let other = world.shop.post("/v1/sessions", body).await.expect(201)["id"].clone();
        let other = other.as_str().expect("an id").to_owned();
        let (ones, others) = story(&order, &one, &other);
        assert_eq!((ones.len(), others.len()), (first, second));
        let (mut ones, mut others) = (ones.into_iter(), others.into_iter());
        for takes_first in &interleavings(first, second)[n] {
            let next = if *takes_first { ones.next() } else { others.next() };
            world.stripe_tells(&next.expect("an event")).await.expect(200);
        }
        amounts_to(&world, &order).await
    })
    .await;
    ways.into_iter().zip(ends).collect()
}

/// Declined, completed, failed; and another way that is paid and refunded in part.
#[tokio::test(flavor = "multi_thread")]
async fn each_interleaving_of_a_failed_and_a_paid_attempt_ends_the_same() {
    let ends = every_interleaving(
        |order, one, other| {
            let id = |name: &str| format!("evt_{order}_{name}");
            let intent = format!("pi_{order}_2");
            let ones = vec![
                events::declined(&id("declined"), one),
                events::processing(&id("unpaid"), one),
                events::async_failed(&id("failed"), one),
            ];
            let others = vec![
                events::processing(&id("unpaid2"), other),
                events::by_intent(events::async_paid(&id("paid2"), other), &intent),
                part_refund(&id("refund2"), other, &intent),
            ];
            (ones, others)
        },
        (3, 3),
    )
    .await;
    assert_eq!(ends.len(), 20);
    for (way, end) in ends {
        let told = (&end["status"], &end["attention"], &end["paid"], &end["refunded"]);
        assert_eq!(told, (&json!("paid"), &json!([]), &json!(4999), &json!(1_500)), "{way:?}: {end}");
        let of = |n: usize| end["sessions"][n]["status"].clone();
        assert_eq!((of(0), of(1)), (json!("failed"), json!("paid")), "{way:?}");
    }
}

/// Both are paid, one of them after it expired: that is said, and no money is lost in any order.
#[tokio::test(flavor = "multi_thread")]
async fn each_interleaving_of_two_paid_attempts_ends_the_same() {
    let ends = every_interleaving(
        |order, one, other| {
            let id = |name: &str| format!("evt_{order}_{name}");
            let intent = |nth: u8| format!("pi_{order}_{nth}");
            let ones = vec![
                events::expired(&id("expired"), one),
                events::by_intent(events::paid(&id("late"), one), &intent(1)),
                part_refund(&id("refund"), one, &intent(1)),
            ];
            let others = vec![
                events::processing(&id("unpaid2"), other),
                events::by_intent(events::paid(&id("paid2"), other), &intent(2)),
            ];
            (ones, others)
        },
        (3, 2),
    )
    .await;
    assert_eq!(ends.len(), 10);
    for (way, end) in ends {
        let told = (&end["status"], &end["paid"], &end["refunded"]);
        assert_eq!(told, (&json!("paid"), &json!(9998), &json!(1_500)), "{way:?}: {end}");
        assert_eq!(end["attention"], json!(["duplicate_payment", "late_payment"]), "{way:?}");
    }
}
