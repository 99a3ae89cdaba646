//! JSON pointers (RFC 6901) into a body that is read as it is written: no key of an object that is passed may stand
//! there twice, and no number is made a float.

use serde_json::value::RawValue;

use crate::provider::json::{Exact, members};
use crate::provider::{AccountError, NotUnderstood};

/// A pointer.
#[derive(Clone, Debug)]
pub(super) struct Pointer {
    text: String,
    tokens: Vec<String>,
}

impl Pointer {
    /// Reads a pointer. The empty one, which is the whole body, is none here.
    pub(super) fn parse(path: &str, text: &str) -> Result<Self, AccountError> {
        let tokens = text.strip_prefix('/').and_then(|rest| rest.split('/').map(unescaped).collect());
        let problem =
            "a JSON pointer: it begins with a slash, /data/id; ~1 is a slash and ~0 a tilde in a key";
        let tokens = tokens.ok_or_else(|| AccountError::new(path, problem))?;
        Ok(Self { text: text.to_owned(), tokens })
    }

    /// What it points at; none where nothing, or null, stands there.
    pub(super) fn find<'a>(&self, whole: &'a RawValue) -> Result<Option<&'a RawValue>, NotUnderstood> {
        let mut value = whole;
        for token in &self.tokens {
            let text = value.get();
            let next = match text.as_bytes().first() {
                Some(b'{') => {
                    let members = members(text).ok_or_else(|| self.missing())?;
                    members.into_iter().find(|(key, _)| *key.0 == **token).map(|(_, value)| value)
                }
                Some(b'[') => {
                    let list: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| self.missing())?;
                    index(token).and_then(|index| list.get(index).copied())
                }
                _ => None,
            };
            let Some(next) = next else { return Ok(None) };
            value = next;
        }
        Ok(Some(value).filter(|value| value.get() != "null"))
    }

    /// The text that it points at, or the digits of a whole number; none where nothing stands there.
    pub(super) fn text(&self, whole: &RawValue) -> Result<Option<String>, NotUnderstood> {
        let Some(value) = self.find(whole)? else { return Ok(None) };
        let text = value.get();
        let is_whole_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let text = if is_whole_number { Some(text.to_owned()) } else { serde_json::from_str(text).ok() };
        text.map(Some).ok_or_else(|| self.missing())
    }

    /// The characters of the amount that it points at, a number or a text.
    pub(super) fn digits<'a>(&self, whole: &'a RawValue) -> Result<&'a str, NotUnderstood> {
        let value = self.find(whole)?.ok_or_else(|| self.missing())?;
        let exact: Exact<'a> = serde_json::from_str(value.get()).map_err(|_| self.missing())?;
        exact.digits().ok_or_else(|| self.missing())
    }

    /// What should stand there does not.
    pub(super) fn missing(&self) -> NotUnderstood {
        NotUnderstood::Shape(self.text.clone())
    }
}

/// A key as it is escaped in a pointer.
fn unescaped(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        if let Some(rest) = part.strip_prefix('1') {
            text.push('/');
            text.push_str(rest);
        } else {
            text.push('~');
            text.push_str(part.strip_prefix('0')?);
        }
    }
    Some(text)
}

/// The index of a list's member: digits, without a zero before others.
fn index(token: &str) -> Option<usize> {
    let is_index =
        token == "0" || (!token.starts_with('0') && token.bytes().all(|byte| byte.is_ascii_digit()));
    token.parse().ok().filter(|_| is_index)
}
