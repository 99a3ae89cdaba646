//! Events that name the provider's payment and no session of ours, from a provider that cannot be asked whose it is: a
//! refund in Adyen's Customer Area. The payment is remembered when its own event comes, whichever comes first.

use serde_json::{Value, json};

use crate::adyen_api::{self, item};
use crate::world::{Answer, World};

/// A world whose shop has Adyen; its API makes payment links and nothing else.
async fn world_with_adyen() -> World {
    let world = World::start().await;
    let mut document = world.shop.document(&world.stripe.url);
    document["providers"] = json!({ "adyen": adyen_api::account().await });
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    world
}

async fn posts(world: &World, items: &[Value]) -> Answer {
    let body = json!({ "live": "false", "notificationItems": items });
    world.posts("shop", "adyen", &[], body.to_string().into_bytes()).await
}

fn authorised(session: &str) -> Value {
    item("AUTHORISATION", "NC6HT9CRT65ZGN82", "", session, 4_999)
}

/// Made in the Customer Area: it names the payment alone.
fn refunded(psp: &str, minor: u64) -> Value {
    item("REFUND", psp, "NC6HT9CRT65ZGN82", "", minor)
}

#[tokio::test]
async fn a_refund_that_names_the_payment_alone_is_counted_once() {
    let world = world_with_adyen().await;
    let opened = world.shop.opens("1042").await;
    let session = opened["id"].as_str().expect("an id");
    let answer = posts(&world, &[authorised(session)]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "[accepted]"), "what Adyen waits for");
    assert_eq!(world.shop.status("1042").await, "paid");
    for _ in 0..2 {
        assert_eq!(posts(&world, &[refunded("DL2K4J6H8GFXGN82", 1_000)]).await.status, 200);
        assert_eq!(world.shop.order("1042").await["amount_refunded"], 1_000);
    }
}

#[tokio::test]
async fn a_refund_that_comes_before_its_payment_waits_for_it() {
    let world = world_with_adyen().await;
    let opened = world.shop.opens("1042").await;
    assert_eq!(posts(&world, &[refunded("DL2K4J6H8GFXGN82", 1_000)]).await.status, 200);
    let waiting = world.shop.get("/v1/events?outcome=unmatched").await.expect(200);
    let problem = waiting["data"][0]["problem"].as_str().expect("why it waits");
    assert!(problem.contains("NC6HT9CRT65ZGN82"), "{problem}");
    let session = opened["id"].as_str().expect("an id");
    assert_eq!(posts(&world, &[authorised(session)]).await.status, 200);
    let order = world.shop.order("1042").await;
    assert_eq!((&order["status"], &order["amount_refunded"]), (&json!("paid"), &json!(1_000)), "{order}");
    let waiting = world.shop.get("/v1/events?outcome=unmatched").await.expect(200);
    assert!(waiting["data"].as_array().expect("a list").iter().all(|event| !event["applied_at"].is_null()));
}

#[tokio::test]
async fn both_before_the_order_are_applied_when_it_is_registered() {
    let world = world_with_adyen().await;
    let session = world.shop.session_id("1042", 1).to_string();
    for items in [[refunded("DL2K4J6H8GFXGN82", 1_000)], [authorised(&session)]] {
        assert_eq!(posts(&world, &items).await.status, 200);
    }
    world.shop.registers("1042").await;
    // The session that both are about is reserved, and with that it is paid: nobody is sent to pay once more.
    let answer = world.shop.post("/v1/sessions", json!({ "order_id": "1042" })).await;
    answer.expect_problem(409, "order_already_paid");
    let order = world.shop.order("1042").await;
    assert_eq!((&order["amount_paid"], &order["amount_refunded"]), (&json!(4_999), &json!(1_000)), "{order}");
}

#[tokio::test]
async fn a_batch_is_taken_whole_and_one_bad_item_refuses_all_of_it() {
    let world = world_with_adyen().await;
    let opened = world.shop.opens("1042").await;
    let session = opened["id"].as_str().expect("an id");
    let mut forged = refunded("DL2K4J6H8GFXGN82", 1_000);
    forged["NotificationRequestItem"]["amount"]["value"] = 2_000.into();
    posts(&world, &[authorised(session), forged]).await.expect_problem(401, "invalid_signature");
    assert_ne!(world.shop.status("1042").await, "paid");
    let both = [refunded("DL2K4J6H8GFXGN82", 1_000), authorised(session)];
    assert_eq!(posts(&world, &both).await.status, 200);
    let order = world.shop.order("1042").await;
    assert_eq!((&order["status"], &order["amount_refunded"]), (&json!("paid"), &json!(1_000)), "{order}");
}
