//! The shop's own orders: what was ordered and what it costs. Whether it is paid is not in here: payproof says so.

use payproof::payment::Moment;
use payproof_edge::random;
use serde::{Deserialize, Serialize};

use super::catalogue::{self, Line};
use super::mess::Played;
use super::told::Told;
use crate::documents::{Documents, DocumentsError, Kept};

/// Letters and digits of an order's id.
const ID_CHARS: usize = 8;
/// Orders in the list.
const LISTED_MAX: usize = 50;
/// How often a write that lost its race is done again.
const RACES_MAX: usize = 10;

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) lines: Vec<Line>,
    /// Minor units.
    pub(super) amount: u64,
    /// Millisecond at which it was made.
    pub(super) made_at: u64,
    /// The payment sessions that were opened for it, oldest first.
    pub(super) sessions: Vec<Opened>,
    /// What payproof told the shop of it.
    #[serde(default)]
    pub(super) told: Told,
    /// The messy case that is played with it.
    #[serde(default)]
    pub(super) played: Option<Played>,
}

/// A payment session, as payproof answered when it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Opened {
    pub(super) id: String,
    /// Where the customer is sent.
    pub(super) checkout_url: String,
    /// The hosted checkout itself.
    pub(super) provider_checkout_url: String,
}

impl Order {
    pub(super) fn new(id: String, lines: Vec<Line>, now: Moment) -> Self {
        let amount = catalogue::sum(&lines);
        let (sessions, told) = (Vec::new(), Told::default());
        Self { id, lines, amount, made_at: now.millis(), sessions, told, played: None }
    }
}

/// An id for a cart. It is in the form, so that the same form sent twice is one order.
pub(super) fn new_id() -> Result<String, random::NoRandomness> {
    let mut id = String::new();
    while id.len() < ID_CHARS {
        let token = random::token()?;
        id.extend(token.chars().filter(|letter| is_letter(*letter)).take(ID_CHARS - id.len()));
    }
    Ok(id)
}

/// Capitals and digits, without those that are read for one another.
const fn is_letter(letter: char) -> bool {
    matches!(letter, 'A'..='H' | 'J'..='N' | 'P'..='Z' | '2'..='9')
}

/// Whether a browser sent an id that is like ours.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == ID_CHARS && text.chars().all(is_letter)
}

/// The orders in the store.
#[derive(Debug, Clone)]
pub(super) struct Orders(pub(super) Documents);

impl Orders {
    /// Keeps a new order; the one that is there already where the same form was sent before.
    pub(super) async fn keep(&self, order: Order) -> Result<Order, DocumentsError> {
        if self.keep_new(&order).await? {
            return Ok(order);
        }
        Ok(self.get(&order.id).await?.unwrap_or(order))
    }

    /// Keeps a new order; false where there is one of its id already.
    pub(super) async fn keep_new(&self, order: &Order) -> Result<bool, DocumentsError> {
        self.0.put_new(&order.id, order).await
    }

    pub(super) async fn get(&self, id: &str) -> Result<Option<Order>, DocumentsError> {
        Ok(self.0.get(id).await?.map(|kept| kept.document))
    }

    /// The newest, newest first: as many as payproof tells of in one answer.
    pub(super) async fn newest(&self) -> Result<Vec<Order>, DocumentsError> {
        let mut orders: Vec<Order> = self.0.all("").await?;
        orders.sort_by(|a, b| b.made_at.cmp(&a.made_at).then_with(|| a.id.cmp(&b.id)));
        orders.truncate(LISTED_MAX);
        Ok(orders)
    }

    /// Keeps a session that was opened for it.
    pub(super) async fn opened(&self, id: &str, session: &Opened) -> Result<(), DocumentsError> {
        self.change(id, |order| {
            let known = order.sessions.iter().any(|known| known.id == session.id);
            if !known {
                order.sessions.push(session.clone());
            }
            !known
        })
        .await
        .map(|_| ())
    }

    /// Changes an order, where `change` says that it did; false where there is no such order.
    pub(super) async fn change(
        &self,
        id: &str,
        change: impl Fn(&mut Order) -> bool,
    ) -> Result<bool, DocumentsError> {
        for _ in 0..RACES_MAX {
            let Some(kept): Option<Kept<Order>> = self.0.get(id).await? else { return Ok(false) };
            let mut order = kept.document.clone();
            if !change(&mut order) || self.0.replace(id, &kept, &order).await? {
                return Ok(true);
            }
        }
        Err(DocumentsError::Store("it is being changed by too many at once".to_owned()))
    }
}
