//! What it comes to that a merchant confirms money by hand.

use crate::payment::sample::*;
use crate::payment::{
    CannotReview, Confirming, Fact, Kind, Review, Ruling, Source, Status, confirming, review,
};

fn after(facts: &[Fact]) -> Story {
    facts.iter().fold(Story::sent(), |story, fact| story.then([fact.clone()]))
}

#[test]
fn confirmed_money_is_the_orders_and_makes_it_paid_once() {
    for facts in [&[][..], &[fact(Kind::ClockExpired)]] {
        let mut story = after(facts);
        let Ok(Confirming::Money { id, kind, payment }) = confirming(&story.payment, attempt(1)) else {
            panic!("it can be confirmed")
        };
        assert_eq!(kind, Kind::Paid(eur(PRICE)));
        assert_eq!(payment.as_str(), "manual:1");
        story = story.then([fact(kind).of("manual:1").from(Source::Merchant).told_as(id.as_str())]);
        assert_eq!(story.status(), Status::Paid);
        assert_eq!(confirming(&story.payment, attempt(1)), Ok(Confirming::AsBefore));
    }
}

/// Where a provider holds a payment and nobody can be asked, its own id is kept: told of it after all, the money is one.
#[test]
fn money_that_is_held_is_confirmed_by_the_providers_own_id() {
    for (held, id) in [(fact(Kind::Review).of("ch_71"), "ch_71"), (fact(Kind::Review), "manual:1")] {
        let story = after(&[held]);
        assert_eq!(story.status(), Status::Review);
        let Ok(Confirming::Money { id: fact_id, kind, payment }) = confirming(&story.payment, attempt(1))
        else {
            panic!("it can be confirmed")
        };
        assert_eq!((&kind, payment.as_str()), (&Kind::Paid(eur(PRICE)), id));
        let story = story.then([fact(kind).of(id).from(Source::Merchant).told_as(fact_id.as_str())]);
        assert_eq!(story.status(), Status::Paid);
        assert_eq!(confirming(&story.payment, attempt(1)), Ok(Confirming::AsBefore));
        assert_eq!(review(&story.payment, attempt(1), Ruling::Approve), Ok(Review::AsBefore));
        let story = story.then([paid(id, PRICE).told_as("evt_after_all")]);
        assert_eq!((story.status(), story.payment.standing().amount_paid), (Status::Paid, PRICE));
    }
}

#[test]
fn nothing_is_confirmed_where_no_money_is_waited_for() {
    for (facts, status) in [
        (vec![paid("p1", PRICE)], Status::Paid),
        (vec![paid("p1", PRICE - 1)], Status::Review),
        (vec![fact(Kind::Cancelled)], Status::Cancelled),
        (vec![fact(Kind::Processing)], Status::Processing),
    ] {
        let story = after(&facts);
        assert_eq!(story.status(), status);
        assert_eq!(confirming(&story.payment, attempt(1)), Err(CannotReview::NotInReview(status)));
    }
}
