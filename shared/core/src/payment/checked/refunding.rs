//! What may be refunded, of which money, and how a refund that was asked for stands.

use proptest::prelude::*;

use crate::payment::sample::*;
use crate::payment::{
    AskedRefund, Attempt, CannotRefund, Fact, Kind, Method, OrderId, Payment, RefundAsk, RefundId,
    RefundStatus, RefundWish, Refunding, Source, asked_refund, refunding,
};

/// An order with as many attempts as the facts name, which know them.
fn order_with(facts: &[Fact]) -> Payment {
    let attempts = facts.iter().map(|fact| fact.attempt.number()).max().unwrap_or(1);
    let mut story = Story::new();
    for _ in 0..attempts {
        story = story.opened("stripe", Method::Card);
    }
    for fact in facts {
        story = story.then([fact.clone()]);
    }
    story.payment
}

fn wish(amount: Option<u64>, of: Option<u8>) -> RefundWish {
    RefundWish { amount, attempt: of.map(attempt), reason: None }
}

fn id_of(key: &str, wish: &RefundWish) -> RefundId {
    wish.id(&shop("demo"), &OrderId::parse("1042").unwrap(), key)
}

fn asked(payment: &Payment, key: &str, wish: &RefundWish) -> Result<Refunding, CannotRefund> {
    refunding(payment, &id_of(key, wish), wish)
}

/// What is to be asked for: attempt, payment, minor units, currency.
fn ask(facts: &[Fact], wish: &RefundWish) -> Result<(u8, String, u64, &'static str), CannotRefund> {
    match asked(&order_with(facts), "k", wish)? {
        Refunding::Ask(RefundAsk { attempt, payment, money, .. }) => {
            Ok((attempt.number(), payment.to_string(), money.minor(), money.currency().code()))
        }
        Refunding::Asked(known) => panic!("asked before: {known:?}"),
    }
}

fn left(minor: u64) -> CannotRefund {
    CannotRefund::Exceeds { left: eur(minor) }
}

/// The order after this refund was asked for.
fn reserved(payment: &Payment, ask: &RefundAsk) -> Payment {
    let story = Story { payment: payment.clone(), minutes: 50 };
    let fact = Fact {
        id: ask.fact_id(),
        attempt: ask.attempt,
        ..fact(ask.kind()).of(ask.payment.as_str()).from(Source::Merchant).told_as(ask.fact_id().as_str())
    };
    story.then([fact]).payment
}

fn asks(payment: &Payment, key: &str, wish: &RefundWish) -> RefundAsk {
    match asked(payment, key, wish).unwrap() {
        Refunding::Ask(ask) => ask,
        Refunding::Asked(known) => panic!("asked before: {known:?}"),
    }
}

#[test]
fn all_that_is_left_or_a_part_of_it_and_never_more() {
    let whole = [paid("p1", 5_000)];
    assert_eq!(ask(&whole, &wish(None, None)), Ok((1, "p1".into(), 5_000, "EUR")));
    assert_eq!(ask(&whole, &wish(Some(1), None)), Ok((1, "p1".into(), 1, "EUR")));
    assert_eq!(ask(&whole, &wish(Some(5_000), Some(1))), Ok((1, "p1".into(), 5_000, "EUR")));
    assert_eq!(ask(&whole, &wish(Some(5_001), None)), Err(left(5_000)));
    assert_eq!(ask(&whole, &wish(Some(0), None)), Err(left(5_000)));
    for (taken, rest) in [
        (refunded("p1", "r1", 2_000), 3_000),
        (refund_pending("p1", "r1", 2_000), 3_000),
        (refund_requested("p1", "ours", 2_000), 3_000),
        (refunded_total("p1", 2_000), 3_000),
        (dispute_lost("p1", "d1", 2_000), 3_000),
        (refund_failed("p1", "r1", 2_000), 5_000),
        (dispute_opened("p1", "d1", 5_000), 5_000),
    ] {
        let facts = [paid("p1", 5_000), taken];
        assert_eq!(ask(&facts, &wish(None, None)), Ok((1, "p1".into(), rest, "EUR")), "{facts:?}");
        assert_eq!(ask(&facts, &wish(Some(rest + 1), None)), Err(left(rest)), "{facts:?}");
    }
    let nothing_left = [paid("p1", 5_000), refunded("p1", "r1", 5_000)];
    assert_eq!(ask(&nothing_left, &wish(None, None)), Err(left(0)));
    assert_eq!(ask(&nothing_left, &wish(Some(1), None)), Err(left(0)));
}

#[test]
fn what_was_never_paid_is_not_refunded() {
    for facts in [
        vec![],
        vec![fact(Kind::Processing)],
        vec![fact(Kind::Failed)],
        vec![fact(Kind::Review)],
        vec![paid("p1", 0)],
        vec![refunded("p1", "r1", 100)],
    ] {
        assert_eq!(ask(&facts, &wish(None, None)), Err(CannotRefund::NothingCame), "{facts:?}");
        assert_eq!(ask(&facts, &wish(Some(100), Some(1))), Err(CannotRefund::NothingCame), "{facts:?}");
    }
    let facts = [paid("p1", 5_000)];
    assert_eq!(ask(&facts, &wish(None, Some(2))), Err(CannotRefund::NoSuchSession));
    assert_eq!(ask(&[paid("", 5_000)], &wish(None, None)), Err(CannotRefund::Unnamed));
}

/// pretix/pretix#343: refunding the second of two payments voids a ticket that is still paid by the first.
#[test]
fn where_two_sessions_were_paid_it_has_to_be_said_which() {
    let twice = [paid("p1", 5_000), paid("p2", 5_000).on(2)];
    let which = CannotRefund::WhichSession { order: order().id, attempts: vec![attempt(1), attempt(2)] };
    assert_eq!(ask(&twice, &wish(None, None)), Err(which.clone()));
    assert_eq!(ask(&twice, &wish(None, Some(2))), Ok((2, "p2".into(), 5_000, "EUR")));
    let payment = order_with(&twice);
    let after = reserved(&payment, &asks(&payment, "k", &wish(None, Some(2))));
    // Also when one of them is on its way back: who asks again without a word does not send the other back too.
    assert_eq!(asked(&after, "again", &wish(None, None)), Err(which));
    assert_eq!(after.standing().sessions[&attempt(1)], crate::payment::Status::Paid);
    let failed_first = [fact(Kind::Failed), paid("p2", 5_000).on(2)];
    assert_eq!(ask(&failed_first, &wish(None, None)), Ok((2, "p2".into(), 5_000, "EUR")));
    assert_eq!(ask(&failed_first, &wish(None, Some(1))), Err(CannotRefund::NothingCame));
}

#[test]
fn of_several_payments_of_one_session_the_surplus_goes_back_first() {
    let facts = [paid("p1", 5_000), paid("p2", 4_000)];
    assert_eq!(ask(&facts, &wish(None, None)), Ok((1, "p2".into(), 4_000, "EUR")));
    assert_eq!(ask(&facts, &wish(Some(5_000), None)), Ok((1, "p1".into(), 5_000, "EUR")), "exactly that");
    assert_eq!(ask(&facts, &wish(Some(4_500), None)), Ok((1, "p1".into(), 4_500, "EUR")), "as much is left");
    assert_eq!(ask(&facts, &wish(Some(9_000), None)), Err(left(5_000)), "one refund is of one payment");
    let same = [paid("p2", 5_000), paid("p1", 5_000)];
    assert_eq!(ask(&same, &wish(None, None)), Ok((1, "p1".into(), 5_000, "EUR")), "of equals the first");
    let foreign = [fact(Kind::Paid(money(7_000, "USD"))).of("p1")];
    assert_eq!(ask(&foreign, &wish(None, None)), Ok((1, "p1".into(), 7_000, "USD")), "in its own currency");
}

#[test]
fn one_key_asks_for_one_refund() {
    let payment = order_with(&[paid("p1", 5_000)]);
    let part = wish(Some(1_000), None);
    let ask = asks(&payment, "k", &part);
    let after = reserved(&payment, &ask);
    let again = asked(&after, "k", &part);
    assert!(matches!(&again, Ok(Refunding::Asked(known)) if known.id == ask.id && known.money == eur(1_000)));
    for other in [
        wish(Some(1_001), None),
        wish(None, None),
        wish(Some(1_000), Some(1)),
        RefundWish { reason: Some("late".to_owned()), ..part.clone() },
    ] {
        assert_eq!(asked(&after, "k", &other), Err(CannotRefund::OtherBody), "{other:?}");
    }
    assert_ne!(asks(&after, "l", &part).id, ask.id);
    let ids = [id_of("k", &part), part.id(&shop("demo"), &OrderId::parse("1043").unwrap(), "k")];
    assert_ne!(ids[0], ids[1], "another order's key is another key");
}

#[test]
fn a_refund_stands_as_the_strongest_news_of_it_says() {
    let payment = order_with(&[paid("p1", 5_000)]);
    let ask = asks(&payment, "k", &wish(Some(1_000), None));
    let ours = ask.id.as_str();
    let named =
        |kind: fn(crate::payment::Refund) -> Kind| fact(kind(our_refund("re_1", ours, 1_000))).of("p1");
    // Later news need not repeat our id.
    let unnamed = |kind: fn(crate::payment::Refund) -> Kind| fact(kind(refund("re_1", 1_000))).of("p1");
    let stands = |facts: &[Fact]| {
        let mut story = Story { payment: reserved(&payment, &ask), minutes: 60 };
        for fact in facts {
            story = story.then([fact.clone()]);
        }
        let AskedRefund { status, refused, money, attempt, .. } =
            asked_refund(&story.payment, &ask.id).unwrap();
        assert_eq!((money, attempt), (eur(1_000), Attempt::FIRST));
        (status, refused)
    };
    assert_eq!(stands(&[]), (RefundStatus::Pending, false));
    assert_eq!(stands(&[named(Kind::RefundPending)]), (RefundStatus::Pending, false));
    assert_eq!(stands(&[named(Kind::Refunded)]), (RefundStatus::Succeeded, false));
    assert_eq!(
        stands(&[named(Kind::RefundPending), unnamed(Kind::Refunded)]),
        (RefundStatus::Succeeded, false)
    );
    assert_eq!(stands(&[named(Kind::Refunded), unnamed(Kind::RefundFailed)]), (RefundStatus::Failed, false));
    assert_eq!(
        stands(&[unnamed(Kind::Refunded), named(Kind::RefundPending)]),
        (RefundStatus::Succeeded, false)
    );
    let of_another = fact(Kind::Refunded(refund("re_2", 1_000))).of("p1");
    assert_eq!(stands(&[of_another]), (RefundStatus::Pending, false), "somebody else's refund");
    let refused = fact(ask.refused()).of("p1").from(Source::Us).because("charge_disputed");
    assert_eq!(stands(std::slice::from_ref(&refused)), (RefundStatus::Failed, true));
    let mut after = Story { payment: reserved(&payment, &ask), minutes: 60 };
    after = after.then([refused]);
    assert_eq!(asked_refund(&after.payment, &ask.id).unwrap().reason.as_deref(), Some("charge_disputed"));
    let free = asks(&after.payment, "l", &wish(None, None));
    assert_eq!(free.money, eur(5_000), "what the provider refused is free again");
    assert_eq!(asked_refund(&payment, &ask.id), None);
}

proptest! {
    /// Whatever was asked for and however it ended: together never more than came is reserved or gone.
    #[test]
    fn any_wishes_in_any_order_never_take_more_than_came(
        wishes in proptest::collection::vec((0_u64..6_000, 0_u8..4, 1_u8..3), 1..20)
    ) {
        let mut payment = order_with(&[paid("p1", 5_000), paid("p2", 3_000).on(2)]);
        for (number, (amount, end, of)) in wishes.into_iter().enumerate() {
            let wish = wish((amount > 0).then_some(amount), Some(of));
            let Ok(Refunding::Ask(ask)) = asked(&payment, &number.to_string(), &wish) else { continue };
            payment = reserved(&payment, &ask);
            let provider_id = format!("re_{number}");
            let told = our_refund(&provider_id, ask.id.as_str(), ask.money.minor());
            let end = match end {
                0 => continue,
                1 => Kind::RefundPending(told),
                2 => Kind::Refunded(told),
                _ => Kind::RefundFailed(told),
            };
            let on = ask.attempt.number();
            payment = Story { payment, minutes: 100 }.then([fact(end).of(ask.payment.as_str()).on(on)]).payment;
        }
        let standing = payment.standing();
        for (number, came) in [(1, 5_000), (2, 3_000)] {
            for sum in &standing.ledgers[&attempt(number)].sums {
                prop_assert!(sum.taken_back() + sum.refund_pending <= came, "{sum:?}");
                prop_assert_eq!(sum.left_to_refund(), came - sum.taken_back() - sum.refund_pending);
            }
        }
    }
}
