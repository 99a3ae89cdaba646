//! Xendit, with answers that its documents give.

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
use crate::provider::{
    Answer, Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Repeat, Request, Step, Told, Unsuitable, Verdict,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "api_key": "xnd_production_P4qDfOss0OCpl8Rt", "webhook_secrets": secrets }),
    secrets: ["qT7mKc2VxR9bLw4NzY8hGfJ3sPdA6eUu1oXiBtQv5kWr", "Zr8Kd1Lw5Vn3Hy7Qc9Tf2Mb6Jx4Gp0SaEuOiRkYtWqLz"],
    sign: |secret, _, body| Signed::by(&[("x-callback-token", secret)], body),
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves { what: What::Sender, time: false, url: false },
    headers: &["x-callback-token"],
    joins: false,
    // An amount in an event is not believed; those in answers are tried below.
    amounts: &[],
    keys: &[
        "event",
        "created",
        "data",
        "id",
        "external_id",
        "reference_id",
        "payment_id",
        "payment_session_id",
        "payment_request_id",
        "metadata",
        "session",
        "status",
        "status_reason",
        "currency",
        "amount",
        "initial",
        "terminal",
        "captures",
        "capture_amount",
        "request_amount",
        "failure_code",
        "updated",
        "updated_at",
        "payment_link_url",
    ],
    answer: answer_of_xendit,
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const CHECKOUT: &str = "ps-67527107dda8b2513acdaef0";
const PAYMENT: &str = "py-1fdaf346-dd2e-4b6c-b938-124c7167a822";

/// Xendit, as far as it is asked about events.
fn answer_of_xendit(request: &Request) -> Answer {
    let path = request.url.strip_prefix("https://api.xendit.co/").unwrap();
    let body = match path.rsplit_once('/').unwrap() {
        ("sessions", id) => session(json!({ "payment_session_id": id })),
        ("v3/payments", id) => payment(json!({ "payment_id": id })),
        ("refunds", id) => refunded(json!({ "id": id })),
        ("v2/invoices", id) => {
            json!({ "id": id, "external_id": SESSION, "status": "PAID", "paid_amount": 150000, "currency": "IDR" })
        }
        other => panic!("nobody asks for {other:?}"),
    };
    answer(200, body.to_string())
}

fn with(mut object: Value, more: Value) -> Value {
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn session(more: Value) -> Value {
    let session = json!({ "payment_session_id": CHECKOUT, "reference_id": SESSION, "status": "COMPLETED", "currency": "IDR",
        "amount": 150000, "payment_id": PAYMENT, "updated": "2026-11-24T17:02:10.101Z" });
    with(session, more)
}

fn payment(more: Value) -> Value {
    let payment = json!({ "payment_id": PAYMENT, "payment_request_id": "pr-1102feb0", "reference_id": SESSION, "status": "SUCCEEDED",
        "currency": "IDR", "request_amount": 150000, "updated": "2026-11-24T17:02:09.500Z" });
    with(payment, more)
}

fn refunded(more: Value) -> Value {
    let refund = json!({ "id": "rfd-1", "payment_id": PAYMENT, "reference_id": "rf_01", "status": "SUCCEEDED", "currency": "IDR",
        "amount": 40000, "metadata": { "session": SESSION }, "updated": "2026-11-26T09:12:33.001Z" });
    with(refund, more)
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: SessionId::parse(SESSION).unwrap(), checkout_id, money: money(15_000_000, "IDR") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(
        money(15_000_000, "IDR"),
        "https://pay.example/v1/webhooks/demo/xendit",
        |checkout| use_it(&Checkout { locale: Some("id-ID"), ..*checkout }),
    )
}

fn refund(money: Money) -> Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse(PAYMENT).unwrap(), RefundId::parse("rf_01").unwrap());
    let session = SessionId::parse(SESSION).unwrap();
    configured().refund(&RefundOrder { session, payment: &payment, refund: &refund, money }).unwrap()
}

/// An event of Xendit's, with its token, read.
fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let body = body.to_string();
    let signed = (TRIAL.sign)(TRIAL.secrets[0], 0, body.as_bytes());
    let inbound = Inbound { url: "", headers: &signed.headers, body: &signed.body };
    let configured = configured();
    match configured.verify(&inbound, Moment::default()) {
        Verdict::Verified(verified) => configured.read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn event(word: &str, data: Value) -> Value {
    json!({ "event": word, "created": "2026-11-24T17:02:10.101Z", "data": data })
}

/// What the only reading of an event comes to, where Xendit answers so.
fn told(event: Event, answered: &Value) -> Result<Option<Told>, Failure> {
    let [reading] = <[Reading; 1]>::try_from(event.readings).unwrap();
    match reading {
        Reading::Told(told) => Ok(Some(told)),
        Reading::Ask(step) => run(step, |_| answer(200, answered.to_string())),
    }
}

#[test]
fn amounts_are_decimals_of_major_units() {
    for (minor, code, sent) in [
        (15_000_000, "IDR", Ok("150000")),
        (15_000_050, "IDR", Err(Unsuitable::Granularity)),
        (1_000_001, "PHP", Ok("10000.01")),
        (250_000, "VND", Ok("250000")),
        (5, "SGD", Ok("0.05")),
        (0, "PHP", Err(Unsuitable::TooSmall)),
        (4999, "USD", Err(Unsuitable::Currency)),
        (4999, "EUR", Err(Unsuitable::Currency)),
        (12_345, "KWD", Err(Unsuitable::Currency)),
    ] {
        let money = money(minor, code);
        assert_eq!(configured().suits(money), sent.map(|_| ()), "{minor} {code}");
        let Ok(sent) = sent else { continue };
        let request =
            first_request(with_checkout(|checkout| configured().create(&Checkout { money, ..*checkout })));
        assert!(shown(&request).contains(&format!("\"amount\":{sent},\"currency\":\"{code}\"")), "{code}");
        let answered = format!(
            "{{\"reference_id\":\"{SESSION}\",\"status\":\"COMPLETED\",\"amount\":{sent},\"currency\":\"{code}\"}}"
        );
        let reports =
            run(configured().fetch(&held(Some(CHECKOUT))).unwrap(), |_| answer(200, answered.as_str()));
        assert_eq!(reports.unwrap()[0].kind, Kind::Paid(money), "{code}");
    }
    for amount in ["150000.001", "-1", "1e5", "true", "null", "[]", "\"1,5\"", "1000000000000000000"] {
        let answered = format!(
            "{{\"reference_id\":\"{SESSION}\",\"status\":\"COMPLETED\",\"amount\":{amount},\"currency\":\"PHP\"}}"
        );
        let reports =
            run(configured().fetch(&held(Some(CHECKOUT))).unwrap(), |_| answer(200, answered.as_str()));
        assert!(matches!(reports, Err(Failure::NotUnderstood(_))), "{amount} {reports:?}");
    }
    for key in ["xnd_public_1", "sk_live_1", "XND_PRODUCTION_1"] {
        let config = json!({ "api_key": key, "webhook_secrets": ["t"] });
        assert_eq!(PROVIDER.configure(&config).unwrap_err().path, "api_key", "{key}");
    }
    let config = json!({ "api_key": "xnd_development_1", "webhook_secrets": ["t"] });
    assert_eq!(PROVIDER.configure(&config).unwrap().about().live, Some(false));
}
