//! Which order is looked at when, and what is being looked at now. Pure: the queues keep the clock.

use std::collections::BTreeSet;

use payproof::payment::PaymentId;
use payproof_edge::store::Due;

/// A message: look at this order, from this millisecond on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Message {
    pub(super) at: u64,
    pub(super) what: Due,
    pub(super) order: PaymentId,
    /// Tells it apart from another of the same moment.
    pub(super) nth: u64,
}

/// The messages that are not dealt with.
#[derive(Debug)]
pub(super) struct Waiting {
    at_once: usize,
    messages: BTreeSet<Message>,
    busy: BTreeSet<(Due, PaymentId)>,
}

impl Waiting {
    /// None yet; at most so many of a kind are dealt with at once.
    pub(super) const fn new(at_once: usize) -> Self {
        Self { at_once, messages: BTreeSet::new(), busy: BTreeSet::new() }
    }

    pub(super) fn add(&mut self, message: Message) {
        self.messages.insert(message);
    }

    /// The messages about the order that waits longest, all that are due of it: one look answers them. It is not given
    /// again until it is [`done`](Self::done).
    pub(super) fn take(&mut self, now: u64) -> Option<Vec<Message>> {
        let first =
            *self.messages.iter().take_while(|message| message.at <= now).find(|it| self.is_free(it))?;
        let same = |message: &&Message| message.what == first.what && message.order == first.order;
        let taken: Vec<_> =
            self.messages.iter().take_while(|message| message.at <= now).filter(same).copied().collect();
        for message in &taken {
            self.messages.remove(message);
        }
        self.busy.insert((first.what, first.order));
        Some(taken)
    }

    /// The order was looked at.
    pub(super) fn done(&mut self, what: Due, order: PaymentId) {
        self.busy.remove(&(what, order));
    }

    /// When the next may be taken. What only waits for another to be done has no time: whoever is done looks again.
    pub(super) fn next(&self) -> Option<u64> {
        self.messages.iter().find(|message| self.is_free(message)).map(|message| message.at)
    }

    /// How many orders of a kind wait.
    pub(super) fn len(&self, what: Due) -> usize {
        self.messages.iter().filter(|message| message.what == what).count()
    }

    fn is_free(&self, message: &Message) -> bool {
        let of_kind = self.busy.iter().filter(|(what, _)| *what == message.what).count();
        of_kind < self.at_once && !self.busy.contains(&(message.what, message.order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(letter: char) -> PaymentId {
        PaymentId::parse(&format!("pay_{}", letter.to_string().repeat(26))).unwrap()
    }

    fn message(at: u64, letter: char) -> Message {
        Message { at, what: Due::NotifyShop, order: order(letter), nth: 0 }
    }

    #[test]
    fn an_order_is_given_once_at_a_time_with_all_that_is_due_of_it() {
        let mut waiting = Waiting::new(8);
        for (at, letter) in [(10, 'a'), (20, 'b'), (30, 'a'), (99, 'a')] {
            waiting.add(message(at, letter));
        }
        assert_eq!((waiting.take(9), waiting.next()), (None, Some(10)));
        assert_eq!(waiting.take(50), Some(vec![message(10, 'a'), message(30, 'a')]));
        assert_eq!(waiting.take(50), Some(vec![message(20, 'b')]));
        assert_eq!((waiting.take(100), waiting.next()), (None, None), "a is being looked at");
        waiting.done(Due::NotifyShop, order('a'));
        assert_eq!(waiting.next(), Some(99));
        assert_eq!(waiting.take(100), Some(vec![message(99, 'a')]));
    }

    #[test]
    fn so_many_of_a_kind_are_given_and_the_other_kind_does_not_wait() {
        let mut waiting = Waiting::new(2);
        for letter in ['a', 'b', 'c'] {
            waiting.add(message(1, letter));
        }
        let other = Message { at: 2, what: Due::Reconcile, order: order('a'), nth: 0 };
        waiting.add(other);
        let given: Vec<_> = std::iter::from_fn(|| waiting.take(5)).map(|taken| taken[0]).collect();
        assert_eq!(given, [message(1, 'a'), message(1, 'b'), other]);
        assert_eq!((waiting.len(Due::NotifyShop), waiting.next()), (1, None));
        waiting.done(Due::NotifyShop, order('b'));
        assert_eq!(waiting.take(5), Some(vec![message(1, 'c')]));
    }
}
