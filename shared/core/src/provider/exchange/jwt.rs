//! Requests that carry a token of their own: a JSON Web Token (RFC 7519) that says which request it is for, and is good
//! for two minutes.
//!
//! Making one needs a time and a random number, and nothing here has either: a request carries the key, and whoever
//! sends it stamps it just before.

use std::fmt;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::Signer as _;
use p256::pkcs8::DecodePrivateKey as _;

use super::{Failure, Request};
use crate::payment::Moment;
use crate::secret::Secret;

/// For how long a token is good, in seconds.
const GOOD_SECONDS: u64 = 120;

/// A key that makes tokens, with the name that its provider knows it by.
#[derive(Clone, PartialEq, Eq)]
pub struct JwtKey {
    id: Secret,
    issuer: &'static str,
    signs: Signs,
}

/// The two kinds of signature (RFC 8037 and RFC 7518, section 3.4).
#[derive(Clone, PartialEq, Eq)]
enum Signs {
    EdDsa(Box<ed25519_dalek::SigningKey>),
    Es256(Box<p256::ecdsa::SigningKey>),
}

impl fmt::Debug for JwtKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JwtKey(…)")
    }
}

impl JwtKey {
    /// Reads a private key: base64 of an Ed25519 seed and its public key, 64 bytes, or a P-256 key as PEM (SEC 1 or
    /// PKCS #8), in which `\n` may stand for a line end, as it does in many a configuration.
    pub(in crate::provider) fn parse(issuer: &'static str, id: &Secret, key: &Secret) -> Option<Self> {
        let text = key.reveal();
        let signs = if text.trim_start().starts_with("-----BEGIN ") {
            let pem = Secret::new(text.replace("\\n", "\n"));
            let key = p256::SecretKey::from_sec1_pem(pem.reveal())
                .ok()
                .or_else(|| p256::SecretKey::from_pkcs8_pem(pem.reveal()).ok())?;
            Signs::Es256(Box::new(key.into()))
        } else {
            let bytes = zeroize::Zeroizing::new(BASE64.decode(text.as_bytes()).ok()?);
            let pair = <&[u8; 64]>::try_from(bytes.as_slice()).ok()?;
            Signs::EdDsa(Box::new(ed25519_dalek::SigningKey::from_keypair_bytes(pair).ok()?))
        };
        Some(Self { id: id.clone(), issuer, signs })
    }

    /// The token for one request, `GET pay.example/v1/things`.
    fn token(&self, request: &str, now: Moment, nonce: [u8; 16]) -> Secret {
        let id = self.id.reveal();
        let algorithm = match self.signs {
            Signs::EdDsa(_) => "EdDSA",
            Signs::Es256(_) => "ES256",
        };
        let nonce = HEXLOWER.encode(&nonce);
        let header = serde_json::json!({ "alg": algorithm, "kid": id, "nonce": nonce, "typ": "JWT" });
        let at = now.seconds();
        let claims = serde_json::json!({
            "sub": id, "iss": self.issuer, "iat": at, "nbf": at, "exp": at.saturating_add(GOOD_SECONDS),
            "uris": [request],
        });
        let part = |json: serde_json::Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = match &self.signs {
            Signs::EdDsa(key) => key.sign(signed.as_bytes()).to_bytes().to_vec(),
            // Its random number follows from key and message (RFC 6979), so none is needed.
            Signs::Es256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(signed.as_bytes());
                signature.to_bytes().to_vec()
            }
        };
        Secret::new(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)))
    }
}

impl Request {
    /// With a token of its own, made when it is sent: see [`Request::stamped`].
    #[must_use]
    pub fn jwt(mut self, key: JwtKey) -> Self {
        self.jwt = Some(key);
        self
    }

    /// Whether it carries a key, and so has to be stamped.
    pub const fn wants_stamp(&self) -> bool {
        self.jwt.is_some()
    }

    /// The request as it is sent now: with its token where it carries a key for one, else as it is. `nonce` is random
    /// and new for each sending.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] where its address is none that a token can name: nothing was sent.
    pub fn stamped(mut self, now: Moment, nonce: [u8; 16]) -> Result<Self, Failure> {
        let Some(key) = self.jwt.take() else { return Ok(self) };
        let url = url::Url::parse(&self.url).ok().and_then(|url| {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            Some(format!("{} {}{port}{}", self.method, url.host_str()?, url.path()))
        });
        let url = url.ok_or_else(|| Failure::Unreachable("its address is none".to_owned()))?;
        Ok(self.bearer(&key.token(&url, now, nonce)))
    }
}

#[cfg(test)]
mod tests;
