//! Counting money, in the words of the design: what came, and what was refunded.

use crate::payment::sample::*;
use crate::payment::{Attempt, Fact, Kind, Status, Sum};

/// The only sum of the first attempt.
fn sum(facts: &[Fact]) -> Sum {
    let sums = sums(facts);
    assert_eq!(sums.len(), 1, "{sums:?}");
    sums[0].clone()
}

fn sums(facts: &[Fact]) -> Vec<Sum> {
    stand(facts).ledgers[&Attempt::FIRST].sums.clone()
}

fn asks(facts: &[Fact]) -> bool {
    stand(facts).ask.contains(&Attempt::FIRST)
}

#[test]
fn several_reports_of_one_payment_id_are_the_same_money_the_largest_counts() {
    let (completed, succeeded) =
        (paid("p1", 5_000).told_as("evt_1"), paid("p1", 5_000).dated(3).told_as("evt_2"));
    assert_eq!(came_and_went(&[completed, succeeded]), (5_000, 0));
    assert_eq!(sum(&[paid("p1", 4_000), paid("p1", 5_000), paid("p1", 3_000)]).came, Some(5_000));
    assert_eq!(came_and_went(&[paid("p1", 5_000), paid("p2", 4_000)]), (9_000, 0), "two ids are two moneys");
}

#[test]
fn counted_for_one_payment_id_and_currency_and_sums_are_in_the_orders_currency() {
    let dollars = |minor| Kind::Paid(money(minor, "USD"));
    let facts = [paid("p1", 4_000), fact(dollars(9_000)).of("p1"), refunded("p1", "r1", 1_000)];
    let sums = sums(&facts);
    assert_eq!(
        sums.iter().map(|sum| (sum.currency.code(), sum.came)).collect::<Vec<_>>(),
        [("EUR", Some(4_000)), ("USD", Some(9_000))]
    );
    assert_eq!(sums.iter().map(Sum::taken_back).collect::<Vec<_>>(), [1_000, 0]);
    assert_eq!(came_and_went(&facts), (4_000, 1_000));
    assert_eq!(session_status(&[fact(dollars(5_000)).of("p1"), refunded("p1", "r1", 5_000)]), Status::Review);
}

#[test]
fn taken_back_is_never_more_than_came() {
    for facts in [
        [paid("p1", 5_000), refunded("p1", "r1", 4_000), refunded("p1", "r2", 4_000)],
        [paid("p1", 5_000), refunded("p1", "r1", 5_000), dispute_lost("p1", "d1", 5_000)],
        [paid("p1", 5_000), reversed("p1", "d1", 5_000), reversed("p1", "", 5_000)],
        [paid("p1", 5_000), refunded_total("p1", 9_000), fact(Kind::Processing)],
    ] {
        assert_eq!(
            (came_and_went(&facts), session_status(&facts)),
            ((5_000, 5_000), Status::Refunded),
            "{facts:?}"
        );
    }
    // Nothing came, so nothing went.
    assert_eq!(came_and_went(&[refunded("p1", "r1", 5_000), dispute_lost("p1", "d1", 5_000)]), (0, 0));
}

#[test]
fn a_part_refund_leaves_paid_and_sets_amount_refunded() {
    let facts = [paid("p1", 5_000), refunded("p1", "r1", 1_500)];
    assert_eq!((session_status(&facts), came_and_went(&facts)), (Status::Paid, (5_000, 1_500)));
}

#[test]
fn refund_failed_beats_refunded_beats_refund_pending() {
    let (pending, settled, failed) =
        (refund_pending("p1", "r1", 2_000), refunded("p1", "r1", 2_000), refund_failed("p1", "r1", 2_000));
    for (facts, refunded, under_way) in [
        (vec![&pending], 0, 2_000),
        (vec![&pending, &settled], 2_000, 0),
        (vec![&pending, &settled, &failed], 0, 0),
        (vec![&settled, &failed], 0, 0),
        (vec![&pending, &failed], 0, 0),
    ] {
        let facts: Vec<Fact> = facts.into_iter().cloned().chain([paid("p1", 5_000)]).collect();
        let sum = sum(&facts);
        assert_eq!((sum.refunded, sum.refund_pending), (refunded, under_way), "{facts:?}");
    }
}

#[test]
fn a_pending_refund_lessens_only_what_is_left_to_refund() {
    let facts = [paid("p1", 5_000), refunded("p1", "r1", 1_000), refund_pending("p1", "r2", 1_500)];
    let sum = sum(&facts);
    assert_eq!((sum.taken_back(), sum.left_to_refund()), (1_000, 2_500));
    assert_eq!(session_status(&[paid("p1", 5_000), refund_pending("p1", "r1", 5_000)]), Status::Paid);
}

#[test]
fn the_larger_of_running_total_and_itemised_sum_counts() {
    for (total, items, counted) in [(3_000, [1_000, 1_000], 3_000), (1_000, [1_000, 1_500], 2_500)] {
        let facts = [
            paid("p1", 5_000),
            refunded_total("p1", total),
            refunded("p1", "r1", items[0]),
            refunded("p1", "r2", items[1]),
        ];
        assert_eq!(came_and_went(&facts), (5_000, counted));
    }
    assert_eq!(
        came_and_went(&[paid("p1", 5_000), refunded_total("p1", 1_000), refunded_total("p1", 3_000)]).1,
        3_000
    );
}

#[test]
fn a_running_total_is_lowered_only_by_refunds_that_failed_after_its_own_time() {
    let went =
        |total: Fact, failed: &[Fact]| came_and_went(&[&[paid("p1", 5_000), total], failed].concat()).1;
    let (total, failed) = (|| refunded_total("p1", 3_000), || refund_failed("p1", "r1", 1_000));
    assert_eq!(went(total().dated(2), &[failed().dated(3)]), 2_000, "after it");
    assert_eq!(went(total().dated(2), &[failed().dated(2)]), 3_000, "at its moment");
    assert_eq!(went(total().dated(2), &[failed().dated(1)]), 3_000, "before it");
    assert_eq!(went(total().dated(2), &[failed()]), 3_000, "undated is earlier than any date");
    assert_eq!(went(total(), &[failed().dated(1)]), 2_000, "undated total");
    assert_eq!(went(total(), &[failed()]), 3_000, "both undated");
    let two = [failed().dated(3), refund_failed("p1", "r2", 500).dated(4)];
    assert_eq!(went(total().dated(2), &two), 1_500, "two refunds failed");
}

#[test]
fn a_refund_fails_once_when_it_was_first_said_to_have_failed() {
    // A provider that is asked again says again that the refund failed, dated by its answer. The total in between
    // already leaves that refund out.
    let facts = [
        paid("p1", 5_000),
        refund_failed("p1", "r1", 1_000).dated(2),
        refunded_total("p1", 3_000).dated(3),
        refund_failed("p1", "r1", 1_000).dated(4),
    ];
    assert_eq!(came_and_went(&facts).1, 3_000);
    // An undated report of the failure does not hide when it failed.
    let facts =
        [paid("p1", 5_000), refunded_total("p1", 3_000).dated(3), refund_failed("p1", "r1", 1_000).dated(4)];
    assert_eq!(came_and_went(&facts).1, 2_000);
    assert_eq!(came_and_went(&[&facts[..], &[refund_failed("p1", "r1", 1_000)]].concat()).1, 2_000);
}

#[test]
fn a_requested_refund_counts_as_pending_until_a_fact_names_it() {
    let asked = || vec![paid("p1", 5_000), refund_requested("p1", "ours-1", 2_000)];
    let pending = |more: Fact| {
        let facts = [asked(), vec![more]].concat();
        let ids =
            stand(&facts).ledgers[&Attempt::FIRST].pending_refunds.iter().map(ToString::to_string).collect();
        (sum(&facts).refund_pending, ids)
    };
    let ids = |ids: &[&str]| -> Vec<String> { ids.iter().map(|&id| id.to_owned()).collect() };
    assert_eq!(pending(fact(Kind::Returned)), (2_000, ids(&["ours-1"])), "nothing names it");
    assert_eq!(pending(refund_pending("p1", "r9", 500)), (2_500, ids(&["ours-1", "r9"])), "another's refund");
    // By our id in the provider's metadata.
    let named = |kind: fn(_) -> Kind| fact(kind(our_refund("r1", "ours-1", 2_000))).of("p1");
    assert_eq!(pending(named(Kind::RefundPending)), (2_000, ids(&["r1"])), "once, not twice");
    assert_eq!(pending(named(Kind::Refunded)), (0, ids(&[])));
    assert_eq!(pending(named(Kind::RefundFailed)), (0, ids(&[])));
    // The provider refused it: the failure is of our id.
    assert_eq!(pending(refund_failed("p1", "ours-1", 2_000)), (0, ids(&[])));
}

#[test]
fn the_providers_id_from_its_answer_names_our_refund_for_its_later_events() {
    let answer = fact(Kind::RefundPending(our_refund("r1", "ours-1", 2_000))).of("p1");
    let facts =
        [paid("p1", 5_000), refund_requested("p1", "ours-1", 2_000), answer, refunded("p1", "r1", 2_000)];
    let sum = sum(&facts);
    assert_eq!((sum.refunded, sum.refund_pending, sum.left_to_refund()), (2_000, 0, 3_000));
}

#[test]
fn a_fact_without_a_payment_id_counts_for_its_sessions_only_one() {
    let facts = [paid("p1", 5_000), refunded("", "r1", 5_000)];
    assert_eq!((session_status(&facts), asks(&facts)), (Status::Refunded, false));
    let facts = [paid("", 5_000), refunded("p1", "r1", 2_000), dispute_lost("", "d1", 3_000)];
    assert_eq!((session_status(&facts), asks(&facts)), (Status::Refunded, false));
    let facts = [paid("", 5_000), refunded("", "r1", 5_000)];
    assert_eq!((session_status(&facts), asks(&facts)), (Status::Refunded, false), "none has an id");
    // The other attempt's payment is another session's.
    let facts = [paid("p1", 5_000), refunded("", "r1", 5_000), paid("p2", 5_000).on(2)];
    assert_eq!((session_status(&facts), asks(&facts)), (Status::Refunded, false));
}

#[test]
fn a_fact_without_a_payment_id_on_a_session_of_several_asks_the_provider() {
    let two = || vec![paid("p1", 5_000), paid("p2", 5_000)];
    assert!(!asks(&two()));
    let mut won_without_amount = dispute_won("", "d1", 0);
    if let Kind::DisputeWon(loss) = &mut won_without_amount.said.kind {
        loss.money = None;
    }
    for whose in
        [refunded("", "r1", 5_000), refunded_total("", 5_000), dispute_lost("", "d1", 1), won_without_amount]
    {
        let facts = [two(), vec![whose]].concat();
        assert!(asks(&facts), "{facts:?}");
        assert_eq!(session_status(&facts), Status::Paid, "and takes nothing from either meanwhile");
    }
    for silent in [Kind::Processing, Kind::Returned, Kind::Failed, Kind::AttemptDeclined, Kind::Review] {
        assert!(!asks(&[two(), vec![fact(silent)]].concat()));
    }
}

#[test]
fn a_declined_try_does_not_make_its_payment_id_one_of_the_sessions() {
    // Some providers give each try an id of its own. The tries that were declined hold no money.
    let facts = [fact(Kind::AttemptDeclined).of("p0"), paid("p1", 5_000), refunded("", "r1", 5_000)];
    assert_eq!((session_status(&facts), asks(&facts)), (Status::Refunded, false));
}
