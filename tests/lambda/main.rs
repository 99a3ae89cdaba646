//! The built Lambda binaries, driven through the Lambda Runtime API with API Gateway's events, beside the local stack.
#![forbid(unsafe_code)]
// Also outside of functions that are tests: what a test cannot go on from ends it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../stack/stripe_api.rs"]
#[allow(dead_code)]
mod stripe_api;
#[path = "../stack/world.rs"]
#[allow(dead_code)]
mod world;

mod binaries;
mod events;
#[allow(dead_code)]
mod function;
#[allow(dead_code)]
mod meter;
#[allow(dead_code)]
mod runtime_api;

mod budget;
mod faults;
mod queued;
mod same;
