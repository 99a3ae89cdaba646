//! Orders found by what a provider calls a payment: the provider is asked, or whose it is was remembered.

use serde_json::{Value, json};

use crate::events;
use crate::stripe_api::Mood;
use crate::world::World;

fn path(payment: &str) -> String {
    let text: String = form_urlencoded::byte_serialize(payment.as_bytes()).collect();
    format!("/v1/orders?provider_payment_id={text}")
}

fn nobody() -> Value {
    json!({ "data": [], "next_cursor": null, "not_asked": [] })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_found_by_the_providers_payment_and_checkout() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    world.stripe_tells(&events::paid("evt_1", id)).await.expect(200);
    let order = world.shop.order("1").await;
    let payment = order["sessions"][0]["provider_payment_ids"][0].as_str().expect("the provider's id");
    world.stripe.knows_intent(payment, id);
    let found = world.shop.call("GET", &path(payment), &world.shop.read_key, None).await.expect(200);
    assert_eq!(found, json!({ "data": [order], "next_cursor": null, "not_asked": [] }));
    // The checkout's id too: it stands in the provider's dashboard beside the payment.
    let checkout = session["provider_checkout_url"].as_str().expect("a URL");
    let checkout = checkout.rsplit('/').next().and_then(|last| last.split('#').next()).expect("an id");
    let found = world.shop.get(&path(checkout)).await.expect(200);
    assert_eq!(found["data"][0]["id"], "1", "{found}");
    let before = world.table().await;
    assert_eq!(world.shop.get(&path("pi_unknown")).await.expect(200), nobody());
    assert_eq!(world.shop.get(&path("no id of Stripe's")).await.expect(200), nobody());
    assert_eq!(world.table().await, before, "looking writes nothing");
}

/// Whoever has keys at a provider can write any reference on a payment there.
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_a_provider_holds_shows_nobody_elses_order() {
    let world = World::start().await;
    let theirs = world.other.opens("theirs").await;
    world.stripe.knows_intent("pi_stolen", theirs["id"].as_str().expect("an id"));
    assert_eq!(world.shop.get(&path("pi_stolen")).await.expect(200), nobody());
    let absent = world.shop.session_id("never-registered", 1).to_string();
    world.stripe.knows_intent("pi_absent", &absent);
    assert_eq!(world.shop.get(&path("pi_absent")).await.expect(200), nobody());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_is_named() {
    let world = World::start().await;
    world.stripe.answers(Mood::Breaks);
    let found = world.shop.get(&path("pi_1")).await.expect(200);
    assert_eq!(found, json!({ "data": [], "next_cursor": null, "not_asked": ["stripe"] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_for_by_itself_by_staff_and_in_bounds() {
    let world = World::start().await;
    world.shop.get(&format!("{}&status=paid", path("pi_1"))).await.expect_problem(422, "invalid_request");
    world.shop.get(&path("")).await.expect_problem(422, "invalid_request");
    world.shop.get(&path(&"x".repeat(256))).await.expect_problem(422, "invalid_request");
    assert_eq!(world.shop.get(&path(&"x".repeat(255))).await.expect(200), nobody());
    assert_eq!(world.shop.get(&path("../../v1/refunds?x=#")).await.expect(200), nobody());
    world
        .shop
        .call("GET", &path("pi_1"), &world.shop.publishable_key, None)
        .await
        .expect_problem(403, "key_not_allowed");
}
