//! The same thing many times at one moment, and different things at one moment.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::events;
use crate::world::World;

/// Runs `what` for 0 to `count` at once, each with the world, and gives what came of it in that order.
pub async fn at_once<T, F>(world: &Arc<World>, count: usize, what: impl Fn(Arc<World>, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut set = JoinSet::new();
    for n in 0..count {
        let doing = what(Arc::clone(world), n);
        set.spawn(async move { (n, doing.await) });
    }
    let mut done = set.join_all().await;
    done.sort_by_key(|(n, _)| *n);
    done.into_iter().map(|(_, value)| value).collect()
}

/// The outcomes of these events, delivered at once; each is delivered again until it is answered 200, as providers do.
async fn outcomes(world: &Arc<World>, events: Vec<Value>) -> Vec<String> {
    let events = Arc::new(events);
    at_once(world, events.len(), |world, n| {
        let events = Arc::clone(&events);
        async move {
            let mut answer = world.stripe_tells(&events[n]).await;
            while answer.status == 503 {
                // The race for the item was lost a dozen times.
                assert_eq!(answer.header("retry-after"), "1");
                answer = world.stripe_tells(&events[n]).await;
            }
            answer.expect(200)["outcome"].as_str().expect("an outcome").to_owned()
        }
    })
    .await
}

fn count(outcomes: &[String], wanted: &str) -> usize {
    outcomes.iter().filter(|outcome| *outcome == wanted).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_copies_of_one_event_are_applied_once() {
    let world = Arc::new(World::start().await);
    for round in 0..8 {
        let order = format!("order-{round}");
        let session = world.shop.opens(&order).await;
        let event = events::paid(&format!("evt_{round}"), session["id"].as_str().expect("an id"));
        let version = world.version(&world.shop, &order).await;
        let outcomes = outcomes(&world, vec![event; 16]).await;
        assert_eq!((count(&outcomes, "applied"), count(&outcomes, "duplicate")), (1, 15), "{outcomes:?}");
        assert_eq!(world.version(&world.shop, &order).await, version + 1);
        let after = world.shop.order(&order).await;
        assert_eq!((after["status"].as_str(), after["amount_paid"].as_u64()), (Some("paid"), Some(4999)));
        assert_eq!(after["attention"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_events_about_one_payment_count_its_money_once() {
    let world = Arc::new(World::start().await);
    for round in 0..4 {
        let order = format!("order-{round}");
        let session = world.shop.opens(&order).await;
        let id = session["id"].as_str().expect("an id");
        let event = |n: usize| match n % 2 {
            0 => events::paid(&format!("evt_{round}_{n}"), id),
            _ => events::intent_paid(&format!("evt_{round}_{n}"), id),
        };
        let outcomes = outcomes(&world, (0..16).map(event).collect()).await;
        assert_eq!((count(&outcomes, "applied"), count(&outcomes, "stale")), (1, 15), "{outcomes:?}");
        let after = world.shop.order(&order).await;
        assert_eq!((after["status"].as_str(), after["amount_paid"].as_u64()), (Some("paid"), Some(4999)));
        assert_eq!(after["attention"], json!([]));
        let stored = world.stored(&world.shop, &order).await.expect("the order");
        assert_eq!(stored.facts.len(), 16, "each is kept");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_different_events_at_once_end_as_they_would_one_by_one() {
    let world = Arc::new(World::start().await);
    for round in 0..4 {
        let order = format!("order-{round}");
        let session = world.shop.opens(&order).await;
        let id = session["id"].as_str().expect("an id");
        let kinds = [
            events::processing(&format!("evt_{round}_1"), id),
            events::declined(&format!("evt_{round}_2"), id),
            events::async_paid(&format!("evt_{round}_3"), id),
            events::intent_paid(&format!("evt_{round}_4"), id),
        ];
        let outcomes = outcomes(&world, (0..16).map(|n| kinds[n % 4].clone()).collect()).await;
        assert_eq!(count(&outcomes, "duplicate"), 12, "{outcomes:?}");
        let after = world.shop.order(&order).await;
        assert_eq!((after["status"].as_str(), after["amount_paid"].as_u64()), (Some("paid"), Some(4999)));
        assert_eq!(after["attention"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_comes_while_its_order_and_session_are_made_is_applied() {
    let world = Arc::new(World::start().await);
    at_once(&world, 24, |world, n| async move {
        let order = format!("order-{n}");
        let event = events::processing(&format!("evt_{n}"), &world.shop.session_id(&order, 1).to_string());
        let (made, told) = tokio::join!(
            async {
                // Each begins a little later than the one before, so that they meet everywhere.
                tokio::time::sleep(std::time::Duration::from_millis(2 * u64::try_from(n).expect("a number")))
                    .await;
                world.shop.registers(&order).await;
                world.shop.post("/v1/sessions", json!({ "order_id": order })).await
            },
            async {
                tokio::time::sleep(std::time::Duration::from_millis(24)).await;
                world.stripe_tells(&event).await.expect(200)
            },
        );
        assert!([201, 409].contains(&made.status), "{}", made.body);
        assert!(
            ["unmatched", "applied", "duplicate"].contains(&told["outcome"].as_str().expect("a word")),
            "{told}"
        );
        assert_eq!(world.shop.status(&order).await, "processing", "{told}");
        // Nothing is left that somebody would look at in vain.
        assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "duplicate");
    })
    .await;
    let kept = world.shop.get("/v1/events?outcome=unmatched").await.expect(200);
    for event in kept["data"].as_array().expect("a list") {
        assert!(event["applied_at"].is_string(), "{event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_requests_for_a_session_make_one_checkout() {
    let world = Arc::new(World::start().await);
    for round in 0..4 {
        let order = format!("order-{round}");
        world.shop.registers(&order).await;
        let answers = at_once(&world, 16, |world, _| {
            let body = json!({ "order_id": order });
            async move { world.shop.post("/v1/sessions", body).await }
        })
        .await;
        let mut opened = 0;
        for answer in &answers {
            match answer.status {
                201 => opened += 1,
                200 => {}
                _ => answer.expect_problem(409, "session_opening"),
            }
        }
        assert_eq!(opened, 1);
        assert_eq!(world.shop.order(&order).await["sessions"].as_array().map(Vec::len), Some(1));
        assert_eq!(world.stripe.checkouts(), round + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_registrations_of_one_order_are_one_order() {
    let world = Arc::new(World::start().await);
    let answers = at_once(&world, 16, |world, _| async move {
        world
            .shop
            .put("/v1/orders/1", json!({ "amount": 4999, "currency": "EUR", "description": "A chair" }))
            .await
    })
    .await;
    let new = answers.iter().filter(|answer| answer.status == 201).count();
    let same = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((new, same), (1, 15));
    assert_eq!(world.version(&world.shop, "1").await, 1);
    let list = world.shop.get("/v1/orders").await.expect(200);
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_pays_what_the_order_costs_however_it_is_changed_meanwhile() {
    let world = Arc::new(World::start().await);
    at_once(&world, 16, |world, n| async move {
        let order = format!("order-{n}");
        world.shop.registers(&order).await;
        let path = format!("/v1/orders/{order}");
        let (opened, changed) = tokio::join!(
            world.shop.post("/v1/sessions", json!({ "order_id": order })),
            world.shop.put(&path, json!({ "amount": 5999, "currency": "EUR" })),
        );
        opened.expect(201);
        let expected = if changed.status == 200 { 5999 } else { 4999 };
        if changed.status != 200 {
            changed.expect_problem(409, "order_locked");
        }
        assert_eq!(opened.json()["amount"], expected);
        assert_eq!(world.shop.order(&order).await["amount"], expected);
        let id = json!(opened.json()["id"]);
        let creations = world.stripe.creations();
        let of = |form: &[(String, String)], name: &str| {
            form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).expect("a field")
        };
        let form =
            creations.iter().find(|form| json!(of(form, "client_reference_id")) == id).expect("a creation");
        assert_eq!(of(form, "line_items[0][price_data][unit_amount]"), expected.to_string());
    })
    .await;
}
