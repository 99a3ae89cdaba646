//! The log is the fold: how an order came to stand where it stands, write by write, and what of it the shop is told.

use crate::payment::sample::*;
use crate::payment::{
    Attempt, Decision, FactId, Kind, Method, Payment, Standing, Status, amend, decide, history,
};

use super::alphabet::{Chance, large, note, seed};

/// One write, as it happened.
#[derive(Debug)]
pub(super) struct Written {
    reserved: Option<Attempt>,
    facts: Vec<FactId>,
    after: Standing,
    /// The item as it was left.
    pub(super) item: Payment,
}

/// An order written to by chance: sessions, one to three facts at once, now and then another amount.
pub(super) fn by_chance(chance: &mut Chance, kinds: &[Vec<crate::payment::Fact>]) -> (Payment, Vec<Written>) {
    let mut story = Story::new();
    let mut log = Vec::new();
    let ends = [Kind::Failed, Kind::Cancelled, Kind::Expired, Kind::ClockExpired, Kind::Sent];
    for _ in 0..chance.below(14) {
        let newest = story.payment.sessions.last_key_value().map(|(attempt, _)| attempt.number());
        let Some(newest) = newest.filter(|_| chance.below(5) > 0) else {
            story = story.opened("stripe", Method::Card);
            let reserved = story.payment.sessions.last_key_value().map(|(attempt, _)| *attempt);
            log.push(written(&story, reserved, 0));
            continue;
        };
        if chance.below(6) == 0 {
            let amended = eur(4_000 + 500 * chance.below(3) as u64);
            if let Ok(Some(change)) =
                amend(&story.payment, amended, &story.payment.details, minute(story.minutes))
            {
                assert!(!change.tell, "the shop knows what it told us");
                story.payment.apply(&change);
            }
            continue;
        }
        let number = 1 + u8::try_from(chance.below(usize::from(newest))).unwrap();
        let facts: Vec<_> = (0..=chance.below(3))
            .map(|_| match chance.below(2) {
                0 => fact(chance.one_of(&ends).clone()),
                _ => chance.fact(kinds),
            })
            .map(|fact| fact.on(number))
            .collect();
        let recorded = story.payment.facts.len();
        if story.learn(facts).is_some() {
            log.push(written(&story, None, recorded));
        }
    }
    (story.payment, log)
}

fn written(story: &Story, reserved: Option<Attempt>, recorded: usize) -> Written {
    let facts = story.payment.facts.iter().skip(recorded).filter(|_| reserved.is_none());
    Written {
        reserved,
        facts: facts.map(|fact| fact.id.clone()).collect(),
        after: story.payment.standing(),
        item: story.payment.clone(),
    }
}

#[test]
fn the_fold_gives_every_write_in_its_place_with_where_the_order_stood() {
    let (kinds, seed) = (large(), seed());
    let (mut writes, mut told) = (0, 0);
    for nth in 0..10_000_u64 {
        let (payment, log) = by_chance(&mut Chance::of_seed(seed ^ nth << 20), &kinds);
        let steps = history(&payment);
        assert_eq!(steps.len(), log.len(), "seed {seed}, history {nth}");
        let mut before = Payment { sessions: [].into(), facts: vec![], ..payment.clone() }.standing();
        // `created` stands for the status before it.
        let mut told_status = Status::Created;
        for (step, written) in steps.into_iter().zip(log) {
            let ids: Vec<_> = step.facts.iter().map(|fact| fact.id.clone()).collect();
            assert_eq!((step.reserved, ids), (written.reserved, written.facts), "seed {seed}, history {nth}");
            assert_eq!(step.before, before, "each step begins where the one before it ended");
            assert_eq!(step.after, written.after, "seed {seed}, history {nth}: what was true then");

            let status = step.after.status;
            let tell = (status != Status::Created && status != told_status)
                || before.amount_refunded != step.after.amount_refunded
                || step.after.attention.difference(&before.attention).next().is_some();
            assert_eq!(
                written.item.tell, tell,
                "seed {seed}, history {nth}: told {told_status}, {:?}",
                step.after
            );
            if status != Status::Created {
                told_status = status;
            }
            (writes, told) = (writes + 1, told + u64::from(tell));
            before = step.after;
        }
        assert_eq!(before, payment.standing(), "the last step ends where the order stands");
    }
    note(&format!("seed {seed}: {writes} writes, of which {told} were to be told"));
    assert!(writes > 50_000 && told > 10_000 && told < writes);
}

#[test]
fn facts_with_one_mark_are_one_step() {
    let story =
        Story::sent().then([paid("p1", 5_000), refunded("p1", "r1", 100)]).then([fact(Kind::Returned)]);
    let steps = history(&story.payment);
    let shape: Vec<_> = steps.iter().map(|step| (step.reserved.is_some(), step.facts.len())).collect();
    assert_eq!(shape, [(true, 0), (false, 1), (false, 2), (false, 1)]);
}

#[test]
fn a_reserved_session_appears_after_the_facts_that_were_there() {
    let story = Story::sent().then([fact(Kind::Failed)]).opened("other", Method::Wallet);
    let story = story.opened("stripe", Method::Card).then([paid("p1", 5_000).on(2)]);
    let shape: Vec<_> = history(&story.payment)
        .iter()
        .map(|step| (step.reserved.map(Attempt::number), step.after.status))
        .collect();
    assert_eq!(
        shape,
        [
            (Some(1), Status::Created),
            (None, Status::Pending),
            (None, Status::Failed),
            (Some(2), Status::Created),
            (Some(3), Status::Created),
            (None, Status::Paid),
        ]
    );
}

/// Whether each of these writes is told, each of one fact; a reserve is written as a session of its own.
fn told(facts: &[crate::payment::Fact]) -> Vec<bool> {
    let mut story = Story::new().opened("stripe", Method::Card);
    let mut told = Vec::new();
    for fact in facts {
        while story.payment.next_attempt().is_some_and(|next| next <= fact.attempt) {
            story = story.opened("stripe", Method::Card);
        }
        story.learn([fact.clone()]).unwrap();
        told.push(story.payment.tell);
    }
    told
}

#[test]
fn the_shop_is_told_what_changed_status_refunded_amount_or_added_attention() {
    let (t, f) = (true, false);
    let sent = || fact(Kind::Sent);
    let table = [
        (vec![sent(), paid("p1", 5_000)], vec![t, t]),
        (vec![sent(), fact(Kind::Returned), fact(Kind::AttemptDeclined)], vec![t, f, f]),
        // Declined after all: it is open again, and the shop is told so even where nobody saw the customer go.
        (vec![processing("p1").dated(1), declined("p1").dated(2)], vec![t, t]),
        (
            vec![sent(), processing("p1").dated(1), declined("p1").dated(2), paid("p2", 5_000)],
            vec![t, t, t, t],
        ),
        // One order.paid, though two attempts were paid; the second is told as attention.
        (vec![paid("p1", 5_000), paid("p2", 5_000).on(2)], vec![t, t]),
        (vec![paid("p1", 5_000), paid("p1", 5_000).on(2)], vec![t, f]),
        (vec![paid("p1", 5_000), refunded("p1", "r1", 100), refund_pending("p1", "r2", 100)], vec![t, t, f]),
        (vec![paid("p1", 5_000), refunded("p1", "r1", 100), refund_failed("p1", "r1", 100)], vec![t, t, t]),
        // Looked at: attention went, none was added.
        (
            vec![
                paid("p1", 5_000),
                fact(Kind::Expired),
                acknowledged(crate::payment::Attention::LatePayment, &["p1:5000:EUR"]),
            ],
            vec![t, t, f],
        ),
        // Failed, then a second attempt that fails too: `created` between them stands for `failed`.
        (vec![fact(Kind::Failed), fact(Kind::Failed).on(2)], vec![t, f]),
        (vec![fact(Kind::Failed), sent().on(2), fact(Kind::Failed).on(2)], vec![t, t, t]),
        (vec![fact(Kind::Failed), fact(Kind::Cancelled).on(2)], vec![t, t]),
    ];
    for (facts, expected) in table {
        assert_eq!(told(&facts), expected, "{facts:?}");
    }
}

#[test]
fn registering_and_reserving_tell_nothing() {
    assert!(!order().tell);
    assert!(!Story::sent().then([fact(Kind::Failed)]).opened("stripe", Method::Card).payment.tell);
}

#[test]
fn the_mark_is_for_the_last_write_alone() {
    let mut story = Story::sent().then([paid("p1", 5_000)]);
    assert!(story.payment.tell);
    let news = story.stamped([fact(Kind::Returned)]);
    let Decision::Write(change, _) = decide(&story.payment, &shop("demo"), None, &news) else { panic!() };
    story.payment.apply(&change);
    assert!(!story.payment.tell);
}
