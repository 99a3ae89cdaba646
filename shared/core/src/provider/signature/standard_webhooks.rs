//! Standard Webhooks 1.0.0, symmetric (`v1`): HMAC-SHA256 over `id.timestamp.body`, base64.
//!
//! Source: the specification in `standard-webhooks/standard-webhooks`, `spec/standard-webhooks.md`.

use data_encoding::BASE64;

use super::{
    HmacSha256, Proof, SIGNATURES_MAX, any_mac_matches, from_base64, hmac_sha256, near, signed_seconds,
};
use crate::payment::Moment;
use crate::provider::{Inbound, Refusal};
use crate::secret::Secret;

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
    near(now, signed_seconds(timestamp)?)?;
    if signatures.split(' ').count() > SIGNATURES_MAX {
        return Err(Refusal::Invalid);
    }
    let candidates: Vec<_> =
        signatures.split(' ').filter_map(|entry| entry.strip_prefix("v1,")).filter_map(from_base64).collect();
    let parts: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", inbound.body];
    let proof = any_mac_matches::<HmacSha256>(keys.iter().map(|key| key.0.as_slice()), &parts, &candidates)?;
    Ok((id, proof))
}
