//! What the log says of telling the shop.

use super::super::{Answered, TellState, Telling, Told, Try, told};
use super::{Entry, EntryKind, Log};

impl Log<'_> {
    /// Each try to tell the shop something, and what it did not want to be told.
    pub(super) fn tellings(&self, tellings: &[Telling]) -> Vec<Entry> {
        let all = told(self.payment);
        let of = |telling: &Telling| all.iter().find(|news| news.sequence == telling.sequence);
        tellings.iter().filter_map(|telling| Some(self.telling(of(telling)?, telling))).flatten().collect()
    }

    fn telling(&self, news: &Told, telling: &Telling) -> Vec<Entry> {
        let entry = |at, text| {
            let entry = self.of_attempt(news.attempt, self.entry(at, EntryKind::OrderUpdated, text));
            Entry { status_before: Some(news.status_before), status_after: Some(news.status), ..entry }
        };
        if telling.tries.is_empty() && telling.state == TellState::Skipped {
            return vec![entry(telling.at, format!("The shop does not want to be told {}.", news.kind))];
        }
        let last = telling.tries.len().saturating_sub(1);
        let tries = telling.tries.iter().enumerate();
        tries
            .map(|(nth, tried)| {
                let then = if nth == last { then(telling) } else { String::new() };
                entry(tried.at, format!("{}{then}", sentence(news, tried)))
            })
            .collect()
    }
}

fn sentence(news: &Told, tried: &Try) -> String {
    let what = format!("{} (notification {})", news.kind, news.sequence);
    let millis = tried.took_millis;
    match &tried.answer {
        Answered::Status(status @ 200..=299) => {
            format!("The shop was told {what}: it answered {status} after {millis} ms.")
        }
        Answered::Status(status) => {
            format!("The shop was to be told {what}: it answered {status} after {millis} ms.")
        }
        Answered::Nothing(why) => {
            format!("The shop was to be told {what} and did not answer: {why}, after {millis} ms.")
        }
    }
}

/// What follows from the last try.
fn then(telling: &Telling) -> String {
    match telling.state {
        TellState::Waiting { next_try } => format!(" It is told again at {next_try}."),
        TellState::Parked => " It is not told again by itself; a merchant can have it sent again.".to_owned(),
        TellState::Told | TellState::Skipped => String::new(),
    }
}
