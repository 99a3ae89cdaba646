//! What NOWPayments is asked to do, and how it answers.

use http::Method as Verb;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Account;
use crate::payment::{ProviderPaymentId, SessionId};
use crate::provider::exchange::segment;
use crate::provider::json::{Exact, Node};
use crate::provider::{Answer, Checkout, Created, Failure, Request, Step, amount, whose};

#[derive(Serialize)]
struct Invoice<'a> {
    /// A number of major units, written from our digits.
    price_amount: Option<Box<RawValue>>,
    price_currency: String,
    order_id: String,
    order_description: String,
    ipn_callback_url: &'a str,
    success_url: &'a str,
    cancel_url: &'a str,
    partially_paid_url: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Made<'a> {
    #[serde(borrow)]
    id: Exact<'a>,
    invoice_url: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payment<'a> {
    #[serde(borrow)]
    order_id: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    code: Node<'a>,
    message: Node<'a>,
}

/// No coin is chosen for the customer, and the rate is not frozen: both are theirs to choose on the page.
pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let currency = checkout.money.currency();
    let digits = amount::decimal(checkout.money, currency.decimals());
    let invoice = Invoice {
        price_amount: digits.and_then(|digits| RawValue::from_string(digits).ok()),
        price_currency: currency.code().to_ascii_lowercase(),
        order_id: checkout.session.to_string(),
        order_description: description(checkout),
        ipn_callback_url: checkout.webhook_url,
        success_url: checkout.return_url,
        cancel_url: checkout.cancel_url,
        partially_paid_url: checkout.return_url,
    };
    // A struct of texts and numbers can always be written.
    let invoice = serde_json::to_vec(&invoice).unwrap_or_default();
    let asking = request(account, Verb::POST, "/v1/invoice").body("application/json", invoice);
    Step::send(asking, |answer| {
        let made: Made<'_> = body(answer)?;
        match (made.id.digits(), made.invoice_url.text()) {
            (Some(id), Some(url)) if !id.is_empty() => {
                Ok(Step::Done(Created { checkout_id: id.to_owned(), url: url.to_owned() }))
            }
            _ => Err(Failure::Unknown("an invoice without an id or without an address".to_owned())),
        }
    })
}

/// Whose a payment is (the API document, "Get payment status"): the key alone may ask.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = Some(payment.as_str()).filter(|id| whose::is_number(id))?;
    let asking = request(account, Verb::GET, &format!("/v1/payment/{}", segment(id)));
    Some(whose::ask(asking, |answer| {
        let payment: Payment<'_> = body(answer)?;
        Ok(payment.order_id.text().and_then(|reference| SessionId::parse(reference).ok()))
    }))
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base)).header("x-api-key", account.api_key.reveal())
}

/// What the answer holds, or what the refusal means.
fn body<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() {
        return answer.json();
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    Err(answer.failure(refused.code.text(), refused.message.text().unwrap_or("no reason was given")))
}

/// It comes back in what is signed, and NOWPayments' own samples for PHP and Python sign nothing but ASCII rightly.
fn description(checkout: &Checkout<'_>) -> String {
    let is_plain = checkout.description.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if is_plain { checkout.description.to_owned() } else { format!("Order {}", checkout.order) }
}
