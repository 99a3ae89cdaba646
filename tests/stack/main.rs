//! The running stack from outside: shop servers, browsers, customers, providers and strangers call it as they would.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that panics fails"
)]

#[path = "../http/events.rs"]
#[allow(dead_code)]
mod events;
#[allow(dead_code)]
mod shop_server;
#[allow(dead_code)]
mod stripe_api;
#[allow(dead_code)]
mod world;

#[cfg(feature = "wider")]
mod browser;
mod chaos;
#[cfg(feature = "wider")]
mod chromium;
#[cfg(feature = "wider")]
mod console;
#[cfg(feature = "wider")]
mod console_pages;
#[cfg(feature = "wider")]
mod element;
#[cfg(feature = "wider")]
mod newcomer;
mod paid;
mod retell;
#[cfg(feature = "wider")]
mod signatures;
#[cfg(feature = "wider")]
mod stories;
mod survives_kill;
