use serde_json::json;

use super::PROVIDER;
use crate::payment::sample::money;
use crate::payment::{Method, Moment, OrderId, SessionId};
use crate::provider::conformance::{Proves, Trial, What, vectors_in};
use crate::provider::{
    Checkout, Configured, Created, Held, Inbound, Listed as _, Step, Unsuitable, Verdict, Verified,
};

pub(in crate::provider) const TRIAL: Trial = Trial {
    provider: &PROVIDER,
    config: |_, _| json!({ "instructions": "Transfer {amount} to DE02 1203 0000 0000 2020 51, reference {reference}." }),
    secrets: ["none-is-configured-1", "none-is-configured-2"],
    sign: |_, _, _| panic!("nobody signs"),
    needs_secrets: false,
    sent: &[],
    proves: Proves { what: What::Nothing, time: false, url: false },
    headers: &[],
    joins: false,
    amounts: &[],
    keys: &[],
    answer: |request| panic!("nobody is asked: {request:?}"),
};

const SESSION: &str = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";

fn configured() -> Box<dyn Configured> {
    PROVIDER.configure(&(TRIAL.config)(&[], "")).unwrap()
}

fn session() -> SessionId {
    SessionId::parse(SESSION).unwrap()
}

#[test]
fn whatever_is_posted_is_refused() {
    for vector in vectors_in("manual/refused.json".as_ref()) {
        let headers = vector.headers();
        let inbound = Inbound { url: "", headers: &headers, body: vector.body.as_bytes() };
        match configured().verify(&inbound, vector.now()) {
            Verdict::Refused(refusal) => assert_eq!(refusal, vector.refusal(), "{}", vector.name),
            _ => panic!("{} is believed", vector.name),
        }
        assert_eq!(configured().hint(&inbound), None, "{}", vector.name);
    }
    let stored = Verified::verified_before_it_was_stored(b"{}", None);
    assert!(configured().read(&stored).is_err());
}

#[test]
fn its_checkout_is_our_return_page_and_asks_nobody() {
    let order = OrderId::parse("1042").unwrap();
    let made = configured().create(&Checkout {
        session: session(),
        order: &order,
        money: money(4990, "EUR"),
        description: "Order 1042",
        method: Method::BankTransfer,
        customer_email: None,
        locale: None,
        created_at: Moment::from_seconds(1_795_539_600),
        expires_at: Moment::from_seconds(1_795_542_300),
        return_url: "https://pay.example/return/cs_1",
        cancel_url: "https://shop.example/cart",
        webhook_url: "https://pay.example/v1/webhooks/demo/manual",
    });
    let expected =
        Created { checkout_id: SESSION.to_owned(), url: "https://pay.example/return/cs_1".to_owned() };
    assert!(matches!(made, Step::Done(created) if created == expected));
}

#[test]
fn the_customer_reads_the_amount_and_a_reference_that_can_be_typed() {
    assert_eq!(
        configured().instructions(session(), money(4990, "EUR")).unwrap(),
        "Transfer 49.90 EUR to DE02 1203 0000 0000 2020 51, reference K3X7-Q2M9-V4P8-1."
    );
    let yen = configured().instructions(session(), money(5000, "JPY")).unwrap();
    assert!(yen.contains("5000 JPY"), "{yen}");
}

#[test]
fn what_it_takes_and_what_it_cannot_do() {
    for code in ["EUR", "JPY", "KWD"] {
        assert_eq!(configured().suits(money(12_345, code)), Ok(()), "{code}");
    }
    assert_eq!(configured().suits(money(0, "EUR")), Err(Unsuitable::TooSmall));
    let limited = |least: u64, most: u64| {
        let config =
            json!({ "instructions": "{amount} {reference}", "min_amount": least, "max_amount": most });
        PROVIDER.configure(&config).unwrap().suits(money(100, "EUR"))
    };
    assert_eq!(limited(100, 100), Ok(()));
    assert_eq!(limited(101, 200), Err(Unsuitable::TooSmall));
    assert_eq!(limited(1, 99), Err(Unsuitable::TooLarge));
    let held = Held { session: session(), checkout_id: Some(SESSION), money: money(1, "EUR") };
    assert!(configured().fetch(&held).is_none() && configured().close(&held).is_none());
    assert!(configured().endpoint("https://pay.example").is_none());
    assert_eq!((configured().about().live, configured().about().api_base), (None, ""));
}

#[test]
fn instructions_are_needed_and_have_both_places() {
    for config in [
        json!({}),
        json!({ "instructions": 3 }),
        json!({ "instructions": "" }),
        json!({ "instructions": "Transfer {amount}" }),
        json!({ "instructions": "Transfer {amount} for {reference} to {name}" }),
    ] {
        assert_eq!(PROVIDER.configure(&config).unwrap_err().path, "instructions", "{config}");
    }
}
