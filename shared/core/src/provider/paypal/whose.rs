//! Whose something at PayPal is, by the id that it has there. It is only looked at: an order that is approved stays so.

use serde::Deserialize;

use super::Account;
use super::captured::capture_path;
use super::object::{Link, Node, Order, Piece, Transaction, Unit, capture, provider_id, session_id};
use super::requests::{Caller, body, with_token};
use super::status::order_path;
use crate::payment::{ProviderPaymentId, SessionId};
use crate::provider::exchange::segment;
use crate::provider::{Step, whose};

/// What somebody names by fewer characters is none of PayPal's: its own have 17.
const ID_CHARS_MIN: usize = 17;
/// Characters of an event's id, at most.
const EVENT_CHARS_MAX: usize = 64;

/// Whose a capture or an order is, or an event about one. The ids of captures and orders look alike, and customers and
/// merchants read the capture's.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    if is_event(id) {
        let path = format!("/v1/notifications/webhooks-events/{}", segment(id));
        return Some(with_token(account, move |caller| Ok(of_event(&caller, &path))));
    }
    let id = provider_id(id).filter(|id| id.len() >= ID_CHARS_MIN)?.to_owned();
    Some(with_token(account, move |caller| {
        let order = caller.get(&order_path(&id));
        Ok(Step::send(caller.get(&capture_path(&id)), |answer| {
            if answer.status == 404 {
                return Ok(whose::ask(order, |answer| Ok(body::<Order<'_>>(answer)?.session())));
            }
            Ok(Step::Done(session_id(&body::<Piece<'_>>(answer)?.custom_id)))
        }))
    }))
}

/// An event's id: `WH-` and two of PayPal's own, `WH-58D329510W468432D-8HN650336L201105X`.
fn is_event(id: &str) -> bool {
    let parts = id.strip_prefix("WH-").and_then(|rest| rest.split_once('-'));
    let is_own = |part| provider_id(part).is_some_and(|part| part.len() >= ID_CHARS_MIN);
    id.len() <= EVENT_CHARS_MAX && parts.is_some_and(|(first, second)| is_own(first) && is_own(second))
}

/// An event, as it is listed (developer.paypal.com/docs/api/webhooks/v1, `webhooks-events`).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Listed<'a> {
    #[serde(borrow)]
    resource: Node<'a, Resource<'a>>,
}

/// A capture, a refund, an order or a dispute, as far as it says whose it is.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Resource<'a> {
    #[serde(borrow)]
    custom_id: Node<'a>,
    purchase_units: Vec<Unit<'a>>,
    disputed_transactions: Vec<Transaction<'a>>,
    links: Vec<Link<'a>>,
}

impl Resource<'_> {
    fn session(&self) -> Option<SessionId> {
        let unit = || self.purchase_units.iter().find_map(|unit| session_id(&unit.custom_id));
        session_id(&self.custom_id).or_else(unit)
    }

    /// The capture that a refund or a dispute is of.
    fn capture(&self) -> Option<&str> {
        let disputed = || provider_id(self.disputed_transactions.first()?.seller_transaction_id.text()?);
        capture(&self.links).or_else(disputed)
    }
}

fn of_event(caller: &Caller, path: &str) -> Step<Option<SessionId>> {
    let asking = caller.clone();
    whose::follow(caller.get(path), move |answer| {
        let event: Listed<'_> = body(answer)?;
        let Some(resource) = event.resource.of() else { return Ok(Step::Done(None)) };
        Ok(match (resource.session(), resource.capture()) {
            (None, Some(id)) => {
                let capture = asking.get(&capture_path(id));
                whose::ask(capture, |answer| Ok(session_id(&body::<Piece<'_>>(answer)?.custom_id)))
            }
            (session, _) => Step::Done(session),
        })
    })
}
