//! The store and the flows on real tables: the same suite on the embedded store and on Amazon's DynamoDB Local, crashes
//! between any two steps, and write-first against load-decide-save.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics fails"
)]

#[path = "../stack/clockwork.rs"]
#[allow(dead_code)]
mod clockwork;
#[path = "../stack/shop_server.rs"]
#[allow(dead_code)]
mod shop_server;
#[path = "../stack/stripe_api.rs"]
#[allow(dead_code)]
mod stripe_api;
#[path = "../stack/world.rs"]
#[allow(dead_code)]
mod world;

mod budget;
mod crash;
mod crash_acting;
mod crash_reconciling;
mod crash_telling;
mod door;
mod dynamodb_local;
mod many_orders;
mod sender;
mod shops;
mod suite;
mod sweeping;
mod write_first;
