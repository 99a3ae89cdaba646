//! Whether a session may be opened, reserving one, and registering an order again.

use crate::payment::limits::ATTEMPTS_MAX;
use crate::payment::sample::*;
use crate::payment::{
    AmendError, Attempt, Details, Fact, Kind, Method, Moment, News, Opening, Payment, Premise, Premises,
    Status, amend, opening, reserve, told,
};

fn ask(payment: &Payment, method: Option<Method>, at: Moment) -> Opening {
    opening(payment, method, None, at)
}

#[test]
fn each_status_of_the_order_has_its_answer() {
    let (open, next) = (Opening::Open(attempt(1)), Opening::Next(attempt(2)));
    let table: [(&[Fact], Status, Opening); 10] = [
        (&[fact(Kind::Returned)], Status::Created, open),
        (&[fact(Kind::Sent)], Status::Pending, open),
        (&[fact(Kind::Failed)], Status::Failed, next),
        (&[fact(Kind::Cancelled)], Status::Cancelled, next),
        (&[fact(Kind::Expired)], Status::Expired, next),
        (&[fact(Kind::ClockExpired)], Status::Expired, next),
        (&[paid("p1", 5_000)], Status::Paid, Opening::AlreadyPaid),
        (&[paid("p1", 5_000), refunded("p1", "r1", 5_000)], Status::Refunded, Opening::AlreadyPaid),
        (&[fact(Kind::Processing)], Status::Processing, Opening::UnderWay),
        (&[paid("p1", 4_000)], Status::Review, Opening::UnderWay),
    ];
    for (facts, status, answer) in table {
        let story = Story::new().opened("stripe", Method::Card).then(facts.to_vec());
        assert_eq!((story.status(), ask(&story.payment, None, minute(5))), (status, answer));
    }
    assert_eq!(ask(&order(), None, minute(5)), Opening::Next(Attempt::FIRST));
}

#[test]
fn open_means_that_its_time_is_ahead() {
    let payment = Story::sent().payment;
    let expires_at = payment.sessions[&Attempt::FIRST].expires_at;
    let just_before = Moment::from_millis(expires_at.millis() - 1);
    assert_eq!(ask(&payment, None, just_before), Opening::Open(attempt(1)));
    assert_eq!(ask(&payment, None, expires_at), Opening::Next(attempt(2)));
}

#[test]
fn the_newest_open_one_of_the_method_and_provider_that_were_asked_for() {
    let story = Story::sent().opened("other", Method::Wallet).opened("stripe", Method::Wallet);
    let story = story.then([fact(Kind::Failed).on(3)]);
    let get =
        |method, at: Option<&str>| opening(&story.payment, method, at.map(provider).as_ref(), minute(6));
    assert_eq!(get(None, None), Opening::Open(attempt(2)), "the third has failed");
    assert_eq!(get(Some(Method::Wallet), None), Opening::Open(attempt(2)));
    assert_eq!(
        get(Some(Method::Card), None),
        Opening::Open(attempt(1)),
        "another method leaves the earlier one open"
    );
    assert_eq!(get(None, Some("stripe")), Opening::Open(attempt(1)));
    assert_eq!(get(Some(Method::Wallet), Some("stripe")), Opening::Next(attempt(4)));
    assert_eq!(get(Some(Method::Crypto), None), Opening::Next(attempt(4)));
}

#[test]
fn after_20_attempts_there_is_no_next_but_an_open_one_is_still_given() {
    let story = (1..=ATTEMPTS_MAX).fold(Story::new(), |story, _| story.opened("stripe", Method::Card));
    let newest = Opening::Open(attempt(ATTEMPTS_MAX));
    assert_eq!(ask(&story.payment, None, minute(21)), newest);
    assert_eq!(ask(&story.payment, Some(Method::Crypto), minute(21)), Opening::TooMany);
    assert_eq!(ask(&story.payment, None, minute(99)), Opening::TooMany);
    assert_eq!(story.payment.next_attempt(), None);
}

#[test]
fn a_reserve_adds_the_attempt_at_its_place_and_tells_the_shop_nothing() {
    let story = Story::sent().then([fact(Kind::Failed)]);
    // Whatever the caller believed: the place is where the order is now.
    let change = reserve(&story.payment, attempt(2), session("stripe", Method::Card, minute(9), 77));
    assert_eq!(change.premises, Premises(vec![Premise::OrderExists, Premise::Version(4)]));
    assert_eq!((change.status, change.plain, change.tell), (Some(Status::Created), Some(false), false));
    let mut payment = story.payment.clone();
    payment.apply(&change);
    assert_eq!((payment.version, payment.updated_at, payment.tell), (5, minute(9), false));
    assert_eq!((payment.sessions.len(), payment.sessions[&attempt(2)].after), (2, 2));
    assert_eq!(payment.standing().status, Status::Created);
    let first = reserve(&order(), Attempt::FIRST, session("stripe", Method::Card, minute(1), 0));
    assert_eq!((first.status, first.plain, first.tell), (Some(Status::Created), Some(true), false));
}

#[test]
fn an_attempt_in_place_of_one_without_a_checkout_is_one_write_that_tells_the_shop_nothing() {
    let story = Story::new().opened("stripe", Method::Card);
    let version = story.payment.version;
    let story = story.opened_instead("account_closed", "other", Method::Card);
    assert_eq!((story.payment.version, story.payment.tell), (version + 1, false));
    let standing = story.payment.standing();
    assert_eq!(standing.status, Status::Created);
    let statuses: Vec<_> = standing.sessions.values().copied().collect();
    assert_eq!(statuses, [Status::Failed, Status::Created]);
    assert_eq!(told(&story.payment), []);
    assert_eq!(ask(&story.payment, None, minute(3)), Opening::Open(attempt(2)));
    // Where that one ends too the order has failed, and that is told once.
    let story = story.then([fact(Kind::Failed).on(2)]);
    let told: Vec<_> = told(&story.payment).iter().map(|told| (told.sequence, told.kind)).collect();
    assert_eq!(told, [(1, News::Failed)]);
}

#[test]
fn money_is_locked_while_some_session_is_neither_failed_cancelled_nor_expired_by_fact() {
    let table: [(&[Fact], bool); 10] = [
        (&[fact(Kind::Returned)], true),
        (&[fact(Kind::Sent)], true),
        (&[fact(Kind::Processing)], true),
        (&[fact(Kind::Review)], true),
        (&[paid("p1", 5_000)], true),
        (&[paid("p1", 5_000), refunded("p1", "r1", 5_000)], true),
        (&[fact(Kind::Failed)], false),
        (&[fact(Kind::Cancelled)], false),
        (&[fact(Kind::Expired)], false),
        (&[fact(Kind::ClockExpired)], false),
    ];
    for (facts, locked) in table {
        let payment = Story::new().opened("stripe", Method::Card).then(facts.to_vec()).payment;
        for other in [eur(6_000), money(5_000, "USD")] {
            // A day later: that its time is over is not a fact.
            let change = amend(&payment, other, &payment.details, minute(1_440));
            assert_eq!(change.as_ref().err(), locked.then_some(&AmendError::Locked), "{facts:?}");
            let Ok(Some(change)) = change else { continue };
            let mut amended = payment.clone();
            amended.apply(&change);
            assert_eq!((amended.money, amended.version, amended.tell), (other, payment.version + 1, false));
            assert_eq!(amended.standing().status, payment.standing().status);
        }
        let described = Details { description: Some("two mugs".to_owned()), ..Details::default() };
        let change = amend(&payment, payment.money, &described, minute(9)).unwrap().unwrap();
        assert_eq!(change.amended, Some((payment.money, described)), "what decides nothing is never locked");
    }
    let sent_and_failed =
        Story::sent().opened("stripe", Method::Card).then([fact(Kind::Failed).on(2)]).payment;
    assert_eq!(
        amend(&sent_and_failed, eur(1), &Details::default(), minute(9)),
        Err(AmendError::Locked),
        "one is open"
    );
}

#[test]
fn the_same_order_again_is_nothing_to_write() {
    let payment = Story::sent().then([paid("p1", 5_000)]).payment;
    assert_eq!(amend(&payment, payment.money, &payment.details, minute(9)), Ok(None));
    let change = amend(&order(), eur(7_000), &Details::default(), minute(9)).unwrap().unwrap();
    assert_eq!((change.amended.unwrap().0, change.status), (eur(7_000), Some(Status::Created)));
}
