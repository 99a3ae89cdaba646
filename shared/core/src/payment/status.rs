//! The status of one attempt: an ordered list of named rules over its facts. The first that holds gives the status.

use std::fmt;

use super::evidence::Evidence;

/// What a session, or an order, is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// The session exists, nothing else happened.
    Created,
    /// The customer was sent to the checkout, or was there.
    Pending,
    /// The provider works on it.
    Processing,
    /// The money is there.
    Paid,
    /// It did not succeed, finally.
    Failed,
    /// The customer or the merchant stopped it.
    Cancelled,
    /// Its time ran out.
    Expired,
    /// A person has to decide.
    Review,
    /// All that came was taken back.
    Refunded,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Pending,
        Self::Processing,
        Self::Paid,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
        Self::Review,
        Self::Refunded,
    ];

    /// The word in the API and the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Review => "review",
            Self::Refunded => "refunded",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Whether a page may stop polling: nothing but news from outside changes it any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Refunded | Self::Failed | Self::Cancelled | Self::Expired)
    }

    /// What the customer reads, true at the moment of reading.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Created | Self::Pending => "Thanks, we are confirming your payment.",
            Self::Processing => "Payment received. We are confirming the final status.",
            Self::Paid => "Payment confirmed. Your order is now being processed.",
            Self::Failed | Self::Cancelled => {
                "Payment was not completed. You can try again or choose another method."
            }
            Self::Expired => "This payment session has expired. Please create a new checkout.",
            Self::Review => {
                "Your payment is being reviewed. We will let you know as soon as it is confirmed."
            }
            Self::Refunded => "Your payment has been refunded.",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl serde::Serialize for Status {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// One row of the table.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The status that it gives.
    pub status: Status,
    /// When it holds, in words.
    pub when: &'static str,
    pub(super) holds: fn(&Evidence) -> bool,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.when)
    }
}

const fn rule(status: Status, when: &'static str, holds: fn(&Evidence) -> bool) -> Rule {
    Rule { status, when, holds }
}

/// The rules, first true wins.
#[rustfmt::skip]
pub const RULES: [Rule; 11] = [
    rule(Status::Refunded, "more than 0 came and all of it was taken back",
         |facts| facts.came_and_all_was_taken_back),
    rule(Status::Paid, "the money of one provider payment id, not wholly taken back, equals the order's amount and currency, or was approved",
         |facts| facts.money_is_enough),
    rule(Status::Review, "any other money (a reported 0 too) that was not taken back",
         |facts| facts.money_stands),
    rule(Status::Failed, "attempted and did not succeed, finally",
         |facts| facts.failed),
    rule(Status::Cancelled, "the customer or the merchant stopped it",
         |facts| facts.cancelled),
    rule(Status::Expired, "the provider says so, or confirmed that we closed it",
         |facts| facts.expired),
    rule(Status::Review, "the provider holds it (its own verdict outranks this)",
         |facts| facts.held),
    rule(Status::Processing, "the provider works on it, and did not decline that payment later",
         |facts| facts.processing),
    rule(Status::Expired, "clock_expired: our clock, where the provider could not close it",
         |facts| facts.clock_expired),
    rule(Status::Pending, "the customer was sent to the checkout, or was there",
         |facts| facts.was_there),
    rule(Status::Created, "the session exists, nothing else happened",
         |_| true),
];

/// The status that `rules` give.
pub(super) fn status_by(rules: &[Rule], evidence: &Evidence) -> Status {
    rules.iter().find(|rule| (rule.holds)(evidence)).map_or(Status::Created, |rule| rule.status)
}
