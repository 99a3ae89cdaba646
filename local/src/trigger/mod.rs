//! Making things happen at a running stack, from outside: by HTTP alone, with the demo shop's keys, as its shop, its
//! customers and a stranger would.

mod books;
mod caller;
mod plan;
mod play;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use payproof::provider::Failure;
use tokio::task::JoinSet;

use self::books::Difference;
use self::caller::Caller;
use self::plan::Plan;
use self::play::{Played, Tally, play};
use crate::Keys;

/// Orders that are on their way at once.
const AT_ONCE: usize = 12;
/// How long to wait between two looks at the books.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A sandbox that misbehaves.
#[derive(Debug, Clone)]
pub struct Chaos {
    /// The stack's address, without a slash at the end.
    pub url: String,
    /// The demo shop's keys.
    pub keys: Keys,
    /// What happens follows from this: the same seed makes the same orders go the same ways.
    pub seed: u64,
    /// How many.
    pub orders: u32,
    /// How long payproof has to find out what nobody told it. What a lost webhook hid is found within two minutes
    /// where the customer came back.
    pub patience: Duration,
}

/// What can be made to happen.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Trigger {
    /// Orders with which everything goes wrong that can: webhooks that come twice, late, out of order or not at all,
    /// wrong amounts, forged signatures, requests cut off. Ends with the books compared; fails where they differ.
    Chaos {
        /// What happens follows from this.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many orders.
        #[arg(long, default_value_t = 50)]
        orders: u32,
        /// The stack's address.
        #[arg(long, default_value = "http://127.0.0.1:8787")]
        url: String,
        /// Seconds that payproof has to find out what nobody told it.
        #[arg(long, default_value_t = 300)]
        patience: u64,
    },
}

impl Trigger {
    /// Makes it happen, with the keys that a stack keeps in the folder `data`.
    ///
    /// # Errors
    /// [`ChaosError`].
    pub async fn run(self, data: &Path, out: &mut (impl Write + Send)) -> Result<(), ChaosError> {
        let Self::Chaos { seed, orders, url, patience } = self;
        let keys = Keys::kept_in(data).map_err(|error| ChaosError::Keys(error.to_string()))?;
        let keys = keys.ok_or_else(|| ChaosError::Keys(format!("there are none in {}", data.display())))?;
        let wish = Chaos { url, keys, seed, orders, patience: Duration::from_secs(patience) };
        if chaos(&wish, out).await? { Ok(()) } else { Err(ChaosError::Differ) }
    }
}

/// Why it could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChaosError {
    /// The stack did not answer, or not in a way that can be understood.
    #[error("the stack did not answer as it should: {0}")]
    Stack(String),
    /// The demo shop's keys are not to be had: the stack keeps them with its data.
    #[error("the demo shop's keys cannot be read: {0}")]
    Keys(String),
    /// Patience was at its end and the books still differ.
    #[error("the books differ")]
    Differ,
    /// Nothing can be printed.
    #[error("cannot write: {0}")]
    Write(String),
}

impl From<std::io::Error> for ChaosError {
    fn from(error: std::io::Error) -> Self {
        Self::Write(error.to_string())
    }
}

impl From<Failure> for ChaosError {
    fn from(failure: Failure) -> Self {
        Self::Stack(failure.to_string())
    }
}

/// Makes orders, has everything go wrong with them that can, and compares the sandbox's books with what payproof says.
/// Whether they agree.
///
/// # Errors
/// [`ChaosError`]: it could not be seen to the end.
pub async fn chaos(chaos: &Chaos, out: &mut (impl Write + Send)) -> Result<bool, ChaosError> {
    writeln!(out, "chaos: seed {}, {} orders at {}", chaos.seed, chaos.orders, chaos.url)?;
    let caller = Caller::new(&chaos.url, &chaos.keys);
    let run = payproof_edge::app::now().seconds();
    let mut plans = (1..=chaos.orders).map(|nth| Plan::drawn(chaos.seed, nth, run));
    let (mut playing, mut played, mut tally) = (JoinSet::new(), Vec::new(), Tally::default());
    loop {
        while playing.len() < AT_ONCE {
            let Some(plan) = plans.next() else { break };
            playing.spawn(play(caller.clone(), plan));
        }
        let Some(ended) = playing.join_next().await else { break };
        let of: Played = ended.map_err(|error| ChaosError::Stack(error.to_string()))??;
        tally.add(&of.tally);
        played.push(of);
    }
    writeln!(out, "{tally}")?;
    let agree = compare(chaos, &caller, &played, out).await?;
    writeln!(out, "seed {}", chaos.seed)?;
    Ok(agree)
}

/// Looks at the books until they agree, or patience is at its end.
async fn compare(
    chaos: &Chaos,
    caller: &Caller,
    played: &[Played],
    out: &mut impl Write,
) -> Result<bool, ChaosError> {
    let began = Instant::now();
    let mut differ: Vec<Difference> = Vec::new();
    for of in played {
        differ.extend(books::compare(caller, of).await?);
    }
    if differ.is_empty() {
        writeln!(out, "The books agree.")?;
        return Ok(true);
    }
    writeln!(out, "{} differ. What was lost is asked for when its time comes:", differ.len())?;
    while !differ.is_empty() && began.elapsed() < chaos.patience {
        tokio::time::sleep(LOOK_EVERY).await;
        let mut left = Vec::new();
        for difference in differ {
            let Some(of) = played.iter().find(|of| of.order == difference.order) else { continue };
            let now = books::compare(caller, of).await?;
            if now.iter().any(|still| still.session == difference.session) {
                left.push(difference);
            } else {
                writeln!(out, "  after {:>3} s  {difference}", began.elapsed().as_secs())?;
            }
        }
        differ = left;
    }
    for difference in &differ {
        writeln!(out, "  DIFFERENT    {difference}")?;
    }
    if differ.is_empty() {
        writeln!(out, "The books agree.")?;
    } else {
        writeln!(out, "{} still differ after {} s.", differ.len(), chaos.patience.as_secs())?;
    }
    Ok(differ.is_empty())
}
