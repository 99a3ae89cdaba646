//! Reading a provider's part of a shop's configuration.

use serde::de::DeserializeOwned;

use super::Unsuitable;
use super::signature::SECRETS_MAX;
use crate::payment::Money;
use crate::secret::Secret;

/// What is wrong with a provider's part of a shop's configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct AccountError {
    /// Where, within the provider's object: `webhook_secrets[0]`.
    pub path: String,
    /// What is wrong and what to do. It holds no value of the configuration.
    pub problem: String,
}

impl AccountError {
    /// A problem at a path.
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }
}

/// The keys that most providers need, and no others: one that is not listed here may be a misspelt one.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    pub(super) api_key: Secret,
    #[serde(default)]
    pub(super) webhook_secrets: Vec<Secret>,
    pub(super) api_base: Option<String>,
    pub(super) min_amount: Option<u64>,
    pub(super) max_amount: Option<u64>,
}

/// Reads the keys of a provider. The type refuses unknown keys by `deny_unknown_fields`.
pub(super) fn keys<T: DeserializeOwned>(config: &serde_json::Value) -> Result<T, AccountError> {
    serde_path_to_error::deserialize(config).map_err(|error| {
        let path = error.path().to_string();
        let words = error.into_inner().to_string();
        // serde quotes a value that it cannot take, and the value could be a secret: only what names keys is passed on.
        let names_keys = words.starts_with("missing field") || words.starts_with("unknown field");
        let problem = if names_keys { words } else { "a value of another kind is expected here".to_owned() };
        // Of a key that is missing serde knows only the object that should hold it.
        let path = match problem.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
            Some((key, _)) if path == "." => key.to_owned(),
            Some((key, _)) => format!("{path}.{key}"),
            None => path,
        };
        AccountError::new(path, problem)
    })
}

/// A key that is sent to the provider: not blank, nothing around it, and nothing that no header can carry.
pub(super) fn api_key(path: &str, key: &Secret) -> Result<(), AccountError> {
    let text = key.reveal();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(AccountError::new(
            path,
            "a key is blank, or has a space, a line end or another odd character in it",
        ));
    }
    Ok(())
}

/// The smallest and the largest amount that a shop wants to send to a provider, in minor units, inclusive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    least: Option<u64>,
    most: Option<u64>,
}

impl Limits {
    /// `min_amount` and `max_amount`.
    pub(super) fn new(least: Option<u64>, most: Option<u64>) -> Result<Self, AccountError> {
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            return Err(AccountError::new("max_amount", "is below min_amount: no order would ever be taken"));
        }
        Ok(Self { least, most })
    }

    /// Whether an amount is more than nothing and within them.
    pub(super) fn hold(self, money: Money) -> Result<(), Unsuitable> {
        if money.minor() < self.least.unwrap_or(1).max(1) {
            return Err(Unsuitable::TooSmall);
        }
        if self.most.is_some_and(|most| money.minor() > most) {
            return Err(Unsuitable::TooLarge);
        }
        Ok(())
    }
}

/// Secrets that verify webhooks: at least one, none blank or with white space around it.
pub(super) fn webhook_secrets(secrets: &[Secret]) -> Result<(), AccountError> {
    if secrets.is_empty() {
        let problem =
            "this provider signs its webhooks: at least one secret is needed, or nothing could be believed";
        return Err(AccountError::new("webhook_secrets", problem));
    }
    if secrets.len() > SECRETS_MAX {
        let problem = format!("at most {SECRETS_MAX} secrets can be valid at once");
        return Err(AccountError::new("webhook_secrets", problem));
    }
    for (index, secret) in secrets.iter().enumerate() {
        let text = secret.reveal();
        if text.trim().is_empty() || text.trim() != text {
            let problem = "a secret is blank, or has a space or a line end around it";
            return Err(AccountError::new(format!("webhook_secrets[{index}]"), problem));
        }
    }
    Ok(())
}

/// The address of a provider's API: http or https, no user info, query or fragment; without a slash at the end.
pub(super) fn api_base(configured: Option<&str>, default: &str) -> Result<String, AccountError> {
    let text = configured.unwrap_or(default);
    let url = url::Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    match url {
        Some(_) => Ok(text.trim_end_matches('/').to_owned()),
        None => {
            Err(AccountError::new("api_base", "an http or https address without user, query and fragment"))
        }
    }
}
