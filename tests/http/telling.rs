//! A shop that is told, and orders that change.

use std::collections::BTreeMap;

use payproof::payment::{Moment, PaymentId, told};
use payproof_edge::app::now;
use serde_json::Value;

use crate::events;
use crate::shop_server::{Mood, ShopServer, Teller, document};
use crate::world::World;

/// A world whose shop has a server, told by the stack itself.
pub async fn told_by_the_stack(events: Value) -> (World, ShopServer) {
    let (world, server) = (World::start().await, ShopServer::start().await);
    let url = format!("{}/notify", server.url);
    world.stack.put_shop(&document(&world, &world.shop, &url, events).to_string()).await.expect("a shop");
    (world, server)
}

/// A world whose shop has a server, told by a teller whose clock the test moves.
pub struct Told {
    pub world: World,
    pub server: ShopServer,
    pub teller: Teller,
    /// The moment at which the test begins.
    pub start: Moment,
}

impl Told {
    pub async fn start() -> Self {
        Self::wanting(Value::Null).await
    }

    pub async fn wanting(events: Value) -> Self {
        let (world, server) = told_by_the_stack(events).await;
        let teller = Teller::instead_of(&world);
        Self { world, server, teller, start: now() }
    }

    pub fn id(&self, order: &str) -> PaymentId {
        self.world.shop.payment_id(order)
    }

    pub fn after(&self, minutes: u64) -> Moment {
        self.start.plus_seconds(60 * minutes)
    }

    /// Registers an order and opens a session.
    pub async fn opens(&self, order: &str) -> String {
        self.world.shop.opens(order).await["id"].as_str().expect("an id").to_owned()
    }

    /// A webhook changes an order.
    pub async fn changes(&self, event: Value) {
        let outcome = self.world.stripe_tells(&event).await.expect(200)["outcome"].clone();
        assert!(["applied", "review"].contains(&outcome.as_str().expect("a word")), "{outcome}");
    }

    /// An order that is processing.
    pub async fn processing(&self, order: &str) -> String {
        let session = self.opens(order).await;
        self.changes(events::processing(&format!("evt_{order}_1"), &session)).await;
        session
    }

    /// An order that was processing and is paid: two changes to be told.
    pub async fn paid(&self, order: &str) -> String {
        let session = self.processing(order).await;
        self.changes(events::async_paid(&format!("evt_{order}_2"), &session)).await;
        session
    }

    /// How many changes each order has to be told.
    pub async fn wanted(&self, orders: &[&str]) -> BTreeMap<String, (PaymentId, u64)> {
        let mut wanted = BTreeMap::new();
        for order in orders {
            let payment = self.world.stored(&self.world.shop, order).await.expect("an order");
            wanted.insert((*order).to_owned(), (payment.id, told(&payment).len() as u64));
        }
        wanted
    }

    /// The sentences of the payment log about telling the shop, with their minutes since the start.
    pub async fn log(&self, session: &str) -> Vec<String> {
        let log = self.world.shop.get(&format!("/v1/sessions/{session}/timeline")).await.expect(200);
        let entries = log["entries"].as_array().expect("entries").iter();
        let told = entries.filter(|entry| entry["kind"] == "order_updated");
        told.map(|entry| entry["text"].as_str().expect("a text").to_owned()).collect()
    }

    /// The sequences that were taken, in the order of coming.
    pub fn sequences(&self) -> Vec<u64> {
        self.server.taken().iter().map(|heard| heard.sequence()).collect()
    }

    pub fn is_down(&self, down: bool) {
        self.server.set_mood(Mood::Status(if down { 503 } else { 204 }));
    }
}
