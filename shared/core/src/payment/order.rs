//! The order's item: what decides whether an order is paid, and nothing else.

use std::collections::BTreeMap;
use std::fmt;

use super::{
    Attempt, Change, Fact, FactHash, Moment, Money, Nonce, OrderId, PaymentId, ProviderName, SessionId,
    ShopId, Standing, TokenHash, standing,
};

/// How a customer pays, in the words of the API.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Method {
    /// A debit or credit card.
    Card,
    /// A transfer from a bank account, or a debit of one.
    BankTransfer,
    /// A wallet.
    Wallet,
    /// A crypto currency.
    Crypto,
    /// A method of one country: a voucher, an instant scheme.
    Local,
    /// A link on which the customer chooses.
    Link,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 6] =
        [Self::Card, Self::BankTransfer, Self::Wallet, Self::Crypto, Self::Local, Self::Link];

    /// The word in the API and the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::BankTransfer => "bank_transfer",
            Self::Wallet => "wallet",
            Self::Crypto => "crypto",
            Self::Local => "local",
            Self::Link => "link",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl serde::Serialize for Method {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// One line of an order.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineItem {
    /// What it is, as the customer reads it.
    pub name: String,
    /// How many.
    pub quantity: u64,
    /// Minor units for one.
    pub unit_amount: u64,
}

/// What a shop tells of an order beyond its money. Nothing of it decides anything.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// The customer's address, for the provider's receipt. Never logged.
    pub customer_email: Option<String>,
    /// ISO 3166-1 alpha-2, for routing.
    pub country: Option<String>,
    /// What the customer reads at the checkout.
    pub description: Option<String>,
    /// The shop's own notes.
    pub metadata: BTreeMap<String, String>,
    /// The lines that the amount was added up from.
    pub line_items: Vec<LineItem>,
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Shops put personal data here: a log line or a panic message must not carry it.
        f.write_str("Details(…)")
    }
}

/// One attempt to pay an order at a provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// At which provider.
    pub provider: ProviderName,
    /// By which method.
    pub method: Method,
    /// When it was reserved.
    pub created_at: Moment,
    /// Until when a customer may start to pay.
    pub expires_at: Moment,
    /// How many facts the order had then, so that the log can put it in its place.
    pub after: usize,
    /// Which attempt item is this session's.
    pub nonce: Nonce,
    /// Of the token that reads its status.
    pub client_secret: TokenHash,
    /// Of the token in its checkout URL.
    pub go_token: TokenHash,
}

/// An order with its attempts and everything learned about them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payment {
    /// The item's id.
    pub id: PaymentId,
    /// Whose order.
    pub shop: ShopId,
    /// The shop's id of it.
    pub order: OrderId,
    /// What it costs. A session never says so.
    pub money: Money,
    /// What else the shop told.
    pub details: Details,
    /// When it was registered.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// Its attempts.
    pub sessions: BTreeMap<Attempt, Session>,
    /// What was learned, in the order of recording.
    pub facts: Vec<Fact>,
    /// How often it was written.
    pub version: u64,
    /// Whether the last write changed what the shop is told.
    pub tell: bool,
}

impl Payment {
    /// A newly registered order.
    pub fn register(shop: ShopId, order: OrderId, money: Money, details: Details, now: Moment) -> Self {
        Self {
            id: PaymentId::of(&shop, &order),
            shop,
            order,
            money,
            details,
            created_at: now,
            updated_at: now,
            sessions: BTreeMap::new(),
            facts: Vec::new(),
            version: 1,
            tell: false,
        }
    }

    /// What the facts amount to.
    pub fn standing(&self) -> Standing {
        standing(self.money, self.sessions.keys().copied(), &self.facts)
    }

    /// The id of one of its sessions.
    pub const fn session_id(&self, attempt: Attempt) -> SessionId {
        SessionId { payment: self.id, attempt }
    }

    /// The attempt that would come next; `None` when there have been as many as an order may have.
    pub fn next_attempt(&self) -> Option<Attempt> {
        self.sessions.last_key_value().map_or(Some(Attempt::FIRST), |(last, _)| last.next())
    }

    /// The fact of this hash, if it is recorded. There is at most one.
    pub fn fact(&self, hash: FactHash) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.id.hash() == hash)
    }

    /// The item after `change` was written.
    pub fn apply(&mut self, change: &Change) {
        if let Some((money, details)) = &change.amended {
            self.money = *money;
            self.details = details.clone();
        }
        if let Some((attempt, session)) = &change.reserved {
            self.sessions.insert(*attempt, session.clone());
        }
        self.facts.extend(change.facts.iter().cloned());
        self.updated_at = change.at;
        self.version = self.version.saturating_add(1);
        self.tell = change.tell;
    }
}
