//! What every provider must do, tried on each one in the list with the deliveries in `vectors/`.
//!
//! A provider takes part by one [`Trial`] in its tests and a folder of vectors; without either these tests fail.

mod bodies;
mod configuration;
mod deliveries;
mod fuzz;
mod whose;

use std::collections::BTreeMap;
use std::path::Path;

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    ALL, Answer, Checkout, Configured, Event, Failure, Inbound, Listed, NotUnderstood, Reading, Refusal,
    Request, Step, Told, Verdict, adyen, btcpay, checkout_com, coinbase_business, generic, gocardless,
    manual, mercado_pago, mollie, nowpayments, paddle, paypal, paystack, razorpay, sandbox, square, stripe,
    xendit,
};
use crate::payment::{Kind, Method, Moment, Money, OrderId, Report, SessionId};

/// What these tests need to know of a provider beyond its vectors.
pub(super) struct Trial {
    pub(super) provider: &'static dyn Listed,
    /// Its configuration for deliveries like this one, with these secrets.
    pub(super) config: fn(&[&str], &str) -> Value,
    /// Two secrets that could be configured.
    pub(super) secrets: [&'static str; 2],
    /// Whether it cannot be configured without one.
    pub(super) needs_secrets: bool,
    /// The keys of the configuration that are sent to the provider and have to be there.
    pub(super) sent: &'static [&'static str],
    /// Signs a body at this second.
    pub(super) sign: fn(&str, u64, &[u8]) -> Signed,
    /// How much a signature proves.
    pub(super) proves: Proves,
    /// The headers that hold the signature.
    pub(super) headers: &'static [&'static str],
    /// Whether it sends such a header twice while a secret is rolled, so that two of them, joined, are one good header.
    pub(super) joins: bool,
    /// The keys of the body that are read.
    pub(super) keys: &'static [&'static str],
    /// The keys among them that hold amounts.
    pub(super) amounts: &'static [&'static str],
    /// What the provider would answer to a request.
    pub(super) answer: fn(&Request) -> Answer,
}

/// A delivery that is signed.
pub(super) struct Signed {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Signed {
    /// Signed by headers: the body is as it was.
    pub(super) fn by(headers: &[(&'static str, &str)], body: &[u8]) -> Self {
        let header = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        Self { headers: headers.iter().map(header).collect(), body: body.to_vec() }
    }
}

/// How much a provider's signature proves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Proves {
    pub(super) what: What,
    /// Its time is signed, and good for 300 s in both directions.
    pub(super) time: bool,
    /// The address that it was sent to.
    pub(super) url: bool,
}

/// What is signed of a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    /// Each byte.
    Bytes,
    /// Its values, or some of them, once parsed: a body that says the same otherwise is as good.
    Values,
    /// Nothing: a secret word is sent along, which proves who sent it.
    Sender,
    /// Nothing, by anybody: the provider is asked. Its own tests try that.
    Nothing,
}

impl Proves {
    /// Each byte and the time, and not the address.
    pub(super) const BYTES_AND_TIME: Self = Self { what: What::Bytes, time: true, url: false };
    /// Each byte.
    pub(super) const BYTES: Self = Self { what: What::Bytes, time: false, url: false };
}

#[rustfmt::skip]
const TRIALS: &[&Trial] = &[
    &stripe::tests::TRIAL,
    &adyen::tests::TRIAL,
    &paypal::tests::TRIAL,
    &mollie::tests::TRIAL,
    &checkout_com::tests::TRIAL,
    &gocardless::tests::TRIAL,
    &razorpay::tests::TRIAL,
    &square::tests::TRIAL,
    &paystack::tests::TRIAL,
    &xendit::tests::TRIAL,
    &mercado_pago::tests::TRIAL,
    &paddle::tests::TRIAL,
    &btcpay::tests::TRIAL,
    &nowpayments::tests::TRIAL,
    &coinbase_business::tests::TRIAL,
    &sandbox::tests::TRIAL,
    &manual::tests::TRIAL,
    &generic::tests::TRIAL,
];

/// The trials of providers that sign, or send a secret word.
fn signing() -> impl Iterator<Item = &'static Trial> {
    TRIALS.iter().copied().filter(|trial| trial.proves.what != What::Nothing)
}

/// A delivery, and what has to be made of it.
#[derive(serde::Deserialize)]
pub(super) struct Vector {
    pub(super) name: String,
    pub(super) secrets: Vec<String>,
    headers: BTreeMap<String, String>,
    pub(super) body: String,
    now: u64,
    pub(super) expect: String,
    #[serde(default)]
    pub(super) reads: Vec<Value>,
    /// The address that it was sent to, where that is signed.
    url: Option<String>,
    /// The merchant account that the body is for, where the configuration names it.
    merchant_account: Option<String>,
    #[serde(rename = "made_with")]
    _made_with: String,
    #[serde(rename = "method")]
    _method: Option<String>,
    /// What only some providers' own tests look at.
    #[serde(flatten)]
    pub(super) more: BTreeMap<String, Value>,
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
        let mut config = (trial.config)(&secrets, &self.body);
        if let Some(account) = &self.merchant_account {
            config["merchant_account"] = account.as_str().into();
        }
        trial.provider.configure(&config).unwrap()
    }

    pub(super) fn url(&self) -> &str {
        self.url.as_deref().unwrap_or(URL)
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

/// Those that are read. What is good and of a kind that is kept for a person says so, and its provider's own tests look.
fn good_vectors(trial: &Trial) -> Vec<Vector> {
    let is_read = |vector: &Vector| vector.is_good() && !vector.more.contains_key("not_understood");
    vectors(trial).into_iter().filter(is_read).collect()
}

/// Why a body that nobody sent says nothing.
#[derive(Debug, PartialEq, Eq)]
enum Nothing {
    /// The provider could not have signed it.
    Refused(Refusal),
    NotUnderstood(NotUnderstood),
}

/// A body that nobody sent, signed as if the provider had.
fn read_signed(trial: &Trial, configured: &dyn Configured, body: &[u8]) -> Result<Vec<Event>, Nothing> {
    let Signed { headers, body } = (trial.sign)(trial.secrets[0], NOW, body);
    let inbound = Inbound { url: URL, headers: &headers, body: &body };
    match configured.verify(&inbound, Moment::from_seconds(NOW)) {
        Verdict::Verified(verified) => configured.read(&verified).map_err(Nothing::NotUnderstood),
        // Where values are signed, what has none cannot be.
        Verdict::Refused(refusal) if trial.proves.what == What::Values => Err(Nothing::Refused(refusal)),
        _ => panic!("{} does not verify what it signs", trial.provider.name()),
    }
}

const NOW: u64 = 1_795_539_600;
pub(super) const URL: &str = "https://pay.example/v1/webhooks/demo/it";

fn judged(configured: &dyn Configured, headers: &HeaderMap, body: &[u8], now: Moment) -> Result<(), Refusal> {
    judged_at(configured, URL, headers, body, now)
}

fn judged_at(
    configured: &dyn Configured,
    url: &str,
    headers: &HeaderMap,
    body: &[u8],
    now: Moment,
) -> Result<(), Refusal> {
    match configured.verify(&Inbound { url, headers, body }, now) {
        Verdict::Verified(_) => Ok(()),
        Verdict::Refused(refusal) => Err(refusal),
        Verdict::Ask(_) => panic!("these deliveries are signed"),
    }
}

/// Sends what is asked for until it is answered.
pub(super) fn run<T>(mut step: Step<T>, answer: impl Fn(&Request) -> Answer) -> Result<T, Failure> {
    for _ in 0..7 {
        step = match step {
            Step::Done(value) => return Ok(value),
            Step::Send(exchange) => (exchange.read)(&answer(&exchange.request))?,
            Step::Find(search) => (search.then)(Some(remembered()))?,
            Step::Take(taking) => (taking.then)(true)?,
        };
    }
    panic!("a provider that never has enough");
}

/// A checkout as most providers are asked for one: over this money, told of at this address.
pub(super) fn with_checkout<T>(
    money: Money,
    webhook_url: &str,
    use_it: impl FnOnce(&Checkout<'_>) -> T,
) -> T {
    let order = OrderId::parse("1042").unwrap();
    use_it(&Checkout {
        session: remembered(),
        order: &order,
        money,
        description: "Order 1042 & more",
        method: Method::Card,
        customer_email: Some("kundin@example.test"),
        locale: Some("de-AT"),
        created_at: Moment::from_seconds(1_795_539_000),
        expires_at: Moment::from_seconds(1_795_541_700),
        return_url: "https://pay.example/return/cs_1",
        cancel_url: "https://shop.example/cart?a=1&b=2",
        webhook_url,
    })
}

/// The event of a delivery that carries one.
pub(super) fn one(events: Vec<Event>) -> Event {
    let [event] = <[Event; 1]>::try_from(events).unwrap_or_else(|_| panic!("not one event"));
    event
}

/// The session of each payment that is remembered.
pub(super) fn remembered() -> SessionId {
    SessionId::parse("cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1").unwrap()
}

/// What events tell, once all that has to be asked was answered.
fn told(trial: &Trial, events: Vec<Event>) -> Vec<Told> {
    let tell = |reading| match reading {
        Reading::Told(told) => Some(told),
        Reading::Ask(step) => run(step, trial.answer).unwrap(),
    };
    events.into_iter().flat_map(|event| event.readings).filter_map(tell).collect()
}

#[test]
fn every_provider_is_tried_and_has_vectors() {
    let names =
        |providers: &[&dyn Listed]| providers.iter().map(|provider| provider.name()).collect::<Vec<_>>();
    let tried: Vec<_> = TRIALS.iter().map(|trial| trial.provider).collect();
    assert_eq!(names(&ALL), names(&tried), "a provider without a trial, or the other way round");
    for trial in signing() {
        let vectors = vectors(trial);
        let name = trial.provider.name();
        assert!(
            vectors.iter().any(|v| v.is_good() && v.reads.iter().any(|read| read["fact"] == "paid")),
            "{name}"
        );
        for refusal in ["missing_signature", "invalid_signature", "timestamp_too_old", "timestamp_too_new"] {
            let can_be = trial.proves.time || !refusal.starts_with("timestamp");
            assert!(
                !can_be || vectors.iter().any(|vector| vector.expect == refusal),
                "{name} has no vector for {refusal}"
            );
        }
    }
}

#[test]
fn names_are_unique_and_titles_are_there() {
    for provider in ALL {
        let name = if provider.is_family() {
            format!("{}:acme", provider.name())
        } else {
            provider.name().to_owned()
        };
        assert_eq!(super::listed(&name).unwrap().title(), provider.title());
        assert!(!provider.title().is_empty() && !provider.methods().is_empty());
        assert!(crate::payment::ProviderName::parse(provider.name()).is_ok());
    }
    for nobody in ["nobody", "", ":", "stripe:", "stripe:acme", "generic", "generic:"] {
        assert!(super::listed(nobody).is_none(), "{nobody}");
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
        let value = match (name.as_ref(), value.reveal().split_once(' ')) {
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
        Step::Take(taking) => first_request((taking.then)(true).unwrap()),
        Step::Done(_) | Step::Find(_) => panic!("nothing to send"),
    }
}
