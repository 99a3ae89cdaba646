//! One event of one provider, about a session of the demo shop: it is made to happen at the sandbox, which plays that
//! provider and delivers the event as it would, in its shape and with its signature.

use http::Method;
use payproof::payment::Moment;
use payproof::provider::Request;
use payproof::provider::sandbox::CheckoutForm;

use super::TriggerError;
use super::caller::{Caller, json, text};
use crate::sandbox::speaks;
use crate::sandbox::{Rehearsal, rehearse};

/// What can happen, the button of the sandbox's page that makes it happen, and what that means. In an order in which each
/// can happen after those before it.
#[rustfmt::skip]
const EVENTS: [(&str, &str, &str); 15] = [
    ("declined", "decline", "one try was declined; the customer may try again"),
    ("processing", "start", "the money is on its way by a slow method"),
    ("paid", "pay", "the money came: all of it, or --amount"),
    ("refunded", "refund_all", "money went back: all of it, or --amount"),
    ("refund_pending", "refund_pends", "money is on its way back: --amount"),
    ("refund_failed", "refund_fails", "money could not be sent back: --amount"),
    ("dispute_opened", "dispute", "the customer's bank asks for the money"),
    ("dispute_won", "win", "the shop keeps it"),
    ("dispute_lost", "lose", "the shop does not"),
    ("reversed", "reverse", "the payment was taken back"),
    ("failed", "fail", "it failed, finally"),
    ("cancelled", "cancel", "the customer turned back"),
    ("expired", "expire", "its time was over"),
    ("review", "hold", "it is held for a person to look at"),
    ("review_released", "release", "what was held is let through"),
];

/// What is to happen.
#[derive(Debug, Clone, Copy)]
pub struct Acting<'a> {
    /// At which provider.
    pub provider: &'a str,
    /// What.
    pub event: &'a str,
    /// To which session.
    pub session: &'a str,
    /// How much, as people write it; all of it otherwise.
    pub amount: Option<&'a str>,
    /// How it is delivered.
    pub deliver: &'a str,
}

/// What a provider tells of, and what that means.
///
/// # Errors
/// [`TriggerError::Provider`].
pub fn can_be_told(provider: &str) -> Result<Vec<(&'static str, &'static str)>, TriggerError> {
    let plays = provider == "sandbox" || speaks::spoken(provider).is_some();
    if !plays {
        let names = std::iter::once("sandbox").chain(speaks::ALL.iter().map(|tongue| tongue.name));
        let names: Vec<_> = names.collect();
        return Err(TriggerError::Provider(provider.to_owned(), names.join(", ")));
    }
    let told = EVENTS.into_iter().filter(|(event, ..)| is_told(provider, event));
    Ok(told.map(|(event, _, what)| (event, what)).collect())
}

/// Whether a provider sends anything when this happens: tried on a checkout that nobody pays at.
fn is_told(provider: &str, event: &str) -> bool {
    let form = CheckoutForm {
        reference: "cs_00000000000000000000000000_1".to_owned(),
        order_id: "1".to_owned(),
        amount: 4_999,
        currency: "EUR".to_owned(),
        description: "Order 1".to_owned(),
        method: "card".to_owned(),
        locale: None,
        customer_email: None,
        return_url: "https://shop.example/".to_owned(),
        cancel_url: "https://shop.example/".to_owned(),
        expires_at: u64::from(u32::MAX),
    };
    let before: &[&str] = match event {
        "refunded" | "refund_pending" | "refund_failed" | "dispute_opened" | "reversed" => &["paid"],
        "dispute_won" | "dispute_lost" => &["paid", "dispute_opened"],
        "review_released" => &["review"],
        _ => &[],
    };
    let mut rehearsal = Rehearsal::new(provider, form, Moment::from_seconds(1_795_539_600));
    let mut told = true;
    for event in before {
        told = rehearse(&mut rehearsal, button(event));
    }
    // That something was let through is told by those who told that it was held.
    rehearse(&mut rehearsal, button(event)) && told
}

fn button(event: &str) -> &'static str {
    EVENTS.into_iter().find(|(known, ..)| *known == event).map_or("", |(_, button, _)| button)
}

/// Makes it happen; says what became of the session.
///
/// # Errors
/// [`TriggerError`].
pub(crate) async fn act(caller: &Caller, acting: Acting<'_>) -> Result<String, TriggerError> {
    let Acting { provider, event, session, amount, deliver } = acting;
    let told = can_be_told(provider)?;
    if !told.iter().any(|(known, _)| *known == event) {
        let names: Vec<_> = told.iter().map(|(name, _)| *name).collect();
        return Err(TriggerError::Event(event.to_owned(), names.join(", ")));
    }
    let path = format!("/v1/sessions/{session}");
    let answer = caller.until_answered(caller.of_shop(Method::GET, &path, None)).await?;
    let known = json(&answer);
    if answer.status != 200 {
        return Err(TriggerError::Not(format!("the demo shop has no session {session}")));
    }
    let at = text(&known, "provider");
    if at != provider {
        return Err(TriggerError::Not(format!("the session is at {at}, not at {provider}")));
    }
    let word = match (event, amount) {
        ("paid", Some(_)) => "pay_other",
        ("refunded", Some(_)) => "refund",
        _ => button(event),
    };
    let form: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("act", word)
        .append_pair("deliver", deliver)
        .append_pair("seconds", "10")
        .append_pair("amount", amount.unwrap_or_default())
        .finish();
    let page = page_of(caller, session).await?;
    let request = Request::new(Method::POST, page.as_str()).body("application/x-www-form-urlencoded", form);
    match caller.send(request).await?.status {
        303 => Ok(format!("{provider}: {event}. What was delivered, and how it was answered: {page}")),
        409 => Err(TriggerError::Not(format!("that cannot happen to it now: see {page}"))),
        422 => Err(TriggerError::Not("give an --amount such as 49.99".to_owned())),
        status => Err(TriggerError::Stack(format!("the sandbox answered {status}"))),
    }
}

/// The page of a session's checkout. A provider that takes no underscores has our reference with dashes.
async fn page_of(caller: &Caller, session: &str) -> Result<String, TriggerError> {
    for reference in [session.to_owned(), session.replace('_', "-")] {
        let answer = caller.send(caller.of_sandbox(&format!("/checkouts/by-reference/{reference}"))).await?;
        if answer.status == 200 {
            return Ok(format!("{}/sandbox/checkout/{}", caller.url, text(&json(&answer), "id")));
        }
    }
    Err(TriggerError::Not(format!("the sandbox has no checkout of {session}")))
}
