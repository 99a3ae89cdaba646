use std::fmt;

use super::limits::AMOUNT_MINOR_MAX;

/// A currency with a code and a number of decimals, as ISO 4217 lists it.
///
/// Codes that are no money a customer can pay with (`XXX`, gold) have no decimals in ISO 4217 and are refused.
///
/// ```
/// use payproof::payment::Currency;
/// let euro = Currency::parse("EUR").unwrap();
/// assert_eq!((euro.code(), euro.decimals()), ("EUR", 2));
/// assert_eq!(Currency::parse("JPY").unwrap().decimals(), 0);
/// assert_eq!(Currency::parse("KWD").unwrap().decimals(), 3);
/// assert!(Currency::parse("eur").is_err());
/// assert!(Currency::parse("XXX").is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Reads an upper-case ISO 4217 code.
    ///
    /// # Errors
    /// [`MoneyError::Currency`] for anything that is not the code of a currency in use.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(code)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or(MoneyError::Currency)
    }

    /// Reads a code in whatever case a provider writes it.
    ///
    /// # Errors
    /// As [`Currency::parse`].
    pub fn parse_any_case(code: &str) -> Result<Self, MoneyError> {
        let mut upper = [0_u8; 3];
        let bytes = code.as_bytes();
        if bytes.len() != upper.len() {
            return Err(MoneyError::Currency);
        }
        upper.copy_from_slice(bytes);
        upper.make_ascii_uppercase();
        Self::parse(std::str::from_utf8(&upper).map_err(|_| MoneyError::Currency)?)
    }

    /// The upper-case code, `EUR`.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl std::hash::Hash for Currency {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.code().hash(state);
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// An amount of one currency, in its minor unit: `EUR 4999` is 49.99 euro, `JPY 5000` is 5000 yen.
///
/// Never negative, never a float, at most 15 digits. Its display is what a person reads, `49.99 EUR`.
///
/// ```
/// use payproof::payment::{Currency, Money};
/// let price = Money::new(4999, Currency::parse("EUR").unwrap()).unwrap();
/// assert_eq!(price.to_string(), "49.99 EUR");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    minor: u64,
    currency: Currency,
}

impl Money {
    /// `minor` minor units of `currency`; 0 is an amount (a provider can report it), though no order may cost it.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] above [`AMOUNT_MINOR_MAX`].
    pub fn new(minor: u64, currency: Currency) -> Result<Self, MoneyError> {
        if minor > AMOUNT_MINOR_MAX {
            return Err(MoneyError::TooLarge);
        }
        Ok(Self { minor, currency })
    }

    /// Minor units.
    pub const fn minor(self) -> u64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount as decimal text in major units, `49.99`.
    pub fn major(self) -> String {
        let decimals = self.currency.decimals();
        let unit = 10_u64.pow(decimals);
        let whole = self.minor / unit;
        if decimals == 0 {
            return whole.to_string();
        }
        let width = decimals as usize;
        format!("{whole}.{:0width$}", self.minor % unit)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.major(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.minor)
    }
}

/// Why something is not money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not the upper-case code of a currency that ISO 4217 lists.
    #[error("not the upper-case ISO 4217 code of a currency")]
    Currency,
    /// Above [`AMOUNT_MINOR_MAX`].
    #[error("an amount has at most 15 digits in the currency's minor unit")]
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_those_of_iso_4217() {
        // ISO 4217 list one (SIX Financial Information), the currencies whose minor unit is not 2, and a few that are.
        for (code, decimals) in [
            ("BHD", 3),
            ("IQD", 3),
            ("JOD", 3),
            ("KWD", 3),
            ("LYD", 3),
            ("OMR", 3),
            ("TND", 3),
            ("BIF", 0),
            ("CLP", 0),
            ("DJF", 0),
            ("GNF", 0),
            ("ISK", 0),
            ("JPY", 0),
            ("KMF", 0),
            ("KRW", 0),
            ("PYG", 0),
            ("RWF", 0),
            ("UGX", 0),
            ("VND", 0),
            ("VUV", 0),
            ("XAF", 0),
            ("XOF", 0),
            ("XPF", 0),
            ("CLF", 4),
            ("UYW", 4),
            ("EUR", 2),
            ("USD", 2),
            ("HUF", 2),
            ("TWD", 2),
            ("MGA", 2),
            ("MRU", 2),
        ] {
            assert_eq!(Currency::parse(code).unwrap().decimals(), decimals, "{code}");
        }
    }

    #[test]
    fn what_is_no_currency_is_refused() {
        for code in ["", "E", "EURO", "eur", "XXX", "XTS", "XAU", "€", "ÄÖ", "123"] {
            assert_eq!(Currency::parse(code), Err(MoneyError::Currency), "{code}");
        }
        assert_eq!(Currency::parse_any_case("eUr").unwrap().code(), "EUR");
        assert_eq!(Currency::parse_any_case("€"), Err(MoneyError::Currency));
    }

    #[test]
    fn an_amount_is_written_with_the_decimals_of_its_currency() {
        let money = |minor, code| Money::new(minor, Currency::parse(code).unwrap()).unwrap().to_string();
        assert_eq!(money(5, "EUR"), "0.05 EUR");
        assert_eq!(money(5000, "JPY"), "5000 JPY");
        assert_eq!(money(12340, "KWD"), "12.340 KWD");
        assert_eq!(money(AMOUNT_MINOR_MAX, "EUR"), "9999999999999.99 EUR");
        assert_eq!(
            Money::new(AMOUNT_MINOR_MAX + 1, Currency::parse("EUR").unwrap()),
            Err(MoneyError::TooLarge)
        );
    }
}
