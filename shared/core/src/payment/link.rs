//! The token of a payment link: it names its order's item, and knowing it is what lets somebody pay by it.

use std::fmt;

use super::{PaymentId, TokenHash};

/// Random letters and digits in a token: about 256 bits.
const RANDOM_CHARS: usize = 43;

/// The token in a link's address: 26 characters of the payment's id, `_`, 43 random letters and digits. Never logged.
///
/// ```
/// use payproof::payment::LinkToken;
/// let text = format!("k3x7q2m9v4p8t6w1z5r0y8h2jd_{}", "x".repeat(43));
/// let token = LinkToken::parse(&text).unwrap();
/// assert_eq!(token.payment.to_string(), "pay_k3x7q2m9v4p8t6w1z5r0y8h2jd");
/// assert_eq!(token.reveal(), text);
/// assert!(LinkToken::parse("k3x7q2m9v4p8t6w1z5r0y8h2jd_x").is_none());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken {
    /// The order's item.
    pub payment: PaymentId,
    text: Box<str>,
}

impl LinkToken {
    /// A token for this order, with 43 random letters and digits. None where they are none.
    pub fn new(payment: PaymentId, random: &str) -> Option<Self> {
        Self::parse(&format!("{}_{random}", payment.chars()))
    }

    /// Reads a token.
    pub fn parse(text: &str) -> Option<Self> {
        let (payment, random) = text.split_once('_')?;
        let payment = PaymentId::parse(&format!("pay_{payment}")).ok()?;
        let is_random =
            random.len() == RANDOM_CHARS && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_random.then(|| Self { payment, text: text.into() })
    }

    /// The token itself.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Its hash: all that is stored of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.text)
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkToken({}…)", self.payment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_is_none() {
        let (payment, random) = ("k3x7q2m9v4p8t6w1z5r0y8h2jd", "x".repeat(43));
        for text in [
            String::new(),
            payment.to_owned(),
            format!("{payment}_"),
            format!("{payment}_{random}x"),
            format!("{payment}_{}", "-".repeat(43)),
            format!("{payment}_{}%", "x".repeat(42)),
            format!("{}_{random}", payment.to_uppercase()),
            format!("pay_{payment}_{random}"),
            format!("_{random}"),
        ] {
            assert!(LinkToken::parse(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        let payment = PaymentId::parse("pay_k3x7q2m9v4p8t6w1z5r0y8h2jd").unwrap();
        let token = LinkToken::new(payment, &"x".repeat(43)).unwrap();
        assert!(!format!("{token:?}").contains("xxx"));
    }
}
