//! What Adyen's events say.

use super::*;

#[test]
fn each_row_of_the_event_table() {
    let dispute =
        json!({ "originalReference": "ORIGINAL", "additionalData": { "chargebackReasonCode": "10.4" } });
    let status = |status: &str| json!({ "originalReference": "ORIGINAL", "additionalData": { "disputeStatus": status } });
    let action = |action: &str| json!({ "originalReference": "ORIGINAL", "additionalData": { "modification.action": action } });
    let none = || json!({});
    for (code, success, more, expected) in [
        ("AUTHORISATION", "true", none(), Some("paid")),
        (
            "AUTHORISATION",
            "true",
            json!({ "additionalData": { "fraudManualReview": "false" } }),
            Some("paid"),
        ),
        (
            "AUTHORISATION",
            "true",
            json!({ "additionalData": { "fraudManualReview": "true" } }),
            Some("review"),
        ),
        ("AUTHORISATION", "false", none(), Some("attempt_declined")),
        ("MANUAL_REVIEW_ACCEPT", "true", none(), Some("paid")),
        ("MANUAL_REVIEW_ACCEPT", "false", none(), None),
        ("MANUAL_REVIEW_REJECT", "true", none(), Some("cancelled")),
        ("PENDING", "true", none(), Some("processing")),
        ("PENDING", "false", none(), None),
        ("OFFER_CLOSED", "true", none(), Some("attempt_declined")),
        ("CAPTURE", "true", none(), Some("paid")),
        ("CAPTURE", "false", none(), None),
        ("CAPTURE_FAILED", "true", none(), Some("reversed")),
        ("EXPIRE", "true", none(), Some("reversed")),
        ("CANCELLATION", "true", none(), Some("reversed")),
        ("CANCELLATION", "false", none(), None),
        ("TECHNICAL_CANCEL", "true", none(), Some("reversed")),
        ("TECHNICAL_CANCEL", "false", none(), None),
        ("REFUND", "true", none(), Some("refunded")),
        ("REFUND", "false", none(), Some("refund_failed")),
        ("CANCEL_OR_REFUND", "true", none(), Some("refunded")),
        ("CANCEL_OR_REFUND", "true", action("refund"), Some("refunded")),
        ("CANCEL_OR_REFUND", "true", action("cancel"), Some("reversed")),
        ("CANCEL_OR_REFUND", "false", action("cancel"), Some("refund_failed")),
        ("REFUND_FAILED", "true", none(), Some("refund_failed")),
        ("REFUNDED_REVERSED", "true", none(), Some("refund_failed")),
        ("POSTPONED_REFUND", "true", none(), Some("refund_pending")),
        ("REQUEST_FOR_INFORMATION", "true", dispute.clone(), Some("dispute_opened")),
        ("NOTIFICATION_OF_CHARGEBACK", "true", dispute.clone(), Some("dispute_opened")),
        ("PREARBITRATION_OPEN", "true", dispute.clone(), Some("dispute_opened")),
        ("CHARGEBACK", "true", dispute.clone(), Some("dispute_opened")),
        ("CHARGEBACK", "true", status("Undefended"), Some("dispute_opened")),
        ("CHARGEBACK", "true", status("Lost"), Some("dispute_lost")),
        ("CHARGEBACK", "true", status("Accepted"), Some("dispute_lost")),
        ("CHARGEBACK", "true", status("Expired"), Some("dispute_lost")),
        ("SECOND_CHARGEBACK", "true", dispute.clone(), Some("dispute_lost")),
        ("PREARBITRATION_LOST", "true", dispute.clone(), Some("dispute_lost")),
        ("SCHEME_ARBITRATION_LOST", "true", dispute.clone(), Some("dispute_lost")),
        ("DISPUTE_DEFENSE_PERIOD_ENDED", "true", dispute.clone(), Some("dispute_lost")),
        ("CHARGEBACK_REVERSED", "true", dispute.clone(), Some("dispute_won")),
        ("PREARBITRATION_WON", "true", dispute.clone(), Some("dispute_won")),
        ("SCHEME_ARBITRATION_WON", "true", dispute.clone(), Some("dispute_won")),
        ("ISSUER_RESPONSE_TIMEFRAME_EXPIRED", "true", dispute, Some("dispute_won")),
        ("NOTIFICATION_OF_FRAUD", "true", none(), None),
        ("INFORMATION_SUPPLIED", "true", none(), None),
        ("PREARBITRATION_ACCEPTED", "true", none(), None),
        ("AUTHORISATION_ADJUSTMENT", "true", none(), None),
        ("REFUND_WITH_DATA", "true", none(), None),
        ("ORDER_CLOSED", "true", none(), None),
        ("RECURRING_CONTRACT", "true", none(), None),
    ] {
        let event = event(code, success, more);
        assert_eq!(event.id.as_deref(), Some(format!("{code}:{PAYMENT}:{success}").as_str()));
        let told = told(event);
        let found = told.map(|told| told.reports[0].kind.word());
        assert_eq!(found, expected, "{code} {success}");
    }
    for code in ["REFUND_NEW_2027", "CHARGEBACK_X", "PAIDOUT_REVERSED", "VOID_PENDING_REFUND"] {
        let read = read(&*configured(), "true", &[item(code, "true", json!({}))]);
        assert_eq!(read.unwrap_err(), NotUnderstood::Kind, "{code}");
    }
}

/// By an account's settings a dispute's events name the payment beside the dispute, or the payment alone: a win of the
/// second kind left open what the first had told, and two losses of one payment were counted as two.
#[test]
fn a_dispute_is_about_the_payment_however_its_events_name_it() {
    let found = |more| {
        let report = told(event("CHARGEBACK_REVERSED", "true", more)).unwrap().reports.remove(0);
        (report.payment.unwrap().to_string(), report.kind.dispute_id().is_some())
    };
    assert_eq!(found(json!({ "originalReference": "ORIGINAL" })), ("ORIGINAL".to_owned(), false));
    assert_eq!(found(json!({ "originalReference": "" })), (PAYMENT.to_owned(), false));
}

#[test]
fn a_refund_names_ours_and_one_from_the_customer_area_is_found_by_its_payment() {
    let refund = |reference: &str| {
        let event = event(
            "REFUND",
            "true",
            json!({ "originalReference": "ORIGINAL", "merchantReference": reference }),
        );
        let asks = matches!(event.readings[..], [Reading::Ask(Step::Find(_))]);
        let report = told(event).unwrap().reports.remove(0);
        match report.kind {
            Kind::Refunded(refund) => (asks, refund.request.map(|id| id.to_string())),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refund(&format!("{SESSION}.rf_01")), (false, Some("rf_01".to_owned())));
    assert_eq!(refund(SESSION), (false, None));
    assert_eq!(refund(""), (true, None));
    assert_eq!(refund("goodwill 7.rf_01"), (true, None));
    // A payment that is not ours is nobody's, and is not looked up.
    assert!(event("AUTHORISATION", "true", json!({ "merchantReference": "other" })).readings.is_empty());
    // The look-up may find nobody.
    let event = event("REFUND", "true", json!({ "originalReference": "ORIGINAL", "merchantReference": "" }));
    let Some(Reading::Ask(Step::Find(search))) = event.readings.into_iter().next() else { panic!() };
    assert_eq!(search.payment.as_str(), "ORIGINAL");
    assert!(matches!((search.then)(None), Ok(Step::Done(None))));
}

#[test]
fn what_is_anothers_or_could_be_cut_otherwise_says_nothing() {
    for more in [
        json!({ "merchantAccountCode": "NordShopPOS" }),
        json!({ "merchantAccountCode": "" }),
        json!({ "originalReference": "a:b" }),
    ] {
        assert!(event("AUTHORISATION", "true", more.clone()).readings.is_empty(), "{more}");
    }
}

#[test]
fn a_test_delivery_is_not_believed_at_a_live_address_and_the_other_way_round() {
    let at = |base: &str| {
        let mut config = (TRIAL.config)(&TRIAL.secrets, "");
        config["api_base"] = base.into();
        PROVIDER.configure(&config).unwrap()
    };
    let paid = [item("AUTHORISATION", "true", json!({}))];
    for (base, live, expected) in [
        (LIVE_BASE, Some(true), [Ok(1), Err(NotUnderstood::Mode)]),
        (TEST_BASE, Some(false), [Err(NotUnderstood::Mode), Ok(1)]),
        ("http://127.0.0.1:9000", None, [Ok(1), Ok(1)]),
        ("https://checkout-live.adyenpayments.com.attacker.example", None, [Ok(1), Ok(1)]),
    ] {
        let configured = at(base);
        assert_eq!(configured.about().live, live, "{base}");
        let found = ["true", "false"].map(|live| read(&*configured, live, &paid).map(|events| events.len()));
        assert_eq!(found, expected, "{base}");
    }
    assert!(matches!(read(&*at(LIVE_BASE), "yes", &paid), Err(NotUnderstood::Shape(_))));
}

#[test]
fn without_an_address_deliveries_are_verified_and_nothing_is_offered_or_asked() {
    let mut config = (TRIAL.config)(&TRIAL.secrets, "");
    config.as_object_mut().unwrap().remove("api_base");
    let configured = PROVIDER.configure(&config).unwrap();
    assert!(configured.methods().is_empty() && configured.about().api_base.is_empty());
    assert_eq!(read(&*configured, "true", &[item("AUTHORISATION", "true", json!({}))]).unwrap().len(), 1);
    assert!(configured.fetch(&held(Some(LINK))).is_none() && configured.close(&held(Some(LINK))).is_none());
    assert_eq!(first_request(with_checkout(|checkout| configured.create(checkout))).url, "");
    assert_eq!(first_request(refund(&*configured, money(1, "EUR"))).url, "");
    config["merchant_account"] = "Nord Shop".into();
    assert_eq!(PROVIDER.configure(&config).unwrap_err().path, "merchant_account");
    config.as_object_mut().unwrap().remove("merchant_account");
    assert_eq!(PROVIDER.configure(&config).unwrap_err().path, "merchant_account");
}
