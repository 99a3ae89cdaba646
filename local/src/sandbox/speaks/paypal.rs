//! PayPal's language (developer.paypal.com/api/rest): tokens, Orders v2, Payments v2, disputes and webhooks v1.
//!
//! One thing is not as there: a delivery is signed with the client's secret instead of PayPal's certificate. Whoever
//! gets one asks PayPal whether it sent it (`verify-webhook-signature`), and so the sandbox judges its own signature.

mod objects;

use data_encoding::BASE64;
use payproof::provider::sandbox::CheckoutForm;
use payproof::provider::signature::hmac_sha256;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use self::objects::{capture, dispute_id, dispute_object, order, refund_id, refund_object, reversal, time};
use super::super::amount;
use super::super::checkout::{Checkout, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue};

pub(super) static TONGUE: Tongue = Tongue { name: "paypal", account, understand, answer, deliver };

/// Nobody can say when an order ends: it lapses some hours after the customer came or did not, and nothing tells of it.
const NO_END: u64 = u32::MAX as u64;
/// Digits of a checkout's number. Each id here ends in it.
const NUMBER_DIGITS: usize = 10;
// An id at PayPal has 17 capital letters and digits.
const ORDER: &str = "ORDER00";
const CAPTURE: &str = "CAPTURE";
const REFUND: &str = "REFUND";
const REVERSAL: &str = "REVERSE";

fn account(seed: &Seed<'_>) -> Value {
    let webhook_id: String = seed.hex("webhook_id").to_ascii_uppercase().chars().take(17).collect();
    json!({
        "client_id": format!("A{}", seed.hex("client_id")),
        "client_secret": format!("E{}", seed.hex("client_secret")),
        "webhook_id": webhook_id,
    })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    let segments = call.segments();
    if let ["v1", "oauth2", "token"] = segments.as_slice() {
        return Some(Asked::Said(authenticated(call)));
    }
    if call.header("authorization") != format!("Bearer {}", token(call)) {
        let error =
            json!({ "error": "invalid_token", "error_description": "Token signature verification failed" });
        return Some(Asked::Said(Reply::new(401, error)));
    }
    match (call.method.as_str(), segments.as_slice()) {
        ("POST", ["v2", "checkout", "orders"]) => make(call),
        ("GET", ["v2", "checkout", "orders", id])
        | ("POST", ["v2", "checkout", "orders", id, "capture"])
        | ("GET", ["v2", "payments", "captures" | "refunds", id])
        | ("GET", ["v1", "customer", "disputes", id]) => Some(Asked::Look(at(id)?)),
        ("POST", ["v2", "payments", "captures", id, "refund"]) => {
            let asked = call.json();
            let text = |pointer: &str| asked.pointer(pointer).and_then(Value::as_str);
            let amount = match (text("/amount/value"), text("/amount/currency_code")) {
                (Some(value), Some(currency)) => Some(amount::parse(value, currency)?),
                _ => None,
            };
            let request = text("/invoice_id").map(str::to_owned);
            Some(Asked::Refund { at: at(id)?, amount, request })
        }
        ("GET", ["v1", "notifications", "webhooks"]) => Some(Asked::Said(webhooks(call)?)),
        ("POST", ["v1", "notifications", "verify-webhook-signature"]) => Some(Asked::Said(judged(call))),
        _ => None,
    }
}

fn id(kind: &str, checkout: &Checkout) -> String {
    format!("{kind}{}", checkout.number())
}

fn at(id: &str) -> Option<At> {
    let (_, number) = id.split_at_checked(id.len().checked_sub(NUMBER_DIGITS)?)?;
    number.parse().ok().map(At::Number)
}

fn authenticated(call: &Call<'_>) -> Reply {
    let client = format!("{}:{}", call.key("client_id"), call.key("client_secret"));
    if call.header("authorization") != format!("Basic {}", BASE64.encode(client.as_bytes())) {
        let error = json!({ "error": "invalid_client", "error_description": "Client Authentication failed" });
        return Reply::new(401, error);
    }
    let token = token(call);
    Reply::new(200, json!({ "access_token": token, "token_type": "Bearer", "expires_in": 31_668 }))
}

/// A token follows from the secret: nothing here keeps one.
fn token(call: &Call<'_>) -> String {
    let mac = hmac_sha256(call.key("client_secret").as_bytes(), &[b"token"]);
    format!("A21AA{}", data_encoding::HEXLOWER.encode(&mac))
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let order = call.json();
    let text = |pointer: &str| order.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let currency = text("/purchase_units/0/amount/currency_code")?;
    let context = |name: &str| text(&format!("/payment_source/paypal/experience_context/{name}"));
    let form = CheckoutForm {
        reference: text("/purchase_units/0/custom_id")?,
        // PayPal is told of no other number than our session's.
        order_id: String::new(),
        amount: amount::parse(&text("/purchase_units/0/amount/value")?, &currency)?,
        currency,
        description: text("/purchase_units/0/description").unwrap_or_default(),
        method: "wallet".to_owned(),
        locale: context("locale"),
        customer_email: text("/payment_source/paypal/email_address"),
        return_url: context("return_url")?,
        cancel_url: context("cancel_url")?,
        expires_at: NO_END,
    };
    Some(Asked::Make { key: Some(call.header("paypal-request-id").to_owned()), form })
}

/// The one webhook of this account, which gets everything.
fn webhooks(call: &Call<'_>) -> Option<Reply> {
    let (url, account) = call.base.split_once("/sandbox/as/")?;
    let (provider, shop) = account.split_once('/')?;
    let webhook = json!({
        "id": call.key("webhook_id"), "url": format!("{url}/v1/webhooks/{shop}/{provider}"),
        "event_types": [{ "name": "*", "description": "ALL" }],
    });
    Some(Reply::new(200, json!({ "webhooks": [webhook] })))
}

/// Whether a delivery came from here.
#[derive(Deserialize)]
struct Question<'a> {
    transmission_id: String,
    transmission_time: String,
    transmission_sig: String,
    webhook_id: String,
    #[serde(borrow)]
    webhook_event: &'a RawValue,
}

fn judged(call: &Call<'_>) -> Reply {
    let Ok(asked) = serde_json::from_slice::<Question<'_>>(call.body) else {
        return refused(400, "VALIDATION_ERROR", "MALFORMED_REQUEST", "The question is not one.");
    };
    let body = asked.webhook_event.get().as_bytes();
    let (id, time) = (&asked.transmission_id, &asked.transmission_time);
    let is_ours = asked.webhook_id == call.key("webhook_id")
        && asked.transmission_sig == signature(call.account, id, time, body);
    let status = if is_ours { "SUCCESS" } else { "FAILURE" };
    Reply::new(200, json!({ "verification_status": status }))
}

fn signature(account: &Value, id: &str, time: &str, body: &[u8]) -> String {
    let key = |name: &str| account.get(name).and_then(Value::as_str).unwrap_or_default();
    let signed = format!("{id}|{time}|{}|", key("webhook_id"));
    BASE64.encode(&hmac_sha256(key("client_secret").as_bytes(), &[signed.as_bytes(), body]))
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    let segments = call.segments();
    let found = match segments.as_slice() {
        [_, _, "orders"] => {
            let mut order = order(checkout, state(checkout));
            if let Some(links) = order.pointer_mut("/links").and_then(Value::as_array_mut) {
                links.push(json!({ "href": done.page, "rel": "payer-action", "method": "GET" }));
            }
            return Reply::new(201, order);
        }
        // It forgets orders that nobody paid.
        [_, _, "orders", ..] if checkout.status == Status::Expired => None,
        [_, _, "orders", _, "capture"] => return captured(checkout),
        [_, _, "orders", _] => Some(order(checkout, state(checkout))),
        [_, _, "captures", _, "refund"] => {
            let Some(refund) = done.refund.filter(|_| done.done) else {
                let issue =
                    if checkout.left() == 0 { "CAPTURE_FULLY_REFUNDED" } else { "REFUND_AMOUNT_EXCEEDED" };
                return refused(422, "UNPROCESSABLE_ENTITY", issue, "That is more than is left of it.");
            };
            return Reply::new(201, refund_object(checkout, refund));
        }
        [_, _, "captures", _] => is_tried(checkout).then(|| capture(checkout)),
        [_, _, "refunds", asked] if asked.starts_with(REVERSAL) => {
            checkout.reversed.then(|| reversal(checkout))
        }
        [_, _, "refunds", asked] => {
            let mut refunds = checkout.refunds.iter();
            refunds
                .find(|refund| refund_id(checkout, refund) == *asked)
                .map(|refund| refund_object(checkout, refund))
        }
        [_, _, "disputes", asked] => {
            let mut disputes = checkout.disputes.iter();
            disputes
                .find(|dispute| dispute_id(checkout, dispute) == *asked)
                .map(|dispute| dispute_object(checkout, dispute))
        }
        _ => None,
    };
    let unknown =
        || refused(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", "Specified resource ID does not exist.");
    found.map_or_else(unknown, |found| Reply::new(200, found))
}

fn refused(status: u16, name: &str, issue: &str, words: &str) -> Reply {
    let details = json!([{ "issue": issue, "description": words }]);
    Reply::new(
        status,
        json!({ "name": name, "message": words, "debug_id": "f90249e6c1a3b", "details": details }),
    )
}

/// Whether the customer came as far as a capture.
const fn is_tried(checkout: &Checkout) -> bool {
    matches!(checkout.status, Status::Paid | Status::Processing | Status::Review | Status::Failed)
}

/// An order's status. That it was captured is not kept here: it is taken for approved, and captured again with the same
/// answer, until something has happened to the capture.
fn state(checkout: &Checkout) -> &'static str {
    let before = ["payment.declined", "payment.paid", "payment.cancelled", "payment.expired"];
    match checkout.status {
        Status::Open if checkout.payment.is_some() => "APPROVED",
        Status::Open | Status::Cancelled | Status::Expired => "PAYER_ACTION_REQUIRED",
        _ if checkout.outbox.events.iter().all(|event| before.contains(&event.kind.as_str())) => "APPROVED",
        _ => "COMPLETED",
    }
}

/// What is answered to a capture: the money of an approved order comes by this, or is declined.
fn captured(checkout: &Checkout) -> Reply {
    match checkout.status {
        Status::Open if checkout.payment.is_some() => {
            let words = "The instrument presented was either declined by the processor or bank, or it can't be used for this payment.";
            refused(422, "UNPROCESSABLE_ENTITY", "INSTRUMENT_DECLINED", words)
        }
        _ if is_tried(checkout) => Reply::new(201, order(checkout, "COMPLETED")),
        _ => {
            let words = "Payer has not yet approved the Order for payment.";
            refused(422, "UNPROCESSABLE_ENTITY", "ORDER_NOT_APPROVED", words)
        }
    }
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let checkout = telling.checkout;
    let approved = || {
        let order = order(checkout, "APPROVED");
        ("checkout-order", "CHECKOUT.ORDER.APPROVED", "An order has been approved by buyer", order)
    };
    let dispute = || {
        let id = telling.event.data.dispute_id.as_deref()?;
        Some(dispute_object(checkout, checkout.disputes.iter().find(|dispute| dispute.id == id)?))
    };
    let (about, word, summary, resource) = match telling.event.kind.as_str() {
        // What the customer does is to approve: the capture, which we ask for, brings the money or a decline.
        "payment.declined" => approved(),
        "payment.paid" if state(checkout) == "APPROVED" => approved(),
        "payment.paid" => ("capture", "PAYMENT.CAPTURE.COMPLETED", "Payment completed", capture(checkout)),
        "payment.processing" | "payment.review" => {
            ("capture", "PAYMENT.CAPTURE.PENDING", "Payment pending", capture(checkout))
        }
        "payment.failed" => ("capture", "PAYMENT.CAPTURE.DENIED", "Payment denied", capture(checkout)),
        "payment.reversed" => {
            ("refund", "PAYMENT.CAPTURE.REVERSED", "A capture payment was reversed", reversal(checkout))
        }
        kind @ ("refund.pending" | "refund.succeeded" | "refund.failed") => {
            let refund = telling.refund()?;
            // One that is done at once was never pending.
            if kind == "refund.pending" && refund.end != RefundEnd::Pending {
                return None;
            }
            let refund = refund_object(checkout, refund);
            ("refund", "PAYMENT.CAPTURE.REFUNDED", "A capture payment was refunded", refund)
        }
        "dispute.opened" => ("dispute", "CUSTOMER.DISPUTE.CREATED", "A new dispute opened", dispute()?),
        "dispute.won" | "dispute.lost" => {
            ("dispute", "CUSTOMER.DISPUTE.RESOLVED", "A dispute was resolved", dispute()?)
        }
        // Of an order that nobody approves it says nothing, whether the customer turned back or it lapsed.
        _ => return None,
    };
    let (number, millis) = (checkout.number(), telling.at.millis());
    let body = json!({
        "id": format!("WH-{number:0>17}-{millis:0>17}"), "event_version": "1.0",
        "create_time": telling.at.to_string(), "resource_type": about, "resource_version": "2.0",
        "event_type": word, "summary": summary, "resource": resource,
    });
    let body = body.to_string().into_bytes();
    let id = format!("{:08x}-{:04x}-11f1-84e2-{number:012x}", millis >> 16, millis & 0xffff);
    let time = time(telling.now);
    let certificate = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-00000000-payproof-sandbox";
    let headers = vec![
        ("paypal-transmission-sig", signature(telling.account, &id, &time, &body)),
        ("paypal-transmission-id", id),
        ("paypal-transmission-time", time),
        ("paypal-cert-url", certificate.to_owned()),
        ("paypal-auth-algo", "SHA256withRSA".to_owned()),
        ("paypal-auth-version", "v2".to_owned()),
    ];
    Some(Delivery { headers, body })
}
