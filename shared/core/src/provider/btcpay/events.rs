//! What a server's events say.

use super::Account;
use super::object::{Event as Sent, id, missing, moment, payment_id, session};
use super::status::{self, Truth};
use crate::payment::{Kind, Report};
use crate::provider::{Event, NotUnderstood, Reading, Told, Verified};

/// What a type of event means.
enum Meaning {
    Nothing,
    Says(Kind),
    /// The invoice is asked for.
    AskInvoice,
    /// The pull payment is asked for.
    AskRefund,
}

/// The types of events (`WebhookEventType` in the Greenfield API; the last two invoice types only in the server's code).
///
/// | type | ours |
/// | --- | --- |
/// | `InvoiceCreated`, `InvoiceReceivedPayment`, `InvoicePaymentSettled` | nothing: it may be too little, or go again |
/// | the same with `afterExpiration` | the invoice is asked for |
/// | `InvoiceProcessing` | processing |
/// | `InvoiceSettled` | the invoice is asked for: it is paid, and how much came |
/// | `InvoiceExpired` | expired; with `partiallyPaid` the invoice is asked for |
/// | `InvoiceInvalid` | failed; with `manuallyMarked` the invoice is asked for, since money may be there |
/// | `InvoiceExpiredPaidPartial`, `InvoicePaidAfterExpiration` | the invoice is asked for |
/// | `InvoiceRefund`, `PayoutUpdated` once `Completed` or `Cancelled` | the pull payment is asked for |
/// | other types of payouts, payment requests, subscriptions … | nothing |
fn meaning(event: &Sent<'_>, word: &str) -> Result<Meaning, NotUnderstood> {
    Ok(match word {
        "InvoiceReceivedPayment" | "InvoicePaymentSettled" if event.after_expiration.flag() == Some(true) => {
            Meaning::AskInvoice
        }
        "InvoiceCreated" | "InvoiceReceivedPayment" | "InvoicePaymentSettled" => Meaning::Nothing,
        "InvoiceProcessing" => Meaning::Says(Kind::Processing),
        "InvoiceExpired" if event.partially_paid.flag() == Some(false) => Meaning::Says(Kind::Expired),
        "InvoiceInvalid" if event.manually_marked.flag() == Some(false) => Meaning::Says(Kind::Failed),
        "InvoiceSettled"
        | "InvoiceExpired"
        | "InvoiceInvalid"
        | "InvoiceExpiredPaidPartial"
        | "InvoicePaidAfterExpiration" => Meaning::AskInvoice,
        "InvoiceRefund" => Meaning::AskRefund,
        // Payouts that belong to no pull payment are the shop's own.
        "PayoutUpdated" if event.pull_payment_id.text().is_some() => match event.payout_state.text() {
            Some("Completed" | "Cancelled") => Meaning::AskRefund,
            _ => Meaning::Nothing,
        },
        other if other.starts_with("Invoice") => return Err(NotUnderstood::Kind),
        _ => Meaning::Nothing,
    })
}

pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let event: Sent<'_> = verified.json()?;
    let word = event.word.text().ok_or_else(|| missing("type"))?;
    let delivery = event.id().ok_or_else(|| missing("originalDeliveryId"))?;
    let at = moment(&event.timestamp).ok_or_else(|| missing("timestamp"))?;
    // One server hosts many stores, and two of them may have one secret.
    if event.store_id.text() != Some(&account.store_id) {
        return Err(missing("storeId"));
    }
    let ours = session(&event.metadata);
    let reading = match (meaning(&event, word)?, ours) {
        (Meaning::Nothing, _) => None,
        (Meaning::AskRefund, _) => {
            let id = id(&event.pull_payment_id, "pullPaymentId")?;
            Some(Reading::Ask(status::of_pull_payment(account, id).map(|truth| truth.and_then(Truth::told))))
        }
        // A reference that is none of our session ids is somebody else's invoice.
        (Meaning::Says(_) | Meaning::AskInvoice, None) => None,
        (Meaning::AskInvoice, Some(_)) => {
            let id = id(&event.invoice_id, "invoiceId")?;
            Some(Reading::Ask(status::of_invoice(account, id).map(Truth::told)))
        }
        (Meaning::Says(kind), Some(session)) => {
            let id = id(&event.invoice_id, "invoiceId")?;
            let report = Report::new(kind).payment(Some(payment_id(id)?)).said_at(Some(at)).word(word);
            let checkout_id = Some(id.to_owned());
            Some(Reading::Told(Told { session, checkout_id, reports: vec![report], fetched: false }))
        }
    };
    let readings = Vec::from_iter(reading);
    Ok(vec![Event { id: Some(delivery.to_owned()), word: word.to_owned(), at: Some(at), readings }])
}
