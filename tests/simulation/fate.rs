//! What becomes of one touch of the world, and how rough a history is.

use std::time::Duration;

/// Whether something was done before the answer to it, or the one who asked, was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// It never arrived: nothing was done.
    Before,
    /// It was done, and nobody hears of it.
    After,
}

/// What becomes of one touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is done and answered.
    Done,
    /// Whoever asked is told nothing of it.
    Lost(Lost),
    /// It is done long after whoever asked has given up.
    Late(Duration),
    /// The process that asked dies.
    Crash(Lost),
    /// The other side answers that it broke; whether it was done is another matter.
    Breaks(Lost),
    /// The other side says no, for good.
    Refuses,
}

/// Who is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callee {
    /// The tables.
    Store,
    /// The payment provider's API.
    Provider,
    /// The shop's own server.
    Shop,
}

/// How likely each fault is in a history, in thousandths.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// A touch is lost, before or after it was done.
    pub lost: u32,
    /// A process dies at a touch.
    pub crash: u32,
    /// An answer to a shop, a browser or a provider is lost.
    pub unheard: u32,
    /// A delivery comes twice.
    pub twice: u32,
    /// A delivery comes late, so that others overtake it.
    pub late: u32,
    /// A delivery is lost on its way; the provider repeats it.
    pub dropped: u32,
    /// A callee is out for a while.
    pub outage: u32,
}

impl Weather {
    /// The weather of a history.
    pub fn drawn(dice: &mut fastrand::Rng) -> Self {
        match dice.u32(..10) {
            0 => Self { lost: 0, crash: 0, unheard: 0, twice: 300, late: 400, dropped: 0, outage: 0 },
            1..=5 => {
                Self { lost: 70, crash: 20, unheard: 60, twice: 350, late: 300, dropped: 150, outage: 150 }
            }
            6..=8 => {
                Self { lost: 160, crash: 50, unheard: 120, twice: 400, late: 350, dropped: 250, outage: 350 }
            }
            _ => {
                Self { lost: 350, crash: 100, unheard: 250, twice: 500, late: 400, dropped: 400, outage: 500 }
            }
        }
    }

    /// What becomes of a touch of this callee.
    pub fn fate(&self, callee: Callee, dice: &mut fastrand::Rng) -> Fate {
        let roll = dice.u32(..1_000);
        let half = if dice.bool() { Lost::Before } else { Lost::After };
        if roll < self.crash {
            return Fate::Crash(half);
        }
        if roll >= self.crash + self.lost {
            return Fate::Done;
        }
        match (callee, dice.u32(..10)) {
            (_, 0) => Fate::Late(Duration::from_millis(dice.u64(2_000..90_000))),
            (Callee::Provider, 1..=2) => Fate::Breaks(half),
            (Callee::Provider, 3) => Fate::Refuses,
            (Callee::Shop, 1..=5) => Fate::Breaks(half),
            _ => Fate::Lost(half),
        }
    }
}
