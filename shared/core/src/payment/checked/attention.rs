//! Decisions of merchants, and what somebody has to look at.

use crate::payment::Attention::{
    AmountMismatch, CurrencyMismatch, Disputed, DuplicatePayment, LatePayment, PaymentReversed, RefundFailed,
    Stuck,
};
use crate::payment::sample::*;
use crate::payment::{Attention, Fact, Kind, Status};

fn dollars(payment: &str, minor: u64) -> Fact {
    fact(Kind::Paid(money(minor, "USD"))).of(payment)
}

/// What raised a word, the acknowledged included.
fn raised_by(facts: &[Fact], word: Attention) -> Vec<String> {
    stand(facts).raised_by.remove(&word).unwrap_or_default().into_iter().collect()
}

#[test]
fn each_word_is_raised_by_what_the_design_says_and_named_so_that_it_can_be_acknowledged() {
    let table: Vec<(Attention, Vec<Fact>, &[&str])> = vec![
        (AmountMismatch, vec![paid("p1", 4_000)], &["p1:4000:EUR"]),
        (AmountMismatch, vec![paid("p1", 0)], &["p1:0:EUR"]),
        (CurrencyMismatch, vec![dollars("p1", 5_000)], &["p1:5000:USD"]),
        (DuplicatePayment, vec![paid("p1", 5_000), paid("p2", 5_000)], &["p1:5000:EUR", "p2:5000:EUR"]),
        (DuplicatePayment, vec![paid("p1", 5_000), paid("p2", 5_000).on(2)], &["p1:5000:EUR", "p2:5000:EUR"]),
        (LatePayment, vec![paid("p1", 5_000), fact(Kind::Expired)], &["p1:5000:EUR"]),
        (LatePayment, vec![paid("p1", 5_000), fact(Kind::ClockExpired)], &["p1:5000:EUR"]),
        (LatePayment, vec![paid("p1", 5_000), fact(Kind::Failed)], &["p1:5000:EUR"]),
        (LatePayment, vec![paid("p1", 5_000), fact(Kind::Cancelled)], &["p1:5000:EUR"]),
        (Disputed, vec![paid("p1", 5_000), dispute_opened("p1", "d1", 5_000)], &["d1"]),
        (Disputed, vec![paid("p1", 5_000), dispute_opened("p1", "", 5_000)], &["p1"]),
        (PaymentReversed, vec![paid("p1", 5_000), dispute_lost("p1", "d1", 1_000)], &["d1"]),
        (PaymentReversed, vec![paid("p1", 5_000), reversed("p1", "", 1_000)], &["p1"]),
        (RefundFailed, vec![paid("p1", 5_000), refund_failed("p1", "r1", 1_000)], &["r1"]),
        (Stuck, vec![stuck("").told_as("us:1:stuck:9")], &["us:1:stuck:9"]),
        (
            Stuck,
            vec![paid("p1", 5_000), refund_pending("p1", "r1", 1_000), stuck("r1").told_as("us:1:stuck:9")],
            &["us:1:stuck:9"],
        ),
    ];
    for (word, facts, names) in table {
        assert_eq!((attention(&facts), raised_by(&facts, word).as_slice()), (vec![word], &owned(names)[..]));
        // Looked at: the word is gone, what raised it is still known, and status and amounts are what they were.
        let before = stand(&facts);
        let after = stand(&[&facts[..], &[acknowledged(word, names)]].concat());
        assert_eq!((after.attention.len(), &after.raised_by), (0, &before.raised_by));
        assert_eq!((after.status, after.amount_refunded), (before.status, before.amount_refunded));
    }
}

#[test]
fn what_is_as_it_should_be_raises_nothing() {
    for facts in [
        vec![paid("p1", 5_000)],
        vec![paid("p1", 5_000), paid("p1", 5_000).told_as("evt_2")],
        // Taken back: no longer another amount, another currency, or a second payment.
        vec![paid("p1", 4_000), refunded("p1", "r1", 4_000)],
        vec![paid("p1", 5_000), paid("p2", 5_000), refunded("p2", "r1", 5_000)],
        // A 0 that was reported is not money that came late or twice.
        vec![paid("p1", 5_000), paid("p2", 0), acknowledged(AmountMismatch, &["p2:0:EUR"])],
        vec![paid("p1", 0), fact(Kind::Expired), acknowledged(AmountMismatch, &["p1:0:EUR"])],
        // Approved.
        vec![paid("p1", 4_000), approved("p1", 4_000)],
        // The attempt that ended is not the one that has the money.
        vec![fact(Kind::Expired), paid("p2", 5_000).on(2)],
        // Final, so no longer stuck.
        vec![paid("p1", 5_000), stuck("")],
        vec![fact(Kind::Expired), stuck("")],
        vec![paid("p1", 5_000), refunded("p1", "r1", 1_000), stuck("r1")],
        // Once the provider names our refund it is found: its own id is pending, not ours.
        vec![
            paid("p1", 5_000),
            refund_requested("p1", "ours-1", 1_000),
            stuck("ours-1"),
            fact(Kind::RefundPending(our_refund("r1", "ours-1", 1_000))).of("p1"),
        ],
    ] {
        assert_eq!(attention(&facts), [], "{facts:?}");
    }
}

#[test]
fn late_payment_compares_no_clock() {
    let facts =
        |paid_at, expired_at| [paid("p1", 5_000).dated(paid_at), fact(Kind::Expired).dated(expired_at)];
    for facts in [facts(1, 9), facts(9, 1)] {
        assert_eq!((session_status(&facts), attention(&facts)), (Status::Paid, vec![LatePayment]));
    }
}

#[test]
fn a_payment_id_told_under_two_attempts_or_currencies_is_not_two_payments() {
    assert_eq!(attention(&[paid("p1", 5_000), paid("p1", 5_000).on(2)]), []);
    assert_eq!(attention(&[paid("p1", 5_000), dollars("p1", 5_500)]), [CurrencyMismatch]);
    assert_eq!(
        attention(&[paid("", 5_000), paid("", 5_000).on(2)]),
        [DuplicatePayment],
        "without ids: two attempts"
    );
}

#[test]
fn anything_not_named_raises_the_word_again() {
    let two = vec![paid("p1", 5_000), paid("p2", 5_000)];
    let seen = acknowledged(DuplicatePayment, &["p1:5000:EUR", "p2:5000:EUR"]);
    let mut facts = [two, vec![seen]].concat();
    assert_eq!(attention(&facts), []);
    facts.push(paid("p3", 5_000).on(2));
    assert_eq!(attention(&facts), [DuplicatePayment], "a third payment");

    let mut facts = vec![paid("p1", 4_000), acknowledged(AmountMismatch, &["p1:4000:EUR"])];
    assert_eq!(attention(&facts), []);
    facts.push(paid("p1", 4_500));
    assert_eq!(attention(&facts), [AmountMismatch], "the same payment with another amount");

    let mut facts = vec![stuck("").told_as("us:1:stuck:1"), acknowledged(Stuck, &["us:1:stuck:1"])];
    assert_eq!(attention(&facts), []);
    facts.push(stuck("").told_as("us:1:stuck:2"));
    assert_eq!(attention(&facts), [Stuck], "found stuck again");

    let mut facts = vec![paid("p1", 5_000), dispute_opened("p1", "d1", 1), acknowledged(Disputed, &["d1"])];
    assert_eq!(attention(&facts), []);
    facts.push(dispute_opened("p1", "d2", 1));
    assert_eq!(attention(&facts), [Disputed], "another dispute");

    let facts = [paid("p1", 4_000), fact(Kind::Failed), acknowledged(AmountMismatch, &["p1:4000:EUR"])];
    assert_eq!(attention(&facts), [LatePayment], "another word of the same money");
}

#[test]
fn approved_money_is_enough_for_paid_and_sums_count_what_really_came() {
    let facts = [paid("p1", 4_000), approved("p1", 4_000)];
    assert_eq!((session_status(&facts), came_and_went(&facts)), (Status::Paid, (4_000, 0)));
}

#[test]
fn decisions_name_money_never_facts_and_facts_go_on_counting() {
    let approval = approved("p1", 4_000);
    for (facts, status) in [
        (vec![paid("p1", 4_000).told_as("evt_2")], Status::Paid),
        (vec![paid("p1", 4_000), paid("p1", 4_500)], Status::Review),
        (vec![paid("p2", 4_000)], Status::Review),
        (vec![dollars("p1", 4_000)], Status::Review),
        (vec![paid("p1", 4_000), refunded("p1", "r1", 1_000)], Status::Paid),
        (vec![paid("p1", 4_000), dispute_lost("p1", "d1", 4_000)], Status::Refunded),
        (vec![fact(Kind::Failed)], Status::Failed),
    ] {
        assert_eq!(
            session_status(&[&facts[..], std::slice::from_ref(&approval)].concat()),
            status,
            "{facts:?}"
        );
    }
    // A decision about money without an id is about the session's only one.
    assert_eq!(session_status(&[paid("p1", 4_000), approved("", 4_000)]), Status::Paid);
    assert_eq!(session_status(&[paid("", 4_000), approved("", 4_000)]), Status::Paid);
}

#[test]
fn rejected_money_stays_in_review_until_it_was_sent_back_then_refunded() {
    for minor in [4_000, 5_000] {
        let mut facts = vec![paid("p1", minor), rejected("p1", minor)];
        assert_eq!(session_status(&facts), Status::Review);
        facts.push(refund_pending("p1", "r1", minor));
        assert_eq!(session_status(&facts), Status::Review);
        facts.push(refunded("p1", "r1", minor));
        assert_eq!(session_status(&facts), Status::Refunded);
    }
}

#[test]
fn rejected_beats_approved() {
    let both = |minor| vec![paid("p1", minor), approved("p1", minor), rejected("p1", minor)];
    assert_eq!(session_status(&both(5_000)), Status::Review);
    assert_eq!(
        (session_status(&both(4_000)), attention(&both(4_000))),
        (Status::Review, vec![AmountMismatch])
    );
}

#[test]
fn a_refund_that_failed_gives_the_money_back_to_the_shop_and_raises_its_word() {
    let facts = [paid("p1", 5_000), refunded("p1", "r1", 5_000), refund_failed("p1", "r1", 5_000)];
    assert_eq!((session_status(&facts), attention(&facts)), (Status::Paid, vec![RefundFailed]));
}
