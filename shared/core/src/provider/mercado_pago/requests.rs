//! What Mercado Pago is asked to do (reference: preferences, payments, chargebacks).

use http::Method as Verb;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::object::{Found, Payment, Preference, Refund, missing};
use super::{Account, status, written};
use crate::payment::{Method, Moment, Money, Report, SessionId};
use crate::provider::exchange::segment;
use crate::provider::json::Node;
use crate::provider::{
    Answer, Checkout, Closed, Created, Failure, Held, NotUnderstood, RefundOrder, Request, Step,
};

/// Characters of a title that are kept. No page says how many it takes.
const TITLE_CHARS_MAX: usize = 250;
/// Payments that one search shows.
const FOUND_MAX: usize = 100;

#[derive(Serialize)]
struct PreferenceForm<'a> {
    items: [Item<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<Payer<'a>>,
    back_urls: BackUrls<'a>,
    auto_return: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_methods: Option<Methods>,
    external_reference: &'a str,
    expires: bool,
    expiration_date_from: String,
    expiration_date_to: String,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    title: String,
    quantity: u32,
    currency_id: &'static str,
    unit_price: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct Payer<'a> {
    email: &'a str,
}

/// Where the browser goes. A customer who turns back, or whose payment was refused, goes where `failure` says.
#[derive(Serialize)]
struct BackUrls<'a> {
    success: &'a str,
    pending: &'a str,
    failure: &'a str,
}

#[derive(Serialize)]
struct Methods {
    excluded_payment_types: [Named; 1],
}

#[derive(Serialize)]
struct Named {
    id: &'static str,
}

#[derive(Serialize)]
struct Ending {
    expires: bool,
    expiration_date_to: String,
}

#[derive(Serialize)]
struct RefundForm {
    amount: Option<Box<RawValue>>,
}

/// An amount as a JSON number, digit for digit.
fn number(money: Money) -> Option<Box<RawValue>> {
    RawValue::from_string(written(money)).ok()
}

/// A time as its documents write it: with an offset, not with a letter.
fn time(at: Moment) -> String {
    at.to_string().replace('Z', "+00:00")
}

pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let session = checkout.session.to_string();
    let form = PreferenceForm {
        items: [Item {
            id: checkout.order.as_str(),
            title: checkout.description.chars().take(TITLE_CHARS_MAX).collect(),
            quantity: 1,
            currency_id: checkout.money.currency().code(),
            unit_price: number(checkout.money),
        }],
        payer: checkout.customer_email.map(|email| Payer { email }),
        back_urls: BackUrls {
            success: checkout.return_url,
            pending: checkout.return_url,
            failure: checkout.cancel_url,
        },
        auto_return: "approved",
        // Vouchers are the one type that each country's documents show left out; for the other methods the page shows
        // what the account has on.
        payment_methods: (checkout.method == Method::Card)
            .then_some(Methods { excluded_payment_types: [Named { id: "ticket" }] }),
        external_reference: &session,
        expires: true,
        expiration_date_from: time(checkout.created_at),
        expiration_date_to: time(checkout.expires_at),
    };
    let asking = post(account, "/checkout/preferences", &session, &form);
    let is_test = account.is_test;
    Step::send(asking, move |answer| {
        let made: Preference<'_> = body(answer)?;
        let sandbox = made.sandbox_init_point.text().filter(|_| is_test);
        match (made.id.text().filter(|id| is_id(id)), sandbox.or(made.init_point.text())) {
            (Some(id), Some(url)) if !url.is_empty() => {
                Ok(Step::Done(Created { checkout_id: id.to_owned(), url: url.to_owned() }))
            }
            _ => Err(Failure::Unknown("a preference without an id or without an address".to_owned())),
        }
    })
}

/// Whether a text can be a preference's id: it goes into an address.
fn is_id(id: &str) -> bool {
    (1..=100).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Our id of a refund comes back nowhere, so that it is made once its key alone sees to. The header makes Mercado Pago
/// say so where a refund is still under way, instead of refusing what may be done.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let path = format!("/v1/payments/{}/refunds", segment(order.payment.as_str()));
    let form = RefundForm { amount: number(order.money) };
    let asking = post(account, &path, order.refund.as_str(), &form).header(RENDER, "true");
    let (asked, payment, currency) = (order.refund.clone(), order.payment.clone(), order.money.currency());
    Step::send(asking, move |answer| {
        let made: Refund<'_> = body(answer)?;
        Ok(Step::Done(status::of_refund(&made, currency, Some(asked))?.payment(Some(payment))))
    })
}

/// Asks for refunds that are under way as well.
const RENDER: &str = "x-render-in-process-refunds";

/// A preference is never closed, but it can expire: at this moment, by Mercado Pago's own clock, which its first answer
/// tells. What was begun on its page before may still be paid, so it counts as closed only where nothing was.
pub(super) fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let id = held.checkout_id.filter(|id| is_id(id))?;
    let path = format!("/checkout/preferences/{}", segment(id));
    let (asking, session) = (account.clone(), held.session);
    Some(Step::send(request(account, Verb::GET, &path), move |answer| {
        if body::<Preference<'_>>(answer)?.session() != Some(session) {
            return Err(missing("external_reference").into());
        }
        let now = answer.date().ok_or_else(|| Failure::Unknown("an answer without a date".to_owned()))?;
        let form = Ending { expires: true, expiration_date_to: time(now) };
        let ending = with_body(request(&asking, Verb::PUT, &path), &form);
        Ok(Step::send(ending, move |answer| {
            let ended: Preference<'_> = body(answer)?;
            if ended.expires.flag() != Some(true) || ended.open_until() != Some(now) {
                let words = "an answer that does not say that the preference has expired";
                return Err(Failure::Unknown(words.to_owned()));
            }
            Ok(Step::send(search(&asking, session), move |answer| {
                let mut begun = status::all(body::<Found<'_>>(answer)?)?;
                // Anybody can make one of the other mode; it is nothing that could be paid.
                begun.retain(|payment| payment.fits(&asking) != Err(NotUnderstood::Mode));
                let is_over =
                    |payment: &Payment<'_>| matches!(payment.status.text(), Some("rejected" | "cancelled"));
                Ok(Step::Done(if begun.iter().all(is_over) { Closed::Closed } else { Closed::NotOpen }))
            }))
        }))
    }))
}

pub(super) fn get_payment(account: &Account, id: &str) -> Request {
    request(account, Verb::GET, &format!("/v1/payments/{}", segment(id))).header(RENDER, "true")
}

/// The payments with our reference, the newest first.
pub(super) fn search(account: &Account, session: SessionId) -> Request {
    let path = format!(
        "/v1/payments/search?external_reference={session}&sort=date_created&criteria=desc&limit={FOUND_MAX}"
    );
    request(account, Verb::GET, &path)
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base)).bearer(&account.api_key)
}

fn post(account: &Account, path: &str, idempotency_key: &str, form: &impl Serialize) -> Request {
    let request = request(account, Verb::POST, path).header("x-idempotency-key", idempotency_key);
    with_body(request, form)
}

fn with_body(request: Request, form: &impl Serialize) -> Request {
    // A struct of texts and numbers can always be written.
    request.body("application/json", serde_json::to_vec(form).unwrap_or_default())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    message: Node<'a>,
    error: Node<'a>,
    cause: Option<Vec<Cause<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cause<'a> {
    #[serde(borrow)]
    code: Node<'a>,
}

/// What the answer holds, or what the refusal means. Of payments the cause has the code, of preferences the error is one.
pub(super) fn body<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() {
        return answer.json();
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    let cause = refused.cause.as_deref().and_then(|causes| causes.first());
    let code = cause.and_then(|cause| match &cause.code {
        Node::Number(number) => Some(number.to_string()),
        node => node.text().map(str::to_owned),
    });
    let code = code.as_deref().or_else(|| refused.error.text());
    Err(answer.failure(code, refused.message.text().unwrap_or("no reason was given")))
}
