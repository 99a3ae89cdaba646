//! Which providers, and which shops' servers, are left alone for a while because they keep failing.
//!
//! Each container knows its own calls: no item is read for this. Where a circuit opens while a session is opened a note is
//! written for people (`store/left_alone.rs`); nothing decides by it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use payproof::payment::{Moment, ShopId};
use payproof::provider::Failure;
use payproof::routing::{Circuit, Lately};
use payproof::shop::Shop;

use crate::limits::CIRCUITS_MAX;

/// Who is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Callee {
    /// A shop's account at the provider of this name.
    Provider(ShopId, String),
    /// The shop's own server.
    Shop(ShopId),
}

impl Callee {
    /// A shop's account at the provider of this name.
    pub fn provider(shop: &Shop, name: &str) -> Self {
        Self::Provider(shop.id.clone(), name.to_owned())
    }
}

/// The circuits of this container.
#[derive(Debug, Default)]
pub struct Circuits {
    known: Mutex<HashMap<Callee, Circuit>>,
}

impl Circuits {
    /// Whether it may be called now. The first to ask after a time of rest is the probe, and has to say how that went.
    pub fn allows(&self, callee: &Callee, now: Moment) -> bool {
        self.locked().get_mut(callee).is_none_or(|circuit| circuit.allows(now))
    }

    /// As [`Circuits::allows`], for whoever wants to say when to come again.
    ///
    /// # Errors
    /// Until when it is left alone.
    pub fn admits(&self, callee: &Callee, now: Moment) -> Result<(), Moment> {
        match self.allows(callee, now) {
            true => Ok(()),
            false => Err(self.open_until(callee, now).unwrap_or(now)),
        }
    }

    /// Whether it may be called now where nobody else can be called instead.
    pub fn allows_as_last(&self, callee: &Callee, now: Moment) -> bool {
        self.locked().get_mut(callee).is_none_or(|circuit| circuit.allows_as_last(now))
    }

    /// When [`Circuits::allows_as_last`] lets the next call through; none where it would now.
    pub fn next_as_last(&self, callee: &Callee, now: Moment) -> Option<Moment> {
        self.locked().get(callee).and_then(|circuit| circuit.next_as_last(now))
    }

    /// What happened lately, with those of a shop's providers that this container leaves alone.
    pub fn known_of(&self, shop: &Shop, lately: Lately, now: Moment) -> Lately {
        let resting = shop.providers.keys().filter_map(|name| {
            self.open_until(&Callee::provider(shop, name), now).map(|until| (name, until))
        });
        resting.fold(lately, |lately, (name, until)| lately.resting(name, until))
    }

    /// Until when it is left alone; none where it may be called.
    pub fn open_until(&self, callee: &Callee, now: Moment) -> Option<Moment> {
        self.locked().get(callee).and_then(|circuit| circuit.open_until(now))
    }

    /// It answered, whatever it answered.
    pub fn succeeded(&self, callee: &Callee) {
        self.locked().remove(callee);
    }

    /// It did not answer. Until when it is left alone, where this opened its circuit anew, which is logged here.
    pub fn failed(&self, callee: &Callee, now: Moment) -> Option<Moment> {
        let mut known = self.locked();
        if known.len() >= CIRCUITS_MAX && !known.contains_key(callee) {
            // Those that are left alone stay known; one that failed a few times costs a few calls more.
            known.retain(|_, circuit| circuit.open_until(now).is_some());
            if known.len() >= CIRCUITS_MAX {
                return None;
            }
        }
        let circuit = known.entry(callee.clone()).or_default();
        let until = if circuit.failed(now) { circuit.open_until(now)? } else { return None };
        match callee {
            Callee::Provider(shop_id, provider) => {
                tracing::warn!(%shop_id, provider, %until, "a provider keeps failing and is left alone");
            }
            Callee::Shop(shop_id) => {
                tracing::warn!(%shop_id, %until, "the shop keeps failing and is left alone");
            }
        }
        Some(until)
    }

    /// Notes how a call to a provider went: a refusal is an answer, a silence is none. What [`Circuits::failed`] says.
    pub fn heard<T>(&self, callee: &Callee, answer: &Result<T, Failure>, now: Moment) -> Option<Moment> {
        match answer {
            Ok(_) | Err(Failure::Refused { .. } | Failure::NotUnderstood(_)) => {
                self.succeeded(callee);
                None
            }
            Err(Failure::Unknown(_) | Failure::Unreachable(_)) => self.failed(callee, now),
        }
    }

    /// What is behind the lock is whole at any moment, also where a holder panicked.
    fn locked(&self) -> MutexGuard<'_, HashMap<Callee, Circuit>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
