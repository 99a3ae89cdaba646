//! GoCardless's language (developer.gocardless.com/api-reference): billing requests and their pages, payments, refunds and
//! batches of events.

use std::collections::BTreeMap;

use payproof::payment::Moment;
use payproof::provider::sandbox::{CheckoutForm, EventBody};
use payproof::provider::signature::hmac_sha256;
use serde_json::{Value, json};

use super::super::checkout::{Checkout, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "gocardless", account, understand, answer, deliver };

/// How long a page can be opened: 7 days, which nobody can set.
const PAGE_SECONDS: u64 = 7 * 24 * 60 * 60;

fn account(seed: &Seed<'_>) -> Value {
    let letters = |name: &str| seed.hex(name).chars().take(40).collect::<String>();
    json!({
        "api_key": format!("sandbox_{}", letters("api_key")),
        "webhook_secrets": [letters("webhook_secret")],
    })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if !call.is_by("Bearer", "api_key") {
        let refused = refused(401, "invalid_api_usage", "access_token_not_found", "Access token not found");
        return Some(Asked::Said(refused));
    }
    if call.header("gocardless-version") != "2015-07-06" {
        let refused =
            refused(400, "invalid_api_usage", "missing_version_header", "Version header is missing");
        return Some(Asked::Said(refused));
    }
    let payment = || at(query(call).get("payment")?, "PM");
    let text = |json: &Value, pointer: &str| json.pointer(pointer)?.as_str().map(str::to_owned);
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["billing_requests"]) => make(call),
        ("POST", ["billing_request_flows"]) => {
            let form = call.json();
            Some(Asked::Lead {
                at: at(&text(&form, "/billing_request_flows/links/billing_request")?, "BRQ")?,
                return_url: text(&form, "/billing_request_flows/redirect_uri")?,
                cancel_url: text(&form, "/billing_request_flows/exit_uri")?,
            })
        }
        ("GET", ["billing_requests", id]) => Some(Asked::Look(at(id, "BRQ")?)),
        ("POST", ["billing_requests", id, "actions", "cancel"]) => Some(Asked::Close(at(id, "BRQ")?)),
        ("GET", ["payments", id]) => Some(Asked::Look(at(id, "PM")?)),
        ("GET", ["events" | "refunds"]) => Some(Asked::Look(payment()?)),
        ("GET", ["refunds", id]) => Some(Asked::Look(at(id, "RF")?)),
        ("POST", ["refunds"]) => {
            let form = call.json();
            let amount = form.pointer("/refunds/amount")?.as_u64()?;
            let request = text(&form, "/refunds/metadata/refund_id");
            let at = at(&text(&form, "/refunds/links/payment")?, "PM")?;
            Some(Asked::Refund { at, amount: Some(amount), request })
        }
        _ => None,
    }
}

/// The checkout that an id is made of. A refund's id goes on with which of its payment's it is.
fn at(id: &str, prefix: &str) -> Option<At> {
    Some(At::Stem(id.strip_prefix(prefix)?.chars().take(12).collect()))
}

fn query(call: &Call<'_>) -> BTreeMap<String, String> {
    form_urlencoded::parse(call.query.as_bytes()).into_owned().collect()
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let form = call.json();
    let text = |key: &str| form.pointer(&format!("/billing_requests/{key}"))?.as_str().map(str::to_owned);
    let form = CheckoutForm {
        reference: text("metadata/session_id")?,
        order_id: text("metadata/order_id").unwrap_or_default(),
        amount: form.pointer("/billing_requests/payment_request/amount")?.as_u64()?,
        currency: text("payment_request/currency")?,
        description: text("payment_request/description")?,
        method: "bank_transfer".to_owned(),
        locale: None,
        customer_email: None,
        // Said when a page is asked for.
        return_url: String::new(),
        cancel_url: String::new(),
        expires_at: call.now.seconds() + PAGE_SECONDS,
    };
    Some(Asked::Make { key: Some(call.header("idempotency-key").to_owned()), form })
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["billing_requests"]) => {
            Reply::new(201, json!({ "billing_requests": billing_request(checkout) }))
        }
        ("POST", ["billing_request_flows"]) => {
            let flow = json!({
                "id": format!("BRF{}", checkout.stem()), "authorisation_url": done.page, "auto_fulfil": true,
                "redirect_uri": checkout.form.return_url, "exit_uri": checkout.form.cancel_url,
                "created_at": call.now, "expires_at": Moment::from_seconds(checkout.form.expires_at),
                "session_token": null, "lock_bank_account": false, "lock_customer_details": false,
                "links": { "billing_request": id_of("BRQ", checkout) },
            });
            Reply::new(201, json!({ "billing_request_flows": flow }))
        }
        (_, [_, _, _, "cancel"]) if !done.done => {
            let words = "Billing request must be pending or ready to fulfil in order to be cancelled";
            refused(422, "invalid_state", "cancellation_failed", words)
        }
        ("POST", ["refunds"]) => match done.refund.filter(|_| done.done) {
            Some(refund) => Reply::new(201, json!({ "refunds": refund_object(checkout, refund) })),
            None => {
                let words = "The refund requested exceeds the amount available";
                refused(422, "invalid_state", "available_refund_amount_insufficient", words)
            }
        },
        (_, ["billing_requests", ..]) => {
            Reply::new(200, json!({ "billing_requests": billing_request(checkout) }))
        }
        (_, ["payments", _]) => Reply::new(200, json!({ "payments": payment(checkout) })),
        (_, ["events"]) => listed("events", history(checkout, query(call).get("action"))),
        (_, ["refunds"]) => {
            listed("refunds", checkout.refunds.iter().map(|refund| refund_object(checkout, refund)).collect())
        }
        (_, [_, id]) => match checkout.refunds.iter().find(|refund| refund_id(checkout, refund) == *id) {
            Some(refund) => Reply::new(200, json!({ "refunds": refund_object(checkout, refund) })),
            None => refused(404, "invalid_api_usage", "resource_not_found", "Resource not found"),
        },
        _ => refused(404, "invalid_api_usage", "resource_not_found", "Resource not found"),
    }
}

fn listed(name: &str, list: Vec<Value>) -> Reply {
    let meta = json!({ "cursors": { "before": null, "after": null }, "limit": 500 });
    Reply::new(200, json!({ name: list, "meta": meta }))
}

fn refused(status: u16, kind: &str, reason: &str, message: &str) -> Reply {
    let errors = json!([{ "reason": reason, "message": message }]);
    Reply::new(
        status,
        json!({ "error": { "type": kind, "code": status, "message": message, "errors": errors } }),
    )
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let events = events(telling.checkout, telling.event, telling.id, telling.at);
    if events.is_empty() {
        return None;
    }
    let webhook = format!("WB{}", letters(telling.id));
    let body = json!({ "events": events, "meta": { "webhook_id": webhook } }).to_string().into_bytes();
    let mac = hmac_sha256(telling.webhook_secret().as_bytes(), &[&body]);
    Some(Delivery { headers: vec![("webhook-signature", data_encoding::HEXLOWER.encode(&mac))], body })
}

/// What an event is about and what happened; who began it, and the word for why.
type Words = (&'static str, &'static str, &'static str, &'static str);

/// What an event of the sandbox is here.
#[rustfmt::skip]
fn words(kind: &str) -> &'static [Words] {
    match kind {
        "payment.declined" => &[("billing_requests", "bank_authorisation_denied", "payer", "bank_authorisation_denied")],
        // The payer has agreed, and the payment that this makes is on its way.
        "payment.processing" => &[
            ("billing_requests", "fulfilled", "gocardless", "billing_request_fulfilled"),
            ("payments", "submitted", "gocardless", "payment_submitted"),
        ],
        "payment.paid" => &[("payments", "confirmed", "gocardless", "payment_confirmed")],
        "payment.failed" => &[("payments", "failed", "bank", "insufficient_funds")],
        "payment.cancelled" => &[("billing_requests", "cancelled", "api", "billing_request_cancelled")],
        // A late failure: the same word as of one that comes before the money.
        "payment.reversed" => &[("payments", "failed", "bank", "bank_account_closed")],
        "dispute.opened" => &[("payments", "charged_back", "bank", "refund_requested")],
        "dispute.won" => &[("payments", "chargeback_cancelled", "bank", "payment_confirmed")],
        "dispute.lost" => &[("payments", "chargeback_settled", "gocardless", "payment_charged_back")],
        "refund.pending" => &[("refunds", "created", "api", "refund_created")],
        "refund.succeeded" => &[("refunds", "paid", "gocardless", "refund_paid")],
        "refund.failed" => &[("refunds", "failed", "bank", "refund_failed")],
        // Nothing is told of a page whose time is over, and nobody looks at payments here.
        _ => &[],
    }
}

/// An event of the sandbox as GoCardless's: none, one or two.
fn events(checkout: &Checkout, event: &EventBody, id: &str, at: Moment) -> Vec<Value> {
    let refund = event.data.refund_id.as_ref();
    let refund = refund.and_then(|id| checkout.refunds.iter().find(|refund| refund.id == *id));
    let one = |(nth, (resource, action, origin, cause)): (usize, &Words)| {
        let (links, notes) = match (*resource, refund) {
            ("refunds", Some(refund)) => {
                (json!({ "refund": refund_id(checkout, refund) }), refund_notes(checkout, refund))
            }
            ("payments", _) => (json!({ "payment": id_of("PM", checkout) }), notes(checkout)),
            _ => (request_links(checkout), notes(checkout)),
        };
        let mut details = json!({ "origin": origin, "cause": cause, "description": cause.replace('_', " ") });
        if let Some(details) =
            details.as_object_mut().filter(|_| (*resource, *action) == ("payments", "failed"))
        {
            details.insert("will_attempt_retry".to_owned(), false.into());
        }
        json!({
            "id": format!("EV{}{nth}", letters(id)), "created_at": at, "resource_type": resource, "action": action,
            "links": links, "details": details, "metadata": {}, "resource_metadata": notes,
        })
    };
    words(&event.kind).iter().enumerate().map(one).collect()
}

/// What has happened to a payment and its refunds, oldest first.
fn history(checkout: &Checkout, action: Option<&String>) -> Vec<Value> {
    let all = checkout.outbox.events.iter().filter_map(|event| {
        let body = serde_json::from_str(&event.body).ok()?;
        Some(events(checkout, &body, &event.id, Moment::from_millis(event.at)))
    });
    let of_money = |event: &Value| event.get("resource_type").is_some_and(|of| of != "billing_requests");
    let wanted =
        |event: &Value| action.is_none_or(|action| event.get("action").is_some_and(|is| is == action));
    all.flatten().filter(|event| of_money(event) && wanted(event)).collect()
}

fn billing_request(checkout: &Checkout) -> Value {
    let form = &checkout.form;
    let status = match checkout.status {
        Status::Open => "pending",
        Status::Processing | Status::Review | Status::Paid | Status::Failed => "fulfilled",
        Status::Cancelled | Status::Expired => "cancelled",
    };
    json!({
        "id": id_of("BRQ", checkout), "created_at": created(checkout), "status": status, "fallback_enabled": true,
        "fallback_occurred": false, "mandate_request": null, "metadata": notes(checkout), "actions": [],
        "payment_request": {
            "description": form.description, "amount": form.amount, "currency": form.currency, "app_fee": null,
            "scheme": scheme(checkout), "metadata": notes(checkout),
        },
        "links": request_links(checkout),
    })
}

/// A payment is there once the payer has agreed to it.
fn request_links(checkout: &Checkout) -> Value {
    let has = matches!(checkout.status, Status::Processing | Status::Review | Status::Paid | Status::Failed);
    let request = id_of("BRQ", checkout);
    if has {
        json!({ "billing_request": request, "payment_request_payment": id_of("PM", checkout) })
    } else {
        json!({ "billing_request": request })
    }
}

fn payment(checkout: &Checkout) -> Value {
    let is_charged_back = checkout.disputes.iter().any(|dispute| dispute.won != Some(true));
    let status = match checkout.status {
        Status::Paid if checkout.reversed => "failed",
        Status::Paid if is_charged_back => "charged_back",
        Status::Paid => "confirmed",
        Status::Open | Status::Processing | Status::Review => "submitted",
        Status::Failed => "failed",
        Status::Cancelled | Status::Expired => "cancelled",
    };
    let back = checkout.refunds.iter().filter(|refund| refund.end != RefundEnd::Failed);
    let back: u64 = back.map(|refund| refund.amount).sum();
    json!({
        "id": id_of("PM", checkout), "created_at": created(checkout), "charge_date": created(checkout).day(),
        "amount": checkout.came.unwrap_or(checkout.form.amount), "amount_refunded": back,
        "currency": checkout.form.currency, "description": checkout.form.description, "reference": null,
        "status": status, "scheme": scheme(checkout), "retry_if_possible": false, "metadata": notes(checkout),
        "links": { "billing_request": id_of("BRQ", checkout) },
    })
}

fn refund_object(checkout: &Checkout, refund: &Refund) -> Value {
    let status = match refund.end {
        RefundEnd::Pending => "submitted",
        RefundEnd::Succeeded => "paid",
        RefundEnd::Failed => "bounced",
    };
    json!({
        "id": refund_id(checkout, refund), "created_at": Moment::from_millis(refund.since), "amount": refund.amount,
        "currency": checkout.form.currency, "reference": null, "status": status,
        "metadata": refund_notes(checkout, refund), "links": { "payment": id_of("PM", checkout) },
    })
}

fn notes(checkout: &Checkout) -> Value {
    json!({ "session_id": checkout.form.reference, "order_id": checkout.form.order_id })
}

/// One made in the Dashboard has none.
fn refund_notes(checkout: &Checkout, refund: &Refund) -> Value {
    match &refund.request {
        Some(request) => json!({ "session_id": checkout.form.reference, "refund_id": request }),
        None => json!({}),
    }
}

fn scheme(checkout: &Checkout) -> &'static str {
    if checkout.form.currency == "GBP" { "faster_payments" } else { "sepa_credit_transfer" }
}

const fn created(checkout: &Checkout) -> Moment {
    Moment::from_seconds(checkout.form.expires_at.saturating_sub(PAGE_SECONDS))
}

fn id_of(prefix: &str, checkout: &Checkout) -> String {
    format!("{prefix}{}", checkout.stem())
}

fn refund_id(checkout: &Checkout, refund: &Refund) -> String {
    format!("RF{}{}", checkout.stem(), nth(refund))
}

/// The letters and digits of an event's id at the sandbox.
fn letters(id: &str) -> String {
    id.trim_start_matches("evt").replace('_', "")
}
