//! What SQS calls a function with, and the answer that says which messages come again.
//!
//! Source: AWS Lambda developer guide, "Using Lambda with Amazon SQS", "Reporting batch item failures".

use payproof::payment::PaymentId;
use serde::{Deserialize, Serialize};

/// A batch.
#[derive(Debug, Deserialize)]
pub struct Messages {
    #[serde(rename = "Records")]
    records: Vec<Message>,
}

/// One message: an order's id. A Pipe writes it as it stands, or in the quotes of a JSON text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    message_id: String,
    body: String,
}

impl Messages {
    /// The messages, each order once: looking twice in a row finds nothing more.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.records
            .iter()
            .enumerate()
            .filter(|(index, message)| {
                let before = self.records.get(..*index).unwrap_or_default();
                !before.iter().any(|earlier| earlier.body == message.body)
            })
            .map(|(_, message)| message)
    }
}

impl Message {
    /// The order that it names.
    pub fn order(&self) -> Option<PaymentId> {
        PaymentId::parse(self.body.trim().trim_matches('"')).ok()
    }
}

/// The messages that come again.
#[derive(Debug, Default, Serialize)]
pub struct Failed {
    #[serde(rename = "batchItemFailures")]
    failures: Vec<Failure>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

impl Failed {
    /// One more.
    pub fn add(&mut self, message: &Message) {
        self.failures.push(Failure { item_identifier: message.message_id.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_names_orders_and_what_failed_is_named_back() {
        let event = r#"{"Records":[
            {"messageId":"1","receiptHandle":"x","body":"pay_zahf24tbdxdgdpzymyzmpiqzik","eventSource":"aws:sqs"},
            {"messageId":"2","body":"\"pay_zahf24tbdxdgdpzymyzmpiqzik\""},
            {"messageId":"3","body":"pay_zahf24tbdxdgdpzymyzmpiqzik"},
            {"messageId":"4","body":"<script>"}]}"#;
        let batch: Messages = serde_json::from_str(event).unwrap();
        let orders: Vec<_> =
            batch.messages().map(|message| message.order().map(|id| id.to_string())).collect();
        let order = Some("pay_zahf24tbdxdgdpzymyzmpiqzik".to_owned());
        assert_eq!(orders, [order.clone(), order, None]);
        let mut failed = Failed::default();
        failed.add(batch.messages().next().unwrap());
        let answer = serde_json::to_string(&failed).unwrap();
        assert_eq!(answer, r#"{"batchItemFailures":[{"itemIdentifier":"1"}]}"#);
    }
}
