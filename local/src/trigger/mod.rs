//! Making things happen at a running stack, from outside: by HTTP alone, with the demo shop's keys, as its shop, its
//! customers and a stranger would.

mod act;
mod books;
mod caller;
mod chaos;
mod plan;
mod play;

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use payproof::provider::Failure;

pub(crate) use self::act::can_be_told;
use self::act::{Acting, act};
use self::caller::Caller;
pub use self::chaos::{Chaos, chaos};
use crate::Keys;

/// What is made to happen: a provider's event about a session, `trigger mollie paid --session cs_…`, or with `chaos`
/// everything that can go wrong. `trigger mollie` alone lists what that provider tells.
#[derive(Debug, Clone, clap::Args)]
pub struct Trigger {
    /// A provider's name, or `chaos`: webhooks that come twice, late, out of order or not at all, wrong amounts, forged
    /// signatures, requests cut off. That ends with the books compared, and fails where they differ.
    what: String,
    /// What happens at the provider. Without it what can happen is listed.
    event: Option<String>,
    /// The session that it happens to. It has to be one of the demo shop's at that provider.
    #[arg(long)]
    session: Option<String>,
    /// How much was paid or refunded, as people write it: 49.99. Without it, all of it.
    #[arg(long)]
    amount: Option<String>,
    /// How the webhook is delivered: `once`, `twice`, `late` (10 seconds), `lost`.
    #[arg(long, default_value = "once")]
    deliver: String,
    /// Of `chaos`: what happens follows from this.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Of `chaos`: how many orders.
    #[arg(long, default_value_t = 50)]
    orders: u32,
    /// Of `chaos`: seconds that payproof has to find out what nobody told it.
    #[arg(long, default_value_t = 300)]
    patience: u64,
    /// The stack's address.
    #[arg(long, default_value = "http://127.0.0.1:8787")]
    url: String,
}

impl Trigger {
    /// Makes it happen, with the keys that a stack keeps in the folder `data`.
    ///
    /// # Errors
    /// [`TriggerError`].
    pub async fn run(self, data: &Path, out: &mut (impl Write + Send)) -> Result<(), TriggerError> {
        let Some(event) = self.event.as_deref().filter(|_| self.what != "chaos") else {
            return match self.what.as_str() {
                "chaos" => self.chaos(data, out).await,
                provider => list(provider, out),
            };
        };
        let acting = Acting {
            provider: &self.what,
            event,
            session: self.session.as_deref().ok_or(TriggerError::NoSession)?,
            amount: self.amount.as_deref(),
            deliver: &self.deliver,
        };
        let said = act(&Caller::new(&self.url, &keys(data)?), acting).await?;
        writeln!(out, "{said}")?;
        Ok(())
    }

    async fn chaos(self, data: &Path, out: &mut (impl Write + Send)) -> Result<(), TriggerError> {
        let Self { seed, orders, url, patience, .. } = self;
        let wish = Chaos { url, keys: keys(data)?, seed, orders, patience: Duration::from_secs(patience) };
        if chaos(&wish, out).await? { Ok(()) } else { Err(TriggerError::Differ) }
    }
}

fn keys(data: &Path) -> Result<Keys, TriggerError> {
    let keys = Keys::kept_in(data).map_err(|error| TriggerError::Keys(error.to_string()))?;
    keys.ok_or_else(|| TriggerError::Keys(format!("there are none in {}", data.display())))
}

/// What a provider tells of.
fn list(provider: &str, out: &mut impl Write) -> Result<(), TriggerError> {
    let told = can_be_told(provider)?;
    writeln!(out, "{provider} tells of:")?;
    for (event, what) in told {
        writeln!(out, "  {event:<16} {what}")?;
    }
    writeln!(out, "\nSend one: trigger {provider} <event> --session cs_…")?;
    Ok(())
}

/// Why it could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TriggerError {
    /// The stack did not answer, or not in a way that can be understood.
    #[error("the stack did not answer as it should: {0}")]
    Stack(String),
    /// The demo shop's keys are not to be had: the stack keeps them with its data.
    #[error("the demo shop's keys cannot be read: {0}")]
    Keys(String),
    /// The sandbox plays no such provider.
    #[error("the sandbox does not play {0}; it plays {1}")]
    Provider(String, String),
    /// The provider tells of no such thing.
    #[error("there is no event {0}; there are {1}")]
    Event(String, String),
    /// No session was named.
    #[error("which session? Name it: --session cs_…")]
    NoSession,
    /// It cannot happen to that session.
    #[error("{0}")]
    Not(String),
    /// Patience was at its end and the books still differ.
    #[error("the books differ")]
    Differ,
    /// Nothing can be printed.
    #[error("cannot write: {0}")]
    Write(String),
}

impl From<std::io::Error> for TriggerError {
    fn from(error: std::io::Error) -> Self {
        Self::Write(error.to_string())
    }
}

impl From<Failure> for TriggerError {
    fn from(failure: Failure) -> Self {
        Self::Stack(failure.to_string())
    }
}
