//! Paystack's words in words: a failed transaction carries the bank's answer as `gateway_response`, which is prose (the
//! page on test payments names these), and a refusal carries a code (the page on errors). The sentences are ours.

use crate::provider::reason::ForCustomer::{Declined, Funds, Unavailable};
use crate::provider::reason::{Meaning, Reasons};

/// Paystack does not tell of reviews.
pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: &[] };

static DECLINES: &[Meaning] = &[
    Meaning {
        code: "Declined",
        customer: Declined,
        merchant: "The bank declined it and gives no reason. Suggest another way to pay; only the bank can tell the customer more.",
    },
    Meaning {
        code: "Insufficient Funds",
        customer: Funds,
        merchant: "The account had too little money. The customer can pay another way, or later.",
    },
    Meaning {
        code: "Token Not Generated",
        customer: Declined,
        merchant: "The bank could not send the one-time password: the customer may have to register for it. Suggest another way to pay.",
    },
    // Why no checkout was made.
    Meaning {
        code: "duplicate_reference",
        customer: Unavailable,
        merchant: "The checkout was made before and its address was lost. The next attempt has a reference of its own.",
    },
    Meaning {
        code: "missing_params",
        customer: Unavailable,
        merchant: "Something is missing that Paystack needs: most often the customer's email address, without which it makes no checkout. Have the shop send it.",
    },
    Meaning {
        code: "validation_error",
        customer: Unavailable,
        merchant: "Paystack did not take the request; its words say why. The currency or the method may not be switched on for this account.",
    },
    Meaning {
        code: "api_error",
        customer: Unavailable,
        merchant: "Paystack does not let this account do that. Look at the key in `api_key` and at the Paystack Dashboard.",
    },
];
