//! The queues and the clockwork: messages that come at least once, the table's stream, and the sweep of each minute.

use std::sync::{Arc, Weak};
use std::time::Duration;

use payproof::payment::PaymentId;
use payproof_edge::queue::{Pending, QueueError, Queues};
use payproof_edge::store::Due;

use crate::fate::{Callee, Fate, Lost};
use crate::world::World;

/// How often the sweep runs.
const MINUTE: Duration = Duration::from_secs(60);
/// After how long a message is given out again where its reader failed, in milliseconds.
const GIVEN_AGAIN_MILLIS: u64 = 30_000;

/// The queues of a world.
pub struct SimulatedQueues(pub Weak<World>);

impl std::fmt::Debug for SimulatedQueues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SimulatedQueues")
    }
}

impl Queues for SimulatedQueues {
    fn put<'a>(&'a self, what: Due, orders: &'a [PaymentId], after: Duration) -> Pending<'a, ()> {
        let gone = || QueueError("the world is gone".to_owned());
        Box::pin(async move {
            let world = self.0.upgrade().ok_or_else(gone)?;
            let name = format!("queue {}", what.word());
            let fate = world.before(Callee::Store, &name).await;
            if matches!(fate, Fate::Lost(Lost::Before) | Fate::Breaks(Lost::Before) | Fate::Refuses) {
                return Err(QueueError("the queue is not reached".to_owned()));
            }
            for order in orders {
                world.put(what, *order, after);
            }
            world.after(&name, orders.len(), fate).await;
            match fate {
                Fate::Lost(_) | Fate::Breaks(_) | Fate::Late(_) => {
                    Err(QueueError("the queue's answer is lost".to_owned()))
                }
                _ => Ok(()),
            }
        })
    }

    fn waiting(&self, _: Due) -> Pending<'_, u64> {
        Box::pin(async { Ok(0) })
    }
}

impl World {
    /// A message is on its queue: it is given to a reader until one has dealt with it, now and then to two.
    pub fn put(self: &Arc<Self>, what: Due, order: PaymentId, after: Duration) {
        let copies = 1 + usize::from(self.fault("message given twice", |weather| weather.twice / 4));
        for _ in 0..copies {
            let world = Arc::clone(self);
            self.spawn(async move {
                tokio::time::sleep(after).await;
                world.pause(1, 400).await;
                while !world.look(what, order).await {
                    world.pause(GIVEN_AGAIN_MILLIS, 3 * GIVEN_AGAIN_MILLIS).await;
                }
            });
        }
    }

    /// Whether a reader dealt with it.
    async fn look(self: &Arc<Self>, what: Due, order: PaymentId) -> bool {
        let now = self.now();
        let done = self.process(what.word(), async |app| match what {
            Due::Reconcile => Box::pin(reconcile::handle(&app, order, now)).await,
            Due::NotifyShop => Box::pin(notify_shop::handle(&app, order, now)).await,
        });
        match done.await {
            Some(Ok(())) => true,
            Some(Err(error)) => {
                self.note(format_args!("{}: {error}", what.word()));
                false
            }
            None => false,
        }
    }

    /// The table's stream saw an order with something to tell. The stream may be slow, say it twice, or be dropped.
    pub fn streamed(self: &Arc<Self>, order: PaymentId) {
        if self.fault("stream dropped", |weather| weather.lost / 2) {
            return;
        }
        self.put(Due::NotifyShop, order, Duration::ZERO);
    }

    /// Runs the sweep each minute in which a timer came due, until everything else is over. A run that fails is the next
    /// one's business.
    pub async fn clockwork(self: Arc<Self>) {
        loop {
            tokio::time::sleep(MINUTE).await;
            if self.is_at_rest() {
                return;
            }
            if self.timer_is_due() && !self.fault("sweep late", |weather| weather.late / 2) {
                self.sweep().await;
            }
        }
    }

    /// One run of the sweep.
    pub async fn sweep(self: &Arc<Self>) {
        let (due, now) = (self.take_due_timers(), self.now());
        let ran = self.process("sweep", async |app| sweep::handle(&app, now).await).await;
        if !matches!(ran, Some(Ok(()))) {
            self.timers_again(due);
        }
    }
}
