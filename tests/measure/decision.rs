//! What a delivery costs before anything is stored: verified, read and decided, beside one HMAC-SHA256 of the same
//! bytes. One line of JSON: nanoseconds of each, the median of many batches, and the bytes of the body.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue};
use payproof::payment::{Fact, FactId, Moment, ShopId, Source, WriteMark, expect};
use payproof::provider::signature::hmac_sha256;
use payproof::provider::{Configured, Inbound, Reading, Verdict, listed};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// A checkout that was paid: the event that makes an order paid, with every field that Stripe sends.
const VECTOR: &str = "checkout_completed_paid";
const BATCHES: usize = 300;
const EACH: u32 = 200;

fn main() -> Result<(), Failure> {
    let all: Value = serde_json::from_str(include_str!("../../shared/core/vectors/stripe/deliveries.json"))?;
    let vector = all.as_array().and_then(|all| all.iter().find(|vector| vector["name"] == VECTOR));
    let vector = vector.ok_or("the vector is not there")?;
    let body = vector["body"].as_str().ok_or("no body")?.as_bytes();
    let now = Moment::from_seconds(vector["now"].as_u64().ok_or("no time")?);
    let mut headers = HeaderMap::new();
    for (name, value) in vector["headers"].as_object().into_iter().flatten() {
        let value = HeaderValue::from_str(value.as_str().ok_or("no header value")?)?;
        headers.append(HeaderName::from_bytes(name.as_bytes())?, value);
    }
    let secret = vector.pointer("/secrets/0").and_then(Value::as_str).ok_or("no secret")?;
    let config = json!({ "api_key": format!("sk_{}_none", "live"), "webhook_secrets": [secret] });
    let provider = listed("stripe").ok_or("no such provider")?.configure(&config)?;
    let inbound = Inbound { url: "", headers: &headers, body };
    let shop = ShopId::parse("demo")?;

    if !decide(provider.as_ref(), &shop, &inbound, now) {
        return Err("the delivery does not come to a decision".into());
    }
    let decision = median(|| decide(provider.as_ref(), &shop, black_box(&inbound), now));
    let hmac = median(|| hmac_sha256(secret.as_bytes(), &[black_box(body)]));
    let told = json!({ "body_bytes": body.len(), "decision_ns": decision, "hmac_ns": hmac });
    writeln!(std::io::stdout(), "{told}")?;
    Ok(())
}

/// The webhook's common case up to the store, as the flow does it.
fn decide(provider: &dyn Configured, shop: &ShopId, inbound: &Inbound<'_>, now: Moment) -> bool {
    let Verdict::Verified(verified) = provider.verify(inbound, now) else { return false };
    let Ok(events) = provider.read(&verified) else { return false };
    let [event] = events.as_slice() else { return false };
    let (Some(id), [Reading::Told(told)]) = (&event.id, event.readings.as_slice()) else { return false };
    let facts: Vec<Fact> = told
        .reports
        .iter()
        .enumerate()
        .map(|(nth, report)| Fact {
            id: FactId::of_event(provider.id(), id, nth),
            attempt: told.session.attempt,
            source: Source::Webhook,
            said: report.clone(),
            at: now,
            write: WriteMark([7; 6]),
        })
        .collect();
    black_box(expect(shop, provider.id(), &facts)).is_some()
}

/// Nanoseconds of one call.
fn median<T>(call: impl Fn() -> T) -> u64 {
    let batch = || {
        let began = Instant::now();
        for _ in 0..EACH {
            black_box(call());
        }
        u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX) / u64::from(EACH)
    };
    let mut batches: Vec<u64> = (0..BATCHES).map(|_| batch()).collect();
    batches.sort_unstable();
    batches.get(BATCHES / 2).copied().unwrap_or_default()
}
