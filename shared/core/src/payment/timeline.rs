//! The payment log: what happened to an order, in sentences that a support agent understands.

use super::{
    Attempt, Fact, Kind, Moment, Money, OrderId, Payment, PaymentId, ProviderName, ProviderPaymentId,
    SessionId, Source, Standing, Status, history,
};

/// What an entry of the log is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// The shop registered the order.
    OrderRegistered,
    /// A session was opened.
    SessionCreated,
    /// Which provider it went to, and why.
    ProviderSelected,
    /// Which method it is for.
    MethodSelected,
    /// The customer was sent to the hosted checkout.
    CustomerRedirected,
    /// A verified webhook told something.
    WebhookReceived,
    /// The order's status changed.
    StatusChanged,
    /// Somebody has to look.
    ReviewFlagged,
    /// A browser came back from the checkout.
    CustomerReturned,
    /// A refund was asked for.
    RefundRequested,
    /// A merchant decided.
    MerchantDecision,
    /// We asked the provider.
    Reconciled,
    /// Something went wrong on our side or the provider's.
    Error,
}

/// One line of the log.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Entry {
    /// When we recorded it.
    pub at: Moment,
    /// What it is about.
    pub kind: EntryKind,
    /// A sentence.
    pub text: String,
    /// The order's item.
    pub payment_id: PaymentIdText,
    /// The shop's id of the order.
    pub order_id: OrderId,
    /// The session, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The provider, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderName>,
    /// The fact's id: the provider's name and event id, or how else we learned it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// The provider's id of the money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_payment_id: Option<ProviderPaymentId>,
    /// The provider's own time of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Moment>,
    /// When a webhook was processed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed_at: Option<Moment>,
    /// The order's status before the write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_before: Option<Status>,
    /// And after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_after: Option<Status>,
    /// Minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// ISO 4217 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<&'static str>,
    /// Why, in the provider's code or the merchant's note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
}

/// A payment id as JSON text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaymentIdText(pub PaymentId);

impl serde::Serialize for PaymentIdText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The log of a payment, oldest first. `why` says why an attempt went to its provider, `aside` are facts that are
/// kept beside the item because they decide nothing.
pub fn timeline(payment: &Payment, why: &dyn Fn(Attempt) -> Option<String>, aside: &[Fact]) -> Vec<Entry> {
    let log = Log { payment };
    let mut entries = vec![Entry {
        amount: Some(payment.money.minor()),
        currency: Some(payment.money.currency().code()),
        ..log.entry(
            payment.created_at,
            EntryKind::OrderRegistered,
            format!("The shop registered order {} over {}.", payment.order, payment.money),
        )
    }];
    for step in history(payment) {
        if let Some(attempt) = step.reserved {
            entries.extend(log.reserved(attempt, why(attempt)));
        }
        for fact in step.facts {
            entries.push(log.fact(fact, Some((&step.before, &step.after))));
        }
        if let Some(fact) = step.facts.last() {
            entries.extend(log.changed(fact, &step.before, &step.after));
        }
    }
    for fact in aside {
        let place =
            entries.iter().rposition(|entry| entry.at <= fact.at).map_or(0, |index| index.saturating_add(1));
        entries.insert(place, log.fact(fact, None));
    }
    entries
}

struct Log<'a> {
    payment: &'a Payment,
}

impl Log<'_> {
    fn entry(&self, at: Moment, kind: EntryKind, text: String) -> Entry {
        Entry {
            at,
            kind,
            text,
            payment_id: PaymentIdText(self.payment.id),
            order_id: self.payment.order.clone(),
            session_id: None,
            provider: None,
            event_id: None,
            provider_payment_id: None,
            occurred_at: None,
            processed_at: None,
            status_before: None,
            status_after: None,
            amount: None,
            currency: None,
            reason: None,
        }
    }

    fn of_attempt(&self, attempt: Attempt, entry: Entry) -> Entry {
        let provider = self.payment.sessions.get(&attempt).map(|session| session.provider.clone());
        let session = SessionId { payment: self.payment.id, attempt };
        Entry { session_id: Some(session.to_string()), provider, ..entry }
    }

    fn reserved(&self, attempt: Attempt, why: Option<String>) -> Vec<Entry> {
        let Some(session) = self.payment.sessions.get(&attempt) else { return Vec::new() };
        let at = session.created_at;
        let entry = |kind, text| self.of_attempt(attempt, self.entry(at, kind, text));
        let money = self.payment.money;
        let created = format!(
            "Attempt {attempt}: a session over {money} was opened, valid until {}.",
            session.expires_at
        );
        let why = why.map(|why| format!(" {why}")).unwrap_or_default();
        vec![
            Entry {
                amount: Some(money.minor()),
                currency: Some(money.currency().code()),
                ..entry(EntryKind::SessionCreated, created)
            },
            entry(EntryKind::ProviderSelected, format!("It goes to {}.{why}", session.provider)),
            entry(
                EntryKind::MethodSelected,
                format!("The customer pays by {}.", session.method.word().replace('_', " ")),
            ),
        ]
    }

    fn fact(&self, fact: &Fact, around: Option<(&Standing, &Standing)>) -> Entry {
        let kind = match (&fact.said.kind, fact.source) {
            (Kind::Sent, _) => EntryKind::CustomerRedirected,
            (Kind::Returned, _) => EntryKind::CustomerReturned,
            (Kind::RefundRequested(_), _) => EntryKind::RefundRequested,
            (Kind::Stuck(_), _) => EntryKind::ReviewFlagged,
            (Kind::Failed, Source::Us) => EntryKind::Error,
            (_, Source::Merchant) => EntryKind::MerchantDecision,
            (_, Source::Webhook) => EntryKind::WebhookReceived,
            (_, Source::Fetch) => EntryKind::Reconciled,
            (_, Source::Clock | Source::Us) => EntryKind::StatusChanged,
        };
        let money = fact.said.kind.money();
        Entry {
            event_id: Some(fact.id.to_string()),
            provider_payment_id: fact.said.payment.clone(),
            occurred_at: fact.said.said_at,
            processed_at: (fact.source == Source::Webhook).then_some(fact.at),
            status_before: around.map(|(before, _)| before.status),
            status_after: around.map(|(_, after)| after.status),
            amount: money.map(Money::minor),
            currency: money.map(|money| money.currency().code()),
            reason: fact.said.reason.clone(),
            ..self.of_attempt(fact.attempt, self.entry(fact.at, kind, self.sentence(fact)))
        }
    }

    fn sentence(&self, fact: &Fact) -> String {
        let provider =
            self.payment.sessions.get(&fact.attempt).map_or("the provider", |of| of.provider.as_str());
        let who = match fact.source {
            Source::Webhook => format!("A signed webhook of {provider} says: "),
            Source::Fetch => format!("We asked {provider}, which says: "),
            Source::Merchant => match &fact.said.word {
                Some(actor) => format!("{actor} decided: "),
                None => "The merchant decided: ".to_owned(),
            },
            Source::Clock => "By our clock: ".to_owned(),
            Source::Us => String::new(),
        };
        let why = fact.said.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        format!("{who}{}{why}.", said(&fact.said.kind))
    }

    fn changed(&self, fact: &Fact, before: &Standing, after: &Standing) -> Vec<Entry> {
        let entry = |kind, text| {
            let entry = self.of_attempt(fact.attempt, self.entry(fact.at, kind, text));
            Entry { status_before: Some(before.status), status_after: Some(after.status), ..entry }
        };
        let mut entries = Vec::new();
        if before.status != after.status {
            let text = format!("The order went from {} to {}.", before.status, after.status);
            entries.push(entry(EntryKind::StatusChanged, text));
        }
        for word in after.attention.difference(&before.attention) {
            let names =
                after.raised_by.get(word).into_iter().flatten().cloned().collect::<Vec<_>>().join(", ");
            let text = format!("Somebody has to look: {} ({names}).", word.word().replace('_', " "));
            entries.push(entry(EntryKind::ReviewFlagged, text));
        }
        entries
    }
}

fn said(kind: &Kind) -> String {
    let lost = |text: &str, loss: &super::Loss| match loss.money {
        Some(money) => format!("{text} over {money}"),
        None => text.to_owned(),
    };
    match kind {
        Kind::Processing => "the payment is being processed".to_owned(),
        Kind::Paid(money) => format!("{money} were paid"),
        Kind::Failed => "the payment failed".to_owned(),
        Kind::Cancelled => "the payment was cancelled".to_owned(),
        Kind::Expired => "the checkout expired unpaid".to_owned(),
        Kind::Review => "the payment is held for review".to_owned(),
        Kind::ReviewReleased => "the payment is no longer held".to_owned(),
        Kind::AttemptDeclined => "a try was declined, the checkout stays open".to_owned(),
        Kind::RefundPending(refund) => format!("a refund of {} is under way ({})", refund.money, refund.id),
        Kind::Refunded(refund) => format!("{} were refunded ({})", refund.money, refund.id),
        Kind::RefundedTotal(money) => format!("{money} were refunded in all"),
        Kind::RefundFailed(refund) => format!("the refund of {} failed ({})", refund.money, refund.id),
        Kind::Reversed(loss) => lost("the payment was reversed", loss),
        Kind::DisputeOpened(loss) => lost("a dispute was opened", loss),
        Kind::DisputeWon(loss) => lost("the dispute was won", loss),
        Kind::DisputeLost(loss) => lost("the dispute was lost", loss),
        Kind::Sent => "The customer was sent to the checkout".to_owned(),
        Kind::Returned => {
            "A browser came back from the checkout, which does not say whether money came".to_owned()
        }
        Kind::ClockExpired => "the session's time is over and nobody paid".to_owned(),
        Kind::Stuck(_) => "The outcome stays unconfirmed".to_owned(),
        Kind::RefundRequested(refund) => {
            format!("A refund of {} was asked for ({})", refund.money, refund.id)
        }
        Kind::Approved(money) => format!("{money} are enough"),
        Kind::Rejected(money) => format!("{money} are to be sent back"),
        Kind::Acknowledged { word, .. } => format!("{} was looked at", word.word().replace('_', " ")),
    }
}
