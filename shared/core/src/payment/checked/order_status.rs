//! The order's status: the first of paid, review, processing, refunded, pending, created that any of its sessions has;
//! else its newest session's; without sessions created.

use crate::payment::sample::*;
use crate::payment::{Fact, Kind, Status, standing};

/// Facts that give an attempt this status.
fn facts_for(status: Status, number: u8) -> Vec<Fact> {
    let payment = ["", "p1", "p2", "p3"][usize::from(number)];
    let facts = match status {
        Status::Created => vec![],
        Status::Pending => vec![fact(Kind::Sent)],
        Status::Processing => vec![fact(Kind::Processing)],
        Status::Paid => vec![paid(payment, 5_000)],
        Status::Failed => vec![fact(Kind::Failed)],
        Status::Cancelled => vec![fact(Kind::Cancelled)],
        Status::Expired => vec![fact(Kind::Expired)],
        Status::Review => vec![paid(payment, 4_000)],
        Status::Refunded => vec![paid(payment, 5_000), refunded(payment, &format!("r{number}"), 5_000)],
    };
    facts.into_iter().map(|fact| fact.on(number)).collect()
}

#[test]
fn the_first_that_any_session_has_else_the_newest_sessions() {
    let ranked = [
        Status::Paid,
        Status::Review,
        Status::Processing,
        Status::Refunded,
        Status::Pending,
        Status::Created,
    ];
    for first in Status::ALL {
        for second in Status::ALL {
            for third in Status::ALL {
                let sessions = [first, second, third];
                let facts: Vec<Fact> =
                    (1..).zip(sessions).flat_map(|(number, status)| facts_for(status, number)).collect();
                let standing = standing(eur(PRICE), (1..=3).map(attempt), &facts);
                let expected = ranked.into_iter().find(|status| sessions.contains(status)).unwrap_or(third);
                assert_eq!(standing.status, expected, "{sessions:?}");
                assert_eq!(standing.sessions.into_values().collect::<Vec<_>>(), sessions);
            }
        }
    }
}

#[test]
fn without_sessions_created() {
    assert_eq!(order().standing().status, Status::Created);
}

#[test]
fn both_attempts_of_an_order_that_were_paid_are_paid_for_that_is_the_truth() {
    let standing = stand(&[paid("p1", 5_000), paid("p2", 5_000).on(2)]);
    assert_eq!(standing.sessions.into_values().collect::<Vec<_>>(), [Status::Paid, Status::Paid]);
    assert_eq!((standing.status, standing.amount_paid), (Status::Paid, 10_000));
}

#[test]
fn facts_of_an_attempt_that_is_not_there_are_not_counted() {
    let standing = standing(eur(PRICE), [attempt(1)].into_iter(), &[paid("p2", 5_000).on(2)]);
    assert_eq!((standing.status, standing.amount_paid), (Status::Created, 0));
}

#[test]
fn plain_is_one_attempt_of_which_only_sent_returned_processing_and_declines_are_known() {
    let plain = |facts: &[Fact]| stand(facts).plain;
    let open = [Kind::Sent, Kind::Returned, Kind::Processing, Kind::AttemptDeclined].map(fact);
    assert!(plain(&[]) && plain(&open));
    assert!(!plain(&[fact(Kind::Sent).on(2)]), "two attempts");
    assert!(!standing(eur(PRICE), [].into_iter(), &[]).plain, "none");
    for known in
        [paid("p1", 1), fact(Kind::Failed), fact(Kind::Review), stuck(""), refund_requested("p1", "r1", 1)]
    {
        assert!(!plain(std::slice::from_ref(&known)), "{known:?}");
    }
}
