//! What its events say.

use std::path::Path;

use super::*;

const AT: &str = "2026-11-25T12:00:00.000Z";

fn happened(action: &str) -> Value {
    event("payments", action, AT, json!({ "payment": PAYMENT }))
}

/// What is told once all was asked, where the payment was confirmed at these times.
fn told(event: Value, confirmed: &[&str]) -> (Option<Told>, usize) {
    let event = one(read(&[event]).unwrap());
    let Some(reading) = event.readings.into_iter().next() else { return (None, 0) };
    let Reading::Ask(step) = reading else { return (Some(said(reading)), 0) };
    let events: Vec<_> = confirmed
        .iter()
        .map(|at| self::event("payments", "confirmed", at, json!({ "payment": PAYMENT })))
        .collect();
    let (told, sent) = against(
        step,
        &[
            ("GET /payments/", ok(json!({ "payments": payment(PAYMENT, "confirmed") }))),
            ("GET /events?", ok(json!({ "events": events }))),
            ("GET /refunds/", ok(json!({ "refunds": refund_object("paid", json!({})) }))),
            ("GET /refunds?", ok(json!({ "refunds": [] }))),
        ],
    );
    (told.unwrap(), sent.len())
}

#[test]
fn each_action_of_a_payment_says_one_thing_and_money_is_asked_about() {
    for (action, expected, asked) in [
        ("created", Some("processing"), 0),
        ("submitted", Some("processing"), 0),
        ("resubmission_requested", Some("processing"), 0),
        ("cancelled", Some("cancelled"), 0),
        ("customer_approval_denied", Some("failed"), 0),
        ("confirmed", Some("paid"), 1),
        ("paid_out", Some("paid"), 1),
        ("charged_back", Some("reversed"), 1),
        ("late_failure_settled", Some("reversed"), 1),
        ("chargeback_cancelled", Some("dispute_won"), 1),
        ("chargeback_settled", Some("dispute_lost"), 1),
        ("failed", Some("failed"), 2),
        ("customer_approval_granted", None, 0),
        ("surcharge_fee_debited", None, 0),
        ("surcharge_fee_credited", None, 0),
        ("sds_settlement_delayed", None, 0),
    ] {
        let (told, sent) = told(happened(action), &[]);
        assert_eq!(
            (told.as_ref().map(|told| told.reports[0].kind.word()), sent),
            (expected, asked),
            "{action}"
        );
        let Some(Told { session, checkout_id: None, reports, fetched: false }) = told else { continue };
        let [report] = &reports[..] else { panic!("{action}") };
        assert_eq!(session.to_string(), SESSION);
        assert_eq!(report.said_at, moment(AT), "{action}");
        assert_eq!(report.word.as_deref(), Some(format!("payments.{action}").as_str()));
        assert_eq!(report.payment.as_ref().unwrap().as_str(), PAYMENT);
        assert!(report.kind.money().is_none_or(|said| said == money(4990, "GBP")), "{action}");
    }
}

#[test]
fn a_failure_is_a_reversal_only_after_a_confirmation() {
    let mut retried = happened("failed");
    retried["details"]["will_attempt_retry"] = true.into();
    for (event, confirmed, expected, reason) in [
        (happened("failed"), &[][..], "failed", Some("insufficient_funds")),
        (happened("failed"), &["2026-11-25T11:59:59.999Z"], "reversed", Some("insufficient_funds")),
        // Tried again and confirmed since: this failure came before.
        (happened("failed"), &["2026-11-25T12:00:00.001Z"], "failed", Some("insufficient_funds")),
        (retried.clone(), &[], "processing", None),
        (retried, &["2026-11-24T12:00:00.000Z"], "reversed", Some("insufficient_funds")),
    ] {
        let (told, _) = told(event, confirmed);
        let report = &told.unwrap().reports[0];
        assert_eq!((report.kind.word(), report.reason.as_deref()), (expected, reason), "{confirmed:?}");
    }
}

#[test]
fn something_new_is_asked_about_and_costs_the_batch_nothing() {
    let (told, sent) = told(happened("something_new"), &["2026-11-24T12:00:00.000Z"]);
    let told = told.unwrap();
    assert!(told.fetched && sent == 3);
    assert_eq!(told.reports[0].kind, Kind::Paid(money(4990, "GBP")));
    let events = read(&[happened("something_new"), happened("submitted")]).unwrap();
    assert_eq!(events.iter().map(|event| event.readings.len()).collect::<Vec<_>>(), [1, 1]);
    let request = event("billing_requests", "failed", AT, json!({ "billing_request": REQUEST }));
    let step = asked(only(read(&[request]).unwrap()));
    let state = json!({ "id": REQUEST, "status": "cancelled", "created_at": AT, "metadata": { "session_id": SESSION } });
    let (told, _) = against(step, &[("GET /billing_requests/", ok(json!({ "billing_requests": state })))]);
    assert_eq!(told.unwrap().unwrap().reports[0].kind, Kind::Cancelled);
}

#[test]
fn each_action_of_a_billing_request_says_one_thing() {
    for (action, expected) in [
        ("bank_authorisation_authorised", Some("processing")),
        ("fulfilled", Some("processing")),
        ("bank_authorisation_denied", Some("attempt_declined")),
        ("bank_authorisation_failed", Some("attempt_declined")),
        ("bank_authorisation_expired", Some("attempt_declined")),
        ("payer_geo_blocked", Some("attempt_declined")),
        ("cancelled", Some("cancelled")),
        ("created", None),
        ("flow_created", None),
        ("flow_visited", None),
        ("flow_exited", None),
        ("choose_currency", None),
        ("collect_amount", None),
        ("collect_bank_account", None),
        ("collect_customer_details", None),
        ("payer_details_confirmed", None),
        ("select_institution", None),
        ("bank_authorisation_visited", None),
    ] {
        let links = json!({ "billing_request": REQUEST, "payment_request_payment": PAYMENT });
        let event = one(read(&[event("billing_requests", action, AT, links)]).unwrap());
        let told = event.readings.into_iter().next().map(said);
        assert_eq!(told.as_ref().map(|told| told.reports[0].kind.word()), expected, "{action}");
        let Some(told) = told else { continue };
        assert_eq!(told.checkout_id.as_deref(), Some(REQUEST));
        assert_eq!(told.reports[0].payment.as_ref().unwrap().as_str(), PAYMENT);
        let reason = (expected == Some("attempt_declined")).then_some("insufficient_funds");
        assert_eq!(told.reports[0].reason.as_deref(), reason, "{action}");
    }
}

/// So a customer who is declined at a second bank does not end what the first one has authorised.
#[test]
fn before_there_is_a_payment_a_try_is_named_by_its_authorisation_at_the_bank() {
    for action in ["bank_authorisation_authorised", "bank_authorisation_denied", "payer_geo_blocked"] {
        for (authorisation, named) in [(json!("BAU1"), Some("BAU1")), (json!(null), None)] {
            let links = json!({ "billing_request": REQUEST, "bank_authorisation": authorisation });
            let event = one(read(&[event("billing_requests", action, AT, links)]).unwrap());
            let told = said(event.readings.into_iter().next().unwrap());
            assert_eq!(told.reports[0].payment.as_ref().map(|id| id.as_str()), named, "{action}");
        }
    }
    let odd = json!({ "billing_request": REQUEST, "bank_authorisation": "BRQ1" });
    let read = read(&[event("billing_requests", "bank_authorisation_denied", AT, odd)]);
    assert!(matches!(read, Err(NotUnderstood::Shape(_))));
}

#[test]
fn what_is_somebody_elses_says_nothing() {
    let links = json!({ "payment": PAYMENT, "billing_request": REQUEST });
    for (what, action) in [
        ("payments", "confirmed"),
        ("payments", "something_new"),
        ("billing_requests", "fulfilled"),
        ("billing_requests", "something_new"),
    ] {
        for metadata in [json!({}), json!(null), json!({ "session_id": "1042" })] {
            let mut event = event(what, action, AT, links.clone());
            event["resource_metadata"] = metadata;
            // What a request brought is not ours to match on.
            event["metadata"] = json!({ "session_id": SESSION });
            assert!(one(read(&[event]).unwrap()).readings.is_empty(), "{what} {action}");
        }
    }
    for what in ["mandates", "payouts", "subscriptions", "scheme_identifiers", "outbound_payments"] {
        assert!(one(read(&[event(what, "paid", AT, json!({}))]).unwrap()).readings.is_empty(), "{what}");
    }
}

#[test]
fn a_refund_is_asked_for_its_amount_and_whose_it_is() {
    for (action, expected, fetched) in [
        ("created", "refund_pending", false),
        ("submitted", "refund_pending", false),
        ("paid", "refunded", false),
        ("failed", "refund_failed", false),
        ("bounced", "refund_failed", false),
        ("funds_returned", "refund_failed", false),
        ("something_new", "refunded", true),
    ] {
        let mut event = event("refunds", action, AT, json!({ "refund": REFUND }));
        event["resource_metadata"]["refund_id"] = "rf_01".into();
        let (told, sent) = told(event, &[]);
        let told = told.unwrap();
        let (Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund)) =
            &told.reports[0].kind
        else {
            panic!()
        };
        assert_eq!((refund.request.as_ref().unwrap().as_str(), refund.money), ("rf_01", money(1500, "GBP")));
        assert_eq!((told.reports[0].kind.word(), told.fetched, sent), (expected, fetched, 1), "{action}");
        assert_eq!(told.reports[0].payment.as_ref().unwrap().as_str(), PAYMENT);
    }
    let settled = event("refunds", "refund_settled", AT, json!({ "refund": REFUND }));
    assert!(one(read(&[settled]).unwrap()).readings.is_empty());
    // Made in the Dashboard: only its payment knows whose it is.
    let mut theirs = event("refunds", "paid", AT, json!({ "refund": REFUND }));
    theirs["resource_metadata"] = json!({});
    let (told, sent) = told(theirs, &[]);
    assert_eq!((told.unwrap().session.to_string().as_str(), sent), (SESSION, 2));
}

#[test]
fn an_odd_id_is_asked_about_nowhere() {
    for (what, action, links) in [
        ("payments", "confirmed", json!({ "payment": "../refunds" })),
        ("payments", "confirmed", json!({ "payment": "PM" })),
        ("payments", "confirmed", json!({})),
        ("refunds", "paid", json!({ "refund": "RF1?a=b" })),
        ("billing_requests", "fulfilled", json!({ "billing_request": "PM1" })),
        ("billing_requests", "new", json!({ "billing_request": "BRQ/1" })),
    ] {
        let read = read(&[event(what, action, AT, links)]);
        assert!(matches!(read, Err(NotUnderstood::Shape(_))), "{what} {action}");
    }
}

#[test]
fn each_event_of_a_batch_has_an_id_and_a_session_of_its_own() {
    let all = vectors_in(Path::new("gocardless/gocardless.json"));
    let vector = all.iter().find(|vector| vector.name.starts_with("batch_of_seven")).unwrap();
    let body: Value = serde_json::from_str(&vector.body).unwrap();
    let events = read(body["events"].as_array().unwrap()).unwrap();
    assert_eq!(events.len(), 7);
    let mut sessions = Vec::new();
    for event in events {
        for reading in event.readings {
            let told = match reading {
                Reading::Told(told) => told,
                Reading::Ask(step) => run(step, TRIAL.answer).unwrap().unwrap(),
            };
            sessions.push((event.id.clone().unwrap(), told.session.to_string()));
        }
    }
    let expected: Vec<_> = vector
        .reads
        .iter()
        .map(|read| {
            let text = |key: &str| read[key].as_str().unwrap().to_owned();
            (text("event_id"), text("reference"))
        })
        .collect();
    assert_eq!(sessions, expected);
}
