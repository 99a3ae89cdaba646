//! What may be refunded, of which money, and how a refund that was asked for stands.

use std::cmp::Reverse;

use super::{
    Attempt, Fact, FactId, Kind, Money, OrderId, Payment, PaymentId, ProviderPaymentId, Refund, RefundId,
    ShopId, Sum,
};

/// What a merchant wants back to the customer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RefundWish {
    /// Minor units; none for all that is left.
    pub amount: Option<u64>,
    /// Of this attempt; none where only one was paid.
    pub attempt: Option<Attempt>,
    /// Why, for whoever reads the log.
    pub reason: Option<String>,
}

impl RefundWish {
    /// Our id of this refund: the same idempotency key makes the same first part, the same wish the same second.
    pub fn id(&self, shop: &ShopId, order: &OrderId, key: &str) -> RefundId {
        let amount = self.amount.map(|minor| minor.to_string()).unwrap_or_default();
        let attempt = self.attempt.map(|attempt| attempt.to_string()).unwrap_or_default();
        let what = [amount.as_str(), &attempt, self.reason.as_deref().unwrap_or_default()];
        RefundId::ours(&["key", shop.as_str(), order.as_str(), key], &what)
    }
}

/// A refund to ask a provider for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundAsk {
    /// Of this attempt's money.
    pub attempt: Attempt,
    /// Of this payment of the provider.
    pub payment: ProviderPaymentId,
    /// Our id of it.
    pub id: RefundId,
    /// How much.
    pub money: Money,
}

impl RefundAsk {
    /// What is recorded before the provider hears of it: it reserves the amount.
    pub fn kind(&self) -> Kind {
        Kind::RefundRequested(Refund { id: self.id.clone(), request: None, money: self.money })
    }

    /// The id of that fact.
    pub fn fact_id(&self) -> FactId {
        FactId::refund_requested(&self.id)
    }

    /// What is recorded where the provider said no: the amount is free again.
    pub fn refused(&self) -> Kind {
        Kind::RefundFailed(Refund { id: self.id.clone(), request: None, money: self.money })
    }
}

/// What to do about a merchant's wish.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refunding {
    /// It was asked for already.
    Asked(AskedRefund),
    /// Ask for it.
    Ask(RefundAsk),
}

/// Why nothing is refunded.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CannotRefund {
    /// The idempotency key was used with another body.
    #[error("the key was used with another body")]
    OtherBody,
    /// No money ever came.
    #[error("no money came")]
    NothingCame,
    /// The order has no such session.
    #[error("the order has no such session")]
    NoSuchSession,
    /// Several sessions were paid, and it is not said which.
    #[error("several sessions were paid")]
    WhichSession {
        /// The order.
        order: PaymentId,
        /// They.
        attempts: Vec<Attempt>,
    },
    /// More than is left.
    #[error("{left} are left to refund")]
    Exceeds {
        /// What is left of one provider payment.
        left: Money,
    },
    /// The provider named no payment that it could be asked to refund.
    #[error("the provider named no payment")]
    Unnamed,
}

/// What becomes of a merchant's wish for a refund.
///
/// Where a session has several provider payments, one refund is of one of them that has as much left: first one that has
/// exactly what is asked for, then what came beside the money that pays the order. What is left of the others takes
/// another refund.
///
/// # Errors
/// [`CannotRefund`].
pub fn refunding(payment: &Payment, id: &RefundId, wish: &RefundWish) -> Result<Refunding, CannotRefund> {
    if let Some(known) = requests(payment).find(|(_, refund)| refund.id.is_asked_by_the_same(id)) {
        let asked = (known.1.id == *id).then(|| asked_refund(payment, id)).flatten();
        return asked.map(Refunding::Asked).ok_or(CannotRefund::OtherBody);
    }
    let ledgers = payment.standing().ledgers;
    let came = |attempt: &Attempt| {
        ledgers.get(attempt).is_some_and(|of| of.sums.iter().any(|sum| sum.came.is_some_and(|came| came > 0)))
    };
    let attempt = match wish.attempt {
        Some(attempt) if !payment.sessions.contains_key(&attempt) => return Err(CannotRefund::NoSuchSession),
        Some(attempt) if came(&attempt) => attempt,
        Some(_) => return Err(CannotRefund::NothingCame),
        None => match ledgers.keys().copied().filter(came).collect::<Vec<_>>().as_slice() {
            [] => return Err(CannotRefund::NothingCame),
            [only] => *only,
            several => {
                return Err(CannotRefund::WhichSession { order: payment.id, attempts: several.to_vec() });
            }
        },
    };
    let sums = || ledgers.get(&attempt).into_iter().flat_map(|of| &of.sums).filter(|sum| sum.came.is_some());
    let pays = |sum: &Sum| !sum.rejected && (sum.equals(payment.money) || sum.approved);
    let at_least = wish.amount.unwrap_or(1);
    let enough = sums().filter(|sum| sum.left_to_refund() >= at_least && at_least > 0);
    // Of equals the first: the sums are in the order of their ids.
    let of = enough.min_by_key(|sum| {
        let left = sum.left_to_refund();
        (wish.amount != Some(left), pays(sum), sum.currency != payment.money.currency(), Reverse(left))
    });
    let Some(of) = of else {
        let most = sums().max_by_key(|sum| sum.left_to_refund());
        let left = most.and_then(|sum| Money::new(sum.left_to_refund(), sum.currency).ok());
        return Err(left.map_or(CannotRefund::NothingCame, |left| CannotRefund::Exceeds { left }));
    };
    let money = Money::new(wish.amount.unwrap_or(of.left_to_refund()), of.currency);
    let money = money.map_err(|_| CannotRefund::NothingCame)?;
    let of = of.payment.clone().ok_or(CannotRefund::Unnamed)?;
    Ok(Refunding::Ask(RefundAsk { attempt, payment: of, id: id.clone(), money }))
}

/// How a refund that was asked for stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RefundStatus {
    /// Asked for or under way.
    Pending,
    /// The money is back with the customer.
    Succeeded,
    /// It is not, and will not be.
    Failed,
}

impl RefundStatus {
    /// The word in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// A refund that was asked for, as it is now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskedRefund {
    /// Our id of it.
    pub id: RefundId,
    /// Of this attempt's money.
    pub attempt: Attempt,
    /// How much.
    pub money: Money,
    /// How it stands.
    pub status: RefundStatus,
    /// Whether the provider said no when it was asked, so that no refund was ever made.
    pub refused: bool,
    /// Why it failed, in the provider's code.
    pub reason: Option<Box<str>>,
}

/// The refund that was asked for under this id of ours, as it is now. `refund_failed` beats `refunded` beats all else.
pub fn asked_refund(payment: &Payment, id: &RefundId) -> Option<AskedRefund> {
    let (fact, refund) = requests(payment).find(|(_, refund)| refund.id == *id)?;
    let of_attempt = || payment.facts.iter().filter(|known| known.attempt == fact.attempt);
    // The provider's id of it: a later event may name nothing else.
    let names: Vec<RefundId> = of_attempt()
        .filter_map(told_refund)
        .filter(|(refund, _)| refund.request.as_ref() == Some(id))
        .map(|(refund, _)| refund.id.clone())
        .chain([id.clone()])
        .collect();
    let about = of_attempt().filter_map(|known| {
        let (refund, status) = told_refund(known)?;
        names.contains(&refund.id).then_some((status, refund, known))
    });
    let last = about.max_by_key(|(status, _, _)| *status);
    let failed = last.as_ref().filter(|(status, _, _)| *status == RefundStatus::Failed);
    Some(AskedRefund {
        id: id.clone(),
        attempt: fact.attempt,
        money: refund.money,
        status: last.as_ref().map_or(RefundStatus::Pending, |(status, _, _)| *status),
        refused: failed.is_some_and(|(_, refund, _)| refund.id == *id),
        reason: failed.and_then(|(_, _, known)| known.said.reason.clone()),
    })
}

/// The refunds of an attempt that were asked for, as they are now, in the order of asking.
pub fn asked_refunds(payment: &Payment, attempt: Attempt) -> Vec<AskedRefund> {
    let of_attempt = requests(payment).filter(|(fact, _)| fact.attempt == attempt);
    of_attempt.filter_map(|(_, refund)| asked_refund(payment, &refund.id)).collect()
}

/// The request that stands in the item under this id of ours, to be sent again. None where its provider's payment is not
/// known.
pub fn requested_refund(payment: &Payment, id: &RefundId) -> Option<RefundAsk> {
    let (fact, refund) = requests(payment).find(|(_, refund)| refund.id == *id)?;
    let of = fact.said.payment.clone()?;
    Some(RefundAsk { attempt: fact.attempt, payment: of, id: id.clone(), money: refund.money })
}

/// The refund that a provider tells of, and how it stands by that.
pub(super) const fn told_refund(fact: &Fact) -> Option<(&Refund, RefundStatus)> {
    match &fact.said.kind {
        Kind::RefundPending(refund) => Some((refund, RefundStatus::Pending)),
        Kind::Refunded(refund) => Some((refund, RefundStatus::Succeeded)),
        Kind::RefundFailed(refund) => Some((refund, RefundStatus::Failed)),
        _ => None,
    }
}

/// The refunds that we asked for.
pub(super) fn requests(payment: &Payment) -> impl Iterator<Item = (&Fact, &Refund)> {
    payment.facts.iter().filter_map(|fact| match &fact.said.kind {
        Kind::RefundRequested(refund) => Some((fact, refund)),
        _ => None,
    })
}
