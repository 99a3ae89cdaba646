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

#[cfg(test)]
mod tests {
    use super::standard_webhooks::{Key, sign, verify};
    use super::*;
    use crate::provider::conformance::{Vector, vectors_in};

    /// They hold nothing but the asymmetric scheme (`v1a`, Ed25519), which is not supported yet.
    const SKIPPED: [&str; 2] =
        ["published_v1a_of_the_svix_server", "v1a_alone_unicode_escapes_and_indented_body"];

    fn vectors() -> Vec<Vector> {
        let all = vectors_in("standard_webhooks.json".as_ref());
        let skipped = all.iter().filter(|vector| SKIPPED.contains(&vector.name.as_str())).count();
        assert_eq!(skipped, SKIPPED.len(), "a vector that is skipped is not there");
        all.into_iter().filter(|vector| !SKIPPED.contains(&vector.name.as_str())).collect()
    }

    /// The symmetric ones of a vector's secrets.
    fn keys(vector: &Vector) -> Vec<Key> {
        vector.secrets.iter().filter_map(|secret| Key::parse(&Secret::new(secret.as_str()))).collect()
    }

    #[test]
    fn standard_webhooks_are_judged_as_their_vectors_say() {
        let (mut good, mut bad) = (0, 0);
        for vector in vectors() {
            let headers = vector.headers();
            let inbound = Inbound { url: "", headers: &headers, body: vector.body.as_bytes() };
            let judged = verify(&keys(&vector), &inbound, vector.now()).map(|(id, _)| id);
            if vector.is_good() {
                assert_eq!(judged.unwrap(), headers["webhook-id"], "{}", vector.name);
                good += 1;
            } else {
                assert_eq!(judged.unwrap_err(), vector.refusal(), "{}", vector.name);
                bad += 1;
            }
        }
        assert!(good >= 10 && bad >= 10, "{good} good and {bad} bad ones were tried");
    }

    #[test]
    fn our_signature_is_the_one_that_the_published_library_makes() {
        let mut compared = 0;
        for vector in vectors().iter().filter(|vector| vector.is_good()) {
            let headers = vector.headers();
            let text = |name: &str| headers[name].to_str().unwrap();
            let seconds = text("webhook-timestamp").parse().unwrap();
            let signatures: Vec<_> = text("webhook-signature").split(' ').collect();
            let ours = |key: &Key| sign(key, text("webhook-id"), seconds, vector.body.as_bytes());
            assert!(
                keys(vector).iter().any(|key| signatures.contains(&ours(key).as_str())),
                "{}",
                vector.name
            );
            compared += 1;
        }
        assert!(compared >= 10, "{compared}");
    }

    #[test]
    fn a_header_with_very_many_signatures_is_refused() {
        let key = Key::parse(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let good = sign(&key, "msg_1", 1_795_539_600, b"{}");
        let judge = |count: usize| {
            let mut headers = http::HeaderMap::new();
            headers.insert("webhook-id", http::HeaderValue::from_static("msg_1"));
            headers.insert("webhook-timestamp", http::HeaderValue::from_static("1795539600"));
            let many = [vec!["v1,AAAA"; count].join(" "), good.clone()].join(" ");
            headers.insert("webhook-signature", http::HeaderValue::from_str(&many).unwrap());
            let inbound = Inbound { url: "", headers: &headers, body: b"{}" };
            verify(std::slice::from_ref(&key), &inbound, Moment::from_seconds(1_795_539_600)).map(|_| ())
        };
        assert_eq!(judge(15), Ok(()));
        assert_eq!(judge(16), Err(Refusal::Invalid));
    }

    #[test]
    fn a_signed_time_is_digits() {
        assert_eq!(signed_seconds("1795539600"), Ok(1_795_539_600));
        for text in ["", "+1", "-1", "1.0", " 1", "1 ", "1e9", "0x1", "١", "9999999999999999"] {
            assert_eq!(signed_seconds(text), Err(Refusal::Invalid), "{text}");
        }
    }
}
