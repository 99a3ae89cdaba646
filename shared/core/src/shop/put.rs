//! What is stored of a configuration when it is put in place of another.

use serde_json::Value;

use super::{ShopError, with_hashed_keys};
use crate::payment::{Moment, ShopId};

/// The document as it is stored: its keys as hashes, and, where the shop is told something from now on and was not by
/// its configuration until now, since when. Without that the next change of an old order would have everything told
/// that happened to it, and a shop could send goods a second time.
///
/// A document that says `notify.since` itself is taken at its word; one that does not keeps what was stored.
///
/// # Errors
/// [`ShopError`] where the document is not a configuration.
pub fn to_store(document: &[u8], stored: Option<&str>, now: Moment) -> Result<(ShopId, String), ShopError> {
    let (id, hashed) = with_hashed_keys(document)?;
    let Some(known) = stored.and_then(|stored| serde_json::from_str::<Value>(stored).ok()) else {
        // A new shop has no orders yet.
        return Ok((id, hashed));
    };
    let mut value: Value =
        serde_json::from_str(&hashed).map_err(|_| ShopError::at("", "not a JSON document"))?;
    if let Some(notify) = value.get_mut("notify").and_then(Value::as_object_mut) {
        let before = known.get("notify").filter(|before| !before.is_null());
        let since = match before {
            Some(before) => before.get("since").cloned(),
            None => Some(Value::String(now.to_string())),
        };
        if let (Some(since), false) = (since, notify.get("since").is_some_and(|said| !said.is_null())) {
            notify.insert("since".to_owned(), since);
        }
    }
    Ok((id, value.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Moment = Moment::from_seconds(1_795_539_242);

    fn document(notify: Value) -> String {
        let mut document = json!({
            "id": "demo", "name": "Demo",
            "api_keys": { "secret": [format!("sk_demo_{}", "a".repeat(43))] },
            "return_url_prefixes": [], "providers": {},
        });
        if !notify.is_null() {
            document["notify"] = notify;
        }
        document.to_string()
    }

    fn notify(since: Value) -> Value {
        let mut notify = json!({
            "url": "https://shop.example/notify", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        });
        if !since.is_null() {
            notify["since"] = since;
        }
        notify
    }

    /// What is stored as `since` where `new` is put in place of `old`.
    fn since(old: Option<Value>, new: Value) -> Value {
        let old = old.map(|notify| to_store(document(notify).as_bytes(), None, NOW).unwrap().1);
        let (_, stored) = to_store(document(new).as_bytes(), old.as_deref(), NOW).unwrap();
        assert!(!stored.contains("sk_demo_"), "keys are hashed");
        super::super::Shop::parse(stored.as_bytes()).expect("what is stored can be loaded");
        serde_json::from_str::<Value>(&stored).unwrap()["notify"]["since"].clone()
    }

    #[test]
    fn a_shop_is_told_what_happens_from_the_moment_that_it_names_an_address() {
        let (none, early) = (Value::Null, json!("2026-01-01T00:00:00.000Z"));
        assert_eq!(since(None, notify(Value::Null)), none, "a new shop has no orders");
        assert_eq!(since(Some(Value::Null), notify(Value::Null)), json!(NOW.to_string()));
        assert_eq!(since(Some(Value::Null), notify(early.clone())), early, "it says so itself");
        assert_eq!(since(Some(notify(Value::Null)), notify(Value::Null)), none);
        assert_eq!(since(Some(notify(early.clone())), notify(Value::Null)), early, "what was stored stays");
        assert_eq!(since(Some(notify(early)), Value::Null), none);
    }
}
