//! Stripe's events, for an order over EUR 49.99.

use serde_json::{Value, json};

use crate::stripe_api::event;

/// The payment intent that a paid checkout names unless a test says otherwise.
pub const INTENT: &str = "pi_3SXkQ2LkdIwHu7ix0a7VbN3m";

pub fn paid(id: &str, session: &str) -> Value {
    event::paid(id, session, 4999, "eur")
}

/// The money is still on its way.
pub fn processing(id: &str, session: &str) -> Value {
    event::processing(id, session)
}

/// The money that was on its way is there.
pub fn async_paid(id: &str, session: &str) -> Value {
    of_type(paid(id, session), "checkout.session.async_payment_succeeded")
}

/// The money that was on its way will not come.
pub fn async_failed(id: &str, session: &str) -> Value {
    let unpaid = event::completed(id, session, "unpaid", 4999, "eur");
    of_type(unpaid, "checkout.session.async_payment_failed")
}

pub fn expired(id: &str, session: &str) -> Value {
    event::expired(id, session)
}

/// The second kind of event by which Stripe tells one payment.
pub fn intent_paid(id: &str, session: &str) -> Value {
    let amount = json!({ "amount_received": 4999, "currency": "eur", "status": "succeeded" });
    event::of(id, "payment_intent.succeeded", merged(intent(session), &amount))
}

/// The same event, of a minute later by Stripe's clock.
pub fn a_minute_later(event: Value) -> Value {
    let at = event["created"].as_u64().unwrap() + 60;
    merged(event, &json!({ "created": at }))
}

/// One try was declined; the checkout stays open.
pub fn declined(id: &str, session: &str) -> Value {
    declined_because(id, session, "insufficient_funds")
}

/// A try was declined with this code.
pub fn declined_because(id: &str, session: &str, code: &str) -> Value {
    let error = json!({
        "status": "requires_payment_method",
        "last_payment_error": { "code": "card_declined", "decline_code": code, "type": "card_error" },
    });
    event::of(id, "payment_intent.payment_failed", merged(intent(session), &error))
}

/// A refund of so much, which names our session.
pub fn refunded(id: &str, session: &str, amount: u64) -> Value {
    let mut event = refund(id, &format!("re_{id}"), INTENT, amount);
    event["data"]["object"]["metadata"] = json!({ "session_id": session });
    event
}

/// That a charge was refunded, and what Stripe then says of its checkout: so much until now, in more refunds than it lists.
pub fn refunded_total(id: &str, session: &str, total: u64) -> (Value, Value) {
    let charge = json!({
        "id": "ch_3SXkQ2LkdIwHu7ix0a7VbN3m", "object": "charge", "amount": 4999, "amount_refunded": total,
        "created": 1_795_539_300, "currency": "eur", "livemode": false,
    });
    let told = json!({ "metadata": { "session_id": session }, "payment_intent": INTENT });
    let known = json!({ "refunds": { "data": [], "has_more": true } });
    let intent = json!({
        "id": INTENT, "object": "payment_intent", "status": "succeeded", "latest_charge": merged(charge.clone(), &known),
    });
    let checkout = json!({
        "id": "cs_test_refunded", "object": "checkout.session", "client_reference_id": session, "status": "complete",
        "payment_status": "paid", "amount_total": 4999, "currency": "eur", "payment_intent": intent,
    });
    (event::of(id, "charge.refunded", merged(charge, &told)), checkout)
}

/// A refund made in Stripe's Dashboard: it names the payment intent and nothing of ours.
pub fn refund(id: &str, refund: &str, intent: &str, amount: u64) -> Value {
    let object = json!({
        "id": refund, "object": "refund", "amount": amount, "currency": "eur", "metadata": {},
        "payment_intent": intent, "status": "succeeded",
    });
    event::of(id, "refund.created", object)
}

/// A dispute at the customer's bank; it names the payment intent and nothing of ours.
pub fn dispute(id: &str, kind: &str, status: &str) -> Value {
    let object = json!({
        "id": "du_1SXkQ2LkdIwHu7ix", "object": "dispute", "amount": 4999, "currency": "eur", "metadata": {},
        "payment_intent": INTENT, "reason": "fraudulent", "status": status,
    });
    event::of(id, kind, object)
}

/// Stripe's risk team looks at the payment.
pub fn review_opened(id: &str) -> Value {
    let object = json!({
        "id": "prv_1SXkQ2LkdIwHu7ix", "object": "review", "open": true, "payment_intent": INTENT, "reason": "rule",
    });
    event::of(id, "review.opened", object)
}

/// The same event about another amount.
pub fn over(mut event: Value, amount: u64, currency: &str) -> Value {
    event["data"]["object"]["amount_total"] = json!(amount);
    event["data"]["object"]["currency"] = json!(currency);
    event
}

/// The same event about another payment of money.
pub fn by_intent(mut event: Value, intent: &str) -> Value {
    event["data"]["object"]["payment_intent"] = json!(intent);
    event
}

/// The same event, this much later by the provider's clock.
pub fn later(mut event: Value, seconds: u64) -> Value {
    event["created"] = json!(event["created"].as_u64().expect("a time") + seconds);
    event
}

pub fn of_type(mut event: Value, kind: &str) -> Value {
    event["type"] = json!(kind);
    event
}

fn intent(session: &str) -> Value {
    json!({
        "id": INTENT, "object": "payment_intent", "amount": 4999, "currency": "eur", "livemode": false,
        "metadata": { "session_id": session },
    })
}

fn merged(mut object: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().expect("an object") {
        object[name] = value.clone();
    }
    object
}
