//! The part of the story that is about routing: what is asked of it, and a provider that does not answer.

use serde_json::json;

use crate::needs::Functions;
use crate::stripe_api::Mood;

/// Somebody asks where an order would go and what is wrong; a provider does not answer five times in a row.
pub async fn routed(functions: &Functions) {
    let question = json!({ "amount": 4999, "currency": "EUR" });
    assert_eq!(functions.json("POST", "/v1/routing/explain", question).await.0, 200);
    assert_eq!(functions.get("/v1/diagnostics").await.0, 200);
    functions.world.stripe.set_mood(Mood::Breaks);
    for order in ["r1", "r2", "r3", "r4", "r5"] {
        functions.world.shop.registers(order).await;
        let answer = functions.json("POST", "/v1/sessions", json!({ "order_id": order })).await;
        assert_eq!(answer.0, 502, "{}", answer.1);
    }
    functions.world.stripe.set_mood(Mood::Fine);
}
