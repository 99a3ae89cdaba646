//! Adyen, with answers that its documents give.

mod events;
mod requests;

use expect_test::expect;
use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, Money, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance;
use crate::provider::conformance::{Proves, Signed, Trial, What, answer, first_request, one, run, shown};
use crate::provider::{
    Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Refusal, Step, Told, Unsuitable, Verdict,
};
use crate::secret::Secret;

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, body| {
        let is_test = body.replace(' ', "").contains("\"live\":\"false\"");
        let base = if is_test { TEST_BASE } else { LIVE_BASE };
        json!({ "api_key": "AQEk3xample_api_key", "merchant_account": "NordShopECOM", "webhook_secrets": secrets, "api_base": base })
    },
    secrets: [
        "9F3C51A7E2D84B60C7A1F5E8D2B39640718A5CDEF0936B24A8E17D50C4F2B36A",
        "0b7e4d19c8a25f63e17d90bc42a8f5361ed7049ab3c85f216d40e9f7a2b8c15d",
    ],
    sign: |secret, _, body| Signed::by(&[], &signed(secret, body)),
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves { what: What::Values, time: false, url: false },
    headers: &[],
    joins: false,
    amounts: &["value"],
    keys: &[
        "live",
        "notificationItems",
        "NotificationRequestItem",
        "additionalData",
        "hmacSignature",
        "paymentLinkId",
        "checkoutSessionId",
        "fraudManualReview",
        "disputeStatus",
        "chargebackReasonCode",
        "amount",
        "currency",
        "value",
        "eventCode",
        "eventDate",
        "merchantAccountCode",
        "merchantReference",
        "originalReference",
        "pspReference",
        "reason",
        "success",
    ],
    answer: |request| panic!("Adyen is not asked about events: {request:?}"),
};

const LIVE_BASE: &str = "https://1797a841fbb37ca7-NordShop-checkout-live.adyenpayments.com/checkout/v72";
const TEST_BASE: &str = "https://checkout-test.adyen.com/v72";
const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const LINK: &str = "PL61C53A8B97E6915A";
const PAYMENT: &str = "NC6HT9CRT65ZGN82";

/// What Adyen signs of an item, found without our own reader.
fn values(item: &Value) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let amount = &item["amount"];
    [
        &item["pspReference"],
        &item["originalReference"],
        &item["merchantAccountCode"],
        &item["merchantReference"],
        &amount["value"],
        &amount["currency"],
        &item["eventCode"],
        &item["success"],
    ]
    .map(text)
    .join(":")
}

/// A body with each of its signatures made anew, and else as it was; what is no delivery is left alone.
fn signed(secret: &str, body: &[u8]) -> Vec<u8> {
    let Ok(delivery) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    let none = Vec::new();
    let items = delivery["notificationItems"].as_array().unwrap_or(&none);
    let mut signatures = items
        .iter()
        .map(|item| super::sign(&Secret::new(secret), &values(&item["NotificationRequestItem"])).unwrap());
    let mut rest = std::str::from_utf8(body).unwrap();
    let mut made = String::new();
    while let Some(start) = rest.find("\"hmacSignature\"") {
        let (before, after) = rest.split_at(start + "\"hmacSignature\"".len());
        made += before;
        rest = after;
        let value = after.trim_start_matches([':', ' ']);
        if let Some(text) = value.strip_prefix('"') {
            made += &format!(":\"{}\"", signatures.next().unwrap_or_default());
            rest = text.split_once('"').unwrap().1;
        }
    }
    (made + rest).into_bytes()
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: SessionId::parse(SESSION).unwrap(), checkout_id, money: money(4999, "EUR") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(money(4999, "EUR"), "https://pay.example/v1/webhooks/demo/adyen", use_it)
}

fn refund(configured: &dyn Configured, money: Money) -> Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse(PAYMENT).unwrap(), RefundId::parse("rf_01").unwrap());
    let session = SessionId::parse(SESSION).unwrap();
    configured.refund(&RefundOrder { session, payment: &payment, refund: &refund, money }).unwrap()
}

fn item(code: &str, success: &str, more: Value) -> Value {
    let mut item = json!({ "additionalData": { "hmacSignature": "" }, "amount": { "currency": "EUR", "value": 4999 },
        "eventCode": code, "eventDate": "2026-11-24T16:54:01+01:00", "merchantAccountCode": "NordShopECOM",
        "merchantReference": SESSION, "pspReference": PAYMENT, "success": success });
    for (key, value) in more.as_object().unwrap() {
        match (item[key].as_object_mut(), value.as_object()) {
            (Some(object), Some(more)) => object.extend(more.clone()),
            _ => item[key] = value.clone(),
        }
    }
    item
}

fn delivery(live: &str, items: &[Value]) -> Vec<u8> {
    let items: Vec<_> = items.iter().map(|item| json!({ "NotificationRequestItem": item })).collect();
    json!({ "live": live, "notificationItems": items }).to_string().into_bytes()
}

fn judge(body: &[u8]) -> Result<(), Refusal> {
    let headers = http::HeaderMap::new();
    match configured().verify(&Inbound { url: "", headers: &headers, body }, Moment::default()) {
        Verdict::Verified(_) => Ok(()),
        Verdict::Refused(refusal) => Err(refusal),
        Verdict::Ask(_) => panic!(),
    }
}

/// Items, signed, verified and read.
fn read(configured: &dyn Configured, live: &str, items: &[Value]) -> Result<Vec<Event>, NotUnderstood> {
    let body = signed(TRIAL.secrets[0], &delivery(live, items));
    let headers = http::HeaderMap::new();
    match configured.verify(&Inbound { url: "", headers: &headers, body: &body }, Moment::default()) {
        Verdict::Verified(verified) => configured.read(&verified),
        _ => panic!("not verified"),
    }
}

fn event(code: &str, success: &str, more: Value) -> Event {
    one(read(&*configured(), "true", &[item(code, success, more)]).unwrap())
}

/// What an event tells, with whatever is looked up found.
fn told(event: Event) -> Option<Told> {
    event.readings.into_iter().next().and_then(|reading| match reading {
        Reading::Told(told) => Some(told),
        Reading::Ask(step) => run(step, TRIAL.answer).unwrap(),
    })
}

#[test]
fn the_published_sample_is_signed_as_adyen_signs_it() {
    // docs.adyen.com, "Verify HMAC signatures".
    let secret = Secret::new("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056");
    let values = "7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true";
    assert_eq!(super::sign(&secret, values).unwrap(), "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=");
    for odd in ["", "4", "44782", "zz", "4478 2D"] {
        let config = json!({ "api_key": "k", "merchant_account": "M", "webhook_secrets": [odd] });
        let error = PROVIDER.configure(&config).unwrap_err();
        assert_eq!(error.path, "webhook_secrets[0]", "{odd}");
    }
}

#[test]
fn a_signature_has_one_spelling_and_each_item_needs_its_own() {
    let good = signed(TRIAL.secrets[0], &delivery("true", &[item("AUTHORISATION", "true", json!({}))]));
    assert_eq!(judge(&good), Ok(()));
    let text = String::from_utf8(good).unwrap();
    let signature = text.split("\"hmacSignature\":\"").nth(1).unwrap().split('"').next().unwrap();
    let stripped = signature.trim_end_matches('=');
    for (other, expected) in [
        (stripped, Refusal::Invalid),
        (&format!("{signature}="), Refusal::Invalid),
        (&format!(" {signature}"), Refusal::Invalid),
        (&signature.replace('=', "%3D"), Refusal::Invalid),
        (&signature.to_lowercase(), Refusal::Invalid),
        ("", Refusal::Missing),
    ] {
        assert_eq!(judge(text.replace(signature, other).as_bytes()), Err(expected), "{other}");
    }
    let second = text
        .replace("}}]", &format!("}}}},{{\"NotificationRequestItem\":{{\"pspReference\":\"{PAYMENT}\"}}}}]"));
    assert_eq!(judge(second.as_bytes()), Err(Refusal::Missing));
    for (body, expected) in [
        ("{\"live\":\"true\",\"notificationItems\":[{}]}", Refusal::Missing),
        ("{\"live\":\"true\",\"notificationItems\":[]}", Refusal::Missing),
        ("{\"live\":\"true\",\"notificationItems\":null}", Refusal::Invalid),
        ("{\"live\":\"true\"}", Refusal::Missing),
        ("live=true", Refusal::Invalid),
    ] {
        assert_eq!(judge(body.as_bytes()), Err(expected), "{body}");
    }
}
