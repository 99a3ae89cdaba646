//! Whether a session may be opened for an order, and which.

use super::{Attempt, Method, Moment, Payment, ProviderName, Standing, Status};

/// What to do about a request for a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    /// This one is open: created or pending, its time ahead.
    Open(Attempt),
    /// Reserve this one.
    Next(Attempt),
    /// The order is paid or refunded.
    AlreadyPaid,
    /// The order is processing or in review: another attempt could take the money twice.
    UnderWay,
    /// The order has had as many attempts as it may have.
    TooMany,
}

/// Which session a request for this method (and provider) gets; without a method the newest open one.
pub fn opening(
    payment: &Payment,
    method: Option<Method>,
    provider: Option<&ProviderName>,
    now: Moment,
) -> Opening {
    let standing = payment.standing();
    match standing.status {
        Status::Paid | Status::Refunded => return Opening::AlreadyPaid,
        Status::Processing | Status::Review => return Opening::UnderWay,
        Status::Created | Status::Pending | Status::Failed | Status::Cancelled | Status::Expired => {}
    }
    let open = payment.sessions.iter().rev().find(|(attempt, session)| {
        standing.sessions.get(attempt).is_some_and(is_open)
            && session.expires_at > now
            && method.is_none_or(|method| method == session.method)
            && provider.is_none_or(|provider| *provider == session.provider)
    });
    match (open, payment.next_attempt()) {
        (Some((attempt, _)), _) => Opening::Open(*attempt),
        (None, Some(next)) => Opening::Next(next),
        (None, None) => Opening::TooMany,
    }
}

/// Whether money for this attempt is still wanted: it is created or pending, and its order has no money and no payment
/// under way. Where it is not, nobody is sent to its checkout, and what a customer has approved there is not taken.
pub fn is_wanted(payment: &Payment, attempt: Attempt) -> bool {
    let standing = payment.standing();
    standing.sessions.get(&attempt).is_some_and(is_open) && !is_settled(standing.status)
}

/// The sessions at whose checkouts somebody could still pay though the order has its money, or a payment under way: each
/// could be paid a second time, so their checkouts are to be closed.
pub fn left_open(standing: &Standing) -> Vec<Attempt> {
    if !is_settled(standing.status) {
        return Vec::new();
    }
    standing.sessions.iter().filter(|(_, status)| is_open(status)).map(|(attempt, _)| *attempt).collect()
}

/// Whether a session can still be paid at its checkout.
const fn is_open(session: &Status) -> bool {
    matches!(session, Status::Created | Status::Pending)
}

/// Whether an order has its money, had it, or has a payment under way.
const fn is_settled(order: Status) -> bool {
    matches!(order, Status::Paid | Status::Refunded | Status::Processing | Status::Review)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Story, attempt, fact, paid};
    use super::super::{Kind, Method};
    use super::*;

    #[test]
    fn a_checkout_is_left_open_where_another_attempt_has_or_may_have_the_money() {
        let two = Story::sent().opened("other", Method::Wallet);
        assert_eq!(left_open(&two.payment.standing()), [], "nobody paid yet");
        let paid_by_second = two.then([paid("pi_1", 5_000).on(2)]);
        assert_eq!(left_open(&paid_by_second.payment.standing()), [Attempt::FIRST]);
        let two = Story::sent().opened("other", Method::Wallet);
        let under_way = two.then([fact(Kind::Processing)]);
        assert_eq!(left_open(&under_way.payment.standing()), [attempt(2)]);
        let ended = under_way.then([fact(Kind::Expired).on(2)]);
        assert_eq!(left_open(&ended.payment.standing()), []);
    }
}
