//! Write first: whenever the premises of `expect` hold, it leaves the same item as `decide`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::payment::sample::*;
use crate::payment::{
    Attention, Change, Decision, Fact, FactId, Kind, Method, Outcome, Payment, Premise, Premises, Status,
    amend, decide, expect,
};

use super::alphabet::{large, note};

/// The item as the store keeps it: what a change does not name stays as it is.
#[derive(Clone, Debug, PartialEq)]
struct Stored {
    payment: Payment,
    status: Status,
    attention: BTreeSet<Attention>,
    plain: bool,
}

impl Stored {
    fn registered() -> Self {
        let (payment, status) = (order(), Status::Created);
        Self { payment, status, attention: BTreeSet::new(), plain: false }
    }

    fn saved(&self, change: &Change) -> Self {
        let mut payment = self.payment.clone();
        payment.apply(change);
        Self {
            payment,
            status: change.status.unwrap_or(self.status),
            attention: change.attention.clone().unwrap_or_else(|| self.attention.clone()),
            plain: change.plain.unwrap_or(self.plain),
        }
    }

    /// What is stored is what the facts amount to.
    fn is_the_fold(&self) -> bool {
        let standing = self.payment.standing();
        (self.status, &self.attention, self.plain) == (standing.status, &standing.attention, standing.plain)
    }
}

/// One thing that happens to an order.
#[derive(Clone, Debug)]
enum Happens {
    Opened(&'static str),
    Learned(Vec<Fact>),
    Amended(u64),
}

fn happens(history: &[Happens]) -> Stored {
    let mut stored = Stored::registered();
    for (nth, happens) in history.iter().enumerate() {
        let story = Story { payment: stored.payment.clone(), minutes: nth as u64 };
        let change = match happens {
            Happens::Opened(provider) => story.payment.next_attempt().map(|next| {
                let session = session(provider, Method::Card, minute(story.minutes + 1), 0);
                crate::payment::reserve(&story.payment, next, session)
            }),
            Happens::Learned(facts) => match story.decide(facts.clone()) {
                Decision::Write(change, _) => Some(change),
                _ => None,
            },
            Happens::Amended(minor) => {
                let described = Default::default();
                amend(&story.payment, eur(*minor), &described, minute(story.minutes + 1)).unwrap_or_default()
            }
        };
        if let Some(change) = change {
            stored = stored.saved(&change);
            assert!(stored.is_the_fold(), "{stored:?}");
        }
    }
    stored
}

/// This kind about one of the payments or none, at one of three times or none.
fn about(kind: Kind, nth: u16) -> Fact {
    let fact = fact(kind).of(["", "p1", "p8"][usize::from(nth) % 3]);
    match nth % 4 {
        0 => fact,
        minutes => fact.dated(u64::from(minutes)),
    }
}

/// Declines are many and each has its own id.
fn declines() -> impl Strategy<Value = Fact> {
    let declined = |nth| about(Kind::AttemptDeclined, nth).told_as(&format!("declined:{nth}"));
    any::<u16>().prop_map(declined)
}

/// Facts that leave an order plain.
fn open() -> impl Strategy<Value = Fact> {
    prop_oneof![
        2 => Just(fact(Kind::Sent)),
        1 => Just(fact(Kind::Returned)),
        2 => any::<u16>().prop_map(|nth| about(Kind::Processing, nth)),
        6 => declines(),
    ]
}

/// Facts as a provider tells them to an ordinary open payment.
fn ordinary() -> impl Strategy<Value = Fact> {
    prop_oneof![
        4 => Just(paid("p1", 5_000).dated(3)),
        1 => Just(paid("", 5_000)),
        1 => Just(paid("p1", 4_000)),
        3 => any::<u16>().prop_map(|nth| about(Kind::Processing, nth).told_as("processing:2")),
        1 => Just(fact(Kind::Failed)),
        1 => Just(fact(Kind::Cancelled)),
        1 => Just(fact(Kind::Expired)),
        3 => any::<u16>().prop_map(|nth| about(Kind::AttemptDeclined, nth).told_as("declined:new")),
    ]
}

fn any_fact() -> impl Strategy<Value = Fact> {
    proptest::sample::select(large()).prop_flat_map(proptest::sample::select)
}

fn histories() -> impl Strategy<Value = Vec<Happens>> {
    let opened = || Just(Happens::Opened("stripe"));
    let untried = prop_oneof![Just(fact(Kind::Sent)), Just(fact(Kind::Returned))];
    let facts = prop_oneof![
        3 => prop::collection::vec(open(), 0..30),
        1 => prop::collection::vec(declines(), 18..22),
        1 => prop::collection::vec(untried, 0..3),
    ];
    let plain = (opened(), facts).prop_map(|(opened, facts)| {
        let learned = facts.into_iter().map(|fact| Happens::Learned(vec![fact]));
        [opened].into_iter().chain(learned).collect()
    });
    let facts =
        prop_oneof![3 => prop::collection::vec(open(), 1..3), 1 => prop::collection::vec(any_fact(), 1..4)];
    let happens = prop_oneof![
        1 => opened(),
        1 => Just(Happens::Opened("other")),
        8 => facts.prop_map(Happens::Learned),
        1 => prop::sample::select(vec![4_000_u64, 5_000]).prop_map(Happens::Amended),
    ];
    prop_oneof![3 => plain, 2 => prop::collection::vec(happens, 0..12)]
}

const HISTORIES: u32 = 20_000;

#[test]
fn whenever_the_premises_hold_the_item_and_the_outcome_are_those_of_decide() {
    let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let held: RefCell<BTreeMap<&'static str, u32>> = RefCell::default();
    let event = (
        prop_oneof![5 => ordinary(), 1 => any_fact(), 1 => open()],
        prop::sample::select(vec!["demo", "demo", "demo", "demo", "else"]),
        prop::sample::select(vec!["stripe", "stripe", "stripe", "stripe", "other"]),
    );
    let checked = runner.run(&(histories(), event), |(history, (fact, whose, at))| {
        let stored = happens(&history);
        let (whose, at) = (shop(whose), provider(at));
        let story = Story { payment: stored.payment.clone(), minutes: 60 };
        let facts = story.stamped([fact]);
        let Some((change, outcome)) = expect(&whose, &at, &facts) else { return Ok(()) };
        if !change.premises.hold(Some(&stored.payment)) {
            return Ok(());
        }
        let Decision::Write(decided, decided_outcome) = decide(&stored.payment, &whose, Some(&at), &facts)
        else {
            return Err(TestCaseError::fail("expected to write what decide does not"));
        };
        prop_assert_eq!(stored.saved(&change), stored.saved(&decided));
        prop_assert!(stored.saved(&change).is_the_fold());
        prop_assert_eq!(outcome, decided_outcome);
        *held.borrow_mut().entry(facts[0].said.kind.word()).or_default() += 1;
        Ok(())
    });
    checked.unwrap_or_else(|broken| panic!("{broken}"));
    let held = held.into_inner();
    note(&format!("{HISTORIES} histories; the premises held for {held:?}"));
    for kind in ["paid", "processing", "failed", "cancelled", "expired", "attempt_declined"] {
        assert!(held.get(kind).is_some_and(|times| *times > 100), "{kind}: {held:?}");
    }
    assert_eq!(held.len(), 6);
}

#[test]
fn an_ordinary_open_payment_meets_the_premises_and_no_other_does() {
    let (demo, stripe) = (shop("demo"), provider("stripe"));
    let holds = |payment: &Payment, fact: Fact| {
        expect(&demo, &stripe, &[fact]).is_some_and(|(change, _)| change.premises.hold(Some(payment)))
    };
    let open = Story::sent();
    assert!(holds(&open.payment, paid("p1", 5_000)));
    assert!(holds(&open.clone().then([fact(Kind::Processing)]).payment, paid("p1", 5_000)));
    assert!(holds(&open.payment, fact(Kind::Processing)));

    assert!(!holds(&open.payment, paid("p1", 4_000)), "another amount");
    assert!(!holds(&open.payment, fact(Kind::Paid(money(5_000, "USD")))), "another currency");
    assert!(!holds(&open.payment, paid("p1", 5_000).on(2)), "an attempt that is not there");
    assert!(!holds(&Story::sent().opened("stripe", Method::Card).payment, paid("p1", 5_000)), "two attempts");
    assert!(
        !holds(&Story::new().opened("other", Method::Card).payment, paid("p1", 5_000)),
        "another provider's"
    );
    assert!(!holds(&open.clone().then([fact(Kind::Review)]).payment, paid("p1", 5_000)), "not plain");
    let known = open.clone().then([fact(Kind::Processing)]).payment;
    assert!(!holds(&known, fact(Kind::Processing).told_as("again")), "it is processing already");
    assert!(!holds(&known, declined("p1").dated(2)), "it may end what is processed");
    let tried = open.clone().then([declined("p1").dated(2)]).payment;
    assert!(holds(&tried, paid("p2", 5_000)) && holds(&tried, declined("p1").dated(3)));
    assert!(!holds(&tried, processing("p1").dated(1)), "it may have ended before it was told");
    assert!(!holds(&known, fact(Kind::Failed).told_as(known.facts[1].id.as_str())), "an id that is there");
    assert!(expect(&demo, &stripe, &[]).is_none());
    assert!(expect(&demo, &stripe, &[paid("p1", 5_000), fact(Kind::Returned)]).is_none());
}

#[test]
fn only_what_a_provider_tells_of_an_open_payment_is_expected() {
    let expected: BTreeSet<_> = large()
        .into_iter()
        .flatten()
        .filter(|fact| expect(&shop("demo"), &provider("stripe"), std::slice::from_ref(fact)).is_some())
        .map(|fact| fact.said.kind.word())
        .collect();
    let kinds = ["attempt_declined", "cancelled", "expired", "failed", "paid", "processing"];
    assert_eq!(expected.into_iter().collect::<Vec<_>>(), kinds);
}

#[test]
fn every_change_begins_with_the_order_being_there_and_no_premise_is_true_of_an_absent_item() {
    let premises = [
        Premise::OrderExists,
        Premise::Session { attempt: attempt(1), shop: shop("demo"), provider: provider("stripe") },
        Premise::Plain,
        Premise::NothingDeclined,
        Premise::Costs(eur(PRICE)),
        Premise::New(FactId::stored("new").hash()),
        Premise::FactsBelow(usize::MAX),
        Premise::StatusIn(&Status::ALL),
        Premise::Version(0),
    ];
    for premise in premises {
        // A premise that is added to the enum has to be added above.
        match premise {
            Premise::OrderExists
            | Premise::Session { .. }
            | Premise::Plain
            | Premise::NothingDeclined
            | Premise::Costs(_)
            | Premise::New(_)
            | Premise::FactsBelow(_)
            | Premise::StatusIn(_)
            | Premise::Version(_) => assert!(!premise.holds(None), "{premise:?}"),
        }
    }
    let story = Story::sent();
    let (first, _) = expect(&shop("demo"), &provider("stripe"), &[paid("p1", 5_000)]).unwrap();
    let Decision::Write(decided, Outcome::Applied) = story.decide([paid("p1", 5_000)]) else { panic!() };
    let reserved =
        crate::payment::reserve(&story.payment, attempt(2), session("stripe", Method::Card, minute(1), 1));
    let described = crate::payment::Details { country: Some("DE".to_owned()), ..Default::default() };
    let amended = amend(&story.payment, eur(PRICE), &described, minute(1)).unwrap().unwrap();
    for Change { premises: Premises(premises), .. } in [first, decided, reserved, amended] {
        assert_eq!(premises.first(), Some(&Premise::OrderExists));
    }
}
