//! Where the world begins: the DynamoDB tables, the HTTP contract, the verbs that a request is made of, and the one
//! client that sends what providers ask to be sent.
//!
//! What a payment *is* lives in [`payproof`]; here it is parsed, saved and answered.
#![forbid(unsafe_code)]

pub mod api;
pub mod app;
mod aws;
pub mod circuits;
pub mod flow;
pub mod hints;
pub mod lambda;
pub mod limits;
pub mod queue;
pub mod random;
pub mod send;
pub mod settings;
pub mod shops;
pub mod store;
