//! The answer: a session with where its customer pays.

use payproof::payment::{Method, Moment, OrderId, ProviderName, Status};
use payproof::routing::{Lately, Wanted, offered};
use payproof::shop::Shop;
use payproof_edge::app::App;
use payproof_edge::flow::Opened;

#[derive(serde::Serialize)]
pub(crate) struct Session<'a> {
    id: String,
    order_id: &'a OrderId,
    attempt: u8,
    status: Status,
    amount: u64,
    currency: &'static str,
    provider: &'a ProviderName,
    method: Method,
    /// Ours: it records that the customer was sent, then redirects. Whoever has the token may be sent.
    checkout_url: String,
    provider_checkout_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    status_url: String,
    created_at: Moment,
    expires_at: Moment,
    fallback_methods: Vec<Method>,
}

impl<'a> Session<'a> {
    pub(crate) fn of(
        app: &App,
        shop: &Shop,
        opened: &'a Opened,
        with_secret: bool,
        now: Moment,
    ) -> Option<Self> {
        let (payment, attempt) = (&opened.payment, opened.attempt);
        let session = payment.sessions.get(&attempt)?;
        let standing = payment.standing();
        let id = payment.session_id(attempt).to_string();
        let lately = app.circuits.known_of(shop, Lately::of_order(payment, now), now);
        let mut fallback_methods = offered(shop, &Wanted::order(payment), &lately);
        fallback_methods.retain(|method| *method != session.method);
        Some(Self {
            order_id: &payment.order,
            attempt: attempt.number(),
            status: standing.sessions.get(&attempt).copied()?,
            amount: payment.money.minor(),
            currency: payment.money.currency().code(),
            provider: &session.provider,
            method: session.method,
            checkout_url: format!("{}/go/{id}/{}", app.public_url, opened.item.go_token.reveal()),
            provider_checkout_url: &opened.checkout.url,
            client_secret: with_secret.then(|| opened.item.client_secret.reveal()),
            status_url: format!("{}/v1/sessions/{id}", app.public_url),
            created_at: session.created_at,
            expires_at: session.expires_at,
            fallback_methods,
            id,
        })
    }
}
