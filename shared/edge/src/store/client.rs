use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::BehaviorVersion;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::aws;
use crate::settings::Settings;

/// The tables, reached through the AWS SDK.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) shops_table: String,
}

impl Store {
    /// A store as the settings say. Region and credentials come from them: no provider chain runs at start.
    pub fn new(settings: &Settings) -> Self {
        Self::with_client(settings, Client::from_conf(Self::config(settings).build()))
    }

    /// A store reached by a client that was made of [`Store::config`]: tests bring an HTTP client of their own.
    pub fn with_client(settings: &Settings, client: Client) -> Self {
        Self { client, table: settings.payments_table.clone(), shops_table: settings.shops_table.clone() }
    }

    /// How the client is configured: its time-outs and repeats are those of a request that somebody waits for.
    pub fn config(settings: &Settings) -> aws_sdk_dynamodb::config::Builder {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws::region(settings))
            .credentials_provider(aws::credentials(settings))
            .timeout_config(aws::timeouts())
            .retry_config(
                RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50)),
            );
        match &settings.endpoint_url {
            Some(url) => config.endpoint_url(url),
            None => config,
        }
    }

    /// Opens the connection, by a read of an item that is not there, so that the first request does not wait for it. An error is left to that request.
    pub async fn warm(&self) {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S("pay_warm".to_owned()))
            .key("sk", AttributeValue::S("-".to_owned()))
            .projection_expression("pk")
            .send();
        let _ = tokio::time::timeout(Duration::from_millis(500), read).await;
    }

    /// The SDK's client, for what only tests and the local stack do.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The name of the table that holds the payments.
    pub fn payments_table(&self) -> &str {
        &self.table
    }

    /// The name of the table that holds the shops.
    pub fn shops_table(&self) -> &str {
        &self.shops_table
    }
}
