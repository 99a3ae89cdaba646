//! What each kind of webhook and an ordinary order cost, in requests to the store and in write units.

use std::path::Path;

use axum::body::Bytes;

use crate::function::{Function, environment};
use crate::meter::{Counted, Meter};
use crate::run::expect;
use crate::shop::Shop;

/// Requests to the store, and write units of the table and of its index.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    pub requests: usize,
    pub units: usize,
    pub index_units: usize,
}

/// What was counted.
#[derive(Debug)]
pub struct Units {
    /// The first webhook of a container, a further new one, a duplicate, two refused ones within a second.
    pub webhooks: Vec<(&'static str, Cost)>,
    /// An order from register to returned, by step.
    pub order: Vec<(&'static str, Cost)>,
}

impl Units {
    /// All steps of the order together.
    pub fn order_total(&self) -> usize {
        self.order.iter().map(|(_, cost)| cost.units + cost.index_units).sum()
    }
}

fn cost(counted: &[Counted]) -> Cost {
    Cost {
        requests: counted.len(),
        units: counted.iter().map(|one| one.units).sum(),
        index_units: counted.iter().map(|one| one.index_units).sum(),
    }
}

/// Counts.
pub async fn count(shop: &Shop, ours: &Path) -> Units {
    let meter = Meter::start(&shop.settings).await;
    let function = Function::start(ours, &environment(meter.settings())).await;
    let (first, second) = (shop.opens().await.id, shop.opens().await.id);
    meter.take();
    let events: [(&str, Bytes, u64, &str); 5] = [
        ("first in a container", shop.pays(&first, 90_000_001), 200, "applied"),
        ("new", shop.pays(&second, 90_000_002), 200, "applied"),
        ("duplicate", shop.pays(&second, 90_000_002), 200, "duplicate"),
        ("refused, noted", shop.forges(&second, 90_000_003), 401, ""),
        ("refused, not noted", shop.forges(&second, 90_000_004), 401, ""),
    ];
    let mut webhooks = Vec::new();
    for (name, event, status, outcome) in events {
        expect(&function.invoke(event).await, status, outcome);
        webhooks.push((name, cost(&meter.take())));
    }

    let app = shop.through(meter.settings());
    // Reads the shop, once for all that follows.
    shop.opens_with(&app).await;
    meter.take();
    let mut order = Vec::new();
    let session = shop.opens_with(&app).await;
    let counted = meter.take();
    // Registering ends with a look for events that came early; opening begins after that.
    let registered = counted.iter().position(|one| one.operation == "Query").expect("it looks") + 1;
    let (registered, opened) = counted.split_at(registered);
    order.push(("register", cost(registered)));
    order.push(("open", cost(opened)));
    assert_eq!(shop.browses(&app, &session.go).await.status(), 303);
    order.push(("sent", cost(&meter.take())));
    assert_eq!(shop.is_told(&app, &session.id).await, 1);
    order.push(("told that it is pending", cost(&meter.take())));
    expect(&function.invoke(shop.pays(&session.id, 90_000_005)).await, 200, "applied");
    order.push(("paid", cost(&meter.take())));
    assert_eq!(shop.is_told(&app, &session.id).await, 1);
    order.push(("told that it is paid", cost(&meter.take())));
    let back = format!("/return/{}?client_secret={}", session.id, session.client_secret);
    assert_eq!(shop.browses(&app, &back).await.status(), 200);
    order.push(("returned", cost(&meter.take())));
    function.end().await;
    Units { webhooks, order }
}
