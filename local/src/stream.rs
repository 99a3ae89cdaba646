//! The payments table's stream, read in process: what an EventBridge Pipe does on AWS. It says of an order *look at it*
//! and nothing more, and goes on where it was after the next start.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use dynoxide::Database;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::types::AttributeValue;
use payproof::payment::PaymentId;
use payproof_edge::queue::Queues;
use payproof_edge::store::{Due, tables};
use serde::{Deserialize, Serialize};
use tokio::task::AbortHandle;

use crate::documents::{Documents, DocumentsError};

/// The table that the position is kept in, and the position's id.
const TABLE: &str = "stream";
const POSITION: &str = "payments";
/// How long to wait where nothing new was there.
const PAUSE: Duration = Duration::from_millis(100);
/// How long to wait where something failed.
const FAILED_PAUSE: Duration = Duration::from_secs(2);
/// Records that are read at once.
const BATCH: usize = 200;

/// Where reading goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Position {
    sequence_number: String,
}

/// Why the stream was not read.
#[derive(Debug, thiserror::Error)]
enum StreamError {
    #[error("the table has no stream")]
    NoStream,
    #[error("the embedded store did not give its records: {0}")]
    Store(String),
    #[error(transparent)]
    Position(#[from] DocumentsError),
    #[error(transparent)]
    Queue(#[from] payproof_edge::queue::QueueError),
    #[error("the reader was ended")]
    Ended,
}

/// Reads a table's stream until it is aborted.
pub(crate) async fn follow(
    database: Database,
    table: String,
    client: Client,
    queues: Arc<dyn Queues>,
) -> Result<AbortHandle, DocumentsError> {
    let positions = Documents::open(client, TABLE).await?;
    let kept = positions.get::<Position>(POSITION).await?;
    let stream = Stream { database, table, positions, queues, after: kept.map(|kept| kept.document) };
    Ok(tokio::spawn(stream.run()).abort_handle())
}

struct Stream {
    database: Database,
    table: String,
    positions: Documents,
    queues: Arc<dyn Queues>,
    after: Option<Position>,
}

impl Stream {
    async fn run(mut self) {
        loop {
            let pause = match self.step().await {
                Ok(BATCH..) => continue,
                Ok(_) => PAUSE,
                Err(error) => {
                    tracing::warn!(%error, "the table's stream could not be read");
                    FAILED_PAUSE
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Hands on one batch, and keeps the position only then: whatever ends in between, it is handed on once more.
    async fn step(&mut self) -> Result<usize, StreamError> {
        let (database, table, after) = (self.database.clone(), self.table.clone(), self.after.clone());
        let read = tokio::task::spawn_blocking(move || records(&database, &table, after));
        let records = read.await.map_err(|_| StreamError::Ended)??;
        let Some(last) = records.last() else { return Ok(0) };
        let mut orders: Vec<PaymentId> = records.iter().filter_map(to_look_at).collect();
        orders.dedup();
        if !orders.is_empty() {
            self.queues.put(Due::NotifyShop, &orders, Duration::ZERO).await?;
        }
        let position = Position { sequence_number: last.dynamodb.sequence_number.clone() };
        self.positions.put(POSITION, &position).await?;
        self.after = Some(position);
        Ok(records.len())
    }
}

fn records(database: &Database, table: &str, after: Option<Position>) -> Result<Vec<Record>, StreamError> {
    let failed = |error: dynoxide::DynoxideError| StreamError::Store(error.to_string());
    let described = database.describe_table(DescribeTableRequest { table_name: table.to_owned() });
    let stream_arn = described.map_err(failed)?.table.latest_stream_arn.ok_or(StreamError::NoStream)?;
    let from = GetShardIteratorRequest {
        stream_arn,
        shard_id: dynoxide::streams::shard_id(table),
        shard_iterator_type: match after {
            Some(_) => "AFTER_SEQUENCE_NUMBER".to_owned(),
            None => "TRIM_HORIZON".to_owned(),
        },
        sequence_number: after.map(|after| after.sequence_number),
    };
    let iterator = database.get_shard_iterator(from).map_err(failed)?.shard_iterator;
    let shard_iterator = iterator.ok_or(StreamError::NoStream)?;
    let request = GetRecordsRequest { shard_iterator, limit: Some(BATCH) };
    Ok(database.get_records(request).map_err(failed)?.records)
}

/// The order that a record says something new of, by the rule that the Pipe in `template.yaml` filters by.
fn to_look_at(record: &Record) -> Option<PaymentId> {
    let image = record.dynamodb.new_image.as_ref()?;
    let text = |name: &str| match image.get(name) {
        Some(AttributeValue::S(text)) => Some(text.as_str()),
        _ => None,
    };
    let tells = text("sk") == Some(tables::TELLING_SK)
        && matches!(image.get(tables::TELLING_MARK), Some(AttributeValue::BOOL(true)));
    tells.then(|| PaymentId::parse(text("pk")?).ok()).flatten()
}
