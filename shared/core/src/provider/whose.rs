//! Whose a payment is that a person names by the provider's id: what the forms of ids and the answers have in common.

use super::{Answer, Failure, Request, Step};
use crate::payment::SessionId;

/// Asks for what has the id; `session` reads of the answer whose it is. Nobody's, where there is no such thing: 404
/// (RFC 9110, section 15.5.5).
pub(super) fn ask(
    request: Request,
    session: impl FnOnce(&Answer) -> Result<Option<SessionId>, Failure> + Send + 'static,
) -> Step<Option<SessionId>> {
    follow(request, |answer| session(answer).map(Step::Done))
}

/// The same, where what has the id may only lead to what says whose it is.
pub(super) fn follow(
    request: Request,
    then: impl FnOnce(&Answer) -> Result<Step<Option<SessionId>>, Failure> + Send + 'static,
) -> Step<Option<SessionId>> {
    Step::send(request, |answer| match answer.status {
        404 => Ok(Step::Done(None)),
        _ => then(answer),
    })
}

/// Whether a text is this prefix and then letters and digits, as many as an id may have.
pub(super) fn is_named(text: &str, prefix: &str) -> bool {
    text.len() <= ID_CHARS_MAX && text.strip_prefix(prefix).is_some_and(|rest| is_plain(rest, 1))
}

/// Whether a text is letters and digits, at least so many.
pub(super) fn is_plain(text: &str, least: usize) -> bool {
    (least..=ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether a text is an id that is a number, as numbers are written: without a zero before it.
pub(super) fn is_number(text: &str) -> bool {
    (1..=DIGITS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0')
}

/// The longest id that is asked for: one of Square's may have so many, and no other is said to have more.
const ID_CHARS_MAX: usize = 192;
/// The digits of the largest number of 64 bits.
const DIGITS_MAX: usize = 20;
