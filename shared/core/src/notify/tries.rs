//! When a notification is tried again, and what a shop's answer means.

use std::time::Duration;

use crate::payment::Moment;
use crate::provider::Answer;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// How long to wait after each failed try, the first first: the schedule that Standard Webhooks 1.0.0 proposes. After
/// the last the notification is parked.
pub const RETRIES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * MINUTE),
    Duration::from_secs(30 * MINUTE),
    Duration::from_secs(2 * HOUR),
    Duration::from_secs(5 * HOUR),
    Duration::from_secs(10 * HOUR),
    Duration::from_secs(14 * HOUR),
    Duration::from_secs(20 * HOUR),
    Duration::from_secs(24 * HOUR),
];

/// The longest that a shop can ask us to wait. It also bounds for how long a notification goes on.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * HOUR);

/// How long to wait after so many tries, all failed; none: parked.
pub fn next_try(tries_so_far: usize) -> Option<Duration> {
    match tries_so_far.checked_sub(1) {
        None => Some(Duration::ZERO),
        Some(failed) => RETRIES.get(failed).copied(),
    }
}

/// The same, where the shop asked to be left alone for some time. It can lengthen the wait, never shorten it, and wins
/// no further try.
pub fn next_try_asked(tries_so_far: usize, asked: Option<Duration>) -> Option<Duration> {
    let asked = asked.unwrap_or_default().min(RETRY_AFTER_MAX);
    next_try(tries_so_far).map(|planned| planned.max(asked))
}

/// What a shop's answer means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// 2xx: it knows.
    Told,
    /// 410: nobody is there and nobody will be. No further try; the merchant has to see it.
    Gone,
    /// It may not know.
    Failed {
        /// Why, as the end of a sentence. Nothing of the answer's body is in it.
        why: String,
        /// How long the shop wants to be left alone, at most [`RETRY_AFTER_MAX`].
        asked: Option<Duration>,
    },
}

/// Judges an answer that came at `now`. Its body is not looked at.
///
/// A redirect is a failure: whoever can answer for the shop could lead us to an address that nobody checked.
pub fn heard(answer: &Answer, now: Moment) -> Heard {
    let status = answer.status;
    match status {
        200..=299 => Heard::Told,
        410 => Heard::Gone,
        300..=399 => Heard::Failed {
            why: format!("answered {status}: redirects are not followed"),
            asked: retry_after(answer, now),
        },
        _ => Heard::Failed { why: format!("answered {status}"), asked: retry_after(answer, now) },
    }
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
fn retry_after(answer: &Answer, now: Moment) -> Option<Duration> {
    let text = answer.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?;
    let asked = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond();
        Duration::from_millis(Moment::from_millis(u64::try_from(at).ok()?).millis_since(now))
    };
    Some(asked.min(RETRY_AFTER_MAX))
}
