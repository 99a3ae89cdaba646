//! What is true of a session, by what Mercado Pago answers.

use super::*;

fn words(reports: Vec<Report>) -> Vec<String> {
    let show = |report: Report| match report.kind.money() {
        Some(money) => format!("{} {}", report.kind.word(), money.minor()),
        None => report.kind.word().to_owned(),
    };
    reports.into_iter().map(show).collect()
}

#[test]
fn each_row_of_the_status_table() {
    let of = |status: &str, detail: Value| {
        fetched(&*configured(), &found(&[payment(json!({ "status": status, "status_detail": detail }))]))
            .map(words)
    };
    for (status, detail, expected) in [
        ("pending", "pending_waiting_payment", &[][..]),
        ("pending", "pending_waiting_transfer", &[]),
        ("pending", "pending_contingency", &["processing"]),
        ("pending", "pending_review_manual", &["processing"]),
        ("in_process", "pending_waiting_payment", &["processing"]),
        ("in_process", "pending_review_manual", &["processing"]),
        ("authorized", "pending_capture", &["processing"]),
        ("approved", "accredited", &["paid 499000"]),
        // No refund is listed and no sum: then all of it went back.
        ("refunded", "refunded", &["paid 499000", "refunded_total 499000"]),
        ("in_mediation", "pending", &["paid 499000", "dispute_opened 499000"]),
        ("charged_back", "in_process", &["paid 499000", "dispute_opened 499000"]),
        ("charged_back", "settled", &["paid 499000", "dispute_lost 499000"]),
        ("charged_back", "reimbursed", &["paid 499000", "dispute_won 499000"]),
        ("rejected", "cc_rejected_high_risk", &["attempt_declined"]),
        ("cancelled", "expired", &["attempt_declined"]),
    ] {
        assert_eq!(of(status, detail.into()).unwrap(), expected, "{status} {detail}");
    }
    for (status, detail, place) in [
        ("new", json!("accredited"), "status"),
        ("", json!(null), "status"),
        ("charged_back", json!("new"), "status_detail"),
        ("charged_back", json!(null), "status_detail"),
    ] {
        let failure = Failure::NotUnderstood(NotUnderstood::Shape(place.to_owned()));
        assert_eq!(of(status, detail), Err(failure), "{status}");
    }
}

#[test]
fn each_row_of_the_table_of_refunds() {
    let of = |status: Value| {
        let refunds =
            json!({ "refunds": [refunded(json!({ "status": status }))], "transaction_amount_refunded": 15 });
        fetched(&*configured(), &found(&[payment(refunds)])).map(words)
    };
    for (status, expected) in [
        ("in_process", "refund_pending 1500"),
        ("pending", "refund_pending 1500"),
        ("approved", "refunded 1500"),
        ("rejected", "refund_failed 1500"),
        ("cancelled", "refund_failed 1500"),
    ] {
        assert_eq!(of(status.into()).unwrap(), ["paid 499000", expected], "{status}");
    }
    for status in [json!("new"), json!(null), json!(1)] {
        assert!(matches!(of(status), Err(Failure::NotUnderstood(_))));
    }
    // Where they are not listed the sum says it.
    let of = |more: Value| fetched(&*configured(), &found(&[payment(more)])).map(words);
    let sum = json!({ "refunds": null, "transaction_amount_refunded": 15 });
    assert_eq!(of(sum).unwrap(), ["paid 499000", "refunded_total 1500"]);
    assert_eq!(of(json!({ "refunds": [], "transaction_amount_refunded": null })).unwrap(), ["paid 499000"]);
}

#[test]
fn the_provider_dates_what_it_says_and_payment_and_reason_are_named() {
    let of = |more: Value| fetched(&*configured(), &found(&[payment(more)])).unwrap();
    let at = |text: &str| Moment::parse_rfc3339(text);
    let opened = of(json!({ "status": "charged_back", "status_detail": "in_process" }));
    // When it was paid stays what it is, whatever else happens to it: the same news is told once.
    assert_eq!(opened[0].said_at, at("2026-11-24T16:59:57Z"));
    assert_eq!(opened[1].said_at, at("2026-12-19T14:00:00Z"));
    assert!(opened.iter().all(|report| report.payment.as_ref().unwrap().as_str() == PAYMENT));
    assert_eq!(opened[1].word.as_deref(), Some("charged_back"));
    assert_eq!(opened[1].reason, None);
    let rejected = of(json!({ "status": "rejected", "status_detail": "cc_rejected_high_risk" }));
    assert_eq!(rejected[0].reason.as_deref(), Some("cc_rejected_high_risk"));
    // A payment that was processed and then rejected changed last when it was: the later word counts.
    let processed = json!({ "status": "in_process", "status_detail": "pending_contingency",
        "date_last_updated": "2026-11-24T13:00:00.000-04:00" });
    assert!(of(processed)[0].said_at < rejected[0].said_at);
    assert_eq!(of(json!({ "date_approved": null }))[0].said_at, at("2026-11-24T16:59:00Z"));
}

#[test]
fn a_number_that_is_no_amount_is_not_understood() {
    for amount in ["49.999", "-1", "1e5", "true", "null", "[]", "{}", "\"1,5\"", "1000000000000000000", "NaN"]
    {
        for field in ["\"transaction_amount\":4990", "\"transaction_amount_refunded\":0", "\"amount\":15"] {
            // Nothing was sent back where nothing is said of it.
            if amount == "null" && field.contains("_refunded") {
                continue;
            }
            let body = found(&[payment(json!({ "refunds": [refunded(json!({}))] }))]);
            assert!(body.contains(field));
            let (name, _) = field.split_once(':').unwrap();
            let body = body.replace(field, &format!("{name}:{amount}"));
            let reports = fetched(&*configured(), &body);
            let is_no_answer = matches!(reports, Err(Failure::NotUnderstood(_) | Failure::Unknown(_)));
            assert!(is_no_answer, "{field} {amount} {reports:?}");
        }
    }
    for code in [json!("XXX"), json!(null), json!("")] {
        let reports = fetched(&*configured(), &found(&[payment(json!({ "currency_id": code }))]));
        assert!(matches!(reports, Err(Failure::NotUnderstood(_))), "{code}");
    }
}

#[test]
fn all_payments_of_a_session_are_told_and_no_other() {
    let rejected =
        json!({ "id": 81968653101_u64, "status": "rejected", "status_detail": "cc_rejected_other_reason" });
    let both = [payment(json!({})), payment(rejected)];
    assert_eq!(
        fetched(&*configured(), &found(&both)).map(words).unwrap(),
        ["paid 499000", "attempt_declined"]
    );
    assert_eq!(fetched(&*configured(), &found(&[])), Ok(Vec::new()));
    let shape = |place: &str| Err(Failure::NotUnderstood(NotUnderstood::Shape(place.to_owned())));
    let others = payment(json!({ "external_reference": "cs_b7f2n0c5s8x1d4g6j9k3m5p7qa_1" }));
    assert_eq!(fetched(&*configured(), &found(&[others])), shape("external_reference"));
    // More than are shown: the one that was paid may be among those that are not.
    let more = json!({ "paging": { "total": 2 }, "results": [payment(json!({}))] }).to_string();
    assert_eq!(fetched(&*configured(), &more), shape("paging.total"));
    assert_eq!(fetched(&*configured(), "{\"results\":[]}"), shape("paging.total"));
    assert_eq!(fetched(&*configured(), "{\"paging\":{\"total\":0}}"), shape("results"));
}

/// The sandbox's page takes any preference's id, and anybody's test card.
#[test]
fn no_test_payment_counts_as_money_and_none_hides_any() {
    let (live, test) = (payment(json!({})), payment(json!({ "id": 1, "live_mode": false })));
    let both = found(&[test.clone(), live.clone()]);
    let money_of = |configured: &dyn Configured, body: &str| {
        let reports = fetched(configured, body).unwrap();
        reports.into_iter().map(|report| report.payment.unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(money_of(&*configured(), &both), [PAYMENT]);
    assert_eq!(money_of(&*in_test(), &both), ["1"]);
    assert_eq!(fetched(&*configured(), &found(&[test])), Ok(Vec::new()));
    let silent = found(&[payment(json!({ "live_mode": null }))]);
    assert!(matches!(fetched(&*configured(), &silent), Err(Failure::NotUnderstood(_))));
}
