//! Paystack, with answers that its documents give.

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
use crate::provider::conformance::{Proves, Signed, Trial, URL, answer, first_request, one, run, shown};
use crate::provider::signature::{HmacSha512, mac};
use crate::provider::{
    Answer, Checkout, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Refusal, Repeat, Request, Step, Told, Unsuitable, Verdict,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    // The API key signs too: the first of the secrets, or one of which nothing is signed.
    config: |secrets, _| {
        let key = secrets.first().copied().unwrap_or("sk_live_51c2e7d0f0b9a4c8e3");
        json!({ "api_key": key, "webhook_secrets": secrets })
    },
    secrets: [
        "sk_live_9f2c41d07be85a6630d1c7e4a8b25f9013dd6c7a",
        "sk_live_0b77e3a1c94d5f2286e0aa41d3c8f75b9921ee04",
    ],
    sign: |secret, _, body| Signed::by(&[("x-paystack-signature", &sign(secret, body))], body),
    needs_secrets: false,
    sent: &["api_key"],
    proves: Proves::BYTES,
    headers: &["x-paystack-signature"],
    joins: false,
    amounts: &["amount"],
    keys: &[
        "event",
        "data",
        "id",
        "domain",
        "reference",
        "amount",
        "currency",
        "paid_at",
        "requested_amount",
        "transaction_reference",
        "merchant_note",
        "transaction",
        "refund_amount",
        "status",
        "resolution",
        "category",
        "created_at",
        "updated_at",
        "resolvedAt",
    ],
    answer: answer_of_paystack,
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const REFERENCE: &str = "cs-k3x7q2m9v4p8t6w1z5r0y8h2jd-1";
const PAYMENT: &str = "4099260516";
const REFUND: &str = "rf_k3x7q2m9v4p8t6w1z5r0y8h2jd_5v8n2m4q";

fn sign(secret: &str, body: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&mac::<HmacSha512>(secret.as_bytes(), &[body]).unwrap())
}

/// Paystack, as far as it is asked.
fn answer_of_paystack(request: &Request) -> Answer {
    let path = request.url.strip_prefix("https://api.paystack.co").unwrap();
    let data = match path.split(['/', '?']).nth(1).unwrap() {
        "transaction" => transaction("success", json!({})),
        "refund" | "dispute" => json!([]),
        other => panic!("nobody asks for {other}"),
    };
    answer(200, done(data))
}

fn done(data: Value) -> String {
    json!({ "status": true, "message": "Done", "data": data }).to_string()
}

fn extended(mut object: Value, more: Value) -> Value {
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn transaction(status: &str, more: Value) -> Value {
    let transaction = json!({
        "id": 4_099_260_516_u64, "domain": "live", "status": status, "reference": REFERENCE, "amount": 2_500_000,
        "requested_amount": 2_500_000, "currency": "NGN", "gateway_response": "Successful", "metadata": "",
        "paid_at": "2026-11-24T17:00:10.000Z", "created_at": "2026-11-24T16:59:40.000Z",
    });
    extended(transaction, more)
}

fn refund_object(status: &str, more: Value) -> Value {
    let refund = json!({
        "id": 3_018_284, "integration": 412_829, "domain": "live", "transaction": 4_099_260_516_u64, "dispute": null,
        "amount": 500_000, "currency": "NGN", "status": status, "merchant_note": "Refund by till@shop.example",
        "createdAt": "2026-11-24T18:21:17.122Z",
    });
    extended(refund, more)
}

fn dispute(status: &str, resolution: Value, more: Value) -> Value {
    let dispute = json!({
        "id": 358_950, "refund_amount": 2_000_000, "currency": "NGN", "status": status, "resolution": resolution,
        "domain": "live", "transaction": transaction("success", json!({})), "category": "chargeback",
        "createdAt": "2026-12-01T08:00:00.000Z", "resolvedAt": "2026-12-03T18:00:02.000Z",
    });
    extended(dispute, more)
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn session() -> SessionId {
    SessionId::parse(SESSION).unwrap()
}

fn held() -> Held<'static> {
    Held { session: session(), checkout_id: None, money: money(2_500_000, "NGN") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(money(2_500_000, "NGN"), URL, |checkout| {
        use_it(&Checkout { customer_email: Some("ada@example.test"), locale: Some("en-NG"), ..*checkout })
    })
}

fn with_refund<T>(use_it: impl FnOnce(&RefundOrder<'_>) -> T) -> T {
    let (payment, refund) = (ProviderPaymentId::parse(PAYMENT).unwrap(), RefundId::parse(REFUND).unwrap());
    let money = money(500_000, "NGN");
    use_it(&RefundOrder { session: session(), payment: &payment, refund: &refund, money })
}

fn create(answered: &Answer) -> Result<Created, Failure> {
    run(with_checkout(|checkout| configured().create(checkout)), |_| answered.clone())
}

/// An event of Paystack's, signed, verified and read.
fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let body = body.to_string();
    let signed = (TRIAL.sign)(TRIAL.secrets[0], 0, body.as_bytes());
    let inbound = Inbound { url: URL, headers: &signed.headers, body: &signed.body };
    match configured().verify(&inbound, Moment::from_seconds(0)) {
        Verdict::Verified(verified) => configured().read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn event(kind: &str, data: Value) -> Value {
    json!({ "event": kind, "data": data })
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

fn words(reports: &[Report]) -> Vec<&'static str> {
    reports.iter().map(|report| report.kind.word()).collect()
}

fn check(request: &Request, expected: &Expect) {
    expected.assert_eq(&shown(request));
}

#[test]
fn a_key_says_whether_it_moves_real_money() {
    for (key, live) in [("sk_live_1", true), ("sk_test_1", false)] {
        let configured = PROVIDER.configure(&json!({ "api_key": key })).unwrap();
        assert_eq!(configured.about().live, Some(live));
    }
    for key in ["pk_live_1", "sk_1", "SK_LIVE_1"] {
        assert_eq!(PROVIDER.configure(&json!({ "api_key": key })).unwrap_err().path, "api_key", "{key}");
    }
}

#[test]
fn the_api_key_signs_and_so_do_the_keys_before_it() {
    let [new, old] = TRIAL.secrets;
    let configured = PROVIDER.configure(&json!({ "api_key": new, "webhook_secrets": [old] })).unwrap();
    let judge = |header: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-paystack-signature", HeaderValue::from_str(header).unwrap());
        match configured
            .verify(&Inbound { url: URL, headers: &headers, body: b"{}" }, Moment::from_seconds(0))
        {
            Verdict::Verified(_) => Ok(()),
            Verdict::Refused(refusal) => Err(refusal),
            Verdict::Ask(_) => panic!(),
        }
    };
    let good = sign(new, b"{}");
    assert_eq!(judge(&good), Ok(()));
    assert_eq!(judge(&sign(old, b"{}")), Ok(()));
    for header in [
        good.to_uppercase(),
        format!("{good}00"),
        format!("{good},{good}"),
        format!("sha512={good}"),
        sign("sk_test_1", b"{}"),
    ] {
        assert_eq!(judge(&header), Err(Refusal::Invalid), "{header}");
    }
}

#[test]
fn amounts_that_paystack_does_not_take_are_not_sent_there() {
    for (minor, code, expected) in [
        (2_500_000, "NGN", Ok(())),
        (5000, "NGN", Ok(())),
        (4999, "NGN", Err(Unsuitable::TooSmall)),
        (199, "USD", Err(Unsuitable::TooSmall)),
        (10, "GHS", Ok(())),
        (100, "ZAR", Ok(())),
        (299, "KES", Err(Unsuitable::TooSmall)),
        (1, "XOF", Ok(())),
        (0, "XOF", Err(Unsuitable::TooSmall)),
        (9_999_999_999_999, "XOF", Ok(())),
        (10_000_000_000_000, "XOF", Err(Unsuitable::TooLarge)),
        (4999, "EUR", Err(Unsuitable::Currency)),
        (5000, "JPY", Err(Unsuitable::Currency)),
        (12_340, "KWD", Err(Unsuitable::Currency)),
    ] {
        assert_eq!(configured().suits(money(minor, code)), expected, "{minor} {code}");
    }
    let config = json!({ "api_key": "sk_test_1", "min_amount": 10_000, "max_amount": 20_000 });
    let configured = PROVIDER.configure(&config).unwrap();
    assert_eq!(configured.suits(money(9999, "NGN")), Err(Unsuitable::TooSmall));
    assert_eq!(configured.suits(money(20_001, "NGN")), Err(Unsuitable::TooLarge));
}

#[test]
fn a_reference_is_read_in_either_spelling_and_in_no_other() {
    assert_eq!(super::reference(session()), REFERENCE);
    for text in [REFERENCE, SESSION] {
        assert_eq!(super::session(text), Some(session()), "{text}");
    }
    for text in [
        "",
        "T9171231_412325_3be2736c_n6tml",
        "cs.k3x7q2m9v4p8t6w1z5r0y8h2jd.1",
        "CS-k3x7q2m9v4p8t6w1z5r0y8h2jd-1",
    ] {
        assert_eq!(super::session(text), None, "{text}");
    }
    let headers = HeaderMap::new();
    for (body, expected) in [
        (format!("{{\"reference\":\"{REFERENCE}\"").into_bytes(), Some(session())),
        (format!("\u{fffd} cs- {SESSION}").into_bytes(), Some(session())),
        (b"\xff cs-k3x7q2m9v4p8t6w1z5r0y8h2jd-".to_vec(), None),
    ] {
        assert_eq!(configured().hint(&Inbound { url: URL, headers: &headers, body: &body }), expected);
    }
}
