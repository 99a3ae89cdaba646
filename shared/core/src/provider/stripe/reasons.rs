//! Stripe's decline codes, error codes and review reasons in words (docs.stripe.com/declines/codes, /error-codes and
//! /api/radar/reviews/object name the codes; the words are ours).

use crate::provider::reason::ForCustomer::{
    Authentication, Declined, Details, Expired, Funds, Later, Limit, NotSupported, Reviewed, Twice,
    Unavailable,
};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: REVIEWS };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const ASK_BANK: &str = "The bank declined it and gives no reason. Suggest another way to pay; only the bank can tell the customer more.";
const RISK: &str = "The bank or Stripe fears fraud. Do not tell the customer so, and do not ship on another promise; a customer whom you know can ask the bank or pay another way.";
const LOST_OR_STOLEN: &str = "The card is reported lost or stolen. Do not tell the customer: whoever pays may not be the holder. Accept only another way to pay.";
const REVOKED: &str =
    "The holder told the bank to stop such payments. Ask the customer before you try again.";
const TYPED: &str =
    "Something of the card was typed wrongly. The customer can try again on the same checkout.";
const PIN: &str = "It asks for a PIN, which cannot be given on a web page. Suggest another card.";
const PASSING: &str =
    "It may work when tried again in a few minutes. If it goes on, look at status.stripe.com.";
const KEY: &str =
    "The API key that the shop's configuration holds does not work any more. Put a new one into `api_key`.";
const ACCOUNT: &str =
    "Stripe does not let this account take payments. Look at the Dashboard, or ask Stripe's support.";

static DECLINES: &[Meaning] = &[
    code(
        "approve_with_id",
        Declined,
        "The bank wants to be asked. Have the customer try again, then ask the bank.",
    ),
    code(
        "authentication_not_handled",
        Authentication,
        "The bank wants the payment confirmed and the customer did not do that. Have the customer try again.",
    ),
    code(
        "authentication_required",
        Authentication,
        "The bank wants the payment confirmed (3-D Secure) and it was not. Have the customer try again and confirm it.",
    ),
    code("call_issuer", Declined, ASK_BANK),
    code("card_declined", Declined, ASK_BANK),
    code(
        "card_decline_rate_limit_exceeded",
        Declined,
        "The card was declined so often that it cannot be tried for a day. Suggest another way to pay; many of these at once are somebody trying out cards.",
    ),
    code(
        "card_not_supported",
        NotSupported,
        "The card cannot pay for this kind of purchase. Suggest another card.",
    ),
    code(
        "card_velocity_exceeded",
        Limit,
        "The card is over its limit of amount or of payments. Suggest another way to pay, or to try again another day.",
    ),
    code(
        "currency_not_supported",
        NotSupported,
        "The card cannot pay in this currency. Suggest another card.",
    ),
    code("do_not_honor", Declined, ASK_BANK),
    code(
        "do_not_try_again",
        Declined,
        "The bank declined it for good. Do not try this card again; suggest another way to pay.",
    ),
    code(
        "duplicate_transaction",
        Twice,
        "The same amount was charged to this card a moment ago. Look whether the order, or another, is paid already.",
    ),
    code("expired_card", Expired, "The card is out of date. The customer needs another one."),
    code("fraudulent", Declined, RISK),
    code(
        "generic_decline",
        Declined,
        "The bank gives no reason, or Stripe Radar blocked it. The Dashboard says whether it was Radar; do not tell the customer. Suggest another way to pay.",
    ),
    code("incorrect_address", Details, TYPED),
    code("incorrect_cvc", Details, TYPED),
    code("incorrect_number", Details, TYPED),
    code("incorrect_pin", Declined, PIN),
    code("incorrect_zip", Details, TYPED),
    code(
        "insufficient_funds",
        Funds,
        "The account had too little money. The customer can pay another way, or later.",
    ),
    code(
        "invalid_account",
        Declined,
        "The card, or the account behind it, does not work. Suggest another way to pay.",
    ),
    code(
        "invalid_amount",
        Limit,
        "The bank does not allow this amount. If the amount is right the customer has to ask the bank.",
    ),
    code("invalid_cvc", Details, TYPED),
    code("invalid_expiry_month", Details, TYPED),
    code("invalid_expiry_year", Details, TYPED),
    code("invalid_number", Details, TYPED),
    code("invalid_pin", Declined, PIN),
    code(
        "issuer_not_available",
        Later,
        "The bank could not be reached. The customer can try again in a few minutes.",
    ),
    code("lost_card", Declined, LOST_OR_STOLEN),
    code(
        "merchant_blacklist",
        Declined,
        "The payment matches your own block list at Stripe. Do not tell the customer; mend the list if it is wrong.",
    ),
    code(
        "mobile_device_authentication_required",
        Authentication,
        "The bank wants the payment confirmed on the customer's phone. Have the customer try again.",
    ),
    code(
        "new_account_information_available",
        Declined,
        "The card or its account is out of date. The customer has to ask the bank, or use another card.",
    ),
    code("no_action_taken", Declined, ASK_BANK),
    code(
        "not_permitted",
        Declined,
        "The bank does not allow this payment. Suggest another way to pay; only the bank can tell the customer more.",
    ),
    code("offline_pin_required", Declined, PIN),
    code("online_or_offline_pin_required", Declined, PIN),
    code(
        "payment_intent_authentication_failure",
        Authentication,
        "The customer did not confirm the payment, or the bank did not accept how. The customer can try again.",
    ),
    code(
        "payment_intent_payment_attempt_expired",
        Later,
        "The customer did not finish in time. Have the customer try again.",
    ),
    code(
        "payment_intent_payment_attempt_failed",
        Declined,
        "The attempt failed; the Dashboard may say more. Suggest another way to pay.",
    ),
    code(
        "payment_method_customer_decline",
        Declined,
        "The customer turned the payment down in the app of that method. Have the customer try again or choose another.",
    ),
    code(
        "payment_method_not_available",
        Unavailable,
        "The method is out of order at the moment. Offer another one and look at status.stripe.com.",
    ),
    code(
        "payment_method_provider_decline",
        Declined,
        "The company behind the method declined it without a reason. Suggest another way to pay.",
    ),
    code("payment_method_provider_timeout", Later, PASSING),
    code("pickup_card", Declined, LOST_OR_STOLEN),
    code("pin_try_exceeded", Declined, PIN),
    code("processing_error", Later, PASSING),
    code("reenter_transaction", Later, PASSING),
    code("restricted_card", Declined, LOST_OR_STOLEN),
    code("revocation_of_all_authorizations", Declined, REVOKED),
    code("revocation_of_authorization", Declined, REVOKED),
    code("security_violation", Declined, RISK),
    code("service_not_allowed", Declined, ASK_BANK),
    code("stolen_card", Declined, LOST_OR_STOLEN),
    code("stop_payment_order", Declined, REVOKED),
    code(
        "testmode_decline",
        Declined,
        "A test card that declines was used, or a test card with a live key. No money is involved.",
    ),
    code("transaction_not_allowed", Declined, ASK_BANK),
    code("try_again_later", Later, PASSING),
    code(
        "withdrawal_count_limit_exceeded",
        Limit,
        "The card is over its limit. Suggest another way to pay, or to try again another day.",
    ),
    // Why no checkout was made.
    code("account_closed", Unavailable, ACCOUNT),
    code("account_invalid", Unavailable, KEY),
    code(
        "amount_too_large",
        Unavailable,
        "The amount is above what Stripe takes. Set `max_amount` for it, or let a routing rule send such orders elsewhere.",
    ),
    code(
        "amount_too_small",
        Unavailable,
        "The amount is below what Stripe takes in this currency. Set `min_amount` for it, or let a routing rule send such orders elsewhere.",
    ),
    code("api_key_expired", Unavailable, KEY),
    code(
        "invalid_request_error",
        Unavailable,
        "Stripe did not take the request. Its log in the Dashboard says which parameter; the method may not be switched on for this account.",
    ),
    code(
        "payment_method_unactivated",
        Unavailable,
        "The method is not switched on for this account. Switch it on in the Dashboard, or leave it out of the routing rules.",
    ),
    code("secret_key_required", Unavailable, KEY),
    code(
        "testmode_charges_only",
        Unavailable,
        "The account is not activated for real payments. Finish its activation in the Dashboard.",
    ),
];

static REVIEWS: &[Meaning] = &[
    code(
        "manual",
        Reviewed,
        "Somebody put it under review in Stripe's Dashboard. Look at it there, then approve or reject it here.",
    ),
    code(
        "rule",
        Reviewed,
        "A rule of Stripe Radar put it under review: the risk is raised. Look at it in the Dashboard before you ship, then approve or reject it here.",
    ),
];
