//! Verified events that could not be applied: kept, listed, and applied once the thing that they are about is there.

use payproof::secret::Secret;
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::events;
use crate::stripe_api::event;
use crate::world::{Answer, STRIPE_SECRET, World};

/// Whatever bytes these are, properly signed.
async fn tells_bytes(world: &World, body: &[u8]) -> Answer {
    let signature = payproof::provider::stripe::sign(&Secret::new(STRIPE_SECRET), now().seconds(), body);
    world.posts("shop", "stripe", &[("stripe-signature", &signature)], body.to_vec()).await
}

async fn listed(world: &World, query: &str) -> Vec<Value> {
    let list = world.shop.get(&format!("/v1/events{query}")).await.expect(200);
    assert!(!list.to_string().contains("planted"), "no body is shown: {list}");
    list["data"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_and_not_understood_is_kept_and_moves_nothing() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    let without = |field: &str| {
        let mut event = events::paid("evt_without", id);
        event.as_object_mut().expect("an object").remove(field);
        event["n"] = json!(field);
        event
    };
    let with = |field: &str, value: Value| {
        let mut event = events::paid(&format!("evt_{field}"), id);
        event[field] = value;
        event
    };
    let object = |field: &str, value: Value| {
        let mut event = events::paid(&format!("evt_object_{field}"), id);
        event["data"]["object"][field] = value;
        event
    };
    let mut cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("no text", vec![0xff, 0xfe, 0x00]),
        ("no JSON", b"paid=true&email=jane@planted.test".to_vec()),
        ("a list", b"[]".to_vec()),
        ("a number", b"4999".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("cut off", br#"{"id":"evt_cut","object":"event""#.to_vec()),
        ("a field twice", br#"{"id":"evt_1","id":"evt_2","object":"event","livemode":false}"#.to_vec()),
        ("deep", format!("{}{}", "[".repeat(1_000), "]".repeat(1_000)).into_bytes()),
        ("deep inside", format!(r#"{{"id":{}1{}}}"#, "[".repeat(1_000), "]".repeat(1_000)).into_bytes()),
    ];
    let events = [
        ("no id", without("id")),
        ("no type", without("type")),
        ("no data", without("data")),
        ("no livemode", without("livemode")),
        ("no time", without("created")),
        ("a live event at a test account", with("livemode", json!(true))),
        ("a kind that may be about money", with("type", json!("checkout.session.something_new"))),
        ("an amount in text", object("amount_total", json!("4999"))),
        ("an amount below 0", object("amount_total", json!(-4999))),
        ("an amount with a fraction", object("amount_total", json!(49.99))),
        ("an amount of 16 digits", object("amount_total", json!(1_000_000_000_000_000_u64))),
        ("no such currency", object("currency", json!("zzz"))),
        ("no currency", object("currency", Value::Null)),
        ("a word that is new", object("payment_status", json!("half_paid"))),
    ];
    cases.extend(events.iter().map(|(name, event)| (*name, serde_json::to_vec(event).expect("JSON"))));
    for (nth, (name, body)) in cases.iter().enumerate() {
        let before = world.table().await;
        let answer = tells_bytes(&world, body).await;
        assert_eq!(answer.expect(200), json!({ "received": true, "outcome": "not_understood" }), "{name}");
        let after = world.table().await;
        assert_eq!(after.changed_since(&before), ["evt"], "{name}");
        let all = listed(&world, "?outcome=not_understood").await;
        assert_eq!(all.len(), nth + 1, "{name}");
        assert!(all.iter().any(|event| event["body_bytes"] == body.len()), "{name}");
    }
    assert_eq!(world.shop.status("1").await, "created");
    let all = listed(&world, "").await;
    assert_eq!(all.len(), cases.len());
    for event in &all {
        assert_eq!(
            (event["outcome"].as_str(), event["provider"].as_str()),
            (Some("not_understood"), Some("stripe"))
        );
        assert!(event["id"].as_str().is_some_and(|id| id.starts_with("ev_20")), "{event}");
        assert!(event["problem"].as_str().is_some_and(|problem| problem.len() > 10), "{event}");
        assert_eq!(event["applied_at"], Value::Null);
    }
    for outcome in ["unmatched", "past_cap", "refused"] {
        assert_eq!(listed(&world, &format!("?outcome={outcome}")).await, Vec::<Value>::new(), "{outcome}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_id_that_is_longer_than_any_is_not_understood() {
    let world = World::start().await;
    let session = world.shop.session_id("1", 1).to_string();
    // It would be a part of a key, and a key of the store has at most 1,024 bytes.
    let event = events::paid(&"e".repeat(2_000), &session);
    assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "not_understood");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_nothing_of_this_shop_is_unmatched_and_writes_into_no_order() {
    let world = World::start().await;
    world.shop.opens("1").await;
    world.shop.registers("without-session").await;
    let foreign = world.other.opens("1").await;
    let cases = [
        (
            "an order that nobody registered",
            world.shop.session_id("unknown", 1).to_string(),
            vec!["early", "evt"],
        ),
        (
            "an order without a session",
            world.shop.session_id("without-session", 1).to_string(),
            vec!["early", "evt"],
        ),
        ("an attempt that is not there", world.shop.session_id("1", 2).to_string(), vec!["early", "evt"]),
        ("another shop's session", foreign["id"].as_str().expect("an id").to_owned(), vec!["evt"]),
        ("another shop's order", world.other.session_id("1", 2).to_string(), vec!["evt"]),
    ];
    for (nth, (name, session, written)) in cases.iter().enumerate() {
        let before = world.table().await;
        let event = events::paid(&format!("evt_{nth}"), session);
        for _ in 0..2 {
            let answer = world.stripe_tells(&event).await.expect(200);
            assert_eq!(answer, json!({ "received": true, "outcome": "unmatched" }), "{name}");
        }
        let after = world.table().await;
        assert_eq!(&after.changed_since(&before), written, "{name}");
        let all = listed(&world, "?outcome=unmatched").await;
        assert_eq!(all.len(), nth + 1, "{name}: a repeat is the same event");
        let kept = all.iter().find(|event| event["session_id"] == *session).expect("the event");
        assert_eq!(
            (kept["type"].as_str(), &kept["applied_at"]),
            (Some("checkout.session.completed"), &Value::Null)
        );
    }
    for (shop, order) in [(&world.shop, "1"), (&world.shop, "without-session"), (&world.other, "1")] {
        assert_eq!(shop.status(order).await, "created");
        assert!(world.stored(shop, order).await.expect("the order").facts.is_empty());
    }
    let other = world.other.get("/v1/events").await.expect(200);
    assert_eq!(other["data"], json!([]), "another shop's events are its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_about_something_made_elsewhere_is_none_of_ours() {
    let world = World::start().await;
    let before = world.table().await;
    let mut checkout = events::paid("evt_1", "their-own-reference");
    checkout["data"]["object"]["metadata"] = json!({});
    assert_eq!(world.stripe_tells(&checkout).await.expect(200)["outcome"], "stale");
    assert_eq!(world.table().await, before, "a shop's other sales at the same account cost nothing");
    // Of a refund only Stripe can say whose payment it was.
    world.stripe.knows_intent("pi_elsewhere", "not ours");
    let refund = events::refund("evt_2", "re_1", "pi_elsewhere", 100);
    assert_eq!(world.stripe_tells(&refund).await.expect(200)["outcome"], "unmatched");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_one_shop_never_pays_an_order_that_another_registers_later() {
    let world = World::start().await;
    let session = world.other.session_id("1", 1).to_string();
    let event = events::paid("evt_1", &session);
    assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "unmatched");
    world.other.opens("1").await;
    assert_eq!(world.other.status("1").await, "created");
    assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "unmatched");
    let own = world.stripe_posts("other", STRIPE_SECRET, now(), &event).await;
    assert_eq!(own.expect(200)["outcome"], "applied", "its own provider's word counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_speaks_only_of_its_own_sessions() {
    let world = World::start().await;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let mut document = world.shop.document(&world.stripe.url);
    document["providers"]["sandbox"] = json!({
        "api_base": world.stripe.url, "api_key": "sbx_planted", "webhook_secrets": [secret],
    });
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    world.shop.registers("1").await;
    let wish = json!({ "order_id": "1", "provider": "stripe" });
    let session = world.shop.post("/v1/sessions", wish).await.expect(201);
    let data = json!({
        "reference": session["id"], "checkout_id": "chk_1", "payment_id": "p_1", "amount": 4999, "currency": "EUR",
    });
    let event = json!({ "type": "payment.paid", "timestamp": now().to_string(), "data": data });
    let body = event.to_string().into_bytes();
    let key =
        payproof::provider::signature::standard_webhooks::Key::parse(&Secret::new(secret)).expect("a key");
    let signed = payproof::provider::sandbox::signed_headers(&key, "msg_1", now().seconds(), &body);
    let headers: Vec<_> = signed.iter().skip(1).map(|(name, value)| (*name, value.as_str())).collect();
    let before = world.table().await;
    let answer = world.posts("shop", "sandbox", &headers, body).await;
    assert_eq!(answer.expect(200)["outcome"], "unmatched");
    assert_eq!(world.table().await.changed_since(&before), ["evt"]);
    assert_eq!(world.shop.status("1").await, "created");
}

/// What has happened before the event comes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Before {
    Nothing,
    Registered,
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_came_early_is_applied_once_its_session_is_there() {
    let world = World::start().await;
    for before in [Before::Nothing, Before::Registered] {
        let order = format!("early-{before:?}");
        let session = world.shop.session_id(&order, 1).to_string();
        if before == Before::Registered {
            world.shop.registers(&order).await;
        }
        let event = events::processing(&format!("evt_{before:?}"), &session);
        assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "unmatched");
        let path = format!("/v1/orders/{order}");
        let registered = world.shop.put(&path, json!({ "amount": 4999, "currency": "EUR" })).await;
        assert_eq!(registered.json()["status"], "created", "no session of it is there yet");
        let _ = world.shop.post("/v1/sessions", json!({ "order_id": order })).await;
        assert_eq!(world.shop.status(&order).await, "processing", "{before:?}");
        let all = listed(&world, "?outcome=unmatched").await;
        let kept = all.iter().find(|event| event["session_id"] == session).expect("the event");
        assert!(kept["applied_at"].is_string(), "{kept}");
        // Whoever delivers it again is told the truth, and so is what comes next.
        assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "duplicate");
        let paid = events::async_paid(&format!("evt_{before:?}_paid"), &session);
        assert_eq!(world.stripe_tells(&paid).await.expect(200)["outcome"], "applied");
        assert_eq!(world.shop.status(&order).await, "paid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_checkout_is_made_for_an_order_that_an_early_event_paid() {
    let world = World::start().await;
    let session = world.shop.session_id("1", 1).to_string();
    world.stripe_tells(&events::paid("evt_1", &session)).await.expect(200);
    world.shop.registers("1").await;
    let answer = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await;
    assert_eq!(world.shop.status("1").await, "paid");
    answer.expect_problem(409, "order_already_paid");
    assert_eq!(world.stripe.checkouts(), 0, "somebody could pay it a second time");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kept_event_is_listed_however_large_and_however_many() {
    let world = World::start().await;
    // A page of the store is at most 1 MB: six of these are more.
    for n in 0..6 {
        let mut event = event::of(&format!("evt_large_{n}"), "checkout.session.new", json!({}));
        event["pad"] = json!("x".repeat(200_000));
        event["created"] = json!(now().seconds() - 86_400);
        assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "not_understood");
    }
    for n in 0..60 {
        let session = world.shop.session_id(&format!("unknown-{n}"), 1).to_string();
        let event = events::paid(&format!("evt_small_{n}"), &session);
        assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "unmatched");
    }
    for (query, count) in [("", 66), ("outcome=not_understood", 6), ("outcome=unmatched", 60)] {
        let (mut ids, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = world.shop.get(&format!("/v1/events?{query}{cursor}")).await.expect(200);
            ids.extend(page["data"].as_array().expect("a list").iter().map(|event| event["id"].to_string()));
            pages += 1;
            assert!(pages < 100, "the list never ends");
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(ids.len(), count, "{query}");
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "each once: {query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_dated_ahead_of_our_clock_is_listed_too() {
    let world = World::start().await;
    for (nth, hours) in [1, 20, 48].into_iter().enumerate() {
        let order = format!("unknown-{nth}");
        let mut event = events::paid(&format!("evt_{nth}"), &world.shop.session_id(&order, 1).to_string());
        event["created"] = json!(now().seconds() + hours * 3_600);
        assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "unmatched");
        assert_eq!(listed(&world, "?outcome=unmatched").await.len(), nth + 1, "{hours} hours ahead");
    }
}
