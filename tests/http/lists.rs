//! Pages of orders: newest first, each order once, whatever is registered meanwhile.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::racing::at_once;
use crate::world::{Shop, World};

fn ids(page: &Value) -> Vec<String> {
    let orders = page["data"].as_array().expect("a list");
    orders.iter().map(|order| order["id"].as_str().expect("an id").to_owned()).collect()
}

/// All pages of a list, as a client reads them that puts the cursor into the address as it came.
async fn pages(shop: &Shop, query: &str) -> Vec<Value> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = shop.get(&format!("/v1/orders?{query}{cursor}")).await.expect(200);
        let next = page["next_cursor"].as_str().map(str::to_owned);
        pages.push(page);
        assert!(pages.len() < 50, "the list never ends");
        let Some(next) = next else { return pages };
        let plain = next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
        assert!(plain, "a cursor goes into an address as it is: {next}");
        cursor = format!("&cursor={next}");
    }
}

async fn all(shop: &Shop, query: &str) -> Vec<String> {
    pages(shop, query).await.iter().flat_map(ids).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_listed_newest_first_and_each_once() {
    let world = Arc::new(World::start().await);
    assert_eq!(world.shop.get("/v1/orders").await.expect(200), json!({ "data": [], "next_cursor": null }));
    world.other.registers("theirs").await;
    for batch in 0..9 {
        at_once(&world, 15, |world, n| async move {
            world.shop.registers(&format!("o{batch}-{n}")).await;
        })
        .await;
    }
    let pages = pages(&world.shop, "").await;
    assert_eq!(pages.iter().map(|page| ids(page).len()).collect::<Vec<_>>(), [50, 50, 35]);
    let created: Vec<_> = pages
        .iter()
        .flat_map(|page| page["data"].as_array().expect("a list"))
        .map(|order| order["created_at"].as_str().expect("a moment").to_owned())
        .collect();
    assert!(created.is_sorted_by(|one, other| one >= other), "newest first");
    let mut listed: Vec<_> = pages.iter().flat_map(ids).collect();
    listed.sort();
    listed.dedup();
    assert_eq!(listed.len(), 135);
    // Every one of them is shown as it is read alone.
    let first = &pages[0]["data"][0];
    let id = first["id"].as_str().expect("an id");
    assert_eq!(*first, world.shop.order(id).await);
    let by_staff = world.shop.call("GET", "/v1/orders", &world.shop.read_key, None).await.expect(200);
    assert_eq!(by_staff, pages[0]);

    // What a filter leaves out leaves pages with less on them, and a cursor all the same.
    let oldest = pages[2]["data"][34]["id"].as_str().expect("an id").to_owned();
    let session = world.shop.post("/v1/sessions", json!({ "order_id": oldest })).await.expect(201);
    let event = crate::events::paid("evt_1", session["id"].as_str().expect("an id"));
    world.stripe_tells(&event).await.expect(200);
    assert_eq!(all(&world.shop, "status=paid").await, [oldest]);

    // An order that comes while somebody pages is not on the pages that follow, and moves none of them.
    world.shop.registers("newest").await;
    let cursor = pages[0]["next_cursor"].as_str().expect("a cursor");
    let second = world.shop.get(&format!("/v1/orders?cursor={cursor}")).await.expect(200);
    assert_eq!(ids(&second), ids(&pages[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_last_page_is_the_last() {
    let world = Arc::new(World::start().await);
    at_once(&world, 50, |world, n| async move {
        world.shop.registers(&format!("o-{n}")).await;
    })
    .await;
    let pages = pages(&world.shop, "").await;
    assert_eq!(pages.iter().map(|page| ids(page).len()).sum::<usize>(), 50);
    assert_eq!(pages.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_whose_list_is_spread_reads_it_whole() {
    let world = Arc::new(World::start().await);
    let mut document = world.shop.document(&world.stripe.url);
    document["list_shards"] = json!(5);
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    at_once(&world, 120, |world, n| async move {
        world.shop.registers(&format!("o-{n}")).await;
    })
    .await;
    let mut listed = all(&world.shop, "").await;
    listed.sort();
    listed.dedup();
    assert_eq!(listed.len(), 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_narrowed_by_status_attention_and_time() {
    let world = World::start().await;
    for (status, _) in crate::reach::MESSAGES {
        world.reaches(status, status).await;
        // Orders of one millisecond would share a bound.
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
    for (status, _) in crate::reach::MESSAGES {
        assert_eq!(all(&world.shop, &format!("status={status}")).await, [status]);
    }
    assert_eq!(all(&world.shop, "attention=amount_mismatch").await, ["review"]);
    assert_eq!(all(&world.shop, "attention=any").await, ["review"]);
    assert_eq!(all(&world.shop, "attention=any&status=paid").await, Vec::<String>::new());
    assert_eq!(all(&world.shop, "attention=amount_mismatch&status=paid").await, Vec::<String>::new());
    assert_eq!(all(&world.shop, "attention=disputed").await, Vec::<String>::new());
    let newest_first: Vec<_> =
        crate::reach::MESSAGES.iter().rev().map(|(status, _)| (*status).to_owned()).collect();
    assert_eq!(all(&world.shop, "").await, newest_first);
    let at = |order: &str| {
        let order = order.to_owned();
        let shop = &world.shop;
        async move { shop.order(&order).await["created_at"].as_str().expect("a moment").to_owned() }
    };
    let (from, to) = (at("processing").await, at("expired").await);
    let within = ["expired", "cancelled", "failed", "paid", "processing"];
    assert_eq!(all(&world.shop, &format!("from={from}&to={to}")).await, within, "both ends are in it");
    assert_eq!(all(&world.shop, &format!("from={from}&to={from}")).await, ["processing"]);
    assert_eq!(all(&world.shop, &format!("from={from}&to={to}&status=paid")).await, ["paid"]);
    assert_eq!(all(&world.shop, "to=2020-01-01T00:00:00Z").await, Vec::<String>::new());
    assert_eq!(all(&world.shop, "from=2020-01-01T01:00:00%2B01:00").await, newest_first, "any zone");
    assert_eq!(all(&world.shop, "from=2099-01-01T00:00:00Z").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_listed_as_it_is_read_alone_also_with_long_texts() {
    let world = World::start().await;
    let body = json!({
        "amount": 4999, "currency": "EUR", "description": "ä".repeat(400), "metadata": { "basket": "7" },
    });
    let order = world.shop.put("/v1/orders/1", body).await.expect(201);
    let list = world.shop.get("/v1/orders").await.expect(200);
    let listed = list["data"][0].as_object().expect("an order");
    // What a list leaves out is not there at all: `null` would say that the order has none.
    for (name, value) in listed {
        assert_eq!(value, &order[name], "{name}");
    }
}
