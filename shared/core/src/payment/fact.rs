//! A fact: one thing learned about one attempt, from somebody who can know it.

use super::limits::{NOTE_BYTES_MAX, WORD_BYTES_MAX};
use super::{Attempt, Attention, DisputeId, FactId, Moment, Money, ProviderPaymentId, RefundId};

/// What a fact says. Money that came or went cannot be said without its amount and currency.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// The provider works on the payment; the money is not there yet.
    Processing,
    /// This money came.
    Paid(Money),
    /// The attempt did not succeed, finally.
    Failed,
    /// The customer or the merchant stopped the attempt.
    Cancelled,
    /// The provider says that the checkout expired, or confirmed that we closed it.
    Expired,
    /// The provider holds the payment to look at it.
    Review,
    /// The provider no longer holds it.
    ReviewReleased,
    /// One try within the checkout was declined; the checkout stays open.
    AttemptDeclined,
    /// A refund is under way.
    RefundPending(Refund),
    /// A refund went back to the customer.
    Refunded(Refund),
    /// All that was refunded of a payment until now, as a running total.
    RefundedTotal(Money),
    /// A refund did not reach the customer: the money is the shop's again.
    RefundFailed(Refund),
    /// The provider took money back.
    Reversed(Loss),
    /// The customer disputes the payment at their bank.
    DisputeOpened(Loss),
    /// The shop won the dispute.
    DisputeWon(Loss),
    /// The shop lost the dispute.
    DisputeLost(Loss),
    /// Ours: the customer was sent to the checkout.
    Sent,
    /// Ours: a browser came back from the checkout. It says nothing of money.
    Returned,
    /// Ours: time ran out where the provider could not close the checkout.
    ClockExpired,
    /// Ours: the attempt, or this refund of it, stays unconfirmed and somebody has to look.
    Stuck(Option<RefundId>),
    /// Ours: this refund was asked for.
    RefundRequested(Refund),
    /// A merchant's: this money is enough.
    Approved(Money),
    /// A merchant's: this money is to be sent back.
    Rejected(Money),
    /// A merchant's: what raised this word has been looked at.
    Acknowledged {
        /// The word of attention.
        word: Attention,
        /// What had raised it, as [`Standing`](super::Standing) names it.
        names: Vec<String>,
    },
}

/// One refund.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Refund {
    /// The provider's id of it (ours, in a [`Kind::RefundRequested`]).
    pub id: RefundId,
    /// Our id of it, where we asked for it and the provider says so.
    pub request: Option<RefundId>,
    /// How much of it.
    pub money: Money,
}

/// Money that the provider takes back by itself, or may.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Loss {
    /// The dispute it belongs to, where the provider names one.
    pub dispute: Option<DisputeId>,
    /// How much; absent where another event of the same dispute carries the amount.
    pub money: Option<Money>,
}

impl Kind {
    /// The word for it in ids, logs and the timeline.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Paid(_) => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Review => "review",
            Self::ReviewReleased => "review_released",
            Self::AttemptDeclined => "attempt_declined",
            Self::RefundPending(_) => "refund_pending",
            Self::Refunded(_) => "refunded",
            Self::RefundedTotal(_) => "refunded_total",
            Self::RefundFailed(_) => "refund_failed",
            Self::Reversed(_) => "reversed",
            Self::DisputeOpened(_) => "dispute_opened",
            Self::DisputeWon(_) => "dispute_won",
            Self::DisputeLost(_) => "dispute_lost",
            Self::Sent => "sent",
            Self::Returned => "returned",
            Self::ClockExpired => "clock_expired",
            Self::Stuck(_) => "stuck",
            Self::RefundRequested(_) => "refund_requested",
            Self::Approved(_) => "approved",
            Self::Rejected(_) => "rejected",
            Self::Acknowledged { .. } => "acknowledged",
        }
    }

    /// The amount it names, if any.
    pub const fn money(&self) -> Option<Money> {
        match self {
            Self::Paid(money)
            | Self::RefundedTotal(money)
            | Self::Approved(money)
            | Self::Rejected(money) => Some(*money),
            Self::RefundPending(refund)
            | Self::Refunded(refund)
            | Self::RefundFailed(refund)
            | Self::RefundRequested(refund) => Some(refund.money),
            Self::Reversed(loss)
            | Self::DisputeOpened(loss)
            | Self::DisputeWon(loss)
            | Self::DisputeLost(loss) => loss.money,
            _ => None,
        }
    }

    /// The refund it names, if any.
    pub const fn refund_id(&self) -> Option<&RefundId> {
        match self {
            Self::RefundPending(refund)
            | Self::Refunded(refund)
            | Self::RefundFailed(refund)
            | Self::RefundRequested(refund) => Some(&refund.id),
            Self::Stuck(refund) => refund.as_ref(),
            _ => None,
        }
    }

    /// The dispute it names, if any.
    pub const fn dispute_id(&self) -> Option<&DisputeId> {
        match self {
            Self::Reversed(loss)
            | Self::DisputeOpened(loss)
            | Self::DisputeWon(loss)
            | Self::DisputeLost(loss) => loss.dispute.as_ref(),
            _ => None,
        }
    }

    /// Whether the rules compare the provider's own time of this kind with another's.
    pub(super) const fn is_dated(&self) -> bool {
        matches!(
            self,
            Self::Processing
                | Self::AttemptDeclined
                | Self::Paid(_)
                | Self::Review
                | Self::ReviewReleased
                | Self::RefundedTotal(_)
                | Self::RefundFailed(_)
                | Self::Reversed(_)
                | Self::DisputeOpened(_)
                | Self::DisputeWon(_)
                | Self::DisputeLost(_)
        )
    }
}

/// What somebody says of one attempt: a [`Fact`] before it is recorded.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Report {
    /// What is said.
    pub kind: Kind,
    /// The provider's payment it is about. Without one it is about the attempt's only one.
    pub payment: Option<ProviderPaymentId>,
    /// The provider's own time of it, where it gives one. Only it orders verdicts, never our clock.
    pub said_at: Option<Moment>,
    /// The provider's own word for it: an event type or a status. For a merchant's decision: who decided.
    pub word: Option<Box<str>>,
    /// Why, in the provider's code (`insufficient_funds`) or the merchant's note.
    pub reason: Option<Box<str>>,
    /// When we received it, where it waited before it could be recorded: for its order or session, or for an answer.
    pub arrived: Option<Moment>,
}

impl Report {
    /// A report of this kind and nothing else.
    pub fn new(kind: Kind) -> Self {
        Self { kind, payment: None, said_at: None, word: None, reason: None, arrived: None }
    }

    /// That no checkout was made for an attempt: refused with this code, or [`UNREACHABLE`].
    pub fn not_created(reason: &str) -> Self {
        Self::new(Kind::Failed).word(NOT_CREATED).reason(Some(reason))
    }

    /// With the provider's own word, cut to what is kept.
    #[must_use]
    pub fn word(mut self, word: &str) -> Self {
        self.word = kept(word, WORD_BYTES_MAX);
        self
    }

    /// With a reason, cut to what is kept.
    #[must_use]
    pub fn reason(mut self, reason: Option<&str>) -> Self {
        self.reason = reason.and_then(|reason| kept(reason, WORD_BYTES_MAX));
        self
    }

    /// With a person's note as the reason, cut to what is kept.
    #[must_use]
    pub fn note(mut self, note: Option<&str>) -> Self {
        self.reason = note.and_then(|note| kept(note, NOTE_BYTES_MAX));
        self
    }

    /// With the provider's payment that it is about.
    #[must_use]
    pub fn payment(mut self, payment: Option<ProviderPaymentId>) -> Self {
        self.payment = payment;
        self
    }

    /// With the provider's own time of it.
    #[must_use]
    pub fn said_at(mut self, at: Option<Moment>) -> Self {
        self.said_at = at;
        self
    }
}

/// At most `most` bytes of `text`, cut at a character; nothing of an empty text.
fn kept(text: &str, most: usize) -> Option<Box<str>> {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).filter(|text| !text.is_empty()).map(Into::into)
}

/// Why an attempt failed whose provider was never reached.
pub const UNREACHABLE: &str = "unreachable";
/// The word of each attempt that failed because no checkout was made for it.
const NOT_CREATED: &str = "creation_refused";

/// By which road we learned a fact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Source {
    /// A verified webhook.
    Webhook,
    /// A provider's answer that we fetched.
    Fetch,
    /// Our clock.
    Clock,
    /// A named merchant's decision.
    Merchant,
    /// What we did or saw ourselves.
    Us,
}

impl Source {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Fetch => "fetch",
            Self::Clock => "clock",
            Self::Merchant => "merchant",
            Self::Us => "us",
        }
    }
}

/// Random bytes that all facts of one write share: neighbours with one mark were recorded together, and a fact that
/// is found recorded is ours if its mark is ours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct WriteMark(pub [u8; 6]);

/// One thing learned about one attempt, recorded once.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Fact {
    /// Its id: the same news has the same id.
    pub id: FactId,
    /// The attempt that it is about.
    pub attempt: Attempt,
    /// By which road we learned it.
    pub source: Source,
    /// What is said.
    pub said: Report,
    /// When we recorded it.
    pub at: Moment,
    /// The write that recorded it.
    pub write: WriteMark,
}

impl Fact {
    /// Whether it says that no checkout was made for its attempt.
    pub fn is_not_created(&self) -> bool {
        self.source == Source::Us
            && self.said.kind == Kind::Failed
            && self.said.word.as_deref() == Some(NOT_CREATED)
    }

    /// Whether it says that one try within the checkout was declined.
    pub const fn is_decline(&self) -> bool {
        matches!(self.said.kind, Kind::AttemptDeclined)
    }

    /// The part of a fact that the rules look at. Two facts of equal weight are one news told twice.
    pub(super) fn weight(&self) -> (Attempt, &Kind, Option<&ProviderPaymentId>, Option<Moment>) {
        let dated = self.said.said_at.filter(|_| self.said.kind.is_dated());
        (self.attempt, &self.said.kind, self.said.payment.as_ref(), dated)
    }
}
