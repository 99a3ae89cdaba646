//! The embedded store, reached as DynamoDB is: over HTTP, by the AWS SDK.

use std::path::{Path, PathBuf};

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::StartError;

/// Where the data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Nowhere: it goes with the process.
    Memory,
    /// In this folder. What was answered survives the process, however it ends.
    Folder(PathBuf),
}

impl Data {
    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Memory => None,
            Self::Folder(folder) => Some(folder),
        }
    }
}

/// The store's server.
pub(crate) struct Embedded {
    pub(crate) url: String,
    /// The store itself, for its stream.
    pub(crate) database: dynoxide::Database,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Result<(), String>>,
}

impl Embedded {
    pub(crate) async fn start(data: &Data) -> Result<Self, StartError> {
        let database = match data.folder() {
            None => dynoxide::Database::memory(),
            Some(folder) => {
                std::fs::create_dir_all(folder)
                    .map_err(|error| StartError::Data { path: folder.to_owned(), error })?;
                dynoxide::Database::new(&folder.join("payproof.db").to_string_lossy())
            }
        };
        let database = database.map_err(|error| StartError::Store(error.to_string()))?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(StartError::Listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(StartError::Listen)?);
        let (stop, stopped) = oneshot::channel();
        let served = dynoxide::server::serve_with_shutdown(listener, database.clone(), async {
            let _ = stopped.await;
        });
        let server = tokio::spawn(served);
        Ok(Self { url, database, stop, server })
    }

    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), self.server).await;
    }
}
