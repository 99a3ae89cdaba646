//! What makes a delivery Mercado Pago's, what its events are about, and what its answers make of them.

use super::*;

#[test]
fn each_vector_reads_as_it_says_once_mercado_pago_answers_so() {
    let mut compared = 0;
    for vector in
        vectors_in("mercado_pago/mercado_pago.json".as_ref()).iter().filter(|vector| vector.is_good())
    {
        let name = &vector.name;
        let (configured, headers) = (configured(), vector.headers());
        let inbound = Inbound { url: vector.url(), headers: &headers, body: vector.body.as_bytes() };
        let Verdict::Verified(verified) = configured.verify(&inbound, vector.now()) else { panic!("{name}") };
        let event = one(configured.read(&verified).unwrap());
        assert_eq!(event.id, None, "{name}");
        assert!(event.at.is_some(), "{name}");
        let Some(answered) = vector.more.get("answered") else {
            assert!(event.readings.is_empty() && vector.reads.is_empty(), "{name}");
            continue;
        };
        let told = told(event, &answer(200, answered.as_str().unwrap())).unwrap().unwrap();
        assert_eq!((told.session, told.checkout_id, told.fetched), (remembered(), None, true), "{name}");
        let then = vector.more.get("then").and_then(Value::as_array);
        // What is asked about may say nothing yet.
        let says = vector.reads.iter().filter(|read| read["fact"] != "ask");
        let expected: Vec<&Value> = says.chain(then.into_iter().flatten()).collect();
        assert_eq!(told.reports.len(), expected.len(), "{name}");
        for (report, expected) in told.reports.iter().zip(expected) {
            assert_eq!(report.kind.word(), expected["fact"], "{name}");
            let found = report.kind.money().map(|money| (money.minor(), money.currency().code()));
            let named = expected["amount"].as_u64().zip(expected["currency"].as_str());
            assert_eq!(found, named, "{name}");
            let payment = report.payment.as_ref().map(|id| id.as_str());
            assert_eq!(payment, expected["provider_payment_id"].as_str(), "{name}");
            let refund = report.kind.refund_id().map(|id| id.as_str());
            assert_eq!(refund, expected["refund_id"].as_str(), "{name}");
            assert_eq!(report.reason.as_deref(), expected["reason"].as_str(), "{name}");
            assert!(report.said_at.is_some(), "{name}");
            compared += 1;
        }
    }
    assert!(compared >= 8, "{compared}");
}

/// A delivery with these headers about the payment, judged.
fn judged(signature: &[&str], request_id: &[&str]) -> Result<(), Refusal> {
    let mut headers = HeaderMap::new();
    for value in signature {
        headers.append("x-signature", HeaderValue::from_str(value).unwrap());
    }
    for value in request_id {
        headers.append("x-request-id", HeaderValue::from_str(value).unwrap());
    }
    let body = event("payment", json!({ "id": PAYMENT })).to_string();
    match configured()
        .verify(&Inbound { url: "", headers: &headers, body: body.as_bytes() }, Moment::default())
    {
        Verdict::Verified(_) => Ok(()),
        Verdict::Refused(refusal) => Err(refusal),
        Verdict::Ask(_) => panic!("it is signed"),
    }
}

fn signature(over: &str) -> String {
    let mac = hmac_sha256(TRIAL.secrets[0].as_bytes(), &[over.as_bytes()]);
    format!("ts=5,v1={}", data_encoding::HEXLOWER.encode(&mac))
}

#[test]
fn the_request_id_is_signed_where_it_is_there() {
    let (with, without) = (format!("id:{PAYMENT};request-id:r-1;ts:5;"), format!("id:{PAYMENT};ts:5;"));
    let (with, without) = (signature(&with), signature(&without));
    assert_eq!(judged(&[&with], &["r-1"]), Ok(()));
    assert_eq!(judged(&[&without], &[]), Ok(()));
    assert_eq!(judged(&[&with], &[]), Err(Refusal::Invalid));
    assert_eq!(judged(&[&without], &["r-1"]), Err(Refusal::Invalid));
    assert_eq!(judged(&[&with], &["r-2"]), Err(Refusal::Invalid));
    assert_eq!(judged(&[&with], &["r-1,r-1"]), Err(Refusal::Invalid));
    assert_eq!(judged(&[&with], &["r-1", "r-1"]), Err(Refusal::Missing));
    assert_eq!(judged(&[&without], &[""]), Err(Refusal::Missing));
    // Nothing that is signed can be moved from one part into the next.
    let moved = signature(&format!("id:{PAYMENT};request-id:r-1;ts:4;ts:5;"));
    assert_eq!(judged(&[&moved], &["r-1;ts:4"]), Err(Refusal::Missing));
}

#[test]
fn a_signature_header_has_one_time_and_one_mac() {
    let good = signature(&format!("id:{PAYMENT};ts:5;"));
    let mac = good.strip_prefix("ts=5,").unwrap();
    for fine in [good.clone(), format!("{mac},ts=5"), format!("ts=5, {mac}"), format!("{good},v2=00,x")] {
        assert_eq!(judged(&[&fine], &[]), Ok(()), "{fine}");
    }
    for wrong in [
        mac.to_owned(),
        "ts=5".to_owned(),
        format!("ts=5,ts=5,{mac}"),
        format!("ts=5,{mac},{mac}"),
        format!("ts=+5,{mac}"),
        format!("ts=5;,{mac}"),
        format!("ts=,{mac}"),
        format!("TS=5,{mac}"),
        format!("ts=5,{}", mac.replace("v1=", "v1")),
    ] {
        assert_eq!(judged(&[&wrong], &[]), Err(Refusal::Invalid), "{wrong}");
    }
}

#[test]
fn only_what_could_be_a_payment_is_asked_for() {
    let asks = |body: Value| {
        read(&body).map(|event| {
            event.readings.into_iter().next().map(|reading| match reading {
                Reading::Ask(step) => {
                    first_request(step).url.strip_prefix("https://api.mercadopago.com").unwrap().to_owned()
                }
                Reading::Told(told) => panic!("{told:?}"),
            })
        })
    };
    let at = Ok(Some(format!("/v1/payments/{PAYMENT}")));
    assert_eq!(asks(event("payment", json!({ "id": PAYMENT }))), at);
    assert_eq!(asks(event("payment", json!({ "id": 81968653106_u64 }))), at);
    let chargeback = json!({ "id": 233000061680860000_u64, "payment_id": 81968653106_u64 });
    assert_eq!(asks(event("topic_chargebacks_wh", chargeback)), at);
    for nothing in [
        "topic_claims_integration_wh",
        "topic_merchant_order_wh",
        "order",
        "stop_delivery_op_wh",
        "mp-connect",
    ] {
        assert_eq!(asks(event(nothing, json!({ "id": PAYMENT }))), Ok(None), "{nothing}");
    }
    for new in ["payment_intent", "payments", "topic_chargebacks_v2"] {
        assert_eq!(asks(event(new, json!({ "id": PAYMENT }))), Err(NotUnderstood::Kind), "{new}");
    }
    let shape = |place: &str| Err(NotUnderstood::Shape(place.to_owned()));
    assert_eq!(asks(event("payment", json!({ "id": "ORD01J" }))), shape("data.id"));
    assert_eq!(asks(event("payment", json!({ "id": "123456789012345678901" }))), shape("data.id"));
    assert_eq!(asks(event("topic_chargebacks_wh", json!({ "id": 1 }))), shape("data.payment_id"));
    let named = json!({ "id": 1, "payment_id": "../search" });
    assert_eq!(asks(event("topic_chargebacks_wh", named)), shape("data.payment_id"));
    assert_eq!(asks(json!({ "data": { "id": PAYMENT } })), shape("type"));
}

/// Type and body are signed by nobody: whoever saw a delivery can change them, and gets nothing by it.
#[test]
fn what_is_true_the_answer_says_and_whose_it_is_too() {
    let ask = |answered: &Answer| told(read(&event("payment", json!({ "id": PAYMENT }))).unwrap(), answered);
    let says = |more: Value| ask(&answer(200, payment(more).to_string()));
    let others = "cs_b7f2n0c5s8x1d4g6j9k3m5p7qa_1";
    let whose = says(json!({ "external_reference": others })).unwrap().unwrap().session;
    assert_eq!(whose.to_string(), others);
    for nobodys in [json!("order-7"), json!(null), json!(7)] {
        assert_eq!(says(json!({ "external_reference": nobodys })), Ok(None));
    }
    // Another payment than was asked for, or none.
    for id in [json!(81968653107_u64), json!(null), json!("81968653106a")] {
        assert!(matches!(says(json!({ "id": id })), Err(Failure::NotUnderstood(_))), "{id}");
    }
    // A test card on a live preference.
    assert_eq!(says(json!({ "live_mode": false })), Err(Failure::NotUnderstood(NotUnderstood::Mode)));
    assert!(matches!(says(json!({ "live_mode": null })), Err(Failure::NotUnderstood(_))));
    // One that is not there is kept for a person, and one that cannot be asked for is delivered again.
    let absent = json!({ "message": "Payment not found", "error": "not_found", "status": 404,
        "cause": [{ "code": 2000, "description": "Payment not found" }] });
    assert_eq!(
        ask(&answer(404, absent.to_string())),
        Err(Failure::Refused { status: 404, code: Some("2000".into()), words: "Payment not found".into() })
    );
    for (status, body) in [(500, "{}"), (429, "{}"), (200, "<html>")] {
        assert!(matches!(ask(&answer(status, body)), Err(Failure::Unknown(_))), "{status}");
    }
}
