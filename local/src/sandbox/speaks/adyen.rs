//! Adyen's language (docs.adyen.com, its OpenAPI `CheckoutService-v72` and `Webhooks-v1`): payment links, refunds, and
//! standard webhooks of one item each.

use payproof::payment::{Moment, Money};
use payproof::provider::adyen::sign;
use payproof::provider::sandbox::CheckoutForm;
use payproof::secret::Secret;
use serde_json::{Value, json};

use super::super::checkout::{Checkout, Refund, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, nth};

pub(super) static TONGUE: Tongue = Tongue { name: "adyen", account, understand, answer, deliver };

/// Why a bank asks for the money.
const FRAUD: &str = "Other Fraud-Card Absent Environment";

fn account(seed: &Seed<'_>) -> Value {
    json!({
        "api_key": format!("AQE{}", data_encoding::BASE64.encode(&seed.bytes("api_key"))),
        "merchant_account": "DemoShopECOM",
        "webhook_secrets": [seed.hex("webhook_secret").to_ascii_uppercase()],
    })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    let refused = |status, code, message, kind| Some(Asked::Said(refused(status, code, message, kind)));
    if call.header("x-api-key") != call.key("api_key") {
        return refused(401, "000", "HTTP Status Response - Unauthorized", "security");
    }
    let body = call.json();
    let text = |place: &str| body.pointer(place).and_then(Value::as_str).map(str::to_owned);
    let is_post = call.method == http::Method::POST;
    if is_post && text("/merchantAccount").as_deref() != Some(call.key("merchant_account")) {
        return refused(403, "901", "Invalid Merchant Account", "security");
    }
    let link = |id: &str| Some(At::Stem(id.strip_prefix("PL")?.to_owned()));
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["paymentLinks"]) => {
            let Some((amount, currency)) = minor(&body) else {
                return refused(422, "137", "Invalid amount specified", "validation");
            };
            let form = CheckoutForm {
                reference: text("/reference")?,
                order_id: text("/metadata/order_id").unwrap_or_default(),
                amount,
                currency,
                description: text("/description").unwrap_or_default(),
                method: "card".to_owned(),
                locale: text("/shopperLocale"),
                customer_email: text("/shopperEmail"),
                return_url: text("/returnUrl")?,
                // A link has no address for whoever turns back.
                cancel_url: text("/returnUrl")?,
                expires_at: Moment::parse_rfc3339(&text("/expiresAt")?)?.seconds(),
            };
            Some(Asked::Make { key: Some(call.header("idempotency-key").to_owned()), form })
        }
        ("GET", ["paymentLinks", id]) => Some(Asked::Look(link(id)?)),
        ("PATCH", ["paymentLinks", id]) if text("/status").as_deref() == Some("expired") => {
            Some(Asked::Close(link(id)?))
        }
        ("POST", ["payments", psp, "refunds"]) => {
            let Some((amount, _)) = minor(&body) else {
                return refused(422, "137", "Invalid amount specified", "validation");
            };
            let at = At::Stem(psp.get(..12)?.to_owned());
            Some(Asked::Refund { at, amount: Some(amount), request: text("/reference") })
        }
        _ => None,
    }
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    match (call.method.as_str(), call.segments().as_slice()) {
        (_, [_, _, "refunds"]) => match done.refund.filter(|_| done.done) {
            Some(refund) => Reply::new(
                201,
                json!({
                    "merchantAccount": call.key("merchant_account"), "paymentPspReference": payment(checkout),
                    "pspReference": refund_psp(checkout, refund), "reference": refund.request,
                    "status": "received", "amount": amount(refund.amount, &checkout.form.currency),
                }),
            ),
            None => refused(422, "137", "Invalid amount specified", "validation"),
        },
        ("PATCH", _) if !done.done => refused(422, "14_0410", "The payment link is not active", "validation"),
        ("POST", _) => Reply::new(201, link(call, done)),
        _ => Reply::new(200, link(call, done)),
    }
}

fn refused(status: u16, code: &str, message: &str, kind: &str) -> Reply {
    Reply::new(status, json!({ "status": status, "errorCode": code, "message": message, "errorType": kind }))
}

fn link(call: &Call<'_>, done: &Done<'_>) -> Value {
    let checkout = done.checkout;
    let status = match checkout.status {
        Status::Open => "active",
        Status::Processing => "paymentPending",
        // The customer is done; whether somebody looks at the payment is not said here.
        Status::Paid | Status::Review => "completed",
        Status::Failed | Status::Cancelled | Status::Expired => "expired",
    };
    json!({
        "id": link_id(checkout), "url": done.page, "status": status, "reusable": false,
        "merchantAccount": call.key("merchant_account"), "reference": checkout.form.reference,
        "amount": amount(checkout.form.amount, &checkout.form.currency), "description": checkout.form.description,
        "returnUrl": checkout.form.return_url, "shopperLocale": checkout.form.locale,
        "expiresAt": with_offset(Moment::from_seconds(checkout.form.expires_at)),
        "metadata": { "order_id": checkout.form.order_id },
    })
}

/// An item without what is the same in all: what happened, to what, whether it did, and why.
struct Item {
    code: &'static str,
    psp: String,
    /// Whether it happened to the payment and is not the payment itself.
    follows: bool,
    success: bool,
    reason: &'static str,
}

impl Item {
    /// A payment, or a try of one.
    const fn of(code: &'static str, psp: String, success: bool, reason: &'static str) -> Self {
        Self { code, psp, follows: false, success, reason }
    }

    /// What happened to the payment.
    const fn after(code: &'static str, psp: String, reason: &'static str) -> Self {
        Self { code, psp, follows: true, success: true, reason }
    }
}

fn item(telling: &Telling<'_>) -> Option<Item> {
    let checkout = telling.checkout;
    let own = || psp(checkout, &format!("E{:0>3}", telling.place()));
    let refund = || Some(refund_psp(checkout, telling.refund()?));
    // The same through one dispute.
    let dispute = || {
        let (_, place) = telling.event.data.dispute_id.as_deref()?.rsplit_once('_')?;
        Some(psp(checkout, &format!("D{place:0>3}")))
    };
    Some(match telling.event.kind.as_str() {
        "payment.processing" => Item::of("PENDING", payment(checkout), true, ""),
        "payment.review" => Item::of("AUTHORISATION", payment(checkout), true, "071188:1111:03/2030"),
        "payment.review_released" => Item::after("MANUAL_REVIEW_ACCEPT", own(), ""),
        // It was authorised before somebody looked at it, and accepting it was told.
        "payment.paid" if telling.is_after("payment.review_released") => return None,
        "payment.paid" => Item::of("AUTHORISATION", payment(checkout), true, "034421:1111:03/2030"),
        // Each try has a reference of its own.
        "payment.declined" => Item::of("AUTHORISATION", own(), false, "Refused"),
        "payment.failed" if telling.is_after("payment.review") => {
            Item::after("MANUAL_REVIEW_REJECT", own(), "FRAUD-CANCELLED")
        }
        "payment.failed" if telling.is_after("payment.processing") => {
            Item::of("AUTHORISATION", payment(checkout), false, "Not enough balance")
        }
        "payment.expired" if telling.is_after("payment.review") => {
            Item::after("MANUAL_REVIEW_REJECT", own(), "expire")
        }
        "payment.reversed" => Item::after("CAPTURE_FAILED", own(), "Capture Failed"),
        "refund.succeeded" => Item::after("REFUND", refund()?, ""),
        // One that had succeeded is told to have failed by another code.
        "refund.failed" if was_back(telling) => Item::after("REFUND_FAILED", refund()?, "Refund Failed"),
        "refund.failed" => {
            Item { success: false, ..Item::after("REFUND", refund()?, "Insufficient balance on payment") }
        }
        "dispute.opened" => Item::after("CHARGEBACK", dispute()?, FRAUD),
        "dispute.won" => Item::after("CHARGEBACK_REVERSED", dispute()?, FRAUD),
        "dispute.lost" => Item::after("DISPUTE_DEFENSE_PERIOD_ENDED", dispute()?, FRAUD),
        // A link that is over or left tells nothing, and neither does a refund that was received; a link stays open after
        // any refusal, so there is no final one.
        _ => return None,
    })
}

/// Whether the refund of this event had succeeded before.
fn was_back(telling: &Telling<'_>) -> bool {
    let Some(id) = telling.event.data.refund_id.as_deref() else { return false };
    let mut events = telling.checkout.outbox.events.iter();
    events.any(|event| event.kind == "refund.succeeded" && event.body.contains(&format!("\"{id}\"")))
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let (checkout, item) = (telling.checkout, item(telling)?);
    let merchant = telling.account.get("merchant_account").and_then(Value::as_str).unwrap_or_default();
    let amount = amount(telling.money().map_or(0, Money::minor), &checkout.form.currency);
    let original = if item.follows { payment(checkout) } else { String::new() };
    // A refund has the reference that it was asked for with; one from the Customer Area has none.
    let reference = match telling.refund() {
        Some(refund) => refund.request.clone().unwrap_or_default(),
        None => telling.session().to_owned(),
    };
    let success = if item.success { "true" } else { "false" };
    let value = amount.get("value").map(Value::to_string).unwrap_or_default();
    let signed = [
        item.psp.as_str(),
        &original,
        merchant,
        &reference,
        &value,
        &checkout.form.currency,
        item.code,
        success,
    ];
    let signature = sign(&Secret::new(telling.webhook_secret()), &signed.join(":"))?;
    let mut said = json!({
        "additionalData": additional(telling, &item, signature), "amount": amount, "eventCode": item.code,
        "eventDate": with_offset(telling.at), "merchantAccountCode": merchant, "merchantReference": reference,
        "paymentMethod": "visa", "pspReference": item.psp, "reason": item.reason, "success": success,
    });
    if let Some(said) = said.as_object_mut() {
        if item.follows {
            said.insert("originalReference".to_owned(), original.into());
        } else if item.code == "AUTHORISATION" && item.success {
            said.insert("operations".to_owned(), json!(["CANCEL", "CAPTURE", "REFUND"]));
        }
    }
    let body = json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": said }] });
    Some(Delivery { headers: Vec::new(), body: body.to_string().into_bytes() })
}

/// What stands beside an item: the signature, and more by what it is.
fn additional(telling: &Telling<'_>, item: &Item, signature: String) -> Value {
    let checkout = telling.checkout;
    let mut more = match telling.event.kind.as_str() {
        kind if kind.starts_with("dispute.") => {
            let status = match kind {
                "dispute.won" => "Won",
                "dispute.lost" => "Lost",
                _ => "Undefended",
            };
            json!({
                "arn": "74027150001234567890123", "chargebackReasonCode": "10.4", "chargebackSchemeCode": "visa",
                "defendable": "true", "disputeStatus": status, "modificationMerchantReferences": "",
            })
        }
        _ if item.follows => json!({ "paymentMethodVariant": "visa" }),
        _ => json!({
            "cardBin": "411111", "cardPaymentMethod": "visa", "cardSummary": "1111", "expiryDate": "03/2030",
            "metadata.order_id": checkout.form.order_id, "paymentLinkId": link_id(checkout),
            "paymentMethodVariant": "visa", "shopperInteraction": "Ecommerce",
        }),
    };
    if let Some(more) = more.as_object_mut() {
        if telling.event.kind == "payment.review" {
            more.insert("fraudManualReview".to_owned(), "true".into());
            more.insert("fraudResultType".to_owned(), "AMBER".into());
        }
        more.insert("hmacSignature".to_owned(), signature.into());
    }
    more
}

/// A reference of their length, 16 letters and digits.
fn psp(checkout: &Checkout, of: &str) -> String {
    format!("{}{of}", checkout.stem())
}

fn payment(checkout: &Checkout) -> String {
    psp(checkout, "P001")
}

fn refund_psp(checkout: &Checkout, refund: &Refund) -> String {
    psp(checkout, &format!("R{:0>3}", nth(refund)))
}

fn link_id(checkout: &Checkout) -> String {
    format!("PL{}", checkout.stem())
}

/// A moment to the second, with its offset.
fn with_offset(moment: Moment) -> String {
    let text: String = moment.to_string().chars().take(19).collect();
    text + "+00:00"
}

/// By how many digits a currency has more or fewer than in ISO 4217.
fn shift(currency: &str) -> (u64, u64) {
    match currency {
        "CLP" | "ISK" => (100, 1),
        "CVE" | "IDR" => (1, 100),
        _ => (1, 1),
    }
}

fn amount(minor: u64, currency: &str) -> Value {
    let (more, fewer) = shift(currency);
    json!({ "currency": currency, "value": minor.saturating_mul(more) / fewer })
}

/// The `amount` of a request in minor units, and its currency; none where it is no whole number of them above 0.
fn minor(body: &Value) -> Option<(u64, String)> {
    let currency = body.pointer("/amount/currency")?.as_str()?;
    let value = body.pointer("/amount/value")?.as_u64().filter(|value| *value > 0)?;
    let (more, fewer) = shift(currency);
    value.is_multiple_of(more).then(|| (value.saturating_mul(fewer) / more, currency.to_owned()))
}
