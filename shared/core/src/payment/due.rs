//! What is not settled of an order at a moment, when to look at it again, and since when somebody has to.
//!
//! Everything here follows from the order's item and the moment: whoever looks, and however often, finds the same next
//! look. So timers need not be counted, and one that fires twice harms nothing.

use super::limits::{
    DOUBT_MILLIS, FIRST_LOOK_MILLIS, LOOKS_APART_MILLIS_MAX, LOOKS_MINUTES, OVERDUE_STUCK_MILLIS,
    QUESTION_MILLIS, REFUND_PENDING_STUCK_MILLIS, REFUND_UNKNOWN_STUCK_MILLIS, SLOW_STUCK_MILLIS,
};
use super::under_way::under_way;
use super::{
    Attempt, Fact, FactId, Kind, Moment, Payment, RefundId, Report, Session, Source, Standing, Status,
    WriteMark,
};

/// Something about an order of which more is to be learned or done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outstanding {
    /// The attempt that it is about.
    pub attempt: Attempt,
    /// What it is.
    pub what: What,
    /// Since when: what the next look and `stuck` are computed from.
    pub since: Moment,
}

/// What can be outstanding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum What {
    /// The session is created or pending and its time is ahead: it may be paid, or its opening was left behind.
    Open,
    /// The same, and a browser came back: the provider is likely to know more than we do.
    Returned,
    /// The same beside an order that is paid or refunded: nobody may pay there any more.
    Beside,
    /// The session is created or pending and its time is over.
    Overdue,
    /// The provider works on the payment.
    Processing,
    /// The provider holds the payment, and no money has come.
    Held,
    /// The facts leave a question that only the provider can answer.
    Question,
    /// Our clock ended the session where its checkout could not be closed: it may have been paid since.
    ClockExpired,
    /// We asked for this refund and know no more of it.
    RefundRequested(RefundId),
    /// The provider has this refund under way.
    RefundPending(RefundId),
}

impl What {
    /// Whether a session in this state has had looks from its opening on: a timer is ahead.
    const fn is_looked_at(&self) -> bool {
        matches!(
            self,
            Self::Open | Self::Returned | Self::Beside | Self::Overdue | Self::Processing | Self::Held
        )
    }

    /// The refund that it is about.
    pub const fn refund(&self) -> Option<&RefundId> {
        match self {
            Self::RefundRequested(refund) | Self::RefundPending(refund) => Some(refund),
            _ => None,
        }
    }
}

/// When an open session is looked at first: when its time is over, and at most half an hour after it was opened.
pub fn first_look(session: &Session) -> Moment {
    session.expires_at.min(session.created_at.plus_millis(FIRST_LOOK_MILLIS))
}

/// All that is outstanding on an order, by attempt.
pub fn outstanding(payment: &Payment, now: Moment) -> Vec<Outstanding> {
    let standing = payment.standing();
    let settled_at = settled_at(payment, &standing);
    let mut found = Vec::new();
    for (attempt, session) in &payment.sessions {
        let of = Of { payment, standing: &standing, attempt: *attempt, session };
        found.extend(of.session(settled_at, now));
        found.extend(of.question(now));
        found.extend(of.refunds());
    }
    found
}

/// When to look at the order next; none where nothing is outstanding.
pub fn next_look(payment: &Payment, now: Moment) -> Option<Moment> {
    outstanding(payment, now).iter().map(|thing| thing.next_look(payment, now)).min()
}

/// When to look at an order that somebody hinted at: at the first whole minute that is a minute ahead, so that all hints
/// of a minute are one timer.
pub const fn look_soon(now: Moment) -> Moment {
    const MINUTE: u64 = 60_000;
    Moment::from_millis(now.millis().saturating_add(MINUTE).div_ceil(MINUTE).saturating_mul(MINUTE))
}

/// Whether a write leaves something outstanding that no timer looks at soon: whoever writes it sets one before.
///
/// A session has had looks from its opening on, so that the provider works on it or holds it is no reason for another.
pub fn wakes(before: &Payment, after: &Payment, now: Moment) -> bool {
    let known = outstanding(before, now);
    outstanding(after, now).iter().any(|thing| {
        let same = known.iter().any(|known| known.attempt == thing.attempt && known.what == thing.what);
        let looked_at = known.iter().any(|known| known.attempt == thing.attempt && known.what.is_looked_at());
        match thing.what {
            // Reserving sets its own timer, before; so does the page that sees a browser come back. But what is open again
            // after a decline had looks that may be half a day apart.
            What::Open | What::Returned | What::Overdue => {
                known.iter().any(|known| known.attempt == thing.attempt && known.what == What::Processing)
            }
            What::Processing | What::Held | What::ClockExpired => !same && !looked_at,
            What::Beside | What::Question | What::RefundRequested(_) | What::RefundPending(_) => !same,
        }
    })
}

impl Outstanding {
    /// When to look at it next: when it is 1, 3, 10 and 30 minutes old, then whenever it is twice as old, at most 12
    /// hours apart; and when the session's time is over.
    pub fn next_look(&self, payment: &Payment, now: Moment) -> Moment {
        let by_age = match self.what {
            // Most customers pay within minutes, and their webhooks come. Asking sooner would ask about each of them.
            What::Open => {
                let first = self.since.plus_millis(FIRST_LOOK_MILLIS);
                if now < first { first } else { look_after(self.since, now) }
            }
            _ => look_after(self.since, now),
        };
        let ends = payment.sessions.get(&self.attempt).map(|session| session.expires_at);
        match self.what {
            What::Open | What::Returned | What::Beside => ends.map_or(by_age, |ends| ends.min(by_age)),
            _ => by_age,
        }
    }

    /// Whether it is unconfirmed for longer than it should ever be, so that somebody has to look.
    ///
    /// An overdue session: the provider's own expiry is past, and it was asked five times. A slow method and a review
    /// at the provider take days, a refund to a bank account weeks. Whether a refund that we asked for was made is
    /// known within a minute, or the request is repeated where that is harmless; after a day it is not.
    pub const fn is_stuck(&self, now: Moment) -> bool {
        let bound = match self.what {
            What::Overdue => OVERDUE_STUCK_MILLIS,
            What::Processing | What::Held => SLOW_STUCK_MILLIS,
            What::RefundRequested(_) => REFUND_UNKNOWN_STUCK_MILLIS,
            What::RefundPending(_) => REFUND_PENDING_STUCK_MILLIS,
            What::Open | What::Returned | What::Beside | What::Question | What::ClockExpired => return false,
        };
        now.millis_since(self.since) >= bound
    }

    /// The fact that somebody has to look. Found again it is the same fact, and a word that was acknowledged stays so.
    pub fn stuck(&self, now: Moment, write: WriteMark) -> Fact {
        let refund = self.what.refund();
        let since = format!("unconfirmed since {}", self.since);
        let said = Report::new(Kind::Stuck(refund.cloned())).reason(Some(&since));
        let id = FactId::stuck(self.attempt, refund, self.since);
        Fact { id, attempt: self.attempt, source: Source::Us, said, at: now, write }
    }
}

/// The first moment after `now` at which something that is outstanding since then is to be looked at.
fn look_after(since: Moment, now: Moment) -> Moment {
    let age = now.millis_since(since);
    let early = LOOKS_MINUTES.iter().map(|minutes| minutes.saturating_mul(60_000)).find(|look| *look > age);
    if let Some(look) = early {
        return since.plus_millis(look);
    }
    let mut look = LOOKS_MINUTES.last().copied().unwrap_or(1).saturating_mul(60_000);
    while look <= age && look < LOOKS_APART_MILLIS_MAX {
        look = look.saturating_mul(2);
    }
    if look <= age {
        // From here on they are equally far apart: no loop over a year of them.
        let passed = age.saturating_sub(look).checked_div(LOOKS_APART_MILLIS_MAX).unwrap_or(0);
        look = look.saturating_add(passed.saturating_add(1).saturating_mul(LOOKS_APART_MILLIS_MAX));
    }
    since.plus_millis(look)
}

/// When the order was paid first, where it is paid or was refunded.
fn settled_at(payment: &Payment, standing: &Standing) -> Option<Moment> {
    let paying = |fact: &&Fact| matches!(fact.said.kind, Kind::Paid(_) | Kind::Approved(_));
    matches!(standing.status, Status::Paid | Status::Refunded)
        .then(|| payment.facts.iter().filter(paying).map(|fact| fact.at).min())
        .flatten()
}

/// One attempt.
struct Of<'a> {
    payment: &'a Payment,
    standing: &'a Standing,
    attempt: Attempt,
    session: &'a Session,
}

impl<'a> Of<'a> {
    fn facts(&self) -> impl Iterator<Item = &'a Fact> + Clone + use<'a> {
        let attempt = self.attempt;
        self.payment.facts.iter().filter(move |fact| fact.attempt == attempt)
    }

    fn first(&self, is: fn(&Kind) -> bool) -> Option<Moment> {
        self.facts().filter(|fact| is(&fact.said.kind)).map(|fact| fact.at).min()
    }

    fn thing(&self, what: What, since: Moment) -> Outstanding {
        Outstanding { attempt: self.attempt, what, since }
    }

    fn session(&self, settled_at: Option<Moment>, now: Moment) -> Option<Outstanding> {
        let Session { created_at, expires_at, .. } = *self.session;
        match self.standing.sessions.get(&self.attempt)? {
            Status::Created | Status::Pending if now >= expires_at => Some(
                self.thing(What::Overdue, self.came_to_nothing().map_or(expires_at, |at| at.max(expires_at))),
            ),
            Status::Created | Status::Pending => {
                let returned = self.first(|kind| matches!(kind, Kind::Returned));
                Some(match (settled_at, returned) {
                    (Some(settled), _) => self.thing(What::Beside, settled.max(created_at)),
                    (None, Some(returned)) => self.thing(What::Returned, returned),
                    (None, None) => self.thing(What::Open, created_at),
                })
            }
            Status::Processing => {
                let since = under_way(self.facts()).map(|fact| fact.at).min();
                Some(self.thing(What::Processing, since.unwrap_or(created_at)))
            }
            // Money of another amount, or a 0, is for a person to look at: the provider has said all that it knows.
            Status::Review if !self.has_money() => {
                let since = self.first(|kind| matches!(kind, Kind::Review));
                Some(self.thing(What::Held, since.unwrap_or(created_at)))
            }
            Status::Expired => {
                let closed = self.first(|kind| matches!(kind, Kind::Expired)).is_some();
                let doubted = !closed && now.millis_since(expires_at) < DOUBT_MILLIS;
                doubted.then(|| self.thing(What::ClockExpired, expires_at))
            }
            Status::Review | Status::Paid | Status::Refunded | Status::Failed | Status::Cancelled => None,
        }
    }

    /// When we learned last that what the provider worked on was declined: until then nobody could have closed it.
    fn came_to_nothing(&self) -> Option<Moment> {
        self.first(|kind| matches!(kind, Kind::Processing))?;
        self.facts().filter(|fact| fact.is_decline()).map(|fact| fact.at).max()
    }

    fn has_money(&self) -> bool {
        let ledger = self.standing.ledgers.get(&self.attempt);
        ledger.is_some_and(|ledger| ledger.sums.iter().any(|sum| sum.came.is_some()))
    }

    /// What was asked is answered by the first answers or never: it is not asked about for ever.
    fn question(&self, now: Moment) -> Option<Outstanding> {
        let learned = |fact: &&Fact| fact.source != Source::Fetch && fact.source != Source::Us;
        let since = self.facts().filter(learned).map(|fact| fact.at).max()?;
        let asks = self.standing.ask.contains(&self.attempt) && now.millis_since(since) < QUESTION_MILLIS;
        asks.then(|| self.thing(What::Question, since))
    }

    fn refunds(&self) -> impl Iterator<Item = Outstanding> + '_ {
        let pending = self.standing.ledgers.get(&self.attempt).map(|ledger| ledger.pending_refunds.iter());
        pending.into_iter().flatten().map(|refund| {
            let about = |fact: &&Fact| {
                !matches!(fact.said.kind, Kind::Stuck(_)) && fact.said.kind.refund_id() == Some(refund)
            };
            let since = self.facts().filter(about).map(|fact| fact.at).min();
            let told =
                self.facts().filter(about).any(|fact| matches!(fact.said.kind, Kind::RefundPending(_)));
            let what = if told { What::RefundPending } else { What::RefundRequested };
            self.thing(what(refund.clone()), since.unwrap_or(self.session.created_at))
        })
    }
}
