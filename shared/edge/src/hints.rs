//! Sessions that unverified deliveries named lately. Anybody can post, so following what they name is bounded: at most
//! [`HINTS_MAX`] sessions within a minute, and each once. Only a delivery that is noted is followed, and
//! [`App::may_note_refused`](crate::app::App::may_note_refused) lets one a second through.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use payproof::payment::{Moment, SessionId};

use crate::limits::{HINT_EVERY_MILLIS, HINTS_MAX};

/// What this container followed within the last minute.
#[derive(Debug, Default)]
pub struct Hints(Mutex<VecDeque<(SessionId, Moment)>>);

impl Hints {
    /// Whether this session may be looked up and made due now. Who is told yes does it.
    pub fn may_follow(&self, session: SessionId, now: Moment) -> bool {
        let mut lately = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lately.retain(|(_, at)| now.millis_since(*at) < HINT_EVERY_MILLIS);
        if lately.len() >= HINTS_MAX || lately.iter().any(|(known, _)| *known == session) {
            return false;
        }
        lately.push_back((session, now));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(number: usize) -> SessionId {
        SessionId::parse(&format!("cs_{number:026}_1")).unwrap()
    }

    #[test]
    fn each_session_once_a_minute_and_no_more_of_them_than_are_kept() {
        let (hints, now) = (Hints::default(), Moment::from_seconds(1_000));
        assert!(hints.may_follow(session(1), now));
        assert!(!hints.may_follow(session(1), now.plus_seconds(59)));
        assert!(hints.may_follow(session(1), now.plus_seconds(60)));
        let followed = (2..1_000).filter(|number| hints.may_follow(session(*number), now.plus_seconds(61)));
        assert_eq!(followed.count(), HINTS_MAX - 1);
        assert!(hints.may_follow(session(1_000), now.plus_seconds(121)));
    }
}
