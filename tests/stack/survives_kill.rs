//! `--data DIR` survives `kill -9`: whatever was answered is there after the next start.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::world::{Answer, client};

/// The `payproof` binary, built if it is not yet.
pub fn binary() -> PathBuf {
    let built = std::process::Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--package", "payproof-local"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .status()
        .expect("cargo runs");
    assert!(built.success());
    let test = std::env::current_exe().expect("a path");
    test.ancestors().nth(2).expect("the profile's folder").join("payproof")
}

struct Running {
    child: Child,
    url: String,
    key: String,
}

async fn start(binary: &Path, data: &Path) -> Running {
    let mut child = Command::new(binary)
        .args(["--addr", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let (mut url, mut key) = (None, None);
    let read = async {
        while let Some(line) = lines.next_line().await.expect("a line") {
            if let Some(rest) = line.strip_prefix("payproof is running on ") {
                url = Some(rest.to_owned());
            }
            if let Some(rest) = line.trim().strip_prefix("Secret key") {
                key = Some(rest.trim().to_owned());
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), read).await.expect("it says where it runs");
    // Its further lines go nowhere, but the pipe must stay open.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Running { child, url: url.expect("an address"), key: key.expect("a key") }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let binary = tokio::task::spawn_blocking(binary).await.expect("a binary");
    let data = std::env::temp_dir().join(format!("payproof-kill-{}", std::process::id()));
    let http = client();
    let mut acknowledged: Vec<String> = Vec::new();
    let mut first_key = None;
    for round in 0..3_u64 {
        let mut running = start(&binary, &data).await;
        let key = first_key.get_or_insert_with(|| running.key.clone()).clone();
        assert_eq!(running.key, key, "the demo shop's keys are kept with the data");
        for order in &acknowledged {
            let found = http.get(format!("{}/v1/orders/{order}", running.url)).bearer_auth(&key).send().await;
            let found = Answer::of(found.expect("an answer")).await.expect(200);
            assert_eq!(found["amount"], 4999, "{order}");
        }
        let until = tokio::time::Instant::now() + Duration::from_millis(400 + 150 * round);
        for number in 0.. {
            let order = format!("r{round}-{number}");
            let put = http.put(format!("{}/v1/orders/{order}", running.url)).bearer_auth(&key);
            let put = put.json(&json!({ "amount": 4999, "currency": "EUR" })).send();
            tokio::select! {
                answer = put => {
                    if answer.is_ok_and(|answer| answer.status() == 201) {
                        acknowledged.push(order);
                    }
                }
                () = tokio::time::sleep_until(until) => break,
            }
        }
        running.child.start_kill().expect("SIGKILL");
        running.child.wait().await.expect("an end");
    }
    assert!(acknowledged.len() > 20, "{} orders were acknowledged", acknowledged.len());
    std::fs::remove_dir_all(&data).expect("the folder goes");
}
