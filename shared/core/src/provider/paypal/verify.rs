//! Whether a delivery is PayPal's: PayPal is asked, once nothing speaks against asking.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::object::Node;
use super::requests::{body, with_token};
use super::{Account, events};
use crate::payment::Moment;
use crate::provider::signature::from_base64;
use crate::provider::{Event, Failure, Inbound, Reading, Refusal, Step, Verdict, Vouched, json};

/// Where PayPal's certificates are. It is PayPal that fetches them; one of elsewhere is not worth the question.
const CERTIFICATES: [&str; 4] = [
    "https://api.paypal.com/v1/notifications/certs/",
    "https://api.sandbox.paypal.com/v1/notifications/certs/",
    "https://api-m.paypal.com/v1/notifications/certs/",
    "https://api-m.sandbox.paypal.com/v1/notifications/certs/",
];

/// Nothing is trusted for it: a delivery is refused here, or asked about.
pub(super) fn verify<'a>(account: &Account, inbound: &Inbound<'a>, _: Moment) -> Verdict<'a> {
    match question(account, inbound) {
        Ok(question) => Verdict::Ask(ask(account, question, inbound.body)),
        Err(refusal) => Verdict::Refused(refusal),
    }
}

/// What PayPal is asked, to the byte: it judges the body by its CRC-32, so it has to be the one that came.
fn question(account: &Account, inbound: &Inbound<'_>) -> Result<Vec<u8>, Refusal> {
    let header = |name| inbound.header(name).filter(|text| !text.is_empty()).ok_or(Refusal::Missing);
    let id = header("paypal-transmission-id")?;
    let time = header("paypal-transmission-time")?;
    let signature = header("paypal-transmission-sig")?;
    let certificate = header("paypal-cert-url")?;
    let algorithm = header("paypal-auth-algo")?;
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_ours = CERTIFICATES.iter().any(|place| certificate.strip_prefix(place).is_some_and(is_name));
    if algorithm != "SHA256withRSA" || !is_ours || from_base64(signature).is_none() {
        return Err(Refusal::Invalid);
    }
    // Whatever follows the object would become a part of the question, a second `webhook_id` for one.
    json::object::<Object>(inbound.body).map_err(|_| Refusal::Invalid)?;
    let mut question = b"{".to_vec();
    for (key, text) in [
        ("transmission_id", id),
        ("transmission_time", time),
        ("cert_url", certificate),
        ("auth_algo", algorithm),
        ("transmission_sig", signature),
        ("webhook_id", account.webhook_id.reveal()),
    ] {
        let text = serde_json::Value::from(text);
        question.extend_from_slice(format!("\"{key}\":{text},").as_bytes());
    }
    question.extend_from_slice(b"\"webhook_event\":");
    question.extend_from_slice(inbound.body);
    question.push(b'}');
    Ok(question)
}

/// One JSON object, whatever it holds.
struct Object;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Judged<'a> {
    #[serde(borrow)]
    verification_status: Node<'a>,
}

fn ask(account: &Account, question: Vec<u8>, event: &[u8]) -> Step<Result<Vouched, Refusal>> {
    let events = events::read(account, event).unwrap_or_else(|problem| {
        // It is PayPal's all the same: asked about, it is kept as not understood.
        let fails = with_token(account, move |_| Err(problem.into()));
        vec![Event { id: None, word: "unknown".to_owned(), at: None, readings: vec![Reading::Ask(fails)] }]
    });
    with_token(account, move |caller| {
        let request = caller.ask("/v1/notifications/verify-webhook-signature", question);
        Ok(Step::send(request, move |answer| {
            let judged: Judged<'_> = body(answer)?;
            match judged.verification_status.text() {
                Some("SUCCESS") => Ok(Step::Done(Ok(Vouched::by_the_provider(events)))),
                Some("FAILURE") => Ok(Step::Done(Err(Refusal::Invalid))),
                _ => Err(Failure::Unknown("neither SUCCESS nor FAILURE".to_owned())),
            }
        }))
    })
}
