//! What PayPal's events are about. None of them is believed: each is a question that is worth asking now.
//!
//! | `event_type` | what is asked |
//! | --- | --- |
//! | `CHECKOUT.ORDER.…` | the order; one that is approved is captured, where it is still wanted |
//! | `CHECKOUT.PAYMENT-APPROVAL.REVERSED` | the order: failed, unless it was captured after all, or is not wanted |
//! | `PAYMENT.CAPTURE.COMPLETED`, `.PENDING`, `.DENIED`, `.DECLINED` | the capture |
//! | `PAYMENT.CAPTURE.REFUNDED`, `PAYMENT.REFUND.…` | the refund, then its capture |
//! | `PAYMENT.CAPTURE.REVERSED` | the refund that it is told as, then its capture |
//! | `CUSTOMER.DISPUTE.CREATED`, `.UPDATED`, `.RESOLVED` | the dispute, then each capture that it names |
//! | any other | nothing |
//!
//! Source: developer.paypal.com/api/rest/webhooks/event-names. `RISK.DISPUTE.CREATED` is the old name of a dispute's
//! event, and `PAYMENT.SALE.…` is of the API before this one.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::object::{Dispute, Node, Order, Piece, dispute_id, missing, moment, provider_id, session_id};
use super::requests::with_token;
use super::{Account, captured, status};
use crate::payment::{Kind, Moment, Report};
use crate::provider::{Event, NotUnderstood, Reading, Step, Told, json};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Node<'a>,
    event_type: Node<'a>,
    create_time: Node<'a>,
    /// Read once its type is known.
    resource: Option<&'a RawValue>,
}

/// What an event is about, and so how its resource is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Topic {
    Order,
    ApprovalReversed,
    Capture,
    Refund,
    Reversal,
    Dispute,
}

/// Captures of one dispute that are asked about: each costs requests, and all have to fit into one delivery.
const DISPUTED_MAX: usize = 5;

/// None for an event that says nothing of money.
fn topic(word: &str) -> Result<Option<Topic>, NotUnderstood> {
    const ABOUT_PAYMENTS: [&str; 3] = ["PAYMENT.CAPTURE.", "CHECKOUT.PAYMENT-APPROVAL.", "CUSTOMER.DISPUTE."];
    Ok(Some(match word {
        "CHECKOUT.PAYMENT-APPROVAL.REVERSED" => Topic::ApprovalReversed,
        "PAYMENT.CAPTURE.COMPLETED"
        | "PAYMENT.CAPTURE.PENDING"
        | "PAYMENT.CAPTURE.DENIED"
        | "PAYMENT.CAPTURE.DECLINED" => Topic::Capture,
        "PAYMENT.CAPTURE.REFUNDED" => Topic::Refund,
        "PAYMENT.CAPTURE.REVERSED" => Topic::Reversal,
        "CUSTOMER.DISPUTE.CREATED" | "CUSTOMER.DISPUTE.UPDATED" | "CUSTOMER.DISPUTE.RESOLVED" => {
            Topic::Dispute
        }
        // Whatever happened to an order or a refund, it can be asked for by its id.
        _ if word.starts_with("CHECKOUT.ORDER.") => Topic::Order,
        _ if word.starts_with("PAYMENT.REFUND.") => Topic::Refund,
        _ if ABOUT_PAYMENTS.iter().any(|family| word.starts_with(family)) => return Err(NotUnderstood::Kind),
        _ => return Ok(None),
    }))
}

/// Whether events of this type say something that is read.
#[cfg(test)]
pub(super) fn is_read(word: &str) -> bool {
    topic(word).is_ok_and(|topic| topic.is_some())
}

pub(super) fn read(account: &Account, body: &[u8]) -> Result<Vec<Event>, NotUnderstood> {
    let event: Envelope<'_> = json::object(body).map_err(NotUnderstood::Shape)?;
    let id = event.id.text().ok_or_else(|| missing("id"))?;
    let word = event.event_type.text().ok_or_else(|| missing("event_type"))?;
    let at = moment(&event.create_time).ok_or_else(|| missing("create_time"))?;
    let readings = match topic(word)? {
        Some(topic) => {
            let resource = event.resource.ok_or_else(|| missing("resource"))?.get().as_bytes();
            readings(account, topic, word, at, resource)?
        }
        None => Vec::new(),
    };
    Ok(vec![Event { id: Some(id.to_owned()), word: word.to_owned(), at: Some(at), readings }])
}

fn readings(
    account: &Account,
    topic: Topic,
    word: &str,
    at: Moment,
    resource: &[u8],
) -> Result<Vec<Reading>, NotUnderstood> {
    let ask = |step| Ok(vec![Reading::Ask(step)]);
    match topic {
        Topic::Order | Topic::ApprovalReversed => {
            let order: Order<'_> = parsed(resource)?;
            // Ours always carries our session: without it, it is somebody else's.
            let Some(session) = order.session() else { return Ok(Vec::new()) };
            let id = if topic == Topic::Order { &order.id } else { &order.order_id };
            let id = checked(id.text(), "resource.id")?;
            if topic == Topic::Order {
                return ask(with_token(account, move |caller| {
                    Ok(status::order(&caller, &id).map(|truth| truth.and_then(status::Truth::told)))
                }));
            }
            let reversed = Report::new(Kind::Failed).said_at(Some(at)).word(word);
            ask(with_token(account, move |caller| {
                status::order(&caller, &id).then(move |truth| {
                    if truth.as_ref().is_some_and(|truth| !truth.reports.is_empty()) {
                        return Ok(Step::Done(truth.and_then(status::Truth::told)));
                    }
                    // What the event says is that nothing came, and so says the order, or that there is none any more.
                    let whose = truth.map_or(Some(session), |truth| truth.session);
                    let Some(session) = whose else { return Ok(Step::Done(None)) };
                    let told =
                        Told { session, checkout_id: Some(id), reports: vec![reversed], fetched: false };
                    // It also comes for what we let lapse: then the session is over already, or its order is paid.
                    Ok(Step::take(session, move |wanted| Ok(Step::Done(Some(told).filter(|_| wanted)))))
                })
            }))
        }
        Topic::Capture => {
            let capture: Piece<'_> = parsed(resource)?;
            if session_id(&capture.custom_id).is_none() {
                return Ok(Vec::new());
            }
            let id = checked(capture.id.text(), "resource.id")?;
            ask(with_token(account, move |caller| {
                Ok(captured::captured(&caller, &id).map(|captured| {
                    captured.map(|of| {
                        let report = of.report.clone();
                        of.told(report)
                    })
                }))
            }))
        }
        Topic::Refund | Topic::Reversal => {
            let refund: Piece<'_> = parsed(resource)?;
            // Whoever made it at PayPal wrote nothing of ours on it: whose it is its capture says.
            let id = checked(refund.id.text(), "resource.id")?;
            let capture = refund.capture().map(str::to_owned);
            ask(with_token(account, move |caller| {
                Ok(match topic {
                    Topic::Refund => captured::refund(&caller, &id),
                    _ => captured::reversal(&caller, &id, capture),
                })
            }))
        }
        Topic::Dispute => {
            let dispute: Dispute<'_> = parsed(resource)?;
            let id = dispute.dispute_id.text().and_then(dispute_id);
            let id = id.ok_or_else(|| missing("resource.dispute_id"))?;
            let captures = &dispute.disputed_transactions;
            if captures.is_empty() || captures.len() > DISPUTED_MAX {
                return Err(missing("resource.disputed_transactions"));
            }
            let about = |capture: &super::object::Transaction<'_>| {
                let capture =
                    checked(capture.seller_transaction_id.text(), "resource.disputed_transactions")?;
                Ok(Reading::Ask(disputed(account, id.to_owned(), capture)))
            };
            captures.iter().map(about).collect()
        }
    }
}

fn disputed(account: &Account, id: String, capture: String) -> Step<Option<Told>> {
    with_token(account, move |caller| Ok(captured::dispute(&caller, &id, capture)))
}

fn parsed<'a, T: Deserialize<'a>>(resource: &'a [u8]) -> Result<T, NotUnderstood> {
    json::object(resource).map_err(|place| NotUnderstood::Shape(format!("resource: {place}")))
}

/// An id that may be asked with.
fn checked(id: Option<&str>, place: &str) -> Result<String, NotUnderstood> {
    id.and_then(provider_id).map(str::to_owned).ok_or_else(|| missing(place))
}
