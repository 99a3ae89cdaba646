//! What PayPal says of an order: itself, its capture, what went back of it, and its disputes.

use payproof::payment::{Currency, Moment, Money};
use serde_json::{Value, json};

use super::{CAPTURE, ORDER, REFUND, REVERSAL, id};
use crate::sandbox::checkout::{Checkout, Dispute, Refund, RefundEnd, Status};
use crate::sandbox::speaks::nth;

/// In whole seconds.
pub(super) fn time(moment: Moment) -> String {
    moment.to_string().chars().take(19).chain(['Z']).collect()
}

pub(super) fn link(rel: &str, method: &str, path: &str) -> Value {
    json!({ "href": format!("https://api.sandbox.paypal.com{path}"), "rel": rel, "method": method })
}

/// An amount as PayPal writes it.
pub(super) fn sum(checkout: &Checkout, minor: u64) -> Value {
    let code = checkout.form.currency.as_str();
    let money = Currency::parse(code).ok().and_then(|currency| Money::new(minor, currency).ok());
    let value = money.map(Money::major).unwrap_or_default();
    // ISO 4217 gives these two decimals, and PayPal none.
    let whole = value.strip_suffix(".00").filter(|_| ["HUF", "TWD"].contains(&code));
    json!({ "currency_code": code, "value": whole.unwrap_or(&value) })
}

pub(super) fn order(checkout: &Checkout, status: &str) -> Value {
    let path = format!("/v2/checkout/orders/{}", id(ORDER, checkout));
    let form = &checkout.form;
    let mut unit = json!({
        "reference_id": "default", "amount": sum(checkout, form.amount), "description": form.description,
        "custom_id": form.reference, "invoice_id": form.reference,
    });
    if let Some(unit) = unit.as_object_mut().filter(|_| status == "COMPLETED") {
        let refunds: Vec<_> = checkout.refunds.iter().map(|refund| refund_object(checkout, refund)).collect();
        let payments = json!({ "captures": [capture(checkout)], "refunds": refunds });
        unit.insert("payments".to_owned(), payments);
    }
    json!({
        "id": id(ORDER, checkout), "intent": "CAPTURE", "status": status, "purchase_units": [unit],
        "update_time": time(Moment::from_millis(checkout.last)),
        "payment_source": { "paypal": { "email_address": "buyer@mail.example", "account_status": "VERIFIED" } },
        "links": [link("self", "GET", &path), link("capture", "POST", &format!("{path}/capture"))],
    })
}

pub(super) fn capture(checkout: &Checkout) -> Value {
    let came = checkout.came.unwrap_or(checkout.form.amount);
    let (status, reason) = match checkout.status {
        Status::Processing => ("PENDING", Some("ECHECK")),
        Status::Review => ("PENDING", Some("PENDING_REVIEW")),
        Status::Paid if checkout.reversed => ("REFUNDED", None),
        Status::Paid => match returned(checkout) {
            0 => ("COMPLETED", None),
            returned if returned < came => ("PARTIALLY_REFUNDED", None),
            _ => ("REFUNDED", None),
        },
        _ => ("DECLINED", None),
    };
    let path = format!("/v2/payments/captures/{}", id(CAPTURE, checkout));
    let order = id(ORDER, checkout);
    let mut capture = json!({
        "id": id(CAPTURE, checkout), "status": status, "amount": sum(checkout, came), "final_capture": true,
        "seller_protection": {
            "status": "ELIGIBLE", "dispute_categories": ["ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"],
        },
        "disbursement_mode": "INSTANT", "custom_id": checkout.form.reference, "invoice_id": checkout.form.reference,
        "supplementary_data": { "related_ids": { "order_id": order } },
        "create_time": time(Moment::from_millis(checkout.since)),
        "update_time": time(Moment::from_millis(checkout.last)),
        "links": [
            link("self", "GET", &path), link("refund", "POST", &format!("{path}/refund")),
            link("up", "GET", &format!("/v2/checkout/orders/{order}")),
        ],
    });
    if let (Some(capture), Some(reason)) = (capture.as_object_mut(), reason) {
        capture.insert("status_details".to_owned(), json!({ "reason": reason }));
    }
    capture
}

/// Minor units that are back.
pub(super) fn returned(checkout: &Checkout) -> u64 {
    let succeeded = checkout.refunds.iter().filter(|refund| refund.end == RefundEnd::Succeeded);
    succeeded.map(|refund| refund.amount).sum()
}

pub(super) fn refund_id(checkout: &Checkout, refund: &Refund) -> String {
    format!("{REFUND}{}{}", nth(refund), checkout.number())
}

pub(super) fn refund_object(checkout: &Checkout, refund: &Refund) -> Value {
    let status = match refund.end {
        RefundEnd::Pending => "PENDING",
        RefundEnd::Succeeded => "COMPLETED",
        RefundEnd::Failed => "FAILED",
    };
    let id = refund_id(checkout, refund);
    let mut object = money_back(checkout, &id, status, refund.amount, refund.since);
    if let (Some(object), Some(request)) = (object.as_object_mut(), &refund.request) {
        object.insert("custom_id".to_owned(), checkout.form.reference.clone().into());
        object.insert("invoice_id".to_owned(), request.clone().into());
    }
    object
}

/// What was taken back is told as a refund that nobody made.
pub(super) fn reversal(checkout: &Checkout) -> Value {
    let came = checkout.came.unwrap_or_default();
    money_back(checkout, &id(REVERSAL, checkout), "COMPLETED", came, checkout.last)
}

pub(super) fn money_back(checkout: &Checkout, id: &str, status: &str, minor: u64, millis: u64) -> Value {
    let capture = self::id(CAPTURE, checkout);
    let at = time(Moment::from_millis(millis));
    json!({
        "id": id, "status": status, "amount": sum(checkout, minor), "create_time": at, "update_time": at,
        "seller_payable_breakdown": {
            "gross_amount": sum(checkout, minor), "paypal_fee": sum(checkout, 0), "net_amount": sum(checkout, minor),
            "total_refunded_amount": sum(checkout, returned(checkout)),
        },
        "links": [
            link("self", "GET", &format!("/v2/payments/refunds/{id}")),
            link("up", "GET", &format!("/v2/payments/captures/{capture}")),
        ],
    })
}

pub(super) fn dispute_id(checkout: &Checkout, dispute: &Dispute) -> String {
    let nth = dispute.id.rsplit_once('_').map(|(_, nth)| nth).unwrap_or_default();
    format!("PP-R-{nth}-{}", checkout.number())
}

pub(super) fn dispute_object(checkout: &Checkout, dispute: &Dispute) -> Value {
    let id = dispute_id(checkout, dispute);
    let at = time(Moment::from_millis(checkout.last));
    let amount = sum(checkout, dispute.amount);
    let mut object = json!({
        "dispute_id": id, "create_time": at, "update_time": at, "reason": "UNAUTHORISED", "status": "OPEN",
        "dispute_amount": amount, "dispute_channel": "INTERNAL", "dispute_life_cycle_stage": "CHARGEBACK",
        "disputed_transactions": [{
            "seller_transaction_id": self::id(CAPTURE, checkout), "transaction_status": "COMPLETED",
            "gross_amount": amount, "seller_protection_eligible": true,
        }],
        "links": [link("self", "GET", &format!("/v1/customer/disputes/{id}"))],
    });
    if let (Some(object), Some(won)) = (object.as_object_mut(), dispute.won) {
        let code = if won { "RESOLVED_SELLER_FAVOUR" } else { "RESOLVED_BUYER_FAVOUR" };
        object.insert("status".to_owned(), "RESOLVED".into());
        object.insert("dispute_outcome".to_owned(), json!({ "outcome_code": code }));
    }
    object
}
