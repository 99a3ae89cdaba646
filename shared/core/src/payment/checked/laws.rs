//! What must hold of every set of facts. Each law says what breaks it.

use crate::payment::sample::*;
use crate::payment::standing::standing_by;
use crate::payment::{Fact, Kind, Rule, Standing, Status};

/// Why a set breaks a law.
pub(super) type Broken = String;

/// What these facts amount to on an order with two attempts.
pub(super) fn fold(rules: &[Rule], facts: &[Fact]) -> Standing {
    standing_by(rules, eur(PRICE), [1, 2].map(attempt).into_iter(), facts)
}

/// Two orders of arrival end the same: status, sessions, amounts, attention and what raised it, ledgers, ask, plain.
pub(super) fn same(expected: &Standing, rules: &[Rule], facts: &[Fact]) -> Result<(), Broken> {
    let standing = fold(rules, facts);
    if standing == *expected {
        return Ok(());
    }
    Err(format!("{}\namounts to {standing:?}\nbut elsewhere to {expected:?}", listed(facts)))
}

/// A session with money on it is paid, in review or refunded, and so is its order.
pub(super) fn money_is_seen(standing: &Standing, facts: &[Fact]) -> Result<(), Broken> {
    let seen = |status| matches!(status, Status::Paid | Status::Review | Status::Refunded);
    let broken = |what: &str| Err(format!("{}\n{what}: {standing:?}", listed(facts)));
    // A 0 that a merchant rejected is no money: nothing is left to send back.
    let rejected = |fact: &Fact| {
        let no = |known: &&Fact| {
            known.attempt == fact.attempt
                && matches!(known.said.kind, Kind::Rejected(money) if money.minor() == 0)
        };
        matches!(fact.said.kind, Kind::Paid(money) if money.minor() == 0)
            && facts.iter().any(|known| no(&known))
    };
    let holds_money = |number: u8| {
        let of = |fact: &&Fact| fact.attempt.number() == number && matches!(fact.said.kind, Kind::Paid(_));
        facts.iter().filter(of).any(|fact| !rejected(fact))
    };
    let with_money: Vec<_> = standing
        .sessions
        .iter()
        .filter(|(attempt, _)| holds_money(attempt.number()))
        .map(|(_, is)| *is)
        .collect();
    if !with_money.iter().copied().all(seen) {
        return broken("a session with money on it");
    }
    let has = |wanted| standing.sessions.values().any(|status| *status == wanted);
    // An order whose money all went back may be under way again, by another attempt that has none.
    let again = standing.status == Status::Processing && with_money.iter().all(|is| *is == Status::Refunded);
    let order_is_seen = seen(standing.status) || (again && has(Status::Processing));
    if !with_money.is_empty() && !order_is_seen {
        return broken("an order with money on it");
    }
    if has(Status::Paid) != (standing.status == Status::Paid) {
        return broken("an order is paid when a session is, and only then");
    }
    if standing.amount_refunded > standing.amount_paid {
        return broken("more went than came");
    }
    Ok(())
}

/// The provider works on a payment until it says later that it was declined: until then its session is not open, and
/// from then on it is not processing.
pub(super) fn processing_lasts_until_declined(standing: &Standing, facts: &[Fact]) -> Result<(), Broken> {
    for (attempt, status) in &standing.sessions {
        let of = |kind: &Kind| {
            let of = |fact: &&Fact| fact.attempt == *attempt && fact.said.kind == *kind;
            facts
                .iter()
                .filter(of)
                .map(|fact| (fact.said.payment.as_ref(), fact.said.said_at))
                .collect::<Vec<_>>()
        };
        let (works, declines) = (of(&Kind::Processing), of(&Kind::AttemptDeclined));
        let ended = |payment| {
            let later = |at| works.iter().all(|(of, worked)| *of != payment || *worked < at);
            payment.is_some() && declines.iter().any(|(of, at)| *of == payment && at.is_some() && later(*at))
        };
        let works_on = works.iter().any(|(payment, _)| !ended(*payment));
        let is_open = matches!(status, Status::Created | Status::Pending);
        if if works_on { is_open } else { *status == Status::Processing } {
            return Err(format!("{}\nthe provider works on it: {works_on}, {standing:?}", listed(facts)));
        }
    }
    Ok(())
}

/// A second report of one money changes nothing, whenever the provider says that it was, unless it dates it after a
/// reversal without an id. Answers how many reports were tried.
pub(super) fn told_again_is_nothing_new(
    rules: &[Rule],
    standing: &Standing,
    facts: &mut Vec<Fact>,
) -> Result<u64, Broken> {
    let mut tried = 0;
    for index in 0..facts.len() {
        if !matches!(facts[index].said.kind, Kind::Paid(_)) {
            continue;
        }
        for at in [None, Some(minute(0)), Some(minute(9))] {
            let mut again = facts[index].clone().told_as("again");
            again.said.said_at = at;
            let undoes = facts.iter().any(|fact| match &fact.said.kind {
                Kind::Reversed(loss) => {
                    loss.dispute.is_none() && fact.said.said_at.is_some() && fact.said.said_at < at
                }
                _ => false,
            });
            if !undoes {
                facts.push(again);
                same(standing, rules, facts)?;
                facts.pop();
                tried += 1;
            }
        }
    }
    Ok(tried)
}

/// Calls `with` on each order of the facts (Heap's algorithm), which ends in some other order than it began.
pub(super) fn each_order(
    facts: &mut [Fact],
    with: &mut impl FnMut(&[Fact]) -> Result<(), Broken>,
) -> Result<(), Broken> {
    fn of_first(
        count: usize,
        facts: &mut [Fact],
        with: &mut impl FnMut(&[Fact]) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        if count <= 1 {
            return with(facts);
        }
        for index in 0..count {
            of_first(count - 1, facts, with)?;
            if index + 1 < count {
                facts.swap(if count.is_multiple_of(2) { index } else { 0 }, count - 1);
            }
        }
        Ok(())
    }
    of_first(facts.len(), facts, with)
}

fn listed(facts: &[Fact]) -> String {
    facts.iter().map(|fact| format!("  {}", fact.id)).collect::<Vec<_>>().join("\n")
}
