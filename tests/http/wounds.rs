//! What went wrong for others in the field (design/wounds.md): each test names the report that it answers.

use std::sync::Arc;

use serde_json::json;

use crate::reach::heading;
use crate::world::World;
use crate::{events, racing};

/// What must be true of an order of EUR 49.99 that was paid once.
async fn is_paid_once(world: &World, order: &str) {
    let after = world.shop.order(order).await;
    let found = (after["status"].as_str(), after["amount_paid"].as_u64(), after["amount_refunded"].as_u64());
    assert_eq!(found, (Some("paid"), Some(4999), Some(0)), "{after}");
    assert_eq!(after["attention"], json!([]), "{after}");
}

/// Pinelab-studio/pinelab-vendure-plugins#620: three copies at one moment settle one order three times.
/// pay-rails/pay#371: three parallel events, three identical rows. medusajs/medusa#4798: a duplicate answers 409.
#[tokio::test(flavor = "multi_thread")]
async fn three_copies_at_one_moment_settle_one_order_once() {
    let world = Arc::new(World::start().await);
    for round in 0..10 {
        let order = format!("order-{round}");
        let session = world.reaches(&order, "pending").await;
        let event = events::paid(&format!("evt_{round}"), &session.id);
        let told = racing::at_once(&world, 3, |world, _| {
            let event = event.clone();
            async move { world.stripe_tells(&event).await.expect(200)["outcome"].clone() }
        })
        .await;
        assert_eq!(told.iter().filter(|outcome| **outcome == "applied").count(), 1, "{told:?}");
        is_paid_once(&world, &order).await;
        let facts = world.stored(&world.shop, &order).await.expect("the order").facts;
        assert_eq!(facts.iter().filter(|fact| fact.said.kind.word() == "paid").count(), 1);
    }
}

/// woocommerce/woocommerce-gateway-stripe#5268 (after #2536, #3154, #3192): redirect and webhook finish the same order
/// at once, and the status is lost. medusajs/medusa#13301, #12674: the second capture fails, and a good order is refunded.
/// saleor/saleor#14648, #14649: an amount counts twice, or the two deadlock.
#[tokio::test(flavor = "multi_thread")]
async fn the_customer_coming_back_and_the_webhook_at_once_lose_nothing() {
    let world = Arc::new(World::start().await);
    racing::at_once(&world, 12, |world, n| async move {
        let order = format!("order-{n}");
        let session = world.reaches(&order, "pending").await;
        let (paid, also_paid) = (
            events::paid(&format!("evt_{n}"), &session.id),
            events::intent_paid(&format!("evt_{n}_pi"), &session.id),
        );
        let (return_path, poll_path) = (session.return_path(), format!("/v1/sessions/{}", session.id));
        let (one, other, page, poll) = tokio::join!(
            world.stripe_tells(&paid),
            world.stripe_tells(&also_paid),
            world.page(&return_path),
            world.shop.get(&poll_path),
        );
        one.expect(200);
        other.expect(200);
        poll.expect(200);
        let said = heading(&page.body);
        let true_then = [
            "Thanks, we are confirming your payment.",
            "Payment confirmed. Your order is now being processed.",
        ];
        assert!(true_then.contains(&said), "{said}");
        is_paid_once(&world, &order).await;
    })
    .await;
    assert_eq!(world.stripe.refund_requests(), 0, "nothing is undone");
}

/// laravel/cashier-stripe#1773: the webhook wins the race against the request that it answers, and stores the wrong type.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_there_first_does_not_decide_what_kind_of_session_it_is() {
    let world = Arc::new(World::start().await);
    racing::at_once(&world, 8, |world, n| async move {
        let order = format!("order-{n}");
        world.shop.registers(&order).await;
        let session = world.shop.session_id(&order, 1).to_string();
        let mut paid = events::paid(&format!("evt_{n}"), &session);
        for (field, value) in [("payment_method_types", json!(["card"])), ("mode", json!("subscription"))] {
            paid["data"]["object"][field] = value;
        }
        let wanted = json!({ "order_id": order, "method": "wallet", "provider": "stripe" });
        // Half of them before anything is there, half at the same moment.
        if n % 2 == 0 {
            assert_eq!(world.stripe_tells(&paid).await.expect(200)["outcome"], "unmatched");
            world.shop.post("/v1/sessions", wanted).await.expect_problem(409, "order_already_paid");
        } else {
            let (told, opened) =
                tokio::join!(world.stripe_tells(&paid), world.shop.post("/v1/sessions", wanted));
            told.expect(200);
            assert!([201, 409].contains(&opened.status), "{}", opened.body);
        }
        is_paid_once(&world, &order).await;
        let kept = world.shop.order(&order).await["sessions"][0].clone();
        assert_eq!((kept["method"].as_str(), kept["provider"].as_str()), (Some("wallet"), Some("stripe")));
        assert_eq!((kept["attempt"].as_u64(), kept["amount"].as_u64()), (Some(1), Some(4999)), "{kept}");
    })
    .await;
}

/// woocommerce/woocommerce-gateway-stripe#2405: a tampered or pending payment still shows "order received".
#[tokio::test(flavor = "multi_thread")]
async fn coming_back_without_having_paid_confirms_nothing() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    for query in
        ["", "&status=paid", "&payment_status=paid&session_id=cs_test_1", "&redirect_status=succeeded"]
    {
        let page = world.page(&format!("{}{query}", session.return_path())).await;
        assert_eq!(heading(&page.body), "Thanks, we are confirming your payment.", "{query}");
    }
    assert_eq!(world.shop.status("1").await, "pending");
}

/// duncanmcclean/statamic-cargo#190: the webhook comes before the order exists, gets 200, and the order is pending for
/// ever. pay-rails/pay#382: missing until somebody restarts the listener.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_before_the_order_exists_pays_it_once_it_does() {
    let world = World::start().await;
    let session = world.shop.session_id("1", 1).to_string();
    assert_eq!(
        world.stripe_tells(&events::paid("evt_1", &session)).await.expect(200)["outcome"],
        "unmatched"
    );
    world.shop.registers("1").await;
    let _ = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    is_paid_once(&world, "1").await;
}

/// laravel/cashier-stripe#1678, #1307, #1734: created and updated arrive together, unique-key 500s or two rows.
/// pay-rails/pay#780, #1095: the errors come back for each provider.
/// #1759: the late "created" undoes what came before it. juspay/hyperswitch#14003: a copy at one instant gets 500.
#[tokio::test(flavor = "multi_thread")]
async fn events_that_arrive_together_in_any_order_end_alike_and_none_gets_500() {
    let world = Arc::new(World::start().await);
    racing::at_once(&world, 12, |world, n| async move {
        let order = format!("order-{n}");
        let session = world.reaches(&order, "created").await;
        let kinds =
            ["payment_intent.created", "payment_intent.succeeded", "charge.succeeded", "charge.updated"];
        let events: Vec<_> = kinds
            .into_iter()
            .enumerate()
            .map(|(at, kind)| {
                events::of_type(events::intent_paid(&format!("evt_{n}_{at}"), &session.id), kind)
            })
            .chain([events::processing(&format!("evt_{n}_p"), &session.id)])
            .collect();
        for turn in 0..events.len() {
            world.stripe_tells(&events[(turn + n) % events.len()]).await.expect(200);
        }
        is_paid_once(&world, &order).await;
    })
    .await;
}

/// juspay/hyperswitch#14003: the same dispute twice at one instant.
#[tokio::test(flavor = "multi_thread")]
async fn one_dispute_told_twice_at_one_instant_is_one_dispute() {
    let world = Arc::new(World::start().await);
    let session = world.reaches("1", "paid").await;
    world.stripe.knows_intent(events::INTENT, &session.id);
    let event = events::dispute("evt_d", "charge.dispute.created", "needs_response");
    let told = racing::at_once(&world, 8, |world, _| {
        let event = event.clone();
        async move { world.stripe_tells(&event).await.expect(200)["outcome"].clone() }
    })
    .await;
    assert_eq!(told.iter().filter(|outcome| **outcome == "applied").count(), 1, "{told:?}");
    let order = world.shop.order("1").await;
    assert_eq!((order["status"].as_str(), &order["attention"]), (Some("paid"), &json!(["disputed"])));
    let won = events::later(events::dispute("evt_w", "charge.dispute.closed", "won"), 60);
    world.stripe_tells(&won).await.expect(200);
    is_paid_once(&world, "1").await;
}

/// saleor/saleor#18196: the record of an amount mismatch is rolled back with what refuses it, so no trace is left.
#[tokio::test(flavor = "multi_thread")]
async fn money_of_another_amount_leaves_its_trace() {
    let world = World::start().await;
    let session = world.reaches("1", "review").await;
    let order = world.shop.order("1").await;
    assert_eq!(
        (order["amount_paid"].as_u64(), &order["attention"]),
        (Some(4998), &json!(["amount_mismatch"]))
    );
    let log = world.shop.get(&format!("/v1/sessions/{}/timeline", session.id)).await.expect(200);
    let entries = log["entries"].as_array().expect("a list");
    assert!(
        entries.iter().any(|entry| entry["amount"] == 4998 && entry["kind"] == "webhook_received"),
        "{log}"
    );
    assert!(entries.iter().any(|entry| entry["kind"] == "review_flagged"), "{log}");
}

/// vendurehq/vendure#3749, #2657: settled → settled throws, so the provider gets 500 and repeats for days.
/// killbill/killbill#573: a state already updated makes the notification throw.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_after_any_status_is_200() {
    let world = World::start().await;
    for (status, _) in crate::reach::MESSAGES {
        let session = world.reaches(status, status).await;
        for event in [
            events::processing(&format!("evt_again_{status}_1"), &session.id),
            events::intent_paid(&format!("evt_again_{status}_2"), &session.id),
        ] {
            for _ in 0..3 {
                world.stripe_tells(&event).await.expect(200);
            }
        }
        let expected = if status == "refunded" { "refunded" } else { "paid" };
        assert_eq!(world.shop.status(status).await, expected, "after {status}");
    }
}

/// 202-ecommerce/stripe_official#78: the card failed, another attempt paid, and the late failure wins.
/// btcpayserver/btcpayserver#5665: the abandoned invoice expires and cancels the paid order.
#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_attempt_that_fails_or_expires_late_does_not_undo_the_payment_of_another() {
    let world = World::start().await;
    for (order, late) in
        [("failed", events::async_failed as fn(&str, &str) -> _), ("expired", events::expired)]
    {
        let card = world.reaches(order, "pending").await;
        let wallet = world
            .shop
            .post("/v1/sessions", json!({ "order_id": order, "method": "wallet" }))
            .await
            .expect(201);
        let wallet = wallet["id"].as_str().expect("an id");
        world.stripe_tells(&events::paid(&format!("evt_{order}_paid"), wallet)).await.expect(200);
        world.stripe_tells(&late(&format!("evt_{order}_late"), &card.id)).await.expect(200);
        is_paid_once(&world, order).await;
        let page = world.page(&card.return_path()).await;
        assert_eq!(heading(&page.body), "Payment confirmed. Your order is now being processed.");
    }
}

/// mollie/WooCommerce#1204: two tabs, both paid, the second money dropped silently. pretix/pretix#343: refunding the
/// second of two payments voids what the first still pays. btcpayserver/woocommerce-greenfield-plugin#64.
#[tokio::test(flavor = "multi_thread")]
async fn two_attempts_that_were_both_paid_are_seen_and_one_can_go_back() {
    let world = World::start().await;
    // Else the second checkout is closed as soon as the first is paid, and its money comes late.
    world.stack.stop_stream();
    let card = world.reaches("1", "pending").await;
    let wallet =
        world.shop.post("/v1/sessions", json!({ "order_id": "1", "method": "wallet" })).await.expect(201);
    let wallet = wallet["id"].as_str().expect("an id");
    world.stripe_tells(&events::paid("evt_1", &card.id)).await.expect(200);
    let second = events::by_intent(events::paid("evt_2", wallet), "pi_second");
    assert_eq!(world.stripe_tells(&second).await.expect(200)["outcome"], "applied");
    let order = world.shop.order("1").await;
    let found = (order["status"].as_str(), order["amount_paid"].as_u64(), &order["attention"]);
    assert_eq!(found, (Some("paid"), Some(9998), &json!(["duplicate_payment"])));
    world.stripe.knows_intent("pi_second", wallet);
    world.stripe_tells(&events::refund("evt_3", "re_second", "pi_second", 4999)).await.expect(200);
    let order = world.shop.order("1").await;
    let found = (order["status"].as_str(), order["amount_paid"].as_u64(), order["amount_refunded"].as_u64());
    assert_eq!(found, (Some("paid"), Some(9998), Some(4999)));
    assert_eq!(order["attention"], json!([]), "nothing is left to look at");
    assert_eq!(order["sessions"][1]["status"], "refunded");
}

/// Sylius/StripePlugin#101: a Dashboard refund names no order. woocommerce/woocommerce-gateway-stripe#838, #570, #1396:
/// one part refund becomes two. antiwork/gumroad#6684: adding running totals debits too much.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_refund_told_by_several_events_goes_back_once() {
    let world = World::start().await;
    let session = world.reaches("1", "paid").await;
    world.stripe.knows_intent(events::INTENT, &session.id);
    let refunded = |amount: u64| {
        let world = &world;
        async move {
            let order = world.shop.order("1").await;
            assert_eq!(
                (order["status"].as_str(), order["amount_refunded"].as_u64()),
                (Some("paid"), Some(amount))
            );
        }
    };
    world.stripe_tells(&events::refund("evt_r1", "re_1", events::INTENT, 1_000)).await.expect(200);
    refunded(1_000).await;
    let (told, checkout) = events::refunded_total("evt_r2", &session.id, 1_000);
    world.stripe.knows_checkout_of(events::INTENT, checkout);
    world.stripe_tells(&told).await.expect(200);
    refunded(1_000).await;
    let (told, checkout) = events::refunded_total("evt_r3", &session.id, 1_500);
    world.stripe.knows_checkout_of(events::INTENT, checkout);
    world.stripe_tells(&told).await.expect(200);
    refunded(1_500).await;
    world.stripe_tells(&events::refund("evt_r4", "re_2", events::INTENT, 500)).await.expect(200);
    refunded(1_500).await;
}

/// saleor/saleor#19220: the race can create a second payment intent, so a second charge. umbraco #895: an old session
/// stays payable. Automattic/woocommerce-payments#5678: two tabs.
#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_are_sent_to_one_checkout_and_neither_once_it_is_paid() {
    let world = Arc::new(World::start().await);
    world.shop.registers("1").await;
    let tabs = racing::at_once(&world, 2, |world, _| async move {
        loop {
            let body = json!({ "order_id": "1" });
            let answer =
                world.shop.call("POST", "/v1/sessions", &world.shop.publishable_key, Some(&body)).await;
            if answer.status != 409 {
                return answer.json();
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await;
    assert_eq!(tabs[0]["provider_checkout_url"], tabs[1]["provider_checkout_url"]);
    assert_eq!(world.stripe.checkouts(), 1);
    world.stripe_tells(&events::paid("evt_1", tabs[0]["id"].as_str().expect("an id"))).await.expect(200);
    for tab in &tabs {
        let page = world.page(tab["checkout_url"].as_str().expect("an address")).await;
        assert_eq!((page.status, page.header("location")), (200, ""));
    }
}

/// pay-rails/pay#758, juspay/hyperswitch#3977, #1324: an event without fields that nobody needs breaks the handling.
#[tokio::test(flavor = "multi_thread")]
async fn fields_that_a_provider_adds_or_drops_break_nothing() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    let mut event = events::paid("evt_1", &session.id);
    for field in ["api_version", "pending_webhooks", "request"] {
        event.as_object_mut().expect("an object").remove(field);
    }
    let object = event["data"]["object"].as_object_mut().expect("an object");
    for field in ["customer_details", "mode", "livemode", "object"] {
        object.remove(field);
    }
    object.insert("something_new".to_owned(), json!([{ "deep": [1.5, null, "ü"] }]));
    object.insert("url".to_owned(), json!({ "now": "an object" }));
    assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "applied");
    is_paid_once(&world, "1").await;
}

/// medusajs/medusa#14205: "created" and "processing" events complete the purchase.
#[tokio::test(flavor = "multi_thread")]
async fn what_leads_up_to_a_payment_completes_nothing() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    let kinds =
        ["payment_intent.created", "payment_intent.requires_action", "charge.pending", "charge.succeeded"];
    for (nth, kind) in kinds.into_iter().enumerate() {
        let event = events::of_type(events::intent_paid(&format!("evt_{nth}"), &session.id), kind);
        world.stripe_tells(&event).await.expect(200);
        assert_eq!(world.shop.status("1").await, "pending", "{kind}");
    }
    world.stripe_tells(&events::processing("evt_p", &session.id)).await.expect(200);
    assert_eq!(world.shop.status("1").await, "processing");
}
