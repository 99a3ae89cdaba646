//! A payment that is held by a provider which can be asked about nothing: a merchant's word is what there is.

use payproof::payment::Moment;
use payproof::provider::signature::hmac_sha256;
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::world::{Answer, World};

const SECRET: &str = "acme_live_Q8vN3mXc7LbT2yRk9WpZ4dHs";

/// A session at a provider that is described in the configuration alone, and that holds its payment.
async fn held() -> (World, String) {
    let world = World::start().await;
    let mut document = world.shop.document(&world.stripe.url);
    document["providers"] = json!({ "generic:acme": {
        "signature": { "algorithm": "hmac_sha256", "header": "Acme-Signature", "encoding": "hex",
            "entries": { "timestamp": "t", "signature": "v1" }, "signed": "{timestamp}.{body}" },
        "webhook_secrets": [SECRET],
        "event": { "id": "/id", "type": "/event", "time": "/at", "reference": "/data/ref", "payment_id": "/data/charge",
            "amount": "/data/sum", "currency": "/data/cur",
            "words": { "order.paid": "paid", "order.held": "review" } },
        "instructions": "Pay {amount} at the desk. Reference: {reference}", "methods": ["card"],
    } });
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    let session = world.shop.opens("1").await["id"].as_str().expect("an id").to_owned();
    assert_eq!(tells(&world, "ev_1", "order.held", &session).await, "review");
    (world, session)
}

async fn tells(world: &World, id: &str, word: &str, session: &str) -> Value {
    let at: Moment = now();
    let data = json!({ "ref": session, "charge": "ch_71", "sum": 4_999, "cur": "eur" });
    let body = json!({ "id": id, "event": word, "at": at.to_string(), "data": data }).to_string();
    let signed = format!("{}.{body}", at.seconds());
    let mac = data_encoding::HEXLOWER.encode(&hmac_sha256(SECRET.as_bytes(), &[signed.as_bytes()]));
    let signature = format!("t={},v1={mac}", at.seconds());
    let headers = [("acme-signature", signature.as_str())];
    world.posts("shop", "generic:acme", &headers, body.into_bytes()).await.expect(200)["outcome"].clone()
}

async fn rules(world: &World, session: &str, decision: &str) -> Answer {
    let body = json!({ "decision": decision, "actor": "Ada", "note": "Seen at the desk." });
    world.shop.post(&format!("/v1/sessions/{session}/review"), body).await
}

/// Approving asked a provider that cannot be asked, and rejecting closed what cannot be closed: nothing could be done, and
/// nothing else could be opened.
#[tokio::test(flavor = "multi_thread")]
async fn approved_it_is_paid_once_also_where_the_provider_tells_of_it_after_all() {
    let (world, session) = held().await;
    for _ in 0..2 {
        let decided = rules(&world, &session, "approve").await.expect(200);
        assert_eq!(decided["session"]["status"], "paid", "{decided}");
    }
    tells(&world, "ev_2", "order.paid", &session).await;
    let order = world.shop.order("1").await;
    let money = (&order["status"], &order["amount_paid"], &order["attention"]);
    assert_eq!(money, (&json!("paid"), &json!(4_999), &json!([])), "{order}");
    let log = world.shop.get(&format!("/v1/sessions/{session}/timeline")).await.expect(200).to_string();
    assert!(log.contains("Ada confirmed that 49.99 EUR were paid: Seen at the desk."), "{log}");
    rules(&world, &session, "reject").await.expect_problem(409, "not_in_review");
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_it_is_over_and_another_can_be_opened() {
    let (world, session) = held().await;
    for _ in 0..2 {
        let decided = rules(&world, &session, "reject").await.expect(200);
        assert_eq!(decided["session"]["status"], "cancelled", "{decided}");
    }
    let again = world.shop.post("/v1/sessions", json!({ "order_id": "1" })).await.expect(201);
    assert_eq!(again["attempt"], 2);
    // Money that comes to the first all the same counts.
    tells(&world, "ev_2", "order.paid", &session).await;
    assert_eq!(world.shop.status("1").await, "paid");
}
