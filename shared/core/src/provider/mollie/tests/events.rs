//! What its webhooks say.

use std::path::Path;

use super::*;

fn classic_vectors() -> Vec<Vector> {
    let all = vectors_in(Path::new("mollie/mollie.json"));
    all.into_iter().filter(|vector| vector.more["style"] == "classic").collect()
}

/// Each classic delivery: what is asked, and what its answer means.
#[test]
fn each_classic_delivery_is_asked_about_and_read_as_its_vector_says() {
    let mut walked = 0;
    for vector in classic_vectors() {
        let (name, headers) = (&vector.name, vector.headers());
        let inbound = Inbound { url: "", headers: &headers, body: vector.body.as_bytes() };
        let configured = PROVIDER.configure(&json!({ "api_key": API_KEY })).unwrap();
        let step = match configured.verify(&inbound, vector.now()) {
            Verdict::Ask(step) if vector.expect == "ask" => step,
            Verdict::Refused(refusal) if refusal.word() == vector.expect => continue,
            _ => panic!("{name}"),
        };
        let (ask, answered) = (&vector.more["ask"], &vector.more["answer"]);
        let answered = answer(
            u16::try_from(answered["status"].as_u64().unwrap()).unwrap(),
            answered["body"].as_str().unwrap(),
        );
        let vouched = run(step, |request| {
            assert_eq!(Some(request.url.as_str()), ask["url"].as_str(), "{name}");
            assert_eq!(Some(request.method.as_str()), ask["method"].as_str(), "{name}");
            let key = request.header_value("authorization");
            assert_eq!(key, ask["headers"]["Authorization"].as_str(), "{name}");
            answered.clone()
        });
        walked += 1;
        match vector.more["answer_expect"].as_str().unwrap() {
            "ok" => reads(&vector, said(only(one(vouched.unwrap().unwrap().events)))),
            "refused" => assert_eq!(vouched.unwrap().unwrap_err(), Refusal::Invalid, "{name}"),
            "try_later" => assert!(matches!(vouched, Err(Failure::Unknown(_))), "{name}"),
            other => panic!("{name}: {other}"),
        }
        // Kept and read again, it asks the same.
        let stored = Verified::verified_before_it_was_stored(vector.body.as_bytes(), None);
        let again = asked(only(one(configured.read(&stored).unwrap())));
        assert_eq!(Some(first_request(again).url.as_str()), ask["url"].as_str(), "{name}");
    }
    assert_eq!(walked, 13);
}

fn reads(vector: &Vector, told: Told) {
    let name = &vector.name;
    assert!(told.fetched, "{name}: the reports are the provider's answer");
    assert_eq!(told.reports.len(), vector.reads.len(), "{name}");
    for (report, expected) in told.reports.iter().zip(&vector.reads) {
        assert_eq!(Some(report.kind.word()), expected["fact"].as_str(), "{name}");
        assert_eq!(Some(told.session.to_string().as_str()), expected["reference"].as_str(), "{name}");
        assert_eq!(told.checkout_id.as_deref(), expected["provider_payment_id"].as_str(), "{name}");
        let payment = report.payment.as_ref().map(|payment| payment.as_str());
        assert_eq!(payment, expected["provider_payment_id"].as_str(), "{name}");
        assert_eq!(report.kind.refund_id().map(|id| id.as_str()), expected["refund_id"].as_str(), "{name}");
        assert_eq!(report.kind.dispute_id().map(|id| id.as_str()), expected["dispute_id"].as_str(), "{name}");
        assert_eq!(report.reason.as_deref(), expected["reason"].as_str(), "{name}");
        if let Some(money) = report.kind.money() {
            assert_eq!(Some(money.minor()), expected["amount"].as_u64(), "{name}");
            assert_eq!(Some(money.currency().code()), expected["currency"].as_str(), "{name}");
        }
        assert!(report.said_at.is_some(), "{name}");
    }
}

#[test]
fn a_body_that_names_no_payment_is_refused_unasked() {
    let verdict = |headers: &HeaderMap, body: &str| {
        let inbound = Inbound { url: "", headers, body: body.as_bytes() };
        match configured().verify(&inbound, Moment::from_seconds(0)) {
            Verdict::Refused(refusal) => refusal,
            _ => panic!("{body}"),
        }
    };
    let none = HeaderMap::new();
    for (body, expected) in [
        ("", Refusal::Missing),
        ("{\"id\":\"tr_1\"}", Refusal::Missing),
        (" {\"a\":\"&id=tr_1\"}", Refusal::Missing),
        ("foo=tr_1", Refusal::Missing),
        ("id=", Refusal::Invalid),
        ("id=tr_", Refusal::Invalid),
        ("id=tr_1%2F", Refusal::Invalid),
        ("id=tr_1%00", Refusal::Invalid),
        ("id=TR_1", Refusal::Invalid),
        ("id=ord_1", Refusal::Invalid),
        ("id=tr_1&id=tr_2", Refusal::Invalid),
    ] {
        assert_eq!(verdict(&none, body), expected, "{body}");
    }
    // With a signature's header it is no classic webhook, whatever stands in it.
    let Signed { headers, .. } = Signed::by(&[("x-mollie-signature", "sha256=00")], b"");
    assert_eq!(verdict(&headers, &format!("id={ID}")), Refusal::Invalid);
    let Signed { headers, .. } = Signed::by(&[("x-mollie-signature", "")], b"");
    assert_eq!(verdict(&headers, &format!("id={ID}")), Refusal::Missing);
}

#[test]
fn only_an_answer_about_this_very_payment_vouches() {
    let body = format!("id={ID}");
    let vouch = |answered: Value| vouched(&body, &answer(200, answered.to_string()));
    assert_eq!(vouch(payment("paid", json!({ "mode": "test" }))).unwrap().unwrap_err(), Refusal::Invalid);
    // Somebody else's, at the same account.
    for metadata in [json!(null), json!({}), json!("text"), json!([1]), json!({ "session_id": "1042" })] {
        let event = one(vouch(payment("paid", json!({ "metadata": metadata }))).unwrap().unwrap().events);
        assert!(event.readings.is_empty(), "{event:?}");
    }
    // Nothing came yet.
    assert!(said(only(one(vouch(payment("open", json!({}))).unwrap().unwrap().events))).reports.is_empty());
    // New to us: asked again, so that it is kept.
    let odd = one(vouch(payment("shipping", json!({}))).unwrap().unwrap().events);
    let again = run(asked(only(odd)), |_| answer(200, payment("shipping", json!({})).to_string()));
    assert!(matches!(again, Err(Failure::NotUnderstood(_))));
    for (status, body_of) in [(401, "{}"), (403, "{}")] {
        assert!(matches!(vouched(&body, &answer(status, body_of)), Err(Failure::Refused { .. })), "{status}");
    }
    for (status, body_of) in [(200, ""), (200, "<html>"), (429, "{}"), (500, "")] {
        assert!(matches!(vouched(&body, &answer(status, body_of)), Err(Failure::Unknown(_))), "{status}");
    }
}

#[test]
fn a_type_is_known_to_say_something_or_nothing_or_not_known() {
    for (kind, count) in [
        ("payment.paid", 1),
        ("capture.succeeded", 0),
        ("payment-link.paid", 0),
        ("payout.failed", 0),
        ("sales-invoice.paid", 0),
        ("", 0),
    ] {
        let event = read(&event(kind, payment("paid", json!({})))).unwrap();
        assert_eq!((event.readings.len(), event.word.as_str()), (count, kind));
    }
    for kind in ["payment.teleported", "payment.", "refund.doubled", "chargeback.lost"] {
        assert_eq!(read(&event(kind, json!({}))).unwrap_err(), NotUnderstood::Kind, "{kind}");
    }
}

#[test]
fn an_event_says_what_its_entity_says() {
    let told = said(only(read(&event("payment.paid", payment("paid", json!({})))).unwrap()));
    assert_eq!((told.session.to_string().as_str(), told.checkout_id.as_deref()), (SESSION, Some(ID)));
    assert_eq!(told.reports[0].said_at, moment("2026-11-24T17:00:00Z"));
    let open = read(&event("payment.pending", payment("open", json!({})))).unwrap();
    assert!(open.readings.is_empty());
    let theirs = read(&event("payment.paid", payment("paid", json!({ "metadata": null })))).unwrap();
    assert!(theirs.readings.is_empty());
    for entity in [payment("paid", json!({ "mode": "test" })), refund_object("refunded", json!(null))] {
        let mut entity = entity;
        entity["mode"] = "test".into();
        let kind = if entity["resource"] == "refund" { "refund.refunded" } else { "payment.paid" };
        assert_eq!(read(&event(kind, entity)).unwrap_err(), NotUnderstood::Mode);
    }
}

#[test]
fn a_refund_of_ours_says_whose_it_is_and_another_is_asked_about() {
    let ours = refund_object("refunded", json!({ "session_id": SESSION, "refund_id": "rf_01" }));
    let told = said(only(read(&event("refund.refunded", ours)).unwrap()));
    let Kind::Refunded(refund) = &told.reports[0].kind else { panic!() };
    assert_eq!(refund.request.as_ref().unwrap().as_str(), "rf_01");
    let answered = |found: Value| {
        let step =
            asked(only(read(&event("refund.refunded", refund_object("refunded", json!(null)))).unwrap()));
        run(step, |_| answer(200, found.to_string()))
    };
    let told = answered(payment("paid", json!({}))).unwrap().unwrap();
    assert!(!told.fetched);
    assert_eq!((told.session.to_string().as_str(), told.reports[0].kind.word()), (SESSION, "refunded"));
    assert_eq!(answered(payment("paid", json!({ "metadata": null }))), Ok(None));
    let other_mode = answered(payment("paid", json!({ "mode": "test" })));
    assert_eq!(other_mode, Err(Failure::NotUnderstood(NotUnderstood::Mode)));
    let mut lost = refund_object("refunded", json!(null));
    lost["paymentId"] = "../methods".into();
    assert!(matches!(read(&event("refund.refunded", lost)), Err(NotUnderstood::Shape(_))));
}

#[test]
fn an_event_without_its_entity_is_asked_about_and_its_address_is_not_followed() {
    let of_payment = format!("https://attacker.example/v2/payments/{ID}");
    let of_refund = format!("/v2/payments/{ID}/refunds/re_1");
    for body in [
        simple("payment.paid", ID, "https://attacker.example/"),
        simple("refund.refunded", "re_1", &of_refund),
        simple("chargeback.received", "chb_1", &of_payment),
    ] {
        let step = asked(only(read(&body).unwrap()));
        let told = run(step, |request| {
            assert_eq!(
                request.url,
                format!("https://api.mollie.com/v2/payments/{ID}?embed=refunds,chargebacks")
            );
            answer(200, payment("paid", json!({})).to_string())
        });
        let told = told.unwrap().unwrap();
        assert!(told.fetched);
        assert_eq!(told.reports[0].kind, Kind::Paid(money(4999, "EUR")));
    }
    for body in [
        simple("payment.paid", "tr_../..", ""),
        simple("refund.refunded", "re_1", "/v2/refunds/re_1"),
        simple("refund.refunded", "re_1", "/v2/payments/../refunds/re_1"),
    ] {
        assert!(matches!(read(&body), Err(NotUnderstood::Shape(_))), "{body}");
    }
}

#[test]
fn no_header_with_very_many_signatures_is_looked_at() {
    let body = b"{}";
    let good = crate::provider::mollie::sign(TRIAL.secrets[0], body);
    let verdict = |count: usize| {
        let header = vec!["sha256=00"; count - 1].join(",") + "," + &good;
        let Signed { headers, body } = Signed::by(&[("x-mollie-signature", &header)], body);
        matches!(
            configured()
                .verify(&Inbound { url: "", headers: &headers, body: &body }, Moment::from_seconds(0)),
            Verdict::Verified(_)
        )
    };
    assert!(verdict(16) && !verdict(17));
}
