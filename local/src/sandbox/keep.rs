//! The checkouts in the store. Each is one document: its state and the events that tell of it are written together, so
//! that none is without the other, wherever the process ends.

use payproof::payment::Moment;
use payproof::provider::sandbox::CheckoutForm;
use payproof_edge::random;
use serde::{Deserialize, Serialize};

use super::Sandbox;
use super::act::NotNow;
use super::checkout::Checkout;
use crate::documents::{DocumentsError, Kept};

/// What the ids of checkouts begin with.
pub(super) const CHECKOUT: &str = "chk_";
/// How often a write that lost its race is done again.
const RACES_MAX: usize = 20;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum KeepError {
    #[error("There is no such checkout.")]
    Unknown,
    #[error(transparent)]
    NotNow(#[from] NotNow),
    #[error("The idempotency key was used for another checkout.")]
    KeyUsed,
    #[error(transparent)]
    Store(#[from] DocumentsError),
    #[error("It is being changed by too many at once.")]
    Raced,
}

impl From<random::NoRandomness> for KeepError {
    fn from(error: random::NoRandomness) -> Self {
        Self::Store(DocumentsError::Store(error.to_string()))
    }
}

/// As whom the sandbox speaks of a checkout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speaks(pub(super) &'static str);

/// As itself.
const OWN: &str = "sandbox";

/// What an idempotency key was used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Claim {
    checkout: String,
    form: CheckoutForm,
}

/// Which checkout was made under a reference.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Referred {
    checkout: String,
}

impl Sandbox {
    /// Makes a checkout, or gives the one that was made with the same key; and whether it is new. The key is written
    /// first: whatever ends in between, a repeat goes on with the same id.
    pub(super) async fn make(
        &self,
        shop: &str,
        key: &str,
        form: CheckoutForm,
        now: Moment,
    ) -> Result<(Checkout, bool), KeepError> {
        self.make_as(Speaks(OWN), shop, key, form, now).await
    }

    /// The same at another provider as which the sandbox speaks.
    pub(super) async fn make_as(
        &self,
        Speaks(speaks): Speaks,
        shop: &str,
        key: &str,
        form: CheckoutForm,
        now: Moment,
    ) -> Result<(Checkout, bool), KeepError> {
        let store = &self.inner.checkouts;
        let id: String = random::token()?.chars().take(24).collect();
        let mut claim = Claim { checkout: format!("{CHECKOUT}{id}"), form };
        let claim_id = format!("key#{shop}#{key}");
        if !store.put_new(&claim_id, &claim).await? {
            let known = store.get::<Claim>(&claim_id).await?.ok_or(KeepError::Raced)?.document;
            // Where the provider says until when, a repeat only comes later.
            if speaks != OWN {
                claim.form.expires_at = known.form.expires_at;
            }
            if known.form != claim.form {
                return Err(KeepError::KeyUsed);
            }
            claim = known;
        }
        let checkout =
            Checkout::new(claim.checkout.clone(), shop.to_owned(), claim.form, now).speaking(speaks);
        let names = [
            checkout.form.reference.clone(),
            format!("stem:{}", checkout.stem()),
            format!("number:{}", checkout.number()),
        ];
        for name in names {
            let referred = Referred { checkout: claim.checkout.clone() };
            store.put_new(&format!("ref#{shop}#{name}"), &referred).await?;
        }
        if store.put_new(&checkout.id, &checkout).await? {
            self.look(&checkout);
            return Ok((checkout, true));
        }
        Ok((self.see(&claim.checkout, now).await?, false))
    }

    /// A checkout as it is now.
    pub(super) async fn see(&self, id: &str, now: Moment) -> Result<Checkout, KeepError> {
        self.change(id, now, |_| Ok(())).await
    }

    /// The checkout of a shop that was made under this reference.
    pub(super) async fn by_reference(&self, shop: &str, reference: &str) -> Result<String, KeepError> {
        let referred = self.inner.checkouts.get::<Referred>(&format!("ref#{shop}#{reference}")).await?;
        referred.map(|referred| referred.document.checkout).ok_or(KeepError::Unknown)
    }

    /// Changes a checkout and gives it as it is then. One whose time is over has expired before anything else.
    pub(super) async fn change(
        &self,
        id: &str,
        now: Moment,
        change: impl Fn(&mut Checkout) -> Result<(), NotNow>,
    ) -> Result<Checkout, KeepError> {
        let id = Some(id).filter(|id| id.starts_with(CHECKOUT)).ok_or(KeepError::Unknown)?;
        let store = &self.inner.checkouts;
        let mut wrote: Option<(Checkout, Result<(), NotNow>)> = None;
        for _ in 0..RACES_MAX {
            let kept: Kept<Checkout> = store.get(id).await?.ok_or(KeepError::Unknown)?;
            // The answer to our own write was lost and the client repeated it.
            if let Some((written, done)) = wrote.filter(|(written, _)| *written == kept.document) {
                return done.map(|()| written).map_err(KeepError::from);
            }
            let mut next = kept.document.clone();
            next.expire(now);
            let mut changed = next.clone();
            let done = change(&mut changed);
            if done.is_ok() {
                next = changed;
            }
            if next == kept.document || store.replace(id, &kept, &next).await? {
                self.look(&next);
                return done.map(|()| next).map_err(KeepError::from);
            }
            wrote = Some((next, done));
        }
        Err(KeepError::Raced)
    }
}
