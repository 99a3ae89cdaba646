//! What a session is wanted to be, and what opening it came to.

use payproof::payment::{Attempt, Method, Moment, OrderId, Payment};
use payproof::provider::Created;

use super::record::FlowError;
use crate::store::AttemptItem;

/// What a session is wanted to be.
#[derive(Debug, Clone)]
pub struct Wish {
    /// For this order.
    pub order: OrderId,
    /// By this method.
    pub method: Option<Method>,
    /// At this provider.
    pub provider: Option<String>,
    /// Where the customer goes on to.
    pub return_url: Option<String>,
    /// Where the customer goes when turning back.
    pub cancel_url: Option<String>,
    /// Open for this many seconds.
    pub expires_in: Option<u64>,
    /// The customer's language.
    pub locale: Option<String>,
}

/// A session that is open.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its order.
    pub payment: Payment,
    /// Which attempt it is.
    pub attempt: Attempt,
    /// What it is made of.
    pub item: AttemptItem,
    /// The provider's checkout.
    pub checkout: Created,
    /// Whether this request made it.
    pub new: bool,
}

/// Why no session was opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The order is not registered.
    #[error("no such order")]
    OrderNotFound,
    /// It is paid or refunded.
    #[error("the order is paid already")]
    AlreadyPaid,
    /// It is processing or in review.
    #[error("a payment of the order is under way")]
    UnderWay,
    /// It has had as many attempts as an order may have.
    #[error("the order has had too many attempts")]
    TooManyAttempts,
    /// Another request is opening this session.
    #[error("the session is being opened")]
    Opening {
        /// Until when, at most.
        until: Moment,
    },
    /// No provider takes it, or none of those that do opened it.
    #[error("no provider could open a session: {why}")]
    NoProvider {
        /// Why, for the shop.
        why: String,
        /// What can still be tried.
        methods: Vec<Method>,
        /// When a repeat makes sense, where that is known.
        repeat_at: Option<Moment>,
    },
    /// Something of ours failed.
    #[error(transparent)]
    Flow(#[from] FlowError),
}
