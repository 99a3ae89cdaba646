//! The queues on one machine: what SQS is on AWS. A message is written down before it counts as put and taken away once
//! it was dealt with, so none is lost however the process ends; each order is looked at once at a time for each kind.

mod waiting;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use payproof::payment::{Moment, PaymentId};
use payproof_edge::app::{App, now};
use payproof_edge::flow::FlowError;
use payproof_edge::queue::{DELAY_MAX, Pending, QueueError, Queues};
use payproof_edge::store::Due;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};

use self::waiting::{Message, Waiting};
use crate::documents::{Documents, DocumentsError};

/// The table that the messages are kept in.
const TABLE: &str = "queues";
/// Orders that are looked at at once, for each kind: a slow shop keeps no provider's answer waiting.
const AT_ONCE: usize = 8;
/// After how long an order is looked at again where that failed.
const PAUSE: Duration = Duration::from_secs(5);

/// Looks at an order, as the function that reads this queue on AWS does.
async fn look(app: &App, what: Due, order: PaymentId, now: Moment) -> Result<(), FlowError> {
    match what {
        Due::Reconcile => Box::pin(reconcile::handle(app, order, now)).await,
        Due::NotifyShop => Box::pin(notify_shop::handle(app, order, now)).await,
    }
}

/// The queues of one stack.
#[derive(Debug, Clone)]
pub(crate) struct LocalQueues {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    messages: Documents,
    waiting: Mutex<Waiting>,
    count: AtomicU64,
    changed: Notify,
    reader: Mutex<Option<AbortHandle>>,
}

/// A message as it is written down.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    what: String,
    order: String,
    /// Millisecond from which on it is dealt with.
    at: u64,
    nth: u64,
}

impl LocalQueues {
    /// The queues, with what an earlier process left in them.
    pub(crate) async fn open(client: Client) -> Result<Self, DocumentsError> {
        let messages = Documents::open(client, TABLE).await?;
        let mut waiting = Waiting::new(AT_ONCE);
        for kept in messages.all::<Kept>("").await? {
            let message = Due::parse(&kept.what).zip(PaymentId::parse(&kept.order).ok());
            if let Some((what, order)) = message {
                waiting.add(Message { at: kept.at, what, order, nth: kept.nth });
            }
        }
        let inner = Inner {
            messages,
            waiting: Mutex::new(waiting),
            count: AtomicU64::new(0),
            changed: Notify::new(),
            reader: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Begins to read them.
    pub(crate) fn start(&self, app: Arc<App>) {
        let reader = tokio::spawn(self.clone().run(app)).abort_handle();
        *locked(&self.inner.reader) = Some(reader);
    }

    /// Ends that. What is being looked at is looked at again after the next start.
    pub(crate) fn stop(&self) {
        if let Some(reader) = locked(&self.inner.reader).take() {
            reader.abort();
        }
    }

    async fn run(self, app: Arc<App>) {
        let mut looking = JoinSet::new();
        loop {
            while let Some(taken) = self.waiting().take(now().millis()) {
                let (queues, app) = (self.clone(), Arc::clone(&app));
                looking.spawn(async move { queues.deal_with(&app, &taken).await });
            }
            let next = self.waiting().next();
            let wait = next.map(|at| Duration::from_millis(at.saturating_sub(now().millis())));
            tokio::select! {
                () = self.inner.changed.notified() => {}
                Some(_) = looking.join_next() => {}
                () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)), if wait.is_some() => {}
            }
        }
    }

    /// Looks at an order, and takes its messages away only then.
    async fn deal_with(&self, app: &App, taken: &[Message]) {
        let Some(Message { what, order, .. }) = taken.first().copied() else { return };
        let looked = look(app, what, order, now()).await;
        if let Err(error) = &looked {
            tracing::warn!(payment_id = %order, what = what.word(), %error, "an order is looked at again later");
            self.again(what, order).await;
        }
        for message in taken {
            if let Err(error) = self.inner.messages.delete(&id(message)).await {
                // It comes once more, after the next start; looking twice is harmless.
                tracing::warn!(payment_id = %order, %error, "a message stays in the local queue");
            }
        }
        self.waiting().done(what, order);
    }

    async fn again(&self, what: Due, order: PaymentId) {
        if self.put_one(what, order, PAUSE).await.is_err() {
            self.add(self.message(what, order, PAUSE));
        }
    }

    async fn put_one(&self, what: Due, order: PaymentId, after: Duration) -> Result<(), DocumentsError> {
        let message = self.message(what, order, after.min(DELAY_MAX));
        let Message { at, nth, .. } = message;
        let kept = Kept { what: what.word().to_owned(), order: order.to_string(), at, nth };
        self.inner.messages.put(&id(&message), &kept).await?;
        self.add(message);
        Ok(())
    }

    fn message(&self, what: Due, order: PaymentId, after: Duration) -> Message {
        let after = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        let at = now().millis().saturating_add(after);
        Message { at, what, order, nth: self.inner.count.fetch_add(1, Ordering::Relaxed) }
    }

    fn add(&self, message: Message) {
        self.waiting().add(message);
        self.inner.changed.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        locked(&self.inner.waiting)
    }
}

impl Queues for LocalQueues {
    fn put<'a>(&'a self, what: Due, orders: &'a [PaymentId], after: Duration) -> Pending<'a, ()> {
        Box::pin(async move {
            for order in orders {
                self.put_one(what, *order, after).await.map_err(|error| QueueError(error.to_string()))?;
            }
            Ok(())
        })
    }

    fn waiting(&self, what: Due) -> Pending<'_, u64> {
        Box::pin(async move { Ok(u64::try_from(locked(&self.inner.waiting).len(what)).unwrap_or(u64::MAX)) })
    }
}

fn id(message: &Message) -> String {
    format!("{}#{}#{}#{}", message.what.word(), message.order, message.at, message.nth)
}

/// What is behind these locks is whole at any moment, also where a holder panicked.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
