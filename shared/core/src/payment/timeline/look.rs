//! What somebody has to look at, in words: what it is, what raised it, what to do.

use std::collections::BTreeSet;

use super::super::{Attention, Kind, Moment, Money, Payment, Standing, Sum};

/// That somebody has to look at this since then.
pub(super) fn sentence(payment: &Payment, word: Attention, standing: &Standing, at: Moment) -> String {
    let names = names(word, standing);
    let names = match word {
        Attention::AmountMismatch | Attention::CurrencyMismatch if !names.is_empty() => {
            format!("{names}; the order costs {}", payment.money)
        }
        _ => names,
    };
    let names = if names.is_empty() { names } else { format!(" ({names})") };
    let what = match word {
        Attention::AmountMismatch => "what came is not the order's amount",
        Attention::CurrencyMismatch => "what came is not in the order's currency",
        Attention::DuplicatePayment => "the order was paid more than once",
        Attention::LatePayment => {
            &format!("money is there for an attempt that {}", ended(payment, standing, at))
        }
        Attention::Disputed => "a dispute is open",
        Attention::PaymentReversed => "the provider took money back",
        Attention::RefundFailed => "a refund did not reach the customer",
        Attention::Stuck => "an outcome stays unconfirmed",
    };
    format!("Somebody has to look: {what}{names}. {}", to_do(word))
}

/// What to do about it.
const fn to_do(word: Attention) -> &'static str {
    match word {
        Attention::AmountMismatch | Attention::CurrencyMismatch => {
            "Approve it if it is enough, or reject it to have it sent back."
        }
        Attention::DuplicatePayment => "Refund what is too much.",
        Attention::LatePayment => "Deliver the order or refund the money, then acknowledge late_payment.",
        Attention::Disputed => "Answer it at the provider before its deadline.",
        Attention::PaymentReversed => {
            "Hold back what was not delivered yet, then acknowledge payment_reversed."
        }
        Attention::RefundFailed => {
            "The money is the shop's again: send it back another way or refund it once more, then acknowledge refund_failed."
        }
        Attention::Stuck => "Look at the provider's dashboard what became of it.",
    }
}

/// How the attempts ended that money is there for.
fn ended(payment: &Payment, standing: &Standing, at: Moment) -> String {
    let named = standing.raised_by.get(&Attention::LatePayment);
    let of = |sum: &Sum| named.is_some_and(|names| names.contains(&sum.name()));
    let holders: BTreeSet<_> =
        standing.ledgers.iter().filter(|(_, ledger)| ledger.sums.iter().any(of)).map(|(of, _)| *of).collect();
    let until_then = payment.facts.iter().filter(|fact| fact.at <= at && holders.contains(&fact.attempt));
    let ends: BTreeSet<_> = until_then.filter_map(|fact| end(&fact.said.kind)).collect();
    // Two clocks may differ: what was recorded before may be dated after.
    if ends.is_empty() { "had ended".to_owned() } else { ends.into_iter().collect::<Vec<_>>().join(" and ") }
}

/// How this ends an attempt.
pub(super) const fn end(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Failed => Some("failed"),
        Kind::Cancelled => Some("was cancelled"),
        Kind::Expired | Kind::ClockExpired => Some("expired"),
        _ => None,
    }
}

/// What raised the word, as a person calls it.
fn names(word: Attention, standing: &Standing) -> String {
    let sums = || standing.ledgers.values().flat_map(|ledger| &ledger.sums);
    let readable = |name: &String| match sums().find(|sum| sum.name() == *name) {
        Some(Sum { payment, currency, came, .. }) => {
            let money = Money::new(came.unwrap_or(0), *currency)
                .map_or_else(|_| name.clone(), |money| money.to_string());
            payment.as_ref().map_or_else(|| money.clone(), |payment| format!("{money} of {payment}"))
        }
        None => name.clone(),
    };
    // The id of a `stuck` fact is ours and tells a person nothing.
    let raised = standing.raised_by.get(&word).filter(|_| word != Attention::Stuck);
    let names: Vec<_> = raised.into_iter().flatten().filter(|name| !name.is_empty()).map(readable).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{Story, fact, paid};
    use super::*;

    #[test]
    fn each_word_says_what_to_do() {
        for word in Attention::ALL {
            let story = Story::sent().then([paid("pi_1", 5_000)]);
            let said = sentence(&story.payment, word, &story.payment.standing(), story.payment.created_at);
            let (what, to_do) = said.split_once(". ").unwrap_or_else(|| panic!("{said}"));
            assert!(what.starts_with("Somebody has to look: ") && to_do.ends_with('.'), "{said}");
        }
    }

    #[test]
    fn money_for_an_attempt_that_was_over_says_how_it_had_ended() {
        for (kind, word) in
            [(Kind::Failed, "failed"), (Kind::Cancelled, "was cancelled"), (Kind::Expired, "expired")]
        {
            let story = Story::sent().then([fact(kind)]).then([paid("pi_1", 5_000)]);
            let (payment, at) = (&story.payment, story.payment.facts.last().unwrap().at);
            let said = sentence(payment, Attention::LatePayment, &payment.standing(), at);
            assert!(said.contains(&format!("for an attempt that {word} (50.00 EUR of pi_1)")), "{said}");
        }
    }
}
