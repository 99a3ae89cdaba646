//! Time that a test lets pass: the sweep each minute, and whoever reads its queues, at moments of the test's own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use payproof::payment::{Moment, PaymentId};
use payproof_edge::app::App;
use payproof_edge::queue::{Pending, QueueError, Queues};
use payproof_edge::settings::Settings;
use payproof_edge::store::Due;

/// Queues that keep what is put on them.
#[derive(Debug, Default)]
pub struct Kept {
    messages: Mutex<Vec<(Due, PaymentId)>>,
    /// How many orders each queue says that it holds.
    pub waiting: Mutex<u64>,
    /// How many more messages are taken; none for any number.
    pub room: Mutex<Option<usize>>,
}

impl Kept {
    /// What was put on this queue since the last time.
    pub fn taken(&self, what: Due) -> Vec<PaymentId> {
        let mut messages = self.messages.lock().expect("no panic");
        let (taken, left) = messages.drain(..).partition(|(of, _)| *of == what);
        *messages = left;
        let taken: Vec<(Due, PaymentId)> = taken;
        taken.into_iter().map(|(_, id)| id).collect()
    }
}

impl Queues for Kept {
    fn put<'a>(&'a self, what: Due, orders: &'a [PaymentId], _: Duration) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut room = self.room.lock().expect("no panic");
            if let Some(room) = room.as_mut() {
                *room = room.checked_sub(1).ok_or_else(|| QueueError("it is away".to_owned()))?;
            }
            self.messages.lock().expect("no panic").extend(orders.iter().map(|order| (what, *order)));
            Ok(())
        })
    }

    fn waiting(&self, _: Due) -> Pending<'_, u64> {
        Box::pin(async { Ok(*self.waiting.lock().expect("no panic")) })
    }
}

/// The functions that a schedule and a queue call, on a stack's store.
pub struct Clockwork {
    pub app: App,
    pub queues: Arc<Kept>,
}

impl Clockwork {
    pub fn new(settings: &Settings) -> Self {
        let queues = Arc::new(Kept::default());
        Self { app: App::new(settings).with_queues(Arc::clone(&queues) as Arc<dyn Queues>), queues }
    }

    /// One minute's work: what is due is handed on, and looked at. Gives the orders that were looked at.
    pub async fn tick(&self, now: Moment) -> Vec<PaymentId> {
        sweep::handle(&self.app, now).await.expect("the sweep ends well");
        let due = self.queues.taken(Due::Reconcile);
        for order in &due {
            reconcile::handle(&self.app, *order, now).await.expect("the look ends well");
        }
        due
    }

    /// Lets so many minutes pass after `from`, and gives the moment then. Minutes in which no timer comes due, and so
    /// nothing happens, are passed over.
    pub async fn passes(&self, from: Moment, minutes: u64) -> Moment {
        let until = from.plus_seconds(60 * minutes);
        let (mut minute, mut handed) = (0, Moment::default());
        while minute < minutes {
            let next = self.timers().await.into_iter().filter(|at| *at > handed).min();
            let Some(next) = next.filter(|next| *next <= until) else { break };
            minute = next.millis_since(from).div_ceil(60_000).max(minute + 1);
            handed = from.plus_seconds(60 * minute);
            self.tick(handed).await;
        }
        until
    }

    /// The moments of all timers that were ever set.
    async fn timers(&self) -> Vec<Moment> {
        let store = &self.app.store;
        let scan = store.client().scan().table_name(store.payments_table()).consistent_read(true);
        let items = scan.send().await.expect("a scan").items.unwrap_or_default();
        let keys = items.iter().filter(|item| item["pk"].as_s().is_ok_and(|pk| pk.starts_with("due#")));
        let millis = keys.filter_map(|item| item["sk"].as_s().ok()?.get(..13)?.parse().ok());
        millis.map(Moment::from_millis).collect()
    }
}
