//! Parts of the story in `needs.rs` that are long: a shop that is not there, and stored events that are applied once more.

use payproof::payment::reserve;
use payproof_edge::api::Function;
use payproof_edge::app::now;
use serde_json::json;

use crate::needs::Functions;
use crate::stripe_api::event;

/// Nobody listens at the shop's address, and no queue takes the next try.
pub async fn told_in_vain(functions: &Functions, order: &str) {
    let world = &functions.world;
    let mut document = world.shop.document(&world.stripe.url);
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    document["notify"] =
        json!({ "url": "http://127.0.0.1:9/notify", "secrets": [secret], "since": "2026-01-01T00:00:00Z" });
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    let (app, _) = &functions.apps[Function::NotifyShop.name()];
    notify_shop::handle(app, world.shop.payment_id(order), now()).await.expect("it is tried later");
    for path in ["/v1/notifications".to_owned(), format!("/v1/notifications?order_id={order}")] {
        assert_eq!(functions.get(&path).await.0, 200, "{path}");
    }
    // The function knows its shop as it was: who acts has read it before.
    let later = now().plus_seconds(120);
    let id = payproof::notify::message_id(world.shop.payment_id(order), 1);
    for (path, body) in [
        (format!("/v1/notifications/{id}/resend"), json!({})),
        ("/v1/notifications/resend".to_owned(), json!({ "since": "2026-01-01T00:00:00Z" })),
    ] {
        let body = body.to_string();
        assert_eq!(functions.call_at("POST", &path, body.as_bytes(), &[], later).await.0, 200, "{path}");
    }
}

/// An event that named what it kept while its session was reserved, and a merchant has the event applied.
pub async fn replayed(functions: &Functions) {
    let world = &functions.world;
    world.shop.opens("7").await;
    let second = world.shop.session_id("7", 2);
    let paid = event::paid("evt_seventh", &second.to_string(), 4999, "eur");
    assert_eq!(functions.webhook(&paid).await, "unmatched");
    let payment = world.stored(&world.shop, "7").await.expect("the order");
    let session = payment.sessions.values().next().expect("a session").clone();
    let change = reserve(&payment, second.attempt, session);
    world.stack.app.store.save(&payment.id, &change).await.expect("the store answers");
    let events = functions.get("/v1/events?outcome=unmatched").await.1;
    let mut listed = events["data"].as_array().expect("a list").iter();
    let event = listed.find(|event| event["session_id"] == second.to_string()).expect("the event");
    let path = format!("/v1/events/{}/replay", event["id"].as_str().expect("an id"));
    let (status, answer) = functions.json("POST", &path, json!({})).await;
    assert_eq!((status, answer["outcome"].as_str()), (200, Some("applied")), "{answer}");
    for outcome in ["not_understood", "refused"] {
        let all = json!({ "outcome": outcome });
        assert_eq!(functions.json("POST", "/v1/events/replay", all).await.0, 200, "{outcome}");
    }
}
