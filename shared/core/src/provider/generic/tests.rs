//! Declarations: one that the conformance suite tries, others with deliveries of their own, and those that are refused.

mod checkout;
mod declaration;

use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, OrderId, SessionId};
use crate::provider::conformance::{
    Proves, Signed, Trial, Vector, answer, first_request, one, run, shown, vectors_in,
};
use crate::provider::signature::hmac_sha256;
use crate::provider::{
    Checkout, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood, Reading,
    Repeat, Step, Told, Unsuitable, Verdict,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| acme(&json!(secrets)),
    secrets: ["acme_live_Q8vN3mXc7LbT2yRk9WpZ4dHs", "acme_live_b3Kq7Tz1Mw9Xv5Rn8Jc2Lp6Y"],
    sign: |secret, now, body| {
        let mac = hmac_sha256(secret.as_bytes(), &[now.to_string().as_bytes(), b".", body]);
        let header = format!("t={now},v1={}", data_encoding::HEXLOWER.encode(&mac));
        Signed::by(&[("acme-signature", &header)], body)
    },
    needs_secrets: true,
    sent: &[],
    proves: Proves::BYTES_AND_TIME,
    headers: &["acme-signature"],
    joins: false,
    amounts: &["sum"],
    keys: &[
        "id", "event", "at", "data", "ref", "session", "charge", "sum", "cur", "refund", "dispute", "why",
    ],
    answer: |request| panic!("its events say it all: {request:?}"),
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const NOW: u64 = 1_795_539_600;

fn acme(secrets: &Value) -> Value {
    json!({
        "signature": {
            "algorithm": "hmac_sha256", "header": "Acme-Signature", "encoding": "hex",
            "entries": { "timestamp": "t", "signature": "v1" }, "signed": "{timestamp}.{body}",
        },
        "webhook_secrets": secrets,
        "event": {
            "id": "/id", "type": "/event", "time": "/at", "reference": "/data/ref", "amount": "/data/sum",
            "currency": "/data/cur", "payment_id": "/data/charge", "checkout_id": "/data/session",
            "refund_id": "/data/refund", "dispute_id": "/data/dispute", "reason": "/data/why",
            "words": {
                "order.pending": "processing", "order.paid": "paid", "order.failed": "failed",
                "order.cancelled": "cancelled", "order.closed": "expired", "order.try_declined": "declined",
                "order.held": "review", "order.released": "review_released", "refund.started": "refund_pending",
                "refund.done": "refunded", "refund.bounced": "refund_failed", "claim.opened": "dispute_opened",
                "claim.won": "dispute_won", "claim.lost": "dispute_lost", "money.taken_back": "reversed",
                "ping": "ignored",
            },
        },
        "checkout": {
            "url": "https://api.acme.example/v1/orders",
            "headers": { "Authorization": "Bearer sk_acme_k3yk3yk3y", "acme-version": "2" },
            "idempotency_header": "Idempotency-Key",
            "body": {
                "ref": "{session}", "no": "{order}", "sum": "{amount_minor:number}",
                "shown": ["{amount_major} {currency}", "{amount_major:number}", 7, null, true],
                "text": "{description}", "hook": "{webhook_url}", "go": { "back": "{return_url}", "away": "{cancel_url}" },
            },
            "id": "/order/id", "page": "/order/links/0",
        },
        "methods": ["card", "wallet"],
    })
}

/// A declaration with what is at a path replaced, or taken out.
fn changed(path: &str, value: Option<Value>) -> Value {
    let mut config = acme(&json!(TRIAL.secrets));
    let (parent, key) = path.rsplit_once('/').unwrap();
    let parent = config.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(parent.insert(key.to_owned(), value)),
        None => drop(parent.remove(key)),
    }
    config
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure_as("generic:acme", &acme(&json!(TRIAL.secrets))).unwrap()
}

fn read_as(configured: &dyn Configured, body: &str) -> Result<Event, NotUnderstood> {
    let signed = (TRIAL.sign)(TRIAL.secrets[0], NOW, body.as_bytes());
    let inbound = Inbound { url: "", headers: &signed.headers, body: &signed.body };
    match configured.verify(&inbound, Moment::from_seconds(NOW)) {
        Verdict::Verified(verified) => configured.read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn read(body: &Value) -> Result<Event, NotUnderstood> {
    read_as(&*configured(), &body.to_string())
}

fn told(event: Event) -> Told {
    match event.readings.into_iter().next().unwrap() {
        Reading::Told(told) => told,
        Reading::Ask(step) => panic!("asks {step:?}"),
    }
}

fn event(word: &str, data: Value) -> Value {
    let mut all = json!({ "ref": SESSION, "session": "ord_7", "charge": "ch_71", "sum": 4999, "cur": "EUR", "refund": "re_9" });
    all.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
    json!({ "id": "ev_1", "event": word, "at": "2026-11-24T17:00:00Z", "data": all })
}

/// As in `vectors/generic_declarations.json`: each delivery brings its declaration.
fn described(vector: &Vector) -> Box<dyn Configured> {
    let mut config = vector.more["declaration"].clone();
    config["webhook_secrets"] = json!(vector.secrets);
    PROVIDER.configure_as("generic:other", &config).unwrap()
}

#[test]
fn deliveries_of_other_declarations_are_judged_and_read_as_their_vectors_say() {
    let (mut good, mut bad) = (0, 0);
    for vector in vectors_in("generic_declarations.json".as_ref()) {
        let (configured, headers) = (described(&vector), vector.headers());
        let inbound = Inbound { url: vector.url(), headers: &headers, body: vector.body.as_bytes() };
        match configured.verify(&inbound, vector.now()) {
            Verdict::Refused(refusal) => {
                assert_eq!(refusal.word(), vector.expect, "{}", vector.name);
                bad += 1;
            }
            Verdict::Verified(verified) => {
                assert!(vector.is_good(), "{} is believed", vector.name);
                let event = one(configured.read(&verified).unwrap());
                let expected = &vector.reads[0];
                assert_eq!(event.id.as_deref(), expected["event_id"].as_str(), "{}", vector.name);
                let told = told(event);
                assert_eq!(told.session.to_string(), expected["reference"].as_str().unwrap());
                let report = &told.reports[0];
                assert_eq!(report.kind.word(), expected["fact"].as_str().unwrap(), "{}", vector.name);
                let came = report.kind.money().unwrap();
                assert_eq!(Some(came.minor()), expected["amount"].as_u64(), "{}", vector.name);
                let payment = report.payment.as_ref().map(|payment| payment.as_str());
                assert_eq!(payment, expected["provider_payment_id"].as_str(), "{}", vector.name);
                good += 1;
            }
            Verdict::Ask(_) => panic!("nobody is asked"),
        }
    }
    assert!(good >= 4 && bad >= 12, "{good} good and {bad} bad ones were tried");
}

/// A token says who sent a body, so any body with it is believed, and none without it.
#[test]
fn each_flipped_bit_is_refused_where_bytes_are_signed_and_of_a_token_in_its_header() {
    for vector in vectors_in("generic_declarations.json".as_ref()).iter().filter(|vector| vector.is_good()) {
        let (configured, headers) = (described(vector), vector.headers());
        let is_good = |headers: &http::HeaderMap, body: &[u8]| {
            let inbound = Inbound { url: vector.url(), headers, body };
            matches!(configured.verify(&inbound, vector.now()), Verdict::Verified(_))
        };
        let is_token = vector.more["declaration"]["signature"]["algorithm"] == "token";
        let mut body = vector.body.clone().into_bytes();
        for index in 0..body.len() {
            body[index] ^= 1;
            assert_eq!(is_good(&headers, &body), is_token, "{} byte {index}", vector.name);
            body[index] ^= 1;
        }
        for (name, value) in &headers {
            for index in 0..value.len() {
                let mut flipped = value.as_bytes().to_vec();
                flipped[index] ^= 1;
                let mut headers = headers.clone();
                headers.insert(name, http::HeaderValue::from_bytes(&flipped).unwrap());
                assert!(!is_good(&headers, &body), "{} {name} byte {index}", vector.name);
            }
        }
    }
}

#[test]
fn an_unlisted_word_is_kept_and_a_listed_one_says_what_it_is_declared_to_mean() {
    for (word, expected) in [
        ("order.pending", "processing"),
        ("order.paid", "paid"),
        ("order.failed", "failed"),
        ("order.cancelled", "cancelled"),
        ("order.closed", "expired"),
        ("order.try_declined", "attempt_declined"),
        ("order.held", "review"),
        ("order.released", "review_released"),
        ("refund.started", "refund_pending"),
        ("refund.done", "refunded"),
        ("refund.bounced", "refund_failed"),
        ("claim.opened", "dispute_opened"),
        ("claim.won", "dispute_won"),
        ("claim.lost", "dispute_lost"),
        ("money.taken_back", "reversed"),
    ] {
        let told = told(read(&event(word, json!({}))).unwrap());
        assert_eq!(
            (told.session.to_string().as_str(), told.checkout_id.as_deref()),
            (SESSION, Some("ord_7"))
        );
        assert_eq!(told.reports[0].kind.word(), expected, "{word}");
        assert_eq!(told.reports[0].word.as_deref(), Some(word));
    }
    assert!(read(&event("ping", json!({}))).unwrap().readings.is_empty());
    for word in ["order.rerouted", "Order.paid", "order.paid ", "PING"] {
        assert_eq!(read(&event(word, json!({}))).unwrap_err(), NotUnderstood::Kind, "{word}");
    }
    let vectors = vectors_in("generic/acme.json".as_ref());
    let unlisted: Vec<_> =
        vectors.iter().filter(|vector| vector.more.contains_key("not_understood")).collect();
    assert_eq!(unlisted.len(), 1);
    assert_eq!(read_as(&*configured(), &unlisted[0].body).unwrap_err(), NotUnderstood::Kind);
}

#[test]
fn what_is_declared_and_not_there_is_kept_for_a_person() {
    let shape = |place: &str| NotUnderstood::Shape(place.to_owned());
    for (word, data, expected) in [
        ("order.paid", json!({ "sum": null }), shape("/data/sum")),
        ("order.paid", json!({ "sum": true }), shape("/data/sum")),
        ("order.paid", json!({ "sum": "49.99" }), NotUnderstood::Money),
        ("order.paid", json!({ "sum": -1 }), NotUnderstood::Money),
        ("order.paid", json!({ "sum": "" }), NotUnderstood::Money),
        ("order.paid", json!({ "cur": null }), shape("/data/cur")),
        ("order.paid", json!({ "cur": "XXX" }), NotUnderstood::Money),
        ("order.paid", json!({ "ref": null }), shape("/data/ref")),
        ("order.paid", json!({ "ref": {} }), shape("/data/ref")),
        ("order.paid", json!({ "charge": [] }), shape("/data/charge")),
        ("order.paid", json!({ "charge": "\n" }), shape("/data/charge")),
        ("refund.done", json!({ "refund": null }), shape("/data/refund")),
        ("refund.done", json!({ "sum": null }), shape("/data/sum")),
        ("claim.lost", json!({ "sum": null }), shape("/data/sum")),
    ] {
        assert_eq!(read(&event(word, data.clone())).unwrap_err(), expected, "{word} {data}");
    }
    for (key, value) in [
        ("id", Value::Null),
        ("at", Value::Null),
        ("at", json!("yesterday")),
        ("event", json!("")),
        ("event", json!([])),
    ] {
        let mut event = event("order.paid", json!({}));
        event[key] = value;
        assert_eq!(read(&event).unwrap_err(), shape(&format!("/{key}")), "{key}");
    }
    assert!(read(&event("order.paid", json!({ "ref": "cart-7" }))).unwrap().readings.is_empty());
    assert!(read(&event("order.paid", json!({ "ref": 7 }))).unwrap().readings.is_empty());
}

#[test]
fn a_key_twice_in_any_object_on_the_way_is_refused_and_beside_it_is_not() {
    let data = format!("{{\"ref\":\"{SESSION}\",\"sum\":4999,\"cur\":\"EUR\"}}");
    let body = |data: &str| {
        format!(
            "{{\"id\":\"ev_1\",\"event\":\"order.paid\",\"at\":\"2026-11-24T17:00:00Z\",\"data\":{data}}}"
        )
    };
    let judge = |body: &str| read_as(&*configured(), body).map(|event| event.readings.len());
    assert_eq!(judge(&body(&data)), Ok(1));
    for twice in [
        body(&data.replace("\"sum\"", "\"sum\":1,\"sum\"")),
        body(&data.replace("\"sum\"", "\"s\\u0075m\":1,\"sum\"")),
        body(&data.replace("\"sum\"", "\"x\":1,\"x\":2,\"sum\"")),
        body(&data).replace("\"event\"", "\"event\":\"ping\",\"event\""),
    ] {
        assert!(matches!(judge(&twice), Err(NotUnderstood::Shape(_))), "{twice}");
    }
    // Nobody looks into what no pointer passes.
    assert_eq!(judge(&body(&data.replace("\"sum\"", "\"x\":{\"y\":1,\"y\":2},\"sum\""))), Ok(1));
}

#[test]
fn amounts_and_times_are_read_in_the_units_that_are_declared() {
    let major = changed("/event/unit", Some(json!("major")));
    let configured = PROVIDER.configure(&major).unwrap();
    for (sum, code, expected) in [
        ("49.90", "EUR", Ok(money(4990, "EUR"))),
        ("\"49.90\"", "EUR", Ok(money(4990, "EUR"))),
        ("49", "EUR", Ok(money(4900, "EUR"))),
        ("12.345", "KWD", Ok(money(12_345, "KWD"))),
        ("5000", "JPY", Ok(money(5000, "JPY"))),
        ("0.1e3", "EUR", Err(NotUnderstood::Money)),
        ("49.999", "EUR", Err(NotUnderstood::Money)),
    ] {
        let body = event("order.paid", json!({ "cur": code }))
            .to_string()
            .replace("\"sum\":4999", &format!("\"sum\":{sum}"));
        let read = read_as(&*configured, &body).map(|event| told(event).reports[0].kind.clone());
        assert_eq!(read, expected.map(Kind::Paid), "{sum} {code}");
    }
    for (format, at, expected) in [
        ("seconds", json!(1_795_539_600), Some(NOW * 1000)),
        ("seconds", json!("1795539600"), Some(NOW * 1000)),
        ("milliseconds", json!(1_795_539_600_250_u64), Some(NOW * 1000 + 250)),
        ("rfc3339", json!("2026-11-24T17:00:00.250Z"), Some(NOW * 1000 + 250)),
        ("seconds", json!("2026-11-24T17:00:00Z"), None),
        ("rfc3339", json!(1_795_539_600), None),
    ] {
        let configured = PROVIDER.configure(&changed("/event/time_format", Some(json!(format)))).unwrap();
        let mut body = event("order.paid", json!({}));
        body["at"] = at.clone();
        let read = read_as(&*configured, &body.to_string());
        assert_eq!(read.ok().and_then(|event| event.at).map(Moment::millis), expected, "{format} {at}");
    }
}
