//! What is written beside the code is held to it: the HTTP contract, the template, the logs, the documents and the
//! house rules.
#![forbid(unsafe_code)]
// clippy.toml allows these in `#[test]` functions; what those call is a test too.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../stack/adyen_api.rs"]
mod adyen_api;
#[path = "../stack/stripe_api.rs"]
#[allow(dead_code)]
mod stripe_api;
#[path = "../stack/world.rs"]
#[allow(dead_code)]
mod world;

mod documents;
mod drift;
mod logs;
mod looked;
mod needs;
mod openapi;
mod queues;
mod remembered;
mod routed;
mod stories;
mod template;
mod tidy;
