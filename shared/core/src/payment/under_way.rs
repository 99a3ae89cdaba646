//! Which payments a provider still works on: what ends a processing, and what does not.

use super::{Fact, Kind, Moment, ProviderPaymentId};

/// The reports among the facts of one attempt that the provider works on a payment, of those payments that it still works
/// on. A function of the set of facts, like all that a status follows from.
///
/// Processing ends where a decline of the same payment is dated by the provider later than every report of its processing;
/// undated is earlier than any date. At one moment it stands, and so it does where the decline has no date or one of the
/// two names no payment: a customer who is asked to pay while the money is on its way pays twice.
pub(super) fn under_way<'a>(facts: impl Iterator<Item = &'a Fact> + Clone) -> impl Iterator<Item = &'a Fact> {
    let all = facts.clone();
    facts.filter(|fact| matches!(fact.said.kind, Kind::Processing)).filter(move |fact| {
        fact.said.payment.as_ref().is_none_or(|payment| {
            let last = |is: fn(&Kind) -> bool| last(all.clone(), payment, is);
            last(|kind| matches!(kind, Kind::AttemptDeclined))
                <= last(|kind| matches!(kind, Kind::Processing))
        })
    })
}

/// Whether a decline that comes to these facts ends a processing. One that does decides something, so it is recorded
/// however many are.
pub(super) fn ends_processing(recorded: &[Fact], decline: &Fact) -> bool {
    let Some(payment) = &decline.said.payment else { return false };
    let of_attempt = recorded.iter().filter(|fact| fact.attempt == decline.attempt);
    let mut of_payment =
        under_way(of_attempt).filter(|fact| fact.said.payment.as_ref() == Some(payment)).peekable();
    of_payment.peek().is_some() && of_payment.all(|fact| fact.said.said_at < decline.said.said_at)
}

/// Whether a report of processing that comes to these facts says nothing by which one of them could ever end or stand:
/// another one of the same payment is as late.
pub(super) fn is_known_to_process(recorded: &[Fact], processing: &Fact) -> bool {
    recorded.iter().any(|known| {
        matches!(known.said.kind, Kind::Processing)
            && known.attempt == processing.attempt
            && known.said.payment == processing.said.payment
            // Without a payment nothing ends it, so no date matters.
            && (known.said.payment.is_none() || known.said.said_at >= processing.said.said_at)
    })
}

/// The latest date of such facts about a payment; none where there are none, or none of them has a date.
fn last<'a>(
    facts: impl Iterator<Item = &'a Fact>,
    payment: &ProviderPaymentId,
    is: fn(&Kind) -> bool,
) -> Option<Moment> {
    let about = facts.filter(|fact| is(&fact.said.kind) && fact.said.payment.as_ref() == Some(payment));
    about.filter_map(|fact| fact.said.said_at).max()
}
