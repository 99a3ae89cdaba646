//! Mercado Pago's codes in words: `status_detail` of a payment that was rejected or cancelled
//! (docs/checkout-api-payments/response-handling/query-results), and the errors of a preference that was not made
//! (reference: create a preference). The sentences are ours.

use crate::provider::reason::ForCustomer::{
    self, Authentication, Declined, Details, Funds, Later, Limit, NotSupported, Twice, Unavailable,
};
use crate::provider::reason::{Meaning, Reasons};

/// What it looks at is `in_process`, and only Mercado Pago decides it: there is nothing that a merchant could do.
pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: &[] };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const TYPED: &str = "Something of the card was typed wrongly. The customer can try again on the same page.";
const RISK: &str =
    "Mercado Pago refused it as too risky. Suggest another way to pay; do not tell the customer why.";
const BANK: &str = "The bank declined it and gives no reason. Suggest another way to pay; only the bank can tell the customer more.";
const SHOP: &str = "Mercado Pago did not take what the shop sent; its words in the log say which part. Correct it in the shop.";
const BACK: &str = "Mercado Pago did not take the addresses to come back to. Set `public_url` to an https address, and look at the cancel address that the shop sends.";
const KEY: &str = "Mercado Pago does not know the access token, or does not let it do that. Look at `api_key` and at the application in its panel.";

static DECLINES: &[Meaning] = &[
    code("cc_rejected_bad_filled_card_number", Details, TYPED),
    code("cc_rejected_bad_filled_date", Details, TYPED),
    code("cc_rejected_bad_filled_security_code", Details, TYPED),
    code("cc_rejected_bad_filled_other", Details, TYPED),
    code("cc_rejected_blacklist", Declined, RISK),
    code("cc_rejected_high_risk", Declined, RISK),
    code("rejected_high_risk", Declined, RISK),
    code(
        "cc_rejected_call_for_authorize",
        Authentication,
        "The bank wants the customer to allow this amount first. After that the same card can be tried again.",
    ),
    code(
        "cc_rejected_card_disabled",
        NotSupported,
        "The card is not switched on, or not for purchases like this. The customer can ask the bank, or pay another way.",
    ),
    code(
        "cc_rejected_card_error",
        Later,
        "The card could not be charged this time. The customer can try again.",
    ),
    code(
        "cc_rejected_card_type_not_allowed",
        NotSupported,
        "The account does not take cards of this kind. Suggest another card, or switch the kind on in Mercado Pago's panel.",
    ),
    code(
        "cc_rejected_duplicated_payment",
        Twice,
        "The same amount was paid with this card a moment ago. Look for the other payment before the customer tries again.",
    ),
    code(
        "cc_rejected_insufficient_amount",
        Funds,
        "The account or card had too little money. The customer can pay another way, or later.",
    ),
    code(
        "cc_amount_rate_limit_exceeded",
        Limit,
        "The amount is above what this way to pay allows. Suggest another card or way to pay.",
    ),
    code(
        "cc_rejected_invalid_installments",
        NotSupported,
        "The card cannot be paid in that many instalments. The customer can choose fewer.",
    ),
    code(
        "cc_rejected_max_attempts",
        Limit,
        "The card was tried too often. The customer can take another card or way to pay.",
    ),
    code(
        "cc_rejected_3ds_challenge",
        Authentication,
        "The customer did not confirm the payment at their bank. They can try again and follow the bank's steps.",
    ),
    code(
        "cc_rejected_3ds_mandatory",
        Authentication,
        "The bank takes the payment only once the customer has confirmed it there. They can try again.",
    ),
    code("cc_rejected_other_reason", Declined, BANK),
    code("rejected_by_bank", Declined, BANK),
    code(
        "bank_error",
        Later,
        "The bank that the transfer was to come from had a fault. The customer can try again.",
    ),
    code(
        "rejected_by_regulations",
        Declined,
        "The rules of the country do not allow this payment. Suggest another way to pay.",
    ),
    code(
        "rejected_insufficient_data",
        Details,
        "Something that is needed was not filled in. The customer can try again.",
    ),
    // Cancelled: it was begun, and the money never came.
    code(
        "expired",
        Later,
        "The customer began to pay and never did, until the time for it was over. Send a new link.",
    ),
    code(
        "by_collector",
        Declined,
        "It was cancelled from the shop's own Mercado Pago account. Ask who did it there.",
    ),
    code("by_payer", Declined, "The customer cancelled it. They can pay again if they still want to buy."),
    // Why no checkout was made.
    code(
        "invalid_items",
        Unavailable,
        "Mercado Pago did not take the amount or the currency. An account takes its own country's currency only: give other orders another provider.",
    ),
    code("invalid_back_urls", Unavailable, BACK),
    code("invalid_auto_return", Unavailable, BACK),
    code(
        "invalid_expiration_date_to",
        Unavailable,
        "The time for which the page should be open is too short or too long for Mercado Pago. Set another session lifetime.",
    ),
    code("invalid_payment_methods", Unavailable, SHOP),
    code("invalid_access_token", Unavailable, KEY),
    code("unauthorized", Unavailable, KEY),
    code("forbidden", Unavailable, KEY),
];
