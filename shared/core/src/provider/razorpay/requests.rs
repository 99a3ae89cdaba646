//! What Razorpay is asked to do.

use http::Method as Verb;
use serde::Deserialize;
use serde_json::json;

use super::object::{Entity, Node, is_id};
use super::{Account, status};
use crate::payment::{Method, Report, SessionId};
use crate::provider::{Answer, Checkout, Closed, Created, Failure, Held, RefundOrder, Request, Step};

pub(super) use crate::provider::exchange::segment;

pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let session = checkout.session;
    let mut body = json!({
        "amount": checkout.money.minor(),
        "currency": checkout.money.currency().code(),
        "reference_id": session.to_string(),
        "description": checkout.description,
        "accept_partial": false,
        "expire_by": checkout.expires_at.seconds(),
        "callback_url": checkout.return_url,
        "callback_method": "get",
        // Razorpay would write to the customer by itself.
        "notify": { "sms": false, "email": false },
        "reminder_enable": false,
        "notes": { "session": session.to_string(), "order": checkout.order.as_str() },
    });
    let method = match checkout.method {
        Method::Card => Some("card"),
        Method::BankTransfer => Some("netbanking"),
        Method::Wallet => Some("wallet"),
        Method::Local => Some("upi"),
        Method::Crypto | Method::Link => None,
    };
    if let Some(body) = body.as_object_mut() {
        if let Some(email) = checkout.customer_email {
            body.insert("customer".to_owned(), json!({ "email": email }));
        }
        if let Some(method) = method {
            let shown = |name: &str| name == method;
            let methods = json!({
                "card": shown("card"), "netbanking": shown("netbanking"), "wallet": shown("wallet"), "upi": shown("upi"),
            });
            body.insert("options".to_owned(), json!({ "checkout": { "method": methods } }));
        }
    }
    let look_up = by_reference(account, session);
    Step::send(post(account, "/v1/payment_links", &body), move |answer| {
        // One of the reasons for a 400 is that the reference was used before, by this very request: prose tells them
        // apart, so the link itself is looked for.
        if answer.status != 400 {
            return Ok(Step::Done(created(&self::body(answer)?)?));
        }
        let refusal = refusal(answer);
        Ok(Step::send(look_up, move |answer| match found(&self::body(answer)?, session) {
            Some(link) => Ok(Step::Done(created(link)?)),
            None => Err(refusal),
        }))
    })
}

fn created(link: &Entity<'_>) -> Result<Created, Failure> {
    match (link.id.text().filter(|id| is_id(id)), link.short_url.text().filter(|url| !url.is_empty())) {
        (Some(id), Some(url)) => Ok(Created { checkout_id: id.to_owned(), url: url.to_owned() }),
        _ => Err(Failure::Unknown("a link without an id or without an address".to_owned())),
    }
}

/// The request for the link that has our reference.
pub(super) fn by_reference(account: &Account, session: SessionId) -> Request {
    get(account, &format!("/v1/payment_links?reference_id={session}"))
}

/// The link of a list that has our reference, whatever else was listed.
pub(super) fn found<'b, 'a>(list: &'b Entity<'a>, session: SessionId) -> Option<&'b Entity<'a>> {
    list.payment_links
        .as_deref()?
        .iter()
        .find(|link| link.reference_id.text().and_then(|text| SessionId::parse(text).ok()) == Some(session))
}

/// The amount is always named: without it all of the payment would go back.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let body = json!({
        "amount": order.money.minor(),
        "receipt": order.refund.as_str(),
        "notes": { "session": order.session.to_string(), "refund": order.refund.as_str() },
    });
    let path = format!("/v1/payments/{}/refund", segment(order.payment.as_str()));
    let request = post(account, &path, &body).header("x-refund-idempotency", order.refund.as_str());
    let (asked, payment) = (order.refund.clone(), order.payment.clone());
    Step::send(request, |answer| {
        let refund: Entity<'_> = self::body(answer)?;
        Ok(Step::Done(status::of_refund(&refund, Some(asked))?.payment(Some(payment))))
    })
}

pub(super) fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let id = held.checkout_id.filter(|id| is_id(id))?;
    let cancel = request(account, Verb::POST, &format!("/v1/payment_links/{}/cancel", segment(id)));
    Some(Step::send(cancel, |answer| {
        // Only one that nobody paid can be cancelled. Why this one cannot is another question.
        if answer.status == 400 {
            return Ok(Step::Done(Closed::NotOpen));
        }
        match body::<Entity<'_>>(answer)?.status.text() {
            Some("cancelled") => Ok(Step::Done(Closed::Closed)),
            _ => Err(Failure::Unknown("an answer that does not say that the link is cancelled".to_owned())),
        }
    }))
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    let pair = format!("{}:{}", account.key_id.reveal(), account.key_secret.reveal());
    let basic = data_encoding::BASE64.encode(pair.as_bytes());
    Request::new(verb, format!("{}{path}", account.api_base))
        .header("authorization", format!("Basic {basic}"))
}

pub(super) fn get(account: &Account, path: &str) -> Request {
    request(account, Verb::GET, path)
}

fn post(account: &Account, path: &str, body: &serde_json::Value) -> Request {
    request(account, Verb::POST, path).body("application/json", body.to_string())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    error: Node<'a, Problem<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem<'a> {
    #[serde(borrow)]
    code: Node<'a>,
    reason: Node<'a>,
    description: Node<'a>,
}

/// What the answer holds, or what the refusal means.
pub(super) fn body<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() { answer.json() } else { Err(refusal(answer)) }
}

/// The code says little (`BAD_REQUEST_ERROR`), so the reason is told where there is one.
fn refusal(answer: &Answer) -> Failure {
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    let problem = refused.error.of();
    let reason = problem.and_then(|problem| problem.reason.text()).filter(|text| !["", "NA"].contains(text));
    let code = reason.or_else(|| problem.and_then(|problem| problem.code.text()));
    let words = problem.and_then(|problem| problem.description.text());
    answer.failure(code, words.unwrap_or("no reason was given"))
}

/// Whether nothing has the id that was asked for. It is no 404: that the id does not exist only the words say
/// (razorpay/razorpay-node#168), or that it is none.
pub(super) fn is_not_found(answer: &Answer) -> bool {
    if answer.status != 400 {
        return answer.status == 404;
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    let words = refused.error.of().and_then(|problem| problem.description.text()).unwrap_or_default();
    ["does not exist", "is not a valid id"].iter().any(|known| words.to_ascii_lowercase().contains(known))
}
