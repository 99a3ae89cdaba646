//! Playing a case, step by step, as the people in it would.

use std::time::Duration;

use payproof_edge::app::now;

use super::super::client::{Choice, Staff, Trouble, Truth};
use super::super::customer::{Customer, Lost, Press};
use super::super::order::{Opened, Order};
use super::super::{Shop, catalogue, offline};
use super::{Case, How};
use crate::documents::DocumentsError;

/// How often it is looked whether something came.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often at most: webhooks that are tried again come within some seconds.
const LOOKS_MAX: u32 = 200;
/// Who decides for the shop.
const SUPPORT: &str = "Demo shop's support";
/// The provider of the cases that name one; the sandbox plays it.
const PROVIDER: &str = offline::NEXT;
/// Minor units that are missing where too little comes.
const MISSING: u64 = 500;

/// Why a case stopped.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Payproof(#[from] Trouble),
    #[error(transparent)]
    Customer(#[from] Lost),
    #[error(transparent)]
    Store(#[from] DocumentsError),
    #[error("payproof was not told in time that {0}")]
    NotTold(&'static str),
}

/// Plays a case with an order to its end, and keeps with it how that went.
pub(super) async fn play(shop: Shop, order: Order, case: Case) {
    let played = Play { shop: &shop, order: &order, customer: Customer::default() }.all(case).await;
    let how = match played {
        Ok(()) => How::Through,
        Err(stopped) => {
            tracing::warn!(order_id = order.id, %stopped, "a case of the demo shop stopped");
            How::Stopped(stopped.to_string())
        }
    };
    if let Err(error) = shop.played(&order.id, how).await {
        tracing::warn!(order_id = order.id, %error, "the demo shop could not keep how a case went");
    }
}

struct Play<'a> {
    shop: &'a Shop,
    order: &'a Order,
    customer: Customer,
}

impl Play<'_> {
    async fn all(&self, case: Case) -> Result<(), Stopped> {
        self.shop.payproof.register(self.order).await?;
        match case {
            Case::Declined => self.declined().await,
            Case::Late => self.late().await,
            Case::WrongAmount => self.wrong_amount().await,
            Case::ProviderDown => self.provider_down().await,
            Case::RefundedInParts => self.refunded_in_parts().await,
        }
    }

    async fn declined(&self) -> Result<(), Stopped> {
        let card = self.opens(1, by("card")).await?;
        self.customer.presses(&card, Press::on("decline")).await?;
        self.until_told_of(&card).await?;
        let wallet = self.opens(2, by("wallet")).await?;
        self.pays(&wallet).await
    }

    async fn late(&self) -> Result<(), Stopped> {
        let session = self.opens(1, by("card")).await?;
        self.customer.presses(&session, Press::on("pay_late")).await?;
        let late = |truth: &Truth| truth.attention.iter().any(|word| word == "late_payment");
        self.until("the money came late", late).await?;
        let by = Staff { actor: SUPPORT, note: "Still in stock, sent today." };
        self.shop.payproof.acknowledge(&self.order.id, "late_payment", by).await?;
        // Nobody is told of what a shop has looked at itself: it knows, and sends the goods.
        let ship = |order: &mut Order| {
            order.told.ship(now());
            true
        };
        self.shop.orders.change(&self.order.id, ship).await?;
        Ok(())
    }

    async fn wrong_amount(&self) -> Result<(), Stopped> {
        let session = self.opens(1, by("card")).await?;
        let amount = shown(self.order.amount.saturating_sub(MISSING));
        self.customer.presses(&session, Press { button: "pay_other", amount: &amount }).await?;
        self.until("another amount came", |truth| truth.status == "review").await?;
        let note = format!("A voucher of {} was promised to the customer.", catalogue::shown(MISSING));
        self.shop.payproof.approve(&session.id, Staff { actor: SUPPORT, note: &note }).await?;
        Ok(())
    }

    /// The routing goes by the order's country; the shop names no provider here.
    async fn provider_down(&self) -> Result<(), Stopped> {
        let session = self.opens(1, Choice::default()).await?;
        self.pays(&session).await
    }

    async fn refunded_in_parts(&self) -> Result<(), Stopped> {
        let session = self.opens(1, by("card")).await?;
        self.pays(&session).await?;
        let mug = self.order.lines.first().map_or(0, |line| line.unit_amount);
        let (key, reason) = (format!("{}-refund-1", self.order.id), "One of three mugs arrived broken.");
        self.shop.payproof.refund(&self.order.id, mug, reason, &key).await?;
        self.until("the first part went back", |truth| truth.amount_refunded == mug).await?;
        // What follows at the provider is told after what came before it.
        self.customer.presses(&session, Press::on("refund_all")).await?;
        self.until("the rest went back", |truth| truth.status == "refunded").await
    }

    /// The shop opens a session, and the customer goes to its checkout.
    async fn opens(&self, attempt: u8, choice: Choice<'_>) -> Result<Opened, Stopped> {
        let session = self.shop.payproof.open(self.order, attempt, choice).await?;
        self.shop.orders.opened(&self.order.id, &session).await?;
        self.customer.goes_to_pay(&session).await?;
        Ok(session)
    }

    async fn pays(&self, session: &Opened) -> Result<(), Stopped> {
        self.customer.presses(session, Press::on("pay")).await?;
        self.until("it was paid", |truth| truth.status == "paid").await
    }

    /// Waits until payproof says so: a webhook takes its time.
    async fn until(&self, what: &'static str, is_so: impl Fn(&Truth) -> bool) -> Result<(), Stopped> {
        for _ in 0..LOOKS_MAX {
            if is_so(&self.shop.payproof.order(&self.order.id).await?) {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(Stopped::NotTold(what))
    }

    /// Waits for a session's first webhook: a try that is declined leaves the order as it is.
    async fn until_told_of(&self, session: &Opened) -> Result<(), Stopped> {
        for _ in 0..LOOKS_MAX {
            if self.shop.payproof.webhooks_of(&session.id).await? > 0 {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(Stopped::NotTold("a try was declined"))
    }
}

/// By this method, at the provider of the cases.
fn by(method: &str) -> Choice<'_> {
    Choice { method: Some(method), provider: Some(PROVIDER) }
}

/// An amount as people type it.
fn shown(minor: u64) -> String {
    catalogue::shown(minor).split(' ').next().unwrap_or_default().to_owned()
}
