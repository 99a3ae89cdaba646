//! A provider that is down: the shop has an account there, and nobody listens at its address. Orders from one country
//! go there first, so that one can see how the next provider takes its place.

use payproof::provider::signature::hmac_sha256;
use payproof::secret::Secret;
use serde_json::{Value, json};

/// As the shop's configuration names it.
pub(super) const NAME: &str = "generic:offline";
/// Whose orders go there first: Antarctica's, so that no other order does by chance.
pub(super) const COUNTRY: &str = "AQ";
/// Who takes its place.
pub(super) const NEXT: &str = "stripe";
/// Nobody listens there: the port is set aside for a service that is hardly ever run (RFC 863).
const ADDRESS: &str = "http://127.0.0.1:9/checkouts";

/// The shop's account there. Its secret is made of `seed`: a provider without one is refused.
pub(super) fn account(seed: &Secret) -> Value {
    let secret = hmac_sha256(seed.reveal().as_bytes(), &[NAME.as_bytes()]);
    json!({
        "signature": { "algorithm": "standard_webhooks" },
        "webhook_secrets": [format!("whsec_{}", data_encoding::BASE64.encode(&secret))],
        "event": {
            "type": "/type", "time": "/timestamp", "reference": "/data/reference",
            "payment_id": "/data/payment_id", "amount": "/data/amount", "currency": "/data/currency",
            "words": { "payment.paid": "paid", "payment.failed": "failed" },
        },
        "checkout": {
            "url": ADDRESS, "idempotency_header": "Idempotency-Key", "id": "/id", "page": "/url",
            "body": {
                "reference": "{session}", "amount": "{amount_minor:number}", "currency": "{currency}",
                "return_url": "{return_url}",
            },
        },
        "methods": ["card"],
    })
}
