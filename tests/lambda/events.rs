//! The recorded events: one file each in `events/`, with the HTTP request that API Gateway makes such an event of.
//!
//! `{{name}}` stands for what only a run can know: keys, ids and tokens, and `body`, `body_base64` and
//! `stripe_signature` of the step's own body. A body that is an object is sent as indented JSON.

use std::collections::BTreeMap;
use std::path::Path;

use axum::body::Bytes;
use data_encoding::BASE64;
use payproof::provider::stripe;
use payproof::secret::Secret;
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::runtime_api::Reply;
use crate::world::{Answer, STRIPE_SECRET, World};

/// One file.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is odd about it.
    pub what: String,
    /// Which function the gateway hands it to.
    pub function: String,
    /// The status of the answer.
    pub status: u16,
    /// The request as it came to the gateway.
    pub http: Http,
    /// The event that the gateway makes of it.
    pub event: Value,
    /// What later steps need of the answer, by name: a JSON pointer into its body, or a header's name.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
}

/// A request.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    pub method: String,
    pub target: String,
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    pub body: Option<Value>,
}

/// All of them, in the order of their names.
pub fn recorded() -> Vec<Step> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lambda/events");
    let files = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read(path).expect("a file");
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().map(read).collect()
}

/// What `{{name}}` stands for on one side.
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// What is known before the first step.
    pub fn of(world: &World) -> Self {
        let shop = &world.shop;
        let known = [
            ("secret_key", &shop.secret_key),
            ("read_key", &shop.read_key),
            ("publishable_key", &shop.publishable_key),
            ("url", &world.stack.url),
        ];
        Self(known.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect())
    }

    fn know(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Everything that a name stands for now.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The text with each `{{name}}` replaced.
    pub fn fill(&self, text: &str) -> String {
        let text = self
            .0
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value));
        assert!(!text.contains("{{"), "a name that stands for nothing: {text}");
        text
    }

    fn fill_all(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(list) => list.iter().map(|value| self.fill_all(value)).collect(),
            Value::Object(object) => {
                object.iter().map(|(name, value)| (name.clone(), self.fill_all(value))).collect()
            }
            other => other.clone(),
        }
    }

    /// Makes the step's body, and knows what is made of it.
    fn prepare(&mut self, step: &Step) -> Option<String> {
        let at = now().seconds();
        self.know("now", at.to_string());
        self.know("request_id", format!("JKJaXmPLvHcESHA{at}="));
        let body = step.http.body.as_ref().map(|body| match body {
            Value::String(text) => self.fill(text),
            other => serde_json::to_string_pretty(&self.fill_all(other)).expect("JSON"),
        })?;
        self.know("body_base64", BASE64.encode(body.as_bytes()));
        self.know("stripe_signature", stripe::sign(&Secret::new(STRIPE_SECRET), at, body.as_bytes()));
        self.know("body", body.clone());
        Some(body)
    }

    /// The event as the gateway sends it.
    pub fn event(&mut self, step: &Step) -> Bytes {
        self.prepare(step);
        Bytes::from(self.fill_all(&step.event).to_string())
    }

    /// The request as a client sends it, and its answer.
    pub async fn request(&mut self, step: &Step, world: &World) -> Answer {
        let body = self.prepare(step);
        let method = step.http.method.parse().expect("a method");
        let mut request =
            world.http.request(method, format!("{}{}", world.stack.url, self.fill(&step.http.target)));
        for (name, value) in &step.http.headers {
            request = request.header(name, self.fill(value));
        }
        Answer::to(&step.http.method, request.body(body.unwrap_or_default()).send().await.expect("an answer"))
            .await
    }

    /// Keeps what later steps need of an answer.
    pub fn keep(&mut self, step: &Step, answer: &Answer) {
        for (name, place) in &step.keep {
            let value = match place.strip_prefix('/') {
                Some(_) => {
                    answer.json().pointer(place).and_then(Value::as_str).expect("it is there").to_owned()
                }
                None => answer.header(place).to_owned(),
            };
            let path = value.strip_prefix(&self.0["url"]).unwrap_or(&value).to_owned();
            self.know(name, path);
        }
    }
}

/// A function's reply as API Gateway makes an HTTP answer of it.
pub fn answer(reply: Reply) -> Answer {
    let told = match reply {
        Reply::Answer(told) => told,
        Reply::Error(error) => panic!("an error: {}", String::from_utf8_lossy(&error)),
    };
    let told: Value = serde_json::from_slice(&told).expect("an answer is JSON");
    let known = ["statusCode", "headers", "multiValueHeaders", "cookies", "body", "isBase64Encoded"];
    let object = told.as_object().expect("an answer is an object");
    assert!(object.keys().all(|name| known.contains(&name.as_str())), "{told}");
    let text = told["body"].as_str().unwrap_or_default();
    let body = match told["isBase64Encoded"] == json!(true) {
        true => String::from_utf8(BASE64.decode(text.as_bytes()).expect("base64")).expect("text"),
        false => text.to_owned(),
    };
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in told["headers"].as_object().into_iter().flatten() {
        let name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        headers.insert(name, value.as_str().expect("a text").parse().expect("a header's value"));
    }
    let status = told["statusCode"].as_u64().and_then(|status| status.try_into().ok()).expect("a status");
    Answer { status, headers, body }
}
