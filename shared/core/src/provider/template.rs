//! Texts with places to be filled in, as a shop writes them: `Transfer {amount}, reference {reference}`.

use std::borrow::Cow;

use super::AccountError;
use crate::payment::{Money, SessionId};

/// A part of such a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part<'a> {
    /// What stands there as it is.
    Literal(&'a str),
    /// The name between two braces.
    Place(&'a str),
}

/// The parts of a text. None where a brace is no half of a pair.
pub(super) fn parts(text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}')?;
        if before.contains('}') || place.contains('{') {
            return None;
        }
        if !before.is_empty() {
            parts.push(Part::Literal(before));
        }
        parts.push(Part::Place(place));
        rest = after;
    }
    if rest.contains('}') {
        return None;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest));
    }
    Some(parts)
}

/// The text with each place filled in, once: what is filled in is not looked at again. None where a place is unknown.
pub(super) fn filled<'v>(text: &str, value: impl Fn(&str) -> Option<Cow<'v, str>>) -> Option<String> {
    parts(text)?
        .into_iter()
        .map(|part| match part {
            Part::Literal(text) => Some(Cow::Borrowed(text)),
            Part::Place(place) => value(place).map(|value| Cow::Owned(value.into_owned())),
        })
        .collect()
}

/// What a customer is asked to do where no hosted page tells them.
#[derive(Clone, Debug)]
pub(super) struct Instructions(String);

/// Characters that instructions can have.
const INSTRUCTIONS_CHARS_MAX: usize = 2_000;

impl Instructions {
    /// Reads them. Both places must stand there: without them nobody could tell whose money came, or how much should.
    pub(super) fn parse(path: &str, text: String) -> Result<Self, AccountError> {
        let wrong = |problem: &str| Err(AccountError::new(path, problem));
        let Some(parts) = parts(&text) else {
            return wrong("a brace stands alone: only {reference} and {amount} are filled in");
        };
        let has = |place| parts.contains(&Part::Place(place));
        if !has("reference") || !has("amount") {
            return wrong(
                "a text that holds {reference} and {amount}, which are filled in for each customer",
            );
        }
        let known = |part: &Part<'_>| {
            matches!(part, Part::Literal(_) | Part::Place("reference") | Part::Place("amount"))
        };
        if !parts.iter().all(known) {
            return wrong("only {reference} and {amount} are filled in: take the other places out");
        }
        if text.chars().count() > INSTRUCTIONS_CHARS_MAX {
            return wrong("at most 2000 characters");
        }
        Ok(Self(text))
    }

    /// The text for one session.
    pub(super) fn filled(&self, session: SessionId, money: Money) -> Option<String> {
        filled(&self.0, |place| match place {
            "reference" => Some(Cow::Owned(reference(session))),
            "amount" => Some(Cow::Owned(format!("{} {}", money.major(), money.currency()))),
            _ => None,
        })
    }
}

/// The reference that a person types into a transfer: `K3X7-Q2M9-V4P8-1`.
///
/// The session id itself is 31 characters, some of which (`_`) banks do not carry. These are the first twelve of the
/// order's id in capitals and the number of the attempt: what stands on a bank statement is found by the beginning of
/// the session id, `cs_k3x7q2m9v4p8…_1`. Twelve characters are 60 bits of a hash: two orders of a shop do not share them.
pub(super) fn reference(session: SessionId) -> String {
    let text = session.to_string().to_ascii_uppercase();
    let mut parts = text.split('_').skip(1);
    let order: Vec<char> = parts.next().unwrap_or_default().chars().take(12).collect();
    let groups = order.chunks(4).map(|group| group.iter().collect::<String>());
    groups.chain(parts.map(str::to_owned)).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::Currency;

    #[test]
    fn a_text_is_filled_in_once() {
        let value = |place: &str| match place {
            "a" => Some(Cow::Borrowed("{b}")),
            "b" => Some(Cow::Borrowed("2")),
            _ => None,
        };
        for (text, expected) in [
            ("", Some("")),
            ("plain", Some("plain")),
            ("{a}{b}", Some("{b}2")),
            ("x{b}y{b}", Some("x2y2")),
            ("{c}", None),
            ("{}", None),
            ("{a", None),
            ("a}", None),
            ("a}{b}", None),
            ("{{b}}", None),
        ] {
            assert_eq!(filled(text, value).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn instructions_have_both_places_and_no_other() {
        let parse = |text: &str| Instructions::parse("instructions", text.to_owned());
        let session = SessionId::parse("cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_12").unwrap();
        let money = Money::new(4990, Currency::parse("EUR").unwrap()).unwrap();
        let text = parse("Pay {amount} to DE02 1203, reference {reference}. {amount}!").unwrap();
        assert_eq!(
            text.filled(session, money).unwrap(),
            "Pay 49.90 EUR to DE02 1203, reference K3X7-Q2M9-V4P8-12. 49.90 EUR!"
        );
        let long = format!("{{amount}}{{reference}}{}", "x".repeat(1_982));
        for text in
            ["", "{amount}", "{reference}", "{amount} {reference} {name}", "{amount} {reference} {", &long]
        {
            let error = parse(text).unwrap_err();
            assert_eq!(error.path, "instructions", "{text}");
        }
    }
}
