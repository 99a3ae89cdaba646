//! Xendit's failure codes in words (docs.xendit.co/apidocs/get-payment and docs/error-scenarios name them; the words are
//! ours).

use crate::provider::reason::ForCustomer::{
    Authentication, Declined, Details, Expired, Funds, Later, Limit, Unavailable,
};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: &[] };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const ASK_BANK: &str = "The bank, wallet or processor declined it and gives no reason. Suggest another way to pay; only they can tell the customer more.";
const RISK: &str = "The bank or Xendit fears fraud. Do not tell the customer so, and do not ship on another promise; look at the payment in the dashboard.";
const STOLEN: &str = "The card is reported stolen. Do not tell the customer: whoever pays may not be the holder. Accept only another way to pay.";
const PASSING: &str =
    "It may work when tried again in a few minutes. If it goes on, look at status.xendit.co.";
const TYPED: &str = "Something was typed wrongly. The customer can try again on the same page.";
const CONFIRM: &str =
    "The payment was not confirmed at the bank or wallet. Have the customer try again and confirm it.";
const LEFT: &str = "The customer did not go through with this try. The page stays open.";
const SETUP: &str = "Xendit cannot use the channel for this account. Look at its settings in the dashboard, or leave the method out of the routing rules.";
const KEY: &str = "The API key that the shop's configuration holds may not do that. Look at its permissions, or put a new one into `api_key`.";

static DECLINES: &[Meaning] = &[
    code("CARD_DECLINED", Declined, ASK_BANK),
    code("DECLINED_BY_ISSUER", Declined, ASK_BANK),
    code("DECLINED_BY_PROCESSOR", Declined, ASK_BANK),
    code("FAILURE_DETAILS_UNAVAILABLE", Declined, ASK_BANK),
    code("SUSPECTED_FRAUDULENT", Declined, RISK),
    code("STOLEN_CARD", Declined, STOLEN),
    code(
        "ACCOUNT_ACCESS_BLOCKED",
        Declined,
        "The bank or wallet blocked the account. Suggest another way to pay.",
    ),
    code(
        "INACTIVE_OR_UNAUTHORIZED_CARD",
        Declined,
        "The card is not active or not allowed online. Suggest another card or another way to pay.",
    ),
    code(
        "ACCOUNT_NOT_ACTIVATED",
        Declined,
        "The account is not activated for online payments. Suggest another way to pay.",
    ),
    code("EXPIRED_CARD", Expired, "The card has expired. The customer can use another one on the same page."),
    code(
        "INSUFFICIENT_BALANCE",
        Funds,
        "The account had too little money. The customer can pay another way, or later.",
    ),
    code(
        "PAYMENT_AMOUNT_LIMITS_EXCEEDED",
        Limit,
        "The amount is above what the channel or account allows. Suggest another way to pay.",
    ),
    code("INVALID_CVV", Details, TYPED),
    code("INVALID_OTP", Details, TYPED),
    code("INVALID_ACCOUNT_DETAILS", Details, TYPED),
    code("EXPIRED_OTP", Authentication, CONFIRM),
    code("OTP_ATTEMPT_COUNTS_EXCEEDED", Authentication, CONFIRM),
    code("AUTHENTICATION_FAILED", Authentication, CONFIRM),
    code("USER_DID_NOT_AUTHORIZE", Authentication, CONFIRM),
    code("USER_DECLINED_PAYMENT", Declined, LEFT),
    code("PAYMENT_REQUEST_EXPIRED", Declined, LEFT),
    code("CHANNEL_UNAVAILABLE", Later, PASSING),
    code("ISSUER_UNAVAILABLE", Later, PASSING),
    code("PROCESSOR_ERROR", Later, PASSING),
    code("PARTNER_TIMEOUT_ERROR", Later, PASSING),
    code("TIMEOUT_ERROR", Later, PASSING),
    code("SERVER_ERROR", Later, PASSING),
    code("INVALID_MERCHANT_CREDENTIALS", Unavailable, SETUP),
    code("INVALID_MERCHANT_SETTINGS", Unavailable, SETUP),
    // Why no session was made.
    code("INVALID_API_KEY", Unavailable, KEY),
    code("FORBIDDEN", Unavailable, KEY),
    code(
        "INVALID_AMOUNT",
        Unavailable,
        "The amount is none that Xendit takes in this currency. Look at the limits of the channels.",
    ),
    code(
        "API_VALIDATION_ERROR",
        Unavailable,
        "Xendit did not take the request. It wants https addresses to return to, and the currency switched on for the account.",
    ),
];
