//! What Paddle is asked to do, and how it answers.

use http::Method as Verb;
use serde::{Deserialize, Serialize};

use super::wire::{LineItem, Object};
use super::{Account, status};
use crate::payment::{Money, RefundId, Report};
use crate::provider::exchange::segment;
use crate::provider::json::Node;
use crate::provider::{
    Answer, Checkout, Closed, Created, Failure, Held, NotUnderstood, RefundOrder, Request, Step,
};

#[derive(Serialize)]
struct Transaction<'a> {
    items: [Item<'a>; 1],
    currency_code: &'static str,
    collection_mode: &'static str,
    custom_data: Notes<'a>,
}

#[derive(Serialize)]
struct Item<'a> {
    quantity: u8,
    price: Price<'a>,
}

#[derive(Serialize)]
struct Price<'a> {
    description: &'a str,
    tax_mode: &'static str,
    unit_price: UnitPrice,
    quantity: Quantity,
    product: Product<'a>,
}

#[derive(Serialize)]
struct UnitPrice {
    amount: String,
    currency_code: &'static str,
}

/// The customer cannot change how many they buy.
#[derive(Serialize)]
struct Quantity {
    minimum: u8,
    maximum: u8,
}

#[derive(Serialize)]
struct Product<'a> {
    name: &'a str,
    tax_category: &'static str,
}

#[derive(Serialize)]
struct Notes<'a> {
    session_id: String,
    order_id: &'a str,
}

/// Characters of a price's description and of a product's name.
const TEXT_CHARS_MAX: usize = 200;

pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let text: String = checkout.description.chars().take(TEXT_CHARS_MAX).collect();
    let currency_code = checkout.money.currency().code();
    let price = Price {
        description: &text,
        // Anything else lets Paddle put tax on top once it knows the customer's country.
        tax_mode: "internal",
        unit_price: UnitPrice { amount: checkout.money.minor().to_string(), currency_code },
        quantity: Quantity { minimum: 1, maximum: 1 },
        product: Product { name: &text, tax_category: "standard" },
    };
    let transaction = Transaction {
        items: [Item { quantity: 1, price }],
        currency_code,
        collection_mode: "automatic",
        custom_data: Notes { session_id: checkout.session.to_string(), order_id: checkout.order.as_str() },
    };
    Step::send(with_body(account, Verb::POST, "/transactions", &transaction), |answer| {
        let made = data(answer)?;
        match (made.id.text(), made.checkout.of().and_then(|checkout| checkout.url.text())) {
            (Some(id), Some(url)) => {
                Ok(Step::Done(Created { checkout_id: id.to_owned(), url: url.to_owned() }))
            }
            _ => Err(Failure::Unknown("a transaction without an id or without an address".to_owned())),
        }
    })
}

#[derive(Serialize)]
struct Adjustment<'a> {
    action: &'static str,
    transaction_id: &'a str,
    reason: &'a str,
    #[serde(rename = "type")]
    extent: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<[AdjustedItem<'a>; 1]>,
}

#[derive(Serialize)]
struct AdjustedItem<'a> {
    item_id: &'a str,
    #[serde(rename = "type")]
    extent: &'static str,
    amount: String,
}

/// Paddle has no idempotency key: whether our refund was made already is seen in the transaction's adjustments, whose
/// reason is our id. Of the same answer comes the id of the one item that money can be taken from.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let (asking, payment, asked, money) =
        (account.clone(), order.payment.clone(), order.refund.clone(), order.money);
    Step::send(get_transaction(account, order.payment.as_str()), move |answer| {
        let transaction = data(answer)?;
        let adjustments = transaction.adjustments.as_deref().unwrap_or_default();
        if let Some(made) = adjustments.iter().find(|made| status::asked_for(made).as_ref() == Some(&asked)) {
            return Ok(Step::Done(refund_report(made)?.payment(Some(payment))));
        }
        let body = adjustment(&transaction, payment.as_str(), &asked, money)?;
        let request = with_body(&asking, Verb::POST, "/adjustments", &body);
        Ok(Step::send(request, move |answer| {
            Ok(Step::Done(refund_report(&data(answer)?)?.payment(Some(payment))))
        }))
    })
}

fn adjustment<'a>(
    transaction: &'a Object<'_>,
    transaction_id: &'a str,
    asked: &'a RefundId,
    money: Money,
) -> Result<Adjustment<'a>, Failure> {
    let total = transaction.grand_total()?;
    // An amount names no currency of its own there: in another one it would be another amount.
    if total.currency() != money.currency() {
        return Err(NotUnderstood::Money.into());
    }
    let is_whole = total == money && transaction.adjustments.iter().flatten().next().is_none();
    let items = if is_whole {
        None
    } else {
        let lines: &[LineItem<'_>] =
            transaction.details.of().and_then(|details| details.line_items.as_deref()).unwrap_or_default();
        let [LineItem { id }] = lines else {
            return Err(NotUnderstood::Shape("data.details.line_items".to_owned()).into());
        };
        let item_id =
            id.text().ok_or_else(|| NotUnderstood::Shape("data.details.line_items.id".to_owned()))?;
        Some([AdjustedItem { item_id, extent: "partial", amount: money.minor().to_string() }])
    };
    let extent = if is_whole { "full" } else { "partial" };
    Ok(Adjustment { action: "refund", transaction_id, reason: asked.as_str(), extent, items })
}

fn refund_report(adjustment: &Object<'_>) -> Result<Report, NotUnderstood> {
    let kinds = status::of_adjustment(adjustment)?;
    let kind = kinds.into_iter().find(|kind| kind.refund_id().is_some());
    let kind = kind.ok_or_else(|| NotUnderstood::Shape("data.action".to_owned()))?;
    Ok(status::now(Report::new(kind), adjustment))
}

#[derive(Serialize)]
struct Cancel {
    status: &'static str,
}

/// Paddle closes a transaction that is `ready`; whether also a `draft`, its pages do not agree. Where it will not, what
/// the transaction is decides: one that is still open was not closed.
pub(super) fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let id = held.checkout_id?.to_owned();
    let asking = account.clone();
    let path = format!("/transactions/{}", segment(&id));
    let request = with_body(account, Verb::PATCH, &path, &Cancel { status: "canceled" });
    Some(Step::send(request, move |answer| {
        if answer.status != 400 {
            return closed(&data(answer)?).map(Step::Done);
        }
        Ok(Step::send(get_transaction(&asking, &id), move |answer| {
            let transaction = data(answer)?;
            match transaction.status.text() {
                Some("draft" | "ready") => Ok(Step::Done(Closed::StillOpen)),
                _ => closed(&transaction).map(Step::Done),
            }
        }))
    }))
}

fn closed(transaction: &Object<'_>) -> Result<Closed, Failure> {
    match transaction.status.text() {
        Some("canceled") => Ok(Closed::Closed),
        Some("paid" | "completed") => Ok(Closed::NotOpen),
        _ => Err(Failure::Unknown("an answer that does not say that the transaction is closed".to_owned())),
    }
}

/// The transaction of this id, with its adjustments.
pub(super) fn get_transaction(account: &Account, id: &str) -> Request {
    get(account, &format!("/transactions/{}?include=adjustment", segment(id)))
}

pub(super) fn get(account: &Account, path: &str) -> Request {
    request(account, Verb::GET, path)
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base))
        .bearer(&account.api_key)
        .header("paddle-version", "1")
}

fn with_body(account: &Account, verb: Verb, path: &str, body: &impl Serialize) -> Request {
    // A struct of texts and numbers can always be written.
    let body = serde_json::to_vec(body).unwrap_or_default();
    request(account, verb, path).body("application/json", body)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    error: Reason<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reason<'a> {
    #[serde(borrow)]
    code: Node<'a>,
    detail: Node<'a>,
}

#[derive(Deserialize)]
struct Whole<T> {
    data: T,
}

/// The transaction or adjustment that an answer holds, or what its refusal means.
pub(super) fn data<'a>(answer: &'a Answer) -> Result<Object<'a>, Failure> {
    body(answer)
}

/// What an answer holds, or what its refusal means.
pub(super) fn body<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() { Ok(answer.json::<Whole<T>>()?.data) } else { Err(refusal(answer)) }
}

fn refusal(answer: &Answer) -> Failure {
    let reason = answer.json::<Refused<'_>>().unwrap_or_default().error;
    answer.failure(reason.code.text(), reason.detail.text().unwrap_or("no reason was given"))
}
