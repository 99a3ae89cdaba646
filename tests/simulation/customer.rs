//! A customer: follows the link, does something at the provider's checkout, comes back or not, and looks at the status.

use std::sync::Arc;

use serde_json::Value;

use crate::bank::{Act, RefundEnd};
use crate::postman::deliver_all;
use crate::shops::request;
use crate::world::World;

/// A session as its opener was told of it.
#[derive(Clone)]
pub struct Session {
    pub id: String,
    pub checkout_url: String,
    pub client_secret: Option<String>,
}

impl Session {
    /// Reads the answer to a request for a session.
    pub fn of(answer: &Value) -> Option<Self> {
        Some(Self {
            id: answer["id"].as_str()?.to_owned(),
            checkout_url: answer["checkout_url"].as_str()?.to_owned(),
            client_secret: answer["client_secret"].as_str().map(str::to_owned),
        })
    }
}

/// Goes through with it, whatever that is.
pub async fn shops(world: Arc<World>, session: Session) {
    world.pause(100, 20_000).await;
    if !goes(&world, &session).await {
        return;
    }
    let Some(checkout) = world.bank.of_session(&session.id) else {
        return world.violation(format_args!("{} was sent to a checkout that is not there", session.id));
    };
    let amount = world.bank.books().checkouts[checkout].form.amount;
    for act in at_the_checkout(&world, amount) {
        world.pause(500, 60_000).await;
        happens(&world, checkout, &act);
    }
    if world.chance(700) {
        comes_back(&world, &session).await;
    }
    for act in afterwards(&world, amount) {
        world.pause(1_000, 1_800_000).await;
        happens(&world, checkout, &act);
        if world.chance(300) {
            looks(&world, &session).await;
        }
    }
}

fn happens(world: &Arc<World>, checkout: usize, act: &Act) {
    if let Ok(told) = world.bank.act(checkout, act, world.now()) {
        world.note(format_args!("at the provider: {act:?}"));
        deliver_all(world, told);
    }
}

/// Opens a payment link, chooses, and is sent on; what happens then is what happens to any customer.
pub async fn follows(world: Arc<World>, link: String, method: &'static str) {
    let path = link.trim_start_matches("https://pay.example").to_owned();
    for _ in 0..6 {
        world.pause(1_000, 20_000).await;
        let page = world.call("link", request("GET", &path, "", None)).await;
        if let Some(page) = page
            && !matches!(page.status().as_u16(), 200 | 503)
        {
            return world.violation(format_args!("a link was answered {}", page.status()));
        }
        let mut chosen = request("POST", &path, "", None);
        *chosen.body_mut() = format!("method={method}").into();
        let Some(answer) = world.call("link chosen", chosen).await else { continue };
        let to = answer.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Some(rest) = to.strip_prefix("https://pay.example/go/") else { continue };
        let id = rest.split('/').next().unwrap_or_default().to_owned();
        world.note(format_args!("{id} is open, by the link"));
        return shops(world, Session { id, checkout_url: to.to_owned(), client_secret: None }).await;
    }
}

/// Whether the browser came to the checkout.
async fn goes(world: &Arc<World>, session: &Session) -> bool {
    let path = session.checkout_url.trim_start_matches("https://pay.example").to_owned();
    for _ in 0..4 {
        if let Some(answer) = world.call("go", request("GET", &path, "", None)).await {
            match answer.status().as_u16() {
                303 => return true,
                200 => return false,
                503 => {}
                status => {
                    world.violation(format_args!("a customer's link was answered {status}"));
                    return false;
                }
            }
        }
        world.pause(500, 10_000).await;
    }
    false
}

fn at_the_checkout(world: &World, amount: u64) -> Vec<Act> {
    world.draw(|dice| {
        let mut acts = Vec::new();
        for _ in 0..dice.u32(..3) {
            if dice.u32(..4) == 0 {
                acts.push(Act::Decline);
            }
        }
        let other = amount - dice.u64(1..amount.min(50));
        acts.extend(match dice.u32(..20) {
            0..=8 => vec![Act::Pay(amount)],
            9 => vec![Act::Pay(other)],
            10 => vec![Act::Fail],
            11 => vec![Act::Cancel],
            12 => vec![Act::Start, Act::Pay(amount)],
            13 => vec![Act::Start, Act::Fail],
            14 => vec![Act::Hold, Act::Release],
            15 => vec![Act::Hold, Act::Fail],
            16 => vec![Act::Expire, Act::Pay(amount)],
            17 => vec![Act::Fail, Act::Pay(amount)],
            18 => vec![Act::Hold],
            // The customer has left.
            _ => vec![],
        });
        if dice.u32(..20) == 0 {
            acts.push(Act::Novelty);
        }
        acts
    })
}

/// What becomes of the money once it came. Where none did, none of it can happen.
fn afterwards(world: &World, amount: u64) -> Vec<Act> {
    world.draw(|dice| {
        let part = dice.u64(1..amount);
        let refund = |amount, end| Act::Refund { amount, end, request: None };
        match dice.u32(..16) {
            0 => vec![refund(amount, RefundEnd::Succeeded)],
            1 => vec![refund(part, RefundEnd::Succeeded), refund(amount - part, RefundEnd::Succeeded)],
            2 => vec![refund(part, RefundEnd::Pending), Act::EndRefund { succeeds: dice.bool() }],
            3 => vec![refund(part, RefundEnd::Failed), refund(part, RefundEnd::Succeeded)],
            4 => vec![refund(part, RefundEnd::Succeeded), Act::EndRefund { succeeds: false }],
            5 => vec![Act::OpenDispute, Act::EndDispute { won: true }],
            6 => vec![Act::OpenDispute, Act::EndDispute { won: false }],
            7 => vec![Act::Reverse],
            8 => vec![refund(part, RefundEnd::Succeeded), Act::OpenDispute, Act::EndDispute { won: false }],
            9 => vec![Act::OpenDispute],
            _ => vec![],
        }
    })
}

async fn comes_back(world: &Arc<World>, session: &Session) {
    let Some(secret) = &session.client_secret else { return };
    let path = format!("/return/{}?client_secret={secret}", session.id);
    for _ in 0..2 {
        if world.call("return", request("GET", &path, "", None)).await.is_some() {
            break;
        }
        world.pause(500, 5_000).await;
    }
    for _ in 0..world.draw(|dice| dice.u32(..4)) {
        world.pause(500, 5_000).await;
        looks(world, session).await;
    }
}

/// Whatever a customer reads is true at that moment.
async fn looks(world: &Arc<World>, session: &Session) {
    let Some(secret) = &session.client_secret else { return };
    let poll = request("GET", &format!("/v1/sessions/{}", session.id), secret, None);
    let Some(answer) = world.call("poll", poll).await.filter(|answer| answer.status() == 200) else { return };
    let told: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    if told["paid"] == true && !world.bank.books().checkouts.iter().any(|checkout| checkout.came.is_some()) {
        world.violation(format_args!("{} reads as paid, and nothing came", session.id));
    }
}
