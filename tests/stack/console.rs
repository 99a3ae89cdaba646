//! The merchant's console in Debian's Chromium: a wrong key told so, what each key is offered, a part refunded, hostile
//! texts that stay texts; and money of another amount that comes while somebody looks, approved by keyboard.

use std::path::{Path, PathBuf};

use payproof_local::{Data, Options, Stack};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_reads_what_happened_and_refunds_a_part() {
    let options = Options {
        addr: "127.0.0.1:0".parse().expect("an address"),
        data: Data::Memory,
        public_url: None,
        shops: Vec::new(),
    };
    let stack = Stack::start(options).await.expect("the stack starts");
    let keys = stack.demo.as_ref().expect("the demo shop");
    let suite = std::env::var_os("PAYPROOF_SUITE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/suite"), PathBuf::from);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("stack/console.mjs");
    let browser = tokio::process::Command::new("node")
        .arg(script)
        .arg(&stack.url)
        .env("PAYPROOF_SUITE", suite)
        .env("SECRET_KEY", keys.secret_key.reveal())
        .env("READ_KEY", keys.read_key.reveal())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(std::time::Duration::from_secs(180), browser).await;
    let output = output.expect("within three minutes").expect("node starts: run .ci/setup");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).expect("what was seen");

    assert!(seen["wrong"].as_str().expect("words").contains("This key is wrong"), "{seen}");
    assert!(seen["publishable"].as_str().expect("words").contains("publishable key"), "{seen}");
    assert_eq!(seen["listed"], json!(["hostile", "1042"]), "newest first: {seen}");
    assert_eq!(seen["by_session"], "Order 1042", "{seen}");
    assert!(seen["nothing"].as_str().expect("words").contains("Nothing of this shop"), "{seen}");
    let story = seen["story"].as_str().expect("the story");
    assert!(story.contains("A signed webhook of sandbox says: 49.99 EUR were paid."), "{story}");
    assert!(seen["too_much"].as_str().expect("words").contains("More than is left"), "{seen}");
    assert!(seen["no_amount"].as_str().expect("words").contains("is no amount in EUR"), "{seen}");
    assert!(seen["unsure"].as_str().expect("words").contains("Nobody knows yet"), "{seen}");
    assert_eq!(seen["refunded"], "15.00 EUR", "{seen}");
    assert!(seen["live"].as_str().expect("words").contains("The order changed."), "{seen}");
    assert!(seen["nameless"].as_str().expect("words").contains("Enter your name"), "{seen}");
    assert_eq!((&seen["approved"], &seen["focus"]), (&json!("paid"), &json!("H1")), "{seen}");
    assert_eq!(seen["acts_of_a_read_key"], json!([]), "{seen}");
    assert_eq!(seen["signed_out"], "Sign in", "{seen}");
    assert_eq!(seen["kept"], json!([]), "nothing outlives the tab: {seen}");
    for list in ["alerts", "foreign", "problems", "overflows", "keys_in_addresses"] {
        assert_eq!(seen[list], json!([]), "{list}: {seen}");
    }
    stack.stop().await;
}
