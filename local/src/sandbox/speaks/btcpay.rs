//! BTCPay Server's language (docs.btcpayserver.org/API/Greenfield/v1): invoices, pull payments with their payouts, which
//! are what refunds are there, and webhooks. What only the server's code says of its events is in its
//! `InvoiceTriggerProvider`.

use payproof::payment::{Currency, Moment, Money};
use payproof::provider::sandbox::CheckoutForm;
use payproof::provider::signature::hmac_sha256;
use serde_json::{Value, json};

use super::super::amount;
use super::super::checkout::{Checkout, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "btcpay", account, understand, answer, deliver };

/// What ids end in, so that they are as long as a server's.
const INVOICE: &str = "SandboxInv";
const PULL: &str = "SandboxR";
const PAYOUT: &str = "Pay";

fn account(seed: &Seed<'_>) -> Value {
    let letters = |name: &str, count: usize| seed.hex(name).chars().take(count).collect::<String>();
    json!({
        "api_key": letters("api_key", 40),
        "store_id": letters("store_id", 44),
        "webhook_secrets": [letters("webhook_secret", 28)],
    })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if !call.is_by("token", "api_key") {
        let message = "Authentication is required for accessing this endpoint";
        return Some(Asked::Said(refused(401, "unauthenticated", message)));
    }
    let segments = call.segments();
    if matches!(segments.as_slice(), [_, _, "stores", store, ..] if *store != call.key("store_id")) {
        let message = "Insufficient API Permissions";
        return Some(Asked::Said(refused(403, "missing-permission", message)));
    }
    let stem = |id: &str, end: &str| Some(At::Stem(id.split_once(end)?.0.to_owned()));
    match (call.method.as_str(), segments.get(2..)?) {
        ("GET", ["stores", _, "invoices"]) => Some(Asked::List(invoices)),
        ("POST", ["stores", _, "invoices"]) => make(call),
        ("GET", ["stores", _, "invoices", id] | ["stores", _, "invoices", id, "payment-methods"]) => {
            Some(Asked::Look(stem(id, INVOICE)?))
        }
        ("POST", ["stores", _, "invoices", id, "refund"]) => {
            let form = call.json();
            let amount = amount::parse(&text(&form, "/customAmount")?, &text(&form, "/customCurrency")?)?;
            let request = text(&form, "/description");
            Some(Asked::Refund { at: stem(id, INVOICE)?, amount: Some(amount), request })
        }
        ("GET", ["stores", _, "pull-payments"]) => {
            Some(Asked::List(|_, checkouts| every(checkouts, |of, refund| Some(pull(of, refund)))))
        }
        ("GET", ["stores", _, "payouts"]) => Some(Asked::List(|_, checkouts| every(checkouts, payout))),
        ("GET", ["pull-payments", id] | ["pull-payments", id, "payouts"]) => {
            Some(Asked::Look(stem(id, PULL)?))
        }
        ("GET", ["stores", _, "webhooks"]) => Some(Asked::Said(Reply::new(200, json!([webhook(call)?])))),
        _ => None,
    }
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let form = call.json();
    let (currency, return_url) = (text(&form, "/currency")?, text(&form, "/checkout/redirectURL")?);
    let minutes = form.pointer("/checkout/expirationMinutes").and_then(Value::as_u64).unwrap_or(15);
    let form = CheckoutForm {
        reference: text(&form, "/metadata/orderId")?,
        order_id: text(&form, "/metadata/shopOrderId").unwrap_or_default(),
        amount: amount::parse(&text(&form, "/amount")?, &currency)?,
        currency,
        description: text(&form, "/metadata/itemDesc").unwrap_or_default(),
        method: "crypto".to_owned(),
        locale: text(&form, "/checkout/defaultLanguage"),
        customer_email: text(&form, "/metadata/buyerEmail"),
        // There is one way back, whatever the customer did.
        cancel_url: return_url.clone(),
        return_url,
        expires_at: call.now.plus_seconds(minutes.saturating_mul(60)).seconds(),
    };
    // There are no idempotency keys.
    Some(Asked::Make { key: None, form })
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let (checkout, segments) = (done.checkout, call.segments());
    let body = match segments.get(2..).unwrap_or_default() {
        [.., "refund"] => match done.refund.filter(|_| done.done) {
            Some(refund) => pull(checkout, refund),
            None => return refused(400, "non-refundable", "Cannot refund this invoice"),
        },
        ["pull-payments", id, more @ ..] => {
            let Some(refund) = checkout.refunds.iter().find(|refund| pull_id(checkout, refund) == *id) else {
                return refused(404, "pull-payment-not-found", "The pull payment was not found");
            };
            if more.is_empty() {
                pull(checkout, refund)
            } else {
                payout(checkout, refund).into_iter().collect()
            }
        }
        [.., "payment-methods"] => payment_methods(checkout),
        _ => invoice(call, checkout),
    };
    Reply::new(200, body)
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    Reply::new(status, json!({ "code": code, "message": message }))
}

/// The store's invoices with this order id.
fn invoices(call: &Call<'_>, checkouts: &[Checkout]) -> Reply {
    let wanted = form_urlencoded::parse(call.query.as_bytes()).find(|(name, _)| name == "orderId");
    let is_it =
        |checkout: &&Checkout| wanted.as_ref().is_none_or(|(_, order)| checkout.form.reference == **order);
    Reply::new(200, checkouts.iter().filter(is_it).map(|checkout| invoice(call, checkout)).collect())
}

/// What there is of each refund of the store.
fn every(checkouts: &[Checkout], of: fn(&Checkout, &Refund) -> Option<Value>) -> Reply {
    let refunds = checkouts
        .iter()
        .flat_map(|checkout| checkout.refunds.iter().filter_map(move |refund| of(checkout, refund)));
    Reply::new(200, refunds.collect())
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let checkout = telling.checkout;
    let (status, more) = state(checkout);
    let (word, of) = match telling.event.kind.as_str() {
        "payment.processing" => ("InvoiceProcessing", json!({ "overPaid": false })),
        "payment.paid" => match (status, more) {
            ("Settled", _) => {
                let flags = json!({ "manuallyMarked": more == "Marked", "overPaid": more == "PaidOver" });
                ("InvoiceSettled", flags)
            }
            (_, "PaidPartial") => ("InvoiceExpired", json!({ "partiallyPaid": true })),
            _ => ("InvoicePaidAfterExpiration", json!({})),
        },
        "payment.review" => ("InvoiceInvalid", json!({ "manuallyMarked": true })),
        "payment.failed" => ("InvoiceInvalid", json!({ "manuallyMarked": false })),
        "payment.expired" => ("InvoiceExpired", json!({ "partiallyPaid": false })),
        "refund.pending" => {
            ("InvoiceRefund", json!({ "pullPaymentId": pull_id(checkout, telling.refund()?) }))
        }
        "refund.succeeded" | "refund.failed" => {
            let refund = telling.refund()?;
            let state = if telling.event.kind == "refund.failed" { "Cancelled" } else { "Completed" };
            let body = json!({
                "pullPaymentId": pull_id(checkout, refund), "payoutId": payout_id(checkout, refund),
                "payoutState": state,
            });
            ("PayoutUpdated", body)
        }
        // Nobody declines coins or takes them back, and a customer who leaves may still pay.
        _ => return None,
    };
    let id = |of: &str| {
        let id = hmac_sha256(b"delivery", &[telling.id.as_bytes(), of.as_bytes()]);
        data_encoding::HEXLOWER.encode(&id).chars().take(22).collect::<String>()
    };
    let sent = checkout.outbox.events.iter().find(|event| event.id == telling.id);
    let again = sent.is_some_and(|event| event.deliveries.iter().any(|delivery| !delivery.tries.is_empty()));
    let mut body = json!({
        "deliveryId": if again { id(&telling.now.to_string()) } else { id("") }, "originalDeliveryId": id(""),
        "webhookId": webhook_id(telling.account), "isRedelivery": again, "type": word,
        "timestamp": telling.now.seconds(), "storeId": telling.account.get("store_id"),
    });
    if let (Some(body), Value::Object(of)) = (body.as_object_mut(), of) {
        body.extend(of);
        // What is told of a payout names neither the invoice nor what was noted on it.
        if word != "PayoutUpdated" {
            body.insert("invoiceId".to_owned(), invoice_id(checkout).into());
            body.insert("metadata".to_owned(), metadata(checkout));
        }
    }
    // The server writes it over several lines.
    let body = serde_json::to_vec_pretty(&body).ok()?;
    let mac = hmac_sha256(telling.webhook_secret().as_bytes(), &[&body]);
    let signature = format!("sha256={}", data_encoding::HEXLOWER.encode(&mac));
    Some(Delivery { headers: vec![("btcpay-sig", signature)], body })
}

/// An invoice's `status` and `additionalStatus`. What comes too late or too little settles nothing by itself. What the
/// sandbox holds is money whose invoice somebody marked as invalid: that is what a person has to look at here.
fn state(checkout: &Checkout) -> (&'static str, &'static str) {
    let has = |kind: &str| checkout.outbox.events.iter().any(|event| event.kind == kind);
    let (asked, came) = (checkout.form.amount, checkout.came.unwrap_or_default());
    match checkout.status {
        Status::Open | Status::Cancelled => ("New", "None"),
        Status::Processing => ("Processing", "None"),
        Status::Failed => ("Invalid", "None"),
        Status::Expired => ("Expired", "None"),
        Status::Review => ("Invalid", "Marked"),
        Status::Paid if has("payment.review_released") => ("Settled", "Marked"),
        Status::Paid if came < asked => ("Expired", "PaidPartial"),
        Status::Paid if has("payment.expired") => ("Expired", "PaidLate"),
        Status::Paid if came > asked => ("Settled", "PaidOver"),
        Status::Paid => ("Settled", "None"),
    }
}

fn invoice(call: &Call<'_>, checkout: &Checkout) -> Value {
    let form = &checkout.form;
    let (status, more) = state(checkout);
    let came = match checkout.status {
        Status::Review => form.amount,
        _ => checkout.came.unwrap_or_default(),
    };
    let created = checkout.outbox.events.first().map_or(checkout.since, |first| first.at);
    let stack = call.base.split_once("/sandbox/as/").map_or(call.base, |(stack, _)| stack);
    json!({
        "id": invoice_id(checkout), "storeId": call.key("store_id"), "amount": major(checkout, form.amount),
        "paidAmount": major(checkout, came), "currency": form.currency, "type": "Standard", "checkoutLink": format!("{stack}/sandbox/checkout/{}", checkout.id),
        "createdTime": Moment::from_millis(created).seconds(), "expirationTime": form.expires_at,
        "monitoringExpiration": form.expires_at.saturating_add(24 * 60 * 60), "status": status,
        "additionalStatus": more, "availableStatusesForManualMarking": ["Settled", "Invalid"], "archived": false,
        "metadata": metadata(checkout),
        "checkout": {
            "redirectURL": form.return_url, "redirectAutomatically": true, "paymentTolerance": 0,
            "defaultLanguage": form.locale,
        },
    })
}

/// How an invoice was paid: at once confirmed, as nobody waits for a chain here.
fn payment_methods(checkout: &Checkout) -> Value {
    let payment =
        |came| json!({ "id": invoice_id(checkout), "value": major(checkout, came), "status": "Settled" });
    json!([{ "paymentMethodId": "BTC-CHAIN", "payments": Vec::from_iter(checkout.came.map(payment)) }])
}

/// A pull payment: an offer, which is archived where nothing comes of it.
fn pull(checkout: &Checkout, refund: &Refund) -> Value {
    json!({
        "id": pull_id(checkout, refund), "name": format!("Refund {}", invoice_id(checkout)),
        "description": refund.request, "amount": major(checkout, refund.amount),
        "currency": checkout.form.currency, "autoApproveClaims": false,
        "archived": refund.end == RefundEnd::Failed, "startsAt": Moment::from_millis(refund.since).seconds(),
        "expiresAt": null, "viewLink": format!("/pull-payments/{}", pull_id(checkout, refund)),
    })
}

/// What the customer has claimed of it; none before that.
fn payout(checkout: &Checkout, refund: &Refund) -> Option<Value> {
    let state = match refund.end {
        RefundEnd::Pending => return None,
        RefundEnd::Succeeded => "Completed",
        RefundEnd::Failed => "Cancelled",
    };
    Some(json!({
        "id": payout_id(checkout, refund), "pullPaymentId": pull_id(checkout, refund), "state": state,
        "originalAmount": major(checkout, refund.amount), "originalCurrency": checkout.form.currency,
        "payoutCurrency": "BTC", "payoutMethodId": "BTC-CHAIN", "date": Moment::from_millis(refund.since).seconds(),
    }))
}

/// What payproof's own webhook is entered as.
fn webhook(call: &Call<'_>) -> Option<Value> {
    let (stack, shop) = call.base.split_once("/sandbox/as/btcpay/")?;
    Some(json!({
        "id": webhook_id(call.account), "enabled": true, "automaticRedelivery": true,
        "url": format!("{stack}/v1/webhooks/{shop}/btcpay"),
        "authorizedEvents": { "everything": true, "specificEvents": [] },
    }))
}

fn webhook_id(account: &Value) -> String {
    let store = account.get("store_id").and_then(Value::as_str).unwrap_or_default();
    store.chars().rev().take(22).collect()
}

fn metadata(checkout: &Checkout) -> Value {
    let form = &checkout.form;
    json!({ "orderId": form.reference, "shopOrderId": form.order_id, "itemDesc": form.description })
}

fn invoice_id(checkout: &Checkout) -> String {
    format!("{}{INVOICE}", checkout.stem())
}

fn pull_id(checkout: &Checkout, refund: &Refund) -> String {
    format!("{}{PULL}{}", checkout.stem(), nth(refund))
}

fn payout_id(checkout: &Checkout, refund: &Refund) -> String {
    format!("{}{PAYOUT}{}", checkout.stem(), nth(refund))
}

/// Text in major units.
fn major(checkout: &Checkout, minor: u64) -> Option<String> {
    let currency = Currency::parse(&checkout.form.currency).ok()?;
    Some(Money::new(minor, currency).ok()?.major())
}

fn text(json: &Value, pointer: &str) -> Option<String> {
    json.pointer(pointer)?.as_str().map(str::to_owned)
}
