//! What lives as long as the container.

use std::sync::atomic::{AtomicU64, Ordering};

use payproof::payment::Moment;

use crate::limits::REFUSED_EVERY_MILLIS;
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
    /// The HTTP client.
    pub sender: Sender,
    /// Address that customers and providers reach, without a slash at the end.
    pub public_url: String,
    noted_at: AtomicU64,
}

impl App {
    /// An app as the settings say. Nothing is read or connected yet.
    pub fn new(settings: &Settings) -> Self {
        Self {
            store: Store::new(settings),
            shops: Shops::default(),
            sender: Sender::default(),
            public_url: settings.public_url.clone(),
            noted_at: AtomicU64::new(0),
        }
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

/// The moment that a request came. Read once, at the top, and passed down.
pub fn now() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Moment::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
