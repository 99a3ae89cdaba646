//! Checkout.com, with answers that its documents give.

mod events;
mod requests;

use expect_test::expect;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::PROVIDER;
use super::requests::{country, locale};
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, Money, OrderId, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance::{
    Proves, Signed, Trial, answer, first_request, one, run, shown, vectors_in,
};
use crate::provider::{
    Answer, Checkout, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Refusal, Repeat, Request, Step, Told, Unsuitable, Verdict,
};
use crate::secret::Secret;

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "api_key": "sk_k3x7q2m9v4p8t6w1z5r0y8h2jd7", "webhook_secrets": secrets, "api_base": BASE }),
    secrets: ["whk_8Rz2vQ7nLx4Td9Jm3Ks6Wp1Yb5Hc", "whk_Zt3Fq8Nv1Xj6Rb9Lc4Gm7Ky2Dw5P"],
    sign: |secret, _, body| Signed::by(&[("cko-signature", &super::sign(&Secret::new(secret), body))], body),
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves::BYTES,
    headers: &["cko-signature"],
    joins: false,
    amounts: &["amount", "total_captured"],
    keys: &[
        "id",
        "type",
        "created_on",
        "timestamp",
        "data",
        "action_id",
        "amount",
        "currency",
        "processed_on",
        "metadata",
        "session_id",
        "refund_id",
        "response_code",
        "balances",
        "total_captured",
        "risk",
        "flagged",
        "date",
        "payment_id",
        "reason_code",
    ],
    answer: answer_about_a_payment,
};

const BASE: &str = "https://k7m2q9xa.api.checkout.com";
const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const PAGE: &str = "hpp_xGQBg0AXl3cM";
const PAYMENT: &str = "pay_4fxnxsnovyoxs324mp7mcijbwr";

/// Checkout.com, as far as it is asked about events: whose a payment is.
fn answer_about_a_payment(request: &Request) -> Answer {
    let id = request.url.strip_prefix(BASE).and_then(|path| path.strip_prefix("/payments/")).unwrap();
    answer(200, json!({ "id": id, "metadata": { "session_id": SESSION } }).to_string())
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: SessionId::parse(SESSION).unwrap(), checkout_id, money: money(4999, "EUR") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    let order = OrderId::parse("A-1042.x").unwrap();
    use_it(&Checkout {
        session: SessionId::parse(SESSION).unwrap(),
        order: &order,
        money: money(4999, "EUR"),
        description: "Order 1042 & more",
        method: Method::Card,
        customer_email: Some("kundin@example.test"),
        locale: Some("de-AT"),
        created_at: Moment::from_seconds(1_795_539_000),
        expires_at: Moment::from_seconds(1_795_541_700),
        return_url: "https://pay.example/return/cs_1",
        cancel_url: "https://shop.example/cart?a=1&b=2",
        webhook_url: "https://pay.example/v1/webhooks/demo/checkout_com",
    })
}

fn refund(money: Money) -> Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse(PAYMENT).unwrap(), RefundId::parse("rf_01").unwrap());
    let session = SessionId::parse(SESSION).unwrap();
    configured().refund(&RefundOrder { session, payment: &payment, refund: &refund, money }).unwrap()
}

/// An event of Checkout.com's, signed, verified and read.
fn read(word: &str, data: Value) -> Result<Event, NotUnderstood> {
    let body =
        json!({ "id": "evt_1", "type": word, "created_on": "2026-11-24T17:23:20.6784524Z", "data": data })
            .to_string();
    let signed = (TRIAL.sign)(TRIAL.secrets[0], 0, body.as_bytes());
    let inbound = Inbound { url: "", headers: &signed.headers, body: &signed.body };
    let configured = configured();
    match configured.verify(&inbound, Moment::default()) {
        Verdict::Verified(verified) => configured.read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn payment(more: Value) -> Value {
    let mut payment = json!({ "id": PAYMENT, "action_id": "act_1", "amount": 4999, "currency": "EUR",
        "processed_on": "2026-11-24T17:23:16.9427018Z", "metadata": { "session_id": SESSION } });
    payment.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    payment
}

fn dispute(more: Value) -> Value {
    let mut dispute = json!({ "id": "dsp_1", "amount": 4999, "currency": "EUR", "date": "2026-12-05T03:22:50Z",
        "reason_code": "10.4", "payment_id": PAYMENT });
    dispute.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    dispute
}

fn told(event: Event) -> Option<Told> {
    event.readings.into_iter().next().and_then(|reading| match reading {
        Reading::Told(told) => Some(told),
        Reading::Ask(step) => run(step, answer_about_a_payment).unwrap(),
    })
}

#[test]
fn our_signature_is_the_one_in_each_good_vector() {
    for vector in vectors_in("checkout_com/checkout_com.json".as_ref()).iter().filter(|v| v.is_good()) {
        let headers = vector.headers();
        let header = headers["cko-signature"].to_str().unwrap();
        let signs = |secret: &String| super::sign(&Secret::new(secret.as_str()), vector.body.as_bytes());
        assert!(vector.secrets.iter().any(|secret| header == signs(secret)), "{}", vector.name);
    }
}

#[test]
fn a_signature_has_one_spelling() {
    let body = b"{}";
    let good = super::sign(&Secret::new(TRIAL.secrets[0]), body);
    for (header, expected) in [
        (good.clone(), Ok(())),
        (good.to_uppercase(), Err(Refusal::Invalid)),
        (format!("{good}00"), Err(Refusal::Invalid)),
        (format!("sha256={good}"), Err(Refusal::Invalid)),
        (format!(" {good}"), Err(Refusal::Invalid)),
        (String::new(), Err(Refusal::Missing)),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("cko-signature", HeaderValue::from_str(&header).unwrap());
        let judged =
            match configured().verify(&Inbound { url: "", headers: &headers, body }, Moment::default()) {
                Verdict::Verified(_) => Ok(()),
                Verdict::Refused(refusal) => Err(refusal),
                Verdict::Ask(_) => panic!(),
            };
        assert_eq!(judged, expected, "{header}");
    }
}

#[test]
fn a_key_says_whether_it_moves_real_money_and_where() {
    let configure = |key: &str, channel: Value| {
        PROVIDER
            .configure(&json!({ "api_key": key, "webhook_secrets": ["k"], "processing_channel_id": channel }))
    };
    for (key, live, base) in [
        ("sk_k3x7q2m9v4p8t6w1z5r0y8h2jd7", true, "https://api.checkout.com"),
        ("sk_sbox_k3x7q2m9v4p8t6w1z5r0y8h2j", false, "https://api.sandbox.checkout.com"),
    ] {
        let configured = configure(key, Value::Null).unwrap();
        assert_eq!((configured.about().live, configured.about().api_base), (Some(live), base));
    }
    let older = "sk_0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
    for key in ["pk_1", "sk_test_0a1b2c3d-1", older, "Bearer_sk_1", "SK_1"] {
        assert_eq!(configure(key, Value::Null).unwrap_err().path, "api_key", "{key}");
    }
    assert!(configure("sk_1", "pc_2q7zk3x7q2m9v4p8t6w1z5r0y8".into()).is_ok());
    for channel in ["", "ent_1", "pc_ 1"] {
        assert_eq!(configure("sk_1", channel.into()).unwrap_err().path, "processing_channel_id", "{channel}");
    }
}

#[test]
fn amounts_are_counted_by_its_table() {
    for (minor, code, sent) in [
        (4999, "EUR", Ok(4999)),
        (12_800, "JPY", Ok(12_800)),
        (2790, "ISK", Ok(2790)),
        (4500, "CLP", Ok(450_000)),
        (12_750, "KWD", Ok(12_750)),
        (12_755, "KWD", Err(Unsuitable::Granularity)),
        (0, "EUR", Err(Unsuitable::TooSmall)),
        (999_999_999, "EUR", Ok(999_999_999)),
        (1_000_000_000, "EUR", Err(Unsuitable::TooLarge)),
        (10_000_000, "CLP", Err(Unsuitable::TooLarge)),
        (10_000, "CLF", Err(Unsuitable::Currency)),
    ] {
        let money = money(minor, code);
        assert_eq!(configured().suits(money), sent.map(|_| ()), "{minor} {code}");
        let Ok(sent) = sent else { continue };
        let request =
            first_request(with_checkout(|checkout| configured().create(&Checkout { money, ..*checkout })));
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!((&body["amount"], &body["currency"]), (&json!(sent), &json!(code)));
        let data = payment(json!({ "amount": sent, "currency": code }));
        let told = told(read("payment_captured", data).unwrap()).unwrap();
        assert_eq!(told.reports[0].kind, Kind::Paid(money), "{code}");
    }
    for (amount, code) in [(450_050, "CLP"), (1, "eur"), (1, "CLF")] {
        let read = read("payment_captured", payment(json!({ "amount": amount, "currency": code })));
        assert_eq!(read.unwrap_err(), NotUnderstood::Money, "{amount} {code}");
    }
}
