//! What has to be sent to a provider, as values: a request, and how its answer is read.

mod jwt;

use std::borrow::Cow;
use std::fmt;

pub use self::jwt::JwtKey;
use super::NotUnderstood;
use crate::payment::{Moment, ProviderPaymentId, SessionId};
use crate::secret::Secret;

/// A request to a provider. Its `Debug` shows neither header values nor body.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: http::Method,
    /// The whole URL.
    pub url: String,
    /// Header names in lower case and their values.
    pub headers: Vec<(Cow<'static, str>, Secret)>,
    /// The body, empty for none.
    pub body: Vec<u8>,
    /// The key of the token that it has to carry, where the provider wants one of each request: whoever sends it
    /// stamps it just before ([`Request::stamped`]).
    jwt: Option<JwtKey>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: http::Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: Vec::new(), body: Vec::new(), jwt: None }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), Secret::new(value)));
        self
    }

    /// With `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, key: &Secret) -> Self {
        self.header("authorization", format!("Bearer {}", key.reveal()))
    }

    /// With a body and its type.
    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// A header's value.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.reveal())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        let bytes = self.body.len();
        write!(f, "{} {} {names:?} ({bytes} bytes)", self.method, self.url)
    }
}

/// A provider's answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as the JSON that the provider documents. Where it is not that, nobody knows what was done.
    ///
    /// # Errors
    /// [`Failure::Unknown`] with the place, never with the text.
    pub fn json<'a, T: serde::Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        super::json::object(&self.body).map_err(|place| {
            Failure::Unknown(format!("answered {}, not the documented JSON at {place}", self.status))
        })
    }

    /// Whether the request was done: the answer is 2xx.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// What an answer that is not 2xx means: a definite no for 4xx, and nothing known where the provider may try
    /// again by itself (408), is busy with this very request (409), too early or too often asked (425, 429), or broke.
    pub fn failure(&self, code: Option<&str>, words: &str) -> Failure {
        let words: String = words.chars().take(WORDS_CHARS_MAX).collect();
        match self.status {
            408 | 409 | 425 | 429 => Failure::Unknown(format!("it answered {}", self.status)),
            400..=499 => Failure::Refused { status: self.status, code: code.map(str::to_owned), words },
            _ => Failure::Unknown(format!("it answered {}", self.status)),
        }
    }

    /// The provider's own time of its answer (RFC 9110, section 6.6.1).
    pub fn date(&self) -> Option<Moment> {
        let text = self.headers.get(http::header::DATE)?.to_str().ok()?;
        let millis = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond();
        u64::try_from(millis).ok().map(Moment::from_millis)
    }
}

/// Characters of a provider's words that are kept.
const WORDS_CHARS_MAX: usize = 300;

/// A text as one segment of a URL's path.
pub(super) fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
    text.bytes().fold(String::with_capacity(text.len()), |mut segment, byte| {
        if plain(byte) {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
        segment
    })
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}

/// Either the thing, or what must be sent first. The loop that sends is bounded and knows no provider.
pub enum Step<T> {
    /// The thing.
    Done(T),
    /// Send this and hand back the answer.
    Send(Exchange<T>),
    /// Look up whose this payment is, among those that we remember.
    Find(Search<T>),
    /// Look whether money for this session is still wanted, before it is taken.
    Take(Taking<T>),
}

/// A session that money could be taken for now.
pub struct Taking<T> {
    /// Our session.
    pub session: SessionId,
    /// What follows where the money is wanted, and where it is not: the session is over, or its order is paid, refunded,
    /// or under way by another.
    pub then: Wanted<T>,
}

/// What follows from whether money is wanted.
pub type Wanted<T> = Box<dyn FnOnce(bool) -> Result<Step<T>, Failure> + Send>;

/// A payment of the provider's whose session is looked up in our own store.
pub struct Search<T> {
    /// The provider's id of the payment.
    pub payment: ProviderPaymentId,
    /// What follows once the session is known, or known to be none of ours.
    pub then: Found<T>,
}

/// What follows from a look-up.
pub type Found<T> = Box<dyn FnOnce(Option<SessionId>) -> Result<Step<T>, Failure> + Send>;

/// A request and how its answer is read.
pub struct Exchange<T> {
    /// What to send.
    pub request: Request,
    /// What its answer means.
    pub read: Reader<T>,
}

/// How an answer is read.
pub type Reader<T> = Box<dyn FnOnce(&Answer) -> Result<Step<T>, Failure> + Send>;

impl<T> Step<T> {
    /// Send `request`; `read` says what its answer means.
    pub fn send(
        request: Request,
        read: impl FnOnce(&Answer) -> Result<Step<T>, Failure> + Send + 'static,
    ) -> Self {
        Self::Send(Exchange { request, read: Box::new(read) })
    }

    /// Look up whose `payment` is; `then` says what follows.
    pub fn find(
        payment: ProviderPaymentId,
        then: impl FnOnce(Option<SessionId>) -> Result<Step<T>, Failure> + Send + 'static,
    ) -> Self {
        Self::Find(Search { payment, then: Box::new(then) })
    }

    /// Look whether money for `session` is still wanted; `then` says what follows.
    pub fn take(
        session: SessionId,
        then: impl FnOnce(bool) -> Result<Step<T>, Failure> + Send + 'static,
    ) -> Self {
        Self::Take(Taking { session, then: Box::new(then) })
    }

    /// The same step, and then the one that `next` makes of what it comes to.
    ///
    /// # Errors
    /// What `next` says, where there is nothing to send first.
    pub fn then<U>(
        self,
        next: impl FnOnce(T) -> Result<Step<U>, Failure> + Send + 'static,
    ) -> Result<Step<U>, Failure>
    where
        T: 'static,
    {
        Ok(match self {
            Self::Done(value) => next(value)?,
            Self::Send(Exchange { request, read }) => {
                Step::send(request, move |answer| read(answer)?.then(next))
            }
            Self::Find(Search { payment, then }) => Step::find(payment, move |found| then(found)?.then(next)),
            Self::Take(Taking { session, then }) => {
                Step::take(session, move |wanted| then(wanted)?.then(next))
            }
        })
    }

    /// The same step, and `then` with what it comes to.
    pub fn map<U>(self, then: impl FnOnce(T) -> U + Send + 'static) -> Step<U>
    where
        T: 'static,
    {
        match self {
            Self::Done(value) => Step::Done(then(value)),
            Self::Send(Exchange { request, read }) => {
                Step::send(request, move |answer| Ok(read(answer)?.map(then)))
            }
            Self::Find(Search { payment, then: found }) => {
                Step::find(payment, move |session| Ok(found(session)?.map(then)))
            }
            Self::Take(Taking { session, then: wanted }) => {
                Step::take(session, move |is_wanted| Ok(wanted(is_wanted)?.map(then)))
            }
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Step<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(value) => f.debug_tuple("Done").field(value).finish(),
            Self::Send(exchange) => f.debug_tuple("Send").field(&exchange.request).finish(),
            Self::Find(search) => f.debug_tuple("Find").field(&search.payment).finish(),
            Self::Take(taking) => f.debug_tuple("Take").field(&taking.session).finish(),
        }
    }
}

/// Why a provider did not do or say what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The provider said no, for good: the same request will be refused again.
    // Its words may quote what was sent, a customer's address for one: they are for merchants, not for logs or errors.
    #[error("refused with status {status} ({})", code.as_deref().unwrap_or("no code"))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The provider's code.
        code: Option<String>,
        /// The provider's words, for merchants and logs, never for customers. They name no secret.
        words: String,
    },
    /// Nothing is known: it may have been done, or not. The text is ours and quotes nobody.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// It answered, and the answer cannot be understood.
    #[error("its answer was not understood: {0}")]
    NotUnderstood(NotUnderstood),
    /// The provider was never reached, so nothing was done.
    #[error("the provider could not be reached: {0}")]
    Unreachable(String),
}

/// An answer that does not say what the provider documents says nothing that can be built on.
impl From<NotUnderstood> for Failure {
    fn from(error: NotUnderstood) -> Self {
        Self::NotUnderstood(error)
    }
}
