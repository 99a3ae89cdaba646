//! What Paystack's events say.

use serde::Deserialize;

use super::object::{Node, Object, missing};
use super::{Account, requests, status};
use crate::payment::{Kind, Moment, Refund, RefundId, Report};
use crate::provider::{Event, NotUnderstood, Reading, Step, Told, Verified};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Delivery<'a> {
    #[serde(borrow)]
    event: Node<'a>,
    data: Node<'a, Object<'a>>,
}

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Topic {
    Charge,
    Refund,
    Dispute,
}

/// The types of events (Paystack's page on webhooks). None for those that say nothing of money.
fn topic(word: &str) -> Result<Option<Topic>, NotUnderstood> {
    Ok(Some(match word {
        "charge.success" => Topic::Charge,
        "refund.pending"
        | "refund.processing"
        | "refund.needs-attention"
        | "refund.processed"
        | "refund.failed" => Topic::Refund,
        "charge.dispute.create" | "charge.dispute.resolve" => Topic::Dispute,
        // A dispute that is open already.
        "charge.dispute.remind" => return Ok(None),
        other if ["charge.", "refund."].iter().any(|family| other.starts_with(family)) => {
            return Err(NotUnderstood::Kind);
        }
        _ => return Ok(None),
    }))
}

pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let shape = |what: &str| NotUnderstood::Shape(what.to_owned());
    let delivery: Delivery<'_> = verified.json()?;
    let word = delivery.event.text().ok_or_else(|| shape("event"))?;
    let mut event = Event { id: None, word: word.to_owned(), at: None, readings: Vec::new() };
    let Some(topic) = topic(word)? else { return Ok(vec![event]) };
    let object = delivery.data.of().ok_or_else(|| shape("data"))?;
    // A reference that is none of our session ids is somebody else's payment.
    let Some(session) = object.session() else { return Ok(vec![event]) };
    let live = match object.domain.text() {
        Some("live") => true,
        Some("test") => false,
        _ => return Err(missing("domain")),
    };
    if live != account.live {
        return Err(NotUnderstood::Mode);
    }
    event.at = at(topic, word, object);
    let as_told = |report: Report| Told {
        session,
        checkout_id: Some(super::reference(session)),
        reports: vec![report.said_at(event.at).word(word)],
        fetched: false,
    };
    event.readings = vec![match topic {
        Topic::Charge => {
            let report = Report::new(Kind::Paid(object.came()?)).payment(Some(object.payment_id()?));
            Reading::Told(as_told(report))
        }
        // The money of a dispute is told by the dispute.
        Topic::Refund if object.dispute.number().is_some() => return Ok(vec![event]),
        Topic::Refund => match of_refund(word, object)? {
            Some(report) => Reading::Told(as_told(report)),
            // An older layout: without an id two refunds of one amount are one.
            None => Reading::Ask(status::of_session(account, session).map(move |reports| {
                let checkout_id = Some(super::reference(session));
                Some(Told { session, checkout_id, reports, fetched: true })
            })),
        },
        Topic::Dispute => match (word, object.resolution.text()) {
            ("charge.dispute.create", _) | (_, Some("merchant-accepted" | "auto-accepted" | "declined")) => {
                let report = status::of_dispute(object)?.ok_or_else(|| missing("status"))?;
                Reading::Told(as_told(report))
            }
            // How it ended is not said here.
            _ => {
                let id = object.id().ok_or_else(|| missing("id"))?;
                let path = format!("/dispute/{}", requests::segment(&id));
                Reading::Ask(Step::send(requests::get(account, &path), move |answer| {
                    let requests::Envelope { data } = requests::body(answer)?;
                    let dispute = data.of().ok_or_else(|| missing("data"))?;
                    let checkout_id = Some(super::reference(session));
                    let told = |report| Told { session, checkout_id, reports: vec![report], fetched: true };
                    Ok(Step::Done(status::of_dispute(dispute)?.map(told)))
                }))
            }
        },
    }];
    Ok(vec![event])
}

/// The provider's own time of an event. Those of refunds have none.
fn at(topic: Topic, word: &str, object: &Object<'_>) -> Option<Moment> {
    match (topic, word) {
        (Topic::Charge, _) => object.paid_at(),
        (Topic::Refund, _) => None,
        (Topic::Dispute, "charge.dispute.create") => object.made_at(),
        (Topic::Dispute, _) => object.ended_at(),
    }
}

/// What an event says of a refund. None where it does not say which one.
fn of_refund(word: &str, refund: &Object<'_>) -> Result<Option<Report>, NotUnderstood> {
    let Some(id) = refund.id().and_then(|id| RefundId::parse(&id).ok()) else { return Ok(None) };
    let said = Refund { id, request: refund.our_refund(), money: refund.money()? };
    Ok(Some(Report::new(match word {
        "refund.processed" => Kind::Refunded(said),
        "refund.failed" => Kind::RefundFailed(said),
        _ => Kind::RefundPending(said),
    })))
}
