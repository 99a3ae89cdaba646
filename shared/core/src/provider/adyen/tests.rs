//! Adyen, with answers that its documents give.

use expect_test::expect;
use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::{
    Currency, Kind, Method, Moment, Money, OrderId, ProviderPaymentId, RefundId, Report, SessionId,
};
use crate::provider::conformance::{Proves, Signed, Trial, What, answer, first_request, one, run, shown};
use crate::provider::{
    Checkout, Closed, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, RefundOrder, Refusal, Step, Told, Unsuitable, Verdict,
};
use crate::secret::Secret;

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, body| {
        let is_test = body.replace(' ', "").contains("\"live\":\"false\"");
        let base = if is_test { TEST_BASE } else { LIVE_BASE };
        json!({ "api_key": "AQEk3xample_api_key", "merchant_account": "NordShopECOM", "webhook_secrets": secrets, "api_base": base })
    },
    secrets: [
        "9F3C51A7E2D84B60C7A1F5E8D2B39640718A5CDEF0936B24A8E17D50C4F2B36A",
        "0b7e4d19c8a25f63e17d90bc42a8f5361ed7049ab3c85f216d40e9f7a2b8c15d",
    ],
    sign: |secret, _, body| Signed::by(&[], &signed(secret, body)),
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves { what: What::Values, time: false, url: false },
    headers: &[],
    joins: false,
    amounts: &["value"],
    keys: &[
        "live",
        "notificationItems",
        "NotificationRequestItem",
        "additionalData",
        "hmacSignature",
        "paymentLinkId",
        "checkoutSessionId",
        "fraudManualReview",
        "disputeStatus",
        "chargebackReasonCode",
        "amount",
        "currency",
        "value",
        "eventCode",
        "eventDate",
        "merchantAccountCode",
        "merchantReference",
        "originalReference",
        "pspReference",
        "reason",
        "success",
    ],
    answer: |request| panic!("Adyen is not asked about events: {request:?}"),
};

const LIVE_BASE: &str = "https://1797a841fbb37ca7-NordShop-checkout-live.adyenpayments.com/checkout/v72";
const TEST_BASE: &str = "https://checkout-test.adyen.com/v72";
const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const LINK: &str = "PL61C53A8B97E6915A";
const PAYMENT: &str = "NC6HT9CRT65ZGN82";

/// What Adyen signs of an item, found without our own reader.
fn values(item: &Value) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let amount = &item["amount"];
    [
        &item["pspReference"],
        &item["originalReference"],
        &item["merchantAccountCode"],
        &item["merchantReference"],
        &amount["value"],
        &amount["currency"],
        &item["eventCode"],
        &item["success"],
    ]
    .map(text)
    .join(":")
}

/// A body with each of its signatures made anew, and else as it was; what is no delivery is left alone.
fn signed(secret: &str, body: &[u8]) -> Vec<u8> {
    let Ok(delivery) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    let none = Vec::new();
    let items = delivery["notificationItems"].as_array().unwrap_or(&none);
    let mut signatures = items
        .iter()
        .map(|item| super::sign(&Secret::new(secret), &values(&item["NotificationRequestItem"])).unwrap());
    let mut rest = std::str::from_utf8(body).unwrap();
    let mut made = String::new();
    while let Some(start) = rest.find("\"hmacSignature\"") {
        let (before, after) = rest.split_at(start + "\"hmacSignature\"".len());
        made += before;
        rest = after;
        let value = after.trim_start_matches([':', ' ']);
        if let Some(text) = value.strip_prefix('"') {
            made += &format!(":\"{}\"", signatures.next().unwrap_or_default());
            rest = text.split_once('"').unwrap().1;
        }
    }
    (made + rest).into_bytes()
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn money(minor: u64, code: &str) -> Money {
    Money::new(minor, Currency::parse(code).unwrap()).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: SessionId::parse(SESSION).unwrap(), checkout_id, money: money(4999, "EUR") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    let order = OrderId::parse("1042").unwrap();
    use_it(&Checkout {
        session: SessionId::parse(SESSION).unwrap(),
        order: &order,
        money: money(4999, "EUR"),
        description: "Order 1042 & more",
        method: Method::Card,
        customer_email: Some("kundin@example.test"),
        locale: Some("de-AT"),
        created_at: Moment::from_seconds(1_795_539_000),
        expires_at: Moment::from_seconds(1_795_541_700),
        return_url: "https://pay.example/return/cs_1",
        cancel_url: "https://shop.example/cart?a=1&b=2",
        webhook_url: "https://pay.example/v1/webhooks/demo/adyen",
    })
}

fn refund(configured: &dyn Configured, money: Money) -> Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse(PAYMENT).unwrap(), RefundId::parse("rf_01").unwrap());
    let session = SessionId::parse(SESSION).unwrap();
    configured.refund(&RefundOrder { session, payment: &payment, refund: &refund, money }).unwrap()
}

fn item(code: &str, success: &str, more: Value) -> Value {
    let mut item = json!({ "additionalData": { "hmacSignature": "" }, "amount": { "currency": "EUR", "value": 4999 },
        "eventCode": code, "eventDate": "2026-11-24T16:54:01+01:00", "merchantAccountCode": "NordShopECOM",
        "merchantReference": SESSION, "pspReference": PAYMENT, "success": success });
    for (key, value) in more.as_object().unwrap() {
        match (item[key].as_object_mut(), value.as_object()) {
            (Some(object), Some(more)) => object.extend(more.clone()),
            _ => item[key] = value.clone(),
        }
    }
    item
}

fn delivery(live: &str, items: &[Value]) -> Vec<u8> {
    let items: Vec<_> = items.iter().map(|item| json!({ "NotificationRequestItem": item })).collect();
    json!({ "live": live, "notificationItems": items }).to_string().into_bytes()
}

fn judge(body: &[u8]) -> Result<(), Refusal> {
    let headers = http::HeaderMap::new();
    match configured().verify(&Inbound { url: "", headers: &headers, body }, Moment::default()) {
        Verdict::Verified(_) => Ok(()),
        Verdict::Refused(refusal) => Err(refusal),
        Verdict::Ask(_) => panic!(),
    }
}

/// Items, signed, verified and read.
fn read(configured: &dyn Configured, live: &str, items: &[Value]) -> Result<Vec<Event>, NotUnderstood> {
    let body = signed(TRIAL.secrets[0], &delivery(live, items));
    let headers = http::HeaderMap::new();
    match configured.verify(&Inbound { url: "", headers: &headers, body: &body }, Moment::default()) {
        Verdict::Verified(verified) => configured.read(&verified),
        _ => panic!("not verified"),
    }
}

fn event(code: &str, success: &str, more: Value) -> Event {
    one(read(&*configured(), "true", &[item(code, success, more)]).unwrap())
}

/// What an event tells, with whatever is looked up found.
fn told(event: Event) -> Option<Told> {
    event.readings.into_iter().next().and_then(|reading| match reading {
        Reading::Told(told) => Some(told),
        Reading::Ask(step) => run(step, TRIAL.answer).unwrap(),
    })
}

#[test]
fn the_published_sample_is_signed_as_adyen_signs_it() {
    // docs.adyen.com, "Verify HMAC signatures".
    let secret = Secret::new("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056");
    let values = "7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true";
    assert_eq!(super::sign(&secret, values).unwrap(), "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=");
    for odd in ["", "4", "44782", "zz", "4478 2D"] {
        let config = json!({ "api_key": "k", "merchant_account": "M", "webhook_secrets": [odd] });
        let error = PROVIDER.configure(&config).unwrap_err();
        assert_eq!(error.path, "webhook_secrets[0]", "{odd}");
    }
}

#[test]
fn a_signature_has_one_spelling_and_each_item_needs_its_own() {
    let good = signed(TRIAL.secrets[0], &delivery("true", &[item("AUTHORISATION", "true", json!({}))]));
    assert_eq!(judge(&good), Ok(()));
    let text = String::from_utf8(good).unwrap();
    let signature = text.split("\"hmacSignature\":\"").nth(1).unwrap().split('"').next().unwrap();
    let stripped = signature.trim_end_matches('=');
    for (other, expected) in [
        (stripped, Refusal::Invalid),
        (&format!("{signature}="), Refusal::Invalid),
        (&format!(" {signature}"), Refusal::Invalid),
        (&signature.replace('=', "%3D"), Refusal::Invalid),
        (&signature.to_lowercase(), Refusal::Invalid),
        ("", Refusal::Missing),
    ] {
        assert_eq!(judge(text.replace(signature, other).as_bytes()), Err(expected), "{other}");
    }
    let second = text
        .replace("}}]", &format!("}}}},{{\"NotificationRequestItem\":{{\"pspReference\":\"{PAYMENT}\"}}}}]"));
    assert_eq!(judge(second.as_bytes()), Err(Refusal::Missing));
    for (body, expected) in [
        ("{\"live\":\"true\",\"notificationItems\":[{}]}", Refusal::Missing),
        ("{\"live\":\"true\",\"notificationItems\":[]}", Refusal::Missing),
        ("{\"live\":\"true\",\"notificationItems\":null}", Refusal::Invalid),
        ("{\"live\":\"true\"}", Refusal::Missing),
        ("live=true", Refusal::Invalid),
    ] {
        assert_eq!(judge(body.as_bytes()), Err(expected), "{body}");
    }
}

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
        ("CAPTURE", "true", none(), None),
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

#[test]
fn a_dispute_has_an_id_of_its_own_only_beside_the_payments() {
    let found = |more| {
        let report = told(event("CHARGEBACK_REVERSED", "true", more)).unwrap().reports.remove(0);
        let dispute = report.kind.dispute_id().map(ToString::to_string);
        (report.payment.unwrap().to_string(), dispute)
    };
    let beside = found(json!({ "originalReference": "ORIGINAL" }));
    assert_eq!(beside, ("ORIGINAL".to_owned(), Some(PAYMENT.to_owned())));
    assert_eq!(found(json!({ "originalReference": "" })), (PAYMENT.to_owned(), None));
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

#[test]
fn amounts_are_counted_by_adyens_table() {
    for (minor, code, sent) in [
        (4999, "EUR", Ok(4999)),
        (5000, "JPY", Ok(5000)),
        (12_345, "KWD", Ok(12_345)),
        (2790, "ISK", Ok(279_000)),
        (4500, "CLP", Ok(450_000)),
        (15_000_000, "IDR", Ok(150_000)),
        (15_000_050, "IDR", Err(Unsuitable::Granularity)),
        (120_000, "CVE", Ok(1200)),
        (0, "EUR", Err(Unsuitable::TooSmall)),
        (10_000, "CLF", Err(Unsuitable::Currency)),
    ] {
        let money = money(minor, code);
        assert_eq!(configured().suits(money), sent.map(|_| ()), "{code}");
        let Ok(sent) = sent else { continue };
        let request =
            first_request(with_checkout(|checkout| configured().create(&Checkout { money, ..*checkout })));
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["amount"], json!({ "currency": code, "value": sent }));
        let told = told(event("AUTHORISATION", "true", json!({ "amount": body["amount"] }))).unwrap();
        assert_eq!(told.reports[0].kind, Kind::Paid(money));
    }
    for amount in [json!({ "currency": "ISK", "value": 279_050 }), json!({ "currency": "eur", "value": 1 })] {
        let read =
            read(&*configured(), "true", &[item("AUTHORISATION", "true", json!({ "amount": amount }))]);
        assert_eq!(read.unwrap_err(), NotUnderstood::Money, "{amount}");
    }
}

#[test]
fn the_requests_are_these() {
    let create = first_request(with_checkout(|checkout| configured().create(checkout)));
    expect![[r#"
        POST https://1797a841fbb37ca7-NordShop-checkout-live.adyenpayments.com/checkout/v72/paymentLinks
        x-api-key: AQEk3xample_api_key
        idempotency-key: cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        content-type: application/json
        {"merchantAccount":"NordShopECOM","reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","amount":{"currency":"EUR","value":4999},"description":"Order 1042 & more","returnUrl":"https://pay.example/return/cs_1","expiresAt":"2026-11-24T17:35:00+00:00","shopperLocale":"de-AT","shopperEmail":"kundin@example.test","allowedPaymentMethods":["scheme"],"blockedPaymentMethods":["giftcard"],"metadata":{"order_id":"1042"}}
    "#]]
    .assert_eq(&shown(&create));
    expect![[r#"
        GET https://1797a841fbb37ca7-NordShop-checkout-live.adyenpayments.com/checkout/v72/paymentLinks/PL61C53A8B97E6915A
        x-api-key: AQEk3xample_api_key
    "#]]
    .assert_eq(&shown(&first_request(configured().fetch(&held(Some(LINK))).unwrap())));
    expect![[r#"
        POST https://1797a841fbb37ca7-NordShop-checkout-live.adyenpayments.com/checkout/v72/payments/NC6HT9CRT65ZGN82/refunds
        x-api-key: AQEk3xample_api_key
        idempotency-key: rf_01
        content-type: application/json
        {"merchantAccount":"NordShopECOM","amount":{"currency":"EUR","value":1000},"reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1.rf_01"}
    "#]]
    .assert_eq(&shown(&first_request(refund(&*configured(), money(1000, "EUR")))));
    expect![[r#"
        PATCH https://1797a841fbb37ca7-NordShop-checkout-live.adyenpayments.com/checkout/v72/paymentLinks/PL61C53A8B97E6915A
        x-api-key: AQEk3xample_api_key
        content-type: application/json
        {"status":"expired"}
    "#]]
    .assert_eq(&shown(&first_request(configured().close(&held(Some(LINK))).unwrap())));
    for id in [None, Some("CS451F2AB1ED897A94"), Some("PL1/../../payments")] {
        assert!(configured().fetch(&held(id)).is_none() && configured().close(&held(id)).is_none());
    }
    // An amount that cannot be written is never another amount.
    let odd = first_request(refund(&*configured(), money(150, "IDR")));
    assert!(shown(&odd).contains("\"value\":null"));
}

#[test]
fn what_the_shop_did_not_say_is_left_out() {
    for locale in [None, Some("de"), Some("zh-Hant"), Some("de-at")] {
        let request = first_request(with_checkout(|checkout| {
            configured().create(&Checkout { method: Method::Link, customer_email: None, locale, ..*checkout })
        }));
        let form = shown(&request);
        for absent in ["shopperEmail", "shopperLocale", "allowedPaymentMethods", "null"] {
            assert!(!form.contains(absent), "{absent}");
        }
    }
}

#[test]
fn a_created_link_has_an_id_and_an_address_and_a_refusal_its_code() {
    let create = |status, body: &str| {
        run(with_checkout(|checkout| configured().create(checkout)), |_| answer(status, body))
    };
    let made = json!({ "id": LINK, "url": "https://eu.adyen.link/PL61", "status": "active" }).to_string();
    let created = Created { checkout_id: LINK.into(), url: "https://eu.adyen.link/PL61".into() };
    assert_eq!(create(201, &made), Ok(created));
    let refused = json!({ "status": 403, "errorCode": "901", "message": "Invalid Merchant Account", "errorType": "security" });
    assert_eq!(
        create(403, &refused.to_string()),
        Err(Failure::Refused {
            status: 403,
            code: Some("901".into()),
            words: "Invalid Merchant Account".into()
        })
    );
    assert!(matches!(create(401, ""), Err(Failure::Refused { status: 401, code: None, .. })));
    for (status, body) in [
        (201, "{}"),
        (201, "<html>"),
        (500, "{}"),
        (503, ""),
        (429, "{}"),
        (422, "{\"errorCode\":\"704\",\"message\":\"request already processed or in progress\"}"),
    ] {
        assert!(matches!(create(status, body), Err(Failure::Unknown(_))), "{status} {body}");
    }
    let mut passing = answer(422, "{\"errorCode\":\"702\"}");
    passing.headers.insert("transient-error", http::HeaderValue::from_static("true"));
    let again = run(with_checkout(|checkout| configured().create(checkout)), |_| passing.clone());
    assert!(matches!(again, Err(Failure::Unknown(_))));
}

#[test]
fn each_row_of_the_status_table() {
    let fetch = |status: &str, reference: &str| {
        let body = json!({ "id": LINK, "status": status, "reference": reference, "amount": { "currency": "EUR", "value": 4999 } });
        run(configured().fetch(&held(Some(LINK))).unwrap(), |_| answer(200, body.to_string()))
    };
    for (status, expected) in [
        ("active", vec![]),
        ("paymentPending", vec!["processing"]),
        ("completed", vec!["processing"]),
        ("paid", vec!["processing"]),
        ("expired", vec!["expired"]),
    ] {
        let reports = fetch(status, SESSION).unwrap();
        assert_eq!(reports.iter().map(|report| report.kind.word()).collect::<Vec<_>>(), expected, "{status}");
    }
    assert!(matches!(fetch("new", SESSION), Err(Failure::Unknown(_))));
    assert!(matches!(fetch("expired", "cs_b7f2n0c5s8x1d4g6j9k3m5p7qa_1"), Err(Failure::NotUnderstood(_))));
}

#[test]
fn a_refund_that_is_received_is_under_way() {
    let refund =
        |status, body: &str| run(refund(&*configured(), money(1000, "EUR")), |_| answer(status, body));
    let report = refund(201, "{\"pspReference\":\"BQ9C7X5Z3VNXGN82\",\"status\":\"received\"}").unwrap();
    assert_eq!(report.payment.unwrap().as_str(), PAYMENT);
    let Kind::RefundPending(said) = report.kind else { panic!() };
    assert_eq!((said.id.as_str(), said.request.unwrap().as_str()), ("BQ9C7X5Z3VNXGN82", "rf_01"));
    assert_eq!(said.money, money(1000, "EUR"));
    assert!(matches!(refund(201, "{\"pspReference\":\"B\",\"status\":\"new\"}"), Err(Failure::Unknown(_))));
    assert!(matches!(refund(201, "{}"), Err(Failure::Unknown(_))));
    assert!(matches!(refund(422, "{\"errorCode\":\"167\"}"), Err(Failure::Refused { status: 422, .. })));
    assert!(matches!(refund(502, ""), Err(Failure::Unknown(_))));
}

#[test]
fn a_link_that_cannot_be_closed_may_be_paid() {
    let close =
        |status, body: &str| run(configured().close(&held(Some(LINK))).unwrap(), |_| answer(status, body));
    assert_eq!(close(200, "{\"status\":\"expired\"}"), Ok(Closed::Closed));
    assert_eq!(close(422, "{\"errorCode\":\"14_0410\"}"), Ok(Closed::NotOpen));
    assert!(matches!(close(200, "{\"status\":\"completed\"}"), Err(Failure::Unknown(_))));
    assert!(matches!(close(422, "{\"errorCode\":\"704\"}"), Err(Failure::Unknown(_))));
    assert!(matches!(close(404, "{}"), Err(Failure::Refused { .. })));
    assert!(matches!(close(500, ""), Err(Failure::Unknown(_))));
}
