//! Why a payment did not succeed or is looked at: providers' codes in words, for customers and for merchants.
//!
//! A provider's file brings one table of its codes. What a customer may read is a choice among few sentences, so that
//! no table can tell a thief that a card is known as stolen.

use crate::payment::{Attempt, Entry, Fact, Kind, Payment, ProviderName, Source, Status, UNREACHABLE};

use super::listed;

/// What one of a provider's codes means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meaning {
    /// The code as the provider sends it.
    pub code: &'static str,
    /// What the customer reads.
    pub customer: ForCustomer,
    /// What the merchant reads: what it means and what to do.
    pub merchant: &'static str,
}

/// All that a customer is ever told of why. Whatever could help somebody who pays with another's card reads as
/// [`ForCustomer::Declined`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ForCustomer {
    /// No reason that the customer should read, or none that is known.
    Declined,
    /// There is not enough money.
    Funds,
    /// The amount, or the number of payments, is above what the card allows.
    Limit,
    /// The card is out of date.
    Expired,
    /// Something was typed wrongly.
    Details,
    /// The bank wants the payment confirmed.
    Authentication,
    /// The card is not of a kind that can pay this.
    NotSupported,
    /// It did not work this time.
    Later,
    /// The same was paid a moment ago.
    Twice,
    /// The way to pay cannot be used at the moment, whoever pays.
    Unavailable,
    /// Somebody looks at it.
    Reviewed,
}

impl ForCustomer {
    /// Every sentence.
    pub const ALL: [Self; 11] = [
        Self::Declined,
        Self::Funds,
        Self::Limit,
        Self::Expired,
        Self::Details,
        Self::Authentication,
        Self::NotSupported,
        Self::Later,
        Self::Twice,
        Self::Unavailable,
        Self::Reviewed,
    ];

    /// The sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Declined => "The payment was declined. Please try another way to pay, or ask your bank.",
            Self::Funds => "There was not enough money for this payment. Please try another way to pay.",
            Self::Limit => {
                "The payment is above what your card allows. Please try another way to pay, or ask your bank."
            }
            Self::Expired => "The card has expired. Please use another card.",
            Self::Details => "Some of the card's details were not right. Please check them and try again.",
            Self::Authentication => {
                "Your bank wants you to confirm the payment. Please try again and follow its steps."
            }
            Self::NotSupported => {
                "This card cannot be used for this payment. Please use another card or another way to pay."
            }
            Self::Later => "The payment could not be processed. Please try again in a few minutes.",
            Self::Twice => "The same payment was made a moment ago. Please check before you pay again.",
            Self::Unavailable => "This way to pay cannot be used at the moment. Please choose another.",
            Self::Reviewed => "The payment is being checked. There is nothing you need to do now.",
        }
    }
}

/// A provider's codes.
#[derive(Clone, Copy, Debug)]
pub struct Reasons {
    /// Why a payment or a try was declined, or no checkout was made.
    pub declines: &'static [Meaning],
    /// Why a payment is looked at.
    pub reviews: &'static [Meaning],
}

/// Why an attempt failed, was cancelled or is under review: the newest fact that says so. None where nobody said why.
#[derive(Clone, Copy, Debug)]
pub struct Why<'a> {
    /// Who said it: the attempt's provider.
    provider: &'a ProviderName,
    fact: &'a Fact,
    /// The provider's code, or the merchant's note.
    pub code: &'a str,
}

impl<'a> Why<'a> {
    /// Why an attempt of this status is in it.
    pub fn of(payment: &'a Payment, attempt: Attempt, status: Status) -> Option<Self> {
        let session = payment.sessions.get(&attempt)?;
        let says = |kind: &Kind| match status {
            Status::Failed => matches!(kind, Kind::Failed | Kind::AttemptDeclined),
            Status::Cancelled => matches!(kind, Kind::Cancelled),
            // Money that a person has to decide about, too.
            Status::Review => matches!(kind, Kind::Review | Kind::Paid(_)),
            _ => false,
        };
        let is_word_of_ours =
            |fact: &Fact| fact.source == Source::Merchant && matches!(fact.said.kind, Kind::Paid(_));
        let of_attempt =
            |fact: &&Fact| fact.attempt == attempt && says(&fact.said.kind) && !is_word_of_ours(fact);
        let mut facts = payment.facts.iter().rev().filter(of_attempt);
        facts.find_map(|fact| {
            let code = fact.said.reason.as_deref()?;
            Some(Self { provider: &session.provider, fact, code })
        })
    }

    /// Each try of an attempt that was declined, oldest first; none in it where nobody said why. That the attempt failed is
    /// such a try where nothing else tells of it, and no try where no checkout was made. What a webhook and a fetched answer
    /// both told is one.
    pub fn declines(payment: &'a Payment, attempt: Attempt) -> Vec<Option<Self>> {
        let Some(session) = payment.sessions.get(&attempt) else { return Vec::new() };
        let of_attempt = || payment.facts.iter().filter(|fact| fact.attempt == attempt);
        let is_same_try = |one: &Fact, other: &Fact| match (&one.said.payment, &other.said.payment) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let mut tries: Vec<&Fact> = Vec::new();
        for fact in of_attempt() {
            let is_new = match fact.said.kind {
                Kind::AttemptDeclined => !tries.iter().any(|known| is_told_twice(known, fact)),
                Kind::Failed => {
                    !fact.is_not_created()
                        && !tries.iter().any(|known| is_same_try(known, fact))
                        && !of_attempt()
                            .any(|other| other.said.kind == Kind::AttemptDeclined && is_same_try(other, fact))
                }
                _ => false,
            };
            if is_new {
                tries.push(fact);
            }
        }
        let why = |fact: &'a Fact| {
            let code = fact.said.reason.as_deref()?;
            Some(Self { provider: &session.provider, fact, code })
        };
        tries.into_iter().map(why).collect()
    }

    /// What the customer may read; none where the reason is a person's note.
    pub fn for_customer(&self) -> Option<ForCustomer> {
        let unknown = match self.fact.said.kind {
            Kind::Failed | Kind::AttemptDeclined if self.fact.is_not_created() => {
                return Some(ForCustomer::Unavailable);
            }
            Kind::Failed | Kind::AttemptDeclined => ForCustomer::Declined,
            Kind::Review | Kind::Paid(_) => ForCustomer::Reviewed,
            _ => return None,
        };
        let meaning = meaning(self.provider, self.fact.said.kind.word(), self.code);
        Some(meaning.map_or(unknown, |meaning| meaning.customer))
    }

    /// What the merchant reads: what it means and what to do, or the provider's own word where it is none that is
    /// known; none where the reason is a person's note.
    pub fn for_merchant(&self) -> Option<String> {
        use Kind::{AttemptDeclined, Failed, Paid, Review};
        if !matches!(self.fact.said.kind, Failed | AttemptDeclined | Review | Paid(_)) {
            return None;
        }
        Some(match meaning(self.provider, self.fact.said.kind.word(), self.code) {
            Some(meaning) => meaning.merchant.to_owned(),
            None if self.code == UNREACHABLE => {
                format!("{} could not be reached, so nothing was made there.", self.provider)
            }
            None => format!("{} says: {}.", self.provider, self.code),
        })
    }
}

/// Milliseconds that a provider's two dates of one decline may lie apart: its event's and its own.
const ONE_DECLINE_MILLIS: u64 = 60_000;

/// Whether two declines are one, told by a webhook and by a fetched answer.
fn is_told_twice(one: &Fact, other: &Fact) -> bool {
    let by_two_roads = (one.source == Source::Fetch) != (other.source == Source::Fetch);
    let is_same = one.said.payment == other.said.payment && one.said.reason == other.said.reason;
    let apart = one.said.said_at.zip(other.said.said_at).map(|(one, other)| match one < other {
        true => other.millis_since(one),
        false => one.millis_since(other),
    });
    by_two_roads && is_same && apart.is_some_and(|apart| apart <= ONE_DECLINE_MILLIS)
}

/// Adds to each entry of a log that names a provider's code what it means and what to do.
pub fn put_in_words(entries: &mut [Entry]) {
    for entry in entries {
        let (Some(kind), Some(provider), Some(code)) = (entry.told, &entry.provider, &entry.reason) else {
            continue;
        };
        if let Some(meaning) = meaning(provider, kind, code) {
            entry.text = format!("{} {}", entry.text, meaning.merchant);
        }
    }
}

/// What a code means in a fact of this kind.
fn meaning(provider: &ProviderName, kind: &str, code: &str) -> Option<&'static Meaning> {
    let reasons = listed(provider.as_str())?.reasons()?;
    let table = match kind {
        "failed" | "attempt_declined" => reasons.declines,
        "review" | "paid" => reasons.reviews,
        _ => return None,
    };
    table.iter().find(|meaning| meaning.code == code)
}

#[cfg(test)]
mod tests;
