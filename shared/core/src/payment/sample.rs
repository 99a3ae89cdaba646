//! Payments and facts for tests, in few words. The order costs 50.00 EUR; an id written as `""` is not given.

use super::{
    Attempt, Attention, Currency, Decision, Details, DisputeId, Fact, FactId, Kind, Loss, Method, Moment,
    Money, Nonce, OrderId, Outcome, Payment, ProviderName, ProviderPaymentId, Refund, RefundId, Report,
    Session, ShopId, Source, Standing, Status, TokenHash, WriteMark, decide, reserve, reserve_instead,
    standing,
};

/// What the order costs, in cents.
pub(crate) const PRICE: u64 = 5_000;

pub(crate) fn eur(minor: u64) -> Money {
    money(minor, "EUR")
}

pub(crate) fn money(minor: u64, currency: &str) -> Money {
    Money::new(minor, Currency::parse(currency).unwrap()).unwrap()
}

pub(crate) fn attempt(number: u8) -> Attempt {
    Attempt::new(number).unwrap()
}

pub(crate) fn shop(name: &str) -> ShopId {
    ShopId::parse(name).unwrap()
}

pub(crate) fn provider(name: &str) -> ProviderName {
    ProviderName::parse(name).unwrap()
}

/// So many minutes after the order was registered.
pub(crate) fn minute(minutes: u64) -> Moment {
    Moment::parse_rfc3339("2026-11-24T16:00:00Z").unwrap().plus_seconds(60 * minutes)
}

/// A fact of the first attempt, undated, without a payment id.
pub(crate) fn fact(kind: Kind) -> Fact {
    let source = match kind {
        Kind::Sent | Kind::Returned | Kind::RefundRequested(_) | Kind::Stuck(_) => Source::Us,
        Kind::ClockExpired => Source::Clock,
        Kind::Approved(_) | Kind::Rejected(_) | Kind::Acknowledged { .. } => Source::Merchant,
        _ => Source::Webhook,
    };
    Fact {
        id: FactId::stored(""),
        attempt: Attempt::FIRST,
        source,
        said: Report::new(kind),
        at: minute(0),
        write: WriteMark([0; 6]),
    }
    .with_id_of_content()
}

impl Fact {
    /// About this payment of the provider.
    pub(crate) fn of(mut self, payment: &str) -> Self {
        self.said.payment = (!payment.is_empty()).then(|| ProviderPaymentId::parse(payment).unwrap());
        self.with_id_of_content()
    }

    /// About this attempt.
    pub(crate) fn on(mut self, number: u8) -> Self {
        self.attempt = attempt(number);
        self.with_id_of_content()
    }

    /// The provider's time of it.
    pub(crate) fn dated(mut self, minutes: u64) -> Self {
        self.said.said_at = Some(minute(minutes));
        self.with_id_of_content()
    }

    /// The same news in another delivery.
    pub(crate) fn told_as(mut self, id: &str) -> Self {
        self.id = FactId::stored(id);
        self
    }

    pub(crate) fn because(mut self, reason: &str) -> Self {
        self.said = self.said.reason(Some(reason));
        self
    }

    pub(crate) fn by(mut self, actor: &str) -> Self {
        self.said = self.said.word(actor);
        self
    }

    pub(crate) fn from(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    fn with_id_of_content(mut self) -> Self {
        let Report { kind, payment, said_at, .. } = &self.said;
        let said_at = said_at.map(Moment::millis);
        self.id = FactId::stored(&format!("told:{}:{kind:?}:{payment:?}:{said_at:?}", self.attempt));
        self
    }
}

pub(crate) fn paid(payment: &str, minor: u64) -> Fact {
    fact(Kind::Paid(eur(minor))).of(payment)
}

pub(crate) fn processing(payment: &str) -> Fact {
    fact(Kind::Processing).of(payment)
}

/// One try of this payment was declined.
pub(crate) fn declined(payment: &str) -> Fact {
    fact(Kind::AttemptDeclined).of(payment)
}

pub(crate) fn refund(id: &str, minor: u64) -> Refund {
    Refund { id: RefundId::parse(id).unwrap(), request: None, money: eur(minor) }
}

/// A refund that the provider says we asked for under `request`.
pub(crate) fn our_refund(id: &str, request: &str, minor: u64) -> Refund {
    Refund { request: Some(RefundId::parse(request).unwrap()), ..refund(id, minor) }
}

pub(crate) fn refunded(payment: &str, id: &str, minor: u64) -> Fact {
    fact(Kind::Refunded(refund(id, minor))).of(payment)
}

pub(crate) fn refund_pending(payment: &str, id: &str, minor: u64) -> Fact {
    fact(Kind::RefundPending(refund(id, minor))).of(payment)
}

pub(crate) fn refund_failed(payment: &str, id: &str, minor: u64) -> Fact {
    fact(Kind::RefundFailed(refund(id, minor))).of(payment)
}

pub(crate) fn refund_requested(payment: &str, id: &str, minor: u64) -> Fact {
    fact(Kind::RefundRequested(refund(id, minor))).of(payment)
}

pub(crate) fn refunded_total(payment: &str, minor: u64) -> Fact {
    fact(Kind::RefundedTotal(eur(minor))).of(payment)
}

pub(crate) fn loss(dispute: &str, minor: u64) -> Loss {
    let dispute = (!dispute.is_empty()).then(|| DisputeId::parse(dispute).unwrap());
    Loss { dispute, money: Some(eur(minor)) }
}

pub(crate) fn reversed(payment: &str, dispute: &str, minor: u64) -> Fact {
    fact(Kind::Reversed(loss(dispute, minor))).of(payment)
}

pub(crate) fn dispute_opened(payment: &str, dispute: &str, minor: u64) -> Fact {
    fact(Kind::DisputeOpened(loss(dispute, minor))).of(payment)
}

pub(crate) fn dispute_won(payment: &str, dispute: &str, minor: u64) -> Fact {
    fact(Kind::DisputeWon(loss(dispute, minor))).of(payment)
}

pub(crate) fn dispute_lost(payment: &str, dispute: &str, minor: u64) -> Fact {
    fact(Kind::DisputeLost(loss(dispute, minor))).of(payment)
}

pub(crate) fn approved(payment: &str, minor: u64) -> Fact {
    fact(Kind::Approved(eur(minor))).of(payment)
}

pub(crate) fn rejected(payment: &str, minor: u64) -> Fact {
    fact(Kind::Rejected(eur(minor))).of(payment)
}

pub(crate) fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

pub(crate) fn acknowledged(word: Attention, names: &[&str]) -> Fact {
    fact(Kind::Acknowledged { word, names: owned(names) })
}

pub(crate) fn stuck(refund: &str) -> Fact {
    fact(Kind::Stuck((!refund.is_empty()).then(|| RefundId::parse(refund).unwrap())))
}

/// What these facts amount to on an order with as many attempts as they name, at least one.
pub(crate) fn stand(facts: &[Fact]) -> Standing {
    let newest = facts.iter().map(|fact| fact.attempt.number()).max().unwrap_or(1);
    standing(eur(PRICE), (1..=newest).map(attempt), facts)
}

/// The status of the first attempt.
pub(crate) fn session_status(facts: &[Fact]) -> Status {
    stand(facts).sessions[&Attempt::FIRST]
}

/// The words of attention that these facts raise.
pub(crate) fn attention(facts: &[Fact]) -> Vec<Attention> {
    stand(facts).attention.into_iter().collect()
}

/// Minor units that came and that went back, over the whole order.
pub(crate) fn came_and_went(facts: &[Fact]) -> (u64, u64) {
    let standing = stand(facts);
    (standing.amount_paid, standing.amount_refunded)
}

/// A newly registered order.
pub(crate) fn order() -> Payment {
    let id = OrderId::parse("1042").unwrap();
    Payment::register(shop("demo"), id, eur(PRICE), Details::default(), minute(0))
}

/// A session at this provider for half an hour.
pub(crate) fn session(at: &str, method: Method, created: Moment, after: usize) -> Session {
    Session {
        provider: provider(at),
        method,
        created_at: created,
        expires_at: created.plus_seconds(30 * 60),
        after,
        nonce: Nonce([7; 6]),
        client_secret: TokenHash::of("secret"),
        go_token: TokenHash::of("go"),
    }
}

/// An order that is written to again and again, one minute after the other, through the functions that the store uses.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) payment: Payment,
    pub(crate) minutes: u64,
}

impl Story {
    pub(crate) fn new() -> Self {
        Self { payment: order(), minutes: 0 }
    }

    /// An order with one session at Stripe, to which the customer was sent.
    pub(crate) fn sent() -> Self {
        Self::new().opened("stripe", Method::Card).then([fact(Kind::Sent)])
    }

    /// Reserves the next attempt.
    pub(crate) fn opened(mut self, at: &str, method: Method) -> Self {
        self.minutes += 1;
        let next = self.payment.next_attempt().unwrap();
        let session = session(at, method, minute(self.minutes), self.payment.facts.len());
        let change = reserve(&self.payment, next, session);
        assert!(change.premises.hold(Some(&self.payment)), "a reserve is decided on the item as it is");
        self.payment.apply(&change);
        self
    }

    /// Reserves the next attempt in place of the newest, for which no checkout was made.
    pub(crate) fn opened_instead(mut self, reason: &str, at: &str, method: Method) -> Self {
        self.minutes += 1;
        let last = *self.payment.sessions.last_key_value().unwrap().0;
        let said = Report::not_created(reason);
        let [.., a, b, c, d, e, f] = self.payment.version.to_be_bytes();
        let failed = Fact {
            id: FactId::ours(last, "failed"),
            attempt: last,
            source: Source::Us,
            said,
            at: minute(self.minutes),
            write: WriteMark([a, b, c, d, e, f]),
        };
        let session = session(at, method, minute(self.minutes), 99);
        let change = reserve_instead(&self.payment, failed, last.next().unwrap(), session);
        assert!(change.premises.hold(Some(&self.payment)), "a reserve is decided on the item as it is");
        self.payment.apply(&change);
        self
    }

    /// These facts of one attempt, marked as one write of the next minute.
    pub(crate) fn stamped(&self, facts: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
        let [.., a, b, c, d, e, f] = self.payment.version.to_be_bytes();
        let (at, write) = (minute(self.minutes + 1), WriteMark([a, b, c, d, e, f]));
        facts.into_iter().map(|fact| Fact { at, write, ..fact }).collect()
    }

    /// What is decided about these facts of one attempt, if its provider tells them a minute later.
    pub(crate) fn decide(&self, facts: impl IntoIterator<Item = Fact>) -> Decision {
        let facts = self.stamped(facts);
        let provider = self.payment.sessions.get(&facts[0].attempt).map(|session| &session.provider);
        decide(&self.payment, &self.payment.shop, provider, &facts)
    }

    /// Records them, if they are to be written.
    pub(crate) fn learn(&mut self, facts: impl IntoIterator<Item = Fact>) -> Option<Outcome> {
        let decision = self.decide(facts);
        self.minutes += 1;
        let Decision::Write(change, outcome) = decision else { return None };
        assert!(change.premises.hold(Some(&self.payment)), "decided on the item as it is");
        self.payment.apply(&change);
        Some(outcome)
    }

    /// Records them; they must be news.
    pub(crate) fn then(mut self, facts: impl IntoIterator<Item = Fact>) -> Self {
        assert_ne!(self.learn(facts), None);
        self
    }

    pub(crate) fn status(&self) -> Status {
        self.payment.standing().status
    }
}
