use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{EVENT_TYPES, EventBody, EventData, PROVIDER, signed_headers};
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, OrderId, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance::{Proves, Signed, Trial, answer, first_request, one, paid, run, shown};
use crate::provider::signature::standard_webhooks::Key;
use crate::provider::{
    Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Request, Unsuitable, Verdict,
};
use crate::secret::Secret;

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "api_key": "sbk_5hT9wQ2xLm8V", "api_base": "https://sandbox.example/api", "webhook_secrets": secrets }),
    secrets: ["whsec_OKjEBtTbf0hjb7aMV0feas3OW/8/hMUM", "whsec_URtLgJya7wAWj/0YHqx1/YQFCVRSJ45h"],
    sign: |secret, now, body| {
        let key = Key::parse(&Secret::new(secret)).unwrap();
        let headers = signed_headers(&key, "msg_1", now, body);
        Signed::by(&headers.each_ref().map(|(name, value)| (*name, value.as_str())), body)
    },
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves::BYTES_AND_TIME,
    joins: false,
    amounts: &["amount"],
    headers: &["webhook-id", "webhook-timestamp", "webhook-signature"],
    keys: &[
        "type",
        "timestamp",
        "data",
        "reference",
        "checkout_id",
        "payment_id",
        "amount",
        "currency",
        "reason",
        "refund_id",
        "request",
        "dispute_id",
    ],
    answer: |request| panic!("the sandbox's events say it all: {request:?}"),
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const NOW: u64 = 1_795_539_600;

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: SessionId::parse(SESSION).unwrap(), checkout_id, money: money(4999, "EUR") }
}

fn create() -> crate::provider::Step<Created> {
    let order = OrderId::parse("1042").unwrap();
    configured().create(&Checkout {
        session: SessionId::parse(SESSION).unwrap(),
        order: &order,
        money: money(4999, "EUR"),
        description: "Order 1042",
        method: Method::BankTransfer,
        customer_email: None,
        locale: Some("de"),
        created_at: Moment::from_seconds(NOW),
        expires_at: Moment::from_seconds(NOW + 2700),
        return_url: "https://pay.example/return/cs_1",
        cancel_url: "https://shop.example/cart",
        webhook_url: "https://pay.example/v1/webhooks/demo/sandbox",
    })
}

fn refund() -> crate::provider::Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse("sbp_1").unwrap(), RefundId::parse("rf_01").unwrap());
    let session = SessionId::parse(SESSION).unwrap();
    let order = RefundOrder { session, payment: &payment, refund: &refund, money: money(1000, "EUR") };
    configured().refund(&order).unwrap()
}

fn check(request: &Request, expected: &Expect) {
    expected.assert_eq(&shown(request));
}

fn read(body: &EventBody) -> Result<Event, NotUnderstood> {
    let body = serde_json::to_vec(body).unwrap();
    let signed = (TRIAL.sign)(TRIAL.secrets[0], NOW, &body);
    let inbound = Inbound { url: "", headers: &signed.headers, body: &signed.body };
    match configured().verify(&inbound, Moment::from_seconds(NOW)) {
        Verdict::Verified(verified) => configured().read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn event(kind: &str, data: EventData) -> EventBody {
    EventBody { kind: kind.to_owned(), timestamp: "2026-11-24T17:00:00.000Z".to_owned(), data }
}

fn whole() -> EventData {
    let text = |text: &str| Some(text.to_owned());
    EventData {
        reference: text(SESSION),
        checkout_id: text("chk_1"),
        payment_id: text("sbp_1"),
        amount: Some(4999),
        currency: text("EUR"),
        reason: None,
        refund_id: text("sbr_1"),
        request: text("rf_01"),
        dispute_id: text("sbd_1"),
    }
}

#[test]
fn the_requests_are_these() {
    check(
        &first_request(create()),
        &expect![[r#"
        POST https://sandbox.example/api/v1/checkouts
        authorization: Bearer …
        idempotency-key: cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        content-type: application/json
        {"reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","order_id":"1042","amount":4999,"currency":"EUR","description":"Order 1042","method":"bank_transfer","locale":"de","return_url":"https://pay.example/return/cs_1","cancel_url":"https://shop.example/cart","expires_at":1795542300}
    "#]],
    );
    check(
        &first_request(refund()),
        &expect![[r#"
        POST https://sandbox.example/api/v1/refunds
        authorization: Bearer …
        idempotency-key: rf_01
        content-type: application/json
        {"payment_id":"sbp_1","amount":1000,"currency":"EUR","reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","request":"rf_01"}
    "#]],
    );
    check(
        &first_request(configured().fetch(&held(Some("chk_1"))).unwrap()),
        &expect![[r#"
        GET https://sandbox.example/api/v1/checkouts/chk_1
        authorization: Bearer …
    "#]],
    );
    check(
        &first_request(configured().fetch(&held(None)).unwrap()),
        &expect![[r#"
        GET https://sandbox.example/api/v1/checkouts/by-reference/cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        authorization: Bearer …
    "#]],
    );
    check(
        &first_request(configured().close(&held(Some("chk_1"))).unwrap()),
        &expect![[r#"
        POST https://sandbox.example/api/v1/checkouts/chk_1/close
        authorization: Bearer …
    "#]],
    );
    assert!(configured().close(&held(None)).is_none());
}

#[test]
fn a_created_checkout_has_an_id_and_an_address() {
    for status in [200, 201] {
        let made = run(create(), |_| {
            answer(status, "{\"id\":\"chk_1\",\"url\":\"https://sandbox.example/pay/chk_1\"}")
        });
        assert_eq!(
            made,
            Ok(Created { checkout_id: "chk_1".into(), url: "https://sandbox.example/pay/chk_1".into() })
        );
    }
    for body in ["", "{}", "{\"id\":\"chk_1\"}", "[]"] {
        assert!(matches!(run(create(), |_| answer(200, body)), Err(Failure::Unknown(_))), "{body}");
    }
}

#[test]
fn a_refusal_is_definite_only_where_it_is() {
    let error = "{\"error\":{\"code\":\"invalid\",\"message\":\"No such currency.\"}}";
    for status in [400, 401, 404, 422] {
        let expected =
            Failure::Refused { status, code: Some("invalid".into()), words: "No such currency.".into() };
        assert_eq!(run(create(), |_| answer(status, error)), Err(expected));
    }
    for status in [302, 408, 409, 425, 429, 500, 503] {
        assert!(matches!(run(create(), |_| answer(status, error)), Err(Failure::Unknown(_))), "{status}");
    }
    assert!(matches!(run(create(), |_| answer(400, "<html>")), Err(Failure::Refused { .. })));
}

#[test]
fn each_status_of_a_checkout() {
    let state = |status: &str, refunds: Value| {
        json!({ "id": "chk_1", "reference": SESSION, "status": status, "amount": 4999, "currency": "EUR", "payment_id": "sbp_1",
            "reason": null, "updated_at": "2026-11-24T17:00:00Z", "refunds": refunds })
    };
    let fetch = |body: &Value| {
        run(configured().fetch(&held(Some("chk_1"))).unwrap(), |_| answer(200, body.to_string()))
    };
    for (status, expected) in [
        ("open", None),
        ("processing", Some("processing")),
        ("review", Some("review")),
        ("paid", Some("paid")),
        ("failed", Some("failed")),
        ("cancelled", Some("cancelled")),
        ("expired", Some("expired")),
    ] {
        let reports = fetch(&state(status, json!([]))).unwrap();
        assert_eq!(reports.first().map(|report| report.kind.word()), expected);
        assert_eq!(paid(&reports), (status == "paid").then_some((4999, "EUR")));
        for report in reports {
            assert_eq!(report.said_at, Some(Moment::from_seconds(NOW)));
            assert_eq!(
                (report.word.as_deref(), report.payment.as_ref().map(|id| id.as_str())),
                (Some(status), Some("sbp_1"))
            );
        }
    }
    assert!(matches!(fetch(&state("new", json!([]))), Err(Failure::NotUnderstood(_))));

    let refund = |id: &str, status: &str| json!({ "id": id, "request": "rf_01", "status": status, "amount": 1000, "at": "2026-11-24T18:00:00Z" });
    let refunds =
        json!([refund("sbr_1", "pending"), refund("sbr_2", "succeeded"), refund("sbr_3", "failed")]);
    let reports = fetch(&state("paid", refunds)).unwrap();
    let words: Vec<_> = reports.iter().map(|report| report.kind.word()).collect();
    assert_eq!(words, ["paid", "refund_pending", "refunded", "refund_failed"]);
    assert!(reports.iter().skip(1).all(|report| report.said_at == Some(Moment::from_seconds(NOW + 3600))));
    assert!(matches!(fetch(&state("paid", json!([refund("sbr_1", "new")]))), Err(Failure::NotUnderstood(_))));
}

#[test]
fn a_checkout_that_nobody_made_has_nothing_to_report() {
    let fetch = |checkout_id| run(configured().fetch(&held(checkout_id)).unwrap(), |_| answer(404, "{}"));
    assert_eq!(fetch(None), Ok(Vec::new()));
    assert!(matches!(fetch(Some("chk_1")), Err(Failure::Refused { status: 404, .. })));
}

#[test]
fn a_refund_says_how_far_it_is() {
    for (status, word) in
        [("pending", "refund_pending"), ("succeeded", "refunded"), ("failed", "refund_failed")]
    {
        let body = json!({ "id": "sbr_1", "status": status, "amount": 1000, "currency": "EUR" });
        let report = run(refund(), |_| answer(200, body.to_string())).unwrap();
        assert_eq!((report.kind.word(), report.kind.money()), (word, Some(money(1000, "EUR"))));
        assert_eq!(report.payment.unwrap().as_str(), "sbp_1");
        let (Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund)) = report.kind
        else {
            panic!()
        };
        assert_eq!(refund.request.unwrap().as_str(), "rf_01");
    }
    for body in [json!({}), json!({ "id": "sbr_1", "status": "pending", "amount": 1000 })] {
        assert!(
            matches!(
                run(refund(), |_| answer(200, body.to_string())),
                Err(Failure::Unknown(_) | Failure::NotUnderstood(_))
            ),
            "{body}"
        );
    }
}

#[test]
fn a_checkout_that_cannot_be_closed_may_be_paid() {
    let close =
        |status, body: &str| run(configured().close(&held(Some("chk_1"))).unwrap(), |_| answer(status, body));
    assert_eq!(close(200, ""), Ok(Closed::Closed));
    assert_eq!(close(409, "{\"error\":{\"code\":\"not_open\",\"message\":\"\"}}"), Ok(Closed::NotOpen));
    assert!(matches!(close(409, "{}"), Err(Failure::Unknown(_))));
    assert!(matches!(close(404, "{}"), Err(Failure::Refused { .. })));
    assert!(matches!(close(500, ""), Err(Failure::Unknown(_))));
}

#[test]
fn each_type_of_event_is_read() {
    for kind in EVENT_TYPES {
        let event = read(&event(kind, whole())).unwrap();
        assert_eq!(
            (event.id.as_deref(), event.word.as_str(), event.readings.len()),
            (Some("msg_1"), kind, 1)
        );
        let Reading::Told(told) = &event.readings[0] else { panic!() };
        assert_eq!(
            (told.session.to_string(), told.checkout_id.as_deref()),
            (SESSION.to_owned(), Some("chk_1"))
        );
        let report = &told.reports[0];
        if let Some(loss) = report.kind.dispute_id() {
            assert_eq!(loss.as_str(), "sbd_1");
        }
        assert!(report.kind.money().is_none_or(|money| money.minor() == 4999), "{kind}");
    }
}

#[test]
fn what_may_be_about_money_and_is_not_known_is_kept() {
    for kind in ["payment.new", "refund.new", "dispute.new"] {
        assert_eq!(read(&event(kind, whole())).unwrap_err(), NotUnderstood::Kind, "{kind}");
    }
    for kind in ["payout.paid", "merchant.updated", ""] {
        assert!(read(&event(kind, whole())).unwrap().readings.is_empty(), "{kind}");
    }
}

#[test]
fn money_without_an_amount_or_a_currency_is_not_money() {
    for kind in ["payment.paid", "payment.reversed", "refund.succeeded", "dispute.lost"] {
        let shape = |data: EventData| read(&event(kind, data)).unwrap_err();
        assert!(matches!(shape(EventData { amount: None, ..whole() }), NotUnderstood::Shape(_)), "{kind}");
        assert!(matches!(shape(EventData { currency: None, ..whole() }), NotUnderstood::Shape(_)), "{kind}");
        for currency in ["eur", "XXX", ""] {
            let data = EventData { currency: Some(currency.to_owned()), ..whole() };
            assert_eq!(shape(data), NotUnderstood::Money, "{kind} {currency}");
        }
    }
    let data = EventData { refund_id: None, ..whole() };
    assert!(matches!(read(&event("refund.failed", data)), Err(NotUnderstood::Shape(_))));
    let data = EventData { reference: None, ..whole() };
    assert!(matches!(read(&event("payment.failed", data)), Err(NotUnderstood::Shape(_))));
    let mut odd = event("payment.failed", whole());
    odd.timestamp = "yesterday".to_owned();
    assert!(matches!(read(&odd), Err(NotUnderstood::Shape(_))));
}

#[test]
fn keys_that_are_no_standard_webhooks_secrets_are_refused() {
    for secret in ["whsec_c2hvcnQ=", "whsec_not base64", "whpk_d/X92kbOA4YfJKpO7wZpuQfNDT5pig8rROt+vKIyRhY="]
    {
        let config = (TRIAL.config)(&[TRIAL.secrets[0], secret], "");
        assert_eq!(PROVIDER.configure(&config).unwrap_err().path, "webhook_secrets[1]", "{secret}");
    }
    let without = json!({ "api_key": "sbk_1", "webhook_secrets": TRIAL.secrets });
    assert_eq!(PROVIDER.configure(&without).unwrap_err().path, "api_base");
}

#[test]
fn a_shop_bounds_what_it_sends_there() {
    let mut config = (TRIAL.config)(&TRIAL.secrets, "");
    config["min_amount"] = 100.into();
    config["max_amount"] = 5000.into();
    let configured = PROVIDER.configure(&config).unwrap();
    for (minor, expected) in
        [(99, Err(Unsuitable::TooSmall)), (100, Ok(())), (5000, Ok(())), (5001, Err(Unsuitable::TooLarge))]
    {
        assert_eq!(configured.suits(money(minor, "ISK")), expected);
    }
}
