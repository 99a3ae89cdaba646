//! Ids as types: each is parsed once at the edge and trusted afterwards.

use std::fmt;

use sha2::{Digest, Sha256};

use super::limits::{ATTEMPTS_MAX, ORDER_ID_CHARS_MAX, PROVIDER_ID_BYTES_MAX, SHOP_ID_CHARS_MAX};

/// Why a text is not the id that it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a shop id.
    #[error("a shop id is 1 to 32 of a-z, 0-9 and -")]
    Shop,
    /// Not an order id.
    #[error(
        "an order id is 1 to 64 of A-Z a-z 0-9 - _ . and does not start with a dot; put another form into metadata"
    )]
    Order,
    /// Not a payment id.
    #[error("a payment id is pay_ and 26 of a-z and 0-9")]
    Payment,
    /// Not a session id.
    #[error("a session id is cs_, 26 of a-z and 0-9, an underscore and a number from 1 to 20")]
    Session,
    /// Not a provider's name.
    #[error("a provider's name is 1 to 40 of a-z, 0-9, _ and :")]
    ProviderName,
    /// Not an id as a provider gives it.
    #[error("a provider's id is 1 to 255 bytes of text without control characters")]
    Provider,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $valid:expr, $error:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Reads the id.
            ///
            /// # Errors
            /// The [`IdError`] that says what the id must look like.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.into())) } else { Err($error) }
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

fn sized_and_made_of(text: &str, most: usize, allowed: fn(u8) -> bool) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(allowed)
}

fn provider_text(text: &str) -> bool {
    (1..=PROVIDER_ID_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control)
}

text_id!(
    /// A shop: 1 to 32 of `a-z 0-9 -`.
    ShopId,
    |text| sized_and_made_of(text, SHOP_ID_CHARS_MAX, |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
    IdError::Shop
);
text_id!(
    /// The shop's own id of an order: 1 to 64 of `A-Z a-z 0-9 - _ .`, not starting with a dot.
    OrderId,
    |text| !text.starts_with('.')
        && sized_and_made_of(text, ORDER_ID_CHARS_MAX, |b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)),
    IdError::Order
);
text_id!(
    /// A provider's name as it stands in URLs and configuration: `stripe`, `generic:dodo`.
    ProviderName,
    |text| sized_and_made_of(text, 40, |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_:".contains(&b)),
    IdError::ProviderName
);
text_id!(
    /// The provider's id of one payment of money, Stripe's `pi_…`. What came and went is counted by it.
    ProviderPaymentId,
    provider_text,
    IdError::Provider
);
text_id!(
    /// The id of a refund: the provider's (`re_…`), or ours for one that we asked for.
    RefundId,
    provider_text,
    IdError::Provider
);
text_id!(
    /// The provider's id of a dispute, Stripe's `du_…`.
    DisputeId,
    provider_text,
    IdError::Provider
);

impl RefundId {
    /// Our id of a refund: `rf_`, 26 characters of who asked for it, `_`, and 8 of what was asked. So that one asker
    /// can ask for one thing only, and the id alone says whether that was another.
    pub(super) fn ours(asked_by: &[&str], what: &[&str]) -> Self {
        let text = |parts: &[&str], chars: usize| -> String {
            let hash =
                parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0]));
            let text = data_encoding::BASE32_NOPAD.encode(&hash.finalize());
            text.chars().take(chars).collect::<String>().to_ascii_lowercase()
        };
        Self(format!("rf_{}_{}", text(asked_by, 26), text(what, 8)).into())
    }

    /// Whether both were asked for by the same, whatever was asked.
    pub(super) fn is_asked_by_the_same(&self, other: &Self) -> bool {
        let by = |id: &Self| id.0.rsplit_once('_').map(|(by, _)| by.to_owned());
        self.0.starts_with("rf_") && by(self) == by(other)
    }
}

const PAYMENT_CHARS: usize = 26;

/// The id of an order's item: `pay_` and 26 characters that follow from shop and order id, so the same order always
/// finds the same item and no index is needed. Knowing one grants nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentId([u8; PAYMENT_CHARS]);

impl PaymentId {
    /// The id of this shop's order: RFC 4648 base32 in lower case of the first 130 bits of SHA-256 over shop id, a
    /// zero byte and order id.
    pub fn of(shop: &ShopId, order: &OrderId) -> Self {
        let hash = Sha256::new()
            .chain_update(shop.as_str())
            .chain_update([0])
            .chain_update(order.as_str())
            .finalize();
        let mut chars = [b'a'; PAYMENT_CHARS];
        let text = data_encoding::BASE32_NOPAD.encode(&hash);
        for (to, from) in chars.iter_mut().zip(text.bytes()) {
            *to = from.to_ascii_lowercase();
        }
        Self(chars)
    }

    /// Reads `pay_` and any 26 of `a-z 0-9`.
    ///
    /// # Errors
    /// [`IdError::Payment`].
    pub fn parse(text: &str) -> Result<Self, IdError> {
        text.strip_prefix("pay_").and_then(Self::from_chars).ok_or(IdError::Payment)
    }

    fn from_chars(text: &str) -> Option<Self> {
        let chars: [u8; PAYMENT_CHARS] = text.as_bytes().try_into().ok()?;
        chars.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()).then_some(Self(chars))
    }

    /// The 26 characters without their prefix.
    pub fn chars(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pay_{}", self.chars())
    }
}

impl fmt::Debug for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Which attempt of an order a session is: 1 to [`ATTEMPTS_MAX`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attempt(u8);

impl Attempt {
    /// An order's first.
    pub const FIRST: Self = Self(1);

    /// The attempt of this number; `None` outside 1 to [`ATTEMPTS_MAX`].
    pub fn new(number: u8) -> Option<Self> {
        (1..=ATTEMPTS_MAX).contains(&number).then_some(Self(number))
    }

    /// Reads the number without leading zeros.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.parse().ok().and_then(Self::new)?;
        (number.to_string() == text).then_some(number)
    }

    /// The number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The one after this; `None` when there have been [`ATTEMPTS_MAX`].
    pub fn next(self) -> Option<Self> {
        Self::new(self.0.saturating_add(1))
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A session: `cs_`, the payment's 26 characters, `_` and the attempt's number. It travels to the provider as our
/// reference, so a webhook finds the item with no index.
///
/// ```
/// use payproof::payment::{OrderId, PaymentId, SessionId, ShopId};
/// let id = SessionId::parse("cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1").unwrap();
/// assert_eq!(id.attempt.number(), 1);
/// assert_eq!(id.payment.to_string(), "pay_k3x7q2m9v4p8t6w1z5r0y8h2jd");
/// assert!(SessionId::parse("cs_live_b1Tn8vQm3XcK7LzR2pWd9Ys").is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId {
    /// The order's item.
    pub payment: PaymentId,
    /// Which attempt of it.
    pub attempt: Attempt,
}

impl SessionId {
    /// Reads a session id.
    ///
    /// # Errors
    /// [`IdError::Session`].
    pub fn parse(text: &str) -> Result<Self, IdError> {
        text.strip_prefix("cs_")
            .and_then(|rest| rest.split_once('_'))
            .and_then(|(payment, attempt)| {
                Some(Self { payment: PaymentId::from_chars(payment)?, attempt: Attempt::parse(attempt)? })
            })
            .ok_or(IdError::Session)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cs_{}_{}", self.payment.chars(), self.attempt)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Random bytes that tell one reservation of an attempt from another that lost the race for the same number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Nonce(pub [u8; 6]);

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// The SHA-256 of a secret token, which is all that the order's item holds of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// The hash of a token.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Whether `token` is the one that this is the hash of, in time that does not depend on where they differ.
    pub fn matches(&self, token: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        self.0.ct_eq(&Self::of(token).0).into()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_order_always_has_the_same_payment_id() {
        let id = |shop, order| {
            PaymentId::of(&ShopId::parse(shop).unwrap(), &OrderId::parse(order).unwrap()).to_string()
        };
        // base32(sha256("demo" 00 "1042")), computed with Python's hashlib and base64.
        assert_eq!(id("demo", "1042"), PAYMENT_OF_DEMO_1042);
        assert_ne!(id("demo", "1042"), id("demo1", "042"), "the zero byte keeps shop and order apart");
        assert_eq!(PaymentId::parse(PAYMENT_OF_DEMO_1042).unwrap().to_string(), PAYMENT_OF_DEMO_1042);
    }

    const PAYMENT_OF_DEMO_1042: &str = "pay_zahf24tbdxdgdpzymyzmpiqzik";

    #[test]
    fn odd_ids_are_refused() {
        let long = "x".repeat(65);
        for text in ["", ".a", "a b", "a/b", "ä", "a\n", "a%20", long.as_str(), "<script>"] {
            assert_eq!(OrderId::parse(text), Err(IdError::Order), "{text:?}");
        }
        for text in ["1042", "A.b_c-9", "a.", "x".repeat(64).as_str()] {
            assert!(OrderId::parse(text).is_ok(), "{text:?}");
        }
        for text in ["", "Demo", "de_mo", "x".repeat(33).as_str()] {
            assert_eq!(ShopId::parse(text), Err(IdError::Shop), "{text:?}");
        }
        for text in [
            "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_0",
            "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_21",
            "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_01",
            "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_+1",
            "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_",
            "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd",
            "cs_K3x7q2m9v4p8t6w1z5r0y8h2jd_1",
            "cs_live_1",
            "pay_k3x7q2m9v4p8t6w1z5r0y8h2jd_1",
            "",
        ] {
            assert_eq!(SessionId::parse(text), Err(IdError::Session), "{text:?}");
        }
        assert!(ProviderPaymentId::parse("pi_1\u{0}").is_err());
        assert!(ProviderPaymentId::parse(&"p".repeat(256)).is_err());
    }

    #[test]
    fn a_token_is_matched_by_its_hash_and_never_printed() {
        let hash = TokenHash::of("csec_1");
        assert!(hash.matches("csec_1") && !hash.matches("csec_2") && !hash.matches(""));
        assert_eq!(format!("{hash:?}"), "TokenHash(…)");
    }
}
