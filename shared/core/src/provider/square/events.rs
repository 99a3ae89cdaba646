//! What Square's events say.

use serde::Deserialize;

use super::object::{Node, Object, is_id, missing};
use super::requests::{self, Envelope};
use super::{Account, status};
use crate::payment::{Kind, Moment, Report, SessionId};
use crate::provider::{Event, Failure, NotUnderstood, Reading, Step, Told, Verified};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Delivery<'a> {
    #[serde(borrow)]
    event_id: Node<'a>,
    #[serde(rename = "type")]
    word: Node<'a>,
    created_at: Node<'a>,
    data: Node<'a, Data<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data<'a> {
    #[serde(borrow)]
    object: Node<'a, Subject<'a>>,
}

/// The object stands under the name of its kind.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Subject<'a> {
    #[serde(borrow)]
    payment: Node<'a, Object<'a>>,
    refund: Node<'a, Object<'a>>,
    dispute: Node<'a, Object<'a>>,
    order_updated: Node<'a, Object<'a>>,
}

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Topic {
    Payment,
    Refund,
    Dispute,
    Order,
}

/// The types of events (developer.squareup.com/docs/webhooks/v2webhook-events-tech-ref). None for those that say
/// nothing of money.
fn topic(word: &str) -> Result<Option<Topic>, NotUnderstood> {
    Ok(Some(match word {
        "payment.created" | "payment.updated" => Topic::Payment,
        "refund.created" | "refund.updated" => Topic::Refund,
        // The last is the name of old API versions.
        "dispute.created" | "dispute.state.updated" | "dispute.state.changed" => Topic::Dispute,
        "order.updated" => Topic::Order,
        // Papers that go to the bank: what they lead to is a state of the dispute.
        evidence if evidence.starts_with("dispute.evidence.") => return Ok(None),
        other if ["payment.", "refund.", "dispute."].iter().any(|family| other.starts_with(family)) => {
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
    let delivery: Delivery<'_> = verified.json()?;
    let id = delivery.event_id.text().ok_or_else(|| shape("event_id"))?;
    let word = delivery.word.text().ok_or_else(|| shape("type"))?;
    let sent_at = delivery.created_at.text().and_then(Moment::parse_rfc3339);
    let mut at = sent_at.ok_or_else(|| shape("created_at"))?;
    let mut readings = Vec::new();
    if let Some(topic) = topic(word)? {
        let subject = delivery.data.of().and_then(|data| data.object.of());
        let object = subject.and_then(|subject| match topic {
            Topic::Payment => subject.payment.of(),
            Topic::Refund => subject.refund.of(),
            Topic::Dispute => subject.dispute.of(),
            Topic::Order => subject.order_updated.of(),
        });
        let object = object.ok_or_else(|| shape("data.object"))?;
        at = object.changed_at().unwrap_or(at);
        readings.extend(reading(account, topic, object, |report| report.said_at(Some(at)).word(word))?);
    }
    Ok(vec![Event { id: Some(id.to_owned()), word: word.to_owned(), at: Some(at), readings }])
}

/// What an object says. None where it says nothing of a payment of ours.
fn reading(
    account: &Account,
    topic: Topic,
    object: &Object<'_>,
    as_told: impl Fn(Report) -> Report,
) -> Result<Option<Reading>, NotUnderstood> {
    if object.is_elsewhere(account) {
        return Ok(None);
    }
    let report = match topic {
        Topic::Payment => status::of_payment(object)?,
        Topic::Refund => status::of_refund(object, None)?,
        Topic::Dispute => match status::of_dispute(object)? {
            Some(report) => report,
            None => return Ok(None),
        },
        // Whatever else an order says, its payments say it with their amounts.
        Topic::Order if object.state.text() == Some("CANCELED") => Report::new(Kind::Cancelled),
        Topic::Order => return Ok(None),
    };
    let payment = report.payment.clone();
    let reports = vec![as_told(report)];
    let told = move |session| Told { session, checkout_id: None, reports, fetched: false };
    Ok(match (topic, object.session()) {
        (Topic::Payment, Some(session)) => Some(Reading::Told(told(session))),
        (Topic::Payment | Topic::Order, _) => match object.order_id.text() {
            Some(order) => {
                let order = Some(order).filter(|order| is_id(order)).ok_or_else(|| missing("order_id"))?;
                Some(Reading::Ask(of_order(account, order).map(|session| session.map(told))))
            }
            // A payment without an order was not made by a link, so not by us.
            None if topic == Topic::Payment => None,
            None => return Err(missing("order_id")),
        },
        (Topic::Refund | Topic::Dispute, _) => payment.map(|payment| {
            let path = format!("/v2/payments/{}", requests::segment(payment.as_str()));
            let asking = account.clone();
            Reading::Ask(Step::send(requests::get(account, &path), move |answer| {
                let Envelope { payment, .. } = requests::body(answer)?;
                let payment = payment.of().ok_or_else(|| missing("payment"))?;
                whose_is(&asking, payment).map(|step| step.map(|session| session.map(told)))
            }))
        }),
    })
}

/// Whose a payment is: its note says so, or its order.
pub(super) fn whose_is(account: &Account, payment: &Object<'_>) -> Result<Step<Option<SessionId>>, Failure> {
    if payment.is_elsewhere(account) {
        return Ok(Step::Done(None));
    }
    Ok(match (payment.session(), payment.order_id.text().filter(|order| is_id(order))) {
        (None, Some(order)) => of_order(account, order),
        (session, _) => Step::Done(session),
    })
}

/// Whose an order is: its reference says so.
fn of_order(account: &Account, order: &str) -> Step<Option<SessionId>> {
    let path = format!("/v2/orders/{}", requests::segment(order));
    let asking = account.clone();
    Step::send(requests::get(account, &path), move |answer| {
        let Envelope { order, .. } = requests::body(answer)?;
        let order = order.of().ok_or_else(|| missing("order"))?;
        Ok(Step::Done(order.session().filter(|_| !order.is_elsewhere(&asking))))
    })
}
