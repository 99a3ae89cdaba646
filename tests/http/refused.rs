//! Deliveries that are not provably the provider's: refused, noted within bounds, and without effect.

use std::time::{Duration, Instant};

use payproof::provider::stripe::sign;
use payproof::secret::Secret;
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::events;
use crate::world::{Answer, STRIPE_SECRET, World};

/// A delivery and why it is refused.
struct Delivery {
    name: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    reason: &'static str,
}

const OTHER_SECRET: &str = "whsec_J4kT8wZx2PqN6vLr9YbD3mFs7HgC1aXe";

/// A payment of this session, told in every way that must not be believed.
#[rustfmt::skip]
fn deliveries(session: &str) -> Vec<Delivery> {
    let text = serde_json::to_string(&events::paid("evt_1", session)).expect("JSON");
    let body = text.clone().into_bytes();
    let secret = Secret::new(STRIPE_SECRET);
    let seconds = now().seconds();
    let right = sign(&secret, seconds, &body);
    let (stamp, mac) = right.split_once(",v1=").map(|(stamp, mac)| (stamp.to_owned(), mac.to_owned())).expect("a MAC");
    let by = |secret: &str, seconds| sign(&Secret::new(secret), seconds, &body);
    let signed = |name, signature: String, reason| Delivery { name, headers: vec![("stripe-signature", signature)], body: body.clone(), reason };
    let changed = |name, from: &str, to: &str| Delivery { body: text.replacen(from, to, 1).into_bytes(), ..signed(name, right.clone(), "invalid_signature") };
    let flipped = mac.strip_prefix('0').map_or_else(|| format!("0{}", &mac[1..]), |rest| format!("1{rest}"));
    vec![
        Delivery { headers: vec![], ..signed("no signature", String::new(), "missing_signature") },
        signed("an empty signature", String::new(), "missing_signature"),
        Delivery { headers: vec![("stripe-signature", right.clone()), ("stripe-signature", right.clone())], ..signed("the header twice", String::new(), "missing_signature") },
        Delivery { headers: vec![("x-signature", right.clone())], ..signed("another header", String::new(), "missing_signature") },
        signed("another secret", by(OTHER_SECRET, seconds), "invalid_signature"),
        signed("the secret without its prefix", by(STRIPE_SECRET.trim_start_matches("whsec_"), seconds), "invalid_signature"),
        signed("an empty secret", by("", seconds), "invalid_signature"),
        signed("only the old scheme", format!("{stamp},v0={mac}"), "invalid_signature"),
        signed("no scheme", format!("{stamp},{mac}"), "invalid_signature"),
        signed("no time", format!("v1={mac}"), "invalid_signature"),
        signed("no MAC", stamp.clone(), "invalid_signature"),
        signed("two times", format!("{stamp},{stamp},v1={mac}"), "invalid_signature"),
        signed("a time with a sign", format!("t=+{seconds},v1={mac}"), "invalid_signature"),
        signed("another time", format!("t={},v1={mac}", seconds - 1), "invalid_signature"),
        signed("upper-case hex", format!("{stamp},v1={}", mac.to_ascii_uppercase()), "invalid_signature"),
        signed("half a MAC", format!("{stamp},v1={}", &mac[..32]), "invalid_signature"),
        signed("a flipped digit", format!("{stamp},v1={flipped}"), "invalid_signature"),
        signed("seventeen MACs", format!("{stamp}{},v1={mac}", ",v1=00".repeat(16)), "invalid_signature"),
        changed("another amount", "4999", "4998"),
        changed("another session", session, &session.replace("_1", "_2")),
        changed("a space more", ":", ": "),
        Delivery { body: vec![], ..signed("no body", right.clone(), "invalid_signature") },
        signed("signed more than 300 s ago", by(STRIPE_SECRET, seconds - 301), "timestamp_too_old"),
        signed("signed yesterday", by(STRIPE_SECRET, seconds - 86_400), "timestamp_too_old"),
        signed("signed more than 300 s ahead", by(STRIPE_SECRET, seconds + 310), "timestamp_too_new"),
        signed("signed at the end of time", by(STRIPE_SECRET, 999_999_999_999_999), "timestamp_too_new"),
    ]
}

async fn posts(world: &World, delivery: &Delivery) -> Answer {
    let headers: Vec<_> = delivery.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    world.posts("shop", "stripe", &headers, delivery.body.clone()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_provably_the_providers_changes_nothing() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let before = world.table().await;
    for delivery in deliveries(session["id"].as_str().expect("an id")) {
        let answer = posts(&world, &delivery).await;
        assert_eq!(answer.status, 401, "{}: {}", delivery.name, answer.body);
        answer.expect_problem(401, "invalid_signature");
        assert!(!answer.body.contains("whsec_"), "{}", delivery.name);
    }
    let after = world.table().await;
    // A note, and a timer: the provider is asked about the session that they name.
    assert_eq!(after.changed_since(&before), ["due", "ref"]);
    assert_eq!(world.shop.status("1").await, "created");
    // The true event is still taken: nothing of the above used it up.
    let event = events::paid("evt_1", session["id"].as_str().expect("an id"));
    assert_eq!(world.stripe_tells(&event).await.expect(200)["outcome"], "applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_good_at_its_own_shops_endpoint_only() {
    let world = World::start().await;
    let mut document = world.other.document(&world.stripe.url);
    document["providers"]["stripe"]["webhook_secrets"] = json!([OTHER_SECRET]);
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    let session = world.other.opens("1").await;
    let event = events::paid("evt_1", session["id"].as_str().expect("an id"));
    let before = world.table().await;
    world.stripe_posts("other", STRIPE_SECRET, now(), &event).await.expect_problem(401, "invalid_signature");
    let after = world.table().await;
    assert_eq!(after.changed_since(&before), ["due", "ref"]);
    assert_eq!(world.other.status("1").await, "created");
    world.stripe_posts("other", OTHER_SECRET, now(), &event).await.expect(200);
    assert_eq!(world.other.status("1").await, "paid");
}

/// woocommerce/woocommerce-gateway-stripe#5691: an endpoint that is nobody's answers 204, so the provider never resends.
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_not_there_answers_404_and_notes_nothing() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let body =
        serde_json::to_vec(&events::paid("evt_1", session["id"].as_str().expect("an id"))).expect("JSON");
    let signature = sign(&Secret::new(STRIPE_SECRET), now().seconds(), &body);
    let before = world.table().await;
    let long = "x".repeat(2_000);
    for (shop, provider) in [
        ("shop", "adyen"),
        ("shop", "sandbox"),
        ("shop", "Stripe"),
        ("shop", "stripe%00"),
        ("nobody", "stripe"),
        ("Shop", "stripe"),
        ("sh%2Fop", "stripe"),
        ("shop%23", "stripe"),
        (long.as_str(), "stripe"),
        ("shop", long.as_str()),
    ] {
        let answer = world.posts(shop, provider, &[("stripe-signature", &signature)], body.clone()).await;
        answer.expect_problem(404, "not_found");
    }
    assert_eq!(world.table().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_256_kib_is_refused_whoever_signed_it() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let mut event = events::paid("evt_1", session["id"].as_str().expect("an id"));
    event["pad"] = json!("");
    let bare = serde_json::to_vec_pretty(&event).expect("JSON").len();
    let before = world.table().await;
    event["pad"] = json!("x".repeat(256 * 1024 + 1 - bare));
    world.stripe_tells(&event).await.expect_problem(413, "body_too_large");
    world.posts("shop", "stripe", &[], vec![b' '; 300_000]).await.expect_problem(413, "body_too_large");
    assert_eq!(world.table().await, before);
    event["pad"] = json!("x".repeat(256 * 1024 - bare));
    assert_eq!(
        world.stripe_tells(&event).await.expect(200)["outcome"],
        "applied",
        "exactly 256 KiB are taken"
    );
}

/// The notes as merchants read them, newest first.
async fn notes(world: &World) -> Vec<Value> {
    let list = world.shop.get("/v1/events?outcome=refused").await.expect(200);
    assert_eq!(list["next_cursor"], Value::Null);
    list["data"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_deliveries_are_noted_with_their_reason_and_never_their_body() {
    let world = World::start().await;
    let session = world.shop.opens("1").await;
    let id = session["id"].as_str().expect("an id");
    let chosen =
        ["no signature", "another secret", "signed more than 300 s ago", "signed more than 300 s ahead"];
    for (nth, name) in chosen.into_iter().enumerate() {
        let all = deliveries(id);
        let mut delivery = all.into_iter().find(|delivery| delivery.name == name).expect("a delivery");
        delivery.body =
            format!("{{\"session\":\"{id}\",\"email\":\"jane@planted.test\",\"n\":{nth}}}").into();
        let stamped = delivery.headers.first().map(|(_, value)| value.clone()).unwrap_or_default();
        let seconds: u64 = stamped.strip_prefix("t=").map_or(0, |text| {
            text.split(',').next().and_then(|seconds| seconds.parse().ok()).expect("seconds")
        });
        let secret = if name == "another secret" { OTHER_SECRET } else { STRIPE_SECRET };
        if let Some((_, value)) = delivery.headers.first_mut() {
            *value = sign(&Secret::new(secret), seconds, &delivery.body);
        }
        posts(&world, &delivery).await.expect_problem(401, "invalid_signature");
        let newest = notes(&world).await.first().cloned().expect("a note");
        assert_eq!(newest["reason"], delivery.reason, "{name}");
        assert_eq!(newest["outcome"], "refused");
        assert_eq!(newest["provider"], "stripe");
        assert_eq!(newest["claims_session_id"], id);
        assert_eq!(newest["body_bytes"], delivery.body.len());
        assert!(newest["received_at"].as_str().is_some_and(|at| at.starts_with("20")), "{newest}");
        assert!(!newest.to_string().contains("planted"), "{newest}");
        tokio::time::sleep(Duration::from_millis(1_050)).await;
    }
    let other = world.other.get("/v1/events?outcome=refused").await.expect(200);
    assert_eq!(other["data"], json!([]), "another shop's notes are its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_one_refused_delivery_a_second_is_noted() {
    let world = World::start().await;
    let before = world.table().await;
    let began = Instant::now();
    for n in 0..200 {
        let body = format!("{{\"n\":{n}}}").into_bytes();
        world.posts("shop", "stripe", &[("stripe-signature", "t=1,v1=00")], body).await.expect(401);
    }
    let noted = world.table().await.changed_since(&before).len();
    let most = usize::try_from(began.elapsed().as_secs()).expect("a few seconds") + 1;
    assert!((1..=most).contains(&noted), "{noted} notes, at most {most}");
}
