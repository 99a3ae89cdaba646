//! The list of providers. Adding one is one file, one folder of vectors and one line here, which its module and its trial
//! follow (`CONTRIBUTING.md`); nothing else matches on a provider's name.

use std::fmt;

use super::{
    About, AccountError, Checkout, Closed, Created, EndpointFault, Event, Expiry, Held, Inbound,
    NotUnderstood, Reasons, RefundOrder, Repeat, Step, Unsuitable, Verdict, Verified, adyen, btcpay,
    checkout_com, coinbase_business, generic, gocardless, manual, mercado_pago, mollie, nowpayments, paddle,
    paypal, paystack, razorpay, sandbox, square, stripe, xendit,
};
use crate::payment::limits::PROVIDER_ID_BYTES_MAX;
use crate::payment::{Method, Moment, Money, ProviderName, ProviderPaymentId, Report, SessionId};

/// Every provider.
#[rustfmt::skip]
pub static ALL: [&dyn Listed; 18] = [
    &stripe::PROVIDER,
    &adyen::PROVIDER,
    &paypal::PROVIDER,
    &mollie::PROVIDER,
    &checkout_com::PROVIDER,
    &gocardless::PROVIDER,
    &razorpay::PROVIDER,
    &square::PROVIDER,
    &paystack::PROVIDER,
    &xendit::PROVIDER,
    &mercado_pago::PROVIDER,
    &paddle::PROVIDER,
    &btcpay::PROVIDER,
    &nowpayments::PROVIDER,
    &coinbase_business::PROVIDER,
    &sandbox::PROVIDER,
    &manual::PROVIDER,
    &generic::PROVIDER,
];

/// The provider of this name. `generic:acme` is one that is described in the configuration: it is listed as `generic`.
pub fn listed(name: &str) -> Option<&'static dyn Listed> {
    let (wanted, is_member) = match name.split_once(':') {
        Some((_, "")) => return None,
        Some((family, _)) => (family, true),
        None => (name, false),
    };
    ALL.into_iter().find(|provider| provider.name() == wanted && provider.is_family() == is_member)
}

/// One provider, as its file describes it. `A` is its account: the keys that a shop configures, typed.
///
/// What a provider cannot do is `None`, never a function that fails. Nothing that decides trust has a default.
pub struct Provider<A: 'static> {
    /// Its name in URLs and configuration.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Whether it is a family of providers, each with a name of its own after a colon: `generic:acme`.
    pub is_family: bool,
    /// How its customers can pay.
    pub methods: &'static [Method],
    /// How they can at this account, where that is fewer.
    pub methods_of: Option<for<'a> fn(&'a A) -> &'a [Method]>,
    /// Reads the shop's keys; refuses unknown ones, and a missing webhook secret where it signs.
    pub account: fn(&serde_json::Value) -> Result<A, AccountError>,
    /// What the account is, beside its secrets.
    pub about: for<'a> fn(&'a A) -> About<'a>,
    /// Whether it can take this amount.
    pub suits: fn(&A, Money) -> Result<(), Unsuitable>,
    /// What makes us believe a delivery, in words, for people.
    pub proof: &'static str,
    /// Whether a delivery is the provider's. Nothing of the body is believed before; it is
    /// parsed only as far as what is signed, or asking the provider, needs.
    pub verify: for<'a> fn(&A, &Inbound<'a>, Moment) -> Verdict<'a>,
    /// What a verified delivery says: one event, or a batch of them.
    pub read: fn(&A, &Verified<'_>) -> Result<Vec<Event>, NotUnderstood>,
    /// Which session unverified bytes claim to be about: used only to ask the provider, never believed.
    pub hint: fn(&Inbound<'_>) -> Option<SessionId>,
    /// The body that it wants to read in our 2xx; none where any will do.
    pub accepted: Option<&'static str>,
    /// Whether some of its events name a payment and no session of ours, and it cannot be asked whose it is: then the
    /// payments that its other events name are remembered, and a [`Step::Find`] finds them.
    pub remembers: bool,
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
    /// Whose a payment is that somebody names by the provider's id of it, of its checkout, or of an event about it.
    /// `None` from the answer: nothing there has that id, or it is none of ours.
    pub whose: Option<AboutPayment<A, Option<SessionId>>>,
    /// Whether nobody but a merchant, by name, can say that money came.
    pub by_hand: bool,
    /// What the customer is asked to do where there is no hosted page: their order's return page shows it.
    pub instructions: Option<Instructions<A>>,
    /// Sends money back.
    pub refund: Option<fn(&A, &RefundOrder<'_>) -> Step<Report>>,
    /// How that is repeated when its outcome is unknown.
    pub refund_repeat: Repeat,
    /// Closes an open checkout.
    pub close: Option<AboutSession<A, Closed>>,
    /// What is wrong with how our webhook endpoint, of this address, is entered there.
    pub endpoint: Option<AboutEndpoint<A>>,
}

/// A question about a session at the provider; none where too little is known of it to be asked.
pub type AboutSession<A, T> = fn(&A, &Held<'_>) -> Option<Step<T>>;

/// A question about something that a person names by an id; none where the text cannot be an id there, so that nobody is
/// asked in vain.
pub type AboutPayment<A, T> = fn(&A, &ProviderPaymentId) -> Option<Step<T>>;

/// What a customer is asked to do to pay this session; none where a hosted page tells them.
pub type Instructions<A> = fn(&A, SessionId, Money) -> Option<String>;

/// What is wrong with how an endpoint of this address is entered at the provider.
pub type AboutEndpoint<A> = fn(&A, &str) -> Step<Vec<EndpointFault>>;

/// A provider in the list, whatever its account's type.
pub trait Listed: Sync {
    /// Its name in URLs and configuration.
    fn name(&self) -> &'static str;
    /// Its name for people.
    fn title(&self) -> &'static str;
    /// Whether it is a family of providers, each with a name of its own after a colon.
    fn is_family(&self) -> bool;
    /// How its customers can pay.
    fn methods(&self) -> &'static [Method];
    /// What makes us believe a delivery, in words.
    fn proof(&self) -> &'static str;
    /// Its codes in words; none where it has no codes.
    fn reasons(&self) -> Option<&'static Reasons>;
    /// What can be done there, beside being paid.
    fn abilities(&self) -> Abilities;
    /// Reads a shop's keys for it, as the provider of this name.
    ///
    /// # Errors
    /// [`AccountError`] with the path of what is wrong.
    fn configure_as(
        &'static self,
        name: &str,
        config: &serde_json::Value,
    ) -> Result<Box<dyn Configured>, AccountError>;
    /// Reads a shop's keys for it, under its own name.
    ///
    /// # Errors
    /// [`AccountError`] with the path of what is wrong.
    fn configure(&'static self, config: &serde_json::Value) -> Result<Box<dyn Configured>, AccountError> {
        self.configure_as(self.name(), config)
    }
}

/// What can be done at a provider, beside being paid: the questions that it has an answer to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Abilities {
    /// It can be asked what is true of a session.
    pub fetch: bool,
    /// A payment is found by the provider's id of it.
    pub whose: bool,
    /// Money can be sent back.
    pub refund: bool,
    /// An open checkout can be closed.
    pub close: bool,
    /// It can be asked how our webhook endpoint is entered there.
    pub endpoint: bool,
}

/// A provider with a shop's account: the questions of [`Provider`], ready to be asked.
pub trait Configured: Send + Sync + fmt::Debug {
    /// Its name in URLs and configuration.
    fn name(&self) -> &str;
    /// The same, as sessions hold it.
    fn id(&self) -> &ProviderName;
    /// Its name for people.
    fn title(&self) -> &'static str;
    /// How its customers can pay.
    fn methods(&self) -> &[Method];
    /// What the account is, beside its secrets.
    fn about(&self) -> About<'_>;
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
    fn read(&self, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood>;
    /// Which session unverified bytes claim to be about.
    fn hint(&self, inbound: &Inbound<'_>) -> Option<SessionId>;
    /// The body that it wants to read in our 2xx; none where any will do.
    fn accepted(&self) -> Option<&'static str>;
    /// Whether the payments that its events name have to be remembered.
    fn remembers(&self) -> bool;
    /// Makes the hosted checkout.
    fn create(&self, checkout: &Checkout<'_>) -> Step<Created>;
    /// How that is repeated when its outcome is unknown.
    fn repeat(&self) -> Repeat;
    /// For how long its checkout can be open.
    fn expiry(&self) -> Expiry;
    /// Whether it can be asked what is true of a session, where enough is known of that.
    fn can_be_asked(&self) -> bool;
    /// What is true of a session now; none where it cannot be asked.
    fn fetch(&self, held: &Held<'_>) -> Option<Step<Vec<Report>>>;
    /// Whose a payment is that somebody names by the provider's id of it, of its checkout, or of an event about it; none where the text cannot
    /// be one, or where it cannot be found. Whoever has the keys there can write any reference on a payment: whether the
    /// session is this shop's, and this provider's, is for its order to say.
    fn whose(&self, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>>;
    /// Whether nobody but a merchant, by name, can say that money came.
    fn is_by_hand(&self) -> bool;
    /// What the customer is asked to do to pay a session; none where a hosted page tells them.
    fn instructions(&self, session: SessionId, money: Money) -> Option<String>;
    /// Sends money back; none where it cannot.
    fn refund(&self, order: &RefundOrder<'_>) -> Option<Step<Report>>;
    /// How a refund is repeated when its outcome is unknown.
    fn refund_repeat(&self) -> Repeat;
    /// Closes an open checkout; none where it cannot.
    fn close(&self, held: &Held<'_>) -> Option<Step<Closed>>;
    /// What is wrong with how our webhook endpoint is entered there; none where it cannot be asked.
    fn endpoint(&self, ours: &str) -> Option<Step<Vec<EndpointFault>>>;
}

impl<A: fmt::Debug + Send + Sync> Listed for Provider<A> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn is_family(&self) -> bool {
        self.is_family
    }

    fn methods(&self) -> &'static [Method] {
        self.methods
    }

    fn proof(&self) -> &'static str {
        self.proof
    }

    fn reasons(&self) -> Option<&'static Reasons> {
        self.reasons
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            fetch: self.fetch.is_some(),
            whose: self.whose.is_some(),
            refund: self.refund.is_some(),
            close: self.close.is_some(),
            endpoint: self.endpoint.is_some(),
        }
    }

    fn configure_as(
        &'static self,
        name: &str,
        config: &serde_json::Value,
    ) -> Result<Box<dyn Configured>, AccountError> {
        let account = (self.account)(config)?;
        let id = ProviderName::parse(name).map_err(|error| AccountError::new("", error.to_string()))?;
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
        write!(f, "{} {:?}", self.id, self.account)
    }
}

impl<A: fmt::Debug + Send + Sync> Configured for WithAccount<A> {
    fn name(&self) -> &str {
        self.id.as_str()
    }

    fn id(&self) -> &ProviderName {
        &self.id
    }

    fn title(&self) -> &'static str {
        self.provider.title
    }

    fn methods(&self) -> &[Method] {
        self.provider.methods_of.map_or(self.provider.methods, |methods| methods(&self.account))
    }

    fn about(&self) -> About<'_> {
        (self.provider.about)(&self.account)
    }

    fn suits(&self, money: Money) -> Result<(), Unsuitable> {
        (self.provider.suits)(&self.account, money)
    }

    fn verify<'a>(&self, inbound: &Inbound<'a>, now: Moment) -> Verdict<'a> {
        (self.provider.verify)(&self.account, inbound, now)
    }

    fn read(&self, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
        let events = (self.provider.read)(&self.account, verified)?;
        // The id becomes a key in the store: one that is longer than any provider's is not what it documents.
        let is_key = |id: &String| !id.is_empty() && id.len() <= PROVIDER_ID_BYTES_MAX;
        if events.iter().all(|event| event.id.as_ref().is_none_or(is_key)) {
            Ok(events)
        } else {
            Err(NotUnderstood::Shape("id".to_owned()))
        }
    }

    fn hint(&self, inbound: &Inbound<'_>) -> Option<SessionId> {
        (self.provider.hint)(inbound)
    }

    fn accepted(&self) -> Option<&'static str> {
        self.provider.accepted
    }

    fn remembers(&self) -> bool {
        self.provider.remembers
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

    fn can_be_asked(&self) -> bool {
        self.provider.fetch.is_some()
    }

    fn fetch(&self, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
        self.provider.fetch.and_then(|fetch| fetch(&self.account, held))
    }

    fn whose(&self, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
        self.provider.whose.and_then(|whose| whose(&self.account, payment))
    }

    fn is_by_hand(&self) -> bool {
        self.provider.by_hand
    }

    fn instructions(&self, session: SessionId, money: Money) -> Option<String> {
        self.provider.instructions.and_then(|instructions| instructions(&self.account, session, money))
    }

    fn refund(&self, order: &RefundOrder<'_>) -> Option<Step<Report>> {
        self.provider.refund.map(|refund| refund(&self.account, order))
    }

    fn refund_repeat(&self) -> Repeat {
        self.provider.refund_repeat
    }

    fn close(&self, held: &Held<'_>) -> Option<Step<Closed>> {
        self.provider.close.and_then(|close| close(&self.account, held))
    }

    fn endpoint(&self, ours: &str) -> Option<Step<Vec<EndpointFault>>> {
        self.provider.endpoint.map(|endpoint| endpoint(&self.account, ours))
    }
}
