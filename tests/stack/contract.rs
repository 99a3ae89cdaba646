//! Every answer that a test receives is held to `openapi.yaml`, on the spot: status, headers, content type and body.
//! `world.rs` calls [`check`] wherever it reads an answer.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

#[path = "yaml.rs"]
pub mod yaml;

/// The headers that an answer may have only where they are documented, and must have where that says `required`.
const HELD_HEADERS: [&str; 4] = ["allow", "etag", "location", "retry-after"];
/// What the local stack serves beside the contract: the sandbox provider and the demo shop.
const BESIDE: [&str; 2] = ["/demo", "/sandbox"];

/// `openapi.yaml`, read once.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| yaml::file("openapi.yaml"))
}

/// Panics where an answer is not what `openapi.yaml` says. `method` is empty where it is not known: then the answer
/// must be one of any operation of the path.
pub fn check(method: &str, path: &str, status: u16, headers: &HeaderMap, body: &str) {
    let faults = faults(method, path, status, headers, body);
    assert!(
        faults.is_empty(),
        "openapi.yaml does not say this of {} {path}:\n  - {}\nstatus: {status}\nheaders: {headers:?}\nbody: {body}",
        if method.is_empty() { "a request to" } else { method },
        faults.join("\n  - "),
    );
}

/// What of an answer `openapi.yaml` does not say.
pub fn faults(method: &str, path: &str, status: u16, headers: &HeaderMap, body: &str) -> Vec<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if BESIDE.iter().any(|beside| path.starts_with(beside)) {
        return Vec::new();
    }
    // Every OPTIONS is answered so, by the gateway or for it.
    if status == 204 && matches!(method, "OPTIONS" | "") && body.is_empty() {
        return Vec::new();
    }
    let contract = contract();
    let seen = Seen { status, headers, body, is_head: method == "HEAD" };
    if status == 413 && !headers.contains_key("x-request-id") {
        return contract.gateway.faults(&seen);
    }
    // The gateway has no route for HEAD of the API, so it is answered where unknown paths are.
    if method == "HEAD" && path.starts_with("/v1/") && status == 404 {
        return contract.no_such_path.faults(&seen);
    }
    let of_path: Vec<_> =
        contract.operations.iter().filter(|operation| covers(&operation.path, path)).collect();
    if of_path.is_empty() {
        return match status {
            404 => contract.no_such_path.faults(&seen),
            _ => vec![format!("no operation has this path, so the answer is 404, not {status}")],
        };
    }
    let wanted = if method == "HEAD" { "GET" } else { method };
    let candidates: Vec<_> =
        of_path.into_iter().filter(|operation| method.is_empty() || operation.method == wanted).collect();
    if status == 405 && (method.is_empty() || candidates.is_empty()) {
        return contract.wrong_method.faults(&seen);
    }
    if candidates.is_empty() {
        return vec![format!(
            "no operation of this path has this method, so the answer is 405, not {status}"
        )];
    }
    let each = candidates.iter().map(|operation| match operation.answers.get(&status) {
        Some(documented) => documented.faults(&seen),
        None => {
            let known: Vec<_> = operation.answers.keys().map(ToString::to_string).collect();
            vec![format!(
                "{} {} answers {}, not {status}",
                operation.method,
                operation.path,
                known.join(", ")
            )]
        }
    });
    each.min_by_key(Vec::len).unwrap_or_default()
}

/// A schema of `openapi.yaml`, ready to validate: one that stands there, or one that refers to what stands there.
pub fn validator(schema: &Value) -> Validator {
    // The document's own references begin with `#/components/`, so the schema takes the components with it.
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": { "schemas": document()["components"]["schemas"] },
    });
    jsonschema::validator_for(&whole)
        .unwrap_or_else(|error| panic!("openapi.yaml: a schema is none: {error}"))
}

/// What `$ref` stands for, where a part of the document is one.
pub fn resolved(part: &Value) -> &Value {
    match part["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) if part.as_object().is_some_and(|part| part.len() == 1) => document()
            .pointer(pointer)
            .unwrap_or_else(|| panic!("openapi.yaml: nothing stands at #{pointer}")),
        _ => part,
    }
}

/// Whether a path is one of a template's: `{name}` stands for one part that is not empty.
fn covers(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let part = |(wanted, given): (&&str, &&str)| match wanted.strip_prefix('{') {
        Some(_) => !given.is_empty(),
        None => wanted == given,
    };
    wanted.len() == given.len() && wanted.iter().zip(&given).all(part)
}

struct Contract {
    operations: Vec<Operation>,
    no_such_path: Documented,
    wrong_method: Documented,
    gateway: Documented,
}

struct Operation {
    method: String,
    path: String,
    answers: BTreeMap<u16, Documented>,
}

struct Documented {
    /// By content type; none for an answer without a body.
    content: BTreeMap<String, Validator>,
    headers: BTreeMap<String, Header>,
    from_a_function: bool,
}

struct Header {
    required: bool,
    schema: Validator,
}

struct Seen<'a> {
    status: u16,
    headers: &'a HeaderMap,
    body: &'a str,
    is_head: bool,
}

impl Seen<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap_or("(not text)"))
    }
}

fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(|| {
        let mut operations = Vec::new();
        for (path, item) in entries(&document()["paths"]) {
            for (method, operation) in entries(item).filter(|(name, _)| *name != "parameters") {
                let answers = entries(&operation["responses"]).filter(|(status, _)| *status != "default");
                let answers = answers.map(|(status, answer)| {
                    (
                        status.parse().unwrap_or_else(|_| panic!("{method} {path}: {status}")),
                        Documented::of(answer),
                    )
                });
                let (method, path) = (method.to_uppercase(), path.to_owned());
                operations.push(Operation { method, path, answers: answers.collect() });
            }
        }
        let shared = |name: &str| Documented::of(&document()["components"]["responses"][name]);
        Contract {
            operations,
            no_such_path: shared("NoSuchPath"),
            wrong_method: shared("WrongMethod"),
            gateway: Documented { from_a_function: false, ..shared("Gateway") },
        }
    })
}

/// The entries of an object of the document.
pub fn entries(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

impl Documented {
    fn of(answer: &Value) -> Self {
        let answer = resolved(answer);
        let content =
            entries(&answer["content"]).map(|(kind, media)| (kind.to_owned(), validator(&media["schema"])));
        let headers = entries(&answer["headers"]).map(|(name, header)| {
            let header = resolved(header);
            let required = header["required"] == true;
            (name.to_lowercase(), Header { required, schema: validator(&header["schema"]) })
        });
        Self { content: content.collect(), headers: headers.collect(), from_a_function: true }
    }

    fn faults(&self, seen: &Seen<'_>) -> Vec<String> {
        let mut faults = self.header_faults(seen);
        let kind = seen.header("content-type").map(|kind| kind.split(';').next().unwrap_or_default().trim());
        match kind.map(|kind| (kind, self.content.get(kind))) {
            None if self.content.is_empty() => {
                if !seen.body.is_empty() {
                    faults.push(format!("{} has no body", seen.status));
                }
            }
            Some((kind, Some(schema))) if !seen.is_head => {
                faults.extend(body_faults(kind, schema, seen.body))
            }
            Some((_, Some(_))) => {}
            other => {
                let known: Vec<_> = self.content.keys().map(String::as_str).collect();
                let sent = other.map_or("none", |(kind, _)| kind);
                let documented = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                faults.push(format!("the content type of {} is {documented}, not {sent}", seen.status));
            }
        }
        faults
    }

    fn header_faults(&self, seen: &Seen<'_>) -> Vec<String> {
        let mut faults = Vec::new();
        for name in HELD_HEADERS {
            match (self.headers.get(name), seen.header(name)) {
                (None, Some(value)) => faults.push(format!("{} has no header {name} ({value})", seen.status)),
                (Some(header), None) if header.required => {
                    faults.push(format!("{} must have a header {name}", seen.status));
                }
                (Some(header), Some(value)) => {
                    let number = value.parse::<u64>().ok().map(Value::from);
                    let text = Value::from(value);
                    if !header.schema.is_valid(&text)
                        && !number.is_some_and(|number| header.schema.is_valid(&number))
                    {
                        faults.push(format!("the header {name} is not as it should be: {value}"));
                    }
                }
                (_, None) => {}
            }
        }
        if self.from_a_function {
            if seen.header("x-request-id").is_none_or(str::is_empty) {
                faults.push("every answer has an x-request-id".to_owned());
            }
            // Where an answer may be kept by a browser, the document says how.
            let kept = self.headers.get("cache-control");
            let said = seen.header("cache-control").unwrap_or_default();
            if !kept.map_or(said == "no-store", |header| header.schema.is_valid(&Value::from(said))) {
                faults.push("no answer may be cached".to_owned());
            }
        }
        faults
    }
}

fn body_faults(kind: &str, schema: &Validator, body: &str) -> Vec<String> {
    let value = match kind {
        "text/html" | "text/plain" | "text/javascript" | "text/css" => Value::from(body),
        _ => match serde_json::from_str(body) {
            Ok(value) => value,
            Err(error) => return vec![format!("the body is not JSON: {error}")],
        },
    };
    schema.iter_errors(&value).map(|error| format!("at `{}`: {error}", error.instance_path())).collect()
}
