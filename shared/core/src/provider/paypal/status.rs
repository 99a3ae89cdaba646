//! PayPal's status words, and what is true of an order now.
//!
//! # An order's `status`
//! | PayPal | ours |
//! | --- | --- |
//! | `CREATED`, `SAVED`, `PAYER_ACTION_REQUIRED` | nothing came yet |
//! | `APPROVED` | it is captured where it is still wanted, and the answer tells; else nothing |
//! | `COMPLETED` | as its captures say |
//! | `VOIDED` | cancelled |
//!
//! # A capture's `status`
//! | PayPal | ours |
//! | --- | --- |
//! | `COMPLETED`, `PARTIALLY_REFUNDED`, `REFUNDED` | paid; what went back is told by the refunds |
//! | `PENDING` | review where somebody looks at it ([`HELD`]), else processing |
//! | `DECLINED`, `FAILED` | failed |
//!
//! # A refund's `status`
//! | PayPal | ours |
//! | --- | --- |
//! | `PENDING` | refund pending |
//! | `COMPLETED` | refunded |
//! | `FAILED`, `CANCELLED` | refund failed |
//!
//! Source: the enumerations in `checkout_orders_v2` and `payments_payment_v2` (paypal/paypal-rest-api-specifications).

use super::object::{Order, Piece, missing, moment, payment_id, provider_id, session_id};
use super::requests::{Caller, body, code, with_token};
use super::{Account, reasons};
use crate::payment::{Kind, Moment, Refund, RefundId, Report, SessionId};
use crate::provider::exchange::segment;
use crate::provider::{Answer, Failure, Held, NotUnderstood, Step, Told};

/// Why a capture is pending that somebody has to look at: PayPal or the merchant.
pub(super) const HELD: [&str; 7] = [
    "PENDING_REVIEW",
    "BUYER_COMPLAINT",
    "CHARGEBACK",
    "UNILATERAL",
    "VERIFICATION_REQUIRED",
    "INTERNATIONAL_WITHDRAWAL",
    "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION",
];

/// What a capture says. Its time is that of its creation: it changes again when money goes back, and "paid" after a
/// reversal would mean that the reversal was undone.
pub(super) fn of_capture(capture: &Piece<'_>) -> Result<Report, NotUnderstood> {
    let status = capture.status.text().ok_or_else(|| missing("status"))?;
    let held = capture.reason().is_some_and(|reason| HELD.contains(&reason));
    let (kind, reason) = match status {
        "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => (Kind::Paid(capture.money()?), None),
        "PENDING" if held => (Kind::Review, capture.reason()),
        "PENDING" => (Kind::Processing, capture.reason()),
        "DECLINED" | "FAILED" => (Kind::Failed, capture.reason()),
        _ => return Err(missing("status")),
    };
    Ok(Report::new(kind)
        .payment(Some(payment_id(capture.id.text())?))
        .said_at(moment(&capture.create_time))
        .word(status)
        .reason(reason))
}

/// What a refund says. `asked` is our id of it where we know it; else it is its `invoice_id`, if the refund is ours.
pub(super) fn of_refund(refund: &Piece<'_>, asked: Option<RefundId>) -> Result<Report, NotUnderstood> {
    let status = refund.status.text().ok_or_else(|| missing("status"))?;
    let parse = |text: Option<&str>| text.and_then(|text| RefundId::parse(text).ok());
    let ours = || {
        session_id(&refund.custom_id)?;
        parse(refund.invoice_id.text().filter(|id| id.starts_with("rf_")))
    };
    let said = Refund {
        id: parse(refund.id.text()).ok_or_else(|| missing("id"))?,
        request: asked.or_else(ours),
        money: refund.money()?,
    };
    let (kind, at) = match status {
        "PENDING" => (Kind::RefundPending(said), &refund.create_time),
        "COMPLETED" => (Kind::Refunded(said), &refund.create_time),
        "FAILED" | "CANCELLED" => (Kind::RefundFailed(said), &refund.update_time),
        _ => return Err(missing("status")),
    };
    let payment = refund.capture().map(|id| payment_id(Some(id))).transpose()?;
    Ok(Report::new(kind).payment(payment).said_at(moment(at)).word(status).reason(refund.reason()))
}

/// The state of one order.
pub(super) struct Truth {
    pub(super) session: Option<SessionId>,
    order: String,
    pub(super) reports: Vec<Report>,
}

impl Truth {
    /// It as what an event would tell; none where the order is not ours.
    pub(super) fn told(self) -> Option<Told> {
        Some(Told {
            session: self.session?,
            checkout_id: Some(self.order),
            reports: self.reports,
            fetched: true,
        })
    }
}

pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    // Where the id was lost the creation is repeated with its key: PayPal does not look up by our reference.
    let (id, session) = (provider_id(held.checkout_id?)?.to_owned(), held.session);
    Some(with_token(account, move |caller| {
        order(&caller, &id).then(move |truth| match truth {
            None => Ok(Step::Done(Vec::new())),
            Some(truth) if truth.session == Some(session) => Ok(Step::Done(truth.reports)),
            Some(_) => Err(missing("custom_id").into()),
        })
    }))
}

/// The state of an order, captured first where the customer has approved it and the money is still wanted: what is approved
/// and not captured lapses by itself. None where PayPal has no such order.
pub(super) fn order(caller: &Caller, id: &str) -> Step<Option<Truth>> {
    let asking = caller.clone();
    Step::send(caller.get(&order_path(id)), move |answer| {
        if is_unknown(answer) {
            return Ok(Step::Done(None));
        }
        let order: Order<'_> = body(answer)?;
        let truth = truth(&order)?;
        let is_approved = order.status.text() == Some("APPROVED") && order.intent.text() == Some("CAPTURE");
        match truth.session {
            // Somebody else's order is not ours to capture.
            Some(session) if is_approved && truth.reports.is_empty() => {
                // The customer may approve again after a decline: that is another request than the one declined.
                let approved = moment(&order.update_time).map(Moment::seconds).unwrap_or_default();
                Ok(Step::take(session, move |is_wanted| {
                    Ok(match is_wanted {
                        true => capture(&asking, truth, &format!("{session}-capture-{approved}")).map(Some),
                        false => Step::Done(Some(truth)),
                    })
                }))
            }
            _ => Ok(Step::Done(Some(truth))),
        }
    })
}

pub(super) fn order_path(id: &str) -> String {
    format!("/v2/checkout/orders/{}", segment(id))
}

/// Whether PayPal says that there is no such thing; a 404 of something between us would not have its words.
pub(super) fn is_unknown(answer: &Answer) -> bool {
    answer.status == 404
        && matches!(code(answer).as_deref(), Some("INVALID_RESOURCE_ID" | "RESOURCE_NOT_FOUND"))
}

fn truth(order: &Order<'_>) -> Result<Truth, Failure> {
    let id = order.id.text().and_then(provider_id).ok_or_else(|| missing("id"))?;
    let mut reports = Vec::new();
    for payments in order.purchase_units.iter().filter_map(|unit| unit.payments.of()) {
        for capture in &payments.captures {
            reports.push(of_capture(capture)?);
        }
        for refund in &payments.refunds {
            reports.push(of_refund(refund, None)?);
        }
    }
    match order.status.text() {
        Some("CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED" | "APPROVED") => {}
        Some("VOIDED") if reports.is_empty() => reports.push(Report::new(Kind::Cancelled).word("VOIDED")),
        Some("COMPLETED") if reports.is_empty() => {
            return Err(Failure::Unknown("an order that is completed without a capture".to_owned()));
        }
        Some("COMPLETED" | "VOIDED") => {}
        _ => return Err(missing("status").into()),
    }
    Ok(Truth { session: order.session(), order: id.to_owned(), reports })
}

/// Captures an order that is approved. Its amount is the order's, so nothing is said of it here.
fn capture(caller: &Caller, of: Truth, idempotency_key: &str) -> Step<Truth> {
    let asking = caller.clone();
    let path = format!("{}/capture", order_path(&of.order));
    Step::send(caller.post(&path, idempotency_key, "{}".to_owned()), move |answer| {
        if answer.is_success() {
            let captured = truth(&body::<Order<'_>>(answer)?)?;
            return Ok(Step::Done(Truth { reports: captured.reports, ..of }));
        }
        let issue = code(answer).filter(|_| answer.status == 422);
        let said = |kind, issue: &str| vec![Report::new(kind).word(issue).reason(Some(issue))];
        let reports = match issue.as_deref() {
            // Approval was taken back, or the customer has another step to do.
            Some("ORDER_NOT_APPROVED" | "PAYER_ACTION_REQUIRED") => Vec::new(),
            Some("ORDER_ALREADY_CAPTURED" | "ORDER_COMPLETION_IN_PROGRESS") => {
                return Ok(captured_by_another(&asking, of));
            }
            Some(issue @ "INSTRUMENT_DECLINED") => said(Kind::AttemptDeclined, issue),
            Some(issue) if reasons::is_final(issue) => said(Kind::Failed, issue),
            _ => return body::<Order<'_>>(answer).and_then(|_| Err(missing("status").into())),
        };
        Ok(Step::Done(Truth { reports, ..of }))
    })
}

/// The same order, which somebody else of us captures at the same time.
fn captured_by_another(caller: &Caller, of: Truth) -> Step<Truth> {
    Step::send(caller.get(&order_path(&of.order)), move |answer| {
        let now = truth(&body::<Order<'_>>(answer)?)?;
        if now.reports.is_empty() {
            return Err(Failure::Unknown("an order is being captured and shows no capture yet".to_owned()));
        }
        Ok(Step::Done(Truth { reports: now.reports, ..of }))
    })
}
