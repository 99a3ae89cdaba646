//! What Adyen is asked to do (Adyen's OpenAPI `CheckoutService-v72`).
//!
//! | link `status` | ours |
//! | --- | --- |
//! | active | nothing yet |
//! | paymentPending | processing |
//! | completed, paid | processing: the customer is done; whether the payment is held is not said here |
//! | expired | expired |

use http::Method as Verb;
use serde::{Deserialize, Serialize};

use super::{Account, amount, decimals};
use crate::payment::{Kind, Method, Moment, Money, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::exchange::segment;
use crate::provider::json::Node;
use crate::provider::{
    Answer, Checkout, Closed, Created, Failure, Held, NotUnderstood, RefundOrder, Request, Step, whose,
};

/// The longest description that it takes.
const DESCRIPTION_CHARS_MAX: usize = 280;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkForm<'a> {
    merchant_account: &'a str,
    reference: String,
    amount: Value,
    description: String,
    return_url: &'a str,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    shopper_locale: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shopper_email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_payment_methods: Option<[&'static str; 1]>,
    blocked_payment_methods: [&'static str; 1],
    metadata: Notes<'a>,
}

#[derive(Serialize)]
struct Notes<'a> {
    order_id: &'a str,
}

/// An amount; null where it is no whole number of Adyen's units, which Adyen refuses.
#[derive(Serialize)]
struct Value {
    currency: &'static str,
    value: Option<u64>,
}

impl Value {
    fn of(money: Money) -> Self {
        let currency = money.currency();
        Self { currency: currency.code(), value: amount::units(money, decimals(currency)) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefundForm<'a> {
    merchant_account: &'a str,
    amount: Value,
    reference: String,
}

/// What a link or an accepted refund says.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Said<'a> {
    #[serde(borrow)]
    id: Node<'a>,
    url: Node<'a>,
    status: Node<'a>,
    reference: Node<'a>,
    psp_reference: Node<'a>,
}

pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let session = checkout.session.to_string();
    let form = LinkForm {
        merchant_account: &account.merchant_account,
        reference: session.clone(),
        amount: Value::of(checkout.money),
        description: checkout.description.chars().take(DESCRIPTION_CHARS_MAX).collect(),
        return_url: checkout.return_url,
        expires_at: with_offset(checkout.expires_at),
        shopper_locale: checkout.locale.filter(|tag| is_language_and_country(tag)),
        shopper_email: checkout.customer_email,
        // Of our methods only this one is one of Adyen's; for the others the page shows what the account has on.
        allowed_payment_methods: (checkout.method == Method::Card).then_some(["scheme"]),
        // A gift card pays a part, and each part would be a payment of another amount than the order's.
        blocked_payment_methods: ["giftcard"],
        metadata: Notes { order_id: checkout.order.as_str() },
    };
    Step::send(post(account, "/paymentLinks", &session, &form), |answer| {
        let said: Said<'_> = body(answer)?;
        match (said.id.text(), said.url.text()) {
            (Some(id), Some(url)) => {
                Ok(Step::Done(Created { checkout_id: id.to_owned(), url: url.to_owned() }))
            }
            _ => Err(Failure::Unknown("a link without an id or without an address".to_owned())),
        }
    })
}

/// A moment to the second, with the offset that Adyen wants written: `2026-11-24T17:30:00+00:00`.
fn with_offset(moment: Moment) -> String {
    let text: String = moment.to_string().chars().take(19).collect();
    text + "+00:00"
}

/// Adyen knows languages only with a country, `de-AT`; without one the page takes the browser's.
fn is_language_and_country(tag: &str) -> bool {
    tag.split_once('-').is_some_and(|(language, country)| {
        language.len() == 2
            && language.bytes().all(|byte| byte.is_ascii_lowercase())
            && country.len() == 2
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
    })
}

pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    let path = link(account, held)?;
    let session = held.session.to_string();
    Some(Step::send(request(account, Verb::GET, &path), move |answer| {
        let said: Said<'_> = body(answer)?;
        if said.reference.text() != Some(&session) {
            return Err(NotUnderstood::Shape("reference".to_owned()).into());
        }
        let status = said.status.text().unwrap_or_default();
        let kind = match status {
            "active" => return Ok(Step::Done(Vec::new())),
            "paymentPending" | "completed" | "paid" => Kind::Processing,
            "expired" => Kind::Expired,
            _ => return Err(Failure::Unknown("a link's status that is not documented".to_owned())),
        };
        Ok(Step::Done(vec![Report::new(kind).word(status)]))
    }))
}

/// A link's path. Where the id was lost the creation is repeated with its key: links cannot be searched.
fn link(account: &Account, held: &Held<'_>) -> Option<String> {
    link_of(account, held.checkout_id?)
}

fn link_of(account: &Account, id: &str) -> Option<String> {
    account.api_base.as_ref()?;
    let is_link = id.starts_with("PL") && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_link.then(|| format!("/paymentLinks/{}", segment(id)))
}

/// Whose a payment or a link is. A payment is named by its PSP reference, of 16 letters and digits (`pspReference` in
/// Adyen's OpenAPI); no address reads one, so it is looked for among those that are remembered. A link is asked for.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    if whose::is_plain(id, PSP_REFERENCE_CHARS) && id.len() == PSP_REFERENCE_CHARS {
        return Some(Step::find(payment.clone(), |session| Ok(Step::Done(session))));
    }
    let path = link_of(account, id).filter(|_| whose::is_named(id, "PL"))?;
    Some(whose::ask(request(account, Verb::GET, &path), |answer| {
        let said: Said<'_> = body(answer)?;
        Ok(said.reference.text().and_then(|reference| SessionId::parse(reference).ok()))
    }))
}

const PSP_REFERENCE_CHARS: usize = 16;

/// Accepted is not done: the outcome is an event.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let form = RefundForm {
        merchant_account: &account.merchant_account,
        amount: Value::of(order.money),
        reference: format!("{}.{}", order.session, order.refund),
    };
    let path = format!("/payments/{}/refunds", segment(order.payment.as_str()));
    let (payment, asked, money) = (order.payment.clone(), order.refund.clone(), order.money);
    Step::send(post(account, &path, order.refund.as_str(), &form), move |answer| {
        let said: Said<'_> = body(answer)?;
        let id = said.psp_reference.text().and_then(|id| RefundId::parse(id).ok());
        let (Some(id), Some("received")) = (id, said.status.text()) else {
            return Err(Failure::Unknown("an answer that does not say that it was received".to_owned()));
        };
        let refund = Refund { id, request: Some(asked), money };
        Ok(Step::Done(Report::new(Kind::RefundPending(refund)).payment(Some(payment)).word("received")))
    })
}

pub(super) fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let path = link(account, held)?;
    let request =
        request(account, Verb::PATCH, &path).body("application/json", br#"{"status":"expired"}"#.to_vec());
    Some(Step::send(request, |answer| match body::<Said<'_>>(answer) {
        // Only an active one can be closed. Why this one is not is another question.
        Err(Failure::Refused { status: 422, .. }) => Ok(Step::Done(Closed::NotOpen)),
        Err(failure) => Err(failure),
        Ok(said) if said.status.text() == Some("expired") => Ok(Step::Done(Closed::Closed)),
        Ok(_) => Err(Failure::Unknown("an answer that does not say that the link is closed".to_owned())),
    }))
}

/// Without `api_base` there is nobody to ask: an empty address is never reached, so nothing is done.
fn request(account: &Account, verb: Verb, path: &str) -> Request {
    let url = account.api_base.as_ref().map(|base| format!("{base}{path}"));
    Request::new(verb, url.unwrap_or_default()).header("x-api-key", account.api_key.reveal())
}

fn post(account: &Account, path: &str, idempotency_key: &str, form: &impl Serialize) -> Request {
    // A struct of texts and numbers can always be written.
    let body = serde_json::to_vec(form).unwrap_or_default();
    request(account, Verb::POST, path)
        .header("idempotency-key", idempotency_key)
        .body("application/json", body)
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Refused<'a> {
    #[serde(borrow)]
    error_code: Node<'a>,
    error_type: Node<'a>,
    message: Node<'a>,
}

/// What the answer holds, or what the refusal means.
fn body<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() {
        return answer.json();
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    let is_passing = answer.headers.get("transient-error").is_some_and(|value| value == "true");
    // 704: the same request is still being worked on (docs.adyen.com/development-resources/api-idempotency).
    if is_passing || refused.error_code.text() == Some("704") {
        return Err(Failure::Unknown(format!("it answered {} and says to try again", answer.status)));
    }
    let code = refused.error_code.text().or_else(|| refused.error_type.text());
    Err(answer.failure(code, refused.message.text().unwrap_or("no reason was given")))
}
