//! GoCardless, with answers that its documents give.

mod answers;
mod events;
mod requests;
mod status;

use std::cell::RefCell;

use expect_test::expect;
use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance;
use crate::provider::conformance::{
    Proves, Signed, Trial, answer, first_request, one, run, shown, vectors_in,
};
use crate::provider::{
    Answer, Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Request, Step, Told, Unsuitable, Verdict,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "api_key": "live_Y5xkQmR8tKwZ2Nb3", "webhook_secrets": secrets }),
    secrets: ["ED7D658C-D8EB-4941-948B-3973214F2D49", "8w6hJxN2qLr0vTzYbKdPf4sGmC1uEa7oXi5RtW3y"],
    sign: |secret, _, body| Signed::by(&[("webhook-signature", &super::sign(secret, body))], body),
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves::BYTES,
    headers: &["webhook-signature"],
    joins: false,
    // No event has one.
    amounts: &[],
    keys: &[
        "events",
        "id",
        "created_at",
        "resource_type",
        "action",
        "links",
        "billing_request",
        "payment",
        "payment_request_payment",
        "refund",
        "details",
        "cause",
        "will_attempt_retry",
        "resource_metadata",
        "session_id",
        "refund_id",
    ],
    answer: answer_of_gocardless,
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const REQUEST: &str = "BRQ9A2Z96TGP9WJ";
const PAYMENT: &str = "PM0X1CC8E3VM4H";
const REFUND: &str = "RFB7M82324NYB3";

/// GoCardless, as far as it is asked: one payment was confirmed, another was paid back.
fn answer_of_gocardless(request: &Request) -> Answer {
    let path = request.url.strip_prefix("https://api.gocardless.com/").unwrap();
    let confirmed = event("payments", "confirmed", "2026-11-24T17:43:25.078Z", json!({ "payment": PAYMENT }));
    let body = match path.split(['/', '?', '=', '&']).collect::<Vec<_>>()[..] {
        ["payments", id] => json!({ "payments": payment(id, "confirmed") }),
        ["events", "payment", PAYMENT, ..] => json!({ "events": [confirmed] }),
        ["events", "payment", ..] => json!({ "events": [] }),
        ["refunds", "payment", ..] => json!({ "refunds": [] }),
        ["refunds", id] => {
            let of = if id == "RFPQN50PR0YSEQ" { "PMSZ9SQBWBF205" } else { PAYMENT };
            let mut refund = refund_object("paid", json!({}));
            (refund["id"], refund["links"]["payment"]) = (id.into(), of.into());
            json!({ "refunds": refund })
        }
        _ => panic!("nobody asks for {path}"),
    };
    answer(200, body.to_string())
}

fn payment(id: &str, status: &str) -> Value {
    json!({ "id": id, "created_at": "2026-11-24T17:43:20.500Z", "status": status, "amount": 4990, "currency": "GBP",
        "amount_refunded": 500, "metadata": { "session_id": SESSION }, "links": { "mandate": "MD123" } })
}

fn refund_object(status: &str, metadata: Value) -> Value {
    json!({ "id": REFUND, "created_at": "2026-11-25T09:00:00.000Z", "status": status, "amount": 1500, "currency": "GBP",
        "metadata": metadata, "links": { "payment": PAYMENT } })
}

fn event(what: &str, action: &str, at: &str, links: Value) -> Value {
    json!({ "id": "EV1", "created_at": at, "resource_type": what, "action": action, "links": links,
        "details": { "origin": "bank", "cause": "insufficient_funds" }, "metadata": {},
        "resource_metadata": { "session_id": SESSION } })
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn moment(text: &str) -> Option<Moment> {
    Some(Moment::parse_rfc3339(text).unwrap())
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: SessionId::parse(SESSION).unwrap(), checkout_id, money: money(4990, "GBP") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(
        money(4990, "GBP"),
        "https://pay.example/v1/webhooks/demo/gocardless",
        |checkout| use_it(&Checkout { method: Method::BankTransfer, ..*checkout }),
    )
}

fn refund_step() -> Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse(PAYMENT).unwrap(), RefundId::parse("rf_01").unwrap());
    let session = SessionId::parse(SESSION).unwrap();
    let order = RefundOrder { session, payment: &payment, refund: &refund, money: money(1500, "GBP") };
    configured().refund(&order).unwrap()
}

/// Runs a step against these answers, one for each method and beginning of a path, and notes what is sent.
fn against<T>(step: Step<T>, answers: &[(&str, Answer)]) -> (Result<T, Failure>, Vec<String>) {
    let sent = RefCell::new(Vec::new());
    let result = run(step, |request| {
        sent.borrow_mut().push(shown(request));
        let asked = format!("{} {}", request.method, request.url.replace("https://api.gocardless.com", ""));
        let found = answers.iter().find(|(begin, _)| asked.starts_with(begin));
        found.unwrap_or_else(|| panic!("nobody answers {asked}")).1.clone()
    });
    (result, sent.into_inner())
}

fn ok(body: Value) -> Answer {
    answer(200, body.to_string())
}

/// What a used idempotency key is answered with.
fn conflict(id: &str) -> Answer {
    let error = json!({ "error": { "code": 409, "type": "invalid_state", "message": "A resource has already been created",
        "errors": [{ "reason": "idempotent_creation_conflict", "message": "…", "links": { "conflicting_resource_id": id } }] } });
    answer(409, error.to_string())
}

fn read(events: &[Value]) -> Result<Vec<Event>, NotUnderstood> {
    let body = json!({ "events": events, "meta": { "webhook_id": "WB1" } }).to_string();
    let Signed { headers, body } = (TRIAL.sign)(TRIAL.secrets[0], 0, body.as_bytes());
    match configured().verify(&Inbound { url: "", headers: &headers, body: &body }, Moment::from_seconds(0)) {
        Verdict::Verified(verified) => configured().read(&verified),
        _ => panic!("not verified"),
    }
}

fn only(events: Vec<Event>) -> Reading {
    let event = one(events);
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

#[test]
fn the_address_says_whether_it_moves_real_money_and_the_key_has_to_fit() {
    let configure = |key: &str, base: Option<&str>| {
        let mut config = json!({ "api_key": key, "webhook_secrets": ["secret"] });
        if let Some(base) = base {
            config["api_base"] = base.into();
        }
        PROVIDER.configure(&config).map(|configured| configured.about().live).map_err(|error| error.path)
    };
    let sandbox = Some("https://api-sandbox.gocardless.com/");
    assert_eq!(configure("live_1", None), Ok(Some(true)));
    assert_eq!(configure("sandbox_1", sandbox), Ok(Some(false)));
    assert_eq!(configure("1", None), Ok(Some(true)));
    assert_eq!(configure("sandbox_1", Some("http://127.0.0.1:9000")), Ok(None));
    assert_eq!(configure("sandbox_1", None), Err("api_base".to_owned()));
    assert_eq!(configure("live_1", sandbox), Err("api_base".to_owned()));
}

#[test]
fn only_instant_payments_currencies_are_taken() {
    for (minor, code, expected) in [
        (1, "GBP", Ok(())),
        (4990, "EUR", Ok(())),
        (0, "EUR", Err(Unsuitable::TooSmall)),
        (4990, "USD", Err(Unsuitable::Currency)),
        (4990, "SEK", Err(Unsuitable::Currency)),
        (4990, "JPY", Err(Unsuitable::Currency)),
        (4990, "KWD", Err(Unsuitable::Currency)),
    ] {
        assert_eq!(configured().suits(money(minor, code)), expected, "{minor} {code}");
    }
    let config =
        json!({ "api_key": "1", "webhook_secrets": ["secret"], "min_amount": 50, "max_amount": 1000 });
    let configured = PROVIDER.configure(&config).unwrap();
    for (minor, expected) in
        [(49, Err(Unsuitable::TooSmall)), (50, Ok(())), (1000, Ok(())), (1001, Err(Unsuitable::TooLarge))]
    {
        assert_eq!(configured.suits(money(minor, "GBP")), expected, "{minor}");
    }
}
