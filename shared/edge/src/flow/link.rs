//! Payment links: made for an order that can be paid, and followed by a customer who chooses how.

use std::sync::Arc;

use payproof::payment::{LinkToken, Moment, Opening, OrderId, Payment, PaymentId, opening};
use payproof::routing::{Lately, Wanted, offered};
use payproof::shop::Shop;

use super::opening::OpenError;
use super::record::FlowError;
use crate::app::App;
use crate::random;
use crate::shops::Freshness;
use crate::store::{Link, LinkRequest, StoreError};

/// Makes a link for an order.
///
/// # Errors
/// [`OpenError`]: why no session could be opened for the order either.
pub async fn make_link(
    app: &App,
    shop: &Shop,
    order: &OrderId,
    request: LinkRequest,
    expires_at: Moment,
    now: Moment,
) -> Result<LinkToken, OpenError> {
    let id = PaymentId::of(&shop.id, order);
    let payment = app.store.load(&id).await.map_err(FlowError::from)?.ok_or(OpenError::OrderNotFound)?;
    match opening(&payment, None, None, now) {
        Opening::AlreadyPaid => return Err(OpenError::AlreadyPaid),
        Opening::UnderWay => return Err(OpenError::UnderWay),
        Opening::TooMany => return Err(OpenError::TooManyAttempts),
        Opening::Open(_) | Opening::Next(_) => {}
    }
    // A provider that rests now may take it when the customer comes.
    if offered(shop, &Wanted::order(&payment), &Lately::default()).is_empty() {
        let why = "no provider of the shop takes this amount and currency".to_owned();
        return Err(OpenError::NoProvider { why, methods: Vec::new(), repeat_at: None });
    }
    let random = random::token().map_err(FlowError::from)?;
    let token = LinkToken::new(id, &random).ok_or(FlowError::Random(random::NoRandomness))?;
    app.store.put_link(&token, &Link { request, expires_at }).await.map_err(FlowError::from)?;
    tracing::info!(shop_id = %shop.id, payment_id = %id, %expires_at, "a payment link was made");
    Ok(token)
}

/// A link that leads to an order.
#[derive(Debug, Clone)]
pub struct Followed {
    /// Whose order.
    pub shop: Arc<Shop>,
    /// The order, whole.
    pub payment: Payment,
    /// The link.
    pub link: Link,
}

/// The order that a link leads to; none where there is no such link. Whether it has expired is the caller's to ask.
///
/// # Errors
/// [`StoreError`].
pub async fn follow_link(app: &App, token: &LinkToken, now: Moment) -> Result<Option<Followed>, StoreError> {
    let Some(link) = app.store.link(token).await? else { return Ok(None) };
    let Some(payment) = app.store.load_with_texts(&token.payment).await? else { return Ok(None) };
    let shop = app.shops.get(&app.store, &payment.shop, Freshness::Usual, now).await?;
    Ok(shop.map(|shop| Followed { shop, payment, link }))
}
