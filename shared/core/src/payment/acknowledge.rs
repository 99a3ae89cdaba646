//! A merchant has looked at what wanted attention.

use std::collections::BTreeSet;

use super::{Attention, Fact, FactId, Kind, Moment, Payment, Report, Source, WriteMark};

/// Nothing had raised this word, so there is nothing that could have been looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing has raised {0}")]
pub struct NotRaised(pub Attention);

/// The facts that acknowledging these words is. Each names what raised its word until now, so whatever raises it later
/// raises it again. The same words for the same things are the same facts.
///
/// # Errors
/// [`NotRaised`] names the first word that nothing ever raised.
pub fn acknowledge(
    payment: &Payment,
    words: &BTreeSet<Attention>,
    actor: &str,
    note: Option<&str>,
    now: Moment,
    write: WriteMark,
) -> Result<Vec<Fact>, NotRaised> {
    let standing = payment.standing();
    let mut facts = Vec::with_capacity(words.len());
    for word in words {
        let raised = standing.raised_by.get(word).zip(payment.sessions.last_key_value());
        let Some((names, (attempt, _))) = raised else { return Err(NotRaised(*word)) };
        let names: Vec<String> = names.iter().cloned().collect();
        let id = FactId::acknowledged(word.word(), &names);
        let said = Report::new(Kind::Acknowledged { word: *word, names }).word(actor).note(note);
        facts.push(Fact { id, attempt: *attempt, source: Source::Merchant, said, at: now, write });
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Story, paid, refund_failed, refunded};
    use super::*;

    fn now_acknowledged(story: &Story, words: &[Attention]) -> Result<Vec<Fact>, NotRaised> {
        let words = words.iter().copied().collect();
        acknowledge(
            &story.payment,
            &words,
            "Ada",
            Some("called the customer"),
            Moment::default(),
            WriteMark([1; 6]),
        )
    }

    #[test]
    fn what_was_looked_at_is_cleared_and_what_comes_after_raises_it_again() {
        let story = Story::sent().then([paid("pi_1", 4_000)]);
        assert!(story.payment.standing().attention.contains(&Attention::AmountMismatch));
        let facts = now_acknowledged(&story, &[Attention::AmountMismatch]).unwrap();
        let story = story.then(facts);
        assert!(story.payment.standing().attention.is_empty());
        let story = story.then([paid("pi_2", 3_000)]);
        assert!(story.payment.standing().attention.contains(&Attention::AmountMismatch));
    }

    #[test]
    fn the_same_again_is_the_same_fact_and_a_word_that_nothing_raised_is_refused() {
        let story = Story::sent()
            .then([paid("pi_1", 5_000)])
            .then([refunded("pi_1", "re_1", 100)])
            .then([refund_failed("pi_1", "re_1", 100)]);
        let first = now_acknowledged(&story, &[Attention::RefundFailed]).unwrap();
        let story = story.then(first.clone());
        let again = now_acknowledged(&story, &[Attention::RefundFailed]).unwrap();
        assert_eq!(first[0].id, again[0].id);
        assert_eq!(now_acknowledged(&story, &[Attention::Disputed]), Err(NotRaised(Attention::Disputed)));
    }
}
