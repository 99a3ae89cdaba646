//! The running stack from outside: shop servers, browsers, customers, providers and strangers call it as they would.
#![forbid(unsafe_code)]

mod stripe_api;
mod world;

mod paid;
#[cfg(feature = "wider")]
mod signatures;
mod survives_kill;
