//! API keys: who may ask, for which shop, and how much.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::ShopError;
use crate::payment::ShopId;
use crate::secret::Secret;

/// How a key's hash begins in a stored configuration.
const HASH_PREFIX: &str = "sha256:";
/// Letters and digits of a key that are random.
const KEY_SECRET_CHARS: usize = 43;

/// How much a key may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyKind {
    /// `pk_`: a browser's. Creates a session for a registered order and nothing more.
    Publishable,
    /// `rk_`: support staff's. Reads what a secret key reads, moves nothing.
    Read,
    /// `sk_`: a shop's server's.
    Secret,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Publishable, Self::Read, Self::Secret];

    /// How keys of this kind begin.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Publishable => "pk_",
            Self::Read => "rk_",
            Self::Secret => "sk_",
        }
    }
}

/// An API key as somebody sends it: its kind, and the shop that it names. Whether it is the shop's is another question.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its kind.
    pub kind: KeyKind,
    /// The shop that it names.
    pub shop: ShopId,
    secret: Secret,
}

impl ApiKey {
    /// Reads `sk_<shop>_<43 letters and digits>` (`rk_`, `pk_` alike); `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) =
            KeyKind::ALL.into_iter().find_map(|kind| Some((kind, text.strip_prefix(kind.prefix())?)))?;
        let (shop, random) = rest.rsplit_once('_')?;
        let well_formed =
            random.len() == KEY_SECRET_CHARS && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
        well_formed.then_some(())?;
        Some(Self { kind, shop: ShopId::parse(shop).ok()?, secret: Secret::new(text) })
    }

    /// Whether it is one of these. Each is compared, in constant time.
    pub(super) fn is_among(&self, known: &[KeyHash]) -> bool {
        let sent = KeyHash::of(self.kind, self.secret.reveal());
        let known = known.iter().filter(|known| known.kind == self.kind);
        let matched = known.fold(Choice::from(0), |matched, known| matched | known.hash.ct_eq(&sent.hash));
        bool::from(matched)
    }

    /// Makes a key of 43 random letters and digits; `None` where they are not that.
    pub fn make(kind: KeyKind, shop: &ShopId, random: &str) -> Option<Secret> {
        Self::parse(&format!("{}{shop}_{random}", kind.prefix())).map(|key| key.secret)
    }
}

/// The SHA-256 of an API key, which is all that a stored configuration holds of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyHash {
    /// The key's kind.
    pub kind: KeyKind,
    hash: [u8; 32],
}

impl KeyHash {
    fn of(kind: KeyKind, key: &str) -> Self {
        Self { kind, hash: Sha256::digest(key.as_bytes()).into() }
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHash({:?})", self.kind)
    }
}

/// A configured key as it is stored; none where it is a hash already.
pub(super) fn hashed(key: &str) -> Option<String> {
    let plain = Some(key).filter(|key| !key.starts_with(HASH_PREFIX))?;
    Some(format!("{HASH_PREFIX}{}", data_encoding::HEXLOWER.encode(&Sha256::digest(plain.as_bytes()))))
}

/// The keys that a configuration names.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    secret: Vec<Secret>,
    #[serde(default)]
    read: Vec<Secret>,
    #[serde(default)]
    publishable: Vec<Secret>,
}

impl Keys {
    /// The hashes of the keys that a configuration names, each checked to be this shop's.
    pub(super) fn check(&self, shop: &ShopId) -> Result<Vec<KeyHash>, ShopError> {
        let kinds = [
            (KeyKind::Secret, "secret", &self.secret),
            (KeyKind::Read, "read", &self.read),
            (KeyKind::Publishable, "publishable", &self.publishable),
        ];
        let mut hashes = Vec::new();
        for (kind, name, keys) in kinds {
            for (index, key) in keys.iter().enumerate() {
                let path = format!("api_keys.{name}[{index}]");
                let problem = format!(
                    "{}{shop}_ and {KEY_SECRET_CHARS} letters and digits, or {HASH_PREFIX} and 64 hex digits",
                    kind.prefix()
                );
                let hash = match key.reveal().strip_prefix(HASH_PREFIX) {
                    Some(hex) => data_encoding::HEXLOWER
                        .decode(hex.as_bytes())
                        .ok()
                        .and_then(|bytes| bytes.try_into().ok())
                        .map(|hash| KeyHash { kind, hash }),
                    None => ApiKey::parse(key.reveal())
                        .filter(|parsed| parsed.kind == kind && parsed.shop == *shop)
                        .map(|parsed| KeyHash::of(kind, parsed.secret.reveal())),
                };
                hashes.push(hash.ok_or_else(|| ShopError::at(&path, &problem))?);
            }
        }
        if self.secret.is_empty() {
            return Err(ShopError::at(
                "api_keys.secret",
                "at least one: without it nobody could register an order",
            ));
        }
        Ok(hashes)
    }
}
