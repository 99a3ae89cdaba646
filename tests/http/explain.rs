//! Why an order would go where it goes, without opening anything.

use serde_json::{Value, json};

use crate::world::World;

async fn asks(world: &World, body: Value) -> Value {
    let key = &world.shop.read_key;
    world.shop.call("POST", "/v1/routing/explain", key, Some(&body)).await.expect(200)
}

async fn world_with(routing: Value) -> World {
    let world = World::start().await;
    world.has_both(routing, &world.stripe.url).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_who_would_be_chosen_and_why_nobody_else() {
    let world = world_with(json!([
        { "when": { "method": "card", "currencies": ["EUR"], "countries": ["DE", "FR"] }, "use": ["stripe", "sandbox"] },
        { "when": { "method": "crypto" }, "use": ["sandbox"] },
    ]))
    .await;
    let before = world.table().await;
    let card = json!({ "amount": 4999, "currency": "EUR", "country": "DE", "method": "card" });
    let plan = asks(&world, card).await;
    assert_eq!(
        plan,
        json!({
            "chosen": { "provider": "stripe", "method": "card", "why": "Routing rule 1 names it." },
            "candidates": [
                { "provider": "stripe", "method": "card", "why": "Routing rule 1 names it." },
                { "provider": "sandbox", "method": "card", "why": "Routing rule 1 names it after stripe." },
            ],
            "not": [],
            "methods": ["card", "bank_transfer", "wallet", "crypto", "local", "link"],
            "rules": [
                { "number": 1, "text": "method card, EUR, country DE or FR: stripe, then sandbox", "applies": true },
                { "number": 2, "text": "method crypto: sandbox", "applies": false },
            ],
        })
    );
    let crypto = asks(&world, json!({ "amount": 4999, "currency": "EUR", "method": "crypto" })).await;
    assert_eq!(crypto["chosen"]["provider"], "sandbox");
    assert_eq!(
        crypto["not"],
        json!([{ "provider": "stripe", "why": "no routing rule that applies names it." }])
    );
    let asked = json!({ "amount": 4999, "currency": "UGX", "method": "crypto", "provider": "stripe" });
    let asked = asks(&world, asked).await;
    assert_eq!((&asked["chosen"], &asked["candidates"]), (&Value::Null, &json!([])));
    assert_eq!(
        asked["not"],
        json!([
            { "provider": "sandbox", "why": "the shop asked for another." },
            { "provider": "stripe", "why": "it does not offer crypto." },
        ])
    );
    assert_eq!(world.table().await, before, "nothing is written");
    assert_eq!(world.stripe.creations().len(), 0, "nobody is asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_says_is_what_happens() {
    let world = world_with(json!([
        { "when": { "max_amount": 1000 }, "use": ["sandbox"] },
        { "when": { "currencies": ["UGX"] }, "use": ["stripe", "sandbox"] },
        { "use": ["stripe"] },
    ]))
    .await;
    for (nth, (amount, currency)) in [(1_000, "EUR"), (1_001, "EUR"), (5_000, "UGX")].into_iter().enumerate()
    {
        let said = asks(&world, json!({ "amount": amount, "currency": currency })).await;
        let order = nth.to_string();
        let body = json!({ "amount": amount, "currency": currency });
        world.shop.put(&format!("/v1/orders/{order}"), body).await.expect(201);
        let opened = world.shop.post("/v1/sessions", json!({ "order_id": order })).await.expect(201);
        assert_eq!(
            (&said["chosen"]["provider"], &said["chosen"]["method"]),
            (&opened["provider"], &opened["method"]),
            "{amount} {currency}"
        );
        let path = format!("/v1/sessions/{}/timeline", opened["id"].as_str().expect("an id"));
        let log = world.shop.get(&path).await.expect(200);
        let why = said["chosen"]["why"].as_str().expect("a sentence");
        assert!(log["entries"][2]["text"].as_str().expect("a text").ends_with(why), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_keeps_failing_is_said_to_be_left_alone() {
    let world = World::start().await;
    world.has_both(json!([{ "use": ["stripe", "sandbox"] }]), "http://127.0.0.1:9").await;
    for order in ["1", "2", "3", "4", "5"] {
        world.shop.opens(order).await;
    }
    let plan = asks(&world, json!({ "amount": 4999, "currency": "EUR", "method": "card" })).await;
    assert_eq!(plan["chosen"]["provider"], "sandbox");
    let why = plan["not"][0]["why"].as_str().expect("a sentence");
    assert!(why.starts_with("it keeps failing and is left alone until "), "{why}");
    let last = &plan["candidates"][1];
    assert_eq!(last["provider"], "stripe");
    assert!(last["why"].as_str().expect("a sentence").starts_with("Nobody else is left"), "{last}");
}
