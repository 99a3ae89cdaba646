//! The part of the story that is about payments whose events name no session of ours: a shop with Adyen, whose refunds
//! name a payment alone, and whose payments are therefore remembered.

use axum::{Json, Router, routing};
use data_encoding::{BASE64, HEXLOWER};
use payproof::provider::signature::hmac_sha256;
use payproof_edge::api::Function;
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::needs::{Functions, reserved_by_hand};
use crate::world::World;

/// What items are signed with, in hex as Adyen gives it.
const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";

/// A signed item: money that came for a session, or what went back of a payment.
fn item(code: &str, psp: &str, original: &str, reference: &str) -> Value {
    let key = HEXLOWER.decode(KEY.to_ascii_lowercase().as_bytes()).expect("hex");
    let signed = format!("{psp}:{original}:TestShop:{reference}:4999:EUR:{code}:true");
    json!({ "NotificationRequestItem": {
        "additionalData": { "hmacSignature": BASE64.encode(&hmac_sha256(&key, &[signed.as_bytes()])) },
        "amount": { "currency": "EUR", "value": 4_999 }, "eventCode": code, "eventDate": "2026-11-25T10:00:00+01:00",
        "merchantAccountCode": "TestShop", "merchantReference": reference, "originalReference": original,
        "pspReference": psp, "reason": "", "success": "true",
    } })
}

async fn adyen_tells(functions: &Functions, items: &[Value]) {
    let body = json!({ "live": "false", "notificationItems": items }).to_string();
    let (status, answer) = functions.call("POST", "/v1/webhooks/shop/adyen", body.as_bytes(), &[]).await;
    assert_eq!(status, 200, "{answer}");
}

/// Adyen's API makes payment links and nothing else.
async fn adyen() -> String {
    let link = || async {
        let link = json!({ "id": "PLE83C39B0A0DE0C1E", "url": "https://test.adyen.link/PLE83C39B0A0DE0C1E", "status": "active" });
        (http::StatusCode::CREATED, Json(link))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().route("/paymentLinks", routing::post(link));
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

/// The shop has Adyen too, for whoever asks for it by name. Before the story begins: a shop is read once.
pub async fn adyen_joins(world: &World) {
    let mut document = world.shop.document(&world.stripe.url);
    document["providers"]["adyen"] = json!({
        "api_key": "planted_adyen_key", "merchant_account": "TestShop", "webhook_secrets": [KEY], "api_base": adyen().await,
    });
    document["routing"] = json!([{ "when": {}, "use": ["stripe"] }]);
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
}

async fn opens(functions: &Functions, order: &str) {
    functions.world.shop.registers(order).await;
    let wish = json!({ "order_id": order, "provider": "adyen" });
    functions.world.shop.post("/v1/sessions", wish).await.expect(201);
}

/// Refunds before and after their payment, all of it before its session, and a payment that is looked for.
pub async fn remembered(functions: &Functions) {
    let world = &functions.world;
    opens(functions, "a1").await;
    let first = world.shop.session_id("a1", 1).to_string();
    adyen_tells(functions, &[item("REFUND", "R1", "P1", "")]).await;
    adyen_tells(functions, &[item("AUTHORISATION", "P1", "", &first)]).await;
    assert_eq!(functions.get("/v1/orders?provider_payment_id=P1000000000000A1").await.0, 200);

    // All of one delivery is stored as one, and each look at it finds whose the refund is.
    for order in ["a2", "a3", "a4"] {
        let second = world.shop.session_id(order, 2).to_string();
        let (payment, refund) = (format!("P{order}"), format!("R{order}"));
        opens(functions, order).await;
        let came = item("AUTHORISATION", &payment, "", &second);
        let back = item("REFUND", &refund, &payment, "");
        adyen_tells(functions, &[came, back]).await;
        reserved_by_hand(world, order).await;
        match order {
            "a2" => {
                let same = json!({ "amount": 4999, "currency": "EUR" });
                assert_eq!(functions.json("PUT", "/v1/orders/a2", same).await.0, 200);
            }
            "a3" => {
                functions
                    .json("POST", "/v1/sessions", json!({ "order_id": order, "provider": "adyen" }))
                    .await;
            }
            _ => {
                let (looks, _) = &functions.apps[Function::Reconcile.name()];
                reconcile::handle(looks, world.shop.payment_id(order), now()).await.expect("it looks");
            }
        }
    }
    adyen_tells(functions, &[item("REFUND", "R9", "P9", "")]).await;
    assert_eq!(functions.json("POST", "/v1/events/replay", json!({ "outcome": "unmatched" })).await.0, 200);
}
