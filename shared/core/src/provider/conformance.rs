//! What every provider must do, tried on each one in the list with the deliveries in `vectors/`.
//!
//! A provider takes part by one [`Trial`] in its tests and a folder of vectors; without either these tests fail.

use std::collections::BTreeMap;
use std::path::Path;

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    ALL, Answer, Configured, Event, Failure, Inbound, Listed, NotUnderstood, Reading, Refusal, Request, Step, Told,
    Verdict, sandbox, stripe,
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
    let names = |providers: &[&dyn Listed]| providers.iter().map(|provider| provider.name()).collect::<Vec<_>>();
    assert_eq!(names(&ALL), names(&TRIALS.map(|trial| trial.provider)), "a provider without a trial, or the other way round");
    for trial in TRIALS {
        let vectors = vectors(trial);
        let name = trial.provider.name();
        assert!(vectors.iter().any(|v| v.is_good() && v.reads.iter().any(|read| read["fact"] == "paid")), "{name}");
        for refusal in ["missing_signature", "invalid_signature", "timestamp_too_old", "timestamp_too_new"] {
            assert!(vectors.iter().any(|vector| vector.expect == refusal), "{name} has no vector for {refusal}");
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

#[test]
fn each_delivery_is_judged_as_its_vector_says() {
    for trial in TRIALS {
        for vector in vectors(trial) {
            let judged = judged(&*vector.configured(trial), &vector.headers(), vector.body.as_bytes(), vector.now());
            let expected = if vector.is_good() { Ok(()) } else { Err(vector.refusal()) };
            assert_eq!(judged, expected, "{} {}", trial.provider.name(), vector.name);
        }
    }
}

#[test]
fn each_delivery_is_read_as_its_vector_says() {
    for trial in TRIALS {
        for vector in good_vectors(trial) {
            let name = format!("{} {}", trial.provider.name(), vector.name);
            let (configured, headers) = (vector.configured(trial), vector.headers());
            let inbound = Inbound { url: URL, headers: &headers, body: vector.body.as_bytes() };
            let Verdict::Verified(verified) = configured.verify(&inbound, vector.now()) else { panic!("{name}") };
            let event = configured.read(&verified).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!event.word.is_empty() && event.at.is_some(), "{name}");
            assert_eq!(event.readings.len(), vector.reads.len(), "{name}");
            for expected in &vector.reads {
                assert_eq!(event.id.as_deref(), expected["event_id"].as_str(), "{name}");
            }
            for (reading, expected) in event.readings.into_iter().zip(&vector.reads) {
                let told = match (reading, expected["reference"].as_str()) {
                    (Reading::Told(told), Some(reference)) => {
                        assert_eq!(told.session.to_string(), reference, "{name}");
                        assert_eq!(configured.hint(&inbound), Some(told.session), "{name}");
                        told
                    }
                    // No reference: the provider is asked, and its answer holds one.
                    (Reading::Ask(step), None) => run(step, trial.answer).unwrap().unwrap_or_else(|| panic!("{name}")),
                    _ => panic!("{name}: told and asked are mixed up"),
                };
                if let Some(checkout) = expected["provider_session_id"].as_str() {
                    assert_eq!(told.checkout_id.as_deref(), Some(checkout), "{name}");
                }
                if expected["fact"] != "ask" {
                    let [report] = &told.reports[..] else { panic!("{name}") };
                    assert_eq!(report.said_at, event.at, "{name}: the provider's own time");
                    assert_eq!(report.word.as_deref(), Some(event.word.as_str()), "{name}");
                    matches(report, expected, &name);
                }
            }
        }
    }
}

fn matches(report: &Report, expected: &Value, name: &str) {
    let kind = match expected["amount_is"].as_str() {
        Some("running_total") => "refunded_total",
        _ => expected["fact"].as_str().unwrap(),
    };
    assert_eq!(report.kind.word(), kind, "{name}");
    // Where no money came or went an amount is a note, and none is kept.
    if let Some(money) = report.kind.money() {
        assert_eq!(Some(money.minor()), expected["amount"].as_u64(), "{name}");
        assert_eq!(Some(money.currency().code()), expected["currency"].as_str(), "{name}");
    }
    let payment = report.payment.as_ref().map(|payment| payment.as_str());
    assert_eq!(payment, expected["provider_payment_id"].as_str(), "{name}");
    assert_eq!(report.kind.refund_id().map(|id| id.as_str()), expected["refund_id"].as_str(), "{name}");
    assert_eq!(report.kind.dispute_id().map(|id| id.as_str()), expected["dispute_id"].as_str(), "{name}");
    assert_eq!(report.reason.as_deref(), expected["reason"].as_str(), "{name}");
}

#[test]
fn each_flipped_bit_of_a_body_is_refused() {
    for trial in TRIALS {
        for vector in good_vectors(trial) {
            let (configured, headers, now) = (vector.configured(trial), vector.headers(), vector.now());
            let mut body = vector.body.clone().into_bytes();
            for index in 0..body.len() {
                for bit in 0..8 {
                    body[index] ^= 1 << bit;
                    let judged = judged(&*configured, &headers, &body, now);
                    assert_eq!(judged, Err(Refusal::Invalid), "{} byte {index} bit {bit}", vector.name);
                    body[index] ^= 1 << bit;
                }
            }
        }
    }
}

#[test]
fn each_flipped_bit_of_a_signature_header_is_refused() {
    for trial in TRIALS {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets[..1], "")).unwrap();
        let body = b"{\"amount\":4999}";
        let signed = (trial.sign)(trial.secrets[0], NOW, body);
        for header in trial.headers {
            let original = signed[*header].as_bytes();
            for (index, bit) in (0..original.len()).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
                let mut value = original.to_vec();
                value[index] ^= 1 << bit;
                // What no header can hold never arrives.
                let Ok(value) = HeaderValue::from_bytes(&value) else { continue };
                let mut headers = signed.clone();
                headers.insert(*header, value);
                let judged = judged(&*configured, &headers, body, Moment::from_seconds(NOW));
                assert!(judged.is_err(), "{} {header} byte {index} bit {bit}", trial.provider.name());
            }
        }
    }
}

#[test]
fn a_header_that_is_missing_empty_or_doubled_is_refused_and_its_case_does_not_matter() {
    for trial in TRIALS {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets[..1], "")).unwrap();
        let (body, now) = (b"{}", Moment::from_seconds(NOW));
        let signed = (trial.sign)(trial.secrets[0], NOW, body);
        for header in trial.headers {
            let mut headers = signed.clone();
            let value = headers.remove(*header).unwrap();
            assert_eq!(judged(&*configured, &headers, body, now), Err(Refusal::Missing), "{header} missing");
            headers.insert(*header, HeaderValue::from_static(""));
            assert_eq!(judged(&*configured, &headers, body, now), Err(Refusal::Missing), "{header} empty");
            headers.insert(*header, value.clone());
            headers.append(*header, value.clone());
            assert_eq!(judged(&*configured, &headers, body, now), Err(Refusal::Missing), "{header} doubled");
            // As a gateway joins them.
            let value = value.to_str().unwrap();
            headers.insert(*header, HeaderValue::from_str(&format!("{value},{value}")).unwrap());
            assert!(judged(&*configured, &headers, body, now).is_err(), "{header} joined");
            headers.remove(*header);
            let name = HeaderName::from_bytes(header.to_ascii_uppercase().as_bytes()).unwrap();
            headers.insert(name, HeaderValue::from_str(value).unwrap());
            assert_eq!(judged(&*configured, &headers, body, now), Ok(()), "{header} in capitals");
        }
    }
}

#[test]
fn the_old_and_the_new_secret_are_both_good_and_no_other_is() {
    for trial in TRIALS {
        let [old, new] = trial.secrets;
        for (configured, signed_with, expected) in [
            (&[old][..], old, Ok(())),
            (&[old, new], old, Ok(())),
            (&[old, new], new, Ok(())),
            (&[new, old], old, Ok(())),
            (&[new], old, Err(Refusal::Invalid)),
        ] {
            let configured = trial.provider.configure(&(trial.config)(configured, "")).unwrap();
            let headers = (trial.sign)(signed_with, NOW, b"{}");
            let judged = judged(&*configured, &headers, b"{}", Moment::from_seconds(NOW));
            assert_eq!(judged, expected, "{}", trial.provider.name());
        }
    }
}

#[test]
fn a_delivery_is_good_for_300_seconds_in_both_directions() {
    for trial in TRIALS {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets[..1], "")).unwrap();
        let headers = (trial.sign)(trial.secrets[0], NOW, b"{}");
        for (now, expected) in [
            (NOW, Ok(())),
            (NOW + 300, Ok(())),
            (NOW - 300, Ok(())),
            (NOW + 301, Err(Refusal::TooOld)),
            (NOW - 301, Err(Refusal::TooNew)),
            (0, Err(Refusal::TooNew)),
            (u64::MAX, Err(Refusal::TooOld)),
        ] {
            assert_eq!(judged(&*configured, &headers, b"{}", Moment::from_seconds(now)), expected, "{now}");
        }
    }
}

#[test]
fn without_a_secret_nothing_is_configured() {
    for trial in TRIALS {
        let configure = |secrets: &[&str]| {
            let error = trial.provider.configure(&(trial.config)(secrets, "")).err();
            error.map(|error| error.path)
        };
        let [one, other] = trial.secrets;
        let many = [one; 11];
        let lined = format!("{one}\n");
        assert_eq!(configure(&[one]), None);
        assert_eq!(configure(&[]).as_deref(), Some("webhook_secrets"));
        assert_eq!(configure(&many).as_deref(), Some("webhook_secrets"));
        assert_eq!(configure(&[one, ""]).as_deref(), Some("webhook_secrets[1]"));
        assert_eq!(configure(&[" \t"]).as_deref(), Some("webhook_secrets[0]"));
        assert_eq!(configure(&[other, &lined]).as_deref(), Some("webhook_secrets[1]"));
        let mut without = (trial.config)(&[one], "");
        without.as_object_mut().unwrap().remove("webhook_secrets");
        assert_eq!(trial.provider.configure(&without).unwrap_err().path, "webhook_secrets");
    }
}

#[test]
fn each_key_is_checked_and_unknown_ones_are_refused() {
    for trial in TRIALS {
        let wrong = |key: &str, value: Value| {
            let mut config = (trial.config)(&trial.secrets, "");
            config.as_object_mut().unwrap().insert(key.to_owned(), value);
            let error = trial.provider.configure(&config).unwrap_err();
            assert!(!error.problem.contains("k3y"), "{error}");
            assert_eq!(error.path, key, "{error}");
        };
        wrong("webhook_secret", "whsec_k3y".into());
        wrong("api_key", 3.into());
        wrong("api_key", "".into());
        wrong("api_key", "sk_test_k3y\n".into());
        wrong("api_key", "sk_test_k3y k3y".into());
        wrong("api_key", serde_json::json!(["sk_test_k3y"]));
        wrong("min_amount", "k3y".into());
        wrong("min_amount", (-1).into());
        for address in ["", "k3y", "ftp://a.example", "https://k3y@a.example", "https://a.example/?k3y", "https://a.example/#k3y"] {
            wrong("api_base", address.into());
        }
        let mut config = (trial.config)(&trial.secrets, "");
        config["min_amount"] = 500.into();
        config["max_amount"] = 499.into();
        assert_eq!(trial.provider.configure(&config).unwrap_err().path, "max_amount");
        config.as_object_mut().unwrap().remove("api_key");
        assert_eq!(trial.provider.configure(&config).unwrap_err().path, "api_key");
    }
}

#[test]
fn what_is_not_the_documented_json_is_not_understood() {
    for trial in TRIALS {
        let configured = trial.provider.configure(&(trial.config)(&trial.secrets, "")).unwrap();
        let read = |body: &[u8]| read_signed(trial, &*configured, body).err();
        let deep = |open: &str, times| open.repeat(times).into_bytes();
        let mut bodies: Vec<Vec<u8>> = ["", " ", "{", "{}", "[]", "[{}]", "null", "true", "1", "\"\"", "{\"a\":1}", "{}{}", "\u{feff}{}"]
            .map(|text| text.as_bytes().to_vec())
            .to_vec();
        bodies.extend([vec![0], vec![0xff, 0xfe], b"{\"type\":\"\xff\"}".to_vec()]);
        for times in [100, 200, 100_000] {
            bodies.extend([deep("[", times), deep("{\"a\":", times), deep("{\"a\":[", times)]);
            bodies.extend(trial.keys.iter().map(|key| deep(&format!("{{\"{key}\":"), times)));
        }
        for body in bodies {
            assert!(matches!(read(&body), Some(NotUnderstood::Shape(_))), "{}", String::from_utf8_lossy(&body));
        }
    }
}

#[test]
fn each_beginning_of_a_body_is_not_understood() {
    for trial in TRIALS {
        for vector in good_vectors(trial) {
            let configured = trial.provider.configure(&(trial.config)(&trial.secrets, &vector.body)).unwrap();
            let body = vector.body.trim_end().as_bytes();
            for end in 0..body.len() {
                let read = read_signed(trial, &*configured, &body[..end]);
                assert!(matches!(read, Err(NotUnderstood::Shape(_))), "{} cut at {end}", vector.name);
            }
        }
    }
}

/// What a body tells, or why it does not.
fn outcome(trial: &Trial, body: &str) -> Result<Vec<Told>, NotUnderstood> {
    let configured = trial.provider.configure(&(trial.config)(&trial.secrets, body)).unwrap();
    read_signed(trial, &*configured, body.as_bytes()).map(|event| told(trial, event))
}

#[test]
fn a_key_that_stands_there_twice_is_refused_where_it_is_read() {
    for trial in TRIALS {
        for key in trial.keys {
            let mut refused = 0;
            for vector in good_vectors(trial) {
                let original = outcome(trial, &vector.body).unwrap();
                let quoted = format!("\"{key}\":");
                for (place, _) in vector.body.match_indices(&quoted) {
                    let (before, after) = vector.body.split_at(place);
                    match outcome(trial, &format!("{before}{quoted}null,{after}")) {
                        Ok(told) => assert_eq!(told, original, "{} {key} at {place}", vector.name),
                        Err(_) => refused += 1,
                    }
                }
            }
            assert!(refused > 0, "{}: {key} may stand there twice", trial.provider.name());
        }
    }
}

#[test]
fn a_number_that_is_no_amount_is_refused_where_it_is_read() {
    for trial in TRIALS {
        let mut refused = 0;
        for vector in good_vectors(trial) {
            let original = outcome(trial, &vector.body).unwrap();
            for (place, _) in vector.body.match_indices("\"amount") {
                let start = place + vector.body[place..].find(':').unwrap() + 1;
                let end = start + vector.body[start..].find([',', '}', '\n']).unwrap();
                for number in [
                    "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e400", "1e2", "-1", "-0.0", "49.99",
                    "\"4999\"", "null", "true", "[]", "1000000000000000", "123456789012345678901234567890",
                ] {
                    match outcome(trial, &format!("{}{number}{}", &vector.body[..start], &vector.body[end..])) {
                        Ok(told) => assert_eq!(told, original, "{} {number} at {start}", vector.name),
                        Err(NotUnderstood::Money | NotUnderstood::Shape(_)) => refused += 1,
                        Err(error) => panic!("{} {number}: {error}", vector.name),
                    }
                }
            }
        }
        assert!(refused > 100, "{}: {refused}", trial.provider.name());
    }
}

#[test]
fn no_secret_is_ever_printed() {
    for trial in TRIALS {
        let config = (trial.config)(&trial.secrets, "");
        let configured = trial.provider.configure(&config).unwrap();
        let mut printed = format!("{configured:?}");
        for vector in good_vectors(trial) {
            let configured = trial.provider.configure(&(trial.config)(&trial.secrets, &vector.body)).unwrap();
            printed += &format!("{:?}", read_signed(trial, &*configured, vector.body.as_bytes()).unwrap());
        }
        let hidden = trial.secrets.into_iter().chain(config["api_key"].as_str());
        for secret in hidden {
            assert!(!printed.contains(secret) && !printed.contains(&secret[secret.len() - 8..]), "{printed}");
        }
    }
}

#[test]
fn a_hint_comes_from_any_bytes_and_from_nothing_else() {
    let headers = HeaderMap::new();
    let hint = |body: &str| Inbound { url: URL, headers: &headers, body: body.as_bytes() }.first_session_id();
    let ours = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
    assert_eq!(hint(&format!("{{\"a\":\"{ours}\"")).unwrap().to_string(), ours);
    assert_eq!(hint(&format!("cs_cs_live_b1Tn8vQm cs_ {ours}")).unwrap().to_string(), ours);
    for text in ["", "cs_", "cs_cs_cs_", "cs_live_b1Tn8vQm3XcK7LzR2pWd9Ys", &ours[..30], &format!("{ours}1234"), &format!("x{ours}_1")] {
        assert_eq!(hint(text), None, "{text}");
    }
}

proptest! {
    /// Whatever a provider signs, reading it ends, and never with money that the vector's body did not name.
    #[test]
    fn no_signed_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in any::<prop::sample::Index>(), pick in any::<prop::sample::Index>()) {
        for trial in TRIALS {
            let vectors = good_vectors(trial);
            let mut body = vectors[pick.index(vectors.len())].body.clone().into_bytes();
            let place = cut.index(body.len());
            body.splice(place..place, bytes.iter().copied());
            let configured = trial.provider.configure(&(trial.config)(&trial.secrets, "")).unwrap();
            for body in [&bytes, &body] {
                let _ = read_signed(trial, &*configured, body);
                let _ = configured.hint(&Inbound { url: URL, headers: &HeaderMap::new(), body });
            }
        }
    }
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
            lines.extend(form_urlencoded::parse(body.as_bytes()).map(|(key, value)| format!("  {key} = {value}")));
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
