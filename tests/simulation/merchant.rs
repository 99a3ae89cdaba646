//! The shop's server: registers its orders, opens sessions for them, in several tabs and again, and asks until it is
//! answered.

use std::sync::Arc;

use payproof::provider::sandbox::CheckoutForm;
use serde_json::{Value, json};

use crate::bank::Act;
use crate::customer::{self, Session};
use crate::postman::{deliver_all, forge};
use crate::shops::{SHOP, key, request, server, session_id};
use crate::world::World;

/// The order of every history.
pub const ORDER: &str = "order-1";
const METHODS: [&str; 3] = ["card", "wallet", "bank_transfer"];

/// Sells one thing.
pub async fn sells(world: Arc<World>) {
    let amount = world.draw(|dice| dice.u64(100..1_000_000));
    if world.chance(60) {
        pays_ahead(&world, amount);
        world.pause(1, 5_000).await;
    }
    if !registers(&world, amount).await {
        return;
    }
    let support = crate::support::looks_after_it(Arc::clone(&world), amount);
    world.spawn(support);
    let attempts = world.draw(|dice| dice.u32(1..5));
    for _ in 0..attempts {
        let method = world.draw(|dice| METHODS[dice.usize(..METHODS.len())]);
        if world.chance(150) {
            let link = links(Arc::clone(&world), method);
            world.spawn(link);
        }
        let tabs = 1 + usize::from(world.chance(150));
        for _ in 0..tabs {
            let tab = opens(Arc::clone(&world), method);
            world.spawn(tab);
        }
        if world.chance(150) {
            let forger = forge(Arc::clone(&world), session_id(ORDER, 1).to_string(), amount);
            world.spawn(forger);
        }
        world.pause(10_000, 600_000).await;
        if world.chance(150) {
            registers(&world, if world.chance(500) { amount } else { amount + 100 }).await;
        }
    }
}

/// Until it is answered, or long enough.
async fn registers(world: &Arc<World>, amount: u64) -> bool {
    let path = format!("/v1/orders/{ORDER}");
    for _ in 0..12 {
        let body = json!({ "amount": amount, "currency": "EUR" });
        if let Some(answer) = world.call("register", server("PUT", &path, Some(body))).await {
            match answer.status().as_u16() {
                200 | 201 => return true,
                409 => return false,
                503 => {}
                status => {
                    world.violation(format_args!("registering was answered {status}"));
                    return false;
                }
            }
        }
        world.pause(500, 60_000).await;
    }
    false
}

/// One tab: asks for a session until there is one or none is to be had, and sends its customer there.
async fn opens(world: Arc<World>, method: &'static str) {
    world.pause(1, 3_000).await;
    let (server, keyed) = (world.chance(700), world.chance(500));
    let api_key = key(if server { "sk" } else { "pk" }, SHOP);
    let idempotency_key = format!("key-{}", world.draw(|dice| dice.u32(..)));
    for _ in 0..10 {
        let mut asked =
            request("POST", "/v1/sessions", &api_key, Some(json!({ "order_id": ORDER, "method": method })));
        if keyed {
            asked.headers_mut().insert("idempotency-key", idempotency_key.parse().expect("a header"));
        }
        let answer = world.call(&format!("open {method}"), asked).await;
        if let Some(answer) = answer {
            let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            match answer.status().as_u16() {
                200 | 201 => {
                    let session = Session::of(&body).expect("a session");
                    world.note(format_args!("{} is open", session.id));
                    return customer::shops(world, session).await;
                }
                409 if body["code"] == "session_opening" || body["code"] == "idempotency_in_progress" => {}
                // Paid, under way, or too many attempts.
                409 => return,
                502 | 503 => {}
                status => return world.violation(format_args!("opening was answered {status}: {body}")),
            }
        }
        world.pause(1_000, 30_000).await;
    }
}

/// Sends the customer a link.
async fn links(world: Arc<World>, method: &'static str) {
    for _ in 0..4 {
        let asked = server("POST", "/v1/payment-links", Some(json!({ "order_id": ORDER })));
        if let Some(answer) = world.call("make a link", asked).await {
            let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            match (answer.status().as_u16(), body["url"].as_str()) {
                (201, Some(url)) => {
                    return customer::follows(Arc::clone(&world), url.to_owned(), method).await;
                }
                (409 | 502, _) => return,
                (503, _) => {}
                (status, _) => return world.violation(format_args!("a link was answered {status}: {body}")),
            }
        }
        world.pause(1_000, 10_000).await;
    }
}

/// The provider knows of a session before payproof does, as after a restore: what it tells waits.
fn pays_ahead(world: &Arc<World>, amount: u64) {
    let form = CheckoutForm {
        reference: session_id(ORDER, 1).to_string(),
        order_id: ORDER.to_owned(),
        amount,
        currency: "EUR".to_owned(),
        description: "paid ahead".to_owned(),
        method: "card".to_owned(),
        locale: None,
        customer_email: None,
        return_url: "https://shop.example/".to_owned(),
        cancel_url: "https://shop.example/".to_owned(),
        expires_at: world.now().plus_seconds(86_400).seconds(),
    };
    let checkout = world.bank.books().make(form, world.now());
    world.bank.books().checkouts[checkout].ahead = true;
    if let Ok(told) = world.bank.act(checkout, &Act::Pay(amount), world.now()) {
        deliver_all(world, told);
    }
}
