//! What lives as long as the container.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use payproof::notify::Loopback;
use payproof::payment::{Moment, ShopId};

use crate::circuits::Circuits;
use crate::hints::Hints;
use crate::limits::REFUSED_EVERY_MILLIS;
use crate::queue::{NoQueues, Queues};
use crate::send::Sender;
use crate::settings::Settings;
use crate::shops::Shops;
use crate::store::Store;

/// Everything that a handler is given beside the request and the moment.
#[derive(Debug)]
pub struct App {
    /// The tables.
    pub store: Store,
    /// The shops known so far.
    pub shops: Shops,
    /// The HTTP client for providers.
    pub sender: Sender,
    /// The HTTP client for shops' own servers.
    pub to_shops: Sender,
    /// Who is left alone for a while.
    pub circuits: Circuits,
    /// Sessions that unverified deliveries named lately.
    pub hints: Hints,
    /// Where orders are put that are to be looked at.
    pub queues: Arc<dyn Queues>,
    /// Address that customers and providers reach, without a slash at the end.
    pub public_url: String,
    noted_at: AtomicU64,
}

impl App {
    /// An app as the settings say. Nothing is read or connected yet.
    pub fn new(settings: &Settings) -> Self {
        Self::over(Store::new(settings), settings)
    }

    /// An app over this store.
    pub fn over(store: Store, settings: &Settings) -> Self {
        Self {
            store,
            shops: Shops::default(),
            sender: Sender::default(),
            to_shops: Sender::public_only(Loopback::Refused),
            circuits: Circuits::default(),
            hints: Hints::default(),
            queues: Arc::new(NoQueues),
            public_url: settings.public_url.clone(),
            noted_at: AtomicU64::new(0),
        }
    }

    /// With queues.
    #[must_use]
    pub fn with_queues(self, queues: Arc<dyn Queues>) -> Self {
        Self { queues, ..self }
    }

    /// Where a provider posts what becomes of a shop's payments.
    pub fn webhook_url(&self, shop: &ShopId, provider: &str) -> String {
        format!("{}/v1/webhooks/{shop}/{provider}", self.public_url)
    }

    /// Whether a refused delivery may be noted now: at most one a second from a container.
    pub fn may_note_refused(&self, now: Moment) -> bool {
        let last = self.noted_at.load(Ordering::Relaxed);
        let due = now.millis().saturating_sub(last) >= REFUSED_EVERY_MILLIS;
        due && self
            .noted_at
            .compare_exchange(last, now.millis(), Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}

/// The moment that a request came. Read once, at the top, and passed down; again only for a token's stamp (`send.rs`) and
/// for each order of `retell`.
pub fn now() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Moment::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
