//! Adyen's refusal reasons in words (docs.adyen.com/development-resources/refusal-reasons and /error-codes name them; the
//! words are ours). Events carry the reason's text, not its number.

use crate::provider::reason::ForCustomer::{
    Authentication, Declined, Details, Expired, Funds, Later, Limit, NotSupported, Unavailable,
};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

/// What holds a payment for manual review is not told in an event: the case stands in the Customer Area.
pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: &[] };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const ASK_BANK: &str = "The bank declined it and gives no reason. Suggest another way to pay; only the bank can tell the customer more.";
const RISK: &str = "The bank, the acquirer or Adyen's risk checks fear fraud. Do not tell the customer so, and do not ship on another promise; the case in the Customer Area shows which rule it was.";
const BLOCKED: &str = "The card is blocked: reported lost or stolen, or not to be used. Do not tell the customer: whoever pays may not be the holder. Accept only another way to pay.";
const TYPED: &str = "Something of the card was typed wrongly. The customer can try again on the same link.";
const PIN: &str = "It asks for a PIN, which cannot be given on a web page. Suggest another card.";
const PASSING: &str =
    "It may work when tried again in a few minutes. If it goes on, look at status.adyen.com.";
const AUTHENTICATE: &str = "The bank wants the payment confirmed (3-D Secure) and it was not. Have the customer try again and confirm it.";
const LEFT: &str = "The customer left this try. The link stays open, and another try may be under way.";
const KEY: &str = "Adyen does not let this API key do that. Look at its roles in the Customer Area, or put a new one into `api_key`.";

static DECLINES: &[Meaning] = &[
    code("Refused", Declined, ASK_BANK),
    code("Referral", Declined, ASK_BANK),
    code("Declined Non Generic", Declined, ASK_BANK),
    code("Acquirer Error", Later, PASSING),
    code("Issuer Unavailable", Later, PASSING),
    code("Not Submitted", Later, PASSING),
    code("RReq not received from DS", Later, PASSING),
    code("Blocked Card", Declined, BLOCKED),
    code("Restricted Card", Declined, BLOCKED),
    code("Expired Card", Expired, "The card has expired. The customer can use another one on the same link."),
    code(
        "Invalid Amount",
        Declined,
        "The bank or scheme did not take this amount. Suggest another way to pay.",
    ),
    code("Invalid Card Number", Details, TYPED),
    code("CVC Declined", Details, TYPED),
    code(
        "AVS Declined",
        Details,
        "The address is not the one that the bank knows. The customer can try again with it, or pay another way.",
    ),
    code(
        "Not supported",
        NotSupported,
        "The bank does not allow this kind of payment. Suggest another card.",
    ),
    code(
        "Transaction Not Permitted",
        NotSupported,
        "The card cannot pay for this kind of purchase. Suggest another card.",
    ),
    code(
        "No checking account available on Card",
        NotSupported,
        "The card has no account behind it that could pay. Suggest another card.",
    ),
    code(
        "No savings account available on Card",
        NotSupported,
        "The card has no account behind it that could pay. Suggest another card.",
    ),
    code("3D Not Authenticated", Authentication, AUTHENTICATE),
    code("3DS Authentication Error", Authentication, AUTHENTICATE),
    code("Authentication required", Authentication, AUTHENTICATE),
    code(
        "Not enough balance",
        Funds,
        "The account had too little money. The customer can pay another way, or later.",
    ),
    code(
        "Withdrawal amount exceeded",
        Limit,
        "The amount is above what the card allows. Suggest another card, or ask the bank to raise it.",
    ),
    code(
        "Withdrawal count exceeded",
        Limit,
        "The card was used more often than it allows. Suggest another card, or try later.",
    ),
    code("Acquirer Fraud", Declined, RISK),
    code("FRAUD", Declined, RISK),
    code("FRAUD-CANCELLED", Declined, RISK),
    code("Issuer Suspected Fraud", Declined, RISK),
    code("Cancelled", Declined, LEFT),
    code("Shopper Cancelled", Declined, LEFT),
    code("OFFER_CLOSED", Declined, LEFT),
    code("Invalid Pin", Details, "The PIN was wrong. The customer can try again on the same link."),
    code("Pin tries exceeded", Declined, "The PIN was wrong too often. Suggest another card."),
    code("Pin validation not possible", NotSupported, PIN),
    code("Card requires online pin", NotSupported, PIN),
    code("Online PIN required", NotSupported, PIN),
    code("Mobile pin required", NotSupported, PIN),
    code(
        "Revocation Of Auth",
        Declined,
        "The holder told the bank to stop such payments. Ask the customer before you try again.",
    ),
    code(
        "Transaction blocked by Adyen to prevent excessive retry fees",
        Declined,
        "The card was declined so often that Adyen does not try it again. Suggest another way to pay; many of these at once are somebody trying out cards.",
    ),
    // Why no link was made.
    code("000", Unavailable, KEY),
    code("010", Unavailable, KEY),
    code(
        "901",
        Unavailable,
        "The merchant account is not one that this API key may use. Compare `merchant_account` with the Customer Area.",
    ),
];
