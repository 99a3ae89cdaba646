//! What a payment is, and what the payment providers say of it.
//!
//! This crate is pure: it opens no socket, reads no clock and draws no random number. Whatever it needs to know of
//! the world (the time, a nonce, a provider's answer) is an argument, so everything in it can be tried offline.
//!
//! - [`payment`]: ids, money, facts, and the status that follows from a set of facts.
//! - [`provider`]: one file for each payment provider: how its webhooks are verified and read, how its requests are
//!   built and its answers understood.
//! - [`shop`]: a shop's configuration, typed and checked when it is loaded.
//! - [`routing`]: which provider an order goes to.
//! - [`diagnose`]: what is wrong with a shop, or soon will be, and what to do.
//! - [`notify`]: how a shop is told: the signed message, when it is tried again, and where it may go.
#![forbid(unsafe_code)]

pub mod diagnose;
pub mod notify;
pub mod payment;
pub mod provider;
pub mod routing;
pub mod secret;
pub mod shop;
