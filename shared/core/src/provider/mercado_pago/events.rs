//! What Mercado Pago's events are about. What is true of it, [`status`](super::status) says.
//!
//! | `type` | what follows |
//! | --- | --- |
//! | `payment` | the payment `data.id` is asked for |
//! | `topic_chargebacks_wh` | the payment `data.payment_id` is asked for: `data.id` is the chargeback's |
//! | any other | nothing: claims, orders and the rest show in a payment once they move money |
//!
//! Sources: docs/your-integrations/notifications/webhooks and additional-info, docs/checkout-pro/additional-content/
//! chargebacks.

use serde::Deserialize;

use super::object::{missing, number};
use super::{Account, status};
use crate::payment::Moment;
use crate::provider::json::{self, Node};
use crate::provider::{Event, NotUnderstood, Reading, Verified};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow, rename = "type")]
    kind: Node<'a>,
    action: Node<'a>,
    date_created: Node<'a>,
    data: Node<'a, Data<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data<'a> {
    #[serde(borrow)]
    id: Node<'a>,
    payment_id: Node<'a>,
}

/// The longest id that is looked at.
const ID_BYTES_MAX: usize = 64;

/// The id in a body that has to be what was signed; none where the body names nothing that could be.
pub(super) fn signed_id(body: &[u8]) -> Option<String> {
    let body: Body<'_> = json::object(body).ok()?;
    let id = match &body.data.of()?.id {
        Node::Number(number) => number.to_string(),
        Node::Text(text) => text.to_string(),
        _ => return None,
    };
    let is_id = (1..=ID_BYTES_MAX).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_id.then_some(id)
}

pub(super) fn read(account: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let body: Body<'_> = verified.json()?;
    let data = body.data.of().ok_or_else(|| missing("data"))?;
    let kind = body.kind.text().filter(|kind| !kind.is_empty()).ok_or_else(|| missing("type"))?;
    let payment = match kind {
        "payment" => Some(number(&data.id).ok_or_else(|| missing("data.id"))?),
        "topic_chargebacks_wh" => Some(number(&data.payment_id).ok_or_else(|| missing("data.payment_id"))?),
        other if other.starts_with("payment") || other.starts_with("topic_chargebacks") => {
            return Err(NotUnderstood::Kind);
        }
        _ => None,
    };
    let readings = payment.map(|id| Reading::Ask(status::told_of(account, &id))).into_iter().collect();
    Ok(vec![Event {
        // The notification's own id is not signed: whoever saw one delivery could use up the id of the next.
        id: None,
        word: body.action.text().filter(|word| !word.is_empty()).unwrap_or(kind).to_owned(),
        at: body.date_created.text().and_then(Moment::parse_rfc3339),
        readings,
    }])
}
