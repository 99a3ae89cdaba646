//! Mollie, with answers that its documents give.

mod answers;
mod events;
mod requests;
mod status;

use expect_test::expect;
use http::HeaderMap;
use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Currency, Kind, Method, Moment, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance;
use crate::provider::conformance::{
    Proves, Signed, Trial, Vector, answer, first_request, one, run, shown, vectors_in,
};
use crate::provider::{
    Answer, Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Refusal, Step, Told, Unsuitable, Verdict, Verified, Vouched,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "api_key": API_KEY, "webhook_secrets": secrets }),
    secrets: ["VpQ3WukU6uSCGQ8TPTD3WPDpac3GyNEj", "zK8rT2mXw9Lq4Vb7Nc1Hy6Jd3Fs5Ga0P"],
    sign: |secret, _, body| Signed::by(&[("x-mollie-signature", &super::sign(secret, body))], body),
    // Classic webhooks are not signed.
    needs_secrets: false,
    sent: &["api_key"],
    proves: Proves::BYTES,
    headers: &["x-mollie-signature"],
    joins: true,
    // An amount is read with its currency.
    amounts: &["value", "currency"],
    keys: &[
        "id",
        "type",
        "entityId",
        "createdAt",
        "_embedded",
        "entity",
        "mode",
        "status",
        "amount",
        "value",
        "currency",
        "metadata",
        "session_id",
        "paidAt",
        "details",
        "paymentId",
        "reason",
        "reversedAt",
        "_links",
    ],
    answer: |request| {
        assert_eq!(request.url, format!("https://api.mollie.com/v2/payments/{ID}?embed=refunds,chargebacks"));
        answer(200, payment("paid", json!({ "paidAt": "2026-11-24T16:59:56+00:00" })).to_string())
    },
};

const API_KEY: &str = "live_N3x8QvR6tKwZ2mYb9LcHs4PjDf7GaU";
const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const ID: &str = "tr_5B8cwPMGnU6qLbRvo7qEZo";

fn payment(status: &str, more: Value) -> Value {
    let mut payment = json!({
        "resource": "payment", "id": ID, "mode": "live", "createdAt": "2026-11-24T16:56:00+00:00", "status": status,
        "amount": { "value": "49.99", "currency": "EUR" }, "metadata": { "session_id": SESSION, "order_id": "1042" },
    });
    payment.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    payment
}

fn refund_object(status: &str, metadata: Value) -> Value {
    json!({ "resource": "refund", "id": "re_4qqhO89gsT", "mode": "live", "status": status, "metadata": metadata,
        "amount": { "value": "10.00", "currency": "EUR" }, "paymentId": ID, "createdAt": "2026-11-24T18:00:00+00:00" })
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn moment(text: &str) -> Option<Moment> {
    Some(Moment::parse_rfc3339(text).unwrap())
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: SessionId::parse(SESSION).unwrap(), checkout_id, money: money(4999, "EUR") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(money(4999, "EUR"), "https://pay.example/v1/webhooks/demo/mollie", use_it)
}

fn create(answered: &Answer) -> Result<Created, Failure> {
    run(with_checkout(|checkout| configured().create(checkout)), |_| answered.clone())
}

fn refund_step() -> Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse(ID).unwrap(), RefundId::parse("rf_01").unwrap());
    let session = SessionId::parse(SESSION).unwrap();
    let order = RefundOrder { session, payment: &payment, refund: &refund, money: money(1000, "EUR") };
    configured().refund(&order).unwrap()
}

/// A refund where these refunds were made before, and this is answered to a new one.
fn refund(before: &[Value], answered: &Answer) -> Result<Report, Failure> {
    let list = json!({ "count": before.len(), "_embedded": { "refunds": before } }).to_string();
    run(refund_step(), |request| match request.method {
        http::Method::GET => answer(200, list.clone()),
        _ => answered.clone(),
    })
}

fn fetch(answered: &Value) -> Result<Vec<Report>, Failure> {
    run(configured().fetch(&held(Some(ID))).unwrap(), |_| answer(200, answered.to_string()))
}

/// An event of the signed kind, verified and read.
fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let Signed { headers, body } = (TRIAL.sign)(TRIAL.secrets[0], 0, body.to_string().as_bytes());
    let inbound = Inbound { url: "", headers: &headers, body: &body };
    match configured().verify(&inbound, Moment::from_seconds(1_795_539_600)) {
        Verdict::Verified(verified) => configured().read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn event(kind: &str, entity: Value) -> Value {
    json!({ "resource": "event", "id": "event_1", "type": kind, "entityId": ID, "createdAt": "2026-11-24T17:00:00+00:00",
        "_embedded": { "entity": entity } })
}

fn simple(kind: &str, id: &str, href: &str) -> Value {
    json!({ "resource": "event", "id": "event_1", "type": kind, "entityId": id, "createdAt": "2026-11-24T17:00:00+00:00",
        "_links": { "entity": { "href": href } } })
}

fn only(event: Event) -> Reading {
    assert_eq!(event.readings.len(), 1, "{event:?}");
    event.readings.into_iter().next().unwrap()
}

fn asked(reading: Reading) -> Step<Option<Told>> {
    match reading {
        Reading::Ask(step) => step,
        Reading::Told(told) => panic!("told {told:?}"),
    }
}

fn said(reading: Reading) -> Told {
    match reading {
        Reading::Told(told) => told,
        Reading::Ask(step) => panic!("asks {step:?}"),
    }
}

/// What asking of a classic delivery gives.
fn vouched(body: &str, answered: &Answer) -> Result<Result<Vouched, Refusal>, Failure> {
    let headers = HeaderMap::new();
    let inbound = Inbound { url: "", headers: &headers, body: body.as_bytes() };
    match configured().verify(&inbound, Moment::from_seconds(0)) {
        Verdict::Ask(step) => run(step, |_| answered.clone()),
        _ => panic!("{body} is not asked about"),
    }
}

#[test]
fn a_key_says_whether_it_moves_real_money() {
    for (key, live) in [("live_1", true), ("test_1", false)] {
        let configured = PROVIDER.configure(&json!({ "api_key": key })).unwrap();
        assert_eq!(configured.about().live, Some(live), "{key}");
    }
    for key in ["access_1", "LIVE_1", "pfl_1", "xlive_1"] {
        assert_eq!(PROVIDER.configure(&json!({ "api_key": key })).unwrap_err().path, "api_key", "{key}");
    }
}

#[test]
fn amounts_that_mollie_does_not_take_are_not_sent_there() {
    let configured = configured();
    for (minor, code, expected) in [
        (4999, "EUR", Ok(())),
        (1, "EUR", Ok(())),
        (0, "EUR", Err(Unsuitable::TooSmall)),
        (5000, "JPY", Ok(())),
        (5000, "ISK", Ok(())),
        (5050, "HUF", Ok(())),
        (5050, "TWD", Ok(())),
        (12_340, "KWD", Err(Unsuitable::Currency)),
        (5000, "CLP", Err(Unsuitable::Currency)),
        (5000, "RUB", Err(Unsuitable::Currency)),
    ] {
        assert_eq!(configured.suits(money(minor, code)), expected, "{minor} {code}");
    }
    for code in super::CURRENCIES {
        assert!(Currency::parse(code).unwrap().decimals() < 3, "{code}");
    }
    let config = json!({ "api_key": "test_1", "min_amount": 50, "max_amount": 1000 });
    let configured = PROVIDER.configure(&config).unwrap();
    for (minor, expected) in
        [(49, Err(Unsuitable::TooSmall)), (50, Ok(())), (1000, Ok(())), (1001, Err(Unsuitable::TooLarge))]
    {
        assert_eq!(configured.suits(money(minor, "EUR")), expected, "{minor}");
    }
}
