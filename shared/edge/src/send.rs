//! The one HTTP client: it sends what providers ask to be sent, and what shops are told, within bounds, and follows no
//! redirect.

mod guarded;
mod https;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use payproof::notify::Loopback;
use payproof::provider::{Answer, Exchange, Failure, Request, Search, Step, Taking};

use self::https::Https;
use crate::app::now;
use crate::limits::EXCHANGES_MAX;
use crate::random;

/// Sends requests. The client is made at the first of them: a webhook that asks nobody never pays for it.
#[derive(Debug, Default)]
pub struct Sender {
    via: Via,
}

/// How requests go out.
enum Via {
    /// To anybody whom an operator configured: providers.
    Anywhere(OnceLock<Result<Https, String>>),
    /// To the public internet only: a shop names the address. The answer's body is left unread.
    PublicOnly(Loopback, OnceLock<Result<Https, String>>),
    /// By something else, which tests bring.
    Instead(Arc<dyn Transport>),
}

impl Default for Via {
    fn default() -> Self {
        Self::Anywhere(OnceLock::new())
    }
}

impl fmt::Debug for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anywhere(_) => "Anywhere",
            Self::PublicOnly(..) => "PublicOnly",
            Self::Instead(_) => "Instead",
        })
    }
}

/// Where a step stands.
pub enum Halt<T> {
    /// It is done.
    Done(T),
    /// Something has to be found in our own store first.
    Find(Search<T>),
    /// Whether money is wanted has to be looked up there first.
    Take(Taking<T>),
}

/// What a request comes to.
pub type Sent<'a> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'a>>;

/// Something that carries one request to its answer: a test's provider without a socket.
pub trait Transport: Send + Sync {
    /// Sends a request.
    fn send(&self, request: Request) -> Sent<'_>;
}

impl Sender {
    /// A sender for addresses that shops name: it connects to public addresses only, judged after the name was
    /// resolved, and to this machine where the local stack allows that.
    pub const fn public_only(loopback: Loopback) -> Self {
        Self { via: Via::PublicOnly(loopback, OnceLock::new()) }
    }

    /// A sender whose requests something else carries.
    pub fn instead(transport: Arc<dyn Transport>) -> Self {
        Self { via: Via::Instead(transport) }
    }

    /// Sends what a step asks for until it is done: at most [`EXCHANGES_MAX`] requests, within `limit` in all.
    ///
    /// # Errors
    /// [`Failure`]: the provider's refusal, or that nothing is known of the outcome.
    pub async fn run<T>(&self, step: Step<T>, limit: Duration) -> Result<T, Failure> {
        match self.advance(step, limit).await? {
            Halt::Done(value) => Ok(value),
            // Only what is asked about sessions can need that, and its flow looks it up.
            Halt::Find(_) | Halt::Take(_) => {
                Err(Failure::Unknown("it asks what only our store knows".to_owned()))
            }
        }
    }

    /// The same until it is done, or until something has to be found in our own store.
    ///
    /// # Errors
    /// As [`Sender::run`].
    pub async fn advance<T>(&self, step: Step<T>, limit: Duration) -> Result<Halt<T>, Failure> {
        let halted = tokio::time::timeout(limit, self.exchange(step));
        halted.await.unwrap_or_else(|_| Err(Failure::Unknown("it did not answer in time".to_owned())))
    }

    async fn exchange<T>(&self, mut step: Step<T>) -> Result<Halt<T>, Failure> {
        let mut sent = 0;
        loop {
            match step {
                Step::Done(value) => return Ok(Halt::Done(value)),
                Step::Find(search) => return Ok(Halt::Find(search)),
                Step::Take(taking) => return Ok(Halt::Take(taking)),
                Step::Send(_) if sent == EXCHANGES_MAX => {
                    return Err(Failure::Unknown("it took too many requests".to_owned()));
                }
                Step::Send(Exchange { request, read }) => step = read(&self.send(request).await?)?,
            }
            sent = sent.saturating_add(1);
        }
    }

    async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let request = if request.wants_stamp() {
            let nonce = random::bytes().map_err(|error| Failure::Unreachable(error.to_string()))?;
            request.stamped(now(), nonce)?
        } else {
            request
        };
        let ready = |client: &Result<Https, String>| client.clone().map_err(Failure::Unreachable);
        match &self.via {
            Via::Instead(transport) => transport.send(request).await,
            Via::Anywhere(client) => {
                https::send(&ready(client.get_or_init(|| Https::new(None)))?, request, https::Body::Read)
                    .await
            }
            Via::PublicOnly(loopback, client) => {
                guarded::may_call(&request.url, *loopback)
                    .map_err(|barred| Failure::Unreachable(barred.to_string()))?;
                let client = ready(client.get_or_init(|| Https::new(Some(*loopback))))?;
                https::send(&client, request, https::Body::LeftUnread).await
            }
        }
    }
}
