//! What verifying and reading a delivery costs, for each provider, beside the bare MAC of the same bytes:
//! `cargo bench -p payproof --bench deliveries`, and `-- adyen` for one of them.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a measurement that panics fails"
)]

use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue};
use payproof::payment::Moment;
use payproof::provider::signature::{HmacSha256, HmacSha512, mac};
use payproof::provider::{Configured, Inbound, Verdict, listed};
use serde_json::{Value, json};

/// Calls in a batch, and batches: the median of them is told.
const EACH: u32 = 2_000;
const BATCHES: usize = 31;
/// At most so many times the bare MAC.
const RATIO_MAX: f64 = 4.0;

/// A key of 32 bytes with its public half, as Coinbase hands them out.
const ED25519: &str =
    "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";

/// A provider, its account without secrets, and whether its MAC is SHA-512.
fn accounts() -> Vec<(&'static str, Value, bool)> {
    let base = "https://api.example";
    vec![
        ("stripe", json!({ "api_key": "sk_live_x" }), false),
        ("adyen", json!({ "api_key": "x", "api_base": base }), false),
        ("mollie", json!({ "api_key": "live_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM" }), false),
        ("checkout_com", json!({ "api_key": "sk_k3x7q2m9v4p8t6w1z5r0y8h2jd7", "api_base": base }), false),
        ("gocardless", json!({ "api_key": "live_x" }), false),
        ("razorpay", json!({ "key_id": "rzp_live_Q8vN3mXc7LbT2y", "key_secret": "x" }), false),
        ("square", json!({ "api_key": "x", "location_id": "L88917AVBK2S5" }), false),
        ("paystack", json!({ "api_key": "sk_live_51c2e7d0f0b9a4c8e3" }), true),
        ("paddle", json!({ "api_key": "pdl_live_apikey_01gtgztp8f4kek3yd4g1wrksa3_q6TGTJyvoIz7" }), false),
        (
            "btcpay",
            json!({ "api_base": base, "api_key": "x", "store_id": "9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776" }),
            false,
        ),
        ("nowpayments", json!({ "api_key": "x" }), true),
        ("coinbase_business", json!({ "api_key_id": "x", "api_key_secret": ED25519 }), false),
    ]
}

/// A delivery that tells of a payment.
struct Delivery {
    headers: HeaderMap,
    url: String,
    body: String,
    now: Moment,
    configured: Box<dyn Configured>,
    secret: String,
}

/// The first good delivery of a provider's vectors that says that money came, or, where events say no more than that
/// something happened, the first good one.
fn delivery(name: &str, account: &Value) -> Delivery {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let vectors: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let good = || vectors.iter().filter(|vector| vector["expect"] == "ok");
    let pays = |vector: &&Value| {
        vector["reads"].as_array().is_some_and(|reads| reads.iter().any(|read| read["fact"] == "paid"))
    };
    let vector = good().find(pays).or_else(|| good().next()).expect("a good delivery");
    let mut account = account.clone();
    account["webhook_secrets"] = vector["secrets"].clone();
    if let Some(merchant) = vector.get("merchant_account") {
        account["merchant_account"] = merchant.clone();
    }
    let header = |(name, value): (&String, &Value)| {
        let value = HeaderValue::from_str(value.as_str().unwrap()).unwrap();
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), value)
    };
    Delivery {
        headers: vector["headers"].as_object().unwrap().iter().map(header).collect(),
        url: vector["url"].as_str().unwrap_or("https://pay.example/v1/webhooks/demo/it").to_owned(),
        body: vector["body"].as_str().unwrap().to_owned(),
        now: Moment::from_seconds(vector["now"].as_u64().unwrap()),
        configured: listed(name).unwrap().configure(&account).expect("an account"),
        secret: vector["secrets"][0].as_str().unwrap().to_owned(),
    }
}

/// Verifies and reads; how many readings came of it.
fn taken(delivery: &Delivery) -> usize {
    let inbound = Inbound { url: &delivery.url, headers: &delivery.headers, body: delivery.body.as_bytes() };
    match delivery.configured.verify(&inbound, delivery.now) {
        Verdict::Verified(verified) => delivery
            .configured
            .read(&verified)
            .expect("it is read")
            .iter()
            .map(|event| event.readings.len())
            .sum(),
        _ => panic!("{} is not verified", delivery.configured.name()),
    }
}

/// Nanoseconds of one call.
fn median<T>(call: impl Fn() -> T) -> f64 {
    let mut batches: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let began = Instant::now();
            for _ in 0..EACH {
                black_box(call());
            }
            began.elapsed().as_secs_f64() * 1e9 / f64::from(EACH)
        })
        .collect();
    batches.sort_by(f64::total_cmp);
    batches[BATCHES / 2]
}

fn main() {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "| provider | bytes | verify and read | bare MAC | ratio |\n| --- | --- | --- | --- | --- |"
    )
    .unwrap();
    let mut over = Vec::new();
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, account, long) in accounts() {
        if !wanted.is_empty() && !wanted.iter().any(|wanted| wanted == name) {
            continue;
        }
        let delivery = delivery(name, &account);
        assert!(taken(&delivery) > 0, "{name}: nothing was read");
        let (key, body) = (delivery.secret.as_bytes(), delivery.body.as_bytes());
        let ours = median(|| taken(black_box(&delivery)));
        let bare = median(|| {
            if long {
                mac::<HmacSha512>(key, &[black_box(body)])
            } else {
                mac::<HmacSha256>(key, &[black_box(body)])
            }
        });
        let ratio = ours / bare;
        writeln!(
            out,
            "| `{name}` | {} | {:.2} µs | {:.2} µs | {ratio:.2} |",
            body.len(),
            ours / 1e3,
            bare / 1e3
        )
        .unwrap();
        if ratio > RATIO_MAX {
            over.push(name);
        }
    }
    writeln!(
        out,
        "\nMore than {RATIO_MAX} times: {}.",
        if over.is_empty() { "none".to_owned() } else { over.join(", ") }
    )
    .unwrap();
}
