//! A described provider's HMAC: over which text, where it and its time stand, and how it is written.

use super::declaration::{choose, header_name};
use super::signature::{Keys, absent, filled, wrong};
use crate::payment::Moment;
use crate::provider::signature::{
    HmacSha256, HmacSha512, Proof, SIGNATURES_MAX, TOLERANCE_SECONDS, any_mac_matches, from_base64, from_hex,
    near, signed_seconds,
};
use crate::provider::template::{Part, parts};
use crate::provider::{AccountError, Inbound, Refusal};
use crate::secret::Secret;

/// Where a header is a list of `name=value`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entries {
    signature: String,
    timestamp: Option<String>,
    separator: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Hash {
    Sha256,
    Sha512,
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    Hex,
    Base64,
}

/// A declaration of an HMAC, checked.
#[derive(Debug)]
pub(super) struct MacScheme {
    hash: Hash,
    header: String,
    prefix: String,
    entries: Option<Entries>,
    encoding: Encoding,
    signed: Vec<Piece>,
    timestamp_header: Option<String>,
    id_header: Option<String>,
    tolerance_seconds: u64,
    secrets: Vec<Secret>,
}

/// A part of what is signed.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Body,
    Timestamp,
    Id,
    Url,
}

impl MacScheme {
    pub(super) fn parse(hash: Hash, keys: Keys, secrets: Vec<Secret>) -> Result<Self, AccountError> {
        let header = keys.header()?;
        let encodings = [("hex", Encoding::Hex), ("base64", Encoding::Base64)];
        let encoding =
            choose("signature.encoding", keys.encoding.as_deref().unwrap_or_default(), &encodings)?;
        let signed = pieces(keys.signed.as_deref().unwrap_or_default())?;
        if let Some(entries) = &keys.entries {
            let is_name = |name: &str| !name.is_empty() && !name.contains('=');
            let names = [Some(entries.signature.as_str()), entries.timestamp.as_deref()];
            if !names.iter().flatten().all(|name| is_name(name)) || names.first() == names.last() {
                return wrong(
                    "entries",
                    "two different names of entries, each of them without an equals sign",
                );
            }
            if entries.separator.as_ref().is_some_and(String::is_empty) {
                return wrong(
                    "entries.separator",
                    "what stands between two entries, or leave it out for a comma",
                );
            }
            absent(
                "prefix",
                keys.prefix.is_none(),
                "an entry's name says where its value begins: leave it out",
            )?;
        }
        let by_entry = keys.entries.as_ref().is_some_and(|entries| entries.timestamp.is_some());
        let signs = |piece| signed.contains(&piece);
        match (signs(Piece::Timestamp), by_entry, keys.timestamp_header.is_some()) {
            (true, false, false) => {
                return wrong(
                    "signed",
                    "{timestamp} is in no header: name it in timestamp_header or entries.timestamp",
                );
            }
            (_, true, true) => {
                return wrong("timestamp_header", "the time is in an entry already: leave one out");
            }
            // Whoever repeats an old delivery could write any time there.
            (false, true, _) => {
                return wrong(
                    "entries.timestamp",
                    "it is not signed: put {timestamp} into signed, or leave it out",
                );
            }
            (false, _, true) => {
                return wrong(
                    "timestamp_header",
                    "it is not signed: put {timestamp} into signed, or leave it out",
                );
            }
            _ => {}
        }
        match (signs(Piece::Id), keys.id_header.is_some()) {
            (true, false) => return wrong("signed", "{id} is in no header: name it in id_header"),
            (false, true) => {
                return wrong("id_header", "it is not signed: put {id} into signed, or leave it out");
            }
            _ => {}
        }
        let tolerance_seconds = keys.tolerance_seconds.unwrap_or(TOLERANCE_SECONDS);
        if !(1..=TOLERANCE_SECONDS).contains(&tolerance_seconds) {
            return wrong("tolerance_seconds", "a number of seconds from 1 to 300");
        }
        if keys.tolerance_seconds.is_some() && !signs(Piece::Timestamp) {
            return wrong(
                "tolerance_seconds",
                "no time is signed: put {timestamp} into signed, or leave it out",
            );
        }
        let named = |key: &str, name: Option<&String>| {
            name.map(|name| header_name(&format!("signature.{key}"), name)).transpose()
        };
        Ok(Self {
            timestamp_header: named("timestamp_header", keys.timestamp_header.as_ref())?,
            id_header: named("id_header", keys.id_header.as_ref())?,
            prefix: keys.prefix.unwrap_or_default(),
            entries: keys.entries,
            hash,
            header,
            encoding,
            signed,
            tolerance_seconds,
            secrets,
        })
    }

    pub(super) fn check<'a>(
        &self,
        inbound: &Inbound<'a>,
        now: Moment,
    ) -> Result<(Option<&'a str>, Proof), Refusal> {
        let (entry, candidates) = self.sent(filled(inbound, &self.header)?)?;
        let timestamp = match &self.timestamp_header {
            Some(header) => Some(filled(inbound, header)?),
            None => entry,
        };
        let id = self.id_header.as_deref().map(|header| filled(inbound, header)).transpose()?;
        if let Some(timestamp) = timestamp {
            self.is_near(now, signed_seconds(timestamp)?)?;
        }
        let mut parts = Vec::new();
        for piece in &self.signed {
            let part = match piece {
                Piece::Literal(text) => Some(text.as_bytes()),
                Piece::Body => Some(inbound.body),
                Piece::Timestamp => timestamp.map(str::as_bytes),
                Piece::Id => id.map(str::as_bytes),
                Piece::Url => Some(inbound.url.as_bytes()),
            };
            parts.push(part.ok_or(Refusal::Missing)?);
        }
        let keys = self.secrets.iter().map(|secret| secret.reveal().as_bytes());
        let proof = match self.hash {
            Hash::Sha256 => any_mac_matches::<HmacSha256>(keys, &parts, &candidates)?,
            Hash::Sha512 => any_mac_matches::<HmacSha512>(keys, &parts, &candidates)?,
        };
        Ok((id, proof))
    }

    /// The time, where it is an entry of the header, and the signatures.
    fn sent<'a>(&self, header: &'a str) -> Result<(Option<&'a str>, Vec<Vec<u8>>), Refusal> {
        let decoded = |text| {
            match self.encoding {
                Encoding::Hex => from_hex(text),
                Encoding::Base64 => from_base64(text),
            }
            .ok_or(Refusal::Invalid)
        };
        let Some(entries) = &self.entries else {
            let text = header.strip_prefix(self.prefix.as_str()).ok_or(Refusal::Invalid)?;
            return Ok((None, vec![decoded(text)?]));
        };
        let (mut timestamp, mut candidates) = (None, Vec::new());
        for entry in header.split(entries.separator.as_deref().unwrap_or(",")) {
            let (name, value) = entry.split_once('=').ok_or(Refusal::Invalid)?;
            if name == entries.signature {
                if candidates.len() == SIGNATURES_MAX {
                    return Err(Refusal::Invalid);
                }
                candidates.push(decoded(value)?);
            } else if Some(name) == entries.timestamp.as_deref() {
                // Two times are two headers joined by a gateway: which was signed nobody can say.
                if timestamp.replace(value).is_some() {
                    return Err(Refusal::Invalid);
                }
            }
        }
        if entries.timestamp.is_some() && timestamp.is_none() {
            return Err(Refusal::Invalid);
        }
        Ok((timestamp, candidates))
    }

    fn is_near(&self, now: Moment, seconds: u64) -> Result<(), Refusal> {
        near(now, seconds)?;
        if now.seconds().saturating_sub(seconds) > self.tolerance_seconds {
            return Err(Refusal::TooOld);
        }
        if seconds.saturating_sub(now.seconds()) > self.tolerance_seconds {
            return Err(Refusal::TooNew);
        }
        Ok(())
    }
}

fn pieces(signed: &str) -> Result<Vec<Piece>, AccountError> {
    let places = "what is signed: {body}, {timestamp}, {id} and {url} with any text between them";
    let Some(parts) = parts(signed).filter(|parts| !parts.is_empty()) else { return wrong("signed", places) };
    let piece = |part: &Part<'_>| {
        Some(match part {
            Part::Literal(text) => Piece::Literal((*text).to_owned()),
            Part::Place("body") => Piece::Body,
            Part::Place("timestamp") => Piece::Timestamp,
            Part::Place("id") => Piece::Id,
            Part::Place("url") => Piece::Url,
            Part::Place(_) => return None,
        })
    };
    let Some(pieces) = parts.iter().map(piece).collect::<Option<Vec<_>>>() else {
        return wrong("signed", places);
    };
    if !pieces.contains(&Piece::Body) {
        return wrong(
            "signed",
            "{body} is not in it: a signature over anything else proves nothing of what an event says",
        );
    }
    Ok(pieces)
}
