//! What Xendit's events are about, and what its answers make of them.

use super::*;

#[test]
fn each_vector_reads_as_it_says_once_xendit_says_the_same() {
    let mut compared = 0;
    for vector in vectors_in("xendit/xendit.json".as_ref()).iter().filter(|vector| vector.is_good()) {
        let body: Value = serde_json::from_str(&vector.body).unwrap();
        let data = if body["data"]["data"].is_object() { &body["data"]["data"] } else { &body["data"] };
        let answered = if data.is_object() { data } else { &body };
        for expected in &vector.reads {
            let told = told(read(&body).unwrap(), answered).unwrap().unwrap();
            let reference = expected["reference"].as_str().map(|text| SessionId::parse(text).unwrap());
            assert_eq!(told.session, reference.unwrap_or_else(remembered), "{}", vector.name);
            let [report] = &told.reports[..] else { panic!("{}", vector.name) };
            let is_dispute = body["event"].as_str().is_some_and(|word| word.starts_with("dispute."));
            assert_eq!(told.fetched, !is_dispute, "{}", vector.name);
            assert_eq!(report.kind.word(), expected["fact"], "{}", vector.name);
            if let Some(money) = report.kind.money() {
                let found = (Some(money.minor()), Some(money.currency().code()));
                let named = (expected["amount"].as_u64(), expected["currency"].as_str());
                assert_eq!(found, named, "{}", vector.name);
            }
            let payment = report.payment.as_ref().map(|id| id.as_str());
            assert_eq!(payment, expected["provider_payment_id"].as_str(), "{}", vector.name);
            let refund = report.kind.refund_id().map(|id| id.as_str());
            assert_eq!(refund, expected["refund_id"].as_str(), "{}", vector.name);
            assert!(report.said_at.is_some(), "{}", vector.name);
            compared += 1;
        }
    }
    assert!(compared >= 18, "{compared}");
}

/// Whoever knows the token can write any event, and gets nothing by it.
#[test]
fn what_an_event_says_of_money_is_not_believed() {
    let claims = session(json!({ "amount": 1 }));
    let paid =
        |answered: &Value| told(read(&event("payment_session.completed", claims.clone())).unwrap(), answered);
    assert_eq!(paid(&session(json!({ "status": "ACTIVE" }))), Ok(None));
    let really = paid(&session(json!({}))).unwrap().unwrap();
    assert_eq!(really.reports[0].kind, Kind::Paid(money(15_000_000, "IDR")));
    assert_eq!(really.checkout_id.as_deref(), Some(CHECKOUT));
    // Whose it is, the answer says, not the event.
    let others = "cs_b7f2n0c5s8x1d4g6j9k3m5p7qa_1";
    let session = paid(&session(json!({ "reference_id": others }))).unwrap().unwrap().session;
    assert_eq!(session.to_string(), others);
    assert_eq!(paid(&json!({ "reference_id": "order-7", "status": "COMPLETED" })), Ok(None));
    // And a refund that never was is none.
    let refund = read(&event("refund.succeeded", refunded(json!({})))).unwrap();
    let Reading::Ask(step) = refund.readings.into_iter().next().unwrap() else { panic!() };
    assert!(run(step, |_| answer(404, "{\"error_code\":\"DATA_NOT_FOUND\"}")).is_err());
}

#[test]
fn events_are_asked_about_where_they_name_something_of_ours() {
    let asks = |body: Value| {
        read(&body).unwrap().readings.into_iter().next().map(|reading| match reading {
            Reading::Ask(step) => {
                first_request(step).url.strip_prefix("https://api.xendit.co").unwrap().to_owned()
            }
            Reading::Told(told) => panic!("{told:?}"),
        })
    };
    let at = |path: &str| Some(path.to_owned());
    let (of_session, of_payment) =
        (at(&format!("/sessions/{CHECKOUT}")), at(&format!("/v3/payments/{PAYMENT}")));
    for (word, data, expected) in [
        ("payment_session.completed", session(json!({})), of_session.clone()),
        ("payment_session.expired", session(json!({})), of_session),
        ("payment.capture", payment(json!({})), of_payment.clone()),
        ("payment.authorization", payment(json!({})), of_payment.clone()),
        (
            "payment.failure",
            payment(json!({ "reference_id": "x", "metadata": { "session": SESSION } })),
            of_payment,
        ),
        ("refund.succeeded", refunded(json!({})), at("/refunds/rfd-1")),
        ("refund.failed", json!({ "data": refunded(json!({})) }), at("/refunds/rfd-1")),
        // The dashboard's "test and save" sends samples.
        ("payment_session.completed", session(json!({ "reference_id": "order_12345_PAY" })), None),
        ("payment.capture", payment(json!({ "reference_id": null })), None),
        ("payment_request.expiry", payment(json!({})), None),
        ("payment_token.activation", json!({}), None),
    ] {
        assert_eq!(asks(event(word, data)), expected, "{word}");
    }
    assert_eq!(
        asks(json!({ "id": "6748", "external_id": SESSION, "status": "PAID" })),
        at("/v2/invoices/6748")
    );
    assert_eq!(asks(json!({ "id": "6748", "external_id": "order-7", "status": "PAID" })), None);
    for word in ["payment.new", "refund.new", "payment_session.new", "dispute.new"] {
        let dispute =
            json!({ "event": word, "id": "d", "currency": "IDR", "amount": { "initial": "1" }, "data": {} });
        assert_eq!(read(&dispute).unwrap_err(), NotUnderstood::Kind, "{word}");
    }
    for id in ["", "../payments", "ps 1", "ps?a"] {
        let data = session(json!({ "payment_session_id": id }));
        assert!(
            matches!(read(&event("payment_session.completed", data)), Err(NotUnderstood::Shape(_))),
            "{id}"
        );
    }
}

#[test]
fn a_dispute_is_told_by_its_event() {
    let dispute = |word: &str, more: Value| {
        let dispute = json!({ "event": word, "id": "mi-dspt-1", "status_reason": null, "currency": "IDR", "payment_id": PAYMENT,
            "amount": { "initial": "150000.00", "terminal": null }, "updated_at": "2026-12-19T14:00:00Z", "reference_id": SESSION });
        let event = read(&with(dispute, more)).unwrap();
        event.readings.into_iter().next().map(|reading| match reading {
            Reading::Told(told) => format!("{:?}", told.reports[0].kind),
            Reading::Ask(Step::Find(search)) => format!("finds {}", search.payment),
            Reading::Ask(_) => panic!(),
        })
    };
    let all = "Loss { dispute: Some(mi-dspt-1), money: Some(IDR 15000000) }";
    assert_eq!(dispute("dispute.action_required", json!({})), Some(format!("DisputeOpened({all})")));
    let more = json!({ "status_reason": "NEED_MORE_INFORMATION" });
    assert_eq!(dispute("dispute.action_required", more), None);
    assert_eq!(dispute("dispute.under_review", json!({})), None);
    assert_eq!(dispute("dispute.due_date_approaching", json!({})), None);
    assert_eq!(dispute("dispute.won", json!({})), Some(format!("DisputeWon({all})")));
    assert_eq!(dispute("dispute.lost", json!({})), Some(format!("DisputeLost({all})")));
    let part =
        dispute("dispute.lost", json!({ "amount": { "initial": "150000.00", "terminal": "40000.00" } }));
    assert!(part.unwrap().contains("IDR 4000000"));
    assert_eq!(dispute("dispute.lost", json!({ "reference_id": null })), Some(format!("finds {PAYMENT}")));
}

#[test]
fn the_webhooks_id_is_the_events_where_it_looks_like_one() {
    let body = event("payment_token.activation", json!({})).to_string();
    for (id, expected) in [("e8dcb949-8e49", Some("e8dcb949-8e49")), ("a b", None), ("", None)] {
        let mut headers = HeaderMap::new();
        headers.insert("x-callback-token", HeaderValue::from_static(TRIAL.secrets[0]));
        headers.insert("webhook-id", HeaderValue::from_str(id).unwrap());
        let inbound = Inbound { url: "", headers: &headers, body: body.as_bytes() };
        let configured = configured();
        let Verdict::Verified(verified) = configured.verify(&inbound, Moment::default()) else { panic!() };
        assert_eq!(one(configured.read(&verified).unwrap()).id.as_deref(), expected);
    }
}
