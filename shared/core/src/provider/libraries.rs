//! What we send, beside what the providers' own libraries send for the same calls.
//!
//! `requests/` holds what they sent, captured by `tests/libraries/capture.mjs`, and what they were answered. Our
//! adapters get the same answers, and each of their requests has to mean the same as the library's at that place:
//! method, address, query, headers and body, field by field. What differs stands in the table, by name and with why,
//! and what stands there has to differ.

mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::conformance::{URL, answer, remembered, with_checkout};
use super::{ALL, Checkout, Configured, Held, Listed, RefundOrder, Request, Step};
use crate::payment::sample::money;
use crate::payment::{Method, ProviderPaymentId, RefundId};

/// A provider whose requests are compared.
struct Compared {
    provider: &'static dyn Listed,
    config: fn() -> Value,
    method: Method,
    /// What a checkout is over, and what is refunded of it.
    minor: u64,
    refunded: u64,
    currency: &'static str,
    /// The provider's ids of the checkout and of the payment.
    checkout_id: &'static str,
    payment: &'static str,
    differences: &'static [Difference],
}

/// A field that is not the same in both.
struct Difference {
    /// Of which request: `refund 2` is the second of a refund, `*` is each.
    at: &'static str,
    /// `method`, `url`, `query name`, `header name`, `body`, or `body /a/0/b`.
    field: &'static str,
    how: How,
    why: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum How {
    /// Only we send it.
    Ours,
    /// Only the library sends it.
    Theirs,
    /// We send the first, the library the second.
    Otherwise(&'static str, &'static str),
}

/// A file of `requests/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Captured {
    #[serde(rename = "library")]
    _library: String,
    calls: BTreeMap<String, Vec<Exchanged>>,
}

/// A request of the library's, or why it makes none, and what was answered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchanged {
    request: Option<Sent>,
    without: Option<String>,
    answer: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    method: String,
    url: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Value,
}

/// What a request means: each field with its value. Values of JSON are written as JSON, so `1` and `"1"` differ.
type Meaning = BTreeMap<String, String>;

fn meaning(sent: &Sent) -> Meaning {
    let mut fields =
        Meaning::from([("method".to_owned(), sent.method.clone()), ("url".to_owned(), sent.url.clone())]);
    fields.extend(sent.query.iter().map(|(name, value)| (format!("query {name}"), value.clone())));
    for (name, value) in &sent.headers {
        let value = match (name.as_str(), value.split_once([' ', ';'])) {
            // The type of nothing says nothing.
            ("content-type", _) if sent.body.is_null() => continue,
            // JSON is UTF-8, and so is what we send as a form.
            ("content-type", Some((kind, _))) => kind.to_owned(),
            // Schemes are written in any case (RFC 9110, section 11.1).
            ("authorization", Some((scheme, rest))) => format!("{} {rest}", scheme.to_ascii_lowercase()),
            _ => value.clone(),
        };
        fields.insert(format!("header {name}"), value);
    }
    if !sent.body.is_null() {
        spread(&sent.body, "body", &mut fields);
    }
    fields
}

/// Each value of a body under its place.
fn spread(value: &Value, place: &str, fields: &mut Meaning) {
    let inner =
        |name: &str| if place == "body" { format!("body /{name}") } else { format!("{place}/{name}") };
    match value {
        Value::Object(object) if !object.is_empty() => {
            object.iter().for_each(|(name, value)| spread(value, &inner(name), fields));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, value)| spread(value, &inner(&at.to_string()), fields));
        }
        _ => {
            fields.insert(place.to_owned(), value.to_string());
        }
    }
}

/// Pairs of a form or a query, each name once.
fn pairs(text: &str) -> BTreeMap<String, String> {
    let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let found: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(found.len(), pairs.len(), "a name is there twice: {text}");
    found
}

/// Ours, in the form in which theirs is kept.
fn sent(request: &Request) -> Sent {
    let (url, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let text = std::str::from_utf8(&request.body).unwrap();
    let body = match request.header_value("content-type") {
        _ if text.is_empty() => Value::Null,
        Some("application/x-www-form-urlencoded") => serde_json::to_value(pairs(text)).unwrap(),
        _ => serde_json::from_str(text).unwrap(),
    };
    let headers: BTreeMap<_, _> =
        request.headers.iter().map(|(name, value)| (name.to_string(), value.reveal().to_owned())).collect();
    assert_eq!(headers.len(), request.headers.len(), "a header is there twice");
    Sent { method: request.method.to_string(), url: url.to_owned(), query: pairs(query), headers, body }
}

/// What is wrong between our request and theirs: differences that are not listed, or listed and none.
fn faults(at: &str, ours: &Meaning, theirs: &Meaning, listed: &[Difference]) -> Vec<String> {
    let here: Vec<_> = listed.iter().filter(|difference| [at, "*"].contains(&difference.at)).collect();
    let mut fields: BTreeSet<&str> = ours.keys().chain(theirs.keys()).map(String::as_str).collect();
    fields.extend(here.iter().map(|difference| difference.field));
    let mut faults = Vec::new();
    for field in fields {
        let (one, other) = (ours.get(field).map(String::as_str), theirs.get(field).map(String::as_str));
        let listed: Vec<_> = here
            .iter()
            .filter(|difference| difference.field == field)
            .map(|difference| difference.how)
            .collect();
        let is_so = match listed[..] {
            [] => one == other,
            [How::Ours] => one.is_some() && other.is_none(),
            [How::Theirs] => one.is_none() && other.is_some(),
            [How::Otherwise(a, b)] => a != b && (one, other) == (Some(a), Some(b)),
            _ => false,
        };
        if !is_so {
            faults.push(format!("{at}: {field}: ours {one:?}, the library's {other:?}, listed {listed:?}"));
        }
    }
    faults
}

/// The requests of a step, which gets these answers in this order.
fn requests<T>(name: &str, mut step: Step<T>, answers: &[Exchanged]) -> Vec<Request> {
    let mut requests = Vec::new();
    for exchanged in answers {
        if let Step::Take(taking) = step {
            step = (taking.then)(true).unwrap();
        }
        let Step::Send(exchange) = step else { panic!("{name}: fewer requests than the library's") };
        requests.push(exchange.request);
        let answered = answer(200, exchanged.answer.to_string());
        step = (exchange.read)(&answered)
            .unwrap_or_else(|failure| panic!("{name} {}: {failure}", requests.len()));
    }
    assert!(matches!(step, Step::Done(_)), "{name}: more requests than the library's");
    requests
}

impl Compared {
    fn captured(&self) -> Captured {
        let file = format!("requests/{}.json", self.provider.name());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Our requests of a call; none where the adapter does not make it.
    fn ours(&self, configured: &dyn Configured, call: &str, answers: &[Exchanged]) -> Option<Vec<Request>> {
        let name = format!("{} {call}", self.provider.name());
        let amount = money(self.minor, self.currency);
        let held = Held { session: remembered(), checkout_id: Some(self.checkout_id), money: amount };
        match call {
            "create" => {
                let step = with_checkout(amount, URL, |checkout| {
                    configured.create(&Checkout { method: self.method, ..*checkout })
                });
                Some(requests(&name, step, answers))
            }
            "fetch" => configured.fetch(&held).map(|step| requests(&name, step, answers)),
            "refund" => {
                let payment = ProviderPaymentId::parse(self.payment).unwrap();
                let (refund, session) = (RefundId::parse("rf_01").unwrap(), remembered());
                let money = money(self.refunded, self.currency);
                let order = RefundOrder { session, payment: &payment, refund: &refund, money };
                configured.refund(&order).map(|step| requests(&name, step, answers))
            }
            "close" => configured.close(&held).map(|step| requests(&name, step, answers)),
            "endpoint" => configured.endpoint(URL).map(|step| requests(&name, step, answers)),
            _ => panic!("a call that nobody makes: {call}"),
        }
    }

    /// Everything that is wrong, and how many requests were compared.
    fn compare(&self) -> (Vec<String>, usize) {
        let name = self.provider.name();
        let configured = self.provider.configure(&(self.config)()).unwrap();
        let (mut all, mut compared, mut seen) = (Vec::new(), 0, BTreeSet::from(["*".to_owned()]));
        let captured = self.captured();
        for call in ["create", "fetch", "refund", "close", "endpoint"] {
            let none = Vec::new();
            let exchanged = captured.calls.get(call).unwrap_or(&none);
            match self.ours(&*configured, call, exchanged) {
                None if exchanged.is_empty() => {}
                None => all.push(format!("{name} {call}: captured, and we do not ask for it")),
                Some(_) if exchanged.is_empty() => all.push(format!("{name} {call}: not captured")),
                Some(requests) => {
                    for (index, (request, exchanged)) in requests.iter().zip(exchanged).enumerate() {
                        let at = format!("{call} {}", index + 1);
                        if let Some(theirs) = &exchanged.request {
                            compared += 1;
                            let (ours, theirs) = (meaning(&sent(request)), meaning(theirs));
                            let faults = faults(&at, &ours, &theirs, self.differences);
                            all.extend(faults.into_iter().map(|fault| format!("{name} {fault}")));
                            seen.insert(at);
                        } else {
                            assert!(
                                exchanged.without.is_some(),
                                "{name} {at}: neither a request nor why not"
                            );
                        }
                    }
                }
            }
        }
        let unseen = self.differences.iter().filter(|difference| !seen.contains(difference.at));
        all.extend(unseen.map(|difference| format!("{name} {}: listed, and not compared", difference.at)));
        assert!(
            self.differences.iter().all(|difference| !difference.why.is_empty()),
            "{name}: differs without a reason"
        );
        (all, compared)
    }
}

#[test]
fn our_requests_mean_what_the_libraries_requests_mean() {
    let (mut all, mut compared) = (Vec::new(), 0);
    for row in table::COMPARED {
        let (faults, count) = row.compare();
        assert!(count > 0, "{}: nothing was compared", row.provider.name());
        all.extend(faults);
        compared += count;
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    assert!(compared >= 75, "only {compared} requests were compared");
}

#[test]
fn each_provider_is_compared_or_said_to_have_no_library() {
    for provider in ALL {
        let is_compared = table::COMPARED.iter().any(|row| row.provider.name() == provider.name());
        let is_without = table::WITHOUT.iter().any(|(name, why)| *name == provider.name() && !why.is_empty());
        assert!(is_compared != is_without, "{}: see tests/libraries/capture.mjs", provider.name());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("requests");
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(files, table::COMPARED.len(), "a file of requests that nobody compares");
}

#[test]
fn a_field_that_is_added_missing_or_changed_is_a_fault() {
    let theirs = meaning(&Sent {
        method: "POST".to_owned(),
        url: "https://pay.example/v1/things".to_owned(),
        query: BTreeMap::from([("limit".to_owned(), "5".to_owned())]),
        headers: BTreeMap::from([
            ("authorization".to_owned(), "bearer key".to_owned()),
            ("content-type".to_owned(), "application/json; charset=utf-8".to_owned()),
        ]),
        body: serde_json::json!({ "amount": 1, "lines": [{ "name": "a" }], "notes": {} }),
    });
    let request = |url: &str, key: &str, body: &str| {
        let request = Request::new(http::Method::POST, url).header("authorization", format!("Bearer {key}"));
        meaning(&sent(&request.body("application/json", body)))
    };
    let url = "https://pay.example/v1/things?limit=5";
    let body = r#"{"notes":{},"lines":[{"name":"a"}],"amount":1}"#;
    let found = |ours: &Meaning, listed: &[Difference]| faults("create 1", ours, &theirs, listed).len();
    assert_eq!(found(&request(url, "key", body), &[]), 0);
    for (url, key, body, count) in [
        (url, "other", body, 1),
        ("https://pay.example/v1/thing?limit=5", "key", body, 1),
        ("https://pay.example/v1/things", "key", body, 1),
        ("https://pay.example/v1/things?limit=5&page=2", "key", body, 1),
        (url, "key", r#"{"notes":{},"lines":[{"name":"a"}],"amount":"1"}"#, 1),
        (url, "key", r#"{"notes":{},"lines":[{"name":"a"}],"amuont":1}"#, 2),
        (url, "key", r#"{"notes":{},"lines":[{"name":"a"},{"name":"b"}],"amount":1}"#, 1),
        (url, "key", r#"{"lines":[{"name":"a"}],"amount":1}"#, 1),
    ] {
        assert_eq!(found(&request(url, key, body), &[]), count, "{url} {key} {body}");
    }
    let listed = |how| [Difference { at: "create 1", field: "body /amount", how, why: "a test" }];
    let text = request(url, "key", r#"{"notes":{},"lines":[{"name":"a"}],"amount":"1"}"#);
    assert_eq!(found(&text, &listed(How::Otherwise("\"1\"", "1"))), 0);
    for how in [How::Otherwise("\"2\"", "1"), How::Otherwise("\"1\"", "2"), How::Ours, How::Theirs] {
        assert_eq!(found(&text, &listed(how)), 1, "{how:?}");
        assert_eq!(found(&request(url, "key", body), &listed(how)), 1, "listed, and the same: {how:?}");
    }
}
