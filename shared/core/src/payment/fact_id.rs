//! Where a fact's id comes from: the same news has the same id, however often and by whichever road it arrives.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{Attempt, Money, ProviderName, ProviderPaymentId, RefundId, Report};

/// The id of a fact. A fact whose id is recorded already is a duplicate.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(Box<str>);

/// The first 12 bytes of the SHA-256 of a [`FactId`], by which an item knows the facts that it holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FactHash(pub [u8; 12]);

impl FactId {
    /// An id as it was stored.
    pub fn stored(text: &str) -> Self {
        Self(text.into())
    }

    /// The `nth` fact (from 0) that a provider's event tells: `stripe:evt_123`, then `stripe:evt_123#2`.
    pub fn of_event(provider: &ProviderName, event_id: &str, nth: usize) -> Self {
        match nth {
            0 => Self(format!("{provider}:{event_id}").into()),
            _ => Self(format!("{provider}:{event_id}#{}", nth.saturating_add(1)).into()),
        }
    }

    /// A fact that we fetched, so that the same answer twice is one fact and a larger total is a new one.
    pub fn fetched(attempt: Attempt, report: &Report) -> Self {
        Self::by_content("fetch", attempt, report)
    }

    /// A fact of a delivery that carries no event id.
    pub fn of_delivery_without_id(provider: &ProviderName, attempt: Attempt, report: &Report) -> Self {
        Self::by_content(provider.as_str(), attempt, report)
    }

    fn by_content(prefix: &str, attempt: Attempt, report: &Report) -> Self {
        let id = report
            .kind
            .refund_id()
            .map(RefundId::as_str)
            .or_else(|| report.kind.dispute_id().map(super::DisputeId::as_str))
            .or_else(|| report.payment.as_ref().map(ProviderPaymentId::as_str))
            .unwrap_or_default();
        let amount = report
            .kind
            .money()
            .map(|money| format!("{}{}", money.minor(), money.currency()))
            .unwrap_or_default();
        let said = report.said_at.map(|at| at.millis().to_string()).unwrap_or_default();
        Self(format!("{prefix}:{attempt}:{}:{id}:{amount}:{said}", report.kind.word()).into())
    }

    /// What we ourselves know once of an attempt: `us:1:sent`.
    pub fn ours(attempt: Attempt, word: &str) -> Self {
        Self(format!("us:{attempt}:{word}").into())
    }

    /// An attempt, or this refund of it, is unconfirmed since this moment: found again it is the same fact.
    pub fn stuck(attempt: Attempt, refund: Option<&RefundId>, since: super::Moment) -> Self {
        match refund {
            Some(refund) => Self(format!("us:{attempt}:stuck:{}:{refund}", since.millis()).into()),
            None => Self(format!("us:{attempt}:stuck:{}", since.millis()).into()),
        }
    }

    /// We asked for this refund.
    pub fn refund_requested(refund: &RefundId) -> Self {
        Self(format!("us:refund:{refund}").into())
    }

    /// A merchant decided about money of an attempt: `approved` or `rejected`.
    pub fn decided(attempt: Attempt, word: &str, payment: Option<&ProviderPaymentId>, money: Money) -> Self {
        let payment = payment.map(ProviderPaymentId::as_str).unwrap_or_default();
        Self(format!("us:{attempt}:{word}:{payment}:{}:{}", money.minor(), money.currency()).into())
    }

    /// A merchant has looked at what raised a word of attention.
    pub fn acknowledged(word: &str, names: &[String]) -> Self {
        let mut hash = Sha256::new();
        for name in names {
            hash = hash.chain_update(name).chain_update([0]);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let short: String = data_encoding::HEXLOWER.encode(&hash).chars().take(24).collect();
        Self(format!("us:ack:{word}:{short}").into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash by which the item knows it.
    pub fn hash(&self) -> FactHash {
        let full: [u8; 32] = Sha256::digest(self.0.as_bytes()).into();
        let mut short = [0; 12];
        for (to, from) in short.iter_mut().zip(full) {
            *to = from;
        }
        FactHash(short)
    }
}

impl fmt::Debug for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
