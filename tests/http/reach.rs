//! Every status that a session can be brought into from outside, and what the customer then reads.

use serde_json::{Value, json};

use crate::stripe_api::event;
use crate::world::World;
use crate::{events, world};

/// The words of product.md's table, letter for letter.
pub const MESSAGES: [(&str, &str); 9] = [
    ("created", "Thanks, we are confirming your payment."),
    ("pending", "Thanks, we are confirming your payment."),
    ("processing", "Payment received. We are confirming the final status."),
    ("paid", "Payment confirmed. Your order is now being processed."),
    ("failed", "Payment was not completed. You can try again or choose another method."),
    ("cancelled", "Payment was not completed. You can try again or choose another method."),
    ("expired", "This payment session has expired. Please create a new checkout."),
    ("review", "Your payment is being reviewed. We will let you know as soon as it is confirmed."),
    ("refunded", "Your payment has been refunded."),
];

/// A session as it was opened, with what its customer holds.
pub struct Opened {
    pub id: String,
    pub checkout_url: String,
    pub provider_checkout_url: String,
    pub client_secret: String,
}

impl Opened {
    pub fn of(session: &Value) -> Self {
        let text =
            |name: &str| session[name].as_str().unwrap_or_else(|| panic!("{name} in {session}")).to_owned();
        Self {
            id: text("id"),
            checkout_url: text("checkout_url"),
            provider_checkout_url: text("provider_checkout_url"),
            client_secret: text("client_secret"),
        }
    }

    /// The page that the provider sends the customer back to.
    pub fn return_path(&self) -> String {
        format!("/return/{}?client_secret={}", self.id, self.client_secret)
    }
}

impl World {
    /// Opens a session for a new order of `shop` and brings it into this status.
    pub async fn reaches(&self, order: &str, status: &str) -> Opened {
        let session = Opened::of(&self.shop.opens(order).await);
        self.brings(order, &session, status).await;
        session
    }

    /// Brings an order's session into this status.
    pub async fn brings(&self, order: &str, session: &Opened, status: &str) {
        let (id, evt) = (session.id.as_str(), |nth: u8| format!("evt_{order}_{nth}"));
        let tells: Vec<Value> = match status {
            "created" => vec![],
            "pending" => {
                assert_eq!(self.page(&session.checkout_url).await.status, 303);
                vec![]
            }
            "processing" => vec![events::processing(&evt(1), id)],
            "paid" => vec![events::paid(&evt(1), id)],
            "failed" => vec![events::async_failed(&evt(1), id)],
            "cancelled" => vec![self.cancels(&evt(1), id)],
            "expired" => vec![events::expired(&evt(1), id)],
            "review" => vec![events::over(events::paid(&evt(1), id), 4998, "eur")],
            "refunded" => vec![events::paid(&evt(1), id), events::refunded(&evt(2), id, 4999)],
            other => panic!("no way into {other}"),
        };
        for event in tells {
            self.stripe_tells(&event).await.expect(200);
        }
        assert_eq!(self.shop.status(order).await, status);
    }

    /// The customer stopped the payment. Whether the checkout is over only its own state can tell.
    fn cancels(&self, event: &str, session: &str) -> Value {
        let intent = format!("pi_{event}");
        let checkout = json!({
            "id": format!("cs_test_{event}"), "object": "checkout.session", "client_reference_id": session,
            "status": "complete", "payment_status": "unpaid", "amount_total": 4999, "currency": "eur",
            "payment_intent": { "id": intent, "object": "payment_intent", "status": "canceled" },
        });
        self.stripe.knows_checkout_of(&intent, checkout);
        let object =
            json!({ "id": intent, "object": "payment_intent", "metadata": { "session_id": session } });
        event::of(event, "payment_intent.canceled", object)
    }

    /// What a browser without a key gets at an address, or at a path of the stack.
    pub async fn page(&self, address: &str) -> world::Answer {
        let url = if address.starts_with('/') {
            format!("{}{address}", self.stack.url)
        } else {
            address.to_owned()
        };
        world::Answer::of(self.http.get(url).send().await.expect("an answer")).await
    }
}

/// What stands in a page's heading.
pub fn heading(page: &str) -> &str {
    let (_, after) = page.split_once("<h1").expect("a heading");
    let (_, inside) = after.split_once('>').expect("its end");
    inside.split_once("</h1>").expect("its closing").0
}
