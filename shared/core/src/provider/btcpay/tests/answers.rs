//! What its answers mean.

use super::*;

fn create(found: Answer, made: Answer) -> Result<Created, Failure> {
    let step = with_checkout(|checkout| configured().create(checkout));
    against(step, &[("GET invoices?", found), ("POST invoices", made)]).0
}

#[test]
fn a_created_invoice_has_an_id_and_an_address() {
    let made = invoice("New", "None", json!({}));
    let url = "https://btcpay.example/server/i/EWk7cGVvsRZ4BLm2NaS2pd".to_owned();
    let expected = Created { checkout_id: INVOICE.into(), url };
    let nothing = || ok(json!([]));
    assert_eq!(create(nothing(), ok(made.clone())), Ok(expected.clone()));
    // Made before, and the answer was lost.
    assert_eq!(create(ok(json!([made.clone()])), answer(500, "")), Ok(expected.clone()));
    // Whatever the server finds, only ours is ours.
    let other = invoice("New", "None", json!({ "metadata": { "orderId": "1042" } }));
    assert_eq!(create(ok(json!([other])), ok(made)), Ok(expected));
    for body in ["", "{}", "<html>", "[]", "{\"id\":\"../x\",\"checkoutLink\":\"https://a.example\"}"] {
        assert!(matches!(create(nothing(), answer(200, body)), Err(Failure::Unknown(_))), "{body}");
    }
    for body in ["", "{}", "<html>", "[1]"] {
        let odd = create(answer(200, body), ok(invoice("New", "None", json!({}))));
        assert!(matches!(odd, Err(Failure::Unknown(_))), "{body}");
    }
}

#[test]
fn a_refusal_is_definite_only_where_it_is() {
    let made = |status: u16, body: Value| create(ok(json!([])), answer(status, body.to_string()));
    let refused =
        |status, code: &str| Err(Failure::Refused { status, code: Some(code.into()), words: "No.".into() });
    assert_eq!(made(422, json!([{ "path": "amount", "message": "No." }])), refused(422, "amount"));
    assert_eq!(
        made(403, json!({ "code": "missing-permission", "message": "No." })),
        refused(403, "missing-permission")
    );
    for status in [302, 409, 429, 500, 503] {
        assert!(matches!(made(status, json!("<html>")), Err(Failure::Unknown(_))), "{status}");
        assert!(matches!(create(answer(status, ""), answer(200, "")), Err(Failure::Unknown(_))), "{status}");
    }
    assert!(matches!(made(401, json!(null)), Err(Failure::Refused { status: 401, code: None, .. })));
}

fn refund(before: Value, payouts: Value, asked: Answer) -> Result<Report, Failure> {
    let answers =
        [("GET pull-payments?", ok(before)), ("GET payouts", ok(payouts)), ("POST invoices/", asked)];
    against(refund_step(), &answers).0
}

#[test]
fn an_offered_refund_is_under_way_and_ours() {
    let report = refund(json!([]), json!([]), ok(pull(json!({ "description": null })))).unwrap();
    let Kind::RefundPending(refunded) = &report.kind else { panic!("{report:?}") };
    assert_eq!((refunded.id.as_str(), refunded.money), (PULL, money(1500, "EUR")));
    assert_eq!(refunded.request.as_ref().unwrap().as_str(), "rf_01");
    assert_eq!(report.payment.unwrap().as_str(), INVOICE);
    let refused = json!({ "code": "non-refundable", "message": "Cannot refund this invoice" });
    let Err(Failure::Refused { code, .. }) = refund(json!([]), json!([]), answer(400, refused.to_string()))
    else {
        panic!()
    };
    assert_eq!(code.as_deref(), Some("non-refundable"));
    assert!(matches!(refund(json!([]), json!([]), answer(500, "")), Err(Failure::Unknown(_))));
}

#[test]
fn a_refund_that_was_offered_before_is_not_offered_again() {
    let other_refund = pull(json!({ "description": "rf_02", "id": "other" }));
    let other_invoice = pull(json!({ "name": "Refund 7mQ2xT5vKp9LsRd3NwYbHc" }));
    let others = json!([other_refund, other_invoice]);
    assert!(matches!(refund(others.clone(), json!([]), answer(500, "")), Err(Failure::Unknown(_))));
    let found = json!([others[0], pull(json!({}))]);
    let completed = json!([payout("Completed", "15.00")]);
    assert_eq!(refund(found.clone(), completed, answer(500, "")).unwrap().kind.word(), "refunded");
    assert_eq!(refund(found, json!([]), answer(500, "")).unwrap().kind.word(), "refund_pending");
}
