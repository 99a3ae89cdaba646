//! Starting and ending the whole.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use payproof::notify::Loopback;
use payproof::payment::ShopId;
use payproof::secret::Secret;
use payproof_edge::app::{App, now};
use payproof_edge::flow::{self, PutShopError};
use payproof_edge::send::Sender;
use payproof_edge::settings::Settings;
use payproof_edge::store::StoreError;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinHandle};

use crate::documents::DocumentsError;
use crate::embedded::Embedded;
use crate::queues::LocalQueues;
use crate::{Data, Keys, demo, door, sandbox, stream};

/// How the stack is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address that it listens on. Port 0 takes a free one.
    pub addr: SocketAddr,
    /// Where the data is kept.
    pub data: Data,
    /// The address that browsers and providers are told; by default the one that it listens on.
    pub public_url: Option<String>,
    /// Shops to write at start, each a configuration as JSON. Without any, the demo shop is there.
    pub shops: Vec<String>,
}

/// Why the stack did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not this machine's.
    #[error("cannot listen: {0}")]
    Listen(#[source] std::io::Error),
    /// The data folder cannot be used.
    #[error("cannot use {}: {error}", path.display())]
    Data {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// The embedded store did not start.
    #[error("the embedded store did not start: {0}")]
    Store(String),
    /// A table or shop could not be written.
    #[error(transparent)]
    Tables(#[from] StoreError),
    /// A shop's configuration is wrong, or could not be written.
    #[error("a shop's configuration: {0}")]
    Shop(#[from] PutShopError),
    /// The sandbox's or the demo shop's table could not be used.
    #[error(transparent)]
    Documents(#[from] DocumentsError),
    /// No random bytes could be had.
    #[error(transparent)]
    Random(#[from] payproof_edge::random::NoRandomness),
}

/// The running stack.
pub struct Stack {
    /// Its address, without a slash at the end.
    pub url: String,
    /// The demo shop's keys, where it is there.
    pub demo: Option<Keys>,
    /// What the handlers are given. Tests look into the store through it.
    pub app: Arc<App>,
    /// The address of the embedded store.
    pub store_url: String,
    embedded: Embedded,
    queues: LocalQueues,
    stream: AbortHandle,
    sweep: Option<AbortHandle>,
    sandbox: sandbox::Sandbox,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Stack {
    /// Starts it; once this returns, requests are answered.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let listener = TcpListener::bind(options.addr).await.map_err(StartError::Listen)?;
        let addr = listener.local_addr().map_err(StartError::Listen)?;
        let url =
            options.public_url.unwrap_or_else(|| format!("http://{addr}")).trim_end_matches('/').to_owned();
        let embedded = Embedded::start(&options.data).await?;
        let settings = settings(&embedded.url, &url);
        let mut app = App::new(&settings);
        app.store.create_tables().await?;
        // The shop of a local stack runs beside it.
        app.to_shops = Sender::public_only(Loopback::Allowed);
        let queues = LocalQueues::open(app.store.client().clone()).await?;
        let app = Arc::new(app.with_queues(Arc::new(queues.clone())));

        let (documents, keys) = if options.shops.is_empty() {
            let keys = demo::Keys::made_at_first_start(options.data.folder())?;
            (vec![keys.shop_document(&url)], Some(keys))
        } else {
            (options.shops, None)
        };
        let mut accounts = Vec::new();
        for document in &documents {
            let id = flow::put_shop(&app.store, document.as_bytes(), now()).await?;
            accounts.extend(sandbox::Account::of_shop(&id, document));
        }
        let sandbox = sandbox::Sandbox::new(app.store.client().clone(), accounts, &url).await?;
        let shop = match keys.clone() {
            Some(keys) => Some(demo::Shop::new(app.store.client().clone(), keys, &url).await?),
            None => None,
        };
        let router = door::router(Arc::clone(&app), sandbox.clone(), shop);
        let (stop, stopped) = oneshot::channel::<()>();
        let served = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let server = tokio::spawn(async move { served.await });
        queues.start(Arc::clone(&app));
        let (table, client) = (app.store.payments_table().to_owned(), app.store.client().clone());
        let stream =
            stream::follow(embedded.database.clone(), table, client, Arc::clone(&app.queues)).await?;
        let store_url = embedded.url.clone();
        Ok(Self {
            url,
            demo: keys,
            app,
            store_url,
            embedded,
            queues,
            stream,
            sweep: None,
            sandbox,
            stop,
            server,
        })
    }

    /// Hands on the timers that came due, each time that so long has passed, as the schedule does on AWS.
    pub fn sweep_every(&mut self, every: Duration) {
        let app = Arc::clone(&self.app);
        let swept = async move {
            loop {
                tokio::time::sleep(every).await;
                if let Err(error) = Box::pin(sweep::handle(&app, now())).await {
                    tracing::warn!(%error, "timers are handed on later");
                }
            }
        };
        self.sweep = Some(tokio::spawn(swept).abort_handle());
    }

    /// Ends it, letting running requests finish for a moment.
    pub async fn stop(self) {
        if let Some(sweep) = &self.sweep {
            sweep.abort();
        }
        self.stop_stream();
        self.queues.stop();
        self.sandbox.stop();
        let _ = self.stop.send(());
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), self.server).await;
        self.embedded.stop().await;
    }

    /// Ends the reading of the table's stream alone, as where its Pipe is stopped: what is written from now on is told
    /// only where somebody looks at the order.
    pub fn stop_stream(&self) {
        self.stream.abort();
    }

    /// The settings that a function needs to work on this stack's store.
    pub fn settings(&self) -> Settings {
        settings(&self.store_url, &self.url)
    }

    /// Writes a shop's configuration.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn put_shop(&self, document: &str) -> Result<ShopId, StartError> {
        let id = flow::put_shop(&self.app.store, document.as_bytes(), now()).await?;
        if let Some(account) = sandbox::Account::of_shop(&id, document) {
            self.sandbox.take_account(account);
        }
        Ok(id)
    }
}

/// The embedded store takes any credentials: these name it, and are no secret.
pub(crate) fn settings(store_url: &str, public_url: &str) -> Settings {
    Settings {
        payments_table: "payproof".to_owned(),
        shops_table: "payproof-shops".to_owned(),
        public_url: public_url.to_owned(),
        region: "local".to_owned(),
        access_key_id: "embedded".to_owned(),
        secret_access_key: Secret::new("embedded"),
        session_token: None,
        endpoint_url: Some(store_url.to_owned()),
        reconcile_queue_url: None,
        notify_queue_url: None,
        sqs_endpoint_url: None,
    }
}
