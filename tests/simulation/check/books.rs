//! payproof against the provider's books: what a session is follows from them alone, by rules written here once more.

use std::collections::BTreeMap;

use payproof::payment::{Attempt, Kind, Payment, Source, Status};

use super::After;
use crate::bank::{Checkout, RefundEnd};

/// Status and amounts of each session, and of the order, are what the provider's books say.
pub fn agree(after: &After<'_>) {
    let books = after.world.bank.books();
    let standing = after.payment.standing();
    let (mut came, mut back) = (0, 0);
    for (attempt, status) in &standing.sessions {
        let id = after.payment.session_id(*attempt).to_string();
        let checkout = books.of_session(&id).map(|index| &books.checkouts[index]);
        came += checkout.and_then(|checkout| checkout.came).unwrap_or(0);
        back += checkout.map_or(0, Checkout::taken_back);
        let ours = |kind: &str| {
            let mut facts = after.payment.facts.iter().filter(|fact| fact.attempt == *attempt);
            facts.any(|fact| fact.source != Source::Webhook && fact.said.kind.word() == kind)
        };
        let decided = decided(&after.payment, *attempt, checkout);
        let expected = expected(checkout, after.payment.money.minor(), &ours, decided);
        if *status != expected {
            after.wrong(format_args!("{id} is {status}, by the books {expected}"));
        }
    }
    if (standing.amount_paid, standing.amount_refunded) != (came, back) {
        let ours = (standing.amount_paid, standing.amount_refunded);
        after.wrong(format_args!("came and went back: {ours:?}, by the books {:?}", (came, back)));
    }
    let paying =
        after.payment.facts.iter().any(|fact| matches!(fact.said.kind, Kind::Paid(_) | Kind::Approved(_)));
    if standing.status == Status::Paid && !paying {
        after.wrong("the order is paid and no fact pays it");
    }
    let seen = |name: &str| after.view[name].as_u64();
    if (seen("amount_paid"), seen("amount_refunded")) != (Some(came), Some(back)) {
        after.wrong(format_args!("the shop reads other amounts: {}", after.view));
    }
    if after.view["status"] != standing.status.word() {
        after.wrong(format_args!("the shop reads another status: {}", after.view["status"]));
    }
    attention(after, &books.checkouts);
}

/// What a merchant decided about all that came: that it is enough, or that it goes back, which is the stronger.
fn decided(payment: &Payment, attempt: Attempt, checkout: Option<&Checkout>) -> Option<bool> {
    let came = checkout.and_then(|checkout| checkout.came)?;
    let facts = payment.facts.iter().filter(|fact| fact.attempt == attempt);
    let decisions = facts.filter_map(|fact| match fact.said.kind {
        Kind::Approved(money) if money.minor() == came => Some(true),
        Kind::Rejected(money) if money.minor() == came => Some(false),
        _ => None,
    });
    decisions.min()
}

/// The status of a session. `ours` says whether we ourselves recorded a fact of this kind.
fn expected(
    checkout: Option<&Checkout>,
    costs: u64,
    ours: &dyn Fn(&str) -> bool,
    decided: Option<bool>,
) -> Status {
    let said = |kind: &str| checkout.is_some_and(|checkout| checkout.said(kind));
    if let Some((checkout, came)) = checkout.and_then(|checkout| Some((checkout, checkout.came?))) {
        return match came {
            came if came > 0 && checkout.taken_back() == came => Status::Refunded,
            _ if decided == Some(false) => Status::Review,
            came if came == costs || decided == Some(true) => Status::Paid,
            _ => Status::Review,
        };
    }
    if said("payment.failed") || ours("failed") {
        Status::Failed
    } else if said("payment.cancelled") || ours("cancelled") {
        Status::Cancelled
    } else if said("payment.expired") {
        Status::Expired
    } else if said("payment.review") && !said("payment.review_released") {
        Status::Review
    } else if said("payment.processing") {
        Status::Processing
    } else if ours("clock_expired") {
        Status::Expired
    } else if ours("sent") {
        Status::Pending
    } else {
        Status::Created
    }
}

/// What somebody has to look at. Two words are ours to judge: `stuck`, and what a merchant acknowledged.
fn attention(after: &After<'_>, checkouts: &[Checkout]) {
    let standing = after.payment.standing();
    let costs = after.payment.money.minor();
    let mine: BTreeMap<_, _> = standing
        .sessions
        .keys()
        .filter_map(|attempt| {
            let id = after.payment.session_id(*attempt).to_string();
            Some((*attempt, checkouts.iter().find(|checkout| checkout.form.reference == id)?))
        })
        .collect();
    let holds = |checkout: &Checkout| checkout.came.is_some_and(|came| checkout.taken_back() < came);
    let mut expected = Vec::new();
    let approved = |attempt, checkout| decided(&after.payment, attempt, Some(checkout)) == Some(true);
    if mine.iter().any(|(attempt, checkout)| {
        holds(checkout) && checkout.came != Some(costs) && !approved(*attempt, *checkout)
    }) {
        expected.push("amount_mismatch");
    }
    if mine.values().filter(|checkout| holds(checkout)).count() > 1 {
        expected.push("duplicate_payment");
    }
    let ended = |attempt, checkout: &Checkout| {
        let ours = ["failed", "cancelled", "expired", "clock_expired"];
        let mut facts = after.payment.facts.iter().filter(|fact| fact.attempt == attempt);
        let by_us = facts.any(|fact| ours.contains(&fact.said.kind.word()));
        by_us
            || ["payment.failed", "payment.cancelled", "payment.expired"]
                .iter()
                .any(|kind| checkout.said(kind))
    };
    if mine.iter().any(|(attempt, checkout)| checkout.came.is_some() && ended(*attempt, checkout)) {
        expected.push("late_payment");
    }
    let of_disputes = |won: Option<bool>| {
        mine.values().any(|checkout| checkout.disputes.iter().any(|dispute| dispute.won == won))
    };
    if of_disputes(None) {
        expected.push("disputed");
    }
    if of_disputes(Some(false)) || mine.values().any(|checkout| checkout.reversed) {
        expected.push("payment_reversed");
    }
    let failed = |checkout: &&Checkout| checkout.refunds.iter().any(|refund| refund.end == RefundEnd::Failed);
    // One that the provider refused to make stands in no book but ours.
    let refused = after
        .payment
        .facts
        .iter()
        .any(|fact| matches!(fact.said.kind, Kind::RefundFailed(_)) && fact.source == Source::Us);
    if refused || mine.values().any(failed) {
        expected.push("refund_failed");
    }
    let mut raised: Vec<_> = standing.raised_by.keys().map(|word| word.word()).collect();
    raised.retain(|word| *word != "stuck");
    // Whether an end that nobody was told of was ever seen depends on when the provider was asked.
    if mine.values().any(|checkout| checkout.events.iter().any(|event| event.lost)) {
        raised.retain(|word| *word != "late_payment");
        expected.retain(|word| *word != "late_payment");
    }
    expected.sort_unstable();
    raised.sort_unstable();
    if raised != expected {
        after.wrong(format_args!("what is to be looked at: {raised:?}, by the books {expected:?}"));
    }
}

/// No attempt has two checkouts, none has another amount than its order, and each was reserved before it was made.
pub fn one_checkout_an_attempt(after: &After<'_>) {
    let books = after.world.bank.books();
    let standing = after.payment.standing();
    for (index, checkout) in books.checkouts.iter().enumerate() {
        let reference = &checkout.form.reference;
        if books.of_session(reference) != Some(index) {
            after.wrong(format_args!("{reference} has two checkouts"));
        }
        let session = after
            .payment
            .sessions
            .keys()
            .find(|attempt| after.payment.session_id(**attempt).to_string() == *reference);
        match session.and_then(|attempt| standing.sessions.get(attempt)) {
            None if !checkout.ahead => after.wrong(format_args!("{reference} was never reserved")),
            Some(Status::Failed | Status::Cancelled | Status::Expired) | None => {}
            // Its customer pays what the order costs, however that was changed meanwhile.
            Some(_) if checkout.ahead || checkout.came.is_some() => {}
            Some(_) if checkout.form.amount != after.payment.money.minor() => {
                after.wrong(format_args!("{reference} asks for another amount than its order"));
            }
            Some(_) => {}
        }
    }
}
