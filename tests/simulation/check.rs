//! What must be true of a history when everything is over, whatever happened on the way.

mod books;
mod kept;
mod log;
mod told;

use std::sync::Arc;

use payproof::payment::Payment;
use payproof_edge::store::Store;
use serde_json::Value;

use crate::merchant::ORDER;
use crate::shops::{payment_id, server};
use crate::world::World;

/// Everything that a checker looks at.
pub struct After<'a> {
    pub world: &'a Arc<World>,
    pub store: &'a Store,
    /// The order, where it was registered.
    pub payment: Payment,
    /// As the shop reads it.
    pub view: Value,
}

impl After<'_> {
    fn wrong(&self, what: impl std::fmt::Display) {
        self.world.violation(what);
    }
}

/// Looks at everything.
pub async fn all(world: &Arc<World>, store: &Store) {
    kept::every_event_is_findable(world, store).await;
    let complaints = std::mem::take(&mut world.bank.books().complaints);
    for complaint in complaints {
        world.violation(format_args!("the provider complains: {complaint}"));
    }
    let payment = store.load_with_texts(&payment_id(ORDER)).await.expect("the store answers");
    let Some(payment) = payment else { return };
    let view = read(world, &format!("/v1/orders/{ORDER}")).await;
    let after = After { world, store, payment, view };
    books::agree(&after);
    books::one_checkout_an_attempt(&after);
    kept::item_agrees_with_its_facts(&after).await;
    kept::nothing_open_is_left_without_a_timer(&after).await;
    told::everything_once_and_in_order(&after);
    log::tells_each_change(&after).await;
}

/// What a shop reads.
async fn read(world: &Arc<World>, path: &str) -> Value {
    let answer = world.call(&format!("read {path}"), server("GET", path, None)).await;
    let Some(answer) = answer else {
        world.violation(format_args!("{path} was not answered in calm"));
        return Value::Null;
    };
    if answer.status() != 200 {
        world.violation(format_args!("{path} was answered {}", answer.status()));
    }
    serde_json::from_slice(answer.body()).unwrap_or_default()
}
