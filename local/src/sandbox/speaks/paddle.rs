//! Paddle Billing's language (developer.paddle.com/api-reference): transactions, adjustments and notifications.

use data_encoding::HEXLOWER;
use payproof::payment::Moment;
use payproof::provider::sandbox::CheckoutForm;
use payproof::provider::signature::hmac_sha256;
use serde_json::{Value, json};

use super::super::checkout::{Checkout, Dispute, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "paddle", account, understand, answer, deliver };

/// A transaction's link has no end.
const NO_END: u64 = u32::MAX as u64;

fn account(seed: &Seed<'_>) -> Value {
    let short = |name: &str, letters: usize| -> String { seed.hex(name).chars().take(letters).collect() };
    let api_key = format!("pdl_sdbx_apikey_01{}_{}", short("api_key_id", 24), short("api_key", 22));
    let secret = format!("pdl_ntfset_01{}_{}", short("webhook_secret_id", 24), short("webhook_secret", 32));
    json!({ "api_key": api_key, "webhook_secrets": [secret] })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if !call.is_by("Bearer", "api_key") {
        return Some(Asked::Said(refused(403, "forbidden", "You aren't permitted to perform this request.")));
    }
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["transactions"]) => make(call),
        ("GET", ["transactions", id]) => Some(Asked::Look(at(id)?)),
        ("PATCH", ["transactions", id]) => {
            (call.json().get("status")? == "canceled").then(|| at(id).map(Asked::Close))?
        }
        ("POST", ["adjustments"]) => {
            let asked = call.json();
            let text = |pointer: &str| asked.pointer(pointer).and_then(Value::as_str);
            let amount = match text("/type") {
                Some("full") => None,
                _ => Some(text("/items/0/amount")?.parse().ok()?),
            };
            let request = text("/reason").map(str::to_owned);
            Some(Asked::Refund { at: at(text("/transaction_id")?)?, amount, request })
        }
        ("GET", ["notification-settings"]) => Some(Asked::Said(destinations(call)?)),
        _ => None,
    }
}

/// An id of the checkout: like a ULID it has 26 characters, here hex of the stem behind two digits that tell apart.
fn id(prefix: &str, which: &str, checkout: &Checkout) -> String {
    format!("{prefix}_{which:0>2}{}", HEXLOWER.encode(checkout.stem().as_bytes()))
}

fn transaction_id(checkout: &Checkout) -> String {
    id("txn", "01", checkout)
}

fn at(id: &str) -> Option<At> {
    let stem = HEXLOWER.decode(id.strip_prefix("txn_01")?.as_bytes()).ok()?;
    String::from_utf8(stem).ok().map(At::Stem)
}

/// The address of the stack, and the shop.
fn place<'a>(call: &Call<'a>) -> Option<(&'a str, &'a str)> {
    let (url, account) = call.base.split_once("/sandbox/as/")?;
    account.split_once('/').map(|(_, shop)| (url, shop))
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let asked = call.json();
    let text = |pointer: &str| asked.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    // Where the customer returns to is said in the Paddle.js of the merchant's page: here, to the shop.
    let (url, _) = place(call)?;
    let form = CheckoutForm {
        reference: text("/custom_data/session_id")?,
        order_id: text("/custom_data/order_id").unwrap_or_default(),
        amount: text("/items/0/price/unit_price/amount")?.parse().ok()?,
        currency: text("/items/0/price/unit_price/currency_code")?,
        description: text("/items/0/price/description")?,
        method: "card".to_owned(),
        locale: None,
        customer_email: None,
        return_url: format!("{url}/"),
        cancel_url: format!("{url}/"),
        expires_at: NO_END,
    };
    // There is no idempotency key.
    Some(Asked::Make { key: None, form })
}

/// The one notification destination of this account.
fn destinations(call: &Call<'_>) -> Option<Reply> {
    let (url, shop) = place(call)?;
    let events = [
        "transaction.payment_failed",
        "transaction.paid",
        "transaction.completed",
        "transaction.canceled",
        "adjustment.created",
        "adjustment.updated",
    ];
    let destination = json!({
        "id": "ntfset_01000000000000000000000000", "type": "url", "active": true, "api_version": 1,
        "destination": format!("{url}/v1/webhooks/{shop}/paddle"), "traffic_source": "all",
        "subscribed_events": events.map(|name| json!({ "name": name })),
    });
    Some(said(200, json!([destination])))
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    match (call.method.as_str(), call.segments().as_slice()) {
        (_, ["adjustments"]) => match done.refund.filter(|_| done.done) {
            Some(refund) => said(201, refund_object(checkout, refund, refund.end)),
            None => {
                let words = "That is more than is left of it.";
                refused(400, "adjustment_amount_above_remaining_allowed", words)
            }
        },
        ("PATCH", _) if !done.done => {
            refused(400, "transaction_invalid_status_change", "It cannot be canceled any more.")
        }
        (_, ["transactions"]) => {
            let mut made = transaction(checkout, checkout.status);
            // The page is the merchant's own: here it is the sandbox's.
            if let Some(url) = made.pointer_mut("/checkout/url") {
                *url = done.page.into();
            }
            said(201, made)
        }
        _ => said(200, transaction(checkout, checkout.status)),
    }
}

fn said(status: u16, data: Value) -> Reply {
    Reply::new(
        status,
        json!({ "data": data, "meta": { "request_id": "00000000-0000-4000-8000-000000000000" } }),
    )
}

fn refused(status: u16, code: &str, detail: &str) -> Reply {
    let page = format!("https://developer.paddle.com/errors/{code}");
    let error = json!({ "type": "request_error", "code": code, "detail": detail, "documentation_url": page });
    let meta = json!({ "request_id": "00000000-0000-4000-8000-000000000000" });
    Reply::new(status, json!({ "error": error, "meta": meta }))
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let checkout = telling.checkout;
    let refund = |end| Some(refund_object(checkout, telling.refund()?, end));
    let chargeback = |action| {
        let id = telling.event.data.dispute_id.as_deref()?;
        let dispute = checkout.disputes.iter().find(|dispute| dispute.id == id)?;
        Some(chargeback(checkout, dispute, action))
    };
    let (word, data) = match telling.event.kind.as_str() {
        "payment.declined" => ("transaction.payment_failed", transaction(checkout, Status::Open)),
        "payment.paid" => ("transaction.completed", transaction(checkout, Status::Paid)),
        "payment.cancelled" => ("transaction.canceled", transaction(checkout, Status::Cancelled)),
        "refund.pending" => ("adjustment.created", refund(RefundEnd::Pending)?),
        "refund.succeeded" => ("adjustment.updated", refund(RefundEnd::Succeeded)?),
        "refund.failed" => ("adjustment.updated", refund(RefundEnd::Failed)?),
        "dispute.opened" => ("adjustment.created", chargeback(CHARGEBACK)?),
        "dispute.won" => ("adjustment.created", chargeback(CHARGEBACK_REVERSE)?),
        // It tells neither of money on its way nor of an end: a declined try leaves the checkout open, and so does time.
        // A chargeback that is not reversed is lost.
        _ => return None,
    };
    let notification = telling.id.replacen("evt_", "ntf_", 1);
    let body = json!({
        "data": data, "event_id": telling.id, "event_type": word, "occurred_at": telling.at.to_string(),
        "notification_id": notification,
    });
    let body = body.to_string().into_bytes();
    let seconds = telling.now.seconds().to_string();
    let mac = hmac_sha256(telling.webhook_secret().as_bytes(), &[seconds.as_bytes(), b":", &body]);
    let signature = format!("ts={seconds};h1={}", HEXLOWER.encode(&mac));
    Some(Delivery { headers: vec![("paddle-signature", signature)], body })
}

/// A transaction as it is in this status.
fn transaction(checkout: &Checkout, status: Status) -> Value {
    let form = &checkout.form;
    let since = Moment::from_millis(checkout.since).to_string();
    let is_tried = checkout.payment.is_some();
    let (word, tried, error) = match status {
        Status::Open if is_tried => ("ready", Some("error"), Some("declined")),
        Status::Open => ("draft", None, None),
        Status::Failed => ("ready", Some("error"), Some("not_enough_balance")),
        Status::Processing => ("ready", Some("pending_no_action_required"), None),
        Status::Review => ("ready", Some("authorized_flagged"), None),
        Status::Paid => ("completed", Some("captured"), None),
        Status::Cancelled | Status::Expired => ("canceled", None, None),
    };
    let total = checkout.came.filter(|_| status == Status::Paid).unwrap_or(form.amount);
    let payments: Vec<_> = tried
        .map(|tried| {
            json!({
                "amount": total.to_string(), "status": tried, "error_code": error, "created_at": since,
                "captured_at": (status == Status::Paid).then_some(&since),
                "method_details": { "type": "card", "card": { "type": "visa", "last4": "4242" } },
            })
        })
        .into_iter()
        .collect();
    let adjustments = checkout.refunds.iter().map(|refund| refund_object(checkout, refund, refund.end));
    let adjustments: Vec<_> = adjustments.chain(chargebacks(checkout)).collect();
    let totals = totals(total);
    let mut of_all = totals.clone();
    if let Some(of_all) = of_all.as_object_mut() {
        let balance = if status == Status::Paid { 0 } else { total };
        for (name, value) in [
            ("grand_total", total.to_string()),
            ("credit", "0".to_owned()),
            ("balance", balance.to_string()),
            ("currency_code", form.currency.clone()),
        ] {
            of_all.insert(name.to_owned(), value.into());
        }
    }
    let line_item = json!({
        "id": id("txnitm", "01", checkout), "price_id": id("pri", "01", checkout), "quantity": 1, "tax_rate": "0.19",
        "totals": totals, "product": { "name": form.description, "type": "custom", "tax_category": "standard" },
    });
    let price = json!({
        "id": id("pri", "01", checkout), "description": form.description, "type": "custom", "tax_mode": "internal",
        "unit_price": { "amount": form.amount.to_string(), "currency_code": form.currency },
    });
    let url = format!("{}?_ptxn={}", form.return_url, transaction_id(checkout));
    json!({
        "id": transaction_id(checkout), "status": word, "origin": "api", "collection_mode": "automatic",
        "currency_code": form.currency, "items": [{ "price": price, "quantity": 1 }],
        "custom_data": { "session_id": form.reference, "order_id": form.order_id },
        "details": { "totals": of_all, "line_items": [line_item] },
        "checkout": { "url": url }, "payments": payments, "adjustments": adjustments,
        "created_at": since, "updated_at": Moment::from_millis(checkout.last).to_string(),
        "customer_id": is_tried.then(|| id("ctm", "01", checkout)), "subscription_id": null, "discount_id": null,
    })
}

/// The tax is in the price.
fn totals(total: u64) -> Value {
    let tax = total.saturating_mul(19) / 119;
    let subtotal = total.saturating_sub(tax);
    json!({
        "total": total.to_string(), "tax": tax.to_string(), "subtotal": subtotal.to_string(), "discount": "0",
    })
}

/// A refund as it is or was at this end.
fn refund_object(checkout: &Checkout, refund: &Refund, end: RefundEnd) -> Value {
    let status = match end {
        RefundEnd::Pending => "pending_approval",
        RefundEnd::Succeeded => "approved",
        RefundEnd::Failed => "rejected",
    };
    let made = Adjustment {
        id: id("adj", nth(refund), checkout),
        action: "refund",
        status,
        // It has no other place for a note.
        reason: refund.request.as_deref().unwrap_or("requested by the customer"),
        amount: refund.amount,
        at: refund.since,
    };
    made.object(checkout)
}

const CHARGEBACK: &str = "chargeback";
const CHARGEBACK_REVERSE: &str = "chargeback_reverse";

/// Each dispute, and what gave it back.
fn chargebacks(checkout: &Checkout) -> impl Iterator<Item = Value> {
    checkout.disputes.iter().flat_map(move |dispute| {
        let won = (dispute.won == Some(true)).then_some(CHARGEBACK_REVERSE);
        [Some(CHARGEBACK), won].into_iter().flatten().map(move |action| chargeback(checkout, dispute, action))
    })
}

fn chargeback(checkout: &Checkout, dispute: &Dispute, action: &str) -> Value {
    let (letter, kind) = if action == CHARGEBACK { ("c", "dispute.opened") } else { ("r", "dispute.won") };
    let nth = dispute.id.rsplit_once('_').map(|(_, nth)| nth).unwrap_or_default();
    // When it happened is in what was told of it.
    let named = format!("\"{}\"", dispute.id);
    let mut events = checkout.outbox.events.iter();
    let told = events.find(|event| event.kind == kind && event.body.contains(&named));
    let made = Adjustment {
        id: id("adj", &format!("{nth}{letter}"), checkout),
        action,
        status: "approved",
        reason: action,
        amount: dispute.amount,
        at: told.map_or(checkout.last, |told| told.at),
    };
    made.object(checkout)
}

struct Adjustment<'a> {
    id: String,
    action: &'a str,
    status: &'a str,
    reason: &'a str,
    amount: u64,
    /// Millisecond.
    at: u64,
}

impl Adjustment<'_> {
    fn object(&self, checkout: &Checkout) -> Value {
        let at = Moment::from_millis(self.at).to_string();
        let is_whole = self.amount == checkout.came.unwrap_or_default();
        let extent = if is_whole { "full" } else { "partial" };
        let mut totals = totals(self.amount);
        if let Some(totals) = totals.as_object_mut() {
            totals.remove("discount");
            totals.insert("currency_code".to_owned(), checkout.form.currency.clone().into());
        }
        let item = json!({
            "item_id": id("txnitm", "01", checkout), "type": extent, "amount": self.amount.to_string(),
            "totals": totals,
        });
        json!({
            "id": self.id, "type": extent, "action": self.action, "reason": self.reason, "status": self.status,
            "items": [item], "totals": totals, "currency_code": checkout.form.currency,
            "transaction_id": transaction_id(checkout), "customer_id": id("ctm", "01", checkout),
            "subscription_id": null, "credit_applied_to_balance": null, "created_at": at, "updated_at": at,
        })
    }
}
