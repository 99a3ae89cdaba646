//! What is decided about facts that come, in which words it is answered, and what bounds it.

use crate::payment::limits::{FACTS_MAX, IDLE_FACTS_PER_ATTEMPT_MAX, IDLE_FACTS_PER_ORDER_MAX};
use crate::payment::sample::*;
use crate::payment::{
    Attention, Change, Decision, Fact, Kind, Method, Outcome, Payment, Premise, Premises, Status, decide,
};

fn declined(nth: usize) -> Fact {
    fact(Kind::AttemptDeclined).told_as(&format!("declined:{nth}"))
}

#[test]
fn applied_is_what_changed_status_amounts_or_attention_and_stale_is_what_changed_none() {
    let table: [(&[Fact], Fact, Outcome); 14] = [
        (&[], paid("p1", 5_000), Outcome::Applied),
        (&[], fact(Kind::Processing), Outcome::Applied),
        (&[fact(Kind::Processing)], fact(Kind::Sent).told_as("us:1:sent:again"), Outcome::Stale),
        (&[], declined(1), Outcome::Stale),
        (&[], fact(Kind::Returned), Outcome::Stale),
        (&[processing("p1").dated(1)], fact(Kind::AttemptDeclined).of("p1").dated(2), Outcome::Applied),
        (&[processing("p1").dated(1)], fact(Kind::AttemptDeclined).of("p1").dated(1), Outcome::Stale),
        (&[fact(Kind::AttemptDeclined).of("p1").dated(2)], processing("p1").dated(1), Outcome::Stale),
        (&[fact(Kind::AttemptDeclined).of("p1").dated(2)], processing("p1").dated(3), Outcome::Applied),
        (&[paid("p1", 5_000)], fact(Kind::Processing), Outcome::Stale),
        (&[paid("p1", 5_000)], paid("p1", 5_000).told_as("evt_2"), Outcome::Stale),
        (&[paid("p1", 5_000)], refunded("p1", "r1", 100), Outcome::Applied),
        (&[paid("p1", 5_000)], fact(Kind::Expired), Outcome::Applied),
        (&[paid("p1", 5_000)], dispute_opened("p1", "d1", 1), Outcome::Applied),
    ];
    for (known, news, outcome) in table {
        let mut story = Story::sent();
        for known in known {
            story = story.then([known.clone()]);
        }
        assert_eq!(story.learn([news.clone()]), Some(outcome), "{known:?}, then {news:?}");
        assert!(story.payment.facts.iter().any(|fact| fact.id == news.id), "recorded all the same");
    }
}

#[test]
fn review_is_applied_and_the_session_is_now_in_review() {
    assert_eq!(Story::sent().learn([paid("p1", 4_000)]), Some(Outcome::Review));
    assert_eq!(Story::sent().learn([fact(Kind::Review)]), Some(Outcome::Review));
    // The order has been paid by another attempt; this session's money is in review all the same.
    let mut story = Story::sent().opened("stripe", Method::Card).then([paid("p1", 5_000)]);
    assert_eq!(story.learn([paid("p2", 4_000).on(2)]), Some(Outcome::Review));
    assert_eq!(story.status(), Status::Paid);
}

#[test]
fn a_fact_whose_id_is_there_already_is_a_duplicate_whatever_else_it_says() {
    let story = Story::sent().then([paid("p1", 5_000).told_as("evt_1")]);
    assert_eq!(story.decide([paid("p1", 5_000).told_as("evt_1")]), Decision::Duplicate);
    assert_eq!(story.decide([fact(Kind::Failed).told_as("evt_1")]), Decision::Duplicate);
    assert_eq!(
        decide(&story.payment, &shop("demo"), None, &[]),
        Decision::Duplicate,
        "nothing is nothing new"
    );
}

#[test]
fn all_new_facts_of_one_event_go_in_one_write_and_a_repeat_within_it_is_recorded_once() {
    let story = Story::sent().then([fact(Kind::Processing)]);
    let told = [fact(Kind::Processing), paid("p1", 5_000), paid("p1", 5_000), refunded("p1", "r1", 100)];
    let Decision::Write(change, Outcome::Applied) = story.decide(told) else { panic!() };
    let kinds: Vec<_> = change.facts.iter().map(|fact| fact.said.kind.word()).collect();
    assert_eq!(kinds, ["paid", "refunded"]);
    assert!(change.facts.iter().all(|fact| fact.write == change.facts[0].write));
}

#[test]
fn wrong_shop_provider_or_attempt_is_unmatched() {
    let payment = Story::sent().payment;
    let (stripe, other) = (provider("stripe"), provider("other"));
    let news = [paid("p1", 5_000)];
    assert_eq!(decide(&payment, &shop("other"), Some(&stripe), &news), Decision::Unmatched);
    assert_eq!(decide(&payment, &shop("demo"), Some(&other), &news), Decision::Unmatched);
    assert_eq!(
        decide(&payment, &shop("demo"), Some(&stripe), &[paid("p1", 5_000).on(2)]),
        Decision::Unmatched
    );
    assert_eq!(decide(&order(), &shop("demo"), Some(&stripe), &news), Decision::Unmatched);
    // A batch is about one attempt; one that is not there does not slip in with it.
    let mixed = [paid("p1", 5_000), paid("p2", 5_000).on(2)];
    assert_eq!(decide(&payment, &shop("demo"), Some(&stripe), &mixed), Decision::Unmatched);
    assert!(
        matches!(decide(&payment, &shop("demo"), None, &news), Decision::Write(..)),
        "ours and merchants' name none"
    );
}

#[test]
fn a_decision_carries_the_version_it_was_made_on_and_all_that_follows() {
    let story = Story::sent();
    let Decision::Write(change, _) = story.decide([paid("p1", 4_000)]) else { panic!() };
    let Change { premises, status, attention, plain, tell, at, .. } = change;
    assert_eq!(premises, Premises(vec![Premise::OrderExists, Premise::Version(story.payment.version)]));
    assert_eq!((status, plain, tell), (Some(Status::Review), Some(false), true));
    assert_eq!(attention, Some([Attention::AmountMismatch].into()));
    assert_eq!(at, minute(story.minutes + 1));
}

#[test]
fn facts_that_decide_nothing_are_kept_aside_past_20_an_attempt() {
    let mut story = Story::sent();
    for nth in 0..IDLE_FACTS_PER_ATTEMPT_MAX {
        assert_eq!(story.learn([declined(nth)]), Some(Outcome::Stale), "{nth}");
    }
    let Decision::Aside(aside) = story.decide([declined(99)]) else { panic!() };
    assert_eq!(aside.len(), 1);
    let repeat = fact(Kind::Sent).told_as("again");
    assert!(
        matches!(story.decide([repeat]), Decision::Aside(_)),
        "news that is known decides nothing either"
    );
    // What decides is always recorded, also together with what does not.
    assert!(matches!(story.decide([paid("p1", 5_000)]), Decision::Write(..)));
    assert!(matches!(story.decide([declined(99), paid("p1", 5_000)]), Decision::Write(..)));
    assert!(matches!(story.decide([stuck("")]), Decision::Write(..)));
    // A decline that ends a processing decides, once; and what was told before it and comes after it is recorded too.
    let mut worked_on = story.clone().then([processing("p1").dated(1)]);
    let ends = fact(Kind::AttemptDeclined).of("p1").dated(2);
    assert_eq!(worked_on.learn([ends]), Some(Outcome::Applied));
    assert_eq!(worked_on.status(), Status::Pending);
    let again = fact(Kind::AttemptDeclined).of("p1").dated(3);
    assert!(matches!(worked_on.decide([again]), Decision::Aside(_)), "it has ended");
    assert_eq!(worked_on.learn([processing("p1").dated(4)]), Some(Outcome::Applied));
    assert!(
        matches!(worked_on.decide([processing("p1").dated(3)]), Decision::Aside(_)),
        "a later one is known"
    );
    // Another attempt has its own bound.
    let story = story.opened("stripe", Method::Card);
    assert!(matches!(story.decide([declined(99).on(2)]), Decision::Write(..)));
    assert_eq!(story.payment.facts.len(), 1 + IDLE_FACTS_PER_ATTEMPT_MAX);
}

#[test]
fn and_past_60_an_order() {
    let mut story = Story::new();
    let attempts = IDLE_FACTS_PER_ORDER_MAX.div_ceil(IDLE_FACTS_PER_ATTEMPT_MAX);
    for number in 1..=u8::try_from(attempts).unwrap() {
        story = story.opened("stripe", Method::Card);
        for nth in 0..IDLE_FACTS_PER_ATTEMPT_MAX {
            let nth = usize::from(number) * 100 + nth;
            assert_eq!(
                story.learn([declined(nth).on(number).told_as(&nth.to_string())]),
                Some(Outcome::Stale)
            );
        }
    }
    story = story.opened("stripe", Method::Card);
    assert!(matches!(story.decide([fact(Kind::AttemptDeclined).on(4)]), Decision::Aside(_)));
    assert!(matches!(story.decide([paid("p1", 5_000).on(4)]), Decision::Write(..)));
}

/// An order with so many different facts.
fn of_facts(count: usize) -> Payment {
    let mut story = Story::sent();
    while story.payment.facts.len() < count {
        let minor = story.payment.facts.len() as u64;
        story.learn([paid("p1", minor)]).unwrap();
    }
    story.payment
}

#[test]
fn past_200_facts_nothing_more_is_recorded() {
    let decide = |payment: &Payment, facts: &[Fact]| decide(payment, &shop("demo"), None, facts);
    let almost = of_facts(FACTS_MAX - 1);
    assert!(matches!(decide(&almost, &[refunded("p1", "r1", 1)]), Decision::Write(..)));
    let two = [refunded("p1", "r1", 1), refunded("p1", "r2", 1)];
    assert_eq!(decide(&almost, &two), Decision::PastCap, "one event is one write");
    let full = of_facts(FACTS_MAX);
    assert_eq!(decide(&full, &[refunded("p1", "r1", 1)]), Decision::PastCap);
    assert_eq!(decide(&full, &[paid("p1", 7)]), Decision::Duplicate, "known is known");
}

#[test]
fn outcomes_are_the_words_of_the_contract() {
    let outcomes = [
        (Outcome::Applied, "applied"),
        (Outcome::Stale, "stale"),
        (Outcome::Duplicate, "duplicate"),
        (Outcome::Review, "review"),
        (Outcome::Unmatched, "unmatched"),
        (Outcome::NotUnderstood, "not_understood"),
        (Outcome::PastCap, "past_cap"),
    ];
    for (outcome, word) in outcomes {
        assert_eq!((outcome.word(), Outcome::parse(word)), (word, Some(outcome)));
    }
    assert_eq!(Outcome::parse("Applied"), None);
}
