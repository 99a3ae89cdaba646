//! The signature schemes that providers share. Every comparison takes the same time wherever the texts differ.
//!
//! Only this module makes a [`Proof`], so "what can be believed?" is one text search.

pub mod standard_webhooks;
#[cfg(test)]
mod tests;

use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};
use subtle::{Choice, ConstantTimeEq as _};

use super::Refusal;
use crate::payment::Moment;

/// That a delivery is the provider's: a signature matched, a secret token came with it, the provider, asked, said so, or
/// it had a proof when we stored it. It can be made only here.
#[derive(Debug)]
pub struct Proof(());

impl Proof {
    /// For a delivery that had a proof when it was stored.
    pub(super) const fn of_what_we_stored() -> Self {
        Self(())
    }

    /// For a delivery that the provider itself, asked with our key, says is its own.
    pub(super) const fn of_the_providers_answer() -> Self {
        Self(())
    }
}

/// Seconds that a signed timestamp may lie from our clock, in both directions, inclusive.
pub const TOLERANCE_SECONDS: u64 = 300;
/// Signatures in one header that are looked at; a header with more is refused.
pub const SIGNATURES_MAX: usize = 16;
/// Secrets that can be valid at once.
pub const SECRETS_MAX: usize = 10;

/// HMAC-SHA256.
pub type HmacSha256 = Hmac<Sha256>;
/// HMAC-SHA512.
pub type HmacSha512 = Hmac<Sha512>;

/// The MAC of `parts`, one after the other. None for a key that the algorithm cannot take; HMAC takes any (RFC 2104,
/// section 3).
pub fn mac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Option<Vec<u8>> {
    let mac = <M as KeyInit>::new_from_slice(key).ok()?;
    Some(parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().to_vec())
}

/// HMAC-SHA256 over `parts`, one after the other.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    mac::<HmacSha256>(key, parts).unwrap_or_default()
}

/// A proof if any of `candidates`, decoded, is the MAC under any of `keys`. Each pair is looked at, whichever matches; a
/// candidate of another length than the MAC's never does.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn any_mac_matches<'k, M: Mac + KeyInit>(
    keys: impl Iterator<Item = &'k [u8]>,
    parts: &[&[u8]],
    candidates: &[Vec<u8>],
) -> Result<Proof, Refusal> {
    let mut matched = Choice::from(0);
    for key in keys {
        let Some(expected) = mac::<M>(key, parts) else { continue };
        for candidate in candidates {
            matched |= expected.ct_eq(candidate);
        }
    }
    if bool::from(matched) { Ok(Proof(())) } else { Err(Refusal::Invalid) }
}

/// A proof if any of `candidates` is the Ed25519 signature of `message` under any of `keys`, by the strict rules: one
/// spelling of a signature, and no key under which a stranger's would do.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn any_ed25519_matches<'k>(
    keys: impl Iterator<Item = &'k VerifyingKey>,
    message: &[u8],
    candidates: &[Vec<u8>],
) -> Result<Proof, Refusal> {
    let candidates: Vec<_> =
        candidates.iter().filter_map(|bytes| Signature::from_slice(bytes).ok()).collect();
    // All of it is public: nothing is learnt from how long this takes.
    let matches =
        |key: &VerifyingKey| candidates.iter().any(|candidate| key.verify_strict(message, candidate).is_ok());
    if keys.into_iter().any(matches) { Ok(Proof(())) } else { Err(Refusal::Invalid) }
}

/// A proof if `sent` is one of `tokens`: for providers that send a secret word along instead of signing with it. It says
/// who sent the delivery, and nothing of what stands in it.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn any_token_equals<'k>(tokens: impl Iterator<Item = &'k [u8]>, sent: &[u8]) -> Result<Proof, Refusal> {
    // Tokens of different lengths would be told apart by time: their hashes have one.
    let sent = hmac_sha256(b"token", &[sent]);
    let matched =
        tokens.fold(Choice::from(0), |matched, token| matched | hmac_sha256(b"token", &[token]).ct_eq(&sent));
    if bool::from(matched) { Ok(Proof(())) } else { Err(Refusal::Invalid) }
}

/// A signature's bytes from lower-case hex, its one spelling.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).ok()
}

/// A signature's bytes from padded standard base64, its one spelling.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    data_encoding::BASE64.decode(text.as_bytes()).ok()
}

/// Reads a signed Unix timestamp: ASCII digits only, so that what is judged is what was signed.
pub fn signed_seconds(text: &str) -> Result<u64, Refusal> {
    if text.is_empty() || text.len() > 15 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Invalid);
    }
    text.parse().map_err(|_| Refusal::Invalid)
}

/// Whether a signed timestamp is near our clock, in both directions.
pub const fn near(now: Moment, signed_seconds: u64) -> Result<(), Refusal> {
    let now = now.seconds();
    if now.saturating_sub(signed_seconds) > TOLERANCE_SECONDS {
        return Err(Refusal::TooOld);
    }
    if signed_seconds.saturating_sub(now) > TOLERANCE_SECONDS {
        return Err(Refusal::TooNew);
    }
    Ok(())
}
