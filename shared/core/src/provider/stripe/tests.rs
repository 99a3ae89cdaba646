//! Tests of Stripe.
