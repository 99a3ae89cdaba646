//! Amounts as providers write them: decimal texts in major units, and whole numbers in units of their own. No float is
//! ever made of an amount.

use super::NotUnderstood;
use crate::payment::{Currency, Money};

/// An amount as decimal text with exactly this many digits after the point, `49.99`; none where it needs more.
pub(super) fn decimal(money: Money, decimals: u32) -> Option<String> {
    let units = units(money, decimals)?;
    let one = 10_u64.checked_pow(decimals)?;
    if decimals == 0 {
        return Some(units.to_string());
    }
    let width = usize::try_from(decimals).ok()?;
    Some(format!("{}.{:0width$}", units / one, units % one))
}

/// An amount in units of which a major unit has 10 to the power of `decimals`; none where it is no whole number of them.
pub(super) fn units(money: Money, decimals: u32) -> Option<u64> {
    let ours = money.currency().decimals();
    match decimals.checked_sub(ours) {
        Some(more) => money.minor().checked_mul(10_u64.checked_pow(more)?),
        None => {
            let unit = 10_u64.checked_pow(ours.checked_sub(decimals)?)?;
            money.minor().is_multiple_of(unit).then(|| money.minor() / unit)
        }
    }
}

/// The money that a decimal text names: `49.99`, `5000`, `5000.00`. More digits than the currency has must be zeros; a
/// sign, an exponent, white space or a separator of thousands is no amount.
///
/// # Errors
/// [`NotUnderstood::Money`].
pub(super) fn from_decimal(text: &str, currency: Currency) -> Result<Money, NotUnderstood> {
    let (whole, fraction) = match text.split_once('.') {
        // `5.` is nobody's way to write an amount.
        Some((_, "")) => return Err(NotUnderstood::Money),
        Some(parts) => parts,
        None => (text, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(NotUnderstood::Money);
    }
    let decimals = usize::try_from(currency.decimals()).map_err(|_| NotUnderstood::Money)?;
    let (kept, over) = fraction.split_at_checked(decimals).unwrap_or((fraction, ""));
    if over.bytes().any(|byte| byte != b'0') {
        return Err(NotUnderstood::Money);
    }
    let minor: u64 = format!("{whole}{kept:0<decimals$}").parse().map_err(|_| NotUnderstood::Money)?;
    Money::new(minor, currency).map_err(|_| NotUnderstood::Money)
}

/// The money that a whole number of units names, of which a major unit has 10 to the power of `decimals`.
///
/// # Errors
/// [`NotUnderstood::Money`] where it is no whole number of the currency's minor units.
pub(super) fn from_units(units: u64, decimals: u32, currency: Currency) -> Result<Money, NotUnderstood> {
    let ours = currency.decimals();
    let scaled = match ours.checked_sub(decimals) {
        Some(more) => 10_u64.checked_pow(more).and_then(|unit| units.checked_mul(unit)),
        None => 10_u64
            .checked_pow(decimals.saturating_sub(ours))
            .filter(|unit| units.is_multiple_of(*unit))
            .map(|unit| units / unit),
    };
    Money::new(scaled.ok_or(NotUnderstood::Money)?, currency).map_err(|_| NotUnderstood::Money)
}

/// The currency of a code in whatever case.
///
/// # Errors
/// [`NotUnderstood::Money`] where ISO 4217 has no such money.
pub(super) fn currency(code: &str) -> Result<Currency, NotUnderstood> {
    Currency::parse_any_case(code).map_err(|_| NotUnderstood::Money)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(minor: u64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn an_amount_has_the_digits_that_are_wanted_or_none() {
        for (minor, code, decimals, written) in [
            (4999, "EUR", 2, Some("49.99")),
            (5, "EUR", 2, Some("0.05")),
            (5000, "JPY", 0, Some("5000")),
            (5000, "JPY", 2, Some("5000.00")),
            (12_340, "KWD", 3, Some("12.340")),
            (12_340, "KWD", 2, Some("12.34")),
            (12_345, "KWD", 2, None),
            (1_250_000, "HUF", 0, Some("12500")),
            (1_250_050, "HUF", 0, None),
        ] {
            assert_eq!(decimal(money(minor, code), decimals).as_deref(), written, "{minor} {code}");
        }
        assert_eq!(units(money(2790, "ISK"), 2), Some(279_000));
        assert_eq!(units(money(999_999_999_999_999, "JPY"), 6), None);
    }

    #[test]
    fn only_an_amount_is_read_as_one() {
        let euro = Currency::parse("EUR").unwrap();
        for (text, minor) in
            [("49.99", 4999), ("49.9", 4990), ("49", 4900), ("49.990", 4999), ("0.00", 0), ("007", 700)]
        {
            assert_eq!(from_decimal(text, euro), Ok(money(minor, "EUR")), "{text}");
        }
        for text in [
            "",
            ".",
            ".5",
            "5.",
            "49.999",
            "-1",
            "+1",
            "1e2",
            "1E2",
            "1,00",
            "1.000,00",
            " 1",
            "1 ",
            "0x1",
            "NaN",
            "٣",
            "9999999999999999",
            "1.2.3",
        ] {
            assert_eq!(from_decimal(text, euro), Err(NotUnderstood::Money), "{text}");
        }
        assert_eq!(from_decimal("5000", Currency::parse("JPY").unwrap()), Ok(money(5000, "JPY")));
        assert_eq!(from_decimal("5000.5", Currency::parse("JPY").unwrap()), Err(NotUnderstood::Money));
        assert_eq!(from_units(279_000, 2, Currency::parse("ISK").unwrap()), Ok(money(2790, "ISK")));
        assert_eq!(from_units(279_050, 2, Currency::parse("ISK").unwrap()), Err(NotUnderstood::Money));
        assert_eq!(from_units(279, 0, euro), Ok(money(27_900, "EUR")));
        assert_eq!(from_units(u64::MAX, 0, euro), Err(NotUnderstood::Money));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(minor in 0_u64..=999_999_999_999, code in prop::sample::select(vec!["EUR", "JPY", "KWD", "HUF"]), more in 0_u32..3) {
            let money = money(minor, code);
            let decimals = money.currency().decimals() + more;
            prop_assert_eq!(from_decimal(&decimal(money, decimals).unwrap(), money.currency()), Ok(money));
            prop_assert_eq!(from_units(units(money, decimals).unwrap(), decimals, money.currency()), Ok(money));
        }
    }
}
