//! Where an order stands: everything that follows from its facts.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use super::status::status_by;
use super::{Attempt, Attention, Fact, Kind, Ledger, Money, RULES, Rule, Status};

/// What the facts of an order amount to. A function of the set of facts: their order and repeats change nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The order's status: the first of paid, review, processing, refunded, pending, created that any session has,
    /// else the newest session's, without sessions created.
    pub status: Status,
    /// Each session's status.
    pub sessions: BTreeMap<Attempt, Status>,
    /// What somebody has to look at.
    pub attention: BTreeSet<Attention>,
    /// What raised each word, the acknowledged included: payment ids with amount and currency, refund ids, dispute
    /// ids, or the id of the `stuck` fact.
    pub raised_by: BTreeMap<Attention, BTreeSet<String>>,
    /// Minor units of the order's currency that came, over all sessions.
    pub amount_paid: u64,
    /// Minor units of the order's currency that went back, by refund, reversal or a lost dispute.
    pub amount_refunded: u64,
    /// Each session's money.
    pub ledgers: BTreeMap<Attempt, Ledger>,
    /// Whether the next event can be decided without reading: one attempt, and nothing but `sent`, `returned`,
    /// `processing` and `attempt_declined` known of it.
    pub plain: bool,
    /// Sessions of which only the provider can say what is true.
    pub ask: BTreeSet<Attempt>,
}

/// What a set of facts amounts to, for an order that costs `order` and has these sessions.
///
/// Facts of attempts that are not among `sessions` are not counted: no event is recorded for an absent session.
pub fn standing(order: Money, sessions: impl Iterator<Item = Attempt>, facts: &[Fact]) -> Standing {
    standing_by(&RULES, order, sessions, facts)
}

/// The statuses that outrank the newest session's, the strongest first.
const ANY_SESSION: [Status; 6] =
    [Status::Paid, Status::Review, Status::Processing, Status::Refunded, Status::Pending, Status::Created];

pub(super) fn standing_by(
    rules: &[Rule],
    order: Money,
    sessions: impl Iterator<Item = Attempt>,
    facts: &[Fact],
) -> Standing {
    let mut statuses = BTreeMap::new();
    let mut evidence = BTreeMap::new();
    for attempt in sessions {
        let of_attempt = Evidence::weigh(order, facts.iter().filter(|fact| fact.attempt == attempt));
        statuses.insert(attempt, status_by(rules, &of_attempt));
        evidence.insert(attempt, of_attempt);
    }
    let status = ANY_SESSION
        .into_iter()
        .find(|wanted| statuses.values().any(|status| status == wanted))
        .or_else(|| statuses.last_key_value().map(|(_, newest)| *newest))
        .unwrap_or(Status::Created);

    let raised_by = raised_by(order, &statuses, &evidence, facts);
    let attention = raised_by
        .iter()
        .filter(|(word, names)| names.iter().any(|name| !acknowledged(facts, **word, name)))
        .map(|(word, _)| *word)
        .collect();
    let sums =
        || evidence.values().flat_map(|of| &of.ledger.sums).filter(|sum| sum.currency == order.currency());
    Standing {
        status,
        attention,
        amount_paid: sums().filter_map(|sum| sum.came).sum(),
        amount_refunded: sums().map(super::Sum::taken_back).sum(),
        plain: is_plain(statuses.len(), facts),
        ask: evidence.iter().filter(|(_, of)| of.ledger.ask).map(|(attempt, _)| *attempt).collect(),
        ledgers: evidence.into_iter().map(|(attempt, of)| (attempt, of.ledger)).collect(),
        sessions: statuses,
        raised_by,
    }
}

fn is_plain(sessions: usize, facts: &[Fact]) -> bool {
    sessions == 1
        && facts.iter().all(|fact| {
            matches!(fact.said.kind, Kind::Sent | Kind::Returned | Kind::Processing | Kind::AttemptDeclined)
        })
}

fn acknowledged(facts: &[Fact], raised: Attention, by: &String) -> bool {
    facts.iter().any(|fact| match &fact.said.kind {
        Kind::Acknowledged { word, names } => *word == raised && names.contains(by),
        _ => false,
    })
}

fn raised_by(
    order: Money,
    statuses: &BTreeMap<Attempt, Status>,
    evidence: &BTreeMap<Attempt, Evidence>,
    facts: &[Fact],
) -> BTreeMap<Attention, BTreeSet<String>> {
    let mut raised: BTreeMap<Attention, BTreeSet<String>> = BTreeMap::new();
    let mut raise = |word, name: String| {
        raised.entry(word).or_default().insert(name);
    };
    let mut holders = Vec::new();
    for (attempt, of) in evidence {
        let ended = of.failed || of.cancelled || of.expired || of.clock_expired;
        for sum in &of.ledger.sums {
            if sum.stands() && !sum.approved {
                if sum.currency != order.currency() {
                    raise(Attention::CurrencyMismatch, sum.name());
                } else if sum.came != Some(order.minor()) {
                    raise(Attention::AmountMismatch, sum.name());
                }
            }
            if sum.came.is_some_and(|came| came > 0) {
                if ended {
                    raise(Attention::LatePayment, sum.name());
                }
                if sum.stands() {
                    holders.push((*attempt, sum));
                }
            }
        }
        for id in &of.ledger.failed_refunds {
            raise(Attention::RefundFailed, id.to_string());
        }
        for name in &of.ledger.open_disputes {
            raise(Attention::Disputed, name.clone());
        }
        for name in &of.ledger.losses {
            raise(Attention::PaymentReversed, name.clone());
        }
    }
    let several = holders.iter().any(|(attempt, sum)| {
        holders
            .iter()
            .any(|(other, with)| (attempt, &sum.payment) != (other, &with.payment) && !same_id(sum, with))
    });
    if several {
        for (_, sum) in holders {
            raise(Attention::DuplicatePayment, sum.name());
        }
    }
    for fact in facts {
        let Kind::Stuck(refund) = &fact.said.kind else { continue };
        let open = match refund {
            Some(refund) => {
                evidence.get(&fact.attempt).is_some_and(|of| of.ledger.pending_refunds.contains(refund))
            }
            None => statuses.get(&fact.attempt).is_some_and(|status| !status.is_final()),
        };
        if open {
            raise(Attention::Stuck, fact.id.to_string());
        }
    }
    raised
}

fn same_id(one: &super::Sum, other: &super::Sum) -> bool {
    one.payment.is_some() && one.payment == other.payment
}
