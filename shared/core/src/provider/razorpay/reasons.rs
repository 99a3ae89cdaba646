//! Razorpay's error reasons in words (razorpay/markdown-docs, errors/payments/cards, errors/payments/upi and
//! errors/common name them; the words are ours). A failed payment carries one as `error_reason`.

use crate::provider::reason::ForCustomer::{
    Authentication, Declined, Details, Expired, Funds, Later, Limit, NotSupported, Unavailable,
};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

/// Razorpay does not tell of reviews.
pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: &[] };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const ASK_BANK: &str = "The bank declined it and gives no reason. Suggest another way to pay; only the bank can tell the customer more.";
const DOWN: &str = "A bank or its partner was out of order. It may work when tried again later, or with another bank or method.";
const LEFT: &str = "The customer turned back or did not finish in time. The link is still open: have the customer try again.";
const OFF: &str = "The card is not switched on for online payments. The customer can do that in the bank's app, or use another card.";
const REQUEST: &str = "Razorpay did not take the request. Its words, and the log in its Dashboard, say why; wrong keys are among the causes.";

static DECLINES: &[Meaning] = &[
    code(
        "authentication_failed",
        Authentication,
        "The customer did not confirm the payment, or typed a wrong one-time password. Have the customer try again.",
    ),
    code("bank_technical_error", Later, DOWN),
    code("card_declined", Declined, ASK_BANK),
    code("card_disabled_for_online_payments", NotSupported, OFF),
    code(
        "card_expired",
        Expired,
        "The card is out of date, or its date was typed wrongly. Suggest another card.",
    ),
    code("card_not_enrolled", NotSupported, OFF),
    code(
        "credit_failed",
        Declined,
        "The customer paid from another bank account than the one registered with you, or a partner bank was out of order. Have the customer try the registered account.",
    ),
    code(
        "debit_instrument_blocked",
        Declined,
        "The card is blocked, by its holder or by the bank. Do not tell the customer: whoever pays may not be the holder. Suggest another way to pay.",
    ),
    code("debit_instrument_inactive", NotSupported, OFF),
    code("gateway_technical_error", Later, DOWN),
    code(
        "incorrect_cvv",
        Details,
        "The card's security code was typed wrongly. The customer can try again on the same link.",
    ),
    code(
        "incorrect_pin",
        Details,
        "The UPI PIN was typed wrongly. The customer can try again on the same link.",
    ),
    code(
        "insufficient_funds",
        Funds,
        "The account had too little money. The customer can pay another way, or later.",
    ),
    code(
        "invalid_vpa",
        Details,
        "The UPI id is not one, or is not registered yet. The customer can try another, or another way to pay.",
    ),
    code("payment_cancelled", Declined, LEFT),
    code("payment_collect_request_expired", Later, LEFT),
    code("payment_declined", Declined, ASK_BANK),
    code("payment_failed", Declined, ASK_BANK),
    code(
        "payment_risk_check_failed",
        Declined,
        "The bank fears fraud. Do not tell the customer so, and do not ship on another promise; a customer whom you know can ask the bank or pay another way.",
    ),
    code("payment_timed_out", Later, LEFT),
    code(
        "transaction_limit_exceeded",
        Limit,
        "The card or account is over its limit for the day. Suggest another way to pay, or to try again another day.",
    ),
    code("vpa_resolution_failed", Later, DOWN),
    // Why no checkout was made.
    code("BAD_REQUEST_ERROR", Unavailable, REQUEST),
    code("input_validation_failed", Unavailable, REQUEST),
];
