//! Shops that answer badly, slowly, endlessly or not at all, and addresses that must not be called.

use std::time::{Duration, Instant};

use payproof::notify::Loopback;
use payproof::payment::{Moment, TellState};
use payproof_edge::send::Sender;
use payproof_edge::store::Due;
use serde_json::{Value, json};

use crate::events;
use crate::shop_server::{Mood, Teller, document};
use crate::telling::Told;

/// How the telling of an order's change stands.
async fn state(told: &Told, order: &str, sequence: u64) -> TellState {
    let found = told.teller.app.store.load_with_tellings(&told.id(order)).await.expect("a read");
    found.expect("an order").1[&sequence].state
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_no_2xx_is_tried_again_and_what_comes_after_it_waits() {
    let told = Told::start().await;
    let session = told.paid("1").await;
    for (nth, (mood, said)) in [
        (Mood::Status(500), "it answered 500 after"),
        (Mood::Status(404), "it answered 404 after"),
        (Mood::Redirects, "it answered 302 after"),
    ]
    .into_iter()
    .enumerate()
    {
        told.server.set_mood(mood.clone());
        told.teller.looks(told.id("1"), told.after(10 * 24 * 60 * nth as u64)).await;
        let log = told.log(&session).await;
        assert_eq!(log.len(), nth + 1, "{log:?}");
        assert!(log[nth].contains(said) && log[nth].contains("It is told again at"), "{log:?}");
        assert!(matches!(state(&told, "1", 1).await, TellState::Waiting { .. }), "{mood:?}");
    }
    assert_eq!(told.server.elsewhere(), 0, "no redirect is followed");
    assert!(told.server.heard().iter().all(|heard| heard.sequence() == 1), "the next waits for the first");
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_an_end_is_taken_by_its_status_and_left() {
    let told = Told::start().await;
    told.paid("1").await;
    told.server.set_mood(Mood::Endless);
    let began = Instant::now();
    told.teller.looks(told.id("1"), told.start).await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(told.sequences(), [1, 2]);
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_does_not_answer_is_given_eight_seconds() {
    let told = Told::start().await;
    let session = told.paid("1").await;
    told.server.set_mood(Mood::Silent);
    let began = Instant::now();
    told.teller.looks(told.id("1"), told.start).await;
    let took = began.elapsed();
    assert!((Duration::from_secs(7)..Duration::from_secs(11)).contains(&took), "{took:?}");
    let log = told.log(&session).await;
    assert!(log[0].contains("and did not answer: it did not answer in time, after 8"), "{log:?}");
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_asks_for_time_gets_it_by_the_queue_or_by_a_timer() {
    let told = Told::start().await;
    told.paid("1").await;
    told.server.set_mood(Mood::Busy(600));
    told.teller.looks(told.id("1"), told.start).await;
    let next = |state: TellState| match state {
        TellState::Waiting { next_try } => next_try.millis_since(told.start) / 1_000,
        other => panic!("{other:?}"),
    };
    assert!((599..=602).contains(&next(state(&told, "1", 1).await)));
    assert_eq!(told.teller.messages(Due::NotifyShop).len(), 1);
    assert_eq!(timers(&told).await, 0);
    told.server.set_mood(Mood::Busy(7_200));
    told.teller.passes(told.start, told.after(11)).await;
    assert!((7_798..=7_802).contains(&next(state(&told, "1", 1).await)));
    assert_eq!(told.teller.messages(Due::NotifyShop), [], "a queue cannot hold it back for so long");
    assert_eq!(timers(&told).await, 1);
    told.is_down(false);
    told.teller.passes(told.after(11), told.after(129)).await;
    assert_eq!(told.sequences(), [] as [u64; 0]);
    told.teller.passes(told.after(129), told.after(131)).await;
    assert_eq!(told.sequences(), [1, 2]);
    told.world.stack.stop().await;
}

async fn timers(told: &Told) -> usize {
    let store = &told.teller.app.store;
    let items = store.client().scan().table_name(store.payments_table()).send().await.expect("a scan");
    let key = |name: &str, item: &std::collections::HashMap<_, aws_sdk_dynamodb::types::AttributeValue>| {
        item.get(name).and_then(|value: &aws_sdk_dynamodb::types::AttributeValue| value.as_s().ok()).cloned()
    };
    items.items().iter().filter(|item| key("sk", item).is_some_and(|sk| sk.ends_with("#notify-shop"))).count()
}

/// svix/svix-webhooks#1844: the queue restarts, and what was to be told hangs until somebody restarts the workers.
#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_takes_nothing_is_made_up_for_by_a_timer() {
    let told = Told::start().await;
    told.paid("1").await;
    told.is_down(true);
    told.teller.queue_is_down(true);
    told.teller.looks(told.id("1"), told.start).await;
    assert_eq!(timers(&told).await, 1);
    told.is_down(false);
    told.teller.queue_is_down(false);
    told.teller.passes(told.start, told.after(2)).await;
    assert_eq!(told.sequences(), [1, 2]);
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_keeps_failing_is_left_alone_until_its_next_probe() {
    let told = Told::start().await;
    told.is_down(true);
    let orders: Vec<String> = (0..8).map(|number| format!("o{number}")).collect();
    for order in &orders {
        told.paid(order).await;
        told.teller.looks(told.id(order), told.start).await;
    }
    assert_eq!(told.server.heard().len(), 5, "five failed, and the others wait");
    told.is_down(false);
    told.teller.passes(told.start, told.after(10)).await;
    let names: Vec<&str> = orders.iter().map(String::as_str).collect();
    crate::shop_server::assert_told_in_order(&told.server.taken(), &told.wanted(&names).await);
    told.world.stack.stop().await;
}

/// svix/svix-webhooks#1511: one bad task repeats for ever.
#[tokio::test(flavor = "multi_thread")]
async fn after_the_last_try_a_change_is_parked_and_the_next_has_its_turn() {
    let told = Told::start().await;
    let session = told.paid("1").await;
    told.is_down(true);
    told.teller.streams(told.id("1"), told.start);
    let mut tries: Vec<Moment> = Vec::new();
    told.teller.passes_with(told.start, told.after(80 * 60), |at| tries.push(at)).await;
    assert_eq!(state(&told, "1", 1).await, TellState::Parked);
    let first: Vec<_> = told.server.heard().iter().filter(|heard| heard.sequence() == 1).cloned().collect();
    assert_eq!(first.len(), 10);
    let log = told.log(&session).await;
    assert!(
        log[9].ends_with("It is not told again by itself; a merchant can have it sent again."),
        "{log:?}"
    );
    told.is_down(false);
    told.teller.passes(told.after(80 * 60), told.after(200 * 60)).await;
    assert_eq!(told.sequences(), [2]);
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_says_nobody_is_there_is_asked_once_for_each_change() {
    let told = Told::start().await;
    let session = told.paid("1").await;
    told.server.set_mood(Mood::Status(410));
    told.teller.looks(told.id("1"), told.start).await;
    told.teller.passes(told.start, told.after(10_000)).await;
    assert_eq!(told.server.heard().len(), 2);
    let log = told.log(&session).await;
    assert!(
        log[0].contains("answered 410") && log[0].contains("a merchant can have it sent again"),
        "{log:?}"
    );
    told.world.stack.stop().await;
}

/// hookdeck/outpost#314: DNS errors were not retried. A name that leads nowhere is told again, as is every other address.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_only_we_can_reach_is_never_called() {
    let told = Told::start().await;
    for (nth, (url, allowed, why)) in [
        ("https://10.0.0.1/notify".to_owned(), Loopback::Allowed, "only public addresses are called"),
        ("https://[fd00::1]/notify".to_owned(), Loopback::Allowed, "only public addresses are called"),
        (told.server.url.clone(), Loopback::Refused, "has to begin with https://"),
        (told.server.url.replace("http:", "https:"), Loopback::Refused, "only public addresses are called"),
        ("https://localhost/notify".to_owned(), Loopback::Refused, "only public addresses are called"),
        ("https://name.invalid/notify".to_owned(), Loopback::Refused, "no connection could be made"),
    ]
    .into_iter()
    .enumerate()
    {
        let (world, order) = (&told.world, format!("o{nth}"));
        let session = told.opens(&order).await;
        told.changes(events::paid(&format!("evt_{nth}"), &session)).await;
        let with = document(world, &world.shop, &url, Value::Null);
        world.stack.put_shop(&with.to_string()).await.expect("a shop");
        let mut teller = Teller::new(&world.stack.settings());
        std::sync::Arc::get_mut(&mut teller.app).expect("its own").to_shops = Sender::public_only(allowed);
        teller.looks(told.id(&order), told.start).await;
        let log = told.log(&session).await;
        assert!(log[0].contains(why) && log[0].contains("It is told again at"), "{url}: {log:?}");
    }
    assert_eq!(told.server.heard().len(), 0);
    let document = document(&told.world, &told.world.shop, "ftp://shop.example/", json!(null));
    assert!(told.world.stack.put_shop(&document.to_string()).await.is_err(), "no configuration says so");
    told.world.stack.stop().await;
}
