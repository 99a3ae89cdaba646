//! Mollie's failure reasons, and the fields that it names where it makes no payment, in words (`failureReason` of
//! docs.mollie.com/reference/get-payment names the codes; the words are ours).

use crate::provider::reason::ForCustomer::{
    Authentication, Declined, Details, Expired, Funds, Later, NotSupported, Unavailable,
};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: &[] };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const TYPED: &str = "Something of the card was typed wrongly. The customer can try again in a new checkout.";
const SHOP: &str = "No payment was made. Look at the shop's configuration and at what was sent.";

static DECLINES: &[Meaning] = &[
    code(
        "authentication_abandoned",
        Authentication,
        "The customer left when the bank wanted the payment confirmed. Have the customer try again.",
    ),
    code(
        "authentication_failed",
        Authentication,
        "The bank wanted the payment confirmed (3-D Secure) and it was not. Have the customer try again; many of these at once are somebody trying out cards.",
    ),
    code(
        "authentication_required",
        Authentication,
        "The bank wants the payment confirmed (3-D Secure). Have the customer try again and confirm it.",
    ),
    code(
        "authentication_unavailable_acs",
        Later,
        "The bank's page for confirming payments did not answer. It may work when tried again in a few minutes.",
    ),
    code(
        "card_declined",
        Declined,
        "The bank declined it and gives no reason. Suggest another way to pay; only the bank can tell the customer more.",
    ),
    code("card_expired", Expired, "The card is out of date. Suggest another card."),
    code(
        "inactive_card",
        Declined,
        "The card is not active, or blocked for payments like this. Suggest another card; its bank can tell the holder more.",
    ),
    code(
        "insufficient_funds",
        Funds,
        "The account had too little money. The customer can pay another way, or later.",
    ),
    code("invalid_cvv", Details, TYPED),
    code("invalid_card_holder_name", Details, TYPED),
    code("invalid_card_number", Details, TYPED),
    code(
        "invalid_card_type",
        NotSupported,
        "Mollie does not take this kind of card for the shop. Suggest another card, or ask Mollie to switch it on.",
    ),
    code(
        "possible_fraud",
        Declined,
        "The bank or Mollie fears fraud. Do not tell the customer so, and do not ship on another promise; a customer whom you know can pay another way.",
    ),
    code(
        "refused_by_issuer",
        Declined,
        "The bank refused the card. Suggest another way to pay; only the bank can tell the customer more.",
    ),
    code("unknown_reason", Declined, "Mollie does not know why it failed. Suggest another way to pay."),
    code(
        "amount",
        Unavailable,
        "The amount is outside of what the method takes, or the account cannot take the currency. Set `min_amount` and `max_amount` to the bounds in Mollie's dashboard.",
    ),
    code(
        "method",
        Unavailable,
        "The method is not switched on for the account, or not for this amount and currency. Switch it on in Mollie's dashboard.",
    ),
    code(
        "webhookUrl",
        Unavailable,
        "Mollie cannot reach the address that it should tell us at. Set `public_url` to an address that can be reached from outside.",
    ),
    code("redirectUrl", Unavailable, SHOP),
    code("cancelUrl", Unavailable, SHOP),
    code("description", Unavailable, SHOP),
];
