//! What refunds come to, in words.

use super::super::refund::{requests, told_refund};
use super::super::{Fact, Money, Payment, Standing};

/// How much went back until now, where a write changed that.
pub(super) fn back(order: Money, before: &Standing, after: &Standing) -> Option<String> {
    let money = |minor| Money::new(minor, order.currency()).ok();
    let (back, came) = (money(after.amount_refunded)?, money(after.amount_paid)?);
    let changed = before.amount_refunded != after.amount_refunded;
    changed.then(|| format!("Until now {back} of the {came} that came went back."))
}

/// Whether a refund was made at the provider by somebody else. Only where each that we asked for is known to be
/// another one: what a provider does not name as ours may be ours all the same.
pub(super) fn is_from_elsewhere(payment: &Payment, fact: &Fact) -> bool {
    let Some((refund, _)) = told_refund(fact) else { return false };
    let of_attempt = |known: &&Fact| known.attempt == fact.attempt;
    let told = || payment.facts.iter().filter(of_attempt).filter_map(told_refund).map(|(told, _)| told);
    let mut asked = requests(payment).filter(|(known, _)| of_attempt(known)).map(|(_, ours)| &ours.id);
    refund.request.is_none()
        && !told().any(|known| known.id == refund.id && known.request.is_some())
        && asked.all(|ours| told().any(|known| known.request.as_ref() == Some(ours)))
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{
        Story, eur, fact, our_refund, paid, refund_requested, refunded, refunded_total,
    };
    use super::super::super::{Kind, Source};
    use super::*;

    fn is_from_elsewhere_at_last(story: Story) -> bool {
        is_from_elsewhere(&story.payment, story.payment.facts.last().unwrap())
    }

    #[test]
    fn a_refund_that_nobody_asked_us_for_is_told_from_ours() {
        let story = || Story::sent().then([paid("p1", 5_000)]);
        let asked = || story().then([refund_requested("p1", "rf_1", 2_000)]);
        let ours = fact(Kind::Refunded(our_refund("re_1", "rf_1", 2_000))).of("p1");
        let answered = || asked().then([ours.clone().from(Source::Fetch)]);
        assert!(is_from_elsewhere_at_last(story().then([refunded("p1", "re_1", 2_000)])));
        assert!(!is_from_elsewhere_at_last(answered()));
        // The same refund in an event that does not say whose it is; and another one.
        assert!(!is_from_elsewhere_at_last(answered().then([refunded("p1", "re_1", 2_000)])));
        assert!(is_from_elsewhere_at_last(answered().then([refunded("p1", "re_2", 1_000)])));
        // Ours may be any, until one is known to be it.
        assert!(!is_from_elsewhere_at_last(asked().then([refunded("p1", "re_1", 2_000)])));
        assert!(!is_from_elsewhere_at_last(story()));
    }

    #[test]
    fn what_went_back_is_said_where_it_changed() {
        let one = Story::sent().then([paid("p1", 5_000)]);
        let other = one.clone().then([refunded_total("p1", 2_000)]);
        let (one, other) = (one.payment.standing(), other.payment.standing());
        let said = "Until now 20.00 EUR of the 50.00 EUR that came went back.";
        assert_eq!(back(eur(5_000), &one, &other).unwrap(), said);
        assert_eq!(back(eur(5_000), &other, &other), None);
    }
}
