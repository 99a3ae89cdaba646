//! The environment variables that the functions read, declared once.

use payproof::secret::Secret;

/// An environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Whether the template sets it (the others come from Lambda itself, or are for tests).
    pub in_template: bool,
    /// What it says.
    pub meaning: &'static str,
}

const fn variable(name: &'static str, in_template: bool, meaning: &'static str) -> Variable {
    Variable { name, in_template, meaning }
}

/// Every variable that any function reads.
pub const VARIABLES: [Variable; 12] = [
    variable("PAYMENTS_TABLE", true, "name of the table that holds the payments"),
    variable("SHOPS_TABLE", true, "name of the table that holds the shops' configurations"),
    variable("PUBLIC_URL", true, "address that customers and providers reach, without a slash at the end"),
    variable("RECONCILE_QUEUE_URL", true, "the queue of orders to reconcile, for the functions that fill it"),
    variable("NOTIFY_QUEUE_URL", true, "the queue of orders whose shop is to be told, likewise"),
    variable("RUST_LOG", true, "what is logged, in tracing's filter language; `info` by default"),
    variable("AWS_REGION", false, "set by Lambda"),
    variable("AWS_ACCESS_KEY_ID", false, "set by Lambda"),
    variable("AWS_SECRET_ACCESS_KEY", false, "set by Lambda"),
    variable("AWS_SESSION_TOKEN", false, "set by Lambda"),
    variable("AWS_ENDPOINT_URL_DYNAMODB", false, "another address of DynamoDB, for tests"),
    variable("AWS_ENDPOINT_URL_SQS", false, "another address of SQS, for tests"),
];

/// What the variables said.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of the table that holds the payments.
    pub payments_table: String,
    /// Name of the table that holds the shops' configurations.
    pub shops_table: String,
    /// Address that customers and providers reach, without a slash at the end.
    pub public_url: String,
    /// AWS region.
    pub region: String,
    /// AWS access key id.
    pub access_key_id: String,
    /// AWS secret access key.
    pub secret_access_key: Secret,
    /// AWS session token.
    pub session_token: Option<Secret>,
    /// Another address of DynamoDB.
    pub endpoint_url: Option<String>,
    /// The queue of orders to reconcile.
    pub reconcile_queue_url: Option<String>,
    /// The queue of orders whose shop is to be told.
    pub notify_queue_url: Option<String>,
    /// Another address of SQS.
    pub sqs_endpoint_url: Option<String>,
}

/// A variable that must be set is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {0} is not set")]
pub struct Unset(pub &'static str);

impl Settings {
    /// Reads the variables through `get`.
    ///
    /// # Errors
    /// [`Unset`] names the first that is missing.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, Unset> {
        let set = |name| get(name).filter(|value| !value.is_empty());
        let must = |name| set(name).ok_or(Unset(name));
        Ok(Self {
            payments_table: must("PAYMENTS_TABLE")?,
            shops_table: must("SHOPS_TABLE")?,
            public_url: must("PUBLIC_URL")?.trim_end_matches('/').to_owned(),
            region: must("AWS_REGION")?,
            access_key_id: must("AWS_ACCESS_KEY_ID")?,
            secret_access_key: Secret::new(must("AWS_SECRET_ACCESS_KEY")?),
            session_token: set("AWS_SESSION_TOKEN").map(Secret::new),
            endpoint_url: set("AWS_ENDPOINT_URL_DYNAMODB"),
            reconcile_queue_url: set("RECONCILE_QUEUE_URL"),
            notify_queue_url: set("NOTIFY_QUEUE_URL"),
            sqs_endpoint_url: set("AWS_ENDPOINT_URL_SQS"),
        })
    }

    /// Reads the process's environment.
    ///
    /// # Errors
    /// [`Unset`] names the first that is missing.
    pub fn from_env() -> Result<Self, Unset> {
        Self::read(|name| std::env::var(name).ok())
    }
}
