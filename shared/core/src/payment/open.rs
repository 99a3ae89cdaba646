//! Whether a session may be opened for an order, and which.

use super::{Attempt, Method, Moment, Payment, ProviderName, Status};

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
        matches!(standing.sessions.get(attempt), Some(Status::Created | Status::Pending))
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
