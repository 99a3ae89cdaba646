//! `/go`: on to the hosted checkout while it can be paid, and the honest message afterwards.

use serde_json::json;

use crate::events;
use crate::reach::{MESSAGES, Opened, heading};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_customer_is_sent_on_while_the_session_can_be_paid_and_never_afterwards() {
    let world = World::start().await;
    for (status, message) in MESSAGES {
        let session = world.reaches(status, status).await;
        for _ in 0..3 {
            let answer = world.page(&session.checkout_url).await;
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{status}");
            assert_eq!(answer.header("cache-control"), "no-store", "{status}");
            if ["created", "pending"].contains(&status) {
                assert_eq!(
                    (answer.status, answer.header("location")),
                    (303, session.provider_checkout_url.as_str())
                );
            } else {
                assert_eq!((answer.status, answer.header("location")), (200, ""), "{status}");
                assert_eq!(heading(&answer.body), message, "{status}");
                assert!(!answer.body.contains("checkout.stripe.com"), "{status}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn that_the_customer_was_sent_is_written_once() {
    let world = World::start().await;
    let session = world.reaches("1", "created").await;
    let version = world.version(&world.shop, "1").await;
    let before = world.table().await;
    for _ in 0..5 {
        assert_eq!(world.page(&session.checkout_url).await.status, 303);
    }
    assert_eq!(world.version(&world.shop, "1").await, version + 1);
    assert_eq!(world.table().await.changed_since(&before), ["order"]);
    assert_eq!(world.shop.status("1").await, "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_whose_time_ran_out_says_so() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    world.lets_run_out(&world.shop, "1", 1).await;
    let before = world.table().await;
    let answer = world.page(&session.checkout_url).await;
    assert_eq!((answer.status, answer.header("location")), (200, ""));
    assert_eq!(heading(&answer.body), "This payment session has expired. Please create a new checkout.");
    assert_eq!(world.table().await, before, "our clock alone ends nothing here: money may be on its way");
    // The order gets a new one, and the old link still leads nowhere.
    let next = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    assert_eq!(next["attempt"], 2);
    assert_eq!(world.page(&session.checkout_url).await.status, 200);
    // What was paid at the last moment counts all the same.
    world.stripe_tells(&events::paid("evt_1", &session.id)).await.expect(200);
    assert_eq!(world.shop.status("1").await, "paid");
    let late = world.page(&session.checkout_url).await;
    assert_eq!(heading(&late.body), "Payment confirmed. Your order is now being processed.");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_another_attempt_leads_nowhere_once_the_order_is_paid_or_under_way() {
    let world = World::start().await;
    for (status, event) in [("paid", events::paid as fn(&str, &str) -> _), ("processing", events::processing)]
    {
        let card = world.reaches(status, "created").await;
        let body = json!({ "order_id": status, "method": "wallet" });
        let wallet = Opened::of(&world.shop.post("/v1/sessions", body).await.expect(201));
        assert_eq!(world.page(&card.checkout_url).await.status, 303, "both can be paid");
        assert_eq!(world.page(&wallet.checkout_url).await.status, 303, "both can be paid");
        world.stripe_tells(&event(&format!("evt_{status}"), &wallet.id)).await.expect(200);
        let old = world.page(&card.checkout_url).await;
        assert_eq!((old.status, old.header("location")), (200, ""), "{status}");
        if status == "paid" {
            assert_eq!(heading(&old.body), "Payment confirmed. Your order is now being processed.");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_leads_nowhere_and_writes_nothing() {
    let world = World::start().await;
    let session = world.reaches("1", "created").await;
    let another = world.reaches("2", "created").await;
    let token = |session: &Opened| session.checkout_url.rsplit('/').next().expect("a token").to_owned();
    let before = world.table().await;
    let (own, other) = (token(&session), token(&another));
    for (id, token) in [
        (session.id.as_str(), other.as_str()),
        (&session.id, "x"),
        (&session.id, "%00"),
        (&session.id, &session.client_secret),
        (&session.id, &format!("{own}x")),
        (&session.id, &own[1..]),
        (&session.id.replace("_1", "_2"), &own),
        (&world.shop.session_id("absent", 1).to_string(), &own),
        ("cs_odd", &own),
    ] {
        let page = world.page(&format!("/go/{id}/{token}")).await;
        assert_eq!((page.status, page.header("location")), (404, ""), "{id} {token}");
        assert_eq!(heading(&page.body), "This link does not lead to a payment.");
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
    }
    assert_eq!(world.table().await, before);
    // An empty token is another path.
    world.page(&format!("/go/{}/", session.id)).await.expect_problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_checkout_is_not_known_sends_nobody_anywhere() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.stripe.set_mood(crate::stripe_api::Mood::Breaks);
    world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(502);
    let table = world.table().await;
    let [attempt] = table.items_of("attempt")[..] else { panic!("one attempt") };
    let token = attempt["g"].as_s().expect("a token");
    let page = world.page(&format!("/go/{}/{token}", world.shop.session_id("1", 1))).await;
    assert_eq!((page.status, page.header("location")), (200, ""));
    assert_eq!(heading(&page.body), "Thanks, we are confirming your payment.");
}
