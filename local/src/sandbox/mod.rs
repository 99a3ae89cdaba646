//! The sandbox provider's server.

use payproof::payment::ShopId;
use payproof::secret::Secret;

use crate::StartError;

/// A shop's account at the sandbox.
#[derive(Debug, Clone)]
pub struct Account {
    /// Whose.
    pub shop: ShopId,
    /// The key that payproof calls with.
    pub api_key: Secret,
    /// What webhooks are signed with.
    pub webhook_secret: Secret,
}

impl Account {
    /// The account that a shop's configuration names, where it has the sandbox.
    pub(crate) fn of_shop(shop: &ShopId, document: &str) -> Option<Self> {
        let document: serde_json::Value = serde_json::from_str(document).ok()?;
        let sandbox = document.get("providers")?.get("sandbox")?;
        Some(Self {
            shop: shop.clone(),
            api_key: Secret::new(sandbox.get("api_key")?.as_str()?),
            webhook_secret: Secret::new(sandbox.get("webhook_secrets")?.get(0)?.as_str()?),
        })
    }
}

/// The sandbox.
#[derive(Debug, Clone)]
pub struct Sandbox {
    _accounts: Vec<Account>,
}

impl Sandbox {
    pub(crate) async fn new(
        _client: aws_sdk_dynamodb::Client,
        accounts: Vec<Account>,
        _url: &str,
    ) -> Result<Self, StartError> {
        Ok(Self { _accounts: accounts })
    }
}

pub(crate) fn router<S: Clone + Send + Sync + 'static>(_sandbox: Sandbox) -> axum::Router<S> {
    axum::Router::new()
}
