//! An event that was there before what it is about, in words.

use super::super::{Fact, Payment};

/// That a fact's event arrived before its order or its session, or a while before it could be recorded. None where it was
/// recorded as it came.
pub(super) fn arrival(payment: &Payment, fact: &Fact) -> Option<String> {
    let arrived = fact.said.arrived?;
    let session = payment.sessions.get(&fact.attempt).map(|session| session.created_at);
    Some(if arrived < payment.created_at {
        format!("arrived {} before the order", span(payment.created_at.millis_since(arrived)))
    } else if let Some(session) = session.filter(|session| arrived < *session) {
        format!("arrived {} before its session", span(session.millis_since(arrived)))
    } else {
        format!("had arrived {} earlier", span(fact.at.millis_since(arrived)))
    })
}

/// A span of time as a person says it, rounded down.
pub(super) fn span(millis: u64) -> String {
    match millis / 1_000 {
        0 => "less than a second".to_owned(),
        seconds @ 1..=119 => format!("{seconds} s"),
        seconds @ 120..=7_199 => format!("{} min", seconds / 60),
        seconds @ 7_200..=172_799 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{Story, minute, paid};
    use super::super::super::{Method, Moment, Source};
    use super::*;

    #[test]
    fn an_event_says_how_long_before_its_order_or_session_it_came() {
        // The order is of minute 0, its session of minute 1.
        let story = Story::new().opened("stripe", Method::Card);
        let text = |arrived: Option<Moment>| {
            let mut fact = paid("p1", 5_000).from(Source::Webhook);
            fact.said.arrived = arrived;
            let payment = story.clone().then([fact]).payment;
            arrival(&payment, payment.facts.last().unwrap())
        };
        let before = |moment: Moment, millis: u64| Some(Moment::from_millis(moment.millis() - millis));
        assert_eq!(text(None), None);
        assert_eq!(text(before(minute(0), 2_000)).unwrap(), "arrived 2 s before the order");
        assert_eq!(text(before(minute(0), 400)).unwrap(), "arrived less than a second before the order");
        assert_eq!(text(before(minute(1), 30_000)).unwrap(), "arrived 30 s before its session");
        assert_eq!(text(Some(minute(1))).unwrap(), "had arrived 60 s earlier");
        for (millis, said) in
            [(119_999, "119 s"), (120_000, "2 min"), (7_200_000, "2 h"), (172_800_000, "2 days")]
        {
            assert_eq!(span(millis), said);
        }
    }
}
