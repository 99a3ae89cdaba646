//! The simulated provider, on the sandbox's wire: its API, and the books that payproof's are compared with.

mod act;
mod api;

use std::sync::{Mutex, MutexGuard, PoisonError};

use payproof::payment::Moment;
use payproof::provider::sandbox::{CheckoutForm, EventBody, EventData};

pub use act::{Act, NotNow};
pub use api::carrier;

/// The provider, with its books.
#[derive(Default)]
pub struct Bank {
    books: Mutex<Books>,
}

/// Everything that the provider knows.
#[derive(Default)]
pub struct Books {
    /// Every checkout, in the order of their making.
    pub checkouts: Vec<Checkout>,
    /// What a repeat of a creation did that it must not.
    pub complaints: Vec<String>,
}

/// What a checkout is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    Processing,
    Review,
    Paid,
    Failed,
    Cancelled,
    Expired,
}

/// A checkout.
pub struct Checkout {
    pub id: String,
    pub form: CheckoutForm,
    pub state: State,
    /// Milliseconds: when the state was reached, and of the last event; no two of a checkout are at one moment.
    pub since: u64,
    pub last: u64,
    pub payment: Option<String>,
    pub came: Option<u64>,
    pub reason: Option<String>,
    pub refunds: Vec<Refund>,
    pub disputes: Vec<Dispute>,
    pub reversed: bool,
    /// Made before payproof asked for it.
    pub ahead: bool,
    /// The words of every event, which together are what payproof is to know.
    pub events: Vec<Event>,
}

/// A refund.
#[derive(Clone)]
pub struct Refund {
    pub id: String,
    pub request: Option<String>,
    pub amount: u64,
    pub end: RefundEnd,
    pub since: u64,
}

/// What became of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundEnd {
    Pending,
    Succeeded,
    Failed,
}

/// A dispute.
pub struct Dispute {
    pub id: String,
    pub amount: u64,
    pub won: Option<bool>,
}

/// An event.
#[derive(Clone)]
pub struct Event {
    pub id: String,
    pub kind: String,
    pub body: String,
    /// What payproof answered when it took it.
    pub taken: Option<String>,
    /// No delivery of it ever arrives: whoever wants to know has to ask.
    pub lost: bool,
}

/// One event of one checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub checkout: usize,
    pub event: usize,
}

impl Bank {
    /// The books.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes something happen to a checkout; the events that tell of it.
    pub fn act(&self, checkout: usize, act: &Act, now: Moment) -> Result<Vec<Place>, NotNow> {
        let mut books = self.books();
        let found = books.checkouts.get_mut(checkout).ok_or(NotNow)?;
        let from = found.events.len();
        found.act(act, now)?;
        Ok((from..found.events.len()).map(|event| Place { checkout, event }).collect())
    }

    /// An event of the books.
    pub fn event(&self, place: Place) -> Event {
        self.books().checkouts[place.checkout].events[place.event].clone()
    }

    /// No delivery of it arrives, where asking heals that: nothing before it has ended the checkout, and payproof knows of
    /// the checkout. What was there before its session is known by its event alone: where payproof's own request for a
    /// checkout never arrives, it has nothing to ask about. Whether it may be so.
    pub fn lose(&self, place: Place) -> bool {
        const ENDS: [&str; 4] = ["payment.paid", "payment.failed", "payment.cancelled", "payment.expired"];
        let ends = |event: &Event| ENDS.contains(&event.kind.as_str());
        let mut books = self.books();
        let Checkout { ahead, events, .. } = &mut books.checkouts[place.checkout];
        let can_be_asked = |event: &Event| {
            ends(event) || ["payment.processing", "payment.review"].contains(&event.kind.as_str())
        };
        let may = !*ahead && !events[..place.event].iter().any(ends) && can_be_asked(&events[place.event]);
        events[place.event].lost |= may;
        may
    }

    /// payproof answered a delivery with 2xx.
    pub fn taken(&self, place: Place, outcome: &str) {
        let mut books = self.books();
        let event = &mut books.checkouts[place.checkout].events[place.event];
        event.taken.get_or_insert_with(|| outcome.to_owned());
    }

    /// The checkout that a session was made under.
    pub fn of_session(&self, session: &str) -> Option<usize> {
        self.books().of_session(session)
    }
}

impl Books {
    /// The checkout that a session was made under.
    pub fn of_session(&self, session: &str) -> Option<usize> {
        self.checkouts.iter().position(|checkout| checkout.form.reference == session)
    }

    /// Makes a checkout.
    pub fn make(&mut self, form: CheckoutForm, now: Moment) -> usize {
        let index = self.checkouts.len();
        // The reference begins with the order's id, which is the history's own.
        let id = format!("chk_{index:0>8}");
        self.checkouts.push(Checkout {
            id,
            form,
            state: State::Open,
            since: now.millis(),
            last: now.millis(),
            payment: None,
            came: None,
            reason: None,
            refunds: Vec::new(),
            disputes: Vec::new(),
            reversed: false,
            ahead: false,
            events: Vec::new(),
        });
        index
    }
}

impl Checkout {
    /// Minor units that went back or were lost, never more than came.
    pub fn taken_back(&self) -> u64 {
        let refunded = self.refunds.iter().filter(|refund| refund.end == RefundEnd::Succeeded);
        let refunded: u64 = refunded.map(|refund| refund.amount).sum();
        let lost = self.disputes.iter().filter(|dispute| dispute.won == Some(false));
        let lost: u64 = lost.map(|dispute| dispute.amount).sum();
        let came = self.came.unwrap_or(0);
        let reversed = if self.reversed { came } else { 0 };
        (refunded + lost + reversed).min(came)
    }

    /// Minor units that can still be refunded.
    pub fn left(&self) -> u64 {
        let taken = self.refunds.iter().filter(|refund| refund.end != RefundEnd::Failed);
        self.came.unwrap_or(0).saturating_sub(taken.map(|refund| refund.amount).sum())
    }

    /// Whether an event of this type was ever told.
    pub fn said(&self, kind: &str) -> bool {
        self.events.iter().any(|event| event.kind == kind)
    }

    fn tick(&mut self, now: Moment) -> Moment {
        self.last = now.millis().max(self.last + 1);
        Moment::from_millis(self.last)
    }

    fn data(&self) -> EventData {
        EventData {
            reference: Some(self.form.reference.clone()),
            checkout_id: Some(self.id.clone()),
            payment_id: self.payment.clone(),
            reason: self.reason.clone(),
            ..EventData::default()
        }
    }

    fn worth(&self, amount: u64) -> EventData {
        EventData { amount: Some(amount), currency: Some(self.form.currency.clone()), ..self.data() }
    }

    fn tell(&mut self, kind: &str, data: EventData, now: Moment) {
        let at = self.tick(now);
        self.tell_at(kind, data, at);
    }

    fn tell_at(&mut self, kind: &str, data: EventData, at: Moment) {
        let body = EventBody { kind: kind.to_owned(), timestamp: at.to_string(), data };
        let body = serde_json::to_string(&body).expect("JSON");
        let id = format!("evt_{}_{}", self.id, at.millis());
        self.events.push(Event { id, kind: kind.to_owned(), body, taken: None, lost: false });
    }

    fn reach(&mut self, state: State, kind: &str, now: Moment) {
        let at = self.tick(now);
        self.state = state;
        self.since = at.millis();
        self.tell_at(kind, self.data(), at);
    }
}
