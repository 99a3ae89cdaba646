//! Paystack's language (paystack.com/docs/api and /payments/webhooks): transactions, refunds, disputes and events.

use payproof::payment::{Currency, Moment};
use payproof::provider::sandbox::CheckoutForm;
use payproof::provider::signature::{HmacSha512, mac};
use serde_json::{Value, json};

use super::super::checkout::{Checkout, Dispute, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "paystack", account, understand, answer, deliver };

/// A page has no time of its own.
const NEVER: u64 = 4_294_967_295;

/// The secret key signs the webhooks too.
fn account(seed: &Seed<'_>) -> Value {
    json!({ "api_key": format!("sk_test_{}", seed.hex("api_key")) })
}

/// Ids are numbers. Those of refunds and disputes are the transaction's with two digits more.
fn numbered(checkout: &Checkout, nth: &str) -> u64 {
    checkout.number().saturating_mul(100).saturating_add(nth.parse().unwrap_or(0))
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if !call.is_by("Bearer", "api_key") {
        return Some(Asked::Said(refused(401, "invalid_Key", "Invalid key")));
    }
    let of = |query: &str| {
        let mut query = form_urlencoded::parse(query.as_bytes()).into_owned();
        let (_, id) = query.find(|(name, _)| name == "transaction")?;
        Some(Asked::Look(At::Number(id.parse().ok()?)))
    };
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["transaction", "initialize"]) => make(&call.json()),
        ("GET", ["transaction", "verify", reference]) => {
            Some(Asked::Look(At::Reference((*reference).to_owned())))
        }
        ("GET", ["transaction", id]) => Some(Asked::Look(At::Number(id.parse().ok()?))),
        ("GET", ["refund" | "dispute"]) => of(call.query),
        ("GET", ["dispute", id]) => Some(Asked::Look(At::Number(id.parse::<u64>().ok()? / 100))),
        ("POST", ["refund"]) => {
            let body = call.json();
            let named = text(&body, "transaction")?;
            let at = named.parse().map_or(At::Reference(named), At::Number);
            let amount = match body.get("amount").and_then(Value::as_u64) {
                Some(amount) => Some(minor(amount, &text(&body, "currency")?)?),
                None => None,
            };
            Some(Asked::Refund { at, amount, request: text(&body, "merchant_note") })
        }
        _ => None,
    }
}

fn text(body: &Value, name: &str) -> Option<String> {
    body.get(name)?.as_str().map(str::to_owned)
}

fn make(body: &Value) -> Option<Asked> {
    let Some(email) = text(body, "email") else {
        return Some(Asked::Said(refused(400, "missing_params", "Invalid Email Address Passed")));
    };
    let metadata = body.get("metadata").cloned().unwrap_or_default();
    let currency = text(body, "currency")?;
    let order_id = text(&metadata, "order").unwrap_or_default();
    let form = CheckoutForm {
        reference: text(body, "reference")?,
        amount: minor(body.get("amount")?.as_u64()?, &currency)?,
        currency,
        // A transaction has no description.
        description: format!("Order {order_id}"),
        order_id,
        method: "card".to_owned(),
        locale: None,
        customer_email: Some(email),
        return_url: text(body, "callback_url")?,
        cancel_url: text(&metadata, "cancel_action")?,
        expires_at: NEVER,
    };
    Some(Asked::Make { key: Some(form.reference.clone()), form })
}

/// Paystack counts hundredths, whatever the currency has; a fraction of what it has is dropped.
fn minor(hundredths: u64, currency: &str) -> Option<u64> {
    let fewer = 2_u32.checked_sub(Currency::parse(currency).ok()?.decimals())?;
    Some(hundredths / 10_u64.pow(fewer))
}

fn hundredths(checkout: &Checkout, minor: u64) -> u64 {
    let decimals = Currency::parse(&checkout.form.currency).map_or(2, Currency::decimals);
    minor.saturating_mul(10_u64.pow(2_u32.saturating_sub(decimals)))
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    let dispute_of = |one: &Dispute| {
        let (state, resolution) = match one.won {
            None => ("awaiting-merchant-feedback", None),
            Some(true) => ("resolved", Some("declined")),
            Some(false) => ("resolved", Some("merchant-accepted")),
        };
        dispute(checkout, one, (state, resolution), Moment::from_millis(checkout.last))
    };
    let (message, data) = match (call.method.as_str(), call.segments().as_slice()) {
        // A reference is taken once and for good, and the page's address is not told again.
        (_, ["transaction", "initialize"]) if checkout.since != call.now.millis() => {
            return refused(400, "duplicate_reference", "Duplicate Transaction Reference");
        }
        (_, ["transaction", "initialize"]) => {
            let made = json!({
                "authorization_url": done.page, "access_code": checkout.stem(), "reference": checkout.form.reference,
            });
            ("Authorization URL created", made)
        }
        ("POST", ["refund"]) => match done.refund.filter(|_| done.done) {
            Some(one) => ("Refund has been queued for processing", refund(checkout, one)),
            None => {
                let message = "Refund amount cannot be more than what is left of the transaction";
                return refused(400, "invalid_params", message);
            }
        },
        (_, ["refund"]) => {
            let refunds = checkout.refunds.iter().map(|one| refund(checkout, one));
            ("Refunds retrieved", refunds.collect::<Vec<_>>().into())
        }
        (_, ["dispute"]) => {
            ("Disputes retrieved", checkout.disputes.iter().map(dispute_of).collect::<Vec<_>>().into())
        }
        (_, ["dispute", id]) => {
            let is_it = |one: &&Dispute| dispute_id(checkout, one).to_string() == *id;
            match checkout.disputes.iter().find(is_it) {
                Some(one) => ("Dispute retrieved", dispute_of(one)),
                None => return refused(404, "not_found", "Dispute not found"),
            }
        }
        _ => {
            let status = match checkout.status {
                Status::Paid if checkout.left() == 0 || checkout.reversed => "reversed",
                Status::Paid => "success",
                Status::Processing => "processing",
                Status::Review => "pending",
                Status::Failed => "failed",
                // A page that nobody touched says so too.
                Status::Open | Status::Cancelled | Status::Expired => "abandoned",
            };
            let paid_at = Moment::from_millis(checkout.since);
            ("Verification successful", transaction(checkout, status, paid_at))
        }
    };
    Reply::new(200, json!({ "status": true, "message": message, "data": data }))
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    let meta = json!({ "nextStep": "Ensure that the request is the one that the documentation describes" });
    let body = json!({
        "status": false, "message": message, "meta": meta, "type": "validation_error", "code": code,
    });
    Reply::new(status, body)
}

/// Only success is announced: what was declined, failed or abandoned is learned by asking.
fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let (checkout, at) = (telling.checkout, telling.at);
    let dispute = |state| Some(dispute(checkout, telling.dispute()?, state, at));
    let (word, data) = match telling.event.kind.as_str() {
        "payment.paid" => ("charge.success", transaction(checkout, "success", at)),
        "refund.pending" => ("refund.pending", refund_told(checkout, telling.refund()?, "pending")),
        "refund.succeeded" => ("refund.processed", refund_told(checkout, telling.refund()?, "processed")),
        "refund.failed" => ("refund.failed", refund_told(checkout, telling.refund()?, "failed")),
        "dispute.opened" => ("charge.dispute.create", dispute(("awaiting-merchant-feedback", None))?),
        "dispute.won" => ("charge.dispute.resolve", dispute(("resolved", Some("declined")))?),
        "dispute.lost" => ("charge.dispute.resolve", dispute(("resolved", Some("merchant-accepted")))?),
        _ => return None,
    };
    let body = json!({ "event": word, "data": data }).to_string().into_bytes();
    let key = telling.account.get("api_key").and_then(Value::as_str).unwrap_or_default();
    let signature = data_encoding::HEXLOWER.encode(&mac::<HmacSha512>(key.as_bytes(), &[&body])?);
    Some(Delivery { headers: vec![("x-paystack-signature", signature)], body })
}

fn transaction(checkout: &Checkout, status: &str, at: Moment) -> Value {
    let form = &checkout.form;
    let answered = if status == "failed" { "Declined" } else { "Successful" };
    let (at, paid) = (at.to_string(), checkout.came.is_some());
    json!({
        "id": checkout.number(), "domain": "test", "status": status, "reference": form.reference,
        "amount": hundredths(checkout, checkout.came.unwrap_or(form.amount)),
        "requested_amount": hundredths(checkout, form.amount), "currency": form.currency, "channel": "card",
        "message": null, "gateway_response": answered, "paid_at": paid.then_some(&at), "created_at": at,
        "paidAt": paid.then_some(&at), "ip_address": null, "fees": null, "fees_split": null, "log": null,
        // An underscore has no place in a reference; what it was made of comes back here.
        "metadata": {
            "session": form.reference.replace('-', "_"), "order": form.order_id, "cancel_action": form.cancel_url,
        },
        "authorization": { "authorization_code": "AUTH_uh8bcl3zbn", "last4": "4081", "brand": "visa" },
        "customer": { "email": form.customer_email, "risk_action": "default" },
        "plan": {}, "subaccount": {}, "split": {}, "order_id": null, "pos_transaction_data": null,
    })
}

fn merchant_note(checkout: &Checkout, refund: &Refund) -> String {
    let by_hand = || format!("Refund for transaction {} by till@shop.example", checkout.form.reference);
    refund.request.clone().unwrap_or_else(by_hand)
}

/// As the API has it, where ids and amounts are numbers.
fn refund(checkout: &Checkout, refund: &Refund) -> Value {
    let status = match refund.end {
        RefundEnd::Pending => "pending",
        RefundEnd::Succeeded => "processed",
        RefundEnd::Failed => "failed",
    };
    let at = Moment::from_millis(refund.since).to_string();
    json!({
        "id": numbered(checkout, nth(refund)), "integration": 412_829, "domain": "test", "dispute": null,
        "transaction": checkout.number(), "amount": hundredths(checkout, refund.amount), "deducted_amount": null,
        "currency": checkout.form.currency, "status": status, "merchant_note": merchant_note(checkout, refund),
        "customer_note": format!("Refund for transaction {}", checkout.form.reference), "createdAt": at,
    })
}

/// As the events have it, where they are texts.
fn refund_told(checkout: &Checkout, refund: &Refund, status: &str) -> Value {
    json!({
        "status": status, "transaction_reference": checkout.form.reference, "refund_reference": null,
        "amount": hundredths(checkout, refund.amount).to_string(), "currency": checkout.form.currency,
        "processor": "instant-transfer", "customer": { "email": checkout.form.customer_email },
        "integration": 412_829, "domain": "test", "id": numbered(checkout, nth(refund)).to_string(),
        "customer_note": format!("Refund for transaction {}", checkout.form.reference),
        "merchant_note": merchant_note(checkout, refund),
    })
}

fn dispute_id(checkout: &Checkout, dispute: &Dispute) -> u64 {
    numbered(checkout, dispute.id.rsplit_once('_').map(|(_, nth)| nth).unwrap_or_default())
}

fn dispute(
    checkout: &Checkout,
    dispute: &Dispute,
    (status, resolution): (&str, Option<&str>),
    at: Moment,
) -> Value {
    let standing = if resolution == Some("merchant-accepted") { "reversed" } else { "success" };
    let transaction = transaction(checkout, standing, Moment::from_millis(checkout.since));
    let at = at.to_string();
    json!({
        "id": dispute_id(checkout, dispute), "refund_amount": hundredths(checkout, dispute.amount),
        "currency": checkout.form.currency, "status": status, "resolution": resolution, "domain": "test",
        "transaction": transaction, "transaction_reference": null, "category": "chargeback",
        "customer": { "email": checkout.form.customer_email }, "resolvedAt": resolution.map(|_| &at), "dueAt": null,
        "evidence": null, "attachments": null, "note": null, "created_at": at, "createdAt": at, "updated_at": at,
    })
}
