//! Whose turn it is among an order's notifications, and what a try comes to.

use std::collections::BTreeMap;
use std::time::Duration;

use super::tries::{Heard, next_try_asked};
use crate::payment::{Moment, TRIES_KEPT_MAX, TellState, Telling, Told, Try};

/// How much too early a try may be made: queues count in whole seconds, and no two clocks agree.
pub const EARLY_MILLIS: u64 = 2_000;

/// What is to be done about an order's notifications.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn<'a> {
    /// Nothing.
    Nothing,
    /// This one is next, and its time has not come. Those behind it wait.
    Wait(&'a Told, Moment),
    /// This one is tried now.
    Try(&'a Told),
}

/// The lowest notification that the shop may not know: order is kept by what is written down, not by any queue.
pub fn turn<'a>(told: &'a [Told], known: &BTreeMap<u64, Telling>, now: Moment) -> Turn<'a> {
    for news in told {
        let Some(telling) = known.get(&news.sequence) else { return Turn::Try(news) };
        match telling.state {
            TellState::Waiting { next_try } if next_try > now.plus_millis(EARLY_MILLIS) => {
                return Turn::Wait(news, next_try);
            }
            TellState::Waiting { .. } => return Turn::Try(news),
            _ if telling.again => return Turn::Try(news),
            TellState::Told | TellState::Skipped | TellState::Parked => {}
        }
    }
    Turn::Nothing
}

/// What a notification is after a try. What the shop was told stays told, whatever else a try comes to.
pub fn tried(before: Option<&Telling>, sequence: u64, tried: Try, heard: &Heard) -> Telling {
    let ended_at = tried.ended_at();
    let mut telling = before.cloned().unwrap_or_else(|| first(sequence, TellState::Told, ended_at));
    telling.again = false;
    telling.version = telling.version.saturating_add(1);
    telling.tries.push(tried);
    let beyond = telling.tries.len().saturating_sub(TRIES_KEPT_MAX);
    telling.tries.drain(..beyond);
    let state = match (before.map(|before| before.state), heard) {
        (_, Heard::Told) => {
            telling.failing_since = None;
            TellState::Told
        }
        // It was sent once more than it had to be, or another handler's try was over first.
        (Some(known @ (TellState::Told | TellState::Skipped | TellState::Parked)), _) => known,
        (None | Some(TellState::Waiting { .. }), Heard::Gone) => TellState::Parked,
        (None | Some(TellState::Waiting { .. }), Heard::Failed { asked, .. }) => {
            telling.failed = telling.failed.saturating_add(1);
            match next_try_asked(telling.failed, *asked) {
                Some(wait) => TellState::Waiting { next_try: ended_at.plus_millis(millis(wait)) },
                None => TellState::Parked,
            }
        }
    };
    if matches!(state, TellState::Waiting { .. } | TellState::Parked) {
        telling.failing_since = telling.failing_since.or(Some(ended_at));
    }
    if before.map(|before| before.state) != Some(state) {
        telling.at = ended_at;
    }
    telling.state = state;
    telling
}

/// A notification that the shop does not want now that it is its turn.
pub fn skipped(before: Option<&Telling>, sequence: u64, now: Moment) -> Telling {
    let mut telling = before.cloned().unwrap_or_else(|| first(sequence, TellState::Skipped, now));
    telling.state = TellState::Skipped;
    telling.at = now;
    telling.failing_since = None;
    telling.version = telling.version.saturating_add(1);
    telling
}

/// A notification that a merchant wants sent again: one that waits or was parked is due at once and has all its tries
/// anew; one that was told, or not wanted, is sent once more and stays what it is unless the shop takes it.
pub fn sent_again(before: &Telling, now: Moment) -> Telling {
    let mut telling = before.clone();
    telling.version = telling.version.saturating_add(1);
    match telling.state {
        TellState::Told | TellState::Skipped => telling.again = true,
        TellState::Waiting { .. } | TellState::Parked => {
            telling.state = TellState::Waiting { next_try: now };
            telling.at = now;
            telling.failed = 0;
        }
    }
    telling
}

const fn first(sequence: u64, state: TellState, at: Moment) -> Telling {
    Telling {
        sequence,
        state,
        at,
        tries: Vec::new(),
        failed: 0,
        failing_since: None,
        again: false,
        version: 0,
    }
}

fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tries::RETRIES;
    use super::*;
    use crate::payment::{Answered, Attempt, News, Status};

    fn at(seconds: u64) -> Moment {
        Moment::from_seconds(1_000_000 + seconds)
    }

    fn news(sequence: u64) -> Told {
        Told {
            sequence,
            at: at(0),
            kind: News::Paid,
            status_before: Status::Pending,
            status: Status::Paid,
            amount_paid: 1,
            amount_refunded: 0,
            attention: BTreeSet::new(),
            attempt: Attempt::FIRST,
            attempt_status: Status::Paid,
            attempt_refunded: 0,
        }
    }

    fn a_try(seconds: u64) -> Try {
        Try { at: at(seconds), took_millis: 1_000, answer: Answered::Status(503) }
    }

    fn failed() -> Heard {
        Heard::Failed { why: "answered 503".to_owned(), asked: None }
    }

    fn known(tellings: &[&Telling]) -> BTreeMap<u64, Telling> {
        tellings.iter().map(|telling| (telling.sequence, (*telling).clone())).collect()
    }

    #[test]
    fn the_lowest_that_the_shop_may_not_know_is_next_and_those_behind_it_wait() {
        let told = [news(1), news(2), news(3)];
        assert_eq!(turn(&told, &known(&[]), at(0)), Turn::Try(&told[0]));
        let first = tried(None, 1, a_try(0), &Heard::Told);
        assert_eq!(turn(&told, &known(&[&first]), at(0)), Turn::Try(&told[1]));
        let second = tried(None, 2, a_try(0), &failed());
        assert_eq!(turn(&told, &known(&[&first, &second]), at(0)), Turn::Wait(&told[1], at(6)));
        assert_eq!(turn(&told, &known(&[&first, &second]), at(4)), Turn::Try(&told[1]), "a little early");
        let gone = tried(Some(&second), 2, a_try(6), &Heard::Gone);
        assert_eq!(
            turn(&told, &known(&[&first, &gone]), at(6)),
            Turn::Try(&told[2]),
            "parked holds nobody up"
        );
        let third = skipped(None, 3, at(7));
        assert_eq!(turn(&told, &known(&[&first, &gone, &third]), at(7)), Turn::Nothing);
    }

    #[test]
    fn each_failure_waits_as_the_schedule_says_and_the_last_one_parks() {
        let mut telling = tried(None, 1, a_try(0), &failed());
        let mut waits = Vec::new();
        while let TellState::Waiting { next_try } = telling.state {
            let ended = telling.tries[telling.tries.len() - 1].ended_at();
            waits.push(Duration::from_millis(next_try.millis_since(ended)));
            telling = tried(Some(&telling), 1, Try { at: next_try, ..a_try(0) }, &failed());
        }
        assert_eq!(waits, RETRIES);
        assert_eq!((telling.state, telling.tries.len()), (TellState::Parked, RETRIES.len() + 1));
        assert_eq!(telling.failing_since, Some(at(1)));
    }

    #[test]
    fn what_was_told_stays_told_whatever_another_try_comes_to() {
        let told = tried(None, 1, a_try(0), &Heard::Told);
        for heard in [failed(), Heard::Gone, Heard::Told] {
            let after = tried(Some(&told), 1, a_try(9), &heard);
            assert_eq!(
                (after.state, after.at, after.tries.len()),
                (TellState::Told, told.at, 2),
                "{heard:?}"
            );
            assert_eq!(after.failing_since, None);
        }
        let parked = tried(None, 1, a_try(0), &Heard::Gone);
        assert_eq!(tried(Some(&parked), 1, a_try(9), &failed()).state, TellState::Parked);
        let late = tried(Some(&parked), 1, a_try(9), &Heard::Told);
        assert_eq!((late.state, late.failing_since), (TellState::Told, None));
    }

    #[test]
    fn a_merchant_has_a_parked_one_tried_anew_and_a_told_one_sent_once() {
        let parked = tried(None, 1, a_try(0), &Heard::Gone);
        let again = sent_again(&parked, at(50));
        assert_eq!((again.state, again.failed), (TellState::Waiting { next_try: at(50) }, 0));
        let failed_again = tried(Some(&again), 1, a_try(50), &failed());
        assert_eq!(failed_again.state, TellState::Waiting { next_try: at(56) });
        assert_eq!(failed_again.failing_since, Some(at(1)), "it goes on failing");

        let told = [news(1)];
        for before in [tried(None, 1, a_try(0), &Heard::Told), skipped(None, 1, at(0))] {
            let again = sent_again(&before, at(50));
            assert_eq!(
                (again.state, turn(&told, &known(&[&again]), at(50))),
                (before.state, Turn::Try(&told[0]))
            );
            let failed = tried(Some(&again), 1, a_try(50), &failed());
            assert_eq!(
                (failed.state, turn(&told, &known(&[&failed]), at(60))),
                (before.state, Turn::Nothing)
            );
            assert_eq!(tried(Some(&again), 1, a_try(50), &Heard::Told).state, TellState::Told);
        }
    }

    #[test]
    fn no_more_tries_are_kept_than_fit() {
        let mut telling = tried(None, 1, a_try(0), &failed());
        for nth in 0..100 {
            telling = tried(Some(&sent_again(&telling, at(nth))), 1, a_try(nth), &failed());
        }
        assert_eq!(telling.tries.len(), TRIES_KEPT_MAX);
        assert_eq!(telling.tries[TRIES_KEPT_MAX - 1].at, at(99));
        assert_eq!(telling.failing_since, Some(at(1)));
    }
}
