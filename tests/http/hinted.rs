//! A refused delivery proves nothing, but it may name a session that the provider knows more of than we do.

use bytes::Bytes;
use payproof::payment::Moment;
use payproof_edge::app::{App, now};
use payproof_edge::flow::{Stretch, Which, reconcile_open};
use payproof_edge::shops::Freshness;
use serde_json::{Value, json};

use crate::clockwork::Clockwork;
use crate::healed::paid_there;
use crate::stripe_api::event;
use crate::world::World;

/// A delivery without a right signature, at a moment of the test's own.
async fn forged(app: &App, shop: &str, event: &Value, now: Moment) {
    let request = http::Request::post(format!("/v1/webhooks/{shop}/stripe"))
        .header("stripe-signature", "t=1,v1=00")
        .body(Bytes::from(event.to_string()))
        .expect("a request");
    assert_eq!(webhook_receive::handle(app, request, now).await.status().as_u16(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_names_an_outstanding_session_has_the_provider_asked_and_is_not_believed() {
    let world = World::start().await;
    let clock = Clockwork::new(&world.stack.settings());
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id").to_owned();
    let start = now();
    forged(&clock.app, "shop", &event::paid("evt_1", &id, 4999, "eur"), start).await;
    clock.passes(start, 4).await;
    assert_eq!(world.shop.status("1").await, "created", "it said paid, and the provider does not");
    world.stripe.sets_checkout(&id, &paid_there(4999));
    forged(&clock.app, "shop", &event::paid("evt_1", &id, 4999, "eur"), start.plus_seconds(300)).await;
    clock.passes(start.plus_seconds(300), 4).await;
    assert_eq!(world.shop.status("1").await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_them_makes_one_timer_a_minute_and_one_read_a_second() {
    let world = World::start().await;
    let app = App::new(&world.stack.settings());
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id").to_owned();
    let before = world.timers().await.len();
    let start = now();
    for second in 0..60 {
        for nth in 0..5 {
            let event = event::paid(&format!("evt_{second}_{nth}"), &id, 4999, "eur");
            forged(&app, "shop", &event, start.plus_millis(second * 1_000 + nth * 10)).await;
        }
    }
    assert_eq!(world.timers().await.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_names_what_is_settled_absent_or_anothers_makes_no_timer() {
    let world = World::start().await;
    let settled = world.shop.opens("1").await["id"].as_str().expect("an id").to_owned();
    world.stripe_tells(&event::paid("evt_1", &settled, 4999, "eur")).await.expect(200);
    let others = world.other.opens("1").await["id"].as_str().expect("an id").to_owned();
    let before = world.timers().await;
    let absent = world.shop.session_id("nothing", 1).to_string();
    let mut at = now();
    for named in [settled, others, absent, "cs_nonsense".to_owned()] {
        at = at.plus_seconds(2);
        let app = App::new(&world.stack.settings());
        forged(&app, "shop", &event::paid("evt_2", &named, 4999, "eur"), at).await;
    }
    assert_eq!(world.timers().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_secret_is_mended_one_request_asks_about_all_that_is_open() {
    let world = World::start().await;
    let app = App::new(&world.stack.settings());
    for number in 0..55 {
        let session = world.shop.opens(&format!("o{number}")).await;
        if number % 2 == 0 {
            world.stripe.sets_checkout(session["id"].as_str().expect("an id"), &paid_there(4999));
        }
    }
    let settled = world.shop.opens("settled").await["id"].as_str().expect("an id").to_owned();
    world.stripe_tells(&event::paid("evt_1", &settled, 4999, "eur")).await.expect(200);
    let id = payproof::payment::ShopId::parse("shop").expect("a shop");
    let shop =
        app.shops.get(&app.store, &id, Freshness::Usual, now()).await.expect("a read").expect("a shop");
    // Each run goes on where the one before stopped, and gets somewhere however little time it has.
    let all = |before: Option<String>, millis| {
        let (app, shop) = (&app, &shop);
        async move {
            let limit = std::time::Duration::from_millis(millis);
            let stretch = Stretch {
                since: Moment::default(),
                before: before.as_deref(),
                which: Which::Outstanding,
                limit,
            };
            reconcile_open(app, shop, stretch, now()).await.expect("a run")
        }
    };
    let first = all(None, 0).await;
    assert!(first.done <= 1 && first.next.is_some(), "{first:?}");
    let (mut next, mut done, mut runs) = (first.next, first.done, 1);
    loop {
        let run = all(next, if runs < 5 { 0 } else { 250 }).await;
        (done, runs, next) = (done + run.done, runs + 1, run.next);
        if next.is_none() {
            break;
        }
    }
    assert_eq!(done, 55, "in {runs} runs");
    for number in 0..55 {
        let wanted = if number % 2 == 0 { "paid" } else { "created" };
        assert_eq!(world.shop.status(&format!("o{number}")).await, wanted, "o{number}");
    }
    // As an operator: every session, also those that have ended.
    let asked = world.stripe.asked();
    let looked =
        payproof_local::reconcile_since::reconcile_since(&app, None, Moment::default(), Which::Every).await;
    let looked: Vec<_> =
        looked.expect("a run").into_iter().map(|(shop, done)| (shop.to_string(), done)).collect();
    assert_eq!(looked, [("other".to_owned(), 0), ("shop".to_owned(), 56)]);
    assert_eq!(world.stripe.asked(), asked + 56);
    assert_eq!(json!(world.shop.order("settled").await["status"]), "paid");
}
