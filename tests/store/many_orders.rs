//! A shop with 10,000 orders: what people look for is found in a few requests to the store, wherever it lies.

use payproof::payment::{
    Decision, Details, Kind, Moment, OrderId, Payment, PaymentId, ShopId, decide, reserve,
};
use payproof_edge::app::now;
use payproof_edge::store::{Registered, Saved, Store};
use serde_json::Value;

use crate::budget::Counted;
use crate::suite::{eur, fact, session};

const ORDERS: u64 = 10_000;
/// The most requests to the store that somebody who looks waits for.
const REQUESTS_MAX: usize = 5;
const AT_ONCE: u64 = 20;

fn name(number: u64) -> OrderId {
    OrderId::parse(&format!("n{number}")).expect("an order id")
}

async fn register(store: Store, shop: ShopId, number: u64) {
    let at = Moment::from_millis(1_795_539_000_000 + number);
    // Some have more to tell than their item holds.
    let description = number.is_multiple_of(2).then(|| "a long description ".repeat(20));
    let details = Details { description, ..Details::default() };
    let payment = Payment::register(shop, name(number), eur(4_999), details, at);
    assert_eq!(store.register(&payment, 1).await.expect("a write"), Registered::New);
}

/// Money of another amount comes for it.
async fn is_paid_wrongly(store: &Store, shop: &ShopId, id: &PaymentId) {
    for turn in 0..2 {
        let payment = store.load(id).await.expect("a read").expect("the order");
        let change = match turn {
            0 => reserve(&payment, payproof::payment::Attempt::FIRST, session(0)),
            _ => match decide(&payment, shop, None, &[fact("stripe:evt_1", Kind::Paid(eur(1)), 1)]) {
                Decision::Write(change, _) => change,
                other => panic!("{other:?}"),
            },
        };
        assert_eq!(store.save(id, &change).await.expect("a write"), Saved::Written);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn among_ten_thousand_orders_each_look_takes_a_few_requests() {
    let world = Counted::start().await;
    let (store, shop) = (Store::new(&world.stack.settings()), ShopId::parse("shop").expect("a shop"));
    world.stack.stop_stream();
    for first in (0..ORDERS).step_by(usize::try_from(AT_ONCE).expect("a few")) {
        let mut all = tokio::task::JoinSet::new();
        for number in first..(first + AT_ONCE).min(ORDERS) {
            all.spawn(register(store.clone(), shop.clone(), number));
        }
        while let Some(done) = all.join_next().await {
            done.expect("it is registered");
        }
    }
    // The oldest of all of them needs somebody.
    let oldest = PaymentId::of(&shop, &name(0));
    is_paid_wrongly(&store, &shop, &oldest).await;

    let session = format!("cs_{}_1", oldest.chars());
    let get = async |path: &str| -> Value {
        let request = world.request("GET", path, None);
        let (requests, answer) = world.requests(merchant_read::handle(&world.app, request, now())).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert!((1..=REQUESTS_MAX).contains(&requests), "{path} took {requests} requests to the store");
        serde_json::from_slice(answer.body()).expect("JSON")
    };
    // The first request of a container reads the shop's configuration, too: it is within the bound all the same.
    let page = get("/v1/orders").await;
    assert_eq!(page["data"].as_array().map(Vec::len), Some(50));
    assert_eq!(page["data"][0]["id"], "n9999", "newest first");
    assert!(
        page["data"][1]["description"].as_str().is_some_and(|text| text.len() > 200),
        "{}",
        page["data"][1]
    );
    let next = page["next_cursor"].as_str().expect("more");
    assert_eq!(get(&format!("/v1/orders?cursor={next}")).await["data"][0]["id"], "n9949");
    let needy = get("/v1/orders?attention=any").await;
    assert_eq!(needy["data"].as_array().map(Vec::len), Some(1), "{needy}");
    assert_eq!((&needy["data"][0]["id"], &needy["next_cursor"]), (&"n0".into(), &Value::Null));
    assert_eq!(get("/v1/orders?attention=disputed").await["data"], Value::Array(Vec::new()));
    assert_eq!(get("/v1/orders?status=review").await["data"][0]["id"], "n0");
    assert_eq!(get("/v1/orders/n5000").await["id"], "n5000");
    assert_eq!(get("/v1/orders/n0").await["status"], "review");
    for story in ["/v1/orders/n0/timeline".to_owned(), format!("/v1/sessions/{session}/timeline")] {
        assert!(get(&story).await["entries"].as_array().is_some_and(|entries| entries.len() > 4), "{story}");
    }
    get("/v1/notifications?order_id=n0").await;

    let polled = world.request("GET", &format!("/v1/sessions/{session}"), None);
    let (requests, answer) = world.requests(status_poll::handle(&world.app, polled, now())).await;
    assert_eq!((requests, answer.status().as_u16()), (1, 200), "a session leads to its order in one read");
    world.stack.stop().await;
}
