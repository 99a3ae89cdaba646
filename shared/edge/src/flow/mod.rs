//! The verbs, one file each: what is done, in which order, so that a crash between any two steps loses nothing.

mod acknowledge;
mod apply_early;
mod ask_provider;
mod cancel;
mod create_checkout;
mod finish_opening;
mod look_at_session;
mod open_session;
mod opening;
mod reconcile;
mod record;
mod refund;
mod register_order;
mod resend;
mod review_session;
mod sweep;
mod take_event;
mod tell_shop;

pub use acknowledge::{AcknowledgeError, acknowledge};
pub use apply_early::apply_early;
pub use ask_provider::{AskError, Asked, Closing, ask_provider, close_checkout};
pub use cancel::{By, CancelError, cancel};
pub use create_checkout::create_checkout;
pub use look_at_session::Looked;
pub use open_session::{open_session, session_as_it_is};
pub use opening::{OpenError, Opened, Wish};
pub use reconcile::{ByHandError, Reconciled, reconcile, reconcile_session};
pub use record::{FlowError, record, record_from};
pub use refund::{RefundError, Sent, refund, send_refund};
pub use register_order::{RegisterError, Registration, register_order};
pub use resend::{ResendError, ResentAll, resend, resend_failing};
pub use review_session::{ReviewError, Reviewed, review_session};
pub use sweep::{Swept, sweep};
pub use take_event::{TakeError, note_refused, take_event};
pub use tell_shop::tell_shop;
