//! What a provider takes back by itself: disputes and reversals. The last-dated verdict stands.

use crate::payment::sample::*;
use crate::payment::{Attempt, Attention, Fact, Kind, Status};

/// Minor units that went back, and whether only the provider can tell.
fn lost(verdicts: &[Fact]) -> (u64, bool) {
    let facts = [&[paid("p1", 5_000).dated(1)], verdicts].concat();
    let standing = stand(&facts);
    (standing.amount_refunded, standing.ask.contains(&Attempt::FIRST))
}

#[test]
fn the_last_dated_of_reversed_dispute_lost_and_dispute_won_stands() {
    let won = |at| dispute_won("p1", "d1", 2_000).dated(at);
    let losses: [fn(u64) -> Fact; 2] =
        [|at| dispute_lost("p1", "d1", 2_000).dated(at), |at| reversed("p1", "d1", 2_000).dated(at)];
    for loss in losses {
        assert_eq!(lost(&[loss(2)]), (2_000, false));
        assert_eq!(lost(&[loss(2), won(3)]), (0, false));
        assert_eq!(lost(&[loss(3), won(2)]), (2_000, false));
        assert_eq!(lost(&[loss(2), won(3), loss(4)]), (2_000, false));
        assert_eq!(lost(&[won(2)]), (0, false));
    }
}

#[test]
fn undated_is_earlier_than_any_date() {
    let (won, loss) = (dispute_won("p1", "d1", 2_000), dispute_lost("p1", "d1", 2_000));
    assert_eq!(lost(&[won.clone(), loss.clone().dated(2)]), (2_000, false));
    assert_eq!(lost(&[won.dated(2), loss]), (0, false));
}

#[test]
fn at_one_moment_the_loss_wins_and_the_session_is_made_due() {
    let (won, loss) = (dispute_won("p1", "d1", 2_000), dispute_lost("p1", "d1", 2_000));
    assert_eq!(lost(&[won.clone(), loss.clone()]), (2_000, true), "both undated");
    assert_eq!(lost(&[won.clone().dated(2), loss.clone().dated(2)]), (2_000, true));
    assert_eq!(
        lost(&[won.clone().dated(2), loss.clone().dated(2), won.dated(3)]),
        (0, false),
        "a later one settles it"
    );
    assert_eq!(lost(&[loss.clone().dated(2), loss]), (2_000, false), "two losses agree");
}

#[test]
fn each_dispute_is_counted_for_itself() {
    let facts = [dispute_lost("p1", "d1", 2_000).dated(2), dispute_lost("p1", "d2", 1_000).dated(3)];
    assert_eq!(lost(&facts), (3_000, false));
    let won = dispute_won("p1", "d2", 1_000).dated(4);
    assert_eq!(lost(&[&facts[..], &[won]].concat()), (2_000, false));
    // Where there is no dispute id the payment id stands for it.
    assert_eq!(
        lost(&[reversed("p1", "", 1_000).dated(2), dispute_lost("p1", "d1", 2_000).dated(2)]),
        (3_000, false)
    );
}

#[test]
fn a_loss_told_by_several_events_has_its_amount_from_one_of_them() {
    let mut funds_withdrawn = reversed("p1", "d1", 0).dated(2);
    if let Kind::Reversed(loss) = &mut funds_withdrawn.said.kind {
        loss.money = None;
    }
    assert_eq!(lost(&[funds_withdrawn, dispute_lost("p1", "d1", 2_000).dated(3)]), (2_000, false));
}

#[test]
fn a_paid_dated_by_the_provider_after_a_reversed_without_id_undoes_it() {
    let (came, reversed_at_2) = (paid("p1", 5_000), || reversed("p1", "", 5_000).dated(2));
    assert_eq!(lost(&[reversed_at_2()]), (5_000, false));
    assert_eq!(lost(&[reversed_at_2(), came.clone().dated(3)]), (0, false), "paid again");
    assert_eq!(
        lost(&[reversed_at_2(), came.clone().dated(2)]),
        (5_000, false),
        "at its moment is not after it"
    );
    assert_eq!(lost(&[reversed_at_2(), came.clone()]), (5_000, false), "undated is earlier than any date");
    let again = reversed("p1", "", 5_000).dated(4);
    assert_eq!(lost(&[reversed_at_2(), came.clone().dated(3), again]), (5_000, false), "and reversed again");
    assert_eq!(
        lost(&[reversed("p1", "d1", 5_000).dated(2), came.dated(3)]),
        (5_000, false),
        "not where it has an id"
    );
    assert_eq!(
        lost(&[reversed_at_2(), paid("p2", 5_000).dated(3)]).0,
        5_000,
        "another payment undoes nothing"
    );
}

#[test]
fn a_reversed_without_id_and_time_is_undone_by_no_payment() {
    // The payment that was reversed is dated as a rule. Did it undo what has no date, no such reversal would ever count.
    assert_eq!(lost(&[reversed("p1", "", 5_000)]), (5_000, false));
}

#[test]
fn an_undone_reversal_leaves_the_other_verdicts_as_they_were() {
    let undone = [reversed("p1", "", 5_000).dated(3), paid("p1", 5_000).dated(4)];
    let with = |verdict: Fact| lost(&[&undone[..], &[verdict]].concat());
    assert_eq!(with(dispute_lost("p1", "", 2_000).dated(2)), (2_000, false));
    assert_eq!(with(dispute_won("p1", "", 2_000).dated(2)), (0, false));
    assert_eq!(with(reversed("p1", "", 1_000).dated(5)), (1_000, false), "of another amount");
}

#[test]
fn a_dispute_opened_only_raises_disputed_while_no_verdict_is_dated_later() {
    let with = |more: &[Fact]| {
        let facts = [&[paid("p1", 5_000), dispute_opened("p1", "d1", 5_000).dated(2)], more].concat();
        (session_status(&facts), attention(&facts))
    };
    let (won, loss) = (|| dispute_won("p1", "d1", 5_000), || dispute_lost("p1", "d1", 5_000));
    assert_eq!(with(&[]), (Status::Paid, vec![Attention::Disputed]));
    assert_eq!(with(&[won().dated(3)]), (Status::Paid, vec![]));
    assert_eq!(with(&[loss().dated(3)]), (Status::Refunded, vec![Attention::PaymentReversed]));
    assert_eq!(with(&[won().dated(1)]), (Status::Paid, vec![Attention::Disputed]), "opened again");
    assert_eq!(
        with(&[won().dated(2)]),
        (Status::Paid, vec![Attention::Disputed]),
        "at its moment is not later"
    );
    assert_eq!(with(&[dispute_won("p1", "d2", 1).dated(3)]).1, [Attention::Disputed], "another dispute's");
    // That the money was withdrawn is no verdict on the dispute: it is still to be answered.
    let withdrawn = with(&[reversed("p1", "d1", 5_000).dated(3)]);
    assert_eq!(withdrawn, (Status::Refunded, vec![Attention::Disputed, Attention::PaymentReversed]));
}

#[test]
fn a_loss_without_an_amount_anywhere_takes_nothing_back_and_is_looked_at() {
    let mut silent = dispute_lost("p1", "d1", 0);
    if let Kind::DisputeLost(loss) = &mut silent.said.kind {
        loss.money = None;
    }
    let facts = [paid("p1", 5_000), silent];
    assert_eq!((session_status(&facts), attention(&facts)), (Status::Paid, vec![Attention::PaymentReversed]));
}
