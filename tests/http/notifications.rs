//! What a merchant sees of notifications to the shop, and has sent again.

use std::time::Duration;

use payproof_edge::app::now;
use payproof_edge::store::Due;
use serde_json::{Value, json};

use crate::shop_server::Mood;
use crate::telling::Told;
use crate::world::World;

async fn listed(told: &Told, query: &str) -> Vec<Value> {
    let list = told.world.shop.get(&format!("/v1/notifications{query}")).await.expect(200);
    assert_eq!(list["next_cursor"], Value::Null);
    list["data"].as_array().expect("a list").clone()
}

/// Sequence, type and state of each.
fn states(list: &[Value]) -> Vec<String> {
    let word = |one: &Value, name: &str| one[name].as_str().expect("a text").to_owned();
    list.iter()
        .map(|one| format!("{} {} {}", one["sequence"], word(one, "type"), word(one, "state")))
        .collect()
}

/// The running stack's queue deals with what a request put on it.
async fn until(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it never came to it");
}

/// hookdeck/outpost#711: no way to list what was never delivered.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_listed_until_the_shop_knows_it_and_an_orders_all_are_listed_in_order() {
    let told = Told::start().await;
    told.paid("1").await;
    told.paid("2").await;
    assert_eq!(listed(&told, "").await, [] as [Value; 0], "nothing was tried yet");
    let all = listed(&told, "?order_id=1").await;
    assert_eq!(states(&all), ["1 order.processing waiting", "2 order.paid waiting"]);
    assert_eq!((&all[0]["tries"], &all[0]["next_try_at"]), (&json!([]), &Value::Null));

    told.is_down(true);
    told.teller.looks(told.id("1"), told.start).await;
    told.server.set_mood(Mood::Status(410));
    told.teller.looks(told.id("2"), told.after(1)).await;
    let failing = listed(&told, "").await;
    assert_eq!(
        states(&failing),
        ["2 order.paid parked", "1 order.processing parked", "1 order.processing waiting"],
        "what began to fail last comes first"
    );
    let waiting = &failing[2];
    assert_eq!(waiting["order_id"], "1");
    assert_eq!(waiting["id"], format!("msg_{}_1", told.id("1").chars()));
    assert_eq!(waiting["tries"][0]["status"], 503);
    assert!(waiting["next_try_at"].is_string(), "{waiting}");
    let other = told.world.other.get("/v1/notifications").await.expect(200);
    assert_eq!(other["data"], json!([]), "another shop's are its own");

    told.is_down(false);
    told.teller.passes(told.start, told.after(10)).await;
    assert_eq!(listed(&told, "").await.len(), 2, "the parked ones stay");
    let all = listed(&told, "?order_id=1").await;
    assert_eq!(states(&all), ["1 order.processing told", "2 order.paid told"]);
    assert_eq!(all[0]["tries"].as_array().expect("tries").len(), 2);
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_followed_by_the_next_and_all_are_sent_again_through_the_pages() {
    let told = Told::start().await;
    told.server.set_mood(Mood::Status(410));
    for nth in 0..40 {
        let order = format!("o{nth}");
        told.paid(&order).await;
        told.teller.looks(told.id(&order), told.start.plus_seconds(nth)).await;
    }
    let (mut ids, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = told.world.shop.get(&format!("/v1/notifications{cursor}")).await.expect(200);
        ids.extend(page["data"].as_array().expect("a list").iter().map(|one| one["id"].to_string()));
        pages += 1;
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("?cursor={next}");
    }
    assert_eq!((ids.len(), pages), (80, 2));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 80, "each once");

    told.is_down(false);
    let since = told.start.plus_seconds(10).to_string();
    let path = "/v1/notifications/resend";
    let done = told.world.shop.post(path, json!({ "since": since })).await.expect(200);
    assert_eq!(done, json!({ "done": 60, "next_cursor": null }), "those that failed before are left alone");
    until(async || told.server.taken().len() == 60).await;
    let mut taken: Vec<_> = told.server.taken().iter().map(|heard| heard.id.clone()).collect();
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 60, "each once, under the id that it had");
    assert_eq!(listed(&told, "").await.len(), 20);
    let rest = told.world.shop.post(path, json!({ "since": "2020-01-01T00:00:00Z" })).await.expect(200);
    assert_eq!(rest["done"], 20);
    until(async || listed(&told, "").await.is_empty()).await;
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_one_is_due_at_once_and_a_told_one_is_sent_once_more_under_its_id() {
    let told = Told::start().await;
    let session = told.paid("1").await;
    told.server.set_mood(Mood::Status(410));
    told.teller.looks(told.id("1"), told.start).await;
    told.is_down(false);
    let id = |sequence: u64| format!("msg_{}_{sequence}", told.id("1").chars());
    let path = |sequence: u64| format!("/v1/notifications/{}/resend", id(sequence));
    let resent = told.world.shop.post(&path(2), json!({})).await.expect(200);
    assert_eq!((&resent["id"], &resent["state"]), (&json!(id(2)), &json!("waiting")));
    until(async || told.sequences() == [2]).await;
    told.world.shop.post(&path(1), json!({})).await.expect(200);
    until(async || told.sequences() == [2, 1]).await;
    until(async || listed(&told, "").await.is_empty()).await;

    let resent = told.world.shop.post(&path(2), json!({})).await.expect(200);
    assert_eq!(resent["state"], "told");
    until(async || told.sequences() == [2, 1, 2]).await;
    told.is_down(true);
    told.world.shop.post(&path(1), json!({})).await.expect(200);
    until(async || told.server.heard().len() == 6).await;
    until(async || told.log(&session).await.len() == 6).await;
    let all = listed(&told, "?order_id=1").await;
    assert_eq!(states(&all), ["1 order.processing told", "2 order.paid told"], "what was told stays told");
    assert_eq!(all[0]["tries"][2]["status"], 503, "the try is there to be read");
    let ids: Vec<_> = told.server.heard().iter().map(|heard| heard.id.clone()).collect();
    assert!(ids.iter().all(|known| *known == id(1) || *known == id(2)), "{ids:?}");
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_has_not_had_its_turn_has_it_now_and_a_timer_stands_behind_it() {
    let told = Told::start().await;
    told.paid("1").await;
    // As where the stream was lost: nobody looked at the order.
    let path = format!("/v1/notifications/msg_{}_2/resend", told.id("1").chars());
    let resent = told.world.shop.post(&path, json!({})).await.expect(200);
    assert_eq!((&resent["state"], &resent["tries"]), (&json!("waiting"), &json!([])));
    until(async || told.sequences() == [1, 2]).await;
    let at = now().plus_seconds(120);
    told.teller.passes(now(), at).await;
    assert_eq!(told.sequences(), [1, 2], "the timer finds nothing left to do");
    assert_eq!(told.teller.messages(Due::NotifyShop), []);
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_the_shops_or_not_allowed_is_refused_and_nothing_is_written() {
    let told = Told::start().await;
    let (world, shop) = (&told.world, &told.world.shop);
    told.paid("1").await;
    told.server.set_mood(Mood::Status(410));
    told.teller.looks(told.id("1"), told.start).await;
    world.other.opens("1").await;
    let chars = told.id("1").chars().to_string();
    let before = world.table().await;
    let resend = |id: &str| format!("/v1/notifications/{id}/resend");
    for id in [
        format!("msg_{chars}_3"),
        format!("msg_{chars}_0"),
        format!("msg_{chars}_01"),
        format!("msg_{chars}_-1"),
        format!("msg_{chars}"),
        format!("msg_{}_1", "z".repeat(26)),
        format!("msg_{}_1", world.other.payment_id("1").chars()),
        "evt_1".to_owned(),
    ] {
        shop.post(&resend(&id), json!({})).await.expect_problem(404, "not_found");
    }
    let own = resend(&format!("msg_{chars}_1"));
    world.other.post(&own, json!({})).await.expect_problem(404, "not_found");
    let bulk = "/v1/notifications/resend";
    world
        .other
        .post(bulk, json!({ "since": "2026-01-01T00:00:00Z" }))
        .await
        .expect_problem(409, "nothing_to_notify");
    for path in [own.as_str(), bulk] {
        let body = if path == bulk { json!({ "since": "2026-01-01T00:00:00Z" }) } else { json!({}) };
        for key in [&shop.read_key, &shop.publishable_key] {
            shop.call("POST", path, key, Some(&body)).await.expect_problem(403, "key_not_allowed");
        }
        shop.call("POST", path, "sk_shop_no", Some(&body)).await.expect_problem(401, "invalid_api_key");
        shop.call("POST", path, &shop.secret_key, None).await.expect_problem(400, "invalid_json");
        shop.post(path, json!({ "since": "2026-01-01T00:00:00Z", "force": true }))
            .await
            .expect_problem(422, "unknown_field");
    }
    shop.post(&own, json!({ "since": "2026-01-01T00:00:00Z" })).await.expect_problem(422, "unknown_field");
    for body in [
        json!({}),
        json!({ "since": "yesterday" }),
        json!({ "since": 5 }),
        json!({ "since": "2500-01-01T00:00:00Z" }),
        json!({ "since": "2026-01-01T00:00:00Z", "cursor": "x" }),
        json!({ "since": "2026-01-01T00:00:00Z", "cursor": format!("0000000000000.msg_{chars}_1") }),
    ] {
        shop.post(bulk, body).await.expect_problem(422, "invalid_request");
    }
    assert_eq!(world.table().await, before);

    let get = |query: String| async move { shop.get(&format!("/v1/notifications{query}")).await };
    get("?cursor=x".to_owned()).await.expect_problem(422, "invalid_request");
    get(format!("?order_id=1&cursor=1795539242000.msg_{chars}_1"))
        .await
        .expect_problem(422, "invalid_request");
    for order in ["nobody", "..x", ""] {
        get(format!("?order_id={order}")).await.expect_problem(404, "not_found");
    }
    let read = shop.call("GET", "/v1/notifications?order_id=1", &shop.read_key, None).await.expect(200);
    assert_eq!(read["data"].as_array().expect("a list").len(), 2);
    let small = shop.call("GET", "/v1/notifications", &shop.publishable_key, None).await;
    small.expect_problem(403, "key_not_allowed");
    told.world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_without_an_address_has_nothing_to_be_sent_again() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    world.stripe_tells(&crate::events::paid("evt_1", id)).await.expect(200);
    let list = world.shop.get("/v1/notifications?order_id=1").await.expect(200);
    assert_eq!(list["data"], json!([]));
    let path = format!("/v1/notifications/msg_{}_1/resend", world.shop.payment_id("1").chars());
    world.shop.post(&path, json!({})).await.expect_problem(409, "nothing_to_notify");
    world.stack.stop().await;
}
