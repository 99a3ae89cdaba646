//! What a merchant's decision comes to.

use crate::payment::sample::*;
use crate::payment::{CannotReview, Decided, Fact, Kind, Payment, Review, Ruling, Source, Status, review};

fn order_with(facts: &[Fact]) -> Payment {
    facts.iter().fold(Story::sent(), |story, fact| story.then([fact.clone()])).payment
}

fn decide(facts: &[Fact], ruling: Ruling) -> Result<Review, CannotReview> {
    review(&order_with(facts), attempt(1), ruling)
}

/// Payment, minor units, and minor units that are sent back.
fn money(facts: &[Fact], ruling: Ruling) -> Vec<(String, u64, Option<u64>)> {
    let Ok(Review::Money(money)) = decide(facts, ruling) else { panic!("{:?}", decide(facts, ruling)) };
    let row = |decided: Decided| {
        let of = decided.payment.map(|id| id.to_string()).unwrap_or_default();
        (of, decided.money.minor(), decided.refund.map(|refund| refund.money.minor()))
    };
    money.into_iter().map(row).collect()
}

#[test]
fn a_decision_names_the_money_that_came() {
    let short = [paid("p1", 4_000)];
    assert_eq!(money(&short, Ruling::Approve), [("p1".to_owned(), 4_000, None)]);
    assert_eq!(money(&short, Ruling::Reject), [("p1".to_owned(), 4_000, Some(4_000))]);
    let two = [paid("p1", 4_000), paid("p2", 999)];
    assert_eq!(money(&two, Ruling::Approve).len(), 2);
    let part = [paid("p1", 4_000), refunded("p1", "r1", 1_500)];
    assert_eq!(money(&part, Ruling::Reject), [("p1".to_owned(), 4_000, Some(2_500))], "what is left of it");
    let under_way = [paid("p1", 4_000), refund_requested("p1", "ours", 4_000)];
    assert_eq!(
        money(&under_way, Ruling::Reject),
        [("p1".to_owned(), 4_000, None)],
        "on its way back already"
    );
    assert_eq!(
        money(&[paid("", 4_000)], Ruling::Reject),
        [(String::new(), 4_000, None)],
        "nobody can be asked"
    );
}

#[test]
fn the_facts_of_a_decision_make_it_so() {
    for (ruling, status) in [(Ruling::Approve, Status::Paid), (Ruling::Reject, Status::Review)] {
        let mut story = Story { payment: order_with(&[paid("p1", 4_000)]), minutes: 9 };
        let Ok(Review::Money(money)) = review(&story.payment, attempt(1), ruling) else { panic!("money") };
        for decided in money {
            let (id, kind) = ruling.about(attempt(1), decided.payment.as_ref(), decided.money);
            story = story.then([fact(kind).of("p1").from(Source::Merchant).told_as(id.as_str())]);
        }
        assert_eq!(story.status(), status);
        assert_eq!(review(&story.payment, attempt(1), ruling), Ok(Review::AsBefore), "again is harmless");
    }
}

#[test]
fn rejected_beats_approved_and_stays_until_the_money_is_back() {
    let no = [paid("p1", 4_000), rejected("p1", 4_000)];
    assert_eq!(decide(&no, Ruling::Approve), Err(CannotReview::Rejected));
    assert_eq!(decide(&no, Ruling::Reject), Ok(Review::AsBefore));
    let back = [paid("p1", 4_000), rejected("p1", 4_000), refunded("p1", "r1", 4_000)];
    assert_eq!(decide(&back, Ruling::Reject), Ok(Review::AsBefore));
    assert_eq!(decide(&back, Ruling::Approve), Err(CannotReview::NotInReview(Status::Refunded)));
    // More money of another kind is another question.
    let more = [paid("p1", 4_000), rejected("p1", 4_000), paid("p2", 300)];
    assert_eq!(money(&more, Ruling::Approve), [("p2".to_owned(), 300, None)]);
}

#[test]
fn a_zero_that_is_rejected_leaves_nothing_to_send_back() {
    assert_eq!(money(&[paid("p1", 0)], Ruling::Reject), [("p1".to_owned(), 0, None)]);
    let stopped = fact(Kind::Cancelled).from(Source::Merchant);
    let facts = [paid("p1", 0), rejected("p1", 0), stopped];
    assert_eq!((session_status(&facts), attention(&facts)), (Status::Cancelled, vec![]));
    assert_eq!(decide(&facts, Ruling::Reject), Ok(Review::AsBefore));
    assert_eq!(session_status(&[paid("p1", 0), approved("p1", 0)]), Status::Paid);
    // Money that comes after all is money.
    let late = [paid("p1", 0), rejected("p1", 0), paid("p1", 5_000)];
    assert_eq!(session_status(&late), Status::Paid);
}

#[test]
fn what_is_not_in_review_is_not_decided_about() {
    for (facts, status) in [
        (vec![], Status::Pending),
        (vec![fact(Kind::Processing)], Status::Processing),
        (vec![fact(Kind::Failed)], Status::Failed),
        (vec![fact(Kind::Cancelled)], Status::Cancelled),
        (vec![paid("p1", 5_000)], Status::Paid),
        (vec![fact(Kind::Review), paid("p1", 5_000)], Status::Paid),
        (vec![paid("p1", 5_000), refunded("p1", "r1", 5_000)], Status::Refunded),
    ] {
        for ruling in [Ruling::Approve, Ruling::Reject] {
            assert_eq!(decide(&facts, ruling), Err(CannotReview::NotInReview(status)), "{facts:?}");
        }
    }
}

#[test]
fn a_hold_without_money_is_the_providers_to_tell_about() {
    assert_eq!(decide(&[fact(Kind::Review)], Ruling::Approve), Ok(Review::Held));
    assert_eq!(decide(&[fact(Kind::Review)], Ruling::Reject), Ok(Review::Held));
    let turned_away = [fact(Kind::Review), fact(Kind::Cancelled).from(Source::Merchant)];
    assert_eq!(decide(&turned_away, Ruling::Reject), Ok(Review::AsBefore));
    assert_eq!(decide(&turned_away, Ruling::Approve), Err(CannotReview::NotInReview(Status::Cancelled)));
}
