//! Mollie's language (docs.mollie.com/reference): payments, refunds and chargebacks, and both kinds of its webhooks. What
//! the classic kind is called for comes as that, a payment's id and nothing signed, so that payproof asks; the rest comes
//! as a subscription of the account has it, signed.

use payproof::payment::{Currency, Moment, Money};
use payproof::provider::sandbox::CheckoutForm;
use payproof::provider::signature::hmac_sha256;
use serde_json::{Value, json};

use super::super::amount;
use super::super::checkout::{Checkout, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "mollie", account, understand, answer, deliver };

fn account(seed: &Seed<'_>) -> Value {
    let letters = |name: &str, count: usize| seed.hex(name).chars().take(count).collect::<String>();
    json!({
        "api_key": format!("test_{}", letters("api_key", 30)),
        "webhook_secrets": [letters("webhook_secret", 32)],
    })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if !call.is_by("Bearer", "api_key") {
        let detail = "Missing authentication, or failed to authenticate";
        return Some(Asked::Said(refused(401, "Unauthorized Request", detail, None)));
    }
    let at = |id: &str| id.strip_prefix("tr_").map(|stem| At::Stem(stem.to_owned()));
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["v2", "payments"]) => make(call),
        ("GET", ["v2", "payments", id] | ["v2", "payments", id, "refunds"]) => Some(Asked::Look(at(id)?)),
        ("DELETE", ["v2", "payments", id]) => Some(Asked::Close(at(id)?)),
        ("POST", ["v2", "payments", id, "refunds"]) => {
            let form = call.json();
            let (amount, _) = money(&form)?;
            let request = text(&form, "/metadata/refund_id");
            Some(Asked::Refund { at: at(id)?, amount: Some(amount), request })
        }
        _ => None,
    }
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let form = call.json();
    let (amount, currency) = money(&form)?;
    let method = match text(&form, "/method").as_deref() {
        Some("creditcard") => "card",
        Some("banktransfer") => "bank_transfer",
        _ => "local",
    };
    let return_url = text(&form, "/redirectUrl")?;
    let form = CheckoutForm {
        reference: text(&form, "/metadata/session_id")?,
        order_id: text(&form, "/metadata/order_id").unwrap_or_default(),
        amount,
        currency,
        description: text(&form, "/description")?,
        method: method.to_owned(),
        locale: text(&form, "/locale"),
        customer_email: text(&form, "/billingAddress/email"),
        cancel_url: text(&form, "/cancelUrl").unwrap_or_else(|| return_url.clone()),
        return_url,
        expires_at: call.now.plus_seconds(open_seconds(method)).seconds(),
    };
    Some(Asked::Make { key: Some(call.header("idempotency-key").to_owned()), form })
}

/// How long a customer has: by method, and Mollie lets nobody say otherwise.
fn open_seconds(method: &str) -> u64 {
    match method {
        "card" => 30 * 60,
        "bank_transfer" => 12 * 24 * 60 * 60,
        _ => 60 * 60,
    }
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", [_, _, _, "refunds"]) => match done.refund.filter(|_| done.done) {
            Some(refund) => Reply::new(201, refund_object(checkout, refund, status_of(refund))),
            None => {
                let detail = "The specified amount cannot be refunded";
                refused(422, "Unprocessable Entity", detail, Some("amount"))
            }
        },
        ("GET", [_, _, _, "refunds"]) => {
            let refunds = refunds(checkout);
            Reply::new(200, json!({ "count": refunds.len(), "_embedded": { "refunds": refunds } }))
        }
        ("DELETE", _) if !done.done => {
            refused(422, "Unprocessable Entity", "The payment cannot be canceled", None)
        }
        ("DELETE", _) => {
            let mut payment = payment(checkout);
            set(&mut payment, "status", "canceled".into());
            set(&mut payment, "canceledAt", time(checkout.since).into());
            Reply::new(200, payment)
        }
        ("POST", _) => {
            let mut payment = payment(checkout);
            let link = json!({ "checkout": { "href": done.page, "type": "text/html" } });
            set(&mut payment, "_links", link);
            Reply::new(201, payment)
        }
        _ => {
            let mut payment = payment(checkout);
            let lists = json!({ "refunds": refunds(checkout), "chargebacks": chargebacks(checkout) });
            set(&mut payment, "_embedded", lists);
            Reply::new(200, payment)
        }
    }
}

fn refused(status: u16, title: &str, detail: &str, field: Option<&str>) -> Reply {
    let mut body = json!({ "status": status, "title": title, "detail": detail });
    if let Some(field) = field {
        set(&mut body, "field", field.into());
    }
    Reply::new(status, body)
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let checkout = telling.checkout;
    let (word, below, entity) = match telling.event.kind.as_str() {
        "payment.paid" | "payment.failed" | "payment.cancelled" | "payment.expired" | "payment.reversed"
        | "refund.succeeded" | "refund.failed" | "dispute.opened" => {
            let form = "application/x-www-form-urlencoded".to_owned();
            let body = format!("id={}", id_of(checkout)).into_bytes();
            return Some(Delivery { headers: vec![("content-type", form)], body });
        }
        // The classic kind is not called while a payment or a refund is only on its way, nor where a chargeback ends.
        "payment.processing" => {
            let mut payment = payment(checkout);
            // As it was then, whatever has become of it since.
            set(&mut payment, "status", "pending".into());
            ("payment.pending", "", payment)
        }
        "refund.pending" => {
            ("refund.pending", "/refunds/", refund_object(checkout, telling.refund()?, "pending"))
        }
        "dispute.won" => {
            let id = chargeback_id(checkout, telling.event.data.dispute_id.as_deref()?);
            let is_it = |chargeback: &Value| chargeback.get("id").is_some_and(|known| *known == id);
            ("chargeback.reversed", "/chargebacks/", chargebacks(checkout).into_iter().find(is_it)?)
        }
        // A try that failed on the page leaves the payment open, a lost chargeback is as it was, and nobody looks at a
        // payment before it is one.
        _ => return None,
    };
    let id = format!("event_{}", telling.id.trim_start_matches("evt_").replace('_', ""));
    let entity_id = text(&entity, "/id")?;
    let mut address = format!("/v2/payments/{}", id_of(checkout));
    if !below.is_empty() {
        address = format!("{address}{below}{entity_id}");
    }
    let at = telling.at.millis();
    let created = if word == "chargeback.reversed" { after(at) } else { time(at) };
    let link = |href: String| json!({ "href": href, "type": "application/hal+json" });
    let body = json!({
        "resource": "event", "id": id, "type": word, "entityId": entity_id, "createdAt": created,
        "_embedded": { "entity": entity },
        "_links": { "self": link(format!("/v2/events/{id}")), "entity": link(address) },
    });
    let body = body.to_string().into_bytes();
    let mac = hmac_sha256(telling.webhook_secret().as_bytes(), &[&body]);
    let signature = format!("sha256={}", data_encoding::HEXLOWER.encode(&mac));
    Some(Delivery { headers: vec![("x-mollie-signature", signature)], body })
}

fn payment(checkout: &Checkout) -> Value {
    let form = &checkout.form;
    let (status, since) = match checkout.status {
        Status::Open => ("open", None),
        Status::Processing | Status::Review => ("pending", None),
        Status::Paid => ("paid", Some("paidAt")),
        Status::Failed => ("failed", Some("failedAt")),
        Status::Cancelled => ("canceled", Some("canceledAt")),
        Status::Expired => ("expired", Some("expiredAt")),
    };
    let method = match form.method.as_str() {
        "card" => Some("creditcard"),
        "bank_transfer" => Some("banktransfer"),
        _ => checkout.payment.as_ref().map(|_| "ideal"),
    };
    let (open, until) = (open_seconds(&form.method), form.expires_at);
    let seconds = |seconds: u64| time(Moment::from_seconds(seconds).millis());
    let mut payment = json!({
        "resource": "payment", "id": id_of(checkout), "mode": "test", "createdAt": seconds(until.saturating_sub(open)),
        "status": status,
        "amount": amount_of(checkout, form.amount), "description": form.description, "method": method,
        "metadata": { "session_id": form.reference, "order_id": form.order_id }, "locale": form.locale,
        "isCancelable": checkout.status == Status::Open, "profileId": "pfl_sandbox", "sequenceType": "oneoff",
        "redirectUrl": form.return_url, "cancelUrl": form.cancel_url,
        "expiresAt": seconds(until),
        "_links": { "self": { "href": format!("/v2/payments/{}", id_of(checkout)), "type": "application/hal+json" } },
    });
    if let Some(since) = since {
        set(&mut payment, since, time(checkout.since).into());
    }
    if let Some(reason) = checkout.reason.as_ref().filter(|_| checkout.status == Status::Failed) {
        set(&mut payment, "details", json!({ "failureReason": reason }));
    }
    if let Some(came) = checkout.came {
        let back = checkout.refunds.iter().filter(|refund| refund.end == RefundEnd::Succeeded);
        set(&mut payment, "amountRefunded", amount_of(checkout, back.map(|refund| refund.amount).sum()));
        set(&mut payment, "amountRemaining", amount_of(checkout, checkout.left()));
        // Another amount than was asked for can only have been captured.
        if came != form.amount {
            set(&mut payment, "amountCaptured", amount_of(checkout, came));
        }
    }
    payment
}

fn refunds(checkout: &Checkout) -> Vec<Value> {
    checkout.refunds.iter().map(|refund| refund_object(checkout, refund, status_of(refund))).collect()
}

const fn status_of(refund: &Refund) -> &'static str {
    match refund.end {
        RefundEnd::Pending => "pending",
        RefundEnd::Succeeded => "refunded",
        RefundEnd::Failed => "failed",
    }
}

fn refund_object(checkout: &Checkout, refund: &Refund, status: &str) -> Value {
    // One made in the Dashboard has none.
    let metadata = refund
        .request
        .as_ref()
        .map(|request| json!({ "session_id": checkout.form.reference, "refund_id": request }));
    json!({
        "resource": "refund", "id": format!("re_{}{}", checkout.stem(), nth(refund)), "mode": "test",
        "description": checkout.form.description, "amount": amount_of(checkout, refund.amount), "status": status,
        "metadata": metadata, "paymentId": id_of(checkout), "createdAt": time(refund.since),
    })
}

/// Each has taken the money at once, whether or not the bank called it a dispute.
fn chargebacks(checkout: &Checkout) -> Vec<Value> {
    let events = &checkout.outbox.events;
    let when = |kind: &str, of: &str| {
        let event = events.iter().find(|event| event.kind == kind && event.body.contains(of));
        event.map_or(checkout.last, |event| event.at)
    };
    let chargeback = |of: &str, amount: u64, created: String, reversed: Option<String>| {
        json!({
            "resource": "chargeback", "id": chargeback_id(checkout, of), "reason": null,
            "amount": amount_of(checkout, amount), "paymentId": id_of(checkout), "createdAt": created,
            "reversedAt": reversed,
        })
    };
    let disputes = checkout.disputes.iter().map(|dispute| {
        let id = &dispute.id;
        let reversed = (dispute.won == Some(true)).then(|| after(when("dispute.won", id)));
        chargeback(id, dispute.amount, time(when("dispute.opened", id)), reversed)
    });
    let taken = checkout.came.filter(|_| checkout.reversed);
    let taken = taken.map(|came| chargeback("0", came, time(when("payment.reversed", "")), None));
    disputes.chain(taken).collect()
}

fn chargeback_id(checkout: &Checkout, dispute: &str) -> String {
    format!("chb_{}{}", checkout.stem(), dispute.rsplit('_').next().unwrap_or_default())
}

fn id_of(checkout: &Checkout) -> String {
    format!("tr_{}", checkout.stem())
}

/// Text with exactly the currency's decimals.
fn amount_of(checkout: &Checkout, minor: u64) -> Value {
    let currency = &checkout.form.currency;
    let money = Currency::parse(currency).ok().and_then(|currency| Money::new(minor, currency).ok());
    json!({ "value": money.map(Money::major), "currency": currency })
}

/// The minor units and the currency of a request's amount.
fn money(form: &Value) -> Option<(u64, String)> {
    let currency = text(form, "/amount/currency")?;
    Some((amount::parse(&text(form, "/amount/value")?, &currency)?, currency))
}

/// The second after: what ends something is not of the second in which that began, however fast somebody presses.
fn after(millis: u64) -> String {
    time(millis.saturating_add(1_000))
}

/// To the second, as Mollie writes it.
fn time(millis: u64) -> String {
    let stamp = Moment::from_millis(millis).to_string();
    format!("{}+00:00", stamp.chars().take(19).collect::<String>())
}

fn text(json: &Value, pointer: &str) -> Option<String> {
    json.pointer(pointer)?.as_str().map(str::to_owned)
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}
