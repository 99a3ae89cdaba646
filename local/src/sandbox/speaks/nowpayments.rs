//! NOWPayments' language (documenter.getpostman.com/view/7907941/S1a32n38): invoices, and the state of a payment as it
//! is told to the invoice's address. The customer here pays in the one coin whose price stays: a dollar.

use data_encoding::{BASE64, HEXLOWER};
use payproof::payment::{Currency, Money};
use payproof::provider::sandbox::CheckoutForm;
use payproof::provider::signature::{HmacSha512, mac};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::amount;
use super::super::checkout::Checkout;
use super::{Asked, Call, Delivery, Done, Reply, Seed, Telling, Tongue};

pub(super) static TONGUE: Tongue = Tongue { name: "nowpayments", account, understand, answer, deliver };

/// An invoice has no end.
const NO_END: u64 = u32::MAX as u64;

fn account(seed: &Seed<'_>) -> Value {
    let letters: Vec<char> = seed.hex("api_key").to_ascii_uppercase().chars().collect();
    let groups: Vec<String> = letters.chunks(7).take(4).map(|group| group.iter().collect()).collect();
    let secret: Vec<u8> = seed.bytes("webhook_secret").into_iter().take(24).collect();
    json!({ "api_key": groups.join("-"), "webhook_secrets": [BASE64.encode(&secret)] })
}

fn understand(call: &Call<'_>) -> Option<Asked> {
    if call.header("x-api-key") != call.key("api_key") {
        let refused = json!({
            "status": false, "statusCode": 403, "code": "INVALID_API_KEY", "message": "Invalid api key",
        });
        return Some(Asked::Said(Reply::new(403, refused)));
    }
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["v1", "invoice"]) => make(call),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Invoice<'a> {
    /// A number, read from its digits.
    #[serde(borrow)]
    price_amount: &'a RawValue,
    price_currency: String,
    order_id: String,
    #[serde(default)]
    order_description: String,
    success_url: String,
    cancel_url: String,
}

fn make(call: &Call<'_>) -> Option<Asked> {
    let invoice: Invoice<'_> = serde_json::from_slice(call.body).ok()?;
    let currency = invoice.price_currency.to_ascii_uppercase();
    let form = CheckoutForm {
        reference: invoice.order_id,
        // It is told of no other number than our session's.
        order_id: String::new(),
        amount: amount::parse(invoice.price_amount.get(), &currency)?,
        currency,
        description: invoice.order_description,
        method: "crypto".to_owned(),
        locale: None,
        customer_email: None,
        return_url: invoice.success_url,
        cancel_url: invoice.cancel_url,
        expires_at: NO_END,
    };
    // There is no idempotency key.
    Some(Asked::Make { key: None, form })
}

fn answer(_: &Call<'_>, done: &Done<'_>) -> Reply {
    let form = &done.checkout.form;
    let invoice = json!({
        "id": done.checkout.number().to_string(), "token_id": "5046073564", "order_id": form.reference,
        "order_description": form.description, "price_amount": price(done.checkout, form.amount),
        "price_currency": form.currency.to_ascii_lowercase(), "pay_currency": null, "invoice_url": done.page,
        "success_url": form.return_url, "cancel_url": form.cancel_url, "is_fixed_rate": false,
        "is_fee_paid_by_user": false,
    });
    Reply::new(201, invoice)
}

/// The state of a payment. Its members are sorted, and none needs an escape that JavaScript would write otherwise: so
/// the body is already what is signed.
#[derive(Serialize)]
struct Payment<'a> {
    actually_paid: Box<RawValue>,
    actually_paid_at_fiat: u64,
    fee: Fee,
    invoice_id: u64,
    order_description: &'a str,
    order_id: &'a str,
    outcome_amount: Box<RawValue>,
    outcome_currency: &'static str,
    parent_payment_id: Option<u64>,
    pay_address: &'static str,
    pay_amount: Box<RawValue>,
    pay_currency: &'static str,
    payin_extra_id: Option<u64>,
    payment_extra_ids: Option<u64>,
    payment_id: u64,
    payment_status: &'static str,
    price_amount: Box<RawValue>,
    price_currency: String,
    purchase_id: String,
    updated_at: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fee {
    currency: &'static str,
    deposit_fee: u64,
    service_fee: u64,
    withdrawal_fee: u64,
}

/// The coin: a dollar as a token.
const COIN: &str = "usdttrc20";

fn deliver(telling: &Telling<'_>) -> Option<Delivery> {
    let checkout = telling.checkout;
    let asked = checkout.form.amount;
    let came = telling.money().map_or(0, Money::minor);
    let (status, came) = match telling.event.kind.as_str() {
        "payment.processing" => ("confirming", asked),
        "payment.paid" if came < asked => ("partially_paid", came),
        "payment.paid" => ("finished", came),
        // What it leaves to a person is a payment of less.
        "payment.review" => ("partially_paid", asked / 2),
        // Of a coin that the customer had chosen; they may choose another.
        "payment.declined" => ("failed", 0),
        // It tells so where it sent the deposit back itself. What a merchant sends back names no payment.
        "payment.reversed" => ("refunded", came),
        // An invoice itself neither fails nor expires, nobody can ask for coins back, and a customer who turns back may
        // come again.
        _ => return None,
    };
    let number = |minor| RawValue::from_string(number(&price(checkout, minor))).ok();
    let invoice_id = checkout.number();
    let body = Payment {
        actually_paid: number(came)?,
        // Unknown.
        actually_paid_at_fiat: 0,
        fee: Fee { currency: COIN, deposit_fee: 0, service_fee: 0, withdrawal_fee: 0 },
        invoice_id,
        order_description: &checkout.form.description,
        order_id: telling.session(),
        outcome_amount: number(came)?,
        outcome_currency: COIN,
        parent_payment_id: None,
        pay_address: "TNDFkiSmBQorNFacb3735q8MnT29sn8BLn",
        pay_amount: number(asked)?,
        pay_currency: COIN,
        payin_extra_id: None,
        payment_extra_ids: None,
        payment_id: payment_id(invoice_id),
        payment_status: status,
        price_amount: number(asked)?,
        price_currency: checkout.form.currency.to_ascii_lowercase(),
        purchase_id: payment_id(invoice_id).to_string(),
        updated_at: telling.at.millis(),
    };
    let body = serde_json::to_vec(&body).ok()?;
    let mac = mac::<HmacSha512>(telling.webhook_secret().as_bytes(), &[&body])?;
    Some(Delivery { headers: vec![("x-nowpayments-sig", HEXLOWER.encode(&mac))], body })
}

/// Another number of ten digits.
const fn payment_id(invoice_id: u64) -> u64 {
    10_999_999_999_u64.saturating_sub(invoice_id)
}

/// An amount in the checkout's currency.
fn price(checkout: &Checkout, minor: u64) -> String {
    let currency = Currency::parse(&checkout.form.currency).ok();
    currency.and_then(|currency| Money::new(minor, currency).ok()).map(Money::major).unwrap_or_default()
}

/// Digits as JavaScript writes them: without zeros at the end.
fn number(digits: &str) -> String {
    match digits.split_once('.') {
        Some((whole, fraction)) => match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            fraction => format!("{whole}.{fraction}"),
        },
        None => digits.to_owned(),
    }
}
