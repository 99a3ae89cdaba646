//! What Checkout.com is asked to do (api-reference.checkout.com: hosted payments page, refund a payment).

use http::Method as Verb;
use serde::{Deserialize, Serialize};

use super::object::Object;
use super::{Account, units};
use crate::payment::{Kind, Method, Refund, RefundId, Report};
use crate::provider::json::Node;
use crate::provider::{Answer, Checkout, Created, Failure, RefundOrder, Request, Step};

pub(super) use crate::provider::exchange::segment;

/// The longest reference that every scheme takes.
const REFERENCE_CHARS_MAX: usize = 30;
/// The longest description that it takes.
const DESCRIPTION_CHARS_MAX: usize = 100;
/// The longest address that it takes.
const URL_CHARS_MAX: usize = 255;

/// The languages of the page.
#[rustfmt::skip]
const LOCALES: [&str; 24] = [
    "ar", "da-DK", "de-DE", "el", "en-GB", "es-ES", "fi-FI", "fil-PH", "fr-FR", "hi-IN", "id-ID", "it-IT", "ja-JP",
    "ko-KR", "ms-MY", "nb-NO", "nl-NL", "pt-PT", "sv-SE", "th-TH", "vi-VN", "zh-CN", "zh-HK", "zh-TW",
];

#[derive(Serialize)]
struct PageForm<'a> {
    amount: Option<u64>,
    currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    description: String,
    billing: Billing,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<Customer<'a>>,
    success_url: &'a str,
    cancel_url: &'a str,
    failure_url: &'a str,
    capture: bool,
    #[serde(rename = "3ds")]
    three_d_secure: Enabled,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_payment_methods: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    processing_channel_id: Option<&'a str>,
    metadata: Notes<'a>,
}

#[derive(Serialize)]
struct Billing {
    address: Address,
}

#[derive(Serialize)]
struct Address {
    country: String,
}

#[derive(Serialize)]
struct Customer<'a> {
    email: &'a str,
}

#[derive(Serialize)]
struct Enabled {
    enabled: bool,
}

#[derive(Serialize)]
struct Notes<'a> {
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<&'a str>,
}

#[derive(Serialize)]
struct RefundForm<'a> {
    /// Null where the amount cannot be written in its units, which is refused; left out it would be all.
    amount: Option<u64>,
    reference: &'a str,
    metadata: Notes<'a>,
}

pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let short = |url: &&str| url.len() <= URL_CHARS_MAX;
    let reference: String = checkout
        .order
        .as_str()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(REFERENCE_CHARS_MAX)
        .collect();
    let form = PageForm {
        amount: units(checkout.money),
        currency: checkout.money.currency().code(),
        reference: Some(reference).filter(|text| !text.is_empty()),
        description: checkout.description.chars().take(DESCRIPTION_CHARS_MAX).collect(),
        billing: Billing { address: Address { country: country(checkout) } },
        customer: checkout.customer_email.map(|email| Customer { email }),
        success_url: checkout.return_url,
        // Too long an address of the shop's would make the whole page refused; our return page leads there too.
        cancel_url: Some(checkout.cancel_url).filter(short).unwrap_or(checkout.return_url),
        failure_url: checkout.return_url,
        capture: true,
        three_d_secure: Enabled { enabled: true },
        // Of our methods only this one is one of Checkout.com's; for the others the page shows what the account has on.
        allow_payment_methods: (checkout.method == Method::Card).then_some(["card"]),
        locale: checkout.locale.and_then(locale),
        processing_channel_id: account.processing_channel_id.as_deref(),
        metadata: Notes {
            session_id: checkout.session.to_string(),
            order_id: Some(checkout.order.as_str()),
            refund_id: None,
        },
    };
    Step::send(post(account, "/hosted-payments", &form), |answer| {
        let page: Object<'_> = body(answer)?;
        match (page.id.text(), page.redirect()) {
            (Some(id), Some(url)) => {
                Ok(Step::Done(Created { checkout_id: id.to_owned(), url: url.to_owned() }))
            }
            _ => Err(Failure::Unknown("a page without an id or without an address".to_owned())),
        }
    })
}

/// The page's language that is nearest to a language tag.
pub(super) fn locale(tag: &str) -> Option<&'static str> {
    let find = |tag: &str| LOCALES.into_iter().find(|known| known.eq_ignore_ascii_case(tag));
    let language = tag.split('-').next()?;
    let of_language =
        |known: &&str| known.split('-').next().is_some_and(|known| known.eq_ignore_ascii_case(language));
    find(tag).or_else(|| LOCALES.into_iter().find(of_language))
}

/// A country for the billing address, of which our orders know nothing: the language tag's, else the currency's.
pub(super) fn country(checkout: &Checkout<'_>) -> String {
    let is_country = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase());
    if let Some(country) = checkout.locale.and_then(|tag| tag.split('-').skip(1).find(is_country)) {
        return country.to_owned();
    }
    // A currency's code begins with its country's; these belong to several.
    match checkout.money.currency().code() {
        "EUR" => "DE".to_owned(),
        "XAF" => "CM".to_owned(),
        "XOF" => "SN".to_owned(),
        "XPF" => "PF".to_owned(),
        "XCD" => "AG".to_owned(),
        "ANG" | "XCG" => "CW".to_owned(),
        code => code.chars().take(2).collect(),
    }
}

/// Accepted is not done: the outcome is an event.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let form = RefundForm {
        amount: units(order.money),
        reference: order.refund.as_str(),
        metadata: Notes {
            session_id: order.session.to_string(),
            order_id: None,
            refund_id: Some(order.refund.as_str()),
        },
    };
    let path = format!("/payments/{}/refunds", segment(order.payment.as_str()));
    let request = post(account, &path, &form).header("cko-idempotency-key", order.refund.as_str());
    let (payment, asked, money) = (order.payment.clone(), order.refund.clone(), order.money);
    Step::send(request, move |answer| {
        let accepted: Object<'_> = body(answer)?;
        let id = accepted.action_id.text().and_then(|id| RefundId::parse(id).ok());
        let id = id.ok_or_else(|| Failure::Unknown("an accepted refund without an id".to_owned()))?;
        let refund = Refund { id, request: Some(asked), money };
        Ok(Step::Done(Report::new(Kind::RefundPending(refund)).payment(Some(payment)).word("accepted")))
    })
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base)).bearer(&account.api_key)
}

pub(super) fn get(account: &Account, path: &str) -> Request {
    request(account, Verb::GET, path)
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
    error_type: Node<'a>,
    error_codes: Vec<Node<'a>>,
}

/// What the answer holds, or what the refusal means.
pub(super) fn body<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() {
        return answer.json();
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    let codes: Vec<_> = refused.error_codes.iter().filter_map(Node::text).collect();
    let code = codes.first().copied().or_else(|| refused.error_type.text());
    let words = if codes.is_empty() { "no reason was given".to_owned() } else { codes.join(", ") };
    Err(answer.failure(code, &words))
}
