//! What can happen to a checkout: by its customer, by the provider, and by the shop's people at the provider's own pages.

use payproof::payment::Moment;
use payproof::provider::sandbox::EventData;

use super::{Checkout, Dispute, Refund, RefundEnd, State};

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// This much comes.
    Pay(u64),
    Decline,
    Fail,
    Cancel,
    Start,
    Hold,
    /// What was held is let through and paid.
    Release,
    Expire,
    Refund {
        amount: u64,
        end: RefundEnd,
        request: Option<String>,
    },
    /// The first refund that is pending ends; one that had succeeded can still fail.
    EndRefund {
        succeeds: bool,
    },
    /// A refund that is still pending ends.
    FinishRefund {
        succeeds: bool,
    },
    OpenDispute,
    EndDispute {
        won: bool,
    },
    Reverse,
    /// Something that this version of payproof has never heard of.
    Novelty,
}

/// It cannot happen to this checkout now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotNow;

impl Checkout {
    pub(super) fn act(&mut self, act: &Act, now: Moment) -> Result<(), NotNow> {
        use State::{Cancelled, Expired, Failed, Open, Paid, Processing, Review};
        match (act, self.state) {
            (Act::Pay(amount), Open | Processing | Failed | Cancelled | Expired) => self.pay(*amount, now),
            (Act::Decline, Open) => {
                self.tried();
                let reason = Some("card_declined".to_owned());
                self.tell("payment.declined", EventData { reason, ..self.data() }, now);
            }
            (Act::Fail, Open | Processing | Review) => {
                self.tried();
                self.reason = Some("insufficient_funds".to_owned());
                self.reach(Failed, "payment.failed", now);
            }
            (Act::Cancel, Open) => self.reach(Cancelled, "payment.cancelled", now),
            (Act::Start, Open) => {
                self.tried();
                self.reach(Processing, "payment.processing", now);
            }
            (Act::Hold, Open | Processing) => {
                self.tried();
                self.reason = Some("suspected_fraud".to_owned());
                self.reach(Review, "payment.review", now);
            }
            (Act::Release, Review) => {
                self.reason = None;
                self.tell("payment.review_released", self.data(), now);
                self.pay(self.form.amount, now);
            }
            (Act::Expire, Open) => self.reach(Expired, "payment.expired", now),
            (Act::Refund { amount, end, request }, Paid) => {
                return self.refund(*amount, *end, request.clone(), now);
            }
            (Act::EndRefund { succeeds }, Paid) => return self.end_refund(*succeeds, now),
            (Act::FinishRefund { succeeds }, Paid) => {
                let pending = |refund: &Refund| refund.end == RefundEnd::Pending;
                return if self.refunds.iter().any(pending) {
                    self.end_refund(*succeeds, now)
                } else {
                    Err(NotNow)
                };
            }
            (Act::OpenDispute, Paid) if self.disputes.is_empty() && !self.reversed => {
                let id = format!("dsp_{}", self.id);
                let amount = self.came.unwrap_or(0);
                self.tell(
                    "dispute.opened",
                    EventData { dispute_id: Some(id.clone()), ..self.worth(amount) },
                    now,
                );
                self.disputes.push(Dispute { id, amount, won: None });
            }
            (Act::EndDispute { won }, Paid) => {
                let open = self.disputes.iter_mut().find(|dispute| dispute.won.is_none()).ok_or(NotNow)?;
                open.won = Some(*won);
                let (id, amount) = (open.id.clone(), open.amount);
                let kind = if *won { "dispute.won" } else { "dispute.lost" };
                self.tell(kind, EventData { dispute_id: Some(id), ..self.worth(amount) }, now);
            }
            (Act::Reverse, Paid) if !self.reversed && self.disputes.is_empty() => {
                self.reversed = true;
                self.tell("payment.reversed", self.worth(self.came.unwrap_or(0)), now);
            }
            (Act::Novelty, _) => self.tell("payment.teleported", self.data(), now),
            _ => return Err(NotNow),
        }
        Ok(())
    }

    fn tried(&mut self) {
        let payment = format!("pay_{}", self.id);
        self.payment.get_or_insert(payment);
    }

    fn pay(&mut self, amount: u64, now: Moment) {
        self.tried();
        self.came = Some(amount);
        self.reason = None;
        let at = self.tick(now);
        self.state = State::Paid;
        self.since = at.millis();
        self.tell_at("payment.paid", self.worth(amount), at);
    }

    fn refund(
        &mut self,
        amount: u64,
        end: RefundEnd,
        request: Option<String>,
        now: Moment,
    ) -> Result<(), NotNow> {
        if amount == 0 || amount > self.left() {
            return Err(NotNow);
        }
        let id = format!("rfd_{}_{}", self.id, self.refunds.len() + 1);
        let data = EventData { refund_id: Some(id.clone()), request: request.clone(), ..self.worth(amount) };
        self.tell("refund.pending", data.clone(), now);
        match end {
            RefundEnd::Pending => {}
            RefundEnd::Succeeded => self.tell("refund.succeeded", data, now),
            RefundEnd::Failed => self.tell("refund.failed", data, now),
        }
        self.refunds.push(Refund { id, request, amount, end, since: self.last });
        Ok(())
    }

    fn end_refund(&mut self, succeeds: bool, now: Moment) -> Result<(), NotNow> {
        let at = self.tick(now);
        let of = |end| self.refunds.iter().position(|refund| refund.end == end);
        // A bank can send money back that had arrived.
        let arrived = if succeeds { None } else { of(RefundEnd::Succeeded) };
        let place = of(RefundEnd::Pending).or(arrived).ok_or(NotNow)?;
        let refund = &mut self.refunds[place];
        refund.end = if succeeds { RefundEnd::Succeeded } else { RefundEnd::Failed };
        refund.since = at.millis();
        let refund = refund.clone();
        let data =
            EventData { refund_id: Some(refund.id), request: refund.request, ..self.worth(refund.amount) };
        self.tell_at(if succeeds { "refund.succeeded" } else { "refund.failed" }, data, at);
        Ok(())
    }
}
