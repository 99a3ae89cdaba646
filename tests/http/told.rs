//! The shop is told what changed: all of it, in order, signed, each change under one id.

use payproof::payment::told;
use payproof_edge::store::Due;
use serde_json::{Value, json};

use crate::events;
use crate::shop_server::{Mood, assert_told_in_order};
use crate::telling::{Told, told_by_the_stack};

/// killbill/killbill-adyen-plugin#138: the news is received and not passed on.
#[tokio::test(flavor = "multi_thread")]
async fn the_running_stack_tells_its_shop_what_became_of_an_order() {
    let (world, server) = told_by_the_stack(Value::Null).await;
    let session = world.shop.opens("1042").await;
    let id = session["id"].as_str().expect("an id");
    let go = session["checkout_url"].as_str().expect("a URL");
    assert_eq!(world.http.get(go).send().await.expect("an answer").status(), 303);
    world.stripe_tells(&events::paid("evt_1", id)).await.expect(200);
    let taken = server.takes(2).await;
    let payment = world.stored(&world.shop, "1042").await.expect("the order");
    let changes = told(&payment);
    let chars = payment.id.chars().to_string();
    for (heard, change) in taken.iter().zip(&changes) {
        assert_eq!(heard.id, format!("msg_{chars}_{}", change.sequence));
    }
    let session = json!({
        "id": id, "order_id": "1042", "attempt": 1, "status": "paid", "provider": "stripe", "method": "card",
        "amount_refunded": 0,
    });
    assert_eq!(
        taken[1].body,
        json!({
            "type": "order.paid",
            "timestamp": changes[1].at.to_string(),
            "data": {
                "order_id": "1042", "sequence": 2, "status": "paid", "status_before": "pending", "amount": 4999,
                "currency": "EUR", "amount_paid": 4999, "amount_refunded": 0, "attention": [], "session": session,
            },
        })
    );
    assert_eq!(taken[0].kind(), "order.pending");
    world.stack.stop().await;
}

/// juspay/hyperswitch#3408: the shop's webhook failed once and is never sent. btcpayserver/btcpayserver#3146: after a spell
/// of failures a webhook stops firing.
#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_was_down_for_an_hour_is_told_every_change_in_order_and_none_under_a_new_id() {
    let told = Told::start().await;
    let first = told.processing("a").await;
    told.teller.streams(told.id("a"), told.start);
    told.teller.passes(told.start, told.after(1)).await;
    assert_eq!(told.sequences(), [1]);

    told.is_down(true);
    told.changes(events::async_paid("evt_a_2", &first)).await;
    told.teller.streams(told.id("a"), told.after(1));
    for (nth, order) in (2..).zip(["b", "c", "d"]) {
        told.paid(order).await;
        // Each write has the stream say it once more.
        told.teller.streams(told.id(order), told.after(nth));
        told.teller.streams(told.id(order), told.after(nth));
    }
    told.teller.passes(told.after(1), told.after(30)).await;
    told.changes(events::refunded("evt_a_3", &first, 500)).await;
    told.teller.streams(told.id("a"), told.after(30));
    told.teller.passes(told.after(30), told.after(61)).await;
    assert_eq!(told.sequences(), [1], "the shop is down");
    let tries = told.server.heard().len();
    assert!((8..=40).contains(&tries), "it is left alone in between: {tries} tries of 7 changes in an hour");

    told.is_down(false);
    told.teller.passes(told.after(61), told.after(61 + 24 * 60)).await;
    let wanted = told.wanted(&["a", "b", "c", "d"]).await;
    assert_eq!(wanted.values().map(|(_, count)| count).sum::<u64>(), 9);
    assert_told_in_order(&told.server.taken(), &wanted);
    assert_eq!(told.server.taken().len(), 9, "each once: nobody else was telling it");
    let all = told.server.heard();
    let bodies = |id: &str| -> Vec<Value> {
        all.iter().filter(|heard| heard.id == id).map(|heard| heard.body.clone()).collect()
    };
    for heard in &all {
        assert!(bodies(&heard.id).iter().all(|body| *body == heard.body), "each try says the same");
    }
    assert!(all.is_sorted_by_key(|heard| heard.timestamp), "each try is signed with its own time");
    assert_eq!(told.teller.messages(Due::NotifyShop), [], "nothing is left on the queue");
    told.world.stack.stop().await;
}

/// woocommerce/woocommerce-gateway-stripe#3327: notes, mails and stock reductions twice, which nobody could reproduce.
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_told_by_copies_other_events_a_browser_and_a_question_at_once_is_told_to_the_shop_once() {
    let told = Told::start().await;
    let other = crate::shop_server::Teller::new(&told.world.stack.settings());
    for number in 0..6 {
        let order = format!("o{number}");
        let session = crate::reach::Opened::of(&told.world.shop.opens(&order).await);
        told.world.brings(&order, &session, "pending").await;
        told.world.stripe.sets_checkout(&session.id, &crate::healed::paid_there(4999));
        let (paid, also) = (
            events::paid(&format!("evt_{number}"), &session.id),
            events::intent_paid(&format!("evt_{number}_pi"), &session.id),
        );
        let (reconcile, back) = (format!("/v1/sessions/{}/reconcile", session.id), session.return_path());
        let (one, copy, also, page, asked) = tokio::join!(
            told.world.stripe_tells(&paid),
            told.world.stripe_tells(&paid),
            told.world.stripe_tells(&also),
            told.world.page(&back),
            told.world.shop.post(&reconcile, json!({})),
        );
        for answer in [one, copy, also, page, asked] {
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        // Each of the writes has the stream say it, to whoever listens.
        for nth in 0..4 {
            let then = told.after(nth);
            tokio::join!(
                told.teller.looks(told.id(&order), then),
                other.looks(told.id(&order), then.plus_seconds(1))
            );
        }
        let mut heard: Vec<_> =
            told.server.taken().into_iter().filter(|heard| heard.order() == order).collect();
        // Two who tell at once may say the same, under the same id.
        heard.sort_by_key(crate::shop_server::Heard::sequence);
        heard.dedup_by_key(|heard| heard.id.clone());
        let kinds: Vec<_> = heard.iter().map(|heard| heard.kind().to_owned()).collect();
        assert_eq!(kinds, ["order.pending", "order.paid"], "{heard:?}");
        let log = told.world.shop.get(&format!("/v1/sessions/{}/timeline", session.id)).await.expect(200);
        let changes = log["entries"].as_array().expect("entries").iter();
        let changes =
            changes.filter(|entry| entry["kind"] == "status_changed" && entry["status_after"] == "paid");
        assert_eq!(changes.count(), 1, "{log}");
    }
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_told_only_what_it_wants_and_the_rest_is_not_made_up_for_later() {
    let told = Told::wanting(json!(["order.paid", "order.refunded"])).await;
    let session = told.paid("1").await;
    told.teller.looks(told.id("1"), told.start).await;
    assert_eq!(told.sequences(), [2]);
    assert_eq!(told.log(&session).await[0], "The shop does not want to be told order.processing.");
    told.changes(events::refunded("evt_3", &session, 4999)).await;
    told.teller.looks(told.id("1"), told.after(1)).await;
    assert_eq!(told.sequences(), [2, 3]);
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_without_an_address_is_told_nothing_and_nothing_is_written() {
    let world = crate::world::World::start().await;
    let teller = crate::shop_server::Teller::instead_of(&world);
    let session = world.shop.opens("1").await;
    world.stripe_tells(&events::paid("evt_1", session["id"].as_str().expect("an id"))).await.expect(200);
    let before = world.table().await;
    teller.looks(world.shop.payment_id("1"), payproof_edge::app::now()).await;
    teller.looks(world.shop.payment_id("nobody"), payproof_edge::app::now()).await;
    assert_eq!(world.table().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_names_an_address_later_is_told_only_what_happens_from_then_on() {
    let (world, server) = (crate::world::World::start().await, crate::shop_server::ShopServer::start().await);
    let teller = crate::shop_server::Teller::instead_of(&world);
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    world.stripe_tells(&events::paid("evt_1", id)).await.expect(200);
    teller.looks(world.shop.payment_id("1"), payproof_edge::app::now()).await;
    let url = format!("{}/notify", server.url);
    let with = crate::shop_server::document(&world, &world.shop, &url, Value::Null).to_string();
    world.stack.put_shop(&with).await.expect("a shop");
    world.stripe_tells(&events::refunded("evt_2", id, 500)).await.expect(200);
    // A container that has read the shop before learns of it within a minute.
    let later = payproof_edge::app::now().plus_seconds(61);
    teller.looks(world.shop.payment_id("1"), later).await;
    let taken = server.taken();
    assert_eq!(taken.len(), 1, "{taken:?}");
    assert_eq!((taken[0].kind(), taken[0].sequence()), ("order.partially_refunded", 2));
    world.stack.put_shop(&with).await.expect("the same again");
    teller.looks(world.shop.payment_id("1"), later.plus_seconds(61)).await;
    assert_eq!(server.taken().len(), 1);
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_tell_at_once_tell_the_same_under_the_same_ids_and_in_order() {
    let told = Told::start().await;
    let other = crate::shop_server::Teller::new(&told.world.stack.settings());
    for number in 0..8 {
        let order = format!("o{number}");
        told.paid(&order).await;
        // Two tries of one moment that end alike could not be told apart in the log.
        let then = told.start.plus_seconds(1);
        tokio::join!(told.teller.looks(told.id(&order), told.start), other.looks(told.id(&order), then));
        let wanted = told.wanted(&[order.as_str()]).await;
        let taken: Vec<_> = told.server.taken().into_iter().filter(|heard| heard.order() == order).collect();
        assert_told_in_order(&taken, &wanted);
        let tellings = told.teller.app.store.load_with_tellings(&told.id(&order)).await.expect("a read");
        let tries: usize = tellings.expect("an order").1.values().map(|telling| telling.tries.len()).sum();
        assert_eq!(tries, taken.len(), "each try is written down, whoever made it");
    }
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_order_with_another_open_checkout_is_to_be_reconciled_at_once() {
    let told = Told::start().await;
    let session = told.opens("1").await;
    let second = json!({ "order_id": "1", "method": "wallet" });
    told.world.shop.post("/v1/sessions", second).await.expect(201);
    told.teller.looks(told.id("1"), told.start).await;
    assert_eq!(told.teller.messages(Due::Reconcile), [], "nobody paid yet");
    told.changes(events::paid("evt_1", &session)).await;
    told.teller.queue_is_down(true);
    told.teller.looks(told.id("1"), told.start).await;
    assert_eq!(told.sequences(), [1], "the shop is told though the queue takes nothing");
    told.teller.queue_is_down(false);
    told.teller.looks(told.id("1"), told.start).await;
    assert_eq!(told.teller.messages(Due::Reconcile), [(told.start, told.id("1"))]);
    told.server.set_mood(Mood::Status(204));
    told.world.stack.stop().await;
}
