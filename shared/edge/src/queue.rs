//! The queues that say *look at this order*. A message is an order's id and nothing else: what is to be done stands in
//! the order's items, so a message that comes twice, late or never harms nothing.

mod sqs;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use payproof::payment::PaymentId;

pub use sqs::Sqs;

use crate::store::Due;

/// The longest that a message can be held back: what SQS takes ("Amazon SQS delay queues", 15 minutes).
pub const DELAY_MAX: Duration = Duration::from_secs(15 * 60);

/// A message could not be put on its queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a queue did not take a message: {0}")]
pub struct QueueError(pub String);

/// What a queue's method comes to.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, QueueError>> + Send + 'a>>;

/// The queues, one for each kind of work: SQS on AWS, and tasks on one machine.
pub trait Queues: Send + Sync + fmt::Debug {
    /// Has these orders looked at after some time, at most [`DELAY_MAX`].
    fn put<'a>(&'a self, what: Due, orders: &'a [PaymentId], after: Duration) -> Pending<'a, ()>;

    /// About how many orders wait, so that who fills a queue can stop while it is long.
    fn waiting(&self, what: Due) -> Pending<'_, u64>;
}

/// No queues: for functions that put nothing on any.
#[derive(Debug, Clone, Copy)]
pub struct NoQueues;

impl Queues for NoQueues {
    fn put<'a>(&'a self, what: Due, _: &'a [PaymentId], _: Duration) -> Pending<'a, ()> {
        Box::pin(async move { Err(QueueError(format!("this function has no {} queue", what.word()))) })
    }

    fn waiting(&self, _: Due) -> Pending<'_, u64> {
        Box::pin(async { Ok(0) })
    }
}
