//! What cancelling a session by the merchant comes to.

use super::{Attempt, Payment, Status};

/// What to do about a merchant who wants a session stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cancelling {
    /// It is open: close its checkout, and if nobody can pay there any more it is cancelled.
    Close,
    /// It is cancelled already.
    Already,
    /// It is not open; it is this.
    NotOpen(Status),
}

/// What cancelling this session comes to.
pub fn cancelling(payment: &Payment, attempt: Attempt) -> Cancelling {
    match payment.standing().sessions.get(&attempt).copied().unwrap_or(Status::Created) {
        Status::Created | Status::Pending => Cancelling::Close,
        Status::Cancelled => Cancelling::Already,
        status => Cancelling::NotOpen(status),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Story, attempt, declined, fact, paid, processing, refunded};
    use super::super::{Fact, Kind};
    use super::*;

    #[test]
    fn only_what_is_open_is_closed_and_what_ended_stays_what_it_is() {
        let after = |facts: &[Fact]| {
            let story = facts.iter().fold(Story::sent(), |story, fact| story.then([fact.clone()]));
            cancelling(&story.payment, attempt(1))
        };
        assert_eq!(after(&[]), Cancelling::Close);
        assert_eq!(after(&[fact(Kind::Returned)]), Cancelling::Close);
        assert_eq!(after(&[fact(Kind::AttemptDeclined)]), Cancelling::Close);
        assert_eq!(after(&[processing("p1").dated(1), declined("p1").dated(2)]), Cancelling::Close);
        assert_eq!(after(&[fact(Kind::Cancelled)]), Cancelling::Already);
        for (facts, status) in [
            (vec![fact(Kind::Processing)], Status::Processing),
            (vec![fact(Kind::Review)], Status::Review),
            (vec![fact(Kind::Failed)], Status::Failed),
            (vec![fact(Kind::Expired)], Status::Expired),
            (vec![fact(Kind::ClockExpired)], Status::Expired),
            (vec![paid("p1", 5_000)], Status::Paid),
            (vec![paid("p1", 4_000)], Status::Review),
            (vec![paid("p1", 5_000), refunded("p1", "r1", 5_000)], Status::Refunded),
        ] {
            assert_eq!(after(&facts), Cancelling::NotOpen(status), "{facts:?}");
        }
    }
}
