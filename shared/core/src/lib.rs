//! What a payment is, and what the payment providers say of it.
//!
//! A webhook of any of the providers in [`provider::ALL`], verified and read, whoever the provider is:
//!
//! ```
//! use payproof::provider::{Inbound, Reading, Verdict, listed};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now = payproof::payment::Moment::from_seconds(1_795_539_600);
//! # let body = br#"{"id":"evt_1","object":"event","type":"checkout.session.completed","created":1795539590,
//! #   "livemode":false,"data":{"object":{"id":"cs_test_1","client_reference_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1",
//! #   "payment_status":"paid","amount_total":4999,"currency":"eur","payment_intent":"pi_1"}}}"#;
//! # let secret = payproof::secret::Secret::new("whsec_5hT9wQ2xLm8V");
//! # let signature = payproof::provider::stripe::sign(&secret, 1_795_539_600, body);
//! # let mut headers = http::HeaderMap::new();
//! # headers.insert("stripe-signature", signature.parse()?);
//! # let mut told_of = 0;
//! let keys = serde_json::json!({ "api_key": "sk_test_5hT9wQ2xLm8V", "webhook_secrets": ["whsec_5hT9wQ2xLm8V"] });
//! let stripe = listed("stripe").ok_or("no such provider")?.configure(&keys)?;
//! let inbound = Inbound { url: "https://shop.example/webhooks/stripe", headers: &headers, body };
//! match stripe.verify(&inbound, now) {
//!     Verdict::Verified(delivery) => {
//!         for reading in stripe.read(&delivery)?.into_iter().flat_map(|event| event.readings) {
//!             match reading {
//!                 Reading::Told(told) => println!("{}: {:?}", told.session, told.reports), // Paid(EUR 4999)
//!                 Reading::Ask(step) => println!("to be sent first: {step:?}"),
//!             }
//! #           told_of += 1;
//!         }
//!     }
//!     Verdict::Refused(why) => println!("not Stripe's: {why}"),
//!     Verdict::Ask(step) => println!("only the provider can say: {step:?}"),
//! }
//! # assert_eq!(told_of, 1);
//! # Ok(())
//! # }
//! ```
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
//! - [`language`]: what customers read, in their language.
//! - [`notify`]: how a shop is told: the signed message, when it is tried again, and where it may go.
#![forbid(unsafe_code)]

pub mod diagnose;
pub mod language;
pub mod notify;
pub mod payment;
pub mod provider;
pub mod routing;
pub mod secret;
pub mod shop;
