//! Square's error codes in words (developer.squareup.com/reference/square/enums/ErrorCode names the codes; the words
//! are ours). A declined payment carries the first of its card's errors.

use crate::provider::reason::ForCustomer::{
    Authentication, Declined, Details, Expired, Funds, Later, Limit, NotSupported, Unavailable,
};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

/// Square's payments are not held for a review that it tells of.
pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: &[] };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const ASK_BANK: &str = "The bank declined it and gives no reason. Suggest another way to pay; only the bank can tell the customer more.";
const TYPED: &str =
    "Something of the card was typed wrongly. The customer can try again on the same checkout.";
const CARD: &str = "The card cannot pay for this kind of purchase. Suggest another card.";
const EXPIRED: &str = "The card is out of date, or its date was typed wrongly. Suggest another card.";
const PASSING: &str = "It may work when tried again in a few minutes. If it goes on, look at issquareup.com.";
const KEY: &str = "The access token that the shop's configuration holds does not work, or may not do this. Put one into `api_key` that may read and write payments and orders.";
const CURRENCY: &str =
    "The location sells in another currency. Let a routing rule send orders in this one elsewhere.";
const PIN: &str = "It asks for a PIN, which cannot be given on a web page. Suggest another card.";

static DECLINES: &[Meaning] = &[
    code("ADDRESS_VERIFICATION_FAILURE", Details, TYPED),
    code("ALLOWABLE_PIN_TRIES_EXCEEDED", Declined, PIN),
    code("BAD_EXPIRATION", Expired, EXPIRED),
    code(
        "BUYER_REFUSED_PAYMENT",
        Declined,
        "The customer turned the payment down. Have the customer try again or choose another way to pay.",
    ),
    code("CARDHOLDER_INSUFFICIENT_PERMISSIONS", NotSupported, CARD),
    code("CARD_DECLINED", Declined, ASK_BANK),
    code(
        "CARD_DECLINED_CALL_ISSUER",
        Declined,
        "The bank wants to be asked by the customer before it lets this through. Suggest that, or another way to pay.",
    ),
    code(
        "CARD_DECLINED_VERIFICATION_REQUIRED",
        Authentication,
        "The bank wants the payment confirmed (3-D Secure) and it was not. Have the customer try again and confirm it.",
    ),
    code("CARD_EXPIRED", Expired, EXPIRED),
    code("CARD_NOT_SUPPORTED", NotSupported, CARD),
    code("CARD_TOKEN_EXPIRED", Later, "The customer took too long on the page. Have the customer try again."),
    code("CVV_FAILURE", Details, TYPED),
    code("EXPIRATION_FAILURE", Expired, EXPIRED),
    code("GENERIC_DECLINE", Declined, ASK_BANK),
    code(
        "INSUFFICIENT_FUNDS",
        Funds,
        "The account had too little money. The customer can pay another way, or later.",
    ),
    code(
        "INSUFFICIENT_PERMISSIONS",
        Unavailable,
        "Square does not let this account take such a payment. Look at the Square Dashboard, or ask Square's support.",
    ),
    code("INVALID_ACCOUNT", Declined, ASK_BANK),
    code("INVALID_CARD", Details, TYPED),
    code("INVALID_CARD_DATA", Details, TYPED),
    code("INVALID_EXPIRATION", Expired, EXPIRED),
    code("INVALID_PIN", Declined, PIN),
    code("INVALID_POSTAL_CODE", Details, TYPED),
    code("MANUALLY_ENTERED_PAYMENT_NOT_SUPPORTED", NotSupported, CARD),
    code("MISSING_PIN", Declined, PIN),
    code("PAN_FAILURE", Details, TYPED),
    code(
        "PAYMENT_LIMIT_EXCEEDED",
        Limit,
        "The amount is above what Square takes in one payment of this kind. Suggest another way to pay, or set `max_amount`.",
    ),
    code("TEMPORARY_ERROR", Later, PASSING),
    code(
        "TRANSACTION_LIMIT",
        Limit,
        "The card is over its limit of amount or of payments. Suggest another way to pay, or to try again another day.",
    ),
    code("UNSUPPORTED_CARD_BRAND", NotSupported, CARD),
    code("VERIFY_AVS_FAILURE", Details, TYPED),
    code("VERIFY_CVV_FAILURE", Details, TYPED),
    code("VOICE_FAILURE", Declined, ASK_BANK),
    // Why no checkout was made.
    code("ACCESS_TOKEN_EXPIRED", Unavailable, KEY),
    code("ACCESS_TOKEN_REVOKED", Unavailable, KEY),
    code(
        "BAD_REQUEST",
        Unavailable,
        "Square did not take the request. The API log in its Developer Console says why.",
    ),
    code(
        "CARD_PROCESSING_NOT_ENABLED",
        Unavailable,
        "The location is not activated for card payments. Finish its activation in the Square Dashboard.",
    ),
    code("CURRENCY_MISMATCH", Unavailable, CURRENCY),
    code("FORBIDDEN", Unavailable, KEY),
    code("INSUFFICIENT_SCOPES", Unavailable, KEY),
    code(
        "INVALID_EMAIL_ADDRESS",
        Details,
        "Square does not take the customer's email address. Have the shop send a right one, or none.",
    ),
    code(
        "INVALID_LOCATION",
        Unavailable,
        "The location that the shop's configuration names is not one of this account. Put the right one into `location_id`.",
    ),
    code(
        "INVALID_VALUE",
        Unavailable,
        "Square did not take a value of the request. The API log in its Developer Console says which one.",
    ),
    code("UNAUTHORIZED", Unavailable, KEY),
    code("UNSUPPORTED_CURRENCY", Unavailable, CURRENCY),
    code(
        "VALUE_TOO_HIGH",
        Unavailable,
        "The amount is above what Square takes. Set `max_amount` for it, or let a routing rule send such orders elsewhere.",
    ),
    code(
        "VALUE_TOO_LOW",
        Unavailable,
        "The amount is below what Square takes. Set `min_amount` for it, or let a routing rule send such orders elsewhere.",
    ),
];
