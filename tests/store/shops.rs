//! Shops are read when first needed and kept for a while: counted on the wire.

use std::sync::Arc;

use payproof::payment::{Moment, ShopId};
use payproof_edge::settings::Settings;
use payproof_edge::shops::{Freshness, Shops};
use payproof_edge::store::Store;
use payproof_local::Stack;

use crate::door::{Cut, Doors};
use crate::suite::{AT, embedded};

struct Cache {
    stack: Stack,
    doors: Doors,
    store: Store,
    shops: Arc<Shops>,
}

impl Cache {
    async fn start() -> Self {
        let (stack, _) = embedded().await;
        let doors = Doors::default();
        let endpoint_url = Some(doors.open_to(&stack.store_url).await);
        let store = Store::new(&Settings { endpoint_url, ..stack.settings() });
        doors.let_through();
        Self { stack, doors, store, shops: Arc::default() }
    }

    /// Whether the shop was found, and how many reads that took.
    async fn get(&self, id: &str, freshness: Freshness, now: Moment) -> (bool, usize) {
        let before = self.doors.count();
        let id = ShopId::parse(id).expect("a shop id");
        let found = self.shops.get(&self.store, &id, freshness, now).await.expect("an answer").is_some();
        (found, self.doors.count() - before)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_read_once_a_minute_and_an_unknown_one_every_half() {
    let cache = Cache::start().await;
    for (id, seconds, wanted) in [
        ("demo", 0, (true, 1)),
        ("demo", 59, (true, 0)),
        ("demo", 60, (true, 1)),
        ("nobody", 0, (false, 1)),
        ("nobody", 29, (false, 0)),
        ("nobody", 30, (false, 1)),
    ] {
        assert_eq!(
            cache.get(id, Freshness::Usual, AT.plus_seconds(seconds)).await,
            wanted,
            "{id} at {seconds} s"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubted_shop_is_read_again_at_most_every_ten_seconds() {
    let cache = Cache::start().await;
    assert_eq!(cache.get("demo", Freshness::Usual, AT).await.1, 1);
    for (seconds, reads) in [(1, 0), (9, 0), (10, 1), (11, 0), (20, 1)] {
        assert_eq!(
            cache.get("demo", Freshness::Doubted, AT.plus_seconds(seconds)).await.1,
            reads,
            "at {seconds} s"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_at_once_read_a_shop_once() {
    let cache = Arc::new(Cache::start().await);
    let all = (0..16).map(|_| {
        let cache = Arc::clone(&cache);
        tokio::spawn(async move {
            let id = ShopId::parse("demo").expect("a shop id");
            cache.shops.get(&cache.store, &id, Freshness::Usual, AT).await.expect("an answer").is_some()
        })
    });
    for found in all.collect::<Vec<_>>() {
        assert!(found.await.expect("an end"));
    }
    assert_eq!(cache.doors.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_is_away_a_copy_serves_for_a_quarter_of_an_hour() {
    let cache = Cache::start().await;
    assert!(cache.get("demo", Freshness::Usual, AT).await.0);
    // From here on nothing is answered.
    for nth in 1..=3 {
        cache.doors.cut_at(nth, Cut::Before);
    }
    cache.stack.stop().await;
    let id = ShopId::parse("demo").expect("a shop id");
    let at = |seconds| cache.shops.get(&cache.store, &id, Freshness::Usual, AT.plus_seconds(seconds));
    assert!(at(14 * 60).await.expect("the copy").is_some());
    assert!(at(15 * 60).await.is_err(), "older than a quarter of an hour");
    let nobody = ShopId::parse("nobody").expect("a shop id");
    assert!(cache.shops.get(&cache.store, &nobody, Freshness::Usual, AT).await.is_err(), "never seen");
}
