//! The part of the story that is about payments whose events name no session of ours: a shop with Adyen, whose refunds
//! name a payment alone, and whose payments are therefore remembered.

use payproof_edge::api::Function;
use payproof_edge::app::now;
use serde_json::{Value, json};

use crate::adyen_api;
use crate::needs::{Functions, reserved_by_hand};
use crate::world::World;

/// A signed item over what each order here costs.
fn item(code: &str, psp: &str, original: &str, reference: &str) -> Value {
    adyen_api::item(code, psp, original, reference, 4_999)
}

async fn adyen_tells(functions: &Functions, items: &[Value]) {
    let body = json!({ "live": "false", "notificationItems": items }).to_string();
    let (status, answer) = functions.call("POST", "/v1/webhooks/shop/adyen", body.as_bytes(), &[]).await;
    assert_eq!(status, 200, "{answer}");
}

/// The shop has Adyen too, for whoever asks for it by name. Before the story begins: a shop is read once.
pub async fn adyen_joins(world: &World) {
    let mut document = world.shop.document(&world.stripe.url);
    document["providers"]["adyen"] = adyen_api::account().await;
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
