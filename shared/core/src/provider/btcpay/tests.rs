//! BTCPay Server, with answers that its documents give.

mod answers;
mod endpoints;
mod events;
mod requests;
mod status;

use expect_test::expect;
use serde_json::{Value, json};

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Kind, Method, Moment, ProviderPaymentId, RefundId, Report, SessionId};
use crate::provider::conformance;
use crate::provider::conformance::{Proves, Signed, Trial, answer, first_request, one, run, shown};
use crate::provider::{
    Answer, Checkout, Configured, Created, EndpointFault, Event, Failure, Held, Inbound, Listed as _,
    NotUnderstood, Reading, RefundOrder, Request, Step, Told, Unsuitable, Verdict,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |secrets, _| json!({ "api_base": BASE, "api_key": "9a2f4c6e8b0d1357", "store_id": STORE, "webhook_secrets": secrets }),
    secrets: ["4Vn7tW1cXkq8YxV3bq9mJ2uHf5zR", "3JpQ8rT6yLwZ1aXcDv2nBm9kGhSe"],
    sign: |secret, _, body| Signed::by(&[("btcpay-sig", &super::sign(secret, body))], body),
    needs_secrets: true,
    sent: &["api_key"],
    proves: Proves::BYTES,
    headers: &["btcpay-sig"],
    joins: false,
    // No event has one in the invoice's currency.
    amounts: &[],
    keys: &[
        "type",
        "timestamp",
        "deliveryId",
        "originalDeliveryId",
        "storeId",
        "invoiceId",
        "metadata",
        "orderId",
        "afterExpiration",
        "partiallyPaid",
        "manuallyMarked",
        "pullPaymentId",
        "payoutState",
    ],
    answer: answer_of_server,
};

const BASE: &str = "https://btcpay.example/server";
const STORE: &str = "9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776";
const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
const INVOICE: &str = "EWk7cGVvsRZ4BLm2NaS2pd";
const PULL: &str = "Xc7Vb3Nm1Qw9Er5Ty2Ui";

/// A server, as far as it is asked: every invoice is settled, and a refund of one of them was paid.
fn answer_of_server(request: &Request) -> Answer {
    let path = request.url.strip_prefix(BASE).and_then(|path| path.strip_prefix("/api/v1/")).unwrap();
    let body = match path.split(['/', '?']).collect::<Vec<_>>()[..] {
        ["stores", STORE, "invoices", id] => {
            let mut invoice = invoice("Settled", "None", json!({}));
            invoice["id"] = id.into();
            invoice
        }
        ["pull-payments", PULL] => pull(json!({})),
        ["pull-payments", PULL, "payouts", _] => json!([payout("Completed", "15.00")]),
        _ => panic!("nobody asks for {path}"),
    };
    answer(200, body.to_string())
}

fn invoice(status: &str, additional: &str, more: Value) -> Value {
    let mut invoice = json!({ "id": INVOICE, "storeId": STORE, "status": status, "additionalStatus": additional,
        "amount": "49.99", "currency": "EUR", "createdTime": 1_795_539_600, "metadata": { "orderId": SESSION },
        "checkoutLink": "https://btcpay.example/server/i/EWk7cGVvsRZ4BLm2NaS2pd" });
    invoice.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    invoice
}

fn pull(more: Value) -> Value {
    let mut pull = json!({ "id": PULL, "name": format!("Refund {INVOICE}"), "description": "rf_01", "amount": "15.00",
        "currency": "EUR", "archived": false, "startsAt": 1_795_541_000 });
    pull.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    pull
}

fn payout(state: &str, amount: &str) -> Value {
    json!({ "id": "kTq2Lw9ZrXv5BnM8", "pullPaymentId": PULL, "state": state, "originalAmount": amount,
        "originalCurrency": "EUR", "payoutAmount": "0.00020", "date": 1_795_544_600 })
}

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&TRIAL.secrets, "")).unwrap()
}

fn session() -> SessionId {
    SessionId::parse(SESSION).unwrap()
}

fn held(checkout_id: Option<&str>) -> Held<'_> {
    Held { session: session(), checkout_id, money: money(4999, "EUR") }
}

fn with_checkout<T>(use_it: impl FnOnce(&Checkout<'_>) -> T) -> T {
    conformance::with_checkout(
        money(4999, "EUR"),
        "https://pay.example/v1/webhooks/demo/btcpay",
        |checkout| {
            use_it(&Checkout {
                method: Method::Crypto,
                expires_at: Moment::from_seconds(1_795_540_801),
                ..*checkout
            })
        },
    )
}

fn refund_step() -> Step<Report> {
    let (payment, refund) = (ProviderPaymentId::parse(INVOICE).unwrap(), RefundId::parse("rf_01").unwrap());
    let order =
        RefundOrder { session: session(), payment: &payment, refund: &refund, money: money(1500, "EUR") };
    configured().refund(&order).unwrap()
}

/// Runs a step against these answers, one for each method and end of a path, and notes what is sent.
fn against<T>(step: Step<T>, answers: &[(&str, Answer)]) -> (Result<T, Failure>, Vec<String>) {
    let sent = std::cell::RefCell::new(Vec::new());
    let result = run(step, |request| {
        sent.borrow_mut().push(shown(request));
        let path =
            request.url.replace(BASE, "").replace("/api/v1/", "").replace(&format!("stores/{STORE}/"), "");
        let asked = format!("{} {path}", request.method);
        let found = answers.iter().find(|(begin, _)| asked.starts_with(begin));
        found.unwrap_or_else(|| panic!("nobody answers {asked}")).1.clone()
    });
    (result, sent.into_inner())
}

fn ok(body: Value) -> Answer {
    answer(200, body.to_string())
}

fn read(body: &Value) -> Result<Event, NotUnderstood> {
    let Signed { headers, body } = (TRIAL.sign)(TRIAL.secrets[0], 0, body.to_string().as_bytes());
    match configured().verify(&Inbound { url: "", headers: &headers, body: &body }, Moment::from_seconds(0)) {
        Verdict::Verified(verified) => configured().read(&verified).map(one),
        _ => panic!("not verified"),
    }
}

fn only(event: Event) -> Reading {
    assert_eq!(event.readings.len(), 1, "{event:?}");
    event.readings.into_iter().next().unwrap()
}

fn asked(reading: Reading) -> Step<Option<Told>> {
    match reading {
        Reading::Ask(step) => step,
        Reading::Told(told) => panic!("told {told:?}"),
    }
}

#[test]
fn each_key_is_needed_and_a_store_has_an_odd_id_for_nobody() {
    let config = (TRIAL.config)(&TRIAL.secrets, "");
    for key in ["api_base", "api_key", "store_id", "webhook_secrets"] {
        let mut config = config.clone();
        config.as_object_mut().unwrap().remove(key);
        assert_eq!(PROVIDER.configure(&config).unwrap_err().path, key);
    }
    for odd in ["", "../x", "a b", "a/b", &"a".repeat(65)] {
        let mut config = config.clone();
        config["store_id"] = odd.into();
        assert_eq!(PROVIDER.configure(&config).unwrap_err().path, "store_id", "{odd}");
    }
    let about = PROVIDER.configure(&config).unwrap();
    assert_eq!((about.about().live, about.about().api_base), (None, BASE));
}

#[test]
fn any_currency_is_taken_and_nothing_is_not() {
    for (minor, code, expected) in [
        (4999, "EUR", Ok(())),
        (5000, "JPY", Ok(())),
        (12_345, "KWD", Ok(())),
        (0, "EUR", Err(Unsuitable::TooSmall)),
    ] {
        assert_eq!(configured().suits(money(minor, code)), expected, "{minor} {code}");
    }
    let mut config = (TRIAL.config)(&TRIAL.secrets, "");
    (config["min_amount"], config["max_amount"]) = (50.into(), 1000.into());
    let configured = PROVIDER.configure(&config).unwrap();
    for (minor, expected) in
        [(49, Err(Unsuitable::TooSmall)), (50, Ok(())), (1000, Ok(())), (1001, Err(Unsuitable::TooLarge))]
    {
        assert_eq!(configured.suits(money(minor, "EUR")), expected, "{minor}");
    }
}
