//! The payment providers: one pure file each, and one list of them.
//!
//! Nothing here opens a socket, reads a clock or draws a random number. A provider file answers the same few
//! questions as plain functions on values (see [`Provider`]); what a provider cannot do is the absence of an entry.
//! Whatever has to be sent is returned as a [`Step`], and the answer is handed back to it.

mod account;
pub mod adyen;
mod amount;
pub mod btcpay;
mod checkout;
pub mod checkout_com;
pub mod coinbase_business;
mod endpoint;
mod event;
mod exchange;
pub mod generic;
pub mod gocardless;
mod inbound;
mod json;
mod list;
pub mod manual;
pub mod mercado_pago;
pub mod mollie;
pub mod nowpayments;
pub mod paddle;
pub mod paypal;
pub mod paystack;
pub mod razorpay;
mod reason;
pub mod sandbox;
pub mod signature;
pub mod square;
pub mod stripe;
mod template;
mod whose;
pub mod xendit;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod libraries;

pub use account::AccountError;
pub use checkout::{Checkout, Closed, Created, Expiry, Held, RefundOrder, Repeat, Unsuitable};
pub use endpoint::{About, EndpointFault};
pub use event::{Event, NotUnderstood, Reading, Told};
pub use exchange::{Answer, Exchange, Failure, JwtKey, Reader, Request, Search, Step, Taking};
pub use inbound::{Inbound, Refusal, Verdict, Verified, Vouched};
pub use list::{
    ALL, Abilities, AboutPayment, AboutSession, Configured, Instructions, Listed, Provider, listed,
};
pub use reason::{ForCustomer, Meaning, Reasons, Why, put_in_words};
