//! The one way in which a provider's JSON is read.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Reads an object, parsed once. A key that a derived type reads and that stands there twice is an error: which of the
/// two was meant nobody can say.
///
/// # Errors
/// The place of what is wrong, never the text: it may hold a customer's name.
pub(super) fn object<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    let text =
        std::str::from_utf8(bytes).map_err(|error| format!("byte {}: not UTF-8", error.valid_up_to()))?;
    // A list in the right order would do for a derived type, but nobody documents one.
    if !text.trim_start().starts_with('{') {
        return Err("the beginning: not an object".to_owned());
    }
    serde_json::from_str(text).map_err(|error| format!("line {} column {}", error.line(), error.column()))
}

/// The members of an object as they are written, in their order; none where it is no object, or where any key stands
/// there twice.
pub(super) fn members(text: &str) -> Option<Vec<(Key<'_>, &RawValue)>> {
    let Members(members) = serde_json::from_str(text).ok()?;
    let mut keys: Vec<&str> = members.iter().map(|(key, _)| &*key.0).collect();
    keys.sort_unstable();
    let is_unique = keys.windows(2).all(|pair| pair.first() != pair.last());
    is_unique.then_some(members)
}

/// The key of a member.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Key<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

struct Members<'a>(Vec<(Key<'a>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// Whatever stands at a key. One key means different things in different objects, and an event of no interest must
/// not fail for it, so what is needed is looked for only once the type is known.
#[derive(Default)]
pub(super) enum Node<'a, T = IgnoredAny> {
    /// Nothing that is read: absent, null, a list, a fraction, a number below 0 or above 64 bits.
    #[default]
    Nothing,
    Text(Cow<'a, str>),
    Number(u64),
    Flag(bool),
    Of(Box<T>),
}

impl<T> Node<'_, T> {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) const fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) const fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    pub(super) fn of(&self) -> Option<&T> {
        match self {
            Self::Of(object) => Some(object),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Node<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor(PhantomData))
    }
}

struct NodeVisitor<'a, T>(PhantomData<Node<'a, T>>);

impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for NodeVisitor<'a, T> {
    type Value = Node<'a, T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Node::Nothing)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Node::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Node::Number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Node::Nothing)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Node::Nothing)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Node::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|object| Node::Of(Box::new(object)))
    }
}

/// An amount exactly as it is written, a number or a text: `49.99`, `"49.99"`. No float is made of it.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Exact<'a>(#[serde(borrow)] Option<&'a RawValue>);

impl<'a> Exact<'a> {
    /// The characters of the number, or those between the quotes; none where it is absent, null, true, a list or an
    /// object. Only a text without escapes can be an amount.
    pub(super) fn digits(&self) -> Option<&'a str> {
        let text = self.0?.get();
        match text.as_bytes() {
            [b'"', inner @ .., b'"'] => std::str::from_utf8(inner).ok().filter(|inner| !inner.contains('\\')),
            [b'0'..=b'9' | b'-', ..] => Some(text),
            _ => None,
        }
    }

    /// Whether something stands there.
    pub(super) fn is_there(&self) -> bool {
        self.0.is_some_and(|raw| raw.get() != "null")
    }
}
