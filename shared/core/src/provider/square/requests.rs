//! What Square is asked to do.

use http::Method as Verb;
use serde::Deserialize;
use serde_json::json;

use super::object::{Node, Object, is_id, missing};
use super::{Account, status};
use crate::payment::{Method, Report};
use crate::provider::{Answer, Closed, Created, Failure, Held, RefundOrder, Request, Step};
use crate::{payment::RefundId, provider};

pub(super) use crate::provider::exchange::segment;

/// The version that requests are made and answers are read in. Events come in the version of the shop's subscription.
const VERSION: &str = "2026-09-16";

/// A checkout at Square is two things: the link that can be deleted, and the order that can be asked about. A deleted
/// link no longer says which order was its own, so our id of the checkout holds both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Checkout<'a> {
    pub(super) link: &'a str,
    pub(super) order: &'a str,
}

impl<'a> Checkout<'a> {
    /// Reads `link:order`.
    pub(super) fn parse(id: &'a str) -> Option<Self> {
        let (link, order) = id.split_once(':')?;
        (is_id(link) && is_id(order)).then_some(Self { link, order })
    }
}

/// The answers, each with its object under its own name.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    pub(super) order: Node<'a, Object<'a>>,
    pub(super) payment: Node<'a, Object<'a>>,
    pub(super) refund: Node<'a, Object<'a>>,
    payment_link: Node<'a, Link<'a>>,
    cancelled_order_id: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link<'a> {
    #[serde(borrow)]
    id: Node<'a>,
    order_id: Node<'a>,
    url: Node<'a>,
}

pub(super) fn create(account: &Account, checkout: &provider::Checkout<'_>) -> Step<Created> {
    let session = checkout.session.to_string();
    let money = json!({ "amount": checkout.money.minor(), "currency": checkout.money.currency().code() });
    // Tips, coupons and rewards would make another total of it.
    let mut options = json!({
        "redirect_url": checkout.return_url, "allow_tipping": false, "ask_for_shipping_address": false,
        "enable_coupon": false, "enable_loyalty": false,
    });
    let wallets = match checkout.method {
        Method::Card => Some(false),
        Method::Wallet => Some(true),
        _ => None,
    };
    if let (Some(wallets), Some(options)) = (wallets, options.as_object_mut()) {
        let accepted = json!({
            "apple_pay": wallets, "google_pay": wallets, "cash_app_pay": wallets, "afterpay_clearpay": false,
        });
        options.insert("accepted_payment_methods".to_owned(), accepted);
    }
    let mut body = json!({
        "idempotency_key": session,
        "order": {
            "location_id": account.location_id, "reference_id": session,
            // One line with the total: Square's sum cannot differ from ours.
            "line_items": [{ "name": checkout.description, "quantity": "1", "base_price_money": money }],
        },
        "checkout_options": options,
        "payment_note": session,
    });
    if let (Some(email), Some(body)) = (checkout.customer_email, body.as_object_mut()) {
        body.insert("pre_populated_data".to_owned(), json!({ "buyer_email": email }));
    }
    Step::send(post(account, "/v2/online-checkout/payment-links", &body), |answer| {
        let Envelope { payment_link, .. } = self::body(answer)?;
        let link = payment_link.of();
        let text =
            |node: fn(&Link<'_>) -> Option<String>| link.and_then(node).filter(|text| !text.is_empty());
        let id = text(|link| Some(format!("{}:{}", link.id.text()?, link.order_id.text()?)));
        match (id.filter(|id| Checkout::parse(id).is_some()), text(|link| link.url.text().map(str::to_owned)))
        {
            (Some(checkout_id), Some(url)) => Ok(Step::Done(Created { checkout_id, url })),
            _ => Err(Failure::Unknown("a link without an id, an order or an address".to_owned())),
        }
    })
}

/// How the reason of a refund of ours begins. Whoever refunds at Square writes a reason of their own.
const REFUND: &str = "Refund ";

/// Our refund that a reason names.
pub(super) fn refund_named_in(reason: &str) -> Option<RefundId> {
    RefundId::parse(reason.strip_prefix(REFUND)?).ok()
}

/// Our refund id is the idempotency key and stands in the reason, which comes back in each event.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let body = json!({
        "idempotency_key": order.refund.as_str(),
        "payment_id": order.payment.as_str(),
        "amount_money": { "amount": order.money.minor(), "currency": order.money.currency().code() },
        "reason": format!("{REFUND}{}", order.refund),
    });
    let asked = order.refund.clone();
    Step::send(post(account, "/v2/refunds", &body), |answer| {
        let Envelope { refund, .. } = self::body(answer)?;
        let refund = refund.of().ok_or_else(|| missing("refund"))?;
        Ok(Step::Done(status::of_refund(refund, Some(asked))?))
    })
}

/// Deletes the link, which cancels its order. After a declined card Square was seen to delete the link alone, and the
/// page went on to take money: closed it is only where the order is said to be cancelled.
pub(super) fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let Checkout { link, order } = Checkout::parse(held.checkout_id?)?;
    let delete =
        request(account, Verb::DELETE, &format!("/v2/online-checkout/payment-links/{}", segment(link)));
    let ask = get(account, &format!("/v2/orders/{}", segment(order)));
    let order = order.to_owned();
    Some(Step::send(delete, move |answer| {
        // It is gone already, by a deletion whose answer was lost, or because it was paid.
        if answer.status != 404 {
            let Envelope { cancelled_order_id, .. } = body(answer)?;
            if cancelled_order_id.text() == Some(&order) {
                return Ok(Step::Done(Closed::Closed));
            }
        }
        Ok(Step::send(ask, |answer| {
            let Envelope { order, .. } = body(answer)?;
            match order.of().and_then(|order| order.state.text()) {
                Some("CANCELED") => Ok(Step::Done(Closed::Closed)),
                Some(_) => Ok(Step::Done(Closed::NotOpen)),
                None => Err(Failure::Unknown("an order without a state".to_owned())),
            }
        }))
    }))
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base))
        .bearer(&account.api_key)
        .header("square-version", VERSION)
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
    errors: Vec<Problem<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem<'a> {
    #[serde(borrow)]
    code: Node<'a>,
    detail: Node<'a>,
}

/// What the answer holds, or what the refusal means.
pub(super) fn body<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() {
        return answer.json();
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    let problem = refused.errors.first();
    let code = problem.and_then(|problem| problem.code.text());
    let words = problem.and_then(|problem| problem.detail.text()).unwrap_or("no reason was given");
    match code {
        // The key came with another body before, so something was done with it.
        Some("IDEMPOTENCY_KEY_REUSED") => {
            Err(Failure::Unknown("its idempotency key was used with another body".to_owned()))
        }
        _ => Err(answer.failure(code, words)),
    }
}
