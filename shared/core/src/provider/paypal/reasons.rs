//! PayPal's codes in words: the issues that a capture is refused with, and why a capture is pending or declined
//! (`checkout_orders_v2` and `payments_payment_v2` name the codes; the words are ours).

use crate::provider::reason::ForCustomer::{
    Authentication, Declined, Limit, NotSupported, Reviewed, Twice, Unavailable,
};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: REVIEWS };

/// The issues with which an order's capture is refused for good: the same order will never be paid.
const FINAL: [&str; 13] = [
    "TRANSACTION_REFUSED",
    "PAYER_CANNOT_PAY",
    "COMPLIANCE_VIOLATION",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
    "PAYER_ACCOUNT_RESTRICTED",
    "PAYEE_ACCOUNT_LOCKED_OR_CLOSED",
    "PAYEE_ACCOUNT_RESTRICTED",
    "PAYEE_BLOCKED_TRANSACTION",
    "TRANSACTION_BLOCKED_BY_PAYEE",
    "TRANSACTION_LIMIT_EXCEEDED",
    "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    "DOMESTIC_TRANSACTION_REQUIRED",
];

/// Whether a capture that is refused with this issue is refused for good.
pub(super) fn is_final(issue: &str) -> bool {
    FINAL.contains(&issue)
}

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const PAYER: &str = "The customer's PayPal account cannot pay at the moment. Suggest another way to pay; only PayPal can tell the customer more.";
const PAYEE: &str = "PayPal lets this account receive no payments. Look at the Resolution Center, or ask PayPal's support; until then offer another way to pay.";
const BLOCKED: &str = "Your own settings at PayPal (fraud filters, payment receiving preferences) blocked it. Look at them there before you ask the customer again.";
const COMPLAINT: &str = "The customer complained, or their bank takes the money back, before it was settled. Answer in PayPal's Resolution Center, and do not ship meanwhile.";

static DECLINES: &[Meaning] = &[
    code(
        "INSTRUMENT_DECLINED",
        Declined,
        "The bank or card behind the customer's PayPal account declined. The customer can choose another one there, on the same checkout.",
    ),
    code(
        "TRANSACTION_REFUSED",
        Declined,
        "PayPal refused it and gives no reason. Suggest another way to pay.",
    ),
    code("PAYER_CANNOT_PAY", Declined, PAYER),
    code(
        "COMPLIANCE_VIOLATION",
        Declined,
        "PayPal may not carry it out by law or by its rules. Do not try again; PayPal's support can say more.",
    ),
    code("PAYER_ACCOUNT_LOCKED_OR_CLOSED", Declined, PAYER),
    code("PAYER_ACCOUNT_RESTRICTED", Declined, PAYER),
    code("PAYEE_ACCOUNT_LOCKED_OR_CLOSED", Unavailable, PAYEE),
    code("PAYEE_ACCOUNT_RESTRICTED", Unavailable, PAYEE),
    code("PAYEE_BLOCKED_TRANSACTION", Declined, BLOCKED),
    code("TRANSACTION_BLOCKED_BY_PAYEE", Declined, BLOCKED),
    code(
        "TRANSACTION_LIMIT_EXCEEDED",
        Limit,
        "It is above what the customer's PayPal account may pay. Suggest another way to pay.",
    ),
    code(
        "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
        Unavailable,
        "It is above what your PayPal account may receive. PayPal lifts the limit once the account is verified.",
    ),
    code(
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
        Declined,
        "It was tried too often on this checkout. The customer needs a new one, or another way to pay.",
    ),
    code(
        "DOMESTIC_TRANSACTION_REQUIRED",
        NotSupported,
        "In this currency PayPal carries out payments within one country only, and the customer is elsewhere. Suggest another way to pay.",
    ),
    code(
        "CURRENCY_NOT_SUPPORTED_FOR_COUNTRY",
        Unavailable,
        "Your PayPal account cannot receive this currency. Add it there, or offer another way to pay for it.",
    ),
    code(
        "DUPLICATE_INVOICE_ID",
        Twice,
        "Something was paid under the same invoice number already. Look at PayPal's activity before you ask for money again.",
    ),
    code(
        "PAYER_ACTION_REQUIRED",
        Authentication,
        "The customer has another step to do on PayPal's page. Have them go there again.",
    ),
    code(
        "PERMISSION_DENIED",
        Unavailable,
        "The app whose keys are configured may not do this. Look at its features in PayPal's developer Dashboard.",
    ),
    code(
        "invalid_client",
        Unavailable,
        "PayPal does not know these keys at this address. Look at `client_id`, `client_secret` and `api_base`: live and sandbox have keys of their own.",
    ),
    code(
        "DECLINED_BY_RISK_FRAUD_FILTERS",
        Declined,
        "PayPal's filters fear fraud. Do not tell the customer so, and do not ship on another promise.",
    ),
    code("BUYER_COMPLAINT", Declined, COMPLAINT),
    code("CHARGEBACK", Declined, COMPLAINT),
    code(
        "ECHECK",
        Declined,
        "The transfer from the customer's bank account did not come through. Suggest another way to pay.",
    ),
];

static REVIEWS: &[Meaning] = &[
    code(
        "PENDING_REVIEW",
        Reviewed,
        "PayPal looks at it, usually for less than a day. Do not ship; its verdict comes by itself.",
    ),
    code("BUYER_COMPLAINT", Reviewed, COMPLAINT),
    code("CHARGEBACK", Reviewed, COMPLAINT),
    code(
        "UNILATERAL",
        Reviewed,
        "The address that was paid belongs to no PayPal account, or is not confirmed there. Confirm it, and the money comes.",
    ),
    code(
        "VERIFICATION_REQUIRED",
        Reviewed,
        "Your PayPal account is not verified. Verify it there, and then accept the payment.",
    ),
    code(
        "INTERNATIONAL_WITHDRAWAL",
        Reviewed,
        "Your account has no way to withdraw this money. Accept or decline the payment by hand at PayPal.",
    ),
    code(
        "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION",
        Reviewed,
        "Your receiving preferences want each such payment accepted by hand, most often one in a currency that the account does not hold. Accept or decline it at PayPal.",
    ),
];
