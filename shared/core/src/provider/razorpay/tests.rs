//! Razorpay, with answers that its documents give.

mod answers;
mod events;
mod requests;
mod status;

use expect_test::{Expect, expect};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::{CURRENCIES, PROVIDER};
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, Money, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance;
use crate::provider::conformance::{Proves, Signed, Trial, URL, answer, first_request, one, run, shown};
use crate::provider::signature::hmac_sha256;
use crate::provider::{
    Answer, Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Refusal, Request, Step, Told, Unsuitable, Verdict,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "key_id": "rzp_live_Q8vN3mXc7LbT2y", "key_secret": "9WpZ4dHs6FgJ1aEuRk3TqXb8", "webhook_secrets": secrets }),
    secrets: ["wh#sec_7Kq!mZ2pL9xR-razor", "rzp-wh-2026-11:Tq8vN4cJ1yB6"],
    sign: |secret, _, body| Signed::by(&[("x-razorpay-signature", &sign(secret, body))], body),
    needs_secrets: true,
    sent: &["key_id", "key_secret"],
    proves: Proves::BYTES,
    headers: &["x-razorpay-signature"],
    joins: false,
    amounts: &["amount", "amount_paid", "amount_deducted"],
    keys: &[
        "event",
        "created_at",
        "payload",
        "payment_link",
        "payment",
        "refund",
        "dispute",
        "entity",
        "id",
        "amount",
        "currency",
        "notes",
        "session",
        "reference_id",
        "amount_paid",
        "updated_at",
        "cancelled_at",
        "expired_at",
        "order_id",
        "captured",
        "error_reason",
        "payment_id",
        "amount_deducted",
        "reason_code",
    ],
    answer: answer_of_razorpay,
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const LINK: &str = "plink_QflcnnZqCekuvL";
const ORDER: &str = "order_QflczVVaNJciLq";
const PAYMENT: &str = "pay_Qfldmt5StKZFCB";
const REFUND: &str = "rf_k3x7q2m9v4p8t6w1z5r0y8h2jd_5v8n2m4q";

fn sign(secret: &str, body: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&hmac_sha256(secret.as_bytes(), &[body]))
}

/// Razorpay, as far as it is asked whose something is.
fn answer_of_razorpay(request: &Request) -> Answer {
    let path = request.url.strip_prefix("https://api.razorpay.com").unwrap();
    answer(
        200,
        match path.split('/').nth(2).unwrap() {
            "payments" => payment("captured", json!({})).to_string(),
            "orders" => order().to_string(),
            other => panic!("nobody asks for {other}"),
        },
    )
}

fn extended(mut object: Value, more: Value) -> Value {
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn link(status: &str, more: Value) -> Value {
    let link = json!({
        "id": LINK, "reference_id": SESSION, "status": status, "amount": 149_900, "amount_paid": 0, "currency": "INR",
        "created_at": 1_795_539_600, "updated_at": 1_795_539_658, "cancelled_at": 0, "expired_at": 0, "order_id": null,
        "short_url": "https://rzp.io/rzp/qCekuvL", "notes": { "session": SESSION }, "payments": null,
    });
    extended(link, more)
}

fn order() -> Value {
    json!({ "id": ORDER, "entity": "order", "receipt": SESSION, "amount": 149_900, "notes": [] })
}

fn payment(status: &str, more: Value) -> Value {
    let payment = json!({
        "id": PAYMENT, "entity": "payment", "status": status, "captured": status == "captured", "order_id": ORDER,
        "amount": 149_900, "currency": "INR", "amount_refunded": 0, "error_reason": null,
        "notes": { "session": SESSION, "order": "1042" }, "created_at": 1_795_539_657,
    });
    extended(payment, more)
}

fn refund_object(status: &str, more: Value) -> Value {
    let refund = json!({
        "id": "rfnd_QgRf1Pa2rT3iA4", "entity": "refund", "payment_id": PAYMENT, "status": status, "amount": 40_000,
        "currency": "INR", "notes": [], "created_at": 1_795_544_600,
    });
    extended(refund, more)
}

fn dispute(more: Value) -> Value {
    let dispute = json!({
        "id": "disp_QhDa3Ww4xX5yY6", "entity": "dispute", "payment_id": PAYMENT, "amount": 99_900, "currency": "INR",
        "amount_deducted": 0, "reason_code": "goods_or_services_not_received_or_partially_received",
        "status": "open", "phase": "chargeback", "created_at": 1_795_626_000,
    });
    extended(dispute, more)
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn session() -> SessionId {
    SessionId::parse(SESSION).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: session(), checkout_id, money: money(149_900, "INR") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(money(149_900, "INR"), URL, |checkout| {
        use_it(&Checkout { customer_email: Some("kunde@example.test"), locale: Some("hi"), ..*checkout })
    })
}

fn with_refund<T>(use_it: impl FnOnce(&RefundOrder<'_>) -> T) -> T {
    let (payment, refund) = (ProviderPaymentId::parse(PAYMENT).unwrap(), RefundId::parse(REFUND).unwrap());
    use_it(&RefundOrder {
        session: session(),
        payment: &payment,
        refund: &refund,
        money: money(40_000, "INR"),
    })
}

fn refund(answered: &Answer) -> Result<Report, Failure> {
    run(with_refund(|order| configured().refund(order)).unwrap(), |_| answered.clone())
}

/// An event of Razorpay's, signed, verified and read.
fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let body = body.to_string();
    let signed = (TRIAL.sign)(TRIAL.secrets[0], 0, body.as_bytes());
    let inbound = Inbound { url: URL, headers: &signed.headers, body: &signed.body };
    match configured().verify(&inbound, Moment::from_seconds(0)) {
        Verdict::Verified(verified) => configured().read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

/// An event with these entities, each under its name.
fn event(kind: &str, entities: &[(&str, Value)]) -> Value {
    let payload: serde_json::Map<_, _> =
        entities.iter().map(|(name, entity)| ((*name).to_owned(), json!({ "entity": entity }))).collect();
    json!({ "entity": "event", "account_id": "acc_OU2H3nkLn9jDVo", "event": kind, "payload": payload,
        "created_at": 1_795_539_660 })
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

fn check(request: &Request, expected: &Expect) {
    expected.assert_eq(&shown(request));
}

#[test]
fn a_key_id_says_whether_it_moves_real_money() {
    let configure =
        |key: &str| PROVIDER.configure(&extended((TRIAL.config)(&["secret"], ""), json!({ "key_id": key })));
    assert_eq!(configure("rzp_live_1").unwrap().about().live, Some(true));
    assert_eq!(configure("rzp_test_1").unwrap().about().live, Some(false));
    for key in ["rzp_1", "RZP_LIVE_1", "live_1", "sk_live_1"] {
        assert_eq!(configure(key).unwrap_err().path, "key_id", "{key}");
    }
}

#[test]
fn amounts_that_razorpay_does_not_take_are_not_sent_there() {
    for (minor, code, expected) in [
        (149_900, "INR", Ok(())),
        (100, "INR", Ok(())),
        (99, "INR", Err(Unsuitable::TooSmall)),
        (0, "USD", Err(Unsuitable::TooSmall)),
        (1, "USD", Ok(())),
        (4200, "JPY", Ok(())),
        (5, "ISK", Ok(())),
        (12_990, "KWD", Ok(())),
        (12_991, "KWD", Err(Unsuitable::Granularity)),
        (12_345, "TND", Err(Unsuitable::Granularity)),
        (100, "CLF", Err(Unsuitable::Currency)),
        (100, "ZWG", Err(Unsuitable::Currency)),
    ] {
        assert_eq!(configured().suits(money(minor, code)), expected, "{minor} {code}");
    }
    let config = extended((TRIAL.config)(&["secret"], ""), json!({ "min_amount": 500, "max_amount": 1000 }));
    let configured = PROVIDER.configure(&config).unwrap();
    assert_eq!(configured.suits(money(499, "INR")), Err(Unsuitable::TooSmall));
    assert_eq!(configured.suits(money(1001, "INR")), Err(Unsuitable::TooLarge));
    let sorted = CURRENCIES.is_sorted_by(|one, next| one < next);
    assert!(sorted, "each stands there once");
}

#[test]
fn a_signature_is_read_strictly() {
    let body = b"{}";
    let good = sign(TRIAL.secrets[0], body);
    let judge = |header: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-razorpay-signature", HeaderValue::from_str(header).unwrap());
        match configured().verify(&Inbound { url: URL, headers: &headers, body }, Moment::from_seconds(0)) {
            Verdict::Verified(_) => Ok(()),
            Verdict::Refused(refusal) => Err(refusal),
            Verdict::Ask(_) => panic!(),
        }
    };
    assert_eq!(judge(&good), Ok(()));
    for header in [
        good.to_uppercase(),
        format!("sha256={good}"),
        format!("{good}00"),
        format!("{good},{good}"),
        // The API secret is another.
        sign("9WpZ4dHs6FgJ1aEuRk3TqXb8", body),
    ] {
        assert_eq!(judge(&header), Err(Refusal::Invalid), "{header}");
    }
}
