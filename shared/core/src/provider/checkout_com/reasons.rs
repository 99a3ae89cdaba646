//! Checkout.com's response codes in words (checkout.com/docs/resources/codes/api-response-codes names them; the words are
//! ours).

use crate::provider::reason::ForCustomer::{
    Authentication, Declined, Details, Expired, Funds, Later, Limit, NotSupported, Reviewed, Unavailable,
};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: REVIEWS };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const ASK_BANK: &str = "The bank declined it and gives no reason. Suggest another way to pay; only the bank can tell the customer more.";
const RISK: &str = "The bank or Checkout.com's risk engine fears fraud. Do not tell the customer so, and do not ship on another promise; the payment in the Dashboard shows which rule it was.";
const LOST_OR_STOLEN: &str = "The card is reported lost or stolen, or is to be kept. Do not tell the customer: whoever pays may not be the holder. Accept only another way to pay.";
const TYPED: &str = "Something of the card was typed wrongly. The customer can try again on the same page.";
const PIN: &str = "It asks for a PIN, which cannot be given on a web page. Suggest another card.";
const PASSING: &str =
    "It may work when tried again in a few minutes. If it goes on, look at status.checkout.com.";
const AUTHENTICATE: &str = "The bank wants the payment confirmed (3-D Secure) and it was not. Have the customer try again and confirm it.";
const BLOCKLIST: &str = "It is on a blocklist that the shop keeps in the Dashboard. Do not tell the customer so; take it off there if it is wrong.";
const SETUP: &str = "Checkout.com did not take the request. Compare `api_key` and `processing_channel_id` with the Dashboard, and whether the currency and method are switched on there.";

static DECLINES: &[Meaning] = &[
    code("20001", Declined, ASK_BANK),
    code("20002", Declined, ASK_BANK),
    code("20005", Declined, ASK_BANK),
    code(
        "20012",
        Declined,
        "The bank says that the transaction is not valid. Suggest another card or another way to pay.",
    ),
    code("20013", Declined, "The bank did not take this amount. Suggest another way to pay."),
    code("20014", Details, TYPED),
    code("20046", Declined, ASK_BANK),
    code("20051", Funds, "The account had too little money. The customer can pay another way, or later."),
    code("20054", Expired, "The card has expired. The customer can use another one on the same page."),
    code("20055", NotSupported, PIN),
    code("20057", NotSupported, "The card cannot pay for this kind of purchase. Suggest another card."),
    code("20059", Declined, RISK),
    code(
        "20061",
        Limit,
        "The amount is above what the card allows. Suggest another card, or ask the bank to raise it.",
    ),
    code(
        "20062",
        Declined,
        "The bank restricts the card, in its country or use. Suggest another way to pay.",
    ),
    code("20063", Declined, RISK),
    code("20065", Limit, "The card was used more often than it allows. Suggest another card, or try later."),
    code("20068", Later, PASSING),
    code("20075", NotSupported, PIN),
    code("20087", Details, TYPED),
    code("20091", Later, PASSING),
    code("20096", Later, PASSING),
    code("20150", NotSupported, "The card cannot confirm payments (3-D Secure). Suggest another card."),
    code("20151", Authentication, AUTHENTICATE),
    code("20152", Authentication, AUTHENTICATE),
    code("20153", Later, PASSING),
    code("20154", Authentication, AUTHENTICATE),
    code("30004", Declined, LOST_OR_STOLEN),
    code("30007", Declined, LOST_OR_STOLEN),
    code("30015", Details, TYPED),
    code("30033", Expired, "The card has expired, and the bank wants it back. Suggest another card."),
    code("30034", Declined, RISK),
    code("30041", Declined, LOST_OR_STOLEN),
    code("30043", Declined, LOST_OR_STOLEN),
    code("40101", Declined, RISK),
    code("40201", Declined, BLOCKLIST),
    code("40202", Declined, BLOCKLIST),
    code("40203", Declined, BLOCKLIST),
    code("40204", Declined, BLOCKLIST),
    code("40205", Declined, BLOCKLIST),
    // Why no page was made.
    code(
        "amount_invalid",
        Unavailable,
        "The amount is none that Checkout.com takes. Look at the limits of the account.",
    ),
    code("currency_invalid", Unavailable, SETUP),
    code("processing_channel_id_invalid", Unavailable, SETUP),
    code("request_invalid", Unavailable, SETUP),
];

static REVIEWS: &[Meaning] = &[code(
    "10100",
    Reviewed,
    "The risk engine flagged it: it is authorised and not captured. Look at it in the Dashboard, then capture or void it there.",
)];
