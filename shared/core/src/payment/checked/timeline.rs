//! The payment log of whole stories, as a support agent reads it.

use expect_test::{Expect, expect};

use crate::payment::sample::*;
use crate::payment::{
    Answered, Attention, Entry, Fact, Kind, Method, Moment, Refund, Source, TellState, Telling, Try,
    UNREACHABLE, timeline,
};

/// The log, one line an entry: when, what kind, what is said.
fn log(story: &Story) -> Vec<Entry> {
    timeline(&story.payment, &|_| Some("The first of the rules for card takes it.".to_owned()), &[], &[])
}

fn check(story: &Story, expected: &Expect) {
    let line = |entry: &Entry| {
        let kind = serde_json::to_value(entry.kind).unwrap();
        format!("{} {:<19} {}\n", &entry.at.to_string()[11..16], kind.as_str().unwrap(), entry.text)
    };
    expected.assert_eq(&log(story).iter().map(line).collect::<String>());
}

#[test]
fn an_ordinary_payment() {
    let story = Story::sent()
        .then([paid("pi_1", 5_000).dated(3).told_as("stripe:evt_1")])
        .then([fact(Kind::Returned)])
        .then([paid("pi_1", 5_000).dated(4).told_as("stripe:evt_2")]);
    check(
        &story,
        &expect![[r#"
            16:00 order_registered    The shop registered order 1042, which costs 50.00 EUR.
            16:01 session_created     Attempt 1: a session was opened, valid until 2026-11-24T16:31:00.000Z.
            16:01 provider_selected   It goes to stripe. The first of the rules for card takes it.
            16:01 method_selected     The method is card.
            16:02 customer_redirected The customer was sent to the checkout.
            16:02 status_changed      The order went from created to pending.
            16:03 webhook_received    A signed webhook of stripe says: 50.00 EUR were paid.
            16:03 status_changed      The order went from pending to paid.
            16:04 customer_returned   A browser came back from the checkout, which does not say whether money came.
            16:05 webhook_received    A signed webhook of stripe says again: 50.00 EUR were paid.
        "#]],
    );
}

#[test]
fn declined_then_failed_then_retried_and_paid() {
    let story = Story::sent()
        .then([fact(Kind::AttemptDeclined).because("insufficient_funds")])
        .then([fact(Kind::Failed).because("expired_card")])
        .opened("other", Method::BankTransfer)
        .then([fact(Kind::Sent).on(2)])
        .then([fact(Kind::Processing).on(2)])
        .then([paid("pi_1", 5_000).on(2).from(Source::Fetch)]);
    check(
        &story,
        &expect![[r#"
            16:00 order_registered    The shop registered order 1042, which costs 50.00 EUR.
            16:01 session_created     Attempt 1: a session was opened, valid until 2026-11-24T16:31:00.000Z.
            16:01 provider_selected   It goes to stripe. The first of the rules for card takes it.
            16:01 method_selected     The method is card.
            16:02 customer_redirected Attempt 1: the customer was sent to the checkout.
            16:02 status_changed      The order went from created to pending.
            16:03 webhook_received    Attempt 1: a signed webhook of stripe says: a try was declined, the checkout stays open: insufficient_funds.
            16:04 webhook_received    Attempt 1: a signed webhook of stripe says: the payment failed: expired_card.
            16:04 status_changed      The order went from pending to failed.
            16:05 session_created     Attempt 2: a session was opened, valid until 2026-11-24T16:35:00.000Z.
            16:05 provider_selected   It goes to other. The first of the rules for card takes it.
            16:05 method_selected     The method is bank transfer.
            16:05 status_changed      The order went from failed to created.
            16:06 customer_redirected Attempt 2: the customer was sent to the checkout.
            16:06 status_changed      The order went from created to pending.
            16:07 webhook_received    Attempt 2: a signed webhook of other says: the payment is being processed.
            16:07 status_changed      The order went from pending to processing.
            16:08 reconciled          Attempt 2: we asked other, which says: 50.00 EUR were paid.
            16:08 status_changed      The order went from processing to paid.
        "#]],
    );
}

#[test]
fn a_wrong_amount_is_reviewed_approved_and_looked_at() {
    let story = Story::sent()
        .then([paid("pi_1", 4_000)])
        .then([approved("pi_1", 4_000).by("Alice").because("customer called")]);
    check(
        &story,
        &expect![[r#"
            16:00 order_registered    The shop registered order 1042, which costs 50.00 EUR.
            16:01 session_created     Attempt 1: a session was opened, valid until 2026-11-24T16:31:00.000Z.
            16:01 provider_selected   It goes to stripe. The first of the rules for card takes it.
            16:01 method_selected     The method is card.
            16:02 customer_redirected The customer was sent to the checkout.
            16:02 status_changed      The order went from created to pending.
            16:03 webhook_received    A signed webhook of stripe says: 40.00 EUR were paid.
            16:03 status_changed      The order went from pending to review.
            16:03 review_flagged      Somebody has to look: what came is not the order's amount (40.00 EUR of pi_1; the order costs 50.00 EUR). Approve it if it is enough, or reject it to have it sent back.
            16:04 merchant_decision   Alice decided that 40.00 EUR are enough: customer called.
            16:04 status_changed      The order went from review to paid.
        "#]],
    );
}

#[test]
fn a_wrong_currency_is_rejected_and_sent_back() {
    let dollars = |kind: fn(_) -> Kind| fact(kind(money(5_000, "USD"))).of("pi_1");
    let refund = |kind: fn(_) -> Kind| {
        fact(kind(Refund { money: money(5_000, "USD"), ..our_refund("re_1", "rf_1", 1) })).of("pi_1")
    };
    let story = Story::sent()
        .then([dollars(Kind::Paid)])
        .then([dollars(Kind::Rejected).by("Alice")])
        .then([refund(Kind::RefundPending).from(Source::Fetch)])
        .then([refund(Kind::Refunded)]);
    check(
        &story,
        &expect![[r#"
            16:00 order_registered    The shop registered order 1042, which costs 50.00 EUR.
            16:01 session_created     Attempt 1: a session was opened, valid until 2026-11-24T16:31:00.000Z.
            16:01 provider_selected   It goes to stripe. The first of the rules for card takes it.
            16:01 method_selected     The method is card.
            16:02 customer_redirected The customer was sent to the checkout.
            16:02 status_changed      The order went from created to pending.
            16:03 webhook_received    A signed webhook of stripe says: 50.00 USD were paid.
            16:03 status_changed      The order went from pending to review.
            16:03 review_flagged      Somebody has to look: what came is not in the order's currency (50.00 USD of pi_1; the order costs 50.00 EUR). Approve it if it is enough, or reject it to have it sent back.
            16:04 merchant_decision   Alice decided to send 50.00 USD back.
            16:05 reconciled          We asked stripe, which says: a refund of 50.00 USD is under way (re_1, asked for as rf_1).
            16:06 webhook_received    A signed webhook of stripe says: 50.00 USD were refunded (re_1, asked for as rf_1).
            16:06 status_changed      The order went from review to refunded.
        "#]],
    );
}

#[test]
fn late_money_after_expiry() {
    let seen =
        acknowledged(Attention::LatePayment, &["pi_1:5000:EUR"]).by("Bob").because("shipped all the same");
    let story = Story::sent().then([fact(Kind::ClockExpired)]).then([paid("pi_1", 5_000)]).then([seen]);
    check(
        &story,
        &expect![[r#"
            16:00 order_registered    The shop registered order 1042, which costs 50.00 EUR.
            16:01 session_created     Attempt 1: a session was opened, valid until 2026-11-24T16:31:00.000Z.
            16:01 provider_selected   It goes to stripe. The first of the rules for card takes it.
            16:01 method_selected     The method is card.
            16:02 customer_redirected The customer was sent to the checkout.
            16:02 status_changed      The order went from created to pending.
            16:03 reconciled          By our clock, the session's time is over and nobody is known to have paid, but its checkout could not be closed at stripe, so money may still come.
            16:03 status_changed      The order went from pending to expired.
            16:04 webhook_received    A signed webhook of stripe says: 50.00 EUR were paid, though the session had expired.
            16:04 status_changed      The order went from expired to paid.
            16:04 review_flagged      Somebody has to look: money is there for an attempt that expired (50.00 EUR of pi_1). Deliver the order or refund the money, then acknowledge late_payment.
            16:05 merchant_decision   Bob has looked at late payment: shipped all the same.
        "#]],
    );
}

#[test]
fn a_part_is_refunded_and_the_refund_fails() {
    let asked =
        refund_requested("pi_1", "rf_1", 2_000).from(Source::Merchant).by("Alice").because("one mug broken");
    let story = Story::sent()
        .then([paid("pi_1", 5_000)])
        .then([asked])
        .then([stuck("rf_1")])
        .then([fact(Kind::RefundPending(our_refund("re_1", "rf_1", 2_000))).of("pi_1").from(Source::Fetch)])
        .then([refunded("pi_1", "re_1", 2_000)])
        .then([refund_failed("pi_1", "re_1", 2_000).because("lost_or_stolen_card")]);
    check(
        &story,
        &expect![[r#"
            16:00 order_registered    The shop registered order 1042, which costs 50.00 EUR.
            16:01 session_created     Attempt 1: a session was opened, valid until 2026-11-24T16:31:00.000Z.
            16:01 provider_selected   It goes to stripe. The first of the rules for card takes it.
            16:01 method_selected     The method is card.
            16:02 customer_redirected The customer was sent to the checkout.
            16:02 status_changed      The order went from created to pending.
            16:03 webhook_received    A signed webhook of stripe says: 50.00 EUR were paid.
            16:03 status_changed      The order went from pending to paid.
            16:04 refund_requested    Alice asked for a refund of 20.00 EUR (rf_1): one mug broken.
            16:05 review_flagged      It stays unconfirmed whether the refund was made (rf_1).
            16:05 review_flagged      Somebody has to look: an outcome stays unconfirmed. Look at the provider's dashboard what became of it.
            16:06 reconciled          We asked stripe, which says: a refund of 20.00 EUR is under way (re_1, asked for as rf_1).
            16:07 webhook_received    A signed webhook of stripe says: 20.00 EUR were refunded (re_1). Until now 20.00 EUR of the 50.00 EUR that came went back.
            16:08 webhook_received    A signed webhook of stripe says: the refund of 20.00 EUR failed (re_1): lost_or_stolen_card. Until now 0.00 EUR of the 50.00 EUR that came went back.
            16:08 review_flagged      Somebody has to look: a refund did not reach the customer (re_1). The money is the shop's again: send it back another way or refund it once more, then acknowledge refund_failed.
        "#]],
    );
}

#[test]
fn a_dispute_is_lost() {
    let story = Story::sent()
        .then([paid("pi_1", 5_000)])
        .then([dispute_opened("pi_1", "du_1", 5_000).dated(5).because("fraudulent")])
        .then([dispute_lost("pi_1", "du_1", 5_000).dated(6)]);
    check(
        &story,
        &expect![[r#"
            16:00 order_registered    The shop registered order 1042, which costs 50.00 EUR.
            16:01 session_created     Attempt 1: a session was opened, valid until 2026-11-24T16:31:00.000Z.
            16:01 provider_selected   It goes to stripe. The first of the rules for card takes it.
            16:01 method_selected     The method is card.
            16:02 customer_redirected The customer was sent to the checkout.
            16:02 status_changed      The order went from created to pending.
            16:03 webhook_received    A signed webhook of stripe says: 50.00 EUR were paid.
            16:03 status_changed      The order went from pending to paid.
            16:04 webhook_received    A signed webhook of stripe says: a dispute over 50.00 EUR was opened (du_1): fraudulent.
            16:04 review_flagged      Somebody has to look: a dispute is open (du_1). Answer it at the provider before its deadline.
            16:05 webhook_received    A signed webhook of stripe says: the dispute over 50.00 EUR was lost (du_1). Until now 50.00 EUR of the 50.00 EUR that came went back.
            16:05 status_changed      The order went from paid to refunded.
            16:05 review_flagged      Somebody has to look: the provider took money back (du_1). Hold back what was not delivered yet, then acknowledge payment_reversed.
        "#]],
    );
}

#[test]
fn a_checkout_that_could_not_be_opened_stays_in_the_log() {
    let story = Story::new()
        .opened("stripe", Method::Card)
        .then([fact(Kind::Failed).from(Source::Us).because("api_key_expired")])
        .opened("other", Method::Card)
        .then([fact(Kind::Cancelled).on(2).from(Source::Merchant)]);
    check(
        &story,
        &expect![[r#"
            16:00 order_registered    The shop registered order 1042, which costs 50.00 EUR.
            16:01 session_created     Attempt 1: a session was opened, valid until 2026-11-24T16:31:00.000Z.
            16:01 provider_selected   It goes to stripe. The first of the rules for card takes it.
            16:01 method_selected     The method is card.
            16:02 error               Attempt 1: stripe opened no checkout: api_key_expired.
            16:02 status_changed      The order went from created to failed.
            16:03 session_created     Attempt 2: a session was opened, valid until 2026-11-24T16:33:00.000Z.
            16:03 provider_selected   It goes to other. The first of the rules for card takes it.
            16:03 method_selected     The method is card.
            16:03 status_changed      The order went from failed to created.
            16:04 merchant_decision   Attempt 2: the merchant cancelled the payment.
            16:04 status_changed      The order went from created to cancelled.
        "#]],
    );
}

#[test]
fn a_provider_that_was_down_and_the_one_that_took_its_place_are_told_in_order() {
    let story = Story::new()
        .opened("stripe", Method::Card)
        .opened_instead(UNREACHABLE, "other", Method::Card)
        .opened_instead("currency_not_supported", "third", Method::Card)
        .then([fact(Kind::Sent).on(3)]);
    check(
        &story,
        &expect![[r#"
            16:00 order_registered    The shop registered order 1042, which costs 50.00 EUR.
            16:01 session_created     Attempt 1: a session was opened, valid until 2026-11-24T16:31:00.000Z.
            16:01 provider_selected   It goes to stripe. The first of the rules for card takes it.
            16:01 method_selected     The method is card.
            16:02 error               Attempt 1: stripe could not be reached, so no checkout was opened.
            16:02 session_created     Attempt 2: a session was opened, valid until 2026-11-24T16:32:00.000Z.
            16:02 provider_selected   It goes to other. The first of the rules for card takes it.
            16:02 method_selected     The method is card.
            16:03 error               Attempt 2: other opened no checkout: currency_not_supported.
            16:03 session_created     Attempt 3: a session was opened, valid until 2026-11-24T16:33:00.000Z.
            16:03 provider_selected   It goes to third. The first of the rules for card takes it.
            16:03 method_selected     The method is card.
            16:04 customer_redirected Attempt 3: the customer was sent to the checkout.
            16:04 status_changed      The order went from created to pending.
        "#]],
    );
}

#[test]
fn an_entry_carries_what_can_be_searched_for() {
    let story = Story::sent().then([paid("pi_1", 4_000).dated(3).told_as("stripe:evt_1").because("partial")]);
    let webhook =
        log(&story).into_iter().find(|entry| entry.event_id.as_deref() == Some("stripe:evt_1")).unwrap();
    let json = serde_json::to_string_pretty(&webhook).unwrap();
    expect![[r#"
        {
          "at": "2026-11-24T16:03:00.000Z",
          "kind": "webhook_received",
          "text": "A signed webhook of stripe says: 40.00 EUR were paid: partial.",
          "payment_id": "pay_zahf24tbdxdgdpzymyzmpiqzik",
          "order_id": "1042",
          "session_id": "cs_zahf24tbdxdgdpzymyzmpiqzik_1",
          "provider": "stripe",
          "event_id": "stripe:evt_1",
          "provider_payment_id": "pi_1",
          "occurred_at": "2026-11-24T16:03:00.000Z",
          "processed_at": "2026-11-24T16:03:00.000Z",
          "status_before": "pending",
          "status_after": "review",
          "amount": 4000,
          "currency": "EUR",
          "reason": "partial"
        }"#]]
    .assert_eq(&json);
}

#[test]
fn facts_that_are_kept_beside_the_item_are_read_in_their_place() {
    let story = Story::sent().then([fact(Kind::Returned)]).then([paid("pi_1", 5_000)]);
    let aside = fact(Kind::AttemptDeclined).because("insufficient_funds");
    let aside = Fact { at: minute(3), ..aside };
    let entries = timeline(&story.payment, &|_| None, &[aside], &[]);
    let at = entries.iter().position(|entry| entry.text.contains("declined")).unwrap();
    assert!(entries.is_sorted_by_key(|entry| entry.at), "{entries:?}");
    assert!(entries[at - 1].text.starts_with("A browser came back"), "{entries:?}");
    assert_eq!((entries[at].status_before, entries[at].status_after), (None, None), "it changed nothing");
}

#[test]
fn each_try_to_tell_the_shop_is_read_in_its_place() {
    let story = Story::sent().then([paid("pi_1", 5_000)]);
    let a_try = |at, answer| Try { at, took_millis: 31, answer };
    let telling = |sequence, state, tries: Vec<Try>| Telling {
        sequence,
        state,
        at: minute(2),
        tries,
        failed: 0,
        failing_since: None,
        again: false,
        version: 1,
    };
    let silent = Answered::Nothing("no connection could be made".into());
    let waiting = TellState::Waiting { next_try: minute(9) };
    let tellings = [
        telling(1, TellState::Skipped, vec![]),
        telling(2, waiting, vec![a_try(minute(3), silent), a_try(minute(4), Answered::Status(503))]),
    ];
    let told = |tellings: &[Telling]| -> Vec<(Moment, String)> {
        let entries = timeline(&story.payment, &|_| None, &[], tellings);
        assert!(entries.is_sorted_by_key(|entry| entry.at), "{entries:?}");
        let of_shop = entries
            .into_iter()
            .filter(|entry| entry.text.starts_with("The shop was t") || entry.text.contains("want"));
        of_shop.map(|entry| (entry.at, entry.text)).collect()
    };
    assert_eq!(
        told(&tellings),
        [
            (minute(2), "The shop does not want to be told order.pending.".to_owned()),
            (
                minute(3),
                "The shop was to be told order.paid (notification 2) and did not answer: no connection could be made, \
                 after 31 ms."
                    .to_owned()
            ),
            (
                minute(4),
                "The shop was to be told order.paid (notification 2): it answered 503 after 31 ms. It is told again at \
                 2026-11-24T16:09:00.000Z."
                    .to_owned()
            ),
        ]
    );
    let parked = told(&[telling(2, TellState::Parked, vec![a_try(minute(3), Answered::Status(410))])]);
    assert!(parked[0].1.ends_with("It is not told again by itself; a merchant can have it sent again."));
    let fine = told(&[telling(2, TellState::Told, vec![a_try(minute(3), Answered::Status(204))])]);
    assert_eq!(fine[0].1, "The shop was told order.paid (notification 2): it answered 204 after 31 ms.");
}
