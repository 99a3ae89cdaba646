//! What a fetch tells.

use super::*;

/// What a fetch tells where Square answers so, by the last two parts of the path.
fn fetch(answers: &[(String, Value)]) -> Result<Vec<Report>, Failure> {
    run(configured().fetch(&held(Some(CHECKOUT))).unwrap(), |request| {
        let path = request.url.split("/v2/").nth(1).unwrap();
        let (_, body) = answers.iter().find(|(known, _)| known == path).unwrap_or_else(|| panic!("{path}"));
        answer(200, body.to_string())
    })
}

fn of(object: &str, id: &str, body: Value) -> (String, Value) {
    (format!("{object}/{id}"), body)
}

fn tender(id: &str, status: &str) -> Value {
    json!({ "id": id, "type": "CARD", "payment_id": id, "card_details": { "status": status } })
}

fn words(reports: &[Report]) -> Vec<&'static str> {
    reports.iter().map(|report| report.kind.word()).collect()
}

#[test]
fn each_row_of_the_order_s_table() {
    for (state, expected) in
        [("DRAFT", vec![]), ("OPEN", vec![]), ("COMPLETED", vec![]), ("CANCELED", vec!["cancelled"])]
    {
        for tenders in [json!([]), Value::Null] {
            let reports = fetch(&[of("orders", ORDER, order(state, tenders))]).unwrap();
            assert_eq!(words(&reports), expected, "{state}");
        }
    }
    for odd in ["NEW", ""] {
        assert!(matches!(
            fetch(&[of("orders", ORDER, order(odd, json!([])))]),
            Err(Failure::NotUnderstood(_))
        ));
    }
    // Money counts whatever became of the order.
    let paid = [
        of("orders", ORDER, order("CANCELED", json!([tender(PAYMENT, "CAPTURED")]))),
        of("payments", PAYMENT, payment("COMPLETED", json!({}))),
    ];
    assert_eq!(words(&fetch(&paid).unwrap()), ["paid"]);
}

#[test]
fn each_row_of_the_payment_s_table() {
    let declined = json!({ "card_details": { "status": "FAILED", "errors": [{ "category": "PAYMENT_METHOD_ERROR",
        "code": "INSUFFICIENT_FUNDS", "detail": "No." }] } });
    for (status, expected, reason) in [
        ("APPROVED", Kind::Processing, None),
        ("PENDING", Kind::Processing, None),
        ("COMPLETED", Kind::Paid(money(4999, "EUR")), None),
        ("FAILED", Kind::AttemptDeclined, Some("INSUFFICIENT_FUNDS")),
        ("CANCELED", Kind::AttemptDeclined, Some("INSUFFICIENT_FUNDS")),
    ] {
        let reports = fetch(&[
            of("orders", ORDER, order("OPEN", json!([{ "id": PAYMENT, "type": "CARD" }]))),
            of("payments", PAYMENT, payment(status, declined.clone())),
        ])
        .unwrap();
        let [report] = &reports[..] else { panic!("{reports:?}") };
        assert_eq!(report.kind, expected, "{status}");
        assert_eq!(report.payment.as_ref().unwrap().as_str(), PAYMENT);
        assert_eq!(report.reason.as_deref(), reason, "{status}");
        assert_eq!(report.word.as_deref(), Some(status));
        assert_eq!(report.said_at, Moment::parse_rfc3339("2026-11-24T17:56:43.756Z"));
    }
    let odd = [
        of("orders", ORDER, order("OPEN", json!([tender(PAYMENT, "CAPTURED")]))),
        of("payments", PAYMENT, payment("NEW", json!({}))),
    ];
    assert!(matches!(fetch(&odd), Err(Failure::NotUnderstood(_))));
}

#[test]
fn declined_cards_are_passed_over_unless_they_are_all_that_there_is() {
    let tries = json!([
        tender("a", "FAILED"),
        tender("b", "VOIDED"),
        tender(PAYMENT, "CAPTURED"),
        tender("c", "FAILED")
    ]);
    let voided = payment("CANCELED", json!({ "id": "b" }));
    let paid = [
        of("orders", ORDER, order("OPEN", tries)),
        of("payments", PAYMENT, payment("COMPLETED", json!({}))),
        of("payments", "b", voided.clone()),
    ];
    assert_eq!(words(&fetch(&paid).unwrap()), ["paid", "attempt_declined"]);
    // Authorised and given back beside one that is under way: it is processed no more.
    let tries = json!([tender("a", "FAILED"), tender("b", "VOIDED"), tender(PAYMENT, "AUTHORIZED")]);
    let under_way = [
        of("orders", ORDER, order("OPEN", tries)),
        of("payments", PAYMENT, payment("APPROVED", json!({}))),
        of("payments", "b", voided),
    ];
    assert_eq!(words(&fetch(&under_way).unwrap()), ["processing", "attempt_declined"]);
    // Nor where the last try was declined: it was told as processing all the same.
    let tries = json!([tender("b", "VOIDED"), tender("c", "FAILED")]);
    let over = [
        of("orders", ORDER, order("OPEN", tries)),
        of("payments", "b", payment("CANCELED", json!({ "id": "b" }))),
        of("payments", "c", payment("FAILED", json!({ "id": "c" }))),
    ];
    assert_eq!(words(&fetch(&over).unwrap()), ["attempt_declined", "attempt_declined"]);
    let declined = [
        of("orders", ORDER, order("OPEN", json!([tender("a", "FAILED"), tender("c", "FAILED")]))),
        of("payments", "c", payment("FAILED", json!({ "id": "c" }))),
    ];
    assert_eq!(words(&fetch(&declined).unwrap()), ["attempt_declined"]);
    let many: Vec<_> = (0..6).map(|index| tender(&format!("p{index}"), "CAPTURED")).collect();
    assert!(matches!(fetch(&[of("orders", ORDER, order("OPEN", many.into()))]), Err(Failure::Unknown(_))));
}

#[test]
fn each_refund_is_asked_for_and_where_they_are_too_many_their_sum_is_told() {
    let with_refunds = |ids: &[&str]| {
        vec![
            of("orders", ORDER, order("OPEN", json!([tender(PAYMENT, "CAPTURED")]))),
            of(
                "payments",
                PAYMENT,
                payment(
                    "COMPLETED",
                    json!({ "refund_ids": ids, "refunded_money": { "amount": 4000, "currency": "EUR" } }),
                ),
            ),
        ]
    };
    let mut answers = with_refunds(&["a", "b"]);
    answers.push(of(
        "refunds",
        "a",
        refund_object("COMPLETED", json!({ "id": "a", "reason": "Refund rf_01" })),
    ));
    answers.push(of("refunds", "b", refund_object("FAILED", json!({ "id": "b" }))));
    let reports = fetch(&answers).unwrap();
    assert_eq!(words(&reports), ["paid", "refund_failed", "refunded"]);
    let Kind::Refunded(refund) = &reports[2].kind else { panic!() };
    assert_eq!((refund.id.as_str(), refund.request.as_ref().unwrap().as_str()), ("a", "rf_01"));
    let reports = fetch(&with_refunds(&["a", "b", "c", "d", "e"])).unwrap();
    assert_eq!(words(&reports), ["paid", "refunded_total"]);
    assert_eq!(reports[1].kind, Kind::RefundedTotal(money(4000, "EUR")));
    assert_eq!(reports[1].payment.as_ref().unwrap().as_str(), PAYMENT);
    let odd = with_refunds(&["../a"]);
    assert!(matches!(fetch(&odd), Err(Failure::NotUnderstood(_))));
}
