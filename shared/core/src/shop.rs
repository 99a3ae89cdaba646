//! A shop's configuration: one JSON document, typed, checked when it is loaded, with secrets that never print.

mod key;
mod once;
mod put;
mod return_url;

use std::collections::{BTreeMap, BTreeSet};

pub use self::key::{ApiKey, KeyHash, KeyKind};
use self::key::{Keys, hashed};
use self::once::Once;
pub use self::put::to_store;
use self::return_url::return_url;
pub use self::return_url::{RETURN_URL_BYTES_MAX, UrlPrefix};
use crate::payment::{Moment, News, ShopId, Told};
use crate::provider::signature::{SECRETS_MAX, standard_webhooks::Key};
use crate::provider::{Configured, listed};
use crate::routing::RoutingRule;
use crate::secret::Secret;

/// Seconds that a session is open where the shop says nothing.
pub const SESSION_TTL_SECONDS_DEFAULT: u64 = 1_800;
/// The shortest and the longest time a session can be open, in seconds.
pub const SESSION_TTL_SECONDS: std::ops::RangeInclusive<u64> = 60..=604_800;
/// List partitions a shop's orders can be spread over.
const LIST_SHARDS_MAX: u8 = 16;

/// A shop, ready to be served.
#[derive(Debug)]
pub struct Shop {
    /// Its id.
    pub id: ShopId,
    /// What its customers call it.
    pub name: String,
    /// Who may ask.
    pub keys: Vec<KeyHash>,
    /// Where customers may be sent on to.
    pub return_url_prefixes: Vec<UrlPrefix>,
    /// Where the shop is told, and how that is signed.
    pub notify: Option<Notify>,
    /// Seconds that a session is open unless the request says otherwise.
    pub session_ttl_seconds: u64,
    /// Over how many partitions its order list is spread. It is never lowered.
    pub list_shards: u8,
    /// Its providers, ready.
    pub providers: BTreeMap<String, Box<dyn Configured>>,
    /// Which of them an order goes to.
    pub routing: Vec<RoutingRule>,
}

/// Where a shop is told what changed.
#[derive(Clone, Debug)]
pub struct Notify {
    /// Its address.
    pub url: String,
    /// The Standard Webhooks keys that each notification is signed with; several while the shop changes from one to
    /// another.
    pub keys: Vec<Key>,
    /// The types that the shop wants; all where it names none.
    pub events: Option<BTreeSet<News>>,
    /// What changed before is not told: the shop learned it in another way, or long ago.
    pub since: Moment,
}

impl Notify {
    /// Whether the shop wants to be told this.
    pub fn wants(&self, told: &Told) -> bool {
        told.at >= self.since && self.wants_type(told.kind)
    }

    /// Whether the shop wants notifications of this type.
    pub fn wants_type(&self, news: News) -> bool {
        self.events.as_ref().is_none_or(|events| events.contains(&news))
    }
}

impl Shop {
    /// Reads a configuration, as it is written or as it is stored (keys as hashes).
    ///
    /// # Errors
    /// [`ShopError`] with the path of what is wrong and what to do.
    pub fn parse(document: &[u8]) -> Result<Self, ShopError> {
        let mut deserializer = serde_json::Deserializer::from_slice(document);
        let document: Document = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            let words = error.into_inner().to_string();
            // Where a value is of a wrong type serde quotes it, and it could be a secret.
            let shown = !words.contains("invalid type") && !words.contains("invalid value");
            ShopError::at(&path, if shown { &words } else { "a value of another type is expected here" })
        })?;
        deserializer.end().map_err(|_| ShopError::at("", "more text follows the document"))?;
        document.check()
    }

    /// Whether `key` is one of this shop's. Each configured key is compared, in constant time.
    pub fn accepts(&self, key: &ApiKey) -> bool {
        self.id == key.shop && key.is_among(&self.keys)
    }

    /// Whether customers may be sent to this address.
    pub fn allows_return_to(&self, url: &str) -> bool {
        let Some(url) = return_url(url) else { return false };
        self.return_url_prefixes.iter().any(|prefix| prefix.covers(&url))
    }
}

/// The document with its keys replaced by their hashes: what is stored.
///
/// # Errors
/// [`ShopError`] where the document is not a configuration.
pub fn with_hashed_keys(document: &[u8]) -> Result<(ShopId, String), ShopError> {
    let shop = Shop::parse(document)?;
    let mut value: serde_json::Value =
        serde_json::from_slice(document).map_err(|_| ShopError::at("", "not a JSON document"))?;
    if let Some(kinds) = value.get_mut("api_keys").and_then(serde_json::Value::as_object_mut) {
        for key in kinds.values_mut().filter_map(serde_json::Value::as_array_mut).flatten() {
            if let Some(hashed) = key.as_str().and_then(hashed) {
                *key = serde_json::Value::String(hashed);
            }
        }
    }
    Ok((shop.id, value.to_string()))
}

/// What is wrong with a shop's configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct ShopError {
    /// Where: `providers.stripe.webhook_secrets[0]`.
    pub path: String,
    /// What is wrong and what to do. It holds no secret.
    pub problem: String,
}

impl ShopError {
    fn at(path: &str, problem: &str) -> Self {
        let path = if path.is_empty() || path == "." { "the document" } else { path };
        Self { path: path.to_owned(), problem: problem.to_owned() }
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    id: String,
    name: String,
    api_keys: Keys,
    return_url_prefixes: Vec<String>,
    notify: Option<NotifyKeys>,
    session_ttl_seconds: Option<u64>,
    list_shards: Option<u8>,
    providers: Once,
    #[serde(default)]
    routing: Vec<RoutingRule>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NotifyKeys {
    url: String,
    secrets: Vec<Secret>,
    events: Option<Vec<String>>,
    since: Option<String>,
}

impl Document {
    fn check(self) -> Result<Shop, ShopError> {
        let id = ShopId::parse(&self.id).map_err(|error| ShopError::at("id", &error.to_string()))?;
        if self.name.trim().is_empty() || self.name.len() > 200 {
            return Err(ShopError::at("name", "1 to 200 bytes that customers read"));
        }
        let keys = self.api_keys.check(&id)?;
        let mut return_url_prefixes = Vec::new();
        for (index, prefix) in self.return_url_prefixes.iter().enumerate() {
            let problem = "an http or https address that ends with a slash, without user, query and fragment";
            let prefix = UrlPrefix::parse(prefix)
                .ok_or_else(|| ShopError::at(&format!("return_url_prefixes[{index}]"), problem))?;
            return_url_prefixes.push(prefix);
        }
        let session_ttl_seconds = self.session_ttl_seconds.unwrap_or(SESSION_TTL_SECONDS_DEFAULT);
        if !SESSION_TTL_SECONDS.contains(&session_ttl_seconds) {
            let (least, most) = (SESSION_TTL_SECONDS.start(), SESSION_TTL_SECONDS.end());
            return Err(ShopError::at("session_ttl_seconds", &format!("{least} to {most} seconds")));
        }
        let list_shards = self.list_shards.unwrap_or(1);
        if !(1..=LIST_SHARDS_MAX).contains(&list_shards) {
            return Err(ShopError::at("list_shards", &format!("1 to {LIST_SHARDS_MAX}")));
        }
        let mut providers = BTreeMap::new();
        for (name, config) in &self.providers.0 {
            let path = format!("providers.{name}");
            let provider =
                listed(name).ok_or_else(|| ShopError::at(&path, "no provider of this name is known"))?;
            let configured = provider
                .configure_as(name, config)
                .map_err(|error| ShopError::at(&format!("{path}.{}", error.path), &error.problem))?;
            providers.insert(name.clone(), configured);
        }
        for (index, rule) in self.routing.iter().enumerate() {
            rule.check().map_err(|error| {
                ShopError::at(&format!("routing[{index}].{}", error.path), &error.problem)
            })?;
            if let Some(name) = rule.providers.iter().find(|name| !providers.contains_key(*name)) {
                let problem = format!("names {name}, which is not among the providers");
                return Err(ShopError::at(&format!("routing[{index}].use"), &problem));
            }
        }
        let notify = self.notify.map(NotifyKeys::check).transpose()?;
        Ok(Shop {
            id,
            name: self.name,
            keys,
            return_url_prefixes,
            notify,
            session_ttl_seconds,
            list_shards,
            providers,
            routing: self.routing,
        })
    }
}

impl NotifyKeys {
    fn check(self) -> Result<Notify, ShopError> {
        if return_url(&self.url).is_none() {
            return Err(ShopError::at("notify.url", "an http or https address without user"));
        }
        if self.secrets.is_empty() {
            return Err(ShopError::at(
                "notify.secrets",
                "at least one, or the shop could believe nothing it is told",
            ));
        }
        if self.secrets.len() > SECRETS_MAX {
            let problem = format!("at most {SECRETS_MAX}: a receiver looks at only so many signatures");
            return Err(ShopError::at("notify.secrets", &problem));
        }
        let mut keys = Vec::new();
        for (index, secret) in self.secrets.iter().enumerate() {
            let problem = "whsec_ and base64 of 24 to 75 random bytes";
            let key = Key::parse(secret)
                .ok_or_else(|| ShopError::at(&format!("notify.secrets[{index}]"), problem))?;
            keys.push(key);
        }
        let events = self.events.map(|names| wanted(&names)).transpose()?;
        let problem = "a moment as RFC 3339 writes it, such as 2026-11-24T00:00:00Z";
        let since = self.since.map_or(Some(Moment::default()), |text| Moment::parse_rfc3339(&text));
        let since = since.ok_or_else(|| ShopError::at("notify.since", problem))?;
        Ok(Notify { url: self.url, keys, events, since })
    }
}

/// The types that a shop names. A name that is none would be waited for in vain.
fn wanted(names: &[String]) -> Result<BTreeSet<News>, ShopError> {
    if names.is_empty() {
        return Err(ShopError::at("notify.events", "at least one; leave it out to be told everything"));
    }
    let mut events = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        let known = News::ALL.map(News::word).join(", ");
        let news = News::parse(name)
            .ok_or_else(|| ShopError::at(&format!("notify.events[{index}]"), &format!("one of {known}")))?;
        events.insert(news);
    }
    Ok(events)
}

#[cfg(test)]
mod tests;
