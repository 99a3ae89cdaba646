//! What Xendit is asked to do (docs.xendit.co/apidocs: create-session, cancel-session, refund-payment-request).

use http::Method as Verb;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::answers::{Object, is_id, missing, of_refund};
use super::{Account, country_and_decimals, written};
use crate::payment::{Kind, Method, Money, Report};
use crate::provider::json::Node;
use crate::provider::{Answer, Checkout, Closed, Created, Failure, Held, RefundOrder, Request, Step};

pub(super) use crate::provider::exchange::segment;

/// The version that payments are asked in.
const VERSION: &str = "2024-11-11";
/// The longest description that it takes.
const DESCRIPTION_CHARS_MAX: usize = 1_000;

#[derive(Serialize)]
struct SessionForm<'a> {
    reference_id: String,
    session_type: &'static str,
    mode: &'static str,
    amount: Option<Box<RawValue>>,
    currency: &'static str,
    country: &'static str,
    capture_method: &'static str,
    expires_at: String,
    success_return_url: &'a str,
    cancel_return_url: &'a str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_payment_channels: Option<[&'static str; 1]>,
    metadata: Notes,
}

#[derive(Serialize)]
struct Notes {
    session: String,
}

#[derive(Serialize)]
struct RefundForm<'a> {
    payment_request_id: &'a str,
    amount: Option<Box<RawValue>>,
    currency: &'static str,
    reason: &'static str,
    reference_id: String,
    metadata: Notes,
}

/// An amount as a JSON number, digit for digit.
fn number(money: Money) -> Option<Box<RawValue>> {
    RawValue::from_string(written(money)).ok()
}

pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let session = checkout.session.to_string();
    let currency = checkout.money.currency();
    let form = SessionForm {
        reference_id: session.clone(),
        session_type: "PAY",
        mode: "PAYMENT_LINK",
        amount: number(checkout.money),
        currency: currency.code(),
        country: country_and_decimals(currency).map_or("", |(country, _)| country),
        capture_method: "AUTOMATIC",
        expires_at: checkout.expires_at.to_string(),
        success_return_url: checkout.return_url,
        cancel_return_url: checkout.cancel_url,
        description: checkout.description.chars().take(DESCRIPTION_CHARS_MAX).collect(),
        locale: checkout.locale.and_then(locale),
        // Of our methods only this one is one of Xendit's; for the others the page shows what the account has on.
        allowed_payment_channels: (checkout.method == Method::Card).then_some(["CARDS"]),
        metadata: Notes { session },
    };
    Step::send(post(account, "/sessions", &form), |answer| {
        let made: Object<'_> = body(answer)?;
        match (made.payment_session_id.text(), made.payment_link_url.text()) {
            (Some(id), Some(url)) => {
                Ok(Step::Done(Created { checkout_id: id.to_owned(), url: url.to_owned() }))
            }
            _ => Err(Failure::Unknown("a session without an id or without an address".to_owned())),
        }
    })
}

/// The page's language, of those that its documents show.
fn locale(tag: &str) -> Option<&'static str> {
    let language = tag.split('-').next()?;
    ["en", "id"].into_iter().find(|known| known.eq_ignore_ascii_case(language))
}

/// A refund is asked for by the payment's request, so that is asked for first; and it is looked for before it is sent,
/// for no document promises any more that a key keeps it from being made twice.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let session = order.session.to_string();
    let (asked, payment, money) = (order.refund.clone(), order.payment.clone(), order.money);
    let asking = account.clone();
    let path = format!("/v3/payments/{}", segment(order.payment.as_str()));
    Step::send(get(account, &path), move |answer| {
        let paid: Object<'_> = body(answer)?;
        let request_id = paid.payment_request_id.text().filter(|id| is_id(id));
        let request_id = request_id.ok_or_else(|| missing("payment_request_id"))?.to_owned();
        let path = format!("/refunds?payment_request_id={}", segment(&request_id));
        Ok(Step::send(get(&asking, &path), move |answer| {
            let list: List<'_> = body(answer)?;
            let ours = |object: &&Object<'_>| object.reference_id.text() == Some(asked.as_str());
            if let Some(made) = list.data.iter().find(ours) {
                return Ok(Step::Done(named(of_refund(made)?, &asked).payment(Some(payment))));
            }
            let form = RefundForm {
                payment_request_id: &request_id,
                amount: number(money),
                currency: money.currency().code(),
                reason: "REQUESTED_BY_CUSTOMER",
                reference_id: asked.to_string(),
                metadata: Notes { session },
            };
            let request = post(&asking, "/refunds", &form).header("idempotency-key", asked.as_str());
            Ok(Step::send(request, move |answer| {
                let made: Object<'_> = body(answer)?;
                Ok(Step::Done(named(of_refund(&made)?, &asked).payment(Some(payment))))
            }))
        }))
    })
}

/// That it is the one we asked for is known, whatever the answer repeats.
fn named(mut report: Report, asked: &crate::payment::RefundId) -> Report {
    if let Kind::RefundPending(refund) | Kind::Refunded(refund) | Kind::RefundFailed(refund) =
        &mut report.kind
    {
        refund.request = Some(asked.clone());
    }
    report
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct List<'a> {
    #[serde(borrow)]
    data: Vec<Object<'a>>,
}

pub(super) fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let id = held.checkout_id.filter(|id| is_id(id))?;
    let request = request(account, Verb::POST, &format!("/sessions/{}/cancel", segment(id)));
    Some(Step::send(request, |answer| {
        // Only an active one can be cancelled. Why this one is not is another question.
        if matches!(answer.status, 400 | 409) {
            return Ok(Step::Done(Closed::NotOpen));
        }
        match body::<Object<'_>>(answer)?.status.text() {
            Some("CANCELED") => Ok(Step::Done(Closed::Closed)),
            _ => Err(Failure::Unknown("an answer that does not say that the session is closed".to_owned())),
        }
    }))
}

/// The key is the user of HTTP Basic, and the password is empty.
fn request(account: &Account, verb: Verb, path: &str) -> Request {
    let user = data_encoding::BASE64.encode(format!("{}:", account.api_key.reveal()).as_bytes());
    Request::new(verb, format!("{}{path}", account.api_base)).header("authorization", format!("Basic {user}"))
}

pub(super) fn get(account: &Account, path: &str) -> Request {
    request(account, Verb::GET, path).header("api-version", VERSION)
}

fn post(account: &Account, path: &str, form: &impl Serialize) -> Request {
    // A struct of texts and numbers can always be written.
    let body = serde_json::to_vec(form).unwrap_or_default();
    request(account, Verb::POST, path).body("application/json", body)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    error_code: Node<'a>,
    message: Node<'a>,
}

/// What the answer holds, or what the refusal means.
pub(super) fn body<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() {
        return answer.json();
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    Err(answer.failure(refused.error_code.text(), refused.message.text().unwrap_or("no reason was given")))
}
