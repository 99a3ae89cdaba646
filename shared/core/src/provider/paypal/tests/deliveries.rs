//! Deliveries are asked about, or refused without asking, as their vectors say; and what they say is asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::*;

/// A delivery that an order's approval could come as.
fn good() -> (HeaderMap, String) {
    let vectors = vectors_in("paypal/paypal.json".as_ref());
    let vector = vectors.iter().find(|vector| vector.name == "capture_completed").unwrap();
    (vector.headers(), vector.body.clone())
}

fn judged(
    headers: &HeaderMap,
    body: &str,
    answered: &Answer,
) -> Result<Result<Vec<Event>, Refusal>, Failure> {
    let inbound = Inbound { url: "", headers, body: body.as_bytes() };
    match configured().verify(&inbound, Moment::from_seconds(0)) {
        Verdict::Ask(step) => {
            asked(step, |_| answered.clone()).map(|judged| judged.map(|vouched| vouched.events))
        }
        Verdict::Refused(refusal) => Ok(Err(refusal)),
        Verdict::Verified(_) => panic!("nothing is proved by a delivery"),
    }
}

fn success() -> Answer {
    answer(200, "{\"verification_status\":\"SUCCESS\"}")
}

#[test]
fn each_delivery_is_asked_about_or_refused_as_its_vector_says() {
    let (mut asked_about, mut refused, mut whole) = (0, 0, 0);
    for vector in vectors_in("paypal/paypal.json".as_ref()) {
        let name = &vector.name;
        let configured = PROVIDER.configure(&vector.more["account"]).unwrap();
        let headers = vector.headers();
        let inbound = Inbound { url: "", headers: &headers, body: vector.body.as_bytes() };
        let status = vector.more["verification_status"].as_str();
        let step = match (configured.verify(&inbound, vector.now()), status) {
            (Verdict::Ask(step), Some(_)) => step,
            (Verdict::Refused(refusal), None) => {
                assert_eq!(refusal, vector.refusal(), "{name}");
                refused += 1;
                continue;
            }
            _ => panic!("{name}"),
        };
        let question = RefCell::new(String::new());
        let answered = answer(200, json!({ "verification_status": status }).to_string());
        let vouched = asked(step, |request| {
            assert_eq!(request.url, "https://api-m.paypal.com/v1/notifications/verify-webhook-signature");
            assert_eq!(request.header_value("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
            *question.borrow_mut() = String::from_utf8(request.body.clone()).unwrap();
            answered.clone()
        });
        if let Some(ask) = vector.more.get("ask") {
            assert_eq!(question.borrow().as_str(), ask["body"].as_str().unwrap(), "{name}");
            whole += 1;
        }
        assert!(question.borrow().ends_with(&format!("{}}}", vector.body)), "{name}");
        match vouched.unwrap() {
            Err(refusal) => assert_eq!(refusal, vector.refusal(), "{name}"),
            Ok(vouched) => {
                assert!(vector.is_good(), "{name}");
                let event = one(vouched.events);
                assert_eq!(event.readings.len(), vector.reads.len(), "{name}");
                asked_about += 1;
            }
        }
    }
    assert_eq!((asked_about, refused, whole), (15, 4, 4));
}

/// PayPal as it is where an event says the truth: what its resource is, is found by its id.
fn truth(body: &str) -> impl Fn(&Request) -> Answer {
    let event: Value = serde_json::from_str(body).unwrap();
    let resource = event["resource"].clone();
    move |request: &Request| {
        let path = request.url.strip_prefix("https://api-m.paypal.com").unwrap();
        match path.split('/').collect::<Vec<_>>()[1..] {
            ["v2", "payments", "captures", id] if resource["id"] == id => answer(200, resource.to_string()),
            ["v2", "payments", "captures", CAPTURE] => answer(200, completed().to_string()),
            ["v2", "payments", "refunds", id] if resource["id"] == id => answer(200, resource.to_string()),
            ["v1", "customer", "disputes", id] if resource["dispute_id"] == id => {
                answer(200, resource.to_string())
            }
            ["v2", "checkout", "orders", ORDER] if resource["status"] == "APPROVED" => {
                answer(200, order(ORDER, "APPROVED", json!([])).to_string())
            }
            ["v2", "checkout", "orders", ORDER] => unknown(),
            ["v2", "checkout", "orders", ORDER, "capture"] => {
                answer(201, order(ORDER, "COMPLETED", json!([completed()])).to_string())
            }
            _ => panic!("nobody asks for {path}"),
        }
    }
}

#[test]
fn each_delivery_is_read_as_its_vector_says_once_paypal_says_the_same() {
    let mut compared = 0;
    for vector in vectors_in("paypal/paypal.json".as_ref()) {
        if !vector.is_good() || vector.more.contains_key("forged") {
            continue;
        }
        let name = &vector.name;
        let event = read(&serde_json::from_str(&vector.body).unwrap()).unwrap();
        assert!(!event.word.is_empty() && event.at.is_some());
        for (reading, expected) in event.readings.into_iter().zip(&vector.reads) {
            assert_eq!(event.id.as_deref(), expected["event_id"].as_str(), "{name}");
            let Reading::Ask(step) = reading else { panic!("{name} is believed") };
            let told = asked(step, truth(&vector.body)).unwrap().unwrap();
            assert_eq!(told.session, session(), "{name}");
            let [report] = &told.reports[..] else { panic!("{name}: {told:?}") };
            let text = |key: &str| expected[key].as_str();
            if text("fact") == Some("ask") {
                assert_eq!(report.kind, Kind::Paid(money(4999, "EUR")), "{name}");
                continue;
            }
            assert_eq!(Some(report.kind.word()), text("fact"), "{name}");
            if let Some(money) = report.kind.money() {
                assert_eq!(Some(money.minor()), expected["amount"].as_u64(), "{name}");
                assert_eq!(Some(money.currency().code()), text("currency"), "{name}");
            }
            // That an approval was taken back is not about a payment: there is none.
            if text("provider_payment_id") != Some(ORDER) {
                assert_eq!(
                    report.payment.as_ref().map(|payment| payment.as_str()),
                    text("provider_payment_id")
                );
                assert!(told.fetched, "{name}");
            }
            assert_eq!(report.kind.dispute_id().map(|id| id.as_str()), text("dispute_id"), "{name}");
            if report.kind.word() != "reversed" {
                assert_eq!(report.kind.refund_id().map(|id| id.as_str()), text("refund_id"), "{name}");
            }
            assert_eq!(report.reason.as_deref(), text("reason"), "{name}");
            compared += 1;
        }
    }
    assert_eq!(compared, 12);
}

/// The body says 90.00 for another session, under a signature that PayPal itself takes for good.
#[test]
fn a_forged_body_that_passes_says_nothing_but_what_paypal_says() {
    let vectors = vectors_in("paypal/paypal.json".as_ref());
    let forged = vectors.iter().find(|vector| vector.more.contains_key("forged")).unwrap();
    let event: Value = serde_json::from_str(&forged.body).unwrap();
    let claimed = (forged.reads[0]["amount"].as_u64(), forged.reads[0]["reference"].as_str().unwrap());
    assert_eq!(claimed, (Some(9000), "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_2"));
    let told = told(&event, |request| answer_of_paypal(request, &completed())).unwrap().unwrap();
    assert_eq!((told.session, told.fetched), (session(), true));
    assert_eq!(told.reports[0].kind, Kind::Paid(money(4999, "EUR")));
}

#[test]
fn a_header_that_is_missing_empty_or_doubled_is_refused_without_asking() {
    let (headers, body) = good();
    assert!(judged(&headers, &body, &success()).unwrap().is_ok());
    for name in [
        "paypal-transmission-id",
        "paypal-transmission-time",
        "paypal-transmission-sig",
        "paypal-cert-url",
        "paypal-auth-algo",
    ] {
        let mut without = headers.clone();
        let value = without.remove(name).unwrap();
        assert_eq!(judged(&without, &body, &success()).unwrap().unwrap_err(), Refusal::Missing, "{name}");
        without.insert(name, HeaderValue::from_static(""));
        assert_eq!(judged(&without, &body, &success()).unwrap().unwrap_err(), Refusal::Missing, "{name}");
        without.insert(name, value.clone());
        without.append(name, value);
        assert_eq!(judged(&without, &body, &success()).unwrap().unwrap_err(), Refusal::Missing, "{name}");
    }
}

#[test]
fn a_certificate_of_elsewhere_another_algorithm_and_no_signature_are_refused_without_asking() {
    let (headers, body) = good();
    let with = |name: &'static str, value: &str| {
        let mut headers = headers.clone();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        judged(&headers, &body, &success()).unwrap().err()
    };
    for url in [
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://a@api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.certs.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../x",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?a=b",
        "https://api.paypal.com/v1/notifications/certs/",
        "https://api.paypal.com/elsewhere/CERT-1",
        "https://API.paypal.com/v1/notifications/certs/CERT-1",
        "https://attacker.example/https://api.paypal.com/v1/notifications/certs/CERT-1",
    ] {
        assert_eq!(with("paypal-cert-url", url), Some(Refusal::Invalid), "{url}");
    }
    for host in ["api.paypal.com", "api.sandbox.paypal.com", "api-m.paypal.com", "api-m.sandbox.paypal.com"] {
        let url = format!("https://{host}/v1/notifications/certs/CERT-1");
        assert_eq!(with("paypal-cert-url", &url), None, "{url}");
    }
    for algorithm in ["SHA1withRSA", "sha256withrsa", "none", "SHA256withRSA,SHA256withRSA"] {
        assert_eq!(with("paypal-auth-algo", algorithm), Some(Refusal::Invalid), "{algorithm}");
    }
    for signature in ["AAA", "not base64!", "AAAA,AAAA"] {
        assert_eq!(with("paypal-transmission-sig", signature), Some(Refusal::Invalid), "{signature}");
    }
}

#[test]
fn only_one_object_becomes_a_part_of_the_question() {
    let (headers, body) = good();
    for bad in [
        String::new(),
        "null".to_owned(),
        format!("[{body}]"),
        format!("{body}{body}"),
        format!("{body},\"webhook_id\":\"WEBHOOK_ID\""),
        format!("{body}}},{{"),
        body[..body.len() - 1].to_owned(),
        format!("\u{feff}{body}"),
    ] {
        assert_eq!(judged(&headers, &bad, &success()).unwrap().unwrap_err(), Refusal::Invalid, "{bad}");
    }
    let mut quoted = headers;
    quoted.insert("paypal-transmission-id", HeaderValue::from_static("a\",\"webhook_id\":\"WEBHOOK_ID"));
    let inbound = Inbound { url: "", headers: &quoted, body: body.as_bytes() };
    let Verdict::Ask(step) = configured().verify(&inbound, Moment::from_seconds(0)) else { panic!() };
    let question: BTreeMap<String, Value> = serde_json::from_slice(&second_request(step).body).unwrap();
    assert_eq!(question["webhook_id"], "7FB53827KS118702W");
}

#[test]
fn an_answer_that_is_neither_yes_nor_no_leaves_it_open() {
    let (headers, body) = good();
    for answered in [
        answer(200, "{}"),
        answer(200, "{\"verification_status\":\"success\"}"),
        answer(200, "{\"verification_status\":\"FAILURE\",\"verification_status\":\"SUCCESS\"}"),
        answer(200, "<html>"),
        answer(500, ""),
        answer(429, ""),
    ] {
        assert!(matches!(judged(&headers, &body, &answered), Err(Failure::Unknown(_))), "{answered:?}");
    }
    let refused = judged(&headers, &body, &refusal(400, "VALIDATION_ERROR", "INVALID"));
    assert!(matches!(refused, Err(Failure::Refused { .. })));
    let no = answer(200, "{\"verification_status\":\"FAILURE\"}");
    assert_eq!(judged(&headers, &body, &no).unwrap().unwrap_err(), Refusal::Invalid);
}

/// It is PayPal's, and is kept for a person: asked about, it fails as not understood.
#[test]
fn what_is_vouched_for_and_not_understood_is_no_silence() {
    let (headers, _) = good();
    for (body, problem) in [
        (event("PAYMENT.CAPTURE.NEW", &json!({})).to_string(), NotUnderstood::Kind),
        ("{\"a\":1}".to_owned(), NotUnderstood::Shape("id".to_owned())),
    ] {
        let event = one(judged(&headers, &body, &success()).unwrap().unwrap());
        assert_eq!(asked(only(event), |_| panic!()), Err(Failure::NotUnderstood(problem)), "{body}");
    }
}

#[test]
fn an_error_about_the_keys_names_them_and_shows_none() {
    let (headers, body) = good();
    let inbound = Inbound { url: "", headers: &headers, body: body.as_bytes() };
    let Verdict::Ask(step) = configured().verify(&inbound, Moment::from_seconds(0)) else { panic!() };
    let no = json!({ "error": "invalid_client", "error_description": "Client Authentication failed" });
    let Err(failure) = run(step, |_| answer(401, no.to_string())) else { panic!() };
    let words = "Client Authentication failed".to_owned();
    assert_eq!(failure, Failure::Refused { status: 401, code: Some("invalid_client".to_owned()), words });
}
