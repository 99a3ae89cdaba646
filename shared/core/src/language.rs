//! What customers read, in their language. English is the contract's, letter for letter; each language is one [`Words`]
//! with every field, so none can be left out.

mod de;
mod en;
mod es;
mod fr;
mod it;
mod nl;
mod pl;
#[cfg(test)]
mod tests;
mod words;

pub use self::words::{Methods, Page, Reasons, Words};
use crate::payment::Money;

/// A language that customers can read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Language {
    /// English: for whoever reads none of the others.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Italian.
    It,
    /// Dutch.
    Nl,
    /// Polish.
    Pl,
}

/// Languages of an `Accept-Language` that are looked at.
const ACCEPTED_MAX: usize = 20;

impl Language {
    /// Each of them.
    pub const ALL: [Self; 7] = [Self::En, Self::De, Self::Fr, Self::Es, Self::It, Self::Nl, Self::Pl];

    /// Its tag (RFC 5646), as `lang` and `Content-Language` have it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::It => "it",
            Self::Nl => "nl",
            Self::Pl => "pl",
        }
    }

    /// Its words.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::En => &en::WORDS,
            Self::De => &de::WORDS,
            Self::Fr => &fr::WORDS,
            Self::Es => &es::WORDS,
            Self::It => &it::WORDS,
            Self::Nl => &nl::WORDS,
            Self::Pl => &pl::WORDS,
        }
    }

    /// The language for somebody: that of the session's locale, else the one that their browser likes best
    /// (`Accept-Language`, RFC 9110, section 12.5.4), else English. Of a tag only the language counts: `de-AT` is German.
    pub fn choose(locale: Option<&str>, accept_language: Option<&str>) -> Self {
        locale.and_then(Self::of_tag).or_else(|| Self::accepted(accept_language?)).unwrap_or_default()
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for range in header.split(',').take(ACCEPTED_MAX) {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let (Some(language), Some(weight)) = (Self::of_tag(tag), thousandths(weight)) else { continue };
            // Of two that are liked as much, the first.
            if weight > 0 && best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// An amount as this language writes numbers, with the currency's code after it: nobody takes one dollar for another.
    /// What belongs together is not broken over two lines.
    pub fn amount(self, money: Money) -> String {
        let (point, group, least) = match self {
            Self::En => ('.', ',', 4),
            Self::De | Self::It | Self::Nl => (',', '.', 4),
            Self::Fr => (',', '\u{202f}', 4),
            Self::Es => (',', '.', 5),
            Self::Pl => (',', '\u{a0}', 5),
        };
        let major = money.major();
        let (whole, fraction) = major.split_once('.').unwrap_or((&major, ""));
        let mut text = String::with_capacity(major.len().saturating_mul(2));
        for (place, digit) in whole.char_indices() {
            let rest = whole.len().saturating_sub(place);
            if whole.len() >= least && place > 0 && rest.is_multiple_of(3) {
                text.push(group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(point);
            text.push_str(fraction);
        }
        text.push('\u{a0}');
        text.push_str(money.currency().code());
        text
    }
}

/// A weight of `Accept-Language` in thousandths: `q=0.8` is 800. None where it is not one.
fn thousandths(weight: &str) -> Option<u16> {
    let number = weight.trim().strip_prefix("q=").or_else(|| weight.trim().strip_prefix("Q="))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{fraction:0<3}");
    match (whole, digits.len()) {
        ("0", 3) => digits.parse().ok(),
        ("1", 3) if digits == "000" => Some(1_000),
        _ => None,
    }
}
