//! A built Lambda binary as a child process, in an environment like Lambda's.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use payproof_edge::settings::Settings;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::runtime_api::{Reply, RuntimeApi, Start};

/// How long a function may take to end by itself where it is expected to.
const END_TIMEOUT: Duration = Duration::from_secs(10);

type Output = Arc<Mutex<Vec<u8>>>;

/// A running function. It is killed, by its process id, when this is dropped.
pub struct Function {
    /// Its side of the Runtime API.
    pub api: RuntimeApi,
    /// From starting the process to its first request for an event.
    pub ready_after: Duration,
    child: Child,
    /// Standard output and standard error, each with who reads it.
    output: [(Output, JoinHandle<()>); 2],
}

/// The environment that a function finds beside what Lambda itself sets.
pub fn environment(settings: &Settings) -> Vec<(&'static str, String)> {
    let mut environment = vec![
        ("PAYMENTS_TABLE", settings.payments_table.clone()),
        ("SHOPS_TABLE", settings.shops_table.clone()),
        ("PUBLIC_URL", settings.public_url.clone()),
        // Nothing that is asked of them puts anything on a queue.
        ("RECONCILE_QUEUE_URL", "http://127.0.0.1:9/reconcile".to_owned()),
        ("NOTIFY_QUEUE_URL", "http://127.0.0.1:9/notify".to_owned()),
        ("AWS_REGION", settings.region.clone()),
        ("AWS_ACCESS_KEY_ID", settings.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", settings.secret_access_key.reveal().to_owned()),
        ("AWS_SESSION_TOKEN", "planted.session.token".to_owned()),
    ];
    environment.extend(settings.endpoint_url.clone().map(|url| ("AWS_ENDPOINT_URL_DYNAMODB", url)));
    environment
}

impl Function {
    /// Starts a function and waits until it asks for its first event.
    pub async fn start(binary: &Path, environment: &[(&'static str, String)]) -> Self {
        let function = Self::spawn(binary, environment).await;
        assert!(function.1 != Start::Failed, "{}", function.0.output());
        function.0
    }

    /// Starts a function and waits until it is ready or says that it cannot be.
    pub async fn spawn(binary: &Path, environment: &[(&'static str, String)]) -> (Self, Start) {
        let api = RuntimeApi::start().await;
        let name = binary.file_name().and_then(|name| name.to_str()).expect("a name");
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef")
            .env("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023")
            .env("LAMBDA_TASK_ROOT", "/var/task")
            .env("LAMBDA_RUNTIME_DIR", "/var/runtime")
            .env("LANG", "en_US.UTF-8")
            .env("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin")
            .env("TZ", ":UTC")
            .env("_HANDLER", "bootstrap")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let began = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let stdout = child.stdout.take().expect("a pipe");
        let stderr = child.stderr.take().expect("a pipe");
        let output = [collect(stdout), collect(stderr)];
        let start = api.started().await;
        let ready_after = match start {
            Start::Ready(at) => at.saturating_duration_since(began),
            Start::Failed => began.elapsed(),
        };
        (Self { api, ready_after, child, output }, start)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends an event and gives its answer.
    pub async fn invoke(&self, event: impl Into<Bytes>) -> Reply {
        self.api.invoke(event).await.0
    }

    /// What it has written to its output until now.
    pub fn output(&self) -> String {
        let text = |output: &Output| {
            String::from_utf8_lossy(&output.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
        };
        self.output.iter().map(|(output, _)| text(output)).collect()
    }

    /// Kills it and gives all that it wrote.
    pub async fn end(mut self) -> String {
        self.child.start_kill().expect("it can be killed");
        self.ended().await;
        self.output()
    }

    /// Waits until it ends by itself; gives its exit code.
    pub async fn ended(&mut self) -> Option<i32> {
        let status = tokio::time::timeout(END_TIMEOUT, self.child.wait()).await;
        let status = status.expect("it ends in time").expect("its status");
        for (_, reader) in &mut self.output {
            tokio::time::timeout(END_TIMEOUT, reader).await.expect("its output ends").expect("no panic");
        }
        status.code()
    }
}

fn collect(mut from: impl tokio::io::AsyncRead + Unpin + Send + 'static) -> (Output, JoinHandle<()>) {
    let output = Output::default();
    let to = Arc::clone(&output);
    let reader = tokio::spawn(async move {
        let mut buffer = vec![0; 8_192];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            to.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..count]);
        }
    });
    (output, reader)
}
