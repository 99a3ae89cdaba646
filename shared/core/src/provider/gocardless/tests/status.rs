//! The status words.

use super::*;

fn fetch(request: Value, payment: Value, events: Value, refunds: Value) -> Result<Vec<Report>, Failure> {
    let step = configured().fetch(&held(Some(REQUEST))).unwrap();
    let answers = [
        ("GET /billing_requests/", ok(json!({ "billing_requests": request }))),
        ("GET /payments/", ok(json!({ "payments": payment }))),
        ("GET /events?", ok(json!({ "events": events }))),
        ("GET /refunds?", ok(json!({ "refunds": refunds }))),
    ];
    against(step, &answers).0
}

fn request(status: &str, links: Value) -> Value {
    json!({ "id": REQUEST, "status": status, "created_at": "2026-11-24T17:40:00.023Z", "links": links,
        "metadata": { "session_id": SESSION } })
}

fn of_payment(status: &str, events: Value) -> Result<Vec<Report>, Failure> {
    let links = json!({ "payment_request_payment": PAYMENT });
    fetch(request("fulfilled", links), payment(PAYMENT, status), events, json!([]))
}

fn words(reports: &[Report]) -> Vec<&'static str> {
    reports.iter().map(|report| report.kind.word()).collect()
}

fn happened(action: &str, at: &str) -> Value {
    event("payments", action, at, json!({ "payment": PAYMENT }))
}

#[test]
fn each_status_of_a_billing_request_says_one_thing() {
    for (status, expected) in [
        ("pending", &[][..]),
        ("ready_to_fulfil", &[]),
        ("fulfilling", &["processing"]),
        ("fulfilled", &["processing"]),
        ("cancelled", &["cancelled"]),
    ] {
        let reports = fetch(request(status, json!({})), json!({}), json!([]), json!([])).unwrap();
        assert_eq!(words(&reports), expected, "{status}");
        if let [report] = &reports[..] {
            assert_eq!(report.word.as_deref(), Some(status));
            assert_eq!(report.said_at, moment("2026-11-24T17:40:00.023Z"));
        }
    }
    for odd in ["", "failed", "PENDING"] {
        let odd = fetch(request(odd, json!({})), json!({}), json!([]), json!([]));
        assert!(matches!(odd, Err(Failure::NotUnderstood(_))));
    }
}

#[test]
fn each_status_of_a_payment_says_one_thing_where_its_events_are_not_listed() {
    for (status, expected) in [
        ("pending_customer_approval", "processing"),
        ("pending_submission", "processing"),
        ("submitted", "processing"),
        ("confirmed", "paid"),
        ("paid_out", "paid"),
        ("cancelled", "cancelled"),
        ("customer_approval_denied", "failed"),
        ("failed", "failed"),
        ("charged_back", "reversed"),
    ] {
        let reports = of_payment(status, json!([])).unwrap();
        assert_eq!(words(&reports), [expected], "{status}");
        assert_eq!(reports[0].payment.as_ref().unwrap().as_str(), PAYMENT);
        assert_eq!(reports[0].word.as_deref(), Some(status));
        let dated = moment("2026-11-24T17:43:20.500Z").filter(|_| status != "charged_back");
        assert_eq!(reports[0].said_at, dated, "{status}");
        if let Some(said) = reports[0].kind.money() {
            assert_eq!(said, money(4990, "GBP"));
        }
    }
    assert!(matches!(of_payment("refunded", json!([])), Err(Failure::NotUnderstood(_))));
}

#[test]
fn a_payments_events_say_what_happened_to_it_and_when() {
    let (one, two, three) = ("2026-11-24T10:00:00Z", "2026-11-25T10:00:00Z", "2026-11-26T10:00:00Z");
    for (status, events, expected) in [
        (
            "submitted",
            json!([happened("created", one), happened("submitted", two)]),
            &[("processing", two)][..],
        ),
        ("confirmed", json!([happened("confirmed", two), happened("submitted", one)]), &[("paid", two)]),
        (
            "paid_out",
            json!([happened("confirmed", one), happened("paid_out", two)]),
            &[("paid", one), ("paid", two)],
        ),
        ("failed", json!([happened("failed", one)]), &[("failed", one)]),
        // In whatever order they are listed, a failure after the confirmation is money taken back.
        (
            "failed",
            json!([
                happened("late_failure_settled", three),
                happened("failed", two),
                happened("confirmed", one)
            ]),
            &[("paid", one), ("reversed", two), ("reversed", three)],
        ),
        (
            "charged_back",
            json!([happened("confirmed", one), happened("charged_back", two)]),
            &[("paid", one), ("reversed", two)],
        ),
        (
            "confirmed",
            json!([
                happened("confirmed", one),
                happened("charged_back", two),
                happened("chargeback_cancelled", three)
            ]),
            &[("paid", one), ("reversed", two), ("dispute_won", three)],
        ),
        // Something new to us: the status stands.
        ("confirmed", json!([happened("something_new", one)]), &[("paid", "2026-11-24T17:43:20.500Z")]),
    ] {
        let reports = of_payment(status, events).unwrap();
        let said: Vec<_> = reports.iter().map(|report| (report.kind.word(), report.said_at)).collect();
        let expected: Vec<_> = expected.iter().map(|(word, at)| (*word, moment(at))).collect();
        assert_eq!(said, expected, "{status}");
    }
    let other = event("payments", "confirmed", one, json!({ "payment": "PMOTHER" }));
    let refunded = event("refunds", "paid", one, json!({ "refund": REFUND }));
    assert_eq!(words(&of_payment("submitted", json!([other, refunded])).unwrap()), ["processing"]);
}

#[test]
fn a_fetch_tells_each_refund() {
    let links = json!({ "payment_request_payment": PAYMENT });
    let refunds = json!([
        refund_object("paid", json!({ "session_id": SESSION, "refund_id": "rf_01" })),
        refund_object("bounced", json!({}))
    ]);
    let reports =
        fetch(request("fulfilled", links), payment(PAYMENT, "paid_out"), json!([]), refunds).unwrap();
    assert_eq!(words(&reports), ["paid", "refunded", "refund_failed"]);
    let Kind::Refunded(refund) = &reports[1].kind else { panic!() };
    assert_eq!(refund.request.as_ref().unwrap().as_str(), "rf_01");
}

#[test]
fn an_amount_is_a_whole_number_of_a_known_currency() {
    let paid = |amount: Value, currency: &str| {
        let mut payment = payment(PAYMENT, "confirmed");
        (payment["amount"], payment["currency"]) = (amount, currency.into());
        let links = json!({ "payment_request_payment": PAYMENT });
        fetch(request("fulfilled", links), payment, json!([]), json!([]))
    };
    assert!(paid(json!(4990), "EUR").is_ok());
    for (amount, currency) in [
        (json!("4990"), "EUR"),
        (json!(49.9), "EUR"),
        (json!(-1), "EUR"),
        (json!(null), "EUR"),
        (json!(1_000_000_000_000_000_u64), "EUR"),
        (json!(1), "eur"),
        (json!(1), "XXX"),
    ] {
        let odd = paid(amount.clone(), currency);
        assert!(matches!(odd, Err(Failure::NotUnderstood(_))), "{amount} {currency} {odd:?}");
    }
}
