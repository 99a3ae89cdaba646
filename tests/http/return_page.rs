//! The page after the hosted checkout. That a browser came back says nothing of money.

use std::sync::Arc;

use serde_json::json;

use crate::reach::{MESSAGES, heading};
use crate::world::{Answer, World};
use crate::{events, racing};

/// What every page keeps to itself.
fn keeps_to_itself(page: &Answer) {
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("unsafe-eval") && !policy.contains('*'),
        "{policy}"
    );
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("set-cookie"), "");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
    for tag in ["<script", "<style"] {
        for (at, _) in page.body.match_indices(tag) {
            let tag = page.body[at..].split('>').next().expect("a tag");
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{tag}");
        }
    }
    assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="), "no inline style or handler");
    assert!(!page.body.contains("//cdn") && !page.body.contains("src="), "nobody else is asked for anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_for_every_status_what_the_poll_says() {
    let world = World::start().await;
    for (status, message) in MESSAGES {
        let session = world.reaches(status, status).await;
        let page = world.page(&session.return_path()).await;
        assert_eq!(page.status, 200, "{status}");
        keeps_to_itself(&page);
        assert_eq!(heading(&page.body), message, "{status}");
        assert!(page.body.contains("49.99\u{a0}EUR"), "{status}");
        assert!(page.body.contains(&format!("data-status=\"{status}\"")), "{status}");
        assert!(!page.body.contains("csec_"), "the secret is in the address already");
        let polled = world.shop.get(&format!("/v1/sessions/{}", session.id)).await.expect(200);
        assert_eq!((polled["status"].as_str(), polled["message"].as_str()), (Some(status), Some(message)));
        // Without JavaScript it asks again by itself as long as there is something to ask for.
        assert_eq!(page.body.contains("http-equiv=\"refresh\""), polled["final"] == false, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_change_no_money_status_and_write_once() {
    let world = World::start().await;
    for (status, _) in MESSAGES {
        let session = world.reaches(status, status).await;
        let version = world.version(&world.shop, status).await;
        let before = world.table().await;
        let mut first = String::new();
        for visit in 0..5 {
            let page = world.page(&session.return_path()).await;
            assert_eq!(page.status, 200);
            if visit == 0 {
                first = heading(&page.body).to_owned();
            }
            assert_eq!(heading(&page.body), first);
        }
        assert_eq!(world.version(&world.shop, status).await, version + 1, "{status}");
        let after = world.table().await;
        // Who came back to an unconfirmed payment is the strongest hint that there is something to find out.
        let confirmed = ["paid", "failed", "cancelled", "expired", "refunded"].contains(&status);
        let written: &[&str] = if confirmed { &["order"] } else { &["due", "order"] };
        assert_eq!(after.changed_since(&before), written, "{status}");
        let order = world.shop.order(status).await;
        assert_eq!(order["status"], status);
        assert_eq!(
            order["attention"].as_array().map(Vec::len),
            Some(usize::from(status == "review")),
            "{status}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timer_of_a_visit_is_a_minute_ahead() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    let before = world.table().await;
    let now = payproof_edge::app::now().millis();
    world.page(&session.return_path()).await;
    let after = world.table().await;
    let known = before.keys_of("due");
    let new: Vec<_> = after.keys_of("due").into_iter().filter(|key| !known.contains(key)).collect();
    let [(shard, key)] = new.as_slice() else { panic!("one timer: {new:?}") };
    assert_eq!(*shard, payproof_edge::store::Shard::of(&world.shop.payment_id("1")).partition());
    let (millis, what) = key.split_once('#').expect("a moment");
    assert_eq!(what, format!("{}#reconcile", world.shop.payment_id("1")));
    let ahead = millis.parse::<u64>().expect("milliseconds") - now;
    assert!((60_000..65_000).contains(&ahead), "{ahead}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_visits_at_once_write_once_and_a_payment_between_them_is_not_lost() {
    let world = Arc::new(World::start().await);
    let session = Arc::new(world.reaches("1", "pending").await);
    let version = world.version(&world.shop, "1").await;
    racing::at_once(&world, 16, |world, n| {
        let session = Arc::clone(&session);
        async move {
            if n == 8 {
                world.stripe_tells(&events::paid("evt_1", &session.id)).await.expect(200);
            } else {
                assert_eq!(world.page(&session.return_path()).await.status, 200);
            }
        }
    })
    .await;
    assert_eq!(world.version(&world.shop, "1").await, version + 2, "one visit and one payment");
    assert_eq!(world.shop.status("1").await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_looks_like_a_session_that_is_not_there() {
    let world = World::start().await;
    let session = world.reaches("1", "pending").await;
    let another = world.reaches("2", "pending").await;
    let absent = world.shop.session_id("absent", 1).to_string();
    let body = |page: &Answer| {
        // The nonce is new in every page.
        let policy = page.header("content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
        page.body.replace(nonce, "")
    };
    let before = world.table().await;
    let unknown = world.page(&format!("/return/{absent}?client_secret={}", session.client_secret)).await;
    assert_eq!(unknown.status, 404);
    keeps_to_itself(&unknown);
    for (id, secret) in [
        (session.id.as_str(), another.client_secret.as_str()),
        (&session.id, "csec_wrong"),
        (&session.id, ""),
        (&session.id, "%00"),
        (&session.id, "%ff"),
        (&session.id.replace("_1", "_2"), &session.client_secret),
        ("cs_1", &session.client_secret),
        ("%3Cscript%3E", &session.client_secret),
        ("a%2Fb", &session.client_secret),
    ] {
        let page = world.page(&format!("/return/{id}?client_secret={secret}")).await;
        assert_eq!((page.status, body(&page)), (404, body(&unknown)), "{id} {secret}");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
    }
    // Without the secret a page neither says what is true of the payment nor whether there is one.
    let without = world.page(&format!("/return/{}", session.id)).await;
    let without_any = world.page(&format!("/return/{absent}")).await;
    assert_eq!((without.status, without_any.status), (200, 200));
    keeps_to_itself(&without);
    assert_eq!(body(&without).replace(&session.id, ""), body(&without_any).replace(&absent, ""));
    assert_eq!(world.table().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_shop_sends_is_escaped() {
    let world = World::start().await;
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let mut document = world.shop.document(&world.stripe.url);
    document["name"] = json!(hostile);
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    let body = json!({
        "amount": 4999, "currency": "EUR", "description": hostile, "customer_email": "\"<b>\"@x.test",
        "metadata": { hostile: hostile },
    });
    world.shop.put("/v1/orders/1", body).await;
    world
        .shop
        .put("/v1/orders/1", json!({ "amount": 4999, "currency": "EUR", "description": hostile }))
        .await;
    let onward = "https://shop.example/?a=\"><script>alert(1)</script>&b='x'";
    let wish = json!({ "order_id": "1", "return_url": onward, "cancel_url": onward });
    let opened = crate::reach::Opened::of(&world.shop.post("/v1/sessions", wish).await.expect(201));
    world.stripe_tells(&events::paid("evt_1", &opened.id)).await.expect(200);
    for path in [opened.return_path(), opened.checkout_url.clone()] {
        let page = world.page(&path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains("alert(1)</script>"), "{}", page.body);
        assert!(!page.body.contains("<img"), "{}", page.body);
        assert!(page.body.contains("Continue to the shop"), "{}", page.body);
    }
}
