//! Money that came for an attempt that was over, in words.

use super::super::{Fact, Kind, Payment};
use super::early::span;
use super::look::end;

/// How money that this fact tells of stands to the end of its attempt, which we had heard of before. None where it is
/// not about money that came, or where the attempt had not ended.
pub(super) fn late(payment: &Payment, fact: &Fact) -> Option<String> {
    let Kind::Paid(_) = fact.said.kind else { return None };
    let before = payment.facts.iter().take_while(|known| known.id != fact.id);
    let of_attempt = before.filter(|known| known.attempt == fact.attempt);
    let (ended, ended_at) =
        of_attempt.filter_map(|known| Some((end(&known.said.kind)?, known.said.said_at))).last()?;
    if ended != "expired" {
        return Some(format!(", though the attempt {ended}"));
    }
    // What is compared are the provider's own time of the payment and the end that the session had from the start.
    let over = payment.sessions.get(&fact.attempt)?.expires_at;
    Some(match fact.said.said_at {
        Some(at) if at > over => {
            format!(", {} after the session's time was over", span(at.millis_since(over)))
        }
        // A checkout can end before the time that its session had.
        Some(at) if ended_at.is_some_and(|ended_at| at >= ended_at) => {
            ", after its checkout had expired".to_owned()
        }
        Some(at) => {
            format!(
                ", {} before the session's time was over, which is told only now",
                span(over.millis_since(at))
            )
        }
        None => ", though the session had expired".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::Source;
    use super::super::super::sample::{Story, fact, minute, paid};
    use super::*;

    fn after(end: Option<Kind>, paid: Fact) -> Option<String> {
        // The session is of minute 1 and lasts half an hour.
        let story = Story::sent();
        let story = match end {
            Some(kind) => story.then([fact(kind)]),
            None => story,
        };
        let payment = story.then([paid.from(Source::Webhook)]).payment;
        late(&payment, payment.facts.last().unwrap())
    }

    #[test]
    fn money_says_how_long_after_the_end_of_its_session_it_came() {
        let text = |end, at: Option<u64>| {
            let paid = paid("p1", 5_000);
            after(end, at.map_or_else(|| paid.clone(), |at| paid.clone().dated(at)))
        };
        let expired = || Some(Kind::Expired);
        assert_eq!(text(expired(), Some(43)).unwrap(), ", 12 min after the session's time was over");
        assert_eq!(
            text(Some(Kind::ClockExpired), Some(28)).unwrap(),
            ", 3 min before the session's time was over, which is told only now"
        );
        assert_eq!(text(expired(), None).unwrap(), ", though the session had expired");
        // The provider closed its checkout early, and says when.
        let early = |paid_at| {
            let story = Story::sent().then([fact(Kind::Expired).dated(20)]);
            let payment = story.then([paid("p1", 5_000).dated(paid_at).from(Source::Webhook)]).payment;
            late(&payment, payment.facts.last().unwrap()).unwrap()
        };
        assert_eq!(early(25), ", after its checkout had expired");
        assert_eq!(early(18), ", 13 min before the session's time was over, which is told only now");
        assert_eq!(text(Some(Kind::Failed), Some(43)).unwrap(), ", though the attempt failed");
        assert_eq!(text(Some(Kind::Cancelled), None).unwrap(), ", though the attempt was cancelled");
        // What a slow method takes longer for than the session lasts is not late.
        assert_eq!(text(None, Some(43)), None);
        assert_eq!(minute(31), Story::sent().payment.sessions.values().next().unwrap().expires_at);
    }
}
