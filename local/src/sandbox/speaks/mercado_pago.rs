//! Mercado Pago's language (mercadopago.com/developers/en/reference): preferences, the payments that are made on them,
//! refunds, and the webhooks about payments and chargebacks. Of a delivery only the id of something is signed, and what is
//! true of it is asked for here again. A preference has no state of its own: that it ended is never told.

use payproof::payment::{Currency, Moment};
use payproof::provider::sandbox::CheckoutForm;
use payproof::provider::signature::hmac_sha256;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::amount;
use super::super::checkout::{Checkout, Refund, RefundEnd, Status};
use super::{Asked, At, Call, Delivery, Done, Reply, Seed, Telling, Tongue, nth, with};

pub(super) static TONGUE: Tongue = Tongue { name: "mercado_pago", account, understand, answer, deliver };

/// The account's id.
const SELLER: u64 = 634_060_442;

fn account(seed: &Seed<'_>) -> Value {
    json!({
        "api_key": format!("TEST-{}", seed.hex("api_key")),
        "webhook_secrets": [seed.hex("webhook_secret")],
    })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if !call.is_by("Bearer", "api_key") {
        return Some(Asked::Said(refused(401, "unauthorized", None, "invalid access token")));
    }
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["checkout", "preferences"]) => make(call),
        ("GET", ["checkout", "preferences", id]) => Some(Asked::Look(preference_at(id)?)),
        ("PUT", ["checkout", "preferences", id]) => {
            let (body, at) = (call.json(), preference_at(id)?);
            let until = Moment::parse_rfc3339(&text(&body, "/expiration_date_to")?)?;
            let is_over = body.pointer("/expires")?.as_bool()? && until <= call.now;
            Some(if is_over { Asked::Close(at) } else { Asked::Look(at) })
        }
        ("GET", ["v1", "payments", "search"]) => Some(Asked::List(found)),
        ("GET", ["v1", "payments", id]) => Some(Asked::Look(PaymentId::parse(id)?.at())),
        ("POST", ["v1", "payments", id, "refunds"]) => {
            let (id, body) = (PaymentId::parse(id)?, serde_json::from_slice::<Refunded<'_>>(call.body).ok()?);
            // Without one it is all that is left.
            let amount = match body.amount.map(|amount| id.minor(amount.get())) {
                Some(None) => return Some(Asked::Said(wrong_amount())),
                Some(amount) => amount,
                None => None,
            };
            let request = Some(call.header("x-idempotency-key").to_owned()).filter(|key| !key.is_empty());
            Some(match request {
                Some(_) => Asked::Refund { at: id.at(), amount, request },
                None => Asked::Said(refused(
                    400,
                    "bad_request",
                    Some(4292),
                    "Header X-Idempotency-Key can't be null",
                )),
            })
        }
        _ => None,
    }
}

#[derive(serde::Deserialize)]
struct Refunded<'a> {
    #[serde(borrow, default)]
    amount: Option<&'a RawValue>,
}

#[derive(serde::Deserialize)]
struct Preferred<'a> {
    #[serde(borrow)]
    items: Vec<Priced<'a>>,
}

#[derive(serde::Deserialize)]
struct Priced<'a> {
    #[serde(borrow)]
    unit_price: &'a RawValue,
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let body = call.json();
    let currency = text(&body, "/items/0/currency_id")?;
    let priced: Preferred<'_> = serde_json::from_slice(call.body).ok()?;
    let amount = amount::parse(priced.items.first()?.unit_price.get(), &currency);
    let is_written = |minor: &u64| *minor > 0 && (currency != "COP" || minor.is_multiple_of(100));
    let Some(amount) = amount.filter(is_written) else { return Some(Asked::Said(wrong_amount())) };
    let form = CheckoutForm {
        reference: text(&body, "/external_reference")?,
        order_id: text(&body, "/items/0/id").unwrap_or_default(),
        amount,
        currency,
        description: text(&body, "/items/0/title")?,
        method: if body.pointer("/payment_methods").is_some() { "card" } else { "local" }.to_owned(),
        locale: None,
        customer_email: text(&body, "/payer/email"),
        return_url: text(&body, "/back_urls/success")?,
        cancel_url: text(&body, "/back_urls/failure")?,
        expires_at: Moment::parse_rfc3339(&text(&body, "/expiration_date_to")?)?.seconds(),
    };
    // Of no key is it documented that it makes two requests one preference.
    Some(Asked::Make { key: None, form })
}

fn answer(call: &Call<'_>, done: &Done<'_>) -> Reply {
    let checkout = done.checkout;
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["checkout", _]) => Reply::new(201, preference(checkout, done.page)),
        ("PUT", ["checkout", _, _]) => {
            // What was asked for is so from then on, whatever became of the checkout before.
            let mut preference = preference(checkout, done.page);
            let asked = call.json();
            for name in ["expires", "expiration_date_to"] {
                set(&mut preference, name, asked.get(name).cloned().unwrap_or_default());
            }
            Reply::new(200, preference)
        }
        ("GET", ["checkout", _, _]) => Reply::new(200, preference(checkout, done.page)),
        ("POST", [_, _, _, "refunds"]) => match done.refund.filter(|_| done.done) {
            Some(refund) => Reply::written(201, refund_object(checkout, refund)),
            None => {
                let message = "The action requested is not valid for the current payment state";
                refused(400, "bad_request", Some(2063), message)
            }
        },
        (_, path) => {
            let id = path.last().and_then(|id| PaymentId::parse(id));
            match id.and_then(|id| payment(checkout, id.place)) {
                Some(payment) => Reply::written(200, payment),
                None => refused(404, "not_found", Some(2000), "Payment not found"),
            }
        }
    }
}

/// The payments with a reference, the newest first.
fn found(call: &Call<'_>, checkouts: &[Checkout]) -> Reply {
    let mut query = form_urlencoded::parse(call.query.as_bytes()).into_owned();
    let wanted = query.find(|(name, _)| name == "external_reference").map(|(_, value)| value);
    let ours = checkouts.iter().filter(|checkout| Some(&checkout.form.reference) == wanted.as_ref());
    let all: Vec<String> = ours
        .flat_map(|checkout| {
            let tries = (1..=checkout.outbox.events.len()).rev();
            std::iter::once(0).chain(tries).filter_map(|place| payment(checkout, place))
        })
        .collect();
    let paging = format!("{{\"total\":{},\"limit\":100,\"offset\":0}}", all.len());
    Reply::written(200, format!("{{\"paging\":{paging},\"results\":[{}]}}", all.join(",")))
}

fn refused(status: u16, error: &str, code: Option<u64>, message: &str) -> Reply {
    let cause = code.map(|code| json!([{ "code": code, "description": message, "data": null }]));
    Reply::new(status, json!({ "message": message, "error": error, "status": status, "cause": cause }))
}

fn wrong_amount() -> Reply {
    refused(400, "invalid_items", None, "unit_price invalid")
}

/// Of everything that happens only the id is signed: of a payment, or of a chargeback, which names its payment.
fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let checkout = telling.checkout;
    let event = |kind: &str, more: Value, data: Value| {
        let mut body = json!({
            "api_version": "v1", "data": data, "date_created": time(telling.at.millis()), "id": notice(telling),
            "live_mode": false, "type": kind, "user_id": SELLER,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            set(&mut body, name, value.clone());
        }
        body
    };
    let of_payment = |action: &str, place: usize| {
        let id = PaymentId::of(checkout, place).number().to_string();
        (id.clone(), event("payment", json!({ "action": action }), json!({ "id": id })))
    };
    let (id, body) = match telling.event.kind.as_str() {
        "payment.processing" => of_payment("payment.created", 0),
        // Each try is a payment with an id of its own.
        "payment.declined" => of_payment("payment.created", telling.place()),
        "payment.paid" | "payment.review" | "payment.reversed" | "refund.pending" | "refund.succeeded"
        | "refund.failed" => of_payment("payment.updated", 0),
        "payment.failed" if telling.is_after("payment.processing") => of_payment("payment.updated", 0),
        "dispute.opened" | "dispute.won" | "dispute.lost" => {
            let (_, place) = telling.event.data.dispute_id.as_deref()?.rsplit_once('_')?;
            let id = checkout.number().checked_mul(1_000)?.checked_add(place.parse().ok()?)?;
            let data = json!({
                "checkout": "PRO", "date_updated": "0001-01-01T00:00:00Z", "id": id, "site_id": "MLB",
                "payment_id": PaymentId::of(checkout, 0).number(), "transaction_intent_id": "",
            });
            (
                id.to_string(),
                event("topic_chargebacks_wh", json!({ "actions": ["changed_case_status"] }), data),
            )
        }
        // A page outlives a failed try, a customer who turns back and its own time; what is let through is paid at once.
        _ => return None,
    };
    let request_id = format!("{:0>8}-0000-4000-8000-{}", telling.place(), checkout.stem());
    let ts = telling.now.seconds();
    let mac = hmac_sha256(
        telling.webhook_secret().as_bytes(),
        &[format!("id:{id};request-id:{request_id};ts:{ts};").as_bytes()],
    );
    let signature = format!("ts={ts},v1={}", data_encoding::HEXLOWER.encode(&mac));
    let headers = vec![("x-signature", signature), ("x-request-id", request_id)];
    Some(Delivery { headers, body: body.to_string().into_bytes() })
}

/// The id of a notification.
fn notice(telling: &Telling<'_>) -> u64 {
    telling.checkout.number().saturating_mul(100).saturating_add(u64::try_from(telling.place()).unwrap_or(0))
}

/// An id of a payment: the checkout's number, the place of a try that was declined (0 for the payment that holds), and how
/// many decimals the currency has, for a refund names none.
struct PaymentId {
    checkout: u64,
    place: usize,
    decimals: u32,
}

impl PaymentId {
    fn of(checkout: &Checkout, place: usize) -> Self {
        let decimals = Currency::parse(&checkout.form.currency).map_or(2, Currency::decimals);
        Self { checkout: checkout.number(), place, decimals }
    }

    fn parse(text: &str) -> Option<Self> {
        let number: u64 = text.parse().ok()?;
        let place = usize::try_from(number / 10 % 100).ok()?;
        Some(Self { checkout: number / 1_000, place, decimals: u32::try_from(number % 10).ok()? })
    }

    fn number(&self) -> u64 {
        let place = u64::try_from(self.place).unwrap_or(0);
        self.checkout.saturating_mul(1_000).saturating_add(place * 10).saturating_add(self.decimals.into())
    }

    const fn at(&self) -> At {
        At::Number(self.checkout)
    }

    /// Minor units of an amount of it.
    fn minor(&self, digits: &str) -> Option<u64> {
        amount::parse(digits, if self.decimals == 0 { "CLP" } else { "BRL" })
    }
}

fn preference(checkout: &Checkout, page: &str) -> Value {
    let form = &checkout.form;
    json!({
        "id": format!("{SELLER}-00000000-0000-4000-8000-{}", checkout.stem()), "collector_id": SELLER,
        "external_reference": form.reference, "init_point": page, "sandbox_init_point": page, "expires": true,
        "expiration_date_to": time(form.expires_at.saturating_mul(1_000)), "site_id": "MLB", "auto_return": "approved",
        "back_urls": { "success": form.return_url, "pending": form.return_url, "failure": form.cancel_url },
        "payer": { "email": form.customer_email }, "notification_url": null, "metadata": {},
    })
}

fn preference_at(id: &str) -> Option<At> {
    id.rsplit_once('-').map(|(_, stem)| At::Stem(stem.to_owned()))
}

/// The payment of this place; none where there is none.
fn payment(checkout: &Checkout, place: usize) -> Option<String> {
    let form = &checkout.form;
    let (status, detail, at) = if place == 0 {
        let (status, detail) = standing(checkout)?;
        (status, detail, checkout.last)
    } else {
        let event = checkout.outbox.events.get(place.checked_sub(1)?)?;
        (event.kind == "payment.declined").then_some(("rejected", "cc_rejected_other_reason", event.at))?
    };
    let came = checkout.came.filter(|_| place == 0);
    let refunds = checkout.refunds.iter().filter(|_| place == 0);
    let back =
        refunds.clone().filter(|refund| refund.end == RefundEnd::Succeeded).map(|refund| refund.amount);
    let object = json!({
        "id": PaymentId::of(checkout, place).number(), "external_reference": form.reference, "live_mode": false,
        "status": status, "status_detail": detail, "currency_id": form.currency, "description": form.description,
        "date_created": time(checkout.since), "date_approved": came.map(|_| time(checkout.since)),
        "date_last_updated": time(at), "captured": true, "collector_id": SELLER, "installments": 1,
        "payment_method_id": "master", "payment_type_id": "credit_card", "operation_type": "regular_payment",
    });
    let listed: Vec<_> = refunds.map(|refund| refund_object(checkout, refund)).collect();
    let amounts = [
        ("transaction_amount", amount::digits(came.unwrap_or(form.amount), &form.currency)),
        ("transaction_amount_refunded", amount::digits(back.sum(), &form.currency)),
        ("refunds", format!("[{}]", listed.join(","))),
    ];
    Some(with(&object, &amounts))
}

/// The status words of the payment that holds the money, or would; none where nobody began one.
fn standing(checkout: &Checkout) -> Option<(&'static str, &'static str)> {
    let dispute = checkout.disputes.last().map(|dispute| dispute.won);
    let was_begun = checkout.payment.is_some();
    Some(match checkout.status {
        Status::Paid if checkout.reversed => ("charged_back", "settled"),
        Status::Paid => match dispute {
            Some(None) => ("charged_back", "in_process"),
            Some(Some(true)) => ("charged_back", "reimbursed"),
            Some(Some(false)) => ("charged_back", "settled"),
            None if checkout.left() == 0 => ("refunded", "refunded"),
            None if checkout.refunds.is_empty() => ("approved", "accredited"),
            None => ("approved", "partially_refunded"),
        },
        Status::Processing => ("in_process", "pending_contingency"),
        Status::Review => ("in_process", "pending_review_manual"),
        Status::Failed => ("rejected", "cc_rejected_insufficient_amount"),
        Status::Cancelled if was_begun => ("cancelled", "by_payer"),
        Status::Expired if was_begun => ("cancelled", "expired"),
        Status::Open | Status::Cancelled | Status::Expired => return None,
    })
}

fn refund_object(checkout: &Checkout, refund: &Refund) -> String {
    let status = match refund.end {
        RefundEnd::Pending => "in_process",
        RefundEnd::Succeeded => "approved",
        RefundEnd::Failed => "rejected",
    };
    let nth: u64 = nth(refund).parse().unwrap_or(0);
    let object = json!({
        "id": checkout.number().saturating_mul(100).saturating_add(nth), "status": status, "metadata": {},
        "payment_id": PaymentId::of(checkout, 0).number(), "date_created": time(refund.since), "reason": null,
        "source": { "id": SELLER.to_string(), "name": "Shop", "type": "collector" }, "refund_mode": "standard",
        "unique_sequence_number": null, "adjustment_amount": 0,
    });
    with(&object, &[("amount", amount::digits(refund.amount, &checkout.form.currency))])
}

/// With an offset, as Mercado Pago writes it.
fn time(millis: u64) -> String {
    let stamp = Moment::from_millis(millis).to_string();
    format!("{}+00:00", stamp.trim_end_matches('Z'))
}

fn text(json: &Value, pointer: &str) -> Option<String> {
    json.pointer(pointer)?.as_str().map(str::to_owned)
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}
