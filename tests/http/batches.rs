//! A delivery of many events, each of which its provider has to be asked about: all of it is taken within the one time that
//! there is to answer it, and what cannot be asked about keeps none of the others from being taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use payproof::provider::signature::hmac_sha256;
use serde_json::{Value, json};

use crate::world::{Answer, World};

const SECRET: &str = "ED7D658C-D8EB-4941-948B-3973214F2D49";
/// How long GoCardless takes to say what a payment's amount is.
const SLOW: Duration = Duration::from_millis(300);
/// One after the other these would take 12 s.
const ORDERS: usize = 40;

/// GoCardless, as far as it is asked here. While `broken` it cannot say anything of the payment of the first order.
async fn api(broken: Arc<AtomicBool>) -> String {
    async fn payment(State(broken): State<Arc<AtomicBool>>, Path(id): Path<String>) -> Response {
        tokio::time::sleep(SLOW).await;
        if id == payment_of(0) && broken.load(Ordering::Relaxed) {
            return StatusCode::BAD_GATEWAY.into_response();
        }
        let payment = json!({ "id": id, "status": "confirmed", "amount": 4_999, "currency": "EUR" });
        Json(json!({ "payments": payment })).into_response()
    }
    let flow = json!({ "billing_request_flows": { "authorisation_url": "https://pay.example/flow" } });
    let router = Router::new()
        .route("/billing_requests", post(|| async { Json(json!({ "billing_requests": { "id": "BRQ1" } })) }))
        .route("/billing_request_flows", post(|| async { Json(flow) }))
        .route("/payments/{id}", get(payment))
        .with_state(broken);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn payment_of(order: usize) -> String {
    format!("PM{order:04}")
}

/// A world whose shop has GoCardless, with an open session there for each order; and one delivery that says of each that
/// its payment was confirmed.
async fn world(broken: &Arc<AtomicBool>) -> (World, Vec<u8>) {
    let world = World::start().await;
    let mut document = world.shop.document(&world.stripe.url);
    document["providers"] = json!({ "gocardless": {
        "api_key": "sandbox_1", "webhook_secrets": [SECRET], "api_base": api(Arc::clone(broken)).await,
    } });
    world.stack.put_shop(&document.to_string()).await.expect("a shop");
    let mut events = Vec::new();
    for order in 0..ORDERS {
        events.push(json!({
            "id": format!("EV{order:04}"), "created_at": "2026-11-24T17:43:25.078Z", "resource_type": "payments",
            "action": "confirmed", "links": { "payment": payment_of(order) },
            "details": { "origin": "gocardless", "cause": "payment_confirmed" }, "metadata": {},
            "resource_metadata": { "session_id": world.shop.opens(&order.to_string()).await["id"] },
        }));
    }
    (world, json!({ "events": events }).to_string().into_bytes())
}

async fn delivers(world: &World, body: &[u8]) -> Answer {
    let signature = data_encoding::HEXLOWER.encode(&hmac_sha256(SECRET.as_bytes(), &[body]));
    world.posts("shop", "gocardless", &[("webhook-signature", &signature)], body.to_vec()).await
}

async fn paid(world: &World) -> usize {
    let mut paid = 0;
    for order in 0..ORDERS {
        paid += usize::from(world.shop.status(&order.to_string()).await == "paid");
    }
    paid
}

/// Asked about one after the other, the end of such a delivery was never reached, however often it was repeated.
#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_long_delivery_is_taken_at_once() {
    let (world, body) = world(&Arc::default()).await;
    let began = Instant::now();
    assert_eq!(delivers(&world, &body).await.expect(200)["outcome"], "applied");
    assert!(began.elapsed() < SLOW * (ORDERS as u32) / 2, "{:?}", began.elapsed());
    assert_eq!(paid(&world).await, ORDERS);
    assert_eq!(delivers(&world, &body).await.expect(200)["outcome"], "duplicate");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_about_is_kept_and_the_others_are_taken() {
    let broken = Arc::new(AtomicBool::new(true));
    let (world, body) = world(&broken).await;
    delivers(&world, &body).await.expect_problem(503, "unavailable");
    assert_eq!(paid(&world).await, ORDERS - 1, "all but the first");
    let kept = world.shop.get("/v1/events?outcome=unmatched").await.expect(200);
    let kept: Vec<&Value> = kept["data"].as_array().expect("a list").iter().collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    // The provider delivers all of it again, and then it can be asked.
    broken.store(false, Ordering::Relaxed);
    assert_eq!(delivers(&world, &body).await.expect(200)["outcome"], "applied");
    assert_eq!(paid(&world).await, ORDERS);
    let kept = world.shop.get("/v1/events?outcome=unmatched").await.expect(200);
    assert!(!kept["data"][0]["applied_at"].is_null(), "{kept}");
}
