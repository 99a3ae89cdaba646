//! Whoever keeps failing is left alone for a while, so that nobody waits for what will not come.

use crate::payment::Moment;

/// Failures in a row after which somebody is left alone.
pub const FAILURES_IN_A_ROW: u32 = 5;
/// For how long, at first; twice as long after each probe that fails.
pub const OPEN_MILLIS: u64 = 30_000;
/// The longest.
pub const OPEN_MILLIS_MAX: u64 = 5 * 60_000;
/// How long a probe may be under way before another may be made.
pub const PROBE_MILLIS: u64 = 10_000;

/// What is known of somebody who is called: a provider, or a shop's own server.
///
/// ```
/// use payproof::payment::Moment;
/// use payproof::routing::{Circuit, FAILURES_IN_A_ROW, OPEN_MILLIS};
/// let (mut circuit, now) = (Circuit::default(), Moment::from_seconds(1_000));
/// for _ in 0..FAILURES_IN_A_ROW {
///     assert!(circuit.allows(now));
///     circuit.failed(now);
/// }
/// assert!(!circuit.allows(now));
/// let later = now.plus_millis(OPEN_MILLIS);
/// assert!(circuit.allows(later), "one probe");
/// assert!(!circuit.allows(later), "and no second one beside it");
/// circuit.succeeded();
/// assert!(circuit.allows(later));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Circuit {
    failures: u32,
    open_until: Option<Moment>,
}

impl Circuit {
    /// Whether a call may be made now. Of those who ask after a time of rest the first is the probe.
    pub fn allows(&mut self, now: Moment) -> bool {
        match self.open_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                self.open_until = Some(now.plus_millis(PROBE_MILLIS));
                true
            }
        }
    }

    /// A call was answered, whatever the answer was.
    pub const fn succeeded(&mut self) {
        self.failures = 0;
        self.open_until = None;
    }

    /// A call was not answered. Whether that opened the circuit anew.
    pub fn failed(&mut self, now: Moment) -> bool {
        self.failures = self.failures.saturating_add(1);
        let Some(beyond) = self.failures.checked_sub(FAILURES_IN_A_ROW) else { return false };
        let millis = OPEN_MILLIS.saturating_mul(1 << beyond.min(16)).min(OPEN_MILLIS_MAX);
        let until = now.plus_millis(millis);
        // Calls that were under way when it opened do not lengthen it.
        let anew = self.open_until.is_none_or(|known| known < until);
        self.open_until = Some(until);
        anew
    }

    /// Until when it is left alone; none where it may be called.
    pub fn open_until(&self, now: Moment) -> Option<Moment> {
        self.open_until.filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::from_seconds(seconds)
    }

    #[test]
    fn a_success_in_between_begins_the_count_anew() {
        let mut circuit = Circuit::default();
        for _ in 0..10 {
            for _ in 1..FAILURES_IN_A_ROW {
                circuit.failed(at(0));
            }
            circuit.succeeded();
        }
        assert!(circuit.allows(at(0)));
    }

    #[test]
    fn each_probe_that_fails_doubles_the_rest_up_to_its_most() {
        let mut circuit = Circuit::default();
        let mut now = at(0);
        for _ in 0..FAILURES_IN_A_ROW {
            circuit.failed(now);
        }
        let mut rests = Vec::new();
        for _ in 0..6 {
            let until = circuit.open_until(now).expect("it is open");
            rests.push(until.millis_since(now));
            assert!(!circuit.allows(now.plus_millis(rests[rests.len() - 1] - 1)));
            now = until;
            assert!(circuit.allows(now));
            circuit.failed(now);
        }
        assert_eq!(rests, [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    }

    #[test]
    fn a_probe_that_is_lost_does_not_close_it_for_ever() {
        let mut circuit = Circuit::default();
        for _ in 0..FAILURES_IN_A_ROW {
            circuit.failed(at(0));
        }
        assert!(circuit.allows(at(30)));
        assert!(!circuit.allows(at(39)));
        assert!(circuit.allows(at(40)));
    }
}
