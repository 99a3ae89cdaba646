//! What the HTTP contract promises, asked from outside: shops' servers, browsers, providers and strangers call the
//! running stack, and what they made it write is read from its table.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics fails"
)]

#[path = "../stack/adyen_api.rs"]
mod adyen_api;
#[path = "../stack/clockwork.rs"]
#[allow(dead_code)]
mod clockwork;
#[path = "../simulation/doors.rs"]
mod handlers;
#[path = "../stack/shop_server.rs"]
mod shop_server;
#[path = "../stack/stripe_api.rs"]
#[allow(dead_code)]
mod stripe_api;
#[path = "../stack/world.rs"]
#[allow(dead_code)]
mod world;

mod events;
mod reach;
mod table;
mod telling;
mod wire;

mod acknowledge;
mod asked;
mod back_again;
mod bad_bodies;
mod bad_ids;
mod bad_keys;
mod batches;
mod bounds;
mod by_hand;
mod by_payment;
mod cancel;
mod confirmed;
mod console;
mod demo_shop;
mod diagnostics;
mod doors;
mod every_order;
mod expiring;
mod explain;
mod fallback;
mod find;
mod followed;
mod go;
mod healed;
mod held;
mod hinted;
mod idempotency;
mod kept;
mod language;
mod late;
mod links;
mod lists;
mod merchant;
mod notifications;
mod opening;
mod poll;
mod racing;
mod refunds;
mod refused;
mod replay;
mod retold;
mod return_page;
mod review;
mod timelines;
mod told;
mod told_badly;
mod webhooks;
mod wounds;
