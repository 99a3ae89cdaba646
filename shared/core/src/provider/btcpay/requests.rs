//! What a server is asked to do.

use http::Method as Verb;

use super::Account;
use super::object::{Invoice, Node, Payout, PullPayment, id, refund_name, session};
use super::status::{self, Truth};
use crate::payment::{Report, SessionId};
use crate::provider::{Answer, Checkout, Created, Failure, RefundOrder, Request, Step};

pub(super) use crate::provider::exchange::segment;

#[derive(serde::Serialize)]
struct InvoiceForm<'a> {
    amount: String,
    currency: &'static str,
    metadata: Metadata<'a>,
    checkout: CheckoutForm<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    /// Ours: invoices are found by it.
    order_id: String,
    shop_order_id: &'a str,
    item_desc: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_email: Option<&'a str>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckoutForm<'a> {
    expiration_minutes: u64,
    /// Else the store's own decides what is enough.
    payment_tolerance: u8,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    redirect_automatically: bool,
    /// The server takes the nearest that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    default_language: Option<&'a str>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct RefundForm<'a> {
    name: String,
    description: &'a str,
    refund_variant: &'static str,
    custom_amount: String,
    custom_currency: &'static str,
}

/// There is no idempotency key: an invoice that a lost answer made is found by our session.
pub(super) fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let millis = checkout.expires_at.millis_since(checkout.created_at);
    let form = InvoiceForm {
        amount: checkout.money.major(),
        currency: checkout.money.currency().code(),
        metadata: Metadata {
            order_id: checkout.session.to_string(),
            shop_order_id: checkout.order.as_str(),
            item_desc: checkout.description,
            buyer_email: checkout.customer_email,
        },
        checkout: CheckoutForm {
            expiration_minutes: millis.div_ceil(60_000).max(1),
            payment_tolerance: 0,
            redirect_url: checkout.return_url,
            redirect_automatically: true,
            default_language: checkout.locale,
        },
    };
    let asking = post(account, &in_store(account, "invoices"), &form);
    let path = by_session(account, checkout.session);
    let wanted = checkout.session;
    Step::send(get(account, &path), move |answer| {
        let found: Vec<Invoice<'_>> = list(answer)?;
        match of_session(&found, wanted) {
            Some(invoice) => Ok(Step::Done(made(invoice)?)),
            None => Ok(Step::send(asking, |answer| Ok(Step::Done(made(&body(answer)?)?)))),
        }
    })
}

fn made(invoice: &Invoice<'_>) -> Result<Created, Failure> {
    match (id(&invoice.id, "id"), invoice.checkout_link.text()) {
        (Ok(id), Some(url)) => Ok(Created { checkout_id: id.to_owned(), url: url.to_owned() }),
        _ => Err(Failure::Unknown("an invoice without an id or without an address".to_owned())),
    }
}

fn by_session(account: &Account, session: SessionId) -> String {
    in_store(account, &format!("invoices?orderId={session}"))
}

/// What the invoice of a session says; none where none was made.
pub(super) fn find(account: &Account, session: SessionId) -> Step<Option<Truth>> {
    let asking = account.clone();
    Step::send(get(account, &by_session(account, session)), move |answer| {
        let found: Vec<Invoice<'_>> = list(answer)?;
        let Some(invoice) = of_session(&found, session) else { return Ok(Step::Done(None)) };
        Ok(status::of_invoice(&asking, id(&invoice.id, "id")?).map(Some))
    })
}

/// Whatever the server was asked for, only an invoice that carries the session is its own.
fn of_session<'i, 'a>(found: &'i [Invoice<'a>], wanted: SessionId) -> Option<&'i Invoice<'a>> {
    found.iter().find(|invoice| session(&invoice.metadata) == Some(wanted))
}

/// An offer of the amount in the order's currency. It is looked for first, since two calls would be two offers.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let invoice = order.payment.as_str().to_owned();
    let form = RefundForm {
        name: refund_name(&invoice),
        description: order.refund.as_str(),
        refund_variant: "Custom",
        custom_amount: order.money.major(),
        custom_currency: order.money.currency().code(),
    };
    let asking = post(account, &in_store(account, &format!("invoices/{}/refund", segment(&invoice))), &form);
    let (ours, payment) = (order.refund.clone(), order.payment.clone());
    let pulls = in_store(account, "pull-payments?includeArchived=true");
    let payouts = get(account, &in_store(account, "payouts"));
    Step::send(get(account, &pulls), move |answer| {
        let found: Vec<PullPayment<'_>> = list(answer)?;
        let is_ours = |pull: &PullPayment<'_>| {
            pull.invoice() == Some(&invoice) && pull.asked_refund().as_ref() == Some(&ours)
        };
        let Some(place) = found.iter().position(is_ours) else {
            return Ok(Step::send(asking, move |answer| {
                let report = status::of_refund(&body(answer)?, &[], Some(ours))?;
                Ok(Step::Done(report.payment(Some(payment))))
            }));
        };
        let kept = answer.clone();
        Ok(Step::send(payouts, move |answer| {
            let found: Vec<PullPayment<'_>> = list(&kept)?;
            let pull = found.get(place).ok_or_else(|| Failure::Unknown("no such refund".to_owned()))?;
            let report = status::of_refund(pull, &list::<Payout<'_>>(answer)?, Some(ours))?;
            Ok(Step::Done(report.payment(Some(payment))))
        }))
    })
}

pub(super) fn in_store(account: &Account, path: &str) -> String {
    format!("/api/v1/stores/{}/{path}", account.store_id)
}

pub(super) fn get(account: &Account, path: &str) -> Request {
    request(account, Verb::GET, path)
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base))
        .header("authorization", format!("token {}", account.api_key.reveal()))
}

fn post(account: &Account, path: &str, form: &impl serde::Serialize) -> Request {
    // A struct of texts and numbers can always be written.
    let body = serde_json::to_vec(form).unwrap_or_default();
    request(account, Verb::POST, path).body("application/json", body)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Refused<'a> {
    #[serde(borrow)]
    code: Node<'a>,
    /// The field that is wrong, where the answer is a list of those.
    path: Node<'a>,
    message: Node<'a>,
}

/// What the refusal means.
fn failure(answer: &Answer) -> Failure {
    let first = || serde_json::from_slice::<Vec<Refused<'_>>>(&answer.body).ok()?.into_iter().next();
    let refused = answer.json::<Refused<'_>>().ok().or_else(first).unwrap_or_default();
    let code = refused.code.text().or_else(|| refused.path.text());
    answer.failure(code, refused.message.text().unwrap_or("no reason was given"))
}

/// What the answer holds, or what the refusal means.
pub(super) fn body<'a, T: serde::Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() { answer.json() } else { Err(failure(answer)) }
}

/// The same, where the answer is a list.
pub(super) fn list<'a, T: serde::Deserialize<'a>>(answer: &'a Answer) -> Result<Vec<T>, Failure> {
    if !answer.is_success() {
        return Err(failure(answer));
    }
    serde_json::from_slice(&answer.body).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        Failure::Unknown(format!("answered {}, not the documented list at {place}", answer.status))
    })
}
