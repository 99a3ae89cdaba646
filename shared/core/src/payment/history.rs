//! How an order came to stand where it stands: its facts folded write by write.

use super::{Attempt, Fact, Payment, Standing, standing};

/// One write of the order's item and what it changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step<'a> {
    /// The attempt that was reserved, where the write did that.
    pub reserved: Option<Attempt>,
    /// The facts that it recorded.
    pub facts: &'a [Fact],
    /// Where the order stood before it.
    pub before: Standing,
    /// And after it.
    pub after: Standing,
}

/// The writes that made this payment, oldest first.
///
/// The status before and after a fact is not stored: it is what this fold gives, so log and status cannot disagree.
pub fn history(payment: &Payment) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    let mut sessions: Vec<Attempt> = Vec::new();
    let stand = |sessions: &[Attempt], recorded: usize| {
        standing(payment.money, sessions.iter().copied(), payment.facts.get(..recorded).unwrap_or_default())
    };
    let mut before = stand(&sessions, 0);
    let mut recorded = 0;
    loop {
        let due = |known: &[Attempt]| {
            let mut waiting = payment.sessions.iter().filter(|(attempt, _)| !known.contains(attempt));
            waiting.find(|(_, session)| session.after <= recorded).map(|(attempt, _)| *attempt)
        };
        let reserved = due(&sessions);
        let from = recorded;
        match reserved {
            Some(attempt) => sessions.push(attempt),
            None => recorded = end_of_write(&payment.facts, from),
        }
        if reserved.is_none() && recorded == from {
            return steps;
        }
        let after = stand(&sessions, recorded);
        let facts = payment.facts.get(from..recorded).unwrap_or_default();
        steps.push(Step { reserved, facts, before, after: after.clone() });
        before = after;
    }
}

/// Where the write that begins at `from` ends: neighbouring facts with one mark are one write.
fn end_of_write(facts: &[Fact], from: usize) -> usize {
    let rest = facts.get(from..).unwrap_or_default();
    let together = |first: &Fact| rest.iter().take_while(|fact| fact.write == first.write).count();
    from.saturating_add(rest.first().map_or(0, together))
}

/// The same as it is told to people: where an attempt was reserved in place of one that no checkout was made for, in
/// one write, what became of that one comes first.
pub(super) fn as_told_to_people(payment: &Payment) -> Vec<Step<'_>> {
    let mut steps = history(payment);
    for index in 1..steps.len() {
        let before = index.saturating_sub(1);
        if let [one, other] = steps.get(before..=index).unwrap_or_default()
            && stands_in(payment, one, other)
        {
            steps.swap(before, index);
        }
    }
    steps
}

/// Whether `reserved` put an attempt in the place of the one that `failed` tells of.
fn stands_in(payment: &Payment, reserved: &Step<'_>, failed: &Step<'_>) -> bool {
    let Some(attempt) = reserved.reserved.filter(|_| failed.reserved.is_none()) else { return false };
    let Some(session) = payment.sessions.get(&attempt) else { return false };
    let mut facts = failed.facts.iter();
    facts.all(|fact| fact.is_not_created() && fact.attempt < attempt && fact.at == session.created_at)
}
