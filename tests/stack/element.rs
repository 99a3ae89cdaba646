//! The status element on a shop's own page, which lies on another origin and allows nobody but payproof, in Chromium.

use std::path::{Path, PathBuf};

use payproof_local::{Data, Options, Stack};
use serde_json::{Value, json};

/// Bytes that the script may have on the wire.
const GZIPPED_BYTES_MAX: u64 = 4096;

#[tokio::test(flavor = "multi_thread")]
async fn a_shops_own_page_says_what_is_true_and_changes_by_itself() {
    let addr = "127.0.0.1:0".parse().expect("an address");
    let options = Options { addr, data: Data::Memory, public_url: None, shops: Vec::new() };
    let stack = Stack::start(options).await.expect("the stack starts");
    let key = stack.demo.as_ref().expect("the demo shop").secret_key.reveal().to_owned();
    let suite = std::env::var_os("PAYPROOF_SUITE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/suite"), PathBuf::from);
    let browser = tokio::process::Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("stack/element.mjs"))
        .args([&stack.url, &key])
        .env("PAYPROOF_SUITE", suite)
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(std::time::Duration::from_secs(120), browser).await;
    let output = output.expect("within two minutes").expect("node starts: run .ci/setup");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let saw: Value = serde_json::from_slice(&output.stdout).expect("what was seen");

    assert!(saw["gzipped"].as_u64().is_some_and(|bytes| bytes <= GZIPPED_BYTES_MAX), "{saw}");
    assert_eq!(saw["message"], json!({ "role": "status", "live": "polite" }));
    // Nobody was sent to the checkout when the page first asked.
    assert_eq!((&saw["before"], &saw["after"]), (&json!("created"), &json!("paid")), "{saw}");
    let seen = saw["seen"].as_array().expect("events");
    assert_eq!(seen.first(), Some(&json!(["status", "created"])), "{saw}");
    assert_eq!(seen.last(), Some(&json!(["final", "paid"])), "{saw}");
    assert_eq!(saw["fallback_shown_after"], false, "what is true stands there instead");
    assert_eq!(saw["problems"], json!([]));
    // A secret that is none says nothing of a payment, and what the shop wrote stays.
    assert_eq!(saw["wrong"], json!({ "text": "See your order", "status": null }));
    assert_eq!(saw["without"], "See your order", "without JavaScript");
    stack.stop().await;
}
