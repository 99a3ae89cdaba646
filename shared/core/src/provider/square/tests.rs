//! Square, with answers that its documents give.

mod answers;
mod events;
mod requests;
mod status;

use expect_test::{Expect, expect};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance;
use crate::provider::conformance::{
    Proves, Signed, Trial, URL, What, answer, first_request, one, run, shown,
};
use crate::provider::signature::hmac_sha256;
use crate::provider::{
    Answer, Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Refusal, Request, Step, Told, Unsuitable, Verdict,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "api_key": "EAAAl8oWqvDfuLq3Tn5x", "webhook_secrets": secrets, "location_id": LOCATION }),
    secrets: ["qfjakbt2uWB8DKAMECF-EA", "G4EDFYzS3OIkSnaAVH6Pm9"],
    sign: |secret, _, body| Signed::by(&[("x-square-hmacsha256-signature", &sign(secret, URL, body))], body),
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves { what: What::Bytes, time: false, url: true },
    headers: &["x-square-hmacsha256-signature"],
    joins: false,
    amounts: &["amount"],
    keys: &[
        "event_id",
        "type",
        "created_at",
        "data",
        "object",
        "payment",
        "refund",
        "dispute",
        "order_updated",
        "id",
        "status",
        "state",
        "location_id",
        "order_id",
        "amount_money",
        "amount",
        "currency",
        "updated_at",
        "note",
        "card_details",
        "errors",
        "code",
        "payment_id",
        "disputed_payment",
        "reason",
    ],
    answer: answer_of_square,
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const LOCATION: &str = "L88917AVBK2S5";
const ORDER: &str = "B2EZLslUm4bkdPq9rVFdOqEwEhZZY";
const CHECKOUT: &str = "MQASNYL6QB6DFCJ3:B2EZLslUm4bkdPq9rVFdOqEwEhZZY";
const PAYMENT: &str = "2fUXCUbrGoXXyNT6iYYYUiWmUZeZY";

fn sign(secret: &str, url: &str, body: &[u8]) -> String {
    data_encoding::BASE64.encode(&hmac_sha256(secret.as_bytes(), &[url.as_bytes(), body]))
}

/// Square, as far as it is asked whose something is.
fn answer_of_square(request: &Request) -> Answer {
    let path = request.url.strip_prefix("https://connect.squareup.com").unwrap();
    answer(
        200,
        match path.split('/').nth(2).unwrap() {
            "payments" => payment("COMPLETED", json!({})).to_string(),
            "orders" => order("OPEN", json!([])).to_string(),
            other => panic!("nobody asks for {other}"),
        },
    )
}

fn extended(mut object: Value, more: Value) -> Value {
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn payment(status: &str, more: Value) -> Value {
    let payment = json!({
        "id": PAYMENT, "order_id": ORDER, "location_id": LOCATION, "note": SESSION, "status": status,
        "amount_money": { "amount": 4999, "currency": "EUR" },
        "created_at": "2026-11-24T17:56:39.196Z", "updated_at": "2026-11-24T17:56:43.756Z",
    });
    json!({ "payment": extended(payment, more) })
}

fn order(state: &str, tenders: Value) -> Value {
    json!({ "order": {
        "id": ORDER, "location_id": LOCATION, "reference_id": SESSION, "state": state, "tenders": tenders,
        "created_at": "2026-11-24T17:50:00Z", "updated_at": "2026-11-24T18:30:00Z",
    } })
}

fn refund_object(status: &str, more: Value) -> Value {
    let refund = json!({
        "id": "2fUXCUbrGoXXyNT6iYYYUiWmUZeZY_4SBAmiTV6lI6", "payment_id": PAYMENT, "location_id": LOCATION,
        "status": status, "amount_money": { "amount": 1000, "currency": "EUR" }, "order_id": "CvDg7XFu45XLKWtngjd134Jrai5ZY",
        "created_at": "2026-11-24T19:20:00.032Z", "updated_at": "2026-11-24T19:20:02.537Z",
    });
    json!({ "refund": extended(refund, more) })
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn session() -> SessionId {
    SessionId::parse(SESSION).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: session(), checkout_id, money: money(4999, "EUR") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(money(4999, "EUR"), URL, use_it)
}

fn with_refund<T>(use_it: impl FnOnce(&RefundOrder<'_>) -> T) -> T {
    let (payment, refund) = (ProviderPaymentId::parse(PAYMENT).unwrap(), RefundId::parse("rf_01").unwrap());
    use_it(&RefundOrder { session: session(), payment: &payment, refund: &refund, money: money(1000, "EUR") })
}

fn create(answered: &Answer) -> Result<Created, Failure> {
    run(with_checkout(|checkout| configured().create(checkout)), |_| answered.clone())
}

fn refund(answered: &Answer) -> Result<Report, Failure> {
    run(with_refund(|order| configured().refund(order)).unwrap(), |_| answered.clone())
}

/// An event of Square's, signed, verified and read.
fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let body = body.to_string();
    let signed = (TRIAL.sign)(TRIAL.secrets[0], 0, body.as_bytes());
    let inbound = Inbound { url: URL, headers: &signed.headers, body: &signed.body };
    match configured().verify(&inbound, Moment::from_seconds(0)) {
        Verdict::Verified(verified) => configured().read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn event(kind: &str, object: Value) -> Value {
    json!({ "merchant_id": "ML82H4QPKMGXY", "type": kind, "event_id": "40100349-8c18-4097-adfc-733ee921178d",
        "created_at": "2026-11-24T17:56:43.756Z", "data": { "type": "any", "id": "any", "object": object } })
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

fn check(request: &Request, expected: &Expect) {
    expected.assert_eq(&shown(request));
}

#[test]
fn keys_are_checked_and_only_square_s_own_addresses_tell_the_mode() {
    let configure = |more: Value| PROVIDER.configure(&extended((TRIAL.config)(&["k"], ""), more));
    for (more, live) in [
        (json!({}), Some(true)),
        (json!({ "api_base": "https://connect.squareup.com/" }), Some(true)),
        (json!({ "api_base": "https://connect.squareupsandbox.com" }), Some(false)),
        (json!({ "api_base": "http://127.0.0.1:9000/square" }), None),
    ] {
        assert_eq!(configure(more).unwrap().about().live, live);
    }
    for odd in [json!(""), json!("L 1"), json!(1), Value::Null] {
        assert_eq!(configure(json!({ "location_id": odd })).unwrap_err().path, "location_id");
    }
}

#[test]
fn only_the_currencies_of_sellers_are_sent_there() {
    for (minor, code, expected) in [
        (4999, "EUR", Ok(())),
        (1, "USD", Ok(())),
        (0, "USD", Err(Unsuitable::TooSmall)),
        (5000, "JPY", Ok(())),
        (999_999_999_999_999, "GBP", Ok(())),
        (12_340, "KWD", Err(Unsuitable::Currency)),
        (5000, "ISK", Err(Unsuitable::Currency)),
        (5000, "CHF", Err(Unsuitable::Currency)),
    ] {
        assert_eq!(configured().suits(money(minor, code)), expected, "{minor} {code}");
    }
    let config = extended((TRIAL.config)(&["k"], ""), json!({ "min_amount": 50, "max_amount": 1000 }));
    let configured = PROVIDER.configure(&config).unwrap();
    assert_eq!(configured.suits(money(49, "EUR")), Err(Unsuitable::TooSmall));
    assert_eq!(configured.suits(money(1001, "EUR")), Err(Unsuitable::TooLarge));
}

#[test]
fn a_signature_is_read_strictly() {
    let body = b"{}";
    let good = sign(TRIAL.secrets[0], URL, body);
    let judge = |header: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-square-hmacsha256-signature", HeaderValue::from_str(header).unwrap());
        match configured().verify(&Inbound { url: URL, headers: &headers, body }, Moment::from_seconds(0)) {
            Verdict::Verified(_) => Ok(()),
            Verdict::Refused(refusal) => Err(refusal),
            Verdict::Ask(_) => panic!(),
        }
    };
    assert_eq!(judge(&good), Ok(()));
    let without_url = sign(TRIAL.secrets[0], "", body);
    let of_decoded_key = data_encoding::BASE64.encode(&hmac_sha256(b"\xa9\xf8", &[URL.as_bytes(), body]));
    for header in [
        good.trim_end_matches('=').to_owned(),
        good.replace('+', "-").replace('/', "_") + "=",
        format!("{good},{good}"),
        format!(" {good} x"),
        without_url,
        of_decoded_key,
        "nonsense".to_owned(),
    ] {
        assert_eq!(judge(&header), Err(Refusal::Invalid), "{header}");
    }
}
