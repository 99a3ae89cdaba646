//! `Idempotency-Key`: the same request again is the same session, whatever became of the first answer.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::racing::at_once;
use crate::stripe_api::Mood;
use crate::world::{Answer, Shop, World};

/// `POST /v1/sessions` with this key of the shop and this idempotency key.
async fn opens(shop: &Shop, api_key: &str, key: &str, body: &Value) -> Answer {
    let request = shop.http.post(format!("{}/v1/sessions", shop.url)).bearer_auth(api_key);
    Answer::of(request.header("idempotency-key", key).json(body).send().await.expect("an answer")).await
}

async fn opens_for(shop: &Shop, key: &str, order: &str) -> Answer {
    opens(shop, &shop.secret_key, key, &json!({ "order_id": order })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_body_are_the_same_session() {
    let world = World::start().await;
    world.shop.registers("1").await;
    let first = opens_for(&world.shop, "key-1", "1").await.expect(201);
    let before = world.table().await;
    for _ in 0..3 {
        // The first answer may have been lost, so this one has all that it had.
        assert_eq!(opens_for(&world.shop, "key-1", "1").await.expect(200), first);
    }
    assert_eq!(world.table().await, before, "a repeat writes nothing");
    assert_eq!((world.stripe.checkouts(), world.stripe.creations().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_shows_the_session_as_it_is_now() {
    let world = World::start().await;
    for (status, _) in crate::reach::MESSAGES {
        world.shop.registers(status).await;
        let first = opens_for(&world.shop, status, status).await.expect(201);
        world.brings(status, &crate::reach::Opened::of(&first), status).await;
        let again = opens_for(&world.shop, status, status).await.expect(200);
        assert_eq!((&again["id"], &again["status"]), (&first["id"], &json!(status)));
        assert_eq!(again["client_secret"], first["client_secret"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_requests_with_one_key_at_once_are_one_session() {
    let world = Arc::new(World::start().await);
    for round in 0..4 {
        let order = format!("order-{round}");
        world.shop.registers(&order).await;
        let answers = at_once(&world, 16, |world, _| {
            let (key, order) = (format!("key-{round}"), order.clone());
            async move { opens_for(&world.shop, &key, &order).await }
        })
        .await;
        let mut created = Vec::new();
        for answer in &answers {
            match answer.status {
                201 => created.push(answer.json()["id"].clone()),
                200 => assert!(answer.json()["client_secret"].is_string(), "{}", answer.body),
                _ => answer.expect_problem(409, "idempotency_in_progress"),
            }
        }
        assert_eq!(created, [json!(world.shop.session_id(&order, 1).to_string())]);
        assert_eq!(
            opens_for(&world.shop, &format!("key-{round}"), &order).await.expect(200)["id"],
            created[0]
        );
        assert_eq!((world.stripe.checkouts(), world.stripe.creations().len()), (round + 1, round + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_with_another_body_is_refused() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.shop.registers("2").await;
    opens_for(&world.shop, "key-1", "1").await.expect(201);
    let before = world.table().await;
    for body in [
        json!({ "order_id": "2" }),
        json!({ "order_id": "1", "method": "card" }),
        json!({ "order_id": "1", "locale": "de" }),
        json!({ "order_id": "unknown" }),
    ] {
        let answer = opens(&world.shop, &world.shop.secret_key, "key-1", &body).await;
        answer.expect_problem(422, "idempotency_mismatch");
    }
    assert_eq!(world.table().await, before);
    // A key is a text: other case, other key.
    opens_for(&world.shop, "KEY-1", "2").await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_first_is_running_its_repeat_waits() {
    let world = Arc::new(World::start().await);
    world.shop.registers("1").await;
    world.stripe.set_mood(Mood::Hangs);
    let first = {
        let shop = world.shop.clone();
        tokio::spawn(async move { opens_for(&shop, "key-1", "1").await })
    };
    while world.stripe.creations().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let again = opens_for(&world.shop, "key-1", "1").await;
    again.expect_problem(409, "idempotency_in_progress");
    assert!((1..=20).contains(&again.header("retry-after").parse::<u64>().expect("seconds")));
    let mismatch =
        opens(&world.shop, &world.shop.secret_key, "key-1", &json!({ "order_id": "1", "locale": "de" }))
            .await;
    mismatch.expect_problem(422, "idempotency_mismatch");
    let without = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    without.expect_problem(409, "session_opening");
    assert!((1..=20).contains(&without.header("retry-after").parse::<u64>().expect("seconds")));
    // It gives up after 7 s. Whether Stripe made the checkout is unknown, so a repeat asks for the same one.
    let first =
        tokio::time::timeout(Duration::from_secs(12), first).await.expect("an end").expect("an answer");
    first.expect_problem(502, "no_provider_available");
    world.stripe.set_mood(Mood::Fine);
    let repeat = opens_for(&world.shop, "key-1", "1").await;
    assert!([200, 201].contains(&repeat.status), "{}", repeat.body);
    assert_eq!(repeat.json()["attempt"], 1);
    assert_eq!(world.stripe.checkouts(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failure_the_key_is_free_again() {
    let world = World::start().await;
    // Each failure at another point: before the provider is asked, by the provider, and by an order that is paid.
    opens_for(&world.shop, "key-1", "1").await.expect_problem(404, "order_not_found");
    world.shop.registers("1").await;
    world.stripe.set_mood(Mood::Refuses);
    opens_for(&world.shop, "key-1", "1").await.expect_problem(502, "no_provider_available");
    assert_eq!(world.table().await.keys_of("idem"), Vec::<(&str, &str)>::new());
    world.stripe.set_mood(Mood::Fine);
    let opened = opens_for(&world.shop, "key-1", "1").await.expect(201);
    assert_eq!(opened["attempt"], 2, "the attempt that was refused has failed");
    opens(&world.shop, &world.shop.secret_key, "key-1", &json!({ "order_id": "2" }))
        .await
        .expect_problem(422, "idempotency_mismatch");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_wrong_does_not_use_the_key_up() {
    let world = World::start().await;
    world.shop.registers("1").await;
    let secret = &world.shop.secret_key;
    for body in
        [json!({}), json!({ "order_id": "1", "amount": 1 }), json!({ "order_id": "1", "method": "cash" })]
    {
        assert_eq!(opens(&world.shop, secret, "key-1", &body).await.status, 422);
    }
    opens_for(&world.shop, "key-1", "1").await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_key_is_refused_and_opens_nothing() {
    let world = World::start().await;
    world.shop.registers("1").await;
    let before = world.table().await;
    let raw = |key: &str| {
        crate::wire::Raw::new("POST", "/v1/sessions")
            .header("idempotency-key", key)
            .body(r#"{"order_id":"1"}"#)
    };
    let long = "k".repeat(256);
    for key in ["", " ", "two words", "tab\there", "com,ma", "schlüssel", long.as_str()] {
        world.sends_as(&world.shop, raw(key)).await.expect_problem(422, "invalid_idempotency_key");
    }
    let twice = raw("a").header("idempotency-key", "b");
    world.sends_as(&world.shop, twice).await.expect_problem(422, "invalid_idempotency_key");
    assert_eq!(world.table().await, before);
    assert_eq!(world.stripe.creations().len(), 0);
    world.sends_as(&world.shop, raw(&"k".repeat(255))).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_two_shops_and_of_browsers_and_servers_do_not_meet() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.shop.registers("2").await;
    world.other.registers("1").await;
    let ours = opens_for(&world.shop, "key-1", "1").await.expect(201);
    let theirs = opens_for(&world.other, "key-1", "1").await.expect(201);
    assert_ne!(ours["id"], theirs["id"]);
    let browser = opens(&world.shop, &world.shop.publishable_key, "key-1", &json!({ "order_id": "2" })).await;
    assert_ne!(browser.expect(201)["id"], ours["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_back_its_own_session_and_nobody_elses_secret() {
    let world = World::start().await;
    let publishable = &world.shop.publishable_key;
    let body = json!({ "order_id": "1" });
    world.shop.registers("1").await;
    let first = opens(&world.shop, publishable, "mine", &body).await.expect(201);
    assert!(first["client_secret"].is_string());
    // Its first answer was lost.
    assert_eq!(opens(&world.shop, publishable, "mine", &body).await.expect(200), first);
    // Somebody else's browser guessed the order's id, and asks again and again.
    for _ in 0..3 {
        let guessed = opens(&world.shop, publishable, "another", &body).await.expect(200);
        assert_eq!(guessed["id"], first["id"]);
        assert_eq!(guessed.get("client_secret"), None, "{guessed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_browsers_with_one_guessed_order_and_one_key_get_no_secret() {
    let world = Arc::new(World::start().await);
    world.shop.opens("1").await;
    for round in 0..8 {
        let answers = at_once(&world, 8, |world, _| async move {
            let body = json!({ "order_id": "1" });
            opens(&world.shop, &world.shop.publishable_key, &format!("guess-{round}"), &body).await
        })
        .await;
        for answer in answers {
            assert!([200, 409].contains(&answer.status), "{}", answer.body);
            assert!(!answer.body.contains("csec_"), "{}", answer.body);
        }
    }
}
