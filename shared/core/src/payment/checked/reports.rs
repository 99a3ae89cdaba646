//! What went wrong in the field and cannot here: each test names the report that it answers.

use crate::payment::sample::*;
use crate::payment::{
    AmendError, Attention, Decision, Fact, Kind, Method, Opening, Outcome, Source, Status, amend, decide,
    history, opening,
};

/// woocommerce/woocommerce-gateway-stripe#5268: redirect and webhook finish an order at once, the status change is
/// lost, and the job for unpaid orders cancels a paid order. Vendure PR #3749 and pinelab-vendure-plugins#620: the
/// second and third copy throw, or complete the order again.
#[test]
fn one_payment_told_by_redirect_webhook_and_repeats_is_one_change_and_no_job_undoes_it() {
    let mut story = Story::sent();
    assert_eq!(story.learn([paid("p1", 5_000).told_as("evt_1")]), Some(Outcome::Applied));
    assert!(story.payment.tell);
    assert_eq!(story.decide([paid("p1", 5_000).told_as("evt_1")]), Decision::Duplicate);
    for other in ["evt_2", "fetch:1:paid:p1:5000:"] {
        assert_eq!(story.learn([paid("p1", 5_000).told_as(other)]), Some(Outcome::Stale));
        assert!(!story.payment.tell, "told once");
    }
    for job in [Kind::ClockExpired, Kind::Expired, Kind::Cancelled] {
        story = story.then([fact(job)]);
        assert_eq!((story.status(), story.payment.standing().amount_paid), (Status::Paid, 5_000));
    }
}

/// woocommerce/woocommerce-gateway-stripe#838, #570, #1396: one part refund becomes two, because the plugin's own
/// refund comes back as a webhook.
#[test]
fn our_own_refund_that_comes_back_as_a_webhook_is_counted_once() {
    let ours = |kind: fn(_) -> Kind| fact(kind(our_refund("re_1", "rf_1", 2_000))).of("p1");
    let story = Story::sent()
        .then([paid("p1", 5_000)])
        .then([refund_requested("p1", "rf_1", 2_000)])
        .then([ours(Kind::Refunded).from(Source::Fetch).told_as("fetch:1:refunded:re_1:2000:")])
        .then([ours(Kind::Refunded).told_as("evt_1")])
        .then([refunded_total("p1", 2_000).told_as("evt_2")]);
    let standing = story.payment.standing();
    assert_eq!((standing.status, standing.amount_refunded), (Status::Paid, 2_000));
    assert_eq!(standing.ledgers[&attempt(1)].sums[0].left_to_refund(), 3_000);
    let steps = history(&story.payment);
    let told = steps.iter().filter(|step| step.before.amount_refunded != step.after.amount_refunded);
    assert_eq!(told.count(), 1, "the shop hears of one refund");
}

/// medusajs/medusa#13301, #12674: redirect and webhook both capture, the loser compensates and refunds a good order.
/// saleor/saleor#14648: checkout and webhook together count an amount twice.
#[test]
fn who_comes_second_finds_the_same_money_and_nothing_to_undo() {
    let first = Story::sent().then([paid("p1", 5_000).from(Source::Fetch).told_as("fetch")]);
    let second = first.clone().then([paid("p1", 5_000).told_as("webhook")]);
    let (first, second) = (first.payment.standing(), second.payment.standing());
    assert_eq!((first.amount_paid, second.amount_paid), (5_000, 5_000));
    assert_eq!((second.status, second.attention.len()), (Status::Paid, 0));
}

/// saleor/saleor#18196: the record of an amount mismatch is rolled back with the transaction that refuses it. #3025 of
/// vendurehq/vendure: paid, short, stuck.
#[test]
fn an_amount_mismatch_is_recorded_reviewed_and_shown() {
    let mut story = Story::sent();
    assert_eq!(story.learn([paid("p1", 4_000)]), Some(Outcome::Review));
    let standing = story.payment.standing();
    assert_eq!((standing.status, standing.amount_paid), (Status::Review, 4_000));
    assert_eq!(standing.attention, [Attention::AmountMismatch].into());
    assert_eq!(story.payment.facts.last().unwrap().said.kind, Kind::Paid(eur(4_000)));
    assert!(story.payment.tell);
}

/// vendurehq/vendure#3025 and saleor/saleor#10925: the basket changes under a payment.
#[test]
fn the_amount_cannot_change_under_a_customer_who_pays() {
    let payment = Story::sent().payment;
    assert_eq!(amend(&payment, eur(6_000), &payment.details, minute(9)), Err(AmendError::Locked));
}

/// vendurehq/vendure#753: paying again after a failure is too hard.
#[test]
fn after_a_failure_the_customer_can_pay_again() {
    let story = Story::sent().then([fact(Kind::Failed)]);
    assert_eq!(opening(&story.payment, None, None, minute(5)), Opening::Next(attempt(2)));
    let story = story.opened("stripe", Method::Card).then([paid("p2", 5_000).on(2)]);
    let standing = story.payment.standing();
    assert_eq!((standing.status, standing.attention.len()), (Status::Paid, 0));
}

/// laravel/cashier-stripe#1759: the late "created" sets an active subscription back to incomplete.
/// juspay/hyperswitch PR #9926: a sync turned cancelled back into waiting.
#[test]
fn what_is_processed_late_undoes_nothing() {
    for done in [paid("p1", 5_000), fact(Kind::Failed), fact(Kind::Cancelled), fact(Kind::Expired)] {
        let mut story = Story::new().opened("stripe", Method::Card).then([done]);
        let status = story.status();
        for late in [Kind::Processing, Kind::Sent, Kind::Returned, Kind::AttemptDeclined, Kind::Review] {
            assert_eq!(story.learn([fact(late)]), Some(Outcome::Stale));
            assert_eq!((story.status(), story.payment.tell), (status, false));
        }
    }
}

/// laravel/cashier-stripe#1678, pay-rails/pay#371, juspay/hyperswitch#14003: copies that arrive at one moment make
/// several rows, or an error. Decisions on one version: one is written, the other is decided again and is a duplicate.
#[test]
fn two_copies_at_one_moment_are_one_fact() {
    let dispute = dispute_opened("p1", "du_1", 5_000).told_as("evt_1");
    let story = Story::sent().then([paid("p1", 5_000)]);
    let [Decision::Write(one, _), Decision::Write(other, _)] =
        [(), ()].map(|()| story.decide([dispute.clone()]))
    else {
        panic!()
    };
    let mut payment = story.payment.clone();
    payment.apply(&one);
    assert!(!other.premises.hold(Some(&payment)), "the race is lost");
    let again = decide(&payment, &shop("demo"), Some(&provider("stripe")), &other.facts);
    assert_eq!(again, Decision::Duplicate);
}

/// killbill/killbill#1832: when the janitor finds the failure instead of the webhook, the outcome is another one.
#[test]
fn by_whichever_road_a_fact_is_learned_it_ends_the_same() {
    for kind in [Kind::Failed, Kind::Expired, Kind::Paid(eur(5_000))] {
        let ends = [Source::Webhook, Source::Fetch].map(|source| {
            let story = Story::sent().then([fact(kind.clone()).of("p1").from(source)]);
            (story.payment.standing(), story.payment.tell)
        });
        assert_eq!(ends[0], ends[1]);
    }
}

/// btcpayserver/btcpayserver#5665, btcpayserver/woocommerce-plugin#2: the customer switches to card and pays; the
/// abandoned invoice expires and cancels the paid order.
#[test]
fn an_abandoned_session_that_expires_does_not_touch_the_order_that_another_paid() {
    for paid_first in [true, false] {
        let story = Story::sent().opened("other", Method::Card);
        let (paid, expired) = (paid("p2", 5_000).on(2), fact(Kind::Expired));
        let events = if paid_first { [paid, expired] } else { [expired, paid] };
        let standing = events.into_iter().fold(story, |story, event| story.then([event])).payment.standing();
        assert_eq!((standing.status, standing.attention.len()), (Status::Paid, 0));
        assert_eq!(standing.sessions.into_values().collect::<Vec<_>>(), [Status::Expired, Status::Paid]);
    }
}

/// btcpayserver/btcpayserver#6127: one overpaid, hand-settled invoice kills later callbacks.
#[test]
fn an_overpaid_order_that_a_merchant_settled_goes_on_learning() {
    let story = Story::sent().then([paid("p1", 6_000)]).then([approved("p1", 6_000)]);
    assert_eq!((story.status(), story.payment.standing().attention.len()), (Status::Paid, 0));
    let story = story.then([refunded("p1", "re_1", 1_000)]).then([dispute_opened("p1", "du_1", 5_000)]);
    let standing = story.payment.standing();
    assert_eq!(
        (standing.status, standing.amount_paid, standing.amount_refunded),
        (Status::Paid, 6_000, 1_000)
    );
    assert_eq!(standing.attention, [Attention::Disputed].into());
}

/// mollie/WooCommerce#1204: two tabs, both paid, the second money is dropped silently and found in bookkeeping.
/// getlago/lago-api#5708: hosted page and automatic charge both take the money. Automattic/woocommerce-payments#5678.
#[test]
fn two_tabs_that_both_pay_are_both_counted_and_somebody_has_to_look() {
    let two_attempts = Story::sent().opened("stripe", Method::Wallet);
    for (story, number) in [(Story::sent(), 1), (two_attempts, 2)] {
        let mut story = story.then([paid("p1", 5_000)]);
        assert_eq!(story.learn([paid("p2", 5_000).on(number)]), Some(Outcome::Applied));
        let standing = story.payment.standing();
        assert_eq!((standing.status, standing.amount_paid), (Status::Paid, 10_000));
        assert_eq!(standing.attention, [Attention::DuplicatePayment].into());
        assert!(story.payment.tell, "and the shop is told");
    }
}

/// umbraco/Umbraco.Commerce.Issues#895: an old session stays payable for 24 h.
#[test]
fn money_for_an_old_session_is_seen_whether_or_not_the_order_was_paid_since() {
    let old = Story::sent().then([fact(Kind::ClockExpired)]);
    let late = old.clone().then([paid("p1", 5_000)]).payment.standing();
    assert_eq!((late.status, late.attention), (Status::Paid, [Attention::LatePayment].into()));
    let twice = old.opened("stripe", Method::Card).then([paid("p2", 5_000).on(2)]).then([paid("p1", 5_000)]);
    let attention = [Attention::DuplicatePayment, Attention::LatePayment].into();
    assert_eq!(twice.payment.standing().attention, attention);
}

/// pretix/pretix#343: refunding the second of two payments voids a ticket that the first still pays for.
#[test]
fn refunding_the_second_of_two_payments_leaves_the_order_paid_by_the_first() {
    for number in [1, 2] {
        let facts =
            [paid("p1", 5_000), paid("p2", 5_000).on(number), refunded("p2", "re_1", 5_000).on(number)];
        let standing = stand(&facts);
        assert_eq!(
            (standing.status, standing.amount_paid, standing.amount_refunded),
            (Status::Paid, 10_000, 5_000)
        );
        assert_eq!(standing.sessions[&attempt(1)], Status::Paid);
        assert_eq!(standing.attention.len(), 0, "and nobody has paid twice any more");
    }
}

/// 202-ecommerce/stripe_official#78: card failed, paid by PayPal, the late failure event wins.
#[test]
fn a_late_failure_of_the_first_attempt_loses_against_the_second_that_was_paid() {
    let failed = fact(Kind::Failed).because("card_declined");
    let story = Story::sent().opened("paypal", Method::Wallet).then([paid("p2", 5_000).on(2)]);
    let mut late = story.clone();
    assert_eq!(
        late.learn([failed.clone()]),
        Some(Outcome::Applied),
        "the first attempt's own status changes"
    );
    assert_eq!((late.status(), late.payment.tell), (Status::Paid, false));
    // And a failure told of the very attempt that holds the money is looked at, not believed.
    let late = story.then([failed.on(2).told_as("evt_9")]);
    assert_eq!(late.payment.standing().attention, [Attention::LatePayment].into());
    assert_eq!(late.status(), Status::Paid);
}

/// antiwork/gumroad#6684: a refund total is cumulative; adding the totals debits too much.
#[test]
fn cumulative_refund_totals_are_not_added_up() {
    let totals = [1_000, 2_500, 4_000].map(|minor| refunded_total("p1", minor));
    let story =
        totals.into_iter().fold(Story::sent().then([paid("p1", 5_000)]), |story, total| story.then([total]));
    assert_eq!(story.payment.standing().amount_refunded, 4_000);
    // Each also told by itself.
    let each =
        [("re_1", 1_000), ("re_2", 1_500), ("re_3", 1_500)].map(|(id, minor)| refunded("p1", id, minor));
    let story = each.into_iter().fold(story, |story, refund| story.then([refund]));
    assert_eq!((story.status(), story.payment.standing().amount_refunded), (Status::Paid, 4_000));
}

/// juspay/hyperswitch#9278: the shop is sent the status from before the event.
#[test]
fn the_change_that_is_told_is_the_one_that_was_written() {
    let story = Story::sent().then([paid("p1", 5_000)]);
    let last = history(&story.payment).pop().unwrap();
    assert_eq!((last.before.status, last.after.status), (Status::Pending, Status::Paid));
    assert_eq!(last.after, story.payment.standing());
}

/// woocommerce/woocommerce-gateway-stripe#2405: a tampered or pending intent still shows "order received".
#[test]
fn a_browser_that_comes_back_says_nothing_of_money() {
    let known: [&[Fact]; 3] = [&[], &[fact(Kind::Sent)], &[fact(Kind::Processing)]];
    for known in known {
        let before = stand(known);
        let after = stand(&[known, &[fact(Kind::Returned)]].concat());
        assert_eq!(before, after);
        assert_ne!(after.status, Status::Paid);
    }
    assert_eq!(Status::Pending.message(), "Thanks, we are confirming your payment.");
}

/// A payment that is in process at Mercado Pago, Square or Razorpay and then rejected is told as declined: its page stays
/// open. The customer can pay again, and the merchant can close it.
#[test]
fn what_was_processed_and_then_declined_is_open_again_in_whatever_order_it_is_told() {
    let (works, no) = (processing("p1").dated(1), declined("p1").dated(2));
    let story = Story::sent().then([works.clone()]);
    assert_eq!(opening(&story.payment, None, None, minute(5)), Opening::UnderWay);
    for events in [[works.clone(), no.clone()], [no, works]] {
        let mut story = events.into_iter().fold(Story::sent(), |story, event| story.then([event]));
        assert_eq!(story.status(), Status::Pending);
        assert_eq!(Status::Pending.message(), "Thanks, we are confirming your payment.");
        assert!(matches!(opening(&story.payment, None, None, minute(5)), Opening::Open(_)));
        assert_eq!(story.learn([paid("p2", 5_000)]), Some(Outcome::Applied));
        assert_eq!((story.status(), story.payment.standing().attention.len()), (Status::Paid, 0));
    }
}
