//! What a payment is: one order's money, its attempts, the facts learned about them, and the status that follows.
//!
//! Nothing here performs I/O, reads a clock or depends on the order in which facts arrived: [`standing`] is a
//! function of the *set* of facts, so a repeated or late webhook is not a case to handle.
//!
//! Read in this order: [`Money`] and the ids, [`Fact`], [`Standing`], [`decide`], [`expect`].

mod acknowledge;
mod attention;
mod cancel;
mod confirm;
mod counting;
mod decide;
pub mod due;
mod evidence;
mod expect;
mod fact;
mod fact_id;
mod history;
mod ids;
pub mod limits;
mod link;
mod moment;
mod money;
mod open;
mod order;
mod premise;
mod refund;
mod review;
mod standing;
mod status;
mod telling;
mod timeline;
mod told;
mod under_way;

#[cfg(test)]
mod checked;
#[cfg(test)]
pub(crate) mod sample;

pub use acknowledge::{NotRaised, acknowledge};
pub use attention::Attention;
pub use cancel::{Cancelling, cancelling};
pub use confirm::{Confirming, confirming};
pub use counting::{Ledger, Sum};
pub use decide::{AmendError, Change, Decision, Outcome, amend, decide, reserve, reserve_instead};
pub use expect::expect;
pub use fact::{Fact, Kind, Loss, Refund, Report, Source, UNREACHABLE, WriteMark};
pub use fact_id::{FactHash, FactId};
pub use history::{Step, history};
pub use ids::{
    Attempt, DisputeId, IdError, Nonce, OrderId, PaymentId, ProviderName, ProviderPaymentId, RefundId,
    SessionId, ShopId, TokenHash,
};
pub use link::LinkToken;
pub use moment::Moment;
pub use money::{Currency, Money, MoneyError};
pub use open::{Opening, is_wanted, left_open, opening};
pub use order::{Details, LineItem, Method, Payment, Session};
pub use premise::{Premise, Premises};
pub use refund::{
    AskedRefund, CannotRefund, RefundAsk, RefundStatus, RefundWish, Refunding, asked_refund, asked_refunds,
    refunding, requested_refund,
};
pub use review::{CannotReview, Decided, Review, Ruling, review};
pub use standing::{Standing, standing};
pub use status::{RULES, Rule, Status};
pub use telling::{Answered, TRIES_KEPT_MAX, TellState, Telling, Try};
pub use timeline::{Entry, EntryKind, PaymentIdText, timeline};
pub use told::{News, Told, told};
