//! What the shop is told of an order: a function of the item alone, so no write can succeed without it and nothing can
//! be lost that the table holds.

use std::collections::BTreeSet;
use std::fmt;

use super::{Attempt, Attention, Moment, Payment, Standing, Status, Step, history};

/// What a notification is about; the type that a shop chooses by. There is no `order.created`: that stands for the
/// status before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum News {
    /// The order became pending.
    Pending,
    /// The order became processing.
    Processing,
    /// The order became paid.
    Paid,
    /// The order became failed.
    Failed,
    /// The order became expired.
    Expired,
    /// The order became cancelled.
    Cancelled,
    /// The order became one that a person has to decide about.
    Review,
    /// The order became refunded.
    Refunded,
    /// More of a paid order went back, and not all of it.
    PartiallyRefunded,
    /// Somebody has to look, or the refunded amount changed in another way.
    Attention,
}

impl News {
    /// Every type.
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::Processing,
        Self::Paid,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
        Self::Review,
        Self::Refunded,
        Self::PartiallyRefunded,
        Self::Attention,
    ];

    /// The type as the shop reads it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "order.pending",
            Self::Processing => "order.processing",
            Self::Paid => "order.paid",
            Self::Failed => "order.failed",
            Self::Expired => "order.expired",
            Self::Cancelled => "order.cancelled",
            Self::Review => "order.review",
            Self::Refunded => "order.refunded",
            Self::PartiallyRefunded => "order.partially_refunded",
            Self::Attention => "order.attention",
        }
    }

    /// Reads a type.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|news| news.word() == word)
    }

    const fn of_status(status: Status) -> Option<Self> {
        match status {
            Status::Created => None,
            Status::Pending => Some(Self::Pending),
            Status::Processing => Some(Self::Processing),
            Status::Paid => Some(Self::Paid),
            Status::Failed => Some(Self::Failed),
            Status::Cancelled => Some(Self::Cancelled),
            Status::Expired => Some(Self::Expired),
            Status::Review => Some(Self::Review),
            Status::Refunded => Some(Self::Refunded),
        }
    }
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl serde::Serialize for News {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// One notification: what was true right after its write, whatever was learned since.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Which it is of the order's, from 1.
    pub sequence: u64,
    /// The moment of the write.
    pub at: Moment,
    /// What it is about.
    pub kind: News,
    /// The status that the shop had been told; `created` before the first.
    pub status_before: Status,
    /// The status that it is told now.
    pub status: Status,
    /// Minor units of the order's currency that had come.
    pub amount_paid: u64,
    /// Minor units of the order's currency that had gone back.
    pub amount_refunded: u64,
    /// What somebody had to look at.
    pub attention: BTreeSet<Attention>,
    /// The attempt that changed.
    pub attempt: Attempt,
    /// Its status.
    pub attempt_status: Status,
    /// Minor units of the order's currency that had gone back of its money.
    pub attempt_refunded: u64,
}

/// What the shop is told, in its order: each write that changed status, refunded amount or added attention.
///
/// Facts are only ever added behind, so what was once the third notification stays the third.
pub fn told(payment: &Payment) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    let mut known = Status::Created;
    for step in history(payment) {
        let status_before = known;
        known = as_told(status_before, step.after.status);
        let Some(kind) = news(status_before, &step.before, &step.after) else { continue };
        let Some((attempt, at)) = written(payment, &step) else { continue };
        let ledger = step.after.ledgers.get(&attempt);
        all.push(Told {
            sequence: u64::try_from(all.len()).unwrap_or(u64::MAX).saturating_add(1),
            at,
            kind,
            status_before,
            status: known,
            amount_paid: step.after.amount_paid,
            amount_refunded: step.after.amount_refunded,
            attempt,
            attempt_status: step.after.sessions.get(&attempt).copied().unwrap_or(Status::Created),
            attempt_refunded: ledger.map_or(0, |of| of.taken_back(payment.money.currency())),
            attention: step.after.attention,
        });
    }
    all
}

/// The attempt that a write was about, and its moment.
fn written(payment: &Payment, step: &Step<'_>) -> Option<(Attempt, Moment)> {
    match step.reserved {
        Some(attempt) => payment.sessions.get(&attempt).map(|session| (attempt, session.created_at)),
        None => {
            let at = step.facts.iter().map(|fact| fact.at).max();
            step.facts.last().map(|fact| fact.attempt).zip(at)
        }
    }
}

/// What going from one standing to the other is to a shop that was told `known`; none where it is not told.
///
/// The `tell` mark of a write and the list of what is told both come from here, so they cannot disagree.
pub(super) fn news(known: Status, before: &Standing, after: &Standing) -> Option<News> {
    let status = as_told(known, after.status);
    let more_went_back = after.amount_refunded > before.amount_refunded;
    let raised = !after.attention.is_subset(&before.attention);
    if status != known {
        News::of_status(status)
    } else if more_went_back && after.status == Status::Paid {
        Some(News::PartiallyRefunded)
    } else {
        (after.amount_refunded != before.amount_refunded || raised).then_some(News::Attention)
    }
}

/// The status that the shop was last told, where `current` is the order's.
pub(super) fn told_status(payment: &Payment, current: Status) -> Status {
    if current != Status::Created || payment.facts.is_empty() {
        return current;
    }
    let steps = history(payment);
    steps.iter().fold(Status::Created, |known, step| as_told(known, step.after.status))
}

/// `created` stands for the status before it: another attempt takes back nothing that the shop was told.
const fn as_told(known: Status, status: Status) -> Status {
    if matches!(status, Status::Created) { known } else { status }
}
