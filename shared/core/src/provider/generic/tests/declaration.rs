//! What a shop may declare.

use super::*;

fn path_of(config: &Value) -> Option<String> {
    PROVIDER.configure(config).err().map(|error| {
        assert!(!error.problem.contains("k3y") && !error.problem.contains("acme_live"), "{error}");
        assert!(error.problem.len() > 10, "{error}");
        error.path
    })
}

fn signature(more: Value) -> Value {
    let mut config = acme(&json!(TRIAL.secrets));
    config["signature"] = more;
    config
}

#[test]
fn a_declaration_by_which_something_unsigned_would_be_believed_is_refused() {
    let mac =
        json!({ "algorithm": "hmac_sha256", "header": "x-signature", "encoding": "hex", "signed": "{body}" });
    let with = |more: Value| {
        let mut keys = mac.clone();
        keys.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        path_of(&signature(keys))
    };
    assert_eq!(path_of(&signature(mac.clone())), None);
    for (more, path) in [
        (json!({ "algorithm": "none" }), "signature.algorithm"),
        (json!({ "algorithm": "" }), "signature.algorithm"),
        (json!({ "header": null }), "signature.header"),
        (json!({ "header": "" }), "signature.header"),
        (json!({ "header": "x signature" }), "signature.header"),
        (json!({ "encoding": null }), "signature.encoding"),
        (json!({ "encoding": "HEX" }), "signature.encoding"),
        (json!({ "signed": null }), "signature.signed"),
        (json!({ "signed": "" }), "signature.signed"),
        (json!({ "signed": "body" }), "signature.signed"),
        (json!({ "signed": "{timestamp}.", "timestamp_header": "x-time" }), "signature.signed"),
        (json!({ "signed": "{url}{id}", "id_header": "x-id" }), "signature.signed"),
        (json!({ "signed": "{body}{nonce}" }), "signature.signed"),
        (json!({ "signed": "{body" }), "signature.signed"),
        (json!({ "signed": "{timestamp}.{body}" }), "signature.signed"),
        (json!({ "signed": "{id}.{body}" }), "signature.signed"),
        (json!({ "timestamp_header": "x-time" }), "signature.timestamp_header"),
        (json!({ "id_header": "x-id" }), "signature.id_header"),
        (json!({ "entries": { "signature": "s", "timestamp": "t" } }), "signature.entries.timestamp"),
        (
            json!({ "entries": { "signature": "s", "timestamp": "s" }, "signed": "{timestamp}{body}" }),
            "signature.entries",
        ),
        (json!({ "entries": { "signature": "" } }), "signature.entries"),
        (json!({ "entries": { "signature": "s", "separator": "" } }), "signature.entries.separator"),
        (json!({ "entries": { "signature": "s" }, "prefix": "sha256=" }), "signature.prefix"),
        (
            json!({ "entries": { "signature": "s", "timestamp": "t" }, "timestamp_header": "x-time", "signed": "{timestamp}{body}" }),
            "signature.timestamp_header",
        ),
        (json!({ "tolerance_seconds": 300 }), "signature.tolerance_seconds"),
        (
            json!({ "tolerance_seconds": 0, "timestamp_header": "x-time", "signed": "{timestamp}{body}" }),
            "signature.tolerance_seconds",
        ),
        (
            json!({ "tolerance_seconds": 301, "timestamp_header": "x-time", "signed": "{timestamp}{body}" }),
            "signature.tolerance_seconds",
        ),
        (json!({ "secret": "k3y" }), "signature.secret"),
    ] {
        assert_eq!(with(more.clone()).as_deref(), Some(path), "{more}");
    }
    for (more, path) in [
        (json!({ "algorithm": "token" }), "signature.header"),
        (json!({ "algorithm": "token", "header": "x-token", "signed": "{body}" }), "signature.signed"),
        (json!({ "algorithm": "token", "header": "x-token", "encoding": "hex" }), "signature.encoding"),
        (
            json!({ "algorithm": "token", "header": "x-token", "timestamp_header": "x-time" }),
            "signature.timestamp_header",
        ),
        (json!({ "algorithm": "standard_webhooks", "header": "x-signature" }), "signature.header"),
        (json!({ "algorithm": "standard_webhooks", "tolerance_seconds": 10 }), "signature.tolerance_seconds"),
        // The secrets are none of that scheme.
        (json!({ "algorithm": "standard_webhooks" }), "webhook_secrets[0]"),
    ] {
        assert_eq!(path_of(&signature(more.clone())).as_deref(), Some(path), "{more}");
    }
    for secrets in [None, Some(json!([]))] {
        assert_eq!(path_of(&changed("/webhook_secrets", secrets)).as_deref(), Some("webhook_secrets"));
    }
}

#[test]
fn what_events_say_must_be_readable_from_where_it_is_declared() {
    for (path, value, expected) in [
        ("/event/type", None, "event.type"),
        ("/event/reference", None, "event.reference"),
        ("/event/reference", Some(json!("")), "event.reference"),
        ("/event/reference", Some(json!("data.ref")), "event.reference"),
        ("/event/reference", Some(json!("/data/~2")), "event.reference"),
        ("/event/reference", Some(json!("/data/~")), "event.reference"),
        ("/event/amount", None, "event.amount"),
        ("/event/currency", None, "event.currency"),
        ("/event/unit", Some(json!("cents")), "event.unit"),
        ("/event/time", None, "event.time"),
        ("/event/time_format", Some(json!("unix")), "event.time_format"),
        ("/event/refund_id", None, "event.refund_id"),
        // Its words mean that a payment is worked on, and that a try was declined.
        ("/event/payment_id", None, "event.payment_id"),
        ("/event/words", Some(json!({})), "event.words"),
        ("/event/words", Some(json!({ "order.failed": "failed" })), "event.words"),
        ("/event/words", Some(json!({ "order.paid": "succeeded" })), "event.words.order.paid"),
        ("/event/amounts", Some(json!("/sum")), "event.amounts"),
        ("/methods", Some(json!([])), "methods"),
        ("/methods", None, "methods"),
        ("/methods", Some(json!(["card", "cheque"])), "methods[1]"),
        ("/methods", Some(json!(["card", "card"])), "methods[1]"),
        ("/currencies", Some(json!([])), "currencies"),
        ("/currencies", Some(json!(["EUR", "euro"])), "currencies[1]"),
        ("/instructions", Some(json!("{amount} {reference}")), "instructions"),
    ] {
        assert_eq!(path_of(&changed(path, value.clone())).as_deref(), Some(expected), "{path} {value:?}");
    }
    // What nothing needs may be left out.
    for path in ["/event/id", "/event/checkout_id", "/event/dispute_id", "/event/reason", "/checkout"] {
        assert_eq!(path_of(&changed(path, None)), None, "{path}");
    }
}

#[test]
fn what_is_sent_must_hold_what_a_payment_needs() {
    let body = json!({ "ref": "{session}", "sum": "{amount_minor}", "cur": "{currency}" });
    let without = |key: &str| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove(key);
        body
    };
    for (key, value, expected) in [
        ("url", json!("api.acme.example"), "checkout.url"),
        ("url", json!("ftp://api.acme.example"), "checkout.url"),
        ("url", json!("https://k3y@api.acme.example"), "checkout.url"),
        ("url", json!("https://api.acme.example/{session}"), "checkout.url"),
        ("method", json!("GET"), "checkout.method"),
        ("headers", json!({ "x y": "k3y" }), "checkout.headers.x y"),
        ("headers", json!({ "x-key": "" }), "checkout.headers.x-key"),
        ("headers", json!({ "x-key": "k3y\n" }), "checkout.headers.x-key"),
        ("headers", json!({ "Content-Type": "text/plain" }), "checkout.headers.Content-Type"),
        ("headers", json!({ "idempotency-key": "k3y" }), "checkout.idempotency_header"),
        ("idempotency_header", json!(""), "checkout.idempotency_header"),
        ("body", json!("{session}"), "checkout.body"),
        ("body", without("ref"), "checkout.body"),
        ("body", without("sum"), "checkout.body"),
        ("body", without("cur"), "checkout.body"),
        ("body", json!({ "ref": "{session}", "sum": "{amount}", "cur": "{currency}" }), "checkout.body"),
        (
            "body",
            json!({ "ref": "{session}", "sum": "x{amount_minor:number}", "cur": "{currency}" }),
            "checkout.body",
        ),
        ("body", json!({ "ref": "{session", "sum": "{amount_minor}", "cur": "{currency}" }), "checkout.body"),
        ("id", json!("id"), "checkout.id"),
        ("page", json!(""), "checkout.page"),
        ("pages", json!("/url"), "checkout.pages"),
    ] {
        let config = changed(&format!("/checkout/{key}"), Some(value.clone()));
        assert_eq!(path_of(&config).as_deref(), Some(expected), "{key} {value}");
    }
    // One currency need not be sent.
    let mut config = changed("/checkout/body", Some(without("cur")));
    config["currencies"] = json!(["EUR"]);
    assert_eq!(path_of(&config), None);
}

#[test]
fn a_member_has_its_own_name_and_prints_no_secret() {
    let configured = configured();
    assert_eq!(
        (configured.name(), configured.methods()),
        ("generic:acme", &[Method::Card, Method::Wallet][..])
    );
    assert_eq!((configured.about().live, configured.about().api_base), (None, "https://api.acme.example"));
    let printed = format!("{configured:?}");
    assert!(!printed.contains("k3y") && !printed.contains("acme_live"), "{printed}");
    assert!(PROVIDER.configure_as("generic:Acme!", &acme(&json!(TRIAL.secrets))).is_err());
}

#[test]
fn it_takes_what_it_is_declared_to_take() {
    let mut config = changed("/currencies", Some(json!(["EUR", "JPY"])));
    config["min_amount"] = 50.into();
    config["max_amount"] = 1000.into();
    let limited = PROVIDER.configure(&config).unwrap();
    for (minor, code, expected) in [
        (50, "EUR", Ok(())),
        (1000, "JPY", Ok(())),
        (49, "EUR", Err(Unsuitable::TooSmall)),
        (1001, "EUR", Err(Unsuitable::TooLarge)),
        (500, "USD", Err(Unsuitable::Currency)),
    ] {
        assert_eq!(limited.suits(money(minor, code)), expected, "{minor} {code}");
    }
    assert_eq!(configured().suits(money(12_345, "KWD")), Ok(()));
    assert_eq!(configured().suits(money(0, "EUR")), Err(Unsuitable::TooSmall));
}
