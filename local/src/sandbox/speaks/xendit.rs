//! Xendit's language (docs.xendit.co/apidocs): payment sessions, payments, refunds, and the webhooks about them and about
//! disputes. Nothing is signed: a delivery carries the account's token, and what it names is asked for here again.

use payproof::payment::Moment;
use payproof::provider::sandbox::CheckoutForm;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::amount;
use super::super::checkout::{Checkout, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, happened, nth, with};

pub(super) static TONGUE: Tongue = Tongue { name: "xendit", account, understand, answer, deliver };

/// The account's id.
const BUSINESS: &str = "66a0f3c1d8b24e7795c30d11";

fn account(seed: &Seed<'_>) -> Value {
    json!({
        "api_key": format!("xnd_development_{}", seed.hex("api_key")),
        "webhook_secrets": [seed.hex("webhook_secret")],
    })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    // The key is the user of HTTP Basic, and the password is empty.
    let user = data_encoding::BASE64.encode(format!("{}:", call.key("api_key")).as_bytes());
    if call.header("authorization").strip_prefix("Basic ").is_none_or(|sent| sent != user) {
        return Some(Asked::Said(refused(401, "INVALID_API_KEY", "API key is not authorized.")));
    }
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["sessions"]) => make(call),
        ("GET", ["sessions", id]) => Some(Asked::Look(at(id)?)),
        ("POST", ["sessions", id, "cancel"]) => Some(Asked::Close(at(id)?)),
        ("GET", ["v3", "payments", id]) => Some(Asked::Look(at(id)?)),
        ("GET", ["refunds"]) => {
            let query = form_urlencoded::parse(call.query.as_bytes());
            let (_, request) = query.into_owned().find(|(name, _)| name == "payment_request_id")?;
            Some(Asked::Look(at(&request)?))
        }
        ("GET", ["refunds", id]) => Some(Asked::Look(at(id)?)),
        ("POST", ["refunds"]) => {
            let body = call.json();
            let text = |name: &str| body.get(name).and_then(Value::as_str);
            let amount = match (body.get("amount"), minor(call, text("currency")?)) {
                // All that is left.
                (None, _) => None,
                (Some(_), None) => return Some(Asked::Said(wrong_amount())),
                (Some(_), amount) => amount,
            };
            let request = text("reference_id").map(str::to_owned);
            Some(Asked::Refund { at: at(text("payment_request_id")?)?, amount, request })
        }
        _ => None,
    }
}

/// Each id ends in what the checkout's are made of.
fn at(id: &str) -> Option<At> {
    let (_, stem) = id.rsplit_once('-')?;
    Some(At::Stem(stem.to_owned()))
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let body = call.json();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let currency = text("currency")?;
    let Some(amount) = minor(call, &currency) else { return Some(Asked::Said(wrong_amount())) };
    let form = CheckoutForm {
        reference: text("reference_id")?,
        // A session is told no other name of the order.
        order_id: String::new(),
        amount,
        currency,
        description: text("description").unwrap_or_default(),
        method: "card".to_owned(),
        locale: text("locale"),
        customer_email: None,
        return_url: text("success_return_url")?,
        cancel_url: text("cancel_return_url")?,
        expires_at: Moment::parse_rfc3339(&text("expires_at")?)?.seconds(),
    };
    // No key makes two requests one session.
    Some(Asked::Make { key: None, form })
}

#[derive(serde::Deserialize)]
struct Priced<'a> {
    #[serde(borrow)]
    amount: &'a RawValue,
}

/// The `amount` of a request in minor units, read from its digits; none where it is not above 0, or has more decimals
/// than Xendit takes.
fn minor(call: &Call<'_>, currency: &str) -> Option<u64> {
    let priced: Priced<'_> = serde_json::from_slice(call.body).ok()?;
    let minor = amount::parse(priced.amount.get(), currency)?;
    let is_written = currency != "IDR" || minor.is_multiple_of(100);
    (minor > 0 && is_written).then_some(minor)
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    let since = Moment::from_millis(checkout.since);
    match (call.method.as_str(), call.segments().as_slice()) {
        (_, ["sessions"]) => Reply::written(201, session(checkout, "ACTIVE", done.page, since)),
        (_, ["sessions", _, "cancel"]) if !done.done => {
            refused(409, "INVALID_SESSION_STATUS", "Only an active session can be cancelled.")
        }
        (_, ["sessions", _, "cancel"]) => {
            Reply::written(200, session(checkout, "CANCELED", done.page, since))
        }
        (_, ["sessions", _]) => {
            let status = match checkout.status {
                Status::Paid if !is_late(checkout) => "COMPLETED",
                Status::Open | Status::Processing | Status::Review => "ACTIVE",
                // Money that comes when the session is over does not open it again.
                Status::Paid | Status::Failed | Status::Cancelled | Status::Expired => "EXPIRED",
            };
            Reply::written(200, session(checkout, status, done.page, since))
        }
        (_, ["v3", "payments", id]) => {
            let status = match checkout.status {
                _ if *id != payment_id(checkout, 0) => "FAILED",
                Status::Paid => "SUCCEEDED",
                Status::Processing | Status::Review => "AUTHORIZED",
                Status::Open => "ACCEPTING_PAYMENTS",
                Status::Failed => "FAILED",
                Status::Cancelled | Status::Expired => "EXPIRED",
            };
            Reply::written(200, payment(checkout, id, status, since))
        }
        ("GET", ["refunds"]) => {
            let list: Vec<_> =
                checkout.refunds.iter().map(|refund| refund_object(checkout, refund)).collect();
            Reply::written(200, format!("{{\"data\":[{}],\"has_more\":false}}", list.join(",")))
        }
        ("POST", ["refunds"]) => match done.refund.filter(|_| done.done) {
            Some(refund) => Reply::written(200, refund_object(checkout, refund)),
            None => refused(400, "REFUND_AMOUNT_EXCEEDED", "That is more than is left of the payment."),
        },
        (_, path) => {
            let mut refunds = checkout.refunds.iter();
            match refunds.find(|refund| path.last() == Some(&refund_id(checkout, refund).as_str())) {
                Some(refund) => Reply::written(200, refund_object(checkout, refund)),
                None => refused(404, "DATA_NOT_FOUND", "There is no such refund."),
            }
        }
    }
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    Reply::new(status, json!({ "error_code": code, "message": message }))
}

fn wrong_amount() -> Reply {
    refused(400, "INVALID_AMOUNT", "The amount is none that is taken in this currency.")
}

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let (checkout, at) = (telling.checkout, telling.at);
    let page = || {
        let base = telling.account.get("api_base").and_then(Value::as_str).unwrap_or_default();
        let (sandbox, _) = base.split_once("/as/").unwrap_or_default();
        format!("{sandbox}/checkout/{}", checkout.id)
    };
    let payment = |place, status| payment(checkout, &payment_id(checkout, place), status, at);
    let (word, data) = match telling.event.kind.as_str() {
        // With automatic capture that is said of cards on their way.
        "payment.processing" => ("payment.authorization", payment(0, "AUTHORIZED")),
        "payment.paid" if is_late(checkout) => ("payment.capture", payment(0, "SUCCEEDED")),
        "payment.paid" => ("payment_session.completed", session(checkout, "COMPLETED", &page(), at)),
        "payment.expired" => ("payment_session.expired", session(checkout, "EXPIRED", &page(), at)),
        // A session sees several payments: each that failed has an id of its own.
        "payment.declined" => ("payment.failure", payment(telling.place(), "FAILED")),
        "payment.failed" if telling.is_after("payment.processing") => {
            ("payment.failure", payment(0, "FAILED"))
        }
        "refund.succeeded" => ("refund.succeeded", refund_object(checkout, telling.refund()?)),
        "refund.failed" => ("refund.failed", refund_object(checkout, telling.refund()?)),
        "dispute.opened" => return dispute(telling, "dispute.action_required", "ACTION_REQUIRED"),
        "dispute.won" => return dispute(telling, "dispute.won", "WON"),
        "dispute.lost" => return dispute(telling, "dispute.lost", "LOST"),
        // A session outlives each failed try and a customer who turns back; what is held, under way back or taken back
        // without a dispute is not told.
        _ => return None,
    };
    let envelope =
        json!({ "event": word, "business_id": BUSINESS, "created": telling.at, "api_version": "v3" });
    Some(delivery(telling, with(&envelope, &[("data", data)])))
}

fn delivery(telling: &Telling<'_>, body: String) -> Delivery {
    let headers = vec![
        ("x-callback-token", telling.webhook_secret().to_owned()),
        ("webhook-id", uuid(telling.checkout, telling.place())),
    ];
    Delivery { headers, body: body.into_bytes() }
}

/// It has no `data`, and its amounts are texts.
fn dispute(telling: &Telling<'_>, word: &str, status: &str) -> Option<Delivery> {
    let checkout = telling.checkout;
    let (_, place) = telling.event.data.dispute_id.as_deref()?.rsplit_once('_')?;
    let reason = (word != "dispute.action_required").then_some("CHALLENGED");
    let body = json!({
        "event": word, "id": format!("mi-dspt-{}", uuid(checkout, place.parse().ok()?)), "channel_code": "CARDS",
        "card_brands": "VISA", "status": status, "status_reason": reason, "currency": checkout.form.currency,
        "amount": { "initial": telling.money()?.major(), "terminal": null }, "created_at": telling.at,
        "updated_at": telling.at, "due_date": telling.at.plus_seconds(1_209_600), "note": null,
        "category": { "name": "fraud", "allowed_evidence": [] }, "related_disputes": [], "evidences": [],
        "payment_id": payment_id(checkout, 0), "reference_id": telling.session(),
    });
    Some(delivery(telling, body.to_string()))
}

fn session(checkout: &Checkout, status: &str, page: &str, at: Moment) -> String {
    let form = &checkout.form;
    let is_paid = checkout.came.is_some();
    let object = json!({
        "payment_session_id": format!("ps-00000000000-{}", checkout.stem()), "reference_id": form.reference,
        "session_type": "PAY", "mode": "PAYMENT_LINK", "capture_method": "AUTOMATIC", "status": status,
        "currency": form.currency, "country": country(&form.currency), "description": form.description,
        "created": at, "updated": at, "expires_at": Moment::from_seconds(form.expires_at), "locale": form.locale,
        "success_return_url": form.return_url, "cancel_return_url": form.cancel_url, "payment_link_url": page,
        "payment_id": is_paid.then(|| payment_id(checkout, 0)), "business_id": BUSINESS,
        "payment_request_id": is_paid.then(|| request_id(checkout)), "metadata": { "session": form.reference },
        "customer_id": null, "items": null, "payment_token_id": null, "allow_save_payment_method": "DISABLED",
    });
    with(&object, &[("amount", digits(checkout.came.unwrap_or(form.amount), &form.currency))])
}

fn payment(checkout: &Checkout, id: &str, status: &str, at: Moment) -> String {
    let form = &checkout.form;
    let object = json!({
        "payment_id": id, "payment_request_id": request_id(checkout), "type": "PAY", "status": status,
        "reference_id": form.reference, "currency": form.currency, "country": country(&form.currency),
        "channel_code": "CARDS", "capture_method": "AUTOMATIC", "created": at, "updated": at, "business_id": BUSINESS,
        "failure_code": (status == "FAILED").then_some("CARD_DECLINED"), "metadata": { "session": form.reference },
    });
    let mut amounts = vec![("request_amount", digits(form.amount, &form.currency))];
    if let Some(came) = checkout.came.filter(|_| status == "SUCCEEDED") {
        let capture = json!({ "capture_id": format!("cptr-{}", uuid(checkout, 0)), "capture_timestamp": at });
        let capture = with(&capture, &[("capture_amount", digits(came, &form.currency))]);
        amounts.push(("captures", format!("[{capture}]")));
    }
    with(&object, &amounts)
}

fn refund_object(checkout: &Checkout, refund: &Refund) -> String {
    let (status, failure) = match refund.end {
        RefundEnd::Pending => ("PENDING", None),
        RefundEnd::Succeeded => ("SUCCEEDED", None),
        RefundEnd::Failed => ("FAILED", Some("INSUFFICIENT_BALANCE")),
    };
    let at = Moment::from_millis(refund.since);
    // What is made in the dashboard carries nothing of ours.
    let (reason, metadata) = match refund.request {
        Some(_) => ("REQUESTED_BY_CUSTOMER", json!({ "session": checkout.form.reference })),
        None => ("OTHERS", Value::Null),
    };
    let object = json!({
        "id": refund_id(checkout, refund), "payment_id": payment_id(checkout, 0), "invoice_id": null,
        "payment_request_id": request_id(checkout), "payment_method_type": "CARD", "channel_code": "CARDS",
        "currency": checkout.form.currency, "status": status, "reason": reason, "reference_id": refund.request,
        "failure_code": failure, "refund_fee_amount": null, "created": at, "updated": at, "metadata": metadata,
    });
    with(&object, &[("amount", digits(refund.amount, &checkout.form.currency))])
}

/// Whether its time was over before it was paid.
fn is_late(checkout: &Checkout) -> bool {
    happened(checkout, "payment.expired")
}

/// A number in major units, digit for digit; rupiah have no decimals here.
fn digits(minor: u64, currency: &str) -> String {
    let digits = amount::digits(minor, currency);
    match digits.strip_suffix(".00").filter(|_| currency == "IDR") {
        Some(whole) => whole.to_owned(),
        None => digits,
    }
}

/// The country that a currency is taken in.
fn country(currency: &str) -> &str {
    currency.get(..2).unwrap_or_default()
}

/// An id of the form of theirs, whose last group is what the checkout's ids are made of.
fn uuid(checkout: &Checkout, place: usize) -> String {
    format!("{place:0>8}-0000-4000-8000-{}", checkout.stem())
}

fn payment_id(checkout: &Checkout, place: usize) -> String {
    format!("py-{}", uuid(checkout, place))
}

fn request_id(checkout: &Checkout) -> String {
    format!("pr-{}", uuid(checkout, 0))
}

fn refund_id(checkout: &Checkout, refund: &Refund) -> String {
    format!("rfd-{}", uuid(checkout, nth(refund).parse().unwrap_or_default()))
}
