//! A story played in Debian's Chromium by a script of Node's, against a stack of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use payproof_local::{Data, Options, Stack};
use serde_json::Value;

/// What `tab.mjs` watches in each tab, by the name of its list: each ends empty.
pub const WATCHED: [&str; 6] =
    ["alerts", "foreign", "problems", "overflows", "inaccessible", "keys_in_addresses"];

/// What a script beside this file saw on a stack that is started for it. It gets the stack's address as its argument, and
/// the demo shop's keys as `SECRET_KEY` and `READ_KEY`, and as `SANDBOX_SECRET` what the sandbox signs with.
pub async fn sees(script: &str) -> Value {
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
    let node = tokio::process::Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("stack").join(script))
        .arg(&stack.url)
        .env("PAYPROOF_SUITE", suite)
        .env("SECRET_KEY", keys.secret_key.reveal())
        .env("READ_KEY", keys.read_key.reveal())
        .env("SANDBOX_SECRET", keys.sandbox_webhook_secret.reveal())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(180), node).await;
    let output = output.expect("within three minutes").expect("node starts: run .ci/setup");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen = serde_json::from_slice(&output.stdout).expect("what was seen");
    stack.stop().await;
    seen
}
