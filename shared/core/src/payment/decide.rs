//! What to write when something was learned, reserved or amended. Pure: a decision carries its premises as data.

use std::collections::BTreeSet;

use super::limits::{FACTS_MAX, IDLE_FACTS_PER_ATTEMPT_MAX, IDLE_FACTS_PER_ORDER_MAX};
use super::told::{news, told_status};
use super::under_way::{ends_processing, is_known_to_process};
use super::{
    Attempt, Attention, Details, Fact, Kind, Moment, Money, Payment, Premise, Premises, ProviderName,
    Session, ShopId, Standing, Status,
};

/// One write of the order's item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// What must be true of the item for it.
    pub premises: Premises,
    /// Facts to append, all with one write mark.
    pub facts: Vec<Fact>,
    /// An attempt to add.
    pub reserved: Option<(Attempt, Session)>,
    /// New money and details of the order.
    pub amended: Option<(Money, Details)>,
    /// The order's status afterwards; none where it stays as it is.
    pub status: Option<Status>,
    /// The attention afterwards; none where it stays as it is.
    pub attention: Option<BTreeSet<Attention>>,
    /// Whether the order is plain afterwards; none where it stays as it is.
    pub plain: Option<bool>,
    /// Whether the write changes what the shop is told.
    pub tell: bool,
    /// The moment of the write.
    pub at: Moment,
}

/// What became of something that we learned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcome {
    /// Status, amounts or attention changed.
    Applied,
    /// Recorded (or of a type known to carry no fact), and changed none of them.
    Stale,
    /// This id was there.
    Duplicate,
    /// Applied, and the session is now in review.
    Review,
    /// It names an order or session that is not there, or not this shop's or provider's; kept.
    Unmatched,
    /// Verified, but it could not be read; kept.
    NotUnderstood,
    /// The order holds as many facts as it can; kept beside it.
    PastCap,
}

impl Outcome {
    /// The word in the API and the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Stale => "stale",
            Self::Duplicate => "duplicate",
            Self::Review => "review",
            Self::Unmatched => "unmatched",
            Self::NotUnderstood => "not_understood",
            Self::PastCap => "past_cap",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Applied,
            Self::Stale,
            Self::Duplicate,
            Self::Review,
            Self::Unmatched,
            Self::NotUnderstood,
            Self::PastCap,
        ]
        .into_iter()
        .find(|outcome| outcome.word() == word)
    }
}

/// What to do about facts that came.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::large_enum_variant, reason = "it is nearly always the large one, and used at once")]
pub enum Decision {
    /// Write this; once written, the outcome is this.
    Write(Change, Outcome),
    /// Keep these beside the item: they decide nothing and the item holds many like them.
    Aside(Vec<Fact>),
    /// All of them are recorded already.
    Duplicate,
    /// The session is not there, or not this shop's or provider's.
    Unmatched,
    /// The item holds as many facts as it can.
    PastCap,
}

/// Decides about facts of one attempt that were learned together.
///
/// `provider` is who says so: a provider speaks only about its own sessions. Facts of ours and of merchants name none.
pub fn decide(payment: &Payment, shop: &ShopId, provider: Option<&ProviderName>, facts: &[Fact]) -> Decision {
    let Some(attempt) = facts.first().map(|fact| fact.attempt) else { return Decision::Duplicate };
    let speaks_of = |session: &Session| provider.is_none_or(|provider| *provider == session.provider);
    let is_there = |fact: &Fact| payment.sessions.get(&fact.attempt).is_some_and(speaks_of);
    if payment.shop != *shop || !facts.iter().all(is_there) {
        return Decision::Unmatched;
    }
    let mut new: Vec<Fact> = Vec::new();
    for fact in facts {
        if payment.fact(fact.id.hash()).is_none() && !new.iter().any(|known| known.id == fact.id) {
            new.push(fact.clone());
        }
    }
    if new.is_empty() {
        return Decision::Duplicate;
    }
    if new.iter().all(|fact| decides_nothing(&payment.facts, fact)) && holds_many_idle(payment, attempt) {
        return Decision::Aside(new);
    }
    if payment.facts.len().saturating_add(new.len()) > FACTS_MAX {
        return Decision::PastCap;
    }
    let before = payment.standing();
    let mut after = payment.clone();
    after.facts.extend(new.iter().cloned());
    let standing = after.standing();
    let outcome = outcome(&before, &standing, attempt);
    let at = new.iter().map(|fact| fact.at).max().unwrap_or(payment.updated_at);
    let change = Change { facts: new, ..change_to(payment, &before, standing, at) };
    Decision::Write(change, outcome)
}

/// Reserves the next attempt. Its place in the log is after the facts that `payment` has.
pub fn reserve(payment: &Payment, attempt: Attempt, session: Session) -> Change {
    let session = Session { after: payment.facts.len(), ..session };
    let mut after = payment.clone();
    let at = session.created_at;
    after.sessions.insert(attempt, session.clone());
    let change = change_to(payment, &payment.standing(), after.standing(), at);
    Change { reserved: Some((attempt, session)), ..change }
}

/// Reserves the next attempt in place of one that no checkout was made for: one write, so that the order never reads as
/// failed in between and its shop is told nothing of what it need not know.
pub fn reserve_instead(payment: &Payment, failed: Fact, attempt: Attempt, session: Session) -> Change {
    let news = payment.fact(failed.id.hash()).is_none() && payment.facts.len() < FACTS_MAX;
    let session = Session { after: payment.facts.len(), ..session };
    let mut after = payment.clone();
    let at = session.created_at;
    after.sessions.insert(attempt, session.clone());
    let facts: Vec<Fact> = Some(failed).filter(|_| news).into_iter().collect();
    after.facts.extend(facts.iter().cloned());
    let change = change_to(payment, &payment.standing(), after.standing(), at);
    Change { reserved: Some((attempt, session)), facts, ..change }
}

/// Why an order cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmendError {
    /// A session is neither failed, cancelled nor expired, and its customer pays the amount that it was opened with.
    #[error("the amount cannot change while a session is neither failed, cancelled nor expired")]
    Locked,
}

/// Registers an order again: nothing to write when it is the same, else the change.
///
/// # Errors
/// [`AmendError::Locked`] when the money differs while a session could still be paid, or was.
pub fn amend(
    payment: &Payment,
    money: Money,
    details: &Details,
    now: Moment,
) -> Result<Option<Change>, AmendError> {
    let before = payment.standing();
    let ended = |status: &Status| matches!(status, Status::Failed | Status::Cancelled | Status::Expired);
    if payment.money != money && !before.sessions.values().all(ended) {
        return Err(AmendError::Locked);
    }
    if payment.money == money && payment.details == *details {
        return Ok(None);
    }
    let mut after = payment.clone();
    after.money = money;
    let change = change_to(payment, &before, after.standing(), now);
    Ok(Some(Change { amended: Some((money, details.clone())), ..change }))
}

fn change_to(payment: &Payment, before: &Standing, after: Standing, at: Moment) -> Change {
    Change {
        premises: Premises(vec![Premise::OrderExists, Premise::Version(payment.version)]),
        facts: Vec::new(),
        reserved: None,
        amended: None,
        tell: news(told_status(payment, before.status), before, &after).is_some(),
        status: Some(after.status),
        plain: Some(after.plain),
        attention: Some(after.attention),
        at,
    }
}

fn outcome(before: &Standing, after: &Standing, attempt: Attempt) -> Outcome {
    let changed = before.status != after.status
        || before.sessions != after.sessions
        || before.attention != after.attention
        || (before.amount_paid, before.amount_refunded) != (after.amount_paid, after.amount_refunded);
    match after.sessions.get(&attempt) {
        _ if !changed => Outcome::Stale,
        Some(Status::Review) => Outcome::Review,
        _ => Outcome::Applied,
    }
}

/// Whether `fact` decides nothing beside `recorded`: a decline that ends no processing, or the same news again. Stuck
/// again is news: it raises its word anew.
///
/// The same news can never matter. Such a decline could: it would end a processing that it is later than and that is
/// told after it. Without it that processing stands, which is the safer of the two, until the provider is asked.
pub(super) fn decides_nothing(recorded: &[Fact], fact: &Fact) -> bool {
    match fact.said.kind {
        Kind::AttemptDeclined => !ends_processing(recorded, fact),
        Kind::Processing => is_known_to_process(recorded, fact),
        Kind::Stuck(_) => false,
        _ => recorded.iter().any(|known| known.weight() == fact.weight()),
    }
}

fn holds_many_idle(payment: &Payment, attempt: Attempt) -> bool {
    let idle = |fact: &(usize, &Fact)| {
        let (index, fact) = *fact;
        decides_nothing(payment.facts.get(..index).unwrap_or_default(), fact)
    };
    let (mut of_attempt, mut of_order) = (0_usize, 0_usize);
    for (_, fact) in payment.facts.iter().enumerate().filter(idle) {
        of_order = of_order.saturating_add(1);
        of_attempt = of_attempt.saturating_add(usize::from(fact.attempt == attempt));
    }
    of_attempt >= IDLE_FACTS_PER_ATTEMPT_MAX || of_order >= IDLE_FACTS_PER_ORDER_MAX
}
