//! Paddle, with answers that its documents give.

mod account;
mod events;
mod requests;
mod status;

use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, OrderId, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance::{
    Proves, Signed, Trial, answer, first_request, one, paid, run, shown, vectors_in,
};
use crate::provider::signature::hmac_sha256;
use crate::provider::{
    Answer, Checkout, Closed, Configured, Created, EndpointFault, Event, Failure, Held, Inbound, Listed as _,
    NotUnderstood, Reading, RefundOrder, Refusal, Repeat, Request, Step, Told, Unsuitable, Verdict,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "api_key": "pdl_live_apikey_01gtgztp8f4kek3yd4g1wrksa3_q6TGTJyvoIz7", "webhook_secrets": secrets }),
    secrets: [
        "pdl_ntfset_01kb2q7x9m4t8v3n6c5r1z0wfe_Vn7+tW1cXkq8YxV3bq9mJ2uHf5zR/aB4",
        "pdl_ntfset_01kb2q8a3d7g5h9j2k4m6p8qsr_9sLw2/ZpQ4Rk7Tn+X1vB6yMc8dFg3HjU",
    ],
    sign: |secret, now, body| Signed::by(&[("paddle-signature", &signature(secret, now, body))], body),
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves::BYTES_AND_TIME,
    headers: &["paddle-signature"],
    joins: false,
    amounts: &["grand_total", "total"],
    keys: &[
        "event_id",
        "event_type",
        "occurred_at",
        "data",
        "id",
        "status",
        "currency_code",
        "custom_data",
        "session_id",
        "details",
        "totals",
        "grand_total",
        "total",
        "payments",
        "error_code",
        "transaction_id",
        "action",
        "reason",
    ],
    answer: answer_of_paddle,
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const TRANSACTION: &str = "txn_01m87800t9wxwcbyb6wk952swa";
const ADJUSTMENT: &str = "adj_01m89xtkb4xsddzq9s650agy7v";
const NOW: u64 = 1_795_539_600;

fn signature(secret: &str, now: u64, body: &[u8]) -> String {
    let mac = hmac_sha256(secret.as_bytes(), &[now.to_string().as_bytes(), b":", body]);
    format!("ts={now};h1={}", data_encoding::HEXLOWER.encode(&mac))
}

/// Paddle, as far as it is asked about an adjustment: the transaction is ours.
fn answer_of_paddle(request: &Request) -> Answer {
    let path = request.url.strip_prefix("https://api.paddle.com/transactions/").unwrap();
    let id = path.strip_suffix("?include=adjustment").unwrap();
    let mut transaction = transaction("completed", json!({}));
    transaction["id"] = id.into();
    data(200, &transaction)
}

fn data(status: u16, data: &Value) -> Answer {
    answer(status, json!({ "data": data, "meta": { "request_id": "1" } }).to_string())
}

fn refused(status: u16, code: &str) -> Answer {
    let error =
        json!({ "type": "request_error", "code": code, "detail": "No.", "documentation_url": "https://x" });
    answer(status, json!({ "error": error, "meta": {} }).to_string())
}

fn with(mut object: Value, more: Value) -> Value {
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn transaction(status: &str, more: Value) -> Value {
    let object = json!({ "id": TRANSACTION, "status": status, "currency_code": "EUR",
        "custom_data": { "session_id": SESSION, "order_id": "1042" }, "updated_at": "2026-11-24T17:03:36.900000Z",
        "details": { "totals": { "grand_total": "4999", "total": "4999", "currency_code": "EUR" },
            "line_items": [{ "id": "txnitm_01m87800vv5gccr7nkhynwr569" }] },
        "checkout": { "url": "https://shop.example/pay?_ptxn=txn_01m87800t9wxwcbyb6wk952swa" }, "payments": [] });
    with(object, more)
}

fn adjustment(action: &str, status: &str, more: Value) -> Value {
    let object = json!({ "id": ADJUSTMENT, "action": action, "status": status, "transaction_id": TRANSACTION,
        "reason": "one item sent back", "currency_code": "EUR", "totals": { "total": "1500", "tax": "239" },
        "created_at": "2026-11-25T18:00:00.100Z", "updated_at": "2026-11-26T18:00:00.100Z" });
    with(object, more)
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

fn create() -> Step<Created> {
    let order = OrderId::parse("1042").unwrap();
    configured().create(&Checkout {
        session: session(),
        order: &order,
        money: money(4999, "EUR"),
        description: "Order 1042 \"Käse\"",
        method: Method::Card,
        customer_email: Some("kundin@example.test"),
        locale: Some("de-AT"),
        created_at: Moment::from_seconds(NOW),
        expires_at: Moment::from_seconds(NOW + 2700),
        return_url: "https://pay.example/return/cs_1",
        cancel_url: "https://shop.example/cart",
        webhook_url: "https://pay.example/v1/webhooks/demo/paddle",
    })
}

fn refund(minor: u64, code: &str) -> Step<Report> {
    let (payment, refund) =
        (ProviderPaymentId::parse(TRANSACTION).unwrap(), RefundId::parse("rf_01").unwrap());
    let order =
        RefundOrder { session: session(), payment: &payment, refund: &refund, money: money(minor, code) };
    configured().refund(&order).unwrap()
}

/// An event of Paddle's, signed, verified and read.
fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let body = body.to_string();
    let signed = (TRIAL.sign)(TRIAL.secrets[0], NOW, body.as_bytes());
    let inbound = Inbound { url: "", headers: &signed.headers, body: &signed.body };
    match configured().verify(&inbound, Moment::from_seconds(NOW)) {
        Verdict::Verified(verified) => configured().read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn event(kind: &str, data: Value) -> Value {
    json!({ "event_id": "evt_1", "event_type": kind, "occurred_at": "2026-11-24T17:03:36.310000Z", "data": data })
}

fn told(reading: Reading) -> Told {
    match reading {
        Reading::Told(told) => told,
        Reading::Ask(step) => run(step, TRIAL.answer).unwrap().unwrap(),
    }
}

/// Answers in this order, and shows what was sent.
fn in_turn<T>(step: Step<T>, answers: &[Answer]) -> (Result<T, Failure>, String) {
    let sent = std::cell::RefCell::new(String::new());
    let next = std::cell::Cell::new(0);
    let done = run(step, |request| {
        sent.borrow_mut().push_str(&shown(request));
        let index = next.replace(next.get() + 1);
        answers[index].clone()
    });
    assert_eq!(next.get(), answers.len(), "an answer that nobody asked for");
    (done, sent.into_inner())
}
