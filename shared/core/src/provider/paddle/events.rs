//! What Paddle's events say.

use serde::Deserialize;

use super::wire::{Object, transaction_id};
use super::{Account, requests, status};
use crate::payment::{Kind, Moment, Report};
use crate::provider::json::Node;
use crate::provider::{Event, NotUnderstood, Reading, Step, Told, Verified};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope<'a> {
    #[serde(borrow)]
    event_id: Node<'a>,
    event_type: Node<'a>,
    occurred_at: Node<'a>,
    data: Node<'a, Object<'a>>,
}

/// What an event is about, and so how its object is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Topic {
    Transaction,
    Adjustment,
}

/// The types of events (developer.paddle.com/webhooks). None for those that say nothing of money.
fn topic(word: &str) -> Result<Option<Topic>, NotUnderstood> {
    Ok(Some(match word {
        "transaction.payment_failed"
        | "transaction.paid"
        | "transaction.completed"
        | "transaction.canceled" => Topic::Transaction,
        "adjustment.created" | "adjustment.updated" => Topic::Adjustment,
        // Steps on the way, and two of invoices, which are never ours.
        "transaction.created"
        | "transaction.ready"
        | "transaction.updated"
        | "transaction.billed"
        | "transaction.past_due"
        | "transaction.revised" => return Ok(None),
        other if ["transaction.", "adjustment."].iter().any(|family| other.starts_with(family)) => {
            return Err(NotUnderstood::Kind);
        }
        _ => return Ok(None),
    }))
}

/// Whether events of this type say something that is read.
#[cfg(test)]
pub(super) fn is_read(word: &str) -> bool {
    topic(word).is_ok_and(|topic| topic.is_some())
}

pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let shape = |what: &str| NotUnderstood::Shape(what.to_owned());
    let event: Envelope<'_> = verified.json()?;
    let id = event.event_id.text().ok_or_else(|| shape("event_id"))?;
    let word = event.event_type.text().ok_or_else(|| shape("event_type"))?;
    let at = event.occurred_at.text().and_then(Moment::parse_rfc3339);
    let at = at.ok_or_else(|| shape("occurred_at"))?;
    let object = || event.data.of().ok_or_else(|| shape("data"));
    let readings = match topic(word)? {
        Some(Topic::Transaction) => transaction(word, at, object()?)?.into_iter().collect(),
        Some(Topic::Adjustment) => adjustment(account, word, at, object()?)?,
        None => Vec::new(),
    };
    Ok(vec![Event { id: Some(id.to_owned()), word: word.to_owned(), at: Some(at), readings }])
}

fn transaction(word: &str, at: Moment, object: &Object<'_>) -> Result<Option<Reading>, NotUnderstood> {
    // One of ours always carries our id: without it, it is somebody else's.
    let Some(session) = object.session() else { return Ok(None) };
    let payment = transaction_id(&object.id, "id")?;
    let kind = match word {
        // Two events of one payment, seconds apart: it is counted once, by its id.
        "transaction.paid" | "transaction.completed" => Kind::Paid(object.grand_total()?),
        "transaction.payment_failed" => Kind::AttemptDeclined,
        _ => Kind::Cancelled,
    };
    let declined = object.newest().filter(|_| kind == Kind::AttemptDeclined);
    let reason = declined.and_then(|declined| declined.error_code.text());
    let checkout_id = Some(payment.to_string());
    let report = Report::new(kind).payment(Some(payment)).said_at(Some(at)).word(word).reason(reason);
    Ok(Some(Reading::Told(Told { session, checkout_id, reports: vec![report], fetched: false })))
}

/// What happened is said, and which session it happened to is in the transaction.
fn adjustment(
    account: &Account,
    word: &str,
    at: Moment,
    object: &Object<'_>,
) -> Result<Vec<Reading>, NotUnderstood> {
    // What becomes of a chargeback is an adjustment of its own. The old one is updated after it, and dated so: told
    // again then, a chargeback that was won would look lost.
    let is_chargeback = object.action.text().is_some_and(|action| action.starts_with("chargeback"));
    if word == "adjustment.updated" && is_chargeback {
        return Ok(Vec::new());
    }
    let kinds = status::of_adjustment(object)?;
    let payment = transaction_id(&object.transaction_id, "transaction_id")?;
    let reading = |kind| {
        let report = Report::new(kind).payment(Some(payment.clone())).said_at(Some(at)).word(word);
        let checkout_id = Some(payment.to_string());
        let told = move |session| Told { session, checkout_id, reports: vec![report], fetched: false };
        let request = requests::get_transaction(account, payment.as_str());
        Reading::Ask(Step::send(request, move |answer| {
            Ok(Step::Done(requests::data(answer)?.session().map(told)))
        }))
    };
    Ok(kinds.into_iter().map(reading).collect())
}
