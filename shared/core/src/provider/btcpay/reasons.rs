//! A server's exception words in words (`InvoiceExceptionStatus` in the Greenfield API names the codes; the words are
//! ours).

use crate::provider::reason::ForCustomer::{Declined, Reviewed, Unavailable};
use crate::provider::reason::{ForCustomer, Meaning, Reasons};

pub(super) static REASONS: Reasons = Reasons { declines: DECLINES, reviews: REVIEWS };

const fn code(code: &'static str, customer: ForCustomer, merchant: &'static str) -> Meaning {
    Meaning { code, customer, merchant }
}

const UNCONFIRMED: &str = "A payment was seen and the chain did not confirm it in time. It may still be confirmed: look at the invoice on your server.";

static DECLINES: &[Meaning] = &[
    code("Invalid", Declined, UNCONFIRMED),
    code("PaidPartial", Declined, UNCONFIRMED),
    code("PaidOver", Declined, UNCONFIRMED),
    code("PaidLate", Declined, UNCONFIRMED),
    code("Marked", Declined, "Somebody marked the invoice as invalid on your server."),
    code(
        "missing-permission",
        Unavailable,
        "The API key may not do this. Give it the permissions to view and create invoices of the store.",
    ),
];

static REVIEWS: &[Meaning] = &[code(
    "Marked",
    Reviewed,
    "Somebody marked the invoice as invalid on your server, and money had come. Look at it before you send the money back.",
)];
