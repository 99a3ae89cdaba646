//! What the shop is told: one notification for each write that carries the mark, which later ones never change.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use crate::payment::sample::*;
use crate::payment::{Attention, Kind, Method, News, Status, told};

use super::alphabet::{Chance, large, note, seed};
use super::history::by_chance;

#[test]
fn each_marked_write_adds_one_notification_and_changes_none_before_it() {
    let (kinds, seed) = (large(), seed());
    let mut seen: BTreeMap<News, u64> = BTreeMap::new();
    for nth in 0..10_000_u64 {
        let (payment, log) = by_chance(&mut Chance::of_seed(seed ^ nth << 20), &kinds);
        let mut known = Vec::new();
        for written in &log {
            let now = told(&written.item);
            let added = usize::from(written.item.tell);
            assert_eq!(now.len(), known.len() + added, "seed {seed}, history {nth}: the mark and the list");
            assert!(now.starts_with(&known), "seed {seed}, history {nth}: {known:?}, then {now:?}");
            if let Some(newest) = now.last().filter(|_| written.item.tell) {
                assert_eq!(newest.at, written.item.updated_at, "seed {seed}, history {nth}");
                let standing = written.item.standing();
                assert_eq!(
                    (newest.amount_paid, newest.amount_refunded, &newest.attention),
                    (standing.amount_paid, standing.amount_refunded, &standing.attention)
                );
                assert_eq!(newest.attempt_status, standing.sessions[&newest.attempt]);
            }
            known = now;
        }
        // Another price, which can only follow when nothing was paid, changes nothing that was told either.
        assert_eq!(told(&payment), known, "seed {seed}, history {nth}");
        let mut status = Status::Created;
        for (sequence, one) in (1..).zip(&known) {
            assert_eq!((one.sequence, one.status_before), (sequence, status), "each goes on from the last");
            let changed = one.status != status;
            assert_eq!(changed, one.kind.word() == format!("order.{}", one.status), "{one:?}");
            assert_ne!(one.kind.word(), "order.created");
            if one.kind == News::PartiallyRefunded {
                assert_eq!(one.status, Status::Paid);
            }
            status = one.status;
            *seen.entry(one.kind).or_default() += 1;
        }
    }
    note(&format!("seed {seed}: {seen:?}"));
    assert!(News::ALL.iter().all(|news| seen.get(news).is_some_and(|times| *times > 50)), "{seen:?}");
}

fn check(story: &Story, expected: &Expect) {
    let line = |one: &crate::payment::Told| {
        let attention: Vec<_> = one.attention.iter().map(|word| word.word()).collect();
        format!(
            "{} {} {} {}→{} paid {} refunded {} {attention:?} attempt {} {} {}\n",
            one.sequence,
            &one.at.to_string()[11..16],
            one.kind,
            one.status_before,
            one.status,
            one.amount_paid,
            one.amount_refunded,
            one.attempt,
            one.attempt_status,
            one.attempt_refunded,
        )
    };
    expected.assert_eq(&told(&story.payment).iter().map(line).collect::<String>());
}

#[test]
fn nothing_is_told_before_anything_happened() {
    check(&Story::new(), &expect![""]);
    check(&Story::new().opened("stripe", Method::Card), &expect![""]);
}

#[test]
fn paid_and_refunded_in_two_parts() {
    let story = Story::sent()
        .then([fact(Kind::Returned)])
        .then([paid("p1", 5_000)])
        .then([refunded("p1", "r1", 2_000)])
        .then([refunded("p1", "r2", 3_000)])
        .then([refund_failed("p1", "r2", 3_000)]);
    check(
        &story,
        &expect![[r#"
        1 16:02 order.pending created→pending paid 0 refunded 0 [] attempt 1 pending 0
        2 16:04 order.paid pending→paid paid 5000 refunded 0 [] attempt 1 paid 0
        3 16:05 order.partially_refunded paid→paid paid 5000 refunded 2000 [] attempt 1 paid 2000
        4 16:06 order.refunded paid→refunded paid 5000 refunded 5000 [] attempt 1 refunded 5000
        5 16:07 order.paid refunded→paid paid 5000 refunded 2000 ["refund_failed"] attempt 1 paid 2000
    "#]],
    );
}

#[test]
fn created_stands_for_the_status_before_it() {
    let story = Story::sent()
        .then([fact(Kind::Failed)])
        .opened("other", Method::Card)
        .then([dispute_opened("p9", "d1", 1).on(1)])
        .then([fact(Kind::Failed).on(2)])
        .opened("stripe", Method::Card)
        .then([fact(Kind::Sent).on(3)])
        .then([fact(Kind::Cancelled).on(3)]);
    check(
        &story,
        &expect![[r#"
        1 16:02 order.pending created→pending paid 0 refunded 0 [] attempt 1 pending 0
        2 16:03 order.failed pending→failed paid 0 refunded 0 [] attempt 1 failed 0
        3 16:05 order.attention failed→failed paid 0 refunded 0 ["disputed"] attempt 1 failed 0
        4 16:08 order.pending failed→pending paid 0 refunded 0 ["disputed"] attempt 3 pending 0
        5 16:09 order.cancelled pending→cancelled paid 0 refunded 0 ["disputed"] attempt 3 cancelled 0
    "#]],
    );
}

#[test]
fn both_attempts_paid_is_one_order_paid() {
    let story = Story::sent()
        .then([fact(Kind::Expired)])
        .opened("other", Method::BankTransfer)
        .then([paid("p2", 5_000).on(2)])
        .then([paid("p1", 5_000)])
        .then([acknowledged(Attention::LatePayment, &["p1:5000:EUR"])]);
    check(
        &story,
        &expect![[r#"
        1 16:02 order.pending created→pending paid 0 refunded 0 [] attempt 1 pending 0
        2 16:03 order.expired pending→expired paid 0 refunded 0 [] attempt 1 expired 0
        3 16:05 order.paid expired→paid paid 5000 refunded 0 [] attempt 2 paid 0
        4 16:06 order.attention paid→paid paid 10000 refunded 0 ["duplicate_payment", "late_payment"] attempt 1 paid 0
    "#]],
    );
}

#[test]
fn what_is_learned_in_one_write_is_told_once() {
    let story = Story::sent().then([paid("p1", 5_000), refunded("p1", "r1", 100), fact(Kind::Expired)]);
    check(
        &story,
        &expect![[r#"
        1 16:02 order.pending created→pending paid 0 refunded 0 [] attempt 1 pending 0
        2 16:03 order.paid pending→paid paid 5000 refunded 100 ["late_payment"] attempt 1 paid 100
    "#]],
    );
}

#[test]
fn a_refund_of_money_in_review_is_attention() {
    let story = Story::sent().then([paid("p1", 4_000)]).then([refunded("p1", "r1", 1_000)]);
    check(
        &story,
        &expect![[r#"
        1 16:02 order.pending created→pending paid 0 refunded 0 [] attempt 1 pending 0
        2 16:03 order.review pending→review paid 4000 refunded 0 ["amount_mismatch"] attempt 1 review 0
        3 16:04 order.attention review→review paid 4000 refunded 1000 ["amount_mismatch"] attempt 1 review 1000
    "#]],
    );
}

#[test]
fn types_are_the_words_of_the_contract() {
    let words = [
        "order.pending",
        "order.processing",
        "order.paid",
        "order.failed",
        "order.expired",
        "order.cancelled",
        "order.review",
        "order.refunded",
        "order.partially_refunded",
        "order.attention",
    ];
    assert_eq!(News::ALL.map(News::word), words);
    for news in News::ALL {
        assert_eq!(News::parse(news.word()), Some(news));
    }
    assert_eq!(News::parse("order.created"), None);
}
