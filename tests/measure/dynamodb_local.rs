//! Amazon's DynamoDB Local, where `.ci/setup` has put it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

/// How long it may take to answer after it was started.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running DynamoDB Local that keeps its data in memory. It is killed, by its process id, when this is dropped.
pub struct DynamoDbLocal {
    pub url: String,
    _child: Child,
}

/// Starts it.
///
/// # Errors
/// Why there is none.
pub async fn start(profile_folder: &Path) -> Result<DynamoDbLocal, String> {
    let suite = std::env::var_os("PAYPROOF_SUITE").map(PathBuf::from);
    let suite = suite.unwrap_or_else(|| profile_folder.parent().expect("a target folder").join("suite"));
    let folder = suite.join("node_modules/amplify-dynamodb-simulator/emulator");
    if !folder.join("DynamoDBLocal.jar").is_file() {
        return Err("DynamoDB Local is not there; `.ci/setup` brings it".to_owned());
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = free.expect("a port").port();
    let child = Command::new("java")
        .args(["-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", "-inMemory"])
        .args(["-disableTelemetry", "-port", &port.to_string()])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("java cannot be started: {error}"))?;
    let url = format!("http://127.0.0.1:{port}");
    let local = DynamoDbLocal { url, _child: child };
    let answers = async {
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(START_TIMEOUT, answers)
        .await
        .map_err(|_| "DynamoDB Local did not start".to_owned())?;
    Ok(local)
}
