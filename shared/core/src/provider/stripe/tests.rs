//! Stripe, with answers that its documents give.

mod account;
mod answers;
mod events;
mod requests;
mod signature;
mod status;

use expect_test::{Expect, expect};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance;
use crate::provider::conformance::{
    Proves, Signed, Trial, answer, first_request, one, paid, run, shown, vectors_in,
};
use crate::provider::{
    Answer, Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Refusal, Repeat, Request, Step, Told, Unsuitable, Verdict,
};
use crate::secret::Secret;

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, body| {
        let live = body.replace(' ', "").contains("\"livemode\":true");
        let key = if live { "sk_live_51HqLyjWDarjtT1" } else { "sk_test_51HqLyjWDarjtT1" };
        json!({ "api_key": key, "webhook_secrets": secrets })
    },
    secrets: ["whsec_Q8vN3mXc7LbT2yRk9WpZ4dHs6FgJ1aEu", "whsec_b3Kq7Tz1Mw9Xv5Rn8Jc2Lp6Yd4Hs0Gf"],
    sign: |secret, now, body| {
        Signed::by(&[("stripe-signature", &super::sign(&Secret::new(secret), now, body))], body)
    },
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves::BYTES_AND_TIME,
    headers: &["stripe-signature"],
    joins: false,
    amounts: &["amount_total", "amount_received", "amount_refunded", "amount"],
    keys: &[
        "id",
        "object",
        "type",
        "created",
        "livemode",
        "data",
        "status",
        "currency",
        "metadata",
        "session_id",
        "payment_intent",
        "client_reference_id",
        "payment_status",
        "amount_total",
        "amount_received",
        "last_payment_error",
        "decline_code",
        "amount_refunded",
        "amount",
        "refund_id",
    ],
    answer: answer_of_stripe,
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const CHECKOUT: &str = "cs_live_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu";
const INTENT: &str = "pi_3SXkQ2LkdIwHu7ix0a7VbN3m";

fn signed(signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("stripe-signature", HeaderValue::from_str(signature).unwrap());
    headers
}

/// Stripe, as far as it is asked: what it knows of our payment intent and of a checkout.
fn answer_of_stripe(request: &Request) -> Answer {
    let path = request.url.strip_prefix("https://api.stripe.com").unwrap();
    let metadata = json!({ "session_id": SESSION, "order_id": "1042" });
    let body = match path.split(['?', '/']).nth(2).unwrap() {
        "payment_intents" => json!({ "id": INTENT, "object": "payment_intent", "metadata": metadata }),
        "checkout" => {
            let id = path.split(['?', '/']).nth(4).unwrap();
            let mut checkout = checkout("complete", "paid", intent("succeeded", json!({})));
            match id.strip_prefix("payment_intent=") {
                Some(_) => json!({ "data": [checkout], "has_more": false }),
                None => {
                    checkout["id"] = id.into();
                    checkout
                }
            }
        }
        other => panic!("nobody asks for {other}"),
    };
    answer(200, body.to_string())
}

fn checkout(status: &str, payment_status: &str, intent: Value) -> Value {
    json!({
        "id": CHECKOUT, "object": "checkout.session", "client_reference_id": SESSION, "amount_total": 4999,
        "currency": "eur", "status": status, "payment_status": payment_status, "payment_intent": intent,
    })
}

fn intent(status: &str, more: Value) -> Value {
    let mut intent = json!({ "id": INTENT, "object": "payment_intent", "status": status });
    intent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    intent
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "\"livemode\":true")).unwrap()
}

fn session() -> SessionId {
    SessionId::parse(SESSION).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: session(), checkout_id, money: money(4999, "EUR") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(money(4999, "EUR"), "https://pay.example/v1/webhooks/demo/stripe", use_it)
}

fn with_refund<T>(use_it: impl FnOnce(&RefundOrder<'_>) -> T) -> T {
    let (payment, refund) = (ProviderPaymentId::parse(INTENT).unwrap(), RefundId::parse("rf_01").unwrap());
    use_it(&RefundOrder { session: session(), payment: &payment, refund: &refund, money: money(1000, "EUR") })
}

fn create(answered: &Answer) -> Result<Created, Failure> {
    run(with_checkout(|checkout| configured().create(checkout)), |_| answered.clone())
}

fn refund(answered: &Answer) -> Result<Report, Failure> {
    run(with_refund(|order| configured().refund(order)).unwrap(), |_| answered.clone())
}

fn fetch(answered: &Value) -> Result<Vec<Report>, Failure> {
    let step = configured().fetch(&held(Some(CHECKOUT))).unwrap();
    run(step, |_| answer(200, answered.to_string()))
}

/// An event of Stripe's, signed, verified and read.
fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let body = body.to_string();
    let signed = (TRIAL.sign)(TRIAL.secrets[0], 1_795_539_600, body.as_bytes());
    let inbound = Inbound { url: "", headers: &signed.headers, body: &signed.body };
    match configured().verify(&inbound, Moment::from_seconds(1_795_539_600)) {
        Verdict::Verified(verified) => configured().read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn event(kind: &str, object: Value) -> Value {
    json!({ "id": "evt_1", "object": "event", "created": 1_795_539_241, "livemode": true, "type": kind, "data": { "object": object } })
}

fn thin(kind: &str, id: &str) -> Value {
    json!({ "id": "evt_1", "object": "v2.core.event", "created": "2026-11-24T15:54:01.412Z", "livemode": true, "type": kind,
        "related_object": { "id": id, "type": "any", "url": "https://attacker.example/v1/anything" } })
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
