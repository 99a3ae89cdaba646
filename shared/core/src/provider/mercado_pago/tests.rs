//! Mercado Pago, with answers that its documents give.

mod answers;
mod events;
mod requests;

use expect_test::expect;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, Money, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance;
use crate::provider::conformance::{
    Proves, Signed, Trial, What, answer, first_request, one, remembered, run, shown, vectors_in,
};
use crate::provider::signature::hmac_sha256;
use crate::provider::{
    Answer, Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Refusal, Repeat, Request, Step, Told, Unsuitable, Verdict,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "api_key": "APP_USR-7434370118000159-031414-2cee51edf8b7", "webhook_secrets": secrets }),
    secrets: [
        "6f1d0b9c47e25a83d1c4f7089ab3e6520c9d8f1e7a4b35260d1f9c8e7b6a5d43",
        "b07c5e1f93a4d2680e7f1c9b5d3a8246f09e7d1c5b3a29481f6e0d7c9b8a5e32",
    ],
    sign,
    needs_secrets: true,
    sent: &["api_key"],
    // Of the body the id alone; its time is signed and not judged.
    proves: Proves { what: What::Values, time: false, url: false },
    // The request id may be absent, which this module tries.
    headers: &["x-signature"],
    joins: false,
    // An event has none; those in answers are tried here.
    amounts: &[],
    keys: &["type", "action", "date_created", "data", "id", "payment_id"],
    answer: answer_of_mercado_pago,
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const CHECKOUT: &str = "202809963-920c288b-4ebb-40be-966f-700250fa5370";
const PAYMENT: &str = "81968653106";
const REQUEST: &str = "bb56a2f1-6aae-46ac-982e-9dcd3581d08e";

fn sign(secret: &str, at: u64, body: &[u8]) -> Signed {
    let id = match serde_json::from_slice::<Value>(body).ok().map(|body| body["data"]["id"].clone()) {
        Some(Value::String(id)) => id.to_ascii_lowercase(),
        Some(Value::Number(id)) => id.to_string(),
        _ => String::new(),
    };
    let signed = format!("id:{id};request-id:{REQUEST};ts:{at};");
    let mac = data_encoding::HEXLOWER.encode(&hmac_sha256(secret.as_bytes(), &[signed.as_bytes()]));
    Signed::by(&[("x-signature", &format!("ts={at},v1={mac}")), ("x-request-id", REQUEST)], body)
}

/// Mercado Pago, as far as it is asked about events.
fn answer_of_mercado_pago(request: &Request) -> Answer {
    let id = request.url.strip_prefix("https://api.mercadopago.com/v1/payments/").unwrap();
    answer(200, payment(json!({ "id": id.parse::<u64>().unwrap() })).to_string())
}

fn with(mut object: Value, more: Value) -> Value {
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn payment(more: Value) -> Value {
    let payment = json!({ "id": 81968653106_u64, "date_created": "2026-11-24T12:59:00.000-04:00",
        "date_approved": "2026-11-24T12:59:57.000-04:00", "date_last_updated": "2026-12-19T10:00:00.000-04:00",
        "status": "approved", "status_detail": "accredited", "currency_id": "BRL", "external_reference": SESSION,
        "live_mode": true, "transaction_amount": 4990, "transaction_amount_refunded": 0, "refunds": [] });
    with(payment, more)
}

fn refunded(more: Value) -> Value {
    let refund = json!({ "id": 1242469925, "payment_id": 81968653106_u64, "amount": 15, "status": "approved",
        "date_created": "2026-11-26T05:12:33.000-04:00" });
    with(refund, more)
}

fn found(payments: &[Value]) -> String {
    let paging = json!({ "total": payments.len(), "limit": 100, "offset": 0 });
    json!({ "paging": paging, "results": payments }).to_string()
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

/// The same shop, trying things out.
fn in_test() -> Box<dyn Configured> {
    let config = json!({ "api_key": "TEST-7434370118000159", "webhook_secrets": TRIAL.secrets });
    PROVIDER.configure(&config).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: remembered(), checkout_id, money: money(499_000, "BRL") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(
        money(4990, "BRL"),
        "https://pay.example/v1/webhooks/demo/mercado_pago",
        use_it,
    )
}

fn fetched(configured: &dyn Configured, body: &str) -> Result<Vec<Report>, Failure> {
    run(configured.fetch(&held(None)).unwrap(), |_| answer(200, body))
}

/// An event of Mercado Pago's, signed as it signs, read.
fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let signed = sign(TRIAL.secrets[0], 0, body.to_string().as_bytes());
    let inbound = Inbound { url: "", headers: &signed.headers, body: &signed.body };
    let configured = configured();
    match configured.verify(&inbound, Moment::default()) {
        Verdict::Verified(verified) => configured.read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn event(kind: &str, data: Value) -> Value {
    json!({ "type": kind, "action": format!("{kind}.updated"), "date_created": "2026-11-24T16:59:58Z", "data": data })
}

/// What the only reading of an event comes to, where Mercado Pago answers so.
fn told(event: Event, answered: &Answer) -> Result<Option<Told>, Failure> {
    match <[Reading; 1]>::try_from(event.readings).unwrap() {
        [Reading::Ask(step)] => run(step, |_| answered.clone()),
        [Reading::Told(told)] => panic!("nobody signed {told:?}"),
    }
}

#[test]
fn amounts_are_decimals_of_major_units_and_some_countries_take_whole_ones() {
    for (minor, code, sent) in [
        (4990, "BRL", Ok("49.90")),
        (5, "ARS", Ok("0.05")),
        (100_001, "MXN", Ok("1000.01")),
        (4900, "PEN", Ok("49.00")),
        (4990, "UYU", Ok("49.90")),
        (4990, "CLP", Ok("4990")),
        (499_000, "COP", Ok("4990")),
        (499_050, "COP", Err(Unsuitable::Granularity)),
        (0, "BRL", Err(Unsuitable::TooSmall)),
        (4990, "USD", Err(Unsuitable::Currency)),
        (4990, "EUR", Err(Unsuitable::Currency)),
    ] {
        let money = money(minor, code);
        assert_eq!(configured().suits(money), sent.map(|_| ()), "{minor} {code}");
        let Ok(sent) = sent else { continue };
        let request =
            first_request(with_checkout(|checkout| configured().create(&Checkout { money, ..*checkout })));
        let item = format!("\"currency_id\":\"{code}\",\"unit_price\":{sent}}}");
        assert!(shown(&request).contains(&item), "{}", shown(&request));
        let answered = payment(json!({ "currency_id": code })).to_string();
        let answered =
            answered.replace("\"transaction_amount\":4990", &format!("\"transaction_amount\":{sent}"));
        let reports =
            fetched(&*configured(), &format!("{{\"paging\":{{\"total\":1}},\"results\":[{answered}]}}"));
        assert_eq!(reports.unwrap()[0].kind, Kind::Paid(money), "{code}");
    }
    let limited = json!({ "api_key": "APP_USR-1", "webhook_secrets": ["s"], "max_amount": 4989 });
    let limited = PROVIDER.configure(&limited).unwrap();
    assert_eq!(limited.suits(money(4990, "BRL")), Err(Unsuitable::TooLarge));
}

#[test]
fn a_token_says_that_it_is_for_tests_or_nothing() {
    assert_eq!(in_test().about().live, Some(false));
    // Test sellers have such tokens too.
    assert_eq!(configured().about().live, None);
    for key in ["app_usr-1", "test-1", "APP_USR", "sk_live_1"] {
        let config = json!({ "api_key": key, "webhook_secrets": ["s"] });
        assert_eq!(PROVIDER.configure(&config).unwrap_err().path, "api_key", "{key}");
    }
}
