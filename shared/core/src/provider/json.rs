//! The one way in which a provider's JSON is read.

use serde::Deserialize;

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
