//! What events say.

use super::*;

fn only(event: Event) -> Reading {
    assert_eq!(event.readings.len(), 1, "{event:?}");
    event.readings.into_iter().next().unwrap()
}

fn told(event: Event) -> Told {
    match only(event) {
        Reading::Told(told) => told,
        Reading::Ask(step) => panic!("asks {step:?}"),
    }
}

#[test]
fn an_event_without_fiat_amounts_is_asked_about() {
    let step = |more: Value| match only(read(&event("checkout.payment.success", "COMPLETED", more)).unwrap())
    {
        Reading::Ask(step) => step,
        Reading::Told(told) => panic!("{told:?}"),
    };
    for more in [
        json!({ "fiatAmount": null }),
        json!({ "fiatCurrency": null }),
        json!({ "fiatAmount": 49.99 }),
        json!({ "fiatCurrency": "USDC" }),
    ] {
        let told =
            run(step(more), |_| answer(200, checkout("COMPLETED", json!({})).to_string())).unwrap().unwrap();
        assert_eq!(
            (told.session, told.fetched, told.checkout_id.as_deref()),
            (session(), true, Some(CHECKOUT))
        );
        assert_eq!(told.reports[0].kind, Kind::Paid(money(4999, "EUR")));
    }
    let none = json!({ "fiatAmount": null });
    // It is priced in USDC: not by us.
    let usdc = run(step(none.clone()), |_| answer(200, checkout("COMPLETED", none.clone()).to_string()));
    assert_eq!(usdc, Err(Failure::NotUnderstood(NotUnderstood::Money)));
    // The answer is of another session's checkout.
    let other = json!({ "metadata": { "session_id": "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_2" } });
    assert_eq!(run(step(none), |_| answer(200, checkout("COMPLETED", other.clone()).to_string())), Ok(None));
}

#[test]
fn each_refund_of_an_event_is_told_and_ours_are_known() {
    let refunds = json!([
        refunded("a1", "COMPLETED", json!({ "reason": "rf_01 one item sent back" })),
        refunded("a2", "FAILED", json!({ "reason": "by hand", "completedAt": null })),
        refunded("a3", "PENDING", json!({ "reason": null })),
    ]);
    for word in ["checkout.refund.success", "checkout.refund.failed"] {
        let event = read(&event(word, "PARTIALLY_REFUNDED", json!({ "refunds": refunds }))).unwrap();
        let found: Vec<String> = event
            .readings
            .into_iter()
            .map(|reading| match reading {
                Reading::Told(told) => format!("{:?}", told.reports[0].kind),
                Reading::Ask(step) => panic!("{step:?}"),
            })
            .collect();
        let all = expect![[r#"
            Refunded(Refund { id: a1, request: Some(rf_01), money: EUR 1000 })
            RefundFailed(Refund { id: a2, request: None, money: EUR 1000 })
            RefundPending(Refund { id: a3, request: None, money: EUR 1000 })"#]];
        all.assert_eq(&found.join("\n"));
    }
    let odd = json!([refunded("a1", "NEW", json!({}))]);
    let odd = read(&event("checkout.refund.success", "REFUNDED", json!({ "refunds": odd })));
    assert_eq!(odd.unwrap_err(), NotUnderstood::Shape("refunds.status".to_owned()));
}

#[test]
fn an_amount_that_is_none_is_not_understood() {
    for amount in ["", "-1.00", "1e2", "49.999", "1,00", " 1", "9999999999999999"] {
        let read = read(&event("checkout.payment.success", "COMPLETED", json!({ "fiatAmount": amount })));
        assert_eq!(read.unwrap_err(), NotUnderstood::Money, "{amount}");
    }
    for (amount, minor) in [("7", 700), ("1250.5", 125_050), ("49.990", 4999)] {
        let read = read(&event("checkout.payment.success", "COMPLETED", json!({ "fiatAmount": amount })));
        assert_eq!(told(read.unwrap()).reports[0].kind, Kind::Paid(money(minor, "EUR")), "{amount}");
    }
    let read = read(&event("checkout.payment.success", "COMPLETED", json!({ "fiatCurrency": "XXX" })));
    assert_eq!(read.unwrap_err(), NotUnderstood::Money);
}

#[test]
fn what_fails_or_expires_says_so_and_a_type_of_later_is_kept_where_money_may_have_come() {
    for (word, status, expected) in [
        ("checkout.payment.failed", "FAILED", Kind::Failed),
        ("checkout.payment.expired", "EXPIRED", Kind::Expired),
    ] {
        let told = told(read(&event(word, status, json!({ "fiatAmount": null }))).unwrap());
        assert_eq!(told.reports[0].kind, expected);
        assert_eq!(told.reports[0].payment.as_ref().unwrap().as_str(), CHECKOUT);
    }
    for status in ["ACTIVE", "PROCESSING"] {
        assert!(read(&event("checkout.payment.new", status, json!({}))).unwrap().readings.is_empty());
    }
    for status in ["COMPLETED", "REFUNDED", "NEW"] {
        assert_eq!(read(&event("checkout.payment.new", status, json!({}))).unwrap_err(), NotUnderstood::Kind);
    }
    for word in ["payment_link.payment.success", "onramp.transaction.success", ""] {
        assert!(read(&event(word, "COMPLETED", json!({}))).unwrap().readings.is_empty(), "{word}");
    }
}

#[test]
fn checkouts_of_others_at_the_same_account_say_nothing() {
    for metadata in
        [json!({}), json!(null), json!({ "session_id": "cart-7" }), json!({ "session_id": 3 }), json!([])]
    {
        let event = event("checkout.payment.success", "COMPLETED", json!({ "metadata": metadata }));
        assert!(read(&event).unwrap().readings.is_empty(), "{metadata}");
    }
    let odd = event("checkout.payment.success", "COMPLETED", json!({ "id": "../x" }));
    assert_eq!(read(&odd).unwrap_err(), NotUnderstood::Shape("id".to_owned()));
}
