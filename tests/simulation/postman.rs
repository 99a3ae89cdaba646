//! The provider's deliveries: signed anew at each try, repeated until they are answered with 2xx, and on their way twice,
//! late, out of order, or not at all.

use std::sync::Arc;

use bytes::Bytes;
use payproof::payment::Moment;
use payproof::provider::sandbox::signed_headers;
use payproof_edge::api::{Request, Response};

use crate::bank::{Event, Place};
use crate::shops::{OTHER, SHOP, webhook_key};
use crate::world::World;

/// Delivers what happened.
pub fn deliver_all(world: &Arc<World>, told: Vec<Place>) {
    for place in told {
        if world.fault("lost for good", |weather| weather.dropped / 5) && world.bank.lose(place) {
            world.note(format_args!("nobody will be told of {}", world.bank.event(place).kind));
            continue;
        }
        let copies = 1 + usize::from(world.fault("delivered twice", |weather| weather.twice));
        for _ in 0..copies {
            let deliver = deliver(Arc::clone(world), place);
            world.spawn(deliver);
        }
    }
}

async fn deliver(world: Arc<World>, place: Place) {
    let event = world.bank.event(place);
    if world.fault("delivered late", |weather| weather.late) {
        // From "overtaken by the next" to "when everything else is over".
        let until = world.draw(|dice| [5_000, 60_000, 600_000, 7_200_000][dice.usize(..4)]);
        world.pause(1_000, until).await;
    } else {
        world.pause(1, 1_500).await;
    }
    let mut wait = 1_000;
    loop {
        let on_its_way = !world.fault("delivery lost", |weather| weather.dropped);
        if on_its_way && try_once(&world, &event, place).await {
            return;
        }
        world.pause(wait / 2, wait + 1).await;
        wait = (wait * 2).min(600_000);
    }
}

/// Whether it was answered with 2xx, and the provider heard that.
async fn try_once(world: &Arc<World>, event: &Event, place: Place) -> bool {
    let late = world.fault("signed long ago", |weather| weather.late / 10);
    let at = world.now();
    let signed_at = if late { Moment::from_seconds(at.seconds() - 400) } else { at };
    let request = signed(event, SHOP, signed_at);
    let Some(answer) = world.call(&format!("webhook {}", event.kind), request).await else { return false };
    match answer.status().as_u16() {
        200 => {
            world.bank.taken(place, &outcome(&answer));
            true
        }
        401 if late => false,
        503 => false,
        status => {
            world.violation(format_args!("a signed delivery was answered {status}: {}", event.id));
            false
        }
    }
}

/// A delivery, signed by the account of this shop.
pub fn signed(event: &Event, shop: &str, at: Moment) -> Request {
    let body = event.body.as_bytes();
    let mut request = http::Request::post(format!("/v1/webhooks/{shop}/sandbox"));
    for (name, value) in signed_headers(&webhook_key(shop), &event.id, at.seconds(), body) {
        request = request.header(name, value);
    }
    request.body(Bytes::copy_from_slice(body)).expect("a request")
}

/// What payproof says became of it.
pub fn outcome(answer: &Response) -> String {
    let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    body["outcome"].as_str().unwrap_or_default().to_owned()
}

/// Somebody who has no secret says that it was paid, and another shop says so with its own.
pub async fn forge(world: Arc<World>, session: String, amount: u64) {
    let body = serde_json::json!({
        "type": "payment.paid", "timestamp": world.now().to_string(),
        "data": { "reference": session, "payment_id": "pay_forged", "amount": amount, "currency": "EUR" },
    });
    let event = Event {
        id: "evt_forged".to_owned(),
        kind: "forged".to_owned(),
        body: body.to_string(),
        taken: None,
        lost: false,
    };
    world.pause(1, 60_000).await;
    let mut unsigned = signed(&event, OTHER, world.now());
    if world.chance(500) {
        *unsigned.uri_mut() = format!("/v1/webhooks/{SHOP}/sandbox").parse().expect("a path");
        world.fault("delivery forged", |_| 1_000);
        if let Some(answer) = world.call("forged webhook", unsigned).await
            && !matches!(answer.status().as_u16(), 401 | 503)
        {
            world.violation(format_args!("a forged delivery was answered {}", answer.status()));
        }
    } else {
        world.fault("delivery of another shop", |_| 1_000);
        if let Some(answer) = world.call("another shop's webhook", unsigned).await
            && answer.status() == 200
            && outcome(&answer) != "unmatched"
        {
            world.violation(format_args!("another shop's event was {}", outcome(&answer)));
        }
    }
}
