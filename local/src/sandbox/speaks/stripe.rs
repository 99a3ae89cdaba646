//! Stripe's language (docs.stripe.com/api): Checkout Sessions, payment intents, refunds, disputes and events.

use payproof::payment::{Moment, Money};
use payproof::provider::sandbox::{CheckoutForm, EventBody};
use payproof::provider::stripe::sign;
use payproof::secret::Secret;
use serde_json::{Value, json};

use super::super::checkout::{Checkout, Dispute, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "stripe", account, understand, answer, deliver };

/// Where the stem ends in an event's id.
const STEM_END: usize = "evt_".len() + 12;

fn account(seed: &Seed<'_>) -> Value {
    json!({
        "api_key": format!("sk_test_{}", seed.hex("api_key")),
        "webhook_secrets": [format!("whsec_{}", seed.hex("webhook_secret"))],
    })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if !call.is_by("Bearer", "api_key") {
        return Some(Asked::Said(refused(401, "invalid_request_error", "No such API key.")));
    }
    let stem = |id: &str, prefix: &str| id.strip_prefix(prefix).map(|stem| At::Stem(stem.to_owned()));
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["v1", "checkout", "sessions"]) => make(call),
        ("GET", ["v1", "checkout", "sessions"]) => {
            let query = form_urlencoded::parse(call.query.as_bytes());
            let (_, intent) = query.into_owned().find(|(name, _)| name == "payment_intent")?;
            Some(Asked::Look(stem(&intent, "pi_")?))
        }
        ("GET", ["v1", "checkout", "sessions", id]) => Some(Asked::Look(stem(id, "cs_test_")?)),
        ("POST", ["v1", "checkout", "sessions", id, "expire"]) => Some(Asked::Close(stem(id, "cs_test_")?)),
        ("GET", ["v1", "payment_intents", id]) => Some(Asked::Look(stem(id, "pi_")?)),
        // An event's id begins with its checkout's stem, as all ids do.
        ("GET", ["v1", "events", id]) => Some(Asked::Look(stem(id.get(..STEM_END)?, "evt_")?)),
        ("GET", ["v1", "disputes"]) => {
            let query = form_urlencoded::parse(call.query.as_bytes());
            let (_, intent) = query.into_owned().find(|(name, _)| name == "payment_intent")?;
            Some(Asked::Look(stem(&intent, "pi_")?))
        }
        ("POST", ["v1", "refunds"]) => {
            let form = call.form();
            let request = form.get("metadata[refund_id]").cloned();
            let amount = form.get("amount").and_then(|amount| amount.parse().ok());
            Some(Asked::Refund { at: stem(form.get("payment_intent")?, "pi_")?, amount, request })
        }
        ("GET", ["v1", "webhook_endpoints"]) => Some(Asked::Said(Reply::new(200, json!({ "data": [] })))),
        _ => None,
    }
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let form = call.form();
    let text = |name: &str| form.get(name).cloned();
    let form = CheckoutForm {
        reference: text("client_reference_id")?,
        order_id: text("metadata[order_id]").unwrap_or_default(),
        amount: text("line_items[0][price_data][unit_amount]")?.parse().ok()?,
        currency: text("line_items[0][price_data][currency]")?.to_ascii_uppercase(),
        description: text("line_items[0][price_data][product_data][name]")?,
        method: "card".to_owned(),
        locale: text("locale"),
        customer_email: text("customer_email"),
        return_url: text("success_url")?,
        cancel_url: text("cancel_url")?,
        expires_at: text("expires_at")?.parse().ok()?,
    };
    Some(Asked::Make { key: Some(call.header("idempotency-key").to_owned()), form })
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let segments = call.segments();
    let body = match segments.as_slice() {
        [_, "refunds"] => match done.refund.filter(|_| done.done) {
            Some(refund) => refund_object(done.checkout, refund),
            None => return refused(400, "charge_already_refunded", "That is more than is left of it."),
        },
        [_, "payment_intents", _] => intent(done.checkout),
        [_, "events", id] => match told(call, done.checkout, id) {
            Some(event) => return Reply::written(200, event),
            None => return refused(404, "resource_missing", "No such event."),
        },
        [_, "disputes"] => {
            let disputes =
                done.checkout.disputes.iter().map(|dispute| dispute_object(done.checkout, dispute));
            json!({ "object": "list", "data": disputes.collect::<Vec<_>>(), "has_more": false })
        }
        [_, _, _, _, "expire"] if !done.done => {
            return refused(400, "checkout_session_not_open", "Only open sessions can be expired.");
        }
        [_, _, "sessions"] if *call.method == http::Method::GET => {
            json!({ "object": "list", "data": [session(done.checkout)], "has_more": false })
        }
        _ => {
            let mut session = session(done.checkout);
            if let Some(session) = session.as_object_mut() {
                session.insert("url".to_owned(), done.page.into());
            }
            session
        }
    };
    Reply::new(200, body)
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    Reply::new(
        status,
        json!({ "error": { "type": "invalid_request_error", "code": code, "message": message } }),
    )
}

/// An event that was told of a checkout, once more.
fn told(call: &Call<'_>, checkout: &Checkout, id: &str) -> Option<String> {
    let event = checkout.outbox.events.iter().find(|event| event_id(&event.id) == id)?;
    let body: EventBody = serde_json::from_str(&event.body).ok()?;
    let (account, at, now) = (call.account, Moment::from_millis(event.at), call.now);
    let telling = Telling { id: &event.id, event: &body, checkout, account, url: "", at, now };
    String::from_utf8(deliver(&telling)?.body).ok()
}

/// Stripe's ids are letters and digits.
fn event_id(id: &str) -> String {
    let (stem, at) = id.rsplit_once('_').unwrap_or((id, ""));
    format!("{stem}{at}")
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let checkout = telling.checkout;
    let paid = |payment_status: &str| {
        let mut session = session(checkout);
        if let Some(session) = session.as_object_mut() {
            session.insert("payment_status".to_owned(), payment_status.into());
            session.insert("payment_intent".to_owned(), format!("pi_{}", checkout.stem()).into());
            let total = telling.money().map_or(0, Money::minor);
            session.insert("amount_total".to_owned(), total.into());
        }
        session
    };
    let refund = || Some(refund_object(checkout, telling.refund()?));
    let dispute = || {
        let id = telling.event.data.dispute_id.as_deref()?;
        Some(dispute_object(checkout, checkout.disputes.iter().find(|dispute| dispute.id == id)?))
    };
    let (word, object) = match telling.event.kind.as_str() {
        "payment.processing" => ("checkout.session.completed", paid("unpaid")),
        "payment.paid" => ("checkout.session.completed", paid("paid")),
        "payment.failed" => ("checkout.session.async_payment_failed", paid("unpaid")),
        "payment.expired" => ("checkout.session.expired", session(checkout)),
        "payment.declined" => ("payment_intent.payment_failed", declined(telling)),
        "payment.review" => {
            let review = json!({
                "id": format!("prv_{}", checkout.stem()), "object": "review", "open": true, "reason": "rule",
                "payment_intent": format!("pi_{}", checkout.stem()),
            });
            ("review.opened", review)
        }
        "refund.pending" => ("refund.created", refund()?),
        "refund.succeeded" => ("refund.updated", refund()?),
        "refund.failed" => ("refund.failed", refund()?),
        "dispute.opened" => ("charge.dispute.created", dispute()?),
        "dispute.won" | "dispute.lost" => ("charge.dispute.closed", dispute()?),
        // A customer who turns back may come again: Stripe says nothing of it.
        _ => return None,
    };
    let body = json!({
        "id": event_id(telling.id), "object": "event", "api_version": "2026-10-28.endive", "created": telling.at.seconds(),
        "data": { "object": object }, "livemode": false, "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null }, "type": word,
    });
    let body = body.to_string().into_bytes();
    let signature = sign(&Secret::new(telling.webhook_secret()), telling.now.seconds(), &body);
    Some(Delivery { headers: vec![("stripe-signature", signature)], body })
}

fn session(checkout: &Checkout) -> Value {
    let (status, payment_status) = match checkout.status {
        Status::Open => ("open", "unpaid"),
        Status::Paid => ("complete", "paid"),
        Status::Processing | Status::Review | Status::Failed => ("complete", "unpaid"),
        Status::Cancelled | Status::Expired => ("expired", "unpaid"),
    };
    json!({
        "id": format!("cs_test_{}", checkout.stem()), "object": "checkout.session", "mode": "payment",
        "client_reference_id": checkout.form.reference, "metadata": metadata(checkout),
        "amount_total": checkout.came.unwrap_or(checkout.form.amount), "currency": currency(checkout),
        "status": status, "payment_status": payment_status, "expires_at": checkout.form.expires_at,
        "payment_intent": checkout.payment.as_ref().map(|_| intent(checkout)), "livemode": false,
    })
}

fn intent(checkout: &Checkout) -> Value {
    let status = match checkout.status {
        Status::Paid => "succeeded",
        Status::Processing | Status::Review => "processing",
        Status::Cancelled | Status::Expired => "canceled",
        Status::Open | Status::Failed => "requires_payment_method",
    };
    let refunds: Vec<_> = checkout.refunds.iter().map(|refund| refund_object(checkout, refund)).collect();
    let created = Moment::from_millis(checkout.since).seconds();
    let charge = checkout.came.map(|came| {
        json!({
            "id": format!("ch_{}", checkout.stem()), "object": "charge", "created": created, "amount": came,
            "disputed": !checkout.disputes.is_empty(), "currency": currency(checkout),
            "refunds": { "object": "list", "data": refunds, "has_more": false },
        })
    });
    json!({
        "id": format!("pi_{}", checkout.stem()), "object": "payment_intent", "status": status,
        "amount": checkout.form.amount, "amount_received": checkout.came.unwrap_or(0),
        "currency": currency(checkout), "metadata": metadata(checkout), "latest_charge": charge, "livemode": false,
    })
}

fn declined(telling: &Telling<'_>) -> Value {
    let mut intent = intent(telling.checkout);
    if let Some(intent) = intent.as_object_mut() {
        let error =
            json!({ "type": "card_error", "code": "card_declined", "decline_code": "generic_decline" });
        intent.insert("last_payment_error".to_owned(), error);
        intent.insert("status".to_owned(), "requires_payment_method".into());
    }
    intent
}

fn refund_object(checkout: &Checkout, refund: &Refund) -> Value {
    let status = match refund.end {
        RefundEnd::Pending => "pending",
        RefundEnd::Succeeded => "succeeded",
        RefundEnd::Failed => "failed",
    };
    let metadata = refund.request.as_ref().map_or_else(
        || json!({}),
        |request| json!({ "session_id": checkout.form.reference, "refund_id": request }),
    );
    json!({
        "id": format!("re_{}{}", checkout.stem(), nth(refund)), "object": "refund", "amount": refund.amount,
        "currency": currency(checkout), "payment_intent": format!("pi_{}", checkout.stem()), "status": status,
        "created": Moment::from_millis(refund.since).seconds(), "metadata": metadata,
    })
}

fn dispute_object(checkout: &Checkout, dispute: &Dispute) -> Value {
    let status = match dispute.won {
        None => "needs_response",
        Some(true) => "won",
        Some(false) => "lost",
    };
    json!({
        "id": format!("du_{}", checkout.stem()), "object": "dispute", "amount": dispute.amount,
        "currency": currency(checkout), "payment_intent": format!("pi_{}", checkout.stem()), "reason": "fraudulent",
        "status": status, "created": Moment::from_millis(checkout.last).seconds(),
    })
}

fn metadata(checkout: &Checkout) -> Value {
    json!({ "session_id": checkout.form.reference, "order_id": checkout.form.order_id })
}

fn currency(checkout: &Checkout) -> String {
    checkout.form.currency.to_ascii_lowercase()
}
