//! payproof whole on one machine: the handlers that run as Lambda functions, behind one address, over an embedded
//! DynamoDB-compatible store; with a sandbox provider to pay at and a demo shop to buy in.
//!
//! There is no second implementation of anything: what answers here is what answers on AWS.
#![forbid(unsafe_code)]

mod cors;
pub mod demo;
mod documents;
mod door;
mod embedded;
mod page;
pub mod period;
mod queues;
pub mod reconcile_since;
pub mod sandbox;
mod stack;
mod stream;

pub use demo::Keys;
pub use documents::DocumentsError;
pub use embedded::Data;
pub use stack::{Options, Stack, StartError};
