//! Counting money: what came and what was taken back, for each provider payment and currency of one attempt.
//!
//! Every question asked here has the same answer whatever the order of the facts.

use super::{Currency, DisputeId, Fact, Kind, Loss, Moment, Money, ProviderPaymentId, Refund, RefundId};

/// What is known of one provider payment in one currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sum {
    /// The provider's payment; none where no fact of the attempt names one, or where several do and this money's
    /// facts name none.
    pub payment: Option<ProviderPaymentId>,
    /// The currency that is counted here.
    pub currency: Currency,
    /// The largest amount reported as come, in minor units. Several reports of one payment are the same money.
    pub came: Option<u64>,
    /// Refunded, in minor units, as far as the provider confirmed it.
    pub refunded: u64,
    /// Refunds asked for or under way, in minor units. They lessen only what is left to refund.
    pub refund_pending: u64,
    /// Lost to disputes and reversals, in minor units.
    pub lost: u64,
    /// What a merchant decided about exactly this money. Rejected beats approved.
    pub(super) approved: bool,
    pub(super) rejected: bool,
}

impl Sum {
    /// Minor units taken back, never more than came.
    pub fn taken_back(&self) -> u64 {
        self.refunded.saturating_add(self.lost).min(self.came.unwrap_or(0))
    }

    /// Whether money came and all of it was taken back.
    pub fn wholly_taken_back(&self) -> bool {
        self.came.is_some_and(|came| came > 0 && self.taken_back() == came)
    }

    /// Minor units that could still be refunded.
    pub fn left_to_refund(&self) -> u64 {
        self.came.unwrap_or(0).saturating_sub(self.taken_back()).saturating_sub(self.refund_pending)
    }

    /// Whether a report of money (of 0 too) stands that was not wholly taken back. Of a 0 that was rejected nothing is
    /// left to send back.
    pub(super) fn stands(&self) -> bool {
        let nothing_was_rejected = self.rejected && self.came == Some(0);
        self.came.is_some() && !self.wholly_taken_back() && !nothing_was_rejected
    }

    pub(super) fn equals(&self, order: Money) -> bool {
        self.came == Some(order.minor()) && self.currency == order.currency()
    }

    /// How attention names this money: payment id, amount and currency.
    pub(super) fn name(&self) -> String {
        let payment = self.payment.as_ref().map(ProviderPaymentId::as_str).unwrap_or_default();
        format!("{payment}:{}:{}", self.came.unwrap_or(0), self.currency)
    }
}

/// The money of one attempt.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ledger {
    /// Each provider payment and currency that any fact names an amount of.
    pub sums: Vec<Sum>,
    /// Refunds that failed.
    pub failed_refunds: Vec<RefundId>,
    /// What attention calls the disputes that are open: the dispute's id, or the payment's where there is none.
    pub open_disputes: Vec<String>,
    /// What attention calls the losses that count, likewise.
    pub losses: Vec<String>,
    /// Refunds that are neither confirmed nor failed.
    pub pending_refunds: Vec<RefundId>,
    /// The facts leave a question that only the provider can answer: two verdicts at one moment, or money without a
    /// payment id on an attempt that has several.
    pub ask: bool,
}

impl Ledger {
    /// Counts the facts of one attempt.
    pub fn count<'a>(facts: impl Iterator<Item = &'a Fact>) -> Self {
        Session::new(facts.collect()).ledger()
    }

    /// Minor units of this currency that were taken back.
    pub fn taken_back(&self, currency: Currency) -> u64 {
        self.sums.iter().filter(|sum| sum.currency == currency).map(Sum::taken_back).sum()
    }
}

/// The facts of one attempt and the payment ids among them.
struct Session<'a> {
    facts: Vec<&'a Fact>,
    payments: Vec<&'a ProviderPaymentId>,
}

type Payment<'a> = Option<&'a ProviderPaymentId>;
type Dispute<'a> = (Payment<'a>, Option<&'a DisputeId>);

impl<'a> Session<'a> {
    fn new(facts: Vec<&'a Fact>) -> Self {
        // A try that was declined holds no money, so its id is none of those that money is counted by.
        let holding = facts.iter().filter(|fact| !matches!(fact.said.kind, Kind::AttemptDeclined));
        let mut payments: Vec<_> = holding.filter_map(|fact| fact.said.payment.as_ref()).collect();
        payments.sort_unstable();
        payments.dedup();
        Self { facts, payments }
    }

    /// A fact without a payment id counts for the attempt's only one.
    fn payment_of(&self, fact: &'a Fact) -> Payment<'a> {
        match (&fact.said.payment, self.payments.as_slice()) {
            (Some(payment), _) => Some(payment),
            (None, &[only]) => Some(only),
            (None, _) => None,
        }
    }

    fn of(&self, payment: Payment<'a>) -> impl Iterator<Item = &'a Fact> + '_ {
        self.facts.iter().copied().filter(move |fact| self.payment_of(fact) == payment)
    }

    fn ledger(&self) -> Ledger {
        let mut keys: Vec<(Payment<'a>, Currency)> = self
            .facts
            .iter()
            .filter_map(|fact| Some((self.payment_of(fact), fact.said.kind.money()?.currency())))
            .collect();
        keys.sort_unstable();
        keys.dedup();

        let mut ledger = Ledger::default();
        let verdicts = self.verdicts(&mut ledger);
        ledger.sums =
            keys.into_iter().map(|(payment, currency)| self.sum(payment, currency, &verdicts)).collect();
        self.refund_ids(&mut ledger);
        let without_id = |fact: &&Fact| fact.said.payment.is_none() && is_about_money(&fact.said.kind);
        ledger.ask |= self.payments.len() > 1 && self.facts.iter().any(without_id);
        ledger
    }

    fn sum(&self, payment: Payment<'a>, currency: Currency, lost: &[Dispute<'a>]) -> Sum {
        let amount = |money: Money| (money.currency() == currency).then_some(money.minor());
        let came = self.of(payment).filter_map(|fact| match fact.said.kind {
            Kind::Paid(money) => amount(money),
            _ => None,
        });
        let came = came.max();
        let decided = |is: fn(&Kind) -> bool| {
            self.of(payment).any(|fact| {
                is(&fact.said.kind) && came.is_some() && fact.said.kind.money().and_then(amount) == came
            })
        };
        let rejected = decided(|kind| matches!(kind, Kind::Rejected(_)));
        let (refunded, refund_pending) = self.refunds(payment, currency);
        let lost = lost
            .iter()
            .filter(|(of, _)| *of == payment)
            .map(|dispute| self.lost_amount(*dispute, currency))
            .sum();
        Sum {
            payment: payment.cloned(),
            currency,
            came,
            refunded,
            refund_pending,
            lost,
            approved: !rejected && decided(|kind| matches!(kind, Kind::Approved(_))),
            rejected,
        }
    }

    /// What was refunded and what is pending. For each refund id `refund_failed` beats `refunded` beats
    /// `refund_pending`; the larger of the itemised sum and the running total counts.
    fn refunds(&self, payment: Payment<'a>, currency: Currency) -> (u64, u64) {
        let mut items: Vec<RefundItem<'a>> = Vec::new();
        let mut totals: Vec<(u64, Option<Moment>)> = Vec::new();
        for fact in self.of(payment) {
            let Some(money) = fact.said.kind.money().filter(|money| money.currency() == currency) else {
                continue;
            };
            if let Kind::RefundedTotal(_) = fact.said.kind {
                totals.push((money.minor(), fact.said.said_at));
            }
            let Some((refund, state)) = refund_state(&fact.said.kind) else { continue };
            if state == RefundState::Requested && self.is_named(&refund.id) {
                continue;
            }
            let failed_at = (state == RefundState::Failed).then_some(fact.said.said_at);
            match items.iter_mut().find(|item| item.id == &refund.id) {
                Some(item) => item.learn(state, money.minor(), failed_at),
                None => items.push(RefundItem { id: &refund.id, state, minor: money.minor(), failed_at }),
            }
        }
        let of_state = |wanted: fn(RefundState) -> bool| -> u64 {
            items.iter().filter(|item| wanted(item.state)).map(|item| item.minor).sum()
        };
        let itemised = of_state(|state| state == RefundState::Settled);
        let pending = of_state(|state| matches!(state, RefundState::Requested | RefundState::Pending));
        let running = totals.iter().map(|(total, said_at)| {
            let failed_later: u64 = items
                .iter()
                .filter(|item| item.failed_at.is_some_and(|at| at > *said_at))
                .map(|item| item.minor)
                .sum();
            total.saturating_sub(failed_later)
        });
        (itemised.max(running.max().unwrap_or(0)), pending)
    }

    /// Whether a provider's fact is about the refund that we asked for under this id.
    fn is_named(&self, request: &RefundId) -> bool {
        self.facts.iter().any(|fact| {
            refund_state(&fact.said.kind).is_some_and(|(refund, state)| {
                state != RefundState::Requested
                    && (refund.request.as_ref() == Some(request) || refund.id == *request)
            })
        })
    }

    fn refund_ids(&self, ledger: &mut Ledger) {
        let mut items: Vec<(&RefundId, RefundState)> = Vec::new();
        for (refund, state) in self.facts.iter().filter_map(|fact| refund_state(&fact.said.kind)) {
            if state == RefundState::Requested && self.is_named(&refund.id) {
                continue;
            }
            match items.iter_mut().find(|(id, _)| *id == &refund.id) {
                Some((_, known)) => *known = state.max(*known),
                None => items.push((&refund.id, state)),
            }
        }
        items.sort_unstable();
        for (id, state) in items {
            match state {
                RefundState::Failed => ledger.failed_refunds.push(id.clone()),
                RefundState::Settled => {}
                RefundState::Pending | RefundState::Requested => ledger.pending_refunds.push(id.clone()),
            }
        }
    }

    /// The disputes (and reversals without one) whose last-dated verdict is a loss.
    fn verdicts(&self, ledger: &mut Ledger) -> Vec<Dispute<'a>> {
        let mut disputes: Vec<Dispute<'a>> = self
            .facts
            .iter()
            .filter_map(|fact| {
                loss(&fact.said.kind).map(|loss| (self.payment_of(fact), loss.dispute.as_ref()))
            })
            .collect();
        disputes.sort_unstable();
        disputes.dedup();
        let mut lost = Vec::new();
        for dispute in disputes {
            let name = || {
                let (payment, id) = dispute;
                id.map(DisputeId::as_str)
                    .or(payment.map(ProviderPaymentId::as_str))
                    .unwrap_or_default()
                    .to_owned()
            };
            let dated = |is: fn(&Kind) -> bool| {
                self.about(dispute).filter(move |fact| is(&fact.said.kind)).map(|fact| fact.said.said_at)
            };
            let opened = dated(|kind| matches!(kind, Kind::DisputeOpened(_))).max();
            let judged = dated(|kind| matches!(kind, Kind::DisputeLost(_) | Kind::DisputeWon(_))).max();
            if opened.is_some_and(|opened| judged.is_none_or(|judged| judged <= opened)) {
                ledger.open_disputes.push(name());
            }
            let won = |fact: &Fact| matches!(fact.said.kind, Kind::DisputeWon(_));
            let verdicts = || self.losses(dispute).chain(self.about(dispute).filter(|fact| won(fact)));
            let last = verdicts().map(|fact| fact.said.said_at).max();
            let at_last = |fact: &&Fact| Some(fact.said.said_at) == last;
            if self.losses(dispute).any(|fact| at_last(&fact)) {
                ledger.ask |= verdicts().filter(at_last).any(won);
                ledger.losses.push(name());
                lost.push(dispute);
            }
        }
        lost
    }

    fn about(&self, (payment, id): Dispute<'a>) -> impl Iterator<Item = &'a Fact> + '_ {
        self.of(payment)
            .filter(move |fact| loss(&fact.said.kind).is_some_and(|loss| loss.dispute.as_ref() == id))
    }

    /// What says that this dispute's money is lost.
    fn losses(&self, dispute: Dispute<'a>) -> impl Iterator<Item = &'a Fact> + '_ {
        self.about(dispute).filter(move |fact| match fact.said.kind {
            Kind::DisputeLost(_) => true,
            Kind::Reversed(_) => !self.is_paid_again(dispute, fact.said.said_at),
            _ => false,
        })
    }

    /// A reversal without a dispute is undone by a payment that the provider dates after it. One without a date is
    /// undone by none: the payment that it reversed has a date too.
    fn is_paid_again(&self, (payment, id): Dispute<'a>, reversed: Option<Moment>) -> bool {
        let paid = |fact: &Fact| matches!(fact.said.kind, Kind::Paid(_)) && fact.said.said_at > reversed;
        id.is_none() && reversed.is_some() && self.of(payment).any(paid)
    }

    fn lost_amount(&self, dispute: Dispute<'a>, currency: Currency) -> u64 {
        let amounts = self.losses(dispute).filter_map(|fact| fact.said.kind.money());
        amounts.filter(|money| money.currency() == currency).map(Money::minor).max().unwrap_or(0)
    }
}

/// What is known of one refund, the stronger later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum RefundState {
    Requested,
    Pending,
    Settled,
    Failed,
}

struct RefundItem<'a> {
    id: &'a RefundId,
    state: RefundState,
    minor: u64,
    failed_at: Option<Option<Moment>>,
}

impl RefundItem<'_> {
    fn learn(&mut self, state: RefundState, minor: u64, failed_at: Option<Option<Moment>>) {
        // The amount is that of the strongest state, the largest where that state was told with several.
        self.minor = match state.cmp(&self.state) {
            std::cmp::Ordering::Less => self.minor,
            std::cmp::Ordering::Equal => self.minor.max(minor),
            std::cmp::Ordering::Greater => minor,
        };
        self.state = self.state.max(state);
        // A refund fails once. Each report of it says that it had failed by then, one without a date says no time.
        self.failed_at = match (self.failed_at, failed_at) {
            (Some(Some(known)), Some(Some(said))) => Some(Some(known.min(said))),
            (known, said) => known.max(said),
        };
    }
}

/// Whether it is counted for one payment.
const fn is_about_money(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Paid(_)
            | Kind::RefundPending(_)
            | Kind::Refunded(_)
            | Kind::RefundedTotal(_)
            | Kind::RefundFailed(_)
            | Kind::RefundRequested(_)
            | Kind::Reversed(_)
            | Kind::DisputeOpened(_)
            | Kind::DisputeWon(_)
            | Kind::DisputeLost(_)
            | Kind::Approved(_)
            | Kind::Rejected(_)
    )
}

fn refund_state(kind: &Kind) -> Option<(&Refund, RefundState)> {
    match kind {
        Kind::RefundRequested(refund) => Some((refund, RefundState::Requested)),
        Kind::RefundPending(refund) => Some((refund, RefundState::Pending)),
        Kind::Refunded(refund) => Some((refund, RefundState::Settled)),
        Kind::RefundFailed(refund) => Some((refund, RefundState::Failed)),
        _ => None,
    }
}

fn loss(kind: &Kind) -> Option<&Loss> {
    match kind {
        Kind::Reversed(loss)
        | Kind::DisputeOpened(loss)
        | Kind::DisputeWon(loss)
        | Kind::DisputeLost(loss) => Some(loss),
        _ => None,
    }
}
