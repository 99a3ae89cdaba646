//! What a merchant's decision about a session in review is. A decision names money, never facts.

use super::{Attempt, FactId, Kind, Money, Payment, ProviderPaymentId, RefundAsk, RefundId, Source, Status};

/// What a merchant decides.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ruling {
    /// The money is enough.
    Approve,
    /// The money is to be sent back, or the payment that is held is not wanted.
    Reject,
}

impl Ruling {
    /// The word in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Approve, Self::Reject].into_iter().find(|ruling| ruling.word() == word)
    }

    /// The fact that says it of this money, and its id.
    pub fn about(
        self,
        attempt: Attempt,
        payment: Option<&ProviderPaymentId>,
        money: Money,
    ) -> (FactId, Kind) {
        let kind = match self {
            Self::Approve => Kind::Approved(money),
            Self::Reject => Kind::Rejected(money),
        };
        (FactId::decided(attempt, kind.word(), payment, money), kind)
    }
}

/// What a decision comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Review {
    /// It is about this money. Each piece with the refund that sends it back, where it is rejected and can be.
    Money(Vec<Decided>),
    /// Nothing came: the provider holds the payment.
    Held,
    /// It was decided so before.
    AsBefore,
}

/// Money that is decided about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// The provider's payment.
    pub payment: Option<ProviderPaymentId>,
    /// What came.
    pub money: Money,
    /// The refund that sends back what is left of it.
    pub refund: Option<RefundAsk>,
}

impl Decided {
    /// Whether a 0 was reported: rejected, there is nothing to send back, and the attempt is over.
    pub const fn is_nothing(&self) -> bool {
        self.money.minor() == 0
    }
}

/// Why nothing is decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CannotReview {
    /// The session is not in review; it is this.
    #[error("the session is not in review; it is {0}")]
    NotInReview(Status),
    /// The money was rejected before, and rejected beats approved.
    #[error("the money was rejected before")]
    Rejected,
}

/// What `ruling` on this session comes to.
///
/// # Errors
/// [`CannotReview`].
pub fn review(payment: &Payment, attempt: Attempt, ruling: Ruling) -> Result<Review, CannotReview> {
    let standing = payment.standing();
    let status = standing.sessions.get(&attempt).copied().unwrap_or(Status::Created);
    let sums = || standing.ledgers.get(&attempt).into_iter().flat_map(|ledger| &ledger.sums);
    let decided_so = match ruling {
        Ruling::Approve => sums().any(|sum| sum.approved) || was_confirmed(payment, attempt),
        Ruling::Reject => sums().any(|sum| sum.rejected) || was_turned_away(payment, attempt),
    };
    if status != Status::Review {
        return if decided_so { Ok(Review::AsBefore) } else { Err(CannotReview::NotInReview(status)) };
    }
    if !sums().any(|sum| sum.stands()) {
        return Ok(Review::Held);
    }
    let open = sums().filter(|sum| sum.stands() && !sum.rejected);
    let money: Vec<Decided> = open
        .filter_map(|sum| {
            let came = Money::new(sum.came?, sum.currency).ok()?;
            let refund = || {
                let left =
                    Money::new(sum.left_to_refund(), sum.currency).ok().filter(|left| left.minor() > 0)?;
                let of = sum.payment.clone()?;
                let name = [payment.id.chars(), &attempt.to_string(), &sum.name()].map(str::to_owned);
                let [order, session, name] = name.each_ref().map(String::as_str);
                let id = RefundId::ours(&["rejected", order, session, name], &[]);
                Some(RefundAsk { attempt, payment: of, id, money: left })
            };
            let refund = (ruling == Ruling::Reject).then(refund).flatten();
            Some(Decided { payment: sum.payment.clone(), money: came, refund })
        })
        .collect();
    match (money.is_empty(), ruling) {
        (false, _) => Ok(Review::Money(money)),
        (true, Ruling::Reject) => Ok(Review::AsBefore),
        (true, Ruling::Approve) => Err(CannotReview::Rejected),
    }
}

/// Whether a merchant said that its money came.
fn was_confirmed(payment: &Payment, attempt: Attempt) -> bool {
    let of_attempt = payment.facts.iter().filter(|fact| fact.attempt == attempt);
    of_attempt
        .filter(|fact| fact.source == Source::Merchant)
        .any(|fact| matches!(fact.said.kind, Kind::Paid(_)))
}

/// Whether a merchant stopped the attempt.
fn was_turned_away(payment: &Payment, attempt: Attempt) -> bool {
    payment.facts.iter().any(|fact| {
        fact.attempt == attempt && fact.source == Source::Merchant && fact.said.kind == Kind::Cancelled
    })
}
