//! `POST /v1/orders/{order_id}/acknowledge`: somebody has looked at what wanted attention, and says so by name.

use serde_json::{Value, json};

use crate::events;
use crate::world::World;

const PATH: &str = "/v1/orders/1/acknowledge";

/// An order that came short by 9.99.
async fn with_too_little() -> (World, String) {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id").to_owned();
    world.stripe_tells(&events::over(events::paid("evt_1", &id), 4_000, "eur")).await.expect(200);
    (world, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_looked_at_is_cleared_with_the_name_of_who_looked() {
    let (world, id) = with_too_little().await;
    assert_eq!(world.shop.order("1").await["attention"], json!(["amount_mismatch"]));
    let body =
        json!({ "attention": ["amount_mismatch"], "actor": "Ada Byron", "note": "The rest comes by post." });
    let order = world.shop.post(PATH, body.clone()).await.expect(200);
    assert_eq!(
        (&order["attention"], &order["status"]),
        (&json!([]), &json!("review")),
        "money is not moved by it"
    );
    let before = world.table().await;
    assert_eq!(world.shop.post(PATH, body).await.expect(200), order, "again it is the same");
    assert_eq!(world.table().await, before, "and writes nothing");

    let timeline = world.shop.get(&format!("/v1/sessions/{id}/timeline")).await.expect(200);
    let entries = timeline["entries"].as_array().expect("entries");
    let decided: Vec<&Value> = entries.iter().filter(|entry| entry["kind"] == "merchant_decision").collect();
    assert_eq!(decided.len(), 1, "{timeline}");
    assert_eq!(decided[0]["text"], "Ada Byron has looked at amount mismatch: The rest comes by post.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_raised_cannot_be_looked_at() {
    let (world, _) = with_too_little().await;
    world.shop.registers("2").await;
    let before = world.table().await;
    let disputed = json!({ "attention": ["amount_mismatch", "disputed"], "actor": "Ada" });
    world.shop.post(PATH, disputed).await.expect_problem(409, "nothing_to_acknowledge");
    let of_new = json!({ "attention": ["stuck"], "actor": "Ada" });
    world.shop.post("/v1/orders/2/acknowledge", of_new).await.expect_problem(409, "nothing_to_acknowledge");
    assert_eq!(world.shop.order("1").await["attention"], json!(["amount_mismatch"]));
    assert_eq!(world.table().await, before, "and nothing is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_body_a_small_key_and_anothers_order_are_refused() {
    let (world, _) = with_too_little().await;
    let before = world.table().await;
    let long = "x".repeat(501);
    for (body, code) in [
        (json!({ "attention": ["amount_mismatch"] }), "invalid_request"),
        (json!({ "attention": ["amount_mismatch"], "actor": " " }), "invalid_request"),
        (json!({ "attention": ["amount_mismatch"], "actor": "A\nB" }), "invalid_request"),
        (json!({ "attention": [], "actor": "Ada" }), "invalid_request"),
        (json!({ "attention": ["hunger"], "actor": "Ada" }), "invalid_request"),
        (json!({ "attention": ["amount_mismatch"], "actor": "Ada", "note": long }), "invalid_request"),
        (json!({ "attention": ["amount_mismatch"], "actor": "Ada", "amount": 1 }), "unknown_field"),
    ] {
        world.shop.post(PATH, body).await.expect_problem(422, code);
    }
    let fine = json!({ "attention": ["amount_mismatch"], "actor": "Ada" });
    for key in [&world.shop.read_key, &world.shop.publishable_key] {
        world.shop.call("POST", PATH, key, Some(&fine)).await.expect_problem(403, "key_not_allowed");
    }
    world.shop.call("POST", PATH, "sk_shop_no", Some(&fine)).await.expect_problem(401, "invalid_api_key");
    world.other.post(PATH, fine.clone()).await.expect_problem(404, "order_not_found");
    world.shop.post("/v1/orders/..x/acknowledge", fine).await.expect_problem(404, "order_not_found");
    assert_eq!(world.table().await, before);
}
