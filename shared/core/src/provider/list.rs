//! The list of providers. Adding one is one file, one folder of vectors and one line here; nothing else matches on a
//! provider's name.

use std::fmt;

use super::{
    AccountError, Checkout, Closed, Created, Event, Expiry, Held, Inbound, NotUnderstood, Reasons,
    RefundOrder, Repeat, Step, Unsuitable, Verdict, Verified, sandbox, stripe,
};
use crate::payment::limits::PROVIDER_ID_BYTES_MAX;
use crate::payment::{Method, Moment, Money, ProviderName, Report, SessionId};

/// Every provider.
pub static ALL: [&dyn Listed; 2] = [&stripe::PROVIDER, &sandbox::PROVIDER];

/// The provider of this name.
pub fn listed(name: &str) -> Option<&'static dyn Listed> {
    ALL.into_iter().find(|provider| provider.name() == name)
}

/// One provider, as its file describes it. `A` is its account: the keys that a shop configures, typed.
///
/// What a provider cannot do is `None`, never a function that fails. Nothing that decides trust has a default.
pub struct Provider<A: 'static> {
    /// Its name in URLs and configuration.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// How its customers can pay.
    pub methods: &'static [Method],
    /// Reads the shop's keys; refuses unknown ones, and a missing webhook secret where it signs.
    pub account: fn(&serde_json::Value) -> Result<A, AccountError>,
    /// Whether it can take this amount.
    pub suits: fn(&A, Money) -> Result<(), Unsuitable>,
    /// Whether a delivery is the provider's. Nothing of the body is parsed before.
    pub verify: for<'a> fn(&A, &Inbound<'a>, Moment) -> Verdict<'a>,
    /// What a verified delivery says.
    pub read: fn(&A, &Verified<'_>) -> Result<Event, NotUnderstood>,
    /// Which session unverified bytes claim to be about: used only to ask the provider, never believed.
    pub hint: fn(&Inbound<'_>) -> Option<SessionId>,
    /// Makes the hosted checkout.
    pub create: fn(&A, &Checkout<'_>) -> Step<Created>,
    /// How that is repeated when its outcome is unknown.
    pub repeat: Repeat,
    /// For how long its checkout can be open.
    pub expiry: Expiry,
    /// Its codes in words; none where it has no codes.
    pub reasons: Option<&'static Reasons>,
    /// What is true of a session now.
    pub fetch: Option<AboutSession<A, Vec<Report>>>,
    /// Sends money back.
    pub refund: Option<fn(&A, &RefundOrder<'_>) -> Step<Report>>,
    /// Closes an open checkout.
    pub close: Option<AboutSession<A, Closed>>,
}

/// A question about a session at the provider; none where too little is known of it to be asked.
pub type AboutSession<A, T> = fn(&A, &Held<'_>) -> Option<Step<T>>;

/// A provider in the list, whatever its account's type.
pub trait Listed: Sync {
    /// Its name in URLs and configuration.
    fn name(&self) -> &'static str;
    /// Its name for people.
    fn title(&self) -> &'static str;
    /// How its customers can pay.
    fn methods(&self) -> &'static [Method];
    /// Its codes in words; none where it has no codes.
    fn reasons(&self) -> Option<&'static Reasons>;
    /// Reads a shop's keys for it.
    ///
    /// # Errors
    /// [`AccountError`] with the path of what is wrong.
    fn configure(&'static self, config: &serde_json::Value) -> Result<Box<dyn Configured>, AccountError>;
}

/// A provider with a shop's account: the questions of [`Provider`], ready to be asked.
pub trait Configured: Send + Sync + fmt::Debug {
    /// Its name in URLs and configuration.
    fn name(&self) -> &'static str;
    /// The same, as sessions hold it.
    fn id(&self) -> &ProviderName;
    /// Its name for people.
    fn title(&self) -> &'static str;
    /// How its customers can pay.
    fn methods(&self) -> &'static [Method];
    /// Whether it can take this amount.
    ///
    /// # Errors
    /// [`Unsuitable`] says why not.
    fn suits(&self, money: Money) -> Result<(), Unsuitable>;
    /// Whether a delivery is the provider's.
    fn verify<'a>(&self, inbound: &Inbound<'a>, now: Moment) -> Verdict<'a>;
    /// What a verified delivery says.
    ///
    /// # Errors
    /// [`NotUnderstood`] where it cannot be read; it is kept as it came.
    fn read(&self, verified: &Verified<'_>) -> Result<Event, NotUnderstood>;
    /// Which session unverified bytes claim to be about.
    fn hint(&self, inbound: &Inbound<'_>) -> Option<SessionId>;
    /// Makes the hosted checkout.
    fn create(&self, checkout: &Checkout<'_>) -> Step<Created>;
    /// How that is repeated when its outcome is unknown.
    fn repeat(&self) -> Repeat;
    /// For how long its checkout can be open.
    fn expiry(&self) -> Expiry;
    /// What is true of a session now; none where it cannot be asked.
    fn fetch(&self, held: &Held<'_>) -> Option<Step<Vec<Report>>>;
    /// Sends money back; none where it cannot.
    fn refund(&self, order: &RefundOrder<'_>) -> Option<Step<Report>>;
    /// Closes an open checkout; none where it cannot.
    fn close(&self, held: &Held<'_>) -> Option<Step<Closed>>;
}

impl<A: fmt::Debug + Send + Sync> Listed for Provider<A> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn methods(&self) -> &'static [Method] {
        self.methods
    }

    fn reasons(&self) -> Option<&'static Reasons> {
        self.reasons
    }

    fn configure(&'static self, config: &serde_json::Value) -> Result<Box<dyn Configured>, AccountError> {
        let account = (self.account)(config)?;
        let id = ProviderName::parse(self.name).map_err(|error| AccountError::new("", error.to_string()))?;
        Ok(Box::new(WithAccount { provider: self, id, account }))
    }
}

struct WithAccount<A: 'static> {
    provider: &'static Provider<A>,
    id: ProviderName,
    account: A,
}

impl<A: fmt::Debug> fmt::Debug for WithAccount<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.provider.name, self.account)
    }
}

impl<A: fmt::Debug + Send + Sync> Configured for WithAccount<A> {
    fn name(&self) -> &'static str {
        self.provider.name
    }

    fn id(&self) -> &ProviderName {
        &self.id
    }

    fn title(&self) -> &'static str {
        self.provider.title
    }

    fn methods(&self) -> &'static [Method] {
        self.provider.methods
    }

    fn suits(&self, money: Money) -> Result<(), Unsuitable> {
        (self.provider.suits)(&self.account, money)
    }

    fn verify<'a>(&self, inbound: &Inbound<'a>, now: Moment) -> Verdict<'a> {
        (self.provider.verify)(&self.account, inbound, now)
    }

    fn read(&self, verified: &Verified<'_>) -> Result<Event, NotUnderstood> {
        let event = (self.provider.read)(&self.account, verified)?;
        // The id becomes a key in the store: one that is longer than any provider's is not what it documents.
        match &event.id {
            Some(id) if id.is_empty() || id.len() > PROVIDER_ID_BYTES_MAX => {
                Err(NotUnderstood::Shape("id".to_owned()))
            }
            _ => Ok(event),
        }
    }

    fn hint(&self, inbound: &Inbound<'_>) -> Option<SessionId> {
        (self.provider.hint)(inbound)
    }

    fn create(&self, checkout: &Checkout<'_>) -> Step<Created> {
        (self.provider.create)(&self.account, checkout)
    }

    fn repeat(&self) -> Repeat {
        self.provider.repeat
    }

    fn expiry(&self) -> Expiry {
        self.provider.expiry
    }

    fn fetch(&self, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
        self.provider.fetch.and_then(|fetch| fetch(&self.account, held))
    }

    fn refund(&self, order: &RefundOrder<'_>) -> Option<Step<Report>> {
        self.provider.refund.map(|refund| refund(&self.account, order))
    }

    fn close(&self, held: &Held<'_>) -> Option<Step<Closed>> {
        self.provider.close.and_then(|close| close(&self.account, held))
    }
}
