//! What an attempt is made of, all of it before anybody hears of it.

use payproof::payment::{Attempt, Payment, Session, TokenHash};
use payproof::provider::Configured;
use payproof::routing::Choice;
use payproof::secret::Secret;
use payproof::shop::Shop;

use super::Flow;
use crate::flow::record::FlowError;
use crate::limits::{BY_HAND_TTL_SECONDS, OPENING_MILLIS, PROVIDER_EXPIRY_MARGIN_SECONDS};
use crate::random;
use crate::store::{AttemptItem, AttemptRequest};

impl Flow<'_> {
    pub(super) fn compose(
        &self,
        payment: &Payment,
        attempt: Attempt,
        choice: &Choice,
        provider: &dyn Configured,
    ) -> Result<(AttemptItem, Session), FlowError> {
        let id = payment.session_id(attempt);
        let (client_secret, go_token, nonce) =
            (format!("csec_{}", random::token()?), random::token()?, random::nonce()?);
        // Ours is over first, and theirs is within what they can do.
        let expiry = provider.expiry();
        let most = expiry.most_seconds.saturating_sub(PROVIDER_EXPIRY_MARGIN_SECONDS);
        let usual = if provider.is_by_hand() {
            BY_HAND_TTL_SECONDS.max(self.shop.session_ttl_seconds)
        } else {
            self.shop.session_ttl_seconds
        };
        let ours = self.wish.expires_in.unwrap_or(usual).min(most);
        let theirs = ours.max(expiry.least_seconds).saturating_add(PROVIDER_EXPIRY_MARGIN_SECONDS);
        let page_url = format!("{}/return/{id}?client_secret={client_secret}", self.app.public_url);
        let request = AttemptRequest {
            // Whoever holds the checkout's address can turn back from it: no secret lies that way.
            back_url: self
                .wish
                .cancel_url
                .clone()
                .unwrap_or_else(|| format!("{}/return/{id}", self.app.public_url)),
            page_url,
            return_url: self.wish.return_url.clone(),
            locale: self.wish.locale.clone(),
            description: describe(self.shop, payment),
            customer_email: payment.details.customer_email.clone(),
            provider_expires_at: self.now.plus_seconds(theirs.min(expiry.most_seconds)).millis(),
            key: self.key.map(|key| key.mark().to_owned()),
        };
        let session = Session {
            provider: provider.id().clone(),
            method: choice.method,
            created_at: self.now,
            expires_at: self.now.plus_seconds(ours),
            after: payment.facts.len(),
            nonce,
            client_secret: TokenHash::of(&client_secret),
            go_token: TokenHash::of(&go_token),
        };
        let item = AttemptItem {
            session: id,
            nonce,
            request,
            why: choice.why.clone(),
            client_secret: Secret::new(client_secret),
            go_token: Secret::new(go_token),
            opening_until: Some(self.now.plus_millis(OPENING_MILLIS)),
            checkout: None,
        };
        Ok((item, session))
    }
}

/// What the customer reads at the checkout.
fn describe(shop: &Shop, payment: &Payment) -> String {
    match &payment.details.description {
        Some(description) => description.clone(),
        None => format!("{} · order {}", shop.name, payment.order),
    }
}
