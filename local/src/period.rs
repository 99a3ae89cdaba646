//! Lengths of time as a person writes them: `5s`, `30m`, `36h`, `7d`.

use std::time::Duration;

/// Reads a length of time: a whole number above 0 and one of `s`, `m`, `h`, `d`.
///
/// # Errors
/// A sentence that says what it must look like.
pub fn parse(text: &str) -> Result<Duration, String> {
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let seconds = match text.get(number.len()..) {
        Some("s") => Some(1),
        Some("m") => Some(60),
        Some("h") => Some(3_600),
        Some("d") => Some(86_400),
        _ => None,
    };
    let number = number.parse::<u64>().ok().filter(|number| *number > 0);
    let total = seconds.zip(number).and_then(|(seconds, number)| number.checked_mul(seconds));
    total
        .map(Duration::from_secs)
        .ok_or_else(|| format!("{text:?} is no length of time: write 5s, 30m, 36h or 7d"))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_number_and_a_unit() {
        for (text, seconds) in [("5s", 5), ("30m", 1_800), ("36h", 129_600), ("7d", 604_800)] {
            assert_eq!(parse(text).map(|period| period.as_secs()), Ok(seconds));
        }
        for text in
            ["", "5", "s", "0s", "-5s", "5.5s", "5 s", "5ms", "99999999999999999999d", "9999999999999999999d"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
