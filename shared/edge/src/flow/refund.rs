//! Sending money back: reserved in the item before the provider hears of it, so that no two requests take it twice.

use payproof::payment::limits::FACTS_MAX;
use payproof::payment::{
    AskedRefund, CannotRefund, Decision, Fact, FactId, Moment, Outcome, Payment, PaymentId, RefundAsk,
    RefundId, RefundWish, Refunding, Report, Source, WriteMark, asked_refund, decide, refunding,
};
use payproof::provider::{Configured, Failure, RefundOrder, Step, Told};
use payproof::shop::Shop;

use super::facts::facts_of;
use super::record::{FlowError, is_ours, record};
use crate::app::App;
use crate::circuits::Callee;
use crate::limits::{FACTS_OF_A_REFUND, RACES_MAX, REFUND_TIMEOUT};
use crate::random;
use crate::store::{Due, Saved};

/// Why no refund was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefundError {
    /// The shop has no such order.
    #[error("no such order")]
    OrderNotFound,
    /// The rules say no.
    #[error(transparent)]
    Cannot(#[from] CannotRefund),
    /// The provider has no way to be asked for it, or the shop has it no more.
    #[error("{0} cannot be asked for a refund")]
    NoWay(String),
    /// The order holds as many facts as it can.
    #[error("the order holds as many facts as it can")]
    Full,
    /// Something of ours failed.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// What asking a provider for a refund came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It answered; its answer is recorded.
    Answered,
    /// It said no, for good: that is recorded, and the amount is free again.
    Refused,
    /// Nothing is known, or it was not reached: the refund stays asked for, and is looked at again.
    Unknown,
}

/// Sends money of an order back, once for each id: whoever asks again with it is told how the refund stands.
///
/// In this order, so that a crash between any two is found by the timer: timer, reservation, provider, its answer.
///
/// # Errors
/// [`RefundError`]; no provider was asked, or whether one was stands in the item.
pub async fn refund(
    app: &App,
    shop: &Shop,
    order: &PaymentId,
    id: &RefundId,
    wish: &RefundWish,
    now: Moment,
) -> Result<AskedRefund, RefundError> {
    let (payment, ask) = match reserve(app, shop, order, id, wish, now).await? {
        Reserved::Before(known) => return Ok(known),
        Reserved::Now(payment, ask) => (payment, ask),
    };
    send_refund(app, shop, &payment, &ask, now).await?;
    let payment = app.store.load(order).await.map_err(FlowError::from)?;
    payment.and_then(|payment| asked_refund(&payment, id)).ok_or(RefundError::OrderNotFound)
}

enum Reserved {
    Before(AskedRefund),
    Now(Box<Payment>, RefundAsk),
}

/// Writes that the refund is asked for, on the version that allows it: from then on its amount is not left any more.
async fn reserve(
    app: &App,
    shop: &Shop,
    order: &PaymentId,
    id: &RefundId,
    wish: &RefundWish,
    now: Moment,
) -> Result<Reserved, RefundError> {
    let found = app.store.load(order).await.map_err(FlowError::from)?;
    let mut payment = found.filter(|payment| payment.shop == shop.id).ok_or(RefundError::OrderNotFound)?;
    let write = random::write_mark().map_err(FlowError::from)?;
    let mut timer_is_set = false;
    for _ in 0..RACES_MAX {
        let ask = match refunding(&payment, id, wish)? {
            Refunding::Asked(known) => return Ok(Reserved::Before(known)),
            Refunding::Ask(ask) => ask,
        };
        asking(shop, &payment, &ask)?;
        if payment.facts.len().saturating_add(FACTS_OF_A_REFUND) > FACTS_MAX {
            return Err(RefundError::Full);
        }
        if !timer_is_set {
            app.store.put_timer(order, now, Due::Reconcile, now).await.map_err(FlowError::from)?;
            timer_is_set = true;
        }
        let said = Report::new(ask.kind()).payment(Some(ask.payment.clone())).note(wish.reason.as_deref());
        let fact =
            Fact { id: ask.fact_id(), attempt: ask.attempt, source: Source::Merchant, said, at: now, write };
        let facts = [fact];
        let Decision::Write(change, _) = decide(&payment, &shop.id, None, &facts) else {
            return Err(RefundError::Full);
        };
        payment = match app.store.save(order, &change).await.map_err(FlowError::from)? {
            Saved::Written => {
                payment.apply(&change);
                return Ok(Reserved::Now(Box::new(payment), ask));
            }
            Saved::Differs(None) => return Err(RefundError::OrderNotFound),
            // The answer to our own write was lost and the client repeated it.
            Saved::Differs(Some(now)) if is_ours(&now, &facts) => return Ok(Reserved::Now(now, ask)),
            Saved::Differs(Some(now)) => *now,
        };
    }
    Err(RefundError::Flow(FlowError::Raced))
}

/// Whether the provider of this money can be asked to send it back.
pub(super) fn can_be_asked(shop: &Shop, payment: &Payment, ask: &RefundAsk) -> bool {
    asking(shop, payment, ask).is_ok()
}

/// Who is asked, and what, where they can be.
fn asking<'a>(
    shop: &'a Shop,
    payment: &Payment,
    ask: &RefundAsk,
) -> Result<(&'a dyn Configured, Step<Report>), RefundError> {
    let order = RefundOrder {
        session: payment.session_id(ask.attempt),
        payment: &ask.payment,
        refund: &ask.id,
        money: ask.money,
    };
    let session = payment.sessions.get(&ask.attempt);
    let provider = session.and_then(|session| shop.providers.get(session.provider.as_str()));
    let step = provider.and_then(|provider| Some((provider.as_ref(), provider.refund(&order)?)));
    step.ok_or_else(|| {
        RefundError::NoWay(session.map(|session| session.provider.to_string()).unwrap_or_default())
    })
}

/// Asks the provider for a refund that stands in the item as asked for, and records what it answers. Asking again with
/// the same id is the same refund where its key is kept still, or where it is looked for first.
///
/// # Errors
/// [`RefundError::NoWay`], or that the answer could not be recorded: then the refund stays asked for.
pub async fn send_refund(
    app: &App,
    shop: &Shop,
    payment: &Payment,
    ask: &RefundAsk,
    now: Moment,
) -> Result<Sent, RefundError> {
    let (provider, step) = asking(shop, payment, ask)?;
    let session = payment.session_id(ask.attempt);
    let answer = app.sender.run(step, REFUND_TIMEOUT).await;
    app.circuits.heard(&Callee::provider(shop, provider.name()), &answer, now);
    let write = random::write_mark().map_err(FlowError::from)?;
    let (facts, sent) = match &answer {
        Ok(report) => {
            let told = Told { session, checkout_id: None, reports: vec![report.clone()], fetched: true };
            (facts_of(provider.id(), None, &mut 0, told, now, write), Sent::Answered)
        }
        Err(Failure::Refused { code, .. }) => {
            (vec![refused(ask, code.as_deref().unwrap_or("refused"), now, write)], Sent::Refused)
        }
        Err(Failure::Unknown(_) | Failure::NotUnderstood(_) | Failure::Unreachable(_)) => {
            (Vec::new(), Sent::Unknown)
        }
    };
    if let Err(failure) = &answer {
        tracing::warn!(
            shop_id = %shop.id, session_id = %session, refund_id = %ask.id, provider = provider.name(), error = %failure,
            "a provider made no refund, or nobody knows"
        );
    }
    let outcome = match facts.as_slice() {
        [] => Outcome::Stale,
        facts => record(&app.store, &payment.id, &shop.id, None, facts).await?,
    };
    tracing::info!(
        shop_id = %shop.id, session_id = %session, refund_id = %ask.id, provider = provider.name(),
        outcome = outcome.word(), "a refund was asked for"
    );
    Ok(sent)
}

/// That no refund was made, and why.
fn refused(ask: &RefundAsk, why: &str, now: Moment, write: WriteMark) -> Fact {
    let said = Report::new(ask.refused())
        .payment(Some(ask.payment.clone()))
        .word("refund_refused")
        .reason(Some(why));
    let id = FactId::ours(ask.attempt, &format!("refund_refused:{}", ask.id));
    Fact { id, attempt: ask.attempt, source: Source::Us, said, at: now, write }
}
