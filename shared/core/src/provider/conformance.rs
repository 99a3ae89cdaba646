//! What every provider must do, tried on each one in the list with the deliveries in `vectors/`.
//!
//! A provider takes part by one [`Trial`] in its tests and a folder of vectors; without either these tests fail.

mod bodies;
mod configuration;
mod deliveries;

use std::collections::BTreeMap;
use std::path::Path;

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    ALL, Answer, Configured, Event, Failure, Inbound, Listed, NotUnderstood, Reading, Refusal, Request, Step,
    Told, Verdict, sandbox, stripe,
};
use crate::payment::{Kind, Moment, Report};

/// What these tests need to know of a provider beyond its vectors.
pub(super) struct Trial {
    pub(super) provider: &'static dyn Listed,
    /// Its configuration for deliveries like this one, with these secrets.
    pub(super) config: fn(&[&str], &str) -> Value,
    /// Two secrets that could be configured.
    pub(super) secrets: [&'static str; 2],
    /// Signs a body at this second.
    pub(super) sign: fn(&str, u64, &[u8]) -> HeaderMap,
    /// The headers that hold the signature.
    pub(super) headers: &'static [&'static str],
    /// The keys of the body that are read.
    pub(super) keys: &'static [&'static str],
    /// What the provider would answer to a request.
    pub(super) answer: fn(&Request) -> Answer,
}

const TRIALS: [&Trial; 2] = [&stripe::tests::TRIAL, &sandbox::tests::TRIAL];

/// A delivery, and what has to be made of it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vector {
    pub(super) name: String,
    pub(super) secrets: Vec<String>,
    headers: BTreeMap<String, String>,
    pub(super) body: String,
    now: u64,
    expect: String,
    #[serde(default)]
    reads: Vec<Value>,
    #[serde(rename = "made_with")]
    _made_with: String,
}

impl Vector {
    pub(super) fn headers(&self) -> HeaderMap {
        let header = |(name, value): (&String, &String)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
        };
        self.headers.iter().map(header).collect()
    }

    pub(super) fn now(&self) -> Moment {
        Moment::from_seconds(self.now)
    }

    pub(super) fn is_good(&self) -> bool {
        self.expect == "ok"
    }

    pub(super) fn refusal(&self) -> Refusal {
        let all = [Refusal::Missing, Refusal::Invalid, Refusal::TooOld, Refusal::TooNew];
        all.into_iter().find(|refusal| refusal.word() == self.expect).unwrap()
    }

    fn configured(&self, trial: &Trial) -> Box<dyn Configured> {
        let secrets: Vec<_> = self.secrets.iter().map(String::as_str).collect();
        trial.provider.configure(&(trial.config)(&secrets, &self.body)).unwrap()
    }
}

/// The vectors in a file of `vectors/`.
pub(super) fn vectors_in(file: &Path) -> Vec<Vector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn vectors(trial: &Trial) -> Vec<Vector> {
    let name = trial.provider.name();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|_| panic!("{name} has no folder of vectors"));
    files.flat_map(|file| vectors_in(&Path::new(name).join(file.unwrap().file_name()))).collect()
}

fn good_vectors(trial: &Trial) -> Vec<Vector> {
    vectors(trial).into_iter().filter(Vector::is_good).collect()
}

/// A body that nobody sent, signed as if the provider had.
fn read_signed(trial: &Trial, configured: &dyn Configured, body: &[u8]) -> Result<Event, NotUnderstood> {
    let headers = (trial.sign)(trial.secrets[0], NOW, body);
    let inbound = Inbound { url: URL, headers: &headers, body };
    match configured.verify(&inbound, Moment::from_seconds(NOW)) {
        Verdict::Verified(verified) => configured.read(&verified),
        _ => panic!("{} does not verify what it signs", trial.provider.name()),
    }
}

const NOW: u64 = 1_795_539_600;
const URL: &str = "https://pay.example/v1/webhooks/demo/it";

fn judged(configured: &dyn Configured, headers: &HeaderMap, body: &[u8], now: Moment) -> Result<(), Refusal> {
    match configured.verify(&Inbound { url: URL, headers, body }, now) {
        Verdict::Verified(_) => Ok(()),
        Verdict::Refused(refusal) => Err(refusal),
        Verdict::Ask(_) => panic!("these providers sign"),
    }
}

/// Sends what is asked for until it is answered.
pub(super) fn run<T>(mut step: Step<T>, answer: impl Fn(&Request) -> Answer) -> Result<T, Failure> {
    for _ in 0..5 {
        step = match step {
            Step::Done(value) => return Ok(value),
            Step::Send(exchange) => (exchange.read)(&answer(&exchange.request))?,
        };
    }
    panic!("a provider that never has enough");
}

/// What an event tells, once all that has to be asked was answered.
fn told(trial: &Trial, event: Event) -> Vec<Told> {
    let tell = |reading| match reading {
        Reading::Told(told) => Some(told),
        Reading::Ask(step) => run(step, trial.answer).unwrap(),
    };
    event.readings.into_iter().filter_map(tell).collect()
}

#[test]
fn every_provider_is_tried_and_has_vectors() {
    let names =
        |providers: &[&dyn Listed]| providers.iter().map(|provider| provider.name()).collect::<Vec<_>>();
    assert_eq!(
        names(&ALL),
        names(&TRIALS.map(|trial| trial.provider)),
        "a provider without a trial, or the other way round"
    );
    for trial in TRIALS {
        let vectors = vectors(trial);
        let name = trial.provider.name();
        assert!(
            vectors.iter().any(|v| v.is_good() && v.reads.iter().any(|read| read["fact"] == "paid")),
            "{name}"
        );
        for refusal in ["missing_signature", "invalid_signature", "timestamp_too_old", "timestamp_too_new"] {
            assert!(
                vectors.iter().any(|vector| vector.expect == refusal),
                "{name} has no vector for {refusal}"
            );
        }
    }
}

#[test]
fn names_are_unique_and_titles_are_there() {
    for provider in ALL {
        assert_eq!(super::listed(provider.name()).unwrap().title(), provider.title());
        assert!(!provider.title().is_empty() && !provider.methods().is_empty());
        assert!(crate::payment::ProviderName::parse(provider.name()).is_ok());
    }
    assert!(super::listed("nobody").is_none());
}

/// The amount that a report says came.
pub(super) fn paid(reports: &[Report]) -> Option<(u64, &'static str)> {
    reports.iter().find_map(|report| match report.kind {
        Kind::Paid(money) => Some((money.minor(), money.currency().code())),
        _ => None,
    })
}

/// An answer with this status and body.
pub(super) fn answer(status: u16, body: impl Into<String>) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert("date", HeaderValue::from_static("Tue, 24 Nov 2026 17:00:00 GMT"));
    Answer { status, headers, body: body.into().into_bytes() }
}

/// A request as it is sent, one line for each part, without its key.
pub(super) fn shown(request: &Request) -> String {
    let mut lines = vec![format!("{} {}", request.method, request.url)];
    for (name, value) in &request.headers {
        let value = match (*name, value.reveal().split_once(' ')) {
            ("authorization", Some((scheme, _))) => format!("{scheme} …"),
            _ => value.reveal().to_owned(),
        };
        lines.push(format!("{name}: {value}"));
    }
    let body = std::str::from_utf8(&request.body).unwrap();
    match request.header_value("content-type") {
        Some("application/x-www-form-urlencoded") => {
            lines.extend(
                form_urlencoded::parse(body.as_bytes()).map(|(key, value)| format!("  {key} = {value}")),
            );
        }
        _ if body.is_empty() => {}
        _ => lines.push(body.to_owned()),
    }
    lines.join("\n") + "\n"
}

/// The request that comes first, and nothing sent.
pub(super) fn first_request<T>(step: Step<T>) -> Request {
    match step {
        Step::Send(exchange) => exchange.request,
        Step::Done(_) => panic!("nothing to send"),
    }
}
