//! Orders that are paid by hand: the return page says what to do, and a merchant confirms, by name, that the money came.

use serde_json::{Value, json};

use crate::world::World;

async fn world_by_hand() -> World {
    let world = World::start().await;
    let mut document = world.shop.document(&world.stripe.url);
    document["providers"]["manual"] = json!({
        "instructions": "Please send {amount} to DE02 1203 0000 0000 2020 51.\nReference: {reference}",
    });
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    world
}

async fn opens(world: &World, order: &str) -> Value {
    world.shop.registers(order).await;
    world.shop.post("/v1/sessions", json!({ "order_id": order, "provider": "manual" })).await.expect(201)
}

async fn decides(world: &World, session: &Value, decision: &str) -> crate::world::Answer {
    let path = format!("/v1/sessions/{}/review", session["id"].as_str().expect("an id"));
    world
        .shop
        .post(&path, json!({ "decision": decision, "actor": "anna", "note": "On the statement of today." }))
        .await
}

#[tokio::test]
async fn the_return_page_says_what_to_do_and_a_merchant_confirms_the_money_once() {
    let world = world_by_hand().await;
    let session = opens(&world, "1042").await;
    let timeline = format!("/v1/sessions/{}/timeline", session["id"].as_str().expect("an id"));
    let go =
        world.http.get(session["checkout_url"].as_str().expect("a link")).send().await.expect("an answer");
    assert_eq!(go.status(), 303);
    let page = go.headers()["location"].to_str().expect("text").to_owned();
    assert!(page.starts_with(&format!("{}/return/", world.stack.url)), "{page}");
    let shown = world.http.get(&page).send().await.expect("an answer").text().await.expect("a page");
    assert!(shown.contains("Please send 49.99 EUR to DE02 1203 0000 0000 2020 51."), "{shown}");
    let log = world.shop.get(&timeline).await.expect(200);
    assert!(!log.to_string().contains("customer_returned"), "nobody came back from anywhere: {log}");

    for _ in 0..2 {
        let decided = decides(&world, &session, "approve").await.expect(200);
        assert_eq!(decided["session"]["status"], "paid", "{decided}");
    }
    let order = world.shop.order("1042").await;
    assert_eq!((&order["status"], &order["amount_paid"]), (&json!("paid"), &json!(4_999)), "{order}");
    let log = world.shop.get(&timeline).await.expect(200).to_string();
    assert!(log.contains("Anna confirmed that 49.99 EUR were paid: On the statement of today."), "{log}");
    let shown = world.http.get(&page).send().await.expect("an answer").text().await.expect("a page");
    assert!(!shown.contains("DE02"), "it is paid: there is nothing left to do: {shown}");
}

#[tokio::test]
async fn nobody_else_and_nothing_else_makes_such_an_order_paid() {
    let world = world_by_hand().await;
    let session = opens(&world, "1042").await;
    world
        .posts("shop", "manual", &[], b"{\"paid\":true}".to_vec())
        .await
        .expect_problem(401, "invalid_signature");
    decides(&world, &session, "reject").await.expect_problem(409, "not_in_review");
    let path = format!("/v1/sessions/{}/review", session["id"].as_str().expect("an id"));
    let body = json!({ "decision": "approve", "actor": "anna" });
    world
        .shop
        .call("POST", &path, &world.shop.read_key, Some(&body))
        .await
        .expect_problem(403, "key_not_allowed");
    let nameless = json!({ "decision": "approve", "actor": "" });
    assert_eq!(world.shop.post(&path, nameless).await.status, 422);
    assert_ne!(world.shop.status("1042").await, "paid");

    // At a provider that tells of its payments nobody can say so.
    let at_stripe = world.shop.opens("1043").await;
    decides(&world, &at_stripe, "approve").await.expect_problem(409, "not_in_review");
}

#[tokio::test]
async fn what_was_cancelled_is_not_confirmed() {
    let world = world_by_hand().await;
    let session = opens(&world, "1042").await;
    let path = format!("/v1/sessions/{}/cancel", session["id"].as_str().expect("an id"));
    world.shop.post(&path, json!({ "actor": "anna" })).await.expect(200);
    decides(&world, &session, "approve").await.expect_problem(409, "not_in_review");
    assert_ne!(world.shop.status("1042").await, "paid");
}
