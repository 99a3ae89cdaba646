//! What Xendit answers when it is asked what is true.
//!
//! | of | `status` | ours |
//! | --- | --- | --- |
//! | session | ACTIVE | nothing yet: tries may have failed |
//! | session | COMPLETED | paid of `amount`: capture is automatic |
//! | session | EXPIRED, CANCELED | expired, cancelled |
//! | payment | REQUIRES_ACTION, ACCEPTING_PAYMENTS | nothing yet: the customer has something to do |
//! | payment | PENDING, AUTHORIZED | processing |
//! | payment | SUCCEEDED | paid of the sum of `captures`, else of `request_amount` |
//! | payment | FAILED, CANCELED, EXPIRED | attempt_declined: the session stays open |
//! | refund | PENDING, SUCCEEDED, FAILED and CANCELLED | refund_pending, refunded, refund_failed |
//! | invoice | PENDING; PAID, SETTLED; EXPIRED | nothing yet; paid of `paid_amount`; expired |
//!
//! Sources: docs.xendit.co/apidocs/get-session, get-payment, refund-payment-request; `Invoice` of xendit-node 7.0.0. A
//! payment that ended by itself is one try of a session, which its own state ends.

pub(super) use crate::provider::event::missing;
use serde::Deserialize;

use super::{Account, requests};
use crate::payment::{Kind, Moment, Money, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::json::{Exact, Node};
use crate::provider::{Answer, Failure, Held, NotUnderstood, Request, Step, Told, amount, whose};

/// The fields that are read of a session, payment, refund or invoice, in an answer or in an event.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Object<'a> {
    #[serde(borrow)]
    pub(super) id: Node<'a>,
    pub(super) payment_session_id: Node<'a>,
    pub(super) payment_id: Node<'a>,
    pub(super) payment_request_id: Node<'a>,
    pub(super) reference_id: Node<'a>,
    pub(super) external_id: Node<'a>,
    pub(super) metadata: Node<'a, Metadata<'a>>,
    pub(super) status: Node<'a>,
    currency: Node<'a>,
    amount: Exact<'a>,
    request_amount: Exact<'a>,
    paid_amount: Exact<'a>,
    captures: Option<Vec<Capture<'a>>>,
    failure_code: Node<'a>,
    pub(super) updated: Node<'a>,
    paid_at: Node<'a>,
    pub(super) payment_link_url: Node<'a>,
    /// Of an event that is wrapped twice, as the API reference shows refunds.
    pub(super) data: Node<'a, Object<'a>>,
}

/// Our own notes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    session: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Capture<'a> {
    #[serde(borrow)]
    capture_amount: Exact<'a>,
}

impl Object<'_> {
    /// Our session, where it is one of ours.
    pub(super) fn session(&self) -> Option<SessionId> {
        let parse = |node: &Node<'_>| SessionId::parse(node.text()?).ok();
        parse(&self.reference_id)
            .or_else(|| parse(&self.external_id))
            .or_else(|| parse(&self.metadata.of()?.session))
    }

    pub(super) fn payment(&self) -> Option<ProviderPaymentId> {
        ProviderPaymentId::parse(self.payment_id.text()?).ok()
    }

    fn money(&self, amount: &Exact<'_>, field: &str) -> Result<Money, NotUnderstood> {
        let currency = amount::currency(self.currency.text().ok_or_else(|| missing("currency"))?)?;
        amount::from_decimal(amount.digits().ok_or_else(|| missing(field))?, currency)
    }

    /// What was captured of a payment.
    fn captured(&self) -> Result<Money, NotUnderstood> {
        let captures = self.captures.as_deref().unwrap_or_default();
        if captures.is_empty() {
            return self.money(&self.request_amount, "request_amount");
        }
        let mut sum = 0_u64;
        let mut currency = None;
        for capture in captures {
            let money = self.money(&capture.capture_amount, "captures.capture_amount")?;
            sum = sum.checked_add(money.minor()).ok_or(NotUnderstood::Money)?;
            currency = Some(money.currency());
        }
        Money::new(sum, currency.ok_or(NotUnderstood::Money)?).map_err(|_| NotUnderstood::Money)
    }

    fn report(&self, kind: Kind) -> Report {
        let at = self.paid_at.text().or_else(|| self.updated.text()).and_then(Moment::parse_rfc3339);
        let reason = match kind {
            Kind::AttemptDeclined | Kind::RefundFailed(_) => self.failure_code.text(),
            _ => None,
        };
        let word = self.status.text().unwrap_or_default();
        Report::new(kind).payment(self.payment()).said_at(at).word(word).reason(reason)
    }

    fn unknown(&self) -> Failure {
        let word: String = self.status.text().unwrap_or_default().chars().take(40).collect();
        let is_word = word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        Failure::Unknown(format!("a status that is not documented: {}", if is_word { &word } else { "…" }))
    }
}

pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    let id = held.checkout_id.filter(|id| is_id(id))?;
    let session = held.session;
    Some(Step::send(requests::get(account, &format!("/sessions/{}", requests::segment(id))), move |answer| {
        let object: Object<'_> = requests::body(answer)?;
        if object.session() != Some(session) {
            return Err(missing("reference_id").into());
        }
        Ok(Step::Done(of_session(&object)?))
    }))
}

/// Whether a text can be an id: it goes into an address.
pub(super) fn is_id(id: &str) -> bool {
    (1..=100).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn of_session(object: &Object<'_>) -> Result<Vec<Report>, Failure> {
    let kind = match object.status.text() {
        Some("ACTIVE") => return Ok(Vec::new()),
        Some("COMPLETED") => Kind::Paid(object.money(&object.amount, "amount")?),
        Some("EXPIRED") => Kind::Expired,
        Some("CANCELED") => Kind::Cancelled,
        _ => return Err(object.unknown()),
    };
    Ok(vec![object.report(kind)])
}

fn of_payment(object: &Object<'_>) -> Result<Vec<Report>, Failure> {
    let kind = match object.status.text() {
        Some("REQUIRES_ACTION" | "ACCEPTING_PAYMENTS") => return Ok(Vec::new()),
        Some("PENDING" | "AUTHORIZED") => Kind::Processing,
        Some("SUCCEEDED") => Kind::Paid(object.captured()?),
        Some("FAILED" | "CANCELED" | "EXPIRED") => Kind::AttemptDeclined,
        _ => return Err(object.unknown()),
    };
    Ok(vec![object.report(kind)])
}

fn of_invoice(object: &Object<'_>) -> Result<Vec<Report>, Failure> {
    let kind = match object.status.text() {
        Some("PENDING") => return Ok(Vec::new()),
        Some("PAID" | "SETTLED") => Kind::Paid(object.money(&object.paid_amount, "paid_amount")?),
        Some("EXPIRED") => Kind::Expired,
        _ => return Err(object.unknown()),
    };
    Ok(vec![object.report(kind)])
}

/// A refund. `reference_id` is ours where we asked for it, which the session beside it shows.
pub(super) fn of_refund(object: &Object<'_>) -> Result<Report, Failure> {
    let parse = |node: &Node<'_>| RefundId::parse(node.text()?).ok();
    let refund = Refund {
        id: parse(&object.id).ok_or_else(|| missing("id"))?,
        request: object.session().and_then(|_| parse(&object.reference_id)),
        money: object.money(&object.amount, "amount")?,
    };
    let kind = match object.status.text() {
        Some("PENDING") => Kind::RefundPending(refund),
        Some("SUCCEEDED") => Kind::Refunded(refund),
        Some("FAILED" | "CANCELLED") => Kind::RefundFailed(refund),
        _ => return Err(object.unknown()),
    };
    Ok(object.report(kind))
}

/// What an event names, and so what is asked.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    Session,
    Payment,
    Invoice,
}

impl Asked {
    fn get(self, account: &Account, id: &str) -> Request {
        let id = requests::segment(id);
        let path = match self {
            Self::Session => format!("/sessions/{id}"),
            Self::Payment => format!("/v3/payments/{id}"),
            Self::Invoice => format!("/v2/invoices/{id}"),
        };
        requests::get(account, &path)
    }
}

/// Whose a payment, a session or an invoice is: the form of the id says which it is, as Xendit's pages show them. A payment
/// is looked for among those that are remembered first, for not every one carries our reference.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let asked = match id.split_once('-') {
        _ if !is_id(id) => return None,
        Some(("py", rest)) if !rest.is_empty() => Asked::Payment,
        Some(("ps", rest)) if !rest.is_empty() => Asked::Session,
        None if id.len() == INVOICE_ID_CHARS && id.bytes().all(is_hex) => Asked::Invoice,
        _ => return None,
    };
    let asking =
        whose::ask(asked.get(account, id), |answer| Ok(requests::body::<Object<'_>>(answer)?.session()));
    Some(match asked {
        Asked::Payment => Step::find(payment.clone(), |session| {
            Ok(session.map_or(asking, |session| Step::Done(Some(session))))
        }),
        Asked::Session | Asked::Invoice => asking,
    })
}

const INVOICE_ID_CHARS: usize = 24;

/// What is true of it now. Whose it is, the answer says; none where it is none of ours, or nothing came yet.
pub(super) fn ask(account: &Account, asked: Asked, id: &str) -> Step<Option<Told>> {
    Step::send(asked.get(account, id), move |answer| {
        let object: Object<'_> = requests::body(answer)?;
        let Some(session) = object.session() else { return Ok(Step::Done(None)) };
        let reports = match asked {
            Asked::Session => of_session(&object)?,
            Asked::Payment => of_payment(&object)?,
            Asked::Invoice => of_invoice(&object)?,
        };
        let checkout_id = object.payment_session_id.text().map(str::to_owned);
        let told = Told { session, checkout_id, reports, fetched: true };
        Ok(Step::Done((!told.reports.is_empty()).then_some(told)))
    })
}

/// What is true of a refund now. Its payment is the answer's, or the one that the event names.
pub(super) fn ask_refund(
    account: &Account,
    id: &str,
    named: Option<ProviderPaymentId>,
) -> Step<Option<Told>> {
    let path = format!("/refunds/{}", requests::segment(id));
    Step::send(requests::get(account, &path), move |answer: &Answer| {
        let object: Object<'_> = requests::body(answer)?;
        let payment = object.payment().or(named);
        let reports = vec![of_refund(&object)?.payment(payment.clone())];
        let told = move |session| Told { session, checkout_id: None, reports, fetched: true };
        Ok(match (object.session(), payment) {
            (Some(session), _) => Step::Done(Some(told(session))),
            (None, Some(payment)) => Step::find(payment, move |session| Ok(Step::Done(session.map(told)))),
            (None, None) => Step::Done(None),
        })
    })
}
