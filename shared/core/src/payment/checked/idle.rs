//! A fact that decides nothing never does, whatever was known before it and whatever is learned after it. So it may be
//! kept beside the item. But for a decline: what is told of its payment after it, and dated before it, goes on being
//! processed.

use crate::payment::decide::decides_nothing;
use crate::payment::sample::*;
use crate::payment::{Fact, Kind, RULES, Status};

use super::alphabet::{Chance, large, note, seed};
use super::laws::{fold, same};

#[test]
fn what_decides_nothing_changes_no_standing_before_or_after_any_further_facts() {
    let (kinds, seed) = (large(), seed());
    let (mut declines, mut repeats, mut stood) = (0, 0, 0);
    for nth in 0..200_000_u64 {
        let mut chance = Chance::of_seed(seed ^ nth << 20);
        let mut known: Vec<Fact> = (0..=chance.below(6)).map(|_| chance.fact(&kinds)).collect();
        let mut idle = match chance.below(3) {
            0 => {
                let declined = declined(["", "p1", "p2", "p9"][chance.below(4)]);
                [declined.clone(), declined.dated(2)][chance.below(2)].clone()
            }
            1 => chance.one_of(&known).clone(),
            _ => chance.fact(&kinds),
        }
        .told_as("idle");
        if !idle.said.kind.is_dated() && chance.below(2) == 0 {
            idle.said.said_at = Some(minute(7));
        }
        if !decides_nothing(&known, &idle) {
            continue;
        }
        *if matches!(idle.said.kind, Kind::AttemptDeclined) { &mut declines } else { &mut repeats } += 1;
        let later: Vec<Fact> = (0..chance.below(6)).map(|_| chance.fact(&kinds)).collect();
        known.extend(later.iter().cloned());
        let expected = fold(&RULES, &known);
        known.insert(chance.below(known.len() + 1), idle.clone());
        let Err(broken) = same(&expected, &RULES, &known) else { continue };
        let would_end = |fact: &Fact| {
            fact.said.kind == Kind::Processing
                && (fact.attempt, &fact.said.payment) == (idle.attempt, &idle.said.payment)
                && fact.said.said_at < idle.said.said_at
        };
        let stands = idle.is_decline()
            && later.iter().any(would_end)
            && expected.sessions[&idle.attempt] == Status::Processing;
        assert!(stands, "seed {seed}, set {nth}\n{broken}");
        stood += 1;
    }
    assert!(declines > 10_000 && repeats > 10_000, "{declines} declines, {repeats} repeats");
    assert!(stood > 10, "{stood}");
    note(&format!("seed {seed}: {declines} declines and {repeats} repeats; {stood} times processing stood"));
}

#[test]
fn declines_and_news_that_is_known_decide_nothing() {
    let known = [
        paid("p1", 5_000).dated(1),
        fact(Kind::Processing).dated(1),
        processing("p1").dated(3),
        processing("p2").dated(1),
        declined("p2").dated(2),
        refunded("p1", "r1", 100),
    ];
    for idle in [
        declined("p9").dated(9),
        declined("").dated(9),
        declined("p1"),
        declined("p1").dated(3),
        // It has ended already.
        declined("p2").dated(9),
        processing("p1").dated(3),
        processing("p1").dated(2),
        processing("p1"),
        processing("p2").dated(1),
        paid("p1", 5_000).dated(1),
        fact(Kind::Processing).dated(2),
        fact(Kind::Processing),
        refunded("p1", "r1", 100).dated(9),
    ] {
        assert!(decides_nothing(&known, &idle.told_as("other")));
    }
    for news in [
        paid("p1", 5_000).dated(2),
        paid("p1", 5_000),
        paid("p2", 5_000).dated(1),
        paid("p1", 5_001).dated(1),
        paid("p1", 5_000).dated(1).on(2),
        fact(Kind::Failed),
        declined("p1").dated(4),
        processing("p1").dated(4),
        processing("p2").dated(3),
        processing("p3"),
        refunded("p1", "r2", 100),
    ] {
        assert!(!decides_nothing(&known, &news), "{news:?}");
    }
    assert!(
        !decides_nothing(&[stuck("")], &stuck("").told_as("other")),
        "found stuck again raises its word again"
    );
}
