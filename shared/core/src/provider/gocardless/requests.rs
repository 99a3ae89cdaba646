//! What GoCardless is asked to do.

use std::collections::BTreeMap;

use http::Method as Verb;

use super::object::{Node, Object, One, Refunds, is_id, missing};
use super::{Account, status};
use crate::payment::{RefundId, Report};
use crate::provider::{Answer, Checkout, Closed, Created, Failure, Held, RefundOrder, Request, Step};

pub(super) use crate::provider::exchange::segment;

/// The only version there is; it has to be named.
const VERSION: &str = "2015-07-06";

#[derive(serde::Serialize)]
struct BillingRequestForm<'a> {
    payment_request: PaymentForm<'a>,
    metadata: Notes<'a>,
    /// Where the payer's bank has no instant payments the page falls back to Direct Debit.
    fallback_enabled: bool,
}

#[derive(serde::Serialize)]
struct PaymentForm<'a> {
    amount: u64,
    currency: &'static str,
    description: &'a str,
    metadata: Notes<'a>,
}

/// At most 3 keys, all texts.
#[derive(Clone, serde::Serialize)]
struct Notes<'a> {
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<&'a str>,
}

#[derive(serde::Serialize)]
struct FlowForm {
    links: BTreeMap<&'static str, String>,
    redirect_uri: String,
    exit_uri: String,
    skip_success_screen: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefilled_customer: Option<Customer>,
}

#[derive(serde::Serialize)]
struct Customer {
    email: String,
}

#[derive(serde::Serialize)]
struct RefundForm<'a> {
    amount: u64,
    /// All refunds of the payment until now and this one: GoCardless refuses another sum.
    total_amount_confirmation: u64,
    links: BTreeMap<&'static str, &'a str>,
    metadata: Notes<'a>,
}

/// A billing request, and a page for it. Another page for the same request is harmless, so only the request has a key.
pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let session = checkout.session.to_string();
    let notes =
        Notes { session_id: session.clone(), order_id: Some(checkout.order.as_str()), refund_id: None };
    let form = BillingRequestForm {
        payment_request: PaymentForm {
            amount: checkout.money.minor(),
            currency: checkout.money.currency().code(),
            description: checkout.description,
            metadata: notes.clone(),
        },
        metadata: notes,
        fallback_enabled: true,
    };
    let mut flow = FlowForm {
        links: BTreeMap::new(),
        redirect_uri: checkout.return_url.to_owned(),
        exit_uri: checkout.cancel_url.to_owned(),
        skip_success_screen: true,
        language: checkout.locale.and_then(language),
        prefilled_customer: checkout.customer_email.map(|email| Customer { email: email.to_owned() }),
    };
    let asking = account.clone();
    let request = post(account, "/billing_requests", "billing_requests", Some(&session), &form);
    Step::send(request, move |answer| {
        let id = match made_before(answer, "BRQ") {
            Some(id) => id,
            None => one(answer)?.own_id("BRQ").map_err(|_| without("a billing request"))?,
        };
        flow.links.insert("billing_request", id.clone());
        let request = post(&asking, "/billing_request_flows", "billing_request_flows", None, &flow);
        Ok(Step::send(request, move |answer| {
            let flow = one(answer)?;
            let url = flow.authorisation_url.text().ok_or_else(|| without("a page"))?.to_owned();
            Ok(Step::Done(Created { checkout_id: id, url }))
        }))
    })
}

/// The languages of the hosted page.
const LANGUAGES: [&str; 11] = ["en", "fr", "de", "pt", "es", "it", "nl", "da", "nb", "sl", "sv"];

/// The page's language that is nearest to a language tag.
pub(super) fn language(tag: &str) -> Option<&'static str> {
    let wanted = tag.split('-').next()?;
    LANGUAGES.into_iter().find(|language| language.eq_ignore_ascii_case(wanted))
}

/// Looked for first, for the sum that GoCardless wants confirmed changes with the refund itself.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let (asking, ours, payment) = (account.clone(), order.refund.clone(), order.payment.clone());
    let (session_id, minor) = (order.session.to_string(), order.money.minor());
    let path = format!("/refunds?payment={}&limit=500", segment(payment.as_str()));
    Step::send(get(account, &path), move |answer| {
        let list: Refunds<'_> = body(answer)?;
        let is_ours = |refund: &&Object<'_>| refund.asked_refund().as_ref() == Some(&ours);
        if let Some(made) = list.refunds.iter().find(is_ours) {
            return Ok(Step::Done(status::refund_now(made, Some(ours))?));
        }
        let path = format!("/payments/{}", segment(payment.as_str()));
        Ok(Step::send(get(&asking, &path), move |answer| {
            let before = one(answer)?.amount_refunded.number();
            let before = before.ok_or_else(|| missing("amount_refunded"))?;
            let form = RefundForm {
                amount: minor,
                total_amount_confirmation: before.saturating_add(minor),
                links: BTreeMap::from([("payment", payment.as_str())]),
                metadata: Notes { session_id, order_id: None, refund_id: Some(ours.as_str()) },
            };
            let request = post(&asking, "/refunds", "refunds", Some(ours.as_str()), &form);
            Ok(Step::send(request, move |answer| refunded(&asking, answer, ours)))
        }))
    })
}

fn refunded(account: &Account, answer: &Answer, ours: RefundId) -> Result<Step<Report>, Failure> {
    match made_before(answer, "RF") {
        Some(id) => Ok(Step::send(get(account, &format!("/refunds/{id}")), move |answer| {
            Ok(Step::Done(status::refund_now(&one(answer)?, Some(ours))?))
        })),
        None => Ok(Step::Done(status::refund_now(&one(answer)?, Some(ours))?)),
    }
}

/// Cancelling expires its pages too. What is fulfilled cannot be cancelled.
pub(super) fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let path = format!("/billing_requests/{}/actions/cancel", segment(held.checkout_id?));
    let request = request(account, Verb::POST, &path).body("application/json", "{}");
    Some(Step::send(request, |answer| {
        if refused(answer).is_some_and(|error| error.kind.text() == Some("invalid_state")) {
            return Ok(Step::Done(Closed::NotOpen));
        }
        match one(answer)?.status.text() {
            Some("cancelled") => Ok(Step::Done(Closed::Closed)),
            _ => {
                Err(Failure::Unknown("an answer that does not say that the request is cancelled".to_owned()))
            }
        }
    }))
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base))
        .bearer(&account.api_key)
        .header("gocardless-version", VERSION)
}

pub(super) fn get(account: &Account, path: &str) -> Request {
    request(account, Verb::GET, path)
}

fn post(
    account: &Account,
    path: &str,
    envelope: &'static str,
    idempotency_key: Option<&str>,
    form: &impl serde::Serialize,
) -> Request {
    // A struct of texts and numbers can always be written.
    let body = serde_json::to_vec(&BTreeMap::from([(envelope, form)])).unwrap_or_default();
    let request = request(account, Verb::POST, path);
    let request = match idempotency_key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    };
    request.body("application/json", body)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    error: Reason<'a>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Reason<'a> {
    #[serde(borrow, rename = "type")]
    kind: Node<'a>,
    message: Node<'a>,
    errors: Vec<Detail<'a>>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Detail<'a> {
    #[serde(borrow)]
    reason: Node<'a>,
    field: Node<'a>,
    links: Node<'a, Conflict<'a>>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Conflict<'a> {
    #[serde(borrow)]
    conflicting_resource_id: Node<'a>,
}

/// Why an answer is not 2xx.
fn refused(answer: &Answer) -> Option<Reason<'_>> {
    (!answer.is_success()).then(|| answer.json::<Refused<'_>>().unwrap_or_default().error)
}

/// What an earlier request with the same key made.
fn made_before(answer: &Answer, prefix: &str) -> Option<String> {
    let error = refused(answer).filter(|_| answer.status == 409)?;
    let conflict = |detail: &&Detail<'_>| detail.reason.text() == Some("idempotent_creation_conflict");
    let detail = error.errors.iter().find(conflict)?;
    let id = detail.links.of()?.conflicting_resource_id.text()?;
    is_id(id, prefix).then(|| id.to_owned())
}

/// What the answer holds, or what the refusal means: its first reason, or the field that is wrong, or its type.
pub(super) fn body<'a, T: serde::Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    let Some(error) = refused(answer) else { return answer.json() };
    let first = error.errors.first();
    let code = first.and_then(|first| first.reason.text().or_else(|| first.field.text()));
    let words = error.message.text().unwrap_or("no reason was given");
    Err(answer.failure(code.or_else(|| error.kind.text()), words))
}

/// The one thing that an answer holds.
pub(super) fn one(answer: &Answer) -> Result<Object<'_>, Failure> {
    match body::<One<'_>>(answer)?.it {
        Node::Of(it) => Ok(*it),
        _ => Err(Failure::Unknown(format!("answered {}, not the documented JSON", answer.status))),
    }
}

fn without(what: &str) -> Failure {
    Failure::Unknown(format!("an answer without {what}"))
}
