//! What is true of a capture, a refund, a reversal or a dispute now, and whose it is.
//!
//! # A dispute's `status` and `outcome_code`
//! | PayPal | ours |
//! | --- | --- |
//! | not `RESOLVED` | dispute opened |
//! | `RESOLVED_BUYER_FAVOUR` | dispute lost, without money: a refund or reversal tells that |
//! | `RESOLVED_SELLER_FAVOUR`, `CANCELED_BY_BUYER` | dispute won |
//! | any other outcome | won where the capture still stands whole, else lost |
//!
//! Where it is won and the capture stands whole, the money is here as of that moment, whatever was taken back before.
//!
//! Source: the enumerations in `customer_disputes_v1` (paypal/paypal-rest-api-specifications).

use super::object::{Dispute, Piece, missing, moment, money, payment_id, session_id};
use super::requests::{Caller, body};
use super::status::{is_unknown, of_capture, of_refund};
use crate::payment::{DisputeId, Kind, Loss, Moment, Money, ProviderPaymentId, Report, SessionId};
use crate::provider::exchange::segment;
use crate::provider::{Step, Told};

/// One capture.
pub(super) struct Captured {
    pub(super) session: SessionId,
    order: Option<String>,
    pub(super) payment: ProviderPaymentId,
    /// What is left of it: all, a part or nothing.
    status: String,
    money: Money,
    updated_at: Option<Moment>,
    pub(super) report: Report,
}

impl Captured {
    /// It as what an event tells.
    pub(super) fn told(self, report: Report) -> Told {
        self.told_all(vec![report])
    }

    fn told_all(self, reports: Vec<Report>) -> Told {
        Told { session: self.session, checkout_id: self.order, reports, fetched: true }
    }

    /// That its money is here, as of a moment: what was taken back before is back.
    fn is_back(&self, at: Option<Moment>) -> Option<Report> {
        let paid = Report::new(Kind::Paid(self.money)).payment(Some(self.payment.clone()));
        (self.status == "COMPLETED").then(|| paid.said_at(at).word(&self.status))
    }
}

/// A capture; none where PayPal has no such capture, or where it is not ours.
pub(super) fn captured(caller: &Caller, id: &str) -> Step<Option<Captured>> {
    Step::send(caller.get(&capture_path(id)), |answer| {
        if is_unknown(answer) {
            return Ok(Step::Done(None));
        }
        let capture: Piece<'_> = body(answer)?;
        let Some(session) = session_id(&capture.custom_id) else { return Ok(Step::Done(None)) };
        Ok(Step::Done(Some(Captured {
            session,
            order: capture.order().map(str::to_owned),
            payment: payment_id(capture.id.text())?,
            status: capture.status.text().unwrap_or_default().to_owned(),
            money: capture.money()?,
            updated_at: moment(&capture.update_time).or_else(|| answer.date()),
            report: of_capture(&capture)?,
        })))
    })
}

/// A refund as it is, and whose.
pub(super) fn refund(caller: &Caller, id: &str) -> Step<Option<Told>> {
    let asking = caller.clone();
    Step::send(caller.get(&refund_path(id)), move |answer| {
        let refund: Piece<'_> = body(answer)?;
        let report = of_refund(&refund, None)?;
        let capture = refund.capture().ok_or_else(|| missing("links"))?;
        Ok(captured(&asking, capture).map(|captured| captured.map(|of| of.told(report))))
    })
}

/// What PayPal took back: it is told as a refund. Where it is not to be had as one, the capture named by `capture` has
/// to show that all of it is gone; less than all is left to a person.
pub(super) fn reversal(caller: &Caller, id: &str, capture: Option<String>) -> Step<Option<Told>> {
    let asking = caller.clone();
    let loss = |money| Kind::Reversed(Loss { dispute: None, money: Some(money) });
    Step::send(caller.get(&refund_path(id)), move |answer| {
        if is_unknown(answer) {
            let capture = capture.ok_or_else(|| missing("links"))?;
            return captured(&asking, &capture).then(move |captured| {
                let Some(of) = captured else { return Ok(Step::Done(None)) };
                if of.status != "REFUNDED" {
                    return Err(missing("refund").into());
                }
                let report = Report::new(loss(of.money)).said_at(of.updated_at).word(&of.status);
                let report = report.payment(Some(of.payment.clone()));
                Ok(Step::Done(Some(of.told(report))))
            });
        }
        let refund: Piece<'_> = body(answer)?;
        let capture = refund.capture().ok_or_else(|| missing("links"))?;
        let status = refund.status.text().unwrap_or_default();
        // One that is undone or not yet done has taken nothing.
        if status != "COMPLETED" {
            return Err(missing("status").into());
        }
        let report = Report::new(loss(refund.money()?))
            .payment(Some(payment_id(Some(capture))?))
            .said_at(moment(&refund.create_time).or_else(|| answer.date()))
            .word(status)
            .reason(refund.reason());
        Ok(captured(&asking, capture).map(|captured| captured.map(|of| of.told(report))))
    })
}

pub(super) fn capture_path(id: &str) -> String {
    format!("/v2/payments/captures/{}", segment(id))
}

fn refund_path(id: &str) -> String {
    format!("/v2/payments/refunds/{}", segment(id))
}

/// How a dispute stands for one of the captures that it names.
pub(super) fn dispute(caller: &Caller, id: &str, capture: String) -> Step<Option<Told>> {
    let asking = caller.clone();
    Step::send(caller.get(&format!("/v1/customer/disputes/{}", segment(id))), move |answer| {
        let dispute: Dispute<'_> = body(answer)?;
        let mut named = dispute.disputed_transactions.iter().map(|one| one.seller_transaction_id.text());
        if !named.any(|one| one == Some(&capture)) {
            return Ok(Step::Done(None));
        }
        let id = dispute.dispute_id.text().and_then(|id| DisputeId::parse(id).ok());
        let id = id.ok_or_else(|| missing("dispute_id"))?;
        let status = dispute.status.text().ok_or_else(|| missing("status"))?;
        let outcome = dispute.dispute_outcome.of().and_then(|outcome| outcome.outcome_code.text());
        // Of several captures nobody says how much each has.
        let alone = dispute.disputed_transactions.len() == 1;
        let amount = alone.then(|| money(&dispute.dispute_amount)).transpose()?;
        let (opened, resolved) = (moment(&dispute.create_time), moment(&dispute.update_time));
        let reason = dispute.reason.text().map(str::to_owned);
        let is_resolved = status == "RESOLVED";
        let word = outcome.filter(|_| is_resolved).unwrap_or(status).to_owned();
        Ok(captured(&asking, &capture).map(move |captured| {
            let of = captured?;
            let loss = |money| Loss { dispute: Some(id), money };
            let report = match (is_resolved, word.as_str()) {
                (false, _) => {
                    Report::new(Kind::DisputeOpened(loss(amount))).said_at(opened).reason(reason.as_deref())
                }
                (true, "RESOLVED_BUYER_FAVOUR") => {
                    Report::new(Kind::DisputeLost(loss(None))).said_at(resolved)
                }
                (true, "RESOLVED_SELLER_FAVOUR" | "CANCELED_BY_BUYER") => {
                    Report::new(Kind::DisputeWon(loss(None))).said_at(resolved)
                }
                (true, _) if of.status == "COMPLETED" => {
                    Report::new(Kind::DisputeWon(loss(None))).said_at(resolved)
                }
                (true, _) => Report::new(Kind::DisputeLost(loss(None))).said_at(resolved),
            };
            // A chargeback is told as a reversal, which names no dispute; whoever wins that has the money again.
            let back = matches!(report.kind, Kind::DisputeWon(_)).then(|| of.is_back(resolved)).flatten();
            let report = report.word(&word).payment(Some(of.payment.clone()));
            Some(of.told_all(std::iter::once(report).chain(back).collect()))
        }))
    })
}
