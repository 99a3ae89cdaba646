//! `POST /v1/orders/{order_id}/refunds`: money goes back once for each key, and never more than came.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::events;
use crate::racing::at_once;
use crate::reach::Opened;
use crate::stripe_api::{Mood, event};
use crate::wire::Raw;
use crate::world::{Answer, Shop, World};

const PATH: &str = "/v1/orders/1/refunds";

async fn paid() -> (World, Opened) {
    let world = World::start().await;
    let session = world.reaches("1", "paid").await;
    (world, session)
}

impl Shop {
    /// Asks for a refund of an order.
    pub async fn refunds(&self, order: &str, key: &str, body: Value) -> Answer {
        let url = format!("{}/v1/orders/{order}/refunds", self.url);
        let request = self.http.post(url).bearer_auth(&self.secret_key).header("idempotency-key", key);
        Answer::to("POST", request.json(&body).send().await.expect("an answer")).await
    }
}

/// What an order's money is: came, went back, and the status.
async fn money(world: &World) -> (u64, u64, String) {
    let order = world.shop.order("1").await;
    let number = |name: &str| order[name].as_u64().expect("a number");
    (number("amount_paid"), number("amount_refunded"), order["status"].as_str().expect("a status").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_amount_goes_back_and_the_provider_is_told_whose_it_is() {
    let (world, session) = paid().await;
    let answer = world.shop.refunds("1", "k", json!({ "reason": "Returned." })).await.expect(200);
    assert_eq!(
        (&answer["status"], &answer["amount"], &answer["currency"], &answer["session_id"]),
        (&json!("succeeded"), &json!(4999), &json!("EUR"), &json!(session.id))
    );
    assert_eq!(money(&world).await, (4999, 4999, "refunded".to_owned()));
    let forms = world.stripe.refunds();
    let sent = |name: &str| forms[0].iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(forms.len(), 1);
    assert_eq!(
        (sent("payment_intent"), sent("amount"), sent("metadata[refund_id]"), sent("metadata[session_id]")),
        (Some(events::INTENT), Some("4999"), answer["id"].as_str(), Some(session.id.as_str()))
    );
    let timeline = world.shop.get(&format!("/v1/sessions/{}/timeline", session.id)).await.expect(200);
    let texts: Vec<_> =
        timeline["entries"].as_array().unwrap().iter().map(|entry| entry["text"].as_str().unwrap()).collect();
    let id = answer["id"].as_str().unwrap();
    let asked = format!("The merchant asked for a refund of 49.99 EUR ({id}): Returned.");
    let done = format!(
        "We asked stripe, which says: 49.99 EUR were refunded (re_1, asked for as {id}). Until now 49.99 EUR of the 49.99 EUR that came went back."
    );
    for expected in [asked.as_str(), &done, "The order went from paid to refunded."] {
        assert!(texts.contains(&expected), "{expected}\n{texts:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_go_back_until_nothing_is_left_and_never_more() {
    let (world, _) = paid().await;
    world.shop.refunds("1", "a", json!({ "amount": 1_000 })).await.expect(200);
    assert_eq!(money(&world).await, (4999, 1_000, "paid".to_owned()));
    let more = world.shop.refunds("1", "b", json!({ "amount": 4_000 })).await;
    more.expect_problem(409, "refund_exceeds");
    assert_eq!((&more.json()["amount_left"], &more.json()["currency"]), (&json!(3_999), &json!("EUR")));
    assert!(more.json()["detail"].as_str().unwrap().contains("39.99 EUR"), "{}", more.body);
    let rest = world.shop.refunds("1", "c", json!({})).await.expect(200);
    assert_eq!(rest["amount"], 3_999);
    assert_eq!(money(&world).await, (4999, 4999, "refunded".to_owned()));
    for body in [json!({}), json!({ "amount": 1 })] {
        let nothing = world.shop.refunds("1", "d", body).await;
        nothing.expect_problem(409, "refund_exceeds");
        assert_eq!(nothing.json()["amount_left"], 0);
    }
    assert_eq!(world.stripe.refund_requests(), 2, "what is refused here never reaches the provider");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_is_the_same_refund_as_it_is_now() {
    let (world, session) = paid().await;
    world.stripe.refunds_are("pending");
    let body = json!({ "amount": 1_000, "reason": "late" });
    let first = world.shop.refunds("1", "k", body.clone()).await.expect(202);
    assert_eq!(first["status"], "pending");
    let before = world.table().await;
    assert_eq!(world.shop.refunds("1", "k", body.clone()).await.expect(202), first);
    for other in [
        json!({ "amount": 1_001, "reason": "late" }),
        json!({ "reason": "late" }),
        json!({ "amount": 1_000 }),
        json!({ "amount": 1_000, "reason": "late", "session_id": session.id }),
    ] {
        world.shop.refunds("1", "k", other).await.expect_problem(422, "idempotency_mismatch");
    }
    assert_eq!(world.table().await, before, "a repeat writes nothing");
    assert_eq!(world.stripe.refund_requests(), 1);
    // What the provider says later is what a repeat says.
    let mut object = world.stripe.refund_objects().remove(0);
    object["status"] = json!("succeeded");
    world.stripe_tells(&event::of("evt_r", "refund.updated", object.clone())).await.expect(200);
    assert_eq!(world.shop.refunds("1", "k", body.clone()).await.expect(200)["status"], "succeeded");
    object["status"] = json!("failed");
    object["failure_reason"] = json!("lost_or_stolen_card");
    world.stripe_tells(&event::of("evt_f", "refund.failed", object)).await.expect(200);
    let failed = world.shop.refunds("1", "k", body).await.expect(200);
    assert_eq!((&failed["status"], &failed["reason"]), (&json!("failed"), &json!("lost_or_stolen_card")));
    let order = world.shop.order("1").await;
    assert_eq!((&order["amount_refunded"], &order["attention"]), (&json!(0), &json!(["refund_failed"])));
    // The amount is free again.
    world.stripe.refunds_are("succeeded");
    world.shop.refunds("1", "l", json!({})).await.expect(200);
    assert_eq!(money(&world).await, (4999, 4999, "refunded".to_owned()));
    let looked = json!({ "attention": ["refund_failed"], "actor": "Ada" });
    let order = world.shop.post("/v1/orders/1/acknowledge", looked).await.expect(200);
    assert_eq!(order["attention"], json!([]));
}

/// woocommerce/woocommerce-gateway-stripe#838, #570, #1396: one part refund becomes two, because the shop's own refund
/// comes back as a webhook. antiwork/gumroad#6684: a cumulative total is added up.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_comes_back_as_webhooks_is_counted_once() {
    let (world, session) = paid().await;
    world.shop.refunds("1", "k", json!({ "amount": 1_000 })).await.expect(200);
    let object = world.stripe.refund_objects().remove(0);
    world.stripe.knows_intent(events::INTENT, &session.id);
    let (total, checkout) = events::refunded_total("evt_t", &session.id, 1_000);
    world.stripe.knows_checkout_of(events::INTENT, checkout);
    for told in [
        event::of("evt_c", "refund.created", object.clone()),
        event::of("evt_u", "refund.updated", object.clone()),
        total,
        event::of("evt_c", "refund.created", object),
    ] {
        let outcome = world.stripe_tells(&told).await.expect(200)["outcome"].clone();
        assert!(outcome == "stale" || outcome == "duplicate", "{outcome}");
        assert_eq!(money(&world).await, (4999, 1_000, "paid".to_owned()));
    }
    // One at Stripe's own dashboard is picked up beside it, and lessens what is left.
    world.stripe_tells(&events::refund("evt_d", "re_dash", events::INTENT, 1_500)).await.expect(200);
    let (total, checkout) = events::refunded_total("evt_t2", &session.id, 2_500);
    world.stripe.knows_checkout_of(events::INTENT, checkout);
    world.stripe_tells(&total).await.expect(200);
    assert_eq!(money(&world).await, (4999, 2_500, "paid".to_owned()));
    let more = world.shop.refunds("1", "l", json!({ "amount": 2_500 })).await;
    more.expect_problem(409, "refund_exceeds");
    assert_eq!(more.json()["amount_left"], 2_499);
    world.shop.refunds("1", "m", json!({})).await.expect(200);
    assert_eq!(money(&world).await, (4999, 4999, "refunded".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_refuses_is_free_again_and_each_repeat_says_so() {
    let (world, _) = paid().await;
    world.stripe.acts(Mood::Refuses);
    for _ in 0..2 {
        let refused = world.shop.refunds("1", "k", json!({})).await;
        refused.expect_problem(409, "refund_refused");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("charge_disputed") && !detail.contains("planted"), "{detail}");
    }
    assert_eq!(world.stripe.refund_requests(), 1, "a repeat does not ask again");
    assert_eq!(world.shop.order("1").await["attention"], json!(["refund_failed"]));
    world.stripe.acts(Mood::Fine);
    assert_eq!(world.shop.refunds("1", "l", json!({})).await.expect(200)["amount"], 4999);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_unknown_outcome_is_pending_due_and_keeps_its_amount() {
    let (world, session) = paid().await;
    world.stripe.acts(Mood::Breaks);
    let timers = world.table().await.keys_of("due").len();
    let unknown = world.shop.refunds("1", "k", json!({ "amount": 4_000 })).await.expect(202);
    assert_eq!(unknown["status"], "pending");
    assert_eq!(world.table().await.keys_of("due").len(), timers + 1, "somebody looks at it again");
    assert_eq!(money(&world).await, (4999, 0, "paid".to_owned()));
    let more = world.shop.refunds("1", "l", json!({ "amount": 1_000 })).await;
    more.expect_problem(409, "refund_exceeds");
    assert_eq!(more.json()["amount_left"], 999);
    // It was made, and its webhook says so.
    let object = world.stripe.refund_objects().remove(0);
    world.stripe_tells(&event::of("evt_c", "refund.created", object)).await.expect(200);
    assert_eq!(money(&world).await, (4999, 4_000, "paid".to_owned()));
    assert_eq!(
        world.shop.refunds("1", "k", json!({ "amount": 4_000 })).await.expect(200)["status"],
        "succeeded"
    );
    assert_eq!(
        world.shop.get(&format!("/v1/sessions/{}", session.id)).await.json()["amount_refunded"],
        4_000
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_at_once_for_the_whole_amount_one_goes_to_the_provider() {
    let world = Arc::new(World::start().await);
    world.reaches("1", "paid").await;
    let answers =
        at_once(
            &world,
            16,
            |world, n| async move { world.shop.refunds("1", &format!("k{n}"), json!({})).await },
        )
        .await;
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(made.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.expect_problem(409, "refund_exceeds");
        assert_eq!(answer.json()["amount_left"], 0);
    }
    assert_eq!((world.stripe.refund_requests(), world.stripe.refunds().len()), (1, 1));
    assert_eq!(money(&world).await, (4999, 4999, "refunded".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_parts_at_once_take_no_more_than_came() {
    let world = Arc::new(World::start().await);
    world.reaches("1", "paid").await;
    let answers = at_once(&world, 16, |world, n| async move {
        world.shop.refunds("1", &format!("k{n}"), json!({ "amount": 1_000 })).await
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 4);
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 12);
    assert_eq!(money(&world).await, (4999, 4_000, "paid".to_owned()));
    assert_eq!(world.stripe.refunds().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_at_once_with_one_key_are_one_refund() {
    let world = Arc::new(World::start().await);
    world.reaches("1", "paid").await;
    let answers = at_once(&world, 16, |world, _| async move {
        let answer = world.shop.refunds("1", "k", json!({ "amount": 1_000 })).await;
        assert!([200, 202].contains(&answer.status), "{}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    })
    .await;
    assert_eq!(answers.into_iter().collect::<BTreeSet<_>>().len(), 1);
    assert_eq!((world.stripe.refund_requests(), world.stripe.refunds().len()), (1, 1));
    let again = world.shop.refunds("1", "k", json!({ "amount": 1_000 })).await.expect(200);
    assert_eq!(again["status"], "succeeded");
    assert_eq!(money(&world).await, (4999, 1_000, "paid".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_paid_has_nothing_to_refund() {
    let world = World::start().await;
    world.shop.registers("1").await;
    world.shop.refunds("1", "k", json!({})).await.expect_problem(409, "nothing_to_refund");
    for status in ["created", "pending", "processing", "failed", "cancelled", "expired"] {
        let session = world.reaches(status, status).await;
        let before = world.table().await;
        for body in [json!({}), json!({ "amount": 1 }), json!({ "session_id": session.id })] {
            let answer = world.shop.refunds(status, "k", body).await;
            answer.expect_problem(409, "nothing_to_refund");
        }
        assert_eq!(world.table().await, before, "{status}");
    }
    assert_eq!(world.stripe.refund_requests(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_paid_sessions_it_has_to_be_said_which() {
    let world = World::start().await;
    // Else the second checkout is closed as soon as the first is paid, and its money comes late.
    world.stack.stop_stream();
    let first = Opened::of(&world.shop.opens("1").await);
    let body = json!({ "order_id": "1", "method": "link" });
    let second = Opened::of(&world.shop.post("/v1/sessions", body).await.expect(201));
    world.stripe_tells(&events::paid("evt_1", &first.id)).await.expect(200);
    let other = events::by_intent(events::paid("evt_2", &second.id), "pi_second");
    world.stripe_tells(&other).await.expect(200);
    assert_eq!(world.shop.order("1").await["attention"], json!(["duplicate_payment"]));
    let which = world.shop.refunds("1", "k", json!({})).await;
    which.expect_problem(409, "session_id_needed");
    let detail = which.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(&first.id) && detail.contains(&second.id), "{detail}");
    let back = world.shop.refunds("1", "k", json!({ "session_id": second.id })).await.expect(200);
    assert_eq!(back["session_id"], second.id);
    let order = world.shop.order("1").await;
    assert_eq!((&order["status"], &order["attention"]), (&json!("paid"), &json!([])), "the first one stands");
    let form = &world.stripe.refunds()[0];
    assert!(form.iter().any(|(name, value)| name == "payment_intent" && value == "pi_second"), "{form:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_body_a_bad_key_and_anothers_order_are_refused() {
    let (world, session) = paid().await;
    world.shop.opens("2").await;
    let elsewhere = world.shop.session_id("2", 1).to_string();
    let absent = session.id.replace("_1", "_7");
    let before = world.table().await;
    for (body, code) in [
        (json!({ "amount": 0 }), "invalid_amount"),
        (json!({ "amount": -1 }), "invalid_amount"),
        (json!({ "amount": 1.5 }), "invalid_amount"),
        (json!({ "amount": "1" }), "invalid_amount"),
        (json!({ "amount": 1_000_000_000_000_000_u64 }), "invalid_amount"),
        (json!({ "currency": "EUR" }), "unknown_field"),
        (json!({ "session_id": "1" }), "invalid_request"),
        (json!({ "session_id": elsewhere }), "invalid_request"),
        (json!({ "session_id": absent }), "invalid_request"),
        (json!({ "reason": "x".repeat(501) }), "invalid_request"),
        (json!({ "reason": 1 }), "invalid_request"),
        (json!([]), "invalid_request"),
    ] {
        world.shop.refunds("1", "k", body).await.expect_problem(422, code);
    }
    world
        .sends_as(&world.shop, Raw::new("POST", PATH).body("{}"))
        .await
        .expect_problem(422, "invalid_idempotency_key");
    for keys in [vec![""], vec!["a b"], vec!["k\u{e4}"], vec!["k", "k"]] {
        let mut raw = Raw::new("POST", PATH).body("{}");
        for key in &keys {
            raw = raw.header("idempotency-key", key);
        }
        world.sends_as(&world.shop, raw).await.expect_problem(422, "invalid_idempotency_key");
    }
    let raw = |body: &str| Raw::new("POST", PATH).header("idempotency-key", "k").body(body);
    world.sends_as(&world.shop, raw("")).await.expect_problem(400, "invalid_json");
    world.sends_as(&world.shop, raw("{")).await.expect_problem(400, "invalid_json");
    world.sends_as(&world.shop, raw(&" ".repeat(65_537))).await.expect_problem(413, "body_too_large");
    world.sends(&raw("{}")).await.expect_problem(401, "invalid_api_key");
    for key in [&world.shop.read_key, &world.shop.publishable_key] {
        world.sends(&raw("{}").key(key)).await.expect_problem(403, "key_not_allowed");
    }
    world.other.refunds("1", "k", json!({})).await.expect_problem(404, "order_not_found");
    world.shop.refunds("..x", "k", json!({})).await.expect_problem(404, "order_not_found");
    world.shop.refunds("absent", "k", json!({})).await.expect_problem(404, "order_not_found");
    assert_eq!(world.table().await, before);
    assert_eq!(world.stripe.refund_requests(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_the_shop_has_no_more_cannot_be_asked() {
    let world = World::start().await;
    world.reaches("1", "paid").await;
    let mut document = world.shop.document(&world.stripe.url);
    let sandbox = json!({
        "api_key": "planted_sandbox_key", "webhook_secrets": ["whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"],
        "api_base": "http://127.0.0.1:9",
    });
    document["providers"] = json!({ "sandbox": sandbox });
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    // Another container, which reads the shop anew.
    let app = payproof_edge::app::App::new(&world.stack.settings());
    let request = http::Request::post("/v1/orders/1/refunds")
        .header("authorization", format!("Bearer {}", world.shop.secret_key))
        .header("idempotency-key", "k")
        .body(bytes::Bytes::from_static(b"{}"))
        .expect("a request");
    let before = world.table().await;
    let answer = merchant_act::handle(&app, request, payproof_edge::app::now()).await;
    let problem: Value = serde_json::from_slice(answer.body()).expect("JSON");
    assert_eq!(
        (answer.status().as_u16(), &problem["code"]),
        (409, &json!("refund_not_possible")),
        "{problem}"
    );
    assert_eq!(world.table().await, before, "nothing is reserved that nobody can send back");
}
