//! What Coinbase's events say. An event is the checkout itself, with the type of the event in it.
//!
//! | `eventType` | ours |
//! | --- | --- |
//! | `checkout.payment.success` | paid |
//! | `checkout.payment.failed` | failed |
//! | `checkout.payment.expired` | expired |
//! | `checkout.refund.success`, `checkout.refund.failed` | each of `refunds` by its own status |
//! | any other of a checkout | nothing while no money came; else it is kept |
//! | any other | nothing |
//!
//! Source: docs.cdp.coinbase.com/coinbase-business/checkout-apis/webhooks.

use super::status::{self, Checkout, missing, moment};
use super::{Account, requests};
use crate::payment::{Kind, Report, SessionId};
use crate::provider::{Event, NotUnderstood, Reading, Step, Told, Verified};

pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let checkout: Checkout<'_> = verified.json()?;
    let word = checkout.event_type.text().ok_or_else(|| missing("eventType"))?;
    let at = moment(&checkout.updated_at).ok_or_else(|| missing("updatedAt"))?;
    let readings = match checkout.session() {
        Some(session) => readings(account, word, &checkout, session)?,
        // Somebody else's checkout at the same account.
        None => Vec::new(),
    };
    Ok(vec![Event {
        // The id that was signed; the body has none.
        id: verified.delivery_id().map(str::to_owned),
        word: word.to_owned(),
        at: Some(at),
        readings,
    }])
}

fn readings(
    account: &Account,
    word: &str,
    checkout: &Checkout<'_>,
    session: SessionId,
) -> Result<Vec<Reading>, NotUnderstood> {
    let id = || checkout.payment();
    let told = |kind: Kind| -> Result<Reading, NotUnderstood> {
        let report = Report::new(kind).payment(Some(id()?)).said_at(moment(&checkout.updated_at)).word(word);
        let checkout_id = Some(id()?.to_string());
        Ok(Reading::Told(Told { session, checkout_id, reports: vec![report], fetched: false }))
    };
    let only = |reading| Ok(vec![reading]);
    match word {
        "checkout.payment.success" => match checkout.money()? {
            Some(money) => only(told(Kind::Paid(money))?),
            None => only(Reading::Ask(ask(account, id()?.as_str(), session, None)?)),
        },
        "checkout.payment.failed" => only(told(Kind::Failed)?),
        "checkout.payment.expired" => only(told(Kind::Expired)?),
        "checkout.refund.success" | "checkout.refund.failed" => {
            let mut readings = Vec::new();
            for refund in checkout.refunds() {
                let refund_id = refund.id.text().ok_or_else(|| missing("refunds.id"))?;
                readings.push(match refund.money()? {
                    Some(money) => told(refund.kind(money, None)?)?,
                    None => Reading::Ask(ask(account, id()?.as_str(), session, Some(refund_id.to_owned()))?),
                });
            }
            Ok(readings)
        }
        _ if !word.starts_with("checkout.") => Ok(Vec::new()),
        // A type of later: it says how far the checkout is, and on the way there is nothing to tell.
        _ => match checkout.status.text() {
            Some("ACTIVE" | "PROCESSING") => Ok(Vec::new()),
            _ => Err(NotUnderstood::Kind),
        },
    }
}

/// What the checkout says of itself, or of one of its refunds.
fn ask(
    account: &Account,
    id: &str,
    session: SessionId,
    refund: Option<String>,
) -> Result<Step<Option<Told>>, NotUnderstood> {
    let request = requests::get(account, id).ok_or_else(|| missing("id"))?;
    let id = id.to_owned();
    Ok(Step::send(request, move |answer| {
        let checkout: Checkout<'_> = requests::body(answer)?;
        if checkout.session() != Some(session) {
            return Ok(Step::Done(None));
        }
        let mut reports = status::reports(&checkout)?;
        if let Some(refund) = refund {
            reports.retain(|report| report.kind.refund_id().is_some_and(|id| id.as_str() == refund));
        }
        Ok(Step::Done(Some(Told { session, checkout_id: Some(id), reports, fetched: true })))
    }))
}
