//! What Mollie is asked to do.

use http::Method as Verb;

use super::object::{Lists, Node, Object, payment_id};
use super::{Account, status};
use crate::payment::{Method, Money, RefundId, Report};
use crate::provider::exchange::segment;
use crate::provider::signature::hmac_sha256;
use crate::provider::{Answer, Checkout, Closed, Created, Failure, Held, RefundOrder, Request, Step};

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentForm<'a> {
    amount: AmountForm,
    description: String,
    redirect_url: &'a str,
    cancel_url: &'a str,
    webhook_url: &'a str,
    metadata: Notes<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_address: Option<Address<'a>>,
}

#[derive(serde::Serialize)]
struct AmountForm {
    currency: &'static str,
    value: String,
}

impl AmountForm {
    /// Mollie's decimals are those of ISO 4217 in each of its currencies.
    fn of(money: Money) -> Self {
        Self { currency: money.currency().code(), value: money.major() }
    }
}

#[derive(serde::Serialize)]
struct Notes<'a> {
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<&'a str>,
}

/// An address may be an email alone. With a bank transfer Mollie sends its instructions there.
#[derive(serde::Serialize)]
struct Address<'a> {
    email: &'a str,
}

#[derive(serde::Serialize)]
struct RefundForm<'a> {
    amount: AmountForm,
    description: &'static str,
    metadata: Notes<'a>,
}

/// Longer ones are refused.
const DESCRIPTION_CHARS_MAX: usize = 255;

pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let session = checkout.session.to_string();
    let form = PaymentForm {
        amount: AmountForm::of(checkout.money),
        description: checkout.description.chars().take(DESCRIPTION_CHARS_MAX).collect(),
        redirect_url: checkout.return_url,
        cancel_url: checkout.cancel_url,
        webhook_url: checkout.webhook_url,
        metadata: Notes {
            session_id: session.clone(),
            order_id: Some(checkout.order.as_str()),
            refund_id: None,
        },
        // Of our methods only these are one of Mollie's; for the others the page shows what the Dashboard has on.
        method: match checkout.method {
            Method::Card => Some("creditcard"),
            Method::BankTransfer => Some("banktransfer"),
            _ => None,
        },
        locale: checkout.locale.and_then(locale),
        billing_address: checkout.customer_email.map(|email| Address { email }),
    };
    Step::send(post(account, "/v2/payments", &session, &form), |answer| {
        let payment: Object<'_> = body(answer)?;
        let href = || payment.links.of()?.checkout.of()?.href.text();
        match (payment.id.text().filter(|id| payment_id(id).is_ok()), href()) {
            (Some(id), Some(url)) => {
                Ok(Step::Done(Created { checkout_id: id.to_owned(), url: url.to_owned() }))
            }
            _ => Err(Failure::Unknown("a payment without an id or without an address".to_owned())),
        }
    })
}

/// The languages of the hosted page; it refuses others. Of each language the first is the one for all other countries.
#[rustfmt::skip]
const LOCALES: [&str; 22] = [
    "en_US", "en_GB", "nl_NL", "nl_BE", "de_DE", "de_AT", "de_CH", "fr_FR", "fr_BE", "es_ES", "ca_ES", "pt_PT", "it_IT",
    "nb_NO", "sv_SE", "fi_FI", "da_DK", "is_IS", "hu_HU", "pl_PL", "lv_LV", "lt_LT",
];

/// The page's language that is nearest to a language tag.
pub(super) fn locale(tag: &str) -> Option<&'static str> {
    let tag = tag.replace('-', "_");
    let language = tag.split('_').next().filter(|language| language.len() == 2)?;
    let has = |locale: &&str| locale.split('_').next().is_some_and(|own| own.eq_ignore_ascii_case(language));
    LOCALES
        .into_iter()
        .find(|locale| locale.eq_ignore_ascii_case(&tag))
        .or_else(|| LOCALES.into_iter().find(|locale| has(locale)))
}

/// The key is kept for an hour, and a refund may be asked for again much later: so it is looked for first.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let path = format!("/v2/payments/{}/refunds", segment(order.payment.as_str()));
    let form = RefundForm {
        amount: AmountForm::of(order.money),
        description: "Refund",
        metadata: Notes {
            session_id: order.session.to_string(),
            order_id: None,
            refund_id: Some(order.refund.as_str()),
        },
    };
    let asking = post(account, &path, order.refund.as_str(), &form);
    let (ours, payment) = (order.refund.clone(), order.payment.clone());
    let said = move |object: &Object<'_>, ours: RefundId| -> Result<Report, Failure> {
        Ok(status::of_refund(object, Some(ours))?.payment(Some(payment)))
    };
    Step::send(request(account, Verb::GET, &format!("{path}?limit=250")), move |answer| {
        let list: Object<'_> = body(answer)?;
        let made = list.embedded.of().and_then(|lists: &Lists<'_>| lists.refunds.as_ref());
        match made.into_iter().flatten().find(|refund| refund.refund_id().as_ref() == Some(&ours)) {
            Some(refund) => Ok(Step::Done(said(refund, ours)?)),
            None => Ok(Step::send(asking, move |answer| Ok(Step::Done(said(&body(answer)?, ours)?)))),
        }
    })
}

/// Mollie lets a payment be cancelled only while its method allows that; else it stays open until it expires.
pub(super) fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let path = format!("/v2/payments/{}", segment(held.checkout_id?));
    Some(Step::send(request(account, Verb::DELETE, &path), |answer| {
        if answer.status == 422 {
            return Ok(Step::Done(Closed::NotOpen));
        }
        match body::<Object<'_>>(answer)?.status.text() {
            Some("canceled") => Ok(Step::Done(Closed::Closed)),
            _ => {
                Err(Failure::Unknown("an answer that does not say that the payment is cancelled".to_owned()))
            }
        }
    }))
}

pub(super) fn get_payment(account: &Account, id: &str) -> Request {
    request(account, Verb::GET, &format!("/v2/payments/{}?embed=refunds,chargebacks", segment(id)))
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base)).bearer(&account.api_key)
}

fn post(account: &Account, path: &str, ours: &str, form: &impl serde::Serialize) -> Request {
    // A struct of texts can always be written.
    let body = serde_json::to_vec(form).unwrap_or_default();
    request(account, Verb::POST, path)
        .header("idempotency-key", idempotency_key(ours))
        .body("application/json", body)
}

/// The same UUID for the same id of ours, for no other form of a key is documented.
fn idempotency_key(ours: &str) -> String {
    let hash = data_encoding::HEXLOWER.encode(&hmac_sha256(b"idempotency key", &[ours.as_bytes()]));
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    detail: Node<'a>,
    field: Node<'a>,
}

/// What the answer holds, or what the refusal means. Mollie has no codes; the field that it names says most.
pub(super) fn body<'a, T: serde::Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() {
        return answer.json();
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    Err(answer.failure(refused.field.text(), refused.detail.text().unwrap_or("no reason was given")))
}
