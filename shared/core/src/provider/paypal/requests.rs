//! What PayPal is asked to do.

use http::Method as Verb;
use serde_json::json;

use super::object::{Node, Order, Piece};
use super::{Account, status};
use crate::payment::{Money, Report};
use crate::provider::exchange::segment;
use crate::provider::{Answer, Checkout, Created, Failure, RefundOrder, Request, Step};
use crate::secret::Secret;

/// Characters of an order's description.
const DESCRIPTION_CHARS_MAX: usize = 127;

/// Whoever asks, with the token that each question needs.
#[derive(Clone)]
pub(super) struct Caller {
    api_base: String,
    token: Secret,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Token<'a> {
    #[serde(borrow)]
    access_token: Node<'a>,
}

/// Asks for a token, then for what `next` makes of it. A token is good for hours, but there is nowhere to keep it.
pub(super) fn with_token<T: 'static>(
    account: &Account,
    next: impl FnOnce(Caller) -> Result<Step<T>, Failure> + Send + 'static,
) -> Step<T> {
    let api_base = account.api_base.clone();
    let basic = format!("{}:{}", account.client_id.reveal(), account.client_secret.reveal());
    let request = Request::new(Verb::POST, format!("{api_base}/v1/oauth2/token"))
        .header("authorization", format!("Basic {}", data_encoding::BASE64.encode(basic.as_bytes())))
        .body("application/x-www-form-urlencoded", "grant_type=client_credentials");
    Step::send(request, move |answer| {
        let token = body::<Token<'_>>(answer)?.access_token;
        // It becomes a header.
        let token = token
            .text()
            .filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
        let token = token.ok_or_else(|| Failure::Unknown("an answer without a token".to_owned()))?;
        next(Caller { api_base, token: Secret::new(token) })
    })
}

impl Caller {
    pub(super) fn get(&self, path: &str) -> Request {
        Request::new(Verb::GET, format!("{}{path}", self.api_base)).bearer(&self.token)
    }

    /// With everything of what is made in the answer, rather than an id and links.
    pub(super) fn post(&self, path: &str, idempotency_key: &str, json: String) -> Request {
        Request::new(Verb::POST, format!("{}{path}", self.api_base))
            .bearer(&self.token)
            .header("paypal-request-id", idempotency_key)
            .header("prefer", "return=representation")
            .body("application/json", json)
    }

    /// A question that has no idempotency key.
    pub(super) fn ask(&self, path: &str, json: Vec<u8>) -> Request {
        Request::new(Verb::POST, format!("{}{path}", self.api_base))
            .bearer(&self.token)
            .body("application/json", json)
    }
}

pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let session = checkout.session.to_string();
    let context = json!({
        "return_url": checkout.return_url,
        "cancel_url": checkout.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
    });
    let context = with(context, "locale", checkout.locale.filter(|tag| is_locale(tag)));
    let paypal = with(json!({ "experience_context": context }), "email_address", checkout.customer_email);
    let description: String = checkout.description.chars().take(DESCRIPTION_CHARS_MAX).collect();
    let order = json!({
        "intent": "CAPTURE",
        "purchase_units": [{
            "reference_id": "default",
            "custom_id": session,
            // Shown to the customer, and a second guard: where the merchant blocks repeats nobody pays a session twice.
            "invoice_id": session,
            "description": description,
            "amount": amount(checkout.money),
        }],
        "payment_source": { "paypal": paypal },
    });
    with_token(account, move |caller| {
        let request = caller.post("/v2/checkout/orders", &session, order.to_string());
        Ok(Step::send(request, |answer| {
            let order: Order<'_> = body(answer)?;
            let to = |rel: &str| order.links.iter().find(|link| link.rel.text() == Some(rel))?.href.text();
            match (order.id.text(), to("payer-action").or_else(|| to("approve"))) {
                (Some(id), Some(url)) => {
                    Ok(Step::Done(Created { checkout_id: id.to_owned(), url: url.to_owned() }))
                }
                _ => Err(Failure::Unknown("an order without an id or without a page".to_owned())),
            }
        }))
    })
}

/// An object with another text in it, if there is one.
fn with(mut object: serde_json::Value, key: &str, text: Option<&str>) -> serde_json::Value {
    if let (Some(object), Some(text)) = (object.as_object_mut(), text) {
        object.insert(key.to_owned(), text.into());
    }
    object
}

/// `de`, `de-AT`, `zh-Hant-TW`: the language tags that it takes, of at most 10 characters; it refuses others.
pub(super) fn is_locale(tag: &str) -> bool {
    let all = |part: &str, is: fn(&u8) -> bool| part.as_bytes().iter().all(is);
    let is_region = |part: &str| {
        (part.len() == 2 && all(part, u8::is_ascii_uppercase))
            || (part.len() == 3 && all(part, u8::is_ascii_digit))
    };
    let is_script = |part: &str| {
        let (first, rest) = part.split_at_checked(1).unwrap_or_default();
        part.len() == 4 && all(first, u8::is_ascii_uppercase) && all(rest, u8::is_ascii_lowercase)
    };
    let mut parts = tag.split('-');
    let is_language = parts.next().is_some_and(|part| part.len() == 2 && all(part, u8::is_ascii_lowercase));
    let is_tag = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => true,
        (Some(part), None, _) => is_region(part) || is_script(part),
        (Some(script), Some(region), None) => is_script(script) && is_region(region),
        _ => false,
    };
    is_language && is_tag && tag.len() <= 10
}

fn amount(money: Money) -> serde_json::Value {
    // What cannot be written was not taken.
    json!({ "currency_code": money.currency().code(), "value": super::value(money).unwrap_or_default() })
}

/// Our id of the refund is its `invoice_id`, so that its events and the order name it. The session id beside it says
/// that the refund is ours.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let (asked, payment) = (order.refund.clone(), order.payment.clone());
    let path = format!("/v2/payments/captures/{}/refund", segment(payment.as_str()));
    let json = json!({
        "amount": amount(order.money),
        "custom_id": order.session.to_string(),
        "invoice_id": asked.as_str(),
    });
    with_token(account, move |caller| {
        let request = caller.post(&path, asked.as_str(), json.to_string());
        Ok(Step::send(request, move |answer| {
            let refund: Piece<'_> = body(answer)?;
            Ok(Step::Done(status::of_refund(&refund, Some(asked))?.payment(Some(payment))))
        }))
    })
}

/// An error, of the REST API or of the token's address.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    name: Node<'a>,
    message: Node<'a>,
    details: Vec<Issue<'a>>,
    error: Node<'a>,
    error_description: Node<'a>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Issue<'a> {
    #[serde(borrow)]
    issue: Node<'a>,
    description: Node<'a>,
}

/// The code of a refusal: the issue where there is one, which says more than the name.
pub(super) fn code(answer: &Answer) -> Option<String> {
    let refused = answer.json::<Refused<'_>>().ok()?;
    let issue = refused.details.first().and_then(|detail| detail.issue.text());
    issue.or_else(|| refused.name.text()).or_else(|| refused.error.text()).map(str::to_owned)
}

/// What the answer holds, or what the refusal means.
pub(super) fn body<'a, T: serde::Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() {
        return answer.json();
    }
    let code = code(answer);
    // The key came before, with another request or a moment ago: something was done with it.
    if code.as_deref() == Some("DUPLICATE_REQUEST_ID") {
        return Err(Failure::Unknown("its idempotency key was used before".to_owned()));
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    let detail = refused.details.first().and_then(|detail| detail.description.text());
    let words = detail.or_else(|| refused.message.text()).or_else(|| refused.error_description.text());
    Err(answer.failure(code.as_deref(), words.unwrap_or("no reason was given")))
}
