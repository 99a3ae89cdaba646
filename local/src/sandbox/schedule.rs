//! Which checkout has to be looked at when. It is only in memory: the documents say the same.

use std::collections::{BTreeMap, BTreeSet};

/// One moment for each checkout, in milliseconds, and those that are being looked at now.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    at: BTreeMap<String, u64>,
    order: BTreeSet<(u64, String)>,
    busy: BTreeSet<String>,
}

impl Schedule {
    /// Looks at it at this moment, or earlier where that was said before.
    pub(super) fn look(&mut self, id: &str, at: u64) {
        let at = self.at.get(id).map_or(at, |known| at.min(*known));
        self.forget(id);
        self.at.insert(id.to_owned(), at);
        if !self.busy.contains(id) {
            self.order.insert((at, id.to_owned()));
        }
    }

    /// When the next has to be looked at.
    pub(super) fn next(&self) -> Option<u64> {
        self.order.first().map(|(at, _)| *at)
    }

    /// One that has to be looked at by now. It is not given again until it is [`done`](Self::done).
    pub(super) fn take(&mut self, now: u64) -> Option<String> {
        let (_, id) = self.order.first().filter(|(at, _)| *at <= now).cloned()?;
        self.forget(&id);
        self.busy.insert(id.clone());
        Some(id)
    }

    /// It was looked at.
    pub(super) fn done(&mut self, id: &str) {
        self.busy.remove(id);
        if let Some(at) = self.at.get(id) {
            self.order.insert((*at, id.to_owned()));
        }
    }

    fn forget(&mut self, id: &str) {
        if let Some(at) = self.at.remove(id) {
            self.order.remove(&(at, id.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_is_given_once_until_it_is_done() {
        let mut schedule = Schedule::default();
        for (id, at) in [("b", 20), ("a", 10), ("b", 15), ("a", 30)] {
            schedule.look(id, at);
        }
        assert_eq!(schedule.next(), Some(10));
        assert_eq!(schedule.take(9), None);
        assert_eq!(schedule.take(15).as_deref(), Some("a"));
        assert_eq!(schedule.take(15).as_deref(), Some("b"));
        assert_eq!(schedule.take(15), None);
        schedule.look("a", 12);
        assert_eq!((schedule.take(15), schedule.next()), (None, None), "it is being looked at");
        schedule.done("a");
        schedule.done("b");
        assert_eq!(schedule.take(15).as_deref(), Some("a"));
    }
}
