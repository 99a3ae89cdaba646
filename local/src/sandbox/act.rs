//! What can happen to a checkout, and the events that tell of it. Pure: every act on every state can be tried offline.

use payproof::payment::Moment;
use payproof::provider::sandbox::{EventBody, EventData};

use super::checkout::{Checkout, Dispute, Refund, RefundEnd, Status};
use super::outbox::{Deliver, Event};

/// What a person, the clock or the shop's side makes happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// The whole amount comes: of an open checkout, or where it was on its way.
    Pay,
    /// Another amount comes.
    PayOther(u64),
    /// The checkout expires, and then the money comes after all.
    PayLate,
    /// One try is declined; the customer may try again.
    Decline,
    /// It failed, finally.
    Fail,
    /// The customer turns back.
    Cancel,
    /// The money is on its way by a slow method.
    Start,
    /// It is held for a person to look at.
    Hold,
    /// What was held is let through.
    Release,
    /// Its time is over.
    Expire,
    /// Money goes back.
    Refund {
        /// Minor units.
        amount: u64,
        /// What becomes of it.
        end: RefundEnd,
        /// What the shop's side asked for it with.
        request: Option<String>,
    },
    /// A refund ends, or fails although it had succeeded.
    EndRefund {
        /// Which.
        id: String,
        /// Whether the money is back.
        succeeds: bool,
    },
    /// The customer's bank asks for the money.
    OpenDispute,
    /// The open dispute ends.
    EndDispute {
        /// Whether the shop keeps the money.
        won: bool,
    },
    /// The payment is taken back without a dispute.
    Reverse,
    /// What becomes of refunds that the shop's side asks for from now on.
    RefundsAsked(RefundEnd),
    /// An event is sent again.
    SendAgain(String),
}

/// Why something cannot happen now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotNow {
    /// The checkout is not in the state for it.
    #[error("That cannot happen to a checkout that is {}.", .0.word())]
    Status(Status),
    /// More would go back than came.
    #[error("That is more than can still be refunded.")]
    TooMuch,
    /// The payment, refund, dispute or event is not there, or not in the state for it.
    #[error("That cannot happen any more.")]
    Over,
    /// The log is full.
    #[error("A lot has happened here already. Please open a new checkout.")]
    Full,
}

impl Checkout {
    /// Makes something happen. Where it cannot, nothing has changed.
    pub(crate) fn act(&mut self, act: &Act, deliver: Deliver, now: Moment) -> Result<(), NotNow> {
        let mut next = self.clone();
        let events = next.happen(act, deliver, now)?;
        if !events.is_empty() {
            if !self.outbox.has_room() {
                return Err(NotNow::Full);
            }
            next.outbox.tell(events, deliver, now);
        }
        *self = next;
        Ok(())
    }

    /// Sends money back as the shop's side asks for it: all that is left, where no amount is named. The same `request` again
    /// changes nothing.
    pub(crate) fn refund_once(
        &mut self,
        amount: Option<u64>,
        request: Option<&str>,
        now: Moment,
    ) -> Result<(), NotNow> {
        if request.is_some_and(|request| self.asked_refund(request).is_some()) {
            return Ok(());
        }
        let (amount, end) = (amount.unwrap_or_else(|| self.left()), self.refunds_asked);
        let request = request.map(str::to_owned);
        self.act(&Act::Refund { amount, end, request }, Deliver::Once, now)
    }

    /// Expires it where its time is over: when it is looked at, and by the clock.
    pub(crate) fn expire(&mut self, now: Moment) {
        if self.status == Status::Open && now >= Moment::from_seconds(self.form.expires_at) {
            let events = self.reach(Status::Expired, "payment.expired", now);
            self.outbox.tell(vec![events], Deliver::Once, now);
        }
    }

    fn happen(&mut self, act: &Act, deliver: Deliver, now: Moment) -> Result<Vec<Event>, NotNow> {
        use Status::{Cancelled, Expired, Failed, Open, Paid, Processing, Review};
        // Out of order needs something to overtake: the provider worked on it before it ended.
        let first = match act {
            Act::Pay | Act::PayOther(_) | Act::Fail
                if self.status == Open && deliver == Deliver::OutOfOrder =>
            {
                self.try_to_pay();
                Some(self.reach(Processing, "payment.processing", now))
            }
            _ => None,
        };
        let events = match (act, self.status) {
            (Act::Pay, Open | Processing | Failed | Cancelled | Expired) => {
                vec![self.pay(self.form.amount, now)]
            }
            (Act::PayOther(amount), Open | Processing | Expired) => vec![self.pay(*amount, now)],
            (Act::PayLate, Open) => {
                vec![self.reach(Expired, "payment.expired", now), self.pay(self.form.amount, now)]
            }
            (Act::Decline, Open) => {
                self.try_to_pay();
                vec![self.event(
                    "payment.declined",
                    EventData { reason: code("card_declined"), ..self.data() },
                    now,
                )]
            }
            (Act::Fail, Open | Processing | Review) => {
                self.try_to_pay();
                self.reason = code("insufficient_funds");
                vec![self.reach(Failed, "payment.failed", now)]
            }
            (Act::Cancel, Open) => vec![self.reach(Cancelled, "payment.cancelled", now)],
            (Act::Start, Open) => {
                self.try_to_pay();
                vec![self.reach(Processing, "payment.processing", now)]
            }
            (Act::Hold, Open | Processing) => {
                self.try_to_pay();
                self.reason = code("suspected_fraud");
                vec![self.reach(Review, "payment.review", now)]
            }
            (Act::Release, Review) => {
                self.reason = None;
                vec![self.event("payment.review_released", self.data(), now), self.pay(self.form.amount, now)]
            }
            // What is held has not come: whoever asked for it may turn it away.
            (Act::Expire, Open | Review) => vec![self.reach(Expired, "payment.expired", now)],
            (Act::Refund { amount, end, request }, Paid) => {
                self.refund(*amount, *end, request.as_deref(), now)?
            }
            (Act::EndRefund { id, succeeds }, Paid) => vec![self.end_refund(id, *succeeds, now)?],
            (Act::OpenDispute, Paid) => vec![self.open_a_dispute(now)?],
            (Act::EndDispute { won }, Paid) => vec![self.end_dispute(*won, now)?],
            (Act::Reverse, Paid) => vec![self.reverse(now)?],
            (Act::RefundsAsked(end), _) => {
                self.refunds_asked = *end;
                vec![]
            }
            (Act::SendAgain(id), _) => {
                if !self.outbox.send_again(id, now) {
                    return Err(NotNow::Over);
                }
                vec![]
            }
            (_, status) => return Err(NotNow::Status(status)),
        };
        Ok(first.into_iter().chain(events).collect())
    }

    fn pay(&mut self, amount: u64, now: Moment) -> Event {
        self.try_to_pay();
        self.came = Some(amount);
        self.reason = None;
        let at = self.tick(now);
        self.status = Status::Paid;
        self.since = at.millis();
        self.event_at("payment.paid", self.worth(amount), at)
    }

    fn refund(
        &mut self,
        amount: u64,
        end: RefundEnd,
        request: Option<&str>,
        now: Moment,
    ) -> Result<Vec<Event>, NotNow> {
        if amount == 0 || amount > self.left() {
            return Err(NotNow::TooMuch);
        }
        let id = format!("rfd_{}_{}", self.stem(), self.refunds.len() + 1);
        let data = EventData {
            refund_id: Some(id.clone()),
            request: request.map(str::to_owned),
            ..self.worth(amount)
        };
        let mut events = vec![self.event("refund.pending", data.clone(), now)];
        match end {
            RefundEnd::Pending => {}
            RefundEnd::Succeeded => events.push(self.event("refund.succeeded", data, now)),
            RefundEnd::Failed => events.push(self.event("refund.failed", data, now)),
        }
        self.refunds.push(Refund { id, request: request.map(str::to_owned), amount, end, since: self.last });
        Ok(events)
    }

    fn end_refund(&mut self, id: &str, succeeds: bool, now: Moment) -> Result<Event, NotNow> {
        let at = self.tick(now);
        let refund = self.refunds.iter_mut().find(|refund| refund.id == id).ok_or(NotNow::Over)?;
        refund.end = match (refund.end, succeeds) {
            (RefundEnd::Pending, true) => RefundEnd::Succeeded,
            // A bank can send money back that had arrived.
            (RefundEnd::Pending | RefundEnd::Succeeded, false) => RefundEnd::Failed,
            _ => return Err(NotNow::Over),
        };
        refund.since = at.millis();
        let (amount, request) = (refund.amount, refund.request.clone());
        let data = EventData { refund_id: Some(id.to_owned()), request, ..self.worth(amount) };
        Ok(self.event_at(if succeeds { "refund.succeeded" } else { "refund.failed" }, data, at))
    }

    fn open_a_dispute(&mut self, now: Moment) -> Result<Event, NotNow> {
        let amount = self.came.filter(|amount| *amount > 0).ok_or(NotNow::Over)?;
        if self.reversed
            || self.open_dispute().is_some()
            || self.disputes.iter().any(|known| known.won == Some(false))
        {
            return Err(NotNow::Over);
        }
        let id = format!("dsp_{}_{}", self.stem(), self.disputes.len() + 1);
        self.disputes.push(Dispute { id: id.clone(), amount, won: None });
        let data = EventData { dispute_id: Some(id), reason: code("fraudulent"), ..self.worth(amount) };
        Ok(self.event("dispute.opened", data, now))
    }

    fn end_dispute(&mut self, won: bool, now: Moment) -> Result<Event, NotNow> {
        let open = self.disputes.iter_mut().find(|dispute| dispute.won.is_none()).ok_or(NotNow::Over)?;
        open.won = Some(won);
        let (id, amount) = (open.id.clone(), open.amount);
        let data = EventData { dispute_id: Some(id), ..self.worth(amount) };
        Ok(self.event(if won { "dispute.won" } else { "dispute.lost" }, data, now))
    }

    fn reverse(&mut self, now: Moment) -> Result<Event, NotNow> {
        let amount = self.came.filter(|amount| *amount > 0).ok_or(NotNow::Over)?;
        if self.reversed || self.disputes.iter().any(|dispute| dispute.won == Some(false)) {
            return Err(NotNow::Over);
        }
        self.reversed = true;
        let data = EventData { reason: code("account_closed"), ..self.worth(amount) };
        Ok(self.event("payment.reversed", data, now))
    }

    /// A payment begins with the customer's first try.
    fn try_to_pay(&mut self) {
        if self.payment.is_none() {
            self.payment = Some(format!("txn_{}", self.stem()));
        }
    }

    fn reach(&mut self, status: Status, kind: &str, now: Moment) -> Event {
        let at = self.tick(now);
        self.status = status;
        self.since = at.millis();
        self.event_at(kind, EventData { reason: self.reason.clone(), ..self.data() }, at)
    }

    /// The moment of the next event: no two of a checkout happen at the same.
    fn tick(&mut self, now: Moment) -> Moment {
        self.last = now.millis().max(self.last.saturating_add(1));
        Moment::from_millis(self.last)
    }

    /// What every event says.
    fn data(&self) -> EventData {
        EventData {
            reference: Some(self.form.reference.clone()),
            checkout_id: Some(self.id.clone()),
            payment_id: self.payment.clone(),
            ..EventData::default()
        }
    }

    fn worth(&self, amount: u64) -> EventData {
        EventData { amount: Some(amount), currency: Some(self.form.currency.clone()), ..self.data() }
    }

    fn event(&mut self, kind: &str, data: EventData, now: Moment) -> Event {
        let at = self.tick(now);
        self.event_at(kind, data, at)
    }

    fn event_at(&self, kind: &str, data: EventData, at: Moment) -> Event {
        let body = EventBody { kind: kind.to_owned(), timestamp: at.to_string(), data };
        Event {
            id: format!("evt_{}_{}", self.stem(), at.millis()),
            kind: body.kind.clone(),
            at: at.millis(),
            // A struct of texts and numbers can always be written.
            body: serde_json::to_string(&body).unwrap_or_default(),
            deliveries: Vec::new(),
        }
    }
}

fn code(word: &str) -> Option<String> {
    Some(word.to_owned())
}
