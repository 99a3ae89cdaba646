//! Building the expressions of a request: each name and value is named once, and every name is aliased, so that no
//! attribute can collide with a reserved word.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// Aliases and the attribute names that they stand for.
pub(super) type Names = HashMap<String, String>;

#[derive(Default)]
pub(super) struct Expression {
    names: Names,
    values: Item,
}

impl Expression {
    /// The alias of an attribute name.
    pub(super) fn name(&mut self, name: &str) -> String {
        let alias = format!("#{name}");
        self.names.entry(alias.clone()).or_insert_with(|| name.to_owned());
        alias
    }

    /// The alias of a map's key that is no attribute name, such as an attempt's number.
    pub(super) fn key(&mut self, key: &str) -> String {
        let alias = format!("#k{key}");
        self.names.entry(alias.clone()).or_insert_with(|| key.to_owned());
        alias
    }

    /// The placeholder of a value.
    pub(super) fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// The names and values, each absent where there are none: DynamoDB refuses empty ones.
    pub(super) fn into_parts(self) -> (Option<Names>, Option<Item>) {
        let names = Some(self.names).filter(|names| !names.is_empty());
        (names, Some(self.values).filter(|values| !values.is_empty()))
    }
}

pub(super) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(super) fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(super) fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new(bytes))
}

/// An item as the SDK gives it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// Reading an item's attributes; what is missing or of another type is said by name.
pub(super) trait Read {
    fn text(&self, name: &'static str) -> Result<&str, super::StoreError>;
    fn number(&self, name: &'static str) -> Result<u64, super::StoreError>;
    fn bytes<const N: usize>(&self, name: &'static str) -> Result<[u8; N], super::StoreError>;
    fn text_if(&self, name: &str) -> Option<&str>;
    fn number_if(&self, name: &str) -> Option<u64>;
}

impl Read for Item {
    fn text(&self, name: &'static str) -> Result<&str, super::StoreError> {
        self.text_if(name).ok_or(super::StoreError::Unreadable(name))
    }

    fn number(&self, name: &'static str) -> Result<u64, super::StoreError> {
        self.number_if(name).ok_or(super::StoreError::Unreadable(name))
    }

    fn bytes<const N: usize>(&self, name: &'static str) -> Result<[u8; N], super::StoreError> {
        let bytes = self
            .get(name)
            .and_then(|value| value.as_b().ok())
            .map(aws_sdk_dynamodb::primitives::Blob::as_ref);
        bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(super::StoreError::Unreadable(name))
    }

    fn text_if(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
    }

    fn number_if(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok())
    }
}
