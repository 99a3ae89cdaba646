//! What Razorpay's events say.

use serde::Deserialize;

use super::object::{Entity, Node, is_id, missing, payment_id};
use super::requests::{self, segment};
use super::{Account, status};
use crate::payment::{DisputeId, Kind, Loss, Moment, ProviderPaymentId, Report, SessionId};
use crate::provider::{Event, NotUnderstood, Reading, Step, Told, Verified};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Delivery<'a> {
    #[serde(borrow)]
    event: Node<'a>,
    created_at: Node<'a>,
    payload: Node<'a, Payload<'a>>,
}

/// The entities that an event is about, each under the name of its kind.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload<'a> {
    #[serde(borrow)]
    payment_link: Node<'a, Wrapped<'a>>,
    order: Node<'a, Wrapped<'a>>,
    payment: Node<'a, Wrapped<'a>>,
    refund: Node<'a, Wrapped<'a>>,
    dispute: Node<'a, Wrapped<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wrapped<'a> {
    #[serde(borrow)]
    entity: Node<'a, Entity<'a>>,
}

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Topic {
    Link,
    Order,
    Payment,
    Refund,
    Dispute,
}

/// The types of events (razorpay/markdown-docs, webhooks/all). None for those that say nothing of money.
fn topic(word: &str) -> Result<Option<Topic>, NotUnderstood> {
    const ABOUT_PAYMENTS: [&str; 4] = ["payment.", "payment_link.", "order.", "refund."];
    Ok(Some(match word {
        "payment_link.paid"
        | "payment_link.partially_paid"
        | "payment_link.expired"
        | "payment_link.cancelled" => Topic::Link,
        "order.paid" => Topic::Order,
        "payment.authorized" | "payment.captured" | "payment.failed" => Topic::Payment,
        "refund.created" | "refund.processed" | "refund.failed" => Topic::Refund,
        "payment.dispute.created"
        | "payment.dispute.won"
        | "payment.dispute.lost"
        | "payment.dispute.closed" => Topic::Dispute,
        // Steps on the way, and news of banks.
        "payment.dispute.under_review"
        | "payment.dispute.action_required"
        | "payment.downtime.started"
        | "payment.downtime.updated"
        | "payment.downtime.resolved"
        | "refund.speed_changed" => return Ok(None),
        other if ABOUT_PAYMENTS.iter().any(|family| other.starts_with(family)) => {
            return Err(NotUnderstood::Kind);
        }
        _ => return Ok(None),
    }))
}

pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let shape = |what: &str| NotUnderstood::Shape(what.to_owned());
    let delivery: Delivery<'_> = verified.json()?;
    let word = delivery.event.text().ok_or_else(|| shape("event"))?;
    let sent_at = delivery.created_at.number().map(Moment::from_seconds);
    let mut at = sent_at.ok_or_else(|| shape("created_at"))?;
    let mut readings = Vec::new();
    if let Some(topic) = topic(word)? {
        let payload = delivery.payload.of().ok_or_else(|| shape("payload"))?;
        if let (Topic::Link, Some(link)) = (topic, entity(&payload.payment_link)) {
            // A link event's own time is often that of the link's creation.
            at = link.became_so_at().unwrap_or(at);
        }
        let as_told = |report: Report| report.said_at(Some(at)).word(word);
        readings.extend(match topic {
            Topic::Link => of_link(word, payload, as_told)?,
            Topic::Order => of_order(payload, as_told)?,
            Topic::Payment | Topic::Refund | Topic::Dispute => {
                of_payment(account, topic, word, payload, as_told)?
            }
        });
    }
    // No id: the header that has one is not signed.
    Ok(vec![Event { id: None, word: word.to_owned(), at: Some(at), readings }])
}

fn entity<'b, 'a>(node: &'b Node<'a, Wrapped<'a>>) -> Option<&'b Entity<'a>> {
    node.of()?.entity.of()
}

fn told(session: SessionId, checkout_id: Option<&str>, report: Report) -> Reading {
    let checkout_id = checkout_id.map(str::to_owned);
    Reading::Told(Told { session, checkout_id, reports: vec![report], fetched: false })
}

/// A link that is not ours is somebody else's: one of ours never loses its reference.
fn of_link(
    word: &str,
    payload: &Payload<'_>,
    as_told: impl Fn(Report) -> Report,
) -> Result<Option<Reading>, NotUnderstood> {
    let link = entity(&payload.payment_link).ok_or_else(|| missing("payment_link"))?;
    let Some(session) = link.session() else { return Ok(None) };
    let report = match word {
        "payment_link.expired" => Report::new(Kind::Expired),
        "payment_link.cancelled" => Report::new(Kind::Cancelled),
        _ => {
            let payment = entity(&payload.payment).ok_or_else(|| missing("payment"))?.own_payment_id()?;
            Report::new(Kind::Paid(link.money(&link.amount_paid, "amount_paid")?)).payment(Some(payment))
        }
    };
    Ok(Some(told(session, link.id.text(), as_told(report))))
}

/// The same money as the link's and the payment's, under the same payment id.
fn of_order(
    payload: &Payload<'_>,
    as_told: impl Fn(Report) -> Report,
) -> Result<Option<Reading>, NotUnderstood> {
    let order = entity(&payload.order).ok_or_else(|| missing("order"))?;
    let Some(session) = order.session() else { return Ok(None) };
    let payment = entity(&payload.payment).ok_or_else(|| missing("payment"))?.own_payment_id()?;
    let paid = Kind::Paid(order.money(&order.amount_paid, "amount_paid")?);
    Ok(Some(told(session, None, as_told(Report::new(paid).payment(Some(payment))))))
}

/// What an event says of a payment, once it is known whether its money was ever captured.
type Says = Box<dyn FnOnce(bool) -> Option<Report> + Send>;

fn of_payment(
    account: &Account,
    topic: Topic,
    word: &str,
    payload: &Payload<'_>,
    as_told: impl Fn(Report) -> Report,
) -> Result<Option<Reading>, NotUnderstood> {
    let payment = entity(&payload.payment);
    let (id, says): (ProviderPaymentId, Says) = match topic {
        Topic::Refund => {
            let refund = entity(&payload.refund).ok_or_else(|| missing("refund"))?;
            let id = payment_id(&refund.payment_id, "payment_id")?;
            (id.clone(), of_refund(word, refund, id, as_told)?)
        }
        Topic::Dispute => {
            let dispute = entity(&payload.dispute).ok_or_else(|| missing("dispute"))?;
            let id = payment_id(&dispute.payment_id, "payment_id")?;
            let report = as_told(of_dispute(word, dispute)?.payment(Some(id.clone())));
            (id, Box::new(|_| Some(report)))
        }
        _ => {
            let payment = payment.ok_or_else(|| missing("payment"))?;
            let id = payment.own_payment_id()?;
            let report = match word {
                "payment.authorized" => Report::new(Kind::Processing),
                "payment.captured" => Report::new(Kind::Paid(payment.money(&payment.amount, "amount")?)),
                _ => Report::new(Kind::AttemptDeclined).reason(payment.error_reason.text()),
            };
            let report = as_told(report.payment(Some(id.clone())));
            (id, Box::new(|_| Some(report)))
        }
    };
    let Some(payment) = payment else {
        let path = format!("/v1/payments/{}", segment(id.as_str()));
        let asking = account.clone();
        return Ok(Some(Reading::Ask(Step::send(requests::get(account, &path), move |answer| {
            let payment: Entity<'_> = requests::body(answer)?;
            let report = says(payment.is_captured());
            Ok(whose_is(&asking, &payment)?.map(move |session| tell(session, report)))
        }))));
    };
    let report = says(payment.is_captured());
    if report.is_none() {
        return Ok(None);
    }
    Ok(match whose_is(account, payment)? {
        Step::Done(session) => tell(session, report).map(Reading::Told),
        asked => Some(Reading::Ask(asked.map(move |session| tell(session, report)))),
    })
}

fn tell(session: Option<SessionId>, report: Option<Report>) -> Option<Told> {
    Some(Told { session: session?, checkout_id: None, reports: vec![report?], fetched: false })
}

/// Whose a payment, a link or an order is: its notes or its reference say so, or, where they are lost, its order.
pub(super) fn whose_is(
    account: &Account,
    payment: &Entity<'_>,
) -> Result<Step<Option<SessionId>>, NotUnderstood> {
    let order = match (payment.session(), payment.order_id.text()) {
        (None, Some(order)) if !payment.has_notes() => order,
        (session, _) => return Ok(Step::Done(session)),
    };
    let order = Some(order).filter(|order| is_id(order)).ok_or_else(|| missing("order_id"))?;
    Ok(Step::send(requests::get(account, &format!("/v1/orders/{}", segment(order))), |answer| {
        Ok(Step::Done(requests::body::<Entity<'_>>(answer)?.session()))
    }))
}

/// A refund. What was never captured goes back by itself, and is no refund of money that came.
fn of_refund(
    word: &str,
    refund: &Entity<'_>,
    payment: ProviderPaymentId,
    as_told: impl Fn(Report) -> Report,
) -> Result<Says, NotUnderstood> {
    let said = status::refund_of(refund, None)?;
    let (kind, is_final) = match word {
        // Whatever the entity says by then: what follows has an event of its own.
        "refund.created" => (Kind::RefundPending(said), false),
        "refund.processed" => (Kind::Refunded(said), true),
        _ => (Kind::RefundFailed(said), false),
    };
    let report = |kind| as_told(Report::new(kind).payment(Some(payment.clone())));
    let (refunded, declined) = (report(kind), is_final.then(|| report(Kind::AttemptDeclined)));
    Ok(Box::new(|captured| if captured { Some(refunded) } else { declined }))
}

/// A dispute. What it is about is the whole of its amount until it is lost; then it is what was deducted.
fn of_dispute(word: &str, dispute: &Entity<'_>) -> Result<Report, NotUnderstood> {
    let id = dispute.id.text().and_then(|text| DisputeId::parse(text).ok());
    let amount = dispute.money(&dispute.amount, "amount")?;
    let deducted = dispute.money(&dispute.amount_deducted, "amount_deducted")?;
    let loss = |money| Loss { dispute: id.clone(), money: Some(money) };
    if id.is_none() {
        return Err(missing("id"));
    }
    let nothing_deducted = deducted.minor() == 0;
    let kind = match word {
        "payment.dispute.created" => Kind::DisputeOpened(loss(amount)),
        "payment.dispute.won" => Kind::DisputeWon(loss(amount)),
        // Closed: a question was answered, or the shop refunded. Nothing is lost where nothing was deducted.
        "payment.dispute.closed" if nothing_deducted => Kind::DisputeWon(loss(amount)),
        // Lost, and not deducted yet.
        _ if nothing_deducted => Kind::DisputeLost(loss(amount)),
        _ => Kind::DisputeLost(loss(deducted)),
    };
    Ok(Report::new(kind).reason(dispute.reason_code.text()))
}
