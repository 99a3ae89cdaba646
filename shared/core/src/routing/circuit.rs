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
    called_at: Option<Moment>,
}

impl Circuit {
    /// Whether a call may be made now. Of those who ask after a time of rest the first is the probe.
    pub fn allows(&mut self, now: Moment) -> bool {
        match self.open_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                self.open_until = Some(now.plus_millis(PROBE_MILLIS));
                self.called_at = Some(now);
                true
            }
        }
    }

    /// Whether a call may be made now where nobody else can be called instead: a probe is better than a sure refusal,
    /// but not for everybody who asks. So one in each [`PROBE_MILLIS`] is let through, however long the rest is.
    pub fn allows_as_last(&mut self, now: Moment) -> bool {
        if self.open_until(now).is_none() {
            return self.allows(now);
        }
        let due = self.next_as_last(now).is_none();
        if due {
            self.called_at = Some(now);
        }
        due
    }

    /// When [`Circuit::allows_as_last`] lets the next call through; none where it would now.
    pub fn next_as_last(&self, now: Moment) -> Option<Moment> {
        let again = self.called_at?.plus_millis(PROBE_MILLIS).min(self.open_until?);
        (again > now).then_some(again)
    }

    /// A call was answered, whatever the answer was.
    pub const fn succeeded(&mut self) {
        self.failures = 0;
        self.open_until = None;
        self.called_at = None;
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
        self.called_at = Some(now);
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
    fn where_nobody_else_is_left_one_probe_in_ten_seconds_is_let_through() {
        let mut circuit = Circuit::default();
        for _ in 0..FAILURES_IN_A_ROW + 4 {
            circuit.failed(at(0));
        }
        assert_eq!(circuit.open_until(at(0)), Some(at(300)));
        let let_through: Vec<u64> = (0..=30).filter(|second| circuit.allows_as_last(at(*second))).collect();
        assert_eq!(let_through, [10, 20, 30]);
        assert!(!circuit.allows(at(31)), "nobody else is let through for it");
        assert_eq!(circuit.next_as_last(at(31)), Some(at(40)));
        circuit.succeeded();
        assert!(circuit.allows_as_last(at(31)));
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
