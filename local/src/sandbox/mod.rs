//! The sandbox provider's server: its API as payproof's adapter speaks it, and its hosted checkout, where a person
//! decides what becomes of a payment and how the webhooks about it are delivered.

mod act;
mod amount;
mod api;
mod checkout;
mod clock;
mod hosted;
mod keep;
mod outbox;
mod page;
mod schedule;
pub(crate) mod speaks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payproof::payment::{ShopId, TokenHash};
use payproof::secret::Secret;
use payproof_edge::send::Sender;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use self::schedule::Schedule;
pub(crate) use self::speaks::{Rehearsal, rehearse};
use crate::StartError;
use crate::documents::Documents;

/// The table that the sandbox keeps its checkouts in.
const TABLE: &str = "sandbox";

/// A shop's account at the sandbox.
#[derive(Debug, Clone)]
pub struct Account {
    /// Whose.
    pub shop: ShopId,
    /// The key that payproof calls with.
    pub api_key: Secret,
    /// What webhooks are signed with.
    pub webhook_secret: Secret,
    /// The accounts at other providers as which payproof calls the sandbox, by provider, each as the shop's
    /// configuration has it.
    pub(crate) speaks: BTreeMap<String, serde_json::Value>,
}

impl Account {
    /// The account that a shop's configuration names, where it has the sandbox.
    pub(crate) fn of_shop(shop: &ShopId, document: &str) -> Option<Self> {
        let document: serde_json::Value = serde_json::from_str(document).ok()?;
        let providers = document.get("providers")?;
        let sandbox = providers.get("sandbox")?;
        let ours = |name: &str, account: &serde_json::Value| {
            let base = account.get("api_base").and_then(serde_json::Value::as_str);
            base.is_some_and(|base| base.contains(&format!("/sandbox/as/{name}/")))
        };
        let speaks = providers.as_object()?.iter().filter(|(name, account)| ours(name, account));
        Some(Self {
            speaks: speaks.map(|(name, account)| (name.clone(), account.clone())).collect(),
            shop: shop.clone(),
            api_key: Secret::new(sandbox.get("api_key")?.as_str()?),
            webhook_secret: Secret::new(sandbox.get("webhook_secrets")?.get(0)?.as_str()?),
        })
    }
}

/// The sandbox.
#[derive(Debug, Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    url: String,
    accounts: Mutex<Vec<Account>>,
    checkouts: Documents,
    sender: Sender,
    schedule: Mutex<Schedule>,
    changed: Notify,
    clock: Mutex<Option<AbortHandle>>,
}

impl Sandbox {
    /// Opens what is kept of it, and goes on with what was not done: it is at `url`, and so is payproof.
    pub(crate) async fn new(
        client: aws_sdk_dynamodb::Client,
        accounts: Vec<Account>,
        url: &str,
    ) -> Result<Self, StartError> {
        let inner = Inner {
            url: url.to_owned(),
            accounts: Mutex::new(accounts),
            checkouts: Documents::open(client, TABLE).await?,
            sender: Sender::default(),
            schedule: Mutex::default(),
            changed: Notify::new(),
            clock: Mutex::default(),
        };
        let sandbox = Self { inner: Arc::new(inner) };
        sandbox.look_at_all().await?;
        let clock = tokio::spawn(sandbox.clone().run()).abort_handle();
        *locked(&sandbox.inner.clock) = Some(clock);
        Ok(sandbox)
    }

    /// Takes a shop's account, in place of the one that it had.
    pub(crate) fn take_account(&self, account: Account) {
        let mut accounts = locked(&self.inner.accounts);
        accounts.retain(|known| known.shop != account.shop);
        accounts.push(account);
    }

    /// Ends what happens without anybody asking.
    pub(crate) fn stop(&self) {
        if let Some(clock) = locked(&self.inner.clock).take() {
            clock.abort();
        }
    }

    fn account(&self, shop: &str) -> Option<Account> {
        locked(&self.inner.accounts).iter().find(|account| account.shop.as_str() == shop).cloned()
    }

    /// The account that a key belongs to.
    fn account_of_key(&self, key: &str) -> Option<Account> {
        let key_of = |account: &&Account| TokenHash::of(account.api_key.reveal()).matches(key);
        locked(&self.inner.accounts).iter().find(key_of).cloned()
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        locked(&self.inner.schedule)
    }
}

/// What is behind these locks is whole at any moment, also where a holder panicked.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Its routes, to be mounted at `/sandbox`.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(sandbox: Sandbox) -> axum::Router<S> {
    axum::Router::new()
        .merge(api::routes())
        .merge(hosted::routes())
        .merge(speaks::routes())
        .with_state(sandbox)
}
