//! What is true of a page and its payment now (api-reference.checkout.com: hosted payments page, payment details).
//!
//! | page's `status` | ours |
//! | --- | --- |
//! | Payment Pending | nothing yet |
//! | Payment Received | what its payment says |
//! | Expired | expired |
//!
//! | payment's `status` | ours |
//! | --- | --- |
//! | Active, Requested, Pending, Authentication Requested, Retry Scheduled | processing |
//! | Authorized | processing; review where `risk.flagged` |
//! | Captured, Partially Captured, Paid | paid of what was captured |
//! | Partially Refunded, Refunded | the same, and the total that was refunded |
//! | Declined, Canceled | attempt_declined |
//! | Expired, Voided | expired, cancelled |
//! | Card Verified | nothing |

use super::events::Envelope;
use super::object::{Object, missing, payment_id};
use super::{Account, requests};
use crate::payment::{Kind, Moment, ProviderPaymentId, Report, SessionId};
use crate::provider::{Answer, Failure, Held, Step, whose};

pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    let path = format!("/hosted-payments/{}", requests::segment(held.checkout_id?));
    let (asking, session) = (account.clone(), held.session);
    Some(Step::send(requests::get(account, &path), move |answer| {
        let page: Object<'_> = requests::body(answer)?;
        is_of(&page, session)?;
        let status = page.status.text().unwrap_or_default();
        Ok(match status {
            "Payment Pending" => Step::Done(Vec::new()),
            "Expired" => Step::Done(vec![Report::new(Kind::Expired).word(status)]),
            // The word does not say that the money was captured.
            "Payment Received" => {
                let payment = payment_id(&page.payment_id)?;
                let path = format!("/payments/{}", requests::segment(payment.as_str()));
                Step::send(requests::get(&asking, &path), move |answer| {
                    let payment: Object<'_> = requests::body(answer)?;
                    is_of(&payment, session)?;
                    Ok(Step::Done(of_payment(&payment, answer)?))
                })
            }
            _ => return Err(unknown(status)),
        })
    }))
}

/// What carries another session's id is no answer to our question.
fn is_of(object: &Object<'_>, session: SessionId) -> Result<(), Failure> {
    if object.session().is_some_and(|theirs| theirs != session) {
        return Err(missing("metadata.session_id").into());
    }
    Ok(())
}

fn unknown(status: &str) -> Failure {
    let known: String =
        status.chars().filter(|char| char.is_ascii_alphabetic() || *char == ' ').take(40).collect();
    Failure::Unknown(format!("a status that is not documented: {known}"))
}

fn of_payment(payment: &Object<'_>, answer: &Answer) -> Result<Vec<Report>, Failure> {
    let status = payment.status.text().unwrap_or_default();
    let kind = match status {
        "Active" | "Requested" | "Pending" | "Authentication Requested" | "Retry Scheduled" => {
            Kind::Processing
        }
        "Authorized" if payment.is_flagged() => Kind::Review,
        "Authorized" => Kind::Processing,
        "Captured" | "Partially Captured" | "Paid" | "Partially Refunded" | "Refunded" => {
            Kind::Paid(captured(payment)?)
        }
        "Declined" | "Canceled" => Kind::AttemptDeclined,
        "Expired" => Kind::Expired,
        "Voided" => Kind::Cancelled,
        "Card Verified" => return Ok(Vec::new()),
        _ => return Err(unknown(status)),
    };
    let id = payment_id(&payment.id)?;
    let reason =
        payment.response_code.text().filter(|_| matches!(kind, Kind::AttemptDeclined | Kind::Review));
    let at = payment.processed_on.text().and_then(Moment::parse_rfc3339);
    let mut reports = vec![Report::new(kind).said_at(at).reason(reason)];
    let balances = payment.balances.of();
    if let Some(refunded) = balances.map(|balances| &balances.total_refunded)
        && refunded.number().is_some_and(|units| units > 0)
    {
        let total = payment.money(refunded, "balances.total_refunded")?;
        reports.push(Report::new(Kind::RefundedTotal(total)).said_at(answer.date()));
    }
    Ok(reports.into_iter().map(|report| report.payment(Some(id.clone())).word(status)).collect())
}

/// What was captured of it. The amount that was asked for is not what came, so nothing else will do.
fn captured(payment: &Object<'_>) -> Result<crate::payment::Money, Failure> {
    let balances = payment.balances.of().ok_or_else(|| missing("balances"))?;
    Ok(payment.money(&balances.total_captured, "balances.total_captured")?)
}

/// Whose a payment or a page is, which carry our metadata, or an event about one.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = payment.as_str();
    let objects = [("pay_", "payments"), ("hpp_", "hosted-payments"), ("evt_", "workflows/events")];
    let (prefix, objects) = objects.into_iter().find(|(prefix, _)| whose::is_named(id, prefix))?;
    let path = format!("/{objects}/{}", requests::segment(id));
    let is_event = prefix == "evt_";
    Some(whose::ask(requests::get(account, &path), move |answer| {
        if is_event {
            return Ok(requests::body::<Envelope<'_>>(answer)?.session());
        }
        Ok(requests::body::<Object<'_>>(answer)?.session())
    }))
}
