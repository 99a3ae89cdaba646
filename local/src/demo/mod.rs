//! A small shop that does what a shop should.

mod keys;

pub use keys::Keys;

/// The demo shop's server.
#[derive(Debug, Clone)]
pub struct Shop {
    _keys: Keys,
    _url: String,
}

impl Shop {
    pub(crate) fn new(keys: Keys, url: &str) -> Self {
        Self { _keys: keys, _url: url.to_owned() }
    }
}

pub(crate) fn router<S: Clone + Send + Sync + 'static>(_shop: Shop) -> axum::Router<S> {
    axum::Router::new()
}
