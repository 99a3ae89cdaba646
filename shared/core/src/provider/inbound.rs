//! A delivery as it came, and what verifying makes of it.

use super::signature::Proof;
use super::{Event, NotUnderstood, Step};
use crate::payment::SessionId;

/// A delivery to the webhook endpoint, nothing of it trusted yet.
#[derive(Clone, Copy)]
pub struct Inbound<'a> {
    /// The public URL that the provider calls, as it is configured; never what a Host header says.
    pub url: &'a str,
    /// The headers, names in lower case. A repeated header's values stand here joined by a comma, as the gateway does.
    pub headers: &'a http::HeaderMap,
    /// The raw body, byte for byte.
    pub body: &'a [u8],
}

impl<'a> Inbound<'a> {
    /// A header's text: none where it is absent, is not visible ASCII, or stands there more than once.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
    }

    /// The first session id that stands anywhere in the body, whatever the body is. Nothing is parsed and nothing is
    /// believed: it is good for a [`hint`](super::Provider::hint) and for nothing else.
    pub fn first_session_id(&self) -> Option<SessionId> {
        let mut rest = self.body;
        while let Some(start) = rest.windows(3).position(|three| three == b"cs_") {
            rest = rest.get(start..)?;
            let end = rest.iter().position(|byte| !matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
            let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            if let Some(session) = std::str::from_utf8(word).ok().and_then(|word| SessionId::parse(word).ok())
            {
                return Some(session);
            }
            rest = after;
        }
        None
    }
}

/// What verifying a delivery gives.
pub enum Verdict<'a> {
    /// It is the provider's.
    Verified(Verified<'a>),
    /// It is not, or not provably.
    Refused(Refusal),
    /// Only the provider can say: its answer tells whether the delivery is refused, or what its events are.
    Ask(Step<Result<Vouched, Refusal>>),
}

/// A check that gave a proof, or said why there is none.
impl<'a> From<Result<Verified<'a>, Refusal>> for Verdict<'a> {
    fn from(checked: Result<Verified<'a>, Refusal>) -> Self {
        match checked {
            Ok(verified) => Self::Verified(verified),
            Err(refusal) => Self::Refused(refusal),
        }
    }
}

/// Events that the provider itself, asked, says are its own.
#[derive(Debug)]
pub struct Vouched {
    pub(super) events: Vec<Event>,
    proof: Proof,
}

impl Vouched {
    /// Only a provider's `verify` makes one, of an answer that it asked for with our key.
    pub(super) const fn by_the_provider(events: Vec<Event>) -> Self {
        Self { events, proof: Proof::of_the_providers_answer() }
    }

    /// The delivery that the provider was asked about, believed, and its events.
    pub fn of<'a>(self, inbound: &Inbound<'a>) -> (Verified<'a>, Vec<Event>) {
        (Verified::new(inbound, None, self.proof), self.events)
    }
}

/// A delivery that was verified. It takes a [`Proof`], which only [`signature`](super::signature) makes: a provider's
/// `verify` has one, the provider's own answer is one ([`Vouched`]), and what we stored had one
/// ([`Verified::verified_before_it_was_stored`]).
pub struct Verified<'a> {
    body: &'a [u8],
    delivery_id: Option<&'a str>,
    _proof: Proof,
}

impl<'a> Verified<'a> {
    pub(super) const fn new(inbound: &Inbound<'a>, delivery_id: Option<&'a str>, proof: Proof) -> Self {
        Self { body: inbound.body, delivery_id, _proof: proof }
    }

    /// A delivery that was verified before we stored it. Its bytes must come from our own store: whoever hands in
    /// others believes what nobody signed.
    pub const fn verified_before_it_was_stored(body: &'a [u8], delivery_id: Option<&'a str>) -> Self {
        Self { body, delivery_id, _proof: Proof::of_what_we_stored() }
    }

    /// The bytes that were verified.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The body as the JSON that the provider documents.
    ///
    /// # Errors
    /// [`NotUnderstood::Shape`] with the place.
    pub fn json<T: serde::Deserialize<'a>>(&self) -> Result<T, NotUnderstood> {
        super::json::object(self.body).map_err(NotUnderstood::Shape)
    }

    /// The id of the event where a header carries it that is signed, or that came with the right token.
    pub const fn delivery_id(&self) -> Option<&'a str> {
        self.delivery_id
    }
}

/// Why a delivery is not taken. To the sender all of these are `invalid_signature`; logs and diagnostics tell them
/// apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Refusal {
    /// A header that the scheme needs is absent, empty or doubled.
    #[error(
        "a signature header is missing or stands there twice; was the delivery forwarded without its headers?"
    )]
    Missing,
    /// No signature in it matches any configured secret.
    #[error(
        "no signature matches a configured secret; is it the secret of this endpoint, and is the body unchanged?"
    )]
    Invalid,
    /// Signed too long ago.
    #[error("signed more than 300 s ago; a repeated old delivery, or a clock that is wrong")]
    TooOld,
    /// Signed in the future.
    #[error("signed more than 300 s ahead of our clock")]
    TooNew,
}

impl Refusal {
    /// The word in logs and diagnostics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing_signature",
            Self::Invalid => "invalid_signature",
            Self::TooOld => "timestamp_too_old",
            Self::TooNew => "timestamp_too_new",
        }
    }
}
