//! PayPal, with answers that its documents give.

mod account;
mod answers;
mod deliveries;
mod events;
mod requests;
mod status;

use expect_test::{Expect, expect};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance;
use crate::provider::conformance::{
    Proves, Signed, Trial, What, answer, first_request, one, run, shown, vectors_in,
};
use crate::provider::{
    Answer, Checkout, Configured, Created, EndpointFault, Event, Failure, Held, Inbound, Listed as _,
    NotUnderstood, Reading, RefundOrder, Refusal, Repeat, Request, Step, Told, Unsuitable, Verdict, Verified,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |_, _| {
        json!({
            "client_id": "AXk3vQ7rT2mLp9Zs4Yd8Nw1Hb6Jc5Fe0",
            "client_secret": "EKx8Qm2Rv6Tz4Bn9Wc1Ld7Yh3Js5Pg0",
            "webhook_id": "7FB53827KS118702W",
        })
    },
    secrets: ["EKx8Qm2Rv6Tz4Bn9Wc1Ld7Yh3Js5Pg0", "7FB53827KS118702W"],
    needs_secrets: false,
    sent: &["client_id", "client_secret", "webhook_id"],
    sign: |_, _, body| Signed::by(&[], body),
    proves: Proves { what: What::Nothing, time: false, url: false },
    headers: &[],
    joins: false,
    keys: &[],
    amounts: &[],
    answer: |request| answer_of_paypal(request, &completed()),
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const ORDER: &str = "5O190127TN364715T";
const CAPTURE: &str = "3C679366HH908993F";
const TOKEN: &str = "A21AAKx8Qm2Rv6Tz4Bn9Wc1Ld7Yh3Js5Pg0";

fn token() -> Answer {
    answer(200, json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": 31_668 }).to_string())
}

/// PayPal where each GET of a capture finds this one, and an order that is completed with it.
fn answer_of_paypal(request: &Request, capture: &Value) -> Answer {
    let path = request.url.strip_prefix("https://api-m.paypal.com").unwrap();
    match path.split('/').collect::<Vec<_>>()[..] {
        ["", "v1", "oauth2", "token"] => token(),
        ["", "v2", "payments", "captures", _] => answer(200, capture.to_string()),
        ["", "v2", "checkout", "orders", id] => {
            answer(200, order(id, "COMPLETED", json!([capture])).to_string())
        }
        _ => panic!("nobody asks for {path}"),
    }
}

fn capture(status: &str, more: Value) -> Value {
    let mut capture = json!({
        "id": CAPTURE, "status": status, "amount": { "currency_code": "EUR", "value": "49.99" }, "custom_id": SESSION,
        "supplementary_data": { "related_ids": { "order_id": ORDER } },
        "create_time": "2026-11-24T16:59:57Z", "update_time": "2026-11-24T16:59:58Z",
    });
    capture.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    capture
}

fn completed() -> Value {
    capture("COMPLETED", json!({}))
}

fn refunded(status: &str, more: Value) -> Value {
    let mut refund = json!({
        "id": "1Y107995YT783436W", "status": status, "amount": { "currency_code": "EUR", "value": "15.00" },
        "create_time": "2026-11-24T10:00:00-08:00", "update_time": "2026-11-25T10:00:00-08:00",
        "links": [{ "rel": "self", "href": "https://api.paypal.com/v2/payments/refunds/1Y107995YT783436W" },
            { "rel": "up", "href": format!("https://attacker.example/v2/payments/captures/{CAPTURE}") }],
    });
    refund.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    refund
}

fn order(id: &str, status: &str, captures: Value) -> Value {
    json!({
        "id": id, "status": status, "intent": "CAPTURE", "update_time": "2026-11-24T16:59:00Z",
        "purchase_units": [{ "custom_id": SESSION, "payments": { "captures": captures } }],
    })
}

fn refusal(status: u16, name: &str, issue: &str) -> Answer {
    let body = json!({ "name": name, "message": "No.", "debug_id": "f1a3", "details": [{ "issue": issue, "description": "Not now." }] });
    answer(status, body.to_string())
}

fn unknown() -> Answer {
    refusal(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&[], "")).unwrap()
}

fn session() -> SessionId {
    SessionId::parse(SESSION).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: session(), checkout_id, money: money(4999, "EUR") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(
        money(4999, "EUR"),
        "https://pay.example/v1/webhooks/demo/paypal",
        |checkout| {
            use_it(&Checkout { description: "Order 1042 & \"more\"", method: Method::Wallet, ..*checkout })
        },
    )
}

fn refund_step() -> Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse(CAPTURE).unwrap(), RefundId::parse("rf_01").unwrap());
    let order =
        RefundOrder { session: session(), payment: &payment, refund: &refund, money: money(1000, "EUR") };
    configured().refund(&order).unwrap()
}

/// Runs a step, its token given, and the rest answered by `rest`.
fn asked<T>(step: Step<T>, rest: impl Fn(&Request) -> Answer) -> Result<T, Failure> {
    run(step, |request| if request.url.ends_with("/oauth2/token") { token() } else { rest(request) })
}

/// The request that comes after the token.
fn second_request<T>(step: Step<T>) -> Request {
    match step {
        Step::Send(exchange) => first_request((exchange.read)(&token()).unwrap()),
        _ => panic!("nothing to send"),
    }
}

fn event(word: &str, resource: &Value) -> Value {
    json!({ "id": "WH-1", "event_type": word, "create_time": "2026-11-24T17:00:00.412Z", "resource": resource })
}

/// An event, read as one that was vouched for.
fn read(event: &Value) -> Result<Event, NotUnderstood> {
    let body = event.to_string();
    configured().read(&Verified::verified_before_it_was_stored(body.as_bytes(), None)).map(one)
}

fn only(event: Event) -> Step<Option<Told>> {
    assert_eq!(event.readings.len(), 1, "{event:?}");
    match event.readings.into_iter().next().unwrap() {
        Reading::Ask(step) => step,
        Reading::Told(told) => panic!("believed {told:?}"),
    }
}

/// What is told of an event, PayPal's answers after the token being these.
fn told(event: &Value, rest: impl Fn(&Request) -> Answer) -> Result<Option<Told>, Failure> {
    asked(only(read(event).unwrap()), rest)
}

fn check(request: &Request, expected: &Expect) {
    expected.assert_eq(&shown(request));
}
