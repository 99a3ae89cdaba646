//! Paddle's error codes of a try to pay and of a refused checkout in words (developer.paddle.com/api-reference/
//! transactions, `payments[].error_code`, and /errors name the codes; the words are ours).

use crate::provider::reason::ForCustomer::{
    Authentication, Declined, Details, Expired, Funds, Later, NotSupported, Reviewed, Unavailable,
};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: REVIEWS };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const ASK_BANK: &str = "The bank declined it and gives no reason. Suggest another way to pay; only the bank can tell the customer more.";
const PASSING: &str = "Something between Paddle and the bank did not work. It may work when tried again in a few minutes; if it goes on, look at Paddle's status page.";
const KEY: &str = "The API key that the shop's configuration holds does not work, or may not do this. Put one into `api_key` that can write transactions and adjustments.";

static DECLINES: &[Meaning] = &[
    code(
        "authentication_failed",
        Authentication,
        "The bank wanted the payment confirmed (3-D Secure) and it was not. Have the customer try again and confirm it.",
    ),
    code(
        "blocked_card",
        Declined,
        "The card is frozen, lost, damaged or stolen. Do not tell the customer which: whoever pays may not be the holder. Accept only another way to pay.",
    ),
    code(
        "canceled",
        Declined,
        "The customer took back their consent to be charged. Ask them before you try again.",
    ),
    code("declined", Declined, ASK_BANK),
    code(
        "declined_not_retryable",
        Declined,
        "The bank declined it for good: the account is closed, or the holder told the bank to stop. Suggest another way to pay.",
    ),
    code("expired_card", Expired, "The card is out of date. The customer needs another one."),
    code(
        "fraud",
        Declined,
        "The bank or Paddle fears fraud. Do not tell the customer so, and do not ship on another promise; a customer whom you know can pay another way.",
    ),
    code(
        "invalid_amount",
        NotSupported,
        "The card or way to pay cannot take this amount. Suggest another way to pay.",
    ),
    code(
        "invalid_payment_details",
        Details,
        "Something of the card was typed wrongly. The customer can try again on the same checkout.",
    ),
    code(
        "issuer_unavailable",
        Later,
        "The bank could not be reached. The customer can try again in a few minutes.",
    ),
    code(
        "not_enough_balance",
        Funds,
        "The account had too little money, or the card is over its limit. The customer can pay another way, or later.",
    ),
    code(
        "preferred_network_not_supported",
        NotSupported,
        "The card network that the customer chose cannot be used. They can choose the card's other network.",
    ),
    code("psp_error", Later, PASSING),
    code("system_error", Later, PASSING),
    code("unknown", Declined, ASK_BANK),
    code(
        "transaction_not_permitted",
        NotSupported,
        "The card cannot be used for this kind of purchase. Suggest another card.",
    ),
    // Why no checkout was made.
    code("authentication_malformed", Unavailable, KEY),
    code("authentication_missing", Unavailable, KEY),
    code("forbidden", Unavailable, KEY),
    code("invalid_token", Unavailable, KEY),
    code(
        "transaction_balance_less_than_charge_limit",
        Unavailable,
        "The amount is below the least that Paddle charges in this currency. Set `min_amount`, or route small orders elsewhere.",
    ),
    code(
        "transaction_checkout_url_domain_is_not_approved",
        Unavailable,
        "Paddle has not approved the domain of the checkout page. Enter it in Paddle under Checkout, Website approval.",
    ),
    code(
        "transaction_default_checkout_url_not_set",
        Unavailable,
        "Paddle has no page to send customers to. Enter a default payment link in Paddle under Checkout settings.",
    ),
];

static REVIEWS: &[Meaning] = &[code(
    "authorized_flagged",
    Reviewed,
    "Paddle holds the payment, for it looks like fraud. Wait for Paddle before you ship: it decides by itself.",
)];
