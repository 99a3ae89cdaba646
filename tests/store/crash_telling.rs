//! A crash between any two steps of telling a shop: whoever looks next goes on, nothing is lost, no order of things is
//! broken, and what is told twice has the same id.

use std::sync::Arc;

use payproof::notify::Loopback;
use payproof::payment::{Moment, TellState};
use payproof_edge::app::{App, now};
use payproof_edge::send::Sender;
use payproof_edge::settings::Settings;
use payproof_edge::store::Due;
use serde_json::Value;

use crate::door::{Cut, Doors};
use crate::shop_server::{Mood, ShopServer, Teller, assert_told_in_order, document};
use crate::stripe_api::event;
use crate::world::World;

/// A teller whose store and shop stand behind doors.
struct Behind {
    world: World,
    server: ShopServer,
    doors: Doors,
    cut: App,
    /// One that goes around the doors: whoever looks next.
    next: Teller,
}

impl Behind {
    async fn start() -> Self {
        let (world, server, doors) = (World::start().await, ShopServer::start().await, Doors::default());
        world.stack.stop_stream();
        let url = format!("{}/notify", doors.open_to(&server.url).await);
        let with = document(&world, &world.shop, &url, Value::Null);
        world.stack.put_shop(&with.to_string()).await.expect("a shop");
        let endpoint_url = Some(doors.open_to(&world.stack.store_url).await);
        let next = Teller::new(&world.stack.settings());
        let settings = Settings { endpoint_url, ..world.stack.settings() };
        let mut cut = App::new(&settings).with_queues(Arc::new(next.queues.clone()));
        cut.to_shops = Sender::public_only(Loopback::Allowed);
        // The shop's configuration is read first; that is not what is cut.
        let behind = Self { world, server, doors, cut, next };
        behind.paid("warm").await;
        behind.looks("warm", now()).await;
        behind
    }

    async fn paid(&self, order: &str) {
        let session = self.world.shop.opens(order).await;
        let id = session["id"].as_str().expect("an id");
        let processing = event::processing(&format!("evt_{order}_1"), id);
        self.world.stripe_tells(&processing).await.expect(200);
        let mut paid = event::paid(&format!("evt_{order}_2"), id, 4999, "eur");
        paid["type"] = "checkout.session.async_payment_succeeded".into();
        self.world.stripe_tells(&paid).await.expect(200);
    }

    /// Looks at an order; false where that was cut off.
    async fn looks(&self, order: &str, at: Moment) -> bool {
        let id = self.world.shop.payment_id(order);
        self.next.is_now(at);
        let looked = self.doors.run(notify_shop::handle(&self.cut, id, at)).await;
        if let Some(looked) = looked {
            looked.expect("it is dealt with");
            return true;
        }
        false
    }

    /// What the shop took of an order.
    fn assert_told(&self, order: &str, context: &str) {
        let taken: Vec<_> = self.server.taken().into_iter().filter(|heard| heard.order() == order).collect();
        let wanted = [(order.to_owned(), (self.world.shop.payment_id(order), 2))].into();
        assert_told_in_order(&taken, &wanted);
        assert!(taken.len() <= 4, "{context}: {} were sent for 2 changes", taken.len());
    }
}

/// The first run is cut at each of its requests, before it was done and after.
async fn survives(cut: Cut, down_at_first: bool) {
    let world = Behind::start().await;
    world.doors.let_through();
    for nth in 1..=20 {
        let (order, context) = (format!("o{nth}"), format!("{cut:?} request {nth}, down {down_at_first}"));
        world.paid(&order).await;
        world.server.set_mood(Mood::Status(if down_at_first { 503 } else { 204 }));
        let start = now();
        world.doors.cut_at(nth, cut);
        let whole = world.looks(&order, start).await;
        world.doors.let_through();
        world.server.set_mood(Mood::Status(204));
        // The message comes again, for nobody said that it was dealt with; what waits is put on the queue by then.
        let id = world.world.shop.payment_id(&order);
        if !whole {
            world.next.streams(id, start.plus_seconds(60));
        }
        world.next.passes(start, start.plus_seconds(600)).await;
        world.assert_told(&order, &context);
        let (_, tellings) =
            world.next.app.store.load_with_tellings(&id).await.expect("a read").expect("an order");
        assert!(tellings.values().all(|telling| telling.state == TellState::Told), "{context}: {tellings:?}");
        assert_eq!(tellings.len(), 2, "{context}");
        assert_eq!(world.next.messages(Due::NotifyShop), [], "{context}");
        if whole {
            let least = if down_at_first { 3 } else { 5 };
            assert_eq!(nth, least + 1, "{context}: a query, and a call and a put for each");
            return;
        }
    }
    panic!("telling an order takes more than 20 requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn telling_cut_before_any_request_is_gone_on_with() {
    survives(Cut::Before, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn telling_cut_after_any_request_is_gone_on_with() {
    survives(Cut::After, false).await;
}

/// hookdeck/outpost#1000: the delivery failed and its log was lost, so that the retry finds no attempt.
#[tokio::test(flavor = "multi_thread")]
async fn telling_a_shop_that_is_down_cut_at_any_request_is_gone_on_with() {
    survives(Cut::Before, true).await;
    survives(Cut::After, true).await;
}
