//! The built Lambda binaries, driven through the Lambda Runtime API with API Gateway's events, beside the local stack.
#![forbid(unsafe_code)]

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
mod same;
