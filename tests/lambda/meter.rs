//! A proxy in front of the store that counts requests, and what the writes among them cost.
//!
//! Units are computed, for neither the embedded store nor DynamoDB Local bills: the item is read before and after each
//! write (those two reads are the meter's own and are not counted), and the larger of the two sizes counts, as it does
//! for DynamoDB, also where the write's condition failed. An entry of the table's index costs one more unit when it is
//! made, moved or removed. Source: DynamoDB developer guide, "DynamoDB read and write operations" and "Provisioned
//! throughput considerations for global secondary indexes".

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use payproof_edge::settings::Settings;
use payproof_edge::store::Store;
use payproof_edge::store::size::{item_bytes, write_units};
use payproof_edge::store::tables::{Index, PAYMENTS};
use serde_json::Value;

type Item = HashMap<String, AttributeValue>;

/// One request to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// `UpdateItem`, `GetItem`, …
    pub operation: String,
    /// The sort key that it writes to, or the beginning of its partition key where that says more.
    pub what: String,
    /// Whether it writes.
    pub writes: bool,
    /// Write units of the table.
    pub units: usize,
    /// Write units of its index.
    pub index_units: usize,
    /// The HTTP status that the store answered with: 400 for a condition that failed.
    pub status: u16,
}

/// The proxy.
#[derive(Clone)]
pub struct Meter {
    settings: Settings,
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    forward_to: String,
    client: Client<HttpConnector, Body>,
    counted: Mutex<Vec<Counted>>,
}

impl Meter {
    /// A meter in front of the store that these settings name.
    pub async fn start(settings: &Settings) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner {
            store: Store::new(settings),
            forward_to: settings.endpoint_url.clone().expect("a store on this machine"),
            client: Client::builder(TokioExecutor::new()).build_http(),
            counted: Mutex::default(),
        });
        let router = Router::new().fallback(forward).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { settings: Settings { endpoint_url: Some(url), ..settings.clone() }, inner }
    }

    /// The settings that lead through the meter.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What was counted since the last call.
    pub fn take(&self) -> Vec<Counted> {
        std::mem::take(&mut *self.counted())
    }

    fn counted(&self) -> MutexGuard<'_, Vec<Counted>> {
        self.inner.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn forward(State(inner): State<Arc<Inner>>, request: Request<Body>) -> Response<Body> {
    let (mut head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 16 * 1024 * 1024).await.expect("a body");
    let target = head.headers.get("x-amz-target").and_then(|name| name.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit_once('.').map_or(target, |(_, operation)| operation).to_owned();
    let said: Value = serde_json::from_slice(&body).expect("the store is asked in JSON");
    let key = written_key(&operation, &said);
    let before = inner.read(&said, key.as_ref()).await;

    head.uri = format!("{}{}", inner.forward_to, head.uri.path()).parse().expect("a URL");
    let forwarded = inner.client.request(Request::from_parts(head, Body::from(body))).await;
    let (head, body) = forwarded.expect("the store answers").into_parts();
    let answer: Bytes = axum::body::to_bytes(Body::new(body), 16 * 1024 * 1024).await.expect("an answer");

    let after = inner.read(&said, key.as_ref()).await;
    let bytes = |item: &Option<Item>| item.as_ref().map_or(0, item_bytes);
    let writes = key.is_some();
    let counted = Counted {
        operation,
        what: what(&said),
        writes,
        units: if writes { write_units(bytes(&before).max(bytes(&after))) } else { 0 },
        index_units: index_units(before.as_ref(), after.as_ref()),
        status: head.status.as_u16(),
    };
    inner.counted.lock().unwrap_or_else(PoisonError::into_inner).push(counted);
    Response::from_parts(head, Body::from(answer))
}

impl Inner {
    async fn read(&self, said: &Value, key: Option<&Value>) -> Option<Item> {
        let key = key?;
        let text = |name: &str| key[name]["S"].as_str().map(|text| AttributeValue::S(text.to_owned()));
        let request = self.store.client().get_item().table_name(said["TableName"].as_str()?);
        let names = ["pk", "sk", "id"].into_iter().filter_map(|name| Some((name, text(name)?)));
        let request = names.fold(request, |request, (name, value)| request.key(name, value));
        request.consistent_read(true).send().await.expect("the store answers").item
    }
}

/// The key of the item that an operation writes. What writes several at once is not used, so not counted here.
fn written_key(operation: &str, said: &Value) -> Option<Value> {
    match operation {
        "PutItem" => Some(said["Item"].clone()),
        "UpdateItem" | "DeleteItem" => Some(said["Key"].clone()),
        "GetItem" | "Query" | "BatchGetItem" => None,
        other => panic!("the meter does not know what {other} costs"),
    }
}

fn what(said: &Value) -> String {
    let keys = ["Key", "Item"].into_iter().find_map(|place| said.get(place));
    let Some(keys) = keys else { return said["TableName"].as_str().unwrap_or_default().to_owned() };
    let text = |name: &str| keys[name]["S"].as_str().unwrap_or_default();
    let kind = |key: &str| key.split_once('#').map(|(kind, _)| format!("{kind}#"));
    match (kind(text("pk")), text("sk")) {
        (Some(partition), _) => partition,
        (None, "") => "shop".to_owned(),
        (None, sort) => kind(sort).unwrap_or_else(|| sort.to_owned()),
    }
}

fn index_units(before: Option<&Item>, after: Option<&Item>) -> usize {
    let units = |index: &Index| {
        let entry = |item: Option<&Item>| {
            let item = item?;
            Some((item.get(index.partition_key)?.clone(), item.get(index.sort_key)?.clone()))
        };
        match (entry(before), entry(after)) {
            (before, after) if before == after => 0,
            // An entry that moves is removed and made.
            (Some(_), Some(_)) => 2,
            _ => 1,
        }
    };
    PAYMENTS.indexes.iter().map(units).sum()
}
