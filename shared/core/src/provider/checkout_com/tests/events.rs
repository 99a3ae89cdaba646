//! What Checkout.com's events say.

use super::*;

#[test]
fn each_row_of_the_event_table() {
    let none = || payment(json!({}));
    for (word, data, expected) in [
        ("payment_pending", none(), Some("processing")),
        ("payment_capture_pending", none(), Some("processing")),
        ("payment_retry_scheduled", none(), Some("processing")),
        ("payment_approved", none(), Some("processing")),
        ("payment_approved", payment(json!({ "risk": { "flagged": false } })), Some("processing")),
        ("payment_approved", payment(json!({ "risk": { "flagged": true } })), Some("review")),
        ("payment_captured", none(), Some("paid")),
        ("payment_declined", none(), Some("attempt_declined")),
        ("payment_authentication_failed", none(), Some("attempt_declined")),
        ("payment_canceled", none(), Some("attempt_declined")),
        ("payment_capture_declined", none(), Some("failed")),
        ("payment_expired", none(), Some("expired")),
        ("payment_voided", none(), Some("cancelled")),
        ("payment_compliance_review", none(), Some("review")),
        ("payment_refund_pending", none(), Some("refund_pending")),
        ("payment_refunded", none(), Some("refunded")),
        ("payment_refund_declined", none(), Some("refund_failed")),
        ("payment_returned", none(), Some("reversed")),
        ("dispute_received", dispute(json!({})), Some("dispute_opened")),
        ("dispute_evidence_required", dispute(json!({})), Some("dispute_opened")),
        ("dispute_won", dispute(json!({})), Some("dispute_won")),
        ("dispute_arbitration_won", dispute(json!({})), Some("dispute_won")),
        ("dispute_canceled", dispute(json!({})), Some("dispute_won")),
        ("dispute_lost", dispute(json!({})), Some("dispute_lost")),
        ("dispute_accepted", dispute(json!({})), Some("dispute_lost")),
        ("dispute_expired", dispute(json!({})), Some("dispute_lost")),
        ("dispute_arbitration_lost", dispute(json!({})), Some("dispute_lost")),
        ("dispute_resolved", dispute(json!({ "resolved_reason": "already_refunded" })), Some("dispute_won")),
        (
            "dispute_resolved",
            dispute(json!({ "resolved_reason": "rapid_dispute_resolution" })),
            Some("dispute_lost"),
        ),
        ("dispute_evidence_submitted", dispute(json!({})), None),
        ("dispute_arbitration_sent_to_scheme", dispute(json!({})), None),
        ("payment_paid", none(), None),
        ("payment_void_declined", none(), None),
        ("card_verified", none(), None),
        ("authentication_approved", none(), None),
    ] {
        let told = told(read(word, data).unwrap());
        if let Some(told) = &told {
            assert_eq!(told.reports[0].payment.as_ref().unwrap().as_str(), PAYMENT, "{word}");
        }
        assert_eq!(told.map(|told| told.reports[0].kind.word()), expected, "{word}");
    }
    for (word, data) in [
        ("payment_new_2027", none()),
        ("dispute_new_2027", dispute(json!({}))),
        ("dispute_resolved", dispute(json!({ "resolved_reason": "other" }))),
        ("dispute_resolved", dispute(json!({}))),
    ] {
        assert_eq!(read(word, data).unwrap_err(), NotUnderstood::Kind, "{word}");
    }
}

#[test]
fn a_payment_of_others_is_nobodys_and_what_follows_one_is_asked_for() {
    let anonymous = || payment(json!({ "metadata": null }));
    for word in ["payment_captured", "payment_declined", "payment_approved"] {
        assert!(read(word, anonymous()).unwrap().readings.is_empty(), "{word}");
    }
    for (word, data) in [
        ("payment_refunded", anonymous()),
        ("payment_returned", anonymous()),
        ("dispute_lost", dispute(json!({}))),
    ] {
        let Reading::Ask(step) = read(word, data).unwrap().readings.remove(0) else { panic!("{word}") };
        expect![[r#"
            GET https://k7m2q9xa.api.checkout.com/payments/pay_4fxnxsnovyoxs324mp7mcijbwr
            authorization: Bearer …
        "#]]
        .assert_eq(&shown(match &step {
            Step::Send(exchange) => &exchange.request,
            _ => panic!("{word}"),
        }));
        assert_eq!(run(step, |_| answer(200, "{\"metadata\":{}}")).unwrap(), None, "{word}");
    }
    // What goes into an address has the form of an id.
    for id in ["pay_", "pay_../disputes", "dsp_1", ""] {
        let read = read("payment_refunded", payment(json!({ "id": id })));
        assert!(matches!(read, Err(NotUnderstood::Shape(_))), "{id}");
    }
}

#[test]
fn a_refund_is_ours_only_beside_our_session() {
    let request = |metadata: Value| {
        let told = told(read("payment_refunded", payment(json!({ "metadata": metadata }))).unwrap()).unwrap();
        match &told.reports[0].kind {
            Kind::Refunded(refund) => {
                (refund.id.to_string(), refund.request.as_ref().map(ToString::to_string))
            }
            other => panic!("{other:?}"),
        }
    };
    let ours = Some("rf_01".to_owned());
    assert_eq!(request(json!({ "session_id": SESSION, "refund_id": "rf_01" })), ("act_1".to_owned(), ours));
    assert_eq!(request(json!({ "refund_id": "rf_01" })), ("act_1".to_owned(), None));
    assert_eq!(request(json!({ "session_id": SESSION })), ("act_1".to_owned(), None));
}

#[test]
fn several_captures_are_one_sum() {
    let paid = |amount: u64, total: Value| {
        let data = payment(json!({ "amount": amount, "balances": { "total_captured": total } }));
        told(read("payment_captured", data).unwrap()).unwrap().reports.remove(0).kind
    };
    assert_eq!(paid(2000, 4999.into()), Kind::Paid(money(4999, "EUR")));
    assert_eq!(paid(4999, 0.into()), Kind::Paid(money(4999, "EUR")));
    assert_eq!(paid(4999, Value::Null), Kind::Paid(money(4999, "EUR")));
}
