//! What Paystack is asked to do.

use http::Method as Verb;
use serde::Deserialize;
use serde_json::json;

use super::object::{Node, Object, missing};
use super::status::{self, List};
use super::{Account, hundredths, reference};
use crate::payment::{Method, ProviderPaymentId, Report};
use crate::provider::{Answer, Checkout, Created, Failure, RefundOrder, Request, Step};

pub(super) use crate::provider::exchange::segment;

/// The answers, each with its object as `data`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    pub(super) data: Node<'a, Object<'a>>,
}

/// Without an email address Paystack refuses it, and says so.
pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let reference = reference(checkout.session);
    let mut body = json!({
        // Nothing that suits is lost here: too large an amount was refused.
        "amount": hundredths(checkout.money).unwrap_or_default(),
        "currency": checkout.money.currency().code(),
        "reference": reference,
        "callback_url": checkout.return_url,
        "metadata": {
            "session": checkout.session.to_string(), "order": checkout.order.as_str(),
            "cancel_action": checkout.cancel_url,
        },
    });
    let channels: &[&str] = match checkout.method {
        Method::Card => &["card"],
        Method::BankTransfer => &["bank_transfer", "bank", "eft"],
        Method::Wallet => &["apple_pay"],
        Method::Local => &["mobile_money", "ussd", "qr"],
        Method::Crypto | Method::Link => &[],
    };
    if let Some(body) = body.as_object_mut() {
        if let Some(email) = checkout.customer_email {
            body.insert("email".to_owned(), email.into());
        }
        if !channels.is_empty() {
            body.insert("channels".to_owned(), channels.into());
        }
    }
    Step::send(post(account, "/transaction/initialize", &body), |answer| {
        let Envelope { data } = self::body(answer)?;
        let url = data.of().and_then(|made| made.authorization_url.text()).filter(|url| !url.is_empty());
        match url {
            Some(url) => Ok(Step::Done(Created { checkout_id: reference, url: url.to_owned() })),
            None => Err(Failure::Unknown("a transaction without an address".to_owned())),
        }
    })
}

/// The request for the refunds of a transaction.
pub(super) fn refunds_of(account: &Account, payment: &ProviderPaymentId) -> Request {
    get(account, &format!("/refund?transaction={}&perPage=100", segment(payment.as_str())))
}

/// Our refund id is the merchant's note. Paystack keeps no idempotency key, so a refund that has our note already is
/// looked for first. The amount is always named: without it all of the transaction would go back.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let body = json!({
        "transaction": order.payment.as_str(),
        "amount": hundredths(order.money).unwrap_or_default(),
        "currency": order.money.currency().code(),
        "merchant_note": order.refund.as_str(),
    });
    let (asked, payment) = (order.refund.clone(), order.payment.clone());
    let make = post(account, "/refund", &body);
    Step::send(refunds_of(account, order.payment), move |answer| {
        let list: List<'_> = self::body(answer)?;
        let made = list.data.as_deref().ok_or_else(|| missing("data"))?;
        let known = made.iter().find(|refund| refund.merchant_note.text() == Some(asked.as_str()));
        if let Some(refund) = known {
            return Ok(Step::Done(status::of_refund(refund, Some(asked.clone()))?.payment(Some(payment))));
        }
        Ok(Step::send(make, move |answer| {
            let Envelope { data } = self::body(answer)?;
            let refund = data.of().ok_or_else(|| missing("data"))?;
            Ok(Step::Done(status::of_refund(refund, Some(asked))?.payment(Some(payment))))
        }))
    })
}

pub(super) fn get(account: &Account, path: &str) -> Request {
    Request::new(Verb::GET, format!("{}{path}", account.api_base)).bearer(&account.api_key)
}

fn post(account: &Account, path: &str, body: &serde_json::Value) -> Request {
    Request::new(Verb::POST, format!("{}{path}", account.api_base))
        .bearer(&account.api_key)
        .body("application/json", body.to_string())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    status: Node<'a>,
    message: Node<'a>,
    #[serde(rename = "type")]
    kind: Node<'a>,
    code: Node<'a>,
}

/// What the answer holds, or what the refusal means. A 2xx that says no was not done either, for all we know.
pub(super) fn body<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    let refused = answer.json::<Refused<'_>>();
    if !answer.is_success() {
        let refused = refused.unwrap_or_default();
        let code = refused.code.text().or_else(|| refused.kind.text());
        return Err(answer.failure(code, refused.message.text().unwrap_or("no reason was given")));
    }
    if refused?.status.flag() != Some(true) {
        return Err(Failure::Unknown("an answer that does not say that it was done".to_owned()));
    }
    answer.json()
}

/// Whether no transaction has the reference or the id that was asked about. The status and the code vary; the words do
/// not.
pub(super) fn is_not_found(answer: &Answer) -> bool {
    if ![400, 404].contains(&answer.status) {
        return false;
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    refused.code.text() == Some("transaction_not_found")
        || refused.message.text().is_some_and(|words| {
            let words = words.to_ascii_lowercase();
            ["reference not found", "transaction not found"].iter().any(|known| words.contains(known))
        })
}
