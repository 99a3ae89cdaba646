//! How telling the shop one notification went. What there is to tell is [`told`](super::told()); this is what became of it.

use super::Moment;

/// The tries that are kept of one notification; of more the oldest go.
pub const TRIES_KEPT_MAX: usize = 30;

/// What became of one notification so far. One of which nothing is known has not had its turn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Telling {
    /// Which of the order's notifications.
    pub sequence: u64,
    /// Where it stands.
    pub state: TellState,
    /// When it came to that.
    pub at: Moment,
    /// The tries, oldest first.
    pub tries: Vec<Try>,
    /// Tries that failed since it began, or since a merchant had it sent again.
    pub failed: usize,
    /// When the first of all tries failed, while the shop does not know it.
    pub failing_since: Option<Moment>,
    /// A merchant wants it sent once more, though it was told or was not wanted.
    pub again: bool,
    /// How often it was written; 0 for never.
    pub version: u64,
}

/// Where a notification stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TellState {
    /// It failed, and is tried again.
    Waiting {
        /// From then on.
        next_try: Moment,
    },
    /// The shop answered 2xx.
    Told,
    /// The shop did not want it when its turn came.
    Skipped,
    /// It is not tried any more: too many tries failed, or the shop answered 410. A merchant can have it sent again.
    Parked,
}

impl TellState {
    /// The word in the API and the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Told => "told",
            Self::Skipped => "skipped",
            Self::Parked => "parked",
        }
    }
}

/// One try.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Try {
    /// When it began.
    pub at: Moment,
    /// Milliseconds until it was answered, or given up.
    pub took_millis: u64,
    /// What the shop answered.
    pub answer: Answered,
}

impl Try {
    /// When it was over.
    pub const fn ended_at(&self) -> Moment {
        self.at.plus_millis(self.took_millis)
    }
}

/// What a shop answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answered {
    /// This HTTP status.
    Status(u16),
    /// Nothing, and why, as the end of a sentence.
    Nothing(Box<str>),
}
