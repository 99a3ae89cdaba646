//! Standard Webhooks 1.0.0 over `id.timestamp.body`, base64: symmetric (`v1`, HMAC-SHA256) and asymmetric (`v1a`,
//! Ed25519). The prefix of a configured key says which of the two it is good for, and it is tried with no other: a
//! public key taken for a secret would let everybody sign.
//!
//! Source: the specification in `standard-webhooks/standard-webhooks`, `spec/standard-webhooks.md`.

use data_encoding::BASE64;
use ed25519_dalek::VerifyingKey;

use super::{
    HmacSha256, Proof, SIGNATURES_MAX, any_ed25519_matches, any_mac_matches, from_base64, hmac_sha256, near,
    signed_seconds,
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

/// The public key of a sender that signs with a key pair: the decoded bytes of a `whpk_…` key. It verifies only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Decodes `whpk_` and base64 of 32 bytes that are a point of the curve, and none of the few under which anybody's
    /// signature would do.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64.decode(text.strip_prefix("whpk_")?.as_bytes()).ok()?;
        let key = VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }
}

/// A configured key that verifies, of either scheme.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AnyKey {
    /// `whsec_…`, or without a prefix.
    Secret(Key),
    /// `whpk_…`.
    Public(PublicKey),
}

impl AnyKey {
    /// Reads a key by its prefix.
    pub fn parse(text: &Secret) -> Option<Self> {
        match text.reveal().starts_with("whpk_") {
            true => PublicKey::parse(text.reveal()).map(Self::Public),
            false => Key::parse(text).map(Self::Secret),
        }
    }
}

/// The value of `webhook-signature` for a delivery.
pub fn sign(key: &Key, id: &str, timestamp_seconds: u64, body: &[u8]) -> String {
    let timestamp = timestamp_seconds.to_string();
    let mac = hmac_sha256(&key.0, &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
    format!("v1,{}", BASE64.encode(&mac))
}

/// Checks the three headers with secrets; gives the event's id and the proof.
///
/// # Errors
/// The [`Refusal`] that says why nothing was proved.
pub fn verify<'a>(keys: &[Key], inbound: &Inbound<'a>, now: Moment) -> Result<(&'a str, Proof), Refusal> {
    check(keys.iter(), std::iter::empty(), inbound, now)
}

/// Checks the three headers with keys of both schemes; gives the event's id and the proof.
///
/// # Errors
/// The [`Refusal`] that says why nothing was proved.
pub fn verify_any<'a>(
    keys: &[AnyKey],
    inbound: &Inbound<'a>,
    now: Moment,
) -> Result<(&'a str, Proof), Refusal> {
    let secrets = keys.iter().filter_map(|key| match key {
        AnyKey::Secret(key) => Some(key),
        AnyKey::Public(_) => None,
    });
    let public = keys.iter().filter_map(|key| match key {
        AnyKey::Public(key) => Some(key),
        AnyKey::Secret(_) => None,
    });
    check(secrets, public, inbound, now)
}

fn check<'a, 'k>(
    secrets: impl Iterator<Item = &'k Key>,
    public: impl Iterator<Item = &'k PublicKey>,
    inbound: &Inbound<'a>,
    now: Moment,
) -> Result<(&'a str, Proof), Refusal> {
    let header = |name| inbound.header(name).filter(|text| !text.is_empty()).ok_or(Refusal::Missing);
    let id = header("webhook-id")?;
    let timestamp = header("webhook-timestamp")?;
    let signatures = header("webhook-signature")?;
    near(now, signed_seconds(timestamp)?)?;
    if signatures.split(' ').count() > SIGNATURES_MAX {
        return Err(Refusal::Invalid);
    }
    let of = |version: &str| -> Vec<_> {
        let entries = signatures.split(' ').filter_map(|entry| entry.strip_prefix(version));
        entries.filter_map(from_base64).collect()
    };
    let parts: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", inbound.body];
    let proof = any_mac_matches::<HmacSha256>(secrets.map(|key| key.0.as_slice()), &parts, &of("v1,"))
        .or_else(|_| any_ed25519_matches(public.map(|key| &key.0), &parts.concat(), &of("v1a,")))?;
    Ok((id, proof))
}
