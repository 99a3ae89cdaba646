//! The payment log: what happened to an order, in sentences that a support agent understands.

mod early;
mod late;
mod look;
mod refunds;
mod telling;
mod words;

use self::words::{decided, said, sentence};
use super::history::as_told_to_people;
use super::{
    Attempt, Fact, Kind, Moment, Money, OrderId, Payment, PaymentId, ProviderName, ProviderPaymentId,
    Session, SessionId, Source, Standing, Status, Telling, UNREACHABLE,
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
    /// We asked the provider, or looked ourselves.
    Reconciled,
    /// The shop was told what changed, or was to be told.
    OrderUpdated,
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
    /// The kind of the fact that it tells, for whoever puts its reason into words.
    #[serde(skip)]
    pub told: Option<&'static str>,
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
/// kept beside the item because they decide nothing, `tellings` how telling the shop went.
pub fn timeline(
    payment: &Payment,
    why: &dyn Fn(Attempt) -> Option<String>,
    aside: &[Fact],
    tellings: &[Telling],
) -> Vec<Entry> {
    let log = Log { payment };
    let mut entries = vec![Entry {
        amount: Some(payment.money.minor()),
        currency: Some(payment.money.currency().code()),
        ..log.entry(
            payment.created_at,
            EntryKind::OrderRegistered,
            format!("The shop registered order {}, which costs {}.", payment.order, payment.money),
        )
    }];
    for step in as_told_to_people(payment) {
        if let Some((attempt, session)) =
            step.reserved.and_then(|attempt| payment.sessions.get_key_value(&attempt))
        {
            entries.extend(log.reserved(*attempt, session, why(*attempt)));
            entries.extend(log.changed(*attempt, session.created_at, &step.before, &step.after));
        }
        for fact in step.facts {
            entries.push(log.fact(fact, Some((&step.before, &step.after))));
        }
        if let (Some(back), Some(entry)) =
            (refunds::back(payment.money, &step.before, &step.after), entries.last_mut())
        {
            entry.text = format!("{} {back}", entry.text);
        }
        if let Some(fact) = step.facts.last() {
            entries.extend(log.changed(fact.attempt, fact.at, &step.before, &step.after));
        }
    }
    let aside = aside.iter().map(|fact| log.fact(fact, None));
    for entry in aside.chain(log.tellings(tellings)) {
        let place = entries.iter().rposition(|known| known.at <= entry.at);
        entries.insert(place.map_or(0, |index| index.saturating_add(1)), entry);
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
            told: None,
        }
    }

    fn of_attempt(&self, attempt: Attempt, entry: Entry) -> Entry {
        let provider = self.payment.sessions.get(&attempt).map(|session| session.provider.clone());
        let session = SessionId { payment: self.payment.id, attempt };
        Entry { session_id: Some(session.to_string()), provider, ..entry }
    }

    fn reserved(&self, attempt: Attempt, session: &Session, why: Option<String>) -> Vec<Entry> {
        let at = session.created_at;
        let entry = |kind, text| self.of_attempt(attempt, self.entry(at, kind, text));
        // What the order cost then is not kept: an attempt that ended may have been for another amount.
        let created = format!("Attempt {attempt}: a session was opened, valid until {}.", session.expires_at);
        let why = why.map(|why| format!(" {why}")).unwrap_or_default();
        let method = session.method.word().replace('_', " ");
        vec![
            entry(EntryKind::SessionCreated, created),
            entry(EntryKind::ProviderSelected, format!("It goes to {}.{why}", session.provider)),
            entry(EntryKind::MethodSelected, format!("The method is {method}.")),
        ]
    }

    fn fact(&self, fact: &Fact, around: Option<(&Standing, &Standing)>) -> Entry {
        let kind = match (&fact.said.kind, fact.source) {
            (Kind::Sent, _) => EntryKind::CustomerRedirected,
            (Kind::Returned, _) => EntryKind::CustomerReturned,
            (Kind::RefundRequested(_), _) => EntryKind::RefundRequested,
            (Kind::Stuck(_), _) => EntryKind::ReviewFlagged,
            (Kind::Failed | Kind::RefundFailed(_), Source::Us) => EntryKind::Error,
            (_, Source::Merchant) => EntryKind::MerchantDecision,
            (_, Source::Webhook) => EntryKind::WebhookReceived,
            (_, Source::Fetch | Source::Clock | Source::Us) => EntryKind::Reconciled,
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
            told: Some(fact.said.kind.word()),
            ..self.of_attempt(fact.attempt, self.entry(fact.at, kind, self.sentence(fact)))
        }
    }

    fn sentence(&self, fact: &Fact) -> String {
        let provider =
            self.payment.sessions.get(&fact.attempt).map_or("the provider", |of| of.provider.as_str());
        let known = self.is_known(fact);
        let says = if known { "says again" } else { "says" };
        let late = if known { None } else { late::late(self.payment, fact) };
        let elsewhere = refunds::is_from_elsewhere(self.payment, fact).then_some(provider);
        let said = format!("{}{}", said(&fact.said.kind, elsewhere), late.unwrap_or_default());
        let text = match (fact.source, &fact.said.kind) {
            (Source::Webhook, _) => match early::arrival(self.payment, fact) {
                Some(early) => format!("a signed webhook of {provider}, which {early}, {says}: {said}"),
                None => format!("a signed webhook of {provider} {says}: {said}"),
            },
            (Source::Fetch, _) => format!("we asked {provider}, which {says}: {said}"),
            (Source::Clock, _) => {
                format!(
                    "by our clock, {said}, but its checkout could not be closed at {provider}, so money may still come"
                )
            }
            (Source::Merchant, kind) => decided(fact.said.word.as_deref().unwrap_or("the merchant"), kind),
            (Source::Us, Kind::Expired) => {
                format!("we closed the checkout at {provider}, so nobody can pay there")
            }
            (Source::Us, Kind::Failed) if fact.said.reason.as_deref() == Some(UNREACHABLE) => {
                let text = format!("{provider} could not be reached, so no checkout was opened");
                return sentence(&format!("{}{text}", self.which(fact)));
            }
            (Source::Us, Kind::Failed) => format!("{provider} opened no checkout"),
            (Source::Us, _) => said,
        };
        let why = fact.said.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        sentence(&format!("{}{text}{why}", self.which(fact)))
    }

    /// Which attempt a sentence is about, where the order has several.
    fn which(&self, fact: &Fact) -> String {
        let of_the_order = matches!(fact.said.kind, Kind::Acknowledged { .. });
        let several = self.payment.sessions.len() > 1 && !of_the_order;
        if several { format!("attempt {}: ", fact.attempt) } else { String::new() }
    }

    /// Whether the same was said before, so that no one reads it as having happened twice.
    fn is_known(&self, fact: &Fact) -> bool {
        let content = |fact: &Fact| (fact.attempt, fact.said.kind.clone(), fact.said.payment.clone());
        let mut before = self.payment.facts.iter().take_while(|known| known.id != fact.id);
        !matches!(fact.said.kind, Kind::AttemptDeclined)
            && before.any(|known| content(known) == content(fact))
    }

    fn changed(&self, attempt: Attempt, at: Moment, before: &Standing, after: &Standing) -> Vec<Entry> {
        let entry = |kind, text| {
            let entry = self.of_attempt(attempt, self.entry(at, kind, text));
            Entry { status_before: Some(before.status), status_after: Some(after.status), ..entry }
        };
        let mut entries = Vec::new();
        if before.status != after.status {
            let text = format!("The order went from {} to {}.", before.status, after.status);
            entries.push(entry(EntryKind::StatusChanged, text));
        }
        for word in after.attention.difference(&before.attention) {
            entries.push(entry(EntryKind::ReviewFlagged, look::sentence(self.payment, *word, after, at)));
        }
        entries
    }
}
