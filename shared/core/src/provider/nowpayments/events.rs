//! What NOWPayments' notifications say. There is one kind of them: the state of a payment.
//!
//! | `payment_status` | ours |
//! | --- | --- |
//! | `waiting` | nothing yet: a coin was chosen |
//! | `confirming`, `confirmed`, `sending` | processing: none of them is final |
//! | `finished` | paid: the price was covered |
//! | `partially_paid` | paid, of an amount that is not told: less than the price came, and that is final. A person decides |
//! | `cancelled`, `canceled` | the same: a merchant's mark on a partly paid one; no money goes back |
//! | `failed` | attempt_declined: this try came to nothing, often for too small a sum. The invoice stays open for another. Where it has no time, failed: a decline without one ends nothing |
//! | `expired` | nothing: a coin was chosen and nothing came in 7 days, or in 20 minutes at a fixed rate |
//! | `refunded` | all that was refunded of the payment is its price: it is returned whole, and no amount is given |
//!
//! Money of an amount that is not told is reported as 0: what came is never guessed, and what stands so is in review.
//! A payment with a `parent_payment_id` is money that came again to the address of another, in whatever sum and coin,
//! also where it is `finished`: `finished` and `partially_paid` are then such money too, `refunded` sends it back, and
//! the rest says nothing, for the parent has its own states. Sources: help centre "Payment statuses"; the API document, "Repeated Deposits and
//! Wrong-Asset Deposits".

use crate::provider::event::missing;
use serde::Deserialize;

use super::signed_form;
use crate::payment::{Kind, Moment, Money, ProviderPaymentId, Report, SessionId};
use crate::provider::json::{Exact, Node};
use crate::provider::{Event, NotUnderstood, Reading, Told, Verified, amount};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Notification<'a> {
    #[serde(borrow)]
    payment_id: Exact<'a>,
    parent_payment_id: Exact<'a>,
    payment_status: Node<'a>,
    order_id: Node<'a>,
    invoice_id: Exact<'a>,
    price_amount: Exact<'a>,
    price_currency: Node<'a>,
    actually_paid: Exact<'a>,
    updated_at: Exact<'a>,
    // Of a payout or a transfer between customers, which come to the same address.
    id: Exact<'a>,
    status: Node<'a>,
}

pub(super) fn read(verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let told: Notification<'_> = verified.json()?;
    let at = told.at()?;
    if !told.payment_id.is_there() {
        // No payment: a payout or a transfer, which have a state and an id of their own.
        let word = told.status.text().filter(|_| told.id.is_there()).ok_or_else(|| missing("payment_id"))?;
        return Ok(vec![Event { id: None, word: word.to_owned(), at, readings: Vec::new() }]);
    }
    let payment = plain_digits(&told.payment_id).ok_or_else(|| missing("payment_id"))?;
    let word = told.payment_status.text().ok_or_else(|| missing("payment_status"))?;
    // It has no id of an event: the same payment in the same state with as much paid is the same news.
    let came = told.actually_paid.digits().and_then(signed_form::number).unwrap_or_default();
    Ok(vec![Event {
        id: Some(format!("{payment}:{word}:{came}")),
        readings: told.reading(payment, word, at)?.into_iter().collect(),
        word: word.to_owned(),
        at,
    }])
}

impl Notification<'_> {
    fn reading(
        &self,
        payment: &str,
        word: &str,
        at: Option<Moment>,
    ) -> Result<Option<Reading>, NotUnderstood> {
        let is_again = self.parent_payment_id.is_there();
        let (kind, reason) = match word {
            "waiting" => return Ok(None),
            "expired" => return Ok(None),
            "finished" | "partially_paid" if is_again => {
                (Kind::Paid(self.untold()?), Some("repeated_deposit"))
            }
            "confirming" | "confirmed" | "sending" | "failed" if is_again => return Ok(None),
            "confirming" | "confirmed" | "sending" => (Kind::Processing, None),
            "finished" => (Kind::Paid(self.price()?), None),
            "partially_paid" => (Kind::Paid(self.untold()?), Some("partially_paid")),
            "cancelled" | "canceled" => (Kind::Paid(self.untold()?), Some("cancelled")),
            "failed" if at.is_none() => (Kind::Failed, None),
            "failed" => (Kind::AttemptDeclined, None),
            "refunded" => (Kind::RefundedTotal(self.price()?), None),
            _ => return Err(NotUnderstood::Kind),
        };
        // An order id that is none of our session ids, or none, is somebody else's payment.
        let session = self.order_id.text().and_then(|text| SessionId::parse(text).ok());
        let Some(session) = session else { return Ok(None) };
        let payment = ProviderPaymentId::parse(payment).map_err(|_| missing("payment_id"))?;
        let report = Report::new(kind).payment(Some(payment)).said_at(at).word(word).reason(reason);
        let checkout_id = plain_digits(&self.invoice_id).map(str::to_owned);
        Ok(Some(Reading::Told(Told { session, checkout_id, reports: vec![report], fetched: false })))
    }

    /// What the customer had to pay: the order's money, whatever the coin.
    fn price(&self) -> Result<Money, NotUnderstood> {
        let code = self.price_currency.text().ok_or_else(|| missing("price_currency"))?;
        let digits = self.price_amount.digits().ok_or_else(|| missing("price_amount"))?;
        amount::from_decimal(digits, amount::currency(code)?)
    }

    /// Money of which only is known that it came.
    fn untold(&self) -> Result<Money, NotUnderstood> {
        Money::new(0, self.price()?.currency()).map_err(|_| NotUnderstood::Money)
    }

    /// Milliseconds as a number, or RFC 3339; older accounts are sent none.
    fn at(&self) -> Result<Option<Moment>, NotUnderstood> {
        if !self.updated_at.is_there() {
            return Ok(None);
        }
        let text = self.updated_at.digits().unwrap_or_default();
        let millis = text.parse().ok().map(Moment::from_millis);
        millis.or_else(|| Moment::parse_rfc3339(text)).map(Some).ok_or_else(|| missing("updated_at"))
    }
}

/// An id of digits. `5745459419.0` signs like `5745459419`, and is none.
fn plain_digits<'a>(id: &Exact<'a>) -> Option<&'a str> {
    id.digits().filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}
