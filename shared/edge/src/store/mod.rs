//! The two DynamoDB tables: their definition, the items, and the few operations on them.
//!
//! Every read of a payment's items is consistent. Every change of an order's item is one conditional `UpdateItem`.

mod aside;
mod attempt;
mod attributes;
mod client;
mod early;
mod error;
mod event;
mod event_pages;
mod expression;
mod fact_item;
mod idempotency;
mod left_alone;
mod link;
mod order;
mod order_item;
mod order_list;
mod pointer;
mod query;
mod refused;
mod shop;
pub mod size;
pub mod tables;
mod timer;
mod told;

pub use attempt::{AttemptItem, Request as AttemptRequest};
pub use client::Store;
pub use error::StoreError;
pub use event::{EventId, StoredEvent};
pub use event_pages::EventCursor;
pub use idempotency::{Claim, IdempotencyKey};
pub use link::{Link, LinkRequest};
pub use order::{Registered, Saved};
pub use order_item::list_key;
pub use order_list::{LIST_ALL, LIST_MILLIS_LAST, Page, list_from};
pub use refused::Note;
pub use timer::{Due, Shard, TimerKey, Timers};
pub use told::{Failing, FailingPage, Notification, failing_key};
