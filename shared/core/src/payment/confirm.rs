//! A merchant says that money came of which no provider tells: a bank transfer, cash, or a payment that is held where
//! nobody can be asked what became of it. It is the one way in which a person makes an order paid, so it names who.

use super::{
    Attempt, CannotReview, FactId, Kind, Money, Payment, ProviderPaymentId, Review, Ruling, Source, Status,
    review,
};

/// What a merchant's word about an attempt comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Confirming {
    /// This money came: the fact that says so, its id, and what the money is counted by.
    Money {
        /// The fact's id: the same word again is no news.
        id: FactId,
        /// That the order's money came.
        kind: Kind,
        /// The provider's payment that is held; where there is no provider's id the attempt is one payment.
        payment: ProviderPaymentId,
    },
    /// It was said before.
    AsBefore,
}

/// What it comes to that a merchant confirms the money of an attempt, where only merchants can. A transfer that comes
/// after the session expired is late money, and counts as any other.
///
/// # Errors
/// [`CannotReview::NotInReview`] where the attempt is in a state that no money is waited for in.
pub fn confirming(payment: &Payment, attempt: Attempt) -> Result<Confirming, CannotReview> {
    let status = payment.standing().sessions.get(&attempt).copied().unwrap_or(Status::Created);
    let before = payment.facts.iter().any(|fact| {
        fact.attempt == attempt && fact.source == Source::Merchant && matches!(fact.said.kind, Kind::Paid(_))
    });
    match status {
        _ if before => Ok(Confirming::AsBefore),
        Status::Created | Status::Pending | Status::Expired => {
            confirmed(attempt, None, payment.money).ok_or(CannotReview::NotInReview(status))
        }
        Status::Review if review(payment, attempt, Ruling::Approve)? == Review::Held => {
            let held = |fact: &&super::Fact| fact.attempt == attempt && fact.said.kind == Kind::Review;
            let held = payment.facts.iter().rev().find(held).and_then(|fact| fact.said.payment.clone());
            confirmed(attempt, held, payment.money).ok_or(CannotReview::NotInReview(status))
        }
        other => Err(CannotReview::NotInReview(other)),
    }
}

/// The provider's own id is kept, so that the money counts once should the provider tell of it after all.
fn confirmed(attempt: Attempt, held: Option<ProviderPaymentId>, money: Money) -> Option<Confirming> {
    let payment = match held {
        Some(payment) => payment,
        None => ProviderPaymentId::parse(&format!("manual:{attempt}")).ok()?,
    };
    let kind = Kind::Paid(money);
    let id = FactId::decided(attempt, kind.word(), Some(&payment), money);
    Some(Confirming::Money { id, kind, payment })
}
