//! A session's status: each row of the table, and each neighbouring pair, under its name.

use crate::payment::evidence::Evidence;
use crate::payment::sample::*;
use crate::payment::standing::standing_by;
use crate::payment::{Attempt, Fact, Kind, RULES, Status};

/// The table of the design (a session's status: the first that is true), word for word.
const TABLE: &str = "\
| refunded | more than 0 came and all of it was taken back |
| paid | the money of one provider payment id, not wholly taken back, equals the order's amount and currency, or was approved |
| review | any other money (a reported 0 too) that was not taken back |
| failed | attempted and did not succeed, finally |
| cancelled | the customer or the merchant stopped it |
| expired | the provider says so, or confirmed that we closed it |
| review | the provider holds it (its own verdict outranks this) |
| processing | the provider works on it, and did not decline that payment later |
| expired | `clock_expired`: our clock, where the provider could not close it (section 6) |
| pending | the customer was sent to the checkout, or was there |
| created | the session exists, nothing else happened |";

#[test]
fn the_rules_are_the_table_in_its_order_and_words() {
    let rules = RULES.map(|rule| format!("| {} | {} |", rule.status, rule.when));
    let table = TABLE.replace('`', "").replace(" (section 6)", "");
    assert_eq!(rules.join("\n"), table);
}

/// The row that gives the status of the first attempt.
fn row(facts: &[Fact]) -> usize {
    let evidence = Evidence::weigh(eur(PRICE), facts.iter());
    RULES.iter().position(|rule| (rule.holds)(&evidence)).unwrap()
}

macro_rules! rows {
    ($($name:ident: row $row:literal, $([$($fact:expr),*])+ => $status:ident;)*) => {$(
        #[test]
        fn $name() {
            for facts in [$(vec![$($fact),*]),+] {
                assert_eq!((session_status(&facts), row(&facts)), (Status::$status, $row), "{facts:?}");
            }
        }
    )*};
}

rows! {
    refunded_more_than_0_came_and_all_of_it_was_taken_back: row 0,
        [paid("p1", 5_000), refunded("p1", "r1", 5_000)]
        [paid("p1", 5_000), refunded("p1", "r1", 2_000), refunded("p1", "r2", 3_000)]
        [paid("p1", 5_000), refunded_total("p1", 5_000)]
        [paid("p1", 5_000), reversed("p1", "", 5_000)]
        [paid("p1", 5_000), refunded("p1", "r1", 2_000), dispute_lost("p1", "d1", 3_000)]
        [paid("p1", 4_000), refunded("p1", "r1", 4_000)]
        [paid("p1", 5_000), paid("p2", 4_000), refunded("p1", "r1", 5_000), refunded("p2", "r2", 4_000)]
        => Refunded;
    paid_the_money_of_one_provider_payment_id_equals_the_orders_amount_and_currency: row 1,
        [paid("p1", 5_000)]
        [paid("", 5_000)]
        [paid("p1", 5_000), paid("p2", 5_000)]
        => Paid;
    paid_not_wholly_taken_back: row 1,
        [paid("p1", 5_000), refunded("p1", "r1", 4_999)]
        [paid("p1", 5_000), paid("p2", 5_000), refunded("p2", "r1", 5_000)]
        => Paid;
    paid_or_was_approved: row 1,
        [paid("p1", 4_000), approved("p1", 4_000)]
        [paid("p1", 0), approved("p1", 0)]
        [fact(Kind::Paid(money(5_000, "USD"))).of("p1"), fact(Kind::Approved(money(5_000, "USD"))).of("p1")]
        => Paid;
    review_any_other_money_that_was_not_taken_back: row 2,
        [paid("p1", 4_000)]
        [paid("p1", 6_000)]
        [fact(Kind::Paid(money(5_000, "USD"))).of("p1")]
        [paid("p1", 2_500), paid("p2", 2_500)]
        [paid("p1", 4_000), refunded("p1", "r1", 3_999)]
        [paid("p1", 5_000), refunded("p1", "r1", 5_000), paid("p2", 4_000)]
        => Review;
    review_a_reported_0_too: row 2,
        [paid("p1", 0)]
        [paid("", 0)]
        => Review;
    failed_attempted_and_did_not_succeed_finally: row 3,
        [fact(Kind::Failed)]
        => Failed;
    cancelled_the_customer_or_the_merchant_stopped_it: row 4,
        [fact(Kind::Cancelled)]
        => Cancelled;
    expired_the_provider_says_so_or_confirmed_that_we_closed_it: row 5,
        [fact(Kind::Expired)]
        => Expired;
    review_the_provider_holds_it: row 6,
        [fact(Kind::Review)]
        [fact(Kind::Review).dated(2), fact(Kind::ReviewReleased).dated(1)]
        [fact(Kind::Review).dated(1), fact(Kind::ReviewReleased).dated(2), fact(Kind::Review).dated(3)]
        [fact(Kind::Review).dated(1), fact(Kind::ReviewReleased)]
        => Review;
    processing_the_provider_works_on_it: row 7,
        [fact(Kind::Processing)]
        [fact(Kind::Processing), fact(Kind::Review).dated(1), fact(Kind::ReviewReleased).dated(1)]
        [fact(Kind::Processing), fact(Kind::Review), fact(Kind::ReviewReleased)]
        [fact(Kind::Processing), fact(Kind::Review), fact(Kind::ReviewReleased).dated(1)]
        => Processing;
    processing_and_did_not_decline_that_payment_later: row 7,
        // At one moment, or where the decline has no date, it stands.
        [processing("p1").dated(1), declined("p1").dated(1)]
        [processing("p1").dated(1), declined("p1")]
        [processing("p1"), declined("p1")]
        // Tried again after the decline.
        [processing("p1").dated(1), declined("p1").dated(2), processing("p1").dated(3)]
        [declined("p1").dated(1), processing("p1").dated(2)]
        // Another payment's decline, or nobody's, ends nothing.
        [processing("p1").dated(1), declined("p2").dated(2)]
        [processing("p1").dated(1), declined("").dated(2)]
        [processing("").dated(1), declined("p1").dated(2)]
        [processing("").dated(1), declined("").dated(2)]
        [processing("p1").dated(1), declined("p1").dated(2), processing("p2").dated(1)]
        => Processing;
    expired_clock_expired_our_clock: row 8,
        [fact(Kind::ClockExpired)]
        [fact(Kind::ClockExpired), processing("p1").dated(1), declined("p1").dated(2)]
        => Expired;
    pending_the_customer_was_sent_to_the_checkout: row 9,
        [fact(Kind::Sent)]
        => Pending;
    pending_or_was_there: row 9,
        [processing("p1").dated(1), declined("p1").dated(2)]
        [processing("p1"), declined("p1").dated(2)]
        [processing("p1").dated(1), processing("p1").dated(2), declined("p1").dated(3)]
        [fact(Kind::Sent), processing("p1").dated(1), declined("p1").dated(3), declined("p1").dated(1)]
        [processing("p1").dated(1), declined("p1").dated(2), processing("p2").dated(1), declined("p2").dated(2)]
        => Pending;
    created_the_session_exists_nothing_else_happened: row 10,
        []
        [fact(Kind::Returned)]
        [fact(Kind::AttemptDeclined)]
        [declined("p1").dated(1)]
        [fact(Kind::ReviewReleased)]
        [refunded("p1", "r1", 5_000)]
        [refund_requested("p1", "r1", 5_000)]
        [dispute_opened("p1", "d1", 5_000)]
        [approved("p1", 5_000)]
        => Created;
}

/// Both rows hold of these facts, the upper one gives the status, and with the two swapped the lower one would.
fn upper_before_lower(upper: usize, facts: &[Fact], reads: [Status; 2]) {
    let evidence = Evidence::weigh(eur(PRICE), facts.iter());
    for rule in &RULES[upper..=upper + 1] {
        assert!((rule.holds)(&evidence), "{rule:?}");
    }
    let mut swapped = RULES;
    swapped.swap(upper, upper + 1);
    let [as_it_is, as_swapped] = [RULES, swapped].map(|rules| {
        standing_by(&rules, eur(PRICE), [Attempt::FIRST].into_iter(), facts).sessions[&Attempt::FIRST]
    });
    assert_eq!([as_it_is, as_swapped], reads);
}

macro_rules! pairs {
    ($($name:ident: row $row:literal, [$($fact:expr),*] => $upper:ident, else $lower:ident;)*) => {$(
        #[test]
        fn $name() {
            upper_before_lower($row, &[$($fact),*], [Status::$upper, Status::$lower]);
        }
    )*};
}

#[test]
fn refunded_before_paid() {
    // The two never hold together (paid asks for money not wholly taken back), so the line between them is the last cent.
    assert_eq!(session_status(&[paid("p1", 5_000), refunded("p1", "r1", 5_000)]), Status::Refunded);
    assert_eq!(session_status(&[paid("p1", 5_000), refunded("p1", "r1", 4_999)]), Status::Paid);
    // What was approved and then went back is refunded.
    let approved_and_sent_back = [paid("p1", 4_000), approved("p1", 4_000), refunded("p1", "r1", 4_000)];
    assert_eq!(session_status(&approved_and_sent_back), Status::Refunded);
}

pairs! {
    paid_before_review: row 1, [paid("p1", 5_000), paid("p2", 4_000)] => Paid, else Review;
    review_before_failed: row 2, [paid("p1", 4_000), fact(Kind::Failed)] => Review, else Failed;
    failed_before_cancelled: row 3, [fact(Kind::Failed), fact(Kind::Cancelled)] => Failed, else Cancelled;
    cancelled_before_expired: row 4, [fact(Kind::Cancelled), fact(Kind::Expired)] => Cancelled, else Expired;
    expired_before_review: row 5, [fact(Kind::Expired), fact(Kind::Review)] => Expired, else Review;
    review_before_processing: row 6, [fact(Kind::Review), fact(Kind::Processing)] => Review, else Processing;
    processing_before_clock_expired: row 7,
        [fact(Kind::Processing), fact(Kind::ClockExpired)] => Processing, else Expired;
    clock_expired_before_pending: row 8, [fact(Kind::ClockExpired), fact(Kind::Sent)] => Expired, else Pending;
    pending_before_created: row 9, [fact(Kind::Sent)] => Pending, else Created;
}
