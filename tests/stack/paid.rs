//! An order becomes paid, once, because a signed event said so.

use serde_json::json;

use crate::stripe_api::event;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_from_registered_to_paid_by_one_signed_event() {
    let world = World::start().await;
    let order = world.shop.registers("1042").await;
    assert_eq!((order["status"].as_str(), order["amount"].as_u64()), (Some("created"), Some(4999)));

    let session =
        world.shop.post("/v1/sessions", json!({ "order_id": "1042", "method": "card" })).await.expect(201);
    let id = session["id"].as_str().expect("an id");
    assert_eq!(id, world.shop.session_id("1042", 1).to_string());
    assert_eq!(session["status"], "created");
    assert!(
        session["provider_checkout_url"]
            .as_str()
            .is_some_and(|url| url.starts_with("https://checkout.stripe.com/"))
    );

    let go =
        world.http.get(session["checkout_url"].as_str().expect("a URL")).send().await.expect("an answer");
    assert_eq!(go.status(), 303);
    assert_eq!(go.headers()["location"], session["provider_checkout_url"].as_str().expect("a URL"));
    assert_eq!(world.shop.status("1042").await, "pending");

    let told = world.stripe_tells(&event::paid("evt_1", id, 4999, "eur")).await.expect(200);
    assert_eq!(told, json!({ "received": true, "outcome": "applied" }));
    let order = world.shop.order("1042").await;
    assert_eq!((order["status"].as_str(), order["amount_paid"].as_u64()), (Some("paid"), Some(4999)));
    assert_eq!(order["attention"], json!([]));

    let again = world.shop.post("/v1/sessions", json!({ "order_id": "1042" })).await;
    again.expect_problem(409, "order_already_paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_to_stripe_carries_our_ids_and_the_stored_amount() {
    let world = World::start().await;
    let session = world.shop.opens("7").await;
    let id = session["id"].as_str().expect("an id");
    let creations = world.stripe.creations();
    let [form] = creations.as_slice() else { panic!("one creation: {creations:?}") };
    let of = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(of("client_reference_id"), Some(id));
    assert_eq!(of("metadata[session_id]"), Some(id));
    assert_eq!(of("payment_intent_data[metadata][session_id]"), Some(id));
    assert_eq!(of("line_items[0][price_data][unit_amount]"), Some("4999"));
    assert_eq!(of("line_items[0][price_data][currency]"), Some("eur"));
}
