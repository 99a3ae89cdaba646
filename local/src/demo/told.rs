//! What payproof tells the shop: verified by the library of Standard Webhooks, kept before it is answered, and acted on
//! once for each order, however often and in whatever order it is told.

use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use payproof::payment::Moment;
use payproof_edge::app::now;
use serde::{Deserialize, Serialize};
use standardwebhooks::Webhook;

use super::Shop;

/// Notifications that are kept of one order.
const KEPT_MAX: usize = 250;

/// What the shop was told of an order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Told {
    /// Each once, in the order of coming.
    pub(super) notifications: Vec<Notification>,
    /// The highest sequence that came: what comes with a lower one is old.
    pub(super) sequence: u64,
    /// Millisecond at which the goods went out.
    pub(super) shipped_at: Option<u64>,
}

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notification {
    /// Its `webhook-id`.
    pub(super) id: String,
    /// What it is about.
    pub(super) kind: String,
    pub(super) sequence: u64,
    /// Millisecond at which it came.
    pub(super) at: u64,
}

/// The part of a body that the shop goes by.
#[derive(Debug, Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    order_id: String,
    sequence: u64,
    status: String,
    attention: Vec<String>,
}

/// `POST /demo/notify`. It is answered with 2xx once it is kept, and only then: else payproof tells it again.
pub(super) async fn take(State(shop): State<Shop>, headers: HeaderMap, bytes: Bytes) -> StatusCode {
    let verified = Webhook::new(shop.notify_secret.reveal()).and_then(|hook| hook.verify(&bytes, &headers));
    if let Err(error) = verified {
        tracing::warn!(%error, "the demo shop believes no such notification");
        return StatusCode::UNAUTHORIZED;
    }
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let Ok(body) = serde_json::from_slice::<Body>(&bytes) else { return StatusCode::BAD_REQUEST };
    let kept = shop.orders.change(&body.data.order_id, |order| order.told.take(id, &body, now())).await;
    match kept {
        // An order that nobody made in this shop is none of its business, and will not be.
        Ok(_) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::warn!(%error, "the demo shop could not keep a notification");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

impl Told {
    /// The goods go out, once.
    pub(super) fn ship(&mut self, now: Moment) {
        self.shipped_at.get_or_insert(now.millis());
    }

    /// Takes a notification; false where it was there already.
    fn take(&mut self, id: &str, body: &Body, now: Moment) -> bool {
        if self.notifications.iter().any(|known| known.id == id) || self.notifications.len() >= KEPT_MAX {
            return false;
        }
        let (kind, sequence) = (body.kind.clone(), body.data.sequence);
        self.notifications.push(Notification { id: id.to_owned(), kind, sequence, at: now.millis() });
        // What is told late says what was true then: only the newest is acted on.
        if sequence <= self.sequence {
            return true;
        }
        self.sequence = sequence;
        // Once for each order, not once for each notification: it can be paid twice over.
        if body.data.status == "paid" && body.data.attention.is_empty() {
            self.ship(now);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(sequence: u64, status: &str, attention: &[&str]) -> Body {
        Body {
            kind: format!("order.{status}"),
            data: Data {
                order_id: "A".to_owned(),
                sequence,
                status: status.to_owned(),
                attention: attention.iter().map(|word| (*word).to_owned()).collect(),
            },
        }
    }

    /// When it shipped after these came, one a second.
    fn shipped(told: &[(u64, &str, &[&str])]) -> Option<u64> {
        let mut all = Told::default();
        for (second, (sequence, status, attention)) in (1..).zip(told) {
            all.take(
                &format!("msg_{sequence}"),
                &body(*sequence, status, attention),
                Moment::from_millis(second),
            );
        }
        all.shipped_at
    }

    #[test]
    fn it_ships_once_when_it_is_told_that_an_order_is_paid_and_that_is_the_newest() {
        assert_eq!(shipped(&[(1, "processing", &[]), (2, "paid", &[])]), Some(2));
        assert_eq!(shipped(&[(2, "paid", &[]), (2, "paid", &[]), (4, "paid", &[])]), Some(1), "once");
        assert_eq!(shipped(&[(3, "refunded", &[]), (2, "paid", &[])]), None, "the money went back by now");
        assert_eq!(shipped(&[(2, "paid", &[]), (1, "processing", &[])]), Some(1));
        assert_eq!(shipped(&[(2, "paid", &["disputed"])]), None, "somebody has to look first");
        assert_eq!(shipped(&[(1, "expired", &[])]), None);
    }

    #[test]
    fn a_repeat_is_kept_once() {
        let mut told = Told::default();
        assert!(told.take("msg_1", &body(1, "pending", &[]), Moment::from_millis(1)));
        assert!(!told.take("msg_1", &body(1, "pending", &[]), Moment::from_millis(2)));
        assert_eq!(told.notifications.len(), 1);
    }
}
