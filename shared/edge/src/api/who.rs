//! Who calls: an API key names its shop, so one look-up finds it; it is compared in constant time.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use payproof::shop::{ApiKey, KeyKind, Shop};

use super::{Call, Code, Problem};
use crate::app::App;
use crate::shops::Freshness;

/// A shop, and by which kind of key it was named.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The shop.
    pub shop: Arc<Shop>,
    /// The kind of its key.
    pub kind: KeyKind,
}

/// What stands in `Authorization: Bearer`.
pub fn bearer(call: &Call) -> Option<&str> {
    let text = call.header(AUTHORIZATION.as_str())?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// The shop whose key this is.
///
/// # Errors
/// `invalid_api_key`, `key_not_allowed` for a right key of another kind, `unavailable` where the shop cannot be read.
pub async fn shop(app: &App, call: &Call, allowed: &[KeyKind]) -> Result<Caller, Problem> {
    let wrong = || Problem::new(Code::InvalidApiKey);
    let key = bearer(call).and_then(ApiKey::parse).ok_or_else(wrong)?;
    let mut found = app.shops.get(&app.store, &key.shop, Freshness::Usual, call.now).await?;
    if !found.as_ref().is_some_and(|shop| shop.accepts(&key)) {
        // It may be a new key of a shop that was read before it was made.
        found = app.shops.get(&app.store, &key.shop, Freshness::Doubted, call.now).await?;
    }
    let shop = found.filter(|shop| shop.accepts(&key)).ok_or_else(wrong)?;
    if !allowed.contains(&key.kind) {
        return Err(Problem::new(Code::KeyNotAllowed));
    }
    Ok(Caller { shop, kind: key.kind })
}
