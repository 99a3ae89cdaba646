//! The shop's own server, which is told what changed: what it was told, in which order, and what it answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payproof::provider::signature::standard_webhooks;
use payproof::provider::{Answer, Failure, Inbound, Request};
use payproof_edge::send::{Sent, Transport};
use serde_json::Value;

use crate::fate::{Callee, Fate, Lost};
use crate::shops::{NOTIFY_URL, SHOP, webhook_key};
use crate::world::World;

/// What a shop was told.
#[derive(Default)]
pub struct Listener {
    heard: Mutex<Vec<Notice>>,
}

/// A notification that the shop took.
#[derive(Clone)]
pub struct Notice {
    pub id: String,
    pub body: Value,
}

impl Listener {
    /// What the shop took, each once, in the order of the first time.
    pub fn heard(&self) -> MutexGuard<'_, Vec<Notice>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What carries payproof's notifications to the shop.
pub fn carrier(world: &Arc<World>) -> Arc<dyn Transport> {
    Arc::new(Carrier(Arc::clone(world)))
}

struct Carrier(Arc<World>);

impl Transport for Carrier {
    fn send(&self, request: Request) -> Sent<'_> {
        let world = Arc::clone(&self.0);
        Box::pin(async move {
            let fate = world.before(Callee::Shop, "the shop's server").await;
            match fate {
                Fate::Lost(Lost::Before) => return Err(Failure::Unreachable("nobody answers".to_owned())),
                Fate::Breaks(Lost::Before) | Fate::Refuses => return Ok(answer(500)),
                Fate::Late(_) => {
                    take(&world, &request);
                    // It never answers: the flow's own time-out ends the wait.
                    tokio::time::sleep(Duration::from_secs(3_600)).await;
                    return Err(Failure::Unknown("it hangs".to_owned()));
                }
                Fate::Done | Fate::Lost(_) | Fate::Breaks(_) | Fate::Crash(_) => {}
            }
            take(&world, &request);
            world.after("the shop's server", 200, fate).await;
            match fate {
                Fate::Lost(_) => Err(Failure::Unknown("the answer is lost".to_owned())),
                Fate::Breaks(_) => Ok(answer(503)),
                _ => Ok(answer(200)),
            }
        })
    }
}

fn answer(status: u16) -> Answer {
    Answer { status, headers: http::HeaderMap::new(), body: Vec::new() }
}

/// The shop checks the signature as any shop would, and takes what it does not know yet.
fn take(world: &World, request: &Request) {
    let mut headers = http::HeaderMap::new();
    for (name, value) in &request.headers {
        let name = http::HeaderName::try_from(&**name).expect("a name");
        headers.insert(name, value.reveal().parse().expect("a header"));
    }
    let inbound = Inbound { url: NOTIFY_URL, headers: &headers, body: &request.body };
    let verified = standard_webhooks::verify(&[webhook_key(SHOP)], &inbound, world.now());
    let Ok((id, _)) = verified else {
        return world.violation("the shop was sent something that its key did not sign");
    };
    let mut body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    // What the order costs is the shop's own word, as it is now: it may have registered another amount since.
    body["data"].as_object_mut().expect("an object").remove("amount");
    world.note(format_args!("the shop is told {id} {} {}", body["type"], body["data"]["sequence"]));
    let mut heard = world.listener.heard();
    match heard.iter().find(|known| known.id == id) {
        Some(known) if known.body == body => {}
        Some(known) => {
            let (first, now) = (known.body.clone(), body);
            drop(heard);
            world.violation(format_args!("one id says two things: {first} and {now}"));
        }
        None => heard.push(Notice { id: id.to_owned(), body }),
    }
}
