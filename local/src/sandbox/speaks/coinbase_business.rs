//! Coinbase Business' language (docs.cdp.coinbase.com/coinbase-business/checkout-apis): checkouts, their refunds, and
//! events that are the checkout itself.
//!
//! Of a request's token is looked at whose it is, what for and until when; its signature is not checked here.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use payproof::payment::{Currency, Moment, Money};
use payproof::provider::sandbox::CheckoutForm;
use payproof::provider::signature::hmac_sha256;
use serde_json::{Value, json};

use super::super::amount;
use super::super::checkout::{Checkout, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "coinbase_business", account, understand, answer, deliver };

fn account(seed: &Seed<'_>) -> Value {
    let (organization, key) = (uuid(&seed.bytes("organization")), uuid(&seed.bytes("api_key_id")));
    json!({
        "api_key_id": format!("organizations/{organization}/apiKeys/{key}"),
        "api_key_secret": pem(&seed.bytes("api_key_secret")),
        "webhook_secrets": [uuid(&seed.bytes("webhook_secret"))],
    })
}

/// A private key of P-256 as SEC 1 writes it (RFC 5915), without the public key.
fn pem(seed: &[u8]) -> String {
    let mut der = vec![0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20];
    // A leading zero, then a one: whatever follows, the number is neither zero nor beyond the curve's order.
    der.extend([0, 1]);
    der.extend(seed.iter().take(30));
    // The curve's name: 1.2.840.10045.3.1.7.
    der.extend([0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
    let text = BASE64.encode(&der);
    // PEM's lines have 64 characters.
    let (first, rest) = text.split_at_checked(64).unwrap_or((&text, ""));
    format!("-----BEGIN EC PRIVATE KEY-----\n{first}\n{rest}\n-----END EC PRIVATE KEY-----\n")
}

/// A UUID of the first 16 of these bytes.
fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().take(16).enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&HEXLOWER.encode(&[*byte]));
    }
    text
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if is_authenticated(call).is_none() {
        return Some(Asked::Said(refused(401, "unauthorized", "The token is not one of this key.")));
    }
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["api", "v1", "checkouts"]) => make(call),
        ("GET", ["api", "v1", "checkouts", id]) => Some(Asked::Look(at(id)?)),
        ("POST", ["api", "v1", "checkouts", id, "deactivate"]) => Some(Asked::Close(at(id)?)),
        ("POST", ["api", "v1", "checkouts", id, "refund"]) => {
            let asked = call.json();
            let text = |name: &str| asked.get(name).and_then(Value::as_str);
            let amount = Some(amount::parse(text("amount")?, text("currency")?)?);
            Some(Asked::Refund { at: at(id)?, amount, request: text("reason").map(str::to_owned) })
        }
        _ => None,
    }
}

/// Whether the token names our key and this request, and is good for now.
fn is_authenticated(call: &Call<'_>) -> Option<()> {
    let mut parts = call.header("authorization").strip_prefix("Bearer ")?.split('.');
    let mut part = || {
        let bytes = BASE64URL_NOPAD.decode(parts.next()?.as_bytes()).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok()
    };
    let (header, claims) = (part()?, part()?);
    let id = call.key("api_key_id");
    let (_, address) = call.base.split_once("://")?;
    let request = format!("{} {address}{}", call.method, call.path);
    let is_ours = header.get("kid")? == id && claims.get("sub")? == id && claims.get("iss")? == "cdp";
    let is_for_this = claims.get("uris")?.as_array()?.iter().any(|uri| *uri == request);
    let is_now = claims.get("exp")?.as_u64()? >= call.now.seconds();
    (is_ours && is_for_this && is_now).then_some(())
}

/// An id has 24 hex digits.
fn id(checkout: &Checkout) -> String {
    HEXLOWER.encode(checkout.stem().as_bytes())
}

fn at(id: &str) -> Option<At> {
    String::from_utf8(HEXLOWER.decode(id.as_bytes()).ok()?).ok().map(At::Stem)
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let asked = call.json();
    let text = |pointer: &str| asked.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let currency = text("/currency")?;
    let form = CheckoutForm {
        reference: text("/metadata/session_id")?,
        order_id: text("/metadata/order_id").unwrap_or_default(),
        amount: amount::parse(&text("/amount")?, &currency)?,
        currency,
        description: text("/description").unwrap_or_default(),
        method: "crypto".to_owned(),
        locale: None,
        customer_email: None,
        return_url: text("/successRedirectUrl")?,
        cancel_url: text("/failRedirectUrl")?,
        expires_at: Moment::parse_rfc3339(&text("/expiresAt")?)?.seconds(),
    };
    Some(Asked::Make { key: Some(call.header("x-idempotency-key").to_owned()), form })
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    let mut object = object(checkout, status(checkout));
    match call.segments().as_slice() {
        [_, _, _, _, "refund"] => match done.refund.filter(|_| done.done) {
            Some(refund) => {
                let refund = refund_object(checkout, refund);
                Reply::new(200, json!({ "checkout": object, "refund": refund }))
            }
            None => refused(400, "invalid_request", "That is more than is left of it."),
        },
        [_, _, _, _, "deactivate"] if !done.done => {
            refused(400, "invalid_request", "Only active checkouts can be deactivated.")
        }
        [_, _, _, _, "deactivate"] => Reply::new(200, self::object(checkout, "DEACTIVATED")),
        [_, _, _] => {
            if let Some(object) = object.as_object_mut() {
                object.insert("url".to_owned(), done.page.into());
            }
            Reply::new(201, object)
        }
        _ => Reply::new(200, object),
    }
}

fn refused(status: u16, kind: &str, words: &str) -> Reply {
    let correlation = "00000000000000000000000000000000";
    Reply::new(status, json!({ "errorType": kind, "errorMessage": words, "correlationId": correlation }))
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let checkout = telling.checkout;
    let (word, status) = match telling.event.kind.as_str() {
        "payment.paid" => ("checkout.payment.success", "COMPLETED"),
        "payment.failed" => ("checkout.payment.failed", "FAILED"),
        "payment.expired" => ("checkout.payment.expired", "EXPIRED"),
        "refund.succeeded" => ("checkout.refund.success", status(checkout)),
        "refund.failed" => ("checkout.refund.failed", status(checkout)),
        // It tells of ends only. Coins are not declined, nobody can ask for them back, and a customer who turns back
        // may come again.
        _ => return None,
    };
    let mut object = object(checkout, status);
    if let Some(object) = object.as_object_mut() {
        object.insert("eventType".to_owned(), word.into());
        object.insert("updatedAt".to_owned(), telling.at.to_string().into());
    }
    let body = object.to_string().into_bytes();
    // The same at each try.
    let id = uuid(&hmac_sha256(b"event", &[telling.id.as_bytes()]));
    let seconds = telling.now.seconds();
    let names = "content-type x-event-id x-event-type";
    let signed = format!("{seconds}.{names}.application/json.{id}.{word}.");
    let mac = hmac_sha256(telling.webhook_secret().as_bytes(), &[signed.as_bytes(), &body]);
    let signature = format!("t={seconds},h={names},v1={}", HEXLOWER.encode(&mac));
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-event-id", id),
        ("x-event-type", word.to_owned()),
        ("x-hook0-signature", signature),
    ];
    Some(Delivery { headers, body })
}

fn status(checkout: &Checkout) -> &'static str {
    match checkout.status {
        Status::Open | Status::Cancelled => "ACTIVE",
        Status::Processing | Status::Review => "PROCESSING",
        Status::Failed => "FAILED",
        Status::Expired => "EXPIRED",
        Status::Paid => match returned(checkout) {
            0 => "COMPLETED",
            returned if returned < checkout.came.unwrap_or_default() => "PARTIALLY_REFUNDED",
            _ => "REFUNDED",
        },
    }
}

/// Minor units that are back.
fn returned(checkout: &Checkout) -> u64 {
    let succeeded = checkout.refunds.iter().filter(|refund| refund.end == RefundEnd::Succeeded);
    succeeded.map(|refund| refund.amount).sum()
}

/// An amount in the checkout's currency.
fn fiat(checkout: &Checkout, minor: u64) -> String {
    let currency = Currency::parse(&checkout.form.currency).ok();
    currency.and_then(|currency| Money::new(minor, currency).ok()).map(Money::major).unwrap_or_default()
}

/// It in USDC, at a rate that is no more than an example.
fn usdc(checkout: &Checkout, minor: u64) -> String {
    let per_mille = if checkout.form.currency == "USD" { 1_000 } else { 1_083 };
    let cents = minor.saturating_mul(per_mille) / 1_000;
    let dollars = Currency::parse("USD").ok().and_then(|currency| Money::new(cents, currency).ok());
    dollars.map(Money::major).unwrap_or_default()
}

fn object(checkout: &Checkout, status: &str) -> Value {
    let form = &checkout.form;
    let amount = checkout.came.unwrap_or(form.amount);
    let refunds: Vec<_> = checkout.refunds.iter().map(|refund| refund_object(checkout, refund)).collect();
    let expires_at = Moment::from_seconds(form.expires_at).to_string();
    json!({
        "id": id(checkout), "url": format!("https://payments.coinbase.com/payment-links/pl_{}", id(checkout)),
        "status": status, "amount": usdc(checkout, amount), "currency": "USDC", "network": "base",
        "fiatAmount": fiat(checkout, amount), "fiatCurrency": form.currency, "description": form.description,
        "metadata": { "session_id": form.reference, "order_id": form.order_id },
        "successRedirectUrl": form.return_url, "failRedirectUrl": form.cancel_url, "expiresAt": expires_at,
        "refundedAmount": usdc(checkout, returned(checkout)), "refunds": refunds,
        "createdAt": Moment::from_millis(checkout.since).to_string(),
        "updatedAt": Moment::from_millis(checkout.last).to_string(),
    })
}

fn refund_object(checkout: &Checkout, refund: &Refund) -> Value {
    let status = match refund.end {
        RefundEnd::Pending => "PENDING",
        RefundEnd::Succeeded => "COMPLETED",
        RefundEnd::Failed => "FAILED",
    };
    let at = Moment::from_millis(refund.since).to_string();
    json!({
        "id": format!("{:.22}{:0>2}", id(checkout), nth(refund)), "checkoutId": id(checkout), "status": status,
        "amount": usdc(checkout, refund.amount), "currency": "USDC",
        "fiatAmount": fiat(checkout, refund.amount), "fiatCurrency": checkout.form.currency,
        "reason": refund.request.as_deref().unwrap_or("requested by the customer"),
        "createdAt": at, "completedAt": (refund.end == RefundEnd::Succeeded).then_some(&at),
    })
}
