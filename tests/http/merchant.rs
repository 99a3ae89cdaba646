//! What a shop's server and its support staff read and register.

use serde_json::{Value, json};

use crate::events;
use crate::world::World;

fn sorted_names(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_read_with_its_sessions_and_without_their_secrets() {
    let world = World::start().await;
    world.reaches("1", "failed").await;
    let second = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    let id = second["id"].as_str().expect("an id");
    world.stripe_tells(&events::paid("evt_2", id)).await.expect(200);
    world.stripe_tells(&events::refunded("evt_3", id, 1_000)).await.expect(200);
    let path = "/v1/orders/1";
    let order = world.shop.get(path).await.expect(200);
    let by_staff = world.shop.call("GET", path, &world.shop.read_key, None).await.expect(200);
    assert_eq!(order, by_staff);
    assert_eq!(
        (order["status"].as_str(), order["amount_paid"].as_u64(), order["amount_refunded"].as_u64()),
        (Some("paid"), Some(4999), Some(1_000))
    );
    assert_eq!(order["payment_id"], world.shop.payment_id("1").to_string());
    assert_eq!(order["customer_email"], Value::Null);
    let sessions = order["sessions"].as_array().expect("a list");
    let statuses: Vec<_> =
        sessions.iter().map(|session| session["status"].as_str().expect("a status")).collect();
    assert_eq!(statuses, ["failed", "paid"], "oldest first");
    assert_eq!(
        (&sessions[0]["amount_refunded"], &sessions[1]["amount_refunded"]),
        (&json!(0), &json!(1_000))
    );
    let polled = world.shop.get(&format!("/v1/sessions/{id}")).await.expect(200);
    let mut names = sorted_names(&polled);
    names.extend(["confirmed_at", "declines", "provider_payment_ids", "returned_at", "sent_at"]);
    names.sort_unstable();
    assert_eq!(
        sorted_names(&sessions[1]),
        names,
        "a session is shown alike everywhere, and here with its times"
    );
    for secret in ["csec_", "/go/", "checkout.stripe.com", "sk_"] {
        assert!(!order.to_string().contains(secret), "{order}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_id_leads_to_an_order_unless_the_shop_calls_another_so() {
    let world = World::start().await;
    let order = world.shop.registers("1").await;
    let ours = order["payment_id"].as_str().expect("our id").to_owned();
    assert_eq!(world.shop.order(&ours).await["id"], "1");
    world.other.get(&format!("/v1/orders/{ours}")).await.expect_problem(404, "not_found");
    world.shop.registers(&ours).await;
    assert_eq!(world.shop.order(&ours).await["id"], ours);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_tells_when_each_session_was_sent_came_back_and_was_confirmed() {
    let world = World::start().await;
    let fresh = world.reaches("fresh", "created").await;
    let session = world.reaches("1", "pending").await;
    let refused = world.reaches("refused", "failed").await;
    let seen = |order: &Value| order["sessions"][0].clone();
    let before = seen(&world.shop.order("1").await);
    assert!(before["sent_at"].is_string(), "{before}");
    assert_eq!((&before["returned_at"], &before["confirmed_at"]), (&Value::Null, &Value::Null));
    let page = world.shop.call("GET", &session.return_path(), "", None).await;
    assert_eq!(page.status, 200);
    world.stripe_tells(&events::paid("evt_1", &session.id)).await.expect(200);
    world.stripe_tells(&events::refunded("evt_2", &session.id, 4_999)).await.expect(200);
    let after = seen(&world.shop.order("1").await);
    let times = ["created_at", "sent_at", "returned_at", "confirmed_at", "updated_at"];
    let times: Vec<_> = times.iter().map(|name| after[*name].as_str().expect("a moment")).collect();
    assert!(times.is_sorted(), "{after}");
    assert_eq!(after["status"], "refunded", "what went back was confirmed before");
    assert_eq!(after["provider_payment_ids"].as_array().map(Vec::len), Some(1), "{after}");
    let failed = seen(&world.shop.order("refused").await);
    assert_eq!((&failed["id"], failed["declines"].as_array().map(Vec::len)), (&json!(refused.id), Some(1)));
    let fresh_order = seen(&world.shop.order("fresh").await);
    assert_eq!(fresh_order["id"], fresh.id);
    for name in ["sent_at", "returned_at", "confirmed_at"] {
        assert_eq!(fresh_order[name], Value::Null, "{name}");
    }
    assert_eq!(fresh_order["provider_payment_ids"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_has_a_story_before_its_first_session_and_the_same_as_its_sessions() {
    let world = World::start().await;
    world.shop.registers("1").await;
    let path = "/v1/orders/1/timeline";
    let first = world.shop.get(path).await.expect(200);
    let kinds = |log: &Value| -> Vec<String> {
        let entries = log["entries"].as_array().expect("entries").iter();
        entries.map(|entry| entry["kind"].as_str().expect("a kind").to_owned()).collect()
    };
    assert_eq!(kinds(&first), ["order_registered"]);
    let session = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    let session = crate::reach::Opened::of(&session);
    world.brings("1", &session, "paid").await;
    let of_order = world.shop.call("GET", path, &world.shop.read_key, None).await.expect(200);
    let of_session = world.shop.get(&format!("/v1/sessions/{}/timeline", session.id)).await.expect(200);
    assert_eq!(of_order, of_session);
    assert!(kinds(&of_order).len() > 4, "{of_order}");
    world.other.get(path).await.expect_problem(404, "not_found");
    world.shop.get("/v1/orders/none/timeline").await.expect_problem(404, "not_found");
    world.shop.get("/v1/orders/.x/timeline").await.expect_problem(404, "not_found");
    world
        .shop
        .call("GET", path, &world.shop.publishable_key, None)
        .await
        .expect_problem(403, "key_not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_order_again_is_the_same_order() {
    let world = World::start().await;
    let body = json!({
        "amount": 4999, "currency": "EUR", "customer_email": "jane@planted.test", "country": "DE",
        "description": "A chair", "metadata": { "basket": "7" },
    });
    let first = world.shop.put("/v1/orders/1", body.clone()).await.expect(201);
    let before = world.table().await;
    let again = world.shop.put("/v1/orders/1", body.clone()).await.expect(200);
    assert_eq!(first, again);
    assert_eq!(world.table().await, before, "it writes nothing");
    for (name, value) in body.as_object().expect("an object") {
        assert_eq!(&first[name], value, "{name}");
    }
    // Before anybody could pay it, it is the shop's to change.
    let mut other = body.clone();
    other["amount"] = json!(5999);
    other["metadata"] = json!({});
    let changed = world.shop.put("/v1/orders/1", other).await.expect(200);
    assert_eq!((changed["amount"].as_u64(), &changed["metadata"]), (Some(5999), &json!({})));
    assert_eq!(world.shop.order("1").await, changed);
    assert_eq!(changed["created_at"], first["created_at"]);
}

/// vendurehq/vendure#3025: shipping is added after the checkout was made; paid, short, stuck.
#[tokio::test(flavor = "multi_thread")]
async fn money_is_locked_while_a_session_could_be_paid_or_was() {
    let world = World::start().await;
    for (status, _) in crate::reach::MESSAGES {
        world.reaches(status, status).await;
        let path = format!("/v1/orders/{status}");
        let locked = !["failed", "cancelled", "expired"].contains(&status);
        let before = world.table().await;
        let long = "Long words are kept beside the order. ".repeat(12);
        for body in [
            json!({ "amount": 1, "currency": "EUR" }),
            json!({ "amount": 4999, "currency": "USD" }),
            json!({ "amount": 1, "currency": "EUR", "description": long }),
        ] {
            let answer = world.shop.put(&path, body).await;
            if locked {
                answer.expect_problem(409, "order_locked");
                assert_eq!(world.table().await, before, "{status}");
            } else {
                answer.expect(200);
            }
        }
        if locked {
            // The words about it are no money.
            let words = json!({ "amount": 4999, "currency": "EUR", "description": "Other words" });
            assert_eq!(
                world.shop.put(&path, words).await.expect(200)["description"],
                "Other words",
                "{status}"
            );
            assert_eq!(world.shop.status(status).await, status);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_added_up_and_must_agree_with_an_amount() {
    let world = World::start().await;
    let lines = json!([
        { "name": "Chair", "quantity": 2, "unit_amount": 2000 },
        { "name": "Shipping", "quantity": 1, "unit_amount": 999 },
        { "name": "A gift", "quantity": 1, "unit_amount": 0 },
    ]);
    let body = json!({ "currency": "EUR", "line_items": lines });
    let order = world.shop.put("/v1/orders/1", body).await.expect(201);
    assert_eq!((order["amount"].as_u64(), &order["line_items"]), (Some(4999), &lines));
    let both = json!({ "amount": 4999, "currency": "EUR", "line_items": lines });
    world.shop.put("/v1/orders/1", both).await.expect(200);
    let other = json!({ "amount": 5000, "currency": "EUR", "line_items": lines });
    world.shop.put("/v1/orders/1", other).await.expect_problem(422, "amounts_disagree");
    assert_eq!(world.shop.order("1").await["amount"], 4999);
    let most = json!({ "currency": "EUR", "line_items": [
        { "name": "House", "quantity": 1, "unit_amount": 999_999_999_999_998_u64 },
        { "name": "Key", "quantity": 1, "unit_amount": 1 },
    ]});
    assert_eq!(world.shop.put("/v1/orders/2", most).await.expect(201)["amount"], 999_999_999_999_999_u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_texts_are_kept_beside_the_order_and_read_back() {
    let world = World::start().await;
    let metadata: serde_json::Map<String, Value> =
        (0..20).map(|n| (format!("{n:0>40}"), json!("ü".repeat(200)))).collect();
    let item = json!({ "name": "x".repeat(250), "quantity": 1_000_000, "unit_amount": 1 });
    let body = json!({
        "currency": "EUR", "customer_email": format!("{}@planted.test", "j".repeat(241)),
        "description": "ä".repeat(500), "metadata": metadata, "line_items": vec![item; 100],
    });
    let order = world.shop.put("/v1/orders/1", body.clone()).await.expect(201);
    let table = world.table().await;
    assert_eq!((table.keys_of("text").len(), table.keys_of("order").len()), (1, 1));
    assert_eq!(world.shop.order("1").await, order);
    for (name, value) in body.as_object().expect("an object") {
        assert_eq!(&order[name], value, "{name}");
    }
    // The same again writes nothing; other words do not lose those that a reader of the old ones needs.
    world.shop.put("/v1/orders/1", body.clone()).await.expect(200);
    assert_eq!(world.table().await, table);
    let mut other = body;
    other["description"] = json!("b".repeat(300));
    world.shop.put("/v1/orders/1", other).await.expect(200);
    assert_eq!(world.shop.order("1").await["description"], "b".repeat(300));
    let short = json!({ "amount": 100_000_000, "currency": "EUR", "description": "short" });
    let order = world.shop.put("/v1/orders/1", short).await.expect(200);
    assert_eq!((order["description"].as_str(), &order["line_items"]), (Some("short"), &json!([])));
    // What the customer reads at the checkout is the whole text.
    let mut long = json!({ "amount": 4999, "currency": "EUR" });
    long["description"] = json!("ö".repeat(400));
    world.shop.put("/v1/orders/2", long).await.expect(201);
    world.shop.post("/v1/sessions", json!({ "order_id": "2" })).await.expect(201);
    let creations = world.stripe.creations();
    let name = "line_items[0][price_data][product_data][name]";
    assert!(creations[0].iter().any(|(known, value)| known == name && *value == "ö".repeat(400)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_tells_the_whole_story_in_order() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    world.page(&session.return_path()).await;
    world.stripe_tells(&events::declined("evt_1", &session.id)).await.expect(200);
    world.stripe_tells(&events::processing("evt_2", &session.id)).await.expect(200);
    world.stripe_tells(&events::async_paid("evt_3", &session.id)).await.expect(200);
    world.stripe_tells(&events::async_paid("evt_3", &session.id)).await.expect(200);
    let path = format!("/v1/sessions/{}/timeline", session.id);
    let log = world.shop.get(&path).await.expect(200);
    assert_eq!(world.shop.call("GET", &path, &world.shop.read_key, None).await.expect(200), log);
    let entries = log["entries"].as_array().expect("a list");
    let kinds: Vec<_> = entries.iter().map(|entry| entry["kind"].as_str().expect("a kind")).collect();
    let expected = [
        "order_registered",
        "session_created",
        "provider_selected",
        "method_selected",
        "customer_redirected",
        "status_changed",
        "customer_returned",
        "webhook_received",
        "webhook_received",
        "status_changed",
        "webhook_received",
        "status_changed",
    ];
    assert_eq!(kinds, expected);
    let moments: Vec<_> = entries.iter().map(|entry| entry["at"].as_str().expect("a moment")).collect();
    assert!(moments.is_sorted(), "{moments:?}");
    for entry in entries {
        assert!(
            entry["text"].as_str().is_some_and(|text| text.len() > 15 && text.ends_with(['.', ')'])),
            "{entry}"
        );
        assert_eq!(entry["order_id"], "1");
        assert!(!entry.to_string().contains("planted"), "{entry}");
    }
    let last = entries.last().expect("an entry");
    assert_eq!(
        (last["status_before"].as_str(), last["status_after"].as_str()),
        (Some("processing"), Some("paid"))
    );
    let told = &entries[10];
    assert_eq!((told["event_id"].as_str(), told["amount"].as_u64()), (Some("stripe:evt_3"), Some(4999)));
    assert_eq!((told["provider"].as_str(), told["currency"].as_str()), (Some("stripe"), Some("EUR")));
    assert!(told["processed_at"].is_string());
}
