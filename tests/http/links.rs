//! Payment links: an order that can be paid by whoever has its address, by whatever way they choose, once.

use serde_json::{Value, json};

use crate::events;
use crate::reach::heading;
use crate::stripe_api::Mood;
use crate::wire::Raw;
use crate::world::{Answer, World};

impl World {
    /// Registers an order and makes a link for it. Gives the link's path.
    async fn links(&self, order: &str, body: Value) -> String {
        self.shop.registers(order).await;
        self.links_again(order, body).await
    }

    async fn links_again(&self, order: &str, mut body: Value) -> String {
        body["order_id"] = json!(order);
        let link = self.shop.post("/v1/payment-links", body).await.expect(201);
        assert_eq!(link["order_id"], order);
        let url = link["url"].as_str().expect("an address").to_owned();
        url.strip_prefix(&self.stack.url).expect("ours").to_owned()
    }

    async fn chooses(&self, path: &str, form: &str) -> Answer {
        let request = self.http.post(format!("{}{path}", self.stack.url));
        let request =
            request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
        Answer::to("POST", request.send().await.expect("an answer")).await
    }

    /// The path of ours that an answer sends the browser to.
    fn sent_to(&self, answer: &Answer) -> String {
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        answer.header("location").strip_prefix(&self.stack.url).expect("a path of ours").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_chooses_pays_and_the_link_says_so_ever_after() {
    let world = World::start().await;
    let path = world.links("1", json!({ "return_url": "https://shop.example/thanks" })).await;
    let before = world.table().await;
    let page = world.page(&path).await;
    assert_eq!((page.status, heading(&page.body)), (200, "Pay 49.99\u{a0}EUR to Test shop"));
    for expected in
        ["Test shop", "<dd>1</dd>", "49.99\u{a0}EUR", "value=\"card\"", "value=\"link\"", "method=\"post\""]
    {
        assert!(page.body.contains(expected), "{expected}: {}", page.body);
    }
    assert!(!page.body.contains("value=\"crypto\""), "Stripe takes none here");
    assert!(!page.body.contains("<script"), "it works without JavaScript");
    for (name, value) in [("referrer-policy", "no-referrer"), ("cache-control", "no-store")] {
        assert_eq!(page.header(name), value);
    }
    assert!(page.header("content-security-policy").contains("form-action 'self' https:;"));
    // A mail program or a messenger that looks at the link opens nothing.
    for _ in 0..3 {
        world.page(&path).await;
    }
    world.sends(&Raw::new("HEAD", &path)).await;
    assert_eq!((world.table().await, world.stripe.creations().len()), (before, 0));

    let go = world.sent_to(&world.chooses(&path, "method=card").await);
    assert!(go.starts_with("/go/cs_"), "{go}");
    let checkout = world.page(&go).await;
    assert!(checkout.header("location").starts_with("https://checkout.stripe.com/"), "{checkout:?}");
    // The same way again is the same session; another way is another.
    assert_eq!(world.sent_to(&world.chooses(&path, "method=card").await), go);
    let other = world.sent_to(&world.chooses(&path, "method=wallet").await);
    assert_ne!(other, go);
    assert_eq!(world.stripe.checkouts(), 2);
    let form = &world.stripe.creations()[0];
    let cancel = form.iter().find(|(name, _)| name == "cancel_url").map(|(_, url)| url.clone());
    assert_eq!(cancel, Some(format!("{}{path}", world.stack.url)), "who turns back can choose another way");

    let session = world.shop.session_id("1", 1).to_string();
    world.stripe_tells(&events::paid("evt_1", &session)).await.expect(200);
    let page = world.page(&path).await;
    assert_eq!(
        (page.status, heading(&page.body)),
        (200, "Payment confirmed. Your order is now being processed.")
    );
    assert!(
        page.body.contains("https://shop.example/thanks") && !page.body.contains("<form"),
        "{}",
        page.body
    );
    assert_eq!(world.sent_to(&world.chooses(&path, "method=link").await), path, "and nothing is opened");
    assert_eq!(world.stripe.checkouts(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_says_what_is_true_of_its_order() {
    let world = World::start().await;
    for (status, message) in crate::reach::MESSAGES {
        let path = world.links(status, json!({})).await;
        let session = world.shop.post("/v1/sessions", json!({ "order_id": status })).await.expect(201);
        world.brings(status, &crate::reach::Opened::of(&session), status).await;
        let page = world.page(&path).await;
        assert_eq!(page.status, 200, "{status}");
        let settled = ["processing", "paid", "review", "refunded"].contains(&status);
        assert_eq!(page.body.contains("<form"), !settled, "{status}");
        if settled {
            assert_eq!(heading(&page.body), message, "{status}");
        }
    }
}

/// The page asked for the money again while the webhook of a payment was on its way.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_came_back_from_a_checkout_is_not_asked_as_if_they_had_not_paid() {
    let world = World::start().await;
    let path = world.links("1", json!({})).await;
    let session = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    let session = crate::reach::Opened::of(&session);
    assert_eq!(world.page(&session.checkout_url).await.status, 303);
    assert_eq!(heading(&world.page(&path).await.body), "Pay 49.99\u{a0}EUR to Test shop", "nobody came back");
    world.page(&session.return_path()).await;
    let page = world.page(&path).await;
    assert_eq!((page.status, heading(&page.body)), (200, "Thanks, we are confirming your payment."));
    assert!(page.body.contains("<form"), "who turned back can choose another way: {}", page.body);
    world.sets_on("link", "ex", 1_700_000_000_000).await;
    let page = world.page(&path).await;
    assert_eq!((page.status, heading(&page.body)), (410, "Thanks, we are confirming your payment."));
    assert!(!page.body.contains("<form"), "{}", page.body);
}

/// With a way back to the shop there was no way to another method.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_failure_a_link_offers_another_way_though_it_has_a_way_back() {
    let world = World::start().await;
    let back = "https://shop.example/cart";
    let path =
        world.links("1", json!({ "cancel_url": back, "return_url": "https://shop.example/thanks" })).await;
    let go = world.sent_to(&world.chooses(&path, "method=card").await);
    assert_eq!(world.page(&go).await.status, 303);
    let session = world.shop.session_id("1", 1).to_string();
    world.stripe_tells(&events::async_failed("evt_1", &session)).await.expect(200);
    let page = world.page(&go).await;
    assert!(page.body.contains(&format!("href=\"{}{path}\"", world.stack.url)), "{}", page.body);
    let page = world.page(&path).await;
    assert!(page.body.contains("<form") && page.body.contains(back), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_with_too_many_attempts_leads_back_to_the_shop_and_not_to_its_thanks() {
    let world = World::start().await;
    let wish =
        json!({ "cancel_url": "https://shop.example/cart", "return_url": "https://shop.example/thanks" });
    let path = world.links("1", wish).await;
    let mut go = String::new();
    for attempt in 1..=20 {
        go = world.sent_to(&world.chooses(&path, "method=card").await);
        assert!(go.starts_with("/go/"), "{attempt}: {go}");
        let session = world.shop.session_id("1", attempt).to_string();
        world.stripe_tells(&events::expired(&format!("evt_{attempt}"), &session)).await.expect(200);
    }
    let page = world.page(&path).await;
    assert_eq!(heading(&page.body), "This order cannot be paid here any more. Please ask the shop.");
    assert!(page.body.contains("https://shop.example/cart"), "{}", page.body);
    assert!(!page.body.contains("https://shop.example/thanks"), "{}", page.body);
    // Where the last attempt ended no other way is offered, and there is a way out all the same.
    let page = world.page(&go).await;
    let button = |id: &str| {
        let (_, after) = page.body.split_once(&format!("<p id=\"{id}\"")).expect("a button");
        after.split_once("</p>").expect("its end").0.to_owned()
    };
    assert!(button("again").starts_with(" hidden"), "{}", page.body);
    assert!(!button("leave").starts_with(" hidden"), "{}", page.body);
    assert!(button("leave").contains("Back to the shop"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_shop_wrote_is_shown_as_text() {
    let world = World::start().await;
    let body =
        json!({ "amount": 5000, "currency": "JPY", "description": "<script>alert(1)</script> & \"tea\"" });
    world.shop.put("/v1/orders/1", body).await.expect(201);
    let path = world.links_again("1", json!({})).await;
    let page = world.page(&path).await;
    assert_eq!(heading(&page.body), "Pay 5,000\u{a0}JPY to Test shop");
    assert!(!page.body.contains("<script"), "{}", page.body);
    assert!(
        page.body.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;tea&quot;"),
        "{}",
        page.body
    );
    let page = world.page(&format!("{path}?said=planted")).await;
    assert!(!page.body.contains("planted"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_link_says_so_and_opens_nothing() {
    let world = World::start().await;
    let path = world.links("1", json!({ "expires_in": 60, "cancel_url": "https://shop.example/cart" })).await;
    world.sets_on("link", "ex", 1_700_000_000_000).await;
    let page = world.page(&path).await;
    assert_eq!(
        (page.status, heading(&page.body)),
        (410, "This payment link has expired. Please ask the shop for a new one.")
    );
    assert!(page.body.contains("https://shop.example/cart") && !page.body.contains("<form"), "{}", page.body);
    let before = world.table().await;
    assert_eq!(world.sent_to(&world.chooses(&path, "method=card").await), path);
    assert_eq!((world.table().await, world.stripe.creations().len()), (before, 0));
    // Who paid before is told that, and not that the link is old.
    let session = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    world.stripe_tells(&events::paid("evt_1", session["id"].as_str().expect("an id"))).await.expect(200);
    assert_eq!(
        heading(&world.page(&path).await.body),
        "Payment confirmed. Your order is now being processed."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_leads_nowhere_says_so() {
    let world = World::start().await;
    let path = world.links("1", json!({})).await;
    let token = path.strip_prefix("/pay/").expect("a token").to_owned();
    let (payment, random) = token.split_once('_').expect("two parts");
    let other = world.shop.payment_id("2");
    for odd in [
        "x".to_owned(),
        format!("{payment}_{}", "x".repeat(43)),
        format!("{}_{random}", other.chars()),
        format!("{token}x"),
        token.to_uppercase(),
        "%00".to_owned(),
        "%3Cscript%3E".to_owned(),
        "..%2f..".to_owned(),
        "x".repeat(4_000),
    ] {
        let path = format!("/pay/{odd}");
        let page = world.sends(&Raw::new("GET", &path)).await;
        assert_eq!(page.status, 404, "{odd}");
        assert_eq!(heading(&page.body), "This link does not lead to a payment.");
        let raw = Raw { body: b"method=card".to_vec(), ..Raw::new("POST", &path) };
        let sent = world.sent_to(&world.sends(&raw).await);
        assert_eq!(world.page(&sent).await.status, 404, "{odd} leads to {sent}");
        assert!(!sent.contains("script"), "{sent}");
    }
    assert_eq!(world.stripe.creations().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_pay_this_way_reads_why_and_can_choose_another() {
    let world = World::start().await;
    let path = world.links("1", json!({})).await;
    for form in
        ["", "method=", "method=cash", "method=CARD", "m=card", "method=card&method=link", "%ff%00=&&&", "{}"]
    {
        let sent = world.sent_to(&world.chooses(&path, form).await);
        assert_eq!(sent, format!("{path}?said=choose"), "{form}");
        let page = world.page(&sent).await;
        assert!(page.body.contains("Please choose one of the ways to pay.") && page.body.contains("<form"));
    }
    let before = world.table().await;
    // A way that no provider of the shop has.
    let sent = world.sent_to(&world.chooses(&path, "method=crypto").await);
    assert_eq!(sent, format!("{path}?said=unavailable"));
    let page = world.page(&sent).await;
    assert!(page.body.contains("This way to pay is not available just now."), "{}", page.body);
    assert_eq!(world.table().await, before);
    // A provider that refuses.
    world.stripe.set_mood(Mood::Refuses);
    let sent = world.sent_to(&world.chooses(&path, "method=card").await);
    assert_eq!(sent, format!("{path}?said=unavailable"));
    world.stripe.set_mood(Mood::Fine);
    let sent = world.sent_to(&world.chooses(&path, "method=card").await);
    assert!(sent.starts_with("/go/"), "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_order_gets_no_link() {
    let world = World::start().await;
    for (status, code) in [
        ("paid", "order_already_paid"),
        ("refunded", "order_already_paid"),
        ("processing", "payment_under_way"),
        ("review", "payment_under_way"),
    ] {
        world.reaches(status, status).await;
        let before = world.table().await;
        let answer = world.shop.post("/v1/payment-links", json!({ "order_id": status })).await;
        answer.expect_problem(409, code);
        assert_eq!(world.table().await, before, "{status}");
    }
    for status in ["created", "pending", "failed", "cancelled", "expired"] {
        world.reaches(status, status).await;
        world.links_again(status, json!({})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_body_a_small_key_and_anothers_order_are_refused() {
    let world = World::start().await;
    world.shop.registers("1").await;
    let kuwaiti = json!({ "amount": 4999, "currency": "KWD" });
    world.shop.put("/v1/orders/kwd", kuwaiti).await.expect(201);
    let before = world.table().await;
    let with = |name: &str, value: Value| {
        let mut body = json!({ "order_id": "1" });
        body[name] = value;
        body
    };
    for (body, code) in [
        (json!({}), "invalid_request"),
        (json!({ "order_id": "a/b" }), "invalid_order_id"),
        (json!({ "order_id": 1 }), "invalid_request"),
        (with("amount", json!(1)), "unknown_field"),
        (with("method", json!("card")), "unknown_field"),
        (with("expires_in", json!(59)), "invalid_request"),
        (with("expires_in", json!(7_776_001)), "invalid_request"),
        (with("expires_in", json!(-1)), "invalid_request"),
        (with("locale", json!("de_DE")), "invalid_request"),
        (with("return_url", json!("https://evil.test/")), "return_url_not_allowed"),
        (with("cancel_url", json!("javascript:alert(1)")), "return_url_not_allowed"),
    ] {
        world.shop.post("/v1/payment-links", body).await.expect_problem(422, code);
    }
    let raw = |body: &str| Raw::new("POST", "/v1/payment-links").body(body);
    let fine = r#"{"order_id":"1"}"#;
    world.sends_as(&world.shop, raw("")).await.expect_problem(400, "invalid_json");
    world.sends(&raw(fine)).await.expect_problem(401, "invalid_api_key");
    for key in [&world.shop.read_key, &world.shop.publishable_key] {
        world.sends(&raw(fine).key(key)).await.expect_problem(403, "key_not_allowed");
    }
    world
        .other
        .post("/v1/payment-links", json!({ "order_id": "1" }))
        .await
        .expect_problem(404, "order_not_found");
    let absent = world.shop.post("/v1/payment-links", json!({ "order_id": "absent" })).await;
    absent.expect_problem(404, "order_not_found");
    // Stripe writes no third decimal.
    let nobody = world.shop.post("/v1/payment-links", json!({ "order_id": "kwd" })).await;
    nobody.expect_problem(502, "no_provider_available");
    assert_eq!(world.table().await, before);
}
