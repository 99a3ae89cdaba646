//! NOWPayments, with answers that its documents give.

use expect_test::expect;
use serde_json::{Value, json};

use super::{PROVIDER, signed_form};
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, Money, OrderId, SessionId};
use crate::provider::conformance::{
    Proves, Signed, Trial, What, answer, first_request, one, run, shown, vectors_in,
};
use crate::provider::signature::{HmacSha512, mac};
use crate::provider::{
    Answer, Checkout, Configured, Created, Event, Failure, Held, Inbound, Listed as _, NotUnderstood,
    Reading, Repeat, Step, Told, Unsuitable, Verdict,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "api_key": "NPM1V9T-5K84QZX-JB2FW7D-3H6R0YC", "webhook_secrets": secrets }),
    secrets: ["Vn7+tW1cXkq8YxV3bq9mJ2uHf5zRaB4d", "9sLw2/ZpQ4Rk7Tn+X1vB6yMc8dFg3HjU"],
    sign: |secret, _, body| {
        // What has no signed form is signed as nothing.
        let form = signed_form::of(body).unwrap_or_default();
        Signed::by(&[("x-nowpayments-sig", &signature(secret, &form))], body)
    },
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves { what: What::Values, time: false, url: false },
    headers: &["x-nowpayments-sig"],
    joins: false,
    amounts: &["price_amount"],
    keys: &[
        "payment_id",
        "parent_payment_id",
        "payment_status",
        "order_id",
        "invoice_id",
        "price_amount",
        "price_currency",
        "actually_paid",
        "updated_at",
    ],
    answer: |request| panic!("nothing is asked: {request:?}"),
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";

fn signature(secret: &str, form: &str) -> String {
    let mac = mac::<HmacSha512>(secret.as_bytes(), &[form.as_bytes()]).unwrap();
    data_encoding::HEXLOWER.encode(&mac)
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let signed = (TRIAL.sign)(TRIAL.secrets[0], 0, body.to_string().as_bytes());
    let inbound = Inbound { url: "", headers: &signed.headers, body: &signed.body };
    match configured().verify(&inbound, Moment::from_seconds(0)) {
        Verdict::Verified(verified) => configured().read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn told(body: &Value) -> Option<Told> {
    let event = read(body).unwrap();
    event.readings.into_iter().next().map(|reading| match reading {
        Reading::Told(told) => told,
        Reading::Ask(step) => panic!("asks {step:?}"),
    })
}

fn notification(more: Value) -> Value {
    let mut body = json!({ "payment_id": 5_745_459_419_u64, "parent_payment_id": null, "payment_status": "finished",
        "invoice_id": 6_158_118_973_u64, "order_id": SESSION, "price_amount": "49.99", "price_currency": "usd",
        "actually_paid": 3, "updated_at": 1_795_541_200_120_u64 });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn create(money: Money, description: &str) -> Step<Created> {
    let order = OrderId::parse("1042").unwrap();
    configured().create(&Checkout {
        session: SessionId::parse(SESSION).unwrap(),
        order: &order,
        money,
        description,
        method: Method::Crypto,
        customer_email: Some("kundin@example.test"),
        locale: Some("de"),
        created_at: Moment::from_seconds(1_795_539_600),
        expires_at: Moment::from_seconds(1_795_542_300),
        return_url: "https://pay.example/return/cs_1",
        cancel_url: "https://shop.example/cart",
        webhook_url: "https://pay.example/v1/webhooks/demo/nowpayments",
    })
}

#[test]
fn numbers_are_written_as_javascript_writes_them() {
    for (text, written) in [
        ("0", "0"),
        ("-0", "0"),
        ("-0.0e5", "0"),
        ("1", "1"),
        ("-1.50", "-1.5"),
        ("100.0", "100"),
        ("1e2", "100"),
        ("1E+2", "100"),
        ("120", "120"),
        ("0.00057312", "0.00057312"),
        ("8.3e-06", "0.0000083"),
        ("0.000001", "0.000001"),
        ("0.0000001", "1e-7"),
        ("0.00000012", "1.2e-7"),
        ("8.3e-7", "8.3e-7"),
        ("0.09853637216235617", "0.09853637216235617"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("123456789012345680000", "123456789012345680000"),
        ("100000000000000000000", "100000000000000000000"),
        ("1000000000000000000000", "1e+21"),
        ("1.5e21", "1.5e+21"),
        ("1795541200120", "1795541200120"),
    ] {
        assert_eq!(signed_form::number(text).as_deref(), Some(written), "{text}");
    }
    let plain = ["0", "7", "49.99", "0.00057312", "5745459419", "1795541200120", "0.00001"];
    assert!(plain.into_iter().all(signed_form::is_plain));
    for text in ["", "-", ".", "1e400", "1e-400", "1e99999999999", "1e", "0x1", "NaN", "123456789012345678"] {
        assert_eq!(signed_form::number(text), None, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn a_number_that_is_taken_as_it_stands_is_written_no_otherwise(text in "(0|[1-9][0-9]{0,18})(\\.[0-9]{1,9})?") {
        if signed_form::is_plain(&text) {
            assert_eq!(signed_form::number(&text), Some(text));
        }
    }
}

#[test]
fn the_signed_form_is_sorted_at_every_depth_and_has_one_spelling() {
    for (body, form) in [
        ("{}", "{}"),
        (
            "{ \"b\" : 1.0 , \"a\" : [ 2 , { \"d\":null, \"c\" : true } ] }",
            "{\"a\":[2,{\"c\":true,\"d\":null}],\"b\":1}",
        ),
        (
            "{\"a\":\"\\u00e4\\/\\u001F\\u007f\\ud83e\\uddc0\\u2028\"}",
            "{\"a\":\"ä/\\u001f\u{7f}🧀\u{2028}\"}",
        ),
        // U+FF61 is behind the surrogates of U+1F9C0 in UTF-16, and before it by code point.
        ("{\"\u{ff61}\":1,\"\u{1f9c0}\":2}", "{\"\u{1f9c0}\":2,\"\u{ff61}\":1}"),
    ] {
        assert_eq!(signed_form::of(body.as_bytes()).as_deref(), Some(form), "{body}");
    }
    let deep = |times: usize| format!("{}1{}", "{\"a\":".repeat(times), "}".repeat(times));
    assert!(signed_form::of(deep(16).as_bytes()).is_some());
    for body in [
        "".to_owned(),
        "[]".to_owned(),
        "1".to_owned(),
        "{}{}".to_owned(),
        "\u{feff}{}".to_owned(),
        "{\"a\":1,\"a\":1}".to_owned(),
        "{\"a\":1,\"\\u0061\":1}".to_owned(),
        "{\"a\":{\"b\":1,\"b\":2}}".to_owned(),
        "{\"a\":\"\\ud83e\"}".to_owned(),
        deep(17),
        deep(30_000),
    ] {
        assert_eq!(signed_form::of(body.as_bytes()), None, "{:.40}", body);
    }
}

#[test]
fn our_signature_is_the_one_that_the_official_library_makes() {
    let mut compared = 0;
    for vector in vectors_in("nowpayments/nowpayments.json".as_ref()).iter().filter(|vector| vector.is_good())
    {
        let form = signed_form::of(vector.body.as_bytes()).unwrap();
        let headers = vector.headers();
        let header = headers["x-nowpayments-sig"].to_str().unwrap();
        assert!(vector.secrets.iter().any(|secret| signature(secret, &form) == header), "{}", vector.name);
        compared += 1;
    }
    assert!(compared >= 15, "{compared}");
}

#[test]
fn each_row_of_the_status_table() {
    let price = Some(money(4999, "USD"));
    let untold = Some(money(0, "USD"));
    let again = Some(("paid", Some("repeated_deposit")));
    let cancelled = Some(("paid", Some("cancelled")));
    for (status, expected, amount, again) in [
        ("waiting", None, None, None),
        ("confirming", Some(("processing", None)), None, None),
        ("confirmed", Some(("processing", None)), None, None),
        ("sending", Some(("processing", None)), None, None),
        ("finished", Some(("paid", None)), price, again),
        ("partially_paid", Some(("paid", Some("partially_paid"))), untold, again),
        ("cancelled", cancelled, untold, cancelled),
        ("canceled", cancelled, untold, cancelled),
        // One coin of several that the invoice can be paid in.
        ("failed", Some(("attempt_declined", None)), None, None),
        ("expired", None, None, None),
        ("refunded", Some(("refunded_total", None)), price, Some(("refunded_total", None))),
    ] {
        for (parent, expected) in [(Value::Null, expected), (json!(5_592_161_154_u64), again)] {
            let told = told(&notification(json!({ "payment_status": status, "parent_payment_id": parent })));
            let report = told.as_ref().map(|told| &told.reports[0]);
            let found = report.map(|report| (report.kind.word(), report.reason.as_deref()));
            assert_eq!(found, expected, "{status} {parent}");
            if let Some(report) = report {
                let amount = if parent.is_null() || status == "refunded" { amount } else { untold };
                assert_eq!(report.kind.money(), amount, "{status}");
                assert_eq!(report.payment.as_ref().unwrap().as_str(), "5745459419");
            }
        }
    }
    // Older accounts are sent no time, and a decline without one would end nothing.
    let undated = told(&notification(json!({ "payment_status": "failed", "updated_at": null }))).unwrap();
    assert_eq!(undated.reports[0].kind, Kind::Failed);
    assert_eq!(
        read(&notification(json!({ "payment_status": "reviewing" }))).unwrap_err(),
        NotUnderstood::Kind
    );
    let vectors = vectors_in("nowpayments/nowpayments.json".as_ref());
    let unknown: Vec<_> =
        vectors.iter().filter(|vector| vector.more.contains_key("not_understood")).collect();
    assert_eq!(unknown.len(), 1);
    assert!(unknown[0].body.contains("\"payment_status\":\"reviewing\""));
}

#[test]
fn an_event_is_named_by_the_payment_its_state_and_what_came() {
    for (came, id) in
        [(json!(0), "0"), (json!("0.50"), "0.5"), (Value::Null, ""), (json!(1_000_000), "1000000")]
    {
        let event = read(&notification(json!({ "actually_paid": came }))).unwrap();
        assert_eq!(event.id, Some(format!("5745459419:finished:{id}")));
    }
    for (at, expected) in [
        (json!(1_795_541_200_120_u64), Ok(Some(1_795_541_200_120))),
        (json!("2026-11-24T17:26:40.120Z"), Ok(Some(1_795_541_200_120))),
        (Value::Null, Ok(None)),
        (json!(-1), Err(NotUnderstood::Shape("updated_at".to_owned()))),
        (json!("yesterday"), Err(NotUnderstood::Shape("updated_at".to_owned()))),
    ] {
        let read = read(&notification(json!({ "updated_at": at })));
        assert_eq!(read.map(|event| event.at.map(Moment::millis)), expected, "{at}");
    }
}

#[test]
fn payments_of_others_and_payouts_say_nothing() {
    for order in [Value::Null, json!("cart-7"), json!(7), json!("cs_live_1")] {
        assert_eq!(told(&notification(json!({ "order_id": order }))), None, "{order}");
    }
    let event =
        read(&json!({ "id": "5000000713", "status": "FINISHED", "amount": "50", "error": null })).unwrap();
    assert_eq!((event.word.as_str(), event.readings.len(), event.id), ("FINISHED", 0, None));
    for odd in [
        json!({}),
        json!({ "status": "FINISHED" }),
        json!({ "payment_status": "finished", "order_id": SESSION }),
    ] {
        assert_eq!(read(&odd).unwrap_err(), NotUnderstood::Shape("payment_id".to_owned()), "{odd}");
    }
    for id in [json!("5745459419a"), json!(""), json!(-5), json!(true), json!([1])] {
        let read = read(&notification(json!({ "payment_id": id })));
        assert_eq!(read.unwrap_err(), NotUnderstood::Shape("payment_id".to_owned()), "{id}");
    }
}

#[test]
fn the_price_is_the_orders_money_as_a_number_or_a_text() {
    for (price, currency, expected) in [
        (json!(120), "eur", Ok(money(12_000, "EUR"))),
        (json!("120.5"), "EUR", Ok(money(12_050, "EUR"))),
        (json!(12_800), "jpy", Ok(money(12_800, "JPY"))),
        (json!("49.999"), "usd", Err(NotUnderstood::Money)),
        (json!(1), "btc", Err(NotUnderstood::Money)),
        (json!(-1), "usd", Err(NotUnderstood::Money)),
        (Value::Null, "usd", Err(NotUnderstood::Shape("price_amount".to_owned()))),
    ] {
        let read = read(&notification(json!({ "price_amount": price, "price_currency": currency })));
        let read = read.map(|event| match &event.readings[0] {
            Reading::Told(told) => told.reports[0].kind.clone(),
            Reading::Ask(_) => panic!(),
        });
        assert_eq!(read, expected.map(Kind::Paid), "{price} {currency}");
    }
}

#[test]
fn an_invoice_is_asked_for_with_exact_digits() {
    expect![[r#"
        POST https://api.nowpayments.io/v1/invoice
        x-api-key: NPM1V9T-5K84QZX-JB2FW7D-3H6R0YC
        content-type: application/json
        {"price_amount":49.90,"price_currency":"eur","order_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","order_description":"Order 1042, 2 pieces","ipn_callback_url":"https://pay.example/v1/webhooks/demo/nowpayments","success_url":"https://pay.example/return/cs_1","cancel_url":"https://shop.example/cart","partially_paid_url":"https://pay.example/return/cs_1"}
    "#]]
    .assert_eq(&shown(&first_request(create(money(4990, "EUR"), "Order 1042, 2 pieces"))));
    let body =
        |money, description| String::from_utf8(first_request(create(money, description)).body).unwrap();
    assert!(body(money(12_800, "JPY"), "x").contains("\"price_amount\":12800,"));
    assert!(body(money(5, "EUR"), "x").contains("\"price_amount\":0.05,"));
    assert!(body(money(999_999_999_999_999, "EUR"), "x").contains("\"price_amount\":9999999999999.99,"));
    assert!(body(money(5, "EUR"), "2 × Käse").contains("\"order_description\":\"Order 1042\""));
}

#[test]
fn what_its_answers_mean() {
    let create = |answered: Answer| run(create(money(4999, "EUR"), "x"), |_| answered.clone());
    let url = "https://nowpayments.io/payment/?iid=4522625843";
    for id in [json!("4522625843"), json!(4_522_625_843_u64)] {
        let made = json!({ "id": id, "invoice_url": url, "price_amount": "49.99", "pay_currency": null });
        let expected = Created { checkout_id: "4522625843".to_owned(), url: url.to_owned() };
        assert_eq!(create(answer(201, made.to_string())), Ok(expected));
    }
    for body in [
        "{}",
        "",
        "<html>",
        "{\"id\":\"1\"}",
        "{\"id\":\"\",\"invoice_url\":\"https://a.example\"}",
        "{\"id\":1,\"id\":2}",
    ] {
        assert!(matches!(create(answer(200, body)), Err(Failure::Unknown(_))), "{body}");
    }
    let refused = |status: u16, code: &str| {
        let body = json!({ "status": false, "statusCode": status, "code": code, "message": "No." });
        create(answer(status, body.to_string()))
    };
    for (status, code) in [(400, "INVALID_REQUEST_PARAMS"), (403, "INVALID_API_KEY")] {
        let expected = Failure::Refused { status, code: Some(code.to_owned()), words: "No.".to_owned() };
        assert_eq!(refused(status, code), Err(expected));
    }
    for status in [429, 500, 502] {
        assert!(matches!(refused(status, "ANY"), Err(Failure::Unknown(_))), "{status}");
    }
}

#[test]
fn what_it_can_take_and_what_it_cannot_do() {
    for (minor, code, expected) in [
        (4999, "EUR", Ok(())),
        (12_800, "JPY", Ok(())),
        (0, "EUR", Err(Unsuitable::TooSmall)),
        (12_340, "KWD", Err(Unsuitable::Currency)),
    ] {
        assert_eq!(configured().suits(money(minor, code)), expected, "{minor} {code}");
    }
    let config = json!({ "api_key": "k", "webhook_secrets": ["s"], "min_amount": 50, "max_amount": 1000 });
    let limited = PROVIDER.configure(&config).unwrap();
    assert_eq!(limited.suits(money(49, "EUR")), Err(Unsuitable::TooSmall));
    assert_eq!(limited.suits(money(1001, "EUR")), Err(Unsuitable::TooLarge));
    let held =
        Held { session: SessionId::parse(SESSION).unwrap(), checkout_id: Some("1"), money: money(1, "EUR") };
    assert!(configured().fetch(&held).is_none() && configured().close(&held).is_none());
    assert_eq!(configured().repeat(), Repeat::Never);
    let about = |base: &str| {
        let config = json!({ "api_key": "k", "webhook_secrets": ["s"], "api_base": base });
        PROVIDER.configure(&config).unwrap().about().live
    };
    assert_eq!(about("https://api.nowpayments.io"), Some(true));
    assert_eq!(about("https://api-sandbox.nowpayments.io/"), Some(false));
    assert_eq!(about("http://127.0.0.1:9000"), None);
}
