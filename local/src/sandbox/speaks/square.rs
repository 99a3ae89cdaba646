//! Square's language (developer.squareup.com/reference/square): payment links, orders, payments, refunds, disputes and
//! events.

use payproof::payment::Moment;
use payproof::provider::sandbox::CheckoutForm;
use payproof::provider::signature::hmac_sha256;
use serde_json::{Value, json};

use super::super::checkout::{Checkout, Dispute, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, happened, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "square", account, understand, answer, deliver };

/// A link has no time of its own: it is open until somebody pays there or deletes it.
const NEVER: u64 = 4_294_967_295;

fn account(seed: &Seed<'_>) -> Value {
    let short = |name: &str, bytes: usize| seed.bytes(name).into_iter().take(bytes).collect::<Vec<_>>();
    let location = data_encoding::BASE32_NOPAD.encode(&short("location_id", 10));
    json!({
        "api_key": format!("EAAAl{}", seed.hex("api_key")),
        "webhook_secrets": [data_encoding::BASE64URL_NOPAD.encode(&short("webhook_secret", 16))],
        "location_id": format!("L{}", location.chars().take(12).collect::<String>()),
    })
}

/// The ids of a checkout all begin with its stem.
fn stem(id: &str) -> Option<At> {
    id.get(..12).map(|stem| At::Stem(stem.to_owned()))
}

fn link_id(checkout: &Checkout) -> String {
    format!("{}LINK", checkout.stem())
}

fn order_id(checkout: &Checkout) -> String {
    format!("{}ORDERvZY", checkout.stem())
}

fn payment_id(checkout: &Checkout) -> String {
    format!("{}PAYMENTvZY", checkout.stem())
}

fn refund_id(checkout: &Checkout, refund: &Refund) -> String {
    format!("{}_{}", payment_id(checkout), nth(refund))
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if !call.is_by("Bearer", "api_key") {
        let detail = "This request could not be authorized.";
        return Some(Asked::Said(refused(401, "AUTHENTICATION_ERROR", "UNAUTHORIZED", detail)));
    }
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["v2", "online-checkout", "payment-links"]) => make(&call.json()),
        ("DELETE", ["v2", "online-checkout", "payment-links", id]) => Some(Asked::Cancel(stem(id)?)),
        ("GET", ["v2", "orders" | "payments" | "refunds", id]) => Some(Asked::Look(stem(id)?)),
        ("POST", ["v2", "refunds"]) => {
            let body = call.json();
            // The reason is what comes back of it. Ours name the refund, as the idempotency key does.
            let request = text(&body, "/reason").or_else(|| text(&body, "/idempotency_key"));
            let amount = body.pointer("/amount_money/amount").and_then(Value::as_u64);
            Some(Asked::Refund { at: stem(&text(&body, "/payment_id")?)?, amount, request })
        }
        // Where nothing is listed Square leaves the list out.
        ("GET", ["v2", "webhooks", "subscriptions"]) => Some(Asked::Said(Reply::new(200, json!({})))),
        _ => None,
    }
}

fn text(body: &Value, at: &str) -> Option<String> {
    body.pointer(at)?.as_str().map(str::to_owned)
}

fn make(body: &Value) -> Option<Asked> {
    let line = |name: &str| format!("/order/line_items/0/{name}");
    let form = CheckoutForm {
        reference: text(body, "/order/reference_id")?,
        order_id: String::new(),
        amount: body.pointer(&line("base_price_money/amount"))?.as_u64()?,
        currency: text(body, &line("base_price_money/currency"))?,
        description: text(body, &line("name"))?,
        method: "card".to_owned(),
        locale: None,
        customer_email: text(body, "/pre_populated_data/buyer_email"),
        return_url: text(body, "/checkout_options/redirect_url")?,
        // Square has no address for a customer who turns back.
        cancel_url: text(body, "/checkout_options/redirect_url")?,
        expires_at: NEVER,
    };
    Some(Asked::Make { key: text(body, "/idempotency_key"), form })
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let (checkout, location) = (done.checkout, call.key("location_id"));
    let not_found = || refused(404, "INVALID_REQUEST_ERROR", "NOT_FOUND", "Resource not found.");
    let body = match call.segments().as_slice() {
        [_, _, "payment-links"] => {
            let created_at = Moment::from_millis(checkout.since).to_string();
            json!({
                "payment_link": {
                    "id": link_id(checkout), "version": 1, "order_id": order_id(checkout), "url": done.page,
                    "long_url": done.page, "created_at": created_at, "payment_note": checkout.form.reference,
                },
                "related_resources": { "orders": [order(checkout, location)] },
            })
        }
        [_, _, "payment-links", id] => match (done.done, checkout.status) {
            (true, _) => json!({ "id": id, "cancelled_order_id": order_id(checkout) }),
            (false, Status::Cancelled) => return not_found(),
            // It goes, and the order that somebody pays stays.
            (false, _) => json!({ "id": id }),
        },
        [_, "orders", _] => json!({ "order": order(checkout, location) }),
        // A try that was declined is a payment of its own.
        [_, "payments", id] if *id != payment_id(checkout) => {
            json!({ "payment": declined(checkout, location, id, Moment::from_millis(checkout.since)) })
        }
        [_, "payments", _] => json!({ "payment": payment(checkout, location) }),
        [_, "refunds", id] => match checkout.refunds.iter().find(|one| refund_id(checkout, one) == *id) {
            Some(one) => json!({ "refund": refund(checkout, location, one, status_of(one)) }),
            None => return not_found(),
        },
        _ => match done.refund.filter(|_| done.done) {
            Some(one) => json!({ "refund": refund(checkout, location, one, status_of(one)) }),
            None => {
                let detail = "The requested refund amount exceeds the amount that is left.";
                return refused(400, "REFUND_ERROR", "REFUND_AMOUNT_INVALID", detail);
            }
        },
    };
    Reply::new(200, body)
}

fn refused(status: u16, category: &str, code: &str, detail: &str) -> Reply {
    Reply::new(status, json!({ "errors": [{ "category": category, "code": code, "detail": detail }] }))
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let (checkout, at) = (telling.checkout, telling.at);
    let location = telling.account.get("location_id").and_then(Value::as_str).unwrap_or_default();
    let paid = |status: &str| {
        let amount = telling.money()?.minor();
        Some(payment_object(checkout, location, &payment_id(checkout), status, amount, at))
    };
    let refund = |status: &str| Some(refund(checkout, location, telling.refund()?, status));
    let dispute = |state: &str| Some(dispute(checkout, location, telling.dispute()?, state, at));
    let (word, name, object) = match telling.event.kind.as_str() {
        "payment.processing" => ("payment.updated", "payment", paid("PENDING")?),
        "payment.paid" => ("payment.updated", "payment", paid("COMPLETED")?),
        "payment.declined" => {
            let id = format!("{}T{}vZY", checkout.stem(), at.millis());
            ("payment.updated", "payment", declined(checkout, location, &id, at))
        }
        // A bank transfer that was under way. Of a link Square never says that it failed: each payment is one try.
        "payment.failed" if happened(checkout, "payment.processing") => {
            ("payment.updated", "payment", paid("FAILED")?)
        }
        // The page has no way back for a customer: an order ends when the shop deletes its link.
        "payment.cancelled" => {
            let order = json!({
                "created_at": at.to_string(), "location_id": location, "order_id": order_id(checkout),
                "state": "CANCELED", "updated_at": at.to_string(), "version": 3,
            });
            ("order.updated", "order_updated", order)
        }
        "refund.pending" => ("refund.created", "refund", refund("PENDING")?),
        "refund.succeeded" => ("refund.updated", "refund", refund("COMPLETED")?),
        "refund.failed" => ("refund.updated", "refund", refund("FAILED")?),
        "dispute.opened" => ("dispute.created", "dispute", dispute("EVIDENCE_REQUIRED")?),
        "dispute.won" => ("dispute.state.updated", "dispute", dispute("WON")?),
        "dispute.lost" => ("dispute.state.updated", "dispute", dispute("LOST")?),
        _ => return None,
    };
    let id = object.get("id").or_else(|| object.get("order_id")).cloned();
    let body = json!({
        "merchant_id": "MLSANDBOX0000", "type": word, "event_id": uuid(telling.id), "created_at": at.to_string(),
        "data": { "type": name, "id": id, "object": { name: object } },
    });
    let body = body.to_string().into_bytes();
    let mac = hmac_sha256(telling.webhook_secret().as_bytes(), &[telling.url.as_bytes(), &body]);
    let headers = vec![
        ("square-environment", "Sandbox".to_owned()),
        ("square-initial-delivery-timestamp", at.to_string()),
        ("x-square-hmacsha256-signature", data_encoding::BASE64.encode(&mac)),
    ];
    Some(Delivery { headers, body })
}

/// An event's id in Square's form.
fn uuid(id: &str) -> String {
    let hex = data_encoding::HEXLOWER.encode(&hmac_sha256(b"event_id", &[id.as_bytes()]));
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

fn money(checkout: &Checkout, amount: u64) -> Value {
    json!({ "amount": amount, "currency": checkout.form.currency })
}

/// It stays open after it was paid, until the seller fulfils it.
fn order(checkout: &Checkout, location: &str) -> Value {
    let state = match checkout.status {
        Status::Cancelled | Status::Expired => "CANCELED",
        _ => "OPEN",
    };
    let at = Moment::from_millis(checkout.since).to_string();
    let tender = match checkout.status {
        Status::Paid | Status::Processing | Status::Review | Status::Failed => Some(json!({
            "id": payment_id(checkout), "location_id": location, "transaction_id": order_id(checkout),
            "created_at": at, "amount_money": money(checkout, checkout.came.unwrap_or(checkout.form.amount)),
            "type": "OTHER", "payment_id": payment_id(checkout),
        })),
        _ => None,
    };
    let total = money(checkout, checkout.form.amount);
    let due = checkout.form.amount.saturating_sub(checkout.came.unwrap_or(0));
    json!({
        "id": order_id(checkout), "location_id": location, "reference_id": checkout.form.reference, "state": state,
        "line_items": [{ "name": checkout.form.description, "quantity": "1", "base_price_money": total }],
        "total_money": total, "net_amount_due_money": money(checkout, due), "version": 2,
        "tenders": tender.into_iter().collect::<Vec<_>>(), "created_at": at, "updated_at": at,
    })
}

/// The payment of the checkout, as it is now.
fn payment(checkout: &Checkout, location: &str) -> Value {
    let status = match checkout.status {
        Status::Paid => "COMPLETED",
        Status::Processing => "PENDING",
        Status::Review => "APPROVED",
        Status::Open | Status::Failed | Status::Cancelled | Status::Expired => "FAILED",
    };
    let at = Moment::from_millis(checkout.since);
    let came = checkout.came.unwrap_or(checkout.form.amount);
    let mut payment = payment_object(checkout, location, &payment_id(checkout), status, came, at);
    if let Some(payment) = payment.as_object_mut().filter(|_| !checkout.refunds.is_empty()) {
        let ids: Vec<_> = checkout.refunds.iter().map(|one| refund_id(checkout, one)).collect();
        payment.insert("refund_ids".to_owned(), ids.into());
        payment.insert("refunded_money".to_owned(), money(checkout, came.saturating_sub(checkout.left())));
    }
    payment
}

fn payment_object(
    checkout: &Checkout,
    location: &str,
    id: &str,
    status: &str,
    amount: u64,
    at: Moment,
) -> Value {
    let by_bank = happened(checkout, "payment.processing");
    let mut payment = json!({
        "id": id, "order_id": order_id(checkout), "location_id": location, "note": checkout.form.reference,
        "status": status, "amount_money": money(checkout, amount), "total_money": money(checkout, amount),
        "source_type": if by_bank { "BANK_ACCOUNT" } else { "CARD" }, "delay_action": "CANCEL",
        "delay_duration": "PT168H", "created_at": at.to_string(), "updated_at": at.to_string(),
        "risk_evaluation": { "created_at": at.to_string(), "risk_level": "NORMAL" },
        "application_details": { "square_product": "ECOMMERCE_API", "application_id": "sandbox-sq0idb-payproof" },
    });
    let card = match status {
        "COMPLETED" => "CAPTURED",
        "APPROVED" => "AUTHORIZED",
        _ => "FAILED",
    };
    let (name, details) = if by_bank {
        (
            "bank_account_details",
            json!({ "bank_name": "Citizens Bank", "country": "US", "transfer_type": "ACH" }),
        )
    } else {
        let of = json!({ "card_brand": "VISA", "card_type": "CREDIT", "last_4": "5858", "exp_month": 11, "exp_year": 2029 });
        (
            "card_details",
            json!({ "status": card, "card": of, "entry_method": "KEYED", "cvv_status": "CVV_ACCEPTED" }),
        )
    };
    if let Some(payment) = payment.as_object_mut() {
        payment.insert(name.to_owned(), details);
        if status == "COMPLETED" {
            payment.insert(
                "receipt_number".to_owned(),
                checkout.stem().chars().take(4).collect::<String>().into(),
            );
        }
    }
    payment
}

fn declined(checkout: &Checkout, location: &str, id: &str, at: Moment) -> Value {
    let mut payment = payment_object(checkout, location, id, "FAILED", checkout.form.amount, at);
    if let Some(payment) = payment.as_object_mut() {
        let error = json!({
            "category": "PAYMENT_METHOD_ERROR", "code": "GENERIC_DECLINE", "detail": "Authorization error: 'GENERIC_DECLINE'",
        });
        payment.insert("card_details".to_owned(), json!({ "status": "FAILED", "errors": [error] }));
    }
    payment
}

const fn status_of(refund: &Refund) -> &'static str {
    match refund.end {
        RefundEnd::Pending => "PENDING",
        RefundEnd::Succeeded => "COMPLETED",
        RefundEnd::Failed => "FAILED",
    }
}

/// A refund is returned by an order of its own.
fn refund(checkout: &Checkout, location: &str, refund: &Refund, status: &str) -> Value {
    let at = Moment::from_millis(refund.since).to_string();
    json!({
        "id": refund_id(checkout, refund), "payment_id": payment_id(checkout), "location_id": location,
        "order_id": format!("{}RETURN{}vZY", checkout.stem(), nth(refund)), "destination_type": "CARD",
        "amount_money": money(checkout, refund.amount), "status": status, "created_at": at, "updated_at": at,
        "reason": refund.request.as_deref().unwrap_or("Returned goods"),
    })
}

fn dispute(checkout: &Checkout, location: &str, dispute: &Dispute, state: &str, at: Moment) -> Value {
    let nth = dispute.id.rsplit_once('_').map(|(_, nth)| nth).unwrap_or_default();
    json!({
        "id": format!("{}DISPUTE{nth}", checkout.stem()), "amount_money": money(checkout, dispute.amount),
        "brand_dispute_id": checkout.number().to_string(), "card_brand": "VISA", "location_id": location,
        "disputed_payment": { "payment_id": payment_id(checkout) }, "reason": "NO_KNOWLEDGE", "state": state,
        "created_at": at.to_string(), "reported_at": at.to_string(), "updated_at": at.to_string(), "version": 1,
        "due_at": at.plus_seconds(14 * 86_400).to_string(),
    })
}
