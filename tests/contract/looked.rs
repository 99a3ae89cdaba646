//! What the sweep, reconcile and a merchant who asks do to the payments table: the part of the story in `needs.rs` that
//! is about time.

use payproof_edge::api::Function;
use payproof_edge::app::now;
use serde_json::json;

use crate::needs::{Functions, reserved_by_hand};
use crate::stripe_api::event;

/// Timers, and what is done about orders that are due: by the clock and by hand.
pub async fn looked_at(functions: &Functions) {
    let world = &functions.world;
    let (sweeps, looks) =
        (&functions.apps[Function::Sweep.name()].0, &functions.apps[Function::Reconcile.name()].0);
    let later = now().plus_seconds(7_200);
    sweep::handle(sweeps, later).await.expect_err("there is no queue to put it on");
    let order = json!({ "amount": 4999, "currency": "EUR" });
    for (order_id, by_hand) in [("17", false), ("18", true)] {
        // Events that came early, for sessions that are then reserved by a request that is cut off there.
        world.shop.put(&format!("/v1/orders/{order_id}"), order.clone()).await.expect(201);
        world.shop.post("/v1/sessions", json!({ "order_id": order_id })).await.expect(201);
        let (first, second) = (world.shop.session_id(order_id, 1), world.shop.session_id(order_id, 2));
        let event = event::processing(&format!("evt_early_{order_id}"), &second.to_string());
        assert_eq!(functions.webhook(&event).await, "unmatched");
        reserved_by_hand(world, order_id).await;
        // Declines enough that further ones are kept aside, and one more in the provider's answer.
        for number in 0..21 {
            let declined = json!({
                "id": format!("pi_{order_id}_{number}"), "object": "payment_intent", "livemode": false,
                "metadata": { "session_id": first.to_string() }, "last_payment_error": { "code": "card_declined" },
            });
            let id = format!("evt_{order_id}_{number}");
            functions.webhook(&event::of(&id, "payment_intent.payment_failed", declined)).await;
        }
        let error = json!({ "id": "pi_last", "status": "requires_payment_method", "last_payment_error": { "code": "card_declined" } });
        world.stripe.sets_checkout(&first.to_string(), &json!({ "payment_intent": error }));
        if by_hand {
            let path = format!("/v1/sessions/{first}/reconcile");
            assert_eq!(functions.json("POST", &path, json!({})).await.0, 200);
        } else {
            reconcile::handle(looks, world.shop.payment_id(order_id), now()).await.expect("it looks");
        }
    }
    // A forged delivery that names a session of which nothing is known yet; one a second is looked at.
    world.shop.opens("19").await;
    let named = world.shop.session_id("19", 1).to_string();
    let forged = event::paid("evt_named", &named, 4999, "eur").to_string();
    let (path, then) = ("/v1/webhooks/shop/stripe", now().plus_seconds(5));
    assert_eq!(functions.call_at("POST", path, forged.as_bytes(), &[], then).await.0, 401);
}
