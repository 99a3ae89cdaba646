use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::BehaviorVersion;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use payproof::payment::PaymentId;

use super::{DELAY_MAX, Pending, QueueError, Queues};
use crate::aws;
use crate::settings::{Settings, Unset};
use crate::store::Due;

/// Messages in one request: what SQS takes.
const BATCH_MAX: usize = 10;

/// The queues on Amazon SQS. Standard queues: order is kept by data, never by a queue.
#[derive(Debug)]
pub struct Sqs {
    client: Client,
    reconcile: String,
    notify_shop: String,
}

impl Sqs {
    /// The queues that the environment names. Nothing is connected yet.
    ///
    /// # Errors
    /// [`Unset`] where a queue's URL is not set.
    pub fn new(settings: &Settings) -> Result<Self, Unset> {
        let url = |url: &Option<String>, name| url.clone().ok_or(Unset(name));
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws::region(settings))
            .credentials_provider(aws::credentials(settings))
            .timeout_config(aws::timeouts());
        let config = match &settings.sqs_endpoint_url {
            Some(url) => config.endpoint_url(url),
            None => config,
        };
        Ok(Self {
            client: Client::from_conf(config.build()),
            reconcile: url(&settings.reconcile_queue_url, "RECONCILE_QUEUE_URL")?,
            notify_shop: url(&settings.notify_queue_url, "NOTIFY_QUEUE_URL")?,
        })
    }

    fn url(&self, what: Due) -> &str {
        match what {
            Due::Reconcile => &self.reconcile,
            Due::NotifyShop => &self.notify_shop,
        }
    }

    async fn put_batch(&self, what: Due, orders: &[PaymentId], after: Duration) -> Result<(), QueueError> {
        let seconds = i32::try_from(after.min(DELAY_MAX).as_secs()).unwrap_or(0);
        let mut batch = self.client.send_message_batch().queue_url(self.url(what));
        for (index, order) in orders.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(order.to_string())
                .delay_seconds(seconds)
                .build()
                .map_err(|error| QueueError(error.to_string()))?;
            batch = batch.entries(entry);
        }
        let sent = batch.send().await.map_err(|error| QueueError(DisplayErrorContext(&error).to_string()))?;
        match sent.failed().first() {
            None => Ok(()),
            Some(failed) => Err(QueueError(failed.code().to_owned())),
        }
    }
}

impl Queues for Sqs {
    fn put<'a>(&'a self, what: Due, orders: &'a [PaymentId], after: Duration) -> Pending<'a, ()> {
        Box::pin(async move {
            for batch in orders.chunks(BATCH_MAX) {
                self.put_batch(what, batch, after).await?;
            }
            Ok(())
        })
    }

    fn waiting(&self, what: Due) -> Pending<'_, u64> {
        Box::pin(async move {
            let name = QueueAttributeName::ApproximateNumberOfMessages;
            let request =
                self.client.get_queue_attributes().queue_url(self.url(what)).attribute_names(name.clone());
            let answer =
                request.send().await.map_err(|error| QueueError(DisplayErrorContext(&error).to_string()))?;
            let count = answer.attributes().and_then(|all| all.get(&name)).and_then(|text| text.parse().ok());
            Ok(count.unwrap_or(0))
        })
    }
}
