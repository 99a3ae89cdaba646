//! By when something must be over that may ask providers.

use std::time::Duration;

use tokio::time::Instant;

/// By when all the asking of one piece of work must be over.
#[derive(Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Deadline {
    /// So long from now on.
    pub(super) fn after(limit: Duration) -> Self {
        Self(Instant::now() + limit)
    }

    /// What is left; nothing once it is over.
    pub(super) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}
