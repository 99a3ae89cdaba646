//! The sandbox: our own provider, for trying payproof out and for testing it. It is also the file to start from when a
//! provider is added: every question that a provider answers is answered here, in the order of a payment's life.
//!
//! # What is signed
//! Standard Webhooks 1.0.0: HMAC-SHA256 over id, timestamp and raw body, in the headers `webhook-id`,
//! `webhook-timestamp` and `webhook-signature`. Several secrets can be valid at once.
//!
//! # How we are found
//! Each event carries our session id as `data.reference`; so does each checkout that is asked for.
//!
//! # Amounts
//! The minor unit of ISO 4217 as a whole number, as ours; any currency, any amount above 0.
//!
//! # Retries
//! Any 2xx ends them. The event's id is the same at each try. Our own requests carry an idempotency key that is kept
//! for a day: the same request again gives the same checkout or refund.
//!
//! # Sources
//! This file and `sandbox/wire.rs` are its documentation. The signatures: `spec/standard-webhooks.md` in
//! `standard-webhooks/standard-webhooks`.

#[cfg(test)]
pub(super) mod tests;
mod whose;
mod wire;

use crate::provider::event::missing;
use http::Method as Verb;

pub use self::wire::{
    CheckoutForm, CheckoutMade, CheckoutState, EVENT_TYPES, EventBody, EventData, RefundForm, RefundState,
    Refused, RefusedError, signed_headers,
};
use super::account::{self, Limits};
use super::exchange::segment;
use super::signature::standard_webhooks;
use super::{
    About, AccountError, Answer, Checkout, Closed, Created, Event, Expiry, Failure, ForCustomer, Held,
    Inbound, Meaning, NotUnderstood, Provider, Reading, Reasons, RefundOrder, Repeat, Request, Step, Told,
    Unsuitable, Verdict, Verified,
};
use crate::payment::{
    Currency, DisputeId, Kind, Loss, Method, Moment, Money, ProviderPaymentId, Refund, RefundId, Report,
    SessionId,
};
use crate::secret::Secret;

/// The sandbox. A question that a provider has no answer to is `None` here; there are no stubs.
pub static PROVIDER: Provider<Account> = Provider {
    name: "sandbox",
    title: "Sandbox",
    is_family: false,
    methods: &Method::ALL,
    methods_of: None,
    account,
    about: |account| About { live: Some(false), api_base: &account.api_base },
    suits,
    proof: "Standard Webhooks",
    verify,
    read,
    hint,
    accepted: None,
    remembers: false,
    create,
    repeat: Repeat::SameKey { kept_seconds: 86_400 },
    expiry: Expiry { least_seconds: 60, most_seconds: 2_592_000 },
    reasons: Some(&REASONS),
    fetch: Some(fetch),
    whose: Some(whose::whose),
    by_hand: false,
    instructions: None,
    refund: Some(refund),
    refund_repeat: Repeat::SameKey { kept_seconds: 86_400 },
    close: Some(close),
    endpoint: None,
};

/// Its codes. What a customer reads is one of few sentences; none of them says more than a stranger may know.
static REASONS: Reasons = Reasons {
    declines: &[
        Meaning {
            code: "card_declined",
            customer: ForCustomer::Declined,
            merchant: "The bank declined it and gives no reason. Suggest another way to pay.",
        },
        Meaning {
            code: "insufficient_funds",
            customer: ForCustomer::Funds,
            merchant: "The account had too little money. The customer can pay another way, or later.",
        },
    ],
    reviews: &[Meaning {
        code: "suspected_fraud",
        customer: ForCustomer::Reviewed,
        merchant: "The sandbox holds it, for it looks like fraud. Look at it before you ship, then approve or reject it.",
    }],
};

// Who we are there.

/// A shop's keys at the sandbox, checked.
#[derive(Debug)]
pub struct Account {
    api_key: Secret,
    webhook_keys: Vec<standard_webhooks::Key>,
    api_base: String,
    limits: Limits,
}

/// The keys as a shop writes them. A key that is not listed here is refused: it may be a misspelt one.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    api_key: Secret,
    #[serde(default)]
    webhook_secrets: Vec<Secret>,
    api_base: String,
    min_amount: Option<u64>,
    max_amount: Option<u64>,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::api_key("api_key", &keys.api_key)?;
    // Whoever configures no secret would believe everybody: that is refused, never a default.
    account::webhook_secrets(&keys.webhook_secrets)?;
    let mut webhook_keys = Vec::new();
    for (index, secret) in keys.webhook_secrets.iter().enumerate() {
        let problem = "whsec_ and base64 of 24 to 75 random bytes";
        let key = standard_webhooks::Key::parse(secret);
        webhook_keys
            .push(key.ok_or_else(|| AccountError::new(format!("webhook_secrets[{index}]"), problem))?);
    }
    Ok(Account {
        webhook_keys,
        api_base: account::api_base(Some(&keys.api_base), "")?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
        api_key: keys.api_key,
    })
}

/// Every currency and amount, but for the shop's own limits. Elsewhere this is where the provider's units, currencies
/// and bounds are checked, before a customer is sent there.
fn suits(account: &Account, money: Money) -> Result<(), Unsuitable> {
    account.limits.hold(money)
}

// What it tells us.

/// Only the checks in [`signature`](super::signature) make the proof that [`Verified`] asks for, and nothing of the
/// body is looked at before.
fn verify<'a>(account: &Account, inbound: &Inbound<'a>, now: Moment) -> Verdict<'a> {
    match standard_webhooks::verify(&account.webhook_keys, inbound, now) {
        Ok((id, proof)) => Verdict::Verified(Verified::new(inbound, Some(id), proof)),
        Err(refusal) => Verdict::Refused(refusal),
    }
}

fn read(_: &Account, verified: &Verified<'_>) -> Result<Vec<Event>, NotUnderstood> {
    let body: EventBody = verified.json()?;
    let at = Moment::parse_rfc3339(&body.timestamp).ok_or_else(|| missing("timestamp"))?;
    Ok(vec![Event {
        // The id that was signed; the body has none.
        id: verified.delivery_id().map(str::to_owned),
        at: Some(at),
        readings: reading(&body, at)?.into_iter().collect(),
        word: body.kind,
    }])
}

/// What an event says. None where it says nothing of a payment of ours.
fn reading(body: &EventBody, at: Moment) -> Result<Option<Reading>, NotUnderstood> {
    let data = &body.data;
    let kind = match body.kind.as_str() {
        "payment.processing" => Kind::Processing,
        "payment.paid" => Kind::Paid(money(data)?),
        "payment.failed" => Kind::Failed,
        "payment.cancelled" => Kind::Cancelled,
        "payment.expired" => Kind::Expired,
        "payment.review" => Kind::Review,
        "payment.review_released" => Kind::ReviewReleased,
        "payment.declined" => Kind::AttemptDeclined,
        "payment.reversed" => Kind::Reversed(loss(data)?),
        "refund.pending" => Kind::RefundPending(refund_of(data)?),
        "refund.succeeded" => Kind::Refunded(refund_of(data)?),
        "refund.failed" => Kind::RefundFailed(refund_of(data)?),
        "dispute.opened" => Kind::DisputeOpened(loss(data)?),
        "dispute.won" => Kind::DisputeWon(loss(data)?),
        "dispute.lost" => Kind::DisputeLost(loss(data)?),
        // A word that may be about money and that this version does not know is kept for a person to look at.
        other if ["payment.", "refund.", "dispute."].iter().any(|family| other.starts_with(family)) => {
            return Err(NotUnderstood::Kind);
        }
        _ => return Ok(None),
    };
    // A reference that is none of our session ids is somebody else's payment.
    let reference = data.reference.as_deref().ok_or_else(|| missing("data.reference"))?;
    let Ok(session) = SessionId::parse(reference) else { return Ok(None) };
    let report = Report::new(kind)
        .payment(payment_id(data.payment_id.as_deref())?)
        .said_at(Some(at))
        .word(&body.kind)
        .reason(data.reason.as_deref());
    let checkout_id = data.checkout_id.as_deref().map(str::to_owned);
    Ok(Some(Reading::Told(Told { session, checkout_id, reports: vec![report], fetched: false })))
}

/// What unverified bytes claim to be about. It costs one pass over them, and nothing is believed for it.
fn hint(inbound: &Inbound<'_>) -> Option<SessionId> {
    inbound.first_session_id()
}

// What we ask of it.

/// Everything in the request is stored before it is sent, so that a repeat is the same to the byte.
fn create(account: &Account, checkout: &Checkout<'_>) -> Step<Created> {
    let session = checkout.session.to_string();
    let form = CheckoutForm {
        reference: session.clone(),
        order_id: checkout.order.to_string(),
        amount: checkout.money.minor(),
        currency: checkout.money.currency().to_string(),
        description: checkout.description.to_owned(),
        method: checkout.method.to_string(),
        locale: checkout.locale.map(str::to_owned),
        customer_email: checkout.customer_email.map(str::to_owned),
        return_url: checkout.return_url.to_owned(),
        cancel_url: checkout.cancel_url.to_owned(),
        expires_at: checkout.expires_at.seconds(),
    };
    Step::send(post(account, "/v1/checkouts", &session, &form), |answer| {
        let CheckoutMade { id, url } = answered(answer)?;
        Ok(Step::Done(Created { checkout_id: id, url }))
    })
}

/// By its id, or by our reference where the answer that told the id was lost.
fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    let path = match held.checkout_id {
        Some(id) => format!("/v1/checkouts/{}", segment(id)),
        None => format!("/v1/checkouts/by-reference/{}", held.session),
    };
    let by_reference = held.checkout_id.is_none();
    Some(Step::send(request(account, Verb::GET, &path), move |answer| {
        // Nothing was ever made under our reference, so nothing came.
        if by_reference && answer.status == 404 {
            return Ok(Step::Done(Vec::new()));
        }
        let checkout: CheckoutState = answered(answer)?;
        Ok(Step::Done(state(&checkout)?))
    }))
}

/// The status words of a checkout, and its refunds.
fn state(checkout: &CheckoutState) -> Result<Vec<Report>, NotUnderstood> {
    let amount = || in_currency(checkout.amount, &checkout.currency);
    let kind = match checkout.status.as_str() {
        "open" => None,
        "processing" => Some(Kind::Processing),
        "review" => Some(Kind::Review),
        "paid" => Some(Kind::Paid(amount()?)),
        "failed" => Some(Kind::Failed),
        "cancelled" => Some(Kind::Cancelled),
        "expired" => Some(Kind::Expired),
        _ => return Err(missing("status")),
    };
    let at = Moment::parse_rfc3339(&checkout.updated_at).ok_or_else(|| missing("updated_at"))?;
    let payment = payment_id(checkout.payment_id.as_deref())?;
    let report = |kind| {
        Report::new(kind)
            .payment(payment.clone())
            .said_at(Some(at))
            .word(&checkout.status)
            .reason(checkout.reason.as_deref())
    };
    let mut reports: Vec<Report> = kind.map(report).into_iter().collect();
    for refund in &checkout.refunds {
        reports.push(refund_report(refund, &checkout.currency)?.payment(payment.clone()));
    }
    Ok(reports)
}

/// Our refund id is the idempotency key, and comes back as `request` in the events and answers about it.
fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let form = RefundForm {
        payment_id: order.payment.to_string(),
        amount: order.money.minor(),
        currency: order.money.currency().to_string(),
        reference: order.session.to_string(),
        request: order.refund.to_string(),
    };
    let payment = order.payment.clone();
    Step::send(post(account, "/v1/refunds", order.refund.as_str(), &form), move |answer| {
        // That it is the one we asked for is known, whatever the answer repeats.
        let refund = RefundState { request: Some(form.request), ..answered(answer)? };
        let currency = refund.currency.as_deref().unwrap_or_default();
        let report = refund_report(&refund, currency)?;
        Ok(Step::Done(report.payment(Some(payment))))
    })
}

/// Closing makes sure that nobody can pay there any more. "Not open" is no such thing: it may be paid.
fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let path = format!("/v1/checkouts/{}/close", segment(held.checkout_id?));
    Some(Step::send(request(account, Verb::POST, &path), |answer| match refused(answer) {
        None => Ok(Step::Done(Closed::Closed)),
        Some(refused) if refused.error.code == "not_open" => Ok(Step::Done(Closed::NotOpen)),
        Some(refused) => Err(answer.failure(Some(&refused.error.code), &refused.error.message)),
    }))
}

// How it is asked, and how it answers.

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base)).bearer(&account.api_key)
}

fn post(account: &Account, path: &str, idempotency_key: &str, form: &impl serde::Serialize) -> Request {
    // A struct of texts and numbers can always be written.
    let body = serde_json::to_vec(form).unwrap_or_default();
    request(account, Verb::POST, path)
        .header("idempotency-key", idempotency_key)
        .body("application/json", body)
}

/// What the answer holds, or what the refusal means.
fn answered<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    match refused(answer) {
        None => answer.json(),
        Some(Refused { error }) => Err(answer.failure(Some(&error.code), &error.message)),
    }
}

/// Why an answer is not 2xx.
fn refused(answer: &Answer) -> Option<Refused> {
    (!answer.is_success()).then(|| answer.json().unwrap_or_default())
}

/// The status words of a refund.
fn refund_report(refund: &RefundState, currency: &str) -> Result<Report, NotUnderstood> {
    let parse = |text: &str| RefundId::parse(text).map_err(|_| missing("refund id"));
    let said = Refund {
        id: parse(&refund.id)?,
        request: refund.request.as_deref().map(parse).transpose()?,
        money: in_currency(refund.amount, currency)?,
    };
    let kind = match refund.status.as_str() {
        "pending" => Kind::RefundPending(said),
        "succeeded" => Kind::Refunded(said),
        "failed" => Kind::RefundFailed(said),
        _ => return Err(missing("refund status")),
    };
    let at = refund.at.as_deref().and_then(Moment::parse_rfc3339);
    Ok(Report::new(kind).said_at(at).word(&refund.status))
}

fn money(data: &EventData) -> Result<Money, NotUnderstood> {
    let amount = data.amount.ok_or_else(|| missing("data.amount"))?;
    in_currency(amount, data.currency.as_deref().ok_or_else(|| missing("data.currency"))?)
}

fn in_currency(amount: u64, currency: &str) -> Result<Money, NotUnderstood> {
    let currency = Currency::parse(currency).map_err(|_| NotUnderstood::Money)?;
    Money::new(amount, currency).map_err(|_| NotUnderstood::Money)
}

fn refund_of(data: &EventData) -> Result<Refund, NotUnderstood> {
    let parse = |text: &str| RefundId::parse(text).map_err(|_| missing("data.refund_id"));
    Ok(Refund {
        id: parse(data.refund_id.as_deref().unwrap_or_default())?,
        request: data.request.as_deref().map(parse).transpose()?,
        money: money(data)?,
    })
}

fn loss(data: &EventData) -> Result<Loss, NotUnderstood> {
    let dispute = data.dispute_id.as_deref().map(DisputeId::parse).transpose();
    Ok(Loss { dispute: dispute.map_err(|_| missing("data.dispute_id"))?, money: Some(money(data)?) })
}

fn payment_id(text: Option<&str>) -> Result<Option<ProviderPaymentId>, NotUnderstood> {
    text.map(ProviderPaymentId::parse).transpose().map_err(|_| missing("payment_id"))
}
