//! Amounts in major units: as people type them, and as providers write them.

use payproof::payment::{Currency, Money};

/// Reads `49.99` or `49,99` as minor units of a currency; none for anything else.
pub(super) fn parse(text: &str, currency: &str) -> Option<u64> {
    let decimals = Currency::parse(currency).ok()?.decimals() as usize;
    let text = text.trim();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || !digits(whole) || part.len() > decimals || !digits(part) {
        return None;
    }
    format!("{whole}{part:0<decimals$}").parse().ok()
}

/// A number in major units, digit for digit; in minor units where the currency is none.
pub(super) fn digits(minor: u64, currency: &str) -> String {
    let money = Currency::parse(currency).and_then(|currency| Money::new(minor, currency));
    money.map_or_else(|_| minor.to_string(), Money::major)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_amount_is_read_with_the_decimals_of_its_currency() {
        for (text, currency, minor) in [
            ("49.99", "EUR", Some(4_999)),
            (" 49,9 ", "EUR", Some(4_990)),
            ("49", "EUR", Some(4_900)),
            ("0", "EUR", Some(0)),
            ("5000", "JPY", Some(5_000)),
            ("1.234", "KWD", Some(1_234)),
            ("5.5", "JPY", None),
            ("1.234", "EUR", None),
            ("1.2.3", "EUR", None),
            ("-1", "EUR", None),
            ("+1", "EUR", None),
            ("1e3", "EUR", None),
            ("", "EUR", None),
            (".5", "EUR", None),
            ("9999999999999", "EUR", None),
            ("1", "eur", None),
        ] {
            assert_eq!(parse(text, currency), minor, "{text:?} {currency}");
        }
    }
}
