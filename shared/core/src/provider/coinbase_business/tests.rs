//! Coinbase Business, with answers that its documents give.

mod answers;
mod events;
mod requests;
mod signature;

use expect_test::{Expect, expect};
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance;
use crate::provider::conformance::{
    Proves, Signed, Trial, answer, first_request, one, run, shown, vectors_in,
};
use crate::provider::signature::hmac_sha256;
use crate::provider::{
    Answer, Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Refusal, Repeat, Request, Step, Told, Unsuitable, Verdict,
};

/// The key pair of RFC 8032, section 7.1, test 1.
const KEY: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| {
        json!({
            "api_key_id": "organizations/4f1c/apiKeys/9a27c3d1",
            "api_key_secret": KEY,
            "webhook_secrets": secrets,
        })
    },
    secrets: ["8f2b6c1d-4e7a-4b93-a5d0-6c1e9f3b7a24", "c3d91e70-5b2f-4a86-9e14-7f0a2b8d6c55"],
    needs_secrets: true,
    sent: &["api_key_id", "api_key_secret"],
    sign: |secret, now, body| {
        let headers = [("content-type", "application/json"), ("x-event-id", EVENT)];
        signed(secret, now, "content-type x-event-id", &headers, body)
    },
    proves: Proves::BYTES_AND_TIME,
    headers: &["x-hook0-signature"],
    joins: false,
    // Decimal texts: whichever it is, it is an amount. What is none is tried in this provider's own tests.
    amounts: &[],
    keys: &[
        "id",
        "status",
        "eventType",
        "metadata",
        "session_id",
        "fiatAmount",
        "fiatCurrency",
        "refunds",
        "reason",
        "updatedAt",
    ],
    answer: answer_of_coinbase,
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const CHECKOUT: &str = "0f3c41437441147ed6230ca6";
const EVENT: &str = "96d97811-f886-4b6c-bec6-76ab9b3627ff";
const NOW: u64 = 1_795_539_600;

/// A body signed over these headers.
fn signed(secret: &str, now: u64, names: &str, headers: &[(&'static str, &str)], body: &[u8]) -> Signed {
    let values: Vec<_> = headers.iter().map(|(_, value)| *value).collect();
    let text = format!("{now}.{names}.{}.", values.join("."));
    let mac = data_encoding::HEXLOWER.encode(&hmac_sha256(secret.as_bytes(), &[text.as_bytes(), body]));
    let signature = format!("t={now},h={names},v1={mac}");
    Signed::by(&[headers, &[("x-hook0-signature", signature.as_str())]].concat(), body)
}

/// Coinbase, as far as events without fiat amounts have it asked.
fn answer_of_coinbase(request: &Request) -> Answer {
    let id = request.url.strip_prefix("https://business.coinbase.com/api/v1/checkouts/").unwrap();
    let refund = |id: &str, amount: &str| refunded(id, "COMPLETED", json!({ "fiatAmount": amount }));
    let refunds =
        json!([refund("d06ea29abc0c10296ddfda53", "23.10"), refund("bb81d29058d01ad9b4aa80d0", "69.30")]);
    let more = json!({ "id": id, "refunds": refunds, "metadata": { "session_id": "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_2" } });
    answer(200, checkout("REFUNDED", more).to_string())
}

fn checkout(status: &str, more: Value) -> Value {
    let mut checkout = json!({
        "id": CHECKOUT, "url": "https://payments.coinbase.com/payment-links/pl_01", "status": status,
        "amount": "54.12", "currency": "USDC", "fiatAmount": "49.99", "fiatCurrency": "EUR",
        "metadata": { "session_id": SESSION, "order_id": "1042" },
        "createdAt": "2026-11-24T17:00:00.329Z", "updatedAt": "2026-11-24T17:01:06.097Z",
    });
    checkout.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    checkout
}

fn refunded(id: &str, status: &str, more: Value) -> Value {
    let mut refund = json!({
        "id": id, "checkoutId": CHECKOUT, "amount": "10.88", "currency": "USDC", "status": status, "reason": "rf_01",
        "fiatAmount": "10.00", "fiatCurrency": "EUR", "createdAt": "2026-11-25T20:46:40.000Z",
        "completedAt": "2026-11-25T20:51:40.000Z",
    });
    refund.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    refund
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
    conformance::with_checkout(
        money(4999, "EUR"),
        "https://pay.example/v1/webhooks/demo/coinbase_business",
        |checkout| {
            use_it(&Checkout {
                description: "Order 1042 & \"more\"",
                method: Method::Crypto,
                created_at: Moment::from_seconds(NOW),
                expires_at: Moment::from_seconds(NOW + 2_700),
                ..*checkout
            })
        },
    )
}

fn refund_step() -> Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse(CHECKOUT).unwrap(), RefundId::parse("rf_01").unwrap());
    let order =
        RefundOrder { session: session(), payment: &payment, refund: &refund, money: money(1000, "EUR") };
    configured().refund(&order).unwrap()
}

fn fetch(answered: &Answer) -> Result<Vec<Report>, Failure> {
    run(configured().fetch(&held(Some(CHECKOUT))).unwrap(), |_| answered.clone())
}

/// An event of Coinbase's, signed, verified and read.
fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let Signed { headers, body } = (TRIAL.sign)(TRIAL.secrets[0], NOW, body.to_string().as_bytes());
    let inbound = Inbound { url: "", headers: &headers, body: &body };
    match configured().verify(&inbound, Moment::from_seconds(NOW)) {
        Verdict::Verified(verified) => configured().read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn event(word: &str, status: &str, more: Value) -> Value {
    let mut event = checkout(status, more);
    event["eventType"] = word.into();
    event
}

fn check(request: &Request, expected: &Expect) {
    expected.assert_eq(&shown(request));
}
