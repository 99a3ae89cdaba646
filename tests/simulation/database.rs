//! The embedded store in the same thread: what the AWS SDK sends is carried to it without a socket, past the world that
//! decides what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};
use payproof::payment::PaymentId;
use payproof::secret::Secret;
use payproof_edge::settings::Settings;
use payproof_edge::store::{Shard, Store};

use crate::fate::{Callee, Fate, Lost};
use crate::merchant::ORDER;
use crate::shops::payment_id;
use crate::world::World;

/// The settings of every function in a simulated world.
pub fn settings() -> Settings {
    Settings {
        payments_table: "payproof".to_owned(),
        shops_table: "payproof-shops".to_owned(),
        public_url: "https://pay.example".to_owned(),
        region: "local".to_owned(),
        access_key_id: "embedded".to_owned(),
        secret_access_key: Secret::new("embedded"),
        session_token: None,
        endpoint_url: Some("http://embedded".to_owned()),
        reconcile_queue_url: None,
        notify_queue_url: None,
        sqs_endpoint_url: None,
    }
}

/// A store over an embedded database, by way of this world.
pub fn store(database: Database, world: Arc<World>) -> Store {
    let settings = settings();
    // The SDK counts failures for the whole process, so that one history would change how the next is repeated.
    let apart = RetryPartition::custom("simulation").token_bucket(TokenBucket::unlimited()).build();
    let timers = format!(r#""S":"{}""#, Shard::of(&payment_id(ORDER)).partition()).into();
    let wire = SharedHttpClient::new(Wire { database: Arc::new(database), timers, world });
    let config = Store::config(&settings).http_client(wire).retry_partition(apart).build();
    Store::with_client(&settings, aws_sdk_dynamodb::Client::from_conf(config))
}

#[derive(Clone)]
struct Wire {
    database: Arc<Database>,
    /// The partition of the order's timers, as the SDK writes it.
    timers: Arc<str>,
    world: Arc<World>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let wire = self.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            let body = std::str::from_utf8(request.body().bytes().unwrap_or_default()).unwrap_or_default();
            if wire.is_about_nothing(body) {
                let (status, answer) = answer(&wire.database, &operation, body);
                return answered(status, answer);
            }
            let what = format!("{operation} {}", about(body));
            let fate = wire.world.before(Callee::Store, &what).await;
            match fate {
                Fate::Lost(Lost::Before) => {
                    return Err(ConnectorError::io("the store is not reached".into()));
                }
                Fate::Late(after) => {
                    wire.done_late(what, operation, body.to_owned(), after);
                    return Err(ConnectorError::timeout("the store is slow".into()));
                }
                Fate::Breaks(Lost::Before) | Fate::Refuses => return answered(500, BROKEN.to_owned()),
                Fate::Done | Fate::Lost(_) | Fate::Breaks(_) | Fate::Crash(_) => {}
            }
            let (status, answer) = wire.done(&operation, body);
            wire.world.after(&what, status, fate).await;
            match fate {
                Fate::Lost(_) => Err(ConnectorError::timeout("the store's answer is lost".into())),
                Fate::Breaks(_) => answered(500, BROKEN.to_owned()),
                _ => answered(status, answer),
            }
        })
    }
}

impl Wire {
    /// Whether it is about timers that are nobody's: a history has one order, and a sweep asks for all partitions. Faults
    /// there would be counted and prove nothing.
    fn is_about_nothing(&self, body: &str) -> bool {
        body.contains(r#""S":"due#"#) && !body.contains(&*self.timers)
    }

    /// What is answered, with what else a write sets going: timers, and the table's stream.
    fn done(&self, operation: &str, body: &str) -> (u16, String) {
        let answer = answer(&self.database, operation, body);
        if answer.0 == 200 && matches!(operation, "PutItem" | "UpdateItem") {
            let (pk, sk) = (text_of(body, "pk"), text_of(body, "sk"));
            if sk == "order" && self.has_news(pk) {
                self.world.streamed(PaymentId::parse(pk).expect("an order's key"));
            }
            if pk.starts_with("due#")
                && let Some(Ok(millis)) = sk.get(..13).map(str::parse)
            {
                self.world.timer_written(millis);
            }
        }
        answer
    }

    /// What the Pipe asks of a new image: the order has `tel`.
    fn has_news(&self, pk: &str) -> bool {
        let key = format!(
            r#"{{"TableName":"payproof","ConsistentRead":true,"Key":{{"pk":{{"S":"{pk}"}},"sk":{{"S":"order"}}}}}}"#
        );
        answer(&self.database, "GetItem", &key).1.contains(r#""tel":{"BOOL":true}"#)
    }

    /// The request was on its way when whoever sent it gave up.
    fn done_late(&self, what: String, operation: String, body: String, after: Duration) {
        let wire = self.clone();
        self.world.spawn(async move {
            tokio::time::sleep(after).await;
            let (status, _) = wire.done(&operation, &body);
            wire.world.note(format_args!("{what}: done late, {status}"));
        });
    }
}

/// What DynamoDB answers where something of its own broke.
const BROKEN: &str =
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"broken"}"#;

fn answered(status: u16, body: String) -> Result<HttpResponse, ConnectorError> {
    let status = status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
    Ok(HttpResponse::new(status, SdkBody::from(body)))
}

/// Which item a request is about, without what is random in its key.
fn about(body: &str) -> &str {
    text_of(body, "sk").split('#').next().unwrap_or_default()
}

/// A text attribute of a request, as the SDK writes it.
fn text_of<'a>(body: &'a str, name: &str) -> &'a str {
    let rest = body.split_once(&format!(r#""{name}":{{"S":""#)).map_or("", |(_, rest)| rest);
    rest.split('"').next().unwrap_or_default()
}

/// What DynamoDB's wire answers.
fn answer(database: &Database, operation: &str, body: &str) -> (u16, String) {
    match run(database, operation, body) {
        Ok(answer) => (200, answer),
        Err(error) => (error.status_code(), error.to_json()),
    }
}

fn run(database: &Database, operation: &str, body: &str) -> Result<String, DynoxideError> {
    /// One operation of the database: its request read, its answer written.
    macro_rules! operations {
        ($($name:literal => $method:ident),* $(,)?) => {
            match operation {
                $($name => written(&database.$method(read(body)?)?),)*
                other => Err(DynoxideError::ValidationException(format!("no operation {other} here"))),
            }
        };
    }
    operations! {
        "PutItem" => put_item,
        "GetItem" => get_item,
        "UpdateItem" => update_item,
        "DeleteItem" => delete_item,
        "Query" => query,
        "Scan" => scan,
        "BatchGetItem" => batch_get_item,
        "CreateTable" => create_table,
        "ListTables" => list_tables,
        "UpdateTimeToLive" => update_time_to_live,
    }
}

fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, DynoxideError> {
    serde_json::from_str(body).map_err(|error| DynoxideError::ValidationException(error.to_string()))
}

fn written<T: serde::Serialize>(answer: &T) -> Result<String, DynoxideError> {
    serde_json::to_string(answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
