//! The table's stream was lost for a day: nobody was told to look at the orders that changed. `retell` goes through the
//! table and tells everything, and nothing twice under a new id.

use std::collections::BTreeMap;

use payproof::payment::{Moment, PaymentId};
use payproof_edge::app::now;
use payproof_edge::flow::{Retold, Span, retell};
use payproof_edge::shops::Freshness;

use crate::events;
use crate::shop_server::assert_told_in_order;
use crate::telling::Told;

async fn retold(told: &Told, from: Moment, to: Moment) -> Retold {
    let app = &told.teller.app;
    let id = payproof::payment::ShopId::parse("shop").expect("a shop");
    let shop =
        app.shops.get(&app.store, &id, Freshness::Usual, now()).await.expect("a read").expect("a shop");
    let span = Span { from, to, registered_from: Moment::default() };
    retell(app, &shop, span, now).await.expect("it goes through")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_the_stream_is_lost_and_everything_is_told_after_all() {
    let told = Told::start().await;
    // Told in time: all of one order, and a part of another.
    let whole = told.paid("whole").await;
    told.teller.looks(told.id("whole"), told.start).await;
    let part = told.processing("part").await;
    told.teller.looks(told.id("part"), told.start).await;
    assert_eq!(told.sequences(), [1, 2, 1]);

    // The lost day: more orders than a page holds, old ones and new.
    let mut names: Vec<String> = vec!["whole".to_owned(), "part".to_owned()];
    let lost_from = now();
    told.changes(events::async_paid("evt_part_2", &part)).await;
    told.changes(events::refunded("evt_whole_3", &whole, 700)).await;
    for number in 0..60 {
        let order = format!("lost{number}");
        told.paid(&order).await;
        names.push(order);
    }
    let lost_to = now();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let wanted: BTreeMap<String, (PaymentId, u64)> = told.wanted(&names).await;
    let outcome = retold(&told, lost_from, lost_to).await;
    assert_eq!(outcome, Retold { orders: 62, looked_at: 62, told: 122, failed: 0 });
    assert_told_in_order(&told.server.taken(), &wanted);
    assert_eq!(told.server.taken().len(), 125, "each once");

    let again = retold(&told, lost_from, lost_to).await;
    assert_eq!(again, Retold { told: 0, ..outcome }, "what was told is not told again");
    assert_eq!(told.server.taken().len(), 125);
    let later = now().plus_seconds(1);
    let nothing = retold(&told, later, later.plus_seconds(1)).await;
    assert_eq!(nothing, Retold { orders: 62, ..Retold::default() }, "no order changed since");
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_down_while_it_is_retold_is_told_later_as_ever() {
    let told = Told::start().await;
    let names = ["a", "b", "c"];
    for order in names {
        told.paid(order).await;
    }
    told.is_down(true);
    told.teller.is_now(now());
    let outcome = retold(&told, told.start, now()).await;
    assert_eq!(outcome, Retold { orders: 3, looked_at: 3, told: 0, failed: 0 });
    told.is_down(false);
    told.teller.passes(told.start, told.after(60)).await;
    assert_told_in_order(&told.server.taken(), &told.wanted(&names).await);
    assert_eq!(told.server.taken().len(), 6);
    told.world.stack.stop().await;
}
