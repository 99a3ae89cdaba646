//! What Mollie's webhooks say.

use serde::Deserialize;

use super::object::{Links, Node, Object, missing, moment, payment_id};
use super::status::{self, Truth};
use super::{Account, requests};
use crate::payment::{Moment, ProviderPaymentId, Report};
use crate::provider::{
    Answer, Event, Failure, NotUnderstood, Reading, Refusal, Step, Told, Verified, Vouched,
};

// The classic kind.

/// The payment that a classic webhook names; none where the body is no such form.
///
/// # Errors
/// [`Refusal::Invalid`] where it names something else than one payment: that never goes into a URL.
pub(super) fn classic_id(body: &[u8]) -> Result<Option<ProviderPaymentId>, Refusal> {
    if body.trim_ascii_start().starts_with(b"{") {
        return Ok(None);
    }
    let mut ids = form_urlencoded::parse(body).filter(|(key, _)| key == "id");
    match (ids.next(), ids.next()) {
        (None, _) => Ok(None),
        (Some((_, id)), None) => payment_id(&id).map(Some).map_err(|_| Refusal::Invalid),
        _ => Err(Refusal::Invalid),
    }
}

/// Asks for the payment that a classic webhook names.
pub(super) fn vouch(account: &Account, id: ProviderPaymentId) -> Step<Result<Vouched, Refusal>> {
    let asking = account.clone();
    Step::send(requests::get_payment(account, id.as_str()), move |answer: &Answer| {
        // Another account's, of the other mode, or invented.
        if answer.status == 404 {
            return Ok(Step::Done(Err(Refusal::Invalid)));
        }
        let reading = match status::truth(&asking, &requests::body(answer)?, id.as_str()) {
            Ok(truth) => truth.told().map(Reading::Told),
            Err(NotUnderstood::Mode) => return Ok(Step::Done(Err(Refusal::Invalid))),
            // The payment is there and says something that is new to us: asked again as of a stored delivery, it is
            // kept for a person to look at. A failure here would only make Mollie repeat it.
            Err(_) => Some(asked_again(&asking, &id)),
        };
        let event = Event { id: None, word: CLASSIC.to_owned(), at: None, readings: Vec::from_iter(reading) };
        Ok(Step::Done(Ok(Vouched::by_the_provider(vec![event]))))
    })
}

/// A classic webhook has no word of its own: it says that something happened to a payment.
const CLASSIC: &str = "payment";

fn asked_again(account: &Account, id: &ProviderPaymentId) -> Reading {
    Reading::Ask(status::of_id(account, id.as_str()).map(Truth::told))
}

// The kind that is signed.

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Node<'a>,
    #[serde(rename = "type")]
    word: Node<'a>,
    entity_id: Node<'a>,
    created_at: Node<'a>,
    /// Absent where the subscription wants the simple payload.
    #[serde(rename = "_embedded")]
    embedded: Node<'a, Embedded<'a>>,
    #[serde(rename = "_links")]
    links: Node<'a, Links<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Embedded<'a> {
    #[serde(borrow)]
    entity: Node<'a, Object<'a>>,
}

/// What an event is about, and so how its entity is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Topic {
    Payment,
    Refund,
    Chargeback,
}

/// The types of events (the list `WebhookEventTypes` in docs.mollie.com/reference/create-webhook). None for those that
/// say nothing of a payment's money: a capture shows in the payment's own events.
///
/// | type | read as |
/// | --- | --- |
/// | `payment.pending`, `.authorized`, `.paid`, `.failed`, `.canceled`, `.expired` | the payment's status |
/// | `refund.queued`, `.pending`, `.processing`, `.refunded`, `.failed`, `.canceled` | the refund's status |
/// | `chargeback.received`, `.reversed` | the chargeback |
fn topic(word: &str) -> Result<Option<Topic>, NotUnderstood> {
    Ok(Some(match word.split_once('.') {
        Some(("payment", "pending" | "authorized" | "paid" | "failed" | "canceled" | "expired")) => {
            Topic::Payment
        }
        Some(("refund", "queued" | "pending" | "processing" | "refunded" | "failed" | "canceled")) => {
            Topic::Refund
        }
        Some(("chargeback", "received" | "reversed")) => Topic::Chargeback,
        Some(("payment" | "refund" | "chargeback", _)) => return Err(NotUnderstood::Kind),
        _ => return Ok(None),
    }))
}

pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    // A stored classic webhook: it was vouched for before, and what it is about is asked for again.
    if let Ok(Some(id)) = classic_id(verified.body()) {
        let readings = vec![asked_again(account, &id)];
        return Ok(vec![Event { id: None, word: CLASSIC.to_owned(), at: None, readings }]);
    }
    let event: Envelope<'_> = verified.json()?;
    let id = event.id.text().ok_or_else(|| missing("id"))?;
    let word = event.word.text().ok_or_else(|| missing("type"))?;
    let at = moment(&event.created_at).ok_or_else(|| missing("createdAt"))?;
    let reading = match (topic(word)?, event.embedded.of().and_then(|embedded| embedded.entity.of())) {
        (None, _) => None,
        (Some(topic), Some(entity)) => full(account, topic, word, at, entity)?,
        (Some(topic), None) => Some(asked_again(account, &about(topic, &event)?)),
    };
    let readings = Vec::from_iter(reading);
    Ok(vec![Event { id: Some(id.to_owned()), word: word.to_owned(), at: Some(at), readings }])
}

/// An event that carries what it is about.
fn full(
    account: &Account,
    topic: Topic,
    word: &str,
    at: Moment,
    entity: &Object<'_>,
) -> Result<Option<Reading>, NotUnderstood> {
    entity.fits(account)?;
    let dated = |report: Report| report.said_at(Some(at)).word(word);
    let (report, payment) = match topic {
        Topic::Payment => {
            // A payment of ours always carries our id: without it, it is somebody else's.
            let Some(session) = entity.session() else { return Ok(None) };
            let payment = payment_id(entity.id.text().ok_or_else(|| missing("id"))?)?;
            let checkout_id = Some(payment.to_string());
            let report = status::of_payment(entity)?;
            let reports = report.map(|report| dated(report).payment(Some(payment)));
            return Ok(reports.map(|report| {
                Reading::Told(Told { session, checkout_id, reports: vec![report], fetched: false })
            }));
        }
        Topic::Refund => (status::of_refund(entity, None)?, &entity.payment_id),
        Topic::Chargeback => (status::of_chargeback(entity)?, &entity.payment_id),
    };
    let payment = payment_id(payment.text().ok_or_else(|| missing("paymentId"))?)?;
    let checkout_id = Some(payment.to_string());
    let reports = vec![dated(report).payment(Some(payment.clone()))];
    let told = move |session| Told { session, checkout_id, reports, fetched: false };
    Ok(Some(match entity.session() {
        Some(session) => Reading::Told(told(session)),
        // What happened is said, and whom it happened to is in the payment.
        None => {
            let asking = account.clone();
            Reading::Ask(Step::send(requests::get_payment(account, payment.as_str()), move |answer| {
                let found: Object<'_> = requests::body(answer)?;
                found.fits(&asking)?;
                Ok::<_, Failure>(Step::Done(found.session().map(told)))
            }))
        }
    }))
}

/// The payment to ask for, where an event only names what it is about. A refund or a chargeback cannot be asked for
/// without its payment, whose id stands in the address of it; the address itself is not followed.
fn about(topic: Topic, event: &Envelope<'_>) -> Result<ProviderPaymentId, NotUnderstood> {
    if topic == Topic::Payment {
        return payment_id(event.entity_id.text().ok_or_else(|| missing("entityId"))?);
    }
    let address = || event.links.of()?.entity.of()?.href.text();
    let after = || address()?.split_once("/v2/payments/");
    let (_, rest) = after().ok_or_else(|| missing("_links.entity"))?;
    payment_id(rest.split('/').next().unwrap_or_default())
}
