//! The signature schemes that providers share. Every comparison takes the same time wherever the texts differ.
//!
//! Only this file makes a [`Proof`], so "what can be believed?" is one text search.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use super::{Inbound, Refusal};
use crate::payment::Moment;
use crate::secret::Secret;

/// That a signature matched. It can be made only here.
#[derive(Debug)]
pub struct Proof(());

impl Proof {
    /// For a delivery that had a proof when it was stored.
    pub(super) const fn of_what_we_stored() -> Self {
        Self(())
    }
}

/// Seconds that a signed timestamp may lie from our clock, in both directions, inclusive.
pub const TOLERANCE_SECONDS: u64 = 300;
/// Signatures in one header that are looked at; a header with more is refused.
pub const SIGNATURES_MAX: usize = 16;
/// Secrets that can be valid at once.
pub const SECRETS_MAX: usize = 10;

/// HMAC-SHA256 over `parts`, one after the other.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().into(),
        // HMAC takes a key of any length (RFC 2104, section 3); the type only cannot say so.
        Err(_) => [0; 32],
    }
}

/// A proof if any of `candidates` is the MAC under any of `keys`. Each pair is looked at, whichever matches.
pub fn any_mac_matches<'k>(
    keys: impl Iterator<Item = &'k [u8]>,
    parts: &[&[u8]],
    candidates: &[[u8; 32]],
) -> Result<Proof, Refusal> {
    let mut matched = Choice::from(0);
    for key in keys {
        let expected = hmac_sha256(key, parts);
        for candidate in candidates {
            matched |= expected.ct_eq(candidate);
        }
    }
    if bool::from(matched) { Ok(Proof(())) } else { Err(Refusal::Invalid) }
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

/// Standard Webhooks 1.0.0, symmetric (`v1`): HMAC-SHA256 over `id.timestamp.body`, base64.
///
/// Source: the specification in `standard-webhooks/standard-webhooks`, `spec/standard-webhooks.md`.
pub mod standard_webhooks {
    use super::{
        Inbound, Moment, Proof, Refusal, SIGNATURES_MAX, Secret, any_mac_matches, hmac_sha256, near,
    };
    use data_encoding::BASE64;

    /// The shortest key, in bytes.
    pub const KEY_BYTES_MIN: usize = 24;
    /// The longest key, in bytes.
    pub const KEY_BYTES_MAX: usize = 75;

    /// A symmetric key: the decoded bytes of a `whsec_…` secret.
    #[derive(Clone, PartialEq, Eq)]
    pub struct Key(zeroize::Zeroizing<Vec<u8>>);

    impl std::fmt::Debug for Key {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Key(…)")
        }
    }

    impl Key {
        /// Decodes `whsec_` and base64 of 24 to 75 bytes. The prefix may be left out, as the published libraries
        /// allow; a public key (`whpk_`) or a signing key of the asymmetric scheme is no secret of this one.
        pub fn parse(secret: &Secret) -> Option<Self> {
            let text = secret.reveal();
            let encoded = text.strip_prefix("whsec_").unwrap_or(text);
            let bytes = BASE64.decode(encoded.as_bytes()).ok()?;
            (KEY_BYTES_MIN..=KEY_BYTES_MAX).contains(&bytes.len()).then(|| Self(bytes.into()))
        }
    }

    /// The value of `webhook-signature` for a delivery.
    pub fn sign(key: &Key, id: &str, timestamp_seconds: u64, body: &[u8]) -> String {
        let timestamp = timestamp_seconds.to_string();
        let mac = hmac_sha256(&key.0, &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
        format!("v1,{}", BASE64.encode(&mac))
    }

    /// Checks the three headers; gives the event's id and the proof.
    ///
    /// # Errors
    /// The [`Refusal`] that says why nothing was proved.
    pub fn verify<'a>(keys: &[Key], inbound: &Inbound<'a>, now: Moment) -> Result<(&'a str, Proof), Refusal> {
        let header = |name| inbound.header(name).filter(|text| !text.is_empty()).ok_or(Refusal::Missing);
        let id = header("webhook-id")?;
        let timestamp = header("webhook-timestamp")?;
        let signatures = header("webhook-signature")?;
        near(now, super::signed_seconds(timestamp)?)?;
        if signatures.split(' ').count() > SIGNATURES_MAX {
            return Err(Refusal::Invalid);
        }
        let candidates: Vec<[u8; 32]> = signatures
            .split(' ')
            .filter_map(|entry| entry.strip_prefix("v1,"))
            .filter_map(|text| BASE64.decode(text.as_bytes()).ok()?.try_into().ok())
            .collect();
        let parts: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", inbound.body];
        let proof = any_mac_matches(keys.iter().map(|key| key.0.as_slice()), &parts, &candidates)?;
        Ok((id, proof))
    }
}
