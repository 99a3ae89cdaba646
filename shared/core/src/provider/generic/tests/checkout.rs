//! The checkout that a declaration makes.

use expect_test::expect;

use super::*;

fn create(configured: &dyn Configured) -> Step<Created> {
    let order = OrderId::parse("1042").unwrap();
    configured.create(&Checkout {
        session: SessionId::parse(SESSION).unwrap(),
        order: &order,
        money: money(4990, "EUR"),
        description: "Order 1042 \"{session}\" & Käse",
        method: Method::Card,
        customer_email: None,
        locale: None,
        created_at: Moment::from_seconds(NOW),
        expires_at: Moment::from_seconds(NOW + 2700),
        return_url: "https://pay.example/return/cs_1",
        cancel_url: "https://shop.example/cart",
        webhook_url: "https://pay.example/v1/webhooks/demo/generic:acme",
    })
}

#[test]
fn a_checkout_is_the_template_filled_in_once() {
    expect![[r#"
        POST https://api.acme.example/v1/orders
        authorization: Bearer …
        acme-version: 2
        idempotency-key: cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1
        content-type: application/json
        {"go":{"away":"https://shop.example/cart","back":"https://pay.example/return/cs_1"},"hook":"https://pay.example/v1/webhooks/demo/generic:acme","no":"1042","ref":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","shown":["49.90 EUR",49.90,7,null,true],"sum":4990,"text":"Order 1042 \"{session}\" & Käse"}
    "#]]
    .assert_eq(&shown(&first_request(create(&*configured()))));
    let mut config = changed("/checkout/method", Some(json!("PUT")));
    config["checkout"].as_object_mut().unwrap().remove("idempotency_header");
    let put = first_request(create(&*PROVIDER.configure(&config).unwrap()));
    assert_eq!((put.method.as_str(), put.header_value("idempotency-key")), ("PUT", None));
    assert_eq!(configured().repeat(), Repeat::Never);
}

#[test]
fn its_answer_has_an_id_and_a_page_where_they_are_declared() {
    let create =
        |status: u16, body: &Value| run(create(&*configured()), |_| answer(status, body.to_string()));
    let page = "https://pay.acme.example/o/7";
    for id in [json!("ord_7"), json!(77)] {
        let made = create(201, &json!({ "order": { "id": id, "links": [page, "x"] } })).unwrap();
        assert_eq!(made.url, page);
        assert_eq!(made.checkout_id, id.as_str().unwrap_or("77"));
    }
    for body in [
        json!({}),
        json!([]),
        json!({ "order": { "id": "", "links": [page] } }),
        json!({ "order": { "id": "ord_7", "links": [] } }),
        json!({ "order": { "id": "ord_7", "links": [null] } }),
        json!({ "order": { "id": "ord_7", "links": ["javascript:alert(1)"] } }),
        json!({ "order": { "id": "ord_7", "links": ["/o/7"] } }),
        json!({ "order": { "id": {}, "links": [page] } }),
    ] {
        assert!(matches!(create(200, &body), Err(Failure::Unknown(_))), "{body}");
    }
    let twice = run(super::checkout::create(&*configured()), |_| {
        answer(200, "{\"order\":{\"id\":\"a\",\"id\":\"b\",\"links\":[\"https://a.example\"]}}")
    });
    assert!(matches!(twice, Err(Failure::Unknown(_))));
    for status in [400, 401, 422] {
        assert!(matches!(create(status, &json!({})), Err(Failure::Refused { code: None, .. })), "{status}");
    }
    for status in [302, 409, 429, 500, 503] {
        assert!(matches!(create(status, &json!({})), Err(Failure::Unknown(_))), "{status}");
    }
}

#[test]
fn without_a_template_it_is_our_return_page_with_instructions() {
    let mut config = changed("/checkout", None);
    config["instructions"] = json!("Pay {amount}, reference {reference}.");
    let configured = PROVIDER.configure(&config).unwrap();
    let Step::Done(made) = create(&*configured) else { panic!() };
    assert_eq!((made.checkout_id.as_str(), made.url.as_str()), (SESSION, "https://pay.example/return/cs_1"));
    let session = SessionId::parse(SESSION).unwrap();
    let text = configured.instructions(session, money(4990, "EUR"));
    assert_eq!(text.as_deref(), Some("Pay 49.90 EUR, reference K3X7-Q2M9-V4P8-1."));
    assert_eq!(configured.about().api_base, "");
    let silent = PROVIDER.configure(&changed("/checkout", None)).unwrap();
    assert_eq!(silent.instructions(session, money(4990, "EUR")), None);
    let held = Held { session, checkout_id: Some("ord_7"), money: money(1, "EUR") };
    assert!(silent.fetch(&held).is_none() && silent.close(&held).is_none() && silent.endpoint("").is_none());
}
