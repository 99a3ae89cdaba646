//! What Coinbase is asked to do.

use http::Method as Verb;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Account;
use super::status::{Checkout, RefundEntry, is_id, missing, moment};
use crate::payment::Report;
use crate::provider::exchange::segment;
use crate::provider::json::Node;
use crate::provider::{
    Answer, Closed, Created, Failure, Held, NotUnderstood, RefundOrder, Request, Step, amount,
};

/// Characters of a checkout's description.
const DESCRIPTION_CHARS_MAX: usize = 500;

pub(super) fn create(account: &Account, checkout: &crate::provider::Checkout<'_>) -> Step<Created> {
    let session = checkout.session.to_string();
    let description: String = checkout.description.chars().take(DESCRIPTION_CHARS_MAX).collect();
    let json = json!({
        // What cannot be written was not taken.
        "amount": amount::decimal(checkout.money, 2).unwrap_or_default(),
        "currency": checkout.money.currency().code(),
        "network": "base",
        "description": description,
        "metadata": { "session_id": session, "order_id": checkout.order.as_str() },
        "successRedirectUrl": checkout.return_url,
        "failRedirectUrl": checkout.cancel_url,
        "expiresAt": checkout.expires_at.to_string(),
    });
    Step::send(post(account, "/api/v1/checkouts", &session, &json), |answer| {
        let made: Checkout<'_> = body(answer)?;
        match (made.id.text().filter(|id| is_id(id)), made.url.text()) {
            (Some(id), Some(url)) => {
                Ok(Step::Done(Created { checkout_id: id.to_owned(), url: url.to_owned() }))
            }
            _ => Err(Failure::Unknown("a checkout without an id or without an address".to_owned())),
        }
    })
}

/// The question for one checkout; none for what is no id of one.
pub(super) fn get(account: &Account, id: &str) -> Option<Request> {
    is_id(id).then(|| request(account, Verb::GET, &path(id)))
}

fn path(id: &str) -> String {
    format!("/api/v1/checkouts/{}", segment(id))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refunded<'a> {
    #[serde(borrow)]
    refund: Node<'a, RefundEntry<'a>>,
}

/// A refund that has our id already is the one we ask for, so that asking again is not paying again.
pub(super) fn refund(account: &Account, order: &RefundOrder<'_>) -> Step<Report> {
    let (account, asked, money) = (account.clone(), order.refund.clone(), order.money);
    let (payment, session) = (order.payment.clone(), order.session);
    let question = request(&account, Verb::GET, &path(payment.as_str()));
    Step::send(question, move |answer| {
        let checkout: Checkout<'_> = body(answer)?;
        if checkout.session() != Some(session) {
            return Err(missing("metadata.session_id").into());
        }
        let report = {
            let (asked, payment) = (asked.clone(), payment.clone());
            move |refund: &RefundEntry<'_>, changed| -> Result<Report, NotUnderstood> {
                // It was asked for in the order's currency, whatever the answer repeats.
                let money = refund.money()?.unwrap_or(money);
                Ok(refund.report(refund.kind(money, Some(asked))?, changed).payment(Some(payment)))
            }
        };
        if let Some(made) = checkout.refunds().iter().find(|refund| refund.request().as_ref() == Some(&asked))
        {
            return Ok(Step::Done(report(made, moment(&checkout.updated_at))?));
        }
        let json = json!({
            "amount": amount::decimal(money, 2).unwrap_or_default(),
            "currency": money.currency().code(),
            "reason": asked.as_str(),
        });
        let path = format!("{}/refund", path(payment.as_str()));
        Ok(Step::send(post(&account, &path, asked.as_str(), &json), move |answer| {
            let refunded: Refunded<'_> = body(answer)?;
            let made = refunded.refund.of().ok_or_else(|| missing("refund"))?;
            Ok(Step::Done(report(made, answer.date())?))
        }))
    })
}

pub(super) fn close(account: &Account, held: &Held<'_>) -> Option<Step<Closed>> {
    let id = held.checkout_id.filter(|id| is_id(id))?;
    let path = format!("{}/deactivate", path(id));
    Some(Step::send(request(account, Verb::POST, &path), |answer| {
        // Only an active one can be closed. Why this one is not is another question.
        if matches!(answer.status, 400 | 409 | 422) {
            return Ok(Step::Done(Closed::NotOpen));
        }
        match body::<Checkout<'_>>(answer)?.status.text() {
            Some("DEACTIVATED") => Ok(Step::Done(Closed::Closed)),
            _ => Err(Failure::Unknown("an answer that does not say that the checkout is closed".to_owned())),
        }
    }))
}

fn request(account: &Account, verb: Verb, path: &str) -> Request {
    Request::new(verb, format!("{}{path}", account.api_base)).jwt(account.key.clone())
}

fn post(account: &Account, path: &str, about: &str, json: &serde_json::Value) -> Request {
    request(account, Verb::POST, path)
        .header("x-idempotency-key", uuid(about))
        .body("application/json", json.to_string())
}

/// The idempotency key has to be a UUID of version 4 (RFC 9562, section 5.4): one that follows from what it is for.
pub(super) fn uuid(about: &str) -> String {
    let hash: [u8; 32] = Sha256::digest(about.as_bytes()).into();
    let hex: String = data_encoding::HEXLOWER.encode(&hash);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    // The variant: 8, 9, a or b.
    let variant = match part(16, 17) {
        "0" | "4" | "8" | "c" => "8",
        "1" | "5" | "9" | "d" => "9",
        "2" | "6" | "a" | "e" => "a",
        _ => "b",
    };
    format!("{}-{}-4{}-{variant}{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Refused<'a> {
    #[serde(borrow)]
    error_type: Node<'a>,
    error_message: Node<'a>,
}

/// What the answer holds, or what the refusal means.
pub(super) fn body<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    if answer.is_success() {
        return answer.json();
    }
    let refused = answer.json::<Refused<'_>>().unwrap_or_default();
    Err(answer
        .failure(refused.error_type.text(), refused.error_message.text().unwrap_or("no reason was given")))
}
