//! What Stripe's events say.

use serde::Deserialize;

use super::object::{Node, Object, missing, payment_id};
use super::status::{self, Truth};
use super::{Account, requests};
use crate::payment::{Kind, Moment, Money, Report};
use crate::provider::{Event, NotUnderstood, Reading, Step, Told, Verified};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    id: Node<'a>,
    object: Node<'a>,
    #[serde(rename = "type")]
    word: Node<'a>,
    created: Node<'a>,
    livemode: Node<'a>,
    /// Of a snapshot event.
    data: Node<'a, Data<'a>>,
    /// Of a thin event.
    related_object: Node<'a, Object<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data<'a> {
    #[serde(borrow)]
    object: Node<'a, Object<'a>>,
}

impl<'a> Envelope<'a> {
    /// What a snapshot event is about.
    pub(super) fn object_of(&self) -> Option<&Object<'a>> {
        self.data.of()?.object.of()
    }
}

/// What an event is about, and so how its object is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Topic {
    Checkout,
    Intent,
    Charge,
    Refund,
    Dispute,
    Review,
}

/// The types of events (docs.stripe.com/api/events/types). None for those that say nothing of money.
fn topic(word: &str) -> Result<Option<Topic>, NotUnderstood> {
    const ABOUT_PAYMENTS: [&str; 6] =
        ["checkout.", "payment_intent.", "charge.", "refund.", "review.", "radar."];
    Ok(Some(match word {
        "checkout.session.completed"
        | "checkout.session.async_payment_succeeded"
        | "checkout.session.async_payment_failed"
        | "checkout.session.expired" => Topic::Checkout,
        "payment_intent.succeeded"
        | "payment_intent.processing"
        | "payment_intent.payment_failed"
        | "payment_intent.canceled" => Topic::Intent,
        "charge.refunded" => Topic::Charge,
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => Topic::Refund,
        "charge.dispute.created"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.updated"
        | "charge.dispute.closed" => Topic::Dispute,
        "review.opened" => Topic::Review,
        // Steps on the way: what they lead to has an event of its own.
        "payment_intent.created"
        | "payment_intent.requires_action"
        | "payment_intent.partially_funded"
        | "payment_intent.amount_capturable_updated"
        | "charge.succeeded"
        | "charge.failed"
        | "charge.pending"
        | "charge.updated"
        | "charge.captured"
        | "charge.dispute.funds_reinstated"
        | "review.closed"
        | "radar.early_fraud_warning.created"
        | "radar.early_fraud_warning.updated" => return Ok(None),
        other if ABOUT_PAYMENTS.iter().any(|family| other.starts_with(family)) => {
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
    let id = event.id.text().ok_or_else(|| shape("id"))?;
    let word = event.word.text().ok_or_else(|| shape("type"))?;
    if event.livemode.flag().ok_or_else(|| shape("livemode"))? != account.live {
        return Err(NotUnderstood::Mode);
    }
    let (at, reading) = match event.object.text() {
        Some("event") => {
            let at = event.created.number().map(Moment::from_seconds).ok_or_else(|| shape("created"))?;
            let reading = match topic(word)? {
                Some(topic) => {
                    let object = event.data.of().and_then(|data| data.object.of());
                    snapshot(account, topic, word, at, object.ok_or_else(|| shape("data.object"))?)?
                }
                None => None,
            };
            (at, reading)
        }
        // A thin event names an object and says nothing of it.
        Some("v2.core.event") => {
            let at = event.created.text().and_then(Moment::parse_rfc3339).ok_or_else(|| shape("created"))?;
            let reading = match topic(word.strip_prefix("v1.").unwrap_or(word))? {
                Some(topic) => {
                    let id = event.related_object.of().and_then(|object| object.id.text());
                    Some(Reading::Ask(ask(account, topic, id.ok_or_else(|| shape("related_object.id"))?)))
                }
                None => None,
            };
            (at, reading)
        }
        _ => return Err(shape("object")),
    };
    let readings = reading.into_iter().collect();
    Ok(vec![Event { id: Some(id.to_owned()), word: word.to_owned(), at: Some(at), readings }])
}

/// An event that carries its object.
fn snapshot(
    account: &Account,
    topic: Topic,
    word: &str,
    at: Moment,
    object: &Object<'_>,
) -> Result<Option<Reading>, NotUnderstood> {
    let session = object.session();
    // A checkout and an intent of ours always carry our id: without it they are somebody else's.
    if session.is_none() && matches!(topic, Topic::Checkout | Topic::Intent) {
        return Ok(None);
    }
    let payment = match topic {
        Topic::Intent => Some(payment_id(object.id.text().ok_or_else(|| missing("id"))?)?),
        _ => object.intent()?,
    };
    let Some(report) = said(topic, word, object)? else {
        return Ok(payment
            .map(|payment| Reading::Ask(status::of_intent(account, payment.as_str()).map(Truth::told))));
    };
    let reports = vec![report.payment(payment.clone()).said_at(Some(at)).word(word)];
    let checkout_id = object.id.text().filter(|_| topic == Topic::Checkout).map(str::to_owned);
    let told = move |session| Told { session, checkout_id, reports, fetched: false };
    Ok(match (session, payment) {
        (Some(session), _) => Some(Reading::Told(told(session))),
        // What happened is said, and which session it happened to is in the payment intent.
        (None, Some(payment)) => {
            let path = format!("/v1/payment_intents/{}", requests::segment(payment.as_str()));
            Some(Reading::Ask(Step::send(requests::get(account, &path), move |answer| {
                Ok(Step::Done(requests::body::<Object<'_>>(answer)?.session().map(told)))
            })))
        }
        // A payment without an intent was not made by a checkout, so not by us.
        (None, None) => None,
    })
}

/// What an object says, without whom it is about and when. None where only the checkout's own state can tell.
fn said(topic: Topic, word: &str, object: &Object<'_>) -> Result<Option<Report>, NotUnderstood> {
    let kind = match topic {
        Topic::Checkout => checkout(word, object)?,
        Topic::Intent => match word {
            "payment_intent.succeeded" => {
                Kind::Paid(object.money(&object.amount_received, "amount_received")?)
            }
            "payment_intent.processing" => Kind::Processing,
            "payment_intent.payment_failed" => {
                return Ok(Some(Report::new(Kind::AttemptDeclined).reason(object.declined())));
            }
            // Canceled: the checkout expired, or the payment failed for good.
            _ => return Ok(None),
        },
        // Its running total counts the refunds that are under way too; each has a state of its own.
        Topic::Charge => return Ok(None),
        Topic::Refund => return status::of_refund(object, None).map(Some),
        Topic::Dispute => return status::of_dispute(object),
        // It does not hold the money: the payment may be paid already.
        Topic::Review => return Ok(Some(Report::new(Kind::Review).reason(object.reason.text()))),
    };
    Ok(Some(Report::new(kind)))
}

fn checkout(word: &str, object: &Object<'_>) -> Result<Kind, NotUnderstood> {
    let total = || object.money(&object.amount_total, "amount_total");
    Ok(match (word, object.payment_status.text()) {
        ("checkout.session.async_payment_succeeded", _) => Kind::Paid(total()?),
        ("checkout.session.async_payment_failed", _) => Kind::Failed,
        ("checkout.session.expired", _) => Kind::Expired,
        // Completed: the customer is done. It does not mean that the money is there. A voucher that has still to be paid is
        // told so too, for it outlives every session: nobody is asked to pay a second time.
        (_, Some("paid")) => Kind::Paid(total()?),
        (_, Some("unpaid")) => Kind::Processing,
        (_, Some("no_payment_required")) => Kind::Paid(nothing_of(total()?)),
        _ => return Err(missing("payment_status")),
    })
}

/// 0 of the same currency.
pub(super) fn nothing_of(total: Money) -> Money {
    Money::new(0, total.currency()).unwrap_or(total)
}

/// What is true of the object that a thin event names. The URL that it carries is not used: where we send our key to
/// is not for a message to say.
fn ask(account: &Account, topic: Topic, id: &str) -> Step<Option<Told>> {
    let objects = match topic {
        Topic::Checkout => return status::of_checkout(account, id).map(Truth::told),
        Topic::Intent => return status::of_intent(account, id).map(Truth::told),
        Topic::Charge => "charges",
        Topic::Refund => "refunds",
        Topic::Dispute => "disputes",
        Topic::Review => "reviews",
    };
    let path = format!("/v1/{objects}/{}?expand[]=payment_intent", requests::segment(id));
    let asking = account.clone();
    Step::send(requests::get(account, &path), move |answer| {
        let object: Object<'_> = requests::body(answer)?;
        let payment = object.intent()?;
        let Some(report) = said(topic, "", &object)? else {
            return Ok(match payment {
                Some(payment) => status::of_intent(&asking, payment.as_str()).map(Truth::told),
                None => Step::Done(None),
            });
        };
        let reports = vec![status::now(report.payment(payment), &object, answer)];
        let told = |session| Told { session, checkout_id: None, reports, fetched: true };
        Ok(Step::Done(object.session().map(told)))
    })
}
