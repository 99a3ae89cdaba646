//! What Xendit's events are about. What is true of it, [`answers`](super::answers) says.
//!
//! | `event` | what follows |
//! | --- | --- |
//! | payment_session.completed, payment_session.expired | the session is asked for |
//! | payment.capture, payment.authorization, payment.failure | the payment is asked for |
//! | refund.succeeded, refund.failed | the refund is asked for |
//! | none, with `external_id` and `status` | the invoice is asked for |
//! | dispute.action_required, where no more information is asked for | dispute_opened of `amount.initial` |
//! | dispute.won | dispute_won of `amount.initial` |
//! | dispute.lost | dispute_lost of `amount.terminal`, else of `amount.initial` |
//! | dispute.under_review, dispute.due_date_approaching | nothing |
//!
//! Sources: docs.xendit.co/apidocs: webhook notifications of sessions, payments, refunds and disputes.

use serde::Deserialize;

use super::Account;
use super::answers::{Asked, Object, ask, ask_refund, is_id, missing};
use crate::payment::{DisputeId, Kind, Loss, Moment, Money, ProviderPaymentId, Report, SessionId};
use crate::provider::json::{Exact, Node};
use crate::provider::{Event, NotUnderstood, Reading, Step, Told, Verified, amount};

/// An event, and all that stands in one without a `data`: an invoice or a dispute.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    event: Node<'a>,
    created: Node<'a>,
    data: Node<'a, Object<'a>>,
    // An invoice's or a dispute's.
    id: Node<'a>,
    external_id: Node<'a>,
    reference_id: Node<'a>,
    payment_id: Node<'a>,
    status: Node<'a>,
    status_reason: Node<'a>,
    currency: Node<'a>,
    amount: Node<'a, Amounts<'a>>,
    updated: Node<'a>,
    updated_at: Node<'a>,
}

/// A dispute's.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Amounts<'a> {
    #[serde(borrow)]
    initial: Exact<'a>,
    terminal: Exact<'a>,
}

pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let body: Body<'_> = verified.json()?;
    let data = body.data.of().map(|data| data.data.of().unwrap_or(data));
    let times =
        [data.map(|data| &data.updated), Some(&body.updated_at), Some(&body.updated), Some(&body.created)];
    let at = times.into_iter().flatten().find_map(|time| Moment::parse_rfc3339(time.text()?));
    let (word, reading) = match body.event.text() {
        Some(word) if word.starts_with("dispute.") => (word, dispute(&body, word, at)?),
        Some(word) => (word, about(account, word, data)?),
        // An invoice's event has no name; what it says it is, is the nearest to one.
        None => {
            let reference = body.external_id.text().ok_or_else(|| missing("event"))?;
            let word = body.status.text().ok_or_else(|| missing("status"))?;
            (word, invoice(account, &body, reference)?)
        }
    };
    let (id, word) = (verified.delivery_id().map(str::to_owned), word.to_owned());
    Ok(vec![Event { id, word, at, readings: reading.into_iter().collect() }])
}

/// An event that carries what it is about. What it claims of it decides only whether and where to look.
fn about(account: &Account, word: &str, data: Option<&Object<'_>>) -> Result<Option<Reading>, NotUnderstood> {
    let asked = match word {
        "payment_session.completed" | "payment_session.expired" => Asked::Session,
        "payment.capture" | "payment.authorization" | "payment.failure" => Asked::Payment,
        "refund.succeeded" | "refund.failed" => {
            let data = data.ok_or_else(|| missing("data"))?;
            let step = ask_refund(account, id(&data.id, "data.id")?, data.payment());
            return Ok(Some(Reading::Ask(step)));
        }
        // A payment request that nobody paid: its session's own expiry says so.
        "payment_request.expiry" => return Ok(None),
        other
            if ["payment_session.", "payment.", "refund."].iter().any(|family| other.starts_with(family)) =>
        {
            return Err(NotUnderstood::Kind);
        }
        _ => return Ok(None),
    };
    let data = data.ok_or_else(|| missing("data"))?;
    // Who names none of our sessions is somebody else's payment, or the dashboard's sample.
    if data.session().is_none() {
        return Ok(None);
    }
    let id = match asked {
        Asked::Session => id(&data.payment_session_id, "data.payment_session_id")?,
        _ => id(&data.payment_id, "data.payment_id")?,
    };
    Ok(Some(Reading::Ask(ask(account, asked, id))))
}

fn invoice(account: &Account, body: &Body<'_>, reference: &str) -> Result<Option<Reading>, NotUnderstood> {
    if SessionId::parse(reference).is_err() {
        return Ok(None);
    }
    Ok(Some(Reading::Ask(ask(account, Asked::Invoice, id(&body.id, "id")?))))
}

fn dispute(body: &Body<'_>, word: &str, at: Option<Moment>) -> Result<Option<Reading>, NotUnderstood> {
    let amounts = body.amount.of().ok_or_else(|| missing("amount"))?;
    let currency = amount::currency(body.currency.text().ok_or_else(|| missing("currency"))?)?;
    let money = |amount: &Exact<'_>| -> Result<Money, NotUnderstood> {
        amount::from_decimal(amount.digits().ok_or_else(|| missing("amount"))?, currency)
    };
    let dispute = DisputeId::parse(id(&body.id, "id")?).map_err(|_| missing("id"))?;
    let loss = |money| Loss { dispute: Some(dispute), money: Some(money) };
    let kind = match word {
        "dispute.action_required" if body.status_reason.text() == Some("NEED_MORE_INFORMATION") => {
            return Ok(None);
        }
        "dispute.action_required" => Kind::DisputeOpened(loss(money(&amounts.initial)?)),
        "dispute.won" => Kind::DisputeWon(loss(money(&amounts.initial)?)),
        // Lost in part: only that is gone.
        "dispute.lost" if amounts.terminal.is_there() => Kind::DisputeLost(loss(money(&amounts.terminal)?)),
        "dispute.lost" => Kind::DisputeLost(loss(money(&amounts.initial)?)),
        "dispute.under_review" | "dispute.due_date_approaching" => return Ok(None),
        _ => return Err(NotUnderstood::Kind),
    };
    let payment =
        ProviderPaymentId::parse(id(&body.payment_id, "payment_id")?).map_err(|_| missing("payment_id"))?;
    let reports = vec![Report::new(kind).payment(Some(payment.clone())).said_at(at).word(word)];
    let told = move |session| Told { session, checkout_id: None, reports, fetched: false };
    Ok(Some(match body.reference_id.text().and_then(|text| SessionId::parse(text).ok()) {
        Some(session) => Reading::Told(told(session)),
        None => Reading::Ask(Step::find(payment, move |session| Ok(Step::Done(session.map(told))))),
    }))
}

/// An id of something that is asked for.
fn id<'n>(node: &'n Node<'_>, field: &str) -> Result<&'n str, NotUnderstood> {
    node.text().filter(|id| is_id(id)).ok_or_else(|| missing(field))
}
