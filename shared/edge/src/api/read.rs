//! Reading requests: strictly, with the path of what is wrong and never its value.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use payproof::payment::PaymentId;
use payproof::shop::Shop;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde_path_to_error::{Path, Segment};

use super::{Call, Code, Problem};
use crate::limits::IDEMPOTENCY_KEY_CHARS_MAX;

/// Reads a JSON body: one object.
///
/// # Errors
/// `invalid_json` for what is not JSON; `unknown_field` and `invalid_request` with the path of what is wrong.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let Object(value): Object<T> = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().clone();
        let error = error.into_inner();
        let words = error.to_string();
        // A number of any size is JSON; that no type of ours holds it is said of its field.
        if error.classify() != serde_json::error::Category::Data && !words.starts_with("number out of range")
        {
            return Problem::new(Code::InvalidJson);
        }
        data_problem(&path, &words)
    })?;
    deserializer.end().map_err(|_| Problem::of(Code::InvalidJson, "More text follows the JSON document."))?;
    Ok(value)
}

/// serde's words name fields and types; where they quote a value they are replaced, for it could be anything.
fn data_problem(path: &Path, words: &str) -> Problem {
    let words = words.split(" at line ").next().unwrap_or_default();
    if words.starts_with("unknown field") {
        let field = words.split('`').nth(1).unwrap_or_default();
        let (place, hint) = match (shown_path(path).rsplit_once('.'), field) {
            (Some((place, _)), _) => (format!(" at `{place}`"), ""),
            (None, "amount" | "currency") => (String::new(), " The amount comes from the stored order."),
            (None, _) => (String::new(), ""),
        };
        let detail = format!("The field `{}`{place} is not known here.{hint}", shown(field));
        return Problem::of(Code::UnknownField, detail);
    }
    let path = shown_path(path);
    if path.is_empty() && words.starts_with("invalid type") {
        return Problem::of(
            Code::InvalidRequest,
            "The body is JSON, but not one object with the fields of this endpoint.",
        );
    }
    let place = if path.is_empty() { "In the body: ".to_owned() } else { format!("At `{path}`: ") };
    if words.starts_with("missing field") || words.starts_with("duplicate field") {
        return Problem::of(Code::InvalidRequest, format!("{place}{words}."));
    }
    if path.ends_with("amount") {
        return Problem::of(Code::InvalidAmount, format!("{place}{}", Code::InvalidAmount.meaning()));
    }
    Problem::of(Code::InvalidRequest, format!("{place}a value of another type or form is expected."))
}

/// Where in the body something is wrong. Names that are no names of fields could be anything, a customer's too.
fn shown_path(path: &Path) -> String {
    let mut text = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key } if text.is_empty() => text.push_str(shown(key)),
            Segment::Map { key } => text.push_str(&format!(".{}", shown(key))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    text
}

fn shown(name: &str) -> &str {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && (1..=FIELD_NAME_CHARS_MAX).contains(&name.len()) { name } else { "…" }
}

/// Characters of a field's name that is repeated in an answer. Every key and token of ours is longer.
const FIELD_NAME_CHARS_MAX: usize = 40;

/// A `T` that is written as a JSON object. Left to itself a derived type takes a list in the order of its fields too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// Names with texts, each name once: left to itself a map takes the last of several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes(pub BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Notes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NotesVisitor)
    }
}

struct NotesVisitor;

impl<'de> Visitor<'de> for NotesVisitor {
    type Value = Notes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Notes, A::Error> {
        let mut notes = BTreeMap::new();
        while let Some((name, value)) = map.next_entry()? {
            if notes.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate field"));
            }
        }
        Ok(Notes(notes))
    }
}

/// The idempotency key, where one was sent.
///
/// # Errors
/// `invalid_idempotency_key` for one that is not 1 to 255 visible ASCII characters without a comma: by one API Gateway
/// joins a header that was sent twice.
pub fn idempotency_key(call: &Call) -> Result<Option<&str>, Problem> {
    let name = "idempotency-key";
    if !call.request.headers().contains_key(name) {
        return Ok(None);
    }
    let visible = |key: &&str| {
        (1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
    };
    let key = call.header(name).filter(visible);
    key.map(Some).ok_or_else(|| Problem::new(Code::InvalidIdempotencyKey))
}

/// Whether one of the tags is this one, weakly compared (RFC 9110, section 13.1.2).
pub fn matches_etag(header: Option<&str>, etag: &str) -> bool {
    let tags = header.unwrap_or_default().split(',').map(str::trim);
    tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag)).any(|tag| tag == etag || tag == "*")
}

/// The list key of an order that a cursor of a page of orders stands for.
pub fn order_cursor(text: &str) -> Option<String> {
    let (millis, id) = text.split_once('.')?;
    let digits = millis.len() == 13 && millis.bytes().all(|byte| byte.is_ascii_digit());
    (digits && PaymentId::parse(id).is_ok()).then(|| format!("{millis}#{id}"))
}

/// An address that customers are sent to, where one is given.
///
/// # Errors
/// `return_url_not_allowed` naming the field.
pub fn return_url(shop: &Shop, field: &str, url: Option<&str>) -> Result<(), Problem> {
    if url.is_some_and(|url| !shop.allows_return_to(url)) {
        let detail = format!("`{field}`: {}", Code::ReturnUrlNotAllowed.meaning());
        return Err(Problem::of(Code::ReturnUrlNotAllowed, detail));
    }
    Ok(())
}

/// A language and perhaps a script or region, where one is given (RFC 5646, section 2.1): letters and digits, parted by
/// hyphens.
///
/// # Errors
/// `invalid_request`.
pub fn locale(text: Option<&str>) -> Result<(), Problem> {
    let part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_tag = |text: &str| {
        text.len() <= 35
            && text.split('-').all(part)
            && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
    };
    if text.is_some_and(|text| !is_tag(text)) {
        let detail = "`locale` is a language tag such as `de` or `pt-BR`.";
        return Err(Problem::of(Code::InvalidRequest, detail));
    }
    Ok(())
}

/// A text of `1..=most` characters without control characters.
///
/// # Errors
/// `invalid_request` naming the field.
pub fn text<'a>(field: &str, value: &'a str, most: usize) -> Result<&'a str, Problem> {
    let count = value.chars().count();
    if count == 0 || count > most || value.chars().any(char::is_control) {
        let detail = format!("`{field}` is 1 to {most} characters without control characters.");
        return Err(Problem::of(Code::InvalidRequest, detail));
    }
    Ok(value)
}
