//! Razorpay's language (razorpay.com/docs/api and /webhooks): payment links, orders, payments, refunds, disputes and
//! events.

use payproof::payment::Moment;
use payproof::provider::sandbox::CheckoutForm;
use payproof::provider::signature::hmac_sha256;
use serde_json::{Value, json};

use super::super::checkout::{Checkout, Dispute, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, happened, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "razorpay", account, understand, answer, deliver };

fn account(seed: &Seed<'_>) -> Value {
    let short = |name: &str, length: usize| seed.hex(name).chars().take(length).collect::<String>();
    json!({
        "key_id": format!("rzp_test_{}", short("key_id", 14)),
        "key_secret": short("key_secret", 24),
        "webhook_secrets": [seed.hex("webhook_secret")],
    })
}

/// An id of it: fourteen letters and digits after the kind's name. The last two count what there can be several of.
fn id(checkout: &Checkout, kind: &str, nth: &str) -> String {
    format!("{kind}_{}{nth:0>2}", checkout.stem())
}

fn link_id(checkout: &Checkout) -> String {
    id(checkout, "plink", "")
}

/// The same payment is captured after it failed: each try of a customer is the same one here.
fn payment_id(checkout: &Checkout) -> String {
    id(checkout, "pay", "")
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    let pair = format!("{}:{}", call.key("key_id"), call.key("key_secret"));
    let basic = format!("Basic {}", data_encoding::BASE64.encode(pair.as_bytes()));
    if call.header("authorization") != basic {
        return Some(Asked::Said(refused(401, "Authentication failed")));
    }
    let stem = |kind: &str, id: &str| Some(At::Stem(id.strip_prefix(kind)?.get(..12)?.to_owned()));
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["v1", "payment_links"]) => make(&call.json()),
        ("GET", ["v1", "payment_links"]) => {
            let mut query = form_urlencoded::parse(call.query.as_bytes()).into_owned();
            let (_, reference) = query.find(|(name, _)| name == "reference_id")?;
            Some(Asked::Look(At::Reference(reference)))
        }
        ("GET", ["v1", "payment_links", id]) => Some(Asked::Look(stem("plink_", id)?)),
        ("POST", ["v1", "payment_links", id, "cancel"]) => Some(Asked::Cancel(stem("plink_", id)?)),
        ("GET", ["v1", "orders", id] | ["v1", "orders", id, "payments"]) => {
            Some(Asked::Look(stem("order_", id)?))
        }
        ("GET", ["v1", "payments", id] | ["v1", "payments", id, "refunds"]) => {
            Some(Asked::Look(stem("pay_", id)?))
        }
        ("POST", ["v1", "payments", id, "refund"]) => {
            let body = call.json();
            let amount = body.get("amount").and_then(Value::as_u64);
            Some(Asked::Refund { at: stem("pay_", id)?, amount, request: text(&body, "/receipt") })
        }
        _ => None,
    }
}

fn text(body: &Value, at: &str) -> Option<String> {
    body.pointer(at)?.as_str().map(str::to_owned)
}

fn make(body: &Value) -> Option<Asked> {
    let form = CheckoutForm {
        reference: text(body, "/reference_id")?,
        order_id: text(body, "/notes/order").unwrap_or_default(),
        amount: body.get("amount")?.as_u64()?,
        currency: text(body, "/currency")?,
        description: text(body, "/description").unwrap_or_default(),
        method: "card".to_owned(),
        locale: None,
        customer_email: text(body, "/customer/email"),
        return_url: text(body, "/callback_url")?,
        // Razorpay has no address for a customer who turns back.
        cancel_url: text(body, "/callback_url")?,
        expires_at: body.get("expire_by")?.as_u64()?,
    };
    Some(Asked::Make { key: Some(form.reference.clone()), form })
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    let list = |items: Vec<Value>| json!({ "entity": "collection", "count": items.len(), "items": items });
    let body = match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", [_, "payment_links"]) => json!({ "payment_links": [link(checkout, done.page)] }),
        // A reference is taken once and for good.
        (_, [_, "payment_links"]) if checkout.since != call.now.millis() => {
            return refused(400, "payment link creation with reference ID already attempted");
        }
        (_, [_, "payment_links", _, "cancel"]) if !done.done => {
            return refused(400, "Payment Link cannot be cancelled");
        }
        (_, [_, "orders", _]) => order(checkout, id(checkout, "order", "")),
        (_, [_, "orders", _, "payments"]) => {
            let tried = checkout.payment.as_ref();
            list(tried.map(|_| payment(checkout, status(checkout))).into_iter().collect())
        }
        (_, [_, "payments", _]) => payment(checkout, status(checkout)),
        (_, [_, "payments", _, "refunds"]) => {
            list(checkout.refunds.iter().map(|one| refund(checkout, one, status_of(one))).collect())
        }
        (_, [_, "payments", ..]) => match done.refund.filter(|_| done.done) {
            Some(one) => refund(checkout, one, status_of(one)),
            None => {
                return refused(400, "The total refund amount is greater than the refund payment amount");
            }
        },
        _ => link(checkout, done.page),
    };
    Reply::new(200, body)
}

fn refused(status: u16, description: &str) -> Reply {
    let error = json!({
        "code": "BAD_REQUEST_ERROR", "description": description, "source": "business", "step": "payment_initiation",
        "reason": "NA", "metadata": {},
    });
    Reply::new(status, json!({ "error": error }))
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let checkout = telling.checkout;
    let link = |status: &str| {
        let mut link = link(checkout, "https://rzp.io/rzp/sandbox");
        if let Some(link) = link.as_object_mut() {
            let at = telling.at.seconds();
            link.insert("status".to_owned(), status.into());
            link.insert("updated_at".to_owned(), at.into());
            for (end, field) in [("cancelled", "cancelled_at"), ("expired", "expired_at")] {
                link.insert(field.to_owned(), if end == status { at } else { 0 }.into());
            }
        }
        ("payment_link", link)
    };
    let pay = |status: &str| ("payment", payment(checkout, status));
    let refund = |status: &str| Some(("refund", refund(checkout, telling.refund()?, status)));
    let dispute = |status: &str| Some(("dispute", dispute(checkout, telling.dispute()?, status, telling.at)));
    let over = || happened(checkout, "payment.expired") || happened(checkout, "payment.cancelled");
    let now = status(checkout);
    let (word, about) = match telling.event.kind.as_str() {
        "payment.processing" => ("payment.authorized", vec![pay("authorized")]),
        // What comes after the link's end is told of the payment alone.
        "payment.paid" if over() => ("payment.captured", vec![pay("captured")]),
        "payment.paid" => {
            // Here an order's id lacks the name of its kind.
            let order = ("order", order(checkout, format!("{}00", checkout.stem())));
            ("payment_link.paid", vec![link("paid"), order, pay("captured")])
        }
        "payment.declined" => ("payment.failed", vec![pay("failed")]),
        // What was under way. Of a link Razorpay never says that it failed: another try can follow.
        "payment.failed" if happened(checkout, "payment.processing") => {
            ("payment.failed", vec![pay("failed")])
        }
        "payment.expired" => ("payment_link.expired", vec![link("expired")]),
        // The page has no way back for a customer: a link is cancelled by the shop.
        "payment.cancelled" => ("payment_link.cancelled", vec![link("cancelled")]),
        "refund.pending" => ("refund.created", vec![refund("pending")?, pay(now)]),
        "refund.succeeded" => ("refund.processed", vec![refund("processed")?, pay(now)]),
        "refund.failed" => ("refund.failed", vec![refund("failed")?, pay(now)]),
        "dispute.opened" => ("payment.dispute.created", vec![pay(now), dispute("open")?]),
        "dispute.won" => ("payment.dispute.won", vec![pay(now), dispute("won")?]),
        "dispute.lost" => ("payment.dispute.lost", vec![pay(now), dispute("lost")?]),
        _ => return None,
    };
    let contains: Vec<_> = about.iter().map(|(name, _)| *name).collect();
    let payload: serde_json::Map<_, _> =
        about.iter().map(|(name, entity)| ((*name).to_owned(), json!({ "entity": entity }))).collect();
    let body = json!({
        "entity": "event", "account_id": "acc_00000000000000", "event": word, "contains": contains,
        "payload": payload, "created_at": telling.at.seconds(),
    });
    let body = body.to_string().into_bytes();
    let mac =
        |key: &str, bytes: &[u8]| data_encoding::HEXLOWER.encode(&hmac_sha256(key.as_bytes(), &[bytes]));
    let event_id = mac("event_id", telling.id.as_bytes()).chars().take(14).collect();
    let signature = mac(telling.webhook_secret(), &body);
    Some(Delivery {
        headers: vec![("x-razorpay-event-id", event_id), ("x-razorpay-signature", signature)],
        body,
    })
}

/// Our session comes back in the notes of a link, which Razorpay copies to its order and payments.
fn notes(checkout: &Checkout) -> Value {
    json!({ "session": checkout.form.reference, "order": checkout.form.order_id })
}

fn seconds(millis: u64) -> u64 {
    Moment::from_millis(millis).seconds()
}

fn link(checkout: &Checkout, page: &str) -> Value {
    let since = seconds(checkout.since);
    let (status, cancelled_at, expired_at) = match checkout.status {
        Status::Paid => ("paid", 0, 0),
        Status::Cancelled => ("cancelled", since, 0),
        Status::Expired => ("expired", 0, since),
        Status::Open | Status::Processing | Status::Review | Status::Failed => ("created", 0, 0),
    };
    let order = checkout.payment.as_ref().map(|_| id(checkout, "order", ""));
    json!({
        "id": link_id(checkout), "reference_id": checkout.form.reference, "status": status,
        "amount": checkout.form.amount, "amount_paid": checkout.came.unwrap_or(0), "accept_partial": false,
        "currency": checkout.form.currency, "description": checkout.form.description, "short_url": page,
        "callback_url": checkout.form.return_url, "callback_method": "get", "notes": notes(checkout),
        "expire_by": checkout.form.expires_at, "created_at": since, "updated_at": since,
        "cancelled_at": cancelled_at, "expired_at": expired_at, "order_id": order, "first_min_partial_amount": 0,
        "customer": { "email": checkout.form.customer_email }, "notify": { "email": false, "sms": false },
        "reminder_enable": false, "reminders": [], "upi_link": false, "user_id": "",
    })
}

fn order(checkout: &Checkout, id: String) -> Value {
    let came = checkout.came.unwrap_or(0);
    json!({
        "id": id, "entity": "order", "amount": checkout.form.amount, "amount_paid": came,
        "amount_due": checkout.form.amount.saturating_sub(came), "currency": checkout.form.currency,
        "receipt": checkout.form.reference, "status": if came > 0 { "paid" } else { "attempted" }, "attempts": 1,
        "notes": notes(checkout), "partial_payment": false, "payment_capture": true,
        "product_type": "payment_link_v2", "created_at": seconds(checkout.since),
    })
}

fn status(checkout: &Checkout) -> &'static str {
    match checkout.status {
        Status::Paid if checkout.left() == 0 => "refunded",
        Status::Paid => "captured",
        Status::Processing | Status::Review => "authorized",
        Status::Open | Status::Failed | Status::Cancelled | Status::Expired => "failed",
    }
}

fn payment(checkout: &Checkout, status: &str) -> Value {
    let amount = checkout.came.unwrap_or(checkout.form.amount);
    let back = checkout.came.map_or(0, |came| came.saturating_sub(checkout.left()));
    let refund_status = match back {
        0 => None,
        all if all == amount => Some("full"),
        _ => Some("partial"),
    };
    let captured = ["captured", "refunded"].contains(&status);
    // A bank's answer stands in five fields, which are null where there is none.
    let failed = |words: &'static str| (status == "failed").then_some(words);
    json!({
        "id": payment_id(checkout), "entity": "payment", "amount": amount, "currency": checkout.form.currency,
        "status": status, "captured": captured, "method": "card",
        "order_id": id(checkout, "order", ""), "amount_refunded": back, "refund_status": refund_status,
        "description": format!("#{}00", checkout.stem()), "notes": notes(checkout), "international": false,
        "email": checkout.form.customer_email, "card_id": id(checkout, "card", ""), "bank": null, "wallet": null,
        "vpa": null, "invoice_id": null, "error_code": failed("BAD_REQUEST_ERROR"),
        "error_description": failed("Your payment has been declined by your bank."),
        "error_source": failed("issuer_bank"), "error_step": failed("payment_authorization"),
        "error_reason": failed("card_declined"), "created_at": seconds(checkout.since),
    })
}

const fn status_of(refund: &Refund) -> &'static str {
    match refund.end {
        RefundEnd::Pending => "pending",
        RefundEnd::Succeeded => "processed",
        RefundEnd::Failed => "failed",
    }
}

fn refund(checkout: &Checkout, refund: &Refund, status: &str) -> Value {
    // Where there are no notes Razorpay writes an empty list.
    let notes = refund.request.as_ref().map_or_else(
        || json!([]),
        |request| json!({ "session": checkout.form.reference, "refund": request }),
    );
    json!({
        "id": id(checkout, "rfnd", nth(refund)), "entity": "refund", "amount": refund.amount,
        "currency": checkout.form.currency, "payment_id": payment_id(checkout), "notes": notes,
        "receipt": refund.request, "status": status, "acquirer_data": { "arn": null }, "batch_id": null,
        "speed_processed": "normal", "speed_requested": "normal", "created_at": seconds(refund.since),
    })
}

/// What is lost is deducted; until then nothing is.
fn dispute(checkout: &Checkout, dispute: &Dispute, status: &str, at: Moment) -> Value {
    let nth = dispute.id.rsplit_once('_').map(|(_, nth)| nth).unwrap_or_default();
    json!({
        "id": id(checkout, "disp", nth), "entity": "dispute", "payment_id": payment_id(checkout),
        "amount": dispute.amount, "currency": checkout.form.currency,
        "amount_deducted": if status == "lost" { dispute.amount } else { 0 },
        "reason_code": "goods_or_services_not_received_or_partially_received", "status": status,
        "phase": "chargeback", "respond_by": at.plus_seconds(7 * 86_400).seconds(), "created_at": at.seconds(),
    })
}
