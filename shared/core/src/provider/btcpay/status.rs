//! A server's status words, and what is true of an invoice now.

use super::object::{Invoice, PaymentMethod, Payout, PullPayment, id, missing, moment, payment_id, session};
use super::{Account, requests};
use crate::payment::{Kind, Money, ProviderPaymentId, Refund, RefundId, Report, SessionId};
use crate::provider::{Failure, Held, NotUnderstood, Step, Told, whose};

/// An invoice's `status` and `additionalStatus` (`InvoiceStatus` and `InvoiceExceptionStatus` in the Greenfield API). None
/// while nothing is decided.
///
/// | status | additional | ours |
/// | --- | --- | --- |
/// | `New` | `None`, `PaidPartial` | nothing yet |
/// | `Processing` | `None`, `PaidOver` | processing |
/// | `Settled` | `None`, `PaidPartial` (within the tolerance), `Marked` (by hand) | paid: the invoice's amount |
/// | `Settled` | `PaidOver` | paid: what came |
/// | `Expired` | `None` | expired |
/// | `Expired` | `PaidPartial`, `PaidLate`, each payment confirmed | paid: what came; too little of it is a review |
/// | `Expired` | `PaidPartial`, `PaidLate`, otherwise | nothing yet: an event comes once it is |
/// | `Invalid` | any, with `Marked` and something paid | review |
/// | `Invalid` | otherwise | failed: the payment was not confirmed in time, or it was marked by hand |
///
/// The server settles no invoice by itself for which money came too late, so what came is told as any late money is: it
/// counts, and wants attention.
pub(super) fn of_state(invoice: &Invoice<'_>, payments: Payments) -> Result<Option<Report>, NotUnderstood> {
    let status = invoice.status.text().ok_or_else(|| missing("status"))?;
    let more = invoice.additional_status.text().unwrap_or("None");
    let has_paid = || Ok(invoice.paid_amount()?.is_some_and(|paid| paid.minor() > 0));
    let kind = match (status, more) {
        ("New", "None" | "PaidPartial") => return Ok(None),
        ("Processing", "None" | "PaidOver") => Kind::Processing,
        ("Settled", "None" | "Marked") => Kind::Paid(invoice.amount()?),
        ("Settled", "PaidOver") => Kind::Paid(most(invoice.amount()?, invoice.paid_amount()?)),
        ("Settled", "PaidPartial") => match invoice.paid_amount()? {
            Some(paid) => Kind::Paid(paid),
            None => return Err(missing("paidAmount")),
        },
        ("Expired", "None") => Kind::Expired,
        ("Expired", "PaidPartial" | "PaidLate") if payments == Payments::Unconfirmed => return Ok(None),
        ("Expired", "PaidPartial") => match invoice.paid_amount()? {
            Some(paid) => Kind::Paid(paid),
            // Too little, and an old server does not say how much.
            None => {
                Kind::Paid(Money::new(0, invoice.amount()?.currency()).map_err(|_| NotUnderstood::Money)?)
            }
        },
        ("Expired", "PaidLate") => Kind::Paid(late(invoice.amount()?, invoice.paid_amount()?)),
        ("Invalid", "Marked") if has_paid()? => Kind::Review,
        ("Invalid", "None" | "Marked" | "Invalid" | "PaidPartial" | "PaidOver" | "PaidLate") => Kind::Failed,
        // New to us. "Nothing came" would be a guess, and a paid order could be closed on it.
        _ => return Err(missing("status, additionalStatus")),
    };
    let reason = (more != "None" && matches!(kind, Kind::Review | Kind::Failed)).then_some(more);
    let word = if more == "None" { status.to_owned() } else { format!("{status}, {more}") };
    Ok(Some(Report::new(kind).said_at(moment(&invoice.created_time)).word(&word).reason(reason)))
}

/// What came late: as much as was asked for where what was cut off makes the difference, else no more than came, for a
/// payment that became invalid is not in it. An old server says only that it was enough.
fn late(asked: Money, came: Option<Money>) -> Money {
    came.map_or(
        asked,
        |came| if came.minor().saturating_add(1) >= asked.minor() { came.max(asked) } else { came },
    )
}

/// Of an invoice that is paid over no less came than was asked for, whatever is cut off or left out.
fn most(asked: Money, came: Option<Money>) -> Money {
    came.map_or(asked, |came| came.max(asked))
}

/// A refund: a pull payment and its payouts (`PayoutState`). `asked` is our id of it where we know it.
///
/// | pull payment | payouts | ours |
/// | --- | --- | --- |
/// | open or archived | some `Completed` | refunded: their sum |
/// | open | none yet, `AwaitingApproval`, `AwaitingPayment`, `InProgress` | under way |
/// | open | `Cancelled` only | under way: it can be claimed again |
/// | archived | none, or `Cancelled` only | failed: the money is the shop's |
pub(super) fn of_refund(
    pull: &PullPayment<'_>,
    payouts: &[Payout<'_>],
    asked: Option<RefundId>,
) -> Result<Report, NotUnderstood> {
    let own = id(&pull.id, "id")?;
    let (currency, mut money) = (pull.currency()?, pull.money()?);
    let (mut completed, mut under_way, mut last) = (None::<u64>, false, moment(&pull.starts_at));
    for payout in payouts.iter().filter(|payout| payout.pull_payment_id.text().is_none_or(|of| of == own)) {
        match payout.state.text() {
            Some("Completed") => {
                let minor = payout.money(currency)?.minor();
                completed = Some(completed.unwrap_or(0).saturating_add(minor));
                last = last.max(moment(&payout.date));
            }
            Some("AwaitingApproval" | "AwaitingPayment" | "InProgress") => under_way = true,
            Some("Cancelled") => {}
            _ => return Err(missing("a payout's state")),
        }
    }
    if let Some(minor) = completed {
        money = Money::new(minor, currency).map_err(|_| NotUnderstood::Money)?;
    }
    let archived = pull.archived.flag() == Some(true);
    let said = Refund {
        id: RefundId::parse(own).map_err(|_| missing("id"))?,
        request: asked.or_else(|| pull.asked_refund()),
        money,
    };
    let (kind, word) = match (completed.is_some(), under_way || !archived) {
        (true, _) => (Kind::Refunded(said), "Completed"),
        (false, true) => (Kind::RefundPending(said), "offered"),
        (false, false) => (Kind::RefundFailed(said), "archived"),
    };
    Ok(Report::new(kind).said_at(last).word(word))
}

/// What one invoice says.
pub(super) struct Truth {
    session: Option<SessionId>,
    checkout_id: String,
    reports: Vec<Report>,
}

impl Truth {
    /// It as what an event would tell; none where the invoice is not ours.
    pub(super) fn told(self) -> Option<Told> {
        let Self { session, checkout_id, reports } = self;
        Some(Told { session: session?, checkout_id: Some(checkout_id), reports, fetched: true })
    }
}

/// Whether all that was paid for an invoice is confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Payments {
    Confirmed,
    /// Or not asked about.
    Unconfirmed,
}

impl Payments {
    /// From each way to pay and its payments (`status` of a payment in the Greenfield API: `Settled`, `Processing`,
    /// `Invalid`). One that became invalid is none.
    fn of(methods: &[PaymentMethod<'_>]) -> Self {
        let words =
            || methods.iter().flat_map(|method| &method.payments).map(|payment| payment.status.text());
        let is_known = words().all(|word| matches!(word, Some("Settled" | "Invalid")));
        if is_known && words().any(|word| word == Some("Settled")) {
            Self::Confirmed
        } else {
            Self::Unconfirmed
        }
    }
}

fn truth(account: &Account, invoice: &Invoice<'_>, payments: Payments) -> Result<Truth, NotUnderstood> {
    invoice.of_ours(account)?;
    let checkout_id = id(&invoice.id, "id")?.to_owned();
    let payment = payment_id(&checkout_id)?;
    let report = of_state(invoice, payments)?.map(|report| report.payment(Some(payment)));
    Ok(Truth { session: session(&invoice.metadata), checkout_id, reports: Vec::from_iter(report) })
}

/// The invoice with this id, as it is now; where money came after it had expired, with whether that is confirmed.
pub(super) fn of_invoice(account: &Account, id: &str) -> Step<Truth> {
    let asking = account.clone();
    let path = invoice_path(account, id);
    Step::send(requests::get(account, &path), move |answer| {
        let invoice: Invoice<'_> = requests::body(answer)?;
        if !invoice.has_late_money() {
            return Ok::<_, Failure>(Step::Done(truth(&asking, &invoice, Payments::Unconfirmed)?));
        }
        let kept = answer.clone();
        let payments = requests::get(&asking, &format!("{path}/payment-methods"));
        Ok(Step::send(payments, move |answer| {
            let methods: Vec<PaymentMethod<'_>> = requests::list(answer)?;
            Ok(Step::Done(truth(&asking, &requests::body(&kept)?, Payments::of(&methods))?))
        }))
    })
}

fn invoice_path(account: &Account, id: &str) -> String {
    requests::in_store(account, &format!("invoices/{}", requests::segment(id)))
}

/// Whose an invoice is. One of another store of the server is nobody's here.
pub(super) fn whose(account: &Account, payment: &ProviderPaymentId) -> Option<Step<Option<SessionId>>> {
    let id = Some(payment.as_str()).filter(|id| whose::is_plain(id, INVOICE_ID_CHARS_MIN))?;
    let asking = account.clone();
    Some(whose::ask(requests::get(account, &invoice_path(account, id)), move |answer| {
        let invoice: Invoice<'_> = requests::body(answer)?;
        Ok(session(&invoice.metadata).filter(|_| invoice.of_ours(&asking).is_ok()))
    }))
}

/// An invoice's id is 16 random bytes in base 58 (`InvoiceRepository.CreateNewInvoice`): 22 letters and digits, or one or two
/// fewer where it begins with small ones.
const INVOICE_ID_CHARS_MIN: usize = 20;

/// The invoice that a pull payment refunds, and how far that refund is. None where it is no refund.
pub(super) fn of_pull_payment(account: &Account, id: &str) -> Step<Option<Truth>> {
    let asking = account.clone();
    let path = format!("/api/v1/pull-payments/{}", requests::segment(id));
    let payouts = requests::get(account, &format!("{path}/payouts?includeCancelled=true"));
    Step::send(requests::get(account, &path), move |answer| {
        let pull: PullPayment<'_> = requests::body(answer)?;
        let Some(invoice) = pull.invoice() else { return Ok(Step::Done(None)) };
        let (invoice, kept) = (invoice.to_owned(), answer.clone());
        Ok(Step::send(payouts, move |answer| {
            let payouts: Vec<Payout<'_>> = requests::list(answer)?;
            let pull: PullPayment<'_> = requests::body(&kept)?;
            let report = of_refund(&pull, &payouts, None)?.payment(Some(payment_id(&invoice)?));
            Ok(of_invoice(&asking, &invoice).map(|truth| Some(Truth { reports: vec![report], ..truth })))
        }))
    })
}

/// By its id, or by our session where the answer that told the id was lost; and its refunds, where the key may see them.
pub(super) fn fetch(account: &Account, held: &Held<'_>) -> Option<Step<Vec<Report>>> {
    let asking = account.clone();
    let found = match held.checkout_id {
        Some(id) => of_invoice(account, id).map(Some),
        None => requests::find(account, held.session),
    };
    let all = found.then(move |truth| {
        let Some(truth) = truth else { return Ok(Step::Done(Vec::new())) };
        let is_paid = truth.reports.iter().any(|report| matches!(report.kind, Kind::Paid(_)));
        Ok(if is_paid { with_refunds(&asking, truth) } else { Step::Done(truth.reports) })
    });
    // Nothing fails before something is sent.
    all.ok()
}

fn with_refunds(account: &Account, truth: Truth) -> Step<Vec<Report>> {
    let pulls = requests::in_store(account, "pull-payments?includeArchived=true");
    let payouts = requests::get(account, &requests::in_store(account, "payouts"));
    Step::send(requests::get(account, &pulls), move |answer| {
        let Truth { checkout_id, mut reports, .. } = truth;
        // A key that may not see refunds tells of the invoice all the same.
        if matches!(answer.status, 401 | 403 | 404) {
            return Ok(Step::Done(reports));
        }
        let pulls: Vec<PullPayment<'_>> = requests::list(answer)?;
        if pulls.iter().all(|pull| pull.invoice() != Some(&checkout_id)) {
            return Ok(Step::Done(reports));
        }
        let kept = answer.clone();
        Ok(Step::send(payouts, move |answer| {
            let payouts: Vec<Payout<'_>> = requests::list(answer)?;
            let pulls: Vec<PullPayment<'_>> = requests::list(&kept)?;
            let payment = payment_id(&checkout_id)?;
            for pull in pulls.iter().filter(|pull| pull.invoice() == Some(&checkout_id)) {
                // One in coins is none that we can count; the event about it is kept for a person to look at.
                if pull.currency().is_ok() {
                    reports.push(of_refund(pull, &payouts, None)?.payment(Some(payment.clone())));
                }
            }
            Ok(Step::Done(reports))
        }))
    })
}
