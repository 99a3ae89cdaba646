//! What Adyen's events say.
//!
//! | `eventCode` | `success` | ours |
//! | --- | --- | --- |
//! | AUTHORISATION | true | paid (capture is automatic); review where `fraudManualReview` is true |
//! | CAPTURE | true | paid: the same money, once more after a CAPTURE_FAILED |
//! | AUTHORISATION | false | attempt_declined: the link stays open |
//! | MANUAL_REVIEW_ACCEPT, MANUAL_REVIEW_REJECT | true | paid, cancelled |
//! | PENDING | true | processing |
//! | OFFER_CLOSED | true | attempt_declined: one try was left, another may be paid |
//! | CAPTURE_FAILED, EXPIRE, CANCELLATION, TECHNICAL_CANCEL | true | reversed: authorised money did not come |
//! | REFUND | true, false | refunded, refund_failed |
//! | CANCEL_OR_REFUND | true, false | refunded or (`modification.action` cancel) reversed, refund_failed |
//! | REFUND_FAILED, REFUNDED_REVERSED | true | refund_failed, which can follow a success by days |
//! | POSTPONED_REFUND | true | refund_pending |
//! | REQUEST_FOR_INFORMATION, NOTIFICATION_OF_CHARGEBACK, PREARBITRATION_OPEN | true | dispute_opened |
//! | CHARGEBACK | true | dispute_lost where `disputeStatus` is Lost, Accepted or Expired, else dispute_opened |
//! | SECOND_CHARGEBACK, PREARBITRATION_LOST, SCHEME_ARBITRATION_LOST, DISPUTE_DEFENSE_PERIOD_ENDED | true | dispute_lost |
//! | CHARGEBACK_REVERSED, PREARBITRATION_WON, SCHEME_ARBITRATION_WON, ISSUER_RESPONSE_TIMEFRAME_EXPIRED | true | dispute_won |
//! | any of these | otherwise | nothing |
//!
//! Sources: docs.adyen.com/development-resources/webhooks/webhook-types, risk-management/disputes-api/dispute-notifications.

use super::Account;
use super::item::{Batch, Item, missing};
use crate::payment::{Kind, Loss, Moment, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::{Event, NotUnderstood, Reading, Step, Told, Verified};

pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let batch: Batch<'_> = verified.json()?;
    let live = match batch.live.text() {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(NotUnderstood::Shape("live".to_owned())),
    };
    if account.live.is_some_and(|ours| ours != live) {
        return Err(NotUnderstood::Mode);
    }
    batch.items().map(|item| event(account, item.ok_or_else(|| missing(""))?)).collect()
}

/// One item. It has no id: what makes it this news is what happened, to what, and how it ended.
fn event(account: &Account, item: &Item<'_>) -> Result<Event, NotUnderstood> {
    let (code, psp, success) = (item.code()?, item.psp()?, item.success()?);
    let at = item.date().and_then(Moment::parse_rfc3339).ok_or_else(|| missing("eventDate"))?;
    let is_ours = item.merchant_account() == Some(&*account.merchant_account) && !item.is_ambiguous();
    let reading = if is_ours { reading(item, code, success, at)? } else { None };
    Ok(Event {
        id: Some(format!("{code}:{psp}:{success}")),
        word: code.to_owned(),
        at: Some(at),
        readings: reading.into_iter().collect(),
    })
}

fn reading(item: &Item<'_>, code: &str, success: bool, at: Moment) -> Result<Option<Reading>, NotUnderstood> {
    let Some(report) = said(item, code, success)? else { return Ok(None) };
    // Without the original's reference it is the payment's own.
    let payment = match item.original() {
        Some(original) => original,
        None => item.psp()?,
    };
    let payment = ProviderPaymentId::parse(payment).map_err(|_| missing("originalReference"))?;
    let report = report.payment(Some(payment.clone())).said_at(Some(at)).word(code);
    let checkout_id = item.checkout().map(str::to_owned);
    let follows = report.kind.refund_id().is_some()
        || code == "CAPTURE"
        || matches!(
            report.kind,
            Kind::Reversed(_) | Kind::DisputeOpened(_) | Kind::DisputeWon(_) | Kind::DisputeLost(_)
        );
    let told = move |session| Told { session, checkout_id, reports: vec![report], fetched: false };
    Ok(match references(item.reference()) {
        Some((session, _)) => Some(Reading::Told(told(session))),
        // What was done in the Customer Area to a payment that may be ours.
        None if follows => {
            Some(Reading::Ask(Step::find(payment, move |session| Ok(Step::Done(session.map(told))))))
        }
        // A payment of ours carries our session id.
        None => None,
    })
}

/// Our session, and our refund where one is named behind it.
fn references(reference: &str) -> Option<(SessionId, Option<RefundId>)> {
    let (session, refund) = match reference.split_once('.') {
        Some((session, refund)) => (session, RefundId::parse(refund).ok()),
        None => (reference, None),
    };
    Some((SessionId::parse(session).ok()?, refund))
}

/// What an item says, without whom it is about and when. None where it says nothing of money.
fn said(item: &Item<'_>, code: &str, success: bool) -> Result<Option<Report>, NotUnderstood> {
    let reason = item.reason();
    let report = |kind| Ok(Some(Report::new(kind)));
    let because = |kind, reason: Option<&str>| Ok(Some(Report::new(kind).reason(reason)));
    match (code, success) {
        // Beside a success the reason holds no reason but numbers of the card.
        ("AUTHORISATION", true) if item.is_held() => report(Kind::Review),
        ("AUTHORISATION" | "MANUAL_REVIEW_ACCEPT" | "CAPTURE", true) => report(Kind::Paid(item.money()?)),
        ("AUTHORISATION", false) => because(Kind::AttemptDeclined, reason),
        ("MANUAL_REVIEW_REJECT", true) => because(Kind::Cancelled, reason),
        ("PENDING", true) => report(Kind::Processing),
        ("OFFER_CLOSED", true) => because(Kind::AttemptDeclined, Some(code)),
        ("CAPTURE_FAILED" | "EXPIRE" | "CANCELLATION" | "TECHNICAL_CANCEL", true) => {
            because(Kind::Reversed(Loss { dispute: None, money: Some(item.money()?) }), reason)
        }
        ("CANCEL_OR_REFUND", true) if item.was_cancelled() => {
            because(Kind::Reversed(Loss { dispute: None, money: Some(item.money()?) }), reason)
        }
        ("REFUND" | "CANCEL_OR_REFUND", true) => report(Kind::Refunded(refund(item)?)),
        ("REFUND" | "CANCEL_OR_REFUND", false) | ("REFUND_FAILED" | "REFUNDED_REVERSED", true) => {
            because(Kind::RefundFailed(refund(item)?), reason)
        }
        ("POSTPONED_REFUND", true) => report(Kind::RefundPending(refund(item)?)),
        ("REQUEST_FOR_INFORMATION" | "NOTIFICATION_OF_CHARGEBACK" | "PREARBITRATION_OPEN", true) => {
            because(Kind::DisputeOpened(dispute(item)?), item.dispute_reason())
        }
        ("CHARGEBACK", true) => {
            let loss = dispute(item)?;
            let is_lost = matches!(item.dispute_status(), Some("Lost" | "Accepted" | "Expired"));
            let kind = if is_lost { Kind::DisputeLost(loss) } else { Kind::DisputeOpened(loss) };
            because(kind, item.dispute_reason())
        }
        (
            "SECOND_CHARGEBACK"
            | "PREARBITRATION_LOST"
            | "SCHEME_ARBITRATION_LOST"
            | "DISPUTE_DEFENSE_PERIOD_ENDED",
            true,
        ) => because(Kind::DisputeLost(dispute(item)?), item.dispute_reason()),
        (
            "CHARGEBACK_REVERSED"
            | "PREARBITRATION_WON"
            | "SCHEME_ARBITRATION_WON"
            | "ISSUER_RESPONSE_TIMEFRAME_EXPIRED",
            true,
        ) => because(Kind::DisputeWon(dispute(item)?), item.dispute_reason()),
        _ if SAY_NOTHING.contains(&code) => Ok(None),
        // What did not succeed changed nothing.
        (_, false) => Ok(None),
        _ if FAMILIES.iter().any(|family| code.starts_with(family)) => Err(NotUnderstood::Kind),
        _ => Ok(None),
    }
}

/// Steps on the way, and notes.
const SAY_NOTHING: [&str; 8] = [
    "AUTHORISATION_ADJUSTMENT",
    "AUTHORISE_REFERRAL",
    // A payout to a card that paid nothing here.
    "REFUND_WITH_DATA",
    "CANCEL_AUTORESCUE",
    "PREARBITRATION_ACCEPTED",
    "PREARBITRATION_DECLINED",
    "PREARBITRATION_ISSUER_WITHDRAWN",
    "SCHEME_ARBITRATION",
];

/// How codes begin that may be about money of a payment.
const FAMILIES: [&str; 12] = [
    "AUTHORISATION",
    "CANCEL",
    "CAPTURE",
    "CHARGEBACK",
    "DISPUTE",
    "MANUAL_REVIEW",
    "PAIDOUT",
    "PREARBITRATION",
    "REFUND",
    "SCHEME_ARBITRATION",
    "SECOND_CHARGEBACK",
    "VOID",
];

fn refund(item: &Item<'_>) -> Result<Refund, NotUnderstood> {
    Ok(Refund {
        id: RefundId::parse(item.psp()?).map_err(|_| missing("pspReference"))?,
        request: references(item.reference()).and_then(|(_, refund)| refund),
        money: item.money()?,
    })
}

/// A dispute's own reference stands in some of its events and not in others, by the account's settings: all of them are
/// about the payment as a whole, or a win would leave open what it won, and one loss would count as two.
fn dispute(item: &Item<'_>) -> Result<Loss, NotUnderstood> {
    Ok(Loss { dispute: None, money: Some(item.money()?) })
}
