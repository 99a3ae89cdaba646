//! Reading requests: strictly, with the path of what is wrong and never its value.

use serde::de::DeserializeOwned;

use super::{Code, Problem};

/// Reads a JSON body.
///
/// # Errors
/// `invalid_json` for what is not JSON; `unknown_field` and `invalid_request` with the path of what is wrong.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value: T = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        if error.classify() != serde_json::error::Category::Data {
            return Problem::new(Code::InvalidJson);
        }
        data_problem(&path, &error.to_string())
    })?;
    deserializer.end().map_err(|_| Problem::of(Code::InvalidJson, "More text follows the JSON document."))?;
    Ok(value)
}

/// serde's words name fields and types; where they quote a value they are replaced, for it could be anything.
fn data_problem(path: &str, words: &str) -> Problem {
    let words = words.split(" at line ").next().unwrap_or_default();
    if words.starts_with("unknown field") {
        let field = words.split('`').nth(1).unwrap_or_default();
        let detail = match field {
            "amount" | "currency" => " The amount comes from the stored order.",
            _ => "",
        };
        let shown: String = field.chars().filter(|c| c.is_ascii_graphic()).take(64).collect();
        return Problem::of(Code::UnknownField, format!("The field `{shown}` at `{path}` is not known here.{detail}"));
    }
    let amount = path.ends_with("amount");
    if words.starts_with("missing field") || words.starts_with("duplicate field") {
        return Problem::of(Code::InvalidRequest, format!("At `{path}`: {words}."));
    }
    if amount {
        return Problem::of(Code::InvalidAmount, format!("At `{path}`: {}", Code::InvalidAmount.meaning()));
    }
    Problem::of(Code::InvalidRequest, format!("At `{path}`: a value of another type or form is expected."))
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
