//! The demo shop's keys: made at first start and kept with the data, never in the source.

use std::path::Path;

use payproof::payment::ShopId;
use payproof::secret::Secret;
use payproof::shop::{ApiKey, KeyKind};
use payproof_edge::random;

use super::{by_hand, offline};
use crate::StartError;
use crate::sandbox::speaks;

/// The id of the demo shop.
pub const SHOP_ID: &str = "demo";
const FILE: &str = "demo-keys.json";

/// Everything secret about the demo shop.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The key of the shop's server.
    pub secret_key: Secret,
    /// The key of its support staff.
    pub read_key: Secret,
    /// The key of its pages.
    pub publishable_key: Secret,
    /// The key that payproof calls the sandbox with.
    pub sandbox_key: Secret,
    /// What the sandbox signs its webhooks with.
    pub sandbox_webhook_secret: Secret,
    /// What payproof signs its notifications to the shop with.
    pub notify_secret: Secret,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    secret_key: String,
    read_key: String,
    publishable_key: String,
    sandbox_key: String,
    sandbox_webhook_secret: String,
    notify_secret: String,
}

impl Keys {
    /// The keys kept in `folder`, made there at the first start; without a folder they go with the process.
    pub(crate) fn made_at_first_start(folder: Option<&Path>) -> Result<Self, StartError> {
        let Some(folder) = folder else { return Ok(Self::of(made()?)) };
        if let Some(kept) = Self::kept_in(folder)? {
            return Ok(kept);
        }
        let file = folder.join(FILE);
        let failed = |error| StartError::Data { path: file.clone(), error };
        let stored = made()?;
        let text = serde_json::to_string_pretty(&stored).map_err(|error| failed(error.into()))?;
        write_whole(&file, &text).map_err(failed)?;
        Ok(Self::of(stored))
    }

    /// The keys that a stack keeps in `folder`; none where it keeps none there.
    ///
    /// # Errors
    /// [`StartError::Data`] where they cannot be read.
    pub fn kept_in(folder: &Path) -> Result<Option<Self>, StartError> {
        let file = folder.join(FILE);
        let failed = |error| StartError::Data { path: file.clone(), error };
        match std::fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text)
                .map(|stored| Some(Self::of(stored)))
                .map_err(|error| failed(error.into())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn of(stored: Stored) -> Self {
        Self {
            secret_key: Secret::new(stored.secret_key),
            read_key: Secret::new(stored.read_key),
            publishable_key: Secret::new(stored.publishable_key),
            sandbox_key: Secret::new(stored.sandbox_key),
            sandbox_webhook_secret: Secret::new(stored.sandbox_webhook_secret),
            notify_secret: Secret::new(stored.notify_secret),
        }
    }

    /// The shop's accounts: at the sandbox as itself, and as each provider that it can play; at one that is down; and by
    /// hand, for whoever asks for that.
    fn providers(&self, url: &str) -> serde_json::Map<String, serde_json::Value> {
        let mut providers = speaks::accounts(self.sandbox_key.reveal(), url, SHOP_ID);
        let sandbox = serde_json::json!({
            "api_base": format!("{url}/sandbox"),
            "api_key": self.sandbox_key.reveal(),
            "webhook_secrets": [self.sandbox_webhook_secret.reveal()],
        });
        providers.insert("sandbox".to_owned(), sandbox);
        providers.insert(offline::NAME.to_owned(), offline::account(&self.sandbox_key));
        providers.insert(by_hand::NAME.to_owned(), by_hand::account());
        providers
    }

    /// The shop's configuration on a stack at this address.
    pub fn shop_document(&self, url: &str) -> String {
        let providers = self.providers(url);
        let up = |name: &&str| !["sandbox", offline::NAME, by_hand::NAME].contains(name);
        let others = providers.keys().map(String::as_str).filter(up);
        let order: Vec<&str> = std::iter::once("sandbox").chain(others).collect();
        serde_json::json!({
            "id": SHOP_ID,
            "name": "Demo shop",
            "api_keys": {
                "secret": [self.secret_key.reveal()],
                "read": [self.read_key.reveal()],
                "publishable": [self.publishable_key.reveal()],
            },
            "return_url_prefixes": [format!("{url}/")],
            "notify": { "url": format!("{url}/demo/notify"), "secrets": [self.notify_secret.reveal()] },
            // The sandbox as itself, unless a person asks for another: the others stand in for it where it fails.
            "routing": [
                { "when": { "countries": [offline::COUNTRY] }, "use": [offline::NAME, offline::NEXT] },
                { "when": {}, "use": order },
            ],
            "providers": providers,
        })
        .to_string()
    }
}

/// Written beside its place and then moved there: a start that is cut off leaves no half a file.
fn write_whole(file: &Path, text: &str) -> std::io::Result<()> {
    let part = file.with_extension("part");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut writer = options.open(&part)?;
    std::io::Write::write_all(&mut writer, text.as_bytes())?;
    writer.sync_all()?;
    std::fs::rename(part, file)
}

fn made() -> Result<Stored, StartError> {
    let shop = ShopId::parse(SHOP_ID).map_err(|_| StartError::Store("the demo shop's id".to_owned()))?;
    let key = |kind| -> Result<String, StartError> {
        let key = ApiKey::make(kind, &shop, &random::token()?);
        key.map(|key| key.reveal().to_owned())
            .ok_or_else(|| StartError::Store("a key of the demo shop".to_owned()))
    };
    let webhook_secret = || -> Result<String, StartError> {
        // 43 letters and digits carry 256 bits; as bytes they are a key of 43.
        Ok(format!("whsec_{}", data_encoding::BASE64.encode(random::token()?.as_bytes())))
    };
    Ok(Stored {
        secret_key: key(KeyKind::Secret)?,
        read_key: key(KeyKind::Read)?,
        publishable_key: key(KeyKind::Publishable)?,
        sandbox_key: format!("sbx_{}", random::token()?),
        sandbox_webhook_secret: webhook_secret()?,
        notify_secret: webhook_secret()?,
    })
}
