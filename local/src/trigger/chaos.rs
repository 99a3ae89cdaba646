//! A sandbox that misbehaves: orders with which everything goes wrong that can, and then the books compared.

use std::io::Write;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::TriggerError;
use super::books::{self, Difference};
use super::caller::Caller;
use super::plan::Plan;
use super::play::{Played, Tally, play};
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

/// Makes orders, has everything go wrong with them that can, and compares the sandbox's books with what payproof says.
/// Whether they agree.
///
/// # Errors
/// [`TriggerError`]: it could not be seen to the end.
pub async fn chaos(chaos: &Chaos, out: &mut (impl Write + Send)) -> Result<bool, TriggerError> {
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
        let of: Played = ended.map_err(|error| TriggerError::Stack(error.to_string()))??;
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
) -> Result<bool, TriggerError> {
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
