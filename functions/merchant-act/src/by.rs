//! Who decided, and what they noted.

use payproof::payment::limits::{NOTE_BYTES_MAX, WORD_BYTES_MAX};
use payproof_edge::api::{Code, Problem};

/// A person, as the shop names them. Support reads it in the payment log for years: no line ends, nothing invisible.
pub(crate) fn actor(text: &str) -> Result<&str, Problem> {
    let name = text.trim();
    if name.is_empty() || name.len() > WORD_BYTES_MAX || name.chars().any(char::is_control) {
        let detail = format!("`actor` is a person's name of 1 to {WORD_BYTES_MAX} bytes: who decided this.");
        return Err(Problem::of(Code::InvalidRequest, detail));
    }
    Ok(name)
}

/// A note, where there is one.
pub(crate) fn note<'a>(field: &str, text: Option<&'a str>) -> Result<Option<&'a str>, Problem> {
    let note = text.map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.len() > NOTE_BYTES_MAX) {
        let detail = format!("`{field}` has at most {NOTE_BYTES_MAX} bytes.");
        return Err(Problem::of(Code::InvalidRequest, detail));
    }
    Ok(note)
}
