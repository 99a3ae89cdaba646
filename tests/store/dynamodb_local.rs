//! Amazon's own DynamoDB Local, started and ended by the test that needs it.

#[cfg(feature = "wider")]
pub use real::start;

#[cfg(feature = "wider")]
mod real {
    use std::path::PathBuf;
    use std::time::Duration;

    use tokio::process::{Child, Command};

    /// A running DynamoDB Local; it ends with this value.
    pub struct DynamoDbLocal {
        pub url: String,
        _child: Child,
    }

    /// Starts it in memory on a free port. `.ci/setup` installs it.
    pub async fn start() -> DynamoDbLocal {
        let suite = std::env::var_os("PAYPROOF_SUITE")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/suite"), PathBuf::from);
        let folder = suite.join("node_modules/amplify-dynamodb-simulator/emulator");
        assert!(folder.join("DynamoDBLocal.jar").exists(), "DynamoDB Local is not installed: run .ci/setup");
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|at| at.local_addr()).expect("a port").port();
        let child = Command::new("java")
            .args([
                "-Djava.library.path=./DynamoDBLocal_lib",
                "-jar",
                "DynamoDBLocal.jar",
                "-inMemory",
                "-port",
            ])
            .arg(port.to_string())
            .current_dir(&folder)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("java starts");
        let url = format!("http://127.0.0.1:{port}");
        for _ in 0..100 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return DynamoDbLocal { url, _child: child };
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("DynamoDB Local did not start within 20 s");
    }
}
