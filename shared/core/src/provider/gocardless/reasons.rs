//! GoCardless's causes in words (the codes: developer.gocardless.com/api-reference, the causes of payment and billing
//! request events; the words are ours).

use crate::provider::reason::ForCustomer::{
    Authentication, Declined, Funds, Later, Limit, NotSupported, Unavailable,
};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: &[] };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const ACCOUNT: &str =
    "The bank does not take the debit on this account. Suggest another account or another way to pay.";
const MANDATE: &str = "The customer or their bank withdrew the consent to debit the account. Ask the customer before you try again.";

static DECLINES: &[Meaning] = &[
    code(
        "insufficient_funds",
        Funds,
        "The account had too little money. The customer can pay another way, or later.",
    ),
    code(
        "refer_to_payer",
        Declined,
        "The bank refused and wants the customer to be asked; most often there was too little money. Ask the customer, or suggest another way to pay.",
    ),
    code("bank_account_closed", Declined, ACCOUNT),
    code("bank_account_transferred", Declined, ACCOUNT),
    code("account_blocked_for_any_financial_transaction", Declined, ACCOUNT),
    code("direct_debit_not_enabled", Declined, ACCOUNT),
    code(
        "invalid_bank_details",
        Declined,
        "The account's number is wrong. The customer can pay again with the right one.",
    ),
    code("mandate_cancelled", Declined, MANDATE),
    code("authorisation_disputed", Declined, MANDATE),
    code("return_on_odfi_request", Declined, MANDATE),
    code("payment_stopped", Declined, MANDATE),
    code("customer_approval_denied", Declined, "The customer said no to the payment."),
    code(
        "bank_declined_payment",
        Declined,
        "The bank declined it and gives no reason. Suggest another way to pay; only the bank can tell the customer more.",
    ),
    code(
        "daily_payment_limit_reached",
        Limit,
        "It is above what the bank lets the customer pay in a day. The customer can pay tomorrow, or another way.",
    ),
    code(
        "insufficient_payment_permissions",
        Declined,
        "Whoever paid may not pay alone from this account. Another holder of it has to confirm at the bank.",
    ),
    code("payment_violated_mandate_parameters", Declined, MANDATE),
    code("other", Later, "GoCardless or the bank could not process it. The customer can try again."),
    code("test_failure", Declined, "The sandbox was told to let it fail."),
    code(
        "billing_request_bank_authorisation_denied",
        Authentication,
        "The customer did not confirm it at the bank. The page stays open, so the customer can try again.",
    ),
    code(
        "billing_request_bank_authorisation_expired",
        Authentication,
        "The customer did not confirm it at the bank in time. The page stays open, so the customer can try again.",
    ),
    code(
        "billing_request_bank_authorisation_failed",
        Declined,
        "The account at the bank is not the one that was entered. The page stays open, so the customer can try again.",
    ),
    code(
        "payer_geo_blocked",
        NotSupported,
        "GoCardless takes no payments from where the customer is, and blocks them for a day. Suggest another way to pay.",
    ),
    code(
        "payment_request",
        Unavailable,
        "No payment was made: its amount or currency is not taken. Look at the limits of the GoCardless account.",
    ),
];
