//! How a described provider signs.
//!
//! | key | what it says |
//! | --- | --- |
//! | `algorithm` | `hmac_sha256`, `hmac_sha512`, `token` (a secret word is sent along), `standard_webhooks` (which says all the rest by itself) |
//! | `header` | the header with the signature or the token |
//! | `prefix` | what stands before it there: `sha256=`, `Bearer ` |
//! | `entries` | where the header is a list instead: `signature` and `timestamp` are the names of its entries, `separator` what is between them (a comma, where it is left out) |
//! | `encoding` | `hex`, in lower case, or `base64`, with padding |
//! | `signed` | what is signed: `{body}`, `{timestamp}`, `{id}`, `{url}` (our webhook address) and any text between them |
//! | `timestamp_header`, `id_header` | the headers with the time, in Unix seconds, and with the delivery's id |
//! | `tolerance_seconds` | how far the signed time may be from ours: 1 to 300, which it is where it is left out |
//!
//! The keys of an HMAC are the `webhook_secrets` as text; nothing of them is decoded.

use super::declaration::{choose, header_name};
use super::mac::{Entries, Hash, MacScheme};
use crate::payment::Moment;
use crate::provider::signature::{any_token_equals, standard_webhooks};
use crate::provider::{AccountError, Inbound, Refusal, Verified};
use crate::secret::Secret;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    algorithm: String,
    pub(super) header: Option<String>,
    pub(super) prefix: Option<String>,
    pub(super) entries: Option<Entries>,
    pub(super) encoding: Option<String>,
    pub(super) signed: Option<String>,
    pub(super) timestamp_header: Option<String>,
    pub(super) id_header: Option<String>,
    pub(super) tolerance_seconds: Option<u64>,
}

#[derive(Clone, Copy)]
enum Algorithm {
    Mac(Hash),
    Token,
    StandardWebhooks,
}

/// How deliveries are proved.
#[derive(Debug)]
pub(super) enum Scheme {
    StandardWebhooks(Vec<standard_webhooks::Key>),
    Token { header: String, prefix: String, tokens: Vec<Secret> },
    Mac(Box<MacScheme>),
}

impl Scheme {
    pub(super) fn parse(keys: Keys, secrets: Vec<Secret>) -> Result<Self, AccountError> {
        let algorithms = [
            ("hmac_sha256", Algorithm::Mac(Hash::Sha256)),
            ("hmac_sha512", Algorithm::Mac(Hash::Sha512)),
            ("token", Algorithm::Token),
            ("standard_webhooks", Algorithm::StandardWebhooks),
        ];
        match choose("signature.algorithm", &keys.algorithm, &algorithms)? {
            Algorithm::Mac(hash) => MacScheme::parse(hash, keys, secrets).map(Box::new).map(Self::Mac),
            Algorithm::Token => {
                keys.without_what_is_signed("a token signs nothing: leave it out")?;
                Ok(Self::Token {
                    header: keys.header()?,
                    prefix: keys.prefix.unwrap_or_default(),
                    tokens: secrets,
                })
            }
            Algorithm::StandardWebhooks => {
                let problem = "Standard Webhooks says it by itself: leave it out";
                keys.without_what_is_signed(problem)?;
                absent("header", keys.header.is_none(), problem)?;
                absent("prefix", keys.prefix.is_none(), problem)?;
                let parse = |(index, secret): (usize, &Secret)| {
                    let problem = "whsec_ and base64 of 24 to 75 random bytes";
                    standard_webhooks::Key::parse(secret)
                        .ok_or_else(|| AccountError::new(format!("webhook_secrets[{index}]"), problem))
                };
                let keys: Result<_, _> = secrets.iter().enumerate().map(parse).collect();
                Ok(Self::StandardWebhooks(keys?))
            }
        }
    }

    pub(super) fn check<'a>(&self, inbound: &Inbound<'a>, now: Moment) -> Result<Verified<'a>, Refusal> {
        match self {
            Self::StandardWebhooks(keys) => {
                let (id, proof) = standard_webhooks::verify(keys, inbound, now)?;
                Ok(Verified::new(inbound, Some(id), proof))
            }
            Self::Token { header, prefix, tokens } => {
                let sent = filled(inbound, header)?.strip_prefix(prefix.as_str()).ok_or(Refusal::Invalid)?;
                let tokens = tokens.iter().map(|token| token.reveal().as_bytes());
                Ok(Verified::new(inbound, None, any_token_equals(tokens, sent.as_bytes())?))
            }
            Self::Mac(scheme) => {
                let (id, proof) = scheme.check(inbound, now)?;
                Ok(Verified::new(inbound, id, proof))
            }
        }
    }
}

pub(super) fn absent(key: &str, is_absent: bool, problem: &str) -> Result<(), AccountError> {
    if is_absent { Ok(()) } else { Err(AccountError::new(format!("signature.{key}"), problem)) }
}

pub(super) fn wrong<T>(key: &str, problem: &str) -> Result<T, AccountError> {
    Err(AccountError::new(format!("signature.{key}"), problem))
}

impl Keys {
    pub(super) fn header(&self) -> Result<String, AccountError> {
        let name = self.header.as_deref();
        let problem = "the name of the header that holds the signature or the token";
        let name = name.ok_or_else(|| AccountError::new("signature.header", problem))?;
        header_name("signature.header", name)
    }

    fn without_what_is_signed(&self, problem: &str) -> Result<(), AccountError> {
        absent("entries", self.entries.is_none(), problem)?;
        absent("encoding", self.encoding.is_none(), problem)?;
        absent("signed", self.signed.is_none(), problem)?;
        absent("timestamp_header", self.timestamp_header.is_none(), problem)?;
        absent("id_header", self.id_header.is_none(), problem)?;
        absent("tolerance_seconds", self.tolerance_seconds.is_none(), problem)
    }
}

/// A header that is there and not empty.
pub(super) fn filled<'a>(inbound: &Inbound<'a>, name: &str) -> Result<&'a str, Refusal> {
    inbound.header(name).filter(|text| !text.is_empty()).ok_or(Refusal::Missing)
}
