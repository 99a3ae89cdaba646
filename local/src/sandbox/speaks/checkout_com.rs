//! Checkout.com's language (checkout.com/docs and api-reference.checkout.com): hosted payments pages, payments, refunds,
//! and the events of a workflow.

use payproof::payment::{Moment, Money};
use payproof::provider::checkout_com::sign;
use payproof::provider::sandbox::CheckoutForm;
use payproof::secret::Secret;
use serde_json::{Value, json};

use super::super::checkout::{Checkout, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "checkout_com", account, understand, answer, deliver };

/// How long a page lives. A request cannot say it.
const PAGE_SECONDS: u64 = 1_800;
/// What a payment or an action that worked says.
const APPROVED: Option<(&str, &str)> = Some(("10000", "Approved"));

fn account(seed: &Seed<'_>) -> Value {
    let of = |name: &str, length: usize| seed.hex(name).chars().take(length).collect::<String>();
    json!({
        "api_key": format!("sk_sbox_{}", of("api_key", 27)),
        "processing_channel_id": format!("pc_{}", of("processing_channel_id", 26)),
        "webhook_secrets": [seed.hex("webhook_secret")],
    })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if !call.is_by("Bearer", "api_key") {
        return Some(Asked::Said(Reply::new(401, Value::Null)));
    }
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["hosted-payments"]) => make(call),
        ("GET", ["hosted-payments", id]) => Some(Asked::Look(at(id, "hpp_")?)),
        ("GET", ["payments", id]) => Some(Asked::Look(at(id, "pay_")?)),
        ("POST", ["payments", id, "refunds"]) => {
            let body = call.json();
            let request = body.get("reference").and_then(Value::as_str).map(str::to_owned);
            let currency = id.get(id.len().saturating_sub(3)..)?;
            let amount = match body.get("amount") {
                // All that is left.
                None => None,
                Some(amount) => match amount.as_u64().and_then(|units| minor(units, currency)) {
                    Some(amount) => Some(amount),
                    None => return Some(Asked::Said(refused("amount_invalid"))),
                },
            };
            Some(Asked::Refund { at: at(id, "pay_")?, amount, request })
        }
        _ => None,
    }
}

fn at(id: &str, prefix: &str) -> Option<At> {
    Some(At::Stem(id.strip_prefix(prefix)?.get(..12)?.to_owned()))
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let body = call.json();
    let text = |place: &str| body.pointer(place).and_then(Value::as_str).map(str::to_owned);
    let currency = text("/currency")?;
    let Some(amount) = body.get("amount").and_then(Value::as_u64).and_then(|units| minor(units, &currency))
    else {
        return Some(Asked::Said(refused("amount_invalid")));
    };
    let form = CheckoutForm {
        reference: text("/metadata/session_id")?,
        order_id: text("/metadata/order_id").unwrap_or_default(),
        amount,
        currency,
        description: text("/description").unwrap_or_default(),
        method: "card".to_owned(),
        locale: text("/locale"),
        customer_email: text("/customer/email"),
        return_url: text("/success_url")?,
        cancel_url: text("/cancel_url")?,
        expires_at: call.now.plus_seconds(PAGE_SECONDS).seconds(),
    };
    // No key makes two requests one page.
    Some(Asked::Make { key: None, form })
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    let link = |path: &str| json!({ "href": format!("{}{path}", call.base) });
    let page = format!("hpp_{}", checkout.stem());
    match call.segments().as_slice() {
        ["hosted-payments"] => Reply::new(
            201,
            json!({
                "id": page, "reference": reference(checkout),
                "_links": { "self": link(&format!("/hosted-payments/{page}")), "redirect": { "href": done.page } },
            }),
        ),
        ["hosted-payments", _] => {
            let (status, payment) = match checkout.status {
                Status::Open => ("Payment Pending", None),
                Status::Expired | Status::Cancelled => ("Expired", None),
                _ => ("Payment Received", Some(payment_id(checkout, 0))),
            };
            Reply::new(
                200,
                json!({
                    "id": page, "status": status, "payment_id": payment, "reference": reference(checkout),
                    "amount": units(checkout.form.amount, checkout), "currency": checkout.form.currency,
                    "description": checkout.form.description, "metadata": metadata(checkout),
                }),
            )
        }
        [_, _, "refunds"] => match done.refund.filter(|_| done.done) {
            Some(refund) => Reply::new(
                202,
                json!({
                    "action_id": refund_id(checkout, refund), "reference": refund.request,
                    "_links": { "payment": link(&format!("/payments/{}", payment_id(checkout, 0))) },
                }),
            ),
            None => refused("refund_amount_exceeds_balance"),
        },
        _ => Reply::new(200, payment(checkout)),
    }
}

fn refused(code: &str) -> Reply {
    Reply::new(
        422,
        json!({ "request_id": "0HL80RJLS76I7", "error_type": "request_invalid", "error_codes": [code] }),
    )
}

fn payment(checkout: &Checkout) -> Value {
    let (came, back) = (checkout.came.unwrap_or(0), back(checkout));
    let status = match checkout.status {
        Status::Paid if back == 0 => "Captured",
        Status::Paid if back < came => "Partially Refunded",
        Status::Paid => "Refunded",
        Status::Processing => "Pending",
        Status::Review => "Authorized",
        Status::Open | Status::Failed => "Declined",
        Status::Cancelled => "Canceled",
        Status::Expired => "Expired",
    };
    let held = checkout.status == Status::Review;
    json!({
        "id": payment_id(checkout, 0), "requested_on": Moment::from_millis(checkout.since), "source": source(),
        "amount": units(checkout.form.amount, checkout), "currency": checkout.form.currency,
        "payment_type": "Regular", "reference": reference(checkout), "status": status,
        "approved": held || checkout.came.is_some(), "balances": balances(checkout, held),
        "risk": { "flagged": held }, "metadata": metadata(checkout),
        "processed_on": Moment::from_millis(checkout.since),
    })
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let (word, data) = match telling.event.kind.as_str() {
        "payment.processing" => ("payment_pending", action(telling, None)),
        "payment.review" => ("payment_approved", action(telling, Some(("10100", "Flagged For Risk")))),
        "payment.paid" => ("payment_captured", action(telling, APPROVED)),
        "payment.failed" => {
            ("payment_capture_declined", action(telling, Some(("20051", "Insufficient Funds"))))
        }
        "payment.declined" => {
            ("payment_declined", action(telling, Some(("20005", "Declined - Do Not Honour"))))
        }
        // What was authorised and nobody captured; that a page is over nothing tells.
        "payment.expired" if telling.is_after("payment.review") => ("payment_expired", action(telling, None)),
        "payment.reversed" => ("payment_returned", action(telling, APPROVED)),
        "refund.pending" => ("payment_refund_pending", action(telling, None)),
        "refund.succeeded" => ("payment_refunded", action(telling, APPROVED)),
        "refund.failed" => (
            "payment_refund_declined",
            action(telling, Some(("20006", "Error / Invalid Request Parameters"))),
        ),
        "dispute.opened" => ("dispute_evidence_required", dispute(telling)?),
        "dispute.won" => ("dispute_won", dispute(telling)?),
        "dispute.lost" => ("dispute_lost", dispute(telling)?),
        // A customer who turns back may come again, and what is let through is told by its capture.
        _ => return None,
    };
    let base = telling.account.get("api_base").and_then(Value::as_str).unwrap_or_default();
    let id = id("evt", telling.checkout, &telling.at.millis().to_string());
    let payment =
        data.get("payment_id").or_else(|| data.get("id")).and_then(Value::as_str).unwrap_or_default();
    let link = |path: &str| json!({ "href": format!("{base}/{path}") });
    let links = json!({
        "self": link(&format!("workflows/events/{id}")), "payment": link(&format!("payments/{payment}")),
        "subject": link(&format!("workflows/events/subject/{payment}")),
        "payment_actions": link(&format!("payments/{payment}/actions")),
    });
    let body = json!({
        "id": id, "type": word, "version": "1.0.47", "created_on": telling.at, "data": data, "_links": links,
    });
    let body = body.to_string().into_bytes();
    let signature = sign(&Secret::new(telling.webhook_secret()), &body);
    Some(Delivery { headers: vec![("cko-signature", signature)], body })
}

/// What is told of a payment or a refund; with what was answered to it, where something was.
fn action(telling: &Telling<'_>, response: Option<(&str, &str)>) -> Value {
    let checkout = telling.checkout;
    // One page can see several payments, so each that is declined has an id of its own.
    let is_declined = telling.event.kind == "payment.declined";
    let payment = payment_id(checkout, if is_declined { telling.place() } else { 0 });
    // A refund says what it was asked for with; of one that is made in the Dashboard nobody asked anything.
    let (action, reference, metadata) = match telling.refund() {
        Some(refund) => {
            let notes = refund.request.as_ref().map_or_else(
                || json!({}),
                |request| json!({ "session_id": telling.session(), "refund_id": request }),
            );
            (refund_id(checkout, refund), refund.request.clone(), notes)
        }
        None => {
            (id("act", checkout, &telling.place().to_string()), Some(reference(checkout)), metadata(checkout))
        }
    };
    let held = telling.event.kind == "payment.review";
    let mut data = json!({
        "id": payment, "action_id": action, "reference": reference, "payment_type": "Regular",
        "amount": units(telling.money().map_or(0, Money::minor), checkout), "currency": checkout.form.currency,
        "processed_on": telling.at, "source": source(), "metadata": metadata, "risk": { "flagged": held },
    });
    if let Some(((code, summary), data)) = response.zip(data.as_object_mut()) {
        data.insert("response_code".to_owned(), code.into());
        data.insert("response_summary".to_owned(), summary.into());
        if !is_declined {
            data.insert("balances".to_owned(), balances(checkout, held));
        }
    }
    data
}

/// A dispute carries nothing of ours: whose it is, its payment says.
fn dispute(telling: &Telling<'_>) -> Option<Value> {
    let checkout = telling.checkout;
    let (_, place) = telling.event.data.dispute_id.as_deref()?.rsplit_once('_')?;
    Some(json!({
        "id": id("dsp", checkout, place), "date": telling.at, "category": "fraudulent",
        "amount": units(telling.money()?.minor(), checkout), "currency": checkout.form.currency,
        "reason_code": "10.4", "payment_id": payment_id(checkout, 0), "payment_reference": reference(checkout),
        "payment_method": "VISA", "payment_arn": "56828272967086532999084", "segment_id": null, "mcc": "5311",
    }))
}

fn source() -> Value {
    json!({
        "type": "card", "scheme": "VISA", "last_4": "4242", "bin": "424242", "expiry_month": 6, "expiry_year": 2030,
        "card_type": "CREDIT", "card_category": "CONSUMER", "issuer": "Test Bank", "issuer_country": "GB",
    })
}

/// The sums of a payment; what is held is authorised and not captured.
fn balances(checkout: &Checkout, held: bool) -> Value {
    let of = |minor| units(minor, checkout);
    let came = checkout.came.unwrap_or(0);
    let waits = if held { checkout.form.amount.saturating_sub(came) } else { 0 };
    json!({
        "total_authorized": of(came + waits), "total_voided": 0, "available_to_void": of(waits),
        "total_captured": of(came), "available_to_capture": of(waits), "total_refunded": of(back(checkout)),
        "available_to_refund": of(checkout.left()),
    })
}

/// Minor units that are back.
fn back(checkout: &Checkout) -> u64 {
    let back = checkout.refunds.iter().filter(|refund| refund.end == RefundEnd::Succeeded);
    back.map(|refund| refund.amount).sum()
}

/// An id of their length that is made of the checkout's and of what makes it this one.
fn id(prefix: &str, checkout: &Checkout, of: &str) -> String {
    format!("{prefix}_{}{of:0>14}", checkout.stem())
}

/// It ends in the currency, for a refund names none.
fn payment_id(checkout: &Checkout, place: usize) -> String {
    id("pay", checkout, &format!("{place}{}", checkout.form.currency.to_ascii_lowercase()))
}

fn refund_id(checkout: &Checkout, refund: &Refund) -> String {
    id("act", checkout, &format!("r{}", nth(refund)))
}

/// The short form of the order's id that schemes take.
fn reference(checkout: &Checkout) -> String {
    checkout.form.order_id.chars().filter(char::is_ascii_alphanumeric).take(30).collect()
}

fn metadata(checkout: &Checkout) -> Value {
    json!({ "session_id": checkout.form.reference, "order_id": checkout.form.order_id })
}

/// Their units: ISO 4217's, but for Chilean pesos, which have two decimals here.
fn units(minor: u64, checkout: &Checkout) -> u64 {
    if checkout.form.currency == "CLP" { minor.saturating_mul(100) } else { minor }
}

/// Minor units of an amount above 0; none where it is no whole number of them.
fn minor(units: u64, currency: &str) -> Option<u64> {
    let minor = if !currency.eq_ignore_ascii_case("CLP") {
        units
    } else if units.is_multiple_of(100) {
        units / 100
    } else {
        return None;
    };
    (minor > 0).then_some(minor)
}
