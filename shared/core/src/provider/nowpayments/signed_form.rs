//! What NOWPayments signs: not the bytes of a body but its values, written as JavaScript's `JSON.stringify` writes them
//! once the members of every object, at every depth, are sorted.
//!
//! A number is written from its decimal digits; no float is made of it. JavaScript would write one with more digits than
//! a float holds as the nearest float: such a number is none that NOWPayments sent, and here it is refused, or its
//! digits do not match what was signed.

use serde_json::value::RawValue;

use crate::provider::json::{Key, members};

/// Objects and lists within each other; its own bodies have two.
const DEPTH_MAX: usize = 16;
/// The digits that JavaScript needs for any number.
const DIGITS_MAX: usize = 17;
/// Exponents that a float reaches.
const EXPONENT_MAX: i64 = 308;

/// The signed form of a body. None for what is no object, has a key twice, or is too deep.
pub(super) fn of(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let whole: &RawValue = serde_json::from_str(text).ok()?;
    let mut form = String::with_capacity(text.len());
    whole.get().starts_with('{').then(|| write(whole, DEPTH_MAX, &mut form))??;
    Some(form)
}

fn write(value: &RawValue, depth: usize, form: &mut String) -> Option<()> {
    let text = value.get();
    match text.as_bytes().first()? {
        b'{' => {
            let mut members = members(text)?;
            // As JavaScript sorts texts: by their UTF-16.
            members.sort_by(|(Key(one), _), (Key(other), _)| {
                let same_order = one.is_ascii() && other.is_ascii();
                if same_order { one.cmp(other) } else { one.encode_utf16().cmp(other.encode_utf16()) }
            });
            form.push('{');
            for (index, (Key(key), value)) in members.iter().enumerate() {
                if index > 0 {
                    form.push(',');
                }
                push_text(key, form)?;
                form.push(':');
                write(value, depth.checked_sub(1)?, form)?;
            }
            form.push('}');
        }
        b'[' => {
            let list: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            form.push('[');
            for (index, value) in list.into_iter().enumerate() {
                if index > 0 {
                    form.push(',');
                }
                write(value, depth.checked_sub(1)?, form)?;
            }
            form.push(']');
        }
        // What is written without escapes needs none.
        b'"' if !text.contains('\\') => form.push_str(text),
        b'"' => push_text(&serde_json::from_str::<String>(text).ok()?, form)?,
        b't' | b'f' | b'n' => form.push_str(text),
        _ if is_plain(text) => form.push_str(text),
        _ => form.push_str(&number(text)?),
    }
    Some(())
}

/// serde_json escapes exactly what JSON.stringify escapes, and as it does.
fn push_text(text: &str, form: &mut String) -> Option<()> {
    if text.bytes().any(|byte| byte < b' ' || b"\"\\".contains(&byte)) {
        form.push_str(&serde_json::to_string(text).ok()?);
    } else {
        form.extend(["\"", text, "\""]);
    }
    Some(())
}

/// Whether a JSON number surely stands there as JavaScript writes it, as nearly all do: none is below 0 or far from 1, or
/// ends in zeros after the point.
pub(super) fn is_plain(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "1"));
    let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_short = text.len() <= DIGITS_MAX && !fraction.ends_with('0') && !fraction.starts_with("00000");
    is_short && is_digits(whole) && is_digits(fraction)
}

/// A JSON number as JavaScript writes it: plain from 0.000001 up to below 1e21, else with an exponent.
pub(super) fn number(text: &str) -> Option<String> {
    let (sign, unsigned) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = all.trim_start_matches('0');
    let zeros = all.len().checked_sub(significant.len())?;
    let digits = significant.trim_end_matches('0');
    if digits.is_empty() {
        // 0, -0 and 0e5 alike.
        return Some("0".to_owned());
    }
    // The value is 0.DIGITS times ten to the power of `point`.
    let point = i64::try_from(whole.len()).ok()?.checked_sub(i64::try_from(zeros).ok()?)?;
    let point = point.checked_add(i64::from(exponent))?;
    let exponent = point.checked_sub(1)?;
    if digits.len() > DIGITS_MAX || exponent.abs() > EXPONENT_MAX {
        return None;
    }
    let count = i64::try_from(digits.len()).ok()?;
    let repeated = |times: i64| usize::try_from(times).ok().map(|times| "0".repeat(times));
    let written = match point {
        1..=21 if point >= count => format!("{digits}{}", repeated(point.checked_sub(count)?)?),
        1..=21 => {
            let (before, after) = digits.split_at_checked(usize::try_from(point).ok()?)?;
            format!("{before}.{after}")
        }
        -5..=0 => format!("0.{}{digits}", repeated(point.checked_neg()?)?),
        _ => {
            let (first, rest) = digits.split_at_checked(1)?;
            let dot = if rest.is_empty() { "" } else { "." };
            format!("{first}{dot}{rest}e{exponent:+}")
        }
    };
    Some(format!("{sign}{written}"))
}
