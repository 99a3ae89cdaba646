//! What Stripe is asked to do.

use form_urlencoded::Serializer;
use http::Method as Verb;

use super::object::{Node, Object};
use super::{Account, status};
use crate::payment::{Method, Report};
use crate::provider::{Answer, Checkout, Closed, Created, Failure, Held, RefundOrder, Request, Step};

pub(super) use crate::provider::exchange::segment;

/// The version that requests are made and answers are read in. Events come in the version of the shop's endpoint.
const VERSION: &str = "2026-10-28.endive";

/// The languages of the hosted page; it refuses others.
#[rustfmt::skip]
const LOCALES: [&str; 42] = [
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hi-IN",
    "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk",
    "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
];

pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let session = checkout.session.to_string();
    let order = checkout.order.as_str();
    let mut form = Serializer::new(String::new());
    form.append_pair("mode", "payment")
        .append_pair("client_reference_id", &session)
        .append_pair("metadata[session_id]", &session)
        .append_pair("metadata[order_id]", order)
        .append_pair("payment_intent_data[metadata][session_id]", &session)
        .append_pair("payment_intent_data[metadata][order_id]", order)
        .append_pair("payment_intent_data[description]", checkout.description)
        // One line with the total: Stripe's sum cannot differ from ours.
        .append_pair("line_items[0][quantity]", "1")
        .append_pair(
            "line_items[0][price_data][currency]",
            &checkout.money.currency().code().to_ascii_lowercase(),
        )
        .append_pair("line_items[0][price_data][unit_amount]", &checkout.money.minor().to_string())
        .append_pair("line_items[0][price_data][product_data][name]", checkout.description)
        .append_pair("success_url", checkout.return_url)
        .append_pair("cancel_url", checkout.cancel_url)
        .append_pair("expires_at", &checkout.expires_at.seconds().to_string())
        // Shown in the customer's own currency it would be another amount than the order's.
        .append_pair("adaptive_pricing[enabled]", "false");
    if let Some(email) = checkout.customer_email {
        form.append_pair("customer_email", email);
    }
    if let Some(locale) = checkout.locale.and_then(locale) {
        form.append_pair("locale", locale);
    }
    // Of our methods only this one is one of Stripe's; for the others the page shows what the Dashboard has on.
    if checkout.method == Method::Card {
        form.append_pair("allowed_payment_method_types[0]", "card");
    }
    Step::send(post(account, "/v1/checkout/sessions", &session, form.finish()), |answer| {
        let object: Object<'_> = body(answer)?;
        match (object.id.text(), object.url.text()) {
            (Some(id), Some(url)) => {
                Ok(Step::Done(Created { checkout_id: id.to_owned(), url: url.to_owned() }))
            }
            _ => Err(Failure::Unknown("a checkout without an id or without an address".to_owned())),
        }
    })
}

/// The page's language that is nearest to a language tag.
pub(super) fn locale(tag: &str) -> Option<&'static str> {
    let find = |tag: &str| LOCALES.into_iter().find(|known| known.eq_ignore_ascii_case(tag));
    find(tag).or_else(|| find(tag.split('-').next()?))
}

pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let mut form = Serializer::new(String::new());
    form.append_pair("payment_intent", order.payment.as_str())
        .append_pair("amount", &order.money.minor().to_string())
        .append_pair("metadata[session_id]", &order.session.to_string())
        .append_pair("metadata[refund_id]", order.refund.as_str());
    let (asked, payment) = (order.refund.clone(), order.payment.clone());
    Step::send(post(account, "/v1/refunds", order.refund.as_str(), form.finish()), |answer| {
        let object: Object<'_> = body(answer)?;
        let report = status::of_refund(&object, Some(asked))?.payment(Some(payment));
        Ok(Step::Done(status::now(report, &object, answer)))
    })
}

pub(super) fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let path = format!("/v1/checkout/sessions/{}/expire", segment(held.checkout_id?));
    Some(Step::send(request(account, Verb::POST, &path), |answer| {
        // Only an open one can be closed. Why this one is not open is another question.
        if answer.status == 400 {
            return Ok(Step::Done(Closed::NotOpen));
        }
        match body::<Object<'_>>(answer)?.status.text() {
            Some("expired") => Ok(Step::Done(Closed::Closed)),
            _ => Err(Failure::Unknown("an answer that does not say that the checkout is closed".to_owned())),
        }
    }))
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base))
        .bearer(&account.api_key)
        .header("stripe-version", VERSION)
}

pub(super) fn get(account: &Account, path: &str) -> Request {
    request(account, Verb::GET, path)
}

/// The form must be the same to the byte at each try: a key that comes with other parameters is refused.
fn post(account: &Account, path: &str, idempotency_key: &str, form: String) -> Request {
    request(account, Verb::POST, path)
        .header("idempotency-key", idempotency_key)
        .body("application/x-www-form-urlencoded", form)
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
    code: Node<'a>,
    message: Node<'a>,
}

/// What the answer holds, or what the refusal means.
pub(super) fn body<'a, T: serde::Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() {
        return answer.json();
    }
    let reason = answer.json::<Refused<'_>>().unwrap_or_default().error;
    let words = without_keys(reason.message.text().unwrap_or("no reason was given"));
    match reason.kind.text() {
        // The key came with other parameters before, so something was done with it.
        Some("idempotency_error") => {
            Err(Failure::Unknown("its idempotency key was used with other parameters".to_owned()))
        }
        kind => Err(answer.failure(reason.code.text().or(kind), &words)),
    }
}

/// Stripe's words about a key repeat a part of it.
fn without_keys(words: &str) -> String {
    let is_key = |word: &str| ["sk_", "rk_", "pk_", "whsec_"].iter().any(|prefix| word.contains(prefix));
    let words: Vec<_> = words.split(' ').map(|word| if is_key(word) { "(a key)" } else { word }).collect();
    words.join(" ")
}
